"""The communes of a territory, and the places of each."""

from collections.abc import Iterable

import pandas as pd

from opendata.errors import ReleaseError
from opendata.geocode.gazetteer import CommuneReference
from opendata.indicators.columns import ALL, FAR_KM, columns_of, kinds, side_by_side
from opendata.schema import SEPARATOR
from opendata.territory import in_territory

#: Columns that tell where a row is -> columns of the reference.
_LOCATED = {
    "code_insee": "code",
    "code_departement": "departement",
    "code_region": "region",
    "code_epci": "epci",
}


def communes_of(reference: CommuneReference, territory: Iterable[str]) -> pd.DataFrame:
    """The communes of today in the territory, by code.

    Columns of the reference, ``population`` as float, ``latitude`` and ``longitude`` those of
    the centre (NaN when unknown), and ``centre``: where the centre comes from (referentiel,
    contour or inconnu). An arrondissement that a territory names gives its city.
    """
    current = reference.current.reset_index()
    located = pd.DataFrame({name: current[column] for name, column in _LOCATED.items()})
    inside = in_territory(located, territory)
    codes = current.loc[inside, "parent"].unique()
    cities: pd.DataFrame = reference.current.loc[codes].sort_index()
    population = cities["population"].astype("float64")
    centres = reference.centres.reindex(codes).sort_index()
    # As precise as they are published, so that distances can be computed again from them.
    return cities.assign(
        population=population,
        latitude=centres["latitude"].round(6),
        longitude=centres["longitude"].round(6),
        centre=centres["origine"].astype("str"),
    )


def category_flags(categories: pd.Series) -> pd.DataFrame:
    """Which places are of which kind: a boolean column per kind, on the index of the places."""
    codes, distinct = pd.factorize(categories)
    held = pd.Series(distinct, dtype="str").str.get_dummies(SEPARATOR)
    flags = held.reindex(columns=list(kinds()), fill_value=0).astype(bool)
    flags[ALL] = True
    return flags.iloc[codes].set_axis(categories.index)


def points_of(places: pd.DataFrame) -> pd.DataFrame:
    """Département, latitude and longitude (degrees, NaN for none) of each place."""
    return pd.DataFrame(
        {
            "departement": places["code_departement"],
            "latitude": pd.to_numeric(places["latitude"].mask(places["latitude"] == "")),
            "longitude": pd.to_numeric(places["longitude"].mask(places["longitude"] == "")),
        }
    )


def count_places(
    codes: pd.Series,
    flags: pd.DataFrame,
    points: pd.DataFrame,
    reference: CommuneReference,
    communes: pd.Index,
) -> pd.DataFrame:
    """How many places of each kind each commune has, and its ``nb_lieux_sans_point``."""
    city = reference.current["parent"].reindex(codes.to_numpy()).set_axis(codes.index)
    lost = ~city.isin(communes)
    if lost.any():
        code, number = codes[lost].iloc[0], int(lost.sum())
        raise ReleaseError(
            "lieu_hors_communes",
            fr=f"{number} lieu(x) ne sont dans aucune commune du territoire (code_insee "
            f"« {code} ») et manqueraient aux indicateurs ; c'est un défaut d'opendata, rien "
            "n'est publié : signalez-le.",
            en=f"{number} place(s) are in no commune of the territory (code_insee “{code}”) and "
            "would be missing from the indicators; this is a defect of opendata, nothing is "
            "published: report it.",
        )
    pointless = points["latitude"].isna() | points["longitude"].isna()
    each = flags.astype("int64").assign(nb_lieux_sans_point=pointless.astype("int64"))
    return each.groupby(city.to_numpy()).sum().reindex(communes, fill_value=0)


def commune_figures(communes: pd.DataFrame, counts: pd.DataFrame, km: pd.DataFrame) -> pd.DataFrame:
    """Every column of ``indicateurs-communes`` but its code, by code."""
    about = communes.rename(
        columns={
            "departement": "code_departement",
            "departement_nom": "departement",
            "region": "code_region",
            "region_nom": "region",
            "epci": "code_epci",
            "epci_nom": "epci",
        }
    )
    numbers = counts.drop(columns="nb_lieux_sans_point")
    return side_by_side(
        [
            about,
            counts["nb_lieux_sans_point"],
            far_away(communes, km).map({True: "oui", False: "non"}).rename("sans_lieu_20km")
            .mask(communes["centre"] == "inconnu", ""),
            columns_of("nb", numbers),
            columns_of("pour_10000", per_10000(numbers, communes["population"])),
            columns_of("distance_km", km),
        ]
    )  # fmt: skip


def far_away(communes: pd.DataFrame, km: pd.DataFrame) -> pd.Series:
    """Whether a commune whose centre is known has no place of any kind near it."""
    return (communes["centre"] != "inconnu") & ~(km[ALL] <= FAR_KM)


def per_10000(numbers: pd.DataFrame, population: pd.Series) -> pd.DataFrame:
    """Places for 10,000 inhabitants; NaN where nobody lives or nobody knows how many do."""
    return numbers.div(population.where(population > 0), axis=0) * 10_000
