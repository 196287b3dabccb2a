"""One row per place out of the rows that describe it.

Field by field, the best-ranked row that says something is believed, unless what it says is more
than :data:`STALE_DAYS` older than what another says, on a date it gives; a name and an address do
not age. A name without the label of today (« MSAP ») gives way to one that has it (« France
services »). Multi-valued fields add up; the point comes whole from the row whose precision is best.
What gives way is reported with the reason: a better rank (``valeur_concurrente``), a fresher word
(``valeur_plus_ancienne``), a label that is no more (``ancien_label``), a better precision
(``point_moins_precis``).
"""

import re
from collections.abc import Mapping

import pandas as pd

from opendata.model import issue_lines, join_issues, no_issues
from opendata.schema import SEPARATOR, fields, fold
from opendata.tables import cell_text, column, over_distinct

#: From the most to the least precise; the merged place takes the best of its rows.
PRECISION_ORDER = ("numero", "interpolation", "voie", "lieu-dit", "commune", "aucune")
#: A word this much older than another source's gives way to it, whatever their ranks.
STALE_DAYS = 730
#: What a visit to a place does not make older: a date speaks of contacts, hours and services.
_AGELESS = ("nom", "adresse", "complement_adresse", "pivot", "structure_parente")
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
    joined = rows[shared].reset_index(drop=True)
    groups = joined.groupby("groupe", sort=False)
    said_on = pd.to_datetime(column(joined, "date_maj"), format="%Y-%m-%d", errors="coerce")
    issues = [kept_apart]
    for name in _mergeable(rows):
        if fields()[name].multiple:
            values = groups[name].agg(_union)
        else:
            values, code = _believed(joined, name, said_on)
            issues.append(_gave_way(joined, name, values, code))
        places.loc[values.index, name] = values
    places.loc[list(groups.groups), "sources"] = groups["source_id"].agg(
        lambda ids: SEPARATOR.join(dict.fromkeys(ids))
    )
    best = _best_points(joined)
    places.loc[best.index, list(_POINT)] = best
    issues += [_other_points(joined, best), _other_postcodes(joined)]
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


def _believed(rows: pd.DataFrame, name: str, said_on: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The value of each group ("" where nobody says one), and the code of those that give way.

    Rows are in order of rank; ``said_on`` is when each was last updated (NaT: unknown).
    """
    said = rows[name] != ""
    code = pd.Series("valeur_concurrente", index=rows.index, dtype="str")
    yields = pd.Series(False, index=rows.index)
    if name == "nom":
        yields = said & _former_label(rows)
        code = code.mask(yields, "ancien_label")
    elif name not in _AGELESS:
        dates = said_on.where(said)
        newest = dates.groupby(rows["groupe"]).transform("max")
        old = said & (newest - dates > pd.Timedelta(days=STALE_DAYS))
        code = code.mask(old, "valeur_plus_ancienne")
        # Beside an old word, one without a date is no fresher.
        aged = old.groupby(rows["groupe"]).transform("any")
        yields = old | (aged & dates.isna())
    order = (~said).astype("int8") * 2 + yields.astype("int8")
    best = order.sort_values(kind="stable").index
    chosen = rows.loc[best, ["groupe", name]].drop_duplicates("groupe")
    return chosen.set_index("groupe")[name], code


def _former_label(rows: pd.DataFrame) -> pd.Series:
    """Names of a maison de services au public, where another row says France services.

    The label changed its name (circular of 1 July 2019); the old one no longer exists.
    """
    folded = over_distinct(rows["nom"], fold)
    today = folded.str.contains(r"\bfrance services?\b")
    former = folded.str.contains(r"\bmsap\b|\bmaisons? de services? au public\b") & ~today
    return former & today.groupby(rows["groupe"]).transform("any")


def _union(values: pd.Series) -> str:
    distinct: dict[str, str] = {}
    for value in values:
        for part in filter(None, value.split(SEPARATOR)):
            # http://www.exemple.fr and https://exemple.fr/ are one address: the first stays.
            distinct.setdefault(_ADDRESS_NOISE.sub("", part), part)
    return SEPARATOR.join(distinct.values())


def _gave_way(rows: pd.DataFrame, name: str, kept: pd.Series, code: pd.Series) -> pd.DataFrame:
    chosen = rows["groupe"].map(kept)
    different = (rows[name] != "") & (rows[name] != chosen)
    if name in ("nom", "adresse"):
        # The same words in another case, or with other accents, are no other value.
        asked = different[different].index
        written = over_distinct(rows.loc[asked, name], fold)
        different[asked] = written != over_distinct(chosen[asked], fold)
    lost = rows[different]
    return _issues(lost, name, code[lost.index], chosen[lost.index])


def _other_points(rows: pd.DataFrame, best: pd.DataFrame) -> pd.DataFrame:
    """The points that gave way to that of a row whose precision is better, or rank."""
    chosen = best[["latitude", "longitude"]].reindex(rows["groupe"]).set_axis(rows.index)
    own = rows[["latitude", "longitude"]]
    lost = own["latitude"].notna() & (own != chosen).any(axis=1)
    return _issues(
        rows[lost].assign(latitude=_written(own[lost])),
        "latitude", "point_moins_precis", _written(chosen[lost]),
    )  # fmt: skip


def _written(points: pd.DataFrame) -> pd.Series:
    latitude, longitude = (
        points[name].map(cell_text).astype("str") for name in ("latitude", "longitude")
    )
    texts: pd.Series = latitude + ", " + longitude
    return texts


def _other_postcodes(rows: pd.DataFrame) -> pd.DataFrame:
    """Postcodes other than that of the best-ranked row, whose address is published."""
    postcodes = column(rows, "code_postal")
    chosen = postcodes.groupby(rows["groupe"]).transform("first")
    lost = (postcodes != "") & (postcodes != chosen)
    return _issues(rows[lost], "code_postal", "valeur_concurrente", chosen[lost])


def _issues(
    rows: pd.DataFrame, name: str, code: pd.Series | str, published: pd.Series | str
) -> pd.DataFrame:
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
