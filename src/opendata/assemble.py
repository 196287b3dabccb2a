"""From the harvests of a dataset's sources to its tables: one row per place, all accounted for.

    harvests ─► locate ─► personal data ─► match ─► ids ─► merge ─► tables

Every row of every source ends in exactly one of: published, merged into a published place,
set aside with a reason, out of the territory. The four add up, or nothing is published.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from opendata.accounts import quarantine_table, source_accounts
from opendata.errors import ReleaseError
from opendata.geocode.geocoder import Geocoder
from opendata.harvest import Harvest
from opendata.identity.match import group_rows
from opendata.identity.merge import merge_groups
from opendata.identity.registry import assign_ids
from opendata.locate import locate
from opendata.model import Dataset, Source, join_issues
from opendata.privacy import without_personal_data
from opendata.schema import fields, fold
from opendata.tables import cell_text, empty_text
from opendata.territory import departements_of

NUMBERS = ("number", "integer")
#: Fields that say when, not what: they never make a place look changed.
DATES_OF_PUBLICATION = ("premiere_publication", "derniere_modification")


@dataclass(frozen=True)
class Assembly:
    """The tables of a dataset, all text; ``places`` lacks only its publication dates.

    ``lines`` says which place each published or merged row is in: source, ligne (its line in
    the source file, a number), lieu_id.
    """

    places: pd.DataFrame
    crosswalk: pd.DataFrame
    sources: pd.DataFrame
    quarantine: pd.DataFrame
    issues: pd.DataFrame
    lines: pd.DataFrame


def assemble(
    dataset: Dataset,
    sources: Sequence[Source],
    harvests: Sequence[Harvest],
    geocoder: Geocoder,
    registry: pd.DataFrame,
) -> Assembly:
    """Assemble a dataset from the harvests of its sources, both in order of rank."""
    departements = departements_of(geocoder.reference.frame, dataset.territory)
    located = [
        locate(source, harvest, dataset, geocoder, departements)
        for source, harvest in zip(sources, harvests, strict=True)
    ]
    rows = _stack([part.accepted for part in located])
    rows, personal = without_personal_data(rows, dataset)
    rows["groupe"] = group_rows(rows.assign(source=rows["source_id"]))
    ids = assign_ids(rows, registry)
    rows = rows.join(ids, on="groupe")
    places, merged = merge_groups(rows, {source.id: source.own_fields for source in sources})
    crosswalk = _crosswalk(rows)
    accounts = source_accounts(sources, harvests, located, crosswalk)
    return Assembly(
        places=_published_columns(places),
        crosswalk=crosswalk,
        sources=accounts,
        quarantine=quarantine_table(sources, located),
        issues=join_issues([*(part.issues for part in located), personal, merged]),
        lines=pd.DataFrame(
            {"source": rows["source_id"], "ligne": rows["ligne"], "lieu_id": rows["lieu_id"]}
        ),
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
        elif field.type in NUMBERS:
            columns[name] = places[name].astype("float64").map(cell_text).astype("str")
        else:
            columns[name] = places[name].fillna("").astype("str")
    table = pd.DataFrame(columns)
    order = table.assign(_nom=table["nom"].map(fold)).sort_values(
        ["code_departement", "code_insee", "_nom", "lieu_id"], kind="stable"
    )
    return order.drop(columns="_nom").reset_index(drop=True)
