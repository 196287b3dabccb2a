"""Two rows of the file and what is published of them, for a draft to show and to test.

Nothing in them speaks of persons: rows that name one are passed over, and columns of
contacts are left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from opendata.mapping import apply_mapping
from opendata.model import Source
from opendata.normalise import normalise_table
from opendata.onboard.persons import is_personal, speaks_of_persons
from opendata.onboard.profile import Profile
from opendata.schema import fields
from opendata.tables import column

#: An example as TOML writes it: ``input`` (source columns) and ``expect`` (published fields).
Example = dict[str, dict[str, str]]

#: How many examples are made, and how many rows are tried for them.
WANTED = 2
_MOST_TRIED = 300
#: Longest text shown.
_LONGEST_CELL = 160
#: What an example says nothing of: long texts, and where the row comes from.
_LEFT_OUT = frozenset({"presentation_detail", "presentation_resume", "source"})


def examples(source: Source, harvested: pd.DataFrame, profile: Profile) -> list[Example]:
    """At most two rows that exercise many fields, of two different kinds where there are.

    ``harvested`` is the table of the source's harvest (one row per row of the file, with the
    column ``refus``).
    """
    rows = _fullest(harvested[harvested.index.isin(profile.table.index)])
    kinds = column(rows, "categories")
    made: list[Example] = []
    seen: set[str] = set()
    for line, kind in kinds.items():
        if kind not in seen and (example := _example(source, profile, line)):
            made.append(example)
            seen.add(kind)
        if len(made) == WANTED:
            return made
    # All of one kind: the row with the fewest fields is the one most unlike the first.
    for line in [*kinds.index[-1:], *kinds.index]:
        example = _example(source, profile, line)
        if example and example not in made:
            return [*made, example]
    return made


def _fullest(harvested: pd.DataFrame) -> pd.DataFrame:
    """The accepted rows with the most published fields, best first."""
    rows = harvested[harvested["refus"] == ""]
    published = rows[[name for name in rows.columns if name in fields()]]
    filled = published.notna() & (published.astype("str") != "")
    order = filled.sum(axis=1).sort_values(ascending=False, kind="stable").index
    return rows.loc[order[:_MOST_TRIED]]


def _example(source: Source, profile: Profile, line: Any) -> Example | None:
    """A row without what speaks of persons, and what the pipeline makes of the rest.

    None when the row names a person, or when nothing is left of its name.
    """
    row = profile.table.loc[line]
    cells = {name: str(row[name]) for name in _shown_columns(source) if str(row[name]).strip()}
    named = _columns(source, ("nom", "adresse"))
    if speaks_of_persons(" ".join(cells.get(name, "") for name in named)):
        return None
    hidden = {one.name for one in profile.columns if is_personal(one)}
    cells = {
        name: text
        for name, text in cells.items()
        if name not in hidden and len(text) <= _LONGEST_CELL and not speaks_of_persons(text)
    }
    expect = _published(source, cells)
    return {"input": cells, "expect": expect} if expect.get("nom") else None


def _columns(source: Source, names: Iterable[str]) -> list[str]:
    """The source columns that the rules of these fields read, each once."""
    rules = [rule for name in names for rule in source.mapping.get(name, ())]
    return list(dict.fromkeys(read for rule in rules for read in rule.columns))


def _shown_columns(source: Source) -> list[str]:
    shown = (
        name for name in source.mapping if not fields()[name].personal and name not in _LEFT_OUT
    )
    return _columns(source, shown)


def _published(source: Source, cells: Mapping[str, str]) -> dict[str, str]:
    """The published fields of a file of this one row, but those that are left out."""
    blank = dict.fromkeys(_columns(source, source.mapping), "")
    one = pd.DataFrame([blank | dict(cells)], index=pd.Index([2], name="ligne"), dtype="str")
    mapped, _ = apply_mapping(one, source)
    normal, _ = normalise_table(mapped, source)
    return dict(_expected(normal.iloc[0].to_dict()))


def _expected(row: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    for name, field in fields().items():
        value = row.get(name)
        if value is None or pd.isna(value) or field.personal or name in _LEFT_OUT:
            continue
        text = str(value)
        if text and len(text) <= _LONGEST_CELL:
            yield name, text
