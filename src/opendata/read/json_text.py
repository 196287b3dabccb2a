"""JSON as text: numbers keep the spelling of the source, nested values become columns.

Shared by the readers of JSON records and of GeoJSON.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from opendata.read.base import (
    Issues,
    check_size,
    decode,
    refusal,
    text_table,
    unique_names,
)

#: Objects nested deeper than this stay JSON text in one cell.
_MAX_DEPTH = 8


class Number(str):
    """A JSON number (or NaN, Infinity) as the source spelled it."""

    __slots__ = ()


_DECODER = json.JSONDecoder(
    parse_float=Number, parse_int=Number, parse_constant=Number, strict=False
)


def load(path: Path, encoding: str, issues: Issues, *, lines: bool = False) -> tuple[Any, bool]:
    """The document of a JSON file, and whether it was JSON lines (then a list of values).

    Raises ReadError (not JSON, cut short, nested too deep), OSError. A damaged line of
    a JSON lines file is noted and costs itself only.
    """
    text = decode(path, encoding, issues)
    try:
        if lines:
            return _lines(path, text, issues), True
        return _DECODER.decode(text), False
    except json.JSONDecodeError as problem:
        if problem.msg == "Extra data" and _first_line_is_json(text):
            return _lines(path, text, issues), True
        raise _broken(path, problem) from problem
    except RecursionError as problem:
        raise too_deep(path) from problem


def too_deep(path: Path) -> Exception:
    """The refusal of a document nested deeper than can be read."""
    return refusal(
        "json_trop_imbrique",
        path,
        fr="imbrique ses listes et objets trop profondément pour être lu : "
        "demandez un export à plat.",
        en="nests its lists and objects too deeply to be read: ask for a flat export.",
    )


def _broken(path: Path, problem: json.JSONDecodeError) -> Exception:
    return refusal(
        "json_invalide",
        path,
        fr=f"n'est pas du JSON valide à partir de la ligne {problem.lineno}, colonne "
        f"{problem.colno} (téléchargement interrompu ?) : récupérez-le de nouveau.",
        en=f"is not valid JSON from line {problem.lineno}, column {problem.colno} on "
        "(interrupted download?): fetch it again.",
    )


def _first_line_is_json(text: str) -> bool:
    try:
        _DECODER.decode(text.lstrip().partition("\n")[0])
    except json.JSONDecodeError:
        return False
    return True


def _lines(path: Path, text: str, issues: Issues) -> list[Any]:
    values: list[Any] = []
    first: json.JSONDecodeError | RecursionError | None = None
    # Not str.splitlines: JSON text may hold the other line separators of Unicode.
    filled = [line for line in text.split("\n") if line.strip("\x1e \t\r")]
    for line in filled:
        try:
            values.append(_DECODER.decode(line.lstrip("\x1e")))
        except (json.JSONDecodeError, RecursionError) as problem:
            first = first or problem
            values.append(line.strip())
    if first and not any(isinstance(value, dict) for value in values):
        raise _broken(path, first) if isinstance(first, ValueError) else too_deep(path)
    return values


def compact(value: Any) -> str:
    """A value as JSON text without spaces, numbers as the source spelled them."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        pairs = (f"{json.dumps(k, ensure_ascii=False)}:{compact(v)}" for k, v in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def cell(value: Any) -> str:
    """A value as the text of one cell: scalars joined by "|", objects as JSON text."""
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return "|".join(filter(None, map(cell, value)))
    return compact(value)


class Columns:
    """Columns that grow as records bring new names, in order of first appearance."""

    def __init__(self, path: Path, rows: int) -> None:
        self._path = path
        self._rows = rows
        self.values: dict[str, list[str]] = {}

    def column(self, name: str) -> list[str]:
        """The column of that name, made of "" when it is new (ReadError: too many)."""
        column = self.values.get(name)
        if column is None:
            check_size(self._path, self._rows, len(self.values) + 1)
            column = self.values[name] = [""] * self._rows
        return column

    def add(self, row: int, record: dict[str, Any], prefix: str = "", depth: int = 0) -> None:
        """Write one record, nested objects flattened with dots (``fields.nom``)."""
        values = self.values
        for key, value in record.items():
            name = prefix + key
            if isinstance(value, dict) and depth < _MAX_DEPTH:
                self.add(row, value, f"{name}.", depth + 1)
                continue
            column = values.get(name)
            if column is None:
                column = self.column(name)
            column[row] = value if isinstance(value, str) else cell(value)

    def table(self, numbers: Sequence[int]) -> pd.DataFrame:
        """The table of text, indexed by the numbers of its records."""
        names = unique_names(list(self.values))
        return text_table(dict(zip(names, self.values.values(), strict=True)), numbers)


def objects(
    path: Path, values: Sequence[Any], issues: Issues
) -> tuple[list[int], list[dict[str, Any]]]:
    """The records that are objects, with their numbers from 1; the others are noted.

    Raises ReadError when none is.
    """
    numbered = [(n, value) for n, value in enumerate(values, 1) if isinstance(value, dict)]
    if not numbered:
        raise refusal(
            "sans_enregistrement",
            path,
            fr="ne contient aucun enregistrement : vérifiez l'adresse et fetch.records.",
            en="holds no record: check the address and fetch.records.",
        )
    if len(numbered) < len(values):
        for number, value in enumerate(values, 1):
            if not isinstance(value, dict):
                issues.add("enregistrement_illisible", number, value=cell(value))
    return [number for number, _ in numbered], [value for _, value in numbered]
