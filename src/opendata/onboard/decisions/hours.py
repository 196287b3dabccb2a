"""Opening hours: one column per day, or columns that hold those of the week."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from opendata.onboard import headers
from opendata.onboard.headers import match, says
from opendata.onboard.profile import Column
from opendata.onboard.proposal import Candidate, Guess
from opendata.onboard.rules import TomlRule, with_option

#: The days as OpenStreetMap writes them, and the words of headers that name them.
_DAYS = {
    "Mo": r"lundis?|lun|mondays?|mon|mo",
    "Tu": r"mardis?|mar|tuesdays?|tue|tu",
    "We": r"mercredis?|mer|wednesdays?|wed|we",
    "Th": r"jeudis?|jeu|thursdays?|thu|th",
    "Fr": r"vendredis?|ven|fridays?|fri",
    "Sa": r"samedis?|sam|saturdays?|sat|sa",
    "Su": r"dimanches?|dim|sundays?|sun|su",
}
#: Hours on fewer days than this are something else: market days, surgeries.
_LEAST_DAYS = 3
_HEADERS = r"horaires?|heures?|ouvertures?|opening hours|hours|permanences?|jours ouverture"
_UNLESS = r"date|tel|nombre|amplitude|check"


class _Named(NamedTuple):
    """A column whose header names a day; ``form`` is its header without the day."""

    column: Column
    form: str


class _Week(NamedTuple):
    """A column of whole weeks: how much its header says so, and the share of its values."""

    header: float
    share: float
    column: Column
    kind: str

    @property
    def score(self) -> float:
        return self.header + self.share * self.column.filled


def decide(found: Guess) -> None:
    """Columns of weeks first, the surest ahead; then those of days, which are more work."""
    by_day = _rule_of_days(found)
    weeks = sorted(_weeks(found), key=lambda week: -week.score)
    rules = [
        with_option(found.profile, {week.kind: week.column.name}, [week.column]) for week in weeks
    ]
    found.take("horaires", [*rules, *by_day], [week.column for week in weeks])


def _weeks(found: Guess) -> list[_Week]:
    """The columns that hold the hours of a week; the doubtful ones become candidates."""
    weeks = []
    for column in found.free():
        osm, words = column.share("horaires_osm"), column.share("horaires_semaine")
        header = match(column.name, _HEADERS, _UNLESS)
        if (header and osm + words >= 0.3) or osm >= 0.7:
            weeks.append(_Week(header, osm + words, column, "osm" if osm > words else "week"))
        elif osm + words >= 0.5:
            rule = {"week": column.name}
            found.candidates.append(Candidate("horaires", rule, column, osm + words))
    return weeks


def _rule_of_days(found: Guess) -> list[TomlRule]:
    """The rule of the columns of days, which are taken; none when there are no such columns."""
    days = _day_columns(found)
    if not days:
        return []
    table: dict[str, str | list[str]] = {}
    for day, columns in days.items():
        names = [column.name for column in columns]
        table[day] = names if len(names) > 1 else names[0]
    everything = [column for columns in days.values() for column in columns]
    rules = [with_option(found.profile, {"days": table}, everything)]
    found.take("horaires", rules, everything)
    return rules


def _day_columns(found: Guess) -> Mapping[str, list[Column]]:
    """The columns of each day, in the order of the file; {} unless three days have hours."""
    named = {day: _named_after(found, pattern) for day, pattern in _DAYS.items()}
    telling = {day: [one for one in listed if _has_hours(one.column)] for day, listed in
               named.items()}  # fmt: skip
    if sum(1 for listed in telling.values() if listed) < _LEAST_DAYS:
        return {}
    # « dimanche matin » may hold nothing but dashes: it is one of « * matin » all the same.
    forms = {one.form for listed in telling.values() for one in listed}
    days = {day: [one.column for one in listed if one.form in forms]
            for day, listed in named.items()}  # fmt: skip
    return {day: columns for day, columns in days.items() if columns}


def _named_after(found: Guess, pattern: str) -> list[_Named]:
    """The columns whose header names a day and that fill nothing yet, empty ones included."""
    day = re.compile(rf"\b(?:{pattern})\b")
    return [
        _Named(column, day.sub("*", headers.words(column.name)))
        for column in found.profile.columns
        if says(column.name, pattern) and column.name not in found.used
    ]


def _has_hours(column: Column) -> bool:
    return column.share("horaires_jour") >= 0.3
