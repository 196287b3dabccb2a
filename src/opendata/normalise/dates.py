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
    Example("44197.0", "2021-01-01"),
    Example("1593468000.5", "2020-06-30"),
    Example("/Date(1593468000000+0200)/", "2020-06-30"),
    Example("Tue, 30 Jun 2020 16:04:32 +0200", "2020-06-30"),
    Example("Tue Jun 30 2020 16:04:32 GMT+0200 (heure d’été d’Europe centrale)", "2020-06-30"),
    Example("June 30, 2020", "2020-06-30"),
    Example("le mardi 30 juin 2020 à 16h04", "2020-06-30"),
    Example("30 juin 20", "2020-06-30"),
    Example("30-juin-2020", "2020-06-30"),
    Example("30/06/2020 à 16h04", "2020-06-30"),
    Example("Espace labellisé 30/06/2020", "2020-06-30", "date_extraite"),
    Example("Mis à jour le 30 juin 2020", "2020-06-30", "date_extraite"),
    Example("Du 30/06/2020 au 02/07/2020", "", "date_illisible"),
    Example("mars 2021", "", "date_illisible"),
    Example("2021", "", "date_illisible"),
    Example("Espace labellisé en 2022", "", "date_illisible"),
    Example("31/02/2021", "", "date_impossible"),
    Example("06/30/2020", "", "date_impossible"),
    Example("1970-01-01T01:00:00+01:00", "", "date_impossible"),
    Example("01/01/1900", "", "date_impossible"),
    Example("2202-05-01", "", "date_impossible"),
    Example("31/12/2099", "", "date_impossible"),
    Example("0000-00-00", "", "date_impossible"),
    Example("0", "", "date_illisible"),
    Example("-", "", "texte_vide_de_sens"),
    Example("#N/D", "", "texte_vide_de_sens"),
    Example("", "", "texte_vide_de_sens"),
)

FIRST_YEAR = 1990
#: 2099 and 2100 mean "no end" in databases. A later bound would have to move with the clock,
#: and the same bytes would then not always give the same harvest.
LAST_YEAR = 2098

_TIME = (
    r"(?:(?:T| +(?:à )?)[0-9]{1,2} ?[:h][0-9]{0,2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r"(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?))?)?"
)
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TIME}")
_DAY_FIRST = re.compile(rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}|[0-9]{{2}}){_TIME}")
_COMPACT = re.compile(r"((?:19|20|21)[0-9]{2})([0-9]{2})([0-9]{2})")
#: Folded: "le mardi 30 juin 2020 a 16h04", "Tue 30 Jun 2020", "June 30 2020", then a time.
_DAY_NAME = (
    r"(?:(?:lun|mar|mercre|jeu|vendre|same)(?:di)? |dim(?:anche)? |mer |ven |sam "
    r"|(?:mon|tues?|wed|wednes|thu|thurs|fri|sat|satur|sun)(?:day)? )?"
)
_FOLDED_TIME = (
    r"(?: (?:a )?[0-9]{1,2} ?(?:h|[0-9]{2})(?:[ 0-9]*)(?: ?(?:am|pm|z|utc|gmt|ces?t)[ 0-9]*)?)?"
)
_SPELT = re.compile(
    rf"(?:le )?{_DAY_NAME}([0-9]{{1,2}})(?:er|st|nd|rd|th)? ([a-z]+) ([0-9]{{4}}|[0-9]{{2}})"
    rf"{_FOLDED_TIME}"
)
_MONTH_FIRST = re.compile(
    rf"{_DAY_NAME}([a-z]+) ([0-9]{{1,2}})(?:st|nd|rd|th)? ([0-9]{{4}}){_FOLDED_TIME}"
)
#: A whole date among words; nothing that another digit could belong to.
_WITHIN = re.compile(
    r"(?<![\w/.-])(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}([/.-])[0-9]{1,2}\1[0-9]{4}"
    r"|[0-9]{1,2}(?:er)? [^\W\d_]{3,9}\.? [0-9]{4})(?![\w/-])"
)
_LONGEST_SENTENCE = 80
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("janvier", "janv", "jan", "january"),
            ("fevrier", "fevr", "fev", "feb", "february"),
            ("mars", "mar", "march"),
            ("avril", "avr", "apr", "april"),
            ("mai", "may"),
            ("juin", "jun", "june"),
            ("juillet", "juil", "jul", "july"),
            ("aout", "aou", "aug", "august"),
            ("septembre", "sept", "sep", "september"),
            ("octobre", "oct", "october"),
            ("novembre", "nov", "november"),
            ("decembre", "dec", "december"),
        ),
        start=1,
    )
    for name in names
}
_SERIAL = re.compile(r"([3-5][0-9]{4}|60000)(?:[.,][0-9]+)?")
_EPOCH = re.compile(r"(?:/Date\()?([0-9]{10})([0-9]{3})?(?:[.,][0-9]+)?(?:(?:[+-][0-9]{4})?\)/)?")
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
    # The zone between brackets only spells out the one before it.
    words = fold(re.sub(r"\([^()]*\)$", "", text))
    found = _SPELT.fullmatch(words)
    if found and found[2] in _MONTHS:
        return _year(found[3]), _MONTHS[found[2]], int(found[1])
    found = _MONTH_FIRST.fullmatch(words)
    if found and found[1] in _MONTHS:
        return int(found[3]), _MONTHS[found[1]], int(found[2])
    return None


def _counted(text: str) -> date | None:
    """The day of an Excel serial or of an epoch in seconds or milliseconds."""
    if found := _SERIAL.fullmatch(text):
        return _EXCEL_ZERO + timedelta(days=int(found[1]))
    if found := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(found[1]), _PARIS).date()
    return None


def clean(raw: str) -> Cleaned:
    """The ISO date that ``raw`` states; a date without its day is not completed.

    One whole date among a few words is that of the row (code ``date_extraite``).
    """
    text = unwrapped(raw)
    if is_placeholder(text):
        return Cleaned("", "texte_vide_de_sens")
    found = _read(text)
    if found is None:
        return _among_words(text)
    return Cleaned(found) if found else Cleaned("", "date_impossible")


def _read(text: str) -> str | None:
    """The ISO date, "" for a date that cannot be, None for what is not a date."""
    day = _counted(text)
    if day is None:
        stated = _stated(text)
        if stated is None:
            return None
        try:
            day = date(*stated)
        except ValueError:
            return ""
    return day.isoformat() if FIRST_YEAR <= day.year <= LAST_YEAR else ""


def _among_words(text: str) -> Cleaned:
    dates = [found[0] for found in _WITHIN.finditer(text)] if len(text) <= _LONGEST_SENTENCE else []
    read = _read(dates[0]) if len(dates) == 1 else None
    if read is None:
        return Cleaned("", "date_illisible")
    return Cleaned(read, "date_extraite") if read else Cleaned("", "date_impossible")
