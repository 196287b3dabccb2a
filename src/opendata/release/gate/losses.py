"""What the release lost: places, rows of a source, places of a category, values of a field."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from opendata.language import Text
from opendata.release.gate.measure import Measure
from opendata.release.gate.tables import FEW, READ, Side
from opendata.schema import SEPARATOR, labels_of
from opendata.site.wording import counted, number, percent

#: A single row that goes is the life of a small source, not an accident.
_ROWS = 2


def losses(now: Side, before: Side) -> Iterator[Measure]:
    """Every loss; the other rules of this file, one after the other."""
    yield from _places(now, before)
    yield from _sources(now, before)
    if now.places.empty:
        return  # What else there is to lose went with them.
    yield from _categories(now, before)
    yield from _emptied(now, before)
    yield from _fields(now, before)


def _places(now: Side, before: Side) -> Iterator[Measure]:
    was, is_now = len(before.places), len(now.places)
    yield Measure(
        "perte_lieux",
        "max_loss_pct",
        _lost_pct(was, is_now),
        Text(
            f"le jeu perd {{figure}} de ses lieux ({_arrow(was, is_now).fr})",
            f"the dataset loses {{figure}} of its places ({_arrow(was, is_now).en})",
        ),
    )


def _sources(now: Side, before: Side) -> Iterator[Measure]:
    """Of a source that was read: what a lost source had is carried over, and said elsewhere."""
    for source, was in before.rows.items():
        is_now = now.rows.get(source, 0)
        if now.states.get(source) in READ and was - is_now >= _ROWS:
            change = _arrow(was, is_now)
            yield Measure(
                "perte_source",
                "max_loss_pct",
                _lost_pct(was, is_now),
                Text(
                    f"la source {source} perd {{figure}} de ses lignes publiées ({change.fr})",
                    f"the source {source} loses {{figure}} of its published rows ({change.en})",
                ),
                (source,),
                nearing=was >= FEW,
            )


def per_category(side: Side) -> pd.Series:
    """Number of places by category; a place of several counts in each."""
    named = side.places["categories"].str.split(SEPARATOR, regex=False).explode()
    return named[named != ""].value_counts()


def label_of(category: str) -> Text:
    """A category as people read it."""
    return labels_of("categories").get(category, Text(category, category))


def _categories(now: Side, before: Side) -> Iterator[Measure]:
    counts = per_category(before)
    counts = counts[counts >= FEW]
    left = per_category(now).reindex(counts.index).fillna(0).astype("int64")
    for category, was, is_now in zip(counts.index, counts, left, strict=True):
        change, label = _arrow(int(was), int(is_now)), label_of(str(category))
        yield Measure(
            "perte_categorie",
            "max_category_loss_pct",
            _lost_pct(int(was), int(is_now)),
            Text(
                f"la catégorie « {label.fr} » perd {{figure}} de ses lieux ({change.fr})",
                f"the category “{label.en}” loses {{figure}} of its places ({change.en})",
            ),
            (str(category),),
            nearing=True,
        )


def _filled(side: Side, fields: list[str]) -> pd.DataFrame:
    return side.places[fields] != ""


def _common_fields(now: Side, before: Side) -> list[str]:
    return [name for name in before.places.columns if name in now.places.columns]


def _emptied_fields(now: Side, before: Side) -> pd.Series:
    """Number of places that had a value, for the fields that no place has any more."""
    fields = _common_fields(now, before)
    had = _filled(before, fields).sum()
    return had[(had > 0) & ~_filled(now, fields).any()]


def _emptied(now: Side, before: Side) -> Iterator[Measure]:
    for field, had in _emptied_fields(now, before).items():
        places = counted(had, "lieu|lieux", "place|places")
        yield Measure(
            "champ_vide",
            "max_field_loss_pct",
            100.0,
            Text(
                f"le champ {field} est vide pour tous les lieux, alors qu'il était rempli "
                f"pour {places.fr}",
                f"the field {field} is empty for every place, while it was filled for {places.en}",
            ),
            (str(field),),
        )


def _fields(now: Side, before: Side) -> Iterator[Measure]:
    """Share of a source's places that have a value: lost rows alone do not lower it.

    Nor do new places without one, or places that are now another source's first: of those that
    are in both releases, at least half as large a share must have lost theirs.
    """
    gone = set(_emptied_fields(now, before).index)
    fields = [name for name in _common_fields(now, before) if name not in gone]
    had, have = _filled(before, fields), _filled(now, fields)
    counts = had.groupby(before.origin).sum()
    was = 100 * counts.div(before.per_source(), axis=0)
    left = have.groupby(now.origin).sum().div(now.per_source(), axis=0)
    is_now = 100 * left.reindex(counts.index)
    lost = 100 * (1 - is_now / was.where(counts >= FEW))
    in_place = _emptied_in_place(had, have, before.origin).reindex(lost.index)
    shares = lost.where(~(2 * in_place < lost)).to_numpy()
    for row, at in np.argwhere(shares > 0).tolist():
        source, field = str(lost.index[row]), str(lost.columns[at])
        old, new = percent(was.iat[row, at]), percent(is_now.iat[row, at])
        yield Measure(
            "perte_champ",
            "max_field_loss_pct",
            float(shares[row, at]),
            Text(
                f"dans la source {source}, le champ {field} perd {{figure}} de son remplissage "
                f"({old.fr} → {new.fr} des lieux)",
                f"in the source {source}, the field {field} loses {{figure}} of its filling "
                f"({old.en} → {new.en} of places)",
            ),
            (f"{source}/{field}", source, field),
        )


def _emptied_in_place(had: pd.DataFrame, have: pd.DataFrame, origin: pd.Series) -> pd.DataFrame:
    """Of the places of a source that are in both releases and had a value: % without it now.

    One line per source of the older release; NaN where too few are left to tell.
    """
    common = had.index.intersection(have.index)
    had, have = had.loc[common], have.loc[common]
    kept = had.groupby(origin[common]).sum()
    emptied = (had & ~have).groupby(origin[common]).sum()
    return 100 * emptied / kept.where(kept >= FEW)


def _arrow(was: int, is_now: int) -> Text:
    old, new = number(was), number(is_now)
    return Text(f"{old.fr} → {new.fr}", f"{old.en} → {new.en}")


def _lost_pct(was: int, is_now: int) -> float:
    return 100 * (was - is_now) / was if was else 0.0
