"""From the harvests of a dataset's sources to its tables: one row per place, all accounted for.

    harvests ─► locate ─► personal data ─► match ─► ids ─► merge ─► tables
    a source without any copy: its rows in the last release ─┘

Every row of every source ends in exactly one of: published, merged into a published place,
set aside with a reason, out of the territory. The four add up, or nothing is published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from opendata.accounts import quarantine_table, source_accounts
from opendata.errors import ReleaseError
from opendata.geocode.geocoder import Geocoder
from opendata.harvest import Harvest
from opendata.identity.ids import assign_ids
from opendata.identity.likelihood import shown
from opendata.identity.match import Matches, match_rows
from opendata.identity.merge import merge_groups
from opendata.identity.review import PAIR_COLUMNS, pairs_to_review
from opendata.kept import kept_rows
from opendata.locate import Located, locate
from opendata.model import Dataset, PairDecision, Source, join_issues, no_issues
from opendata.privacy import without_personal_data
from opendata.schema import fields, fold
from opendata.tables import cell_text, empty_text
from opendata.territory import departements_of

NUMBERS = ("number", "integer")
__all__ = ["PAIR_COLUMNS", "Assembly", "Rows", "assemble", "located_rows"]

#: Fields that say when, not what: they never make a place look changed.
DATES_OF_PUBLICATION = ("premiere_publication", "derniere_modification")


@dataclass(frozen=True)
class Assembly:
    """The tables of a dataset, all text; ``places`` lacks only its publication dates.

    ``lines`` says which place each published or merged row is in: source, ligne (its line in
    the source file, a number), lieu_id. ``pairs`` are those a person should judge, as in
    ``paires.csv`` (:data:`PAIR_COLUMNS`); ``suspended`` the decisions on pairs whose rows bear
    other names by now, ``contradicted`` the pairs that decisions both join and part.
    """

    places: pd.DataFrame
    crosswalk: pd.DataFrame
    sources: pd.DataFrame
    quarantine: pd.DataFrame
    issues: pd.DataFrame
    lines: pd.DataFrame
    pairs: pd.DataFrame
    suspended: tuple[PairDecision, ...] = ()
    contradicted: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Rows:
    """The rows of a dataset in order of rank, located, without personal data, not yet matched.

    ``rows`` has the published fields that sources and location fill, source_id, ligne and
    ``ville``: the commune of today that a row's commune is or was a part of.
    """

    rows: pd.DataFrame
    located: tuple[Located, ...]
    issues: pd.DataFrame


def located_rows(
    dataset: Dataset,
    sources: Sequence[Source],
    harvests: Sequence[Harvest],
    geocoder: Geocoder,
    before: Mapping[str, pd.DataFrame] | None = None,
) -> Rows:
    """Locate the harvests of a dataset's sources, both in order of rank.

    ``before`` has the tables lieux and passerelle of the last release: a source without any
    copy keeps what it said there.
    """
    departements = departements_of(geocoder.reference.frame, dataset.territory)
    located = []
    for source, harvest in zip(sources, harvests, strict=True):
        part = locate(source, harvest, dataset, geocoder, departements)
        if harvest.snapshot is None and before is not None:
            part = Located(kept_rows(source.id, before), part.refused, 0, no_issues())
        located.append(part)
    rows = _stack([part.accepted for part in located])
    rows, personal = without_personal_data(rows, dataset)
    rows["ville"] = geocoder.reference.city_of(rows["code_insee"])
    return Rows(rows, tuple(located), join_issues([*(one.issues for one in located), personal]))


def assemble(
    dataset: Dataset,
    sources: Sequence[Source],
    harvests: Sequence[Harvest],
    geocoder: Geocoder,
    register: pd.DataFrame,
    before: Mapping[str, pd.DataFrame],
    decisions: Sequence[PairDecision] = (),
) -> Assembly:
    """Assemble a dataset from the harvests of its sources, both in order of rank.

    ``register`` and ``before`` (lieux, passerelle) are what the last release published.
    """
    found = located_rows(dataset, sources, harvests, geocoder, before)
    rows = found.rows
    matches = match_rows(rows, decisions)
    rows["groupe"] = matches.groups
    known = before["lieux"].assign(ville=geocoder.reference.city_of(before["lieux"]["code_insee"]))
    ids = assign_ids(rows, register, known)
    rows = rows.join(ids, on="groupe")
    places, merged = merge_groups(rows, {source.id: source.own_fields for source in sources})
    crosswalk = _crosswalk(rows, matches)
    return Assembly(
        places=_published_columns(places),
        crosswalk=crosswalk,
        sources=source_accounts(sources, harvests, found.located, crosswalk),
        quarantine=quarantine_table(sources, found.located),
        issues=join_issues([found.issues, merged]),
        lines=pd.DataFrame(
            {"source": rows["source_id"], "ligne": rows["ligne"], "lieu_id": rows["lieu_id"]}
        ),
        pairs=pairs_to_review(rows, matches.review),
        suspended=matches.suspended,
        contradicted=matches.contradicted,
    )


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
        if name not in rows and field.type not in NUMBERS and field.filled_by != "identity":
            rows[name] = empty_text(rows.index)
    return rows


def _crosswalk(rows: pd.DataFrame, matches: Matches) -> pd.DataFrame:
    primary = ~rows["groupe"].duplicated()
    links = matches.links.reindex(rows.index)
    table = pd.DataFrame(
        {
            "source": rows["source_id"],
            "cle": rows["id"],
            "lieu_id": rows["lieu_id"],
            "role": np.where(primary, "principale", "fusionnee"),
            "probabilite": shown(links["probabilite"]),
            "motif": links["motif"].fillna(""),
        },
        dtype="str",
    )
    return table.sort_values(["source", "cle"], kind="stable", ignore_index=True)


def _published_columns(places: pd.DataFrame) -> pd.DataFrame:
    """The columns of the schema as text, in the order a reader expects the rows."""
    columns: dict[str, pd.Series] = {}
    for name, field in fields().items():
        if name not in places:
            columns[name] = empty_text(places.index)
        elif field.type in NUMBERS:
            columns[name] = places[name].astype("float64").map(cell_text).astype("str")
        else:
            columns[name] = places[name].fillna("").astype("str")
    table = pd.DataFrame(columns)
    order = table.assign(_nom=table["nom"].map(fold)).sort_values(
        ["code_departement", "code_insee", "_nom", "lieu_id"], kind="stable"
    )
    return order.drop(columns="_nom").reset_index(drop=True)
