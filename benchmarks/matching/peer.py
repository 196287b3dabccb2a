"""The nearest peer's way of finding duplicates, mednum-cli (ANCT), said again in Python.

Two generations of it, each followed from its source and measured beside ours:

``FIRST``   repository anct-cartographie-nationale/mednum-cli, files
            src/dedupliquer/steps/{find-duplicates,duplication-comparisons,group-duplicates} at
            commits 13f4028, 479cde4 and e6941b2, thresholds from
            src/dedupliquer/cli/action/dedupliquer.action.ts at e6941b2.
            Rows of one postcode and two sources; mean of three likenesses; over 60.
``LATEST``  the rewriting of 2026: src/features/deduplication/domain at 6658a7c and 17c1821,
            which calls src/deduplication of the same owner's lieux-de-mediation-numerique (MIT),
            comparer.ts at 59246b7, normalisation.ts at 09b2ae1.
            Rows of one commune, two sources and no contrary type; name counts double; over 80.

Both compare every row with every row, and join whatever is linked, link by link.

What is not exactly theirs:
- fuzzball's ``ratio`` is recomputed from rapidfuzz's indel distance, with its cleaning (letters
  and digits of any alphabet, lower case) and its rounding to whole percents;
- ``LATEST`` guesses the type of a row without one from its name by some 150 patterns; here such
  a row has no type, hence no veto, for the rows measured had theirs guessed by our own reader;
- where the peer looks through a list for the mirror of each pair, ``find_groups`` asks a set:
  kinder than the original. Its speed is that of this port, see README.md for the true one.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Two types that the latest generation takes for one another.
_EQUIVALENT = frozenset(("RFS", "PIMMS"))
#: Degrees within which the first generation says "same point".
_SAME_POINT_DEGREES = 0.0004
#: Metres within which the latest does.
_SAME_POINT_M = 50.0
_EARTH_M = 6_371_000.0
_CITIES = {"75056": (75101, 75120), "69123": (69381, 69389), "13055": (13201, 13216)}
_OF = r"(?:des?|du|de la|de l)\s+"
_PREFIXES = tuple(
    (re.compile("^" + start), new)
    for start, new in (
        *((f"{word} {_OF}", "ville ") for word in ("commune", "com", "mairie", "ville")),
        (f"hotel de ville {_OF}", "ville "),
        *((f"{word} {_OF}", "departement ") for word in ("conseil departemental", "departement")),
        (r"communaute de communes?\s+", "cc "),
        (r"communaute d agglomeration\s+", "cagglo "),
        (r"communaute com\s+", "cc "),
        (f"conseil regional {_OF}", "region "),
        (r"region\s+", "region "),
    )
)
_SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "ctre": "centre"}
_SHORT |= {"ass": "association", "asso": "association"}
_ENDINGS = (("iaux", "ial"), ("aux", "al"), ("ales", "al"), ("elles", "el"), ("ale", "al"))
_ENDINGS += (("elle", "el"),)
_NOBODY = re.compile("^(?:$|non diffusible|non communique|inconnu)")


@dataclass(frozen=True)
class Method:
    """One generation: a pair is a duplicate over ``threshold`` (0 to 100).

    ``within_threshold`` replaces it when pairs of one source are compared too. ``block`` gives
    the value that two rows must share; ``likeness`` the scores of pairs that share it.
    """

    name: str
    threshold: float
    within_threshold: float
    block: Callable[[pd.DataFrame], pd.Series]
    likeness: Callable[[pd.DataFrame, Ints, Ints], Floats]


def score_pairs(
    rows: pd.DataFrame,
    left: Ints,
    right: Ints,
    method: Method | None = None,
    within: bool = False,
) -> Floats:
    """The peer's score of each pair of row numbers, 0 to 100, 0 where it would not compare them.

    ``within`` also compares rows of one source, as the peer's option ``allow-internal`` does
    (off unless asked for). A pair is a duplicate when the score is over, not at, the threshold.
    """
    method = method or FIRST
    left, right = np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64)
    block = pd.factorize(method.block(rows))[0]
    compared = block[left] == block[right]
    if not within:
        source = pd.factorize(rows["source_id"])[0]
        compared &= source[left] != source[right]
    scores = np.zeros(len(left))
    chosen = np.flatnonzero(compared)
    scores[chosen] = method.likeness(rows, left[chosen], right[chosen])
    return scores


def find_groups(rows: pd.DataFrame, method: Method | None = None) -> Ints:
    """The group of each row, by the peer's own search: every row is held against every row."""
    method = method or FIRST
    block = pd.factorize(method.block(rows))[0].tolist()
    source = pd.factorize(rows["source_id"])[0].tolist()
    everything = range(len(rows))
    pairs: dict[tuple[int, int], None] = {}
    for one in everything:
        mine, from_source = block[one], source[one]
        for other in everything:
            if block[other] == mine and other != one and source[other] != from_source:
                pairs[(one, other) if one < other else (other, one)] = None
    found = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    return _joined(rows, found[:, 0], found[:, 1], method)


def find_groups_fast(rows: pd.DataFrame, method: Method | None = None) -> Ints:
    """The same groups, with the rows sorted by block first: for accuracy on many rows."""
    method = method or FIRST
    left, right = candidate_pairs(rows, method)
    return _joined(rows, left, right, method)


def candidate_pairs(rows: pd.DataFrame, method: Method | None = None) -> tuple[Ints, Ints]:
    """Every pair that the method compares (one block, two sources), the lower row number first."""
    method = method or FIRST
    block = pd.factorize(method.block(rows))[0]
    order = np.argsort(block, kind="stable")
    starts = np.flatnonzero(np.diff(block[order], prepend=-2, append=-2))
    source = pd.factorize(rows["source_id"])[0]
    lefts, rights = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for start, end in pairwise(starts):
        members = order[start:end]
        first, second = np.triu_indices(len(members), 1)
        apart = source[members[first]] != source[members[second]]
        lefts.append(members[first[apart]])
        rights.append(members[second[apart]])
    return np.concatenate(lefts).astype(np.int64), np.concatenate(rights).astype(np.int64)


def _joined(rows: pd.DataFrame, left: Ints, right: Ints, method: Method) -> Ints:
    over = score_pairs(rows, left, right, method) > method.threshold
    parent = list(range(len(rows)))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for one, other in zip(left[over].tolist(), right[over].tolist(), strict=True):
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return np.array([root(one) for one in range(len(rows))], dtype=np.int64)


def _first(rows: pd.DataFrame, left: Ints, right: Ints) -> Floats:
    """Mean of street, name and distance, cut to a whole number; France services stay apart."""
    kind = rows["typologie"].to_numpy(dtype=object)
    services = np.isin(kind, list(_EQUIVALENT))
    named = rows["nom"].str.contains(r"france services?", case=False).to_numpy(dtype=bool)
    both = (services[left] & services[right]) | (named[left] & named[right])
    allowed = both | ((kind[left] != "RFS") & (kind[right] != "RFS"))
    names, streets = _distinct(rows["nom"], _fuzzball), _distinct(rows["adresse"], _fuzzball)
    lat, lon = rows["latitude"].to_numpy(dtype=float), rows["longitude"].to_numpy(dtype=float)
    degrees = np.hypot(lat[left] - lat[right], lon[left] - lon[right])
    near = np.where(degrees < _SAME_POINT_DEGREES, 100.0, np.trunc(100 / (degrees * 1000 + 1)))
    total = _ratio(names, left, right, 0.0) + _ratio(streets, left, right, 0.0) + near
    # A pair without coordinates has no score at all there.
    return np.where(allowed & ~np.isnan(degrees), np.trunc(np.nan_to_num(total) / 3), 0.0)


def _latest(rows: pd.DataFrame, left: Ints, right: Ints) -> Floats:
    """Name twice, address and distance once each, of what is known, after its vetoes."""
    names, streets = _distinct(rows["nom"], _plain_name), _distinct(rows["adresse"], _plain)
    nobody = _distinct(rows["nom"], lambda text: bool(_NOBODY.match(_plain(text))))
    homeless = _distinct(rows["adresse"], lambda text: bool(_NOBODY.match(_plain(text))))
    lat, lon = rows["latitude"].to_numpy(dtype=float), rows["longitude"].to_numpy(dtype=float)
    distance = _metres(lat[left], lon[left], lat[right], lon[right])
    no_street = homeless.astype(bool)[left] | homeless.astype(bool)[right]
    near = _half_up(100 * _SAME_POINT_M / np.maximum(distance, _SAME_POINT_M))
    street = np.where(no_street, 0.0, _ratio(streets, left, right, 100.0))
    total = 2 * _ratio(names, left, right, 100.0) + street + np.nan_to_num(near)
    weights = 2.0 + ~no_street + ~np.isnan(distance)
    refused = nobody.astype(bool)[left] | nobody.astype(bool)[right]
    refused |= no_street & np.isnan(distance)
    refused |= _contrary(rows["typologie"], left, right)
    return np.where(refused, 0.0, _half_up(total / weights))


def _contrary(kinds: pd.Series, left: Ints, right: Ints) -> Flags:
    """Both rows have types, and share none (France services and PIMMS count as shared)."""
    codes, values = pd.factorize(kinds)
    sets = [frozenset(str(value).split("|")) - {""} for value in values]
    apart = np.array(
        [
            [
                bool(a and b) and not a & b and not (a & _EQUIVALENT and b & _EQUIVALENT)
                for b in sets
            ]
            for a in sets
        ],
        dtype=bool,
    ).reshape(len(sets), len(sets))
    return apart[codes[left], codes[right]]


def _metres(lat: Floats, lon: Floats, other_lat: Floats, other_lon: Floats) -> Floats:
    north, east = np.radians(other_lat - lat), np.radians(other_lon - lon)
    return _EARTH_M * np.hypot(north, east * np.cos(np.radians((lat + other_lat) / 2)))


def _ratio(texts: NDArray[np.object_], left: Ints, right: Ints, of_nothing: float) -> Floats:
    """Whole percents of likeness; ``of_nothing`` is that of two empty texts."""
    ours, theirs = texts[left], texts[right]
    apart = cpdist(ours, theirs, scorer=Indel.distance, dtype=np.int32).astype(float)
    length = pd.Series(texts).str.len().to_numpy(dtype=float)
    total = length[left] + length[right]
    known = np.where(total > 0, _half_up(100 * (total - apart) / np.maximum(total, 1)), of_nothing)
    return np.asarray(known)


def _half_up(values: Floats) -> Floats:
    return np.floor(values + 0.5)


def _distinct(texts: pd.Series, change: Callable[[str], object]) -> NDArray[np.object_]:
    codes, values = pd.factorize(texts)
    changed = np.empty(len(values), dtype=object)
    changed[:] = [change(str(value)) for value in values]
    return changed[codes]


def _fuzzball(text: str) -> str:
    kept = "".join(letter if unicodedata.category(letter)[0] in "LN" else " " for letter in text)
    return " ".join(kept.lower().split())


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.lower())
    bare = "".join(letter for letter in bare if not "\u0300" <= letter <= "\u036f")
    return " ".join(re.sub(r"[^a-z0-9\s]", " ", bare).split())


def _plain_name(text: str) -> str:
    plain = _plain(text)
    for start, new in _PREFIXES:
        plain = start.sub(new, plain)
    return " ".join(_plain_word(_SHORT.get(word, word)) for word in plain.split())


def _plain_word(word: str) -> str:
    if len(word) < 5:
        return word
    for ending, new in _ENDINGS:
        if word.endswith(ending):
            return word.removesuffix(ending) + new
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _city(code: str) -> str:
    for city, (first, last) in _CITIES.items():
        if code.isdigit() and first <= int(code) <= last:
            return city
    return code


def _commune(rows: pd.DataFrame) -> pd.Series:
    return rows["code_insee"].map(_city)


FIRST = Method("mednum-cli, first", 60.0, 90.0, lambda rows: rows["code_postal"], _first)
LATEST = Method("mednum-cli, latest", 80.0, 90.0, _commune, _latest)
METHODS = (FIRST, LATEST)
