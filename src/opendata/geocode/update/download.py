"""What the reference is made from: snapshots of public files, like those of any source."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from opendata.errors import ReadError
from opendata.fetch.store import snapshots
from opendata.model import DEFAULT_CLOSING_DAYS, Contract, Fetch, FetchOutcome, Snapshot, Source
from opendata.paths import Paths

FetchRoom = Callable[[Source, Paths], FetchOutcome]

#: Copies of one file that stay in ``data/raw``: a BAN file may weigh 60 MB.
KEPT_COPIES = 2


def source_id(kind: str, departement: str) -> str:
    """The name of the folder in ``data/raw`` that keeps the copies of one file."""
    return f"reference-{kind}-{departement.lower()}"


def download(source: Source, paths: Paths, fetch: FetchRoom) -> Snapshot:
    """Today's bytes. An older copy is no update: it is refused like a failure (ReadError)."""
    outcome = fetch(source, paths)
    if outcome.error_fr or outcome.error_en or not outcome.snapshots:
        url = source.fetch.url
        raise ReadError(
            "reference_non_recue",
            fr=outcome.error_fr or f"{url} n'a rien donné : réessayez plus tard.",
            en=outcome.error_en or f"{url} gave nothing: try again later.",
        )
    return outcome.snapshots[0]


def as_source(
    name: str, title: str, fetch: Fetch, *, publisher: str, homepage: str, attribution: str
) -> Source:
    """A download as the fetch room knows it: a source without a mapping."""
    return Source(
        id=name,
        title=title,
        publisher=publisher,
        homepage=homepage,
        licence="etalab-2.0",
        attribution=attribution,
        territory="",
        verified=True,
        fetch=fetch,
        contract=Contract(),
        mapping={},
        placeholders=(),
        coordinates={},
        own_fields=(),
        closes_after_days=DEFAULT_CLOSING_DAYS,
        examples=(),
        path=Path(f"{name}.toml"),
        fingerprint=hashlib.sha256(fetch.url.encode()).hexdigest(),
    )


def copies(name: str, sha256: str, paths: Paths) -> tuple[Snapshot, ...]:
    """The whole copies that may stand for a download, newest first.

    Those of the ``sha256`` that a note names; any of them when there is no note to name one.
    """
    return tuple(one for one in snapshots(name, paths) if sha256 in ("", one.sha256))


def forget_older(name: str, in_use_sha256: str, paths: Paths) -> None:
    """Delete the copies of a download but the newest two and the one in use.

    What cannot be deleted stays until the next time.
    """
    found = snapshots(name, paths)
    # The newest of those in use: what changes back and forth would otherwise pile up.
    in_use = [one for one in found if one.sha256 == in_use_sha256][:1]
    kept = {one.path for one in (*found[:KEPT_COPIES], *in_use)}
    # Every copy has a sidecar with two suffixes, the log of the attempts has one.
    for sidecar in paths.raw_source(name).glob("*.*.json"):
        data = sidecar.with_suffix("")
        if data not in kept:
            with suppress(OSError):
                data.unlink(missing_ok=True)
                sidecar.unlink(missing_ok=True)
