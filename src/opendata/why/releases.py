"""The releases and the crosswalk, looked through for one place or one row of a source."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from opendata.catalog import dataset_ids, load_dataset
from opendata.errors import UsageError
from opendata.paths import Paths
from opendata.release import store


def names_of(paths: Paths, dataset_id: str | None) -> list[str]:
    """The datasets to look in: the one that was named, or all."""
    return [load_dataset(dataset_id, paths).id] if dataset_id else list(dataset_ids(paths))


def find_place(
    place_id: str, paths: Paths, names: Sequence[str]
) -> tuple[str, Path, bool, pd.Series]:
    """The release that holds a place: dataset, folder, whether it is the latest, the row."""
    for name, folder, is_latest in releases(paths, names):
        rows = rows_of(folder, "lieux", place_id)
        if len(rows):
            return name, folder, is_latest, rows.iloc[0]
    where = ", ".join(names)
    raise UsageError(
        "lieu_inconnu",
        fr=f"Aucune version publiée n'a de lieu « {place_id} » (jeux de données regardés : "
        f"{where}) ; l'identifiant est dans la colonne lieu_id de lieux.csv ; une ligne d'une "
        "source s'écrit « source:clé ».",
        en=f"No published release has a place “{place_id}” (datasets looked at: {where}); "
        "the identifier is in the column lieu_id of lieux.csv; a row of a source is written "
        "“source:key”.",
    )


def releases(paths: Paths, names: Sequence[str]) -> Iterator[tuple[str, Path, bool]]:
    """The latest release of each dataset, then the others, newest first."""
    latest = {name: store.latest(paths, name) for name in names}
    for name, folder in latest.items():
        if folder is not None:
            yield name, folder, True
    for name, folder in latest.items():
        for version in reversed(store.versions(paths, name)):
            if folder is None or version != folder.name:
                yield name, paths.releases(name) / version, False


def rows_of(folder: Path, table: str, place_id: str) -> pd.DataFrame:
    """The lines of a table of a release that are about one place."""
    rows = store.read_table(folder, table)
    return rows[rows["lieu_id"] == place_id]


def place_of(
    source_id: str, key: str, paths: Paths, names: Sequence[str], *, only_latest: bool = False
) -> str:
    """The place a source row is in, by the crosswalk of a release; "" when there is none."""
    for _, folder, is_latest in releases(paths, names) if key else ():
        if only_latest and not is_latest:
            break
        rows = store.read_table(folder, "passerelle")
        own = rows[(rows["source"] == source_id) & (rows["cle"] == key)]
        if len(own):
            return str(own["lieu_id"].iloc[0])
    return ""
