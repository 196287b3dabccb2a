"""House number and street, as the producer writes them, without postcode and town.

Nothing is abbreviated or spelt out: the geocoder knows both, a reader wants the original.
"""

import re

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example

NAME = "adresse"
CONTEXT: tuple[str, ...] = ("code_postal",)
_ORLEANS = {"code_postal": "45000"}
EXAMPLES = (
    Example("12 bis rue du Général-Leclerc", "12 bis rue du Général-Leclerc"),
    Example("12,rue de la Gare", "12 rue de la Gare"),
    Example("12 bis , RUE DE LA GARE,", "12 bis RUE DE LA GARE"),
    Example("Mairie ,, 3 place de l'Église", "Mairie, 3 place de l'Église"),
    Example("12 rue de la Gare, 45000 Orléans", "12 rue de la Gare", context=_ORLEANS),
    Example("12 rue de la Gare 45000 ORLEANS CEDEX 2", "12 rue de la Gare", context=_ORLEANS),
    Example("12 rue X 37000 Tours", "12 rue X 37000 Tours", context=_ORLEANS),
    Example("45000 Orléans", "", "texte_vide_de_sens", _ORLEANS),
    Example("1\\-3 rue de la MÃ©diathÃ¨que", "1-3 rue de la Médiathèque"),
    Example("3 place de l'Église -,..", "3 place de l'Église"),
    Example("12,14 rue de la Gare", "12,14 rue de la Gare"),
    Example("#N/D", "", "texte_vide_de_sens"),
    Example("=12 rue X", "12 rue X", "formule_desamorcee"),
)

_NUMBER_COMMA = re.compile(r"^([0-9]+(?: ?(?:bis|ter|quater|[a-d]))?) ?, ?(?=[^\W\d])", re.I)
_COMMAS = re.compile(r"(?P<list>(?<=[0-9]),(?=[0-9]))|\s?,[\s,]*")
# No address is longer; beyond it is pasted prose, where a postcode is not the end of a line.
_LONGEST = 500
_EDGES = " ,;-–"


def clean(raw: str, code_postal: str = "") -> Cleaned:
    """The street line; postcode and town at its end go when the postcode is the row's own."""
    found = text.clean(raw)
    if not found.value:
        return found
    address, before, code = found.value, None, found.code
    while address != before:
        before = address
        again = text.clean(_straighten(_without_town(address, code_postal)))
        address, code = again.value, again.code or code
    return Cleaned(address, code if address else "texte_vide_de_sens")


def _straighten(address: str) -> str:
    """Commas followed by one space, none after the house number, none at the edges."""
    spaced = _COMMAS.sub(lambda found: found["list"] or ", ", address).strip(_EDGES)
    if spaced.endswith(".."):
        spaced = spaced.rstrip(_EDGES + ".")
    return _NUMBER_COMMA.sub(r"\1 ", spaced)


def _without_town(address: str, code_postal: str) -> str:
    if not code_postal or len(address) > _LONGEST:
        return address
    head, found, tail = address.rpartition(code_postal)
    if not found or head[-1:].isalnum() or not _TOWN.fullmatch(tail):
        return address
    return head.rstrip(_EDGES + "(")


#: What may follow the postcode: a town, then CEDEX or an arrondissement, then the country.
_TOWN = re.compile(
    r"(?:\s*[-–,]?\s*(?:[^\W\d]|[ '’.\-])*?(?:\s(?:cedex\s?)?[0-9]{1,2})?)?(?:,?\s*france)?\s*\)?",
    re.I,
)
