"""What a stated point stands for: a number, a street, a locality, or only the commune."""

import pandas as pd

from opendata.geocode.points.geometry import distance_km
from opendata.schema import fold

#: A point this near the commune's centre is that centre, not a place (metres).
CENTRE_M = 60.0
#: As many different addresses on one point are a centre in disguise.
SHARED_BY = 3
#: A number at the start, or before a kind of way: "Place du 8 mai 1945" has none.
_HOUSE_NUMBER = (
    r"(?i)^\d{1,4}(?:\s?(?:bis|ter|quater|[a-d]))?\b(?!\s?(?:er|e|ème|eme|ère)\b)"
    r"|\b\d{1,4}(?:\s?(?:bis|ter|quater|[a-d]))?,?\s+"
    r"(?:rue|avenue|av|boulevard|bd|place|pl|chemin|impasse|allée|allee|quai|cours|route|square)\b"
)


def stated_precisions(rows: pd.DataFrame, stated_precision: str) -> pd.Series:
    """What each stated point stands for: the mapping's word, else the source's, else the address.

    ``rows`` has the text columns adresse and geo_precision (the mapping's word), the floats
    latitude, longitude, centre_lat and centre_lon (degrees, NaN for none). A point is only as
    precise as what it was made from; an address with a number does not help a point that is the
    centre of its commune, whoever states it. Nor can a point be that of a number or of a street
    which the address does not give.
    """
    address = rows["adresse"]
    numbered = has_number(address)
    guess = pd.Series("lieu-dit", index=rows.index, dtype="str")
    guess = guess.mask(address != "", "voie")
    guess = guess.mask(numbered, "numero")
    if stated_precision:
        guess[:] = stated_precision
    precision = rows["geo_precision"].mask(rows["geo_precision"] == "", guess)
    precision = precision.mask((precision == "numero") & ~numbered, "voie")
    precision = precision.mask((precision == "voie") & (address == ""), "lieu-dit")
    return precision.mask(_disguised_centre(rows), "commune")


def has_number(address: pd.Series) -> pd.Series:
    """Which addresses give a house number."""
    found: pd.Series = address.str.contains(_HOUSE_NUMBER, regex=True)
    return found


def _disguised_centre(rows: pd.DataFrame) -> pd.Series:
    """Points on their commune's centre, or shared by several different addresses."""
    away = distance_km(rows["latitude"], rows["longitude"], rows["centre_lat"], rows["centre_lon"])
    spot = rows[["latitude", "longitude"]].round(5).assign(address=rows["adresse"])
    crowded = spot[spot.duplicated(["latitude", "longitude"], keep=False)]
    crowded = crowded[(crowded["address"] != "") & crowded["latitude"].notna()]
    # Two spellings of one address are not two addresses.
    folded = {text: fold(text) for text in crowded["address"].unique()}
    counts = (
        crowded.assign(address=crowded["address"].map(folded))
        .groupby(["latitude", "longitude"])["address"]
        .transform("nunique")
    )
    shared = counts.reindex(rows.index, fill_value=0) >= SHARED_BY
    return shared | (away * 1000 <= CENTRE_M)
