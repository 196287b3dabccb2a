"""The ids of datasets on portals, as the last push noted them. They may be lost."""

from pathlib import Path

from opendata.files import read_json, write_json
from opendata.model import Portal
from opendata.paths import Paths


def notes_file(paths: Paths, dataset: str) -> Path:
    """Where they are."""
    return paths.dataset_state(dataset) / "portals.json"


def noted(paths: Paths, portal: Portal, dataset: str) -> str:
    """The id that the last push wrote down; "" when that was elsewhere, or is lost."""
    entry = read_json(notes_file(paths, dataset)).get(portal.kind)
    if not isinstance(entry, dict) or entry.get("url") != portal.url:
        return ""
    return str(entry.get("dataset", ""))


def note(paths: Paths, portal: Portal, dataset: str, remote_id: str) -> None:
    """Write it down, where it is not."""
    if noted(paths, portal, dataset) == remote_id:
        return
    notes = read_json(notes_file(paths, dataset))
    notes[portal.kind] = {"url": portal.url, "dataset": remote_id}
    write_json(notes_file(paths, dataset), notes)
