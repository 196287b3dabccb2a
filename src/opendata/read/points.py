"""Geometries as two columns of text, shared by the readers of GeoJSON and of vector files."""

from typing import Any

import numpy as np

from opendata.read.cells import number_text

LATITUDE = "geometry.latitude"
LONGITUDE = "geometry.longitude"

#: One centimetre; more would pretend to a precision no converted point has.
_DECIMALS = 7


def representative(geometries: Any) -> tuple[Any, Any]:
    """Longitudes and latitudes (arrays of floats, NaN for none) of a point inside each one."""
    import shapely

    filled = np.where(shapely.is_empty(geometries), None, geometries)
    inside = np.where(shapely.get_type_id(filled) == 0, filled, shapely.point_on_surface(filled))
    return shapely.get_x(inside), shapely.get_y(inside)


def to_wgs84(longitudes: Any, latitudes: Any, crs: Any) -> tuple[Any, Any]:
    """Coordinates in any system as degrees of WGS 84 (NaN where that fails)."""
    from pyproj import Transformer

    transformer = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    x, y = transformer.transform(longitudes, latitudes)
    lost = ~(np.isfinite(x) & np.isfinite(y))
    return np.where(lost, np.nan, x), np.where(lost, np.nan, y)


def system(name: Any) -> tuple[Any, bool]:
    """The coordinate system of that name (None when unknown), and whether it is WGS 84."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_user_input(name)
    except CRSError:
        return None, False
    return crs, crs.equals(CRS("EPSG:4326"), ignore_axis_order=True)


def texts(values: Any, *, exact: bool = False) -> list[str]:
    """Coordinates as text, rounded to 7 decimals unless they are the stored ones."""
    rounded = values if exact else np.round(values, _DECIMALS)
    return [number_text(value) for value in rounded.tolist()]
