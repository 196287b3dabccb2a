"""Which point of a row is published: the stated one, the address's, or the commune's centre.

Three witnesses: the stated point, the point of the address in the BAN, the commune.

1. A point that a steward corrected, or that is plausible for its commune and more than the
   centre of it, stands.
2. It stands no more when the address is surely known (probability :data:`SURE`) and far from it:
   a house number further than :data:`FAR_M`, a street further than :data:`STREET_FAR_M` beyond
   its own reach. In the real files such points are those of a former address, of the head office,
   of a homonym; the address is what people go to, and what the other sources confirm.
3. It gives way, too, to a sure address that says more: a house where the point is of a street.
4. A point that is implausible, missing, or only the commune's centre gives way to that of the
   address, when it is known (probability 0.5 at least), else to the centre of the commune.

A stated point is told to be that of a number only while nothing contradicts it: further than
:data:`NEAR_M` from the number it counts as one of the street.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from opendata.geocode.gazetteer import CommuneReference
from opendata.geocode.points.geometry import distance_km
from opendata.geocode.points.plausible import km_astray
from opendata.geocode.points.precision import stated_precisions
from opendata.model import issue_lines, join_issues, no_issues

#: From this probability on, an address may overrule a plausible point.
SURE = 0.95
#: Two points of one house number may be so far apart: entrance, building, plot (metres).
NEAR_M = 200.0
#: Beyond, one of the two is wrong (metres).
FAR_M = 500.0
STREET_FAR_M = 2000.0
#: Share of the plausible stated points that stand within FAR_M of the house number of their
#: address, where that is known (1,485 rows of Paris, Creuse and Belfort; docs/geocoding.md).
STATED_RIGHT = 0.98
#: The same for a point that the address confirms.
CONFIRMED_RIGHT = 0.99
#: The most that is ever published.
SUREST = 0.99

_HOUSE = ("numero", "interpolation")
_RANK = {"numero": 0, "interpolation": 1, "voie": 2, "lieu-dit": 2, "commune": 3, "aucune": 4}


class Point(NamedTuple):
    """The columns of what is published."""

    latitude: float
    longitude: float
    geo_methode: str
    geo_precision: str
    geo_score: float
    geo_distance_m: float
    ban_id: str


def place_points(
    table: pd.DataFrame,
    reference: CommuneReference,
    found: pd.DataFrame | None = None,
    centres: pd.DataFrame | None = None,
    *,
    stated_precision: str = "",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give each row its point.

    ``table`` has the text columns code_insee (resolved) and adresse, the float columns latitude
    and longitude (WGS 84 degrees, NaN for none) and score (0 to 1, of the commune), the booleans
    corrected and, if a steward changed some, point_corrige, and geo_precision, the text a mapping
    stated ("" usually). ``found`` is what the address gave
    (:class:`opendata.geocode.addresses.Located`, with ``methode``), on the same index.
    ``centres`` has the latitude and longitude of the commune of each row (those of the
    reference, unless given). ``stated_precision`` is what the source's TOML says of all its
    points. Returns, on that index, the columns of :class:`Point`, and the issues.
    """
    rows = _with_centres(table, reference, centres)
    address = _address_points(rows, found, reference)
    stated = rows["latitude"].notna() & rows["longitude"].notna()
    away = pd.Series(0.0, index=table.index)
    if stated.any():
        away[stated] = km_astray(rows[stated], reference)
    precision = stated_precisions(rows, stated_precision)
    metres = pd.Series(
        1000
        * distance_km(
            rows["latitude"], rows["longitude"], address["latitude"], address["longitude"]
        ),
        index=table.index,
    )
    choice = _choose(rows, address, stated, away > 0, precision, metres)
    points = _published(rows, address, choice, precision, metres)
    return points, _issues(rows, points, address, choice, away, metres)


class _Choice(NamedTuple):
    """Which rows publish what, and why (boolean columns; the first three exclude each other)."""

    own: pd.Series
    address: pd.Series
    centre: pd.Series
    astray: pd.Series
    overruled: pd.Series
    refined: pd.Series


def _choose(
    rows: pd.DataFrame,
    address: pd.DataFrame,
    stated: pd.Series,
    astray: pd.Series,
    precision: pd.Series,
    metres: pd.Series,
) -> _Choice:
    known = address["precision"] != ""
    by_hand = _flag(rows, "point_corrige") & stated & ~astray
    good = stated & ~astray & (precision != "commune")
    house = address["precision"].isin(_HOUSE)
    sure = known & (address["score"] >= SURE) & ~by_hand
    coarse = good & sure & (precision.map(_RANK) > address["precision"].map(_RANK))
    far = (house & (metres > FAR_M)) | (~house & (metres > STREET_FAR_M + address["reach_m"]))
    overruled = good & sure & far
    own = by_hand | (good & ~overruled & ~coarse)
    by_address = ~own & known
    refined = by_address & stated & ~astray & ~overruled
    # A stated centre of the commune is kept as what it is; it is the source that said so.
    own |= ~by_address & stated & ~astray
    centre = ~own & ~by_address & rows["centre_lat"].notna()
    return _Choice(own, by_address, centre, stated & astray, overruled, refined)


def _published(
    rows: pd.DataFrame,
    address: pd.DataFrame,
    choice: _Choice,
    precision: pd.Series,
    metres: pd.Series,
) -> pd.DataFrame:
    confirmed = choice.own & (metres <= _tolerance_m(address)) & (address["score"] >= SURE)
    # A point that is not where the number is may be in the street; nothing says it is the house.
    beside = choice.own & address["precision"].isin(_HOUSE) & (address["score"] >= SURE)
    beside &= (metres > NEAR_M) & (precision == "numero") & ~_flag(rows, "point_corrige")
    kept = precision.mask(beside, "voie")
    methods = _text(rows.index)
    methods = methods.mask(choice.own, "source")
    methods = methods.mask(choice.own & _flag(rows, "corrected"), "source-corrigee")
    methods = methods.mask(choice.own & _flag(rows, "point_corrige"), "correction")
    methods = methods.mask(choice.address, address["methode"]).mask(choice.centre, "commune")
    trust = rows["score"].astype(float)
    own_score = (trust * STATED_RIGHT).mask(confirmed, CONFIRMED_RIGHT)
    own_score = own_score.mask(kept == "commune", trust)
    score = trust.mask(choice.own, own_score).mask(choice.address, address["score"])
    pieces = (choice.own, choice.address, choice.centre)
    return pd.DataFrame(
        {
            "latitude": _one_of(pieces, rows["latitude"], address["latitude"], rows["centre_lat"]),
            "longitude": _one_of(
                pieces, rows["longitude"], address["longitude"], rows["centre_lon"]
            ),
            "geo_methode": methods,
            "geo_precision": _text(rows.index, "aucune")
            .mask(choice.own, kept)
            .mask(choice.address, address["precision"])
            .mask(choice.centre, "commune"),
            # Nothing is certain, whatever two decimals make of it.
            "geo_score": score.clip(upper=SUREST).round(2),
            "geo_distance_m": metres.round(0),
            "ban_id": address["ban_id"].where(choice.address | confirmed, ""),
        }
    )


def _tolerance_m(address: pd.DataFrame) -> pd.Series:
    house = address["precision"].isin(_HOUSE)
    return pd.Series(NEAR_M, index=address.index).mask(~house, NEAR_M + address["reach_m"])


def _one_of(pieces: tuple[pd.Series, ...], *values: pd.Series) -> pd.Series:
    result = pd.Series(np.nan, index=values[0].index)
    for piece, value in zip(pieces, values, strict=True):
        result = result.mask(piece, value)
    return result


def _address_points(
    rows: pd.DataFrame, found: pd.DataFrame | None, reference: CommuneReference
) -> pd.DataFrame:
    """What the addresses gave in the commune of the row; nothing, where nobody looked."""
    if found is not None:
        # A street next door, whose commune the row was not moved to, is no point of this row.
        theirs = reference.current["parent"].reindex(found["code_insee"].to_numpy()).to_numpy()
        elsewhere = (found["code_insee"] != "") & (theirs != rows["city"])
        blank: dict[str, Any] = dict.fromkeys(("precision", "methode", "label", "ban_id"), "")
        blank |= {"latitude": np.nan, "longitude": np.nan, "score": 0.0}
        return found.assign(
            **{name: found[name].mask(elsewhere, value) for name, value in blank.items()}
        )
    nothing = {name: _text(rows.index) for name in ("precision", "methode", "label", "ban_id")}
    numbers = {"latitude": np.nan, "longitude": np.nan, "score": 0.0, "reach_m": np.nan}
    return pd.DataFrame({**nothing, **numbers}, index=rows.index)


def _with_centres(
    table: pd.DataFrame, reference: CommuneReference, centres: pd.DataFrame | None
) -> pd.DataFrame:
    """The rows with the commune they are in (``city``) and its centre."""
    codes = table["code_insee"].to_numpy()
    if centres is None:
        centres = reference.centres.reindex(codes)
    rows = table.copy()
    rows["city"] = reference.current["parent"].reindex(codes).to_numpy()
    rows["centre_lat"] = centres["latitude"].to_numpy()
    rows["centre_lon"] = centres["longitude"].to_numpy()
    return rows


def _flag(rows: pd.DataFrame, name: str) -> pd.Series:
    if name not in rows:
        return pd.Series(False, index=rows.index)
    return rows[name].astype(bool)


def _text(index: pd.Index, value: str = "") -> pd.Series:
    return pd.Series(value, index=index, dtype="str")


# --- issues -------------------------------------------------------------------------------


def _issues(
    rows: pd.DataFrame,
    points: pd.DataFrame,
    address: pd.DataFrame,
    choice: _Choice,
    away: pd.Series,
    metres: pd.Series,
) -> pd.DataFrame:
    stated = rows["latitude"].notna() & rows["longitude"].notna()
    nowhere = ~choice.own & ~choice.address & ~choice.centre
    located = rows["code_insee"] != ""
    by_address = address["label"]
    kinds: tuple[tuple[str, pd.Series, Any], ...] = (
        ("point_hors_commune", choice.astray & choice.centre, _km(away)),
        ("point_hors_commune_adresse", choice.astray & choice.address, _km(away)),
        ("point_ecarte", choice.astray & nowhere, _km(away)),
        ("point_contredit", choice.overruled, _km(metres / 1000)),
        ("point_affine", choice.refined, by_address),
        ("point_par_adresse", choice.address & ~stated, by_address),
        ("point_absent", choice.centre & ~stated, ""),
        ("point_inconnu", nowhere & ~stated & located, ""),
    )
    return join_issues([_lines(rows, points, code, where, said) for code, where, said in kinds])


def _lines(
    rows: pd.DataFrame, points: pd.DataFrame, code: str, where: pd.Series, detail: Any
) -> pd.DataFrame:
    if not where.any():
        return no_issues()
    return issue_lines(
        rows.index[where.to_numpy()],
        "latitude",
        code,
        value=_written(rows.loc[where, "latitude"], rows.loc[where, "longitude"]),
        published=_written(points.loc[where, "latitude"], points.loc[where, "longitude"]),
        detail=detail if isinstance(detail, str) else detail[where],
    )


def _km(distance: pd.Series) -> pd.Series:
    shown = [f"{km:.1f} km".replace(".", ",") if km > 0 else "" for km in distance.fillna(0)]
    return pd.Series(shown, index=distance.index, dtype="str")


def _written(latitude: pd.Series, longitude: pd.Series) -> list[str]:
    pairs = zip(latitude.tolist(), longitude.tolist(), strict=True)
    return ["" if np.isnan(lat + lon) else f"{lat:.6f}, {lon:.6f}" for lat, lon in pairs]
