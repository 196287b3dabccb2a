"""Telephone numbers in international format (E.164), the one the national standard admits.

Numbering rules and validity come from Google's libphonenumber. A number without a country
code is read with the numbering plan of the territory its postcode belongs to: 0692 in
La Réunion is +262692, not +33692.
"""

import re

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example
from opendata.schema import fold

NAME = "telephone"
CONTEXT: tuple[str, ...] = ("code_postal",)
_RE = {"code_postal": "97400"}
EXAMPLES = (
    Example("02 61 91 45 98", "+33261914598"),
    Example("02.61.91.45.98", "+33261914598"),
    Example("0261914598.0", "+33261914598"),
    Example("261914598", "+33261914598"),
    Example("+33 (0)2 61 91 45 98", "+33261914598"),
    Example("(+33) 2 61 91 45 98", "+33261914598"),
    Example("0033261914598", "+33261914598"),
    Example("Tél : 04 65 714566 (Mairie)", "+33465714566"),
    Example("02 61 91 45 98 / 06 12 34 56 78", "+33261914598", "telephone_supplementaire"),
    Example("02 61 91 45 9802 61 91 45 99", "+33261914598", "telephone_supplementaire"),
    Example("0692 12 34 56", "+262692123456", context=_RE),
    Example("02 61 91 45 98", "+33261914598", context=_RE),
    Example("26 12 34", "+687261234", context={"code_postal": "98800"}),
    Example("'-à’éé0476714473", "+33476714473"),
    Example("accueil 02/33/44/55/66", "+33233445566"),
    Example("233445566.0", "+33233445566"),
    Example("2,33445566E+08", "+33233445566"),
    Example("+33 0233445566", "+33233445566"),
    Example("+0033 2 33 44 55 66", "+33233445566"),
    Example("0450950700 Poste 152", "+33450950700"),
    Example("0476070902//0685053452", "+33476070902", "telephone_supplementaire"),
    Example("+32 2 123 45 67 ou 02 61 91 45 98", "+33261914598", "telephone_supplementaire"),
    Example("262693484434", "+262693484434"),
    Example("0690 12 34 56", "+590690123456", context={"code_postal": "97110"}),
    Example("+33 262 71 15 15", "+262262711515", context={"code_postal": "97429"}),
    Example("+269 269 66 20 10", "+262269662010", context={"code_postal": "97640"}),
    Example("3230", "+33969322121", "telephone_court_remplace"),
    Example("39 60 (Service 0,06 € / mn + prix appel)", "+33971103960", "telephone_court_remplace"),
    Example("3949", "", "telephone_court"),
    Example("36 31", "", "telephone_court"),
    Example("Pas de téléphone. Contact par e-mail", "", "texte_vide_de_sens"),
    Example("Pas de téléphone", "", "texte_vide_de_sens"),
    Example("--", "", "texte_vide_de_sens"),
    Example("NC", "", "texte_vide_de_sens"),
    Example("024178384", "", "telephone_illisible"),
    Example("0450950700152", "", "telephone_illisible"),
    Example("+331495778500607457816", "", "telephone_illisible"),
    Example("00 00 00 00 00", "", "telephone_illisible"),
    Example("+32 2 123 45 67", "", "telephone_etranger"),
)

#: Postcode prefix -> region of libphonenumber; the rest of France is ``FR``.
REGIONS = {
    "971": "GP", "972": "MQ", "973": "GF", "974": "RE", "975": "PM", "976": "YT",
    "977": "BL", "978": "MF", "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip
#: Country codes of the standard's pattern (schemas/lieux.json, ``telephone``).
COUNTRY_CODES = frozenset({33, 262, 269, 508, 590, 594, 596, 681, 687, 689})

# Tried when the postcode's own plan does not know the number; their prefixes do not collide.
_OTHER_REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT")
_SHORT_PLANS = frozenset({"NC", "PF", "PM", "WF"})
_NOTHING = re.compile(r"(?:pas de|sans|aucun) (?:telephone|tel|numero)\b[^0-9]*|non|0|ras")

#: National short number -> the number that reaches the same service in ten digits, as its
#: operator gives it to callers abroad (Caf, Assurance retraite, Allô service public). The
#: standard's format has no room for four digits; a short number not listed is not published.
LONG_NUMBERS = {"3230": "+33969322121", "3939": "+33173603939", "3960": "+33971103960"}
_SHORT = re.compile(
    r"(?<![0-9])(?<![0-9][\s.,])((?:3[\s.]?[0-9]|1[\s.]?0)[\s.]?[0-9][\s.]?[0-9]|11[0-9])"
    r"(?![\s.]?[0-9])"
)

_GAP = r"[\s.,\-–_/·]{0,3}"
_COUNTRY = rf"(?:\+|(?<![0-9])00){_GAP}"
_TRUNK = rf"{_GAP}(?:\(?0\)?{_GAP})?"
_OVERSEAS = "262|269|508|590|594|596|681|687|689"
_NUMBERS = (
    # Mayotte's own code until 2007; its nine-digit numbers came under +262 as they were.
    rf"(?P<mayotte>{_COUNTRY}269{_GAP}(?:269|639)(?:{_GAP}[0-9]){{6}})(?![0-9])"
    rf"|(?P<bare_overseas>(?<![0-9])(?:262|590|594|596)[1-9][0-9]{{8}})(?![0-9])"
    rf"|(?P<france>(?:{_COUNTRY}|(?<![0-9]))33{_TRUNK}[1-9](?:{_GAP}[0-9]){{8}})(?![0-9])"
    rf"|(?P<overseas>{_COUNTRY}(?:{_OVERSEAS}){_TRUNK}[1-9](?:{_GAP}[0-9]){{5,8}})(?![0-9])"
    rf"|(?P<foreign>{_COUNTRY}[1-9](?:[\s.\-()]{{0,3}}[0-9]){{6,14}})(?![0-9])"
    rf"|(?P<national>(?<![0-9])0{_GAP}[1-9](?:{_GAP}[0-9]){{8}})(?![0-9])"
    rf"|(?P<bare>(?<![0-9])[1-9](?:{_GAP}[0-9]){{8}})(?![0-9])"
)
_NUMBER = re.compile(_NUMBERS)
_SHORT_NUMBER = re.compile(rf"{_NUMBERS}|(?P<short>(?<![0-9])[0-9](?:{_GAP}[0-9]){{5,7}})(?![0-9])")
_FLOAT = re.compile(r"([0-9]{6,})[.,]0\b")
_SCIENTIFIC = re.compile(r"\b([0-9])[.,]([0-9]{8})E\+?0?8\b", re.I)
_TWO_PREFIXES = re.compile(r"\+[\s+]*(?=00|\+)")
_BRACKETED = re.compile(r"\(\s*(\+\s*[0-9]{2,3})\s*\)")
#: Two national numbers typed without anything between them.
_GLUED = re.compile(
    rf"(?<![0-9])(0[1-9](?:{_GAP}[0-9]{{2}}){{4}})(?=0[1-9](?:{_GAP}[0-9]{{2}}){{4}}(?![0-9]))"
)
#: One national number and nothing else: most lines.
_PLAIN_LINE = re.compile(r"0[1-9](?:[ .-]?[0-9]{2}){4}")
_PLAIN_FRENCH = re.compile(r"0[1-9][0-9]{8}")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_LETTER_O = re.compile(r"\b[oO](?=[ .]?[1-9])")


def clean(raw: str, code_postal: str = "") -> Cleaned:
    """A valid French number in E.164, the first that is no mobile; the others in the detail."""
    line = text.tidy(raw)
    if not line:
        return Cleaned("", "texte_vide_de_sens" if raw.strip() else "")
    if text.is_placeholder(line) or _NOTHING.fullmatch(fold(line)):
        return Cleaned("", "texte_vide_de_sens")
    valid, others = _numbers(line, REGIONS.get(code_postal[:3], "FR"))
    if not valid and not others and (short := _SHORT.search(line)):
        return _long_number(_NOT_DIGITS.sub("", short[1]))
    if not valid:
        return Cleaned("", "telephone_etranger" if others else "telephone_illisible")
    if len(valid) > 1:
        # A place's own line before somebody's mobile, which open data would leave out.
        valid.sort(key=is_mobile)
    rest = [*valid[1:], *others]
    return Cleaned(valid[0], "telephone_supplementaire" if rest else "", "; ".join(rest))


def _long_number(short: str) -> Cleaned:
    long = LONG_NUMBERS.get(short, "")
    return Cleaned(long, "telephone_court_remplace" if long else "telephone_court", short)


def is_mobile(e164: str) -> bool:
    """Whether a number in E.164 is a mobile phone's; False for what is not a number."""
    import phonenumbers

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE


def _numbers(line: str, region: str) -> tuple[list[str], list[str]]:
    """The distinct numbers of a line, in order: those the standard admits, foreign ones."""
    if _PLAIN_LINE.fullmatch(line) and region not in _SHORT_PLANS:
        number, admitted = _national(_NOT_DIGITS.sub("", line), region)
        return ([number] if admitted else []), []
    line = _SCIENTIFIC.sub(r"\1\2", _TWO_PREFIXES.sub("", _GLUED.sub(r"\1 ; ", line)))
    line = _LETTER_O.sub("0", _FLOAT.sub(r"\1", _BRACKETED.sub(r"\1", line)))
    pattern = _SHORT_NUMBER if region in _SHORT_PLANS else _NUMBER
    found = [_read(match, region) for match in pattern.finditer(line)]
    valid = dict.fromkeys(number for number, admitted in found if admitted)
    others = dict.fromkeys(number for number, admitted in found if number and not admitted)
    return list(valid), list(others)


def _read(match: re.Match[str], region: str) -> tuple[str, bool]:
    """One candidate in E.164 ("" when it is not a number) and whether the standard admits it."""
    digits = _NOT_DIGITS.sub("", match[0])
    kind = match.lastgroup
    if kind == "short":
        return _valid(digits, region)
    if kind == "mayotte":
        return _valid("+262" + digits[-9:], None)
    if kind in ("france", "overseas", "bare_overseas", "foreign"):
        international = "+" + digits.removeprefix("00")
        found = _valid(international, None)
        # "+33 262…" is a number of La Réunion behind the country code of the mainland.
        if found[0] or kind != "france":
            return found
        digits = international[-9:]
        kind = "bare"
    return _national(digits if kind == "national" else "0" + digits, region)


def _national(national: str, region: str) -> tuple[str, bool]:
    """A number of ten digits, of the first numbering plan that knows it."""
    for plan in dict.fromkeys((region, *_OTHER_REGIONS)):
        number, admitted = _valid(national, plan)
        if admitted:
            return number, True
    return "", False


def _valid(digits: str, region: str | None) -> tuple[str, bool]:
    import phonenumbers

    if region == "FR" and _PLAIN_FRENCH.fullmatch(digits):
        # What parsing would give, without its cost: most numbers are written so.
        number = phonenumbers.PhoneNumber(country_code=33, national_number=int(digits))
    else:
        try:
            number = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            return "", False
    admitted = number.country_code in COUNTRY_CODES
    # Of a foreign number only its being foreign matters: a plausible length is enough.
    test = phonenumbers.is_valid_number if admitted else phonenumbers.is_possible_number
    if not test(number):
        return "", False
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), admitted
