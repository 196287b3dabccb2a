"""The national standard v1.0.2: exactly its 32 columns, only the rows that conform.

A row whose place has no SIRET, RNA or RIDET gets the pivot of fourteen zeros that is
national practice; a row without address, date or services is not conforming and is left
out here (it stays in ``lieux``).
"""

import copy
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from opendata.language import Text
from opendata.model import Artifact, Release
from opendata.publish.tables import write_table
from opendata.schema import table_schema

NAME = "lieux-standard"
#: Where the national standard is described, in this version.
STANDARD = "https://schema.data.gouv.fr/LaMednum/standard-mediation-num/1.0.2"
NO_PIVOT = "0" * 14


@cache
def standard_schema() -> dict[str, Any]:
    """The Table Schema of the national standard, derived from ours."""
    ours = table_schema()
    entries = []
    for entry in ours["fields"]:
        if entry["standard"]:
            copied = copy.deepcopy(entry)
            copied["constraints"]["required"] = entry.get("standard_required", False)
            entries.append(copied)
    next(entry for entry in entries if entry["name"] == "id")["constraints"]["unique"] = True
    return {
        "$schema": ours["$schema"],
        "name": NAME,
        "title": "Lieux, au standard national de la médiation numérique (v1.0.2)",
        "title_en": "Places, in the national digital mediation standard (v1.0.2)",
        "description": "Les lieux qui satisfont toutes les exigences du standard national.",
        "description_en": "The places that meet every requirement of the national standard.",
        "version": "1.0.2",
        "fields": entries,
        "primaryKey": ["id"],
        "missingValues": [""],
    }


def standard_rows(places: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``lieux`` that conform, with the standard's columns."""
    schema = standard_schema()
    columns = [entry["name"] for entry in schema["fields"]]
    rows = places[columns].assign(
        id=places["lieu_id"], pivot=places["pivot"].mask(places["pivot"] == "", NO_PIVOT)
    )
    return rows[(rows[_required()] != "").all(axis=1)]


def _required() -> list[str]:
    return [
        entry["name"] for entry in standard_schema()["fields"] if entry.get("standard_required")
    ]


def shortfall(places: pd.DataFrame) -> dict[str, Any]:
    """How many places conform (``lieux``) and, per field, how many lack what is required."""
    made_here = ("id", "pivot")
    lacking = {
        name: int((places[name] == "").sum()) for name in _required() if name not in made_here
    }
    return {
        "lieux": len(standard_rows(places)),
        "manques": {name: count for name, count in lacking.items() if count},
    }


def write(release: Release, folder: Path) -> list[Artifact]:
    """``lieux-standard.csv``."""
    schema = standard_schema()
    artifact = write_table(standard_rows(release.tables["lieux"]), NAME, folder, schema)
    return [
        Artifact(
            NAME,
            artifact.path,
            Text(schema["title"], schema["title_en"]),
            artifact.format,
            artifact.mediatype,
            schema,
            standard=STANDARD,
        )
    ]
