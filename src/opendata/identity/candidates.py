"""Pairs of rows worth comparing, in near-linear time.

Rows that could be one place share something: a word of their name, a kind of place, an address
in one town; a telephone, an e-mail, a site, a SIRET; or they stand close together. Each of these
is a key; rows of one key are put in order of name and each is compared with the
:data:`WINDOW` that follow, so that a key shared by thousands (every library of Paris) costs in
proportion to its rows and not to their square.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from opendata.schema import SEPARATOR

Numbers = npt.NDArray[np.int64]

#: Neighbours of a row that it is compared with, in each key.
WINDOW = 24
#: The same for rows that have a kind and a town in common, and nothing else that is exact.
_SLIPS = 2
#: A telephone or a site that more rows share is that of a network, not of a place.
CROWD = 60
#: Side of the squares of the grid, in degrees of latitude (about 220 m).
_CELL = 0.002
_PRECISE = ("numero", "interpolation", "voie", "lieu-dit")


def candidates(rows: pd.DataFrame) -> tuple[Numbers, Numbers]:
    """The pairs to compare, as two arrays of row positions, the first the smaller.

    ``rows`` has the columns of :func:`opendata.identity.evidence.comparable`. Pairs are in
    increasing order, each once.
    """
    order = np.lexsort((rows["whole"].to_numpy(dtype=object), rows["core"].to_numpy(dtype=object)))
    rank = np.empty(len(rows), dtype="int64")
    rank[order] = np.arange(len(rows))
    found = [_neighbours(codes, positions, rank) for codes, positions in _keys(rows)]
    found.append(_of_one_kind(rows, rank))
    pairs = np.concatenate([*found, np.empty(0, dtype="int64")])
    # np.unique looks whole numbers up in a table first: a hundred times slower than to sort them.
    pairs.sort()
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]
    return pairs // _BASE, pairs % _BASE


#: A pair is one number: first row x _BASE + second row.
_BASE = np.int64(1 << 31)


def _keys(rows: pd.DataFrame) -> Iterator[tuple[Numbers, Numbers]]:
    """For each way of being alike: codes of the key, and the positions of the rows that have it."""
    city, positions = rows["city"], np.arange(len(rows), dtype="int64")
    yield from _of_words(city, rows["core"])
    yield _coded(
        [city, rows["street"], rows["number"]], (rows["street"] != "").to_numpy(), positions
    )
    for name in ("telephone", "courriels", "site_web", "pivot"):
        yield _without_crowds(*_parts(rows[name]))
    yield from _cells(rows)


def _of_one_kind(rows: pd.DataFrame, rank: Numbers) -> Numbers:
    """Pairs of one kind in one town, of which one at least has no name of its own.

    Two libraries that both have one, and share no word of it, are met by their address if at all;
    or as neighbours in the order of names, where a slip hides that the word is the same.
    """
    generic = (rows["core"] == "").to_numpy()
    chosen = generic | (rows["kind"] != "").to_numpy()
    positions = np.arange(len(rows), dtype="int64")
    codes, positions = _coded([rows["city"], rows["kind"]], chosen, positions)
    pairs = _neighbours(codes, positions, rank)
    unnamed = generic[pairs // _BASE] | generic[pairs % _BASE]
    return np.concatenate([pairs[unnamed], _neighbours(codes, positions, rank, _SLIPS)])


def _coded(
    parts: Iterable[pd.Series], chosen: npt.NDArray[np.bool_], positions: Numbers
) -> tuple[Numbers, Numbers]:
    columns = [pd.factorize(part)[0].astype("int64") for part in parts]
    codes = columns[0]
    for column in columns[1:]:
        codes = codes * (int(column.max(initial=0)) + 2) + column + 1
    return codes[chosen], positions[chosen]


def _of_words(city: pd.Series, core: pd.Series) -> Iterator[tuple[Numbers, Numbers]]:
    """A row is met under each of the words of its core, in its town."""
    towns = pd.factorize(city)[0].astype("int64")
    positions, words = _split(core, " ")
    codes, distinct = pd.factorize(words)
    yield towns[positions] * (len(distinct) + 1) + codes, positions


def _split(texts: pd.Series, separator: str) -> tuple[Numbers, Any]:
    """Positions and parts of the texts that are not empty."""
    parts = pd.Series(texts.to_numpy(dtype=object)).str.split(separator).explode()
    parts = parts[parts != ""].dropna()
    return parts.index.to_numpy(dtype="int64"), parts.to_numpy(dtype=object)


def _parts(texts: pd.Series) -> tuple[Numbers, Numbers]:
    positions, parts = _split(texts, SEPARATOR)
    return pd.factorize(parts)[0].astype("int64"), positions


def _without_crowds(codes: Numbers, positions: Numbers) -> tuple[Numbers, Numbers]:
    few = np.bincount(codes)[codes] <= CROWD if len(codes) else np.empty(0, dtype=bool)
    return codes[few], positions[few]


def _cells(rows: pd.DataFrame) -> Iterator[tuple[Numbers, Numbers]]:
    """The squares of four grids shifted by halves: two points closer than half a side meet."""
    known = rows["geo_precision"].isin(_PRECISE).to_numpy() & rows["latitude"].notna().to_numpy()
    latitude = rows["latitude"].to_numpy(dtype="float64")[known]
    longitude = rows["longitude"].to_numpy(dtype="float64")[known]
    positions = np.flatnonzero(known)
    # One degree of longitude is shorter away from the equator; whole degrees of latitude will do.
    width = _CELL / np.cos(np.radians(np.clip(np.round(latitude), -80, 80)))
    for shift in (0.0, 0.5):
        for aside in (0.0, 0.5):
            down = np.floor(latitude / _CELL + shift).astype("int64")
            across = np.floor(longitude / width + aside).astype("int64")
            yield down * (1 << 24) + across, positions


def _neighbours(codes: Numbers, positions: Numbers, rank: Numbers, window: int = WINDOW) -> Numbers:
    """The pairs of rows that share a code and stand within the window, as single numbers."""
    order = np.lexsort((rank[positions], codes))
    codes, positions = codes[order], positions[order]
    found = []
    for step in range(1, window + 1):
        together = codes[step:] == codes[:-step]
        if not together.any():
            break
        one, other = positions[:-step][together], positions[step:][together]
        low, high = np.minimum(one, other), np.maximum(one, other)
        found.append((low * _BASE + high)[low != high])
    return np.concatenate(found) if found else np.empty(0, dtype="int64")
