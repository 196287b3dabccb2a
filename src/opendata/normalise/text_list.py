"""A field with several free texts: each part of a cell is one, cleaned as a text of its own."""

import re

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example, listed
from opendata.schema import SEPARATOR, fold

NAME = "textes"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("Label régional", "Label régional"),
    Example("Label régional;Fabrique locale\nRéseau  des lieux",
            "Label régional|Fabrique locale|Réseau des lieux"),
    Example('["Label A", "Label B"]', "Label A|Label B"),
    Example("Label A|label a|non", "Label A", "texte_vide_de_sens"),
    Example("Formation, niveau 2", "Formation, niveau 2"),
    Example("-", "", "texte_vide_de_sens"),
)  # fmt: skip

_BETWEEN = re.compile(r"[|;\n]|<(?:br|/?li|/?p)\b[^<>]{0,80}>", re.IGNORECASE)
#: In a list of what a place has, these say that it has nothing more.
_NOTHING = frozenset(("non", "no", "rien"))


def clean(raw: str) -> Cleaned:
    """The texts of a cell, each once; what is lost of them is told by the first that lost some."""
    known: dict[str, str] = {}
    code = ""
    for part in listed(raw) or _BETWEEN.split(text.unescape_entities(raw)):
        cleaned = text.clean(part)
        if fold(cleaned.value) in _NOTHING:
            cleaned = Cleaned("", "texte_vide_de_sens")
        known.setdefault(fold(cleaned.value), cleaned.value)
        code = code or cleaned.code
    return Cleaned(SEPARATOR.join(filter(None, known.values())), code)
