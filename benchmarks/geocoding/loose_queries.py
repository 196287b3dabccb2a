"""Queries as loose as real files are: a wrong kind of way, words left out, words added.

Nothing was promised of these kinds; without them the score would learn that people always
write the right kind of way, and would mistrust every « rue Leclerc ».
"""

import numpy as np
from numpy.random import Generator

from .names import split_street
from .noise import chance, choice
from .reference import Reference
from .writing import Query, draw_place, join_number, plain_query, write_street

_KINDS = ("rue", "avenue", "boulevard", "place", "chemin", "impasse", "allée", "route")
_ADDED = (
    "en face de l'église", "derrière la gare", "Espace Jean Moulin", "Maison des associations",
    "au fond de la cour", "Centre social", "à côté du stade", "quartier de la gare",
    "Immeuble Le Forum", "ancienne école", "face à la poste",
)  # fmt: skip


def _family(ref: Reference, street: int) -> np.ndarray:
    return ref.by_family[ref.streets["famille"].iat[street]]


def other_way_type(ref: Reference, rng: Generator, street: int) -> Query | None:
    """Another kind of way than the street's, whose name no other street of the town bears."""
    place = draw_place(ref, rng, street)
    kind, core = split_street(place.nom_voie)
    if not kind or (ref.cores[_family(ref, street)] == core).sum() != 1 or len(core) < 4:
        return None
    rest = place.nom_voie.split(" ", 1)[-1]
    if split_street(f"rue {rest}")[1] != core:
        return None
    others = [one for one in _KINDS if one != kind]
    return plain_query(rng, place, "", street=f"{choice(rng, others)} {rest}")


def left_out_words(ref: Reference, rng: Generator, street: int) -> Query | None:
    """The surname alone, where only one street of the town ends with it."""
    place = draw_place(ref, rng, street)
    kind, core = split_street(place.nom_voie)
    words = core.split()
    if not kind or len(words) < 2 or len(words[-1]) < 5 or not words[-1].isalpha():
        return None
    last = words[-1]
    holding = sum(last in other.split() for other in ref.cores[_family(ref, street)])
    if holding != 1:
        return None
    written = place.nom_voie.replace("-", " ").split(" ")
    return plain_query(rng, place, "", street=f"{written[0]} {written[-1]}")


def added_words(ref: Reference, rng: Generator, street: int) -> Query | None:
    """Something said behind the street, without a comma."""
    place = draw_place(ref, rng, street)
    name = write_street(rng, place.nom_voie)
    if not split_street(place.nom_voie)[0]:
        return None
    said = join_number(rng, place.number, f"{name} {choice(rng, _ADDED)}")
    return plain_query(rng, place, "").but(adresse=said.upper() if chance(rng, 0.2) else said)
