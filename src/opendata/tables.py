"""What every room does with columns of text: work on distinct values, join cells."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

#: Between the values that several columns offer for a field that takes one. The normaliser
#: publishes the first it can read (ASCII "record separator": no file of text holds it).
ALTERNATIVE = "\x1e"
_SHOWN_ALTERNATIVE = " / "


def empty_text(index: pd.Index) -> pd.Series:
    """A column without a value."""
    return pd.Series("", index=index, dtype="str")


def over_distinct(values: pd.Series, function: Callable[[str], str]) -> pd.Series:
    """``function`` of every value, called once per distinct value; "" stays ""."""
    outcome = {value: function(value) if value else "" for value in values.unique()}
    return values.map(outcome).astype("str")


def stated(values: pd.Series) -> pd.Series:
    """Which cells say something: neither empty nor white space (boolean, same index)."""
    return values.str.strip() != ""


def joined(parts: Sequence[pd.Series], separator: str) -> pd.Series:
    """The cells that are not empty, joined row by row (at least one column)."""
    result = parts[0]
    for part in parts[1:]:
        both = (result != "") & (part != "")
        result = result + empty_text(part.index).mask(both, separator) + part
    return result


def column(table: pd.DataFrame, name: str) -> pd.Series:
    """A column of text, empty when the table has no such column."""
    return table[name] if name in table else empty_text(table.index)


def shown(text: str) -> str:
    """A mapped cell as people read it: its alternatives side by side."""
    return text.replace(ALTERNATIVE, _SHOWN_ALTERNATIVE)


def shown_column(values: pd.Series) -> pd.Series:
    """:func:`shown` of a whole column."""
    return values.str.replace(ALTERNATIVE, _SHOWN_ALTERNATIVE, regex=False)


def count_rows(path: Path) -> int:
    """The rows of a CSV of ours; 0 when there is none or it cannot be read."""
    try:
        return len(pd.read_csv(path, dtype="str", usecols=[0]))
    except (OSError, ValueError):
        return 0


def cell_text(value: object) -> str:
    """A cell as it is published: numbers with at most six decimals (0.1 m)
    and never an exponent, "" for none."""
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)
