"""Where a house number of a street stands: exactly, between its neighbours, or not known."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from opendata.geocode.ban.index import NUMBER_BITS, Index, number_key

Array = np.ndarray[Any, Any]

#: Two known numbers on the same side of the street, so far apart at most, have the ones between
#: them in between.
GAP = 30
#: Beyond the last known number of a street, so far at most: the nearest number stands for it.
BEYOND = 8
#: The nearest number is rather sought on the same side of the street.
_OTHER_SIDE = 3

#: Levels, best first: the very number; the number with another repetition; between two numbers;
#: at the nearest number; the street.
NUMERO, REPETITION, BETWEEN, NEAREST, VOIE = range(5)


class Houses(NamedTuple):
    """One entry per query. ``address`` is the place of the address in the index, -1 for none."""

    longitude: Array
    latitude: Array
    level: Array
    address: Array


def locate_numbers(index: Index, street: Array, number: Array, repetition: Array) -> Houses:
    """Place each ``number`` (0: none) with its ``repetition`` (code of a letter, 0: none).

    The number itself is the best answer; « 12 bis » where only 12 is known is told as an
    interpolation, « 12 » where only 12 A is known is the number.
    """
    middle = index.middle[street]
    found = Houses(
        index.longitude[middle].copy(),
        index.latitude[middle].copy(),
        np.full(len(street), VOIE, dtype="int8"),
        np.full(len(street), -1, dtype="int64"),
    )
    wanted = number_key(street, number)
    at = np.searchsorted(index.key, wanted)
    known = (number > 0) & (at < len(index.key))
    known[known] = index.key[at[known]] == wanted[known]
    _exact(index, found, np.flatnonzero(known), at, wanted, repetition)
    _between(index, found, np.flatnonzero((number > 0) & ~known), at, street, number)
    return found


def locate_in_parts(
    index: Index, parts: Sequence[Sequence[int]], number: Array, repetition: Array
) -> tuple[Array, Houses]:
    """Place each ``number`` in one of the entries of its street, the preferred one first.

    Returns the entry of each, and the place in it: that of the best level, and of equal ones the
    first. A place is always told by one entry alone.
    """
    row = np.repeat(np.arange(len(parts)), [len(one) for one in parts])
    street = np.fromiter((one for some in parts for one in some), dtype="int64", count=len(row))
    houses = locate_numbers(index, street, number[row], repetition[row])
    best = np.lexsort((houses.level, row))  # stable: of one level the first stays first
    best = best[np.unique(row[best], return_index=True)[1]]
    return street[best], Houses(*(values[best] for values in houses))


def _exact(
    index: Index, found: Houses, rows: Array, at: Array, wanted: Array, repetition: Array
) -> None:
    last = np.searchsorted(index.key, wanted[rows], side="right")
    for row, start, end in zip(rows, at[rows], last, strict=True):
        same = np.flatnonzero(index.repetition[start:end] == repetition[row])
        address = start + (same[0] if len(same) else 0)
        level = NUMERO if len(same) or not repetition[row] else REPETITION
        _put(index, found, row, address, level)


def _put(index: Index, found: Houses, row: int, address: int, level: int) -> None:
    found.longitude[row] = index.longitude[address]
    found.latitude[row] = index.latitude[address]
    found.level[row] = level
    found.address[row] = address if level == NUMERO else -1


def _between(
    index: Index, found: Houses, rows: Array, at: Array, street: Array, number: Array
) -> None:
    """Between the two neighbours on the same side; else at the nearest number, if near."""
    last = len(index.key) - 1
    if last < 0:
        return
    low, high = np.clip(at[rows] - 1, 0, last), np.clip(at[rows], 0, last)
    side = number_key(street[rows], number[rows]) >> NUMBER_BITS
    between = (index.key[low] >> NUMBER_BITS == side) & (index.key[high] >> NUMBER_BITS == side)
    between &= index.number[low] > 0
    gap = index.number[high] - index.number[low]
    between &= (gap > 0) & (gap <= GAP)
    share = (number[rows] - index.number[low]) / np.where(gap > 0, gap, 1)
    inside = rows[between]
    for name in ("longitude", "latitude"):
        a, b = getattr(index, name)[low], getattr(index, name)[high]
        getattr(found, name)[inside] = (a + share * (b - a))[between]
    found.level[inside] = BETWEEN
    for row in rows[~between]:
        start, end = index.first[street[row]], index.first[street[row] + 1]
        numbers = index.number[start:end]
        away = np.abs(numbers - number[row])
        ranked = away + _OTHER_SIDE * (numbers % 2 != number[row] % 2)
        nearest = int(np.argmin(np.where(numbers > 0, ranked, 1 << 20)))
        if numbers[nearest] > 0 and away[nearest] <= BEYOND:
            _put(index, found, int(row), int(start) + nearest, NEAREST)
