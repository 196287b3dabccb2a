"""GeoJSON (RFC 7946): WGS 84, at most six decimals, null geometry where there is no point.

Features carry no ``id`` member: readers that make one table of both would give two columns
of that name (the property ``id`` is the producer's); ``lieu_id`` is the permanent one.
"""

import json
from pathlib import Path

from opendata.language import Text
from opendata.model import Artifact, Release
from opendata.schema import fields

NAME = "geojson"


def write(release: Release, folder: Path) -> list[Artifact]:
    """``lieux.geojson``, one feature per line so that two releases can be compared."""
    places = release.tables["lieux"]
    names = list(fields())
    numbers = {name for name, field in fields().items() if field.type == "number"}
    path = folder / "lieux.geojson"
    with path.open("w", encoding="utf-8", newline="") as handle:
        handle.write('{"type": "FeatureCollection", "features": [')
        separator = "\n"
        for row in places[names].itertuples(index=False, name=None):
            record = dict(zip(names, row, strict=True))
            properties = {
                name: (float(value) if name in numbers else value) if value != "" else None
                for name, value in record.items()
            }
            feature = {
                "type": "Feature",
                "geometry": _point(properties["longitude"], properties["latitude"]),
                "properties": properties,
            }
            handle.write(separator + json.dumps(feature, ensure_ascii=False))
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


def _point(longitude: object, latitude: object) -> dict[str, object] | None:
    if longitude is None:
        return None
    return {"type": "Point", "coordinates": [longitude, latitude]}
