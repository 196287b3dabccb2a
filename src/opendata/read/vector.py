"""Vector files of geographic tools, through GDAL: GeoPackage, FlatGeobuf, shapefile, KML."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from opendata.model import Fetch
from opendata.read import points
from opendata.read.base import (
    Issues,
    Reading,
    check_size,
    head_text,
    refusal,
    text_table,
    unique_names,
)
from opendata.read.cells import cell_text

NAME = "vector"
FORMATS = ("gpkg", "fgb", "flatgeobuf", "shp", "shapefile", "kml")
SUFFIXES = (".gpkg", ".fgb", ".shp", ".kml")

_KML = re.compile(r"(<\?xml[^>]*\?>)?\s*(<!--.*?-->\s*)*<(\w+:)?kml\b", re.DOTALL)
# How a place is drawn, which GDAL adds to every KML, with a value even where none was written.
_KML_STYLE = {"altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon"}


def sniff(head: bytes) -> bool:
    """Whether the bytes begin as one of the four kinds."""
    return bool(_kind(head))


def _kind(head: bytes) -> str:
    # GDAL opens far more than these, some with links to other files: only what shows
    # one of these signatures reaches it.
    if head.startswith(b"SQLite format 3\0"):
        return "gpkg"
    if head.startswith(b"fgb\x03fgb"):
        return "fgb"
    if head.startswith(b"\0\0\x27\x0a") and head[28:32] == b"\xe8\x03\0\0":
        return "shp"
    return "kml" if _KML.match(head_text(head).lstrip()) else ""


def read(path: Path, options: Fetch) -> Reading:
    """Read one layer; the index is the number of the feature, from 1.

    The layer is ``options.layer``, else the one with most features. Attributes become
    columns (a key the file keeps apart, as GeoPackage does, comes first), then
    ``geometry.latitude`` and ``geometry.longitude`` in degrees of WGS 84: of a point as
    stored, of another geometry a point inside it; converted and computed coordinates
    have 7 decimals. A shapefile is read with its declared encoding, else ``.cpg``, else
    UTF-8 when its texts are UTF-8, else cp1252.
    Raises ReadError (damaged file, no such layer), OSError.
    """
    with path.open("rb") as handle:
        kind = _kind(handle.read(65_536))
    if not kind:
        raise _damaged(path)
    issues = Issues()
    meta, table = _load(path, kind, options)
    numbers = list(range(1, table.num_rows + 1))
    geometry = meta["geometry_name"] or "wkb_geometry"
    fid = meta["fid_column"] if meta["fid_column"] not in ("", "OGC_FID") else ""
    columns = {
        (fid if name == _FID else name): _column(table.column(name))
        for name in table.column_names
        if name != geometry
        and not (name == _FID and not fid)
        and not (kind == "kml" and name in _KML_STYLE)
    }
    names = list(columns)
    check_size(path, len(numbers), len(names))
    if geometry in table.column_names:
        latitudes, longitudes = _coordinates(table.column(geometry), meta["crs"], numbers, issues)
        columns |= {points.LATITUDE: latitudes, points.LONGITUDE: longitudes}
    values = dict(zip(unique_names(list(columns)), columns.values(), strict=True))
    return Reading(text_table(values, numbers), issues, kind)


#: The name pyogrio gives the key column when it is asked for.
_FID = "\0fid"


def _load(path: Path, kind: str, options: Fetch) -> tuple[dict[str, Any], pa.Table]:
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        layer = _layer(path, options.layer)
        encoding = _shapefile_encoding(path, options.encoding) if kind == "shp" else None
        meta, table = pyogrio.read_arrow(
            path, layer=layer, encoding=encoding or None, return_fids=True
        )
    except (DataSourceError, DataLayerError, RuntimeError, LookupError, ValueError) as problem:
        raise _damaged(path) from problem
    # The key, when asked for, comes first.
    return meta, table.rename_columns([_FID, *table.column_names[1:]])


def _damaged(path: Path) -> Exception:
    return refusal(
        "vecteur_illisible",
        path,
        fr="ne peut pas être lu comme fichier géographique (GeoPackage, FlatGeobuf, shapefile "
        "ou KML) : vérifiez-le, et déposez un shapefile dans un zip avec ses .shx et .dbf.",
        en="cannot be read as a geographic file (GeoPackage, FlatGeobuf, shapefile or KML): "
        "check it, and provide a shapefile in a zip with its .shx and .dbf.",
    )


def _layer(path: Path, wanted: str) -> str:
    import pyogrio

    names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    if wanted and wanted in names:
        return wanted
    if not names:
        raise _damaged(path)
    if wanted and wanted not in (path.stem, path.name):
        raise refusal(
            "couche_absente",
            path,
            fr=f"n'a pas de couche « {wanted} » : indiquez fetch.layer parmi {', '.join(names)}.",
            en=f"has no layer “{wanted}”: set fetch.layer to one of {', '.join(names)}.",
        )
    if len(names) == 1:
        return names[0]
    return max(names, key=lambda name: _features(path, name))


def _features(path: Path, layer: str) -> int:
    import pyogrio

    return int(pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"])


def _shapefile_encoding(path: Path, declared: str) -> str:
    if declared or path.with_suffix(".cpg").exists():
        return declared
    attributes = path.with_suffix(".dbf")
    if not attributes.exists():
        return ""
    data = attributes.read_bytes()
    try:
        # Bytes 8 and 9 of a .dbf hold the length of its header.
        data[int.from_bytes(data[8:10], "little") :].decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _column(column: Any) -> Any:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return pc.fill_null(column.cast(pa.large_string()), "")
    if pa.types.is_integer(column.type):
        return pc.fill_null(column.cast(pa.large_string()), "")
    return [cell_text(value) for value in column.to_pylist()]


def _coordinates(
    column: Any, crs_name: str | None, numbers: list[int], issues: Issues
) -> tuple[list[str], list[str]]:
    import shapely

    stored = np.array(column.to_pylist(), dtype=object)
    shapes = shapely.from_wkb(stored, on_invalid="ignore")
    x, y = points.representative(shapes)
    exact = bool((shapely.get_type_id(shapes[~shapely.is_missing(shapes)]) == 0).all())
    crs, is_wgs84 = points.system(crs_name) if crs_name else (None, False)
    if crs is None:
        issues.add("projection_inconnue", 0, field="geometry", detail=crs_name or "")
    elif not is_wgs84:
        issues.add("projection_convertie", 0, field="geometry", detail=crs.name)
        x, y = points.to_wgs84(x, y, crs)
        exact = False
    for row in np.flatnonzero(np.isnan(x) & (stored != None)):  # noqa: E711 (elementwise)
        issues.add("geometrie_illisible", numbers[row], field="geometry")
    return points.texts(y, exact=exact), points.texts(x, exact=exact)
