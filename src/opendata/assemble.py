"""From the harvests of a dataset's sources to its tables: one row per place, all accounted for.

    harvests ─► locate ─► territory ─► personal data ─► match ─► ids ─► merge ─► tables

Every row of every source ends in exactly one of: published, merged into a published place,
set aside with a reason, out of the territory. The four add up, and :func:`assemble`
refuses to go on when they do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from opendata.catalog import UNKNOWN_LICENCE
from opendata.errors import ReleaseError
from opendata.geocode.communes import CommuneReference, resolve, territory_of
from opendata.geocode.points import place_points
from opendata.geocode.reverse import resolve_by_point
from opendata.harvest import Harvest
from opendata.identity.match import group_rows
from opendata.identity.merge import merge_groups
from opendata.identity.registry import assign_ids
from opendata.model import ISSUE_COLUMNS, Dataset, Source, join_issues, no_issues
from opendata.normalise.personal import is_nominative, without_contacts, without_persons
from opendata.normalise.phone import is_mobile
from opendata.schema import SEPARATOR, fields, fold, problems
from opendata.tables import empty_text, joined, over_distinct
from opendata.territory import departement_hint, departements_of, in_territory

#: Fields that say when, not what: they never make a place look changed.
DATES_OF_PUBLICATION = ("premiere_publication", "derniere_modification")
_FREE_TEXT = ("presentation_detail", "presentation_resume", "complement_adresse")
_ADDRESS = ("commune", "code_postal", "code_insee", "adresse")
_UNRESOLVED = ("commune_absente", "commune_introuvable", "commune_ambigue")


@dataclass(frozen=True)
class Located:
    """The rows of one source, sorted by what becomes of them."""

    accepted: pd.DataFrame
    refused: pd.DataFrame
    outside: int
    issues: pd.DataFrame


@dataclass(frozen=True)
class Assembly:
    """The tables of a dataset, all text; ``places`` lacks only its publication dates."""

    places: pd.DataFrame
    crosswalk: pd.DataFrame
    sources: pd.DataFrame
    quarantine: pd.DataFrame
    issues: pd.DataFrame


def assemble(
    dataset: Dataset,
    sources: Sequence[Source],
    harvests: Sequence[Harvest],
    reference: CommuneReference,
    registry: pd.DataFrame,
) -> Assembly:
    """Assemble a dataset from the harvests of its sources, both in order of rank."""
    departements = departements_of(reference.frame, dataset.territory)
    located = [
        locate(source, harvest, dataset, reference, departements)
        for source, harvest in zip(sources, harvests, strict=True)
    ]
    rows = _stack([part.accepted for part in located])
    rows, personal = _without_personal_data(rows, dataset)
    rows["groupe"] = group_rows(rows.assign(source=rows["source_id"]))
    ids = assign_ids(rows, registry)
    rows = rows.join(ids, on="groupe")
    places, merged = merge_groups(rows, {source.id: source.own_fields for source in sources})
    crosswalk = _crosswalk(rows)
    accounts = _accounts(sources, harvests, located, crosswalk)
    return Assembly(
        places=_published_columns(places),
        crosswalk=crosswalk,
        sources=accounts,
        quarantine=_quarantine(sources, located),
        issues=join_issues([*(part.issues for part in located), personal, merged]),
    )


def locate(
    source: Source,
    harvest: Harvest,
    dataset: Dataset,
    reference: CommuneReference,
    departements: frozenset[str],
) -> Located:
    """Give each row its commune, its territory and its point; sort out what is outside."""
    table = harvest.table
    if table.empty:
        return Located(table, table, 0, harvest.issues)
    stated = pd.DataFrame({name: _column(table, name) for name in _ADDRESS})
    found, issues = resolve(stated, reference)
    found, by_point = resolve_by_point(found, table, stated, reference)
    issues = _about_communes(join_issues([issues, by_point]), found)
    territory = territory_of(found["code_insee"], reference)
    inside = in_territory(territory.assign(code_insee=found["code_insee"]), dataset.territory)
    unresolved = found["code_insee"] == ""
    hint = departement_hint(stated["code_insee"], stated["code_postal"])
    hint = hint.mask(hint == "", _column(table, "code_departement"))
    elsewhere = unresolved & hint.isin(_all_departements(reference) - departements)
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
    placed, point_issues = _place(located[accepted], source, reference)
    if source.licence == UNKNOWN_LICENCE:
        # What is wrong in a file may not be quoted when the file may not be published.
        everything = _whole_file_issue(source, "licence_inconnue")
    else:
        kept = table.index[~outside]
        everything = _of_rows(join_issues([harvest.issues, _named(issues, source)]), kept)
    return Located(
        accepted=placed.assign(source_id=source.id, ligne=placed.index),
        refused=table.assign(refus=refusal, **stated)[refused],
        outside=int(outside.sum()),
        issues=join_issues([everything, _named(point_issues, source)]),
    )


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    return table[name] if name in table else empty_text(table.index)


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
    return pd.DataFrame([(source.id, 0, "", code, "", "", "")], columns=list(ISSUE_COLUMNS))


def _of_rows(issues: pd.DataFrame, rows: pd.Index) -> pd.DataFrame:
    """The issues of the given rows, and those of the whole file."""
    return issues[issues["row"].isin(rows) | (issues["row"] == 0)]


def _refusals(refus: pd.Series, issues: pd.DataFrame, unresolved: pd.Series) -> pd.Series:
    """Why a row is set aside, commune included ("" for a row that is accepted)."""
    codes = issues[issues["code"].isin(_UNRESOLVED)].drop_duplicates("row").set_index("row")["code"]
    commune = codes.reindex(refus.index).fillna("").astype("str")
    commune = commune.mask(unresolved & (commune == ""), "commune_introuvable")
    return joined([refus, commune], SEPARATOR)


def _place(
    rows: pd.DataFrame, source: Source, reference: CommuneReference
) -> tuple[pd.DataFrame, pd.DataFrame]:
    if rows.empty:
        return rows, no_issues()
    rows = rows.assign(
        geo_precision=_column(rows, "geo_precision"), adresse=_column(rows, "adresse")
    )
    points, issues = place_points(
        rows, reference, stated_precision=source.coordinates.get("precision", "")
    )
    rows = rows.assign(**{name: points[name] for name in points.columns})
    default = source.publisher or source.title
    collecting = _column(rows, "source")
    return rows.assign(source=collecting.mask(collecting == "", default)), issues


def _stack(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    if not filled:
        raise ReleaseError(
            "aucun_lieu",
            fr="Aucune source n'a de lieu à publier dans ce territoire : rien n'est publié ; "
            "voyez « opendata status ».",
            en="No source has a place to publish in this territory: nothing is published; "
            "see “opendata status”.",
        )
    rows = pd.concat(filled, ignore_index=True)
    text = [name for name in rows.columns if not pd.api.types.is_numeric_dtype(rows[name])]
    rows[text] = rows[text].fillna("")
    for name, field in fields().items():
        if name not in rows and field.type != "number" and field.filled_by != "identity":
            rows[name] = empty_text(rows.index)
    return rows


def _without_personal_data(
    rows: pd.DataFrame, dataset: Dataset
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leave out mobile numbers and addresses that carry a person's name.

    The rule of open data in France is to publish no personal data without consent; a
    dataset whose producers have it says so under ``[personal]``.
    """
    issues = []
    if not dataset.publish_mobile_phones:
        mobile = {phone: bool(phone) and is_mobile(phone) for phone in rows["telephone"].unique()}
        found = rows["telephone"].map(mobile).astype(bool)
        issues.append(_left_out(rows[found], "telephone", "telephone_mobile"))
        rows = rows.assign(telephone=rows["telephone"].mask(found, ""))
    if not dataset.publish_nominative_emails:
        stated = rows["courriels"]
        kept = _generic_emails(rows)
        found = kept != stated
        issues.append(_left_out(rows[found], "courriels", "courriel_nominatif"))
        rows = rows.assign(courriels=kept)
        for name in _FREE_TEXT:
            stated = rows[name]
            kept = over_distinct(stated, without_persons)
            issues.append(_left_out(rows[kept != stated], name, "texte_nominatif"))
            rows = rows.assign(**{name: kept})
    return rows, join_issues(issues)


def _generic_emails(rows: pd.DataFrame) -> pd.Series:
    filled = rows[rows["courriels"] != ""]
    kept = []
    for emails, name, commune in filled[["courriels", "nom", "commune"]].itertuples(
        index=False, name=None
    ):
        words = frozenset(fold(f"{name} {commune}").split())
        generic = (one for one in emails.split(SEPARATOR) if not is_nominative(one, words))
        kept.append(SEPARATOR.join(generic))
    result = rows["courriels"].copy()
    result.loc[filled.index] = kept
    return result


def _left_out(rows: pd.DataFrame, field: str, code: str) -> pd.DataFrame:
    # The value itself is what must not be shown: the report only says where it is.
    return pd.DataFrame(
        {
            "source": rows["source_id"],
            "row": rows["ligne"].astype("int64"),
            "field": field,
            "code": code,
            "value": "",
            "published": "",
            "detail": "",
        },
        columns=list(ISSUE_COLUMNS),
    )


def _crosswalk(rows: pd.DataFrame) -> pd.DataFrame:
    primary = ~rows["groupe"].duplicated()
    table = pd.DataFrame(
        {
            "source": rows["source_id"],
            "cle": rows["id"],
            "lieu_id": rows["lieu_id"],
            "role": np.where(primary, "principale", "fusionnee"),
        }
    )
    return table.sort_values(["source", "cle"], kind="stable", ignore_index=True)


def _published_columns(places: pd.DataFrame) -> pd.DataFrame:
    """The columns of the schema as text, in the order a reader expects the rows."""
    columns: dict[str, pd.Series] = {}
    for name, field in fields().items():
        if name not in places:
            columns[name] = empty_text(places.index)
        elif field.type == "number":
            columns[name] = places[name].map(_number).astype("str")
        else:
            columns[name] = places[name].fillna("").astype("str")
    table = pd.DataFrame(columns)
    order = table.assign(_nom=table["nom"].map(fold)).sort_values(
        ["code_departement", "code_insee", "_nom", "lieu_id"], kind="stable"
    )
    return order.drop(columns="_nom").reset_index(drop=True)


def _number(value: float) -> str:
    """At most six decimals (0.1 m), never an exponent, "" for none."""
    return "" if pd.isna(value) else f"{value:.6f}".rstrip("0").rstrip(".")


def _accounts(
    sources: Sequence[Source],
    harvests: Sequence[Harvest],
    located: Sequence[Located],
    crosswalk: pd.DataFrame,
) -> pd.DataFrame:
    roles = crosswalk.groupby(["source", "role"]).size()
    lines = []
    for source, harvest, part in zip(sources, harvests, located, strict=True):
        published = int(roles.get((source.id, "principale"), 0))
        merged = int(roles.get((source.id, "fusionnee"), 0))
        counts = (published, merged, len(part.refused), part.outside)
        if sum(counts) != harvest.rows_in:
            raise ReleaseError(
                "compte_faux",
                fr=f"{source.id} : {harvest.rows_in} lignes lues mais {sum(counts)} retrouvées "
                f"{counts} ; c'est un défaut d'opendata, rien n'est publié : signalez-le.",
                en=f"{source.id}: {harvest.rows_in} rows read but {sum(counts)} found again "
                f"{counts}; this is a defect of opendata, nothing is published: report it.",
            )
        snapshot = harvest.snapshot
        lines.append(
            {
                "source": source.id,
                "titre": source.title,
                "licence": source.licence,
                "attribution": source.attribution,
                "page": source.homepage,
                "recupere_le": _moment(snapshot.fetched_at) if snapshot else "",
                "perime_depuis": _moment(harvest.stale_since) if harvest.stale_since else "",
                "etat": _state(source, harvest),
                "lignes_lues": str(harvest.rows_in),
                "publiees": str(published),
                "fusionnees": str(merged),
                "quarantaine": str(len(part.refused)),
                "hors_territoire": str(part.outside),
            }
        )
    return pd.DataFrame(lines, dtype="str")


def _state(source: Source, harvest: Harvest) -> str:
    if harvest.snapshot is None:
        return "absente"
    if source.licence == UNKNOWN_LICENCE:
        return "non_publiee"
    return "perimee" if harvest.stale_since else "a_jour"


def _moment(moment: pd.Timestamp | object) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _quarantine(sources: Sequence[Source], located: Sequence[Located]) -> pd.DataFrame:
    known = problems()
    parts = []
    for source, part in zip(sources, located, strict=True):
        rows = part.refused
        hidden = source.licence == UNKNOWN_LICENCE
        shown = {
            "cle": "id", "nom": "nom", "adresse": "adresse", "code_postal": "code_postal",
            "commune": "commune", "code_insee": "code_insee",
        }  # fmt: skip
        table = pd.DataFrame(
            {
                "source": source.id,
                "ligne": rows.index.astype("str"),
                **{
                    # Rows of unknown licence may not be published, not even here.
                    name: "" if hidden else _column(rows, column)
                    for name, column in shown.items()
                },
                "codes": rows["refus"] if len(rows) else "",
            },
            index=rows.index,
            dtype="str",
        )
        reasons = [_reasons(row, part.issues) for row in rows[["refus"]].itertuples()]
        table["raisons"] = pd.Series(reasons, index=rows.index, dtype="str")
        table["conseils"] = table["codes"].map(
            lambda codes: " ".join(known[code].hint.fr for code in codes.split(SEPARATOR))
        )
        parts.append(table.astype("str"))
    table = pd.concat(parts, ignore_index=True)
    for name in ("nom", "adresse", "raisons"):
        table[name] = over_distinct(table[name], without_contacts)
    return table


def _reasons(row: object, issues: pd.DataFrame) -> str:
    line, codes = row.Index, row.refus.split(SEPARATOR)  # type: ignore[attr-defined]
    own = issues[(issues["row"] == line) & issues["code"].isin(codes)]
    said = [sentence(issue, "fr") for issue in own.drop_duplicates("code").itertuples()]
    missing = [problems()[code].sentence.fr for code in codes if code not in set(own["code"])]
    return " ; ".join([*said, *(text for text in missing if "{" not in text)])


def sentence(issue: object, language: str) -> str:
    """The sentence of one line of an issues table, in ``fr`` or ``en``."""
    problem = problems()[issue.code]  # type: ignore[attr-defined]
    field = fields().get(issue.field)  # type: ignore[attr-defined]
    template = problem.sentence.en if language == "en" else problem.sentence.fr
    title = issue.field if field is None else field.title.in_language(language)  # type: ignore[attr-defined,arg-type]
    values = {"value": issue.value, "published": issue.published, "detail": issue.detail}  # type: ignore[attr-defined]
    short = {name: text if len(text) <= 160 else text[:159] + "…" for name, text in values.items()}
    return template.format(field=title, **short)
