"""Who is far from a digital place: figures per commune, per EPCI and per département.

    published places ─► counts and distances per commune ─► EPCI, départements
                                                         └► outlines for maps

What each column means is written in ``schemas/indicateurs-*.json``; the columns of each
category follow from ``schemas/vocabularies/categories.csv``. The figures of an EPCI or a
département are made from those of its communes *as they are published*, rounded, so that
anyone can compute them again from ``indicateurs-communes``.

A dataset knows its own places only: near the edge of its territory the nearest place may be
one it does not have, and distances may then be too long. The definitions say so.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from opendata.geocode.gazetteer import CommuneReference
from opendata.indicators.areas import about_departements, about_epci, area_figures
from opendata.indicators.columns import COMMUNES, DEPARTEMENTS, EPCI, NO_EPCI, as_published
from opendata.indicators.communes import (
    category_flags,
    commune_figures,
    communes_of,
    count_places,
    points_of,
)
from opendata.indicators.distances import nearest_km
from opendata.indicators.outlines import outlines

__all__ = ["COMMUNES", "DEPARTEMENTS", "EPCI", "NO_EPCI", "Indicators", "indicators"]


class Indicators(NamedTuple):
    """The three tables, text in the order of their schemas, and their shapes on a map.

    ``outlines`` maps the name of a table's schema to a Series: code -> shapely geometry in
    longitude and latitude, None where it is unknown.
    """

    communes: pd.DataFrame
    epci: pd.DataFrame
    departements: pd.DataFrame
    outlines: Mapping[str, pd.Series]

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by the name of their schema."""
        return {COMMUNES: self.communes, EPCI: self.epci, DEPARTEMENTS: self.departements}


def indicators(
    places: pd.DataFrame, reference: CommuneReference, territory: Sequence[str]
) -> Indicators:
    """The indicators of a dataset.

    ``places`` is the published table ``lieux`` (text), ``territory`` the dataset's. Every
    commune of today in the territory has its row, with or without a place; arrondissements
    of Paris, Lyon and Marseille count in their city. Raises ReleaseError when a place stands
    in no commune of the territory: it would be missing from the counts.
    """
    communes = communes_of(reference, territory)
    flags = category_flags(places["categories"])
    points = points_of(places)
    counts = count_places(places["code_insee"], flags, points, reference, communes.index)
    km = nearest_km(communes, points, flags)
    epci = communes["epci"].mask(communes["epci"] == "", NO_EPCI)
    departement = communes["departement"]
    of_epci = area_figures(communes, counts, km, epci)
    of_departements = area_figures(communes, counts, km, departement)
    return Indicators(
        as_published(commune_figures(communes, counts, km), COMMUNES),
        as_published(about_epci(communes, reference, epci).join(of_epci), EPCI),
        as_published(about_departements(communes, reference).join(of_departements), DEPARTEMENTS),
        outlines(communes, reference.contours, {EPCI: epci, DEPARTEMENTS: departement}),
    )
