"""What a release that waits would change, as a dictionary for the page and the terminal.

Everything comes from the tables that are published, as text; the lines of ``changements`` say
what changed, the two ``lieux`` say what it is. Long lists are cut and the true numbers are in
``counts``: a file with half its rows gone must still make a page that opens.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from opendata.model import Dataset, Finding
from opendata.report import moves
from opendata.schema import SEPARATOR, fields, labels_of
from opendata.tables import column, stated

#: Entries of a list that are handed on, of examples of a field, of places as reusers see them,
#: of pairs of rows that may be one place.
LISTED, EXAMPLES, SAMPLED, PAIRS = 200, 5, 20, 10

_WHOLE = ("lieu_id", "nom", "adresse", "code_postal", "commune", "categories", "sources")
_SAMPLE = (
    "lieu_id", "nom", "categories", "adresse", "code_postal", "commune", "telephone", "courriels",
    "site_web", "horaires", "latitude", "longitude", "geo_precision", "sources",
)  # fmt: skip
_LISTS = ("categories", "sources")
_CHANGES = ("lieu_id", "changement", "nom", "commune", "champ", "ancien", "nouveau")
_KINDS = ("ajout", "suppression", "modification", "deplacement", "fusion", "reouverture")


def difference(
    dataset: Dataset,
    version: str,
    latest: str,
    created: str,
    before: Mapping[str, pd.DataFrame],
    after: Mapping[str, pd.DataFrame],
    findings: Sequence[Finding],
    *,
    pairs: pd.DataFrame,
    pairs_file: str,
    compatibility: Mapping[str, Any],
) -> dict[str, Any]:
    """What ``version`` would change for those who have ``latest`` ("" for a first release).

    ``before`` and ``after`` map the names of published tables to them (lieux, sources and, in
    ``after``, changements; a table or a column that is missing is empty). ``pairs`` are the rows
    that may be one place, one pair a line, those without ``reponse`` to be judged by a person;
    ``pairs_file`` is where they are written. ``compatibility`` is handed on as it is.

    Plain values only. Lists of places hold at most :data:`LISTED` entries, spread evenly over
    all of them; points that moved are the farthest instead.
    """
    old, new = _places(before), _places(after)
    changes = after.get("changements", pd.DataFrame()).reindex(columns=_CHANGES, fill_value="")
    if not len(old):
        # Nobody has anything yet: nothing can be lost, moved or changed for them.
        changes = changes[changes["changement"] == "ajout"]
    lines = {str(kind): rows for kind, rows in changes.groupby("changement", sort=False)}
    kinds = {kind: lines.get(kind, changes.iloc[:0]) for kind in _KINDS}
    titles = fields()
    return {
        "dataset": dataset.id,
        "title": dataset.title,
        "title_en": dataset.title_en,
        "version": version,
        "latest": latest,
        "created": created,
        "findings": [finding.as_json() for finding in findings],
        "counts": {
            "ajouts": len(kinds["ajout"]) if len(old) else len(new),
            "suppressions": len(kinds["suppression"]),
            "modifications": int(kinds["modification"]["lieu_id"].nunique()),
            "deplacements": len(kinds["deplacement"]),
            "fusions": len(kinds["fusion"]),
            "reouvertures": len(kinds["reouverture"]),
            "lieux_avant": len(old),
            "lieux_apres": len(new),
        },
        "sources": _sources(before, after),
        "categories": _categories(old, new),
        "fields": [
            {"champ": name, **_title(name), "avant": then, "apres": now}
            for name in titles
            if (then := _filled(old, name)) != (now := _filled(new, name))
        ],
        "added": _whole(kinds["ajout"], new),
        "removed": _whole(kinds["suppression"], old),
        "merged": _merged(kinds["fusion"], old, new),
        "reopened": _whole(kinds["reouverture"], new),
        "moved": _moved(kinds["deplacement"], old, new),
        "modified": _modified(kinds["modification"]),
        "sample": _records(_spread(new, SAMPLED), _SAMPLE),
        "pairs": _pairs(pairs, pairs_file),
        "compatibilite": dict(compatibility),
    }


def _places(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """``lieux`` with the columns looked at below, whatever the release was made with."""
    table = tables.get("lieux", pd.DataFrame())
    return table.assign(**{name: column(table, name) for name in {*_WHOLE, *_SAMPLE}})


def _by_id(places: pd.DataFrame, ids: pd.Series, columns: Sequence[str]) -> pd.DataFrame:
    """The places of ``ids``, line for line and by the index of ``ids``; "" where there is none."""
    # An id given twice is refused by the gate, but its difference is shown all the same.
    known = places.drop_duplicates("lieu_id").set_index("lieu_id")
    names = [name for name in columns if name != "lieu_id"]
    return known[names].reindex(ids, fill_value="").set_axis(ids.index, axis=0)


def _spread(table: pd.DataFrame, most: int) -> pd.DataFrame:
    """At most so many rows of a table, evenly spaced from its first to its last."""
    if len(table) <= most:
        return table
    return table.iloc[np.linspace(0, len(table) - 1, most).round().astype(int)]


def _records(table: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """The rows as dictionaries; fields that hold several values become lists."""
    rows = _dicts(table[list(columns)])
    for row in rows:
        for name in _LISTS:
            row[name] = row[name].split(SEPARATOR) if row[name] else []
    return rows


def _dicts(table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_dict("records")
    return rows


def _title(name: str) -> dict[str, str]:
    known = fields().get(name)
    return {
        "titre": known.title.fr if known else name,
        "titre_en": known.title.en if known else name,
    }


# --- before and after ---------------------------------------------------------------------


def _sources(
    before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame]
) -> list[dict[str, Any]]:
    """Rows of each source that are in the release, as a place of their own or merged into one."""
    then, now = (tables.get("sources", pd.DataFrame()) for tables in (before, after))
    old, new = _kept(then), _kept(now)
    titles = {
        str(source): str(title)
        for table in (then, now)
        for source, title in zip(column(table, "source"), column(table, "titre"), strict=True)
    }
    return [
        {
            "source": source,
            "titre": titles[source] or source,
            "avant": old.get(source, 0),
            "apres": new.get(source, 0),
        }
        for source in dict.fromkeys((*new, *old))
    ]


def _kept(sources: pd.DataFrame) -> dict[str, int]:
    published, merged = (
        pd.to_numeric(column(sources, name), errors="coerce").fillna(0).astype(int)
        for name in ("publiees", "fusionnees")
    )
    counts = zip(column(sources, "source"), published + merged, strict=True)
    return {str(source): int(count) for source, count in counts}


def _categories(old: pd.DataFrame, new: pd.DataFrame) -> list[dict[str, Any]]:
    then, now = _places_of_category(old), _places_of_category(new)
    labels = labels_of("categories")
    codes = [*labels, *sorted({*then, *now} - labels.keys())]
    return [
        {
            "code": code,
            "fr": labels[code].fr if code in labels else code,
            "en": labels[code].en if code in labels else code,
            "avant": then.get(code, 0),
            "apres": now.get(code, 0),
        }
        for code in codes
        if code in then or code in now
    ]


def _places_of_category(places: pd.DataFrame) -> dict[str, int]:
    counts: dict[str, int] = {}
    for cell, count in places["categories"].value_counts().items():
        for code in filter(None, str(cell).split(SEPARATOR)):
            counts[code] = counts.get(code, 0) + int(count)
    return counts


def _filled(places: pd.DataFrame, name: str) -> int:
    return int(stated(places[name]).sum()) if name in places else 0


# --- place by place -----------------------------------------------------------------------


def _whole(lines: pd.DataFrame, places: pd.DataFrame) -> list[dict[str, Any]]:
    """Places that came or went, by commune and name so that the list can be read."""
    return _records(_described(lines, places), _WHOLE)


def _described(lines: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    lines = lines.sort_values(["commune", "nom", "lieu_id"], kind="stable")
    lines = _spread(lines, LISTED)
    found = _by_id(places, lines["lieu_id"], _WHOLE)
    # A place may be in neither table (closed long ago): the line of its change still names it.
    for name in ("nom", "commune"):
        found[name] = found[name].where(stated(found[name]), lines[name])
    return found.assign(lieu_id=lines["lieu_id"], successeur=lines["nouveau"])


def _merged(lines: pd.DataFrame, old: pd.DataFrame, new: pd.DataFrame) -> list[dict[str, Any]]:
    """Places that became part of another, with what that one is."""
    found = _described(lines, old)
    into = _by_id(new, found["successeur"], ("nom", "adresse", "commune"))
    found = found.assign(**{f"successeur_{name}": into[name] for name in into})
    return _records(found, (*_WHOLE, "successeur", *(f"successeur_{name}" for name in into)))


def _moved(lines: pd.DataFrame, old: pd.DataFrame, new: pd.DataFrame) -> list[dict[str, Any]]:
    """Points that are elsewhere, the farthest first; a point that is none is null."""
    told = moves(lines)
    points = [str(name) for name in told if name != "metres"]
    found = pd.concat([lines, told[points]], axis=1).assign(distance_m=told["metres"].round())
    found = found.sort_values(
        ["distance_m", "lieu_id"], ascending=[False, True], kind="stable", na_position="last"
    ).head(LISTED)
    precision = [_by_id(places, found["lieu_id"], ("geo_precision",)) for places in (old, new)]
    found = found.assign(avant=precision[0]["geo_precision"], apres=precision[1]["geo_precision"])
    rows = _dicts(found[["lieu_id", "nom", "commune", *points, "distance_m", "avant", "apres"]])
    for row in rows:
        for name in points:
            row[name] = None if pd.isna(row[name]) else row[name]
        row["distance_m"] = None if pd.isna(row["distance_m"]) else int(row["distance_m"])
    return rows


def _modified(lines: pd.DataFrame) -> list[dict[str, Any]]:
    """Fields whose values changed, the most often first, each with examples from all over."""
    order = {name: place for place, name in enumerate(fields())}
    counts = {str(name): int(count) for name, count in lines["champ"].value_counts().items()}
    names = sorted(counts, key=lambda name: (-counts[name], order.get(name, len(order)), name))
    groups = {str(name): rows for name, rows in lines.groupby("champ", sort=False)}
    shown = ["lieu_id", "nom", "commune", "ancien", "nouveau"]
    return [
        {
            "champ": name,
            **_title(name),
            "nombre": counts[name],
            "exemples": _dicts(_spread(groups[name], EXAMPLES)[shown]),
        }
        for name in names
    ]


def _pairs(pairs: pd.DataFrame, file: str) -> dict[str, Any]:
    """The pairs of rows nobody has judged yet: how many, where, and the first of them."""
    waiting = pairs[~stated(column(pairs, "reponse").fillna("").astype("str"))]
    shown = waiting.drop(columns="reponse", errors="ignore").head(PAIRS).astype("object")
    first = _dicts(shown.where(shown.notna(), "").astype("str"))
    for row in first:
        for name in ("probabilite", "distance_m"):
            amount = pd.to_numeric(row.get(name, ""), errors="coerce")
            row[name] = None if pd.isna(amount) else float(amount)
    return {"nombre": len(waiting), "fichier": file, "premieres": first}
