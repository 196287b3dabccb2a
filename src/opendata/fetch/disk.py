"""Writing to disk so that a kill at any moment leaves the old file or the new one."""

import hashlib
import json
import os
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opendata.errors import FetchError

CHUNK_BYTES = 64 * 1024

#: A ``.part`` file this old was left by a killed run: no download lasts that long.
_ABANDONED_AFTER_S = 24 * 3600


@contextmanager
def part_file(folder: Path) -> Iterator[Path]:
    """A ``.part`` path of its own in ``folder``; removed at the end unless renamed."""
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    part = folder / f"{uuid.uuid4().hex}.part"
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    for part in folder.glob("*.part"):
        try:
            if time.time() - part.stat().st_mtime > _ABANDONED_AFTER_S:
                part.unlink()
        except FileNotFoundError:
            # Another process swept it first.
            continue


def write_bounded(
    chunks: Iterable[bytes], part: Path, *, source: str, max_bytes: int
) -> tuple[str, int]:
    """Write the chunks to ``part`` from its beginning; return their sha256 and size in bytes.

    Raises FetchError (``trop_volumineux``) as soon as the bound is passed.
    """
    digest, size = hashlib.sha256(), 0
    with part.open("wb") as out:
        for chunk in chunks:
            size += len(chunk)
            if size > max_bytes:
                raise too_big(source, max_bytes)
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), size


def too_big(source: str, max_bytes: int) -> FetchError:
    """The refusal of a file that passes its bound in bytes."""
    return FetchError(
        "trop_volumineux",
        fr=f"La source « {source} » dépasse {max_bytes} octets, la limite « fetch.max_bytes » : "
        "vérifier que c'est le bon fichier, ou relever cette limite dans le fichier de la source.",
        en=f"Source “{source}” is larger than {max_bytes} bytes, the bound “fetch.max_bytes”: "
        "check that it is the right file, or raise that bound in the source's file.",
    )


def file_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, ``CHUNK_BYTES`` at a time."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Replace ``path`` atomically by ``content`` as UTF-8 JSON."""
    with part_file(path.parent) as part:
        with part.open("w", encoding="utf-8") as out:
            json.dump(content, out, ensure_ascii=False, indent=2)
            out.write("\n")
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)


def read_json(path: Path) -> dict[str, Any] | None:
    """The JSON object in ``path``; None when it is absent, damaged or something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def rfc3339(moment: datetime) -> str:
    """UTC, whole seconds: ``2026-11-23T10:15:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_rfc3339(text: str) -> datetime:
    """The moment :func:`rfc3339` wrote. Raises ValueError for anything without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)
