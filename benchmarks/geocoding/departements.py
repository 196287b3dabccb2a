"""Eight départements: three real ones and five made up, served as a mirror of their own.

The made-up ones have the communes of the real 18, 28, 36, 37 and 41, by their population,
and invented streets: as many numbers as a middling département, names that recur from one
commune to the next as French ones do.
"""

import gzip
import json
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.random import Generator

from .reference import DEPARTEMENTS, METRES_PER_DEGREE

INVENTED = ("18", "28", "36", "37", "41")
NUMBERS = 200_000
NUMBERS_A_STREET = 16
#: Share of the numbers that a street lacks.
GAPS = 0.1
SEED = 20261127
BAN_URL = "https://adresse.data.gouv.fr/data/ban/adresses/latest/csv/adresses-{}.csv.gz"
HEADER = (
    "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;"
    "code_insee_ancienne_commune;nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;"
    "libelle_acheminement;nom_afnor;source_position;source_nom_voie;certification_commune;"
    "cad_parcelles"
)
_TYPES = {
    "Rue": 0.62, "Route": 0.09, "Chemin": 0.09, "Impasse": 0.08, "Allée": 0.05, "Place": 0.03,
    "Avenue": 0.025, "Boulevard": 0.015,
}  # fmt: skip
_THINGS = (
    "de la Mairie", "de l'Église", "du Moulin", "de la Gare", "des Écoles", "du Stade",
    "de la Fontaine", "du Château", "de la Poste", "des Tilleuls", "des Lilas", "du Lavoir",
    "de la Forge", "des Vignes", "du Bois", "de la Croix", "du Puits", "des Champs",
    "de la Vallée", "des Acacias", "du Pont", "de la Liberté", "du 8 Mai 1945", "de Verdun",
    "du 11 Novembre 1918", "de la République", "des Peupliers", "des Chênes", "du Cimetière",
    "de la Paix", "des Marronniers", "du Prieuré", "de la Chapelle", "des Noyers", "du Marché",
)  # fmt: skip
_FIRST = (
    "Jean", "Pierre", "Victor", "Louis", "Marie", "Jules", "Paul", "Georges", "Henri", "Émile",
    "Marcel", "Albert", "Lucie", "Simone", "Jacques", "René", "André", "Claude", "Maurice", "Anne",
)  # fmt: skip
_LAST_HEADS = (
    "Mar", "Bel", "Char", "Gué", "Ram", "Lan", "Cou", "Dur", "Fro", "Gau", "Her", "Jou",
    "Ker", "Mon", "Nau", "Per", "Rou", "Sau", "Tau", "Ver", "Bour", "Cha", "Dau", "Fou",
)  # fmt: skip
_LAST_MIDDLES = ("", "ti", "ri", "le", "be", "do", "na", "go", "mi", "sa")
_LAST_TAILS = (
    "nier",
    "teau",
    "get",
    "court",
    "bert",
    "lin",
    "mont",
    "vier",
    "rand",
    "dot",
    "sson",
    "cel",
)


def make_mirror(folder: Path, mirror: Path, numbers: int = NUMBERS) -> tuple[str, ...]:
    """Fill ``folder`` with the files of eight départements; their codes."""
    (folder / "ban").mkdir(parents=True)
    entries = tomllib.loads((mirror / "mirror.toml").read_text(encoding="utf-8"))["file"]
    lines = []
    for entry in entries:
        real = entry["path"].startswith("ban/") or entry["path"].startswith("geo.api.gouv.fr/")
        if real and (mirror / entry["path"]).is_file():
            (folder / entry["path"]).parent.mkdir(exist_ok=True)
            shutil.copyfile(mirror / entry["path"], folder / entry["path"])
            lines.append((entry["url"], entry["path"]))
    for code in INVENTED:
        path = f"ban/adresses-{code}.csv.gz"
        communes = mirror / "geo.api.gouv.fr" / f"communes-{code}.json"
        table = invent_addresses(
            json.loads(communes.read_text(encoding="utf-8")), numbers, SEED + int(code)
        )
        with gzip.open(folder / path, "wt", encoding="utf-8", compresslevel=1) as file:
            table.to_csv(file, sep=";", index=False)
        lines.append((BAN_URL.format(code), path))
    (folder / "mirror.toml").write_text(
        "".join(f'[[file]]\nurl = "{url}"\npath = "{path}"\n\n' for url, path in lines),
        encoding="utf-8",
    )
    return (*DEPARTEMENTS, *INVENTED)


def invent_addresses(communes: list[dict[str, object]], numbers: int, seed: int) -> pd.DataFrame:
    """About that many numbers in the layout of the BAN, spread by population."""
    rng = np.random.default_rng(seed)
    population = np.array([max(int(one.get("population") or 0), 30) for one in communes])  # type: ignore[call-overload]
    share = population**0.9 / (population**0.9).sum()
    streets = np.maximum((share * numbers / NUMBERS_A_STREET).round().astype(int), 2)
    names = _names(rng, 4000)
    tables = []
    for commune, count in zip(communes, streets, strict=True):
        # Low ranks are common names: every commune has its Rue de l'Église.
        ranks = np.unique((rng.random(count * 2) ** 2.5 * len(names)).astype(int))
        chosen = rng.permutation(ranks)[:count]
        tables.append(_commune(rng, commune, [names[rank] for rank in chosen]))
    table = pd.concat(tables, ignore_index=True)
    return table.reindex(columns=HEADER.split(";"), fill_value="")


def _names(rng: Generator, count: int) -> list[str]:
    types, chances = list(_TYPES), np.array(list(_TYPES.values()))
    chances = chances / chances.sum()
    lasts = [a + b + c for a in _LAST_HEADS for b in _LAST_MIDDLES for c in _LAST_TAILS]
    people = [f"{first} {last}" for first in _FIRST for last in lasts]
    persons = [people[one] for one in rng.permutation(len(people))[:count]]
    farms = [
        f"{article} {last}"
        for last, article in zip(
            rng.permutation(lasts),
            rng.choice(["de", "du Bois", "du Clos", "des Prés"], len(lasts)),
            strict=True,
        )
    ]
    ends = [*_THINGS, *_THINGS, *_THINGS, *persons, *farms]
    kinds = rng.choice(types, len(ends), p=chances)
    return list(dict.fromkeys(f"{kind} {end}" for kind, end in zip(kinds, ends, strict=True)))


def _commune(rng: Generator, commune: dict[str, object], names: list[str]) -> pd.DataFrame:
    lon, lat = commune["centre"]["coordinates"]  # type: ignore[index]
    half = np.sqrt(float(commune["surface"]) * 1e4) / 2  # type: ignore[arg-type]
    sizes = rng.geometric((1 - GAPS) / NUMBERS_A_STREET, len(names))
    street = np.repeat(np.arange(len(names)), sizes)
    rank = np.concatenate([np.arange(size) for size in sizes])
    angle = rng.random(len(names)) * 2 * np.pi
    start = rng.uniform(-half, half, (2, len(names)))
    along = rank * 12.0
    east = start[0][street] + along * np.cos(angle)[street]
    north = start[1][street] + along * np.sin(angle)[street]
    postcodes = commune["codesPostaux"]
    table = pd.DataFrame(
        {
            "numero": (1 + rank).astype(str),
            "rep": np.where(rng.random(len(rank)) < 0.03, "bis", ""),
            "nom_voie": np.array(names, dtype=object)[street],
            "code_postal": postcodes[0],  # type: ignore[index]
            "code_insee": commune["code"],
            "nom_commune": commune["nom"],
            "lon": (lon + east / METRES_PER_DEGREE / np.cos(np.radians(lat))).round(6).astype(str),
            "lat": (lat + north / METRES_PER_DEGREE).round(6).astype(str),
            "type_position": "entrée",
        }
    )
    table = table[(rank == 0) | (rng.random(len(table)) >= GAPS)]
    identifiers = [f"{commune['code']}_{place:05d}" for place in range(len(table))]
    return table.assign(id=identifiers)
