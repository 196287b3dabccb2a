"""The figures of EPCI and départements, made from those of their communes.

Only communes of the territory count: of an EPCI astride its border, the part inside. A
commune whose centre is unknown counts in the sums, not in what is said of distances.
"""

import pandas as pd

from opendata.geocode.gazetteer import CommuneReference
from opendata.indicators.columns import NO_EPCI, REACHES_KM, columns_of, side_by_side
from opendata.indicators.communes import far_away, per_10000
from opendata.schema import SEPARATOR


def area_figures(
    communes: pd.DataFrame, counts: pd.DataFrame, km: pd.DataFrame, area: pd.Series
) -> pd.DataFrame:
    """Sums, means and shares per area; ``area`` gives the code of each commune's.

    ``km`` is rounded as it is published. Means are weighted by population, over the communes
    whose distance is known; shares are per cent of the people whose centre is known.
    """

    def summed(values: pd.DataFrame) -> pd.DataFrame:
        return values.groupby(area).sum()

    known = communes["centre"] != "inconnu"
    people = communes["population"].fillna(0)
    measured = people.where(known, 0)
    far = far_away(communes, km)
    totals = summed(
        pd.DataFrame(
            {
                "nb_communes": 1,
                "nb_communes_sans_centre": (~known).astype(int),
                "population_mesuree": measured,
                "nb_communes_sans_lieu_20km": far.astype(int),
                "pop_sans_lieu_20km": people.where(far, 0),
                "nb_lieux_sans_point": counts["nb_lieux_sans_point"],
            },
            index=communes.index,
        )
    )
    # A sum of nothing known is unknown.
    population = communes["population"].groupby(area).sum(min_count=1)
    numbers = summed(counts.drop(columns="nb_lieux_sans_point"))
    weights = km.notna().mul(measured, axis=0)
    # Nobody to weigh by, or no distance to weigh: 0 / 0 is NaN, a figure that is not known.
    means = summed(km.mul(measured, axis=0)) / summed(weights)
    whole = totals["population_mesuree"].where(totals["population_mesuree"] > 0)
    shares = [
        columns_of(
            f"part_pop_{reach}km",
            summed((km <= reach).mul(measured, axis=0)).div(whole, axis=0) * 100,
        )
        for reach in REACHES_KM
    ]
    return side_by_side(
        [
            totals,
            population,
            columns_of("nb", numbers),
            columns_of("pour_10000", per_10000(numbers, population)),
            columns_of("distance_km", means),
            *shares,
        ]
    )


def about_epci(
    communes: pd.DataFrame, reference: CommuneReference, area: pd.Series
) -> pd.DataFrame:
    """Name, départements and full size of each EPCI of the territory."""
    groups = communes.groupby(area)
    nom = groups["epci_nom"].first()
    departements = groups["departement"].agg(lambda codes: SEPARATOR.join(sorted(set(codes))))
    code = nom.index.to_series()
    return pd.DataFrame(
        {
            # An EPCI newer than the list of names is still told by its code.
            "nom": nom.mask(nom == "", "EPCI " + code).mask(
                code == NO_EPCI, "Communes hors intercommunalité"
            ),
            "codes_departements": departements,
            "nb_communes_total": _full_size(reference, "epci", nom.index),
        }
    )


def about_departements(communes: pd.DataFrame, reference: CommuneReference) -> pd.DataFrame:
    """Name, region and full size of each département of the territory."""
    first = communes.drop_duplicates("departement").set_index("departement").sort_index()
    return pd.DataFrame(
        {
            "nom": first["departement_nom"].mask(
                first["departement_nom"] == "", first.index.to_series()
            ),
            "code_region": first["region"],
            "region": first["region_nom"],
            "nb_communes_total": _full_size(reference, "departement", first.index),
        }
    )


def _full_size(reference: CommuneReference, column: str, areas: pd.Index) -> pd.Series:
    """How many communes each area has, in the territory or not; NaN for those without EPCI."""
    current = reference.current
    whole = current[current["type"] == "commune"]
    return whole[column].value_counts().reindex(areas)
