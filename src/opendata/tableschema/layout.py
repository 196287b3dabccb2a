"""What the schema makes of the header: frictionless is asked, with a table without rows."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from opendata.tableschema.lines import Piece

#: Frictionless guesses the fields that a schema does not have from this many lines.
SAMPLE_LINES = 100


@dataclass(frozen=True, slots=True)
class Layout:
    """``fields`` has one frictionless Field per column (all those of the schema when the
    table has no column), or is None when frictionless would not read a single row."""

    problems: tuple[Piece, ...]
    fields: tuple[Any, ...] | None
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[Mapping[str, Any], ...] = ()


def read_layout(labels: Sequence[str], schema: Mapping[str, Any], sample: list[Any]) -> Layout:
    """The layout of a table that begins with these labels.

    Raises FrictionlessException when the schema is not a Table Schema, or when one of its
    patterns or bounds cannot be used.
    """
    text = json.dumps(schema, ensure_ascii=False)
    if schema.get("fields"):
        return _known_layout(tuple(labels), text)
    return _ask(list(labels), json.loads(text), sample)


@lru_cache(maxsize=64)
def _known_layout(labels: tuple[str, ...], schema: str) -> Layout:
    # Reading a schema costs 50 ms, and each source of a dataset asks for the same ones.
    return _ask(list(labels), json.loads(schema), [])


def _ask(labels: list[str], schema: dict[str, Any], sample: list[Any]) -> Layout:
    from frictionless import FrictionlessException, Schema
    from frictionless.resources import TableResource

    # A resource decides which version of the standard its schema follows, and a bare one
    # follows the first: it takes the version that the schema states.
    version = TableResource.metadata_v2_profile if "/2." in schema.get("$schema", "") else None
    resource = TableResource(
        data=[labels, *sample],
        schema=Schema.from_descriptor(schema),
        schema_profile=version,
    )
    try:
        resource.to_descriptor(validate=True)
        resource.open()  # type: ignore[no-untyped-call]
    except FrictionlessException as refused:
        return Layout(tuple(map(_without_row, refused.to_errors())), None)
    except re.error as broken:
        raise _unusable(f"a pattern is not a regular expression: {broken}") from broken
    with resource:
        problems = tuple(map(_of_header, resource.header.errors))
        fields = tuple(resource.header.get_expected_fields())
        keys = tuple(resource.schema.primary_key), tuple(resource.schema.foreign_keys)
    _refuse_bad_bounds(fields)
    return Layout(problems, fields, *keys)


def _without_row(error: Any) -> Piece:
    return Piece(np.zeros(1, "int64"), error.type, note=error.note)


def _of_header(error: Any) -> Piece:
    return Piece(
        np.ones(1, "int64"),
        error.type,
        field=getattr(error, "field_name", ""),
        field_number=getattr(error, "field_number", 0),
        cell=getattr(error, "label", ""),
        note=error.note,
    )


def _refuse_bad_bounds(fields: Sequence[Any]) -> None:
    # Frictionless compares every cell with None, and stops with a TypeError.
    for field in fields:
        read = field.create_value_reader()
        for name, bound in field.constraints.items():
            if name.lower().endswith("imum") and bound is not None and read(bound) is None:
                raise _unusable(f'"{name}" of "{field.name}" is not of its type: "{bound}"')


def _unusable(note: str) -> Exception:
    from frictionless import FrictionlessException, errors

    refusal: Exception = FrictionlessException(errors.SchemaError(note=note))
    return refusal
