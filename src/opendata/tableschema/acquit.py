"""Kernels over whole columns that say which cells certainly conform to a field.

A cell they do not acquit is not at fault yet: frictionless will be asked. Each kernel may
therefore be as narrow as the plain spellings that files are made of.
"""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from opendata.tableschema.lines import Cells, Mask
from opendata.tableschema.patterns import anchored, for_arrow

_DAY = (
    r"[1-9][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_HEX = "[0-9a-f]"
#: (type, format) -> spellings that are values of it for certain.
_SPELLINGS = {
    ("date", "default"): _DAY,
    ("time", "default"): _CLOCK,
    ("datetime", "default"): rf"{_DAY}T{_CLOCK}(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])?",
    ("yearmonth", "default"): "[0-9]{4}-(?:0[1-9]|1[0-2])",
    ("geopoint", "default"): (
        r"-?(?:1[0-7][0-9]|[1-9]?[0-9])(?:\.[0-9]{1,30})?, ?-?[1-8]?[0-9](?:\.[0-9]{1,30})?"
    ),
    ("string", "uuid"): f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}",
}
_NUMERIC = {
    "integer": "-?[0-9]{1,30}",
    "number": r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?",
    "year": "[0-9]{4}",
}
#: (type, format) -> spellings of which no two are the same value.
_INJECTIVE = {
    ("date", "default"): _DAY,
    ("time", "default"): _CLOCK,
    ("yearmonth", "default"): _SPELLINGS["yearmonth", "default"],
    ("integer", "default"): "0|-?[1-9][0-9]{0,29}",
    ("year", "default"): "[0-9]{4}",
}
_FORMATTED = ("email", "uri", "uuid", "binary", "wkt")


def acquitted(cells: Cells, field: Any) -> Mask:
    """Which cells certainly conform to a frictionless ``field``; null is never acquitted."""
    certain = _of_type(cells, field)
    for name in field.supported_constraints:
        wanted = field.constraints.get(name)
        if certain is None:
            break
        if wanted is None or name == "required":
            continue
        judge = _CONSTRAINTS.get(name)
        fit = judge(cells, field, wanted) if judge else None
        certain = None if fit is None else pc.and_(certain, fit)
    if certain is None:
        return np.zeros(len(cells), dtype=bool)
    return np.asarray(certain.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)


def is_text(field: Any) -> bool:
    """Whether every cell of the field is its own value."""
    return field.type == "any" or (field.type == "string" and field.format not in _FORMATTED)


def is_costly(field: Any) -> bool:
    """Whether judging a cell costs more than finding its twins."""
    return not is_text(field) or field.constraints.get("pattern") is not None


def spelt_apart(texts: Cells, field: Any) -> bool:
    """Whether these distinct texts are certainly as many different values of the field."""
    if is_text(field):
        return True
    spelling = _INJECTIVE.get((field.type, field.format))
    if spelling is None:
        return False
    return bool(pc.all(_spelt(texts, spelling), skip_nulls=True).as_py() is not False)


def _spelt(cells: Cells, spelling: str) -> Cells:
    return pc.match_substring_regex(cells, rf"\A(?:{spelling})\z")


def _of_type(cells: Cells, field: Any) -> Cells | None:
    if is_text(field):
        return pc.is_valid(cells)
    if field.type in _NUMERIC:
        plain = _plain_numbers(cells, field)
        return None if plain is None else _spelt(plain, _NUMERIC[field.type])
    spelling = _SPELLINGS.get((field.type, field.format))
    return None if spelling is None else _spelt(cells, spelling)


def _plain_numbers(cells: Cells, field: Any) -> Cells | None:
    """The cells as frictionless hands them to Decimal; null where it refuses."""
    if field.type == "year":
        return cells
    if not field.bare_number:
        return None
    if field.type == "integer":
        return cells
    if field.group_char:
        cells = pc.replace_substring(cells, field.group_char, "")
    if field.decimal_char == ".":
        return cells
    if not field.decimal_char:
        return None
    point = pc.match_substring(cells, ".")
    cells = pc.replace_substring(cells, field.decimal_char, ".")
    return pc.if_else(point, pa.scalar(None, cells.type), cells)


def _enumerated(cells: Cells, field: Any, wanted: Any) -> Cells | None:
    if not is_text(field):
        return None
    texts = [value for value in wanted if isinstance(value, str)]
    return pc.is_in(cells, value_set=pa.array(texts, pa.large_string()))


def _matching(cells: Cells, field: Any, wanted: str) -> Cells:
    shared = for_arrow(wanted)
    if shared is not None:
        try:
            return pc.match_substring_regex(cells, shared)
        except pa.ArrowInvalid:
            pass  # RE2 refuses what Python allows, such as 1,001 repetitions.
    match = re.compile(anchored(wanted)).match
    return pa.array([text is not None and bool(match(text)) for text in cells.to_pylist()])


def _length(compare: Callable[..., Cells]) -> Callable[..., Cells | None]:
    def judge(cells: Cells, field: Any, wanted: int) -> Cells:
        return compare(pc.utf8_length(cells), wanted)

    return judge


def _bound(compare: Callable[..., Cells]) -> Callable[..., Cells | None]:
    """Rounding to doubles keeps the order, so a strict order of doubles is certain; cells
    that round to the bound itself are left to frictionless."""

    def judge(cells: Cells, field: Any, wanted: Any) -> Cells | None:
        plain = _plain_numbers(cells, field) if field.type in _NUMERIC else None
        if plain is None:
            return None
        number = pc.if_else(
            _spelt(plain, _NUMERIC[field.type]), plain, pa.scalar(None, plain.type)
        ).cast(pa.float64())
        return compare(number, _rounded(field.create_value_reader()(wanted)))

    return judge


def _rounded(bound: Any) -> float:
    try:
        return float(bound)
    except (OverflowError, ValueError):
        return math.nan


_CONSTRAINTS: dict[str, Callable[..., Cells | None]] = {
    "minLength": _length(pc.greater_equal),
    "maxLength": _length(pc.less_equal),
    "pattern": _matching,
    "enum": _enumerated,
    "minimum": _bound(pc.greater),
    "exclusiveMinimum": _bound(pc.greater),
    "maximum": _bound(pc.less),
    "exclusiveMaximum": _bound(pc.less),
}
