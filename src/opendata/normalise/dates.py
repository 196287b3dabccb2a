"""Dates of update, in every spelling met in real files, as ISO ``YYYY-MM-DD``.

A two-digit or ambiguous date is read the French way, day first. A time with its zone and a
count of seconds are the day it was in Paris. Digital places are younger than 1990: an older
date is a default (1970-01-01, 1900-01-01), not an update. A date among words that speak of
something else (« fermé jusqu'au… ») is none either.
"""

import re
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from opendata.normalise.base import Cleaned, Example
from opendata.normalise.postcode import unwrapped
from opendata.normalise.text import is_placeholder, tidy
from opendata.schema import fold

NAME = "date"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("2020-06-30", "2020-06-30"),
    Example("2020-06-30T23:30:00.000+02:00", "2020-06-30"),
    Example("2022-04-21T14:34:13Z", "2022-04-21"),
    Example("2023-12-31T23:00:00Z", "2024-01-01"),
    Example("2024-03-15T10:15:00+01:00[Europe/Paris]", "2024-03-15"),
    Example("2024-03-15Z", "2024-03-15"),
    Example("20240315101500", "2024-03-15"),
    Example("2020/06/30 16:04:32.708", "2020-06-30"),
    Example("30/06/2020", "2020-06-30"),
    Example("21/04/2022 14:34:13", "2022-04-21"),
    Example("30-06-20", "2020-06-30"),
    Example("30.6.2020", "2020-06-30"),
    Example("15 / 03 / 2024", "2024-03-15"),
    Example("1er mars 2021", "2021-03-01"),
    Example("1 er janvier 2024", "2024-01-01"),
    Example("15 juill. 2024", "2024-07-15"),
    Example("15 ao&ucirc;t 2024", "2024-08-15"),
    Example("15 aoÃ»t 2024", "2024-08-15"),
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
    Example("Fri Mar 15 10:15:00 CET 2024", "2024-03-15"),
    Example("June 30, 2020", "2020-06-30"),
    Example("le mardi 30 juin 2020 à 16h04", "2020-06-30"),
    Example("30 juin 20", "2020-06-30"),
    Example("30-juin-2020", "2020-06-30"),
    Example("30/06/2020 à 16h04", "2020-06-30"),
    Example("Espace labellisé 30/06/2020", "2020-06-30", "date_extraite"),
    Example("Mis à jour le 30 juin 2020", "2020-06-30", "date_extraite"),
    Example("maj: 15/03/24", "2024-03-15", "date_extraite"),
    Example("Fermé jusqu'au 15/03/2026", "", "date_illisible"),
    Example("Ouverture prévue le 15/03/2026", "", "date_illisible"),
    Example("avant le 15/03/2026", "", "date_illisible"),
    Example("Du 30/06/2020 au 02/07/2020", "", "date_illisible"),
    Example("mars 2021", "", "date_illisible"),
    Example("2021", "", "date_illisible"),
    Example("Espace labellisé en 2022", "", "date_illisible"),
    Example("31/02/2021", "", "date_impossible"),
    Example("06/30/2020", "", "date_impossible"),
    Example("1970-01-01T01:00:00+01:00", "", "date_impossible"),
    Example("01/01/1900", "", "date_impossible"),
    Example("15/03/89", "", "date_impossible"),
    Example("31/12/45", "", "date_impossible"),
    Example("60000", "", "date_impossible"),
    Example("2202-05-01", "", "date_impossible"),
    Example("31/12/2099", "", "date_impossible"),
    Example("0000-00-00", "", "date_impossible"),
    Example("0", "", "date_illisible"),
    Example("-", "", "texte_vide_de_sens"),
    Example("#N/D", "", "texte_vide_de_sens"),
    Example("", "", "texte_vide_de_sens"),
)

FIRST_YEAR = 1990
#: No update is dated later than this; 2099 and 2100 mean "no end" in databases. Two digits are
#: a year of this century up to it, of the last one beyond. It does not follow the clock: the
#: same bytes must always give the same harvest.
LAST_YEAR = 2035

#: What is longer is no cell of a date column.
_LONGEST = 1000
_ZONE = r"(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)(?:\[[A-Za-z_/+-]{1,40}\])?)?"
_TIME = (
    r"(?:(?:T| +(?:à )?)[0-9]{1,2} ?[:h][0-9]{0,2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    # A date of XML may have a zone and no time.
    rf"{_ZONE}|Z|[+-][0-9]{{2}}:[0-9]{{2}})?"
)
_YEAR_FIRST = re.compile(rf"([0-9]{{4}}) ?([-/.]) ?([0-9]{{1,2}}) ?\2 ?([0-9]{{1,2}}){_TIME}")
_DAY_FIRST = re.compile(
    rf"([0-9]{{1,2}}) ?([-/.]) ?([0-9]{{1,2}}) ?\2 ?([0-9]{{4}}|[0-9]{{2}}){_TIME}"
)
_COMPACT = re.compile(
    r"((?:19|20|21)[0-9]{2})([0-9]{2})([0-9]{2})"
    r"(?:T?([01][0-9]|2[0-3])([0-5][0-9])(?:[0-5][0-9])?(?:\.[0-9]+)?(Z?))?"
)
#: Folded: "le mardi 30 juin 2020 a 16h04", "Tue 30 Jun 2020", "June 30 2020", then a time.
_DAY_NAME = (
    r"(?:(?:lun|mar|mercre|jeu|vendre|same)(?:di)? |dim(?:anche)? |mer |ven |sam "
    r"|(?:mon|tues?|wed|wednes|thu|thurs|fri|sat|satur|sun)(?:day)? )?"
)
_FOLDED_TIME = (
    r"(?: (?:a )?[0-9]{1,2} ?(?:h|[0-9]{2})(?:[ 0-9]*)(?: ?(?:am|pm|z|utc|gmt|ces?t)[ 0-9]*)?)?"
)
_SPELT = re.compile(
    rf"(?:le )?{_DAY_NAME}([0-9]{{1,2}}) ?(?:er|st|nd|rd|th)? ([a-z]+) ([0-9]{{4}}|[0-9]{{2}})"
    rf"{_FOLDED_TIME}"
)
_MONTH_FIRST = re.compile(
    rf"{_DAY_NAME}([a-z]+) ([0-9]{{1,2}})(?:st|nd|rd|th)? ([0-9]{{4}}){_FOLDED_TIME}"
)
#: Folded, as Java, Unix and Git print it: "fri mar 15 10 15 00 cet 2024".
_YEAR_LAST = re.compile(
    rf"{_DAY_NAME}([a-z]+) ([0-9]{{1,2}})(?: [0-9]{{2}}){{3}}(?: [a-z]{{1,5}})? ([0-9]{{4}})"
    r"(?: [0-9]{4})?"
)
#: A time that says how far it is from UTC (that of Paris needs no reckoning).
_INSTANT = re.compile(
    r"(?<![0-9:])([01]?[0-9]|2[0-3])[:h]([0-5][0-9])(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r" ?(Z|UTC|GMT)?(?: ?([+-])(0[0-9]|1[0-4]):?([0-5][0-9])?)?(?![0-9:])"
)
#: A whole date among words; nothing that another digit could belong to.
_WITHIN = re.compile(
    r"(?<![\w/.-])(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}([/.-])[0-9]{1,2}\1[0-9]{4}"
    r"|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}"
    r"|[0-9]{1,2}(?:er)? [^\W\d_]{3,9}\.? [0-9]{4})(?![\w/-])"
)
_LONGEST_SENTENCE = 80
#: Folded words that date the row, and words that date something else: a date among words is
#: the row's only where they say so.
_OF_THE_ROW = re.compile(
    r"\b(?:maj|m a j|a jour|modif|actualis|verifi|labell|valide|control|releve|saisi|fiche"
    r"|donnees?\b|version|etat\b|etablie?s?\b|edite|updat|enregistr|revise|recens|collect"
    r"|publi(?:ee?|cation)\b|importe|importation|extrai|extraction|renseign|certifi|transmis"
    r"|mise? en ligne)"
)
_OF_ANOTHER = re.compile(
    r"\b(?:jusqu|previ?s?|avant|apres|ouver|ouvr|reouv|ferm|prochain|expir|echeance|fin|valab"
    r"|validite|partir|compter|debut|travaux|atelier|naissance|until|before|after|next|open|clos)"
)
_NEUTRAL = re.compile(r"(?:le|du|au|en|date|[0-9]+| )*")
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
            ("juillet", "juill", "juil", "jul", "july"),
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
    return year + (1900 if year > LAST_YEAR % 100 else 2000)


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
    found = _MONTH_FIRST.fullmatch(words) or _YEAR_LAST.fullmatch(words)
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


def _in_paris(day: date, text: str) -> date:
    """The day it was in Paris at the instant that ``text`` states; ``day`` where it does not."""
    if (found := _COMPACT.fullmatch(text)) and found[6]:
        hour, minute, east, ahead = found[4], found[5], "+", ("0", "0")
    elif (found := _INSTANT.search(text)) and (found[3] or found[4]):
        hour, minute, east, ahead = found[1], found[2], found[4], (found[5] or "0", found[6] or "0")
    else:
        return day
    offset = timedelta(hours=int(ahead[0]), minutes=int(ahead[1]))
    zone = timezone(-offset if east == "-" else offset)
    instant = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=zone)
    return instant.astimezone(_PARIS).date()


def clean(raw: str) -> Cleaned:
    """The ISO date that ``raw`` states; a date without its day is not completed.

    One whole date among a few words is that of the row (code ``date_extraite``) where they
    say so.
    """
    text = unwrapped(tidy(raw[:_LONGEST]))
    if is_placeholder(text):
        return Cleaned("", "texte_vide_de_sens")
    found = _read(text) if len(raw) <= _LONGEST else None
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
            day = _in_paris(date(*stated), text)
        except (ValueError, OverflowError):
            return ""
    return day.isoformat() if FIRST_YEAR <= day.year <= LAST_YEAR else ""


def _among_words(text: str) -> Cleaned:
    dates = [found[0] for found in _WITHIN.finditer(text)] if len(text) <= _LONGEST_SENTENCE else []
    read = _read(dates[0]) if len(dates) == 1 else None
    if read is None or not _dates_the_row(fold(text.replace(dates[0], " "))):
        return Cleaned("", "date_illisible")
    return Cleaned(read, "date_extraite") if read else Cleaned("", "date_impossible")


def _dates_the_row(words: str) -> bool:
    said = _OF_THE_ROW.search(words) or _NEUTRAL.fullmatch(words)
    return bool(said) and not _OF_ANOTHER.search(words)
