"""What a request asks of a file: whether it changed, and which bytes of it (RFC 9110, 13 and 14).

A moving address (``latest/``) may go back to an older file when a release is taken back: dates
are therefore compared for equality, never for order, and a date is trusted as a validator only
once it is old enough that no second version can share it.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from typing import BinaryIO

#: A request for more parts than this is answered with the whole file, as the RFC allows.
MOST_RANGES = 50
_RANGE = re.compile(r"(\d*)-(\d*)")
_TAG = re.compile(r'(?:W/)?"[^"]*"')
#: Seconds after which a modification date says one version only (RFC 9110, 8.8.2.2).
_SETTLED = 2

Headers = Mapping[str, str]
#: First byte and the one after the last.
Span = tuple[int, int]


@dataclass(frozen=True)
class Version:
    """What tells one state of a file from another.

    ``tag`` is a strong entity tag, of the bytes as they are; ``zipped`` that of the same bytes
    compressed. ``modified`` is in seconds since 1970.
    """

    tag: str
    zipped: str
    modified: float

    @property
    def date(self) -> str:
        return formatdate(int(self.modified), usegmt=True)


def version_of(file: BinaryIO) -> tuple[Version, int]:
    """What an open file is now, and its size in bytes."""
    known = os.fstat(file.fileno())
    tag = f"{known.st_size:x}-{known.st_mtime_ns:x}-{known.st_ino:x}"
    return Version(f'"{tag}"', f'"{tag}-gzip"', known.st_mtime), known.st_size


def refused(headers: Headers, version: Version) -> bool:
    """Whether the condition of the request does not hold (status 412)."""
    wanted = headers.get("if-match")
    if wanted is not None:
        return wanted.strip() != "*" and version.tag not in _TAG.findall(wanted)
    since = headers.get("if-unmodified-since")
    return since is not None and _moment(since) not in (None, int(version.modified))


def unchanged(headers: Headers, version: Version) -> str:
    """The tag the client already has of this very version (status 304), else ``""``."""
    held = headers.get("if-none-match")
    if held is not None:
        if held.strip() == "*":
            return version.tag
        tags = [tag.removeprefix("W/") for tag in _TAG.findall(held)]
        return next((tag for tag in (version.zipped, version.tag) if tag in tags), "")
    since = headers.get("if-modified-since")
    return version.tag if since and _moment(since) == int(version.modified) else ""


def asked_spans(headers: Headers, version: Version, size: int, now: float) -> list[Span] | None:
    """The bytes asked for, in order and without overlap; ``None`` is the whole file.

    An empty list means that no byte of the file was asked for (status 416). A Range header that
    cannot be read, has another unit or too many parts, or whose If-Range names another version,
    is as if it were not there.
    """
    asked = headers.get("range")
    if asked is None or not _same_version(headers.get("if-range"), version, now):
        return None
    unit, _, listed = asked.partition("=")
    parts = [part.strip() for part in listed.split(",") if part.strip()]
    if unit.strip().lower() != "bytes" or not parts or len(parts) > MOST_RANGES:
        return None
    spans = []
    for part in parts:
        found = _RANGE.fullmatch(part)
        if found is None or found[0] == "-" or (all(found.groups()) and _backwards(found)):
            return None
        first, last = found.groups()
        if not first:
            spans.append((max(size - int(last), 0), size))
        else:
            spans.append((int(first), min(int(last) + 1, size) if last else size))
    return _joined(sorted(span for span in spans if span[0] < span[1]))


def _backwards(found: re.Match[str]) -> bool:
    return int(found[1]) > int(found[2])


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _same_version(wanted: str | None, version: Version, now: float) -> bool:
    if wanted is None:
        return True
    if wanted.strip().startswith(('"', "W/")):
        return wanted.strip() == version.tag
    return wanted.strip() == version.date and now - version.modified > _SETTLED


def _moment(date: str) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, OverflowError):
        return None


def accepts_gzip(headers: Headers) -> bool:
    """Whether the client says it takes gzip (with a weight that is not zero)."""
    weights = {}
    for offered in headers.get("accept-encoding", "").lower().split(","):
        name, _, parameter = offered.partition(";")
        weights[name.strip()] = parameter.replace(" ", "").removeprefix("q=")
    weight = weights.get("gzip", weights.get("*", "0"))
    return re.fullmatch(r"0(\.0*)?", weight) is None
