"""The addresses that queries are drawn from: the BAN files, and their streets as a table."""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from .names import canonical, fold, split_street

PROJECT = Path(__file__).parents[2]
DEPARTEMENTS = ("75", "23", "90")
COLUMNS = ("numero", "rep", "nom_voie", "code_postal", "code_insee", "nom_commune", "lon", "lat")
#: Repetitions that people know; others (``v``, ``z``, ``w``) are marks of a city's own base.
REPETITIONS = ("", "bis", "b", "ter", "t", "quater", "q", "a", "c", "d")
#: Names that nobody writes: "12P1 Rue Boyer", "Voie Bd/18", "N° 19 Bis", two streets in one.
_UNSPOKEN = re.compile(r"^\d|/|^N\b|°|,|\(")
#: Numbers from here on stand for places without one.
FALSE_NUMBERS = 5000
METRES_PER_DEGREE = 111_195.0


def mirror_folder() -> Path:
    """The folder of the real files: ``OPENDATA_MIRROR``, else beside the project."""
    return Path(os.environ.get("OPENDATA_MIRROR") or PROJECT.parent / "shared" / "mirror")


def ban_file(mirror: Path, departement: str) -> Path:
    return mirror / "ban" / f"adresses-{departement}.csv.gz"


def missing_files(mirror: Path) -> list[Path]:
    """The BAN files that the benchmark needs and the mirror lacks."""
    return [path for code in DEPARTEMENTS if not (path := ban_file(mirror, code)).is_file()]


def read_ban(mirror: Path, departements: tuple[str, ...] = DEPARTEMENTS) -> pd.DataFrame:
    """The numbers of the BAN files: :data:`COLUMNS` as text, ``lon`` and ``lat`` as floats.

    ``famille`` is the INSEE code of the commune of today (75056 for an arrondissement of
    Paris) and ``commune_actuelle`` its name, by the official list of mergers.
    """
    files = [
        pd.read_csv(
            ban_file(mirror, code),
            sep=";",
            dtype="str",
            keep_default_na=False,
            usecols=list(COLUMNS),
        )
        for code in departements
    ]
    ban = pd.concat(files, ignore_index=True)
    ban["nom_voie"] = plain_name(ban["nom_voie"])
    ban[["lon", "lat"]] = ban[["lon", "lat"]].astype("float64")
    communes = pd.read_parquet(
        PROJECT / "src/opendata/geocode/reference/communes.parquet",
        columns=["code", "nom", "parent", "type"],
    )
    parents = dict(zip(communes["code"], communes["parent"], strict=True))
    today = communes[communes["type"] == "commune"]
    names = dict(zip(today["code"], today["nom"], strict=True))
    ban["famille"] = ban["code_insee"].map(parents).fillna(ban["code_insee"])
    ban["commune_actuelle"] = ban["famille"].map(names).fillna(ban["nom_commune"])
    return ban


def plain_name(names: pd.Series) -> pd.Series:
    """Names of streets without doubled spaces or signs that cannot be seen."""
    return names.str.replace(r"[\s\u200e]+", " ", regex=True).str.strip()


def families(ban: pd.DataFrame) -> dict[str, str]:
    """INSEE code in the BAN -> the commune of today; a commune of today is its own."""
    if "famille" in ban:
        pairs = ban[["code_insee", "famille"]].drop_duplicates()
        known = dict(zip(pairs["code_insee"], pairs["famille"], strict=True))
    else:
        known = {code: paris_or(code) for code in ban["code_insee"].unique()}
    return known | {family: family for family in known.values()}


def paris_or(code: str) -> str:
    """75056 for the code of an arrondissement of Paris, else the code itself."""
    return "75056" if "75101" <= code <= "75120" else code


@dataclass(frozen=True)
class Reference:
    """The streets of some départements.

    ``ban`` is sorted by street; ``plain`` marks the numbers that people would write.
    ``streets`` has one row per (commune, name): departement, code_insee, famille,
    nom_commune, nom_voie, ``name`` and ``core`` (canonical, with and without way type),
    ``way_type``, ``first`` and ``last`` (rows of ``ban``), ``drawable``.
    """

    ban: pd.DataFrame
    streets: pd.DataFrame

    @cached_property
    def communes(self) -> pd.DataFrame:
        """One row per code_insee: nom_commune, famille, commune_actuelle, lon, lat, folded."""
        grouped = self.ban.groupby("code_insee", sort=True)
        names = ["nom_commune", "famille", "commune_actuelle"]
        table = grouped[names].first().join(grouped[["lon", "lat"]].median())
        table["folded"] = table["nom_commune"].map(fold)
        return table

    @cached_property
    def by_commune(self) -> dict[str, np.ndarray]:
        return self.streets.groupby("code_insee").indices

    @cached_property
    def by_family(self) -> dict[str, np.ndarray]:
        return self.streets.groupby("famille").indices

    @cached_property
    def communes_of_postcode(self) -> dict[str, list[str]]:
        pairs = self.ban[["code_postal", "code_insee"]].drop_duplicates()
        return pairs.groupby("code_postal")["code_insee"].agg(sorted).to_dict()

    @cached_property
    def postcodes_of_commune(self) -> dict[str, list[str]]:
        pairs = self.ban[["code_postal", "code_insee"]].drop_duplicates()
        return pairs.groupby("code_insee")["code_postal"].agg(sorted).to_dict()

    @cached_property
    def cores(self) -> np.ndarray:
        return self.streets["core"].to_numpy(object)

    @cached_property
    def names(self) -> np.ndarray:
        return self.streets["name"].to_numpy(object)

    def same_postcode(self, code_insee: str) -> list[str]:
        """The communes that share a postcode with one, itself included."""
        return sorted(
            {
                code
                for postcode in self.postcodes_of_commune[code_insee]
                for code in self.communes_of_postcode[postcode]
            }
        )

    def around(self, code_insee: str, metres: float) -> list[str]:
        """The communes whose middle is within ``metres``, itself included."""
        table = self.communes
        here = table.loc[code_insee]
        away = distance_m(here["lon"], here["lat"], table["lon"], table["lat"])
        return list(table.index[away <= metres])

    def rows(self, street: int) -> pd.DataFrame:
        return self.ban.iloc[self.streets["first"].iat[street] : self.streets["last"].iat[street]]

    def streets_of(self, communes: list[str]) -> np.ndarray:
        found = [self.by_commune[code] for code in communes if code in self.by_commune]
        return np.concatenate(found) if found else np.empty(0, dtype=int)


def build_reference(ban: pd.DataFrame) -> Reference:
    """Sort the numbers by street and describe the streets."""
    ban = ban.copy()
    if "famille" not in ban:
        ban["famille"] = ban["code_insee"].map(families(ban))
    if "commune_actuelle" not in ban:
        ban["commune_actuelle"] = ban["nom_commune"]
    order = ["code_insee", "nom_voie", "numero", "rep", "lon", "lat"]
    ban = ban.sort_values(order, kind="stable").reset_index(drop=True)
    ban["plain"] = ban["rep"].isin(REPETITIONS) & (ban["numero"].astype(int) < FALSE_NUMBERS)
    changes = (ban["code_insee"] != ban["code_insee"].shift()) | (
        ban["nom_voie"] != ban["nom_voie"].shift()
    )
    first = np.flatnonzero(changes)
    streets = ban.loc[first, ["code_insee", "famille", "nom_commune", "nom_voie"]]
    streets = streets.reset_index(drop=True)
    streets["first"] = first
    streets["last"] = np.append(first[1:], len(ban))
    streets["departement"] = streets["code_insee"].str[:2]
    parts = [split_street(name) for name in streets["nom_voie"]]
    streets["way_type"] = [kind for kind, _ in parts]
    streets["core"] = [core for _, core in parts]
    streets["name"] = streets["nom_voie"].map(canonical)
    streets = streets.astype(dict.fromkeys(streets.select_dtypes("str").columns, object))
    streets["drawable"] = ~streets["nom_voie"].str.contains(_UNSPOKEN) & (
        streets["name"].str.len() > 3
    )
    return Reference(ban, streets)


def distance_m(
    lon: np.ndarray | float, lat: np.ndarray | float, other_lon: object, other_lat: object
) -> np.ndarray:
    """Metres between points in degrees, on a plane: exact enough for some kilometres."""
    lat_a, lat_b = np.asarray(lat, float), np.asarray(other_lat, float)
    east = (np.asarray(other_lon, float) - np.asarray(lon, float)) * np.cos(np.radians(lat_a))
    return np.hypot(east, lat_b - lat_a) * METRES_PER_DEGREE
