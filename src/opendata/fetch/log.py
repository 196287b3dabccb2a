"""What the last attempts on a source gave: ``data/raw/<source>/verification.json``.

A snapshot says when bytes were first seen; this says when they were last known to be
current, which is later whenever the source had not changed.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from opendata.files import read_json, read_rfc3339, rfc3339, write_json
from opendata.paths import Paths


@dataclass(frozen=True, slots=True)
class FetchLog:
    """The last attempt and the last success; ``error_*`` are empty when they are the same.

    ``url``, ``sha256``, ``etag`` and ``last_modified`` describe the last success: the
    server may give the same bytes a new ETag, which no new snapshot would record.
    """

    last_attempt: datetime
    last_success: datetime | None = None
    error_fr: str = ""
    error_en: str = ""
    url: str = ""
    sha256: str = ""
    etag: str = ""
    last_modified: str = ""


_TEXTS = ("error_fr", "error_en", "url", "sha256", "etag", "last_modified")


def fetch_log(source_id: str, paths: Paths) -> FetchLog | None:
    """The log of a source; None when it was never fetched or its log is damaged."""
    content = read_json(_path(source_id, paths))
    if not content:
        return None
    try:
        success = content["last_success"]
        return FetchLog(
            last_attempt=read_rfc3339(content["last_attempt"]),
            last_success=read_rfc3339(success) if success else None,
            **{name: str(content[name]) for name in _TEXTS},
        )
    except (KeyError, TypeError, ValueError):
        return None


def write_log(source_id: str, log: FetchLog, paths: Paths) -> None:
    """Replace the log of a source atomically."""
    content = asdict(log)
    content["last_attempt"] = rfc3339(log.last_attempt)
    content["last_success"] = rfc3339(log.last_success) if log.last_success else None
    write_json(_path(source_id, paths), content)


def _path(source_id: str, paths: Paths) -> Path:
    return paths.raw_source(source_id) / "verification.json"
