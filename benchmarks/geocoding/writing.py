"""One query as it is written, and what its answer is; shared by every kind of query."""

import re
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.random import Generator

from .names import canonical_number
from .noise import chance, choice
from .reference import Reference, paris_or

#: Share of the queries without a house number.
WITHOUT_NUMBER = 0.12
#: Share of the queries that state the commune's code too.
WITH_CODE = 0.06
ARRONDISSEMENTS = ("75101", "75120")


@dataclass(frozen=True)
class Query:
    """What is asked (the first four) and the truth.

    ``stated_insee`` is the commune that the query names: 75056 where no arrondissement is
    stated. ``street_optional``: the commune alone is a right answer too.
    """

    adresse: str
    code_postal: str
    commune: str
    code_insee: str
    kind: str
    expected_insee: str
    stated_insee: str
    expected_voie: str
    expected_numero: str
    lon: float
    lat: float
    street_optional: bool = False

    def but(self, **changes: object) -> "Query":
        return replace(self, **changes)  # type: ignore[arg-type]


COLUMNS = tuple(Query.__dataclass_fields__)
as_row = asdict


@dataclass(frozen=True)
class Place:
    """A street drawn from the reference, with a number of it or none.

    ``number`` is as a person writes it, ``stored`` as the reference does; both "" for none.
    """

    street: int
    nom_voie: str
    code_insee: str
    nom_commune: str
    code_postal: str
    number: str
    stored: str
    lon: float
    lat: float


def draw_place(
    ref: Reference, rng: Generator, street: int, without_number: float = WITHOUT_NUMBER
) -> Place:
    """A number of the street, or the street alone with its middle point."""
    rows = ref.rows(street)
    known = np.flatnonzero(rows["plain"].to_numpy())
    facts = ref.streets.iloc[street]
    common = (street, facts["nom_voie"], facts["code_insee"], facts["nom_commune"])
    if not len(known) or chance(rng, without_number):
        middle = (float(rows["lon"].median()), float(rows["lat"].median()))
        return Place(*common, rows["code_postal"].iloc[0], "", "", *middle)
    row = rows.iloc[int(known[rng.integers(len(known))])]
    stored = canonical_number(row["numero"] + row["rep"])
    number = write_number(rng, row["numero"], row["rep"], facts["departement"] == "75")
    return Place(*common, row["code_postal"], number, stored, row["lon"], row["lat"])


def write_number(rng: Generator, number: str, repetition: str, letters_mean_bis: bool) -> str:
    """``12 bis``, ``12bis``, ``12B``… The base of Paris stores bis, ter, quater by a letter."""
    if not repetition:
        return number
    if letters_mean_bis or len(repetition) > 1:
        long = {"b": "bis", "t": "ter", "q": "quater"}.get(repetition, repetition)
        return number + choice(rng, (f" {long}", f" {long}", long, f" {long.upper()}"))
    letter = repetition
    return number + choice(rng, (letter.upper(), f" {letter.upper()}", letter))


def write_street(rng: Generator, name: str) -> str:
    """The name with its way type in small letters more often than not."""
    if chance(rng, 0.6) and re.match(r"[A-ZÀ-Ý][a-zà-ÿ]+ ", name):
        return name[0].lower() + name[1:]
    return name


def join_number(rng: Generator, number: str, street: str) -> str:
    if not number:
        return street
    return number + (", " if chance(rng, 0.3) else " ") + street


def write_commune(rng: Generator, code_insee: str, name: str, bare: bool = False) -> str:
    """The commune; Paris with or without its arrondissement, ``bare`` for without."""
    if not is_arrondissement(code_insee):
        return name
    rank = int(code_insee[-2:])
    ordinal = "1er" if rank == 1 else f"{rank}e"
    draw = rng.random()
    if bare or draw < 0.5:
        return "Paris"
    if draw < 0.65:
        return f"Paris {ordinal} Arrondissement"
    if draw < 0.85:
        return f"Paris {ordinal}"
    return f"PARIS {rank:02d}" if draw < 0.93 else f"Paris {rank}"


def is_arrondissement(code_insee: str) -> bool:
    return ARRONDISSEMENTS[0] <= code_insee <= ARRONDISSEMENTS[1]


def plain_query(rng: Generator, place: Place, kind: str, street: str | None = None) -> Query:
    """The place as a careful person writes it, or with the ``street`` given as it is."""
    street = write_street(rng, place.nom_voie) if street is None else street
    code = ""
    if chance(rng, WITH_CODE):
        code = place.code_insee
        if is_arrondissement(code) and chance(rng, 0.5):
            code = paris_or(code)
    return Query(
        adresse=join_number(rng, place.number, street),
        code_postal=place.code_postal,
        commune=write_commune(rng, place.code_insee, place.nom_commune),
        code_insee=code,
        kind=kind,
        expected_insee=place.code_insee,
        stated_insee=place.code_insee,
        expected_voie=place.nom_voie,
        expected_numero=place.stored,
        lon=round(place.lon, 6),
        lat=round(place.lat, 6),
    )


def draw_streets(
    ref: Reference, rng: Generator, departement: str, mask: np.ndarray, count: int
) -> np.ndarray:
    """Streets of one département; a commune's chance is the root of its number of streets."""
    streets = ref.streets
    chosen = np.flatnonzero(mask & (streets["departement"] == departement).to_numpy())
    if not len(chosen):
        return chosen
    communes = streets["code_insee"].iloc[chosen]
    sizes = communes.map(communes.value_counts()).to_numpy(float)
    weights = 1 / np.sqrt(sizes)
    return rng.choice(chosen, size=count, p=weights / weights.sum())
