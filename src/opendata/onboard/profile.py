"""What a file nobody described yet is made of: how it reads, and what each column holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from opendata.onboard import recognise
from opendata.onboard.cells import is_nothing
from opendata.onboard.layout import read_undescribed

# The command line asks for an id before it has a profile.
from opendata.onboard.source_id import suggested_id as suggested_id

#: Rows looked at, spread over the whole file; a file's habits show long before.
SAMPLE_ROWS = 20_000
#: Distinct values of a column that are put to the recognisers.
TRIED = 250
#: A column of no more distinct values than this is a list of words, shown whole.
FEW = 60
#: Cells that stand for "nothing" are at most so long, and so many are declared.
_LONGEST_PLACEHOLDER = 30
_MOST_PLACEHOLDERS = 8


@dataclass(frozen=True)
class Column:
    """One column: how full it is, and which share of its filled cells each kind accepts.

    ``filled`` is the share of rows that say something (placeholders say nothing),
    ``unique`` whether every row of the file has a value of its own. ``counts`` are the
    values and their number of rows, the most frequent first: all of them when
    ``distinct`` is at most :data:`FEW`, else some. ``kinds`` are shares from 0 to 1,
    closed lists under ``liste:<name>``; ``length`` is the mean number of characters,
    ``date_format`` the strptime format of nearly all dates, ``separator`` what parts a
    pair of coordinates.
    """

    name: str
    position: int
    filled: float
    distinct: int
    unique: bool
    counts: Mapping[str, int]
    kinds: Mapping[str, float]
    length: float
    date_format: str = ""
    separator: str = ""

    def share(self, *names: str) -> float:
        """The greatest share among the kinds named."""
        return max((self.kinds.get(name, 0.0) for name in names), default=0.0)


@dataclass(frozen=True)
class Profile:
    """A file as it was read: ``layout`` is what [fetch] has to say of it.

    ``table`` holds at most :data:`SAMPLE_ROWS` of its ``rows`` rows. ``irregular`` are the
    lines of rows with more or fewer cells than the header, which would show values in columns
    that are not theirs: they are left out of the table and of the columns, unless most rows
    are so. ``joined`` are the lines of rows that a line break had cut.
    """

    path: Path
    table: pd.DataFrame
    rows: int
    format: str
    layout: Mapping[str, Any]
    columns: tuple[Column, ...]
    placeholders: tuple[str, ...]
    irregular: tuple[int, ...] = ()
    joined: tuple[int, ...] = ()

    @property
    def mostly_irregular(self) -> bool:
        """Whether rows of another width are the habit of the file, and are looked at."""
        return _is_habit(len(self.irregular), self.rows)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def varied(self, column: Column) -> float:
        """How many distinct values a column has for one filled row, from 0 to 1."""
        rows = self.filled_rows(column)
        return column.distinct / rows if rows else 0.0

    def filled_rows(self, column: Column) -> float:
        """How many rows of the table say something in a column."""
        return column.filled * len(self.table)


def profile_file(path: Path) -> Profile:
    """Read a file without being told anything of it. Raises ReadError, OSError."""
    found = read_undescribed(path)
    rows = len(found.table)
    habit = _is_habit(len(found.irregular), rows)
    whole = found.table if habit else found.table.drop(index=list(found.irregular))
    sample = spread(whole, SAMPLE_ROWS)
    counted = {str(label): _counted(sample[label]) for label in sample.columns}
    columns = tuple(
        _column(name, position, counts, whole[name])
        for position, (name, counts) in enumerate(counted.items())
    )
    placeholders = _placeholders(counted.values())
    return Profile(
        path, sample, rows, found.format, found.layout, columns, placeholders,
        found.irregular, found.joined,
    )  # fmt: skip


def _is_habit(irregular: int, rows: int) -> bool:
    return irregular * 2 > rows


def spread(table: pd.DataFrame, rows: int) -> pd.DataFrame:
    """At most ``rows`` rows of a table, evenly spread, in their order."""
    if len(table) <= rows:
        return table
    return table.iloc[_spread_positions(len(table), rows)]


def _spread_positions(length: int, wanted: int) -> list[int]:
    """``wanted`` positions from the first to the last of ``length``."""
    positions: list[int] = np.linspace(0, length - 1, wanted).astype(int).tolist()
    return positions


def _counted(cells: pd.Series) -> dict[str, int]:
    """The distinct values of a column and their number of rows, the most frequent first."""
    counts = cells.value_counts()
    return dict(zip(counts.index.tolist(), counts.tolist(), strict=True))


def _column(name: str, position: int, counted: Mapping[str, int], whole: pd.Series) -> Column:
    rows = sum(counted.values())
    telling = {value: n for value, n in counted.items() if value and not is_nothing(value)}
    tried = _tried(telling)
    kinds = recognise.shares(tried)
    pairs = recognise.pairs(tried)
    kinds |= {"paire_lat_lon": pairs.ahead, "paire_lon_lat": pairs.behind}
    return Column(
        name=name,
        position=position,
        filled=sum(telling.values()) / rows if rows else 0.0,
        distinct=len(telling),
        unique=bool((whole != "").all() and whole.is_unique),
        counts=tried,
        kinds={kind: share for kind, share in kinds.items() if share > 0},
        length=_mean_length(tried),
        date_format=recognise.date_format(tried) if kinds.get("date", 0) > 0.5 else "",
        separator=pairs.separator,
    )


def _tried(counts: Mapping[str, int]) -> dict[str, int]:
    """The most frequent values, and some of the others that stand for all of them.

    Where values are left out, each of the others that stays counts for its share of the
    rows of all of them, so that what the frequent values are hides nothing of the rest.
    """
    if len(counts) <= TRIED:
        return dict(counts)
    values = list(counts)
    first, rest = values[: TRIED // 5], values[TRIED // 5 :]
    some = [rest[place] for place in _spread_positions(len(rest), TRIED - len(first))]
    scale = sum(counts[value] for value in rest) / sum(counts[value] for value in some)
    together = {value: counts[value] for value in first}
    return together | {value: round(counts[value] * scale) for value in some}


def _mean_length(counts: Mapping[str, int]) -> float:
    total = sum(counts.values()) or 1
    return sum(len(value) * count for value, count in counts.items()) / total


def _placeholders(columns: Iterable[Mapping[str, int]]) -> tuple[str, ...]:
    """The cells that stand for "nothing" in this file, the most frequent first.

    ``columns`` are the counted values of each; ``NC`` and ``nc`` are one placeholder, spelt
    as it is first met. What is met once is no habit of the file.
    """
    found: dict[str, int] = {}
    spellings: dict[str, str] = {}
    for counted in columns:
        for value in list(counted)[:FEW]:
            if value and len(value) < _LONGEST_PLACEHOLDER and is_nothing(value):
                spelling = spellings.setdefault(value.lower(), value)
                found[spelling] = found.get(spelling, 0) + counted[value]
    usual = [text for text in found if found[text] > 1]
    return tuple(sorted(usual, key=lambda text: -found[text])[:_MOST_PLACEHOLDERS])
