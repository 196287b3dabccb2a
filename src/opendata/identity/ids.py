"""Which id each place has: the one it was published under, whatever its sources did since.

A row claims the id its key was last published under. That is believed as long as what the row
says is not plainly another place; a producer who numbers their rows anew makes every key claim a
neighbour's id. So ids whose rows are gone, or contradict what was published, are also looked
for by content, with the same witnesses that bring rows together:

1. by key, and the content does not contradict it;
2. by content: same name, address and town, or judged the same by the witnesses; or, under another
   name, the only two of a town with that number, street, telephone and categories;
3. by key although the content changed altogether (renamed *and* moved), where the source does
   not look as if it had been numbered anew;
4. by the key of an id that was merged into another (a merge taken back).

Each id goes to one place and each place takes one id: the surest claim first, then the oldest id.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from opendata.identity.candidates import candidates
from opendata.identity.evidence import comparable, witnesses
from opendata.identity.likelihood import Weights, probability, weights
from opendata.identity.registry import COLUMNS, permanent_id, row_keys
from opendata.schema import SEPARATOR
from opendata.tables import column, over_distinct

#: More doubtful claims than this share of a source's: its keys were given out anew.
_RENUMBERED = 0.3
#: A few odd rows are no renumbering.
_FEW = 3
_BY_KEY, _BY_CONTENT, _BY_MERE_KEY, _FORMER = range(4)
_SAID = (
    "nom", "adresse", "code_postal", "commune", "code_insee", "ville", "telephone", "courriels",
    "site_web", "pivot", "latitude", "longitude", "geo_precision", "ban_id", "categories",
)  # fmt: skip
#: Equal in these, a row says what was published.
_PLAINLY = ["nom", "adresse", "code_insee"]


def assign_ids(
    rows: pd.DataFrame,
    register: pd.DataFrame,
    before: pd.DataFrame | None = None,
    using: Weights | None = None,
) -> pd.DataFrame:
    """``lieu_id`` and ``premiere_publication`` ("" for a new place) for each group of rows.

    ``rows`` is in order of rank and has ``groupe`` and the columns that
    :func:`~opendata.identity.match.match_rows` takes; ``register`` is that of the last release,
    ``before`` its places with their ``ville`` (None or empty: the register's own columns serve).
    Returns a frame indexed by group.
    """
    using = using or weights()
    rows = rows.reset_index(drop=True)
    old = _known_places(register, before)
    claims = _by_key(rows, old)
    claims["chance"] = _chance(rows, old, claims, using)
    sound = claims["chance"] >= using.review
    claims["tier"] = np.where(sound, _BY_KEY, _BY_MERE_KEY)
    renumbered = _renumbered(rows.loc[claims["row"], "source_id"].to_numpy(), ~sound)
    alive = (old.loc[claims["old"], "statut"] == "actif").to_numpy()
    merged = (old.loc[claims["old"], "statut"] == "fusionne").to_numpy()
    # A key that comes back after a gap, or among renumbered ones, says nothing by itself.
    claims["tier"] = claims["tier"].mask(merged, _FORMER)
    claims = claims[sound | (alive & ~renumbered)]
    held = claims[claims["tier"] == _BY_KEY]
    open_rows = rows[~rows["groupe"].isin(held["groupe"])]
    open_old = old[~old.index.isin(held["old"]) & (old["statut"] != "fusionne")]
    claims = pd.concat([claims, _by_content(open_rows, open_old, using)], ignore_index=True)
    return _settled(rows, old, claims)


def _known_places(register: pd.DataFrame, before: pd.DataFrame | None) -> pd.DataFrame:
    """What was last published of each id, on an index 0…n-1; floats for its point."""
    known = register.reset_index(drop=True)
    for name in ("latitude", "longitude"):
        known[name] = pd.to_numeric(known[name], errors="coerce")
    if before is not None and len(before):
        # The last release says more of its places than the register keeps.
        said = before.set_index("lieu_id").reindex(known["lieu_id"])
        for name in _SAID:
            if name in said and name not in COLUMNS:
                known[name] = said[name].fillna("").to_numpy()
    for name in _SAID:
        if name not in known:
            known[name] = ""
    known["ville"] = known["ville"].mask(known["ville"] == "", known["code_insee"])
    return known


def _by_key(rows: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """Columns row, groupe, old: the ids under which the keys of the rows were published."""
    keys = old["cles"].str.split(SEPARATOR, regex=False).explode()
    owners = pd.DataFrame({"key": keys.to_numpy(), "old": keys.index.to_numpy()})
    own = pd.DataFrame(
        {
            "key": row_keys(rows["source_id"], rows["id"]),
            "row": rows.index,
            "groupe": rows["groupe"],
        }
    )
    return own.merge(owners, on="key", how="inner").drop(columns="key").reset_index(drop=True)


def _chance(
    rows: pd.DataFrame, old: pd.DataFrame, claims: pd.DataFrame, using: Weights
) -> pd.Series:
    """How likely each claim is, by what the row says and what was published."""
    if claims.empty:
        return pd.Series(dtype="float64")
    a, b = rows.loc[claims["row"], _PLAINLY], old.loc[claims["old"], _PLAINLY]
    result = pd.Series(1.0, index=claims.index)
    # Of a place of several rows, one that is told as it was published speaks for all.
    plain = pd.Series((a.to_numpy() == b.to_numpy()).all(axis=1), index=claims.index)
    plain = plain.groupby([claims["groupe"], claims["old"]]).transform("any")
    asked = claims[~plain]
    if len(asked):
        one = rows.loc[asked["row"]]
        other = old.loc[asked["old"]]
        table = comparable(pd.concat([_said(one), _said(other)], ignore_index=True))
        count = len(asked)
        left = np.arange(count, dtype="int64")
        chance = pd.Series(
            probability(witnesses(table, left, left + count), using), index=asked.index
        )
        best = chance.groupby([asked["groupe"], asked["old"]]).transform("max")
        result[asked.index] = best
    return result


def _said(rows: pd.DataFrame) -> pd.DataFrame:
    """The columns that are compared; published places count as a source of their own."""
    table = pd.DataFrame({name: column(rows, name) for name in _SAID})
    table["source_id"] = column(rows, "source_id")
    for name in ("latitude", "longitude"):
        table[name] = table[name].astype("float64")
    return table


def _renumbered(sources: npt.NDArray[Any], doubtful: pd.Series) -> npt.NDArray[np.bool_]:
    """Which claims are of a source whose keys look given out anew."""
    table = pd.DataFrame({"source": sources, "doubtful": doubtful.to_numpy()})
    counted = table.groupby("source")["doubtful"].agg(["sum", "mean"])
    anew = counted.index[(counted["sum"] > _FEW) & (counted["mean"] > _RENUMBERED)]
    return table["source"].isin(anew).to_numpy()


def _by_content(rows: pd.DataFrame, old: pd.DataFrame, using: Weights) -> pd.DataFrame:
    """Claims of places that no key leads to: the same columns as those by key."""
    empty = pd.DataFrame({"row": [], "groupe": [], "old": [], "chance": [], "tier": []})
    if rows.empty or old.empty:
        return empty
    table = comparable(pd.concat([_said(rows), _said(old)], ignore_index=True))
    left, right = candidates(table)
    across = (left < len(rows)) & (right >= len(rows))
    left, right = left[across], right[across]
    chance = probability(witnesses(table, left, right), using)
    a = rows[_PLAINLY].to_numpy()[left]
    b = old[_PLAINLY].to_numpy()[right - len(rows)]
    chance = np.where((a == b).all(axis=1), 1.0, chance)
    likely = chance >= using.same
    left, right, chance = left[likely], right[likely], chance[likely]
    found = pd.DataFrame(
        {
            "row": rows.index.to_numpy()[left],
            "groupe": rows["groupe"].to_numpy()[left],
            "old": old.index.to_numpy()[right - len(rows)],
            "chance": chance,
            "tier": _BY_CONTENT,
        }
    )
    found = pd.concat([found, _by_door(rows, old, table, found, using)], ignore_index=True)
    # Two places that fit one id equally well, or two ids one place: the closest, then the first.
    return found.sort_values("chance", ascending=False, kind="stable", ignore_index=True)


def _by_door(
    rows: pd.DataFrame,
    old: pd.DataFrame,
    table: pd.DataFrame,
    found: pd.DataFrame,
    using: Weights,
) -> pd.DataFrame:
    """Claims of renamed places: one door, one telephone, one kind, and nobody else like that."""
    said = table[["city", "way", "street", "number", "telephone"]].copy()
    said["categories"] = np.concatenate(
        [column(rows, "categories").to_numpy(), old["categories"].to_numpy()]
    )
    whole = (said[["street", "number", "telephone", "categories"]] != "").all(axis=1)
    told, ways = said[whole], list(said.columns)
    ours = told[told.index < len(rows)].reset_index(names="row")
    ours["groupe"] = rows["groupe"].to_numpy()[ours["row"]]
    theirs = told[told.index >= len(rows)].reset_index(names="old")
    theirs["old"] = old.index.to_numpy()[theirs["old"] - len(rows)]
    ours["row"] = rows.index.to_numpy()[ours["row"]]
    ours = ours.drop_duplicates([*ways, "groupe"]).drop_duplicates(ways, keep=False)
    theirs = theirs.drop_duplicates(ways, keep=False)
    pairs = ours.merge(theirs, on=ways)
    taken = pairs["groupe"].isin(found["groupe"]) | pairs["old"].isin(found["old"])
    pairs = pairs[~taken]
    return pairs[["row", "groupe", "old"]].assign(chance=using.same, tier=_BY_CONTENT)


def _settled(rows: pd.DataFrame, old: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """One id per place and one place per id, the surest claims first."""
    first_rows = rows.drop_duplicates("groupe")
    fresh = _made_of(first_rows).set_axis(first_rows["groupe"])
    chosen = _one_to_one(rows, old, claims)
    new = fresh[~fresh.index.isin(chosen.index)]
    known = set(old["lieu_id"])
    # The id that a new place's key makes may be that of a place that left the key behind.
    odd = new.isin(known) | new.duplicated()
    known |= set(new[~odd])
    unlike = []
    for wanted in new[odd]:
        while wanted in known:
            wanted = permanent_id("split", wanted)
        known.add(wanted)
        unlike.append(wanted)
    new[odd] = unlike
    first = old.set_index("lieu_id")["premiere_publication"]
    ids = pd.concat([chosen, new]).sort_index()
    since = ids.map(first).astype("str").fillna("")
    return pd.DataFrame({"lieu_id": ids, "premiere_publication": since}, dtype="str").rename_axis(
        "groupe"
    )


def _made_of(rows: pd.DataFrame) -> pd.Series:
    """The id that the source and key of each row make."""
    pairs = rows["source_id"] + "\x1f" + rows["id"]
    return over_distinct(pairs, lambda pair: permanent_id(*pair.split("\x1f", 1)))


def _one_to_one(rows: pd.DataFrame, old: pd.DataFrame, claims: pd.DataFrame) -> pd.Series:
    """The id of each group that takes one of those it claims."""
    if claims.empty:
        return pd.Series(dtype="str")
    row = rows.loc[claims["row"].astype("int64")]
    claimed = old.loc[claims["old"].astype("int64")]
    table = pd.DataFrame(
        {
            "groupe": claims["groupe"].to_numpy(dtype="int64"),
            "tier": claims["tier"].to_numpy(dtype="int64"),
            # Among claims by key the oldest id counts, among claims by content the closest.
            "unlike": np.where(claims["tier"] == _BY_CONTENT, -claims["chance"], 0.0),
            "first": claimed["premiere_publication"].to_numpy(),
            "other": _made_of(row).to_numpy() != claimed["lieu_id"].to_numpy(),
            "lieu_id": claimed["lieu_id"].to_numpy(),
        }
    )
    table = table.sort_values(["tier", "unlike", "first", "other", "groupe"], kind="stable")
    table = table.drop_duplicates(["groupe", "lieu_id"])
    alone = ~(table["groupe"].duplicated(keep=False) | table["lieu_id"].duplicated(keep=False))
    chosen: dict[int, str] = dict(table[alone][["groupe", "lieu_id"]].itertuples(index=False))
    taken: set[str] = set()
    for group, claim in table[~alone][["groupe", "lieu_id"]].itertuples(index=False):
        if group not in chosen and claim not in taken:
            chosen[group] = claim
            taken.add(claim)
    return pd.Series(chosen, dtype="str")
