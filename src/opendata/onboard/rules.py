"""Rules as TOML writes them: what they read, and how they are built from columns."""

from collections.abc import Mapping, Sequence
from typing import Any

from opendata.onboard.profile import Column, Profile

#: A rule as TOML writes it: ``{"column": "Nom"}``, ``{"join": ["N°", "Rue"], "separator": " "}``.
TomlRule = dict[str, Any]

#: Formats whose records leave out what they do not hold: a column may be missing tomorrow.
_RAGGED = frozenset({"json", "jsonl", "geojson"})
#: A column less full than this may be one of those.
_NEARLY_ALWAYS = 0.9
#: Rules that name one column, and those that name several.
_OF_ONE_COLUMN = ("column", "split", "week", "osm")
_OF_COLUMNS = ("first_of", "join", "columns")


def reads(rule: Mapping[str, Any]) -> tuple[str, ...]:
    """The source columns that a rule names."""
    for kind in _OF_ONE_COLUMN:
        if kind in rule:
            return (str(rule[kind]),)
    for kind in _OF_COLUMNS:
        if rule.get(kind):
            return tuple(rule[kind])
    days = rule.get("days", {}).values()
    return tuple(name for listed in days for name in _as_list(listed))


def _as_list(names: str | Sequence[str]) -> Sequence[str]:
    return [names] if isinstance(names, str) else names


def with_option(profile: Profile, rule: TomlRule, columns: Sequence[Column]) -> TomlRule:
    """The rule, marked as optional where records may leave out all of its columns."""
    ragged = profile.format in _RAGGED
    if ragged and all(column.filled < _NEARLY_ALWAYS for column in columns):
        return {**rule, "optional": True}
    return rule


def plain(profile: Profile, column: Column) -> TomlRule:
    """``{"column": name}``."""
    return with_option(profile, {"column": column.name}, [column])


def first_of(profile: Profile, columns: Sequence[Column]) -> TomlRule:
    """``{"first_of": names}``, or the plain rule of a single column."""
    if len(columns) == 1:
        return plain(profile, columns[0])
    return with_option(profile, {"first_of": _names(columns)}, columns)


def side_by_side(profile: Profile, columns: Sequence[Column], separator: str) -> TomlRule:
    """``{"join": names, "separator": …}``, or the plain rule of a single column."""
    if len(columns) == 1:
        return plain(profile, columns[0])
    return with_option(profile, {"join": _names(columns), "separator": separator}, columns)


def _names(columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns]
