"""Which entries of the index are parts of one street.

A street that is the border of two arrondissements or communes, or whose addresses have two
postcodes, has one entry for each. They are one street when they bear the same kind and name,
stand next to each other, and are numbered together.

In the BAN of November 2026, 238 pairs of entries of Paris bear one name: 226 come within 150 m of
each other, most of the rest hang together by a third entry, and no house number of a street is
in two. In the Creuse and the Territoire de Belfort 444 pairs bear one name in communes of one
postcode: 13 come within 150 m of each other, of which three have the same numbers more than
100 m apart, and are two streets.
"""

from typing import Any

import numpy as np

from opendata.geocode.ban.index import Index

Array = np.ndarray[Any, Any]

#: The nearest houses of two parts of one street are so far apart at most, in metres: a wide
#: crossing or a park lies between.
NEXT_M = 150.0
#: A house that two parts both have is written at two points so far apart at most, in metres;
#: further apart, the number was given twice, by two communes to two streets.
SAME_HOUSE_M = 100.0
_METRES_PER_DEGREE = 111_195.0


def other_parts(index: Index, street: int, codes: tuple[str, ...]) -> tuple[int, ...]:
    """The other entries of the street ``street`` under the BAN codes ``codes``, in order.

    Parts may hang together by others: a boulevard through three arrondissements.
    """
    key = street, codes
    if key not in index.parts:
        index.parts[key] = _parts(index, street, codes)
    return index.parts[key]


def _parts(index: Index, street: int, codes: tuple[str, ...]) -> tuple[int, ...]:
    core, kind = index.core[street], index.kind[street]
    left = [
        other
        for code in codes
        for other in index.cores(code).get(core, ())
        if other != street and index.kind[other] == kind
    ]
    found = [street]
    # The list grows while it is gone through: what goes on from a part is a part.
    for part in found:
        fresh = [other for other in left if _goes_on(index, part, other)]
        left = [other for other in left if other not in fresh]
        # Two that have a number twice are two streets, even if one of them is this one's end.
        found += [one for one in fresh if part == street or not _twice(index, street, one)]
    return tuple(sorted(found[1:]))


def _goes_on(index: Index, street: int, other: int) -> bool:
    """Whether two entries of one name are next to each other and numbered together."""
    away_m = _distances(index, street, other)
    return away_m.size > 0 and float(away_m.min()) <= NEXT_M and not _twice(index, street, other)


def _twice(index: Index, street: int, other: int) -> bool:
    """Whether a house number of both stands at two places."""
    a, b = _houses(index, street), _houses(index, other)
    same = index.number[a][:, None] == index.number[b]
    same &= index.repetition[a][:, None] == index.repetition[b]
    # Of a number that one of them has more than once, the nearest counts.
    away_m = np.where(same, _distances(index, street, other), np.inf).min(axis=1, initial=np.inf)
    return bool((away_m[np.isfinite(away_m)] > SAME_HOUSE_M).any())


def _distances(index: Index, street: int, other: int) -> Array:
    """Metres from each house of one entry (down) to each of the other (across)."""
    a, b = _houses(index, street), _houses(index, other)
    north = index.latitude[a][:, None] - index.latitude[b]
    squeeze = np.cos(np.radians(index.latitude[a]))[:, None]
    east = (index.longitude[a][:, None] - index.longitude[b]) * squeeze
    result: Array = _METRES_PER_DEGREE * np.hypot(north, east)
    return result


def _houses(index: Index, street: int) -> Array:
    """The addresses of an entry that have a number."""
    addresses = np.arange(index.first[street], index.first[street + 1])
    result: Array = addresses[index.number[addresses] > 0]
    return result
