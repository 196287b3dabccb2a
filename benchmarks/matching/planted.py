"""Made-up true pairs and near-misses from a seed, each with its truth and its kind.

Fictitious places on real communes, told by two or three sources with the defects that real
files show. Written without reading the matcher it judges. Every pair has a town of its own until
all towns are used, so that no pair is another's neighbour by chance.
"""

from typing import Any

import pandas as pd

from .different_kinds import DIFFERENT
from .making import Maker, as_table
from .same_kinds import SAME

KINDS = tuple(SAME) + tuple(DIFFERENT)
#: So often a third source tells plainly of a place that is told twice.
THIRD_ROW = 0.25


def planted(seed: int, n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``n`` pairs, the kinds in turn, and a few more where a third source tells of the place.

    Returns the rows (the columns of making.TYPES, numbered from 0, in no order) and the pairs
    [a, b (row numbers), same (bool), kind].
    """
    maker = Maker(seed)
    rows: list[dict[str, Any]] = []
    pairs: list[tuple[int, int, bool, str]] = []
    for number in range(n):
        kind = KINDS[number % len(KINDS)]
        same = kind in SAME
        first, second = SAME[kind](maker) if same else DIFFERENT[kind](maker)
        at = len(rows)
        rows += [first, second]
        pairs.append((at, at + 1, same, kind))
        if same and maker.chance(THIRD_ROW):
            rows.append(_third(maker, first, second))
            pairs += [(at, at + 2, True, "third_source"), (at + 1, at + 2, True, kind)]
    order = maker.rng.permutation(len(rows))
    table = as_table([rows[at] for at in order])
    place_of = pd.Series(range(len(order)), index=order)
    found = pd.DataFrame(pairs, columns=["a", "b", "same", "kind"])
    found["a"], found["b"] = found["a"].map(place_of), found["b"].map(place_of)
    return table, found.sample(frac=1.0, random_state=seed).reset_index(drop=True)


def _third(maker: Maker, first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """The first row again, told by a source that has not spoken of it."""
    used = {first["source_id"], second["source_id"]}
    source = next(name for name in ("hinaura", "hub-lo", "data-inclusion") if name not in used)
    copy = dict(first)
    number = int(maker.rng.integers(10**6, 10**7))
    copy |= {"source_id": source, "id": f"{source}-{number}", "ligne": number}
    for name in ("telephone", "courriels", "site_web"):
        copy[name] = copy[name] if maker.chance(0.7) else ""
    return copy
