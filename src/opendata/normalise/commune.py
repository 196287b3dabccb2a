"""The name of a commune, as the producer writes it, without its CEDEX (a sorting office).

Only the spelling is settled here; which commune is meant, and its official name, are the
business of the commune reference, which reads a postcode or an arrondissement left in it.
"""

import re

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example

NAME = "commune"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("Orléans", "Orléans"),
    Example("ORLEANS CEDEX 2", "ORLEANS"),
    Example("Tours cedex", "Tours"),
    Example("Tours-cédex", "Tours"),
    Example("BLOIS CEDEX 09", "BLOIS"),
    Example("GRENOBLE CEDEX 1 CS 50053", "GRENOBLE"),
    Example("Orléans BP 529", "Orléans"),
    Example("PARIS 10", "PARIS 10"),
    Example("Lyon 2e", "Lyon 2e"),
    Example("Tours 37000", "Tours 37000"),
    Example("Tours (37)", "Tours"),
    Example("Fay (Le)", "Fay (Le)"),
    Example("St Source", "Saint-Source"),
    Example("STE ANNE DU BOIS", "SAINTE ANNE DU BOIS"),
    Example("L' Isle’adam", "L'Isle'adam"),
    Example("Source-sur-lHerbe", "Source-sur-l'Herbe"),
    Example("CHALON S/SAONE", "CHALON sur SAONE"),
    Example("CHALON/SAONE", "CHALON sur SAONE"),
    Example("La Source / Orléans", "La Source / Orléans"),
    Example("Val/Les Deux Sources", "Val/Les Deux Sources"),
    Example("SAINT\\-JEAN\\-DE\\-BRAYE", "SAINT-JEAN-DE-BRAYE"),
    Example("OrlÃ©ans", "Orléans"),
    Example("#N/D", "", "texte_vide_de_sens"),
    Example("CEDEX 2", "", "texte_vide_de_sens"),
)

_CEDEX = re.compile(r"[\s,(-]*\bc[ée]dex\b\s*(?:[0-9]{1,2}\b)?[\s)]*", re.I)
#: A post-office box, which has its own sorting code and no place of its own.
_BOX = re.compile(r"[\s,-]*\b(?:BP|B\.P\.|CS|TSA)\s?[0-9]{1,6}\b", re.IGNORECASE)
_APOSTROPHE = re.compile(r"\s?[’‘ʼ´`']\s?(?=\w)")
_LOST_APOSTROPHE = re.compile(r"(?<![^\W_])([ld])(?=[A-ZÀ-Ý][a-zà-ÿ])")
_SAINT = re.compile(r"\b(st|ste)\b\.?([\s-]+)(?=[^\W\d_])", re.I)
#: "CHALON S/SAONE", "CHALON/SAONE"; with spaces around it the sign parts two names.
_ON = re.compile(
    r"(?:(?<=\s)|(?<=-))s(?:ur)?/\s*(?=[^\W\d_]{3})|(?<=[^\W\d_]{3})/(?=[^\W\d_]{3}[^\s/]*$)", re.I
)
_DEPARTEMENT = re.compile(r"\s*\((?:[0-9]{2,3}|2[ab])\)", re.I)


def clean(raw: str) -> Cleaned:
    """The commune's name on one line; ``CEDEX`` and the département's number are dropped."""
    found = text.clean(raw)
    straight, before = found.value, ""
    while straight != before:
        before, straight = straight, text.tidy(_spelt(straight))
    name = text.settle(straight)
    if not name.value:
        return Cleaned("", "texte_vide_de_sens") if raw.strip() else Cleaned("")
    return name._replace(code=name.code or found.code)


def _spelt(name: str) -> str:
    name = _DEPARTEMENT.sub("", _CEDEX.sub(" ", _BOX.sub("", name))).strip()
    name = _LOST_APOSTROPHE.sub(r"\1'", _APOSTROPHE.sub("'", name))
    name = _ON.sub(
        lambda found: "sur " if found.string[found.start() - 1] in " -" else " sur ", name
    )
    return _SAINT.sub(_saint, name)


def _saint(found: "re.Match[str]") -> str:
    """``St Cyr`` as ``Saint-Cyr``; before several words their own separator is kept."""
    word = "Saint" if len(found[1]) == 2 else "Sainte"
    alone = " " not in found.string[found.end() :].strip()
    return (word.upper() if found.string.isupper() else word) + ("-" if alone else found[2])
