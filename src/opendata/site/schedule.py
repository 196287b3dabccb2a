"""Cron expressions as sentences: what a reader of the site is told about the calendar."""

import re
from collections.abc import Sequence

from opendata.language import Text

_DAYS = (
    Text("dimanche", "Sunday"),
    Text("lundi", "Monday"),
    Text("mardi", "Tuesday"),
    Text("mercredi", "Wednesday"),
    Text("jeudi", "Thursday"),
    Text("vendredi", "Friday"),
    Text("samedi", "Saturday"),
)
_DAY_NAMES = {
    name: str(number)
    for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))
}
_ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}


def describe_cron(cron: str) -> Text:
    """Say when a five-field cron expression runs; an unusual one is returned as it is.

    Understood: hourly and every n hours, daily at one or several times, weekly on a day,
    a list or a range of days, monthly on a day of the month. Never raises.
    """
    as_written = Text(cron, cron)
    fields = _ALIASES.get(cron.strip().lower(), cron).split()
    if len(fields) != 5 or fields[3] != "*":
        return as_written
    minute, hour, day, _, weekday = fields
    if not _number(minute, 59):
        return as_written
    if day == "*" and weekday == "*" and (hour == "*" or hour.startswith("*/")):
        return _hourly(int(minute), hour) or as_written
    times = _times(int(minute), hour)
    when = _days(day, weekday)
    if times is None or when is None:
        return as_written
    return Text(f"{when.fr} à {times.fr}", f"{when.en} at {times.en}")


def _number(text: str, highest: int, lowest: int = 0) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,2}", text)) and lowest <= int(text) <= highest


def _hourly(minute: int, hour: str) -> Text | None:
    past = Text(f", à la minute {minute}", f", at minute {minute}") if minute else Text("", "")
    if hour in ("*", "*/1"):
        return Text(f"toutes les heures{past.fr}", f"every hour{past.en}")
    step = hour[2:]
    # Cron restarts counting at midnight: only a divisor of 24 is a true "every n hours".
    if not _number(step, 12, 2) or 24 % int(step):
        return None
    every = int(step)
    return Text(f"toutes les {every} heures{past.fr}", f"every {every} hours{past.en}")


def _times(minute: int, hours: str) -> Text | None:
    if not all(_number(hour, 23) for hour in hours.split(",")):
        return None
    numbers = sorted({int(hour) for hour in hours.split(",")})
    return _sequence([Text(f"{n} h {minute:02d}", f"{n:02d}:{minute:02d}") for n in numbers])


def _days(day: str, weekday: str) -> Text | None:
    if day == "*" and weekday == "*":
        return Text("chaque jour", "every day")
    if day == "*":
        return _weekdays(weekday)
    if weekday == "*" and _number(day, 31, 1):
        number = int(day)
        ordinal = Text("1er" if number == 1 else str(number), _english_ordinal(number))
        return Text(f"le {ordinal.fr} de chaque mois", f"on the {ordinal.en} of each month")
    return None


def _weekdays(weekday: str) -> Text | None:
    text = weekday.upper()
    for name, number in _DAY_NAMES.items():
        text = text.replace(name, number)
    if re.fullmatch(r"[0-7]-[0-7]", text):
        first, last = (_DAYS[int(n) % 7] for n in text.split("-"))
        if int(text[0]) >= int(text[2]):
            return None
        return Text(f"du {first.fr} au {last.fr}", f"{first.en} to {last.en}")
    if not re.fullmatch(r"[0-7](,[0-7])*", text):
        return None
    # Monday first: Sunday (0 or 7 in cron) ends the week.
    numbers = sorted({int(n) % 7 for n in text.split(",")}, key=lambda n: (n - 1) % 7)
    days = _sequence([_DAYS[n] for n in numbers])
    return Text(f"chaque {days.fr}", f"every {days.en}")


def _sequence(texts: Sequence[Text]) -> Text:
    if len(texts) == 1:
        return texts[0]
    *first, last = texts
    fr, en = ", ".join(t.fr for t in first), ", ".join(t.en for t in first)
    return Text(f"{fr} et {last.fr}", f"{en} and {last.en}")


def _english_ordinal(number: int) -> str:
    if 11 <= number <= 13:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
