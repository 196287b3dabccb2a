"""The errors of a table, as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
#: An array of Arrow; its stubs tell apart more kinds of text than there are here.
Cells = Any

#: ``row_number`` counts the header as 1 (0: the error is of the schema or of the whole
#: table), ``field`` and ``field_number`` are "" and 0 for errors of a row, ``type`` is
#: frictionless's code, ``constraint`` the one that was broken, ``cell`` the text (or the
#: label) at fault, ``note`` frictionless's own.
ERROR_COLUMNS = ("row_number", "field", "field_number", "type", "constraint", "cell", "note")


@dataclass(frozen=True, slots=True)
class Piece:
    """The same error in several rows; ``cell`` and ``note`` may differ from row to row."""

    row_numbers: Rows
    type: str
    field: str = ""
    field_number: int = 0
    constraint: str = ""
    cell: str | Cells = ""
    note: str | Cells = ""


def error_table(pieces: Sequence[Piece]) -> pd.DataFrame:
    """The lines of all pieces, by row and then in the order of the pieces."""
    pieces = [piece for piece in pieces if len(piece.row_numbers)]
    if not pieces:
        return _no_errors().copy()
    sizes = [len(piece.row_numbers) for piece in pieces]
    row_numbers = np.concatenate([piece.row_numbers for piece in pieces])
    order = np.argsort(row_numbers, kind="stable")
    field_numbers = np.repeat([piece.field_number for piece in pieces], sizes)
    columns: dict[str, object] = {}
    for name in ERROR_COLUMNS:
        if name == "row_number":
            columns[name] = row_numbers[order]
        elif name == "field_number":
            columns[name] = field_numbers[order].astype("int64")
        else:
            parts = [
                _texts(getattr(piece, name), size)
                for piece, size in zip(pieces, sizes, strict=True)
            ]
            columns[name] = pd.Series(pa.concat_arrays(parts).take(order).to_pandas(), dtype="str")
    return pd.DataFrame(columns)


def _texts(value: str | Cells, size: int) -> Cells:
    if isinstance(value, str):
        return pa.repeat(pa.scalar(value, pa.large_string()), size)
    return value


@cache
def _no_errors() -> pd.DataFrame:
    kinds = {name: "int64" if name.endswith("number") else "str" for name in ERROR_COLUMNS}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def messages(errors: pd.DataFrame) -> list[str]:
    """The sentence frictionless says of each error, in English."""
    from frictionless import Error, helpers

    templates = {kind.type: kind.template for kind in Error.list_children(root=True)}
    return [
        helpers.safe_format(
            templates.get(str(line.type), "{note}"),
            {
                "rowNumber": line.row_number,
                "fieldName": line.field,
                "fieldNumber": line.field_number,
                "cell": line.cell,
                "label": line.cell,
                "note": line.note,
            },
        )
        for line in errors.itertuples(index=False)
    ]
