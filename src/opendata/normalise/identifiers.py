"""Identifiers of establishments: SIRET, RNA (associations) and RIDET (New Caledonia, Polynesia).

The last digit of a SIREN and of a SIRET is a Luhn key (INSEE). La Poste ran out of such
numbers: the digits of its SIRETs add up to a multiple of five instead, its head office
excepted. A key proves nothing about existence; it catches nine slips of the hand in ten.
"""

import re

from opendata.normalise.base import Cleaned, Example
from opendata.normalise.floats import all_digits
from opendata.normalise.text import is_placeholder, tidy

NAME = "identifiant"
CONTEXT: tuple[str, ...] = ("code_postal",)
EXAMPLES = (
    Example("43493312300029", "43493312300029"),
    Example("434 933 123 00029", "43493312300029"),
    Example("43493312300029.0", "43493312300029"),
    Example("SIRET : 43493312300029", "43493312300029"),
    Example("SIRET n° 434 933 123 00029 (association)", "43493312300029"),
    Example("434.933.123.00029", "43493312300029"),
    Example("434933123-00029", "43493312300029"),
    Example("\ufeff43493312300029\u200b;", "43493312300029"),
    Example("[43493312300029]", "43493312300029"),
    Example("4.3493312300029E13", "43493312300029"),
    Example("SIRET 43493312300029 APE 8411Z", "43493312300029"),
    Example("43493312300029 - W751234567", "43493312300029"),
    Example("434 933 123 00029 7", "", "identifiant_illisible"),
    Example("5750507500010.0", "05750507500010"),
    Example("5750507500011", "", "identifiant_illisible"),
    Example("FR16434933123", "", "siren_sans_etablissement"),
    Example("356 000 000 00048", "35600000000048"),
    Example("35600000049837", "35600000049837"),
    Example("w452001234", "W452001234"),
    Example("RNA : W 45 2 001234", "W452001234"),
    Example("W9R1001234", "W9R1001234"),
    Example("W751234567 (RNA)", "W751234567"),
    Example("RIDET 123456-001", "123456001", "", {"code_postal": "98800"}),
    Example("0123456001", "0123456001", "", {"code_postal": "98800"}),
    Example("0123456001", "", "identifiant_illisible", {"code_postal": "45000"}),
    Example("434933123", "", "siren_sans_etablissement"),
    Example("43493312300028", "", "identifiant_cle_fausse"),
    Example("434933124", "", "identifiant_cle_fausse"),
    Example("00000000000000", "", "identifiant_fictif"),
    Example("0", "", "identifiant_fictif"),
    Example("2,10501E+13", "", "identifiant_illisible"),
    Example("776.398.968.00", "", "identifiant_illisible"),
    Example("Non concerné", "", "texte_vide_de_sens"),
)

_LABEL = re.compile(r"^(?:N[°O]? ?)?(?:SIRET|SIREN|RNA|RIDET)(?: ?N[°O])? ?:? ?")
#: A number among words, in the groups in which it is written, with no other digit or letter
#: beside it: one digit too many makes it another number.
_SIRET_WITHIN = re.compile(
    r"(?:(?<![0-9A-Z])|(?<=SIRET))(?<![0-9][ .-])(?:[0-9]{3}[ .]?){3}(?: ?- ?)?[0-9]{5}"
    r"(?![ .-]{0,3}[0-9])(?![A-Z])"
)
#: The French VAT number: two letters, a key, the SIREN.
_VAT = re.compile(r"FR[0-9A-Z]{2}([0-9]{9})")
_GROUPED = re.compile(r"[0-9]{3}([.-])[0-9]{3}\1[0-9]{3}(?:[.-][0-9]{5})?|[0-9]{9}[.-][0-9]{5}")
#: A float as programs write it, with all its digits but the zero at its end; spreadsheets show
#: a few of them behind a comma, or a plus before the power.
_FLOAT = re.compile(r"([1-9])([.,])([0-9]{11,13})E(\+?)(12|13)")
#: What is typed around a number.
_AROUND = " '\"=\u2019.;,:()[]{}<>"
_RIDET = re.compile(r"([0-9]{6,7})-?([0-9]{3})")
# Overseas and in Corsica the département part of an RNA number holds a letter.
_RNA = re.compile(r"W(?:[0-9]{9}|(?:9[A-Z]|2[AB])[0-9]{7})")
_RNA_WITHIN = re.compile(rf"\b{_RNA.pattern}\b")
#: What is longer is no identifier.
_LONGEST = 200
_LA_POSTE = "356000000"
_LA_POSTE_HEAD_OFFICE = "35600000000048"


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + rank % 2) for rank, digit in enumerate(reversed(digits)))
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


def _siret_key(digits: str) -> bool:
    if digits.startswith(_LA_POSTE) and digits != _LA_POSTE_HEAD_OFFICE:
        return sum(map(int, digits)) % 5 == 0
    return _luhn(digits) and _luhn(digits[:9])


def _compact(raw: str) -> str:
    plain = tidy(raw[: _LONGEST + 1]).strip(_AROUND).upper()
    text = _FLOAT.sub(_exact, _LABEL.sub("", plain).replace(" ", ""))
    text = re.sub(r"(?<=^[0-9]{9})[.,]0+$|(?<=^[0-9]{13})[.,]0+$|(?<=^[0-9]{14})[.,]0+$", "", text)
    if re.fullmatch("[0-9]{13}", text) and _siret_key("0" + text):
        # Spreadsheets drop the zero; the key leaves one chance in a hundred to another slip.
        return "0" + text
    if vat := _VAT.fullmatch(text):
        return vat[1]
    if _GROUPED.fullmatch(text):
        return re.sub("[.-]", "", text)
    if re.fullmatch("[0-9]+", text) or _RNA.fullmatch(text) or len(plain) > _LONGEST:
        return text
    # The SIRET names the establishment, the RNA number only the association it belongs to.
    for within in (_SIRET_WITHIN, _RNA_WITHIN):
        found = {re.sub("[ .-]", "", number[0]) for number in within.finditer(plain)}
        if found:
            return found.pop() if len(found) == 1 else text
    return text


def _exact(found: re.Match[str]) -> str:
    return all_digits(found, most_zeros=1)


def _of_the_pacific(code_postal: str) -> bool:
    return code_postal.startswith(("987", "988"))


def clean(raw: str, code_postal: str = "") -> Cleaned:
    """The SIRET, RNA or RIDET number that ``raw`` holds, without spaces.

    Nine or ten digits are a RIDET only where ``code_postal`` is New Caledonia's or French
    Polynesia's; elsewhere nine digits are a SIREN, which does not name a place.
    """
    if is_placeholder(raw):
        return Cleaned("", "texte_vide_de_sens")
    text = _compact(raw)
    digits = text.removeprefix("W")
    if re.fullmatch(r"0+|([0-9])\1{8,13}", digits):
        return Cleaned("", "identifiant_fictif")
    if _RNA.fullmatch(text):
        return Cleaned(text)
    if _of_the_pacific(code_postal) and (ridet := _RIDET.fullmatch(text.replace(".", ""))):
        return Cleaned(ridet[1] + ridet[2])
    if re.fullmatch(r"[0-9]{14}", text):
        return Cleaned(text) if _siret_key(text) else Cleaned("", "identifiant_cle_fausse")
    if re.fullmatch(r"[0-9]{9}", text):
        code = "siren_sans_etablissement" if _luhn(text) else "identifiant_cle_fausse"
        return Cleaned("", code)
    return Cleaned("", "identifiant_illisible")
