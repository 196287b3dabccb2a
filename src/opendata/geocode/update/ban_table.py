"""The addresses of one département as one table: usable lines only, typed and sorted.

Text that repeats is kept once (as dictionaries), so that a million addresses fit in a few
hundred megabytes.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from opendata.normalise.coordinates import FRANCE

#: What is written, in this order: ``numero`` is 0 where there is none, a text is never null.
_TYPES: dict[str, pa.DataType] = {
    "id": pa.string(),
    "numero": pa.int32(),
    "rep": pa.string(),
    "nom_voie": pa.string(),
    "nom_ld": pa.string(),
    "code_postal": pa.string(),
    "code_insee": pa.string(),
    "nom_commune": pa.string(),
    "code_insee_ancienne_commune": pa.string(),
    "nom_ancienne_commune": pa.string(),
    "longitude": pa.float64(),
    "latitude": pa.float64(),
    "type_position": pa.string(),
}
SCHEMA = pa.schema(_TYPES)
_ORDER = ("code_insee", "nom_voie", "code_insee_ancienne_commune", "numero", "rep", "id")
REPEATED = tuple(
    name for name in SCHEMA.names if name not in ("id", "numero", "longitude", "latitude")
)
DICTIONARY = pa.dictionary(pa.int32(), pa.string())
#: What a block has between its reading and the end: :data:`SCHEMA` with dictionaries.
BLOCK = pa.schema(
    [(field.name, DICTIONARY if field.name in REPEATED else field.type) for field in SCHEMA]
)
_DEGREES = r"^[+-]?[0-9]{1,3}(\.[0-9]*)?$"
_HOUSE_NUMBER = r"^[0-9]{1,9}$"

#: Rows of one row group: what a reader of a few communes must at least decode.
SLICE_ROWS = 65_536

_Flags = npt.NDArray[np.bool_]
#: The stubs of pyarrow ask for type parameters that pyarrow itself refuses.
_Array = Any
_Coded = Any


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one département, sorted as they are written.

    ``table`` has the columns of :data:`SCHEMA` with dictionaries in place of text (see
    :meth:`slices`). ``dropped`` counts the lines left out by reason: ``ligne_illisible``,
    ``sans_commune``, ``sans_nom``, ``point_illisible``, ``hors_france``. ``new_columns``
    are those that nobody knew when this was written.
    """

    table: pa.Table
    streets: int
    dropped: dict[str, int]
    new_columns: tuple[str, ...]

    def slices(self, schema: pa.Schema = SCHEMA) -> Iterator[pa.Table]:
        """The table in its published types, ``SLICE_ROWS`` rows at a time."""
        for start in range(0, self.table.num_rows, SLICE_ROWS):
            yield self.table.slice(start, SLICE_ROWS).cast(schema)


def usable(rows: pa.Table, dropped: Counter[str]) -> pa.Table:
    """One block without the lines that no address can be made of, in the columns written."""
    count = rows.num_rows
    absent = pa.DictionaryArray.from_arrays(np.zeros(count, dtype=np.int32), pa.array([""]))
    texts: dict[str, _Coded] = {
        name: rows[name].combine_chunks() if name in rows.column_names else absent
        for name in REPEATED
    }
    longitude, latitude = _degrees(rows["lon"]), _degrees(rows["lat"])
    keep = np.ones(count, dtype=bool)
    for reason, wrong in (
        ("sans_commune", _blank(texts["code_insee"])),
        ("sans_nom", _blank(texts["nom_voie"]) & _blank(texts["nom_ld"])),
        # The sea off Ghana, where empty points end up.
        (
            "point_illisible",
            ~np.isfinite(longitude + latitude) | ((longitude == 0) & (latitude == 0)),
        ),
        ("hors_france", ~_in_france(longitude, latitude)),
    ):
        dropped[reason] += int(np.count_nonzero(keep & wrong))
        keep &= ~wrong
    columns = texts | {
        "id": rows["id"].combine_chunks(),
        "numero": _house_numbers(rows["numero"].combine_chunks()),
        "longitude": pa.array(longitude),
        "latitude": pa.array(latitude),
    }
    table = pa.table([columns[name] for name in SCHEMA.names], schema=BLOCK)
    return table if keep.all() else table.filter(pa.array(keep))


def _each(column: _Coded, of_distinct: _Array) -> npt.NDArray[np.generic]:
    """What was found for each distinct text, for each row."""
    found: npt.NDArray[np.generic] = of_distinct.to_numpy(zero_copy_only=False)[
        column.indices.to_numpy(zero_copy_only=False)
    ]
    return found


def _blank(column: _Coded) -> _Flags:
    trimmed = pc.utf8_trim_whitespace(column.dictionary)
    return _each(column, pc.equal(trimmed, pa.scalar(""))).astype(bool)


def _house_numbers(column: _Coded) -> _Array:
    trimmed = pc.utf8_trim_whitespace(column.dictionary)
    number = pc.match_substring_regex(trimmed, _HOUSE_NUMBER)
    return pa.array(_each(column, pc.if_else(number, trimmed, "0").cast(pa.int32())))


def _degrees(column: _Array) -> npt.NDArray[np.float64]:
    """NaN where the text is no plain decimal number."""
    text = pc.utf8_trim_whitespace(column)
    number = pc.match_substring_regex(text, _DEGREES)
    values = pc.if_else(number, text, "nan").cast(pa.float64())
    found: npt.NDArray[np.float64] = values.to_numpy()
    return found


def _in_france(longitude: npt.NDArray[np.float64], latitude: npt.NDArray[np.float64]) -> _Flags:
    inside = np.zeros(len(longitude), dtype=bool)
    for south, north, west, east in FRANCE:
        inside |= (
            (south <= latitude) & (latitude <= north) & (west <= longitude) & (longitude <= east)
        )
    return inside


def in_order(table: pa.Table) -> pa.Table:
    """The rows in the order written; each dictionary sorted, trimmed and without repeats."""
    columns: dict[str, _Coded] = {name: table[name].combine_chunks() for name in table.column_names}
    for name in REPEATED:
        columns[name] = _ranked(columns[name])
    keys = {name: columns[name].indices if name in REPEATED else columns[name] for name in _ORDER}
    order = pc.sort_indices(pa.table(keys), [(name, "ascending") for name in _ORDER])
    return pa.table({name: column.take(order) for name, column in columns.items()})


def _ranked(column: _Coded) -> _Coded:
    """The same texts, trimmed, under indices that sort as the texts do."""
    trimmed = pc.utf8_trim_whitespace(column.dictionary)
    distinct = pc.unique(trimmed)
    distinct = distinct.take(pc.sort_indices(distinct))
    renamed = pc.index_in(trimmed, distinct)
    return pa.DictionaryArray.from_arrays(renamed.take(column.indices), distinct)


def streets(table: pa.Table) -> int:
    """How many distinct streets: a name in a commune, or in a former one that it absorbed."""
    names = ("code_insee", "nom_voie", "code_insee_ancienne_commune")
    parts: list[_Coded] = [table[name].combine_chunks() for name in names]
    named = ~_blank(parts[1])
    keys = np.stack([part.indices.to_numpy()[named] for part in parts])
    # The rows are sorted by these three: a street begins where one of them changes.
    return int(np.count_nonzero((keys[:, 1:] != keys[:, :-1]).any(axis=0))) + bool(named.any())
