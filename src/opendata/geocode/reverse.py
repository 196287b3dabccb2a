"""The commune a point stands in, for rows whose address names none.

CEDEX offices write « Cergy-Pontoise », « La Défense » or « Marne-la-Vallée », which are no
communes; their stated point says which one is meant. Only contours can tell, so this needs
``opendata reference update``; without it the rows stay unresolved.
"""

import pandas as pd

from opendata.geocode.communes import CommuneReference
from opendata.model import issue_lines, no_issues

#: Confidence in a commune that only the stated point tells: points are wrong for about one
#: row in forty of the real files.
SCORE = 0.9


def resolve_by_point(
    found: pd.DataFrame, table: pd.DataFrame, stated: pd.DataFrame, reference: CommuneReference
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``found`` (what ``resolve`` returned) with the gaps that a point can fill, filled.

    ``table`` has float latitude and longitude, ``stated`` the text columns commune and
    code_postal; all share one index. Returns the new frame and an issue per filled row.
    """
    gaps = (found["code_insee"] == "") & table["latitude"].notna() & table["longitude"].notna()
    if not gaps.any() or reference.contours.empty:
        return found, no_issues()
    codes = _communes_at(table.loc[gaps, ["longitude", "latitude"]], reference)
    codes = codes[codes != ""]
    filled = found.copy()
    names = codes.map(reference.official)
    filled.loc[codes.index, "code_insee"] = codes
    filled.loc[codes.index, "commune"] = names
    filled.loc[codes.index, "code_postal"] = [
        reference.delivering(code, postcode)
        for code, postcode in zip(codes, stated.loc[codes.index, "code_postal"], strict=True)
    ]
    filled.loc[codes.index, "score"] = SCORE
    filled.loc[codes.index, "how"] = "point"
    shown = (stated["code_postal"] + " " + stated["commune"]).str.strip()[codes.index]
    issues = issue_lines(codes.index, "commune", "commune_par_point", value=shown, published=names)
    return filled, issues


def _communes_at(points: pd.DataFrame, reference: CommuneReference) -> pd.Series:
    """The code of the commune each point stands in, "" where none is known."""
    import shapely

    contours = reference.contours
    tree = shapely.STRtree(contours.to_numpy())
    places = shapely.points(points["longitude"], points["latitude"])
    rows, hits = tree.query(places, predicate="within")
    codes = pd.Series("", index=points.index, dtype="str")
    found = pd.Series(contours.index.to_numpy()[hits], index=points.index[rows], dtype="str")
    found = found[~found.index.duplicated()]
    codes.loc[found.index] = found
    return codes
