"""What kind of value one cell is.

"Looks like a telephone number" means that the normaliser of telephone numbers accepts it:
what is recognised here is what the pipeline will be able to publish. Around the normalisers
stand cheap refusals, since each of them meets thousands of cells of other kinds, and a few
rules on what two kinds would both accept (a point has the digits of a telephone number).

Every function takes the text of a cell and says whether it is of the kind.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache

from opendata.normalise import dates, email, hours, identifiers, insee, personal, phone, postcode
from opendata.normalise import url as web
from opendata.normalise.closed_list import cleaner
from opendata.normalise.coordinates import FRANCE, LAMBERT_93
from opendata.normalise.text import is_placeholder
from opendata.schema import fold

#: The same cell is put to many kinds in turn, and most of them compare its folded text.
folded = lru_cache(maxsize=1024)(fold)

_YES = frozenset({"oui", "yes", "true", "vrai", "x", "1", "o", "y", "ok"})
_NO = frozenset({"non", "no", "false", "faux", "0", "n", "limited"})
#: ``9h``, ``9h30``, ``14:00``, ``9 heures``, ``midi``.
_TIME = re.compile(r"\b\d{1,2} ?(?:h|:|heures?)(?: ?\d{2})?\b|\bmidi\b", re.I)
#: A French day in folded text, in full or as three letters.
_DAY = re.compile(
    r"\b(?:lun|mar|mer|jeu|ven|sam|dim)(?:di|credi|dredi|anche|edi)?s?\b|tous les jours"
)
#: A day as OpenStreetMap writes it.
_OSM_DAY = re.compile(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)\b")
#: Folded cells of a day column that hold no time.
_CLOSED = frozenset({"ferme", "fermee", "sur rendez vous", "sur rdv", "non"})
_LONGEST_DAY = 60
#: ``1`` to ``95`` (a leading zero lost or doubled), Corsica, overseas.
_DEPARTEMENT = re.compile(r"0?[1-9]|[1-8][0-9]|9[0-5]|2[ABab]|97[1-8]|98[678]")
#: ``12``, ``12 bis``, ``12.0`` (a spreadsheet's), ``12-14``, ``3 et 5 ter``.
_HOUSE_NUMBER = re.compile(
    r"\d{1,4}(?:\.0)? ?(?:bis|ter|quater|[a-d])?(?: ?(?:[-/,&]|à|et) ?\d{1,4} ?(?:bis|ter)?)*",
    re.I,
)
#: A number alone, with a comma or a point, possibly in scientific notation.
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d+)?(?:[eE][+-]?\d+)?")
#: ``20210304``: the only dates written as bare numbers that are not taken for numbers.
_COMPACT_DATE = re.compile(r"(?:19|20)\d{6}")
#: Two numbers in degrees, in brackets or not, and what parts them (group 2).
_PAIR = re.compile(r"[\[(]?\s*([+-]?\d{1,3}\.\d+)\s*([,;| ])\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[\])]?")
#: A number with decimals, alone or first of two; ``0261914598.0`` is a telephone number.
_DECIMALS = re.compile(r"[\[(]?[+-]?(?:\d{1,3}[.,]\d{3,}|\d+[.,](?!0$)\d+$)")
_CIVILITY = re.compile(r"\b(?:mme|mlle|monsieur|madame)\b")
_WEB = re.compile(r"https?://|www\.")
_LETTER = re.compile(r"[^\W\d_]")
#: Beyond these lengths a cell is a sentence, which the recogniser would search in vain.
_LONGEST_PHONE = 80
_LONGEST_TERM = 200
_LONGEST_COMMUNE = 60
_LONGEST_NOTHING = 24


def is_nothing(value: str) -> bool:
    """Whether a cell says nothing; a lone ``x`` says yes in the box it ticks."""
    # No word for "nothing" is longer, or begins with a digit: most cells are settled here.
    if len(value) > _LONGEST_NOTHING or value[:1].isdigit():
        return False
    return is_placeholder(value) and fold(value) != "x"


# --- places ----------------------------------------------------------------------------


@cache
def _reference() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Postcodes, commune codes and commune names (keys) that exist."""
    from opendata.geocode.gazetteer import load_reference
    from opendata.paths import paths_from_environment

    reference = load_reference(paths_from_environment())
    postcodes = frozenset(reference.by_postcode) | frozenset(reference.arrondissement_by_postcode)
    names = frozenset(name.key for name in reference.names)
    return postcodes, frozenset(reference.today), names


def is_postcode(value: str) -> bool:
    """A postcode of a commune, or that of a CEDEX, which is in no list of communes."""
    code = postcode.clean(value).value if _has_digits(value, 4) else ""
    return code in _reference()[0] or (bool(code) and "cedex" in value.lower())


def is_insee(value: str) -> bool:
    """The code of a commune of today."""
    return _has_digits(value, 4) and insee.clean(value).value in _reference()[1]


def is_commune(value: str) -> bool:
    """The name of a commune, however it is spelt."""
    from opendata.geocode.names import stated_name

    return len(value) < _LONGEST_COMMUNE and stated_name(value).key in _reference()[2]


def is_departement(value: str) -> bool:
    """The code of a département."""
    return bool(_DEPARTEMENT.fullmatch(value))


def is_house_number(value: str) -> bool:
    """The number of a house in its street, or several."""
    return bool(_HOUSE_NUMBER.fullmatch(value))


# --- numbers and points ----------------------------------------------------------------


def is_number(value: str) -> bool:
    """A number and nothing else."""
    return bool(_NUMBER.fullmatch(value))


def _number(value: str) -> float:
    """The number a cell is; NaN, which lies between no bounds, when it is none."""
    return float(value.replace(",", ".")) if is_number(value) else float("nan")


def is_latitude(value: str) -> bool:
    """A decimal number that lies between two parallels of France."""
    return _is_decimal(value) and any(
        south <= _number(value) <= north for south, north, _, _ in FRANCE
    )


def is_longitude(value: str) -> bool:
    """A decimal number that lies between two meridians of France."""
    return _is_decimal(value) and any(west <= _number(value) <= east for _, _, west, east in FRANCE)


def _is_decimal(value: str) -> bool:
    return "." in value or "," in value


def is_lambert_x(value: str) -> bool:
    """An easting of Lambert-93, in metres."""
    return LAMBERT_93[0] <= _number(value) <= LAMBERT_93[1]


def is_lambert_y(value: str) -> bool:
    """A northing of Lambert-93, in metres."""
    return LAMBERT_93[2] <= _number(value) <= LAMBERT_93[3]


def pair_of_numbers(value: str) -> tuple[float, float, str] | None:
    """The two numbers of ``[47.90,1.91]`` and what parts them; None for any other cell."""
    found = _PAIR.fullmatch(value)
    return (float(found[1]), float(found[3]), found[2]) if found else None


def is_in_france(latitude: float, longitude: float) -> bool:
    """Whether a point in degrees lies in one of the boxes of France."""
    return any(s <= latitude <= n and w <= longitude <= e for s, n, w, e in FRANCE)


# --- contacts and identifiers ----------------------------------------------------------


def _has_digits(value: str, least: int) -> bool:
    return sum(map(str.isdigit, value)) >= least


def is_identifier(value: str) -> bool:
    """A SIRET, an RNA or a RIDET."""
    return _has_digits(value, 9) and bool(identifiers.clean(value).value)


def is_siren(value: str) -> bool:
    """Nine digits that are a SIREN."""
    digits = re.sub(r"\D", "", value)
    return len(digits) == 9 and identifiers.clean(digits).code in ("", "siren_sans_etablissement")


def is_phone(value: str) -> bool:
    """One telephone number or several."""
    # « 48.856614, 2.352222 » and « 05/05/2021 14:29:42 » have the digits of a number too.
    if len(value) >= _LONGEST_PHONE or not _has_digits(value, 6):
        return False
    if _DECIMALS.match(value) or is_date(value):
        return False
    return bool(phone.clean(value).value)


def is_email(value: str) -> bool:
    """One e-mail address or several."""
    return "@" in value and bool(email.clean(value).value)


def is_url(value: str) -> bool:
    """Whether most of a cell is a web address: a sentence that quotes one is a sentence."""
    if "." not in value or "@" in value or is_number(value):
        return False
    found = web.clean(value)
    return bool(found.value) and 3 * len(found.detail) <= len(value)


def holds_whole_address(value: str) -> bool:
    """Whether a web address says itself that it is one; ``exemple.fr`` does not."""
    return bool(_WEB.search(value))


def is_date(value: str) -> bool:
    """A whole date, in any spelling."""
    # Bare numbers are dates to a spreadsheet only: a postcode or a count may be one too.
    if is_number(value) and not _COMPACT_DATE.fullmatch(value):
        return False
    return bool(dates.clean(value).value)


# --- hours -----------------------------------------------------------------------------


def is_osm_hours(value: str) -> bool:
    """Opening hours in the syntax of OpenStreetMap."""
    return bool(_OSM_DAY.search(value)) and hours.valid(value)


def is_week_hours(value: str) -> bool:
    """Opening hours in words: a day and a time."""
    return bool(_TIME.search(value) and _DAY.search(folded(value))) and not is_osm_hours(value)


def is_day_hours(value: str) -> bool:
    """The hours of one day: two times and no day, or a word for "closed"."""
    if folded(value) in _CLOSED:
        return True
    if len(value) >= _LONGEST_DAY or len(_TIME.findall(value)) < 2:
        return False
    return not _DAY.search(folded(value))


# --- words -----------------------------------------------------------------------------


def is_flag(value: str) -> bool:
    """Yes or no, in any spelling."""
    return folded(value) in _YES or folded(value) in _NO


def is_person(value: str) -> bool:
    """Whether a text is somebody's name: two to four words, one of them a first name."""
    text = folded(value)
    words = text.split()
    named = any(word in personal.FIRST_NAMES for word in words[:2])
    return bool(_CIVILITY.search(text)) or (2 <= len(words) <= 4 and named)


def is_text(value: str) -> bool:
    """At least three letters."""
    return len(_LETTER.findall(value)) >= 3


def is_in_list(name: str) -> Callable[[str], bool]:
    """The function that says whether all of a cell is of the closed list ``name``."""
    clean = cleaner(name)

    def accepts(value: str) -> bool:
        # No term is a sentence, and sentences cost the recognisers of words the most.
        if len(value) >= _LONGEST_TERM:
            return False
        found = clean(value)
        return bool(found.value) and not found.code

    return accepts
