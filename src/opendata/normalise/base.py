"""What every normaliser is: a pure function of one value, with its examples.

A normaliser module holds ``EXAMPLES`` (run as tests, shown in the docs), ``CONTEXT``
(the other fields its function needs) and ``clean(raw, **context) -> Cleaned``.
:func:`apply` runs it once per *distinct* value, so a column of a million rows costs
what its few thousand spellings cost.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import pandas as pd

from opendata.model import issue_lines, no_issues


class Cleaned(NamedTuple):
    """What becomes of one value.

    ``value`` is what is published ("" when nothing can be); ``code`` names the issue
    (see schemas/vocabularies/problemes.csv) when something of the original was lost,
    and is "" when the value only changed its spelling.
    """

    value: str
    code: str = ""
    detail: str = ""


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

    Returns the cleaned column (same index) and the issues table of what was lost
    (column ``source`` left empty, ``row`` taken from the index). Empty values stay
    empty without a call.
    """
    context = context or {}
    keys = pd.DataFrame({"raw": values, **context})
    filled = keys[keys["raw"] != ""]
    if filled.empty:
        return values, no_issues()
    codes = filled.groupby(list(keys.columns), sort=False, dropna=False).ngroup()
    distinct = filled.loc[~codes.duplicated().to_numpy()]
    names = list(context)
    outcomes = [
        clean(row[0], **dict(zip(names, row[1:], strict=True)))
        for row in distinct.itertuples(index=False, name=None)
    ]
    outcome = pd.DataFrame(outcomes, columns=list(Cleaned._fields), dtype="str")
    spread = outcome.iloc[codes.to_numpy()].set_axis(filled.index)
    cleaned = values.copy()
    filled_positions = (values != "").to_numpy()
    cleaned[filled_positions] = spread["value"].to_numpy()
    lost = (spread["code"] != "").to_numpy()
    if not lost.any():
        return cleaned, no_issues()
    issues = issue_lines(
        filled.index[lost],
        field,
        spread["code"][lost],
        value=filled["raw"][lost],
        published=spread["value"][lost],
        detail=spread["detail"][lost],
    )
    return cleaned, issues
