"""What changed between two releases, place by place and field by field.

Six kinds of lines, in this order; within a kind they follow ``lieu_id``:

    ajout          a place that was never published
    suppression    a place that is no longer published
    modification   one line per field that says something else
    deplacement    besides these: the point is more than MOVED_M metres from where it was
    fusion         a place that is no longer published because it is part of another
    reouverture    a place that is published again
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from opendata.geocode.points import distance_km
from opendata.report import change_counts
from opendata.tables import column

Array = np.ndarray[Any, Any]

#: Columns of ``changements.csv``.
COLUMNS = ("lieu_id", "changement", "nom", "commune", "champ", "ancien", "nouveau")
#: From how far on a place has moved; nearer, its point was only made more precise.
MOVED_M = 100.0
_POINT = ("latitude", "longitude")

#: The lines of a difference -> how many places were added, removed, changed, moved, merged and
#: published again, as rapport.json and releases.json say it.
counts = change_counts


def changes(
    before: pd.DataFrame,
    after: pd.DataFrame,
    ignored: tuple[str, ...],
    known: pd.DataFrame | None = None,
    ids: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The lines of ``changements.csv``; both tables are ``lieux`` as text.

    ``ignored`` fields never make a difference; a field the older table lacks counts as
    empty there. ``known`` and ``ids`` are the registers of ids (``identifiants``) published
    before and now, where there are any: ``known`` tells a place that comes back from a new one,
    ``ids`` one that was merged from one that is gone. An id that a table gives twice, which the
    gate holds, counts by its first line.
    """
    old, new = _once(before), _once(after)
    place = pd.Index(old["lieu_id"]).get_indexer(pd.Index(new["lieu_id"]))
    stays = place >= 0
    gone = np.ones(len(old), dtype=bool)
    gone[place[stays]] = False
    came, left = new[~stays], old[gone]
    was = _told(known, "statut", came["lieu_id"])
    successor = _told(_merged(ids), "successeur", left["lieu_id"])
    back, merged = was.notna(), successor.notna()
    both = _Both(old, new, place[stays], np.flatnonzero(stays))
    parts = [
        _lines(came[~back], "ajout"),
        _lines(left[~merged], "suppression"),
        _changed(both, ignored),
        _moved(both),
        _lines(left[merged], "fusion", "successeur", new=successor[merged]),
        _lines(came[back], "reouverture", "statut", was[back], "actif"),
    ]
    return pd.concat(parts, ignore_index=True)


class _Both(NamedTuple):
    """The places of two releases that are in both: line ``then`` of one is ``now`` of the other."""

    old: pd.DataFrame
    new: pd.DataFrame
    then: Array
    now: Array

    def cells(self, name: str) -> tuple[Any, Any]:
        """A column then and now, place by place; "" where a release has no such column."""
        before, after = column(self.old, name), column(self.new, name)
        return before.array.take(self.then), after.array.take(self.now)

    def lines(self, which: Array, kind: str, field: str, old: Any, new: Any) -> pd.DataFrame:
        """The lines of some of these places (numbers among them)."""
        return _lines(self.new.iloc[self.now[which]], kind, field, old, new)


def _once(places: pd.DataFrame) -> pd.DataFrame:
    twice = places["lieu_id"].duplicated()
    return places[~twice] if twice.any() else places


def _lines(
    places: pd.DataFrame, kind: str, field: str = "", old: Any = "", new: Any = ""
) -> pd.DataFrame:
    """One line per place; ``old`` and ``new`` are one text for all, or one each."""
    named = places[["lieu_id", "nom", "commune"]]
    lines = named.assign(changement=kind, champ=field, ancien=old, nouveau=new)
    return lines[list(COLUMNS)].astype("str").sort_values("lieu_id", kind="stable")


def _merged(ids: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if ids is None or ids.empty else ids[ids["statut"] == "fusionne"]


def _told(ids: pd.DataFrame | None, name: str, wanted: pd.Series) -> pd.Series:
    """What a register says of some ids (same index); missing where it does not have one."""
    if ids is None or ids.empty:
        return pd.Series(None, index=wanted.index, dtype="str")
    return wanted.map(ids.drop_duplicates("lieu_id").set_index("lieu_id")[name])


def _changed(both: _Both, ignored: tuple[str, ...]) -> pd.DataFrame:
    """One line per field that says something else, a place's in the order of the columns."""
    parts = [_lines(both.new.iloc[:0], "modification")]
    # Column by column: a million places never become Python objects, or copies, all at once.
    for name in both.new.columns:
        if name != "lieu_id" and name not in ignored:
            before, after = both.cells(name)
            which = np.flatnonzero(np.asarray(before != after))
            parts.append(both.lines(which, "modification", name, before[which], after[which]))
    return pd.concat(parts).sort_values("lieu_id", kind="stable")


def _moved(both: _Both) -> pd.DataFrame:
    """One line per place whose point is elsewhere; to gain or lose one is not to move."""
    cells = [both.cells(name) for name in _POINT]
    elsewhere = [np.asarray(before != after) for before, after in cells]
    which = np.flatnonzero(elsewhere[0] | elsewhere[1])
    (lat, new_lat), (lon, new_lon) = (
        tuple(pd.Series(values[which], dtype="str") for values in pair) for pair in cells
    )
    degrees = [pd.to_numeric(one, errors="coerce") for one in (lat, lon, new_lat, new_lon)]
    far = 1000 * distance_km(*degrees) > MOVED_M  # not so where one is missing: NaN
    old, new = lat + ", " + lon, new_lat + ", " + new_lon
    return both.lines(which[far], "deplacement", "point", old[far].array, new[far].array)


def date_places(
    places: pd.DataFrame, before: pd.DataFrame, difference: pd.DataFrame, day: str
) -> pd.DataFrame:
    """``places`` with ``premiere_publication`` and ``derniere_modification`` filled in.

    A place that is new is dated ``day``; one that did not change keeps its dates.
    """
    touched = set(difference["lieu_id"])
    last = before.set_index("lieu_id")["derniere_modification"]
    kept = places["lieu_id"].map(last)
    changed = places["lieu_id"].isin(touched) | kept.isna()
    first = places["premiere_publication"]
    return places.assign(
        premiere_publication=first.mask(first == "", day),
        derniere_modification=kept.astype("str").mask(changed, day),
    )
