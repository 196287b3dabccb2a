"""GeoPackage 1.2, for QGIS and other desktop GIS: one layer ``lieux``, in WGS 84.

Version 1.2 because older GDAL releases warn of 1.3 and 1.4. The file says when it was made; that
moment is the release's, so that the same release makes the same bytes.
"""

from pathlib import Path

from opendata.files import rfc3339
from opendata.language import Text
from opendata.model import Artifact, Release
from opendata.publish.geoparquet import shaped, typed
from opendata.schema import table_schema

NAME = "geopackage"
LAYER = "lieux"
#: The option of GDAL's driver that stands for the clock.
_CLOCK = "OGR_CURRENT_DATE"


def write(release: Release, folder: Path) -> list[Artifact]:
    """``lieux.gpkg``: the rows of ``lieux`` in the order of the CSV, with a spatial index."""
    import pyogrio

    schema = table_schema()
    path = folder / "lieux.gpkg"
    frame = shaped(typed(release.tables["lieux"], schema))
    before = pyogrio.get_gdal_config_option(_CLOCK)
    pyogrio.set_gdal_config_options({_CLOCK: rfc3339(release.created).replace("Z", ".000Z")})
    try:
        pyogrio.write_dataframe(
            frame,
            path,
            layer=LAYER,
            driver="GPKG",
            geometry_type="Point",
            use_arrow=True,
            dataset_options={"VERSION": "1.2"},
            layer_options={"IDENTIFIER": schema["title"], "DESCRIPTION": schema["description"]},
        )
    finally:
        pyogrio.set_gdal_config_options({_CLOCK: before})
    return [
        Artifact(
            "lieux-gpkg",
            path.name,
            Text("Lieux numériques (GeoPackage)", "Digital places (GeoPackage)"),
            "gpkg",
            "application/geopackage+sqlite3",
        )
    ]
