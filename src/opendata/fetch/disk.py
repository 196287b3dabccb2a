"""Writing to disk so that a kill at any moment leaves the old file or the new one."""

import hashlib
import os
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

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


class Written:
    """What of a body is in its part file: ``size`` bytes, and ``digest``, their running hash."""

    def __init__(self) -> None:
        self.size = 0
        self.digest = hashlib.sha256()


def write_bounded(
    chunks: Iterable[bytes],
    part: Path,
    *,
    source: str,
    max_bytes: int,
    written: Written | None = None,
) -> tuple[str, int]:
    """Write the chunks to ``part``; return the sha256 and size in bytes of all that is in it.

    They begin at the first byte, or behind what is ``written``, which grows with each chunk
    so that it is true when one of them fails. Raises FetchError (``trop_volumineux``) as soon
    as the bound is passed.
    """
    written = written or Written()
    with part.open("r+b" if written.size else "wb") as out:
        out.seek(written.size)
        for chunk in chunks:
            if written.size + len(chunk) > max_bytes:
                raise too_big(source, max_bytes)
            out.write(chunk)
            written.digest.update(chunk)
            written.size += len(chunk)
        out.truncate()
        out.flush()
        os.fsync(out.fileno())
    return written.digest.hexdigest(), written.size


def too_big(source: str, max_bytes: int) -> FetchError:
    """The refusal of a file that passes its bound in bytes."""
    return FetchError(
        "trop_volumineux",
        fr=f"La source « {source} » dépasse {max_bytes} octets, la limite « fetch.max_bytes » : "
        "vérifiez que c'est le bon fichier, ou relevez cette limite dans le fichier de la source.",
        en=f"Source “{source}” is larger than {max_bytes} bytes, the bound “fetch.max_bytes”: "
        "check that it is the right file, or raise that bound in the source's file.",
    )


def file_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, ``CHUNK_BYTES`` at a time."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
