"""The addresses of one département, arranged for the matcher, and their cached form on disk.

Two tables. *Streets*, one row per street or locality, sorted by commune, so that a commune is a
slice. *Numbers*, one row per address, sorted by street, then parity, then number: one binary
search finds a number, and its neighbours on the same side of the street stand beside it.

Made once from the BAN Parquet of a département (seconds), kept as Arrow files that are mapped
into memory (a fraction of a second to load, and only the pages that are used).
"""

import shutil
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from opendata.geocode.ban.likeness import Names
from opendata.geocode.ban.names import street_key
from opendata.geocode.ban.words import REPETITIONS
from opendata.schema import unaccented

NUMBER_BITS = 16
_STREETS, _NUMBERS = "streets.arrow", "numbers.arrow"
_TEXT = ("commune", "former", "town", "postcode", "name", "kind", "core")
_OF_NUMBERS = ("key", "number", "repetition", "longitude", "latitude")

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Index:
    """One département. Lists and arrays of streets are aligned; so are those of numbers.

    ``first`` has one entry more than there are streets: the numbers of street ``s`` are
    ``first[s]:first[s + 1]``. ``middle`` is the address that stands for a street without a
    number, ``reach_m`` how far from it nineteen in twenty of its addresses are at most (metres).
    ``key`` orders the numbers (see :func:`number_key`). Coordinates are degrees, WGS 84.
    """

    commune: list[str]
    former: list[str]
    town: list[str]
    postcode: list[str]
    name: list[str]
    kind: list[str]
    core: list[str]
    first: Array
    middle: Array
    reach_m: Array
    key: Array
    number: Array
    repetition: Array
    longitude: Array
    latitude: Array
    ids: Any

    @cached_property
    def slices(self) -> dict[str, tuple[int, int]]:
        """BAN commune code -> its first street and the one after its last."""
        codes = pd.Series(self.commune, dtype="object")
        starts = codes.drop_duplicates().index.tolist()
        ends = [*starts[1:], len(codes)]
        return {self.commune[start]: (start, end) for start, end in zip(starts, ends, strict=True)}

    @cached_property
    def _by_core(self) -> dict[str, dict[str, list[int]]]:
        return {}

    def cores(self, code: str) -> dict[str, list[int]]:
        """Core -> the streets of one commune that have it; made when first asked for."""
        if code not in self._by_core:
            found: defaultdict[str, list[int]] = defaultdict(list)
            for street in range(*self.slices.get(code, (0, 0))):
                found[self.core[street]].append(street)
            self._by_core[code] = dict(found)
        return self._by_core[code]

    @cached_property
    def _blocks(self) -> dict[tuple[str, ...], tuple[list[int], Names]]:
        return {}

    def block(self, codes: tuple[str, ...]) -> tuple[list[int], Names]:
        """The streets of some communes, and their names ready to be compared."""
        if codes not in self._blocks:
            streets = [street for code in codes for street in range(*self.slices[code])]
            names = Names([(self.kind[street], self.core[street]) for street in streets])
            self._blocks[codes] = streets, names
        return self._blocks[codes]

    @cached_property
    def parts(self) -> dict[tuple[int, tuple[str, ...]], tuple[int, ...]]:
        """What :func:`parts.other_parts` found, by street and communes."""
        return {}

    def bearers(self, street: int) -> int:
        """How many communes of the département have a street of this kind and core."""
        return self._bearers[self.kind[street], self.core[street]]

    @cached_property
    def _bearers(self) -> dict[tuple[str, str], int]:
        known = set(zip(self.commune, self.kind, self.core, strict=True))
        return dict(Counter((kind, core) for _, kind, core in known))

    @cached_property
    def centres(self) -> dict[str, tuple[float, float]]:
        """BAN commune code -> median (longitude, latitude) of its addresses."""
        return {
            code: (float(np.median(self.longitude[a:b])), float(np.median(self.latitude[a:b])))
            for code, (start, end) in self.slices.items()
            for a, b in [(self.first[start], self.first[end])]
        }

    def street_id(self, street: int) -> str:
        """The BAN's id of a street: what the ids of its numbers have in common."""
        one = str(self.ids[int(self.first[street])])
        stem, _, last = one.rpartition("-" if "-" in one else "_")
        while "_" in stem and not last.isdigit():
            stem, _, last = stem.rpartition("_")
        return stem


def number_key(street: Array, number: Array) -> Array:
    """What the numbers are sorted by: street, parity, number, in one integer."""
    side = street.astype("int64") * 2 + number % 2
    result: Array = (side << NUMBER_BITS) | number
    return result


# --- building -----------------------------------------------------------------------------


def build(addresses: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The two tables of an index, from the columns of ``ban-<dep>.parquet``."""
    rows = addresses.to_pandas()
    rows["nom_voie"] = rows["nom_voie"].mask(rows["nom_voie"] == "", rows["nom_ld"])
    rows["numero"] = rows["numero"].clip(0, (1 << NUMBER_BITS) - 1).astype("int64")
    rows = pd.concat([rows, _localities(rows)], ignore_index=True)
    named = ["code_insee", "nom_voie", "code_insee_ancienne_commune", "code_postal"]
    rows["street"] = rows.groupby(named, sort=True).ngroup().to_numpy()
    rows["key"] = number_key(rows["street"].to_numpy(), rows["numero"].to_numpy())
    rows["rep"] = _short_repetitions(rows["rep"])
    rows = rows.sort_values(["key", "rep", "id"], kind="stable", ignore_index=True)
    return _streets(rows), _numbers(rows)


def _localities(rows: pd.DataFrame) -> pd.DataFrame:
    """A street without numbers for each locality that only the addresses name (``nom_ld``).

    All its addresses are in it, as points: its middle is theirs.
    """
    place = ["code_insee", "code_insee_ancienne_commune"]
    streets = pd.MultiIndex.from_frame(rows[[*place, "nom_voie"]].drop_duplicates())
    own = rows[rows["nom_ld"] != ""]
    own = own[~pd.MultiIndex.from_frame(own[[*place, "nom_ld"]]).isin(streets)]
    return own.assign(nom_voie=own["nom_ld"], numero=0, rep="", id="")


def _short_repetitions(repetitions: pd.Series) -> pd.Series:
    texts = repetitions.str.lower()
    known = {text: REPETITIONS.get(text, unaccented(text)[:1]) for text in texts.unique()}
    return texts.map(known)


def _streets(rows: pd.DataFrame) -> pa.Table:
    starts = np.flatnonzero(~rows["street"].duplicated().to_numpy())
    heads = rows.iloc[starts]
    middle, reach_m = _middles(rows)
    keys = [street_key(name) for name in heads["nom_voie"].tolist()]
    return pa.table(
        {
            "commune": heads["code_insee"].tolist(),
            "former": heads["nom_ancienne_commune"].tolist(),
            "town": heads["nom_commune"].tolist(),
            "postcode": heads["code_postal"].tolist(),
            "name": heads["nom_voie"].tolist(),
            "kind": [key.kind for key in keys],
            "core": [key.core for key in keys],
            "first": pa.array(starts, pa.int64()),
            "middle": pa.array(middle, pa.int64()),
            "reach_m": pa.array(reach_m, pa.float64()),
        }
    )


def _middles(rows: pd.DataFrame) -> tuple[Array, Array]:
    """Per street: the address nearest to the median point, and its reach in metres."""
    by_street = rows.groupby("street", sort=True)
    middle = by_street[["longitude", "latitude"]].transform("median")
    squeeze = np.cos(np.radians(rows["latitude"]))
    away_m = 111_195 * np.hypot(
        (rows["longitude"] - middle["longitude"]) * squeeze, rows["latitude"] - middle["latitude"]
    )
    streets = away_m.groupby(rows["street"])
    return streets.idxmin().to_numpy(), streets.quantile(0.95).to_numpy()


def _numbers(rows: pd.DataFrame) -> pa.Table:
    return pa.table(
        {
            "key": pa.array(rows["key"], pa.int64()),
            "number": pa.array(rows["numero"], pa.int32()),
            "repetition": pa.array([ord(text) if text else 0 for text in rows["rep"]], pa.uint8()),
            "longitude": pa.array(rows["longitude"], pa.float64()),
            "latitude": pa.array(rows["latitude"], pa.float64()),
            "id": pa.array(rows["id"], pa.large_string()),
        }
    )


# --- on disk ------------------------------------------------------------------------------


def save(tables: tuple[pa.Table, pa.Table], folder: Path) -> None:
    """Write an index; ``folder`` appears whole, in one rename, or not at all."""
    building = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}.part")
    building.mkdir(parents=True)
    try:
        for name, table in zip((_STREETS, _NUMBERS), tables, strict=True):
            single = table.combine_chunks()
            sink = pa.OSFile(str(building / name), "wb")
            with sink, pa.ipc.new_file(sink, single.schema) as writer:
                writer.write_table(single)
        shutil.rmtree(folder, ignore_errors=True)
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def load(folder: Path) -> Index:
    """Map a saved index into memory.

    Raises OSError, KeyError, ValueError or ArrowException for files that are not whole: build it
    again.
    """
    streets, numbers = (_mapped(folder / name) for name in (_STREETS, _NUMBERS))
    columns: dict[str, Any] = {name: streets.column(name).to_pylist() for name in _TEXT}
    columns |= {name: _array(streets, name) for name in ("middle", "reach_m")}
    columns |= {name: _array(numbers, name) for name in _OF_NUMBERS}
    first = np.append(_array(streets, "first"), numbers.num_rows)
    return Index(**columns, first=first, ids=numbers.column("id"))


def _mapped(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _array(table: pa.Table, name: str) -> Array:
    """A column without copying; the map stays open as long as the array lives."""
    column = table.column(name)
    if not column.num_chunks:
        return np.empty(0, dtype=column.type.to_pandas_dtype())
    (chunk,) = column.chunks
    result: Array = chunk.to_numpy(zero_copy_only=True)
    return result
