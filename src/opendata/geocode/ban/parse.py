"""An address line as people write it -> what to look for, most likely reading first.

    "Mairie - 12 bis, av. du Gal Leclerc BP 40"  ->  12 b, avenue, general leclerc
                                                     then the locality "mairie"

The line is cut where people put one thing beside another (commas, dashes between spaces, line
breaks); what never is a street (boxes, floors, buildings, CEDEX) is taken out first. A number
before a kind of way is the surest reading; a kind of way without a number comes next; a line
that holds neither may be the name of a locality.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from opendata.geocode.ban.names import StreetKey, street_key
from opendata.geocode.ban.words import (
    BEFORE_A_WAY,
    CLEAR_WAY_WORDS,
    REPETITIONS,
    WAY_ABBREVIATIONS,
    WAY_WORDS,
)
from opendata.schema import unaccented

#: More readings than this are never tried: the third segment of a line is seldom the street.
MAX_READINGS = 4


class Reading(NamedTuple):
    """One way to read a line. ``number`` is 0 and ``repetition`` "" when there is none."""

    number: int
    repetition: str
    kind: str
    core: str

    @property
    def key(self) -> StreetKey:
        return StreetKey(self.kind, self.core)


def _either(words: frozenset[str]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


#: « Petite rue du Mont » and « rue du Mont » are two streets.
_BEFORE = f"(?:(?:{_either(frozenset(BEFORE_A_WAY))}) )?"
_ROUND = frozenset(["rond point", "rd pt", "rd point"])
_KIND = f"{_BEFORE}(?:{_either(WAY_WORDS.union(WAY_ABBREVIATIONS, _ROUND))})"
_SHORT_CLEAR = frozenset(["av", "ave", "bd", "bld", "blvd", "chem", "imp", "pl", "rte", "sq"])
_CLEAR = f"{_BEFORE}(?:{_either(CLEAR_WAY_WORDS | _SHORT_CLEAR | _ROUND)})"
_NUMBER = r"(?P<number>\d{1,4}) ?-? ?(?P<repetition>bis|ter|quater|quinquies|[a-h])?\b"
#: "12-14 rue", "12 et 14 rue", "12/14 rue", "3 a 7 rue", "12, 14 rue": the first counts.
_RANGE = r"(?: ?(?:[-/&,+]|et|au?) ?\d{1,4} ?(?:bis|ter|quater|[a-h])?\b){0,4}"

#: The forms of a segment, surest first. Before a kind of way any letter repeats a number.
_FORMS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?<!\d[-/]){_NUMBER}{_RANGE}[\s,]*(?P<name>(?:{_KIND})\b.*)$",
        r"\b(?P<number>\d{1,4})\s*(?P<repetition>[a-z])"
        rf"[\s,]+(?P<name>(?:{_KIND})\b\s.*)$",
        rf"^(?:n\s*)?{_NUMBER}{_RANGE}[\s,]*(?P<name>(?=.*[a-z]{{3}}).*)$",
        rf"^(?P<name>(?:{_KIND})\b.*?(?:[a-z]{{2}}|\b\d{{4}}))[\s,]+(?:n\s*)?{_NUMBER}$",
        rf"\b(?P<name>(?:{_CLEAR})\b .*)$",
        r"\b(?P<number>\d{1,4})\s*(?P<repetition>bis|ter|[a-c])?\s+(?P<name>[a-z].*)$",
    )
)
_OPENS_WITH_KIND = re.compile(rf"(?:{_KIND})\b")
#: From this length on, a word one typing error away from a kind of way may be that kind.
_SHORTEST_KIND = 5
_LONG_KINDS = sorted(word for word in WAY_WORDS if len(word) >= _SHORTEST_KIND)
_BARE_NUMBER = re.compile(rf"(?:n\s*)?\d{{1,4}}\s*(?:bis|ter|quater|[a-h])?\b{_RANGE}")
#: Dates in names: « rue du 8 mai 1945 » is no number 1945, « place du 11 novembre » no 11.
_MONTHS = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
_DATE = re.compile(rf"^\d{{1,2}}\s*(?:er)?\s+(?:{_MONTHS})\b")
_ENDS_WITH_MONTH = re.compile(rf"\b(?:{_MONTHS})$")

_NOISE = re.compile(
    r"\b(?:bp|b p|cs|tsa|cidex|boite(?: postale)?) ?n? ?\d{1,6}\b"
    r"|\bcedex\b(?:\s*\d{1,2}\b)?"
    r"|\b\d{1,2}\s*(?:er|e|eme|ere|nd|nde)?\s*etage\b|\brez de chaussee\b|\brdc\b"
    # « Tour B », but not « rue de la Tour B ».
    r"|(?<!\bla )(?<!\bde )(?<!\bdu )\b(?:batiments?|bat|appt?|apt|appartement|etage|escalier|esc"
    r"|porte|hall|entree|bureau|local|lot|bloc|tour)\b\s*(?:n\s*)?"
    rf"(?:[a-z]?\d+[a-z]?\b(?!\s+(?:{_CLEAR})\b)|[a-h]\b(?=\s*(?:$|[,;:/\n-]|\d|(?:{_CLEAR})\b)))"
    r"|\([^)]*\)"
)
_SEPARATORS = re.compile(r"\s*(?:[,;:|\n]|\s[-/]+\s)\s*")
_POSTCODE_TAIL = re.compile(
    r"[\s,]*\b(?:f\s*-\s*)?(?:\d{5}|\d{2} \d{3})\b(?:[\s,]+[a-z].*|\s*)$", re.S
)
#: "16 - 18, route": what is between is no separator.
_SPACED_RANGE = re.compile(
    r"(?:(?<=^\d)|(?<=^\d\d)|(?<=^\d{3})|(?<=[-,; ]\d)|(?<=[-,; ]\d\d))"
    r" [-/] (?=\d{1,4}\b(?: |,))"
)
#: "12rue Haute".
_GLUED = re.compile(rf"\b(\d{{1,4}})(?=(?:{_CLEAR})\b)")
#: A postcode and its town before the address.
_LEADING_TOWN = re.compile(r"^\d{5} [^,;\n\d]*?(?:[,;\n]| [-/] )")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_QUOTES = re.compile(r"['\".]")
#: Longer lines are no addresses, and some patterns look at every pair of characters.
_LONGEST = 400
_SPACES = re.compile(r"[^\S\n]+")


@lru_cache(maxsize=65_536)
def readings(address: str, postcode: str = "") -> tuple[Reading, ...]:
    """The ways to read ``address``, most likely first; () when it says nothing.

    ``postcode`` is cut off with what follows it, when the line repeats it.
    """
    ranked = [one for segment in _segments(address, postcode) for one in _read(segment)]
    # Sorting is stable: among segments of one kind, the first in the line comes first.
    ranked.sort(key=lambda one: one[0])
    first: dict[StreetKey, Reading] = {}
    for _, reading in ranked:
        if reading.core:
            first.setdefault(reading.key, reading)
    return tuple(first.values())[:MAX_READINGS]


def _read(segment: str) -> list[tuple[int, Reading]]:
    """The readings of one segment, each with its rank: the lower, the surer."""
    for rank, pattern in enumerate(_FORMS):
        found = pattern.search(segment)
        if found and not _is_date(segment[found.start() :], found):
            parts = found.groupdict()
            if parts["name"] in REPETITIONS:
                return []
            repetition = parts.get("repetition") or ""
            number = int(parts.get("number") or 0)
            house = number, REPETITIONS.get(repetition, repetition)
            read = [(rank, Reading(*house, *key)) for key in _keys(found["name"])]
            if any(one.kind for _, one in read):
                return read
            # « 4 Chemins » is perhaps a locality.
            return [*read, (len(_FORMS), Reading(0, "", *street_key(segment)))]
    if not re.search("[a-z]{2}", segment):
        return []
    return [(len(_FORMS), Reading(0, "", *key)) for key in _keys(segment)]


def plain(address: str) -> str:
    """The line as it is read: lines that are plainly the same are read the same."""
    text = unaccented(_DASHES.sub("-", address[:_LONGEST])).lower()
    return _SPACES.sub(" ", _QUOTES.sub(" ", text)).strip()


def _segments(address: str, postcode: str) -> list[str]:
    text = _GLUED.sub(r"\1 ", plain(address))
    text = _SPACED_RANGE.sub("-", _NOISE.sub(" ", text))
    text = _LEADING_TOWN.sub("", text)
    if postcode and text.find(postcode) > 0:
        text = re.sub(rf"[\s,]*\b{re.escape(postcode)}\b.*$", "", text, flags=re.S)
    text = _POSTCODE_TAIL.sub("", text)
    parts = [part.strip(" -/") for part in _SEPARATORS.split(_SPACES.sub(" ", text))]
    return list(dict.fromkeys(_with_numbers([part for part in parts if part])))


def _with_numbers(parts: list[str]) -> list[str]:
    """A number that stands alone belongs to the way behind it, or else before it.

    "12, rue X" and "12, 14 rue X", but also "rue X, 12".
    """
    joined: list[str] = []
    for part in reversed(parts):
        if joined and _BARE_NUMBER.fullmatch(part):
            between = "-" if joined[-1][0].isdigit() else " "
            joined[-1] = part + between + joined[-1]
        else:
            joined.append(part)
    joined.reverse()
    if len(joined) > 1 and _BARE_NUMBER.fullmatch(joined[-1]) and not joined[-2][0].isdigit():
        return [*joined[:-2], f"{joined[-2]} {joined[-1]}"]
    return joined


def _keys(name: str) -> list[StreetKey]:
    """The keys a stated name may have.

    A kind of way with a typing error is perhaps one; one that is as often a part of a name
    ("Porte Chaumont") is perhaps none.
    """
    key = street_key(name)
    if key.kind and key.kind not in CLEAR_WAY_WORDS:
        return [key, StreetKey("", f"{key.kind} {key.core}")]
    if key.kind or " " not in key.core:
        return [key]
    first, rest = key.core.split(" ", 1)
    kind = _misspelt_kind(first)
    return [key, StreetKey(kind, rest)] if kind else [key]


@lru_cache(maxsize=16_384)
def _misspelt_kind(word: str) -> str:
    if len(word) < _SHORTEST_KIND - 1 or word in WAY_WORDS:
        return ""
    near = process.extractOne(word, _LONG_KINDS, scorer=OSA.distance, score_cutoff=1)
    return str(near[0]) if near else ""


def _is_date(text: str, found: "re.Match[str]") -> bool:
    """« 8 mai 1945 » is no number 8, nor number 1945; « 8 rue du 8 mai » is."""
    if _ENDS_WITH_MONTH.search(found["name"]) and found.end("name") < found.end():
        return True
    return bool(_DATE.match(text)) and not _OPENS_WITH_KIND.match(found["name"])
