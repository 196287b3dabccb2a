"""Where everything stands, without fetching anything."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opendata.catalog import dataset_ids, load_dataset, load_dataset_sources
from opendata.corrections import unapplied_corrections
from opendata.fetch import fetch_log, snapshots
from opendata.files import read_json, rfc3339
from opendata.model import Dataset, Source
from opendata.paths import Paths
from opendata.release import store

if TYPE_CHECKING:
    from opendata.geocode.update import UpdateResult


def dataset_status(dataset: Dataset, paths: Paths) -> dict[str, Any]:
    """Sources, last good copies, staleness, last release and the one that waits."""
    folder = store.latest(paths, dataset.id)
    report = read_json(folder / "rapport.json") if folder else {}
    reported = {line["source"]: line for line in report.get("sources", [])}
    held = store.staged_release(paths, dataset.id)
    return {
        "dataset": dataset.id,
        "title": dataset.title,
        "latest": folder.name if folder else "",
        "places": report.get("places", 0),
        "releases": store.versions(paths, dataset.id),
        "withdrawn": store.withdrawn(paths, dataset.id),
        "held": None
        if held is None
        else {
            "version": held.version,
            "reasons_fr": list(held.reasons_fr),
            "reasons_en": list(held.reasons_en),
        },
        "unapplied_corrections": [one.as_json() for one in unapplied_corrections(dataset, paths)],
        "sources": [
            _source_status(source, reported.get(source.id, {}), dataset, paths)
            for source in load_dataset_sources(dataset, paths)
        ],
    }


def _source_status(
    source: Source, reported: dict[str, Any], dataset: Dataset, paths: Paths
) -> dict[str, Any]:
    """A source as its last fetch left it; its last release speaks of what came after."""
    from opendata.licences import is_share_alike

    copies = snapshots(source.id, paths)
    log = fetch_log(source.id, paths)
    failed = log is not None and bool(log.error_fr)
    state = reported.get("etat", "a_jour")
    if failed:
        state = "perimee"
    if not copies:
        state = "absente"
    if is_share_alike(source) and not dataset.share_alike:
        state = "ecartee"
    since = log.last_success if failed and log else None
    return {
        "source": source.id,
        "state": state,
        "verified": source.verified,
        "licence": source.licence,
        "via": copies[0].via if copies else "",
        "last_copy": rfc3339(copies[0].fetched_at) if copies else "",
        "stale_since": rfc3339(since) if since else reported.get("perime_depuis", ""),
        "last_attempt": rfc3339(log.last_attempt) if log else "",
        "message_fr": log.error_fr if failed and log else reported.get("message_fr", ""),
        "message_en": log.error_en if failed and log else reported.get("message_en", ""),
    }


def update_references(dataset_id: str | None, paths: Paths) -> Iterator["UpdateResult"]:
    """Update the commune reference of the territories in use, one département at a time."""
    from opendata.geocode.communes import load_reference
    from opendata.geocode.update import update_reference
    from opendata.territory import departements_of

    names = [dataset_id] if dataset_id else list(dataset_ids(paths))
    datasets = [load_dataset(name, paths) for name in names]
    communes = load_reference(paths).frame
    wanted: set[str] = set()
    for dataset in datasets:
        wanted |= departements_of(communes, dataset.territory)
    yield from update_reference(sorted(wanted), paths)
