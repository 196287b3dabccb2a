"""A sketch map of the places: points, graticule, scale and the names of the main towns.

Equirectangular around the middle latitude, which at the size of a region is off by less
than the width of a dot. No tiles, no outlines: it works from a file, offline, forever.
"""

import math
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.language import Text
from opendata.site.wording import number

WIDTH = 560.0
_MARGIN = 26.0
KM_PER_DEGREE = 111.32
_KINDS = {"numero": 0, "interpolation": 0, "voie": 1, "lieu-dit": 1}
_LETTER_WIDTH = 6.3
_LABELS = 9


@dataclass(frozen=True, slots=True)
class Mark:
    """One place on the map. ``kind``: 0 house number, 1 street, 2 centre of the commune."""

    x: float
    y: float
    kind: int


@dataclass(frozen=True, slots=True)
class Label:
    """A name or a coordinate written on the map."""

    x: float
    y: float
    text: Text
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Line:
    """A meridian or a parallel."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Sketch:
    """What the template draws; ``marks`` holds one entry per row, None without a point."""

    width: float
    height: float
    marks: tuple[Mark | None, ...]
    lines: tuple[Line, ...]
    degrees: tuple[Label, ...]
    towns: tuple[Label, ...]
    scale_km: int
    scale_length: float

    def path(self, kind: int) -> str:
        """All the marks of one kind as a path of zero-length strokes (round caps: dots)."""
        marks = (mark for mark in self.marks if mark is not None and mark.kind == kind)
        return "".join(f"M{mark.x:g} {mark.y:g}h0" for mark in marks)

    def count(self, kind: int) -> int:
        return sum(mark is not None and mark.kind == kind for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Projection:
    """Degrees to the units of the drawing, north up; ``per_degree`` of latitude."""

    west: float
    north: float
    per_degree: float
    squeeze: float
    left: float
    top: float

    def x(self, longitude: float) -> float:
        return round(self.left + (longitude - self.west) * self.squeeze * self.per_degree, 1)

    def y(self, latitude: float) -> float:
        return round(self.top + (self.north - latitude) * self.per_degree, 1)


def sketch_of(rows: Sequence[Mapping[str, Any]]) -> Sketch | None:
    """Project the rows that have a point; None when there is none to draw."""
    points = [point_of(row) for row in rows]
    known = [point for point in points if point is not None]
    if not known:
        return None
    south, north = min(p[0] for p in known), max(p[0] for p in known)
    west, east = min(p[1] for p in known), max(p[1] for p in known)
    projection, height = fit(south, north, west, east)
    marks = tuple(
        None
        if point is None
        else Mark(
            projection.x(point[1]),
            projection.y(point[0]),
            _KINDS.get(str(row.get("geo_precision")), 2),
        )
        for row, point in zip(rows, points, strict=True)
    )
    lines, degrees = graticule(projection, height)
    scale_km = scale_km_of(projection)
    return Sketch(
        WIDTH,
        height,
        marks,
        lines,
        degrees,
        _towns(rows, marks, height),
        scale_km,
        round(scale_km / KM_PER_DEGREE * projection.per_degree, 1),
    )


def point_of(row: Mapping[str, Any], suffix: str = "") -> tuple[float, float] | None:
    """Latitude and longitude (degrees) of a row, None where it has none that can be drawn."""
    try:
        latitude, longitude = (
            float(row.get(f"{axis}{suffix}", "")) for axis in ("latitude", "longitude")
        )
    except (TypeError, ValueError):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def fit(south: float, north: float, west: float, east: float) -> tuple[Projection, float]:
    """The projection that shows a box of degrees, and the height of the drawing."""
    squeeze = max(math.cos(math.radians((south + north) / 2)), 0.01)
    # A dataset of one town, or of one place, still needs a map around it.
    tall, wide = max(north - south, 0.05), max((east - west) * squeeze, 0.05)
    per_degree = (WIDTH - 2 * _MARGIN) / wide
    height = min(max(tall * per_degree + 2 * _MARGIN, WIDTH * 0.55), WIDTH * 1.02)
    per_degree = min(per_degree, (height - 2 * _MARGIN) / tall)
    left = (WIDTH - (east - west) * squeeze * per_degree) / 2
    top = (height - (north - south) * per_degree) / 2
    return Projection(west, north, per_degree, squeeze, left, top), round(height, 1)


def graticule(p: Projection, height: float) -> tuple[tuple[Line, ...], tuple[Label, ...]]:
    """Meridians and parallels, and what is written on them."""
    span = WIDTH / p.per_degree
    step = next((s for s in (0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10) if span / s <= 6), 30)
    lines: list[Line] = []
    labels: list[Label] = []
    west, south = p.west - p.left / p.squeeze / p.per_degree, p.north + p.top / p.per_degree
    south -= height / p.per_degree
    for index in range(math.ceil(west / step), math.ceil(west / step) + 40):
        x = p.x(index * step)
        if not 0 < x < WIDTH:
            continue
        lines.append(Line(x, 0, x, height))
        if 40 < x < WIDTH - 60:
            labels.append(Label(x + 4, 13, _degrees(index * step, "E", "O", "W")))
    for index in range(math.ceil(south / step), math.ceil(south / step) + 40):
        y = p.y(index * step)
        if not 0 < y < height:
            continue
        lines.append(Line(0, y, WIDTH, y))
        if 30 < y < height - 40:
            labels.append(Label(6, y - 4, _degrees(index * step, "N", "S", "S")))
    return tuple(lines), tuple(labels)


def _degrees(value: float, positive: str, negative_fr: str, negative_en: str) -> Text:
    decimals = next((d for d in (0, 1) if abs(value - round(value, d)) < 1e-6), 2)
    text = number(abs(value), decimals)
    if abs(value) < 1e-9:
        return Text("0°", "0°")
    fr, en = (positive, positive) if value > 0 else (negative_fr, negative_en)
    return Text(f"{text.fr}° {fr}", f"{text.en}° {en}")


def scale_km_of(p: Projection) -> int:
    """The length of the scale bar: a round number of kilometres."""
    widest = WIDTH / 4 / p.per_degree * KM_PER_DEGREE
    return max((km for km in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if km <= widest), default=1)


def _towns(
    rows: Sequence[Mapping[str, Any]], marks: Sequence[Mark | None], height: float
) -> tuple[Label, ...]:
    """Names of the communes with most places, where they do not run into each other."""
    by_town: dict[tuple[str, str], list[Mark]] = defaultdict(list)
    for row, mark in zip(rows, marks, strict=True):
        if mark is not None and row.get("commune"):
            by_town[str(row["commune"]), str(row.get("departement", ""))].append(mark)
    labels: list[Label] = []
    taken: list[tuple[float, float, float]] = [(0.0, WIDTH / 3, height - 14)]
    for (name, _), town in sorted(by_town.items(), key=lambda item: (-len(item[1]), item[0])):
        x, y = (statistics.median(getattr(mark, axis) for mark in town) for axis in "xy")
        width = len(name) * _LETTER_WIDTH
        anchor = "end" if x + width + 12 > WIDTH else "start"
        left = x - 8 - width if anchor == "end" else x + 8
        if any(left < r and left + width > lft and abs(y - ty) < 20 for lft, r, ty in taken):
            continue
        taken.append((left - 8, left + width + 8, y))
        shown = round(x - 8 if anchor == "end" else x + 8, 1)
        labels.append(Label(shown, round(y + 4, 1), Text(name, name), anchor))
        if len(labels) == _LABELS:
            break
    return tuple(labels)
