"""One published place: its row, its history, and each source row with its values."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from opendata.catalog import load_dataset, load_source
from opendata.corrections import unapplied_corrections
from opendata.identity.match import DECISION
from opendata.identity.review import words
from opendata.language import Text
from opendata.ledger import as_issues
from opendata.model import no_issues
from opendata.paths import Paths
from opendata.release import store
from opendata.why.location import explain_location, tell_place_points
from opendata.why.releases import find_place, names_of, rows_of
from opendata.why.values import (
    corrected,
    field_lines,
    is_about,
    lines_of,
    newest,
    of_release,
    snapshot,
)

#: Why two rows are one place, where a release of before does not tell it of each.
MERGED = Text(
    "même commune, mêmes mots dans le nom et dans l'adresse, une fois les abréviations écrites "
    "en entier ; la source la mieux classée donne ses valeurs",
    "same commune, same words in name and address once abbreviations are spelled out; the "
    "best-ranked source gives its values",
)


def explain_place(place_id: str, paths: Paths, dataset_id: str | None = None) -> dict[str, Any]:
    """The published row, its history, and each source row with the fate of its values.

    Looks in the latest release of every dataset, then in the older ones. Raises UsageError
    for an id that no release holds.
    """
    names = names_of(paths, dataset_id)
    dataset, folder, is_latest, found = find_place(place_id, paths, names)
    place = {str(name): str(value) for name, value in found.items()}
    crosswalk = rows_of(folder, "passerelle", place_id)
    # The row a place is named after comes first.
    crosswalk = crosswalk.sort_values("role", key=lambda role: role != "principale", kind="stable")
    later = _later_issues(paths, dataset, folder.name)
    copies = dict(store.read_table(folder, "sources")[["source", "recupere_le"]].to_numpy())
    rows = [
        _source_row(row, place, later, dataset, copies.get(row.source, ""), paths)
        for row in crosswalk.itertuples(index=False)
    ]
    _tell_merges(rows)
    tell_place_points(rows, place)
    return {
        "lieu_id": place_id,
        "dataset": dataset,
        "version": folder.name,
        "latest": is_latest,
        "place": {name: value for name, value in place.items() if value},
        "history": _history(place_id, dataset, paths),
        "sources": rows,
        "unapplied_corrections": [
            one.as_json()
            for one in unapplied_corrections(load_dataset(dataset, paths), paths)
            if any(is_about(one, row["source"], row["cle"], row["ligne"]) for row in rows)
        ],
    }


def _tell_merges(rows: Sequence[dict[str, Any]]) -> None:
    """Say of each row of a place which others it was merged with, and why."""
    names = [f"{row['source']}:{row['cle']}" for row in rows]
    for own, row in zip(names, rows, strict=True):
        others = [name for name in names if name != own]
        why = _why_merged(row) if others else Text("", "")
        row |= {"merged_with": others, "merged_because_fr": why.fr, "merged_because_en": why.en}


def _why_merged(row: dict[str, Any]) -> Text:
    """What a row has in common with another of its place, as its release says."""
    motive, chance = row["motif"], row["probabilite"]
    if not motive:
        return MERGED
    if motive == DECISION:
        return Text("une personne l'a décidé", "a person decided so")
    said = words(motive)
    return Text(
        f"{said.fr} (probabilité {chance.replace('.', ',')})", f"{said.en} (probability {chance})"
    )


def _history(place_id: str, dataset: str, paths: Paths) -> list[dict[str, str]]:
    """What each release changed about the place, oldest first."""
    lines: list[dict[str, str]] = []
    for version in store.versions(paths, dataset):
        changes = rows_of(paths.releases(dataset) / version, "changements", place_id)
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
    row: Any,
    place: dict[str, str],
    later: pd.DataFrame,
    dataset: str,
    fetched_at: str,
    paths: Paths,
) -> dict[str, Any]:
    about: dict[str, Any] = {"source": row.source, "cle": row.cle, "role": row.role}
    # Releases of before the matcher have neither.
    about |= {name: getattr(row, name, "") for name in ("probabilite", "motif")}
    source = load_source(row.source, paths)
    found = of_release(source, fetched_at, paths)
    if found is None:
        # Lines of a newer copy are other lines: what was said of the old ones does not hold.
        found, later = newest(source, paths), no_issues()
    taking = load_dataset(dataset, paths)
    after = corrected(source, found, taking, paths)
    lines = lines_of(after, row.cle)
    if not lines:
        # The snapshot of that release is gone, or a newer one no longer has the row.
        return about | {"ligne": None, "snapshot": None, "fields": [], "location": {}}
    line = lines[0]
    own = later[(later["source"] == row.source) & (later["row"] == line)]
    said = found.ledger[found.ledger["row"] == line]
    judged = pd.concat([said, own], ignore_index=True).drop_duplicates()
    return about | {
        "ligne": line,
        "snapshot": snapshot(found),
        "location": explain_location(source, after, line, taking, paths),
        "fields": field_lines(source, found, line, place, judged),
    }
