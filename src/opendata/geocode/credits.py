"""Whom to name for the reference data that a release republishes: codes, points, outlines."""

from collections.abc import Collection

from opendata.geocode.geocoder import Geocoder
from opendata.geocode.update import ban, communes
from opendata.language import Text
from opendata.model import Credit

#: What ships with the code (scripts/build_reference.py), in every release.
_SHIPPED = Credit(
    Text("Communes, codes postaux, intercommunalités et populations",
         "Communes, postcodes, intercommunal bodies and populations"),
    "INSEE (code officiel géographique, populations), La Poste, DGCL",
    "etalab-2.0",
    "https://www.insee.fr/",
)  # fmt: skip
_CENTRES = Credit(
    Text("Centres des communes", "Centres of communes"),
    "GeoNames",
    "CC-BY-4.0",
    "https://www.geonames.org/",
)
_COMMUNES = Credit(
    Text("Contours et centres des communes", "Outlines and centres of communes"),
    communes.ATTRIBUTION,
    communes.LICENCE,
    "https://geo.api.gouv.fr/decoupage-administratif",
)
_ADDRESSES = Credit(
    Text("Base Adresse Nationale", "Base Adresse Nationale (national address base)"),
    ban.ATTRIBUTION,
    ban.LICENCE,
    "https://adresse.data.gouv.fr/",
)


def credits_of(geocoder: Geocoder, departements: Collection[str]) -> tuple[Credit, ...]:
    """The reference data that served for some départements."""
    wanted = set(departements)
    downloaded = wanted & set(geocoder.reference.contour_files)
    found = [_SHIPPED]
    if wanted - downloaded:
        found.append(_CENTRES)
    if downloaded:
        found.append(_COMMUNES)
    if wanted & set(geocoder.library.held):
        found.append(_ADDRESSES)
    return tuple(found)
