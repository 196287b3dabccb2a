"""The tables about areas: CSV, and GeoParquet for maps."""

from pathlib import Path

import pandas as pd

from opendata.language import Text
from opendata.model import Artifact, Release
from opendata.publish.geoparquet import typed, write_geoparquet
from opendata.publish.tables import write_table
from opendata.schema import table_schema

NAME = "indicateurs"


def write(release: Release, folder: Path) -> list[Artifact]:
    """``<table>.csv`` and ``<table>.parquet`` of each table that has outlines."""
    artifacts = []
    for name, shapes in release.outlines.items():
        schema = table_schema(name)
        table = release.tables[name]
        artifacts.append(write_table(table, name, folder, schema))
        shapes = shapes.reindex(table["code"])
        path = folder / f"{name}.parquet"
        write_geoparquet(typed(table, schema), shapes.to_numpy(), path)
        artifacts.append(
            Artifact(
                f"{name}-parquet",
                path.name,
                Text(f"{schema['title']} (GeoParquet)", f"{schema['title_en']} (GeoParquet)"),
                "parquet",
                "application/vnd.apache.parquet",
                description=_about(name, shapes),
            )
        )
    return artifacts


def _about(name: str, shapes: pd.Series) -> Text:
    """What a map made of the file shows, and what it lacks."""
    import shapely

    known = shapes.notna()
    missing = len(shapes) - int(known.sum())
    points = bool(known.any()) and (shapely.get_dimensions(shapes[known].to_numpy()) == 0).all()
    same = Text(f"Les colonnes de {name}.csv", f"The columns of {name}.csv")
    update = "opendata reference update"
    if not points:
        lacking = (
            Text(
                f" ; contour inconnu pour {missing} ligne(s) sur {len(shapes)} (« {update} » le "
                "télécharge)",
                f"; outline unknown for {missing} row(s) of {len(shapes)} (“{update}” downloads "
                "it)",
            )
            if missing
            else Text("", "")
        )
        return Text(
            f"{same.fr} et le contour de chaque territoire{lacking.fr}.",
            f"{same.en} and the outline of each area{lacking.en}.",
        )
    return Text(
        f"{same.fr} et, faute de contours, un point : le centre de la commune, ou de la commune la "
        f"plus peuplée du territoire, s'il est connu ({missing} ligne(s) sur {len(shapes)} n'en "
        f"ont pas). Pour publier des contours, lancez « {update} ».",
        f"{same.en} and, for want of outlines, a point: the centre of the commune, or of the "
        f"largest commune of the area, if known ({missing} row(s) of {len(shapes)} have none). "
        f"To publish outlines, run “{update}”.",
    )
