"""Dates of update, in every spelling met in real files, as ISO ``YYYY-MM-DD``.

A two-digit or ambiguous date is read the French way, day first. A date with a time zone
keeps the day it states; a count of seconds is the day it was in Paris. Digital places are
younger than 1990: an older date is a default (1970-01-01, 1900-01-01), not an update.
"""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from opendata.normalise.base import Cleaned, Example
from opendata.normalise.postcode import unwrapped
from opendata.normalise.text import is_placeholder
from opendata.schema import fold

NAME = "date"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("2020-06-30", "2020-06-30"),
    Example("2020-06-30T23:30:00.000+02:00", "2020-06-30"),
    Example("2022-04-21T14:34:13Z", "2022-04-21"),
    Example("2020/06/30 16:04:32.708", "2020-06-30"),
    Example("30/06/2020", "2020-06-30"),
    Example("21/04/2022 14:34:13", "2022-04-21"),
    Example("30-06-20", "2020-06-30"),
    Example("30.6.2020", "2020-06-30"),
    Example("1er mars 2021", "2021-03-01"),
    Example("Mercredi 3 févr. 2021", "2021-02-03"),
    Example("20200630", "2020-06-30"),
    Example("44012", "2020-06-30"),
    Example("44012.67", "2020-06-30"),
    Example("1593468000", "2020-06-30"),
    Example("1593468000000", "2020-06-30"),
    Example("mars 2021", "", "date_illisible"),
    Example("2021", "", "date_illisible"),
    Example("Espace labellisé en 2022", "", "date_illisible"),
    Example("31/02/2021", "", "date_impossible"),
    Example("06/30/2020", "", "date_impossible"),
    Example("1970-01-01T01:00:00+01:00", "", "date_impossible"),
    Example("01/01/1900", "", "date_impossible"),
    Example("2202-05-01", "", "date_impossible"),
    Example("-", "", "texte_vide_de_sens"),
    Example("#N/D", "", "texte_vide_de_sens"),
    Example("", "", "texte_vide_de_sens"),
)

FIRST_YEAR = 1990
LAST_YEAR = 2100

_TIME = (
    r"(?:[T ]+[0-9]{1,2} ?[:h][0-9]{0,2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r"(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?))?)?"
)
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TIME}")
_DAY_FIRST = re.compile(rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}|[0-9]{{2}}){_TIME}")
_COMPACT = re.compile(r"((?:19|20|21)[0-9]{2})([0-9]{2})([0-9]{2})")
_SPELT = re.compile(
    r"(?:le )?(?:(?:lun|mar|mercre|jeu|vendre|same)di |dimanche )?"
    r"([0-9]{1,2})(?:er)? ([a-z]+) ([0-9]{4})"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("janvier", "janv", "jan"),
            ("fevrier", "fevr", "fev"),
            ("mars",),
            ("avril", "avr"),
            ("mai",),
            ("juin",),
            ("juillet", "juil"),
            ("aout",),
            ("septembre", "sept", "sep"),
            ("octobre", "oct"),
            ("novembre", "nov"),
            ("decembre", "dec"),
        ),
        start=1,
    )
    for name in names
}
_SERIAL = re.compile(r"([3-5][0-9]{4}|60000)(?:[.,][0-9]+)?")
_EPOCH = re.compile(r"([0-9]{10})([0-9]{3})?(?:\.0+)?")
# Day zero of Excel's calendar, which believes that 1900 was a leap year.
_EXCEL_ZERO = date(1899, 12, 30)
_PARIS = ZoneInfo("Europe/Paris")


def parse_format(raw: str, fmt: str) -> str:
    """``raw`` read with the strptime format ``fmt``: ISO date, or "" when it does not fit."""
    try:
        return datetime.strptime(raw.strip(), fmt).date().isoformat()
    except (ValueError, OverflowError, re.error):
        return ""


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (1900 if year >= FIRST_YEAR % 100 else 2000)


def _stated(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a calendar date, not yet checked; None when it is not one."""
    if found := _YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[3]), int(found[4])
    if found := _DAY_FIRST.fullmatch(text):
        return _year(found[4]), int(found[3]), int(found[1])
    if found := _COMPACT.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    found = _SPELT.fullmatch(fold(text))
    if found and found[2] in _MONTHS:
        return int(found[3]), _MONTHS[found[2]], int(found[1])
    return None


def _counted(text: str) -> date | None:
    """The day of an Excel serial or of an epoch in seconds or milliseconds."""
    if found := _SERIAL.fullmatch(text):
        return _EXCEL_ZERO + timedelta(days=int(found[1]))
    if found := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(found[1]), _PARIS).date()
    return None


def clean(raw: str) -> Cleaned:
    """The ISO date that ``raw`` states; a date without its day is not completed."""
    text = unwrapped(raw)
    if is_placeholder(text):
        return Cleaned("", "texte_vide_de_sens")
    day = _counted(text)
    if day is None:
        stated = _stated(text)
        if stated is None:
            return Cleaned("", "date_illisible")
        try:
            day = date(*stated)
        except ValueError:
            return Cleaned("", "date_impossible")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return Cleaned("", "date_impossible")
    return Cleaned(day.isoformat())
