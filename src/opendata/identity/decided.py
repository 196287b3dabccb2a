"""Which rows a person's answer about a pair is about, today.

An answer names two rows by source and key, and by the names they bore. A producer may give keys out
anew; the answer then goes with the name. Where neither key nor name leads to one row, it is
suspended and told: it must not pass to the neighbour.
"""

from collections.abc import Sequence

import pandas as pd
from rapidfuzz import fuzz

from opendata.model import PairDecision
from opendata.schema import fold

#: How alike a name must be to the one decided on (0 to 100): a slip, a town appended.
_ALIKE = 80

Pair = tuple[int, int]


def same_name(decided_on: str, now: str) -> bool:
    """Whether a row is still called what it was; "" was not written down, and is no objection."""
    before, after = fold(decided_on), fold(now)
    if not before or before == after:
        return True
    return fuzz.ratio(before, after) >= _ALIKE or fuzz.token_set_ratio(before, after) == 100


def decided_pairs(
    rows: pd.DataFrame, decisions: Sequence[PairDecision]
) -> tuple[dict[Pair, bool], list[PairDecision]]:
    """Positions of the rows of each answer (the smaller first), and the answers suspended.

    ``rows`` has source_id, id and nom. An answer about a row that is not here (its source was not
    read, the place is closed) is neither. Of two answers about one pair the last holds.
    """
    if not decisions:
        return {}, []
    finder = _Finder(rows)
    found: dict[Pair, bool] = {}
    suspended = []
    for one in decisions:
        here = [finder.find(*row, name) for row, name in zip(one.rows, one.names, strict=True)]
        if _OTHER in here:
            suspended.append(one)
        elif None not in here and here[0] != here[1]:
            first, second = sorted(position for position in here if position is not None)
            found[first, second] = one.same
    return found, suspended


_OTHER = -1


class _Finder:
    """Rows by key, and by name within their source."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._names = rows["nom"].to_numpy(dtype=object)
        sources = rows["source_id"].to_numpy(dtype=object)
        keys = rows["id"].to_numpy(dtype=object)
        self._by_key: dict[tuple[str, str], int] = {}
        for position, row in enumerate(zip(sources, keys, strict=True)):
            self._by_key.setdefault(row, position)
        self._sources = sources
        self._by_name: dict[tuple[str, str], list[int]] | None = None

    def find(self, source: str, key: str, name: str) -> int | None:
        """The position of a row; None when it is not here, _OTHER when its key is another's."""
        position = self._by_key.get((source, key))
        if position is not None and same_name(name, self._names[position]):
            return position
        namesakes = self._named(source, name) if name else []
        if len(namesakes) == 1:
            return namesakes[0]
        return None if position is None else _OTHER

    def _named(self, source: str, name: str) -> list[int]:
        if self._by_name is None:
            self._by_name = {}
            for position, (origin, called) in enumerate(
                zip(self._sources, self._names, strict=True)
            ):
                self._by_name.setdefault((origin, fold(called)), []).append(position)
        return self._by_name.get((source, fold(name)), [])
