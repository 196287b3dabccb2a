"""What the values of their JSON are: names of columns, texts, lists."""

from collections.abc import Callable, Mapping
from typing import Any

#: A rule as a TOML mapping parses it.
RuleTable = dict[str, Any]

#: Entries with one of these keys take the value of a cell, or give one; the others are choices.
VALUE_KEYS = ("colonne", "joindre", "dissocier", "valeur")


def is_value(entry: Mapping[str, Any]) -> bool:
    """Whether an entry says where a value is, and not which of several to choose."""
    return any(name in entry for name in VALUE_KEYS)


def listed(entry: Any) -> list[Any]:
    """A value, a list of them, or nothing: as a list."""
    if entry is None:
        return []
    return list(entry) if isinstance(entry, list) else [entry]


def text(value: Any) -> str:
    """A value as the cell of a file; "" when it says nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        # As the reader of JSON and spreadsheets writes it.
        return "true" if value else "false"
    return str(value) if str(value).strip() else ""


def columns(entry: Any, odd: Callable[[Any], None]) -> list[str]:
    """Column names, each once; an empty name says that there is no column.

    White space is as the readers of files leave it in a header. What cannot be a name (an
    object, a list in the list) is handed to ``odd``.
    """
    names: dict[str, None] = {}
    for one in listed(entry):
        if one is not None and not isinstance(one, str | int | float):
            odd(one)
        elif name := " ".join(text(one).split()):
            names[name] = None
    return list(names)


def separator(entry: Mapping[str, Any], usual: str) -> str:
    """What stands between the parts of a cell, ``usual`` where nothing is said of it."""
    said = entry.get("séparateur", entry.get("separateur"))
    return usual if said is None else str(said)
