"""Bring a source up to date, and never lose the copies it already has."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from opendata.errors import FetchError, UsageError
from opendata.fetch import local
from opendata.fetch.disk import part_file
from opendata.fetch.document import refuse_told_error
from opendata.fetch.log import FetchLog, fetch_log, write_log
from opendata.fetch.store import Arrival, keep, snapshots
from opendata.model import FetchOutcome, Snapshot, Source
from opendata.paths import Paths


def utc_now() -> datetime:
    """The present moment, with its offset."""
    return datetime.now(UTC)


def fetch(
    source: Source,
    paths: Paths,
    *,
    now: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> FetchOutcome:
    """Bring a source up to date from its URL, its local file or the mirror.

    A source that has neither URL nor file keeps its last deposit, which is never stale.
    A fault of the source is not raised: it is told in the outcome, beside the older
    copies that may be used instead. Raises CatalogError when the mirror is unusable.
    """
    before = snapshots(source.id, paths)
    if not (source.fetch.url or source.fetch.file):
        return _deposited(source, before)
    at = now()
    log = fetch_log(source.id, paths)
    try:
        with _disk_faults(source, paths), part_file(paths.raw_source(source.id)) as part:
            arrival = _bring(source, part, paths, _validators(source, before, log), sleep)
            if arrival is not None:
                refuse_told_error(part, source)
            if arrival is None or _deposit_stands(arrival, before):
                newest = before[0]
            else:
                newest = keep(part, arrival, source, before, at, paths)
            write_log(source.id, _success(log, arrival, newest, at), paths)
    except FetchError as problem:
        return _failure(source, problem, before, log, at, paths)
    changed = not before or newest is not before[0]
    return FetchOutcome(source.id, (newest, *before) if changed else before, changed)


def _deposited(source: Source, before: tuple[Snapshot, ...]) -> FetchOutcome:
    """A source without an origin: its last deposit is current, for nothing newer can exist."""
    if before:
        return FetchOutcome(source.id, before, changed=False)
    return FetchOutcome(
        source.id,
        (),
        changed=False,
        error_fr=f"La source « {source.id} » attend un dépôt : opendata deposit {source.id} "
        "FICHIER.",
        error_en=f"Source “{source.id}” awaits a deposit: opendata deposit {source.id} FILE.",
    )


def _deposit_stands(arrival: Arrival, before: Sequence[Snapshot]) -> bool:
    """Whether the newest copy was given by hand and the origin has not changed since.

    A steward deposits a file because the origin's is wrong: the same wrong bytes, fetched
    again the next night, must not undo it. New bytes do.
    """
    if not before or before[0].via != "deposit":
        return False
    origin = next((copy for copy in before if copy.via != "deposit"), None)
    return origin is not None and origin.sha256 == arrival.sha256


def deposit(
    source: Source, file: Path, paths: Paths, *, now: Callable[[], datetime] = utc_now
) -> Snapshot:
    """Make a file received by hand the newest snapshot of a source.

    The bytes of the newest snapshot store nothing new; those of an older one become the
    newest again. Raises UsageError when there is no such file, FetchError when it is too
    big or is not what the source should give.
    """
    if not file.is_file():
        raise UsageError(
            "depot_absent",
            fr=f"{file} n'est pas un fichier : donnez le chemin du fichier à déposer pour la "
            f"source « {source.id} ».",
            en=f"{file} is not a file: give the path of the file to deposit for source "
            f"“{source.id}”.",
        )
    at = now()
    before = snapshots(source.id, paths)
    with _disk_faults(source, paths), part_file(paths.raw_source(source.id)) as part:
        arrival = local.copy(file, part, source, "deposit")
        refuse_told_error(part, source)
        newest = keep(part, arrival, source, before, at, paths)
        write_log(source.id, _success(None, arrival, newest, at), paths)
    return newest


def last_copy(source: Source, paths: Paths) -> FetchOutcome:
    """The copies that are here, without asking anyone (``--no-fetch``): never stale, no error."""
    return FetchOutcome(source.id, snapshots(source.id, paths), changed=False)


def _bring(
    source: Source,
    part: Path,
    paths: Paths,
    validators: dict[str, str],
    sleep: Callable[[float], None],
) -> Arrival | None:
    if source.fetch.file:
        return local.from_project(source, part, paths)
    if paths.mirror:
        return local.from_mirror(source, part, paths.mirror)
    # Imported late: a command that only reads copies need not pay for an HTTP client.
    from opendata.fetch import pages, web

    if source.fetch.paging:
        return pages.download(source, part, sleep)
    return web.download(source, part, validators, sleep)


def _validators(source: Source, before: Sequence[Snapshot], log: FetchLog | None) -> dict[str, str]:
    """What makes the request conditional: only what is known of the newest copy's own URL.

    A URL that holds a secret is written down without it, so it never equals the one on
    record and is always downloaded: two secrets could mean two files. Pages and the answer
    to a POST are no one resource that a validator could speak of.
    """
    if source.fetch.paging or source.fetch.method != "GET":
        return {}
    newest = before[0] if before else None
    if newest is None or newest.via != "http" or newest.url != source.fetch.url:
        return {}
    etag, last_modified = _last_validators(newest, log)
    sent = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in sent.items() if value}


def _last_validators(newest: Snapshot, log: FetchLog | None) -> tuple[str, str]:
    """The ETag and Last-Modified the server last gave for the bytes of this copy."""
    if log and log.url == newest.url and log.sha256 == newest.sha256:
        return log.etag, log.last_modified
    return newest.headers.get("etag", ""), newest.headers.get("last-modified", "")


def _success(
    log: FetchLog | None, arrival: Arrival | None, newest: Snapshot, at: datetime
) -> FetchLog:
    if arrival is None:
        # 304: what the server said of these bytes still holds.
        url, (etag, last_modified) = newest.url, _last_validators(newest, log)
    else:
        url, headers = arrival.url, arrival.headers
        etag, last_modified = headers.get("etag", ""), headers.get("last-modified", "")
    return FetchLog(
        last_attempt=at,
        last_success=at,
        url=url,
        sha256=newest.sha256,
        etag=etag,
        last_modified=last_modified,
    )


def _failure(
    source: Source,
    problem: FetchError,
    before: tuple[Snapshot, ...],
    log: FetchLog | None,
    at: datetime,
    paths: Paths,
) -> FetchOutcome:
    noted = replace(log or FetchLog(at), last_attempt=at, error_fr=problem.fr, error_en=problem.en)
    # On a full disk the log cannot be written either; the outcome says what happened.
    with suppress(OSError):
        write_log(source.id, noted, paths)
    return FetchOutcome(
        source.id,
        before,
        changed=False,
        stale_since=_stale_since(before, log),
        error_fr=problem.fr,
        error_en=problem.en,
    )


def _stale_since(before: Sequence[Snapshot], log: FetchLog | None) -> datetime | None:
    if not before:
        return None
    # The last success speaks of the newest copy only while that copy is whole.
    if log and log.last_success and log.sha256 == before[0].sha256:
        return log.last_success
    return before[0].fetched_at


@contextmanager
def _disk_faults(source: Source, paths: Paths) -> Iterator[None]:
    """A full or read-only disk is told like any other fault: the copies at hand are still good."""
    try:
        yield
    except OSError as problem:
        folder, reason = paths.raw_source(source.id), problem.strerror or type(problem).__name__
        raise FetchError(
            "ecriture_impossible",
            fr=f"Le fichier de la source « {source.id} » n'a pas pu être écrit dans {folder} "
            f"({reason}) : libérer de la place ou rendre ce dossier accessible.",
            en=f"The file of source “{source.id}” could not be written in {folder} "
            f"({reason}): free some space or make that folder writable.",
        ) from problem
