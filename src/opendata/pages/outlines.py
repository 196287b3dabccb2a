"""The outlines of the areas of a release, light enough for a page."""

from functools import lru_cache
from pathlib import Path
from typing import Any

#: How far a border may be from where it is published, in metres, by table of areas.
TOLERANCES = {"departements": 300.0, "epci": 200.0, "communes": 100.0}


@lru_cache(maxsize=32)
def outlines_of(release: Path, level: str) -> dict[str, Any] | None:
    """A GeoJSON FeatureCollection (properties code, nom); None where no contour is known.

    Several pages ask for the same; a release never changes. Treat the result as read-only.
    """
    path = release / f"indicateurs-{level}.parquet"
    if not path.is_file():
        return None
    import geopandas

    from opendata.site.simplify import simplified

    frame = geopandas.read_parquet(path, columns=["code", "nom", "geometry"])
    frame = frame[frame.geometry.notna()]
    if frame.empty or (frame.geometry.geom_type == "Point").all():
        return None
    found = simplified(frame, TOLERANCES[level])
    names = dict(zip(frame["code"], frame["nom"], strict=True))
    for feature in found["features"]:
        feature["properties"]["nom"] = names[feature["properties"]["code"]]
    return found
