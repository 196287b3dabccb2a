"""``horaires`` (``osm``, ``jours``, ``semaine``) with the weeks of ``semaine_ouverture``."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from opendata.onboard.mednum.entries import RuleTable, columns, listed
from opendata.onboard.mednum.remarks import Remarks
from opendata.onboard.mednum.values import value_rules

_KEYS = frozenset(("osm", "jours", "semaine", "colonne"))
_DAYS = {day.lower(): day for day in ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH")}


def hours_rules(entry: Any, open_weeks: Any, remarks: Remarks) -> Iterator[RuleTable]:
    """Hours already in OSM's syntax, then by day, then for the week: the surest first.

    ``entry`` is that of ``horaires``, ``open_weeks`` that of ``semaine_ouverture`` or None.
    """
    for one in _flat(entry):
        if isinstance(one, Mapping):
            yield from _rules(one, open_weeks, remarks)
        else:
            remarks.not_understood("horaires", "horaires", one)


def _flat(entry: Any) -> Iterator[Any]:
    if isinstance(entry, list):
        for one in entry:
            yield from _flat(one)
    else:
        yield entry


def _rules(entry: Mapping[str, Any], open_weeks: Any, remarks: Remarks) -> Iterator[RuleTable]:
    if others := sorted(set(entry) - _KEYS - {"joindre"}):
        remarks.not_carried("horaires", "horaires", others)
    weeks = _weeks(open_weeks, remarks)
    odd = partial(remarks.not_understood, "horaires", "horaires")
    already = columns(entry.get("osm"), odd)
    yield from _week_rules("osm", already, weeks)
    if days := _days(entry.get("jours"), remarks):
        yield {"days": days, "optional": True}
        if weeks:
            remarks.not_carried("horaires", "semaine_ouverture", ["jours"])
    texts = [name for key in ("semaine", "colonne") for name in columns(entry.get(key), odd)]
    # The normaliser knows OSM's syntax when it sees it: one rule per column is enough.
    yield from _week_rules(
        "week", [name for name in dict.fromkeys(texts) if name not in already], weeks
    )
    if "joindre" in entry:
        yield from value_rules("horaires", "horaires", {"joindre": entry["joindre"]}, remarks)


def _weeks(entry: Any, remarks: Remarks) -> list[str]:
    """The columns that say in which weeks of the year a place is open."""
    if entry is None:
        return []
    odd = partial(remarks.not_understood, "horaires", "semaine_ouverture")
    names = columns(entry.get("colonne"), odd) if isinstance(entry, Mapping) else []
    if len(names) != 1 and entry != {"colonne": ""}:
        remarks.not_understood("horaires", "semaine_ouverture", entry)
        return []
    return names


def _days(entry: Any, remarks: Remarks) -> RuleTable:
    """``{"Mo": "lundi", "Tu": ["mardi matin", "mardi après-midi"]}``."""
    odd = partial(remarks.not_understood, "horaires", "horaires.jours")
    days: dict[str, list[str]] = {}
    for one in listed(entry):
        day = _DAYS.get(str(one.get("osm")).strip().lower()) if isinstance(one, Mapping) else None
        if day is None or "colonne" not in one:
            odd(one)
            continue
        if others := sorted(set(one) - {"osm", "colonne"}):
            remarks.not_carried("horaires", "horaires.jours", others)
        days.setdefault(day, []).extend(columns(one["colonne"], odd))
    return {
        day: names if len(names) > 1 else names[0]
        for day, listed_names in days.items()
        if (names := list(dict.fromkeys(listed_names)))
    }


def _week_rules(kind: str, names: list[str], weeks: list[str]) -> list[RuleTable]:
    """Hours in one column; the words that tell the weeks come before them."""
    if weeks:
        return [{"join": [*weeks, name], "separator": " : ", "optional": True} for name in names]
    return [{kind: name, "optional": True} for name in names]
