"""Which of the streets that come close is meant, and how sure that is."""

from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from opendata.geocode.ban.index import NUMBER_BITS, Index
from opendata.geocode.ban.likeness import is_shortened
from opendata.geocode.ban.parse import Reading
from opendata.geocode.ban.parts import other_parts
from opendata.geocode.ban.score import Features, probability
from opendata.geocode.names import name_keys

#: What speaks for a candidate beside its name, in points of likeness.
_HAS_NUMBER, _SAME_POSTCODE, _SAME_TOWN = 2.5, 1.5, 4.0
#: Candidates this far below the best are not weighed against it.
_BEHIND = 4.0
_LARGEST_MARGIN = 30.0
#: Two streets this alike in all that is weighed cannot be told apart.
_TIED = 1.0
_SHORT_CORE = 6
_EXACT = 99.5
#: So many typing errors in one name are another name.
_MANY_SLIPS = 3


class Query(NamedTuple):
    """One distinct address.

    ``codes`` are the communes of today it may be in (most queries: one), ``trust`` the
    probability that one of them is right; ``town`` is the stated commune, folded.
    """

    readings: tuple[Reading, ...]
    postcode: str
    town: str
    codes: tuple[str, ...]
    trust: float


class Choice(NamedTuple):
    """The street retained for a query. ``reading`` is the one that found it.

    ``parts`` are the street's other entries, when the one retained lacks the number.
    """

    street: int
    reading: Reading
    probability: float
    features: Features
    parts: tuple[int, ...] = ()


def choose(
    index: Index,
    query: Query,
    reading: Reading,
    candidates: Sequence[tuple[float, int]],
    *,
    widened: bool,
    going_on: tuple[str, ...] = (),
) -> Choice:
    """The best of ``candidates`` (likeness and street, best first; at least one).

    ``going_on`` are the BAN codes under which the street may go on.
    """
    floor = candidates[0][0] - _BEHIND
    weighed = [
        (near + _support(index, query, reading, street), near, street)
        for near, street in candidates
        if near >= floor
    ]
    value, near, street = max(weighed, key=lambda one: (one[0], -one[2]))
    rivals = {
        rival for _, _, rival in weighed if _is_rival(index, reading, street, rival, going_on)
    }
    others = [
        *(other for other, _, rival in weighed if rival in rivals),
        *(other for other, rival in candidates[len(weighed) :] if rival != street),
    ]
    kind = index.kind[street]
    numbered = has_number(index, street, reading.number)
    parts: tuple[int, ...] = ()
    if reading.number and not numbered:
        parts = other_parts(index, street, going_on)
        numbered = any(has_number(index, part, reading.number) for part in parts)
    shortened = near < _EXACT and is_shortened(reading.core, index.core[street])
    slips = 0
    if not shortened:
        slips = OSA.distance(reading.core, index.core[street], score_cutoff=_MANY_SLIPS)
    features = Features(
        likeness=near,
        exact=float(near >= _EXACT),
        shortened=float(shortened),
        slip=float(slips >= 1),
        unlike=float(slips >= _MANY_SLIPS),
        margin=min(_LARGEST_MARGIN, value - max(others, default=0.0)),
        same_kind=float(kind == reading.kind),
        other_kind=float(bool(reading.kind and kind) and kind != reading.kind),
        has_number=float(numbered),
        lacks_number=float(bool(reading.number) and not numbered),
        short=float(len(reading.core) < _SHORT_CORE),
        kindless=float(bool(kind) and not reading.kind and not reading.number),
        locality=float(not kind and not reading.kind and not reading.number),
        widened=float(widened),
        later=float(reading != query.readings[0]),
    )
    # Streets that fit equally share the probability: none of them is an answer.
    tied = 1 + sum(other > value - _TIED for other, _, rival in weighed if rival in rivals)
    return Choice(street, reading, probability(features) / tied, features, parts)


def _support(index: Index, query: Query, reading: Reading, street: int) -> float:
    points = _HAS_NUMBER * has_number(index, street, reading.number)
    points += _SAME_POSTCODE * (query.postcode == index.postcode[street] != "")
    if query.town:
        towns = (index.town[street], index.former[street])
        alike = (fuzz.ratio(name_keys(town)[1], query.town) for town in towns if town)
        near = max(alike, default=0.0)
        points += _SAME_TOWN * near / 100
    return points


def _is_rival(
    index: Index, reading: Reading, street: int, other: int, going_on: tuple[str, ...]
) -> bool:
    """Whether ``other`` is another street: a part of the same one under another postcode is not.

    Nor is a part in another commune, if a number says where on the street it is.
    """
    if street == other:
        return False
    if (index.core[street], index.kind[street]) != (index.core[other], index.kind[other]):
        return True
    if (index.commune[street], index.former[street]) == (index.commune[other], index.former[other]):
        return False
    return not reading.number or other not in other_parts(index, street, going_on)


def has_number(index: Index, street: int, number: int) -> bool:
    """Whether the reference has this number of the street."""
    if not number:
        return False
    wanted = ((street * 2 + number % 2) << NUMBER_BITS) | number
    at = int(index.key.searchsorted(wanted))
    return at < len(index.key) and bool(index.key[at] == wanted)
