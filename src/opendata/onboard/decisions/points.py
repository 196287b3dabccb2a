"""Latitude and longitude: from two columns, or from one that holds the pair."""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import pandas as pd

from opendata.onboard.cells import is_in_france
from opendata.onboard.headers import common_words, match
from opendata.onboard.profile import Column, Profile
from opendata.onboard.proposal import Guess
from opendata.onboard.rules import plain

_LATITUDE = r"lat|latitude|y|ycoord|coord y|lat coord?"
_LONGITUDE = r"lon|long|lng|longitude|x|xcoord|coord x"
_NUMBERS = ("latitude", "longitude", "lambert_x", "lambert_y")
_PAIRS = ("paire_lat_lon", "paire_lon_lat")
#: The least share of rows for which two columns make a point in France.
_LEAST_SHARE = 0.4
#: Two columns are preferred to a pair that is fuller by no more than this share.
_PREFERENCE = 0.05


class _Axes(NamedTuple):
    """Two columns read as a point; the greater ``score``, the better."""

    score: float
    latitude: Column
    longitude: Column
    swapped: bool
    projection: str


class _Reading(NamedTuple):
    """The share of rows with a point in France, and how the columns have to be read."""

    share: float
    swapped: bool = False
    projection: str = ""


def decide(found: Guess) -> None:
    """Two columns or one pair: the fuller wins, and the values decide which is which."""
    axes = _best_axes(found)
    pairs = [column for column in found.free() if column.share(*_PAIRS) >= 0.5]
    pair = _fullest(pairs)
    if axes and (pair is None or axes.score >= _fullness(pair) - _PREFERENCE):
        found.swapped, found.projection = axes.swapped, axes.projection
        for name, column in (("latitude", axes.latitude), ("longitude", axes.longitude)):
            found.take(name, [plain(found.profile, column)], [column])
    elif pair:
        _take_pair(found, pair)
    for column in found.free():
        # The other ways a file states its points are nothing to publish, nor to ask about.
        if column.share(*_PAIRS) > 0.5:
            found.used[column.name] = "latitude"


def _take_pair(found: Guess, column: Column) -> None:
    rule = {"split": column.name, "separator": column.separator or ","}
    latitude_first = column.share("paire_lat_lon") >= column.share("paire_lon_lat")
    order = ("latitude", "longitude") if latitude_first else ("longitude", "latitude")
    for name in ("latitude", "longitude"):
        found.take(name, [{**rule, "part": order.index(name)}], [column])


def _fullness(pair: Column) -> float:
    return pair.filled * pair.share(*_PAIRS)


def _fullest(pairs: Sequence[Column]) -> Column | None:
    """As full as another, the column with more different points is the finer one."""
    return max(
        pairs,
        key=lambda column: (round(_fullness(column), 2), column.distinct, -column.position),
        default=None,
    )


def _best_axes(found: Guess) -> _Axes | None:
    """The two columns of numbers whose headers and values agree best on being a point."""
    numeric = [column for column in found.free() if column.share(*_NUMBERS) >= 0.5]
    northings = [column for column in numeric if match(column.name, _LATITUDE)]
    eastings = [column for column in numeric if match(column.name, _LONGITUDE)]
    options = [
        _axes(found.profile, north, east)
        for north, east in product(northings, eastings)
        if north is not east
    ]
    sure = [axes for axes in options if axes]
    return max(sure, key=lambda axes: axes.score, default=None)


def _axes(profile: Profile, north: Column, east: Column) -> _Axes | None:
    reading = _reading(profile.table, north, east)
    if reading.share < _LEAST_SHARE:
        return None
    headers = match(north.name, _LATITUDE) + match(east.name, _LONGITUDE)
    # « user_lat » goes with « user_lon » rather than with « lon ».
    alike = len(common_words(north.name, east.name))
    score = reading.share + 0.02 * headers + 0.01 * alike
    latitude, longitude = (east, north) if reading.swapped else (north, east)
    return _Axes(score, latitude, longitude, reading.swapped, reading.projection)


def _reading(table: pd.DataFrame, north: Column, east: Column) -> _Reading:
    """How two columns are read, by their values alone."""
    both_filled = min(north.filled, east.filled)
    if min(north.share("lambert_y"), east.share("lambert_x")) >= 0.5:
        return _Reading(both_filled, projection="EPSG:2154")
    if min(north.share("lambert_x"), east.share("lambert_y")) >= 0.5:
        return _Reading(both_filled, swapped=True, projection="EPSG:2154")
    points = list(zip(_floats(table[north.name]), _floats(table[east.name]), strict=True))
    rows = max(len(points), 1)
    ahead = sum(is_in_france(y, x) for y, x in points) / rows
    behind = sum(is_in_france(x, y) for y, x in points) / rows
    return _Reading(max(ahead, behind), swapped=behind > ahead)


def _floats(cells: pd.Series) -> list[float]:
    plain_numbers = cells.str.strip().str.replace(",", ".", regex=False)
    numbers: list[float] = pd.to_numeric(plain_numbers, errors="coerce").astype(float).tolist()
    return numbers
