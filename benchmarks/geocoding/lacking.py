"""A reference that lacks one street in twenty, and queries about the streets it lacks.

Every address base lacks streets, and what it lacks looks like what it has: a « rue Pierre
Curie » where only « rue Marie Curie » is known. The lacking streets are the same whatever the
seed; the other kinds of query are drawn from those that are left.
"""

import gzip
import hashlib
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.random import Generator

from .hard_queries import AROUND_M
from .noise import chance, upper_plain
from .queries import collect
from .reference import DEPARTEMENTS, Reference, build_reference, plain_name
from .writing import COLUMNS, Query, as_row, draw_place, plain_query

KIND = "removed_street"
ONE_IN = 20


def is_lacking(code_insee: str, name: str) -> bool:
    """Whether a street is one of those the reference is made to lack."""
    digest = hashlib.md5(f"{code_insee}|{name}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big") % ONE_IN == 0


def make_lacking_mirror(folder: Path, mirror: Path) -> Path:
    """A mirror of the three départements whose BAN files lack these streets."""
    entries = tomllib.loads((mirror / "mirror.toml").read_text(encoding="utf-8"))["file"]
    lines = []
    for entry in entries:
        path = entry["path"]
        if not path.startswith(("ban/", "geo.api.gouv.fr/")) or not (mirror / path).is_file():
            continue
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if path in [f"ban/adresses-{code}.csv.gz" for code in DEPARTEMENTS]:
            _copy_without(mirror / path, folder / path)
        else:
            shutil.copyfile(mirror / path, folder / path)
        lines.append(f'[[file]]\nurl = "{entry["url"]}"\npath = "{path}"\n')
    (folder / "mirror.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def _copy_without(source: Path, target: Path) -> None:
    table = pd.read_csv(source, sep=";", dtype="str", keep_default_na=False)
    pairs = pd.Series(list(zip(table["code_insee"], plain_name(table["nom_voie"]), strict=True)))
    lacking = {pair: is_lacking(*pair) for pair in pairs.unique()}
    with gzip.open(target, "wt", encoding="utf-8", compresslevel=1) as file:
        table[~pairs.map(lacking).to_numpy(bool)].to_csv(file, sep=";", index=False)


def removed_queries(ban: pd.DataFrame, seed: int, wanted: int) -> pd.DataFrame:
    """Queries of the lacking streets of ``ban``, the whole reference, a third per département."""
    ref = build_reference(ban)
    streets = ref.streets
    lacking = np.array(
        [is_lacking(*pair) for pair in zip(streets["code_insee"], streets["nom_voie"], strict=True)]
    )
    found: list[Query] = []
    for rank, departement in enumerate(sorted(streets["departement"].unique())):
        rng = np.random.default_rng([seed, 99, rank])
        count = wanted // 3 + (rank < wanted % 3)
        mask = lacking & streets["drawable"].to_numpy()
        found += collect(ref, rng, KIND, _removed, departement, count, mask)
    return pd.DataFrame([as_row(query) for query in found], columns=list(COLUMNS))


def _removed(ref: Reference, rng: Generator, street: int) -> Query | None:
    """The only street of its name around: no street that is left can be the one meant."""
    code = ref.streets["code_insee"].iat[street]
    near = set(ref.around(code, AROUND_M)) | set(ref.same_postcode(code))
    near |= set(ref.communes.index[ref.communes["famille"] == ref.communes.at[code, "famille"]])
    if (ref.names[ref.streets_of(sorted(near))] == ref.names[street]).sum() != 1:
        return None
    query = plain_query(rng, draw_place(ref, rng, street), "")
    if chance(rng, 0.3):
        query = query.but(adresse=upper_plain(query.adresse), commune=upper_plain(query.commune))
    return query.but(expected_voie="", expected_numero="")
