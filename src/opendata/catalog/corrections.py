"""Guarded fixes by stewards: ``catalog/corrections/<dataset>.toml``.

Each entry names its row (``source:key``, or ``source#line`` where keys are missing or
repeated), the field, the value to publish and the one it replaces.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from opendata.catalog.appending import append_entries, entry_text
from opendata.catalog.rules import mappable_fields
from opendata.catalog.toml import Kinds, TomlFile
from opendata.model import Correction
from opendata.paths import Paths

_KEYS: Kinds = {
    "target": str, "field": str, "expect": str, "value": str, "reason": str, "author": str,
    "date": (datetime.date, str),
}  # fmt: skip
_TARGET = re.compile(r"(?P<source>[a-z0-9-]+)(?::(?P<key>.+)|#(?P<line>[1-9][0-9]*))", re.DOTALL)


def corrections_path(dataset: str, paths: Paths) -> Path:
    """The file of a dataset's corrections, whether it exists or not."""
    return paths.catalog / "corrections" / f"{dataset}.toml"


def load_corrections(
    dataset: str, sources: Sequence[str], paths: Paths
) -> tuple[tuple[Correction, ...], str]:
    """The corrections of a dataset, in the order of the file, and the file's fingerprint.

    Raises CatalogError for an entry that is incomplete, names a source outside ``sources``
    (those of the dataset) or a field no mapping can fill.
    """
    path = corrections_path(dataset, paths)
    if not path.is_file():
        return (), ""
    toml = TomlFile(path, paths.catalog)
    return _corrections(toml, sources), toml.fingerprint


def _corrections(toml: TomlFile, sources: Sequence[str] | None) -> tuple[Correction, ...]:
    """Those of a file, of the given sources only (None: of any)."""
    toml.check_keys(toml.data, {"correction": list})
    entries = toml.entries("correction", _KEYS)
    return tuple(_correction(toml, entry, where, sources) for where, entry in entries)


def _correction(
    toml: TomlFile, entry: Mapping[str, Any], where: str, sources: Sequence[str] | None
) -> Correction:
    for key in ("target", "field", "reason", "author", "date"):
        toml.require(entry, key, where)
    for key in ("expect", "value"):
        # Both may be empty (a value to add, a value to remove), but never forgotten.
        if key not in entry:
            toml.require(entry, key, where)
    named = parse_target(entry["target"])
    if named is None:
        raise toml.wrong(
            "cible_illisible",
            f"« {where}.target » vaut « {entry['target']} », or une cible s'écrit "
            "« source:clé » ou « source#ligne » (exemple : « hub-lo:1042 »).",
            f"“{where}.target” is “{entry['target']}”, but a target is written “source:key” or "
            "“source#line” (for example “hub-lo:1042”).",
        )
    source, key, line = named
    if sources is not None and source not in sources:
        raise toml.not_allowed(f"{where}.target", source, sources)
    if entry["field"] not in mappable_fields():
        raise toml.not_allowed(f"{where}.field", entry["field"], mappable_fields())
    return Correction(
        source=source,
        key=key,
        line=line,
        field=entry["field"],
        expect=entry["expect"],
        value=entry["value"],
        reason=entry["reason"],
        author=entry["author"],
        date=toml.day(entry["date"], f"{where}.date"),
    )


def parse_target(text: str) -> tuple[str, str, int] | None:
    """Source, key and line of ``source:key`` (line 0) or ``source#line`` (key "")."""
    found = _TARGET.fullmatch(text)
    return found and (found["source"], found["key"] or "", int(found["line"] or 0))


def target(one: Correction) -> str:
    """The row of a correction as :func:`parse_target` reads it."""
    return f"{one.source}:{one.key}" if one.key else f"{one.source}#{one.line}"


def append_corrections(dataset: str, added: Sequence[Correction], paths: Paths) -> Path:
    """Write corrections at the end of the dataset's file, what is there left as it is.

    Raises CatalogError, and writes nothing, where the file could not be read afterwards;
    UsageError where it cannot be written.
    """
    path = corrections_path(dataset, paths)
    return append_entries(
        path,
        [_entry(one) for one in added],
        paths,
        header=_HEADER,
        check=lambda raw: _corrections(TomlFile(path, paths.catalog, raw), None),
    )


_HEADER = """\
# Corrections by stewards. Each applies only while the source still says "expect"; a release
# reports those that no longer do (docs/how-to.md).
"""


def _entry(one: Correction) -> str:
    return entry_text(
        "correction",
        {"target": target(one), "field": one.field, "expect": one.expect, "value": one.value,
         "reason": one.reason, "author": one.author},
        date=one.date,
    )  # fmt: skip
