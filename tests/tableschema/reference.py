"""What frictionless itself says of a table, in the form of ``find_errors``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from frictionless import Checklist, Resource, Schema

from opendata.tableschema import find_errors, messages

ALL_ERRORS = 10**9


def frictionless_errors(schema: Mapping[str, Any], **source: Any) -> Counter[tuple[Any, ...]]:
    """Type, row, field, field number, cell, note and message of each error."""
    version = Resource.metadata_v2_profile if "$schema" in schema else None
    fields = Schema.from_descriptor(dict(schema))
    resource = Resource(schema=fields, schema_profile=version, **source)
    report = resource.validate(Checklist(), limit_errors=ALL_ERRORS)
    return Counter(map(_line, report.tasks[0].errors))


def _line(error: Any) -> tuple[Any, ...]:
    in_header = 1 if hasattr(error, "row_numbers") else 0
    return (
        error.type,
        getattr(error, "row_number", in_header),
        getattr(error, "field_name", ""),
        getattr(error, "field_number", 0),
        getattr(error, "cell", getattr(error, "label", "")),
        error.note,
        error.message,
    )


def our_errors(schema: Mapping[str, Any], table: pd.DataFrame) -> Counter[tuple[Any, ...]]:
    """The same of our own errors."""
    errors = find_errors(table, schema)
    names = ["type", "row_number", "field", "field_number", "cell", "note"]
    columns = [errors[name].tolist() for name in names]
    return Counter(zip(*columns, messages(errors), strict=True))


def as_table(labels: Sequence[str], rows: Sequence[Sequence[str]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(labels), dtype="str")
