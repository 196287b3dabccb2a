"""A small made-up BAN: real communes, invented addresses, in the columns of ban-<dep>.parquet.

A street is a straight line to the east: number n stands n ten-thousandths of a degree from its
beginning, the even numbers on one side and the odd ones :data:`SIDE` further north. So where a
number must be is told by the number alone.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from opendata.geocode.addresses import ASKED, find_addresses
from opendata.geocode.ban import index as files
from opendata.geocode.ban.index import Index
from opendata.geocode.ban.match import OpenIndex
from opendata.geocode.gazetteer import CommuneReference, load_reference
from opendata.geocode.update.ban_extract import departement_of
from opendata.geocode.update.ban_table import SCHEMA
from opendata.paths import Paths

Row = dict[str, Any]

#: Degrees from one number to the next, and between the two sides of a street.
STEP, SIDE = 0.0001, 0.00005
_ORDER = ("code_insee", "nom_voie", "code_insee_ancienne_commune", "numero", "rep", "id")


class Commune(NamedTuple):
    """A commune as the lines of the BAN tell of it; the point is of its first street."""

    code: str
    name: str
    postcode: str
    longitude: float
    latitude: float


ORLEANS = Commune("45234", "Orléans", "45000", 1.90, 47.90)
FLEURY = Commune("45147", "Fleury-les-Aubrais", "45400", 1.92, 47.93)
#: Five communes share 45140; these three of them have addresses.
INGRE = Commune("45169", "Ingré", "45140", 1.82, 47.92)
RUELLE = Commune("45285", "Saint-Jean-de-la-Ruelle", "45140", 1.87, 47.91)
ORMES = Commune("45235", "Ormes", "45140", 1.81, 47.94)
#: Le Malesherbois, made of seven communes: two of them as address files write them.
MALESHERBOIS = Commune("45191", "Le Malesherbois", "45330", 2.41, 48.29)
MAINVILLIERS = Commune("45190", "Mainvilliers", "45330", 2.29, 48.26)
PARIS_6 = Commune("75106", "Paris 6e Arrondissement", "75006", 2.33, 48.85)
PARIS_7 = Commune("75107", "Paris 7e Arrondissement", "75007", 2.31, 48.85)
MARSEILLE_1 = Commune("13201", "Marseille 1er Arrondissement", "13001", 5.38, 43.29)
MARSEILLE_2 = Commune("13202", "Marseille 2e Arrondissement", "13002", 5.37, 43.30)
#: 01200 delivers to communes of two départements.
VALSERHONE = Commune("01033", "Valserhône", "01200", 5.83, 46.11)
ELOISE = Commune("74109", "Éloise", "01200", 5.86, 46.08)
SAINT_DENIS = Commune("97411", "Saint-Denis", "97400", 55.44, -20.90)


def house(
    commune: Commune, street: str, number: int, rep: str = "", *, line: int = 1, **cells: Any
) -> Row:
    """One address: of the ``line``-th street of its commune. ``cells`` replace what is written."""
    stem = f"{commune.code}_{line:04d}_{number:05d}"
    row: Row = {
        "id": f"{stem}_{rep}" if rep else stem,
        "numero": number,
        "rep": rep,
        "nom_voie": street,
        "nom_ld": "",
        "code_postal": commune.postcode,
        "code_insee": commune.code,
        "nom_commune": commune.name,
        "code_insee_ancienne_commune": "",
        "nom_ancienne_commune": "",
        "longitude": round(commune.longitude + STEP * number, 6),
        "latitude": round(commune.latitude + 0.001 * line + SIDE * (number % 2), 6),
        "type_position": "entrée",
    }
    return row | cells


def street(
    commune: Commune, name: str, numbers: Iterable[int], *, line: int = 1, **cells: Any
) -> list[Row]:
    """The addresses of one street."""
    return [house(commune, name, number, line=line, **cells) for number in numbers]


def table(rows: Sequence[Row]) -> pa.Table:
    """The rows as ``ban-<dep>.parquet`` has them: its columns, its types, its order."""
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in _ORDER))
    return pa.Table.from_pylist(ordered, schema=SCHEMA)


# --- the towns ----------------------------------------------------------------------------

#: Numbers that Rue Haute has, besides 12 bis and 12 ter; what lies between is the tests'.
HAUTE = (1, 2, 3, 5, 8, 9, 10, 12, 20, 60)


def _orleans() -> Iterator[Row]:
    yield from street(ORLEANS, "Rue Haute", HAUTE, line=1)
    yield from [house(ORLEANS, "Rue Haute", 12, rep, line=1) for rep in ("bis", "ter")]
    # One street, whose two ends have two postcodes.
    yield from street(ORLEANS, "Rue des Tilleuls", range(1, 11), line=2)
    south = ORLEANS._replace(postcode="45100")
    yield from street(south, "Rue des Tilleuls", (21, 22, 23, 24, 27, 28), line=2)
    yield from street(ORLEANS, "Place du 8 Mai 1945", range(1, 7), line=3)
    yield from street(ORLEANS, "Rue du Onze Novembre", range(1, 13), line=4)
    yield from street(ORLEANS, "Avenue du Général Leclerc", range(1, 41), line=5)
    yield from street(ORLEANS, "Quai Neuf", (5,), line=6)
    yield from street(ORLEANS, "Impasse du Vieux Puits", range(1, 9), line=7)
    yield from street(ORLEANS, "Rue de l'Église", range(1, 9), line=8)
    yield from street(ORLEANS, "Avenue des Marronniers", range(1, 31), line=9)
    yield from street(ORLEANS, "Rue du Faisan Doré", range(1, 31), line=10, nom_ld="Les Bergeries")
    yield from street(ORLEANS, "La Grange Brûlée", (0,), line=11)
    yield from street(ORLEANS, "Le Bourg", (0,), line=14)
    yield from street(ORLEANS, "Boulevard Alexandre Martin", range(1, 31), line=12)
    yield from street(ORLEANS, "Résidence des Ormeaux", range(1, 7), line=13)


def _around_orleans() -> Iterator[Row]:
    yield from street(FLEURY, "Rue Haute", range(1, 31), line=1)
    yield from street(FLEURY, "Rue de l'Église", range(1, 31), line=2)
    for commune in (INGRE, RUELLE, ORMES):
        yield from street(commune, "Rue de l'Église", range(1, 13), line=1)
    yield from street(INGRE, "Rue de la Sucrerie d'Hiver", range(1, 21), line=2)
    yield from street(INGRE, "Rue Passe-Debout", range(1, 21), line=3)
    yield from street(RUELLE, "Rue Passe-Debout", range(1, 21), line=3)
    yield from street(ORMES, "Rue Passe-Debout", range(1, 21), line=3)
    yield from street(RUELLE, "Rue Abbé de l'Épée", range(1, 21), line=4)


def _malesherbois() -> Iterator[Row]:
    yield from street(MAINVILLIERS, "Rue du Colombier", range(1, 9), line=1)
    former = {"code_insee_ancienne_commune": "45221", "nom_ancienne_commune": "Nangeville"}
    yield from street(MALESHERBOIS, "Rue du Lavoir", range(1, 9), line=1, **former)
    yield from street(MALESHERBOIS, "Rue de la Poterne", range(1, 9), line=2)
    # Two streets of one name, in two former communes.
    coudray = {"code_insee_ancienne_commune": "45106", "nom_ancienne_commune": "Coudray"}
    yield from street(MALESHERBOIS, "Grande Rue", range(1, 9), line=3, **former)
    yield from street(MALESHERBOIS, "Grande Rue", range(1, 9), line=4, **coudray)


def _cities() -> Iterator[Row]:
    for line, commune in enumerate((PARIS_6, PARIS_7), start=1):
        yield from street(commune, "Rue Bonaparte", range(1, 9), line=line)
    yield from street(PARIS_6, "Rue Madame", range(1, 9), line=3)
    yield from street(PARIS_7, "Rue Oudinot", range(1, 9), line=3)
    for line, commune in enumerate((MARSEILLE_1, MARSEILLE_2), start=1):
        yield from street(commune, "Rue de la République", range(1, 31), line=line)
    yield from street(MARSEILLE_2, "Rue du Petit Puits", range(1, 9), line=3)


def _elsewhere() -> Iterator[Row]:
    yield from street(VALSERHONE, "Rue de la Perte du Rhône", range(1, 9), line=1)
    yield from street(ELOISE, "Chemin du Nant Perdu", range(1, 9), line=1)
    yield from street(SAINT_DENIS, "Rue Labourdonnais", range(1, 9), line=1)


@cache
def towns() -> dict[str, tuple[Row, ...]]:
    """The rows of every département."""
    found: dict[str, list[Row]] = {}
    for rows in (_orleans(), _around_orleans(), _malesherbois(), _cities(), _elsewhere()):
        for row in rows:
            found.setdefault(departement_of(row["code_insee"]), []).append(row)
    return {departement: tuple(rows) for departement, rows in found.items()}


# --- installed, loaded, asked -------------------------------------------------------------


def install(
    paths: Paths, departement: str, rows: Sequence[Row] = (), vintage: str = "2026-11-01"
) -> Path:
    """Write a département's Parquet and its note as an update would (default: the towns')."""
    made = table(rows or towns()[departement]).replace_schema_metadata({"vintage": vintage})
    path = paths.reference / f"ban-{departement}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(made, path)
    note = {
        "vintage": vintage,
        "licence": "etalab-2.0",
        "attribution": "Essai",
        "addresses": made.num_rows,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    path.with_suffix(".json").write_text(json.dumps(note), encoding="utf-8")
    return path


@cache
def reference() -> CommuneReference:
    """The communes that ship with the code."""
    nowhere = Path(__file__).parent / "no such folder"
    return load_reference(Paths(home=nowhere, catalog=nowhere, mirror=None))


def index_of(rows: Sequence[Row], folder: Path) -> Index:
    """The index of some rows, by way of the disk as in life."""
    files.save(files.build(table(rows)), folder)
    return files.load(folder)


def asked(*lines: Row) -> pd.DataFrame:
    """Rows to ask; what a line does not say is of Orléans, and sure."""
    default = {
        "adresse": "", "code_postal": "45000", "commune": "Orléans", "codes": "45234", "trust": 1.0,
    }  # fmt: skip
    frame = pd.DataFrame([default | line for line in lines], columns=list(ASKED))
    return frame.astype({name: "str" for name in ASKED if name != "trust"} | {"trust": float})


def locate(open_index: OpenIndex, address: str, **line: Any) -> Row:
    """What is found for one address, as a dictionary."""
    found = find_addresses(asked({"adresse": address, **line}), reference(), open_index)
    (record,) = found.to_dict("records")
    return {str(name): value for name, value in record.items()}


def at(commune: Commune, number: float, line: int = 1, *, odd: bool = False) -> tuple[float, float]:
    """Where a number of a street stands: (longitude, latitude)."""
    longitude = commune.longitude + STEP * number
    return round(longitude, 6), round(commune.latitude + 0.001 * line + SIDE * odd, 6)


# --- asking -------------------------------------------------------------------------------

#: Finds one address of the towns: ``find("3 rue Haute", commune=…)``.
Locate = Callable[..., Row]

AT_INGRE: Row = {"code_postal": "45140", "commune": "Ingré", "codes": "45169"}
#: Boulay-les-Barres, of the same postcode, has no addresses.
AT_BOULAY: Row = {"code_postal": "45140", "commune": "Boulay-les-Barres", "codes": "45046"}
#: A row that gives the postcode alone may be in any of its five communes.
UNTOLD: Row = {
    "code_postal": "45140", "commune": "", "codes": "45046|45059|45169|45235|45285", "trust": 0.4,
}  # fmt: skip
MERGED: Row = {"code_postal": "45330", "commune": "Le Malesherbois", "codes": "45191"}

#: What :func:`told` gives for an address that was not found.
NOTHING = ("", "", "")


def told(found: Row) -> tuple[str, str, str]:
    """How precisely it was found, the street and the number."""
    return found["precision"], found["voie"], found["numero"]
