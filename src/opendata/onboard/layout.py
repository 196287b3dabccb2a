"""How a file nobody described yet is laid out: what [fetch] has to say for it to be read.

The readers (:mod:`opendata.read`) recognise formats and encodings alone. What they are told
here is what a person would look up: the path to the records of a JSON document, the
delimiter, the line of the header. What they found alone is written down afterwards, so that
the source says how its file is read.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from opendata.model import Fetch
from opendata.read import read
from opendata.read.base import HEAD_BYTES, Issues, decode, head_text

#: Keys of [fetch] and their values, as TOML writes them.
Layout = dict[str, Any]

#: Objects of a JSON document are searched for lists of records down to this depth.
_DEEPEST = 3
#: Lines of a delimited file, and the records in them, that tell its delimiter and header.
_LINES = 200
_RECORDS = 100
_DELIMITERS = ";,\t|"
#: Beginnings of files that are not bare text: byte order marks of UTF-16, ZIP, GZIP.
_NOT_BARE = (b"\xff\xfe", b"\xfe\xff", b"PK", b"\x1f\x8b")


#: Issues of the reader: a row whose cells may stand in the wrong columns, and one made whole.
_DOUBTFUL = ("ligne_irreguliere", "ligne_decalee", "guillemet_non_ferme")
_JOINED = "ligne_coupee"


class FileRead(NamedTuple):
    """A file as a table of text (see :func:`opendata.read.read`), its format and its layout.

    ``irregular`` are the lines of rows whose cells may stand in the wrong columns, ``joined``
    those of rows that a line break had cut; both are rows of the table.
    """

    table: pd.DataFrame
    format: str
    layout: Mapping[str, Any]
    irregular: tuple[int, ...] = ()
    joined: tuple[int, ...] = ()


def read_undescribed(path: Path) -> FileRead:
    """Read a file without being told anything of it. Raises ReadError, OSError."""
    told = _before_reading(path)
    table, issues, kind = read(path, Fetch(**told))
    layout = {"format": _declared_format(kind, path), **told, **_after_reading(path, kind)}
    irregular = issues.loc[issues["code"].isin(_DOUBTFUL), "row"].drop_duplicates()
    joined = issues.loc[issues["code"] == _JOINED, "row"]
    return FileRead(table, kind, layout, tuple(irregular), tuple(joined))


def _before_reading(path: Path) -> Layout:
    """What the readers cannot find alone."""
    with path.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    text = head_text(head).lstrip()
    if text.startswith(("{", "[")):
        return records_path(path)
    if _is_text(head) and not text.startswith("<"):
        return delimiter_and_header(path)
    return {}


def _is_text(head: bytes) -> bool:
    """Whether a file begins as text: no archive, no NUL but those of UTF-16's mark."""
    return b"\0" not in head.replace(b"\xff\xfe", b"", 1) and not head.startswith(b"PK")


def _declared_format(kind: str, path: Path) -> str:
    """The format a source declares: TSV and CSV are one reader, and two words to a person."""
    return "tsv" if kind == "csv" and path.suffix.lower() == ".tsv" else kind


def _after_reading(path: Path, kind: str) -> Layout:
    """What is known once the format is: the encoding of text, the layer of a vector file."""
    if kind == "csv":
        return declared_encoding(path)
    if kind in ("gpkg", "kml"):
        return _only_layer(path)
    return {}


def _only_layer(path: Path) -> Layout:
    import pyogrio

    layers = pyogrio.list_layers(path)[:, 0].tolist()
    return {"layer": str(layers[0])} if len(layers) == 1 else {}


# --- JSON ------------------------------------------------------------------------------


def records_path(path: Path) -> Layout:
    """``{"records": …}``: the longest list of objects of a JSON document.

    {} for GeoJSON, JSON lines and damaged documents: the reader knows the first two, and
    says what is wrong with the last.
    """
    try:
        document = json.loads(decode(path, "", Issues()), strict=False)
    except (ValueError, RecursionError):
        return {}
    if isinstance(document, list):
        return {"records": "*"}
    if not isinstance(document, dict) or document.get("type") == "FeatureCollection":
        return {}
    lengths = dict(_lists_of_objects(document))
    if lengths:
        longest = max(lengths, key=lambda name: lengths[name])
        return {"records": f"{longest}.*"}
    return {"records": "*"} if _is_table_by_key(document) else {}


def _is_table_by_key(document: Mapping[str, Any]) -> bool:
    """Whether a document is records under their keys: ``{"12": {…}, "13": {…}, …}``."""
    return len(document) > 2 and all(isinstance(value, dict) for value in document.values())


def _lists_of_objects(
    value: Mapping[str, Any], prefix: str = "", depth: int = 0
) -> Iterator[tuple[str, int]]:
    """The dotted path and the length of every list that holds an object."""
    if depth > _DEEPEST:
        return
    for key, inner in value.items():
        if isinstance(inner, list) and any(isinstance(item, dict) for item in inner):
            yield prefix + key, len(inner)
        elif isinstance(inner, dict):
            yield from _lists_of_objects(inner, f"{prefix}{key}.", depth + 1)


# --- delimited text --------------------------------------------------------------------


def delimiter_and_header(path: Path) -> Layout:
    """``{"delimiter": …}``, and ``header_row`` (from 1) where titles stand above the header.

    The reader takes the first line for the header, and judges delimiters by it; here the
    delimiter is the one that makes the widest table, and the header the first record with
    at least half of its cells filled. {} when no delimiter cuts the lines, and for a file
    with Excel's ``sep=`` line, which says everything itself.
    """
    lines = decode(path, "", Issues()).splitlines(keepends=True)[:_LINES]
    if not lines or lines[0].lower().lstrip('"').startswith("sep="):
        return {}
    by_delimiter = {mark: _cut(lines, mark) for mark in _DELIMITERS}
    best = max(by_delimiter, key=lambda mark: _width(by_delimiter[mark]))
    records = by_delimiter[best]
    width = _width(records)
    if not width:
        return {}
    layout: Layout = {"delimiter": best}
    header = next(i for i, record in enumerate(records) if _filled(record) * 2 >= width)
    if header:
        layout["header_row"] = header + 1
    return layout


def _cut(lines: list[str], delimiter: str) -> list[list[str]]:
    """The first records of the lines; none when the delimiter does not fit."""
    try:
        return list(islice(csv.reader(lines, delimiter=delimiter), _RECORDS))
    except csv.Error:
        return []


def _width(records: list[list[str]]) -> int:
    """How many cells most records have; 0 when most have one, or when they do not agree."""
    counts = [len(record) for record in records if any(record)]
    usual = max(counts, key=counts.count, default=0)
    return usual if usual > 1 and counts.count(usual) * 2 >= len(counts) else 0


def _filled(record: list[str]) -> int:
    return sum(1 for cell in record if cell.strip())


def declared_encoding(path: Path) -> Layout:
    """``{"encoding": "cp1252"}`` for text that is not UTF-8 and has no byte order mark."""
    data = path.read_bytes()
    if data.startswith(_NOT_BARE):
        return {}
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        issues = Issues()
        decode(path, "", issues)
        # Single stray bytes in a UTF-8 file are mended by the reader, if nothing is declared.
        return {} if issues.rows else {"encoding": "cp1252"}
    return {}
