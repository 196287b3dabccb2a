"""A mapping file of mednum-cli (``*.config.json``) as the mapping of a source TOML.

Their file says, for each field of the national standard, which columns to read:
``colonne``, ``joindre``, ``dissocier``, ``valeur``, lists of choices (``colonnes``,
``termes``, ``sauf``, ``cible``) and, for the hours, ``jours``, ``semaine`` and ``osm``.
Each of these has a rule of ours (docs/mapping.md). What has none is named in a warning and
in a comment of the TOML, and never dropped in silence.

Where the two tools differ, an imported rule keeps their meaning: a term is found anywhere
in a cell (``contains``), and a column that the file lacks is passed over (``optional``).

Each module knows only those before it::

    entries, remarks       what their JSON holds; what is said of what has no rule
    keys, terms            their names of fields and of values, and today's
    values, choices, hours the rules of one entry
    conversion, contract   the whole file, and what the source promises
"""

from opendata.onboard.mednum.contract import contract
from opendata.onboard.mednum.conversion import Conversion, convert
from opendata.onboard.mednum.entries import RuleTable

__all__ = ["Conversion", "RuleTable", "contract", "convert"]
