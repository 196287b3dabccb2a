"""What the rows of the tables look like on a map.

Contours are those of ``opendata reference update``. A table of which no contour is known would
make a GeoParquet file without any shape, which has no extent and breaks the format's rules of
distribution: it then has points, the centre of each commune or that of the largest commune of
each area. A table never mixes the two.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from opendata.indicators.columns import COMMUNES

Array = np.ndarray[Any, Any]

#: Six decimals of a degree, 0.1 m.
_GRID = 1e-6
_POLYGONS = (3, 6)


def outlines(
    communes: pd.DataFrame, contours: pd.Series, areas: Mapping[str, pd.Series]
) -> dict[str, pd.Series]:
    """The shapes of every table, by the name of its schema: code -> geometry or None.

    ``communes`` has population, latitude and longitude by code; ``contours`` is the
    reference's; ``areas`` gives, by table, the area of each commune.
    """
    own = _rounded(contours.reindex(communes.index))
    shapes = {COMMUNES: own if own.notna().any() else _centres(communes)}
    for name, area in areas.items():
        dissolved = _dissolved(own, area)
        shapes[name] = dissolved if dissolved.notna().any() else _largest(communes, area)
    return shapes


def _rounded(shapes: pd.Series) -> pd.Series:
    """Polygons on the published grid; what is nothing more on it is None."""
    import shapely

    values = np.array(shapes, dtype=object)
    # pandas marks what is missing by NaN, which shapely does not take for a geometry.
    values[shapes.isna()] = None
    values = shapely.set_precision(values, _GRID)
    return pd.Series(_polygons(values), index=shapes.index, dtype="object")


def _polygons(shapes: Array) -> Array:
    """The surfaces of each shape: a repaired contour may drag a line along."""
    import shapely

    found = shapes.copy()
    for place in np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (-1, *_POLYGONS))):
        parts = shapely.get_parts(shapes[place])
        found[place] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    found[shapely.is_empty(found)] = None
    return found


def _dissolved(own: pd.Series, area: pd.Series) -> pd.Series:
    """The contours of areas; None for one that lacks a commune's, whose shape would be wrong."""
    return pd.Series(
        {code: _union(shapes.to_numpy()) for code, shapes in own.groupby(area)}, dtype="object"
    )


def _union(shapes: Array) -> Any:
    import shapely

    if shapely.is_missing(shapes).any():
        return None
    if shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    # Contours that overlap, or leave a gap, where two downloads were simplified apart.
    return shapely.set_precision(shapely.union_all(shapes), _GRID)


def _centres(communes: pd.DataFrame) -> pd.Series:
    import shapely

    points = shapely.points(communes["longitude"], communes["latitude"])
    points[communes["centre"] == "inconnu"] = None
    return pd.Series(points, index=communes.index, dtype="object")


def _largest(communes: pd.DataFrame, area: pd.Series) -> pd.Series:
    """The centre of the largest commune of each area, among those whose centre is known."""
    centres = _centres(communes)
    order = communes["population"].fillna(0).sort_values(ascending=False, kind="stable").index
    return centres[order].groupby(area[order]).first()
