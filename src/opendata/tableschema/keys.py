"""Values that must not repeat, and values that must exist elsewhere in the table."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from opendata.tableschema.acquit import is_text, spelt_apart
from opendata.tableschema.column import FIRST_LINE, Column, encoded, read_cell
from opendata.tableschema.lines import Cells, Piece, Rows

#: Codes of a cell without a value, and of one that equals nothing, itself included (NaN).
_NONE, _ALONE = -1, -2


class Values:
    """The values of columns as numbers: equal numbers, equal values. Computed once each."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self.columns = columns
        self._codes: dict[str, Rows] = {}

    def codes(self, name: str) -> Rows:
        """One number per row; negative for no value and for NaN."""
        if name not in self._codes:
            self._codes[name] = _value_codes(self.columns[name])
        return self._codes[name]

    def read(self, name: str, rows: Rows) -> list[Any]:
        """The values themselves, of a few rows."""
        column = self.columns[name]
        codes, texts = encoded(column.cells().take(rows))
        reader = column.field.create_cell_reader()
        values = [read_cell(reader, column.field, text)[0] for text in texts.to_pylist()]
        return [
            None if missing else values[code]
            for code, missing in zip(codes, column.missing[rows], strict=True)
        ]


def _value_codes(column: Column) -> Rows:
    codes, texts = encoded(column.cells())
    if not spelt_apart(texts, column.field):
        reader = column.field.create_cell_reader()
        known: dict[Any, int] = {}
        meaning = np.full(len(texts), _NONE, dtype="int64")
        used = np.unique(codes[~column.missing])
        for number, text in zip(used.tolist(), texts.take(used).to_pylist(), strict=True):
            value = read_cell(reader, column.field, text)[0]
            if value is not None:
                alone = not _equals_itself(value)
                meaning[number] = _ALONE if alone else known.setdefault(_hashable(value), number)
        codes = meaning[codes]
    return np.where(column.missing, _NONE, codes)


def _equals_itself(value: Any) -> bool:
    try:
        return bool(value == value)
    except ArithmeticError:
        return False  # Decimal("sNaN") will not even be compared.


def _hashable(value: Any) -> Any:
    """Frictionless stops at the first unhashable value of a key (array, object, geojson,
    list): here, two of them are equal when they are the same JSON."""
    try:
        hash(value)
    except TypeError:
        return "json", json.dumps(value, sort_keys=True, default=str)
    return value


def unique_pieces(values: Values) -> list[Piece]:
    """A value seen before in a field that says ``unique``."""
    found = []
    for name, column in values.columns.items():
        if column.field.constraints.get("unique"):
            rows, before = _repeated(values.codes(name))
            found.append(
                Piece(
                    rows + FIRST_LINE,
                    "unique-error",
                    field=name,
                    field_number=column.number,
                    constraint="unique",
                    cell=_as_values(values, column, rows),
                    note=_same_as(before),
                )
            )
    return found


def _as_values(values: Values, column: Column, rows: Rows) -> Cells:
    # Frictionless shows the value here, not the text it was read from.
    if is_text(column.field):
        return column.cells().take(rows)
    told = [str(value) for value in values.read(column.field.name, rows)]
    return pa.array(told, pa.large_string())


def primary_key_pieces(values: Values, key: Sequence[str]) -> list[Piece]:
    """A primary key without any value, or seen before."""
    if not key or not set(key) <= set(values.columns):
        return []
    codes = _combined([values.codes(name) for name in key])
    rows, before = _repeated(codes)
    nothing = np.flatnonzero(codes == _NONE)
    note = 'cells composing the primary keys are all "None"'
    return [
        Piece(nothing + FIRST_LINE, "primary-key", note=note),
        Piece(rows + FIRST_LINE, "primary-key", note=_same_as(before)),
    ]


def _combined(parts: Sequence[Rows]) -> Rows:
    """One number per row for the values of several columns together."""
    nothing = np.logical_and.reduce([codes == _NONE for codes in parts])
    alone = np.logical_or.reduce([codes == _ALONE for codes in parts])
    whole = parts[0]
    for codes in parts[1:]:
        pairs = (whole + 2) * (codes.max() + 3) + codes + 2
        whole = pd.factorize(pairs)[0].astype("int64")
    return np.where(alone, _ALONE, np.where(nothing, _NONE, whole))


def _repeated(codes: Rows) -> tuple[Rows, Rows]:
    """Rows whose value was seen before, and the last row before each that has it."""
    twins = np.flatnonzero(pd.Series(codes).duplicated(keep=False).to_numpy() & (codes >= 0))
    twins = twins[np.argsort(codes[twins], kind="stable")]
    same = codes[twins][1:] == codes[twins][:-1]
    rows, before = twins[1:][same], twins[:-1][same]
    order = np.argsort(rows)
    return rows[order], before[order]


def _same_as(before: Rows) -> Cells:
    numbers = pd.Series(before + FIRST_LINE).astype("str")
    return pa.array("the same as in the row at position " + numbers, pa.large_string())


def foreign_key_pieces(
    values: Values, foreign_keys: Sequence[Mapping[str, Any]], rows: int
) -> list[Piece]:
    """Values that no row of the same table has where the key says they must be.

    Keys to other tables never come here: without a package, frictionless refuses them
    before it reads a row.
    """
    found = []
    for entry in foreign_keys:
        target, reference = tuple(entry["fields"]), entry["reference"]
        if not target or not set(target) <= set(values.columns):
            continue
        known = set(_tuples(values, reference["fields"], rows)[1])
        numbers, tuples = _tuples(values, target, rows)
        lacking = {
            number: _not_found(target, cells, reference)
            for number, cells in enumerate(tuples)
            if cells not in known and set(cells) != {None}
        }
        wrong = np.flatnonzero(np.isin(numbers, list(lacking)))
        notes = pa.array([lacking[number] for number in numbers[wrong].tolist()], pa.large_string())
        found.append(Piece(wrong + FIRST_LINE, "foreign-key", note=notes))
    return found


def _tuples(values: Values, names: Sequence[str], rows: int) -> tuple[Rows, list[tuple[Any, ...]]]:
    """Each row as a number into the distinct tuples of its values (unknown field: None)."""
    present = [values.codes(name) for name in names if name in values.columns]
    codes = pd.MultiIndex.from_arrays(present) if present else pd.RangeIndex(rows) * 0
    numbers, _ = pd.factorize(codes)
    firsts = np.flatnonzero(~pd.Series(numbers).duplicated().to_numpy())
    columns = [
        list(map(_hashable, values.read(name, firsts)))
        if name in values.columns
        else [None] * len(firsts)
        for name in names
    ]
    return numbers.astype("int64"), list(zip(*columns, strict=True))


def _not_found(target: Sequence[str], cells: Sequence[Any], reference: Mapping[str, Any]) -> str:
    return (
        f'for "{", ".join(target)}": values "{", ".join(map(str, cells))}" not found in the '
        f'lookup table "{reference["resource"]}" as "{", ".join(reference["fields"])}"'
    )
