"""A week of one line per day (``Mo: 9h-12h / 14h-17h``), as the mapping writes it."""

import re
from dataclasses import replace
from functools import lru_cache

from opendata.normalise.hours.compose import UNCLEAR, Reading
from opendata.normalise.hours.french import read
from opendata.normalise.hours.lexicon import APPOINTMENT, CODES, FRENCH_DAYS, NAMES, fold
from opendata.normalise.hours.remarks import LIMITED, asks_for_appointment, without_times
from opendata.normalise.hours.schedule import (
    LONGEST_COMMENT,
    MIDNIGHT,
    Slot,
    merged,
    plausible,
    times,
)
from opendata.normalise.hours.slots import with_note
from opendata.normalise.personal import without_contacts, without_persons
from opendata.normalise.text import is_placeholder, shorten

_LINE = re.compile(rf"(?:^|\n)[ \t]*({'|'.join(CODES)}):")
#: The cell of a day as most files write it.
_PLAIN_CELL = re.compile(
    r"\s*[0-9]{1,2}[:h][0-9]{2}\s*-\s*[0-9]{1,2}[:h][0-9]{2}"
    r"(?:\s*/\s*[0-9]{1,2}[:h][0-9]{2}\s*-\s*[0-9]{1,2}[:h][0-9]{2})*\s*"
)
_CLOCK = re.compile(r"([0-9]{1,2}) ?[:hH] ?([0-5][0-9](?! ?(?:[hH]|:[0-9])))?")
#: A period of the day, whatever stands around it; the minutes are not another hour.
_HOUR = r"[0-9]{1,2} ?(?:[hH] ?(?:[0-5][0-9](?! ?(?:[hH]|:[0-9])))?|:[0-5][0-9])"
_PERIOD = re.compile(rf"(?<![0-9:.,]){_HOUR}\s*(?:-|–|à|a|/)?\s*{_HOUR}(?![0-9:])")
#: Folded words that close the place, limit its times or speak of another day.
_CLOSES = re.compile(
    r"ferm|\bpas\b|\bsauf|\bhors\b|except|jusqu|\bavant\b|apres\b|annul|suspen|reserv|interne"
    r"|telephon|(?<![a-z])x(?![a-z])|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
)
_WORD = re.compile(r"[^\W\d_]{3}")
_OWN_NAME = re.compile(rf"(?:le )?(?:{'|'.join(FRENCH_DAYS)})s?\s*:?\s+(?=(?:de )?[0-9])", re.I)
#: What a form writes when its fields are left as they were.
_BLANK_FIELD = re.compile(r"(?<![0-9:])00[:h]00\s*-\s*00[:h]00(?![0-9:])")
_NOTHING = frozenset(("", "non", "neant", "aucun"))
#: Longest cell read, with the remark beside it, in characters.
LONGEST_CELL = 1000


def is_by_day(text: str) -> bool:
    """Whether ``text`` is made of day lines."""
    return bool(_LINE.match(text))


def read_days(text: str) -> tuple[dict[int, Reading], dict[int, str]]:
    """What each line says, by the rank of its day, and the words of the days that are not
    understood ("mardi : sur place"), of which the reading says nothing sure.

    A day that is told twice, differently, is not understood. Nothing at all when every line is
    empty.
    """
    _, *parts = _LINE.split(text)
    if not any(map(str.isalnum, "".join(parts[1::2]))):
        return {}, {}
    readings: dict[int, Reading] = {}
    refused: dict[int, str] = {}
    known: dict[str, str] = {}
    for name, stated in zip(parts[::2], parts[1::2], strict=True):
        rank = CODES.index(name)
        contradicted = known.setdefault(name, stated) != stated
        reading = None if contradicted else read_cell(stated, rank)
        if reading is None:
            refused[rank] = f"{NAMES[rank]} : {' '.join(stated.split())}"
            reading = _unclear(rank) if contradicted else _in_doubt(stated, rank)
        readings[rank] = reading
    return readings, refused


@lru_cache(maxsize=50_000)
def read_cell(stated: str, rank: int) -> Reading | None:
    """What the cell of one day says, None when it is not understood."""
    if len(stated) > LONGEST_CELL:
        return None
    if limited := LIMITED.fullmatch(stated):
        return _within_limits(limited[1], limited[2], rank)
    if _PLAIN_CELL.fullmatch(stated) and "00:00" not in stated:
        slots = _plain_slots(stated)
        return Reading.of_day(rank, *slots) if slots else None
    text = _BLANK_FIELD.sub(" ", stated)
    parts = [part for part in text.split(" / ") if fold(part).strip(" .-/") not in _NOTHING]
    if not parts:
        return Reading.of_day(rank)
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
    sure = asks_for_appointment(remark)
    note = _comment(remark, APPOINTMENT if sure else UNCLEAR)
    clauses = [
        replace(one, week={day: with_note(slots, note, sure) for day, slots in one.week.items()})
        for one in reading.clauses
    ]
    return replace(reading, clauses=clauses)


def _in_doubt(stated: str, rank: int) -> Reading:
    """Plain times among words that are not understood ("9h-12h (salle Mandela)").

    They hold perhaps, and the words stay beside them. Words that close the place, or other times
    than whole periods, leave nothing but a day that is unclear, with the words if there are any.
    """
    rest = _PERIOD.sub(" ", stated)
    slots = _plain_slots(" ".join(found[0] for found in _PERIOD.finditer(stated)))
    if not slots or _CLOSES.search(fold(stated)) or re.search(r"\d ?[hH:]|\d{3}", rest):
        said = _WORD.search(stated) and not is_placeholder(stated)
        return _unclear(rank, _comment(stated, UNCLEAR) if said else UNCLEAR)
    return Reading.of_day(rank, *with_note(slots, _comment(stated, UNCLEAR), False))


def _unclear(rank: int, note: str = UNCLEAR) -> Reading:
    """A day of which nothing is known: neither closed nor open."""
    return Reading.of_day(rank, Slot(None, None, note, False))


def _comment(text: str, general: str) -> str:
    """A text as a comment of OSM; ``general`` in its place when it speaks of a person."""
    plain = " ".join(re.sub(r'["\[\]]', "", text.replace("¦", "/")).split())
    plain = re.sub(r" (?=[;,])", "", plain)
    public = without_contacts(without_persons(plain)) == plain
    return shorten(plain, LONGEST_COMMENT) if public else general


def hours_of_day(text: str) -> str:
    """The times of one day's cell ("08:30-12:00,14:00+"), "" when it is closed or unclear.

    What qualifies the times ("sur rendez-vous", "1 x par mois") is left out, and so is the name
    of the day when the cell repeats it.
    """
    cell = _OWN_NAME.sub("", text.strip())
    reading = read_cell(cell, 0) or _in_doubt(cell, 0)
    slots = (slot for clause in reading.clauses for these in clause.week.values() for slot in these)
    return times(merged(slot._replace(note="", sure=True) for slot in slots))


def _plain_slots(stated: str) -> tuple[Slot, ...]:
    """The slots of a plain cell, () when one of them cannot be."""
    clocks = [(int(hour), int(minute or 0)) for hour, minute in _CLOCK.findall(stated)]
    minutes = [hour * 60 + minute for hour, minute in clocks]
    pairs = list(zip(minutes[::2], minutes[1::2], strict=True))
    if any(minute > 59 for _, minute in clocks) or not all(plausible(*pair) for pair in pairs):
        return ()
    return merged(Slot(start, end if end > start else end + MIDNIGHT) for start, end in pairs)
