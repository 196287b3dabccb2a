"""Everything known about one published place (``opendata why``).

The release says what is published, the crosswalk from which rows; their harvests hold what
each source wrote, and the ledgers what became of every value on the way.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from opendata.catalog import dataset_ids, load_dataset, load_source
from opendata.errors import UsageError
from opendata.fetch import last_copy
from opendata.files import rfc3339
from opendata.harvest import Harvest, harvest
from opendata.ledger import as_issues
from opendata.model import no_issues
from opendata.paths import Paths
from opendata.release import store
from opendata.schema import fields, problems
from opendata.sentences import sentence
from opendata.tables import cell_text, shown


def explain(place_id: str, paths: Paths, dataset_id: str | None = None) -> dict[str, Any]:
    """The published row, its history, and each source row with the fate of its values.

    Looks in the latest release of every dataset, then in the older ones. Raises UsageError
    for an id that no release holds.
    """
    dataset, folder = _find(place_id, paths, dataset_id)
    row = _rows_of(folder, "lieux", place_id).iloc[0]
    place = {str(name): str(value) for name, value in row.items()}
    crosswalk = _rows_of(folder, "passerelle", place_id)
    # The row a place is named after comes first.
    crosswalk = crosswalk.sort_values("role", key=lambda role: role != "principale", kind="stable")
    later = _later_issues(paths, dataset, folder.name)
    return {
        "lieu_id": place_id,
        "dataset": dataset,
        "version": folder.name,
        "latest": store.latest(paths, dataset) == folder,
        "place": {name: value for name, value in place.items() if value},
        "history": _history(place_id, dataset, paths),
        "sources": [
            _source_row(row, place, later, paths)
            for row in crosswalk.itertuples(index=False)
        ],
    }  # fmt: skip


def _find(place_id: str, paths: Paths, dataset_id: str | None) -> tuple[str, Path]:
    names = [load_dataset(dataset_id, paths).id] if dataset_id else list(dataset_ids(paths))
    for only_latest in (True, False):
        for name in names:
            for folder in _folders(paths, name, only_latest):
                if len(_rows_of(folder, "lieux", place_id)):
                    return name, folder
    where = ", ".join(names)
    raise UsageError(
        "lieu_inconnu",
        fr=f"Aucune version publiée n'a de lieu « {place_id} » (jeux de données regardés : "
        f"{where}) ; l'identifiant est dans la colonne lieu_id de lieux.csv.",
        en=f"No published release has a place “{place_id}” (datasets looked at: {where}); "
        "the identifier is in the column lieu_id of lieux.csv.",
    )


def _folders(paths: Paths, dataset: str, only_latest: bool) -> list[Path]:
    latest = store.latest(paths, dataset)
    if only_latest:
        return [latest] if latest else []
    versions = reversed(store.versions(paths, dataset))
    return [paths.releases(dataset) / version for version in versions]


def _rows_of(folder: Path, table: str, place_id: str) -> pd.DataFrame:
    rows = store.read_table(folder, table)
    return rows[rows["lieu_id"] == place_id]


def _history(place_id: str, dataset: str, paths: Paths) -> list[dict[str, str]]:
    """What each release changed about the place, oldest first."""
    lines: list[dict[str, str]] = []
    for version in store.versions(paths, dataset):
        changes = _rows_of(paths.releases(dataset) / version, "changements", place_id)
        lines += [
            {"version": version}
            | {name: row[name] for name in ("changement", "champ", "ancien", "nouveau")}
            for row in changes.to_dict("records")
        ]
    return lines


def _later_issues(paths: Paths, dataset: str, version: str) -> pd.DataFrame:
    """What the stages after the harvest said, kept beside the release's state."""
    path = paths.release_ledger(dataset, version)
    return as_issues(pd.read_parquet(path)) if path.is_file() else no_issues()


def _source_row(
    row: Any, place: dict[str, str], later: pd.DataFrame, paths: Paths
) -> dict[str, Any]:
    about: dict[str, Any] = {"source": row.source, "cle": row.cle, "role": row.role}
    source = load_source(row.source, paths)
    found = harvest(source, replace(last_copy(source, paths), error_fr="", error_en=""), paths)
    lines = found.table.index[found.table["id"] == row.cle] if found.snapshot else []
    if found.snapshot is None or not len(lines):
        # The snapshot of that release is gone, or a newer one no longer has the row.
        return about | {"ligne": None, "snapshot": None, "fields": []}
    line = int(lines[0])
    own = later[(later["source"] == row.source) & (later["row"] == line)]
    said = found.ledger[found.ledger["row"] == line]
    judged = pd.concat([said, own], ignore_index=True).drop_duplicates()
    return about | {
        "ligne": line,
        "snapshot": {
            "path": str(found.snapshot.path),
            "url": found.snapshot.url,
            "fetched_at": rfc3339(found.snapshot.fetched_at),
        },
        "fields": _field_lines(found, line, place, judged),
    }


def _field_lines(
    found: Harvest, line: int, place: dict[str, str], judged: pd.DataFrame
) -> list[dict[str, Any]]:
    """One entry per field the row says something of, or that something was said about."""
    told = set(judged["field"])
    entries = []
    for name in fields():
        original = str(found.originals.at[line, name]) if name in found.originals else ""
        value = cell_text(found.table.at[line, name]) if name in found.table else ""
        if not (original or value or name in told):
            continue
        entries.append(
            {
                "field": name,
                "original": shown(original),
                "read": value,
                "published": place.get(name, ""),
                "rules": _rules(judged[judged["field"] == name]),
            }
        )
    return entries


def _rules(issues: pd.DataFrame) -> list[dict[str, str]]:
    known = problems()
    return [
        {
            "rule": str(issue.code),
            "severity": known[str(issue.code)].severity,
            "fr": sentence(issue, "fr"),
            "en": sentence(issue, "en"),
        }
        for issue in issues.itertuples()
    ]


def notable(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The fields where something happened: changed on the way, or judged by a rule."""
    return [
        entry
        for entry in entries
        if entry["rules"] or not (entry["original"] == entry["read"] == entry["published"])
    ]
