"""Days, months and dates out of the tokens of a text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from opendata.normalise.hours.lexicon import HOLIDAY, MONTHS
from opendata.normalise.hours.schedule import Day
from opendata.normalise.hours.words import Token

ORDINALS = r"(?:O(?:[,e/d-]*O)*d*)"
DAY = rf"(?:d*{ORDINALS}?[DE]u?)"
#: "du lundi au vendredi", "mardi, jeudi et samedi", "1er et 3e mardi du mois".
DAYS_SHAPE = rf"f*d*a?d*{DAY}(?:(?:-|a|,?e?|/|,e)[da]*{DAY})*"
#: "de juin à septembre", "juillet-août", "du 15 juin au 15 septembre", "vacances scolaires".
PERIOD_SHAPE = r"[df]*(?:[VKNYW]|(?P<dates>[BO]M?ad?[BO]M)|M(?:(?:[-a]|[,e]+)d*M)*)f*"
WEEKS = {1: "week 01-53/2", 2: "week 02-52/2"}

_PIECE = re.compile(rf"(?P<link>[^DEO]*?)(?P<ordinals>{ORDINALS}?)(?P<day>[DE])(?P<month>u?)")
_RANGE_OF_MONTHS = re.compile(r"M[-a]d*M")


class NotUnderstood(Exception):
    """What stands at this place is not understood; it never leaves this package."""


def require(condition: object) -> None:
    """Refuse the text unless ``condition`` holds."""
    if not condition:
        raise NotUnderstood


@dataclass
class Days:
    """The days a clause is about.

    ``between`` holds the days between two that may be a list or a range ("lundi vendredi");
    ``note`` what was said of them ("un samedi sur deux"), and ``sure`` whether all are meant.
    """

    days: list[Day]
    between: tuple[int, ...] = ()
    note: str = ""
    sure: bool = True


def read_days(tokens: Sequence[Token], kinds: str, start: int, end: int) -> Days:
    """The days that stand from ``start`` to ``end``."""
    pieces: list[tuple[str, list[Day]]] = []
    note, sure = "", True
    for found in _PIECE.finditer(kinds, start, end):
        token = tokens[found.start("day")]
        ordinals = range(*found.span("ordinals"))
        nth = tuple(tokens[place].number for place in ordinals if kinds[place] == "O")
        require(len(set(nth)) == len(nth) and (not nth or len(token.days) == 1))
        require(nth or not found["month"])
        note, sure = note or token.text, sure and token.kind == "D"
        pieces.append((_link(found["link"]), [Day(rank, nth) for rank in token.days]))
    # "lundi et un samedi sur deux" are two statements.
    require(sure or len(pieces) == 1)
    links = {link for link, _ in pieces[1:]}
    if len(pieces) > 2 and links == {"-"}:
        # "mar-mer-jeu" is a list; a period has two ends.
        pieces = [(",", days) for _, days in pieces]
    days, between = _together(pieces)
    # "lundi-mercredi vendredi" may be three days or four.
    wide = any(
        link in ("-", "a") and these[0].rank > before[-1].rank + 1
        for (_, before), (link, these) in pairwise(pieces)
    )
    require(not (wide and "" in links))
    require(len(set(days)) == len(days))
    return Days(days, between, note, sure)


def _together(pieces: list[tuple[str, list[Day]]]) -> tuple[list[Day], tuple[int, ...]]:
    days: list[Day] = []
    between: tuple[int, ...] = ()
    for place, (link, these) in enumerate(pieces):
        first = these[0]
        if place and link in ("-", "a"):
            last = days[-1]
            require(len(these) == 1 and not last.nth and not first.nth and first.rank != HOLIDAY)
            # "lundi-mercredi au samedi" has no plain meaning.
            require(last.rank < first.rank and pieces[place - 1][0] not in ("-", "a"))
            days += [Day(rank) for rank in range(last.rank + 1, first.rank + 1)]
            continue
        if place and link in ("", "/") and len(pieces) == 2 and len(these) == 1:
            between = tuple(range(days[-1].rank + 1, first.rank))
        days += these
    return days, between


def _link(signs: str) -> str:
    for sign in "a-,e/.":
        if sign in signs:
            return "," if sign in ",e." else sign
    return ""


def read_months(part: Sequence[Token], kinds: str) -> str:
    """``Jun-Sep``, ``Jul-Aug`` for "juillet et août", ``Jan,Mar``."""
    numbers = [token.number for token in part if token.kind == "M"]
    if len(numbers) == 2 and _RANGE_OF_MONTHS.search(kinds):
        return f"{MONTHS[numbers[0]]}-{MONTHS[numbers[1]]}"
    require(not _RANGE_OF_MONTHS.search(kinds))
    if len(numbers) > 1 and all((one + 1) % 12 == two for one, two in pairwise(numbers)):
        return f"{MONTHS[numbers[0]]}-{MONTHS[numbers[-1]]}"
    # "Mar" alone is read as mardi by some; with days of the month it can only be March.
    names = ("Mar 1-31" if MONTHS[number] == "Mar" else MONTHS[number] for number in numbers)
    return ",".join(names)


def read_dates(part: Sequence[Token]) -> str:
    """``Jun 15-Sep 15``; the month of "du 1er au 15 août" stands once, for both days."""
    parts = [token for token in part if token.kind in "BOM"]
    days = [
        token.number // 60 if token.kind == "B" else token.number
        for token in parts
        if token.kind != "M"
    ]
    months = [MONTHS[token.number] for token in parts if token.kind == "M"]
    require(all(0 < day <= 31 for day in days))
    require(len(months) == 2 or days[0] < days[1])
    last = f"{days[1]}" if len(months) == 1 else f"{months[1]} {days[1]}"
    return f"{months[0]} {days[0]}-{last}"
