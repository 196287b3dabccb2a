"""All the errors of a table of text."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from opendata.tableschema.column import FIRST_LINE, Column, cell_pieces, column_of
from opendata.tableschema.keys import (
    Values,
    foreign_key_pieces,
    primary_key_pieces,
    unique_pieces,
)
from opendata.tableschema.layout import SAMPLE_LINES, read_layout
from opendata.tableschema.lines import Mask, Piece, error_table


def find_errors(table: pd.DataFrame, schema: Mapping[str, Any]) -> pd.DataFrame:
    """The errors that frictionless finds in a table, one line each, by row.

    ``table`` holds text as it is read from CSV; "" is no value unless ``missingValues``
    says otherwise, null always is none. The lines have :data:`ERROR_COLUMNS`. Raises
    FrictionlessException when ``schema`` is not a Table Schema.
    """
    labels = [str(name) for name in table.columns]
    sample = [] if schema.get("fields") else table.head(SAMPLE_LINES - 1).to_numpy().tolist()
    layout = read_layout(labels, schema, sample)
    pieces = list(layout.problems)
    if layout.fields is None:
        return error_table(pieces)
    rows = len(table)
    if not rows:
        if not labels:
            pieces.append(Piece(np.zeros(1, "int64"), "source-error", note="the source is empty"))
        return error_table(pieces)
    columns = [
        column_of(field, number, table.iloc[:, number - 1] if labels else None, rows)
        for number, field in enumerate(layout.fields, start=1)
    ]
    blank = _blank(columns, rows)
    for column in columns:
        pieces += cell_pieces(column, blank)
    pieces.append(Piece(np.flatnonzero(blank) + FIRST_LINE, "blank-row"))
    values = Values({column.field.name: column for column in columns})
    pieces += unique_pieces(values)
    pieces += primary_key_pieces(values, layout.primary_key)
    pieces += foreign_key_pieces(values, layout.foreign_keys, rows)
    return error_table(pieces)


def _blank(columns: list[Column], rows: int) -> Mask:
    """Rows without a single value; all other errors of their cells are left untold."""
    blank = np.ones(rows, dtype=bool)
    for column in columns:
        blank &= column.missing
        if not blank.any():
            break
    return blank
