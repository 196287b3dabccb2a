"""A file somebody gives by hand, read by what it plainly is.

A source says how its *origin* lays out its bytes. A person gives what their own tool wrote:
the repaired CSV of a JSON source, a workbook saved from a CSV. The declared options are tried
first, and do not apply to a file they cannot read, or of which they find no known column while
the content, taken for what it shows, has them.
"""

import codecs
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from opendata.errors import ReadError
from opendata.model import Fetch, Source, columns_read, issue_lines, join_issues
from opendata.read import archive, read, sheet
from opendata.read.base import SHIFTED
from opendata.read.cut_lines import form, is_shifted
from opendata.schema import fields

#: Columns that a repaired file adds to those of its producer: what to look at in each row (the
#: second name where the producer has a column of the first), the cells beyond the header.
REMARKS = "remarques"
OTHER_REMARKS = "remarques_controle"
EXTRA_CELLS = "cellules_en_trop"
#: What a remark begins with, beside the title of a field, before its colon.
WHOLE_ROW = "Ligne"

#: Rows looked at to know what the cells of a column look like.
_MODELS = 5_000
_LAYOUT = {
    "format": "", "records": "", "encoding": "", "delimiter": "", "sheet": "", "layer": "",
    "header_row": 1,
}  # fmt: skip


class Given(NamedTuple):
    """A file as it was read (see :func:`opendata.read.read`), and the options that read it."""

    table: pd.DataFrame
    issues: pd.DataFrame
    format: str
    options: Fetch


def read_given(path: Path, source: Source) -> Given:
    """Read a file given by hand for a source, without the remarks of an earlier check.

    Raises ReadError when it can be read neither as its source declares nor as what it is.
    """
    declared = _with_plain_encoding(path, source.fetch)
    plain = replace(declared, **_LAYOUT)  # type: ignore[arg-type]
    if plain == declared:
        return _without_remarks(_read(path, plain, source), source)
    try:
        found = _read(path, declared, source)
    except ReadError as refused:
        try:
            found = _stored_as_seen(path, _read(path, plain, source))
        except ReadError as problem:
            # Of two refusals, the one that speaks of the file rather than of the declaration.
            raise problem if refused.code == "format_contredit" else refused from problem
        return _without_remarks(found, source)
    if not _holds_what_is_needed(found.table, source):
        found = _better(found, path, plain, source)
    return _without_remarks(found, source)


def _read(path: Path, options: Fetch, source: Source) -> Given:
    return Given(*read(path, options, source=source.id), options)


def _better(found: Given, path: Path, plain: Fetch, source: Source) -> Given:
    """The plain reading where it finds more of the columns that the source reads."""
    try:
        other = _read(path, plain, source)
    except ReadError:
        return found
    known = _known(source)
    gained = len(known.intersection(other.table)) - len(known.intersection(found.table))
    return _stored_as_seen(path, other) if gained > 0 else found


def _known(source: Source) -> set[str]:
    read_by_rules = columns_read(rule for rules in source.mapping.values() for rule in rules)
    return {*source.contract.required_columns, *read_by_rules}


def _holds_what_is_needed(table: pd.DataFrame, source: Source) -> bool:
    needed = set(source.contract.required_columns)
    for rules in source.mapping.values():
        for rule in rules:
            if not (rule.optional or rule.kind == "first_of"):
                needed.update(rule.columns)
    return needed.issubset(table) and not _known(source).isdisjoint(table)


def _with_plain_encoding(path: Path, declared: Fetch) -> Fetch:
    """The options without an encoding that valid, accented UTF-8 contradicts.

    Such text is UTF-8 by all odds: its accents would be impossible sequences otherwise.
    """
    try:
        if not declared.encoding or codecs.lookup(declared.encoding).name == "utf-8":
            return declared
        data = path.read_bytes()
        data.decode("utf-8")
    except (LookupError, OSError, UnicodeDecodeError):
        return declared
    plain = not data.isascii() and b"\0" not in data
    return replace(declared, encoding="") if plain else declared


def _stored_as_seen(path: Path, found: Given) -> Given:
    """The same with the format that was seen, which names the copy that a deposit keeps."""
    with path.open("rb") as handle:
        head = handle.read(4)
    # Of an archive, the name of the file tells more than the format of what is inside.
    packed = archive.sniff(head) and found.format not in sheet.FORMATS
    return found._replace(options=replace(found.options, format="" if packed else found.format))


def _without_remarks(found: Given, source: Source) -> Given:
    read_by_rules = _known(source)
    if EXTRA_CELLS in found.table and EXTRA_CELLS not in read_by_rules:
        found = found._replace(issues=join_issues([found.issues, _still_shifted(found, source)]))
    ours = [
        name
        for name in (REMARKS, OTHER_REMARKS)
        if name in found.table and name not in read_by_rules and _are_remarks(found.table[name])
    ]
    return found._replace(table=found.table.drop(columns=ours)) if ours else found


def _still_shifted(found: Given, source: Source) -> pd.DataFrame:
    """A line for each row that keeps its extra cells and whose others are in the wrong columns."""
    table = found.table.drop(columns=[EXTRA_CELLS, REMARKS, OTHER_REMARKS], errors="ignore")
    extra = found.table.loc[found.table[EXTRA_CELLS] != "", EXTRA_CELLS]
    whole = table.drop(index=extra.index).head(_MODELS)
    forms = [set(map(form, whole[name].tolist())) for name in whole]
    shifted = [
        line for line in extra.index if is_shifted(table.loc[line].tolist(), forms, len(whole))
    ]
    return issue_lines(
        shifted, "", SHIFTED, value=extra.loc[shifted], detail=f"> {table.shape[1]}",
        source=source.id,
    )  # fmt: skip


def _are_remarks(cells: Iterable[str]) -> bool:
    """Whether a column is what an earlier check wrote: most of its texts begin as remarks do."""
    titles = {WHOLE_ROW, *(field.title.fr for field in fields().values())}
    filled = [cell for cell in cells if cell]
    ours = sum(cell.partition(" : ")[0] in titles for cell in filled)
    return ours * 2 >= len(filled)
