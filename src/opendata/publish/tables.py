"""CSV: UTF-8 without BOM, comma, CRLF, ISO dates, decimal point (RFC 4180).

Spreadsheets run a cell that begins with = + - @ as a formula. Texts were defused when they
were normalised, so that every format holds the same values; telephone numbers keep the +
the national standard requires.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from opendata.language import Text
from opendata.model import Artifact, Release
from opendata.schema import table_schema

NAME = "csv"
TABLES = ("lieux", "passerelle", "identifiants", "sources", "quarantaine", "changements")


def write(release: Release, folder: Path) -> list[Artifact]:
    """One CSV per table of the release, named after its schema."""
    return [write_table(release.tables[name], name, folder, table_schema(name)) for name in TABLES]


def write_table(
    table: pd.DataFrame, name: str, folder: Path, schema: Mapping[str, Any]
) -> Artifact:
    """Write one table of text, its columns in the order of its schema."""
    columns = [field["name"] for field in schema["fields"]]
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        table[columns].to_csv(handle, index=False, lineterminator="\r\n")
    title = Text(schema["title"], schema["title_en"])
    return Artifact(name, path.name, title, "csv", "text/csv", schema)
