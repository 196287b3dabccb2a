"""Outlines of areas made light enough for a screen, without opening gaps between them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opendata.normalise.coordinates import MAINLAND

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np

    Array = np.ndarray[Any, Any]

#: Lambert-93, the official projection of mainland France; a cylinder that keeps areas elsewhere.
_LAMBERT_93, _EQUAL_AREA = 2154, 6933
#: Areas further apart than this are simplified apart: Corsica goes with the mainland.
_FAR_DEGREES = 5.0


def simplified(frame: "gpd.GeoDataFrame", tolerance_m: float | None = None) -> dict[str, Any]:
    """Outlines for a screen: a GeoJSON FeatureCollection whose features have a ``code``.

    ``frame`` has a column ``code`` and geometries in longitude and latitude; what has none is
    left out, points stay points. Borders are simplified once for the two areas that share
    them, so no gap opens. ``tolerance_m`` is in metres; by default it follows the extent, about
    half a pixel of a map that shows it whole. Coordinates have four decimals; parts and holes
    smaller than the square of the tolerance are dropped, but for the largest of an area.
    """
    import shapely

    known = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    surfaces = known[shapely.get_dimensions(known.geometry.to_numpy()) == 2]
    points = known[shapely.get_type_id(known.geometry.to_numpy()) == 0]
    shapes: dict[str, dict[str, Any]] = {
        str(code): {"type": "Point", "coordinates": [round(point.x, 4), round(point.y, 4)]}
        for code, point in zip(points["code"], points.geometry, strict=True)
    }
    for flat in _apart(surfaces):
        left, low, right, high = flat.total_bounds
        metres = tolerance_m or max(right - left, high - low) / 2000
        flat = flat.set_geometry(_coverage(flat.geometry.to_numpy(), metres), crs=flat.crs)
        back = flat.geometry.to_crs(4326).to_numpy()
        for place, code in enumerate(flat["code"]):
            sizes = shapely.area(shapely.get_parts(flat.geometry.iloc[place]))
            rings = _surface(shapely.get_parts(back[place]), sizes, metres)
            if rings:
                shapes[str(code)] = {"type": "MultiPolygon", "coordinates": rings}
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": shapes[code]}
        for code in map(str, frame["code"])
        if code in shapes
    ]
    return {"type": "FeatureCollection", "features": features}


def _apart(surfaces: "gpd.GeoDataFrame") -> "Iterator[gpd.GeoDataFrame]":
    """Areas in metres, one table for each part of the world: mainland France, Guyane…

    What is simplified on the extent of the world would leave nothing of an island.
    """
    import numpy as np
    import shapely

    if surfaces.empty:
        return
    spots = surfaces.geometry.representative_point()
    x, y = spots.x.to_numpy(), spots.y.to_numpy()
    cells = np.unique(np.round(np.column_stack([x, y])), axis=0)
    west, south = cells.T - _FAR_DEGREES / 2
    boxes = shapely.box(west, south, west + _FAR_DEGREES, south + _FAR_DEGREES)
    for part in shapely.get_parts(shapely.union_all(boxes)):
        inside = shapely.contains_xy(part, x, y)
        south, north, west, east = MAINLAND
        mainland = west <= x[inside].mean() <= east and south <= y[inside].mean() <= north
        degrees = surfaces[inside].set_crs(4326, allow_override=True)
        yield degrees.to_crs(_LAMBERT_93 if mainland else _EQUAL_AREA)


def _coverage(shapes: "Array", metres: float) -> "Array":
    """Simplified together; one by one, with gaps, when their borders are too odd for that."""
    import shapely

    wrong = ~shapely.is_valid(shapes)
    if wrong.any():
        # A border may cross itself once it is projected.
        whole = shapes.copy()
        whole[wrong] = shapely.buffer(shapes[wrong], 0)
        shapes = whole
    found: Array
    try:
        found = shapely.coverage_simplify(shapes, metres)
    except shapely.errors.GEOSException:
        found = shapely.simplify(shapes, metres)
    return found


def _surface(pieces: "Array", sizes: "Array", tolerance_m: float) -> list[list[list[list[float]]]]:
    """The rings of one area's pieces, on the grid; ``sizes`` are in square metres."""
    import numpy as np
    import shapely

    kept = sizes >= tolerance_m**2
    kept[sizes.argmax()] = True
    found = []
    for piece, size in zip(pieces[kept], sizes[kept], strict=True):
        rings = [shapely.get_exterior_ring(piece), *shapely.get_rings(piece)[1:]]
        whole = shapely.area(shapely.polygons(shapely.get_coordinates(rings[0])))
        drawn = []
        for place, ring in enumerate(rings):
            line = np.round(shapely.get_coordinates(ring), 4)
            moved = np.append(True, (np.diff(line, axis=0) != 0).any(axis=1))
            line = line[moved]
            # Square metres of a hole, by its share of the piece's surface in degrees.
            area = size * shapely.area(shapely.polygons(shapely.get_coordinates(ring))) / whole
            if len(line) >= 4 and (place == 0 or area >= tolerance_m**2):
                drawn.append(line.tolist())
            elif place == 0:
                break
        if drawn:
            found.append(drawn)
    return found
