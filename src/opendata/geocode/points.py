"""Where on the map a row is put, and how much its point can be trusted.

A stated point is kept when it is plausible for its commune; about one point in forty of
the real files stands in quite another place, and no reuser can see it. What replaces it
is the centre of the commune, said to be one.

Plausible, when the commune's contour is known (after ``reference update``): inside it or
at most :data:`CONTOUR_MARGIN_KM` from it, since contours are simplified and a place may
stand across the street that is the boundary.

Plausible, when only centres are known: no further from the commune's centre than
:data:`NEAR_KM`, or than what the distance to the nearest of all centres leaves believable
(centres are far apart where communes are wide: Arles, Guyane). A commune without a known
centre is judged by the centres of its EPCI. This is coarser: it lets through errors of a
few kilometres and catches those that put a place in another town.
"""

from typing import Any

import numpy as np
import pandas as pd

from opendata.geocode.gazetteer import CommuneReference
from opendata.model import issue_lines, join_issues, no_issues
from opendata.schema import fold

Array = np.ndarray[Any, Any]

#: How far outside its contour a place may stand.
CONTOUR_MARGIN_KM = 2.0
#: Without contours: a point this near its commune's centre is never doubted.
NEAR_KM = 5.0
#: ... beyond that it may be this many times further than the nearest centre, and a bit more.
FURTHER = 2.5
FURTHER_KM = 3.0
#: ... and, where the commune's own centre is unknown, this near a centre of its EPCI, if at
#: least so many mark it out; else of its département.
AROUND_KM = 20.0
EPCI_CENTRES = 5
#: A point this near the commune's centre is that centre, not a place (metres).
CENTRE_M = 60.0
#: As many different addresses on one point are a centre in disguise.
SHARED_BY = 3

_EARTH_KM = 6371.0088
#: A number at the start, or before a kind of way: "Place du 8 mai 1945" has none.
_HOUSE_NUMBER = (
    r"(?i)^\d{1,4}(?:\s?(?:bis|ter|quater|[a-d]))?\b(?!\s?(?:er|e|ème|eme|ère)\b)"
    r"|\b\d{1,4}(?:\s?(?:bis|ter|quater|[a-d]))?,?\s+"
    r"(?:rue|avenue|av|boulevard|bd|place|pl|chemin|impasse|allée|allee|quai|cours|route|square)\b"
)


def place_points(
    table: pd.DataFrame, reference: CommuneReference, *, stated_precision: str = ""
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give each row its point.

    ``table`` has the text columns code_insee (resolved) and adresse, the float columns
    latitude and longitude (WGS 84 degrees, NaN for none) and score (0 to 1), the boolean
    corrected, and geo_precision, the text a mapping stated ("" usually). ``stated_precision``
    is what the source's TOML says of all its points. Returns, on the same index, the
    columns latitude, longitude, geo_methode, geo_precision and geo_score, and the issues.
    """
    rows = _with_centres(table, reference)
    stated = rows["latitude"].notna() & rows["longitude"].notna()
    away = pd.Series(0.0, index=table.index)
    if stated.any():
        away[stated] = _km_astray(rows[stated], reference)
    astray = away > 0
    kept = stated & ~astray
    centred = ~kept & rows["centre_lat"].notna()
    points = pd.DataFrame(
        {
            "latitude": rows["latitude"].where(kept, rows["centre_lat"]),
            "longitude": rows["longitude"].where(kept, rows["centre_lon"]),
            "geo_methode": _methods(rows["corrected"], kept, centred),
            "geo_precision": _precisions(rows, kept, centred, stated_precision),
            "geo_score": rows["score"].astype(float).round(2),
        }
    )
    located = rows["code_insee"] != ""
    issues = [
        _point_issues("point_hors_commune", rows, points, astray & centred, away),
        _point_issues("point_ecarte", rows, points, astray & ~centred, away),
        _point_issues("point_absent", rows, points, ~stated & centred, away),
        _point_issues("point_inconnu", rows, points, ~stated & ~centred & located, away),
    ]
    return points, join_issues(issues)


def _with_centres(table: pd.DataFrame, reference: CommuneReference) -> pd.DataFrame:
    """The rows with the centre of their commune; an arrondissement falls back on its city's."""
    current = reference.current
    city = current["parent"].reindex(table["code_insee"].to_numpy()).to_numpy()
    rows = table.copy()
    rows["city"] = city
    for column, short in (("latitude", "centre_lat"), ("longitude", "centre_lon")):
        own = current[column].reindex(table["code_insee"].to_numpy()).to_numpy()
        of_city = current[column].reindex(city).to_numpy()
        rows[short] = np.where(np.isnan(own), of_city, own)
    return rows


# --- plausibility -------------------------------------------------------------------------


def _km_astray(rows: pd.DataFrame, reference: CommuneReference) -> pd.Series:
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
        shapely.transform(contours.to_numpy(), _mercator_of), index=contours.index, dtype="object"
    )
    longitude, latitude = rows["longitude"].to_numpy(), rows["latitude"].to_numpy()
    points = shapely.points(longitude, _mercator(latitude))
    lines = shapely.shortest_line(flat.reindex(rows["city"].to_numpy()).to_numpy(), points)
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)[:, 0]
    away = distance_km(latitude, longitude, _latitude(ends[:, 1]), ends[:, 0])
    return np.where(away > CONTOUR_MARGIN_KM, away, 0.0)


def _km_from_centres(rows: pd.DataFrame, reference: CommuneReference) -> Array:
    """Distance to the commune's centre, or to the nearest of its EPCI, where it is too far."""
    nearest = _km_to_nearest_centre(rows, reference)
    own = _km_to_group(rows, reference, reference.current["parent"])
    lone = np.isnan(own)
    around = np.full(len(rows), np.nan)
    around[lone] = _km_to_surroundings(rows[lone], reference)
    own_limit = np.maximum(NEAR_KM, FURTHER * nearest + FURTHER_KM)
    around_limit = np.maximum(AROUND_KM, FURTHER * nearest + FURTHER_KM)
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
    tree = shapely.STRtree(shapely.points(lon, _mercator(lat)))
    latitude, longitude = rows["latitude"].to_numpy(), rows["longitude"].to_numpy()
    found = tree.nearest(shapely.points(longitude, _mercator(latitude)))
    return distance_km(latitude, longitude, lat[found], lon[found])


def _km_to_surroundings(rows: pd.DataFrame, reference: CommuneReference) -> Array:
    """Distance to the nearest centre of the EPCI, or of the département where too few mark it."""
    current = reference.current
    centres = current["latitude"].notna().groupby(current["epci"]).transform("sum")
    marked = (current["epci"] != "") & (centres >= EPCI_CENTRES)
    in_epci = _km_to_group(rows, reference, current["epci"].where(marked))
    in_departement = _km_to_group(rows, reference, current["departement"])
    return np.where(np.isnan(in_epci), in_departement, in_epci)


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


def distance_km(lat: Any, lon: Any, other_lat: Any, other_lon: Any) -> Array:
    """Great-circle distance in kilometres between points in degrees; NaN where one is."""
    a, b, c, d = (np.radians(np.asarray(x, dtype=float)) for x in (lat, lon, other_lat, other_lon))
    square = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    result: Array = 2 * _EARTH_KM * np.arcsin(np.sqrt(square))
    return result


def _mercator(latitude: Array) -> Array:
    result: Array = np.degrees(np.arctanh(np.sin(np.radians(np.clip(latitude, -89, 89)))))
    return result


def _latitude(mercator: Array) -> Array:
    result: Array = np.degrees(np.arcsin(np.tanh(np.radians(mercator))))
    return result


def _mercator_of(coordinates: Array) -> Array:
    return np.column_stack([coordinates[:, 0], _mercator(coordinates[:, 1])])


# --- method and precision -----------------------------------------------------------------


def _methods(corrected: pd.Series, kept: pd.Series, centred: pd.Series) -> pd.Series:
    methods = pd.Series("", index=kept.index, dtype="str")
    methods = methods.mask(kept, "source").mask(kept & corrected.astype(bool), "source-corrigee")
    return methods.mask(centred, "commune")


def _precisions(
    rows: pd.DataFrame, kept: pd.Series, centred: pd.Series, stated_precision: str
) -> pd.Series:
    """What each point stands for: the mapping's word, else the source's, else the address.

    A point is only as precise as what it was made from; an address with a number does not
    help a point that is the centre of its commune, whoever states it. Nor can a point be
    that of a number or of a street which the address does not give.
    """
    address = rows["adresse"]
    numbered = address.str.contains(_HOUSE_NUMBER, regex=True)
    guess = pd.Series("lieu-dit", index=rows.index, dtype="str")
    guess = guess.mask(address != "", "voie")
    guess = guess.mask(numbered, "numero")
    if stated_precision:
        guess[:] = stated_precision
    precision = rows["geo_precision"].mask(rows["geo_precision"] == "", guess)
    precision = precision.mask((precision == "numero") & ~numbered, "voie")
    precision = precision.mask((precision == "voie") & (address == ""), "lieu-dit")
    precision = precision.mask(centred | (kept & _disguised_centre(rows)), "commune")
    return precision.where(kept | centred, "aucune")


def _disguised_centre(rows: pd.DataFrame) -> pd.Series:
    """Points on their commune's centre, or shared by several different addresses."""
    away = distance_km(rows["latitude"], rows["longitude"], rows["centre_lat"], rows["centre_lon"])
    spot = rows[["latitude", "longitude"]].round(5).assign(address=rows["adresse"])
    crowded = spot[spot.duplicated(["latitude", "longitude"], keep=False)]
    crowded = crowded[(crowded["address"] != "") & crowded["latitude"].notna()]
    # Two spellings of one address are not two addresses.
    folded = {text: fold(text) for text in crowded["address"].unique()}
    counts = (
        crowded.assign(address=crowded["address"].map(folded))
        .groupby(["latitude", "longitude"])["address"]
        .transform("nunique")
    )
    shared = counts.reindex(rows.index, fill_value=0) >= SHARED_BY
    return shared | (away * 1000 <= CENTRE_M)


# --- issues -------------------------------------------------------------------------------


def _point_issues(
    code: str, rows: pd.DataFrame, points: pd.DataFrame, where: pd.Series, away: pd.Series
) -> pd.DataFrame:
    if not where.any():
        return no_issues()
    stated = _written(rows.loc[where, "latitude"], rows.loc[where, "longitude"])
    published = _written(points.loc[where, "latitude"], points.loc[where, "longitude"])
    return issue_lines(
        rows.index[where.to_numpy()],
        "latitude",
        code,
        value=stated,
        published=published,
        detail=[f"{km:.1f} km".replace(".", ",") if km else "" for km in away[where]],
    )


def _written(latitude: pd.Series, longitude: pd.Series) -> list[str]:
    pairs = zip(latitude.tolist(), longitude.tolist(), strict=True)
    return ["" if np.isnan(lat + lon) else f"{lat:.6f}, {lon:.6f}" for lat, lon in pairs]
