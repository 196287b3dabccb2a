"""Small files and moments, written one way: a kill leaves the old file or the new one."""

import hashlib
import json
import os
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def write_text(path: Path, text: str) -> None:
    """Replace ``path`` at once by ``text`` in UTF-8, making its folder if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with building.open("w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        building.replace(path)
    finally:
        building.unlink(missing_ok=True)


def write_json(path: Path, content: Mapping[str, Any], *, indent: int = 2) -> None:
    """Replace ``path`` at once by ``content`` as JSON."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=indent) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in ``path``; empty when it is absent, damaged or something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def rfc3339(moment: datetime) -> str:
    """UTC, whole seconds: ``2026-11-23T10:15:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_rfc3339(text: str) -> datetime:
    """The moment :func:`rfc3339` wrote. Raises ValueError for anything without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)
