"""The clauses of a text put together: one value, or nothing when they contradict each other."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from opendata.normalise.hours.lexicon import HOLIDAY, MONTHS
from opendata.normalise.hours.schedule import (
    LONGEST_COMMENT,
    Day,
    Slot,
    Week,
    merged,
    quoted,
    week_rules,
)

#: The selector of hours that hold outside school holidays: OSM has none, so they are written
#: as plain hours, followed by what holds in the holidays.
TERM = "term"
#: The comment of a day of which it is not known when the place is open.
UNCLEAR = "horaires à confirmer"


@dataclass
class Clause:
    """Days and their times, () when closed.

    ``selector`` is the part of the year (OSM, "" for all of it); ``joint`` holds the signs
    and little words before the clause; ``label`` is the comment that stands before its days.
    """

    week: Week
    selector: str = ""
    joint: str = ""
    label: str = ""


@dataclass
class Reading:
    """What a text says: clauses, closings of the year, and what holds beside them."""

    clauses: list[Clause] = field(default_factory=list)
    #: Whole rules: "PH off", "Aug off", "Mo[1] off".
    closings: list[str] = field(default_factory=list)
    #: A comment for all the hours.
    notes: list[str] = field(default_factory=list)
    #: What is offered out of the hours: "sur rendez-vous".
    otherwise: str = ""

    @classmethod
    def of_day(cls, rank: int, *slots: Slot) -> "Reading":
        """What the cell of one day says; closed without a slot."""
        return cls([Clause({Day(rank): slots})])

    @property
    def has_times(self) -> bool:
        """Whether a time of opening is said."""
        return any(
            slot.start is not None
            for clause in self.clauses
            for slots in clause.week.values()
            for slot in slots
        )


def written(readings: Sequence[Reading]) -> str:
    """The OSM value of all ``readings`` together, "" when they contradict each other."""
    if (week := _plain_week(readings)) is not None:
        return _with_comments_that_fit(week_rules(week))
    sections: dict[str, Week] = {}
    for reading in readings:
        # What one day's cell says of all its hours is not said of the other days.
        notes = reading.notes
        for clause in reading.clauses:
            week = {day: _noted(slots, notes) for day, slots in clause.week.items()}
            known = sections.setdefault(clause.selector, {})
            if not _add(known, Clause(week, clause.selector, clause.joint, clause.label)):
                return ""
    if not any(slots for week in sections.values() for slots in week.values()):
        return _without_hours(readings)
    rules = _sections(sections)
    if not rules:
        return ""
    closings = [rule for reading in readings for rule in reading.closings]
    if any(not week.get(Day(HOLIDAY), (Slot(None, None),)) for week in sections.values()):
        closings.append("PH off")
    if TERM in sections and "SH" not in sections:
        closings.append("SH off")
    always = rules == "Mo-Su 00:00-24:00"
    value = "; ".join(["24/7" if always else rules, *dict.fromkeys(closings)])
    otherwise = {reading.otherwise for reading in readings} - {""}
    if otherwise:
        value += f" || unknown {quoted(' ; '.join(sorted(otherwise)))}"
    return _with_comments_that_fit(value)


def _plain_week(readings: Sequence[Reading]) -> Week | None:
    """The week when every reading is one day's and says nothing else, as most files do."""
    week: Week = {}
    for reading in readings:
        if len(reading.clauses) != 1 or reading.closings or reading.notes or reading.otherwise:
            return None
        clause = reading.clauses[0]
        if clause.selector or len(clause.week) != 1:
            return None
        week.update(clause.week)
    plain = len(week) == len(readings) and all(not day.nth for day in week)
    plain = plain and week.get(Day(HOLIDAY)) != ()
    return week if plain and any(week.values()) and len(readings) > 0 else None


def _with_comments_that_fit(value: str) -> str:
    if '"' not in value:
        return value
    comments = re.findall('"([^"]*)"', value)
    return "" if any(len(comment) > LONGEST_COMMENT for comment in comments) else value


def _noted(slots: Sequence[Slot], notes: Iterable[str]) -> tuple[Slot, ...]:
    return tuple(
        slot._replace(note=", ".join(dict.fromkeys(filter(None, (slot.note, *notes)))))
        for slot in slots
    )


def _without_hours(readings: Sequence[Reading]) -> str:
    """``unknown "sur rendez-vous"``: what a text without a single hour may still say."""
    said = {reading.otherwise for reading in readings}
    empty = not any(reading.clauses or reading.closings or reading.notes for reading in readings)
    return f"unknown {quoted(said.pop())}" if empty and len(said) == 1 and "" not in said else ""


def _add(known: Week, clause: Clause) -> bool:
    """Add a clause to the week it belongs to; False when the week says otherwise already."""
    for day, slots in clause.week.items():
        before = known.get(day)
        both = merged((*(before or ()), *slots))
        if before is None or before == slots:
            known[day] = slots
        elif not slots:
            # Closed after all: "du lundi au vendredi 9h-12h, fermé le mercredi".
            known[day] = ()
        elif not before:
            return False
        elif both == merged(slots) or _distinct(before, slots) or _goes_on(before, clause, slots):
            known[day] = both
        else:
            return False
    return True


def _distinct(before: Sequence[Slot], slots: Sequence[Slot]) -> bool:
    """Whether a comment says why a day has two sets of hours ("adultes", "jeunesse")."""
    notes = [{slot.note for slot in these} for these in (before, slots)]
    return not notes[0] & notes[1]


def _goes_on(before: Sequence[Slot], clause: Clause, slots: Sequence[Slot]) -> bool:
    """Whether the clause adds to a day: "9h-12h du lundi au samedi et 13h-17h le mercredi"."""
    apart = all(
        None not in (one.start, one.end, two.start, two.end)
        and ((one.end or 0) <= (two.start or 0) or (two.end or 0) <= (one.start or 0))
        for one in before
        for two in slots
    )
    return apart and bool(set(clause.joint) & set("e/"))


def _sections(sections: dict[str, Week]) -> str:
    """The rules of every part of the year, "" when it cannot be known how they combine."""
    seasons = [name for name in sections if name not in ("", TERM)]
    weeks = [name for name in seasons if name.startswith("week ")]
    months = [name for name in seasons if name not in weeks and name != "SH"]
    if ("" in sections and TERM in sections) or (months and ("SH" in seasons or TERM in sections)):
        return ""
    base = sections.get("", sections.get(TERM, {}))
    parts = [week_rules(base)] if base else []
    if months and not _disjoint(months):
        return ""
    for name in ("SH", *months):
        if name not in sections:
            continue
        week = sections[name]
        if base:
            # Hours of the term and hours of the holidays are two whole weeks.
            replaced = True if TERM in sections else _replaces(week, base)
            if replaced is None:
                return ""
            if replaced:
                parts.append(f"{name} off")
        parts.append(week_rules(week, name))
    value = "; ".join(filter(None, parts))
    for name in weeks:
        # With a comma the hours of even weeks join those of every week.
        same_day = {day.rank for day in base} & {day.rank for day in sections[name]}
        value += ((", " if same_day else "; ") if value else "") + week_rules(sections[name], name)
    return value


def _replaces(week: Week, base: Week) -> bool | None:
    """Whether the hours of a season replace those of the year, False when they add to them.

    A season that names two of the usual days or more tells its whole week; one that only
    names other days adds them; None when neither can be told.
    """
    days = {day.rank for day, slots in week.items()}
    usual = {day.rank for day, slots in base.items() if slots}
    if not days & usual:
        return False
    return True if len(days) > 1 and days <= usual | {5, 6} else None


def _disjoint(selectors: Sequence[str]) -> bool:
    seen: set[int] = set()
    for selector in selectors:
        days = _days_of_year(selector)
        if days & seen:
            return False
        seen |= days
    return True


def _days_of_year(selector: str) -> set[int]:
    """The days of the year, as 32 × month + day, of ``Sep-Jun`` or ``Jun 15-Sep 15``."""
    days: set[int] = set()
    for part in selector.split(","):
        bounds = [piece.split() for piece in part.split("-")]
        first = bounds[0]
        last = bounds[-1] if bounds[-1][0] in MONTHS else [first[0], bounds[-1][0]]
        begin = MONTHS.index(first[0]) * 32 + int(first[1] if len(first) > 1 else 1)
        end = MONTHS.index(last[0]) * 32 + int(last[1] if len(last) > 1 else 31)
        year = range(12 * 32)
        days |= {
            day for day in year if (begin <= day <= end) or (end < begin and not end < day < begin)
        }
    return days
