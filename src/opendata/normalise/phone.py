"""Telephone numbers in international format (E.164), the one the national standard admits.

Numbering rules and validity come from Google's libphonenumber. A number without a country
code is read with the numbering plan of the territory its postcode belongs to: 0692 in
La Réunion is +262692, not +33692.
"""

import re
from itertools import pairwise

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example
from opendata.normalise.floats import all_digits
from opendata.schema import fold

NAME = "telephone"
CONTEXT: tuple[str, ...] = ("code_postal",)
_RE = {"code_postal": "97400"}
_NC = {"code_postal": "98800"}
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
    Example("26 12 34", "+687261234", context=_NC),
    Example("687 27 12 34", "+687271234", context=_NC),
    Example("27 12 34 / 78 12 34", "+687271234", "telephone_supplementaire", _NC),
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
    Example("+33 596 71 23 45", "+596596712345", context={"code_postal": "97200"}),
    Example("(02) 38 79 22 33", "+33238792233"),
    Example("02\u201138\u201179\u201122\u201133", "+33238792233"),
    Example("1.4567891E8", "+33145678910"),
    Example("1/ 01 45 67 89 10", "+33145678910"),
    Example("Étage 1 / 02 38 79 22 33", "+33238792233"),
    Example("Fax : 0238792234 / Tél : 0238792233", "+33238792233", "telephone_supplementaire"),
    Example("Tél/Fax : 02 38 79 22 33", "+33238792233"),
    Example("Fax : 02 38 79 22 34", "", "telephone_illisible"),
    Example("02.38.74.83.37.7", "", "telephone_illisible"),
    Example("0606060606", "", "telephone_illisible"),
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

#: What is longer is no cell of a telephone column: only its beginning is read.
_LONGEST = 1000
#: Hyphens and dashes of every length, read as the plain one.
_HYPHENS = dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")

_SIGN = r"[\s.,\-_·]"
_GAP = r"[\s.,\-_/·]{0,3}"
#: Between the digits of one number of the Pacific: « 27 12 34 - 78 12 34 » are two.
_SHORT_GAP = r"[\s.,\-_·]?"
_COUNTRY = rf"(?:\+|(?<![0-9])00){_GAP}"
_TRUNK = rf"{_GAP}(?:\(?0\)?{_GAP})?"
_OVERSEAS = "262|269|508|590|594|596|681|687|689"
_WHOLE = rf"0{_GAP}[1-9](?:{_GAP}[0-9]){{8}}(?![0-9])"
#: Nine digits that lost their zero, unless a number that has its own begins among them:
#: « 1/ 01 45 67 89 10 » is the mark of a list and ten digits.
_BARE = (
    rf"(?<![0-9])(?!(?:[0-9]{_GAP}){{1,8}}(?<![0-9]){_WHOLE})"
    rf"[1-9](?:{_GAP}[0-9]){{8}}(?![0-9])"
)
_SHORT_DIGITS = rf"[0-9](?:{_SHORT_GAP}[0-9]){{5,7}}(?!{_SHORT_GAP}[0-9])"
_INTERNATIONAL = (
    # Mayotte's own code until 2007; its nine-digit numbers came under +262 as they were.
    rf"(?P<mayotte>{_COUNTRY}269{_GAP}(?:269|639)(?:{_GAP}[0-9]){{6}})(?![0-9])"
    rf"|(?P<bare_overseas>(?<![0-9])(?:262|590|594|596)[1-9][0-9]{{8}})(?![0-9])"
    rf"|(?P<france>(?:{_COUNTRY}|(?<![0-9]))33{_TRUNK}[1-9](?:{_GAP}[0-9]){{8}})(?![0-9])"
    rf"|(?P<overseas>{_COUNTRY}(?:{_OVERSEAS}){_TRUNK}[1-9](?:{_GAP}[0-9]){{5,8}})(?![0-9])"
    rf"|(?P<foreign>{_COUNTRY}[1-9](?:[\s.\-()]{{0,3}}[0-9]){{6,14}})(?![0-9])"
)
_DOMESTIC = rf"|(?P<national>(?<![0-9]){_WHOLE})|(?P<bare>{_BARE})"
_NUMBER = re.compile(_INTERNATIONAL + _DOMESTIC)
#: In the Pacific a number has six or eight digits, some behind a country code without its sign.
_SHORT_NUMBER = re.compile(
    rf"{_INTERNATIONAL}"
    rf"|(?P<own>(?<![0-9])(?:508|681|687|689){_SHORT_GAP}{_SHORT_DIGITS})"
    rf"|(?P<short>(?<![0-9]){_SHORT_DIGITS})"
    rf"{_DOMESTIC}"
)

#: A digit too many behind a number, or the exponent of which it is the mantissa; what begins
#: another whole number, its mark or a time is none.
_NEXT = (
    rf"(?!{_WHOLE}|[0-9]{{1,2}} ?\) ?{_WHOLE}"
    rf"|00{_GAP}[1-9](?:{_GAP}[0-9]){{7}}|{_BARE}(?!{_GAP}[0-9])"
    r"|[0-9]{1,2} ?(?:[hH]\b|[hH:][0-9]{2}))"
)
_TOO_MANY = re.compile(rf"[eE][+-]?[0-9]|{_SIGN}{{0,3}}{_NEXT}[0-9]")
#: Where the slash parts the digits of the number, it parts no second one.
_TOO_MANY_SLASHED = re.compile(rf"{_GAP}{_NEXT}[0-9]")
_TOO_MANY_SHORT = re.compile(rf"{_SIGN}{{0,3}}(?!{_SHORT_DIGITS}|{_WHOLE})[0-9]")
#: Digits right before a number; a list is marked with one or two (« 2 - 02 38 79 22 33 »).
_BEFORE = re.compile(rf"(?:[0-9]{_SIGN}{{0,3}})+$")
_BEFORE_SLASHED = re.compile(rf"(?:[0-9]{_GAP})+$")
_MARK = re.compile(rf"[0-9]{{1,2}}{_GAP}")

_FAX_WORD = r"(?:\b(?:t[ée]l[ée][ -]?)?fax|\bt[ée]l[ée][ -]?copi\w*|\bF(?= ?:))"
_PHONE_WORD = r"(?:\bt[ée]l(?![ée][ -]?(?:fax|copi))\w*|\bmobiles?\b|\bport(?:able)?\b|\bT(?= ?:))"
_LABEL = re.compile(rf"(?P<fax>{_FAX_WORD})|{_PHONE_WORD}", re.I)
#: One number for both: « Tél. / fax ».
_PHONE_AND_FAX = re.compile(rf"{_PHONE_WORD}[ .]*(?:[/&+,-]|et|ou)[ .]*{_FAX_WORD}", re.I)
#: A label behind its number: « 02 38 79 22 34 (fax) », « 02 38 79 22 34 fax, ».
_NOTE = re.compile(r"\s*(?:\([^()]*\)|[^\W\d]+\.?\s*[,;/|])")
_LAST_NOTE = re.compile(rf"[^:]*?(?:{_FAX_WORD}|{_PHONE_WORD})(?!\s*:)", re.I)
_LETTER = re.compile(r"(?!\b(?:et|ou)\b)\b[^\W\d_]")

_FLOAT = re.compile(r"([0-9]{6,})[.,]00?\b")
_SCIENTIFIC = re.compile(r"\b([1-9])([.,])([0-9]{6,11})E(\+?)(0?8|10|11)\b", re.I)
#: An area code between brackets, with the rest of its number.
_AREA = re.compile(
    rf"\(\s*(0[1-9](?:[ .]?[0-9]{{2}})?)\s*\)(?=(?:{_GAP}[0-9]){{6,8}}(?!{_GAP}[0-9]))"
)
#: Typed to fill a cell: 06 00 00 00 00, 06 06 06 06 06, 01 23 45 67 89, 01 02 03 04 05.
_FILLER = re.compile(r"[1-9]([0-9])\1{7}|([1-9])(?:0\2){4}|123456789|102030405")
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
    line = text.tidy(raw if len(raw) <= _LONGEST else _beginning(raw))
    if not line:
        return Cleaned("", "texte_vide_de_sens" if raw.strip() else "")
    if text.is_placeholder(line) or _NOTHING.fullmatch(fold(line)):
        return Cleaned("", "texte_vide_de_sens")
    valid, foreign, faxes = _numbers(line, REGIONS.get(code_postal[:3], "FR"))
    others = [*foreign, *faxes]
    short = None if valid or others or _NUMBER.search(line) else _SHORT.search(line)
    if short:
        return _long_number(_NOT_DIGITS.sub("", short[1]))
    if not valid:
        return Cleaned("", "telephone_etranger" if foreign else "telephone_illisible")
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


def _beginning(raw: str) -> str:
    """The part that is read of an endless cell, without a number that would be cut in two."""
    head = raw[:_LONGEST]
    return head.rstrip("0123456789+()/.,-– \t\n") or head


def _numbers(line: str, region: str) -> tuple[list[str], list[str], list[str]]:
    """The distinct numbers of a line, in order: those the standard admits, foreign ones, faxes."""
    if _PLAIN_LINE.fullmatch(line) and region not in _SHORT_PLANS:
        number, admitted = _national(_NOT_DIGITS.sub("", line), region)
        return ([number] if admitted else []), [], []
    line = _plainly(line)
    matches = list((_SHORT_NUMBER if region in _SHORT_PLANS else _NUMBER).finditer(line))
    faxes = _faxes(line, matches)
    valid: dict[str, None] = {}
    foreign: dict[str, None] = {}
    labelled: dict[str, None] = {}
    settled = 0
    for match, is_fax in zip(matches, faxes, strict=True):
        number, admitted = _read(match, region)
        if admitted and not _stands_alone(match, line[settled : match.start()]):
            continue
        settled = match.end()
        if number:
            kept = labelled if is_fax else valid if admitted else foreign
            kept[number] = None
    return list(valid), list(foreign), [number for number in labelled if number not in valid]


def _plainly(line: str) -> str:
    """The line with its hyphens, spreadsheet's numbers, brackets and repeated signs made plain."""
    if not line.isascii():
        line = line.translate(_HYPHENS)
    line = _SCIENTIFIC.sub(_exact, _TWO_PREFIXES.sub("", _GLUED.sub(r"\1 ; ", line)))
    if "(" in line:
        line = _AREA.sub(r" \1 ", _BRACKETED.sub(r"\1", line))
    return _LETTER_O.sub("0", _FLOAT.sub(r"\1", line))


def _exact(found: re.Match[str]) -> str:
    return all_digits(found, most_zeros=2)


def _stands_alone(match: re.Match[str], before: str) -> bool:
    """Whether the number is all of the digits written there: with one too many it is wrong.

    ``before`` is the text that belongs to no number before it.
    """
    slashed = "/" in match[0]
    if match.lastgroup in ("short", "own"):
        too_many = _TOO_MANY_SHORT
    else:
        too_many = _TOO_MANY_SLASHED if slashed else _TOO_MANY
    if too_many.match(match.string, match.end()):
        return False
    if match[0].startswith("+"):
        return True
    beside = (_BEFORE_SLASHED if slashed else _BEFORE).search(before)
    return beside is None or (match[0].startswith("0") and bool(_MARK.fullmatch(beside[0])))


def _faxes(line: str, matches: list[re.Match[str]]) -> list[bool]:
    """Which of the numbers of a line are labelled as those of a fax."""
    # Without letters, as most lines are, there is no label to look for.
    if line.upper() == line.lower() or not _LABEL.search(line):
        return [False] * len(matches)
    ends = [0, *(match.end() for match in matches)]
    starts = [*(match.start() for match in matches), len(line)]
    gaps = [line[end:start] for end, start in zip(ends, starts, strict=True)]
    labelled_first = bool(_LABEL.search(gaps[0]))
    behind = not labelled_first and bool(_LAST_NOTE.match(gaps[-1]))
    faxes: list[bool] = []
    for before, after in pairwise(gaps):
        if behind:
            faxes.append(bool(_is_fax(after)))
            continue
        note = _NOTE.match(before) if faxes else None
        if note and (not labelled_first or "(" in note[0]):
            before = before[note.end() :]
        said = _is_fax(before)
        if said is None and faxes and not _LETTER.search(before):
            said = faxes[-1] and note is None  # « Fax : 02 38 79 22 34 ou 35 36 37 38 39 »
        own = _NOTE.match(after)
        if own and (not labelled_first or "(" in own[0]) and _is_fax(own[0]):
            said = True
        faxes.append(bool(said))
    return faxes


def _is_fax(words: str) -> bool | None:
    """What the last label among some words announces; None when there is none."""
    labels = list(_LABEL.finditer(words))
    if not labels:
        return None
    shared = any(found.end() == labels[-1].end() for found in _PHONE_AND_FAX.finditer(words))
    return labels[-1]["fax"] is not None and not shared


def _read(match: re.Match[str], region: str) -> tuple[str, bool]:
    """One candidate in E.164 ("" when it is not a number) and whether the standard admits it."""
    digits = _NOT_DIGITS.sub("", match[0])
    kind = match.lastgroup
    if kind == "short":
        return _valid(digits, region)
    if kind == "own":
        return _valid("+" + digits, None)
    if kind == "mayotte":
        return _valid("+262" + digits[-9:], None)
    if kind in ("france", "overseas", "bare_overseas", "foreign"):
        international = "+" + digits.removeprefix("00")
        # "+33 262…" is a number of La Réunion behind the country code of the mainland; where
        # the mainland has the number as well, the territory of the row tells which is meant.
        if kind == "france" and region not in ("FR", *_SHORT_PLANS):
            found = _valid("0" + international[-9:], region)
            if found[1]:
                return found
        found = _valid(international, None)
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
    if _FILLER.fullmatch(str(number.national_number)):
        return "", False
    admitted = number.country_code in COUNTRY_CODES
    # Of a foreign number only its being foreign matters: a plausible length is enough.
    test = phonenumbers.is_valid_number if admitted else phonenumbers.is_possible_number
    if not test(number):
        return "", False
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), admitted
