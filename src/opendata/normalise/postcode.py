"""French postcodes: five digits, with the zero that spreadsheets drop put back.

The ranges are La Poste's: 01 to 95 (20 is Corsica), 971 to 978 and 986 to 988.
"""

import re

from opendata.normalise.base import Cleaned, Example
from opendata.normalise.text import is_placeholder

NAME = "code_postal"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("45000", "45000"),
    Example("45 000", "45000"),
    Example("1000", "01000"),
    Example("8000.0", "08000"),
    Example("45000.0", "45000"),
    Example("F-45000", "45000"),
    Example("FR-45000", "45000"),
    Example("45000,0", "45000"),
    Example("45000 ORLEANS CEDEX 2", "45000"),
    Example("ORLEANS 45000", "45000"),
    Example("ORLEANS CEDEX 2 (45000)", "45000"),
    Example("4500 0", "", "code_postal_illisible"),
    Example("97410", "97410"),
    Example("0", "", "texte_vide_de_sens"),
    Example("00000", "", "texte_vide_de_sens"),
    Example("#N/D", "", "texte_vide_de_sens"),
    Example("99999", "", "code_postal_illisible"),
    Example("1000 Bruxelles", "", "code_postal_illisible"),
    Example("45", "", "code_postal_illisible"),
    Example("45000 / 45100", "", "code_postal_illisible"),
)

_STATED = re.compile(r"(?:FR?\s*-?\s*)?([0-9]{2}) ?([0-9]{3})(?:[.,]0+)?(?:\s*[-,]?\s*[^\W\d_].*)?")
_LOST_ZERO = re.compile(r"([1-9][0-9]{3})(?:[.,]0+)?")
_AFTER_TOWN = re.compile(
    r"[^\W\d_][^\d]*?(?:CEDEX [0-9]{1,2}[^\w]+)?"
    r"(?<![0-9])([0-9]{2})([0-9]{3})\W?(?:CEDEX(?: [0-9]{1,2})?)?"
)
_EXISTING = re.compile(r"(?:0[1-9]|[1-8][0-9]|9[0-5])[0-9]{3}|97[1-8][0-9]{2}|98[678][0-9]{2}")


def unwrapped(raw: str) -> str:
    """The cell without the quotes and signs by which spreadsheets force text (``="01000"``)."""
    return " ".join(raw.split()).strip(" '\"=\u2019")


def clean(raw: str) -> Cleaned:
    """The five digits of the postcode that ``raw`` holds, alone or before a town."""
    stated = unwrapped(raw)
    if is_placeholder(stated) or re.fullmatch(r"0+(?:[.,]0+)?", stated):
        return Cleaned("", "texte_vide_de_sens")
    if short := _LOST_ZERO.fullmatch(stated):
        code = f"0{short[1]}"
    elif whole := (_STATED.fullmatch(stated.upper()) or _AFTER_TOWN.fullmatch(stated.upper())):
        code = whole[1] + whole[2]
    else:
        return Cleaned("", "code_postal_illisible")
    return Cleaned(code) if _EXISTING.fullmatch(code) else Cleaned("", "code_postal_illisible")
