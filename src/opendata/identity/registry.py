"""The register of ids: every one ever published, and what became of its place.

===========  =====================================================================
``actif``     the place is in the release
``absent``    no source that was read describes it any more; it may come back
``ferme``     absent for longer than its sources' ``closes_after_days``
``fusionne``  its rows are now in another place, its ``successeur``
===========  =====================================================================

The register is itself published (``identifiants.csv``): it is read from the releases, and
nothing else has to be kept. Where the last release has none (it was made by an older version of
this code), :func:`rebuild` makes it from what all releases say.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from opendata.model import DEFAULT_CLOSING_DAYS
from opendata.schema import SEPARATOR
from opendata.tables import column

#: Columns of ``identifiants.csv``. ``cles`` are the source rows (``source:clé``) that are, or
#: were last, in the place.
COLUMNS = (
    "lieu_id", "statut", "depuis", "successeur", "premiere_publication",
    "derniere_publication", "nom", "adresse", "code_postal", "commune", "code_insee", "latitude",
    "longitude", "geo_precision", "cles",
)  # fmt: skip
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_KNOWN_BY = (
    "nom", "adresse", "code_postal", "commune", "code_insee", "latitude", "longitude",
    "geo_precision",
)  # fmt: skip


def permanent_id(source: str, key: str) -> str:
    """``l-`` and 12 letters or digits (60 bits: a collision among a million is 4 in 10^7)."""
    number = int.from_bytes(hashlib.sha256(f"{source}\x1f{key}".encode()).digest()[:8], "big")
    return "l-" + "".join(_ALPHABET[(number >> shift) & 31] for shift in range(55, -5, -5))


def row_keys(sources: pd.Series, keys: pd.Series) -> pd.Series:
    """How ``cles`` names source rows: ``source:clé``, with % and | of a key as %25 and %7C."""
    escaped = keys
    if keys.str.contains("[%|]", regex=True).any():
        escaped = keys.str.replace("%", "%25", regex=False).str.replace(
            SEPARATOR, "%7C", regex=False
        )
    return sources + ":" + escaped


def empty_register() -> pd.DataFrame:
    """A register without a line."""
    return pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS})


@dataclass(frozen=True)
class Published:
    """What a release says of its places, as text: lieux, passerelle; and its day (ISO).

    A place that is new has no ``premiere_publication`` yet, or that day.
    """

    places: pd.DataFrame
    crosswalk: pd.DataFrame
    day: str


def advance(
    register: pd.DataFrame, published: Published, closes_after: Mapping[str, int]
) -> pd.DataFrame:
    """The register once a release is out, in the order of ids.

    ``closes_after`` maps a source to the days after which a place it no longer describes is
    closed (the default for one it does not name); of several sources the longest holds.
    """
    current = _current(register, published)
    gone = register[~register["lieu_id"].isin(current["lieu_id"])]
    left = _left(gone, register, published, closes_after)
    table = _followed(pd.concat([current, left], ignore_index=True)[list(COLUMNS)])
    return table.sort_values("lieu_id", kind="stable", ignore_index=True).astype("str")


def _current(register: pd.DataFrame, published: Published) -> pd.DataFrame:
    """The places of the release. One that was active stays so since the same day."""
    places = published.places.reset_index(drop=True)
    before = register.set_index("lieu_id").reindex(places["lieu_id"]).reset_index(drop=True)
    stayed = before["statut"] == "actif"
    first = places["premiere_publication"]
    keys = _keys_of(published.crosswalk)
    held = places["lieu_id"].map(keys).fillna("").astype("str")
    taken = set(row_keys(published.crosswalk["source"], published.crosswalk["cle"]))
    former = _without(before["cles"].fillna("").astype("str"), taken)
    return pd.DataFrame(
        {
            "lieu_id": places["lieu_id"],
            "statut": "actif",
            "depuis": before["depuis"].where(stayed, published.day).astype("str"),
            "successeur": "",
            "premiere_publication": first.mask(first == "", published.day),
            "derniere_publication": published.day,
            **{name: column(places, name) for name in _KNOWN_BY},
            "cles": _joined(held, former),
        }
    )


def _keys_of(crosswalk: pd.DataFrame) -> pd.Series:
    keys = row_keys(crosswalk["source"], crosswalk["cle"])
    order = keys.sort_values(kind="stable").index
    grouped = keys[order].groupby(crosswalk["lieu_id"][order], sort=False)
    joined: pd.Series = grouped.agg(SEPARATOR.join)
    return joined


def _without(texts: pd.Series, taken: set[str]) -> pd.Series:
    """The keys of each text that no place of the release holds."""
    some = texts != ""
    kept = texts[some].map(
        lambda text: SEPARATOR.join(key for key in text.split(SEPARATOR) if key not in taken)
    )
    return kept.reindex(texts.index, fill_value="")


def _joined(held: pd.Series, former: pd.Series) -> pd.Series:
    both = (former != "") & (held != "")
    return held.mask(both, held + SEPARATOR + former).mask(held == "", former)


def _left(
    gone: pd.DataFrame,
    register: pd.DataFrame,
    published: Published,
    closes_after: Mapping[str, int],
) -> pd.DataFrame:
    """What becomes of ids that are not in the release."""
    if gone.empty:
        return gone
    known = gone["statut"]
    heir = _heirs(gone, published.crosswalk, register)
    merged = (heir != "") | (known == "fusionne")
    status = known.where(known != "actif", "absent").mask(merged, "fusionne")
    since = gone["depuis"].where(status == known, published.day)
    days = (pd.to_datetime(published.day) - pd.to_datetime(since, errors="coerce")).dt.days
    waits = gone["cles"].map(_sources).map(lambda text: _patience(text, closes_after))
    closing = (status == "absent") & (days >= waits)
    return gone.assign(
        statut=status.mask(closing, "ferme"),
        depuis=since.mask(closing, published.day),
        successeur=heir.mask((heir == "") & merged, gone["successeur"]),
    )


def _heirs(gone: pd.DataFrame, crosswalk: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """The place that an id's rows are in now, "" for none; of several the one with most of them.

    Only an id that was active until now is merged, and only into a place that was known before:
    a key given to a new place is a key, not a merge. Nor is it one where the heir lost its own
    rows of that source: its keys were given out anew.
    """
    rows = pd.DataFrame(
        {
            "key": row_keys(crosswalk["source"], crosswalk["cle"]),
            "heir": crosswalk["lieu_id"],
            "source": crosswalk["source"],
        }
    ).drop_duplicates("key")
    lost = gone[gone["statut"] == "actif"]["cles"].str.split(SEPARATOR, regex=False).explode()
    claims = pd.DataFrame({"row": lost.index, "key": lost.to_numpy()}).merge(rows, on="key")
    former = known.set_index("lieu_id")["cles"]
    claims = claims[claims["heir"].isin(former.index)]
    if claims.empty:
        return pd.Series("", index=gone.index, dtype="str")
    own = former.reindex(claims["heir"].unique()).str.split(SEPARATOR, regex=False).explode()
    had = pd.DataFrame({"heir": own.index, "key": own.to_numpy()})
    had["source"] = had["key"].str.partition(":")[0]
    kept = had.merge(rows[["key", "heir"]], on=["key", "heir"])
    pairs = pd.MultiIndex.from_frame(claims[["heir", "source"]])
    had_some = pairs.isin(pd.MultiIndex.from_frame(had[["heir", "source"]]))
    kept_some = pairs.isin(pd.MultiIndex.from_frame(kept[["heir", "source"]]))
    claims = claims[~had_some | kept_some]
    claims["rows"] = claims.groupby(["row", "heir"])["heir"].transform("size")
    best = claims.sort_values("rows", ascending=False, kind="stable").drop_duplicates("row")
    found: pd.Series = best.set_index("row")["heir"].reindex(gone.index).fillna("").astype("str")
    return found


def _sources(keys: str) -> str:
    return SEPARATOR.join(dict.fromkeys(key.partition(":")[0] for key in keys.split(SEPARATOR)))


def _patience(sources: str, closes_after: Mapping[str, int]) -> int:
    return max(
        closes_after.get(source, DEFAULT_CLOSING_DAYS) for source in sources.split(SEPARATOR)
    )


def _followed(register: pd.DataFrame) -> pd.DataFrame:
    """Successors that were merged or closed in their turn give way to the place of today."""
    successor = register.set_index("lieu_id")["successeur"]
    current = register["successeur"]
    for _ in range(len(register)):
        further = current.map(successor).fillna("").astype("str")
        if not (further != "").any():
            break
        current = current.mask(further != "", further)
    return register.assign(successeur=current)


def register_of(
    releases: Iterable[Path], withdrawn: Iterable[Path] = (), closes_after: Mapping[str, int] = {}
) -> pd.DataFrame:
    """The register that the release folders hold, the standing ones oldest first.

    ``withdrawn`` are those taken back that are newer than the last standing one: ids that only
    they published were seen by readers, and are not given to other places.
    """
    folders = list(releases)
    known = _written(folders[-1]) if folders else None
    register = rebuild(folders, closes_after) if known is None else known
    for folder in withdrawn:
        seen = _written(folder)
        if seen is not None:
            fresh = seen[~seen["lieu_id"].isin(register["lieu_id"])]
            register = pd.concat([register, fresh], ignore_index=True)
    return register


def _written(folder: Path) -> pd.DataFrame | None:
    path = folder / "identifiants.csv"
    if not path.is_file():
        return None
    register = pd.read_csv(path, dtype="str", keep_default_na=False)
    return register if tuple(register.columns) == COLUMNS else None


def rebuild(releases: Iterable[Path], closes_after: Mapping[str, int] = {}) -> pd.DataFrame:
    """The register as lieux and passerelle of the releases, oldest first, tell it."""
    register = empty_register()
    for folder in releases:
        places, crosswalk = (
            pd.read_csv(folder / f"{name}.csv", dtype="str", keep_default_na=False)
            for name in ("lieux", "passerelle")
        )
        register = advance(register, Published(places, crosswalk, folder.name[:10]), closes_after)
    return register
