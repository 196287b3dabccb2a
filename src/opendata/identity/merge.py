"""One row per place out of the rows that describe it.

Field by field, the best-ranked source that says something is believed; multi-valued
fields add up; the point comes whole from the row whose precision is best. What gives way
is reported.
"""

import re
from collections.abc import Mapping

import pandas as pd

from opendata.model import issue_lines, join_issues, no_issues
from opendata.schema import SEPARATOR, fields

#: From the most to the least precise; the merged place takes the best of its rows.
PRECISION_ORDER = ("numero", "interpolation", "voie", "lieu-dit", "commune", "aucune")
_ADDRESS_NOISE = re.compile(r"^https?://(?:www\.)?|/$")
_POINT = (
    *("latitude", "longitude", "geo_methode", "geo_precision", "geo_score"),
    *("geo_distance_m", "ban_id"),
)
_FROM_PRIMARY = ("id", "source", "source_id", "lieu_id")


def merge_groups(
    rows: pd.DataFrame, own_fields: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Merge rows that share a ``groupe``, and the issues of what gave way.

    ``own_fields`` maps a source to the fields that speak of itself alone: the hours of a
    counsellor's surgery are not those of the library that hosts it.

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
    rows, kept_apart = _without_own_fields(rows, shared & ~primary, own_fields or {})
    groups = rows[shared].groupby("groupe", sort=False)
    issues = [kept_apart]
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


def _without_own_fields(
    rows: pd.DataFrame, joining: pd.Series, own_fields: Mapping[str, tuple[str, ...]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = rows.copy()
    issues = []
    for source, names in own_fields.items():
        for name in names:
            own = joining & (rows["source_id"] == source) & (rows[name] != "")
            issues.append(_issues(rows[own], name, "valeur_propre", ""))
            rows.loc[own, name] = ""
    return rows, join_issues(issues)


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
    distinct: dict[str, str] = {}
    for value in values:
        for part in filter(None, value.split(SEPARATOR)):
            # http://www.exemple.fr and https://exemple.fr/ are one address: the first stays.
            distinct.setdefault(_ADDRESS_NOISE.sub("", part), part)
    return SEPARATOR.join(distinct.values())


def _gave_way(rows: pd.DataFrame, name: str, kept: pd.Series) -> pd.DataFrame:
    chosen = rows["groupe"].map(kept)
    different = (rows[name] != "") & (rows[name] != chosen)
    if name in ("nom", "adresse"):
        # Rows merge because these agree but for their spelling: there is nothing to report.
        different[:] = False
    lost = rows[different]
    return _issues(lost, name, "valeur_concurrente", chosen[lost.index])


def _issues(rows: pd.DataFrame, name: str, code: str, published: pd.Series | str) -> pd.DataFrame:
    return issue_lines(
        rows["ligne"],
        name,
        code,
        value=rows[name],
        published=published,
        detail=published,
        source=rows["source_id"],
    )


def _best_points(rows: pd.DataFrame) -> pd.DataFrame:
    order = {precision: rank for rank, precision in enumerate(PRECISION_ORDER)}
    ranked = rows.assign(_precision=rows["geo_precision"].map(order)).sort_values(
        "_precision", kind="stable"
    )
    return ranked.drop_duplicates("groupe").set_index("groupe")[list(_POINT)]
