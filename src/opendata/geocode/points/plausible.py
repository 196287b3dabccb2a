"""Whether a stated point can be in its commune.

When the commune's contour is known (after ``reference update``): inside it or at most
:data:`CONTOUR_MARGIN_KM` from it, since contours are simplified and a place may stand across
the street that is the boundary.

When only centres are known: no further from the commune's centre than :data:`NEAR_KM`, or than
what the distance to the nearest of all centres leaves believable (centres are far apart where
communes are wide: Arles, Guyane). A commune without a known centre is judged by the centres of
the communes that share its postcode and of its EPCI. This is coarser: it lets through errors
of a few kilometres and catches those that put a place in another town.
"""

import numpy as np
import pandas as pd

from opendata.geocode.gazetteer import CommuneReference
from opendata.geocode.points.geometry import (
    Array,
    distance_km,
    latitude_of,
    mercator,
    mercator_of,
)

#: How far outside its contour a place may stand.
CONTOUR_MARGIN_KM = 2.0
#: Without contours: a point this near its commune's centre is never doubted.
NEAR_KM = 5.0
#: ... beyond that it may be this many times further than the nearest centre, and a bit more.
FURTHER = 2.5
FURTHER_KM = 3.0
#: ... but never so far, whatever surrounds it: a point at sea is far from every centre. Only in
#: Guyane are communes wider, and nobody lives that far from their centres.
FURTHEST_KM = 60.0
#: ... and, where the commune's own centre is unknown, this near a centre of a commune served from
#: the same post office or of its EPCI, if at least so many mark it out; else of its département.
AROUND_KM = 20.0
EPCI_CENTRES = 5


def km_astray(rows: pd.DataFrame, reference: CommuneReference) -> pd.Series:
    """How far (km) each implausible point is from its commune; 0 for a plausible one."""
    astray = pd.Series(0.0, index=rows.index)
    # A row whose commune is unknown cannot be judged, and is not published anyway.
    known = rows["city"].notna()
    outlined = known & rows["city"].isin(reference.contours.index)
    if outlined.any():
        astray[outlined] = _km_from_contour(rows[outlined], reference)
    if (known & ~outlined).any():
        astray[known & ~outlined] = _km_from_centres(rows[known & ~outlined], reference)
    return astray


def _km_from_contour(rows: pd.DataFrame, reference: CommuneReference) -> Array:
    """Distance to the contour where it exceeds the margin, else 0.

    Nearest points are sought in Mercator, which keeps angles, so that what is nearest on
    the plane is nearest on the ground anywhere in the world; the distance itself is
    measured on the sphere.
    """
    import shapely

    contours = reference.contours.reindex(rows["city"].unique())
    flat = pd.Series(
        shapely.transform(contours.to_numpy(), mercator_of), index=contours.index, dtype="object"
    )
    longitude, latitude = rows["longitude"].to_numpy(), rows["latitude"].to_numpy()
    points = shapely.points(longitude, mercator(latitude))
    lines = shapely.shortest_line(flat.reindex(rows["city"].to_numpy()).to_numpy(), points)
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)[:, 0]
    away = distance_km(latitude, longitude, latitude_of(ends[:, 1]), ends[:, 0])
    return np.where(away > CONTOUR_MARGIN_KM, away, 0.0)


def _km_from_centres(rows: pd.DataFrame, reference: CommuneReference) -> Array:
    """Distance to the commune's centre, or to the nearest of its EPCI, where it is too far."""
    nearest = _km_to_nearest_centre(rows, reference)
    own = _km_to_group(rows, reference, reference.current["parent"])
    lone = np.isnan(own)
    around = np.full(len(rows), np.nan)
    around[lone] = _km_to_surroundings(rows[lone], reference)
    believable = np.minimum(FURTHER * nearest + FURTHER_KM, FURTHEST_KM)
    own_limit = np.maximum(NEAR_KM, believable)
    around_limit = np.maximum(AROUND_KM, believable)
    away = np.where(lone, around, own)
    limit = np.where(lone, around_limit, own_limit)
    return np.where(away > limit, away, 0.0)


def _centres(reference: CommuneReference) -> pd.DataFrame:
    """Every known centre, arrondissements included: Paris reaches further than its middle."""
    return reference.current[reference.current["latitude"].notna()]


def _km_to_nearest_centre(rows: pd.DataFrame, reference: CommuneReference) -> Array:
    import shapely

    centres = _centres(reference)
    lat, lon = centres["latitude"].to_numpy(), centres["longitude"].to_numpy()
    tree = shapely.STRtree(shapely.points(lon, mercator(lat)))
    latitude, longitude = rows["latitude"].to_numpy(), rows["longitude"].to_numpy()
    found = tree.nearest(shapely.points(longitude, mercator(latitude)))
    return distance_km(latitude, longitude, lat[found], lon[found])


def _km_to_surroundings(rows: pd.DataFrame, reference: CommuneReference) -> Array:
    """Distance to the nearest centre around: of the communes served from the same post office or
    of the EPCI; of the département where neither has any (too few do not mark an EPCI out)."""
    current = reference.current
    office = current["codes_postaux"].str.split("|").str[0]
    centres = current["latitude"].notna().groupby(current["epci"]).transform("sum")
    marked = (current["epci"] != "") & (centres >= EPCI_CENTRES)
    near = np.fmin(
        _km_to_group(rows, reference, office.where(office != "")),
        _km_to_group(rows, reference, current["epci"].where(marked)),
    )
    in_departement = _km_to_group(rows, reference, current["departement"])
    return np.where(np.isnan(near), in_departement, near)


def _km_to_group(rows: pd.DataFrame, reference: CommuneReference, group: pd.Series) -> Array:
    """Distance from each row to the nearest known centre of its commune's group, else NaN."""
    centres = _centres(reference)
    pairs = pd.DataFrame(
        {
            "line": np.arange(len(rows)),
            "group": group.reindex(rows["city"].to_numpy()).to_numpy(),
            "lat": rows["latitude"].to_numpy(),
            "lon": rows["longitude"].to_numpy(),
        }
    )
    targets = pd.DataFrame(
        {
            "group": group.reindex(centres.index).to_numpy(),
            "centre_lat": centres["latitude"].to_numpy(),
            "centre_lon": centres["longitude"].to_numpy(),
        }
    )
    pairs = pairs.dropna(subset="group").merge(targets, on="group")
    away = distance_km(pairs["lat"], pairs["lon"], pairs["centre_lat"], pairs["centre_lon"])
    nearest = pd.Series(away, dtype=float).groupby(pairs["line"].to_numpy()).min()
    return nearest.reindex(np.arange(len(rows))).to_numpy()
