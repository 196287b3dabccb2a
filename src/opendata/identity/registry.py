"""Permanent ids: one per (source, key), for ever.

The id of a row is the hash of its source and key, so two installations that have never
met give the same place the same id. The registry remembers under which id each row was
*published*: a place keeps the id it first appeared with when another source joins it, when
sources change order, or when the row that first brought it is gone. It is a cache of the
published releases and can be rebuilt from them (:func:`rebuild`).
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from opendata.files import write_text

COLUMNS = ("source", "cle", "lieu_id", "premiere_publication", "derniere_publication")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def permanent_id(source: str, key: str) -> str:
    """``l-`` and 12 letters or digits (60 bits: a collision among a million is 4 in 10^7)."""
    number = int.from_bytes(hashlib.sha256(f"{source}\x1f{key}".encode()).digest()[:8], "big")
    return "l-" + "".join(_ALPHABET[(number >> shift) & 31] for shift in range(55, -5, -5))


def empty_registry() -> pd.DataFrame:
    """A registry without a line."""
    return pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS})


def load_registry(path: Path, releases: Iterable[Path]) -> pd.DataFrame:
    """The registry on disk, or the one rebuilt from ``releases`` when it is missing."""
    try:
        registry = pd.read_csv(path, dtype="str", keep_default_na=False)
    except (OSError, ValueError):
        return rebuild(releases)
    return registry if tuple(registry.columns) == COLUMNS else rebuild(releases)


def rebuild(releases: Iterable[Path]) -> pd.DataFrame:
    """The registry as the release folders, oldest first, tell it."""
    registry = empty_registry()
    for folder in releases:
        crosswalk = pd.read_csv(folder / "passerelle.csv", dtype="str", keep_default_na=False)
        places = pd.read_csv(
            folder / "lieux.csv",
            dtype="str",
            keep_default_na=False,
            usecols=["lieu_id", "premiere_publication"],
        )
        registry = remember(registry, crosswalk, places, folder.name[:10])
    return registry


def remember(
    registry: pd.DataFrame, crosswalk: pd.DataFrame, places: pd.DataFrame, day: str
) -> pd.DataFrame:
    """The registry once a release of ``day`` (ISO date) is out.

    ``crosswalk`` has source, cle, lieu_id; ``places`` lieu_id, premiere_publication.
    """
    first = places.set_index("lieu_id")["premiere_publication"]
    seen = pd.DataFrame(
        {
            "source": crosswalk["source"],
            "cle": crosswalk["cle"],
            "lieu_id": crosswalk["lieu_id"],
            "premiere_publication": crosswalk["lieu_id"].map(first),
            "derniere_publication": day,
        }
    )
    both = pd.concat([seen, registry], ignore_index=True)
    kept = both.drop_duplicates(["source", "cle"], keep="first")
    return kept.sort_values(["source", "cle"], kind="stable", ignore_index=True)


def save_registry(registry: pd.DataFrame, path: Path) -> None:
    """Write the registry at once, or not at all."""
    write_text(path, registry.to_csv(index=False, lineterminator="\n"))


def assign_ids(rows: pd.DataFrame, registry: pd.DataFrame) -> pd.DataFrame:
    """``lieu_id`` and ``premiere_publication`` ("" for a new place) for each group of rows.

    ``rows`` is in order of rank and has ``groupe``, ``source_id`` and ``id``. Returns a
    frame indexed by group. A group takes the id under which one of its rows was first
    published; when two groups have a claim on the same id (a place was split), the group
    of the row the id was made from keeps it, and the other starts anew.
    """
    known = registry.set_index(["source", "cle"])
    claims = pd.MultiIndex.from_frame(rows[["source_id", "id"]])
    past = known.reindex(claims)
    table = pd.DataFrame(
        {
            "groupe": rows["groupe"].to_numpy(),
            "claim": past["lieu_id"].to_numpy(),
            "first": past["premiere_publication"].to_numpy(),
            "own": [permanent_id(*pair) for pair in claims],
        }
    )
    claimed = table[table["claim"].notna()].copy()
    claimed["maker"] = claimed["claim"] != claimed["own"]
    claimed = claimed.sort_values(["first", "maker", "groupe"], kind="stable")
    owner: dict[str, int] = {}
    chosen: dict[int, tuple[str, str]] = {}
    for group, claim, first in claimed[["groupe", "claim", "first"]].itertuples(index=False):
        if group not in chosen and owner.setdefault(claim, group) == group:
            chosen[group] = (claim, first)
    for group, own in table[["groupe", "own"]].itertuples(index=False):
        if group not in chosen:
            fresh = own
            while owner.setdefault(fresh, group) != group:
                fresh = permanent_id("split", fresh)
            chosen[group] = (fresh, "")
    result = pd.DataFrame.from_dict(
        chosen, orient="index", columns=["lieu_id", "premiere_publication"]
    )
    return result.rename_axis("groupe").sort_index()
