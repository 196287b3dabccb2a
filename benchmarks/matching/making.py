"""A maker of fictitious places on real communes, and of the rows by which sources tell them."""

import functools
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .spelling import slug
from .words import BODIES, PEOPLE, QUARTERS, SHOPS, STREETS, WAYS

PROJECT = Path(__file__).parents[2]
_TEXT = (
    *("id", "nom", "adresse", "complement_adresse", "code_departement", "code_postal"),
    *("code_insee", "commune", "telephone", "courriels", "horaires", "presentation_detail"),
    *("structure_parente", "itinerance", "modalites_acces", "categories", "typologie"),
    *("dispositif_programmes_nationaux", "frais_a_charge", "services"),
    *("modalites_accompagnement", "refus", "departement", "code_region", "region", "code_epci"),
    *("epci", "geo_precision", "geo_methode", "ban_id", "source_id", "pivot", "site_web"),
    *("date_maj", "publics_specifiquement_adresses", "prise_en_charge_specifique"),
    *("autres_formations_labels", "formations_labels", "prise_rdv", "presentation_resume"),
    "fiche_acces_libre",
)
#: Column -> type, as in the located rows that the matcher is given.
TYPES = dict.fromkeys(_TEXT, "str")
TYPES |= {"latitude": "float64", "longitude": "float64", "ligne": "int64", "corrected": "bool"}
TYPES |= {"score": "float64", "geo_score": "float64", "geo_distance_m": "float64"}
TYPES |= {"population": "Int32"}
COLUMNS = tuple(TYPES)
#: Shares of rows of each source that have a phone, e-mail, site, SIRET; then those whose point
#: is that of the number, the street, the commune: rounded from the real files.
SOURCES = {
    "bibliotheques": (0.0, 0.0, 0.0, 0.0, (0.02, 0.78, 0.20)),
    "conseillers-numeriques": (0.48, 0.36, 0.41, 0.52, (0.75, 0.20, 0.05)),
    "data-inclusion": (0.58, 0.49, 0.52, 1.0, (0.68, 0.18, 0.14)),
    "france-services": (0.92, 0.94, 0.0, 0.0, (0.74, 0.22, 0.04)),
    "hub-lo": (0.80, 0.81, 0.57, 0.0, (0.82, 0.12, 0.06)),
    "tiers-lieux-2019": (0.0, 0.03, 0.80, 0.0, (0.12, 0.82, 0.06)),
    "paca": (0.06, 0.05, 0.28, 0.0, (0.51, 0.41, 0.08)),
    "hinaura": (0.76, 0.73, 0.77, 0.0, (0.76, 0.20, 0.04)),
}
PRECISIONS = ("numero", "voie", "commune")
_LOCAL = ("hub-lo", "data-inclusion", "conseillers-numeriques", "hinaura")
_DEGREE_M = 111_195.0


@dataclass(frozen=True)
class Family:
    """What sort of place: its codes, and the sources that tell of such places."""

    typologie: str
    categories: str
    sources: tuple[str, ...] = _LOCAL


LIBRARY = Family("BIB", "mediatheque", ("bibliotheques", *_LOCAL))
SERVICES = Family("RFS", "france-services", ("france-services", *_LOCAL))
TOWN_HALL = Family("MUNI", "mairie")
SOCIAL = Family("CS", "centre-social")
THIRD = Family("TIERS_LIEUX", "tiers-lieu|coworking", ("tiers-lieux-2019", *_LOCAL))
FABLAB = Family("FABLAB", "fablab", ("tiers-lieux-2019", *_LOCAL))
EPN = Family("EPN", "epn")
CCAS = Family("CCAS", "autre")
YOUTH = Family("PIJ_BIJ", "jeunesse")
MISSION = Family("ML", "autre")
QUARTER = Family("MQ", "centre-social")
POST = Family("LA_POSTE", "poste")
SOLIDARITY = Family("MDS", "autre")
ASSOCIATION = Family("ASSO", "autre")
MJC = Family("MJC", "autre")
SCHOOL = Family("", "autre")
MSAP = Family("MSAP", "msap")


@dataclass(frozen=True)
class Address:
    number: str
    way: str
    lat: float
    lon: float
    street_lat: float
    street_lon: float

    def text(self) -> str:
        return f"{self.number} {self.way}".strip()


@dataclass(frozen=True)
class Place:
    """A place as it is, before any source tells of it."""

    nom: str
    family: Family
    town: Any
    address: Address
    phone: str
    mail: str
    site: str
    siret: str


@functools.cache
def towns() -> pd.DataFrame:
    """Real communes that have a centre: one row each, with the columns of the reference."""
    from opendata.geocode.gazetteer import load_reference
    from opendata.paths import Paths

    with tempfile.TemporaryDirectory() as empty:
        home = Path(empty)
        frame = load_reference(Paths(home=home, catalog=home, mirror=None)).frame
    whole = frame[frame["type"].eq("commune") & frame["latitude"].notna()]
    whole = whole[whole["codes_postaux"].ne("") & whole["population"].fillna(0).gt(0)]
    return whole.reset_index(drop=True)


@functools.cache
def former_names() -> dict[str, str]:
    """Code of a commune -> the name of one that was merged into it."""
    from opendata.geocode.gazetteer import load_reference
    from opendata.paths import Paths

    with tempfile.TemporaryDirectory() as empty:
        home = Path(empty)
        frame = load_reference(Paths(home=home, catalog=home, mirror=None)).frame
    old = frame[frame["type"].eq("deleguee") & frame["code"].ne(frame["parent"])]
    return dict(zip(old["parent"].tolist(), old["nom"].tolist(), strict=True))


class Maker:
    """Draws everything from one generator; every town is drawn once before any comes twice."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        table = towns()
        self._towns = table[table["population"].ge(400)].reset_index(drop=True)
        self._order = self.rng.permutation(len(self._towns))
        self._drawn = 0
        self._lines = 0

    def pick(self, values: Any) -> Any:
        return values[int(self.rng.integers(len(values)))]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def town(self, least: int = 0, former: bool = False) -> Any:
        """A town not drawn yet, of at least so many people, or that took another one in."""
        for _ in range(2 * len(self._order)):
            row = self._towns.iloc[self._order[self._drawn % len(self._order)]]
            self._drawn += 1
            if row["population"] >= least and (not former or row["code"] in former_names()):
                return row
        raise ValueError(f"No commune of {least} people or more is in the reference; ask for less.")

    def paris(self) -> Any:
        return self._towns[self._towns["code"].eq("75056")].iloc[0]

    def neighbour(self, town: Any) -> Any:
        north = (self._towns["latitude"] - town["latitude"]) * 1.0
        east = (self._towns["longitude"] - town["longitude"]) * 0.7
        far = np.hypot(north.to_numpy(dtype=float), east.to_numpy(dtype=float))
        far[self._towns["code"].eq(town["code"]).to_numpy()] = np.inf
        return self._towns.iloc[int(far.argmin())]

    def address(self, town: Any, near: Address | None = None, metres: float = 0.0) -> Address:
        """An address of the town, or one some metres from another."""
        if near is None:
            spread = min(0.002 + 0.006 * (float(town["population"]) / 20_000) ** 0.5, 0.03)
            lat = float(town["latitude"]) + self.rng.normal(0, spread)
            lon = float(town["longitude"]) + self.rng.normal(0, spread * 1.4)
        else:
            angle = self.rng.uniform(0, 2 * np.pi)
            lat = near.lat + metres * np.cos(angle) / _DEGREE_M
            lon = near.lon + metres * np.sin(angle) / _DEGREE_M / np.cos(np.radians(near.lat))
        way = f"{self.pick(WAYS)} {self.pick(STREETS)}"
        middle = self.rng.normal(0, 90 / _DEGREE_M, 2)
        return Address(
            str(self.rng.integers(1, 90)), way, lat, lon, lat + middle[0], lon + middle[1]
        )

    def next_door(self, address: Address, step: int = 2, metres: float = 25.0) -> Address:
        moved = self.address(None, address, metres)
        number = str(int(address.number or 1) + step)
        return replace(address, number=number, lat=moved.lat, lon=moved.lon)

    def phone(self) -> str:
        return f"+33{self.pick('12345')}{self.rng.integers(10_000_000, 99_999_999)}"

    def siret(self) -> str:
        return f"{self.rng.integers(200_000_000, 899_999_999)}{self.rng.integers(10, 99_999):05d}"

    def name(self, family: Family, town: Any) -> str:
        of_town = of(str(town["nom"]))
        if family in (LIBRARY, SCHOOL):
            return f"{self.pick(('Médiathèque', 'Bibliothèque'))} {self.pick(PEOPLE)}"
        if family in (THIRD, FABLAB):
            return str(self.pick(SHOPS))
        if family in (SOCIAL, QUARTER):
            word = "Centre social" if family == SOCIAL else "Maison de quartier"
            return f"{word} {self.pick(QUARTERS)}"
        words = {
            SERVICES: "France services", TOWN_HALL: "Mairie", EPN: "Espace public numérique",
            CCAS: "Centre communal d'action sociale", MISSION: "Mission locale",
            YOUTH: "Point information jeunesse", POST: "Bureau de poste",
            SOLIDARITY: "Maison départementale des solidarités",
            MSAP: "Maison de services au public",
            MJC: "Maison des jeunes et de la culture", ASSOCIATION: str(self.pick(BODIES)),
        }  # fmt: skip
        return f"{words[family]} {of_town}"

    def place(
        self, family: Family, town: Any = None, nom: str = "", address: Address | None = None
    ) -> Place:
        town = self.town() if town is None else town
        nom = nom or self.name(family, town)
        host = slug(str(town["nom"]))[:30]
        own = slug(nom)[:30]
        mail = f"{self.pick(('contact', 'accueil', own[:14]))}@{self.pick((host, own))}.fr"
        site = f"https://www.{self.pick((host, own))}.fr" + self.pick(("", "/" + own))
        where = address or self.address(town)
        return Place(nom, family, town, where, self.phone(), mail, site, self.siret())

    def told(self, place: Place, source: str, **changes: Any) -> dict[str, Any]:
        """The row of ``source`` on the place; ``changes`` are its columns, ``precision`` too.

        What a source seldom has is left out as often as in its real file, unless changed.
        """
        phone, mail, site, siret, precisions = SOURCES[source]
        precision = changes.pop("precision", None) or str(self.rng.choice(PRECISIONS, p=precisions))
        lat, lon = self._point(place, precision)
        self._lines += 1
        town = place.town
        typologie, kinds = self._kinds(place.family, source)
        row = {
            "id": f"{source}-{self._lines}", "source_id": source, "ligne": self._lines,
            "nom": place.nom, "adresse": place.address.text(), "commune": str(town["nom"]),
            "code_insee": str(town["code"]),
            "code_postal": str(town["codes_postaux"]).split("|")[0],
            "latitude": lat, "longitude": lon, "geo_precision": precision,
            "typologie": typologie, "categories": kinds,
            "telephone": place.phone if self.chance(phone) else "",
            "courriels": place.mail if self.chance(mail) else "",
            "site_web": place.site if self.chance(site) else "",
            "pivot": place.siret if self.chance(siret) else "",
            "population": int(town["population"]),
        }  # fmt: skip
        if precision == "voie" and self.chance(0.3):
            row["adresse"] = place.address.way
        return row | changes

    def _kinds(self, family: Family, source: str) -> tuple[str, str]:
        """The two codes as this source has them: sometimes more, sometimes nothing."""
        typologie, kinds = family.typologie, family.categories
        if source == "hub-lo" and self.chance(0.25):
            typologie, kinds = f"EPN|{typologie}".strip("|"), f"epn|{kinds}"
        elif source in _LOCAL and self.chance(0.06):
            typologie, kinds = "", "autre"
        if source == "conseillers-numeriques":
            kinds = f"conseiller-numerique|{kinds}".removesuffix("|autre")
        return typologie, kinds

    def two(self, family: Family) -> tuple[str, str]:
        """Two sources, in any order, that tell of such places."""
        chosen = self.rng.permutation(len(family.sources))[:2]
        return family.sources[chosen[0]], family.sources[chosen[1]]

    def _point(self, place: Place, precision: str) -> tuple[float, float]:
        address = place.address
        if precision == "commune":
            return float(place.town["latitude"]), float(place.town["longitude"])
        jitter = self.rng.normal(0, 12 / _DEGREE_M, 2)
        if precision == "numero":
            return address.lat + jitter[0], address.lon + jitter[1]
        return address.street_lat + jitter[0] * 2, address.street_lon + jitter[1] * 2


def of(name: str) -> str:
    """The name after "de": d'Angers, du Mans, des Ulis, de La Ciotat."""
    for article, joined in (("Le ", "du "), ("Les ", "des ")):
        if name.startswith(article):
            return joined + name.removeprefix(article)
    return f"d'{name}" if slug(name)[:1] in "aeiouyh" else f"de {name}"


def as_table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows with every column of TYPES: "" where nothing is told."""
    table = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
    return with_territory(table)


def with_territory(table: pd.DataFrame) -> pd.DataFrame:
    """Fills the columns of territory from ``code_insee``, the empty ones, and the types."""
    known = towns().set_index("code")
    table = table.copy()
    places = known.reindex(table["code_insee"])
    columns = {"departement": "departement_nom", "code_departement": "departement",
               "code_region": "region", "region": "region_nom", "code_epci": "epci",
               "epci": "epci_nom"}  # fmt: skip
    for name, column in columns.items():
        table[name] = places[column].to_numpy()
    text = list(_TEXT)
    table[text] = table[text].astype(object).where(table[text].notna(), "")
    table["corrected"], table["score"], table["geo_score"] = False, 0.98, 0.97
    table["geo_methode"] = "source"
    return table.astype(TYPES)
