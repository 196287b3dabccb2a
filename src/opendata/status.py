"""Where everything stands, without fetching anything."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from opendata.catalog import dataset_ids, load_dataset, load_dataset_sources
from opendata.corrections import unapplied_corrections
from opendata.errors import ReferenceDataError, UsageError
from opendata.fetch import fetch_log, snapshots
from opendata.files import read_json, rfc3339
from opendata.model import Dataset, Source
from opendata.paths import Paths, embedded_communes
from opendata.release import store

if TYPE_CHECKING:
    import pandas as pd

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


def update_references(
    dataset_id: str | None,
    paths: Paths,
    *,
    departements: Iterable[str] = (),
    ban: bool = False,
) -> Iterator["UpdateResult"]:
    """Update the communes, and the addresses if ``ban``, of the territories in use.

    The territories are those of a dataset and of ``departements``; of every dataset when
    neither is named. Results come one file at a time. Raises CatalogError for an unknown
    dataset, UsageError for an unknown département, both before anything is asked for.
    """
    from opendata.geocode.update import update_reference
    from opendata.territory import departements_of

    communes = _communes(paths)
    wanted = _known_departements(departements, set(communes["departement"]) - {""})
    names = [dataset_id] if dataset_id else [] if wanted else list(dataset_ids(paths))
    for name in names:
        wanted |= departements_of(communes, load_dataset(name, paths).territory)
    return update_reference(sorted(wanted), paths, ban=ban)


def _communes(paths: Paths) -> "pd.DataFrame":
    """Which communes there are, by département, region and EPCI."""
    import pandas as pd

    from opendata.geocode.communes import load_reference

    try:
        return load_reference(paths).frame
    except ReferenceDataError:
        # A damaged download must not stand in the way of the update that repairs it.
        columns = ["code", "departement", "region", "epci"]
        return pd.read_parquet(embedded_communes(), columns=columns)


def _known_departements(codes: Iterable[str], known: set[str]) -> set[str]:
    from opendata.nearest import closest

    wanted = set()
    for code in codes:
        if (found := code.strip().upper()) not in known:
            near = found.zfill(2) if found.zfill(2) in known else closest(found, known)
            raise UsageError(
                "departement_inconnu",
                fr=f"Le département « {code} » n'existe pas"
                + (f" (voulez-vous dire « {near} » ?)" if near else "")
                + " : sont admis 01 à 95, 2A et 2B, 971 à 978, 984 et 986 à 989.",
                en=f"There is no département “{code}”"
                + (f" (did you mean “{near}”?)" if near else "")
                + ": 01 to 95, 2A and 2B, 971 to 978, 984 and 986 to 989 are allowed.",
            )
        wanted.add(found)
    return wanted
