"""Points that are lost, or elsewhere than they were.

A file whose coordinates went wrong shows in one of three ways, for points are checked before
they are published (``geocode/points``): the points move; or they fall out of their commune and
the centre of the commune is published; or the address is known and keeps the published point in
place, while the point that the source states is suddenly far from it (``geo_distance_m``).
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from opendata.geocode.points.geometry import Array, distance_km
from opendata.language import Text
from opendata.model import Gate
from opendata.release.gate.measure import Measure
from opendata.release.gate.tables import FEW, Side
from opendata.site.wording import number, percent
from opendata.tables import column

#: The places of one source may lose so many times what the whole dataset may.
SOURCE_FACTOR = 4.0
#: A source is worse than the whole when its share is so many times as large.
_WORSE = 1.2


def points(now: Side, before: Side, gate: Gate) -> Iterator[Measure]:
    """Location lost, published points moved, stated points moved; all, then source by source."""
    yield from _located(now, before)
    yield from _located_of_sources(now, before)
    yield from _moved(now, before, gate)
    yield from _astray(now, before, gate.moved_m)


def _located(now: Side, before: Side) -> Iterator[Measure]:
    """Without the places of new sources: what comes badly located takes nothing away."""
    new = [source for source, rows in now.rows.items() if rows and not before.rows.get(source)]
    was, is_now = _share(before.located), _share(now.located[~now.origin.isin(new)])
    yield Measure(
        "baisse_localisation",
        "max_located_drop_pct",
        was - is_now,
        Text(
            "la part des lieux localisés mieux qu'à la commune baisse de {figure} "
            f"({percent(was).fr} → {percent(is_now).fr})",
            "the share of places located better than by their commune drops by {figure} "
            f"({percent(was).en} → {percent(is_now).en})",
        ),
        unit="points",
    )


def _located_of_sources(now: Side, before: Side) -> Iterator[Measure]:
    many = before.per_source()
    shares = pd.DataFrame(
        {
            "was": 100 * before.located.groupby(before.origin).mean(),
            "now": 100 * now.located.groupby(now.origin).mean(),
        }
    )
    shares = shares.reindex(many.index[many >= FEW])
    for source, was, is_now in shares[shares["now"] < shares["was"]].itertuples():
        old, new = percent(was), percent(is_now)
        yield Measure(
            "baisse_localisation_source",
            "max_located_drop_pct",
            was - is_now,
            Text(
                f"la part des lieux de la source {source} localisés mieux qu'à la commune baisse "
                f"de {{figure}} ({old.fr} → {new.fr})",
                f"the share of places of the source {source} located better than by their commune "
                f"drops by {{figure}} ({old.en} → {new.en})",
            ),
            (source,),
            unit="points",
            factor=SOURCE_FACTOR,
            hint=Text(
                " : ses points ne tombent plus dans leur commune, ou ses adresses ont changé",
                ": its points no longer fall in their commune, or its addresses changed",
            ),
        )


def _moved(now: Side, before: Side, gate: Gate) -> Iterator[Measure]:
    """A source is named where it is worse than the whole, or the whole is within its limit."""
    common = now.places.index.intersection(before.places.index)
    sides = (before.places.loc[common], now.places.loc[common])
    ends = [_numbers(places[name]) for places in sides for name in ("latitude", "longitude")]
    metres = pd.Series(1000 * distance_km(*ends), index=common).dropna()
    if metres.empty:
        return
    overall = 100 * float((metres > gate.moved_m).mean())
    names = now.places["nom"]
    yield _moves(metres, names, "", gate.moved_m)
    for source, group in metres.groupby(now.origin[metres.index]):
        share = 100 * float((group > gate.moved_m).mean())
        told = overall > gate.max_moved_pct and share < _WORSE * overall
        if source and len(group) >= FEW and not told:
            yield _moves(group, names, str(source), gate.moved_m)


def _moves(metres: pd.Series, names: pd.Series, source: str, moved_m: float) -> Measure:
    """``metres`` is the way each point went, by id; ``source`` is "" for all of them."""
    moved = metres > moved_m
    bound = _distance(moved_m)
    fr, en = (f"de la source {source} ", f"of the source {source} ") if source else ("", "")
    return Measure(
        "points_deplaces_source" if source else "points_deplaces",
        "max_moved_pct",
        100 * float(moved.mean()),
        Text(
            f"{{figure}} des points {fr}se déplacent de plus de {bound.fr}",
            f"{{figure}} of points {en}move by more than {bound.en}",
        ),
        (source,) if source else (),
        hint=_how_far(metres[moved], names) if moved.any() else Text("", ""),
    )


def _how_far(metres: pd.Series, names: pd.Series) -> Text:
    middle, farthest = _distance(float(metres.median())), _distance(float(metres.max()))
    name = names[str(metres.idxmax())]
    return Text(
        f" ; distance médiane {middle.fr}, par exemple « {name} » ({farthest.fr})",
        f"; median distance {middle.en}, for example “{name}” ({farthest.en})",
    )


def _astray(now: Side, before: Side, moved_m: float) -> Iterator[Measure]:
    """Points a source states that left the address they were at, which is published instead."""
    common = now.places.index.intersection(before.places.index)
    known = pd.DataFrame(
        {
            "was": _numbers(column(before.places, "geo_distance_m")[common]),
            "now": _numbers(column(now.places, "geo_distance_m")[common]),
            "origin": now.origin[common],
        }
    ).dropna()
    known["left"] = (known["now"] > moved_m) & (known["was"] <= moved_m)
    for origin, group in known.groupby("origin"):
        if origin and len(group) >= FEW and group["left"].any():
            yield _strays(group, str(origin), moved_m)


def _strays(group: pd.DataFrame, source: str, moved_m: float) -> Measure:
    bound = _distance(moved_m)
    middle = _distance(float(group.loc[group["left"], "now"].median()))
    return Measure(
        "points_contredits_source",
        "max_moved_pct",
        100 * float(group["left"].mean()),
        Text(
            f"{{figure}} des points que donne la source {source} se sont éloignés de plus "
            f"de {bound.fr} de leur adresse",
            f"{{figure}} of the points that the source {source} states went more than "
            f"{bound.en} away from their address",
        ),
        (source,),
        hint=Text(
            f" ; distance médiane {middle.fr}, les points publiés sont ceux des adresses",
            f"; median distance {middle.en}, the addresses' own points are published",
        ),
    )


def _numbers(values: pd.Series) -> Array:
    """A column of text as floats, NaN for none."""
    return np.asarray(pd.to_numeric(values, errors="coerce"), dtype="float64")


def _share(located: pd.Series) -> float:
    return 100 * float(located.mean()) if len(located) else 0.0


def _distance(metres: float) -> Text:
    if metres < 1000:
        return Text(f"{metres:.0f} m", f"{metres:.0f} m")
    shown = number(metres / 1000, 0 if metres >= 10_000 else 1)
    return Text(f"{shown.fr} km", f"{shown.en} km")
