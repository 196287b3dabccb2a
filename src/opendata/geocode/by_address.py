"""Communes that the address tells: where the columns leave several, or name the neighbour.

An address decides alone only between communes that the row itself allows. Against a commune that
the row names, it needs a second witness: the stated point, near the address's.
"""

import pandas as pd

from opendata.geocode.gazetteer import CommuneReference
from opendata.geocode.points.geometry import distance_km
from opendata.model import issue_lines, join_issues

#: Probability from which an address decides between the communes a row leaves open.
DECIDES = 0.9
#: A stated point this near the point of its address confirms it (metres).
CONFIRMS_M = 500.0


def resolve_by_address(
    found: pd.DataFrame,
    addresses: pd.DataFrame,
    table: pd.DataFrame,
    stated: pd.DataFrame,
    reference: CommuneReference,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``found`` (what ``resolve`` returned) with what addresses decide, decided.

    ``addresses`` are what the geocoder found, ``table`` has the floats latitude and longitude,
    ``stated`` the text columns commune and code_postal; all share one index. Returns the new
    frame and one issue per row whose address is in another commune than it says.
    """
    elsewhere = (addresses["code_insee"] != "") & (addresses["code_insee"] != found["code_insee"])
    unresolved = found["code_insee"] == ""
    gaps = elsewhere & unresolved & (addresses["score"] >= DECIDES)
    metres = 1000 * distance_km(
        table["latitude"], table["longitude"], addresses["latitude"], addresses["longitude"]
    )
    house = addresses["precision"].isin(["numero", "interpolation"])
    moved = elsewhere & ~unresolved & house & (addresses["score"] >= DECIDES)
    moved &= pd.Series(metres, index=table.index) <= CONFIRMS_M
    # Parts of one city are one commune.
    another = reference.city_of(found["code_insee"]) != reference.city_of(addresses["code_insee"])
    moved &= another
    changed = gaps | moved
    doubtful = elsewhere & ~unresolved & ~moved & another
    told = issue_lines(
        found.index[doubtful.to_numpy()],
        "commune",
        "adresse_ailleurs",
        value=found.loc[doubtful, "commune"],
        published=found.loc[doubtful, "commune"],
        detail=addresses.loc[doubtful, "label"],
    )
    if not changed.any():
        return found, told
    decided = found.copy()
    codes = addresses.loc[changed, "code_insee"]
    decided.loc[changed, "code_insee"] = codes
    decided.loc[changed, "commune"] = codes.map(reference.official).fillna("")
    postcodes = zip(codes, stated.loc[changed, "code_postal"], strict=True)
    decided.loc[changed, "code_postal"] = [
        reference.delivering(code, postcode) for code, postcode in postcodes
    ]
    decided.loc[changed, "score"] = addresses.loc[changed, "score"]
    decided.loc[changed, "how"] = "adresse"
    shown = (stated["code_postal"] + " " + stated["commune"]).str.strip()
    issues = [
        issue_lines(
            found.index[where.to_numpy()],
            "commune",
            code,
            value=shown[where],
            published=decided.loc[where, "commune"],
            detail=addresses.loc[where, "label"],
        )
        for code, where in (("commune_par_adresse", gaps), ("commune_voisine", moved))
    ]
    return decided, join_issues([*issues, told])
