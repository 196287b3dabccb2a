"""The reference files in use: a Parquet file and the note beside it that vouches for it.

Both are written whole under other names, then renamed, the note last. A kill between the
two leaves a note whose ``sha256`` is not the table's, which everybody who reads it can see.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from opendata.fetch.disk import part_file
from opendata.files import read_json, rfc3339, sha256_of
from opendata.model import Snapshot
from opendata.paths import Paths

#: What every note says; ``sha256`` is that of the table, ``source_sha256`` of the download.
NOTE_TEXTS = ("vintage", "fetched_at", "url", "via", "licence", "attribution", "source_sha256")


def table_path(paths: Paths, kind: str, departement: str) -> Path:
    """``data/reference/<kind>-<dep>.parquet``; ``kind`` is ``communes`` or ``ban``."""
    return paths.reference / f"{kind}-{departement}.parquet"


def note_path(table: Path) -> Path:
    """The note of a table."""
    return table.with_suffix(".json")


def read_note(table: Path) -> dict[str, Any]:
    """The note of a table, {} when there is none that can be read."""
    return read_json(note_path(table))


def count_of(note: dict[str, Any], name: str) -> int:
    """A count of a note, 0 when it is absent or no number."""
    value = note.get(name)
    return value if isinstance(value, int) else 0


def is_whole(table: Path, note: dict[str, Any]) -> bool:
    """Whether the table is the one its note speaks of, to the byte."""
    try:
        return bool(note) and sha256_of(table) == note.get("sha256")
    except OSError:
        return False


def is_current(table: Path, source_sha256: str, **made_with: object) -> bool:
    """Whether a table need not be made again from a download, ``made_with`` the same values."""
    note = read_note(table)
    expected = {"source_sha256": source_sha256, **made_with}
    same = all(note.get(name) == value for name, value in expected.items())
    return same and is_whole(table, note)


def vintage_of(snapshot: Snapshot) -> str:
    """The day on which these bytes were first received."""
    return f"{snapshot.fetched_at:%Y-%m-%d}"


def install(
    target: Path,
    schema: pa.Schema,
    tables: Iterable[pa.Table],
    snapshot: Snapshot,
    facts: dict[str, Any],
) -> dict[str, Any]:
    """Put a table, one row group per part, and its note in place of the old ones.

    ``facts`` are what this kind of table adds to the note. Returns the note. Raises OSError
    when the disk is full or refuses: the old files are then untouched, and nothing is left
    of the new ones.
    """
    vintage = vintage_of(snapshot)
    with part_file(target.parent) as table_part, part_file(target.parent) as note_part:
        with table_part.open("wb") as out:
            named = schema.with_metadata({"vintage": vintage})
            with pq.ParquetWriter(out, named, compression="zstd") as writer:
                for table in tables:
                    writer.write_table(table.replace_schema_metadata(named.metadata))
            _sync(out)
        note = {
            "vintage": vintage,
            "fetched_at": rfc3339(snapshot.fetched_at),
            "url": snapshot.url,
            "via": snapshot.via,
            **facts,
            "source_sha256": snapshot.sha256,
            "sha256": sha256_of(table_part),
        }
        with note_part.open("wb") as out:
            out.write(json.dumps(note, ensure_ascii=False, indent=2).encode() + b"\n")
            _sync(out)
        table_part.replace(target)
        note_part.replace(note_path(target))
    return note


def _sync(out: Any) -> None:
    out.flush()
    os.fsync(out.fileno())
