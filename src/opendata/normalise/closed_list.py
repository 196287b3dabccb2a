"""Values of closed lists: each part of a cell becomes a term of the list, or is refused.

The old spellings met in real files (fifteen services, ``labels_nationaux`` codes…) are
synonyms in ``schemas/vocabularies/*.csv``; nothing is translated in code.
"""

import re
from collections.abc import Callable

from opendata.normalise.base import Cleaned, Example
from opendata.schema import SEPARATOR, accepted_terms, fold

NAME = "vocabulaire"
CONTEXT: tuple[str, ...] = ()
#: Run with the list ``services``.
EXAMPLES = (
    Example("Accès internet et matériel informatique", "Accès internet et matériel informatique"),
    Example("acces internet et materiel informatique", "Accès internet et matériel informatique"),
    Example(
        "Prendre en main un ordinateur;Accéder à du matériel",
        "Maîtrise des outils numériques du quotidien|Accès internet et matériel informatique",
    ),
    Example(
        "Prendre en main un ordinateur|Utiliser le numérique au quotidien",
        "Maîtrise des outils numériques du quotidien",
    ),
    Example("Réparer des vélos", "", "hors_vocabulaire"),
    Example(
        "Créer avec le numérique|Réparer des vélos",
        "Loisirs et créations numériques",
        "hors_vocabulaire",
    ),
)


def cleaner(vocabulary: str) -> Callable[[str], Cleaned]:
    """The normaliser of one closed list, for cells that hold one term or several."""
    accepted = accepted_terms(vocabulary)

    def clean(raw: str) -> Cleaned:
        whole = accepted.get(fold(raw))
        if whole is not None:
            return Cleaned(whole)
        parts = [part.strip() for part in re.split(r"[|;\n]", raw) if part.strip()]
        known = dict.fromkeys(accepted[fold(part)] for part in parts if fold(part) in accepted)
        unknown = [part for part in parts if fold(part) not in accepted]
        value = SEPARATOR.join(known)
        return Cleaned(value, "hors_vocabulaire", "; ".join(unknown)) if unknown else Cleaned(value)

    return clean


clean = cleaner("services")
