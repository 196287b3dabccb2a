"""JSON: a list of objects somewhere in a document, or one object per line."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opendata.model import Fetch
from opendata.read.base import Issues, Reading, head_text, refusal
from opendata.read.json_text import Columns, cell, load, objects, too_deep

NAME = "json"
FORMATS = ("json", "jsonl", "ndjson")
SUFFIXES = (".json", ".jsonl", ".ndjson")

_LINES = ("jsonl", "ndjson")
_START = re.compile(r'\s*(\{\s*["}]|\[\s*[\[{"\]])')
_SEARCH_DEPTH = 3
_ABSENT = object()


def sniff(head: bytes) -> bool:
    """Whether the text begins as a JSON object or a list of objects, lists or texts."""
    return bool(_START.match(head_text(head)))


def read(path: Path, options: Fetch) -> Reading:
    """Read the records at ``options.records``; the index is their number, from 1.

    The path is made of names and ``*`` (each item): ``results.*``, ``records.*.fields``.
    When it is empty the records are the top-level list, else the only list of objects
    of the document. Nested objects flatten with dots, a list of scalars is joined with
    "|", a list of objects is kept as JSON text; numbers keep the source's spelling.
    Raises ReadError (not JSON, no such path, several lists, no record), OSError.
    """
    issues = Issues()
    wants_lines = options.format.lower() in _LINES or (
        not options.format and path.suffix.lower().lstrip(".") in _LINES
    )
    document, lines = load(path, options.encoding, issues, lines=wants_lines)
    try:
        values = _select(path, document, options.records)
        numbers, found = objects(path, values, issues)
        columns = Columns(path, len(found))
        for row, record in enumerate(found):
            columns.add(row, record)
    except RecursionError as problem:
        raise too_deep(path) from problem
    return Reading(columns.table(numbers), issues, "jsonl" if lines else NAME)


def _select(path: Path, document: Any, records: str) -> list[Any]:
    if records:
        values = list(_walk(path, document, records.split("."), records))
        return values[0] if len(values) == 1 and isinstance(values[0], list) else values
    if isinstance(document, list):
        return document
    lists = {name: values for name, values in _lists(document) if values}
    if len(lists) > 1:
        names = ", ".join(f"{name}.*" for name in lists)
        raise refusal(
            "enregistrements_ambigus",
            path,
            fr=f"contient plusieurs listes d'objets : indiquez fetch.records parmi {names}.",
            en=f"holds several lists of objects: set fetch.records to one of {names}.",
        )
    return next(iter(lists.values()), [])


def _lists(value: Any, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, list[Any]]]:
    if not isinstance(value, dict) or depth >= _SEARCH_DEPTH:
        return
    for key, inner in value.items():
        if isinstance(inner, list) and any(isinstance(item, dict) for item in inner):
            yield prefix + key, inner
        else:
            yield from _lists(inner, f"{prefix}{key}.", depth + 1)


def _walk(path: Path, value: Any, parts: list[str], records: str) -> Iterator[Any]:
    """The values at a path. What is missing inside an item is "", and noted by its number."""
    for depth, part in enumerate(parts):
        if part == "*":
            items = value.values() if isinstance(value, dict) else value
            if not isinstance(value, list | dict):
                raise _no_such_path(path, records, part, value)
            for item in items:
                yield from _inside(item, parts[depth + 1 :])
            return
        if not isinstance(value, dict) or part not in value:
            raise _no_such_path(path, records, part, value)
        value = value[part]
    if not isinstance(value, list):
        raise _no_such_path(path, records, "*", value)
    yield from value


def _inside(item: Any, parts: list[str]) -> Iterator[Any]:
    for depth, part in enumerate(parts):
        if part == "*":
            items = item.values() if isinstance(item, dict) else item
            for inner in items if isinstance(item, list | dict) else ():
                yield from _inside(inner, parts[depth + 1 :])
            return
        item = item.get(part, _ABSENT) if isinstance(item, dict) else _ABSENT
    yield "" if item is _ABSENT else item


def _no_such_path(path: Path, records: str, part: str, value: Any) -> Exception:
    there = ", ".join(list(value)[:20]) if isinstance(value, dict) else cell(value)[:50]
    return refusal(
        "chemin_absent",
        path,
        fr=f"n'a rien au chemin « {records} » : à la place de « {part} » il y a {there} ; "
        "corrigez fetch.records.",
        en=f"has nothing at the path “{records}”: in place of “{part}” there is {there}; "
        "correct fetch.records.",
    )
