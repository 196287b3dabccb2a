"""INSEE commune codes: five characters, ``2A``/``2B`` in Corsica, lost zero put back.

Which codes exist is the business of the commune reference; here only the shape is judged.
"""

import re

from opendata.normalise.base import Cleaned, Example
from opendata.normalise.postcode import unwrapped
from opendata.normalise.text import is_placeholder

NAME = "code_insee"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("45234", "45234"),
    Example("1033", "01033"),
    Example("8724.0", "08724"),
    Example("8724,0", "08724"),
    Example("2A004", "2A004"),
    Example("2A 004.0", "2A004"),
    Example("045234", "", "code_insee_illisible"),
    Example("2b033", "2B033"),
    Example("97411", "97411"),
    Example("0", "", "texte_vide_de_sens"),
    Example("-", "", "texte_vide_de_sens"),
    Example("20004", "", "code_insee_illisible"),
    Example("99138", "", "code_insee_illisible"),
    Example("234", "", "code_insee_illisible"),
    Example("Orléans", "", "code_insee_illisible"),
)

_STATED = re.compile(r"([0-9]{2}|2[AB]) ?([0-9]{3})(?:[.,]0+)?")
_LOST_ZERO = re.compile(r"([1-9][0-9]{3})(?:[.,]0+)?")
# 20 left with the split of Corsica in 1976, 96 was never given, 99 is for other countries.
_POSSIBLE = re.compile(
    r"(?:0[1-9]|1[0-9]|2[AB1-9]|[3-8][0-9]|9[0-5])[0-9]{3}|97[1-8][0-9]{2}|98[4-9][0-9]{2}"
)


def clean(raw: str) -> Cleaned:
    """The five characters of the commune code that ``raw`` holds."""
    stated = unwrapped(raw).upper()
    if is_placeholder(stated) or re.fullmatch(r"0+(?:[.,]0+)?", stated):
        return Cleaned("", "texte_vide_de_sens")
    if short := _LOST_ZERO.fullmatch(stated):
        code = f"0{short[1]}"
    elif whole := _STATED.fullmatch(stated):
        code = whole[1] + whole[2]
    else:
        return Cleaned("", "code_insee_illisible")
    return Cleaned(code) if _POSSIBLE.fullmatch(code) else Cleaned("", "code_insee_illisible")
