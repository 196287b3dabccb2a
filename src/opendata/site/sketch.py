"""Sketch maps: the frame of the maps inside a report, and the shape of a territory.

Equirectangular around the middle latitude, which at the size of a region is off by less
than the width of a dot. No tiles: it works from a file, offline, forever.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.language import Text
from opendata.normalise.coordinates import MAINLAND
from opendata.site.wording import number

WIDTH = 560.0
_MARGIN = 26.0
KM_PER_DEGREE = 111.32
_STAMP = 360  # longest side of an outline
_EDGE = 6
_SPOTS = 2500  # more spots than this are gathered on a coarser grid
_COARSE = 4
_RING = 3  # corners of the smallest shape that can be seen


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


@dataclass(frozen=True, slots=True)
class Outline:
    """A territory and its places at the size of a stamp, without words.

    Three paths: the land, the spots with a place, and those of them with many.
    """

    width: float
    height: float
    land: str
    few: str
    many: str


def outline_of(
    shapes: Mapping[str, Any] | None, points: Sequence[tuple[float, float]]
) -> Outline | None:
    """The ornament of a dataset; None when it has no point and no shape.

    ``shapes`` is a GeoJSON FeatureCollection of polygons, ``points`` are (latitude,
    longitude) in degrees. Where most places are in Europe the drawing is of Europe: the
    overseas départements would make the rest a dot.
    """
    rings = [ring for ring in _rings(shapes) if len(ring) > _RING]
    drawn = [p for p in points if abs(p[0]) <= 90 and abs(p[1]) <= 180]
    near = [p for p in drawn if _in_europe(*p)]
    if not drawn or 2 * len(near) > len(drawn):
        drawn = near
        rings = [ring for ring in rings if _in_europe(ring[0][1], ring[0][0])]
    if not _around(rings, drawn):
        rings = []
    corners = [(point[1], point[0]) for ring in rings for point in ring] + drawn
    if not corners:
        return None
    south, north = min(y for y, _ in corners), max(y for y, _ in corners)
    west, east = min(x for _, x in corners), max(x for _, x in corners)
    squeeze = max(math.cos(math.radians((south + north) / 2)), 0.01)
    scale = (_STAMP - 2 * _EDGE) / max(north - south, (east - west) * squeeze, 0.05)

    def at(latitude: float, longitude: float) -> tuple[int, int]:
        return (
            round(_EDGE + (longitude - west) * squeeze * scale),
            round(_EDGE + (north - latitude) * scale),
        )

    land = "".join(
        "M" + "L".join(f"{x} {y}" for x, y in dict.fromkeys(at(p[1], p[0]) for p in ring)) + "Z"
        for ring in rings
    )
    spots = Counter(at(*point) for point in drawn)
    if len(spots) > _SPOTS:
        spots = Counter(
            (x // _COARSE * _COARSE, y // _COARSE * _COARSE) for x, y in spots.elements()
        )
    usual = len(drawn) / max(len(spots), 1) if len(spots) > _SPOTS else 0
    few, many = (
        "".join(f"M{x} {y}h0" for (x, y), n in sorted(spots.items()) if (n > usual) is dense)
        for dense in (False, True)
    )
    width, height = at(south, east)
    return Outline(width + _EDGE, height + _EDGE, land, few, many)


def _around(
    rings: Sequence[Sequence[Sequence[float]]], points: Sequence[tuple[float, float]]
) -> bool:
    """Whether the shapes are of the whole territory, as far as its places tell."""
    if not rings:
        return False
    longitudes = [point[0] for ring in rings for point in ring]
    latitudes = [point[1] for ring in rings for point in ring]
    west, east, south, north = (f(v) for v in (longitudes, latitudes) for f in (min, max))
    outside = sum(not (south <= y <= north and west <= x <= east) for y, x in points)
    return outside <= len(points) / 20


def _rings(shapes: Mapping[str, Any] | None) -> list[Sequence[Sequence[float]]]:
    """The outer ring of every polygon."""
    features = (shapes or {}).get("features") or []
    found = (p for feature in features for p in polygons_of(feature.get("geometry") or {}))
    return [polygon[0] for polygon in found if polygon]


def polygons_of(geometry: Mapping[str, Any]) -> Sequence[Sequence[Sequence[Sequence[float]]]]:
    """The polygons of a GeoJSON geometry, each a list of rings; none for other geometries."""
    if geometry.get("type") == "Polygon":
        return [geometry["coordinates"]]
    return geometry["coordinates"] if geometry.get("type") == "MultiPolygon" else []


def _in_europe(latitude: float, longitude: float) -> bool:
    south, north, west, east = MAINLAND
    return south < latitude < north and west < longitude < east


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
