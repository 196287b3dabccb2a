"""From pairs to places: which rows go together, without a contradiction among them.

Likely pairs make chains (A is B, B is C). A chain is one place only when nothing inside it says
otherwise: no pair that was judged different, by the witnesses or by a person, and no two rows of
one source but those that are each other's double. Where something does, the likeliest pairs are
joined first and those that would bring a contradiction in are left to a person.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Pair = tuple[int, int]
#: Two rows, how likely they are one place, and the number of the pair.
Edge = tuple[int, int, float, int]

#: Two rows of one source that fit a place equally well (log-odds apart): neither is chosen.
_TIE = 0.25


@dataclass(frozen=True)
class Pairs:
    """Compared pairs: positions of their rows and the probability that they are one place."""

    left: Positions
    right: Positions
    probability: npt.NDArray[np.float64]


def group(
    pairs: Pairs,
    sources: npt.NDArray[Any],
    *,
    same: float,
    review: float,
    decided: dict[Pair, bool] | None = None,
    doubles: Positions | None = None,
) -> tuple[Positions, Flags]:
    """The group of each row, numbered by its first row, and the pairs that were refused.

    ``sources`` says of what source each row is. ``decided`` maps pairs (smaller position first)
    to a person's answer, whatever their probability; those to be the same must be among
    ``pairs``. They add to what is found without them. ``doubles`` has one number per row: rows
    of one number say the same, and need not have been compared. Refused pairs are likely ones
    that would have brought together rows that are not one place, or that two rows of one source
    fit equally well.
    """
    decided = decided or {}
    answer = answers(pairs.left, pairs.right, decided)
    forced, parted = answer == 1, answer == 0
    chance = np.where(parted, 0.0, pairs.probability)
    pairs = Pairs(pairs.left, pairs.right, chance)
    likely = (chance >= same) | forced
    parts = components(len(sources), pairs.left[likely], pairs.right[likely])
    inside = parts[pairs.left] == parts[pairs.right]
    said = pd.DataFrame({"source": sources, "part": parts})
    several = said.duplicated(["source", "part"], keep=False).to_numpy()
    doubtful = set(parts[pairs.left[inside & (chance < review) & ~forced]].tolist())
    doubtful |= set(parts[several].tolist())
    refused = np.zeros(len(pairs.left), dtype=bool)
    if not doubtful:
        return parts, refused
    numbers = np.flatnonzero(inside & np.isin(parts[pairs.left], list(doubtful)))
    groups = parts.copy()
    order = numbers[np.argsort(parts[pairs.left[numbers]], kind="stable")]
    cuts = np.flatnonzero(np.diff(parts[pairs.left[order]])) + 1
    for own in np.split(order, cuts):
        rows = np.unique(np.concatenate([pairs.left[own], pairs.right[own]]))
        joined, left_out = _careful(own, pairs, sources, same, review, decided, doubles)
        for row in rows.tolist():
            groups[row] = joined[row]
        refused[left_out] = True
    return groups, refused


def answers(left: Positions, right: Positions, decided: dict[Pair, bool]) -> Positions:
    """1 for the same, 0 for different, -1 where nobody decided."""
    found = np.full(len(left), -1, dtype="int64")
    if decided:
        pairs = pd.MultiIndex.from_arrays([left, right])
        where = pairs.get_indexer(pd.MultiIndex.from_tuples(list(decided)))
        found[where] = [int(same) for same in decided.values()]
    return found


def components(count: int, left: Positions, right: Positions) -> Positions:
    """The smallest row of the chain that each row is in."""
    smallest = np.arange(count, dtype="int64")
    while True:
        low = np.minimum(smallest[left], smallest[right])
        before = smallest.copy()
        np.minimum.at(smallest, left, low)
        np.minimum.at(smallest, right, low)
        smallest = smallest[smallest]
        if (smallest == before).all():
            return smallest


def _careful(
    numbers: Positions,
    pairs: Pairs,
    sources: npt.NDArray[Any],
    same: float,
    review: float,
    decided: dict[Pair, bool],
    doubles: Positions | None,
) -> tuple[dict[int, int], list[int]]:
    """The groups of one chain, joined likeliest pair first; and the pairs left out."""
    left, right = pairs.left[numbers].tolist(), pairs.right[numbers].tolist()
    chance = pairs.probability[numbers].tolist()
    known: dict[Pair, float] = dict(zip(zip(left, right, strict=True), chance, strict=True))
    likely = [
        (one, other, p, number)
        for one, other, p, number in zip(left, right, chance, numbers.tolist(), strict=True)
        if p >= same or decided.get((one, other))
    ]
    likely.sort(key=lambda edge: (-edge[2], edge[0], edge[1]))
    fitting: dict[int, list[tuple[int, float]]] = {row: [] for row in {*left, *right}}
    for one, other, p, _ in likely:
        fitting[one].append((other, p))
        fitting[other].append((one, p))

    def is_double(one: int, other: int) -> bool:
        p = known.get((min(one, other), max(one, other)))
        if p is None:
            return doubles is not None and bool(doubles[one] == doubles[other])
        return p >= same

    def clash(one: int, other: int) -> bool:
        """Two rows that are not one place, whatever their sources."""
        pair = min(one, other), max(one, other)
        if pair in decided:
            return not decided[pair]
        return sources[one] != sources[other] and known.get(pair, 1.0) < review

    def twins(one: int, other: int) -> bool:
        """Two rows that their producer told apart."""
        return sources[one] == sources[other] and not is_double(one, other)

    def joined(
        edges: Iterable[Edge], granted: Collection[Pair], heeding: bool = True
    ) -> tuple[dict[int, int], list[Edge]]:
        members: dict[int, list[int]] = {row: [row] for row in sorted(fitting)}
        home = {row: row for row in members}
        left_out = []
        for edge in edges:
            one, other, p, _ = edge
            a, b = home[one], home[other]
            if a == b:
                continue
            across = [(x, y) for x in members[a] for y in members[b]]
            by_person = heeding and decided.get((one, other), False)
            if by_person:
                refused = any(decided.get((min(pair), max(pair))) is False for pair in across)
            else:
                refused = any(clash(*pair) for pair in across)
            if not refused and not by_person and (one, other) not in granted:
                refused = any(twins(*pair) for pair in across) or _rivals(
                    (one, other), p, fitting, sources, is_double
                )
            if refused:
                left_out.append(edge)
                continue
            a, b = min(a, b), max(a, b)
            for row in members.pop(b):
                home[row] = a
                members[a].append(row)
        return home, left_out

    answered = [edge for edge in likely if decided.get(edge[:2])]
    if not answered:
        home, left_out = joined(likely, ())
    else:
        # An answer comes first, and parts nothing that stands without it: who joins a row to a
        # place knows of the row of its source that is there already.
        _, out = joined([edge for edge in likely if edge[2] >= same], (), heeding=False)
        granted = {edge[:2] for edge in likely} - {edge[:2] for edge in out}
        others = [edge for edge in likely if not decided.get(edge[:2])]
        home, left_out = joined([*answered, *others], granted)
    return home, [number for *_, number in left_out]


def _rivals(
    pair: Pair,
    p: float,
    fitting: Mapping[int, Sequence[tuple[int, float]]],
    sources: npt.NDArray[Any],
    is_double: Callable[[int, int], bool],
) -> bool:
    """Whether another row of one row's source, not its double, fits the other just as well.

    ``fitting`` has the likely partners of each row, and how likely they are.
    """
    odds = _odds(p)
    return any(
        rival != one
        and sources[rival] == sources[one]
        and abs(_odds(q) - odds) <= _TIE
        and not is_double(rival, one)
        for one, other in (pair, pair[::-1])
        for rival, q in fitting[other]
    )


def _odds(p: float) -> float:
    p = min(max(p, 1e-12), 1 - 1e-12)
    return float(np.log(p / (1 - p)))
