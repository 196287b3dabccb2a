"""How far the centre of each commune is from the nearest place, in a straight line.

Distances are taken in the official projection of each part of France (decree 2019-165 and its
order of 5 March 2019), whose metre is the ground's to 0.3 % at worst (Lambert-93 in Corsica).
Territories without one here are measured on the ellipsoid. Places of one zone are no
neighbours of communes of another: the Antilles are one zone, every other overseas
département its own.
"""

from typing import Any

import numpy as np
import pandas as pd

Array = np.ndarray[Any, Any]

#: Overseas département -> EPSG code of its projection; RGAF09 covers all the Antilles.
_OVERSEAS = {
    **dict.fromkeys(("971", "972", "977", "978"), 5490),
    **{"973": 2972, "974": 2975, "976": 4471},
}
_LAMBERT_93 = 2154
#: Decimals of a published distance in km.
_DECIMALS = 1


def nearest_km(communes: pd.DataFrame, points: pd.DataFrame, flags: pd.DataFrame) -> pd.DataFrame:
    """Kilometres from each commune to the nearest place of each kind, rounded to 0.1.

    ``communes`` and ``points`` have the columns departement (text), latitude and longitude
    (degrees, NaN when unknown); ``flags`` says which places are of which kind. Returns a
    column per kind on the index of ``communes``, NaN where there is nothing to measure.
    """
    km = np.full((len(communes), flags.shape[1]), np.nan)
    kinds = flags.to_numpy(dtype=bool)
    here, there = _zones(communes), _zones(points)
    for zone in sorted(set(here[here != ""])):
        rows, near = np.flatnonzero(here == zone), np.flatnonzero(there == zone)
        if near.size:
            measure = _on_plane if zone.startswith("EPSG:") else _on_ellipsoid
            origin, target = _lon_lat(communes)[rows], _lon_lat(points)[near]
            km[rows] = measure(zone, origin, target, kinds[near]) / 1000
    return pd.DataFrame(np.round(km, _DECIMALS), index=communes.index, columns=flags.columns)


def _zones(table: pd.DataFrame) -> Array:
    """The projection of each row as ``EPSG:<code>``, else its département; "" without a point."""
    departement = table["departement"].astype("str")
    overseas = departement.str[:2].isin(["97", "98"])
    official = "EPSG:" + departement.map(_OVERSEAS).fillna(_LAMBERT_93).astype(int).astype(str)
    zones = official.mask(overseas & ~departement.isin(list(_OVERSEAS)), departement)
    found = np.array(zones, dtype=object)
    found[~np.isfinite(_lon_lat(table)).all(axis=1)] = ""
    return found


def _lon_lat(table: pd.DataFrame) -> Array:
    return table[["longitude", "latitude"]].to_numpy(dtype="float64")


def _on_plane(zone: str, origin: Array, target: Array, kinds: Array) -> Array:
    """Metres in the projection, by a spatial index per kind."""
    import shapely
    from pyproj import Transformer

    project = Transformer.from_crs("OGC:CRS84", zone, always_xy=True)
    origin, target = (np.column_stack(project.transform(*xy.T)) for xy in (origin, target))
    asked = shapely.points(origin)
    metres = np.full((len(origin), kinds.shape[1]), np.nan)
    for kind in np.flatnonzero(kinds.any(axis=0)):
        # Many places stand on one point (a building, the centre of a commune).
        candidates = np.unique(target[kinds[:, kind]], axis=0)
        nearest = shapely.STRtree(shapely.points(candidates)).nearest(asked)
        metres[:, kind] = np.hypot(*(origin - candidates[nearest]).T)
    return metres


def _on_ellipsoid(_zone: str, origin: Array, target: Array, kinds: Array) -> Array:
    """Metres along the ellipsoid, every pair: these territories have few communes."""
    from pyproj import Geod

    pairs = np.repeat(origin, len(target), axis=0), np.tile(target, (len(origin), 1))
    metres = Geod(ellps="GRS80").inv(*pairs[0].T, *pairs[1].T)[2]
    table = np.asarray(metres).reshape(len(origin), len(target))
    found = np.full((len(origin), kinds.shape[1]), np.nan)
    for kind in np.flatnonzero(kinds.any(axis=0)):
        found[:, kind] = table[:, kinds[:, kind]].min(axis=1)
    return found
