"""Which kinds the values of a column are of: shares, not verdicts.

The kinds, their names and the order in which they are tried are in :func:`recognisers`.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

import pandas as pd

from opendata.normalise import dates
from opendata.onboard import cells
from opendata.schema import fields

#: Values of a column and the number of rows each stands for, the most frequent first.
Counts = Mapping[str, int]

#: Values that are put to the recognisers of closed lists: words come back from row to row,
#: and a few of the most frequent cells tell them.
FREQUENT = 40
#: Characters of a cell that are looked at: the beginning of a long text tells its kind.
LOOKED_AT = 250
#: The kinds of closed lists are named ``liste:services``, ``liste:typologie``…
LIST_PREFIX = "liste:"

#: Formats a date column may be written in, the most usual first (strptime).
DATE_FORMATS = (
    "%Y-%m-%d", "%d/%m/%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M:%S.%f", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y",
    "%Y%m%d", "%m/%d/%Y", "%m/%d/%Y %H:%M:%S",
)  # fmt: skip
#: The share of the cells that one format must read.
_ONE_FORMAT = 0.95

_SIMPLE_KINDS: Mapping[str, Callable[[str], bool]] = {
    "code_postal": cells.is_postcode,
    "code_insee": cells.is_insee,
    "departement": cells.is_departement,
    "commune": cells.is_commune,
    "identifiant": cells.is_identifier,
    "siren": cells.is_siren,
    "telephone": cells.is_phone,
    "courriel": cells.is_email,
    "url": cells.is_url,
    "adresse_web_entiere": cells.holds_whole_address,
    "date": cells.is_date,
    "nombre": cells.is_number,
    "latitude": cells.is_latitude,
    "longitude": cells.is_longitude,
    "lambert_x": cells.is_lambert_x,
    "lambert_y": cells.is_lambert_y,
    "horaires_osm": cells.is_osm_hours,
    "horaires_semaine": cells.is_week_hours,
    "horaires_jour": cells.is_day_hours,
    "drapeau": cells.is_flag,
    "numero_voie": cells.is_house_number,
    "personne": cells.is_person,
    "texte": cells.is_text,
}
#: A column of these is no column of words: closed lists are not looked for in it.
_SETTLES = frozenset(
    (
        *("code_postal", "code_insee", "commune", "identifiant", "siren", "telephone", "courriel"),
        *("url", "date", "nombre", "horaires_osm", "horaires_semaine", "horaires_jour", "drapeau"),
    )
)


class Pairs(NamedTuple):
    """Shares of "lat, lon" and "lon, lat" in France; what parts the numbers ("" when none)."""

    ahead: float
    behind: float
    separator: str


@cache
def recognisers() -> Mapping[str, Callable[[str], bool]]:
    """Every kind and what accepts its values; closed lists, the dearest to try, come last."""
    lists = dict.fromkeys(field.vocabulary for field in fields().values() if field.vocabulary)
    of_lists = {f"{LIST_PREFIX}{name}": cells.is_in_list(name) for name in lists}
    return {**_SIMPLE_KINDS, **of_lists}


def shares(counts: Counts) -> dict[str, float]:
    """For each kind tried, the share (0 to 1) of rows whose cell it accepts."""
    found = {kind: _share(counts, kind) for kind in _SIMPLE_KINDS} if counts else {}
    if _are_words(found):
        frequent = dict(list(counts.items())[:FREQUENT])
        of_lists = [kind for kind in recognisers() if kind not in _SIMPLE_KINDS]
        found |= {kind: _share(frequent, kind) for kind in of_lists}
    return found


def _are_words(found: Mapping[str, float]) -> bool:
    settled = any(found.get(kind, 0) >= 0.5 for kind in _SETTLES)
    return found.get("texte", 0) >= 0.5 and not settled


def _share(counts: Counts, kind: str) -> float:
    accepts = recognisers()[kind]
    kept = sum(count for value, count in counts.items() if accepts(value[:LOOKED_AT]))
    return kept / sum(counts.values())


def accepted(column: pd.Series, kind: str) -> pd.Series:
    """Which cells of a column a kind accepts (boolean, same index)."""
    accepts = recognisers()[kind]
    outcome = {value: bool(value) and accepts(value) for value in column.unique()}
    return column.map(outcome).astype(bool)


def pairs(counts: Counts) -> Pairs:
    """How many cells hold the two numbers of a point in France, in either order."""
    ahead = behind = 0
    separators: dict[str, int] = {}
    for value, count in counts.items():
        numbers = cells.pair_of_numbers(value)
        if numbers is None:
            continue
        first, second, separator = numbers
        ahead += count * cells.is_in_france(first, second)
        behind += count * cells.is_in_france(second, first)
        separators[separator] = separators.get(separator, 0) + count
    total = sum(counts.values()) or 1
    usual = max(separators, key=lambda mark: separators[mark], default="")
    return Pairs(ahead / total, behind / total, usual)


def date_format(counts: Counts) -> str:
    """The format that reads nearly every value; "" when none does."""
    total = sum(counts.values())
    for candidate in DATE_FORMATS:
        read_by = sum(n for value, n in counts.items() if dates.parse_format(value, candidate))
        if read_by >= _ONE_FORMAT * total:
            return candidate
    return ""
