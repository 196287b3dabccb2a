"""What can be shown of the areas: every figure of ``schemas/indicateurs-*.json``, with its words.

What a measure is called, what it is counted in and what it is worth come from those schemas: no
column is named here that they name already.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from opendata.language import Text
from opendata.schema import column_suffix, vocabulary

#: The levels, widest areas first: ``indicateurs-<level>`` is the table of each.
LEVELS = ("departements", "epci", "communes")
#: The first measure about places; numbers before it describe the area itself.
_FIRST_MEASURE = "nb_lieux"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a level, defined by its schema.

    ``each`` holds the same words for one category of places, with ``{column}``, ``{value}``,
    ``{fr}`` and ``{en}`` to be filled in; its ``name`` is the pattern of the column. None when
    the schema gives the figure for all places only. ``context`` is true of what describes the
    area rather than its places.
    """

    name: str
    type: str
    title: Text
    description: Text
    unit: Text
    decimals: int
    context: bool
    each: "Measure | None" = None

    def of_category(self, code: str) -> "Measure":
        """The same measure of one category; a KeyError or an odd text means a broken schema."""
        term = next(term for term in vocabulary("categories") if term.value == code)
        words = {"column": column_suffix(code), "value": code, **term.label._asdict()}
        each = self.each or self
        title, description = (
            Text(text.fr.format(**words), text.en.format(**words))
            for text in (each.title, each.description)
        )
        return Measure(
            each.name.format(**words), each.type, title, description, each.unit, each.decimals,
            each.context,
        )  # fmt: skip


@cache
def measures(level: str) -> tuple[Measure, ...]:
    """What the page can show of a level, in the order of its schema.

    Numbers and yes-or-no columns, but for degrees, which are positions. The schema expanded
    by :func:`table_schema` gives the columns; its entries ``each`` tell which belong together.
    """
    entries = _entries(level)
    names = [entry["name"] for entry in entries]
    start = names.index(_FIRST_MEASURE)
    each = {_whole(entry["name"], names): entry for entry in entries if entry.get("each")}
    return tuple(
        _measure(entry, names.index(entry["name"]) < start, each.get(entry["name"]))
        for entry in entries
        if not entry.get("each") and _is_figure(entry)
    )


def _entries(level: str) -> list[dict[str, Any]]:
    from opendata.paths import schemas_folder

    path = schemas_folder() / f"indicateurs-{level}.json"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["fields"]
    return found


def _whole(pattern: str, names: Sequence[str]) -> str:
    """The column of all places that goes with that of a category: ``nb_{column}`` -> nb_lieux."""
    name = pattern.removesuffix("_{column}")
    return name if name in names else f"{name}_lieux"


def _is_figure(entry: Mapping[str, Any]) -> bool:
    return entry["type"] in ("integer", "number", "boolean") and entry.get("unit") != "degrés"


def _measure(
    entry: Mapping[str, Any], context: bool, each: Mapping[str, Any] | None = None
) -> Measure:
    unit = str(entry.get("unit") or "")
    return Measure(
        name=entry["name"],
        type=entry["type"],
        title=Text(entry["title"], entry["title_en"]),
        description=Text(entry["description"], entry["description_en"]),
        unit=Text(unit, str(entry.get("unit_en") or unit)),
        decimals=int(entry.get("decimals") or 0),
        context=context,
        each=_measure(each, context) if each else None,
    )
