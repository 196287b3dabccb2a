"""The name of a commune, as the producer writes it, without its CEDEX (a sorting office)."""

import re

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example

NAME = "commune"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("Orléans", "Orléans"),
    Example("ORLEANS CEDEX 2", "ORLEANS"),
    Example("Tours cedex", "Tours"),
    Example("BLOIS CEDEX 09", "BLOIS"),
    Example("PARIS 10", "PARIS 10"),
    Example("SAINT\\-JEAN\\-DE\\-BRAYE", "SAINT-JEAN-DE-BRAYE"),
    Example("OrlÃ©ans", "Orléans"),
    Example("#N/D", "", "texte_vide_de_sens"),
    Example("CEDEX 2", "", "texte_vide_de_sens"),
)

_CEDEX = re.compile(r"[\s,(-]*\bcedex\b\s*(?:[0-9]{1,2}\b)?[\s)]*", re.I)


def clean(raw: str) -> Cleaned:
    """The commune's name on one line; ``CEDEX`` and its number are dropped."""
    found = text.clean(raw)
    if "cedex" not in found.value.lower():
        return found
    name = text.settle(text.tidy(_CEDEX.sub(" ", found.value)))
    return name._replace(code=name.code or found.code) if name.value else _NOTHING


_NOTHING = Cleaned("", "texte_vide_de_sens")
