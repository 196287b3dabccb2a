"""A map of points that were moved: an arrow from where the source said to what is published.

The frame is that of the published points. A stated point far outside it (another country, the
gulf of Guinea at 0, 0) does not squash the rest: its arrow is cut at the edge of the map.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.site.rooms import Point, Rooms, number_room, write_names
from opendata.site.sketch import (
    KM_PER_DEGREE,
    WIDTH,
    Label,
    Line,
    Projection,
    fit,
    graticule,
    point_of,
    scale_km_of,
)

#: Stated points this far outside the box of the published ones are still in the frame, in
#: degrees and in sizes of that box.
_AROUND_DEGREES, _AROUND_SIZES = 0.3, 0.5
#: Published points this far from the middle one, in degrees and in median distances, do not
#: decide on the frame: the overseas départements of a map of France.
_FAR_DEGREES, _FAR_TIMES = 1.0, 4.0
_EDGE = 8.0
_HEAD, _HALF_HEAD = 7.5, 3.4


@dataclass(frozen=True, slots=True)
class Arrow:
    """From a stated point to the published one, both inside the map or on its edge.

    ``head`` is the path of the arrow's head, ``edge`` that of the mark where it was cut, "" when
    it was not; ``start`` and ``end`` say which of its ends are points and not cuts.
    """

    number: int
    x1: float
    y1: float
    x2: float
    y2: float
    head: str
    edge: str
    start: bool
    end: bool


@dataclass(frozen=True, slots=True)
class NumberLabel:
    """Where the number of a row is written."""

    x: float
    y: float
    number: int


@dataclass(frozen=True, slots=True)
class Moves:
    """What the template draws. ``crosses`` are stated points that nothing replaced.

    ``cut`` are the numbers of the arrows that leave the map, ``absent`` those of the rows that
    are wholly outside it or have no point at all, ``unwritten`` how many numbers found no room.
    """

    width: float
    height: float
    lines: tuple[Line, ...]
    degrees: tuple[Label, ...]
    towns: tuple[Label, ...]
    scale_km: int
    scale_length: float
    arrows: tuple[Arrow, ...]
    crosses: tuple[NumberLabel, ...]
    numbers: tuple[NumberLabel, ...]
    cut: tuple[int, ...]
    absent: tuple[int, ...]
    unwritten: int


def moves_of(rows: Sequence[Mapping[str, Any]]) -> Moves | None:
    """The map of rows with a stated and perhaps a published point; None when none can be drawn.

    Each row has ``latitude_source``, ``longitude_source``, ``latitude`` and ``longitude``
    (degrees, "" for none) and ``commune``; its number is its place in ``rows``, from 1.
    """
    stated = [point_of(row, "_source") for row in rows]
    published = [point_of(row) for row in rows]
    box = _frame([p for p in stated if p], [p for p in published if p])
    if box is None:
        return None
    projection, height = fit(*box)
    arrows, crosses, absent = [], [], []
    named: list[tuple[str, Point]] = []
    for number, (row, before, after) in enumerate(zip(rows, stated, published, strict=True), 1):
        end = _on(projection, after)
        if end and _inside(end, height):
            named.append((str(row.get("commune") or ""), end))
        arrow = before and after and _arrow(number, _on(projection, before), end, height)
        alone = _on(projection, before) if not after else None
        if arrow:
            arrows.append(arrow)
        elif alone and _inside(alone, height):
            crosses.append(NumberLabel(*alone, number))
        else:
            absent.append(number)
    lines, degrees = graticule(projection, height)
    rooms = Rooms(height, [((one.x1, one.y1), (one.x2, one.y2)) for one in arrows])
    towns = write_names(rooms, named)
    numbers = _numbers(rooms, arrows, crosses)
    scale_km = scale_km_of(projection)
    return Moves(
        width=WIDTH,
        height=height,
        lines=lines,
        degrees=degrees,
        towns=towns,
        scale_km=scale_km,
        scale_length=round(scale_km / KM_PER_DEGREE * projection.per_degree, 1),
        arrows=tuple(arrows),
        crosses=tuple(crosses),
        numbers=numbers,
        cut=tuple(arrow.number for arrow in arrows if arrow.edge),
        absent=tuple(absent),
        unwritten=len(arrows) + len(crosses) - len(numbers),
    )


# --- the frame ----------------------------------------------------------------------------


def _frame(
    stated: Sequence[Point], published: Sequence[Point]
) -> tuple[float, float, float, float] | None:
    """South, north, west, east of what is shown."""
    kept = _together(published or stated)
    if not kept:
        return None
    south, north, west, east = _box(kept)
    size = max(north - south, east - west)
    around = max(_AROUND_DEGREES, _AROUND_SIZES * size)
    near = [
        (latitude, longitude)
        for latitude, longitude in stated
        if south - around <= latitude <= north + around
        and west - around <= longitude <= east + around
    ]
    return _box([*kept, *near])


def _box(points: Sequence[Point]) -> tuple[float, float, float, float]:
    latitudes, longitudes = zip(*points, strict=True)
    return min(latitudes), max(latitudes), min(longitudes), max(longitudes)


def _together(points: Sequence[Point]) -> list[Point]:
    """The points without those that are far from most of them."""
    if not points:
        return []
    middle = tuple(statistics.median(point[axis] for point in points) for axis in (0, 1))
    away = [math.dist(point, middle) for point in points]
    limit = max(_FAR_DEGREES, _FAR_TIMES * statistics.median(away))
    return [point for point, far in zip(points, away, strict=True) if far <= limit]


def _on(projection: Projection, point: Point | None) -> Point | None:
    return None if point is None else (projection.x(point[1]), projection.y(point[0]))


def _inside(point: Point, height: float) -> bool:
    x, y = point
    return _EDGE <= x <= WIDTH - _EDGE and _EDGE <= y <= height - _EDGE


# --- arrows -------------------------------------------------------------------------------


def _arrow(number: int, start: Point | None, end: Point | None, height: float) -> Arrow | None:
    """The part of an arrow that is inside the map; None when no end of it is."""
    if start is None or end is None:
        return None
    starts, ends = _inside(start, height), _inside(end, height)
    if not (starts or ends):
        return None
    first = start if starts else _cut(end, start, height)
    last = end if ends else _cut(start, end, height)
    edge = "" if starts else _head(last, first)
    edge = edge if ends else _head(first, last)
    head = _head(first, last) if ends else ""
    x1, y1, x2, y2 = (round(value, 1) for value in (*first, *last))
    return Arrow(number, x1, y1, x2, y2, head, edge, starts, ends)


def _cut(inner: Point, outer: Point, height: float) -> Point:
    """Where the way from a point inside the map to one outside meets its edge."""
    share = 1.0
    for axis, high in ((0, WIDTH - _EDGE), (1, height - _EDGE)):
        step = outer[axis] - inner[axis]
        if step:
            limit = high if step > 0 else _EDGE
            share = min(share, (limit - inner[axis]) / step)
    x, y = (inner[axis] + share * (outer[axis] - inner[axis]) for axis in (0, 1))
    return x, y


def _direction(start: Point, end: Point) -> Point:
    length = math.dist(start, end)
    return ((end[0] - start[0]) / length, (end[1] - start[1]) / length) if length else (0.0, 1.0)


def _head(start: Point, end: Point) -> str:
    """A triangle whose point is at ``end``."""
    x, y = _direction(start, end)
    foot = end[0] - _HEAD * x, end[1] - _HEAD * y
    left = foot[0] - _HALF_HEAD * y, foot[1] + _HALF_HEAD * x
    right = foot[0] + _HALF_HEAD * y, foot[1] - _HALF_HEAD * x
    corners = " L".join(f"{round(a, 1):g} {round(b, 1):g}" for a, b in (end, left, right))
    return f"M{corners}Z"


# --- numbers ------------------------------------------------------------------------------


def _numbers(
    rooms: Rooms, arrows: Sequence[Arrow], crosses: Sequence[NumberLabel]
) -> tuple[NumberLabel, ...]:
    """A place for each number beside its arrow or cross, where there is one left.

    Rather across a line than not at all.
    """
    wanted = [(one.number, _beside(one)) for one in arrows]
    wanted += [(one.number, [(one.x + 10, one.y), (one.x - 10, one.y)]) for one in crosses]
    written = []
    for number, spots in sorted(wanted):
        choices = [number_room(number, x, y) for x, y in spots]
        room = rooms.take(choices) or rooms.take(choices, over_lines=True)
        if room:
            x, y = (room.left + room.right) / 2, (room.top + room.bottom) / 2
            written.append(NumberLabel(round(x, 1), round(y + 4, 1), number))
    return tuple(written)


def _beside(arrow: Arrow) -> list[Point]:
    """Where the number of an arrow may stand, best first: at the stated end, then along it."""
    start, end = (arrow.x1, arrow.y1), (arrow.x2, arrow.y2)
    x, y = _direction(start, end)

    def at(share: float, side: float) -> Point:
        along = start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
        return along[0] - side * y, along[1] + side * x

    behind = start[0] - 11 * x, start[1] - 11 * y
    spots = [behind] if arrow.start else []
    spots += [at(share, side) for share in (0.15, 0.5, 0.85) for side in (11, -11)]
    return spots
