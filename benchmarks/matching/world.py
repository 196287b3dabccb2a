"""Many rows of a made-up France, for speed: ten thousand to a million, fast.

Communes by population (Paris heavy), eight sources of unequal size, four fifths of the rows a
place of their own and one fifth the same place told by another source: in capitals without
accents, with a short address, without its number, its phone or its exact point. Names come from
the sorts of places that real files list, most libraries having a patron, some only "Bibliothèque
municipale".
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .making import COLUMNS, SOURCES, TYPES, towns, with_territory
from .spelling import bare, short_address, shouted, slug
from .words import FIRST_NAMES, LAST_NAMES, QUARTERS, SHOPS, STREETS, WAYS

#: Of all rows, those that tell again of a place that another source told.
TOLD_AGAIN = 0.2
#: Of all places, those that give the e-mail and site of their town.
TOWN_CONTACTS = 0.15
#: How much each source weighs, in the order of SOURCES.
_WEIGHTS = np.array([0.42, 0.13, 0.10, 0.07, 0.02, 0.06, 0.10, 0.10])
#: Sort of place: how many in a hundred, its words, its codes.
_SORTS = (
    (30, "Médiathèque {person}", "BIB", "mediatheque"),
    (14, "Bibliothèque {person}", "BIB", "mediatheque"),
    (5, "Bibliothèque municipale", "BIB", "mediatheque"),
    (8, "Mairie {of}", "MUNI", "mairie"),
    (7, "France services {of}", "RFS", "france-services"),
    (9, "{shop}", "TIERS_LIEUX", "tiers-lieu|coworking"),
    (5, "{shop} {last}", "TIERS_LIEUX|FABLAB", "tiers-lieu|fablab"),
    (6, "Centre social {quarter}", "CS", "centre-social"),
    (4, "CCAS {of}", "CCAS", "autre"),
    (4, "Espace public numérique {person}", "EPN", "epn"),
    (3, "Maison de quartier {quarter}", "MQ", "centre-social"),
    (5, "Association {last}", "ASSO", "autre"),
)
_DEGREE_M = 111_195.0
Texts = NDArray[np.object_]


def world(n_rows: int, seed: int) -> pd.DataFrame:
    """``n_rows`` rows with the columns of making.TYPES, in no order."""
    return world_and_places(n_rows, seed)[0]


def world_and_places(n_rows: int, seed: int) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """The rows, and the number of the place that each tells of."""
    rng = np.random.default_rng(seed)
    again = round(n_rows * TOLD_AGAIN)
    table, streets = _places(n_rows - again, rng)
    copied = rng.permutation(len(table))[:again]
    copies = _copies(table.iloc[copied].reset_index(drop=True), rng)
    rows = pd.concat([table, copies], ignore_index=True)
    place = np.concatenate([np.arange(len(table)), copied])
    rows = _seen(rows, np.concatenate([streets, streets[copied]]), rng)
    order = rng.permutation(len(rows))
    rows = rows.iloc[order].reset_index(drop=True)
    rows["ligne"] = np.arange(len(rows)) + 1
    rows["id"] = rows["source_id"] + "-" + rows["ligne"].astype("str")
    return with_territory(rows.reindex(columns=list(COLUMNS))), place[order].astype(np.int64)


def _places(count: int, rng: np.random.Generator) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Each place once, at its true point, and the middle [lat, lon] of its street."""
    known = towns()
    people = known["population"].to_numpy(dtype=float)
    town = rng.choice(len(known), count, p=people / people.sum())
    spread = np.minimum(0.002 + 0.006 * np.sqrt(people[town] / 20_000), 0.04)
    lat = known["latitude"].to_numpy(dtype=float)[town] + rng.normal(0, spread)
    lon = known["longitude"].to_numpy(dtype=float)[town] + rng.normal(0, spread * 1.4)
    sort = rng.choice(len(_SORTS), count, p=np.array([one[0] for one in _SORTS]) / 100)
    names = np.array([str(name) for name in known["nom"]], dtype=object)
    first, last = _drawn(FIRST_NAMES, count, rng), _drawn(LAST_NAMES, count, rng)
    words = {
        "{person}": first + " " + last,
        "{of}": np.array(["de " + name for name in names], dtype=object)[town],
        "{shop}": _drawn(SHOPS, count, rng),
        "{last}": last,
        "{quarter}": _drawn(QUARTERS, count, rng),
    }
    nom = np.empty(count, dtype=object)
    for number, (_, pattern, _, _) in enumerate(_SORTS):
        chosen = sort == number
        nom[chosen] = _filled(pattern, {key: text[chosen] for key, text in words.items()})
    # A town has one town hall: the next places of a name bear a person's as well.
    taken = pd.DataFrame({"town": town, "nom": nom}).duplicated().to_numpy()
    nom[taken] = nom[taken] + " " + words["{person}"][taken]
    way = _drawn(WAYS, count, rng) + " " + _drawn(STREETS, count, rng)
    number = rng.integers(1, 120, count).astype("str").astype(object)
    hosts = np.array([slug(name) for name in names], dtype=object)[town]
    slugs = {name: slug(name) for name in (*FIRST_NAMES, *LAST_NAMES)}
    own = np.array(
        [f"{slugs[a]}-{slugs[b]}" for a, b in zip(first, last, strict=True)], dtype=object
    )
    postcodes = [str(codes).split("|") for codes in known["codes_postaux"]]
    first_code = np.array([codes[0] for codes in postcodes], dtype=object)[town]
    source = rng.choice(len(SOURCES), count, p=_WEIGHTS)
    table = pd.DataFrame(
        {
            "source_id": np.array(list(SOURCES), dtype=object)[source],
            "nom": nom,
            "adresse": number + " " + way,
            "commune": names[town],
            "code_insee": known["code"].to_numpy(dtype=object)[town],
            "code_postal": first_code,
            "latitude": lat,
            "longitude": lon,
            "typologie": np.array([one[2] for one in _SORTS], dtype=object)[sort],
            "categories": np.array([one[3] for one in _SORTS], dtype=object)[sort],
            "telephone": "+33" + rng.integers(10**8, 6 * 10**8, count).astype("str").astype(object),
            "courriels": own + "@" + hosts + ".fr",
            "site_web": "https://www." + hosts + ".fr/" + own,
            "pivot": rng.integers(2 * 10**13, 9 * 10**13, count).astype("str").astype(object),
            "population": known["population"].to_numpy(dtype="int64")[town],
        }
    )
    # The town's own mailbox and site stand for many of its services.
    shared = rng.random(count) < TOWN_CONTACTS
    table["courriels"] = table["courriels"].mask(shared, "contact@" + hosts + ".fr")
    table["site_web"] = table["site_web"].mask(shared, "https://www." + hosts + ".fr")
    # Paris, Lyon and Marseille have many postcodes: one of them, by chance.
    many = np.flatnonzero(np.array([len(codes) > 1 for codes in postcodes])[town])
    draws = rng.random(len(many))
    table.loc[many, "code_postal"] = [
        postcodes[at][int(draw * len(postcodes[at]))]
        for at, draw in zip(town[many].tolist(), draws.tolist(), strict=True)
    ]
    middle = rng.normal(0, 90 / _DEGREE_M, (count, 2))
    return table, np.column_stack([lat, lon]) + middle


def _copies(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The same places as another source writes them."""
    names = list(SOURCES)
    at = {name: number for number, name in enumerate(names)}
    old = table["source_id"].map(at).to_numpy(dtype=int)
    moved = (old + rng.integers(1, len(names), len(table))) % len(names)
    table = table.assign(source_id=np.array(names, dtype=object)[moved])
    count = len(table)
    chance = rng.random((4, count))
    nom, address = table["nom"].to_numpy(dtype=object), table["adresse"].to_numpy(dtype=object)
    loud = chance[0] < 0.3
    nom[loud] = [shouted(str(text)) for text in nom[loud]]
    plain = (chance[0] >= 0.3) & (chance[0] < 0.4)
    nom[plain] = [bare(str(text)) for text in nom[plain]]
    with_town = (chance[1] < 0.12) & ~loud
    nom[with_town] += " - " + table["commune"].to_numpy(dtype=object)[with_town]
    short = chance[2] < 0.3
    address[short] = [short_address(str(text), rng) for text in address[short]]
    numberless = chance[3] < 0.1
    address[numberless] = [str(text).partition(" ")[2] for text in address[numberless]]
    return table.assign(nom=nom, adresse=address)


def _seen(
    table: pd.DataFrame, streets: NDArray[np.float64], rng: np.random.Generator
) -> pd.DataFrame:
    """What the source of each row tells: contacts by its habits, the point by its precision."""
    count = len(table)
    habits = np.array([one[:4] for one in SOURCES.values()])
    shares = np.array([one[4] for one in SOURCES.values()])
    names = {name: number for number, name in enumerate(SOURCES)}
    source = table["source_id"].map(names).to_numpy(dtype=int)
    for at, name in enumerate(("telephone", "courriels", "site_web", "pivot")):
        table[name] = table[name].where(rng.random(count) < habits[source, at], "")
    level = (rng.random(count)[:, None] > np.cumsum(shares, axis=1)[source]).sum(axis=1)
    level = np.minimum(level, 2)
    known = towns().set_index("code")
    codes = pd.Index(known.index).get_indexer(table["code_insee"])
    centre = known[["latitude", "longitude"]].to_numpy(dtype=float)[codes]
    point = table[["latitude", "longitude"]].to_numpy(dtype=float)
    jitter = rng.normal(0, 12 / _DEGREE_M, (count, 2))
    at_level = np.stack([point + jitter, streets + 2 * jitter, centre])
    seen = at_level[level, np.arange(count)]
    precision = np.array(["numero", "voie", "commune"], dtype=object)[level]
    return table.assign(latitude=seen[:, 0], longitude=seen[:, 1], geo_precision=precision)


def _drawn(words: list[str] | tuple[str, ...], count: int, rng: np.random.Generator) -> Texts:
    return np.array(words, dtype=object)[rng.integers(len(words), size=count)]


def _filled(pattern: str, words: dict[str, Texts]) -> Texts:
    """The pattern with its one or two blanks, over whole columns."""
    size = len(next(iter(words.values())))
    text = np.full(size, "", dtype=object)
    rest = pattern
    while rest:
        head, brace, tail = rest.partition("{")
        text = text + head
        if not brace:
            break
        blank, _, rest = tail.partition("}")
        text = text + words["{" + blank + "}"]
    return text


__all__ = ["TYPES", "world", "world_and_places"]
