"""The releases and the crosswalk, looked through for one place or one row of a source."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd

from opendata.catalog import dataset_ids, load_dataset
from opendata.errors import UsageError
from opendata.paths import Paths
from opendata.release import store
from opendata.why.register import entry_of, folder_of

#: What a release is to readers, in the words of ``releases.json``; ``en_attente`` waits for a
#: decision, and of a ``supprimee`` the register of ids is all that is left.
State = Literal["courante", "en_attente", "remplacee", "retiree", "supprimee"]


class Release(NamedTuple):
    """One release of a dataset, complete on disk."""

    dataset: str
    folder: Path
    state: State


class Held(NamedTuple):
    """What is known of a place, and by which release. ``row`` is its line of ``lieux``.

    Of a ``supprimee`` release there is no ``folder``, and ``row`` is a line of ``identifiants``.
    """

    dataset: str
    version: str
    state: State
    folder: Path | None
    row: pd.Series


def names_of(paths: Paths, dataset_id: str | None) -> list[str]:
    """The datasets to look in: the one that was named, or all."""
    return [load_dataset(dataset_id, paths).id] if dataset_id else list(dataset_ids(paths))


def find_place(place_id: str, paths: Paths, names: Sequence[str]) -> Held:
    """The first release that holds a place, in the order of :func:`releases`; else the register.

    Raises UsageError for an id that none of them knows.
    """
    for name, folder, state in releases(paths, names):
        rows = rows_of(folder, "lieux", place_id)
        if len(rows):
            return Held(name, folder.name, state, folder, rows.iloc[0])
    for name in names:
        entry = entry_of(place_id, folder_of(paths, name))
        if entry is not None:
            return Held(name, str(entry["derniere_publication"]), "supprimee", None, entry)
    where = ", ".join(names)
    raise UsageError(
        "lieu_inconnu",
        fr=f"Aucune version publiée ou en attente n'a de lieu « {place_id} » (jeux de données "
        f"regardés : {where}) ; l'identifiant est dans la colonne lieu_id de lieux.csv et "
        "d'identifiants.csv ; une ligne d'une source s'écrit « source:clé ».",
        en=f"No release, published or waiting, has a place “{place_id}” (datasets looked at: "
        f"{where}); the identifier is in the column lieu_id of lieux.csv and identifiants.csv; a "
        "row of a source is written “source:key”.",
    )


def releases(paths: Paths, names: Sequence[str]) -> Iterator[Release]:
    """What readers get of each dataset, then what waits for a decision, then the other releases,
    newest first, and at last those that were withdrawn.
    """
    latest = {name: store.latest(paths, name) for name in names}
    for name, folder in latest.items():
        if folder is not None:
            yield Release(name, folder, "courante")
    for name in names:
        waiting = store.staged_release(paths, name)
        if waiting is not None:
            yield Release(name, waiting.folder, "en_attente")
    others = [
        (name, version)
        for name, folder in latest.items()
        for version in reversed(store.versions(paths, name))
        if folder is None or version != folder.name
    ]
    taken_back = {(name, one) for name in names for one in store.withdrawn(paths, name)}
    for name, version in others:
        if (name, version) not in taken_back:
            yield Release(name, paths.releases(name) / version, "remplacee")
    for name, version in others:
        if (name, version) in taken_back:
            yield Release(name, paths.releases(name) / version, "retiree")


def rows_of(folder: Path, table: str, place_id: str) -> pd.DataFrame:
    """The lines of a table of a release that are about one place."""
    rows = store.read_table(folder, table)
    return rows[rows["lieu_id"] == place_id]


def place_of(
    source_id: str, key: str, paths: Paths, names: Sequence[str], states: Collection[State] = ()
) -> str:
    """The place a source row is in, by the crosswalk of a release; "" when there is none.

    ``states`` are the releases to look in: all of them when it is empty.
    """
    for _, folder, state in releases(paths, names) if key else ():
        if states and state not in states:
            continue
        rows = store.read_table(folder, "passerelle")
        own = rows[(rows["source"] == source_id) & (rows["cle"] == key)]
        if len(own):
            return str(own["lieu_id"].iloc[0])
    return ""
