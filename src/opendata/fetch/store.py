"""The snapshots of a source: ``data/raw/<source>/<moment>-<sha12>.<ext>`` and a sidecar.

The sidecar (same full name + ``.json``) is written last, so a data file without one does
not exist for us: it is what a killed run leaves.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from opendata.fetch.content import HEAD_BYTES, check, extension
from opendata.files import read_json, read_rfc3339, rfc3339, sha256_of, write_json
from opendata.model import Snapshot, Source
from opendata.paths import Paths

Via = Literal["http", "mirror", "file", "deposit"]

#: Copies whose content is hashed again before they are offered: the one a run reads and
#: the one it falls back to. Older ones are compared by size only, for years of snapshots
#: would otherwise be read whole at every run.
VERIFIED_COPIES = 2

_SIDECAR_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z-[0-9a-f]{12}(?:\.[a-z0-9]+){1,2}\.json")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Bytes waiting in a ``.part`` file: what they are and where they came from.

    ``names`` are URLs or file names that may tell the extension; ``file`` is the only
    name that is written down.
    """

    via: Via
    sha256: str
    bytes: int
    url: str = ""
    file: str = ""
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()


def snapshots(source_id: str, paths: Paths) -> tuple[Snapshot, ...]:
    """The usable copies of a source, newest first.

    Left out: a sidecar that cannot be read, data whose size differs from its sidecar's,
    and, among the newest, data whose sha256 differs (see ``VERIFIED_COPIES``).
    """
    folder = paths.raw_source(source_id)
    found = [
        snapshot
        for sidecar in folder.glob("*.json")
        if _SIDECAR_NAME.fullmatch(sidecar.name) and (snapshot := _read(source_id, sidecar))
    ]
    found.sort(key=lambda snapshot: (snapshot.fetched_at, snapshot.path.name), reverse=True)
    good: list[Snapshot] = []
    for snapshot in found:
        if len(good) >= VERIFIED_COPIES or _verifies(snapshot):
            good.append(snapshot)
    return tuple(good)


def _read(source_id: str, sidecar: Path) -> Snapshot | None:
    content, data = read_json(sidecar), sidecar.with_suffix("")
    try:
        snapshot = _snapshot(source_id, data, content)
        return snapshot if data.stat().st_size == snapshot.bytes else None
    except (KeyError, TypeError, ValueError, AttributeError, OSError):
        return None


def _snapshot(source_id: str, data: Path, sidecar: dict[str, Any]) -> Snapshot:
    if sidecar["via"] not in get_args(Via):
        raise ValueError(sidecar["via"])
    return Snapshot(
        source=source_id,
        path=data,
        url=str(sidecar["url"]),
        fetched_at=read_rfc3339(sidecar["fetched_at"]),
        sha256=str(sidecar["sha256"]),
        bytes=int(sidecar["bytes"]),
        via=sidecar["via"],
        headers={str(name): str(value) for name, value in sidecar["headers"].items()},
    )


def _verifies(snapshot: Snapshot) -> bool:
    try:
        return sha256_of(snapshot.path) == snapshot.sha256
    except OSError:
        return False


def keep(
    part: Path,
    arrival: Arrival,
    source: Source,
    before: Sequence[Snapshot],
    at: datetime,
    paths: Paths,
) -> Snapshot:
    """Give the bytes in ``part`` their place, unless they are those of the newest copy.

    Returns the new snapshot, or ``before[0]`` when nothing changed. Raises FetchError
    when the bytes are not what the source should give.
    """
    kind = extension(source.fetch.format, arrival.names, arrival.headers)
    with part.open("rb") as file:
        check(file.read(HEAD_BYTES), kind, source.id)
    if before and before[0].sha256 == arrival.sha256:
        return before[0]
    moment = _after(before, at)
    data = paths.raw_source(source.id) / f"{moment:%Y-%m-%dT%H%M%SZ}-{arrival.sha256[:12]}.{kind}"
    sidecar = _sidecar(arrival, source, moment)
    part.replace(data)
    write_json(data.with_name(f"{data.name}.json"), sidecar)
    return _snapshot(source.id, data, sidecar)


def _after(before: Sequence[Snapshot], at: datetime) -> datetime:
    # Copies are ordered by their moment in whole seconds: two in one second, or a clock
    # set back, must not make an older copy look like the newest.
    moment = at.astimezone(UTC).replace(microsecond=0)
    return max(moment, before[0].fetched_at + timedelta(seconds=1)) if before else moment


def _sidecar(arrival: Arrival, source: Source, moment: datetime) -> dict[str, Any]:
    return {
        "url": arrival.url,
        "file": arrival.file,
        "fetched_at": rfc3339(moment),
        "status": arrival.status,
        "headers": arrival.headers,
        "sha256": arrival.sha256,
        "bytes": arrival.bytes,
        "licence": source.licence,
        "via": arrival.via,
    }
