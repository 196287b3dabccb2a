"""GeoJSON (RFC 7946): WGS 84, at most six decimals, null geometry where there is no point.

Features carry no ``id`` member: readers that make one table of both would give two columns
of that name (the property ``id`` is the producer's); ``lieu_id`` is the permanent one.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from opendata.language import Text
from opendata.model import Artifact, Release
from opendata.schema import fields
from opendata.tables import over_distinct

NAME = "geojson"
#: Rows written at once: bounds the memory, whatever the number of places.
_CHUNK = 10_000


def write(release: Release, folder: Path) -> list[Artifact]:
    """``lieux.geojson``, one feature per line so that two releases can be compared."""
    path = folder / "lieux.geojson"
    with path.open("w", encoding="utf-8", newline="") as handle:
        handle.write('{"type": "FeatureCollection", "features": [')
        separator = "\n"
        for lines in feature_lines(release.tables["lieux"]):
            handle.write(separator + ",\n".join(lines))
            separator = ",\n"
        handle.write("\n]}\n")
    return [
        Artifact(
            "lieux-geojson",
            path.name,
            Text("Lieux numériques (GeoJSON)", "Digital places (GeoJSON)"),
            "geojson",
            "application/geo+json",
        )
    ]


def feature_lines(places: pd.DataFrame) -> Iterator[list[str]]:
    """The features of the places as JSON texts, some rows at a time.

    Text is joined by column: a row costs no Python, a distinct value one call.
    """
    import pyarrow.compute as pc

    for start in range(0, len(places), _CHUNK):
        rows = places.iloc[start : start + _CHUNK]
        members = [
            _arrow(f'"{name}": ' + _values(rows[name], field.type))
            for name, field in fields().items()
        ]
        properties = pc.binary_join_element_wise(*members, _text(", "))
        opening, middle = '{"type": "Feature", "geometry": ', ', "properties": {'
        parts = (_text(opening), _arrow(_points(rows)), _text(middle), properties, _text("}}"))
        yield pc.binary_join_element_wise(*parts, _text("")).to_pylist()


def _values(column: pd.Series, kind: str) -> pd.Series:
    """The cells of one column as JSON: null for no value, numbers bare."""
    import orjson

    if kind in ("number", "integer"):
        return column.mask(column == "", "null")
    said = over_distinct(column, lambda text: orjson.dumps(text).decode())
    return said.mask(said == "", "null")


def _points(rows: pd.DataFrame) -> pd.Series:
    point = '{"type": "Point", "coordinates": [' + rows["longitude"] + ", " + rows["latitude"]
    return (point + "]}").mask(rows["longitude"] == "", "null")


def _arrow(column: pd.Series) -> Any:
    import pyarrow as pa

    return pa.array(column, type=pa.large_string(), from_pandas=True)


def _text(text: str) -> Any:
    import pyarrow as pa

    return pa.scalar(text, pa.large_string())
