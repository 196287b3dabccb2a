"""What a release covers: which territory, which time, how often it is made anew."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from opendata.language import Text

#: How INSEE names its geographic entities (rdf.insee.fr), and the EU its countries.
_URIS = {
    "region": "http://id.insee.fr/geo/region/",
    "departement": "http://id.insee.fr/geo/departement/",
    "epci": "http://id.insee.fr/geo/intercommunalite/",
    "commune": "http://id.insee.fr/geo/commune/",
}
_FRANCE = "http://publications.europa.eu/resource/authority/country/FRA"
#: Kind of territory -> the columns of ``lieux`` that hold its code and its name.
_COLUMNS = {
    "region": ("code_region", "region"),
    "departement": ("code_departement", "departement"),
    "epci": ("code_epci", "epci"),
    "commune": ("code_insee", "commune"),
}
#: Codes of the EU authority table "frequency", by times a week, a month, a year.
_A_WEEK = {1: "WEEKLY", 2: "WEEKLY_2", 3: "WEEKLY_3", 5: "DAILY", 6: "DAILY", 7: "DAILY"}
_A_MONTH = {1: "MONTHLY", 2: "MONTHLY_2", 3: "MONTHLY_3"}
_A_YEAR = {1: "ANNUAL", 2: "ANNUAL_2", 3: "ANNUAL_3", 4: "QUARTERLY"}
_A_DAY = {1: "DAILY", 2: "DAILY_2", 24: "HOURLY"}
_OTHER = "OTHER"
#: Of a dataset that nothing runs by itself.
_BY_HAND = "IRREG"
_ALIASES = {"@hourly": "HOURLY", "@daily": "DAILY", "@midnight": "DAILY", "@weekly": "WEEKLY",
            "@monthly": "MONTHLY", "@yearly": "ANNUAL", "@annually": "ANNUAL"}  # fmt: skip
FREQUENCIES = {
    "HOURLY": Text("chaque heure", "hourly"),
    "DAILY_2": Text("deux fois par jour", "twice a day"),
    "DAILY": Text("quotidienne", "daily"),
    "WEEKLY_3": Text("trois fois par semaine", "three times a week"),
    "WEEKLY_2": Text("deux fois par semaine", "twice a week"),
    "WEEKLY": Text("hebdomadaire", "weekly"),
    "MONTHLY_3": Text("trois fois par mois", "three times a month"),
    "MONTHLY_2": Text("deux fois par mois", "twice a month"),
    "MONTHLY": Text("mensuelle", "monthly"),
    "QUARTERLY": Text("trimestrielle", "quarterly"),
    "ANNUAL_3": Text("trois fois par an", "three times a year"),
    "ANNUAL_2": Text("semestrielle", "twice a year"),
    "ANNUAL": Text("annuelle", "annual"),
    "IRREG": Text("irrégulière", "irregular"),
    "OTHER": Text("selon un autre calendrier", "on another calendar"),
    "UNKNOWN": Text("non précisée", "not stated"),
}


def spatial_of(territories: Iterable[str], places: pd.DataFrame | None) -> list[dict[str, str]]:
    """The territories of a dataset with their names (as the places in them say it, else their
    codes) and their URIs."""
    found = []
    for territory in territories:
        kind, _, code = territory.partition(":")
        if kind == "france":
            found.append({"code": territory, "name": "France", "uri": _FRANCE})
            continue
        of_code, of_name = _COLUMNS[kind]
        known: Iterable[str] = ()
        if places is not None:
            known = places[of_name][places[of_code] == code].head(1)
        name = next(iter(known), code)
        found.append({"code": territory, "name": name, "uri": f"{_URIS[kind]}{code}"})
    return found


def bbox_of(places: pd.DataFrame) -> list[float]:
    """West, south, east and north of the places (degrees); nothing when none has a point."""
    points = places[["longitude", "latitude"]].apply(pd.to_numeric)
    if points["longitude"].notna().sum() == 0:
        return []
    low, high = points.min(), points.max()
    return [float(low.iloc[0]), float(low.iloc[1]), float(high.iloc[0]), float(high.iloc[1])]


def temporal_of(places: pd.DataFrame, day: str) -> dict[str, str]:
    """From the oldest date a record gives of itself to the day of the release."""
    dates = places["date_maj"][places["date_maj"] != ""]
    start = min(str(dates.min()), day) if len(dates) else day
    return {"start": start, "end": day}


def frequency_of(cron: str) -> str:
    """The EU's code of how often a five-field cron expression runs; IRREG for none."""
    if not cron.strip():
        return _BY_HAND
    if known := _ALIASES.get(cron.strip().lower()):
        return known
    minute, hour, day, month, weekday = cron.split()
    if month != "*":
        once = _times(day, 31) == 1 and weekday == "*"
        return _A_YEAR.get(_times(month, 12), _OTHER) if once else _OTHER
    if day != "*":
        return _A_MONTH.get(_times(day, 31), _OTHER) if weekday == "*" else _OTHER
    if weekday != "*":
        return _A_WEEK.get(_times(weekday, 7), _OTHER)
    return _A_DAY.get(_times(hour, 24) * _times(minute, 60), _OTHER)


def _times(field: str, most: int) -> int:
    """How many values of a cron field there are: ``*``, ``*/6``, ``1-5``, ``1,15``."""
    count = 0
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if not (step or "1").isdecimal():
            return 0
        if span == "*":
            width = most
        elif last:
            width = int(last) - int(first) + 1 if (first + last).isdecimal() else 1
        else:
            width = 1
        count += -(-width // int(step or 1))
    return count


def frequency_name(code: str) -> Text:
    """The words of a frequency."""
    return FREQUENCIES.get(code, FREQUENCIES[_OTHER])


def covered(package: Mapping[str, Any]) -> str:
    """The names of the territories, as one text."""
    return ", ".join(one["name"] for one in package["opendata"].get("spatial", ()))
