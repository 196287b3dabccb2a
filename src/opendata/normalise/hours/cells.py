"""A week of one line per day (``Mo: 9h-12h / 14h-17h``), as the mapping writes it."""

import re
from dataclasses import replace
from functools import lru_cache

from opendata.normalise.hours.compose import UNCLEAR, Clause, Reading
from opendata.normalise.hours.french import read
from opendata.normalise.hours.lexicon import APPOINTMENT, DAYS, FRENCH_DAYS, fold
from opendata.normalise.hours.remarks import LIMITED, asks_for_appointment, without_times
from opendata.normalise.hours.schedule import (
    LONGEST_COMMENT,
    MIDNIGHT,
    Day,
    Slot,
    merged,
    plausible,
    times,
)
from opendata.normalise.hours.slots import with_note
from opendata.normalise.personal import without_contacts, without_persons
from opendata.normalise.text import shorten

_LINE = re.compile(rf"(?:^|\n)[ \t]*({'|'.join(DAYS)}):")
#: The cell of a day as most files write it.
_PLAIN_CELL = re.compile(
    r"\s*[0-9]{1,2}[:h][0-9]{2}\s*-\s*[0-9]{1,2}[:h][0-9]{2}"
    r"(?:\s*/\s*[0-9]{1,2}[:h][0-9]{2}\s*-\s*[0-9]{1,2}[:h][0-9]{2})*\s*"
)
_CLOCK = re.compile(r"([0-9]{1,2})[:h]([0-9]{2})")
#: What a form writes when its fields are left as they were.
_BLANK_FIELD = re.compile(r"(?<![0-9:])00[:h]00\s*-\s*00[:h]00(?![0-9:])")
_NOTHING = frozenset(("", "non", "neant", "aucun"))
#: Longest cell read, with the remark beside it, in characters.
LONGEST_CELL = 1000


def is_by_day(text: str) -> bool:
    """Whether ``text`` is made of day lines."""
    return bool(_LINE.match(text))


def read_days(text: str) -> tuple[dict[int, Reading], dict[int, str]]:
    """What each line says, by the rank of its day, and the days that are not understood with
    their words ("mardi : sur place"). A day that is told twice, differently, is not.

    Nothing at all when every line is empty.
    """
    _, *parts = _LINE.split(text)
    if not any(map(str.isalnum, "".join(parts[1::2]))):
        return {}, {}
    readings: dict[int, Reading] = {}
    refused: dict[int, str] = {}
    known: dict[str, str] = {}
    for name, stated in zip(parts[::2], parts[1::2], strict=True):
        rank = DAYS.index(name)
        reading = read_cell(stated, rank) if known.setdefault(name, stated) == stated else None
        if reading is None:
            refused[rank] = f"{FRENCH_DAYS[rank]} : {' '.join(stated.split())}"
        else:
            readings[rank] = reading
    return {rank: readings[rank] for rank in readings if rank not in refused}, refused


@lru_cache(maxsize=50_000)
def read_cell(stated: str, rank: int) -> Reading | None:
    """What the cell of one day says, None when it is not understood."""
    if len(stated) > LONGEST_CELL:
        return None
    if limited := LIMITED.fullmatch(stated):
        return _within_limits(limited[1], limited[2], rank)
    if _PLAIN_CELL.fullmatch(stated) and "00:00" not in stated:
        slots = _plain_slots(stated)
        return Reading([Clause({Day(rank): slots})]) if slots else None
    text = _BLANK_FIELD.sub(" ", stated)
    parts = [part for part in text.split(" / ") if fold(part).strip(" .-/") not in _NOTHING]
    if not parts:
        return Reading([Clause({Day(rank): ()})])
    return read(" / ".join(parts), rank)


def _within_limits(stated: str, remark: str, rank: int) -> Reading | None:
    """The hours of a day beside a remark: read with it, else open only perhaps.

    What is not understood of the remark stays as the comment of hours that are not sure; one
    that asks for an appointment leaves them sure.
    """
    for said in (remark, without_times(remark)):
        together = read_cell(f"{stated} ({said})", rank)
        if together is not None and together.has_times:
            return together
    reading = read_cell(stated, rank)
    if reading is None:
        return None
    plain = re.sub(r'["\[\]]', "", remark)
    public = without_contacts(without_persons(plain)) == plain
    sure = asks_for_appointment(remark)
    general = APPOINTMENT if sure else UNCLEAR
    note = shorten(plain, LONGEST_COMMENT) if public else general
    clauses = [
        replace(one, week={day: with_note(slots, note, sure) for day, slots in one.week.items()})
        for one in reading.clauses
    ]
    return replace(reading, clauses=clauses)


def hours_of_day(text: str) -> str:
    """The times of one day's cell ("08:30-12:00,14:00+"), "" when it is closed or unclear.

    What qualifies the times ("sur rendez-vous", "1 x par mois") is left out.
    """
    reading = read_cell(text.strip(), 0)
    if reading is None:
        return ""
    slots = (slot for clause in reading.clauses for these in clause.week.values() for slot in these)
    return times(merged(slot._replace(note="", sure=True) for slot in slots))


def _plain_slots(stated: str) -> tuple[Slot, ...]:
    """The slots of a plain cell, () when one of them cannot be."""
    clocks = [(int(hour), int(minute)) for hour, minute in _CLOCK.findall(stated)]
    minutes = [hour * 60 + minute for hour, minute in clocks]
    pairs = list(zip(minutes[::2], minutes[1::2], strict=True))
    if any(minute > 59 for _, minute in clocks) or not all(plausible(*pair) for pair in pairs):
        return ()
    return merged(Slot(start, end if end > start else end + MIDNIGHT) for start, end in pairs)
