"""Guarded fixes by stewards, applied to the harvests of a dataset.

A correction says which value it replaces. When the source has changed since, or no longer
has the row, the correction is reported as expired and changes nothing: a fix must never
outlive the fault it was made for.
"""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from opendata.check import check_rows
from opendata.harvest import Harvest
from opendata.model import Correction, Source, issue_table, join_issues
from opendata.normalise import clean_value
from opendata.schema import SEPARATOR, fields
from opendata.tables import cell_text, empty_text, joined, shown

#: Reasons for setting a row aside that a corrected value may lift.
_LIFTED = ("cle_absente", "cle_en_double", "champ_requis_vide")


def correct(
    sources: Sequence[Source], harvests: Sequence[Harvest], corrections: Sequence[Correction]
) -> list[Harvest]:
    """The harvests once the corrections are applied; their ledgers say what became of each.

    A row that was set aside is accepted again when its corrected values allow it.
    """
    found = []
    for source, harvest in zip(sources, harvests, strict=True):
        own = [one for one in corrections if one.source == source.id]
        found.append(_correct_one(source, harvest, own) if own and len(harvest.table) else harvest)
    return found


def _correct_one(source: Source, harvest: Harvest, corrections: list[Correction]) -> Harvest:
    table = harvest.table.copy()
    lines = []
    touched = []
    for correction in corrections:
        row, code, value, published = _judge(correction, harvest, table)
        if code == "correction_appliquee":
            touched.append(row)
            _write(table, row, correction.field, published)
        detail = f"{correction.reason} ({correction.author}, {correction.date})"
        if code == "correction_perimee":
            detail = f"{_target(correction)} : {correction.expect}"
        lines.append((source.id, row, correction.field, code, value, published, detail))
    table = _judged_again(table, source, touched)
    ledger = _without_solved(harvest.ledger, table, touched)
    return replace(harvest, table=table, ledger=join_issues([ledger, issue_table(lines)]))


def _target(correction: Correction) -> str:
    if correction.key:
        return f"{correction.source}:{correction.key}"
    return f"{correction.source}#{correction.line}"


def _judge(
    correction: Correction, harvest: Harvest, table: pd.DataFrame
) -> tuple[int, str, str, str]:
    """The row of a correction, the code of what becomes of it, the value found, the new one."""
    field = correction.field
    if correction.line:
        rows = [correction.line] if correction.line in table.index else []
    else:
        rows = list(harvest.table.index[harvest.table["id"] == correction.key])
    said = {row: _said(harvest, row, field) for row in rows}
    rows = [row for row, texts in said.items() if correction.expect.strip() in texts]
    if len(rows) != 1:
        found = next((text for texts in said.values() for text in texts), "")
        return 0, "correction_perimee", found, ""
    row = rows[0]
    value = said[row][0]
    published = _published(correction, table.loc[[row]].iloc[0])
    if correction.value.strip() and not published:
        return row, "correction_illisible", correction.value, ""
    return row, "correction_appliquee", value, published


def _said(harvest: Harvest, row: int, field: str) -> tuple[str, ...]:
    """What the source says in a cell: as it wrote it, and as it was read."""
    original = str(harvest.originals.at[row, field]) if field in harvest.originals else ""
    read = cell_text(harvest.table.at[row, field]) if field in harvest.table else ""
    return shown(original).strip(), read


def _published(correction: Correction, row: pd.Series) -> str:
    """The new value as it is published, "" when it cannot be read."""
    if fields()[correction.field].type == "number":
        try:
            return cell_text(float(correction.value.replace(",", ".")))
        except ValueError:
            return ""
    context = {str(name): str(value) for name, value in row.items()}
    return clean_value(correction.field, correction.value, context).value


def _write(table: pd.DataFrame, row: int, field: str, value: str) -> None:
    if fields()[field].type == "number":
        table.at[row, field] = float(value) if value else float("nan")
        table["point_corrige"] = table.get("point_corrige", False)
        table.at[row, "point_corrige"] = True
        return
    if field not in table:
        table[field] = empty_text(table.index)
    table.at[row, field] = value


def _judged_again(table: pd.DataFrame, source: Source, touched: list[int]) -> pd.DataFrame:
    """The table with the refusals of the touched rows, and those of their twins, made anew."""
    if not touched:
        return table
    _, refused, _ = check_rows(table, source)
    again = table.index.isin(touched) | table["refus"].str.contains("cle_en_double", regex=False)
    kept = table["refus"].map(_unlifted)
    codes = refused.reindex(table.index).fillna("").astype("str")
    renewed = joined([kept, codes], SEPARATOR)
    return table.assign(refus=table["refus"].mask(again, renewed).astype("str"))


def _unlifted(codes: str) -> str:
    return SEPARATOR.join(code for code in codes.split(SEPARATOR) if code not in _LIFTED)


def _without_solved(ledger: pd.DataFrame, table: pd.DataFrame, touched: list[int]) -> pd.DataFrame:
    """The ledger without the reasons that no longer set their row aside."""
    accepted = table.index[table["refus"] == ""]
    solved = ledger["row"].isin(touched) & ledger["row"].isin(accepted)
    return ledger[~(solved & ledger["code"].isin((*_LIFTED, "ligne_ecartee")))]
