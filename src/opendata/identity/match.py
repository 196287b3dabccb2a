"""Which rows describe the same place, within a source and across sources.

    rows ─► comparable ─► candidates ─► witnesses ─► probability ─► decisions ─► groups
                                                                         └► pairs to review

A place that merely hosts another (a France services inside a town hall) is another place; the
rule and its cases are in docs/matching.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from opendata.identity.candidates import candidates
from opendata.identity.decided import decided_pairs
from opendata.identity.evidence import Positions, comparable, metres_apart, witnesses
from opendata.identity.groups import Pair, Pairs, answers, group
from opendata.identity.likelihood import Weights, probability, reasons, weights
from opendata.model import PairDecision

#: The reason of a pair that a person judged.
DECISION = "decision"


@dataclass(frozen=True)
class Matches:
    """``groups``: a number per row (on its index), equal for rows of one place.

    ``links`` has, on the index of the rows that join an earlier row's group, ``probabilite`` and
    ``motif``: the likeliest of their pairs inside it. ``review`` has the pairs that a person
    should look at, likeliest first: left, right (index labels), probabilite, motif (for),
    contre (against), rival (whether another row fits as well, or the group would contradict
    itself), distance_m (metres between their points, NaN without). ``suspended`` are the
    decisions whose rows bear other names by now: they hold for nobody until looked at;
    ``contradicted`` the pairs (``source:clé``) joined by one decision and parted by others.
    """

    groups: pd.Series
    links: pd.DataFrame
    review: pd.DataFrame
    suspended: tuple[PairDecision, ...] = ()
    contradicted: tuple[tuple[str, str], ...] = ()


def match_rows(
    rows: pd.DataFrame,
    decisions: Sequence[PairDecision] = (),
    using: Weights | None = None,
) -> Matches:
    """Group the rows of a dataset, in order of rank; any unique index.

    ``rows`` has the columns of :func:`opendata.identity.evidence.comparable`, and ``id``.
    """
    using = using or weights()
    table = comparable(rows)
    decided, suspended = decided_pairs(rows, decisions)
    left, right = _with_decided(*candidates(table), decided)
    said = witnesses(table, left, right)
    alike = probability(said, using)
    answer = answers(left, right, decided)
    said_alike = ["source", "city", "whole", "street", "number", "telephone", "courriels"]
    numbers, refused = group(
        Pairs(left, right, alike), table["source"].to_numpy(dtype=object),
        same=using.same, review=using.review, decided=decided,
        doubles=table.groupby(said_alike, sort=False).ngroup().to_numpy().astype("int64"),
    )  # fmt: skip
    chance = np.where(answer == 1, 1.0, np.where(answer == 0, 0.0, alike))
    together = numbers[left] == numbers[right]
    open_ = (answer < 0) & ~together & ((chance >= using.review) | refused)
    return Matches(
        groups=pd.Series(numbers, index=rows.index),
        links=_links(rows.index, left, right, chance, said, answer == 1, together),
        review=_review(table, rows.index, left, right, chance, said, open_, refused),
        suspended=tuple(suspended),
        contradicted=_contradicted(rows, left, right, refused & (answer == 1)),
    )


def _contradicted(
    rows: pd.DataFrame, left: Positions, right: Positions, refused: npt.NDArray[Any]
) -> tuple[tuple[str, str], ...]:
    if not refused.any():
        return ()
    names = (rows["source_id"] + ":" + rows["id"]).to_numpy(dtype=object)
    return tuple(zip(names[left[refused]], names[right[refused]], strict=True))


def _with_decided(
    left: Positions, right: Positions, decided: dict[Pair, bool]
) -> tuple[Positions, Positions]:
    """The pairs to compare and those decided, each once, in order."""
    if not decided:
        return left, right
    pairs = pd.MultiIndex.from_arrays([left, right]).union(pd.MultiIndex.from_tuples(decided))
    return (
        pairs.get_level_values(0).to_numpy(dtype="int64"),
        pairs.get_level_values(1).to_numpy(dtype="int64"),
    )


def _links(
    index: pd.Index,
    left: Positions,
    right: Positions,
    chance: npt.NDArray[Any],
    said: pd.DataFrame,
    by_person: npt.NDArray[Any],
    together: npt.NDArray[Any],
) -> pd.DataFrame:
    """The likeliest pair of each row inside its group, whichever of its two rows it is."""
    motive = reasons(said[together]).mask(pd.Series(by_person)[together], DECISION).to_numpy()
    told = {"probabilite": chance[together], "motif": motive}
    ends = [pd.DataFrame({"row": end[together], **told}) for end in (right, left)]
    both = pd.concat(ends).sort_values("probabilite", ascending=False, kind="stable")
    best = both.drop_duplicates("row").set_index("row").sort_index()
    return best.set_axis(index[best.index.to_numpy(dtype="int64")])


def _review(
    rows: pd.DataFrame,
    index: pd.Index,
    left: Positions,
    right: Positions,
    chance: npt.NDArray[Any],
    said: pd.DataFrame,
    open_: npt.NDArray[Any],
    refused: npt.NDArray[Any],
) -> pd.DataFrame:
    chosen = said[open_]
    table = pd.DataFrame(
        {
            "left": index[left[open_]],
            "right": index[right[open_]],
            "probabilite": chance[open_],
            "motif": reasons(chosen).to_numpy(),
            "contre": reasons(chosen, against=True).to_numpy(),
            "rival": refused[open_],
            "distance_m": metres_apart(rows, left[open_], right[open_]),
        }
    )
    return table.sort_values("probabilite", ascending=False, kind="stable", ignore_index=True)
