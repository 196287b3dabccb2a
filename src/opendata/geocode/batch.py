"""The matcher for any table of addresses: what ``opendata geocode`` adds to a CSV."""

import numpy as np
import pandas as pd

from opendata.geocode.addresses import asked_of
from opendata.geocode.communes import resolve
from opendata.geocode.geocoder import Geocoder, load_geocoder
from opendata.paths import Paths
from opendata.tables import column

STATED = ("adresse", "code_postal", "commune", "code_insee")

#: The columns that are added, in order. Coordinates are WGS 84 degrees with six decimals.
COLUMNS = (
    *("geo_precision", "geo_methode", "geo_score", "geo_longitude", "geo_latitude"),
    *("geo_code_insee", "geo_voie", "geo_numero", "geo_label", "ban_id"),
)

#: Nothing is certain, whatever three decimals make of it.
SUREST = 0.999


def geocode_table(
    table: pd.DataFrame, paths: Paths, geocoder: Geocoder | None = None
) -> pd.DataFrame:
    """The ``geo_*`` columns of each row of a table of addresses.

    ``table`` has some of the text columns adresse, code_postal, commune and code_insee ("" for
    none). Returns, on its index, text columns but for the floats geo_score (a probability),
    geo_longitude and geo_latitude (NaN for none). A row whose street is not found stands at the
    centre of its commune; one whose commune is not found has precision ``aucune`` and no score.
    Without ``geocoder``, that of the installation without its cache. Raises ReferenceDataError.
    """
    geocoder = geocoder or load_geocoder(paths, cached=False)
    stated = pd.DataFrame({name: column(table, name) for name in STATED})
    communes, _ = resolve(stated, geocoder.reference)
    found = geocoder.addresses(asked_of(stated, communes))
    return _with_centres(found, communes, geocoder)


def _with_centres(found: pd.DataFrame, communes: pd.DataFrame, geocoder: Geocoder) -> pd.DataFrame:
    """What addresses gave, else the centre of the commune, else nothing."""
    codes = communes["code_insee"]
    centres = geocoder.centres(codes)
    street = found["precision"] != ""
    centred = ~street & centres["latitude"].notna()
    nowhere = ~street & ~centred
    town = (communes["code_postal"] + " " + communes["commune"]).str.strip()
    return pd.DataFrame(
        {
            "geo_precision": found["precision"].mask(centred, "commune").mask(nowhere, "aucune"),
            "geo_methode": found["methode"].mask(centred, "commune"),
            "geo_score": found["score"]
            .mask(centred, communes["score"])
            .mask(nowhere, np.nan)
            .clip(upper=SUREST)
            .round(3),
            "geo_longitude": _rounded(found["longitude"].mask(centred, centres["longitude"])),
            "geo_latitude": _rounded(found["latitude"].mask(centred, centres["latitude"])),
            "geo_code_insee": found["code_insee"].mask(~street, codes),
            "geo_voie": found["voie"],
            "geo_numero": found["numero"],
            "geo_label": found["label"].mask(~street, town),
            "ban_id": found["ban_id"],
        }
    )


def _rounded(degrees: pd.Series) -> pd.Series:
    return degrees.astype(float).round(6).replace(-0.0, np.float64(0.0))
