"""One published place: its row, its history, and each source row with its values."""

from pathlib import Path
from typing import Any

import pandas as pd

from opendata.catalog import load_dataset, load_source
from opendata.corrections import unapplied_corrections
from opendata.language import Text
from opendata.ledger import as_issues
from opendata.model import no_issues
from opendata.paths import Paths
from opendata.release import store
from opendata.schema import fields
from opendata.why.history import history
from opendata.why.location import explain_location, tell_place_points
from opendata.why.merges import tell_merges
from opendata.why.register import beside, fate, standing_of
from opendata.why.releases import Held, find_place, names_of, rows_of
from opendata.why.values import (
    corrected,
    field_lines,
    is_about,
    lines_of,
    newest,
    of_release,
    snapshot,
)

#: What is told where data/state was deleted: issues of the stages after the harvest are in no file
#: of the release.
_STEPS_GONE = Text(
    "le détail des étapes de cette version n'est plus là (data/state supprimé)",
    "the detail of the steps of this release is no longer here (data/state was deleted)",
)
_STEPS_BACK = Text(
    f"{_STEPS_GONE.fr} : il revient avec la prochaine version",
    f"{_STEPS_GONE.en}: it comes back with the next release",
)


def explain_place(place_id: str, paths: Paths, dataset_id: str | None = None) -> dict[str, Any]:
    """The published row, its history, and each source row with the fate of its values.

    Looks in the latest release of every dataset, then in what waits for a decision, then in the
    older ones and in the register of ids; ``etat`` says what the release is to readers.
    ``statut``, ``depuis`` and ``successeur`` are what the register of the latest release says,
    ``sentences`` what became of a place that is not in it. Raises UsageError for an id that
    nothing knows.
    """
    found = find_place(place_id, paths, names_of(paths, dataset_id))
    dataset, folder = found.dataset, found.folder
    place = {str(name): str(value) for name, value in found.row.items()}
    if folder is None:
        # The register tells more of an id than of its place.
        place = {name: value for name, value in place.items() if name in fields()}
    rows = [] if folder is None else _rows(place_id, place, dataset, folder, paths)
    tell_merges(rows, dataset, paths)
    tell_place_points(rows, place)
    return {
        "lieu_id": place_id,
        "dataset": dataset,
        "version": found.version,
        "etat": found.state,
        "latest": found.state == "courante",
        **standing_of(place_id, dataset, paths),
        "sentences": [one._asdict() for one in _sentences(place_id, found, paths)],
        "steps": [one._asdict() for one in _steps(found, paths)],
        "place": {name: value for name, value in place.items() if value},
        "history": history(place_id, dataset, paths),
        "sources": rows,
        "unapplied_corrections": [
            one.as_json()
            for one in unapplied_corrections(load_dataset(dataset, paths), paths)
            if any(is_about(one, row["source"], row["cle"], row["ligne"]) for row in rows)
        ],
    }


def _sentences(place_id: str, found: Held, paths: Paths) -> list[Text]:
    """What became of a place that readers do not get."""
    if found.state == "courante":
        return []
    taken_back = store.withdrawn(paths, found.dataset) if found.state == "retiree" else {}
    said = fate(place_id, found.dataset, paths)
    return said + beside(found.version, found.state, found.dataset, taken_back)


def _steps(found: Held, paths: Paths) -> list[Text]:
    """That the ledger of the release is gone, when it is."""
    if found.folder is None or paths.release_ledger(found.dataset, found.version).is_file():
        return []
    return [_STEPS_BACK if found.state in ("courante", "en_attente") else _STEPS_GONE]


def _rows(
    place_id: str, place: dict[str, str], dataset: str, folder: Path, paths: Paths
) -> list[dict[str, Any]]:
    """The source rows of a place; the one it is named after comes first."""
    crosswalk = rows_of(folder, "passerelle", place_id)
    crosswalk = crosswalk.sort_values("role", key=lambda role: role != "principale", kind="stable")
    later = _later_issues(paths, dataset, folder.name)
    copies = dict(store.read_table(folder, "sources")[["source", "recupere_le"]].to_numpy())
    return [
        _source_row(row, place, later, dataset, copies.get(row.source, ""), paths)
        for row in crosswalk.itertuples(index=False)
    ]


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
