"""The name of a place: text of at most 250 characters, in the producer's capitals.

The limit is the published schema's (``nom`` in schemas/lieux.json).
"""

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example

NAME = "nom"
CONTEXT: tuple[str, ...] = ()
MAX_LENGTH = 250
EXAMPLES = (
    Example("ACTION NUMERIQUE", "ACTION NUMERIQUE"),
    Example('"EPN  de la Source"', "EPN de la Source"),
    Example("« La Fabrique »", "La Fabrique"),
    Example('Médiathèque "Simone Veil"', 'Médiathèque "Simone Veil"'),
    Example('"Le Lab" et "La Fab"', '"Le Lab" et "La Fab"'),
    Example("MÃ©diathÃ¨que", "Médiathèque"),
    Example("Maison &amp; Compagnie", "Maison & Compagnie"),
    Example("@lphabet", "lphabet", "formule_desamorcee"),
    Example("Espace numérique " * 20, "Espace numérique " * 14 + "Espace", "texte_trop_long"),
    Example("N/A", "", "texte_vide_de_sens"),
)

_QUOTES = (('"', '"'), ("'", "'"), ("«", "»"), ("“", "”"), ("‘", "’"))


def clean(raw: str) -> Cleaned:
    """The name on one line, without quotes around it; detail of a cut: the real length."""
    found = text.clean(raw)
    code = found.code
    name = found.value
    while (bare := _unwrap(name)) != name:
        inner = text.settle(bare)
        name, code = inner.value, inner.code or code
    short = text.shorten(name, MAX_LENGTH)
    if short != name:
        # The cut may leave a pair of quotes around what remains.
        return Cleaned(clean(short).value, "texte_trop_long", str(len(name)))
    return Cleaned(name, code)


def _unwrap(name: str) -> str:
    for opening, closing in _QUOTES:
        if len(name) > 1 and name.startswith(opening) and name.endswith(closing):
            core = name.strip(opening + closing).strip()
            if opening not in core and closing not in core:
                return core
    return name
