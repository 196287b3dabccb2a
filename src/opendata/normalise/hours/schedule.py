"""What opening hours are once understood, and how OpenStreetMap writes them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from opendata.normalise.hours.lexicon import DAYS, HOLIDAY

MIDNIGHT = 24 * 60
#: A day that begins before DAWN_MIN and lasts LONG_DAY_MIN is a slip of the pen:
#: "1h-19h" stands for 10h or 13h; open all day and night is written 00:00-24:00.
DAWN_MIN = 5 * 60
LONG_DAY_MIN = 12 * 60
#: A night ends by then: "20h-2h" is one, "14h-12h" a slip.
NIGHT_ENDS_MIN = 6 * 60
NIGHT_BEGINS_MIN = 16 * 60
LONGEST_COMMENT = 100


class Slot(NamedTuple):
    """A time of opening, in minutes after midnight of its day.

    ``start`` None: no time is said; ``end`` None: it is not said when it ends; an ``end``
    after midnight counts on (26 h). ``sure`` is False for what holds on some days only.
    """

    start: int | None
    end: int | None
    note: str = ""
    sure: bool = True


class Day(NamedTuple):
    """A day of the week (7: public holidays), or only its ``nth`` ones in a month."""

    rank: int
    nth: tuple[int, ...] = ()


Week = dict[Day, tuple[Slot, ...]]


def plausible(start: int, end: int) -> bool:
    """Whether a place can be open from ``start`` to ``end`` (which may follow midnight)."""
    if end <= start:
        return start >= NIGHT_BEGINS_MIN and end <= NIGHT_ENDS_MIN
    return end <= MIDNIGHT and not (0 < start < DAWN_MIN and end - start >= LONG_DAY_MIN)


def merged(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """Slots in order, those of one comment that overlap or touch made one."""
    result: list[Slot] = []
    for slot in sorted(slots, key=lambda slot: (slot.note, not slot.sure, slot.start or 0)):
        last = result[-1] if result else None
        if (
            last is not None
            and slot[2:] == last[2:]
            and None not in (last.start, last.end, slot.start, slot.end)
            and (slot.start or 0) <= (last.end or 0)
        ):
            result[-1] = last._replace(end=max(last.end or 0, slot.end or 0))
        else:
            result.append(slot)
    return tuple(sorted(dict.fromkeys(result), key=lambda slot: (slot.start or 0, slot.note)))


def clock(minutes: int) -> str:
    """``09:30``; midnight at the end of a day is ``24:00``, later hours start again."""
    minutes = minutes - MIDNIGHT if minutes > MIDNIGHT else minutes
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def times(slots: Iterable[Slot]) -> str:
    """``09:00-12:00,14:00+``: the times alone."""
    return ",".join(
        f"{clock(slot.start)}+" if slot.end is None else f"{clock(slot.start)}-{clock(slot.end)}"
        for slot in slots
        if slot.start is not None
    )


def quoted(comment: str) -> str:
    """An OSM comment; the syntax has no way to hold a double quote."""
    return '"' + comment.replace('"', "'") + '"'


def week_rules(week: Mapping[Day, Sequence[Slot]], selector: str = "") -> str:
    """The rules of a week: equal days together, closed ones left out.

    A day with several comments needs several rules, joined by a comma: after a semicolon
    the second would replace the first. The same holds for the nth days of a month beside
    the plain day.
    """
    prefix = f"{selector} " if selector else ""
    rules: list[tuple[str, tuple[Slot, ...]]] = []
    plain = {day.rank: tuple(slots) for day, slots in week.items() if not day.nth and slots}
    for slots, ranks in groupby(range(len(DAYS)), key=lambda rank: plain.get(rank, ())):
        days = list(ranks)
        if slots:
            rules.append((prefix + _span_of_days(days), slots))
    if HOLIDAY in plain:
        slots = plain[HOLIDAY]
        place = next((place for place, rule in enumerate(rules) if rule[1] == slots), len(rules))
        name = f"{rules[place][0]},PH" if place < len(rules) else f"{prefix}PH"
        rules[place : place + 1] = [(name, slots)]
    value = "; ".join(_rule(name, slots) for name, slots in rules)
    for day, slots in sorted(week.items()):
        if day.nth and slots:
            name = f"{prefix}{DAYS[day.rank]}[{','.join(map(str, day.nth))}]"
            joint = ", " if day.rank in plain else "; "
            value += (joint if value else "") + _rule(name, tuple(slots))
    return value


def _span_of_days(days: Sequence[int]) -> str:
    return DAYS[days[0]] if len(days) == 1 else f"{DAYS[days[0]]}-{DAYS[days[-1]]}"


@lru_cache(maxsize=20_000)
def _rule(name: str, slots: tuple[Slot, ...]) -> str:
    parts = []
    for (note, sure), same in groupby(sorted(slots, key=_by_comment), key=_by_comment_only):
        stated = times(same)
        certain = "" if sure and stated else " unknown"
        comment = f" {quoted(note)}" if note else ""
        parts.append((f"{name} {stated}" if stated else name) + certain + comment)
    return ", ".join(parts)


def _by_comment(slot: Slot) -> tuple[bool, str, int]:
    return (not slot.sure, slot.note, slot.start or 0)


def _by_comment_only(slot: Slot) -> tuple[str, bool]:
    return (slot.note, slot.sure)
