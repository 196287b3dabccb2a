"""Addresses as people write them, drawn from the BAN with their truth, from a seed.

Each kind is one function that makes a query of a drawn street, or None where a competent
person could not tell what is meant: such a street is left and another one drawn.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.random import Generator
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from . import hard_queries as hard
from . import loose_queries as loose
from . import noise
from .names import TYPE_WORDS, canonical, canonical_number, fold, split_street
from .noise import chance, choice
from .reference import Reference, build_reference
from .writing import (
    COLUMNS,
    Query,
    as_row,
    draw_place,
    draw_streets,
    is_arrondissement,
    join_number,
    plain_query,
    write_commune,
    write_street,
)

Maker = Callable[[Reference, Generator, int], Query | None]
#: Draws per query wanted before a kind is given up as too rare in a département.
PATIENCE = 60


def queries(
    ban: pd.DataFrame, seed: int, per_kind: int, kinds: Mapping[str, Maker] | None = None
) -> pd.DataFrame:
    """``per_kind`` queries of each kind (:data:`KINDS` unless told).

    A third of them are in each département of ``ban``, which has the columns of
    :func:`reference.read_ban` (``famille`` may be left out); the answer has those of
    :class:`writing.Query`. The same seed gives the same queries. Where a département has too
    few suitable streets, there are fewer.
    """
    ref = build_reference(ban)
    departements = sorted(ref.streets["departement"].unique())
    found: list[Query] = []
    for number, (kind, maker) in enumerate((kinds or KINDS).items()):
        for rank, departement in enumerate(departements):
            wanted = per_kind // len(departements) + (rank < per_kind % len(departements))
            rng = np.random.default_rng([seed, number, rank])
            mask = ref.streets["drawable"].to_numpy()
            found += collect(ref, rng, kind, maker, departement, wanted, mask)
    table = pd.DataFrame([as_row(query) for query in found], columns=list(COLUMNS))
    shuffled = np.random.default_rng([seed, len(KINDS)]).permutation(len(table))
    return table.iloc[shuffled].reset_index(drop=True)


def collect(
    ref: Reference,
    rng: Generator,
    kind: str,
    maker: Maker,
    departement: str,
    wanted: int,
    mask: np.ndarray,
) -> list[Query]:
    """At most ``wanted`` queries of one kind, of the streets of one département in ``mask``."""
    found: list[Query] = []
    for street in draw_streets(ref, rng, departement, mask, wanted * PATIENCE):
        if len(found) == wanted:
            break
        query = maker(ref, rng, int(street))
        if query is not None:
            found.append(query.but(kind=kind))
    return found


def _clean(ref: Reference, rng: Generator, street: int) -> Query | None:
    query = plain_query(rng, draw_place(ref, rng, street), "")
    facts = ref.communes.loc[query.expected_insee]
    renamed = facts["famille"] != query.expected_insee
    if renamed and not is_arrondissement(query.expected_insee) and chance(rng, 0.3):
        family = ref.by_family[facts["famille"]]
        if (ref.names[family] == ref.names[street]).sum() == 1:
            return query.but(commune=facts["commune_actuelle"])
    return query


def _upper_case(ref: Reference, rng: Generator, street: int) -> Query | None:
    query = plain_query(rng, draw_place(ref, rng, street), "")
    return query.but(
        adresse=noise.upper_plain(query.adresse), commune=noise.upper_plain(query.commune)
    )


def _abbreviations(ref: Reference, rng: Generator, street: int) -> Query | None:
    place = draw_place(ref, rng, street)
    name = place.nom_voie
    if chance(rng, 0.25):
        short = noise.initial(name)
        last = ref.names[street].rsplit(" ", 1)[-1]
        others = ref.names[ref.streets_of([place.code_insee])]
        if sum(other.endswith(f" {last}") for other in others) == 1:
            name = short
    name = noise.shorten_words(rng, name)
    if name == place.nom_voie and ref.streets["way_type"].iat[street] == "rue" and chance(rng, 0.6):
        return None  # "R." alone says little: names with more to shorten come first
    name = noise.shorten_type(rng, name)
    query = plain_query(rng, place, "", street=name)
    commune = noise.shorten_commune(rng, query.commune)
    if name == place.nom_voie and commune == query.commune:
        return None
    return query.but(commune=commune)


def _typos(count: int) -> Maker:
    def make(ref: Reference, rng: Generator, street: int) -> Query | None:
        place = draw_place(ref, rng, street)
        name = write_street(rng, place.nom_voie)
        typed = bool(ref.streets["way_type"].iat[street])
        in_commune = 1 if chance(rng, 0.15 * count) else 0
        slips = count - in_commune
        for _ in range(slips):
            words = noise.long_words(name, first=1 if typed and chance(rng, 0.85) else 0)
            # Two slips leave a short word unreadable.
            words = [word for word in words if slips == 1 or len(word[0]) >= 6]
            if not words:
                return None
            name = noise.slip(rng, name, words[int(rng.integers(len(words)))])
        if slips and not is_nearest(ref, street, name, slips):
            return None
        query = plain_query(rng, place, "", street=name)
        if not in_commune:
            return query
        words = [word for word in noise.long_words(query.commune) if len(word[0]) >= 5]
        if not words or is_arrondissement(place.code_insee):
            return None
        commune = noise.slip(rng, query.commune, words[int(rng.integers(len(words)))])
        near = ref.communes.loc[ref.same_postcode(place.code_insee), "folded"]
        away = [OSA.distance(fold(commune), other) for other in near]
        nearest = near.index[[one <= 1 for one in away]]
        return query.but(commune=commune) if list(nearest) == [place.code_insee] else None

    return make


def is_nearest(ref: Reference, street: int, written: str, slips: int) -> bool:
    """No street of the commune (of Paris, anywhere in it) is as near to what is written.

    Nor is one of the communes of the same postcode nearer.
    """
    text = canonical(written)
    away = OSA.distance(text, ref.names[street])
    if not 0 < away <= slips:
        return False
    code = ref.streets["code_insee"].iat[street]
    family = ref.by_family[ref.streets["famille"].iat[street]]
    family = family[ref.names[family] != ref.names[street]]
    around = ref.streets_of(ref.same_postcode(code))
    others = ref.names[np.setdiff1d(around, family)]
    own = cdist([text], list(ref.names[family]), scorer=OSA.distance)
    near = cdist([text], list(others), scorer=OSA.distance)
    return bool((own > away).all() and (near >= away).all())


def _missing_way_type(ref: Reference, rng: Generator, street: int) -> Query | None:
    place = draw_place(ref, rng, street, without_number=0.0)
    kind, core = split_street(place.nom_voie)
    if not place.number or not kind or len(core) < 5 or core[0].isdigit():
        return None
    communes = {canonical(name) for name in ref.communes["folded"]}
    if core.split()[0] in TYPE_WORDS or core in communes:
        return None
    own = ref.by_commune[place.code_insee]
    if not is_arrondissement(place.code_insee):
        own = ref.by_family[ref.streets["famille"].iat[street]]
    if (ref.cores[own] == core).sum() != 1:
        return None
    name = place.nom_voie.split(" ", len(kind.split()) if "-" not in place.nom_voie else 1)[-1]
    if split_street(name)[1] != core:
        return None
    if chance(rng, 0.7):
        name = _without_article(name)
    return plain_query(rng, place, "", street=name)


def _without_article(name: str) -> str:
    words = name.split(" ")
    while len(words) > 1 and words[0].lower() in ("de", "du", "des", "la", "le", "les"):
        words = words[1:]
    name = " ".join(words)
    return name[2:] if name[:2].lower() in ("d'", "l'", "d’", "l’") else name


def _prefix_noise(ref: Reference, rng: Generator, street: int) -> Query | None:
    place = draw_place(ref, rng, street)
    query = plain_query(rng, place, "")
    text = query.adresse
    if place.number.isdigit() and chance(rng, 0.06):
        second = str(int(place.number) + 2)
        span = place.number + choice(rng, ("-", "/", " à ", " - ", " et ")) + second
        text = join_number(rng, span, write_street(rng, place.nom_voie))
    name = write_commune(rng, place.code_insee, place.nom_commune, bare=True)
    return query.but(adresse=noise.said_beside(rng, text, place.code_postal, name))


def _cedex(ref: Reference, rng: Generator, street: int) -> Query | None:
    place = draw_place(ref, rng, street)
    code, departement = place.code_insee, place.code_insee[:2]
    same = ref.communes.index[ref.communes["folded"] == fold(place.nom_commune)]
    if len(ref.by_commune[code]) < 20 or same.str.startswith(departement).sum() != 1:
        return None
    low, high = (200, 998) if departement == "75" else (1, 98)
    postcode = f"{departement}{int(rng.integers(low, high)):03d}"
    if postcode in ref.communes_of_postcode or postcode == "75000":
        return None
    query = plain_query(rng, place, "").but(code_postal=postcode, code_insee="")
    town, rank = place.nom_commune, ""
    if is_arrondissement(code):
        town, rank = "Paris", f" {int(code[-2:]):02d}" if chance(rng, 0.7) else ""
        if not rank:
            if not _one_in_paris(ref, street, place.stored):
                return None
            query = query.but(stated_insee="75056")
    word = choice(rng, ("CEDEX", "CEDEX", "Cedex", "cedex"))
    town = noise.upper_plain(town) if chance(rng, 0.6) else town
    return query.but(commune=f"{town} {word}{rank}")


def _one_in_paris(ref: Reference, street: int, number: str) -> bool:
    """The street is of one arrondissement only, or its number is."""
    family = ref.by_family[ref.streets["famille"].iat[street]]
    same = family[ref.names[family] == ref.names[street]]
    if len(same) == 1:
        return True
    rows = [ref.rows(int(one)) for one in same]
    having = [
        number in {canonical_number(text) for text in one["numero"] + one["rep"]} for one in rows
    ]
    return bool(number) and sum(having) == 1


def _no_postcode(ref: Reference, rng: Generator, street: int) -> Query | None:
    place = draw_place(ref, rng, street)
    if (ref.communes["folded"] == fold(place.nom_commune)).sum() != 1:
        return None
    query = plain_query(rng, place, "").but(code_postal="", code_insee="")
    if is_arrondissement(place.code_insee) and query.commune == "Paris":
        if not _one_in_paris(ref, street, place.stored):
            return None
        return query.but(stated_insee="75056")
    return query


KINDS: dict[str, Maker] = {
    "clean": _clean,
    "upper_case": _upper_case,
    "abbreviations": _abbreviations,
    "one_typo": _typos(1),
    "two_typos": _typos(2),
    "missing_way_type": _missing_way_type,
    "prefix_noise": _prefix_noise,
    "cedex": _cedex,
    "no_postcode": _no_postcode,
    "absent_number": hard.absent_number,
    "unknown_street": hard.unknown_street,
    "same_street_next_door": hard.same_street_next_door,
    "only_next_door": hard.only_next_door,
    "mairie": hard.town_hall,
}

#: Kinds of which nothing was promised, and that the score must know.
LOOSE_KINDS: dict[str, Maker] = {
    "other_way_type": loose.other_way_type,
    "left_out_words": loose.left_out_words,
    "added_words": loose.added_words,
}
