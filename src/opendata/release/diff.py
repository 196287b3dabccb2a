"""What changed between two releases, place by place and field by field."""

import numpy as np
import pandas as pd

#: Columns of ``changements.csv``.
COLUMNS = ("lieu_id", "changement", "nom", "commune", "champ", "ancien", "nouveau")


def changes(before: pd.DataFrame, after: pd.DataFrame, ignored: tuple[str, ...]) -> pd.DataFrame:
    """The lines of ``changements.csv``; both tables are ``lieux`` as text.

    ``ignored`` fields never make a difference; a field the older table lacks counts as
    empty there.
    """
    old = before.set_index("lieu_id").reindex(columns=after.columns.drop("lieu_id"), fill_value="")
    new = after.set_index("lieu_id")
    added = _whole(new.loc[new.index.difference(old.index)], "ajout")
    removed = _whole(old.loc[old.index.difference(new.index)], "suppression")
    changed = _changed(old, new, ignored)
    table = pd.concat([added, removed, changed], ignore_index=True)
    return table[list(COLUMNS)].astype("str")


def _whole(places: pd.DataFrame, kind: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "lieu_id": places.index,
            "changement": kind,
            "nom": places["nom"].to_numpy(),
            "commune": places["commune"].to_numpy(),
            "champ": "",
            "ancien": "",
            "nouveau": "",
        }
    )


def _changed(old: pd.DataFrame, new: pd.DataFrame, ignored: tuple[str, ...]) -> pd.DataFrame:
    common = new.index.intersection(old.index).sort_values()
    names = [name for name in new.columns if name not in ignored]
    before, after = old.loc[common, names], new.loc[common, names]
    rows, columns = np.nonzero((before != after).to_numpy())
    places = common[rows]
    return pd.DataFrame(
        {
            "lieu_id": places,
            "changement": "modification",
            "nom": new.loc[places, "nom"].to_numpy(),
            "commune": new.loc[places, "commune"].to_numpy(),
            "champ": before.columns[columns],
            "ancien": before.to_numpy()[rows, columns],
            "nouveau": after.to_numpy()[rows, columns],
        }
    )


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
