"""Queries where the tempting answer is wrong: what is asked is not there, or is there twice."""

import re
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from .noise import chance, choice, upper_plain
from .reference import Reference, distance_m
from .writing import (
    Place,
    Query,
    draw_place,
    draw_streets,
    is_arrondissement,
    plain_query,
    write_commune,
    write_street,
)

#: A street is unknown to a commune only if nothing within this distance resembles it.
AROUND_M = 8_000.0
#: Likeness of two names, of 100, from which one could be meant for the other.
RESEMBLING = 72
#: What people write where there is no street; none of it is a name in the reference.
PLACES = (
    "Le Bourg", "Lieu-dit La Grange Neuve", "Le Moulin Brûlé", "Lieu dit Les Quatre Chemins",
    "ZA Les Portes du Sud", "Zone d'activités Le Pré Long", "Hameau de Chantegrive",
    "Centre commercial Les Arcades", "Ferme du Grand Bois",
)  # fmt: skip


def resembles(ref: Reference, core: str, streets: np.ndarray) -> bool:
    """Whether one of the streets could be meant by the name ``core`` (without way type).

    It could if all words of one are words of the other, if their last words (in France the
    surname) are the same, or if they are spelled alike.
    """
    if not len(streets):
        return False
    others = np.unique(ref.cores[streets])
    words = set(core.split())
    last = core.rsplit(" ", 1)[-1]
    for other in others:
        theirs = set(other.split())
        if theirs and (words <= theirs or theirs <= words):
            return True
        if len(last) >= 4 and other.rsplit(" ", 1)[-1] == last:
            return True
    names = list(others)
    alike = cdist([core], names, scorer=fuzz.ratio).max()
    return bool(max(alike, cdist([core], names, scorer=fuzz.token_sort_ratio).max()) >= RESEMBLING)


def unknown_street(ref: Reference, rng: Generator, street: int) -> Query | None:
    """A street of another département, asked in a commune that has nothing like it."""
    code = ref.streets["code_insee"].iat[street]
    place = draw_place(ref, rng, street, without_number=0.3)
    asked = choice(rng, PLACES)
    core = asked.lower()
    if chance(rng, 0.9):
        elsewhere = [one for one in ref.streets["departement"].unique() if one != code[:2]]
        if not elsewhere:
            return None
        mask = (ref.streets["drawable"] & (ref.streets["way_type"] != "")).to_numpy()
        other = draw_streets(ref, rng, choice(rng, elsewhere), mask, 1)[0]
        asked, core = ref.streets["nom_voie"].iat[other], ref.cores[other]
        if len(core) < 4:
            return None
    else:
        core = re.sub(r"[^a-z ]", " ", upper_plain(asked).lower())
    near = set(ref.around(code, AROUND_M)) | set(ref.same_postcode(code))
    near |= set(ref.communes.index[ref.communes["famille"] == ref.communes.at[code, "famille"]])
    if resembles(ref, core, ref.streets_of(sorted(near))):
        return None
    query = plain_query(rng, place, "", street=write_street(rng, asked))
    return query.but(expected_voie="", expected_numero="", **_middle(ref, code))


def _middle(ref: Reference, code: str) -> dict[str, float]:
    here = ref.communes.loc[code]
    return {"lon": round(float(here["lon"]), 6), "lat": round(float(here["lat"]), 6)}


def absent_number(ref: Reference, rng: Generator, street: int) -> Query | None:
    """A number the street does not have; its point lies between those on either side.

    In one query of four the number is beyond the last; the point is then the last's.
    """
    rows = ref.rows(street)
    numbers = rows["numero"].astype(int).to_numpy()
    known = np.unique(numbers[numbers < 1000])
    if len(known) < 3:
        return None
    if chance(rng, 0.75):
        missing = np.setdiff1d(np.arange(known[0], known[-1]), known)
        if not len(missing):
            return None
        asked = int(rng.choice(missing))
    else:
        asked = int(known[-1] + rng.integers(2, 40))
    side = known[known % 2 == asked % 2]
    below, above = side[side < asked], side[side > asked]
    if not len(side):
        below, above = known[known < asked], known[known > asked]
    ends = ([below[-1]] if len(below) else []) + ([above[0]] if len(above) else [])
    points = [rows.loc[numbers == end, ["lon", "lat"]].mean() for end in ends]
    share = (asked - ends[0]) / (ends[1] - ends[0]) if len(ends) == 2 else 0.0
    lon, lat = points[0] + (points[-1] - points[0]) * share
    place = draw_place(ref, rng, street, without_number=0.0)
    at_end = rows[numbers == ends[0]].iloc[0]
    place = replace(
        place, code_postal=at_end["code_postal"], number=str(asked), stored="", lon=lon, lat=lat
    )
    return plain_query(rng, place, "")


def same_street_next_door(ref: Reference, rng: Generator, street: int) -> Query | None:
    """The street is in the stated commune, and by the same name in another one of the postcode.

    In Paris, in another arrondissement.
    """
    family = ref.streets["famille"].iat[street]
    if (ref.names == ref.names[street]).sum() < 2:
        return None
    place = draw_place(ref, rng, street)
    if is_arrondissement(place.code_insee):
        near = ref.by_family[family]
        near = near[ref.streets["code_insee"].to_numpy()[near] != place.code_insee]
    else:
        near = ref.streets_of(ref.communes_of_postcode[place.code_postal])
        near = near[ref.streets["famille"].to_numpy()[near] != family]
    if not (ref.names[near] == ref.names[street]).any():
        return None
    return plain_query(rng, place, "")


def only_next_door(ref: Reference, rng: Generator, street: int) -> Query | None:
    """The street is not in the stated commune but in exactly one other of its postcode.

    In Paris, in exactly one arrondissement, and one beside it is stated.
    """
    place = draw_place(ref, rng, street)
    if is_arrondissement(place.code_insee):
        pool = sorted(ref.communes.index[ref.communes["famille"] == "75056"])
        here = ref.communes.loc[place.code_insee]
        table = ref.communes.loc[pool]
        away = distance_m(here["lon"], here["lat"], table["lon"], table["lat"])
        others = [pool[one] for one in np.argsort(away, kind="stable")[1:6]]
    else:
        pool = ref.communes_of_postcode[place.code_postal]
        family = ref.streets["famille"].iat[street]
        others = [code for code in pool if ref.communes.at[code, "famille"] != family]
    near = ref.streets_of(list(pool))
    if not others or (ref.names[near] == ref.names[street]).sum() != 1:
        return None
    stated = choice(rng, others)
    if resembles(ref, ref.cores[street], ref.by_commune[stated]):
        return None
    name = ref.communes.at[stated, "nom_commune"]
    asked = replace(place, code_insee=stated, nom_commune=name)
    if is_arrondissement(stated):
        asked = replace(asked, code_postal=ref.postcodes_of_commune[stated][0])
    query = plain_query(rng, asked, "")
    return query.but(expected_insee=place.code_insee, street_optional=True)


def town_hall(ref: Reference, rng: Generator, street: int) -> Query | None:
    """The town hall and no street, in a commune whose streets are not named after it."""
    code = ref.streets["code_insee"].iat[street]
    if np.isin(ref.cores[ref.by_commune[code]], ["mairie", "hotel ville"]).any():
        return None
    name = ref.streets["nom_commune"].iat[street]
    text = choice(rng, ("{}", "{}", "Mairie", "Hôtel de ville", "HOTEL DE VILLE", "MAIRIE"))
    if is_arrondissement(code):
        rank = int(code[-2:])
        whole = f"Mairie du {'1er' if rank == 1 else f'{rank}e'} arrondissement"
    else:
        whole = _of("Mairie", name)
    postcode = ref.postcodes_of_commune[code][0]
    middle = _middle(ref, code)
    place = Place(street, "", code, name, postcode, "", "", middle["lon"], middle["lat"])
    query = plain_query(rng, place, "", street=text.format(whole))
    return query.but(commune=write_commune(rng, code, name))


def _of(thing: str, commune: str) -> str:
    """``Mairie d'Ahun``, ``Mairie du Grand-Bourg``, ``Mairie de Guéret``."""
    if commune.startswith("Le "):
        return f"{thing} du {commune[3:]}"
    if commune.startswith("Les "):
        return f"{thing} des {commune[4:]}"
    if upper_plain(commune)[0] in "AEIOUYH":
        return f"{thing} d'{commune}"
    return f"{thing} de {commune}"
