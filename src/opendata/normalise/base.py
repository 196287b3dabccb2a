"""What every normaliser is: a pure function of one value, with its examples.

A normaliser module holds ``EXAMPLES`` (run as tests, shown in the docs), ``CONTEXT``
(the other fields its function needs) and ``clean(raw, **context) -> Cleaned``.
:func:`apply` runs it once per *distinct* value, so a column of a million rows costs
what its few thousand spellings cost.
"""

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from opendata.model import issue_lines, join_issues, no_issues
from opendata.tables import ALTERNATIVE


class Cleaned(NamedTuple):
    """What becomes of one value.

    ``value`` is what is published ("" when nothing can be); ``code`` names the issue
    (see schemas/vocabularies/problemes.csv) when something of the original was lost,
    and is "" when the value only changed its spelling.
    """

    value: str
    code: str = ""
    detail: str = ""


def listed(raw: str) -> list[str]:
    """The elements of a text that is a JSON list (``["a", "b"]``), as texts; none if it is not."""
    if not (raw.lstrip().startswith("[") and raw.rstrip().endswith("]")):
        return []
    try:
        elements = json.loads(raw)
    except (ValueError, RecursionError):
        return []
    plain = all(isinstance(element, str | int | float) for element in elements)
    return [str(element) for element in elements] if plain else []


class Example(NamedTuple):
    """One original value and what it must become."""

    raw: str
    value: str
    code: str = ""
    context: Mapping[str, str] = {}


def apply(
    field: str,
    values: pd.Series,
    clean: Callable[..., Cleaned],
    context: Mapping[str, pd.Series] | None = None,
) -> tuple[pd.Series, pd.DataFrame]:
    """Clean a column of text through its distinct values.

    A cell may offer several values, separated by :data:`opendata.tables.ALTERNATIVE`: the
    first that can be read is kept. Returns the cleaned column (same index) and the issues
    table of what was lost (column ``source`` left empty, ``row`` taken from the index).
    Empty values stay empty without a call.
    """
    keys = pd.DataFrame({"raw": values, **(context or {})})
    filled = keys[keys["raw"] != ""]
    if filled.empty:
        return values, no_issues()
    several = filled["raw"].str.contains(ALTERNATIVE, regex=False).to_numpy()
    offers = _one_per_line(filled) if several.any() else filled
    outcome = _outcomes(offers, clean)
    issues = _issues(field, offers["raw"], outcome)
    if several.any():
        outcome, unused, used = _first_readable(field, offers["raw"], outcome)
        issues = _settled(issues, unused, used)
    cleaned = values.copy()
    cleaned[(values != "").to_numpy()] = outcome["value"].to_numpy()
    return cleaned, issues


def _one_per_line(filled: pd.DataFrame) -> pd.DataFrame:
    """Each alternative on its own line, in order; lines of one cell share their label."""
    return filled.assign(raw=filled["raw"].str.split(ALTERNATIVE)).explode("raw").astype("str")


def _outcomes(offers: pd.DataFrame, clean: Callable[..., Cleaned]) -> pd.DataFrame:
    """What becomes of each line, called once per distinct line (columns of Cleaned)."""
    codes = offers.groupby(list(offers.columns), sort=False, dropna=False).ngroup()
    distinct = offers.loc[~codes.duplicated().to_numpy()]
    names = [name for name in offers.columns if name != "raw"]
    results = [
        clean(row[0], **dict(zip(names, row[1:], strict=True)))
        for row in distinct.itertuples(index=False, name=None)
    ]
    outcome = pd.DataFrame(results, columns=list(Cleaned._fields), dtype="str")
    return outcome.iloc[codes.to_numpy()].set_axis(offers.index)


def _issues(field: str, raw: pd.Series, outcome: pd.DataFrame) -> pd.DataFrame:
    lost = (outcome["code"] != "").to_numpy()
    return issue_lines(
        outcome.index[lost],
        field,
        outcome["code"][lost],
        value=raw[lost],
        published=outcome["value"][lost],
        detail=outcome["detail"][lost],
    )


def _first_readable(
    field: str, raw: pd.Series, outcome: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """The first line of each cell that has a value (else its first), issue lines of the others
    that have one, and the text that was used of each cell."""
    readable = outcome["value"] != ""
    used = raw[readable].loc[lambda texts: ~texts.index.duplicated()]
    kept = pd.concat([outcome[readable], outcome]).loc[lambda lines: ~lines.index.duplicated()]
    kept = kept.reindex(outcome.index.unique())
    published = kept["value"].reindex(outcome.index)
    unused = (readable & (outcome["value"] != published)).to_numpy()
    lines = issue_lines(
        outcome.index[unused],
        field,
        "valeur_non_retenue",
        value=raw[unused],
        published=published[unused],
    )
    return kept, lines, used


def _settled(issues: pd.DataFrame, unused: pd.DataFrame, used: pd.Series) -> pd.DataFrame:
    """The issues without a second judgement on the values that were not taken.

    Nor is a text lost that could not be read alone and is a part of the one that was used:
    « 13h30 - 18h », read with the days that another column ticks.
    """
    keys = pd.MultiIndex.from_frame(unused[["row", "value"]])
    judged_twice = pd.MultiIndex.from_frame(issues[["row", "value"]]).isin(keys)
    whole = used.reindex(issues["row"]).fillna("").astype("str")
    inside = [
        text != full and text in full
        for text, full in zip(issues["value"].tolist(), whole.tolist(), strict=True)
    ]
    read_after_all = np.array(inside, dtype=bool) & (issues["published"] == "").to_numpy()
    return join_issues([issues[~judged_twice & ~read_after_all], unused])
