"""GeoJSON, read as JSON so that numbers and coordinates keep the source's spelling."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np

from opendata.model import Fetch
from opendata.read import points
from opendata.read.base import Issues, Reading, head_text, refusal
from opendata.read.json_text import Columns, cell, compact, load, objects, too_deep

NAME = "geojson"
FORMATS = ("geojson",)
SUFFIXES = (".geojson",)

_COLLECTION = re.compile(r'"type"\s*:\s*"FeatureCollection"|"features"\s*:\s*\[')
_FEATURE = re.compile(r'\x1e?\s*\{\s*"type"\s*:\s*"Feature"')
_WGS84 = re.compile(r"(CRS84|EPSG:+4326|^WGS ?84)$", re.IGNORECASE)


def sniff(head: bytes) -> bool:
    """Whether the text begins as a FeatureCollection, or as one Feature per line."""
    text = head_text(head)
    if not text.lstrip().startswith(("{", "\x1e")):
        return False
    return bool(_COLLECTION.search(text) or _FEATURE.match(text))


def read(path: Path, options: Fetch) -> Reading:
    """Read features; the index is their number, from 1.

    Properties become columns, then ``id`` (the feature's own; ``feature.id`` when a
    property has that name), ``geometry.latitude`` and ``geometry.longitude``: of a
    point as it is written, of another geometry a point inside it, with 7 decimals.
    Coordinates in another system than WGS 84 (old GeoJSON's ``crs``) are converted and
    an issue says so; those of an unknown system are left as they are, noted too.
    Raises ReadError (not GeoJSON, no feature), OSError.
    """
    issues = Issues()
    document, _ = load(path, options.encoding, issues)
    try:
        numbers, features = objects(path, _features(path, document), issues)
        columns = Columns(path, len(features))
        for row, feature in enumerate(features):
            properties = feature.get("properties")
            if isinstance(properties, dict):
                columns.add(row, properties)
        _add_ids(columns, features)
        geometries = [feature.get("geometry") for feature in features]
        crs_name = _crs_name(document)
        latitudes, longitudes = _coordinates(geometries, numbers, crs_name, issues)
    except RecursionError as problem:
        raise too_deep(path) from problem
    # A property of the same name keeps it; unique_names tells the second apart.
    for name, values in ((points.LATITUDE, latitudes), (points.LONGITUDE, longitudes)):
        columns.values[name if name not in columns.values else f"feature.{name}"] = values
    return Reading(columns.table(numbers), issues, NAME)


def _features(path: Path, document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    if isinstance(document, dict) and isinstance(document.get("features"), list):
        features: list[Any] = document["features"]
        return features
    if isinstance(document, dict) and document.get("type") == "Feature":
        return [document]
    raise refusal(
        "geojson_invalide",
        path,
        fr="n'est pas une FeatureCollection GeoJSON : indiquez fetch.format = json "
        "si c'est du JSON ordinaire.",
        en="is not a GeoJSON FeatureCollection: set fetch.format = json if it is plain JSON.",
    )


def _add_ids(columns: Columns, features: list[dict[str, Any]]) -> None:
    if not any("id" in feature for feature in features):
        return
    column = columns.column("feature.id" if "id" in columns.values else "id")
    for row, feature in enumerate(features):
        column[row] = cell(feature.get("id"))


def _crs_name(document: Any) -> str:
    crs = document.get("crs") if isinstance(document, dict) else None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return "" if name is None or _WGS84.search(str(name)) else str(name)


def _coordinates(
    geometries: list[Any], numbers: list[int], crs_name: str, issues: Issues
) -> tuple[list[str], list[str]]:
    count = len(geometries)
    latitudes, longitudes = [""] * count, [""] * count
    others: list[int] = []
    for row, geometry in enumerate(geometries):
        if geometry is None:
            continue
        point = _point(geometry)
        if point:
            longitudes[row], latitudes[row] = point
        else:
            others.append(row)
    _place_others(others, geometries, latitudes, longitudes)
    lost = [row for row in others if not latitudes[row]]
    if crs_name:
        lost += _convert(crs_name, latitudes, longitudes, issues)
    kinds = {row: compact(geometries[row]) for row in lost}
    for row, kind in kinds.items():
        issues.add("geometrie_illisible", numbers[row], field="geometry", value=kind)
    return latitudes, longitudes


def _point(geometry: Any) -> tuple[str, str] | None:
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return None
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        return None
    longitude, latitude = coordinates[:2]
    return (str(longitude), str(latitude)) if _finite(longitude) and _finite(latitude) else None


def _finite(value: Any) -> bool:
    try:
        return isinstance(value, str) and math.isfinite(float(value))
    except ValueError:
        return False


def _place_others(
    rows: list[int], geometries: list[Any], latitudes: list[str], longitudes: list[str]
) -> None:
    if not rows:
        return
    import shapely

    shapes = shapely.from_geojson([compact(geometries[row]) for row in rows], on_invalid="ignore")
    x, y = points.representative(shapes)
    for row, longitude, latitude in zip(rows, points.texts(x), points.texts(y), strict=True):
        longitudes[row], latitudes[row] = longitude, latitude


def _convert(
    crs_name: str, latitudes: list[str], longitudes: list[str], issues: Issues
) -> list[int]:
    """Convert in place; returns the rows that could not be."""
    crs, is_wgs84 = points.system(crs_name)
    if crs is None:
        issues.add("projection_inconnue", 0, field="geometry", detail=crs_name)
    if crs is None or is_wgs84:
        return []
    issues.add("projection_convertie", 0, field="geometry", detail=crs_name)
    rows = [row for row, latitude in enumerate(latitudes) if latitude]
    x = np.array([float(longitudes[row]) for row in rows])
    y = np.array([float(latitudes[row]) for row in rows])
    x, y = points.to_wgs84(x, y, crs)
    for row, longitude, latitude in zip(rows, points.texts(x), points.texts(y), strict=True):
        longitudes[row], latitudes[row] = longitude, latitude
    return [row for row in rows if not latitudes[row]]
