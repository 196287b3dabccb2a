"""The account of every value of a source: it is published, or a line says why not.

The ledger of a harvest is its issues table made complete. What a steward need not read
(a box left unticked, the values of a row that is set aside) has the severity ``trace``: it
stands in the ledger and in no report. For each field

    values the source states = values published + values explained

holds by construction, and a value that would break it has the line ``valeur_perdue``.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from opendata.model import issue_lines, join_issues, no_issues
from opendata.schema import fields, problems
from opendata.tables import column, shown_column

#: The columns of a ledger; ``rule`` is the code of the sentence that explains the line.
LEDGER_COLUMNS = (
    "source", "row", "field", "original", "published", "rule", "severity", "detail",
)  # fmt: skip

_NAMES = {"original": "value", "rule": "code"}


def complete(
    stated: pd.DataFrame, mapped: pd.DataFrame, table: pd.DataFrame, issues: pd.DataFrame
) -> pd.DataFrame:
    """The issues of a harvest, with a line for every stated value that is not published.

    ``stated`` (boolean), ``mapped`` (text before it was normalised) and ``table`` (normalised,
    with the codes of ``refus``) share their index, the line in the source file.
    """
    refused = (table["refus"] != "").to_numpy()
    added = []
    for field in _accounted(table):
        filled = _filled(table, field)
        lost = _stated(stated, field, filled) & (refused | ~filled)
        set_aside = pd.Series(lost & refused, index=table.index)
        added.append(_lines(set_aside, field, "ligne_ecartee", mapped, table, table["refus"]))
        explained = table.index.isin(issues.loc[issues["field"] == field, "row"])
        unsaid = pd.Series(lost & ~refused & ~explained, index=table.index)
        if field == "longitude":
            # A point is judged as a whole, and its lines stand under the latitude.
            with_point = issues.loc[issues["field"] == "latitude", "row"]
            whole = unsaid & unsaid.index.isin(with_point)
            added.append(_lines(whole, field, "sans_point", mapped, table))
            unsaid &= ~whole
        added.append(_lines(unsaid, field, "valeur_perdue", mapped, table))
    return join_issues([issues, *added])


def _accounted(table: pd.DataFrame) -> list[str]:
    return [name for name in fields() if name in table.columns]


def _filled(table: pd.DataFrame, field: str) -> np.ndarray:
    values = table[field]
    there = values.notna() if fields()[field].type == "number" else values != ""
    return np.asarray(there, dtype=bool)


def _stated(stated: pd.DataFrame, field: str, filled: np.ndarray) -> np.ndarray:
    """What a source states: cells its rules read, and what constants and words gave."""
    return np.asarray(stated[field], dtype=bool) | filled if field in stated else filled


def _lines(
    where: pd.Series,
    field: str,
    code: str,
    mapped: pd.DataFrame,
    table: pd.DataFrame,
    detail: pd.Series | None = None,
) -> pd.DataFrame:
    if not where.any():
        return no_issues()
    rows = table.index[where.to_numpy()]
    original = column(mapped, field).loc[rows]
    # What was deduced from other fields has no original: the value itself is shown.
    deduced = table[field].loc[rows]
    written = shown_column(original)
    written = written.mask(written == "", deduced.astype("str").mask(deduced.isna(), ""))
    about = detail.loc[rows] if detail is not None else ""
    return issue_lines(rows, field, code, value=written, detail=about)


def accounts(
    stated: pd.DataFrame, table: pd.DataFrame, issues: pd.DataFrame
) -> dict[str, dict[str, int]]:
    """Per field: source_values, published_values (in accepted rows) and explained values.

    Each is counted on its own: ``explained`` are the rows with a line of their own.
    """
    accepted = (table["refus"] == "").to_numpy()
    found = {}
    for field in _accounted(table):
        filled = _filled(table, field)
        source = _stated(stated, field, filled)
        published = filled & accepted
        lines = issues.loc[issues["field"] == field, "row"]
        explained = source & ~published & table.index.isin(lines)
        found[field] = {
            "source_values": int(source.sum()),
            "published_values": int(published.sum()),
            "explained": int(explained.sum()),
        }
    return found


def as_ledger(issues: pd.DataFrame) -> pd.DataFrame:
    """An issues table in the columns of the ledger."""
    severities = {code: problem.severity for code, problem in problems().items()}
    table = issues.assign(severity=issues["code"].map(severities).astype("str"))
    renamed: Mapping[str, str] = {old: new for new, old in _NAMES.items()}
    return table.rename(columns=renamed)[list(LEDGER_COLUMNS)]


def as_issues(ledger: pd.DataFrame) -> pd.DataFrame:
    """The issues table a ledger was made from."""
    return ledger.rename(columns=_NAMES).drop(columns="severity")


def reported(issues: pd.DataFrame) -> pd.DataFrame:
    """The issues a person reads: the traces left out."""
    traces = [code for code, problem in problems().items() if problem.severity == "trace"]
    return issues[~issues["code"].isin(traces)].reset_index(drop=True)
