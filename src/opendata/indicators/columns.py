"""The names of the tables and of their columns, and how a figure is written."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from opendata.schema import column_suffix, table_schema, vocabulary
from opendata.tables import cell_text

COMMUNES = "indicateurs-communes"
EPCI = "indicateurs-epci"
DEPARTEMENTS = "indicateurs-departements"

#: Stands for the EPCI of the communes that have none (a few islands), so that sums are whole.
NO_EPCI = "sans-epci"
#: The kind of place whose figures are about every category.
ALL = ""
#: Distances (km) within which people are counted.
REACHES_KM = (5, 10, 20)
#: People whose nearest place is further than this (km) have none.
FAR_KM = 20


def kinds() -> tuple[str, ...]:
    """All places together, then each category, in the order of the columns."""
    return (ALL, *(term.value for term in vocabulary("categories")))


def column_of(measure: str, kind: str) -> str:
    """The column of a measure: ``nb_lieux`` of all places, ``nb_tiers_lieu`` of a category."""
    if kind == ALL:
        return "nb_lieux" if measure == "nb" else measure
    return f"{measure}_{column_suffix(kind)}"


def columns_of(measure: str, figures: pd.DataFrame) -> pd.DataFrame:
    """Figures whose columns are kinds of places, under the names they are published by."""
    return figures.set_axis([column_of(measure, str(kind)) for kind in figures], axis=1)


def side_by_side(parts: Iterable[pd.DataFrame | pd.Series]) -> pd.DataFrame:
    """Tables of the same index as one."""
    return pd.concat(list(parts), axis=1)


def as_published(figures: pd.DataFrame, name: str) -> pd.DataFrame:
    """Figures as text, in the order of the schema ``name``; their index is its ``code``.

    A number has the decimals its definition says (none said: as many as it needs, six at most).
    """
    columns = {"code": figures.index.to_series()}
    for field in table_schema(name)["fields"]:
        if field["name"] == "code":
            continue
        values = figures[field["name"]]
        if field["type"] == "integer":
            columns[field["name"]] = written(values, 0)
        elif "decimals" in field:
            columns[field["name"]] = written(values, field["decimals"])
        else:
            columns[field["name"]] = values.map(cell_text)
    return pd.DataFrame(columns).astype("str").reset_index(drop=True)


def written(values: pd.Series, decimals: int) -> pd.Series:
    """Numbers with that many decimals, "" for NaN."""
    numbers, places = np.unique(values.to_numpy("float64"), return_inverse=True)
    form = f"%.{decimals}f"
    texts = np.array(["" if np.isnan(one) else form % one for one in numbers], dtype=object)
    return pd.Series(texts[places], index=values.index, dtype="str")
