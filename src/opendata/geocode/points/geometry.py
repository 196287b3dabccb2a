"""Distances on the ground, and a plane in which what is nearest is nearest on the ground."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_EARTH_KM = 6371.0088


def distance_km(lat: Any, lon: Any, other_lat: Any, other_lon: Any) -> Array:
    """Great-circle distance in kilometres between points in degrees; NaN where one is."""
    a, b, c, d = (np.radians(np.asarray(x, dtype=float)) for x in (lat, lon, other_lat, other_lon))
    square = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    result: Array = 2 * _EARTH_KM * np.arcsin(np.sqrt(square))
    return result


def mercator(latitude: Array) -> Array:
    """The northing of a latitude in Mercator, in degrees: angles are kept."""
    result: Array = np.degrees(np.arctanh(np.sin(np.radians(np.clip(latitude, -89, 89)))))
    return result


def latitude_of(northing: Array) -> Array:
    """The latitude of a northing in Mercator."""
    result: Array = np.degrees(np.arcsin(np.tanh(np.radians(northing))))
    return result


def mercator_of(coordinates: Array) -> Array:
    """Longitude and latitude, one pair a line, to the plane."""
    return np.column_stack([coordinates[:, 0], mercator(coordinates[:, 1])])
