"""GeoParquet 1.1: WKB, zstd, bbox covering, rows in Hilbert order.

The order lets a reader that asks for one area skip most row groups; rows without a shape
come last. Column types follow from the schema of the table.
"""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from opendata.language import Text
from opendata.model import Artifact, Release
from opendata.schema import table_schema

NAME = "geoparquet"
#: Between the 50,000 and 150,000 rows that the format's guide recommends.
_ROW_GROUP = 100_000


def typed(table: pd.DataFrame, schema: Mapping[str, Any]) -> pd.DataFrame:
    """Published text -> the types of its schema: numbers, dates, booleans, text with nulls."""
    numbers = _numbers(table, schema)
    columns: dict[str, pd.Series] = {}
    for field in schema["fields"]:
        name, kind = field["name"], field["type"]
        if kind in ("number", "integer"):
            columns[name] = numbers[name] if kind == "number" else numbers[name].astype("Int64")
            continue
        values = table[name]
        values = values.mask(values == "", None)
        if kind == "boolean":
            told = dict.fromkeys(field["trueValues"], True)
            told |= dict.fromkeys(field["falseValues"], False)
            values = values.map(told).astype("boolean")
        elif kind == "date":
            values = pd.to_datetime(values, format="%Y-%m-%d").dt.date
        columns[name] = values
    return pd.DataFrame(columns, index=table.index)


def _numbers(table: pd.DataFrame, schema: Mapping[str, Any]) -> pd.DataFrame:
    """The columns of numbers as floats, all at once: a table of indicators has a hundred."""
    kinds = {field["name"]: field["type"] for field in schema["fields"]}
    names = [name for name, kind in kinds.items() if kind in ("number", "integer")]
    cells = table[names].to_numpy(dtype=object)
    cells[cells == ""] = "nan"
    return pd.DataFrame(cells.astype("float64"), index=table.index, columns=names)


def write(release: Release, folder: Path) -> list[Artifact]:
    """``lieux.parquet``."""
    table = typed(release.tables["lieux"], table_schema())
    path = folder / "lieux.parquet"
    write_geoparquet(table, points_of(table), path)
    return [
        Artifact(
            "lieux-parquet",
            path.name,
            Text("Lieux numériques (GeoParquet)", "Digital places (GeoParquet)"),
            "parquet",
            "application/vnd.apache.parquet",
        )
    ]


def points_of(table: pd.DataFrame) -> Any:
    """A point per row of typed places (an array; None for a place without one)."""
    import shapely

    points = shapely.points(table["longitude"], table["latitude"])
    points[table["longitude"].isna().to_numpy()] = None
    return points


def shaped(table: pd.DataFrame, crs: str = "EPSG:4326") -> Any:
    """Typed places with their points, as a GeoDataFrame."""
    import geopandas

    return geopandas.GeoDataFrame(table, geometry=points_of(table), crs=crs)


def write_geoparquet(table: pd.DataFrame, shapes: Any, path: Path) -> None:
    """Write typed columns and a shape per row (an array; None for a row that has none)."""
    import geopandas
    import pyarrow.parquet as pq

    frame = geopandas.GeoDataFrame(table, geometry=shapes, crs="OGC:CRS84")
    located = frame.geometry.notna()
    if located.any():
        order = frame.loc[located].hilbert_distance().sort_values(kind="stable").index
        frame = pd.concat([frame.loc[order], frame.loc[~located]])
    content = BytesIO()
    frame.to_parquet(
        content,
        index=False,
        compression="zstd",
        geometry_encoding="WKB",
        schema_version="1.1.0",
        write_covering_bbox=bool(located.any()),
        row_group_size=_ROW_GROUP,
    )
    if located.all() or not located.any():
        path.write_bytes(content.getvalue())
    else:
        without = frame.geometry.isna().to_numpy()
        pq.write_table(
            _boxes_of_shapes(pq.read_table(content), without),
            path,
            compression="zstd",
            row_group_size=_ROW_GROUP,
        )


def _boxes_of_shapes(table: Any, without: Any) -> Any:
    """No box for a row without a shape: GeoParquet wants null, geopandas a box of nulls."""
    import pyarrow as pa

    place = table.schema.get_field_index("bbox")
    boxes = table["bbox"].combine_chunks()
    boxes = pa.StructArray.from_arrays(
        boxes.flatten(), fields=list(boxes.type), mask=pa.array(without)
    )
    return table.set_column(place, table.schema.field("bbox"), boxes)
