"""Where the rows of one source stand: commune, address, territory, point, and who is outside.

    harvest ─► commune ─► address ─► territory ─► inside: accepted or set aside ─► point
                                               └► outside: counted

A row that is outside the territory is only counted, whatever else is wrong with it: it is
another steward's.
"""

from dataclasses import dataclass

import pandas as pd

from opendata.catalog import UNKNOWN_LICENCE
from opendata.geocode.addresses import asked_of
from opendata.geocode.by_address import resolve_by_address
from opendata.geocode.communes import CommuneReference, resolve, territory_of
from opendata.geocode.geocoder import Geocoder
from opendata.geocode.points import place_points
from opendata.geocode.reverse import resolve_by_point
from opendata.harvest import Harvest
from opendata.model import Dataset, Source, issue_lines, join_issues, no_issues
from opendata.normalise.address import without_own_town
from opendata.schema import SEPARATOR
from opendata.tables import column, joined, shown_column
from opendata.territory import departement_hint, departements_of, in_territory

_ADDRESS = ("commune", "code_postal", "code_insee", "adresse")
_UNRESOLVED = ("commune_absente", "commune_introuvable", "commune_ambigue")


@dataclass(frozen=True)
class Located:
    """The rows of one source, sorted by what becomes of them.

    ``refused`` are text as the source wrote it, with the codes of ``refus``.
    """

    accepted: pd.DataFrame
    refused: pd.DataFrame
    outside: int
    issues: pd.DataFrame


def locate(
    source: Source,
    harvest: Harvest,
    dataset: Dataset,
    geocoder: Geocoder,
    departements: frozenset[str],
) -> Located:
    """Give each row its commune, its territory and its point; sort out what is outside."""
    table, reference = harvest.table, geocoder.reference
    if table.empty:
        return Located(table, table, 0, harvest.issues)
    stated = pd.DataFrame({name: column(table, name) for name in _ADDRESS})
    found, issues = resolve(stated, reference)
    found, by_point = resolve_by_point(found, table, stated, reference)
    addresses = _addresses(stated, found, geocoder, departements)
    found, by_address = resolve_by_address(found, addresses, table, stated, reference)
    issues = _about_communes(join_issues([issues, by_point, by_address]), found)
    territory = territory_of(found["code_insee"], reference)
    inside = in_territory(territory.assign(code_insee=found["code_insee"]), dataset.territory)
    unresolved = found["code_insee"] == ""
    hint = departement_hint(stated["code_insee"], stated["code_postal"])
    hint = hint.mask(hint == "", column(table, "code_departement"))
    elsewhere = unresolved & hint.isin(_all_departements(reference) - departements)
    if departements_of(reference.frame, [source.territory]) <= departements:
        # A source of this very territory: a wrong code is its fault, not another place.
        elsewhere[:] = False
    outside = (~unresolved & ~inside) | elsewhere
    refusal = _refusals(table["refus"], issues, unresolved)
    if source.licence == UNKNOWN_LICENCE:
        refusal = pd.Series("licence_inconnue", index=table.index, dtype="str")
    refused = ~outside & (refusal != "")
    accepted = ~outside & (refusal == "")
    located = table.assign(
        **{name: found[name] for name in ("commune", "code_postal", "code_insee", "score")},
        **{name: territory[name] for name in territory.columns},
    )
    near = located[~outside]
    shorter, nearer = without_own_town(
        column(near, "adresse"), near["code_postal"], near["commune"]
    )
    placed, point_issues = _place(
        located[accepted].assign(adresse=shorter.reindex(located.index[accepted])),
        addresses[accepted],
        source,
        geocoder,
    )
    if source.licence == UNKNOWN_LICENCE:
        # What is wrong in a file may not be quoted when the file may not be published.
        everything = _whole_file_issue(source, "licence_inconnue")
    else:
        kept = table.index[~outside]
        everything = _of_rows(
            join_issues([harvest.issues, *(_named(one, source) for one in (issues, nearer))]), kept
        )
    return Located(
        accepted=placed.assign(source_id=source.id, ligne=placed.index),
        refused=_as_written(harvest).assign(refus=refusal)[refused],
        outside=int(outside.sum()),
        issues=join_issues([everything, _named(point_issues, source)]),
    )


def _as_written(harvest: Harvest) -> pd.DataFrame:
    """The rows of a harvest as its source wrote them, before anything was normalised."""
    columns = {name: shown_column(values) for name, values in harvest.originals.items()}
    return pd.DataFrame(columns, index=harvest.originals.index)


def _all_departements(reference: CommuneReference) -> frozenset[str]:
    return frozenset(reference.frame["departement"].unique())


def _named(issues: pd.DataFrame, source: Source) -> pd.DataFrame:
    return issues.assign(source=source.id)


def _about_communes(issues: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Commune issues once every means was tried: what is solved is no problem any more."""
    solved = found.index[found["code_insee"] != ""]
    unresolved = issues["code"].isin(_UNRESOLVED)
    issues = issues[~(unresolved & issues["row"].isin(solved))]
    nothing = (issues["code"] == "commune_introuvable") & (issues["value"] == "")
    return issues.assign(code=issues["code"].mask(nothing, "commune_absente"))


def _whole_file_issue(source: Source, code: str) -> pd.DataFrame:
    return issue_lines([0], "", code, source=source.id)


def _of_rows(issues: pd.DataFrame, rows: pd.Index) -> pd.DataFrame:
    """The issues of the given rows, and those of the whole file."""
    return issues[issues["row"].isin(rows) | (issues["row"] == 0)]


def _refusals(refus: pd.Series, issues: pd.DataFrame, unresolved: pd.Series) -> pd.Series:
    """Why a row is set aside, commune included ("" for a row that is accepted)."""
    codes = issues[issues["code"].isin(_UNRESOLVED)].drop_duplicates("row").set_index("row")["code"]
    commune = codes.reindex(refus.index).fillna("").astype("str")
    commune = commune.mask(unresolved & (commune == ""), "commune_introuvable")
    return joined([refus, commune], SEPARATOR)


def _addresses(
    stated: pd.DataFrame,
    found: pd.DataFrame,
    geocoder: Geocoder,
    departements: frozenset[str],
) -> pd.DataFrame:
    """What the geocoder knows of the rows that may be of the dataset's territory."""
    asked = asked_of(stated, found)
    near = geocoder.reference.departement
    inside = {
        text: any(near.get(code, "") in departements for code in text.split(SEPARATOR))
        for text in asked["codes"].unique()
    }
    # An address of another territory is not this dataset's to look up.
    asked["adresse"] = asked["adresse"].where(asked["codes"].map(inside), "")
    return geocoder.addresses(asked)


def _place(
    rows: pd.DataFrame, addresses: pd.DataFrame, source: Source, geocoder: Geocoder
) -> tuple[pd.DataFrame, pd.DataFrame]:
    if rows.empty:
        return rows, no_issues()
    rows = rows.assign(geo_precision=column(rows, "geo_precision"), adresse=column(rows, "adresse"))
    points, issues = place_points(
        rows,
        geocoder.reference,
        addresses,
        geocoder.centres(rows["code_insee"]),
        stated_precision=source.coordinates.get("precision", ""),
    )
    rows = rows.assign(**{name: points[name] for name in points.columns})
    default = source.publisher or source.title
    collecting = column(rows, "source")
    return rows.assign(source=collecting.mask(collecting == "", default)), issues
