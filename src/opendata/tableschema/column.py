"""One column of cells, judged by its field."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from opendata.tableschema.acquit import acquitted, is_costly
from opendata.tableschema.lines import Cells, Mask, Piece, Rows

#: Cells judged at once: their texts stay in the processor's cache.
_BATCH_CELLS = 65_536
#: Working on distinct texts pays when some of such a sample of a batch repeat: nine tenths
#: of distinct texts in the sample are a third in the batch.
_SAMPLE_CELLS = 2_000
_DISTINCT_SHARE = 0.9

#: Line of the first row of cells, when the header is line 1.
FIRST_LINE = 2


@dataclass(frozen=True, slots=True)
class Column:
    """What stands under one label (None: nothing does). ``missing``: cells without a value."""

    field: Any
    number: int
    values: pd.Series | None
    missing: Mask

    def batches(self) -> Iterator[tuple[int, Cells]]:
        """The texts, some at a time, and the row where each batch begins; never copied."""
        if self.values is None:
            yield 0, pa.nulls(len(self.missing), pa.large_string())
            return
        texts = _texts(self.values)
        first = 0
        for chunk in texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]:
            for start in range(0, len(chunk), _BATCH_CELLS):
                cells = chunk.slice(start, _BATCH_CELLS)
                yield first, cells
                first += len(cells)

    def cells(self) -> Cells:
        """All the texts in one piece."""
        return pa.concat_arrays([cells for _, cells in self.batches()])


def column_of(field: Any, number: int, values: pd.Series | None, rows: int) -> Column:
    """The column of a table; all of it is missing when the table does not have it."""
    if values is None:
        return Column(field, number, values, np.ones(rows, dtype=bool))
    known = missing_values(field)
    missing: Any
    if known == [""]:  # sixteen times as fast as the general way
        missing = pc.equal(_texts(values), pa.scalar("", pa.large_string()))
        missing = missing.fill_null(True)
    else:
        no_values = pa.array([*known, None], pa.large_string())
        missing = pc.is_in(_texts(values), value_set=no_values)
    if isinstance(missing, pa.ChunkedArray):
        missing = missing.combine_chunks()
    return Column(field, number, values, missing.to_numpy(zero_copy_only=False))


def _texts(values: pd.Series) -> Cells:
    """The cells as Arrow has them, in one piece or in several."""
    cells: Cells = pa.array(values.astype("str"))
    return cells if cells.type == pa.large_string() else cells.cast(pa.large_string())


def missing_values(field: Any) -> list[str]:
    """The texts that are no value for a field, as Field.create_cell_reader finds them."""
    texts = field.missing_values
    if not field.has_defined("missing_values") and field.schema:
        texts = field.schema.missing_values
    return list(texts)


def read_cell(reader: Any, field: Any, text: str | None) -> tuple[Any, dict[str, str]]:
    """The value of a cell and what frictionless notes of it.

    A few cells stop frictionless with an exception: "sNaN" beside a bound, a time with an
    offset beside a bound without. They are told as values of the wrong type.
    """
    try:
        value, notes = reader(text)
    except (ArithmeticError, TypeError):
        return None, {"type": f'type is "{field.type}/{field.format}"'}
    return value, notes or {}


def cell_pieces(column: Column, blank: Mask) -> list[Piece]:
    """The errors of the cells of a column, outside the rows that are blank."""
    reader = column.field.create_cell_reader()
    found: dict[tuple[str, str], list[tuple[Rows, Cells]]] = defaultdict(list)
    verdicts: dict[str, dict[str, str]] = {}
    absent = read_cell(reader, column.field, None)[1]
    for first, cells in column.batches():
        missing = column.missing[first : first + len(cells)]
        if absent:
            lacking = np.flatnonzero(missing & ~blank[first : first + len(cells)])
            for told in absent.items():
                found[told].append((lacking + first, cells.take(lacking).fill_null("")))
        rows, codes, texts = _doubtful(cells, missing, column.field)
        if not len(rows):
            continue
        at_fault: dict[tuple[str, str], list[int]] = defaultdict(list)
        used = np.unique(codes)
        for code, text in zip(used.tolist(), texts.take(used).to_pylist(), strict=True):
            if text not in verdicts:
                verdicts[text] = read_cell(reader, column.field, text)[1]
            for told in verdicts[text].items():
                at_fault[told].append(code)
        for told, wrong in at_fault.items():
            hit = np.zeros(len(texts), dtype=bool)
            hit[wrong] = True
            here = hit[codes]
            found[told].append((rows[here] + first, texts.take(codes[here])))
    return [
        Piece(
            np.concatenate([rows for rows, _ in parts]) + FIRST_LINE,
            "type-error" if name == "type" else "constraint-error",
            field=column.field.name,
            field_number=column.number,
            constraint="" if name == "type" else name,
            cell=pa.concat_arrays([texts for _, texts in parts]),
            note=note,
        )
        for (name, note), parts in found.items()
    ]


def _doubtful(cells: Cells, missing: Mask, field: Any) -> tuple[Rows, Rows, Cells]:
    """Rows with a cell that no kernel acquits, and its text as a number into the last."""
    if is_costly(field) and _repetitive(cells, missing):
        codes, texts = encoded(cells)
        doubt = ~acquitted(texts, field)
        rows = np.flatnonzero(doubt[codes] & ~missing)
        return rows, codes[rows], texts
    rows = np.flatnonzero(~(acquitted(cells, field) | missing))
    codes, texts = encoded(cells.take(rows))
    return rows, codes, texts


def encoded(cells: Cells) -> tuple[Rows, Cells]:
    """Each cell as a number into the distinct texts (null: any number)."""
    pairs = cells.dictionary_encode()
    codes = pairs.indices.fill_null(0).to_numpy(zero_copy_only=False).astype("int64")
    # One text at least, so that the number given to null can be looked up.
    texts = pairs.dictionary if len(pairs.dictionary) else pa.array([""], pa.large_string())
    return codes, texts


def _repetitive(cells: Cells, missing: Mask) -> bool:
    present = np.flatnonzero(~missing)
    sample = present[:: len(present) // _SAMPLE_CELLS + 1]
    distinct = int(pc.count_distinct(cells.take(sample)).as_py())
    return distinct <= _DISTINCT_SHARE * len(sample)
