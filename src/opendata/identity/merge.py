"""One row per place out of the rows that describe it.

Field by field, the best-ranked source that says something is believed; multi-valued
fields add up; the point comes whole from the row whose precision is best. What gives way
is reported.
"""

import pandas as pd

from opendata.model import ISSUE_COLUMNS, join_issues, no_issues
from opendata.schema import SEPARATOR, fields

#: From the most to the least precise; the merged place takes the best of its rows.
PRECISION_ORDER = ("numero", "interpolation", "voie", "lieu-dit", "commune", "aucune")
_POINT = ("latitude", "longitude", "geo_methode", "geo_precision", "geo_score")
_FROM_PRIMARY = ("id", "source", "source_id", "lieu_id")


def merge_groups(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Merge rows that share a ``groupe``, and the issues of what gave way.

    ``rows`` is in order of rank (best source first) and has, beside the published fields,
    ``source_id``, ``ligne`` and ``groupe``. Returns one row per group, in order of first
    appearance, with ``sources`` filled.
    """
    rows = rows.reset_index(drop=True)
    primary = ~rows["groupe"].duplicated()
    shared = rows["groupe"].duplicated(keep=False)
    places = rows[primary].set_index("groupe")
    places["sources"] = places["source_id"]
    if not shared.any():
        return places.reset_index(drop=True), no_issues()
    groups = rows[shared].groupby("groupe", sort=False)
    issues = []
    for name in _mergeable(rows):
        multiple = fields()[name].multiple
        values = groups[name].agg(_union if multiple else _first)
        places.loc[values.index, name] = values
        if not multiple:
            issues.append(_gave_way(rows[shared], name, values))
    places.loc[list(groups.groups), "sources"] = groups["source_id"].agg(
        lambda ids: SEPARATOR.join(dict.fromkeys(ids))
    )
    best = _best_points(rows[shared])
    places.loc[best.index, list(_POINT)] = best
    return places.reset_index(drop=True), join_issues(issues)


def _mergeable(rows: pd.DataFrame) -> list[str]:
    return [
        name
        for name, field in fields().items()
        if name in rows.columns
        and field.filled_by == "source"
        and name not in (*_POINT, *_FROM_PRIMARY)
    ]


def _first(values: pd.Series) -> str:
    return next((value for value in values if value), "")


def _union(values: pd.Series) -> str:
    parts = (part for value in values for part in value.split(SEPARATOR) if part)
    return SEPARATOR.join(dict.fromkeys(parts))


def _gave_way(rows: pd.DataFrame, name: str, kept: pd.Series) -> pd.DataFrame:
    chosen = rows["groupe"].map(kept)
    different = (rows[name] != "") & (rows[name] != chosen)
    if name in ("nom", "adresse"):
        # Rows merge because these agree but for their spelling: there is nothing to report.
        different[:] = False
    lost = rows[different]
    if lost.empty:
        return no_issues()
    return pd.DataFrame(
        {
            "source": lost["source_id"].to_numpy(),
            "row": lost["ligne"].to_numpy(),
            "field": name,
            "code": "valeur_concurrente",
            "value": lost[name].to_numpy(),
            "published": chosen[lost.index].to_numpy(),
            "detail": chosen[lost.index].to_numpy(),
        },
        columns=list(ISSUE_COLUMNS),
    )


def _best_points(rows: pd.DataFrame) -> pd.DataFrame:
    order = {precision: rank for rank, precision in enumerate(PRECISION_ORDER)}
    ranked = rows.assign(_precision=rows["geo_precision"].map(order)).sort_values(
        "_precision", kind="stable"
    )
    return ranked.drop_duplicates("groupe").set_index("groupe")[list(_POINT)]
