"""Delimited text of any French habit: CSV, TSV, semicolons, Excel's ``sep=`` line.

Records are read by :mod:`csv`, whose rules (quotes, newlines inside cells) are the ones
producers' tools follow; what it would accept in silence (a quote never closed that
swallows the lines after it, records shorter or longer than the header) is noted, and
mended where that is certain (:mod:`opendata.read.cut_lines`).
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from opendata.model import Fetch
from opendata.read.base import (
    SHIFTED,
    Issues,
    Reading,
    check_size,
    decode,
    head_text,
    refusal,
    text_column,
    text_table,
    unique_names,
)
from opendata.read.cut_lines import Forms, Short, form, is_shifted, mend

NAME = "csv"
FORMATS = ("csv", "tsv", "txt")
SUFFIXES = (".csv", ".tsv", ".tab", ".txt")

_CANDIDATES = ";,\t|"
#: No text holds this character (ASCII "unit separator"): the delimiter of a single column.
_NO_DELIMITER = "\x1f"
_SAMPLE_RECORDS = 200
_SAMPLE_LINES = 1_000
_BATCH_CELLS = 400_000
#: A cell of more lines or characters than these is a quote that was never closed.
_MAX_LINES = 1_000
_MAX_CHARACTERS = 16_000_000
#: After so many unclosed quotes the quotes of this file mean nothing.
_MAX_REPAIRS = 20
#: Records of the right width that show what the cells of each column look like.
_MODELS = 5_000
#: Short records beyond so many are not held back to be mended.
_MOST_SHORT = 50_000
_SEP_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
_END = "\x1e\x1fend\x1f\x1e"


def sniff(head: bytes) -> bool:
    """Whether the first lines are text that one of the usual delimiters cuts."""
    text = head_text(head)
    if text.lstrip().startswith(("<", "%PDF")) or head[:4] == b"PK\x03\x04":
        return False
    controls = sum(text.count(chr(code)) for code in range(1, 32) if chr(code) not in "\t\n\r")
    first = text.lstrip().partition("\n")[0]
    return controls * 100 <= len(text) and any(mark in first for mark in _CANDIDATES)


def read(path: Path, options: Fetch) -> Reading:
    """Read delimited text; the index is the physical line where each record begins.

    ``options.header_row`` counts lines from 1, after Excel's ``sep=`` line if there is
    one. Short records that are one, cut by line breaks, are joined and noted; any other is
    filled with "" and noted, as are the extra cells of a long one, which are cut. Where the
    cells of a long one do not look like those of their columns, a delimiter inside a cell has
    shifted them: the note is then :data:`~opendata.read.base.SHIFTED`, for the row to be set
    aside. A record without any text is skipped. A quote that is never closed costs its
    own line only: that line is read as if quotes meant nothing, and noted.
    Raises ReadError (no header, unusable delimiter or encoding), OSError.
    """
    issues = Issues()
    lines = io.StringIO(decode(path, options.encoding, issues), newline="").readlines()
    sep = _SEP_LINE.fullmatch(lines[0]) if lines else None
    start = max(options.header_row, 1) - 1 + bool(sep)
    delimiter = _declared_delimiter(path, options.delimiter) or (sep[1] if sep else "")
    delimiter = delimiter or _detect(lines[start : start + _SAMPLE_LINES])
    records = (
        (position + 1, record)
        for position, record in _records(lines, start, delimiter, issues)
        if any(map(str.strip, record))
    )
    _, header = next(records, (0, []))
    if not header:
        raise refusal(
            "entete_absent",
            path,
            fr=f"n'a pas d'en-tête à la ligne {options.header_row} : "
            "vérifiez le fichier et fetch.header_row.",
            en=f"has no header at line {options.header_row}: check the file and fetch.header_row.",
        )
    names = unique_names(header)
    check_size(path, len(lines) - start, len(names))
    columns, numbers = _columns(records, len(names), issues)
    table = text_table(dict(zip(names, columns, strict=True)), numbers)
    if not table.index.is_monotonic_increasing:  # mended records were added at the end
        table = table.sort_index()
    return Reading(table, issues, NAME)


def _declared_delimiter(path: Path, delimiter: str) -> str:
    delimiter = {"\\t": "\t", "tab": "\t"}.get(delimiter.lower(), delimiter)
    if len(delimiter) > 1 or (delimiter and delimiter in '"\r\n'):
        raise refusal(
            "separateur_invalide",
            path,
            fr=f"est déclaré avec le séparateur « {delimiter} » : "
            "fetch.delimiter doit être un seul caractère, par exemple ; ou \\t.",
            en=f"is declared with the delimiter “{delimiter}”: "
            "fetch.delimiter must be one character, for example ; or \\t.",
        )
    return delimiter


def _columns(
    records: Iterator[tuple[int, list[str]]], width: int, issues: Issues
) -> tuple[list[Any], list[int]]:
    """The columns and the line of each row; rows of another width come last."""
    numbers: list[int] = []
    chunks: list[list[Any]] = []
    shorts: list[Short] = []
    longs: list[tuple[int, list[str]]] = []
    # In batches, so that a million rows never stand in memory as Python strings; and flat,
    # since a list per row would keep the garbage collector busier than the parser.
    cells: list[str] = []
    for number, record in records:
        if len(record) == width:
            cells += record
        elif len(record) < width and len(shorts) < _MOST_SHORT:
            shorts.append(Short(len(numbers), number, record))
            continue
        elif len(record) > width and len(longs) < _MOST_SHORT:
            longs.append((number, record))
            continue
        else:
            cells += _fitted(number, record, width, issues)
        numbers.append(number)
        if len(cells) >= _BATCH_CELLS:
            chunks.append(_sliced(cells, width))
            cells = []
    chunks.append(_sliced(cells, width))
    if shorts or longs:
        forms, models = _forms(chunks[0]), len(chunks[0][0])
        added, lines = _mended(shorts, width, forms, issues)
        for number, record in longs:
            shifted = is_shifted(record, forms, models)
            added += _fitted(number, record, width, issues, shifted=shifted)
            lines.append(number)
        chunks.append(_sliced(added, width))
        numbers += lines
    columns = [
        pa.chunked_array([chunk[j] for chunk in chunks], pa.large_string()) for j in range(width)
    ]
    return columns, numbers


def _forms(columns: Sequence[Any]) -> list[Forms]:
    """What the cells of each column look like."""
    return [set(map(form, column.slice(0, _MODELS).to_pylist())) for column in columns]


def _mended(
    shorts: Sequence[Short], width: int, columns: Sequence[Forms], issues: Issues
) -> tuple[list[str], list[int]]:
    """The cells of the records that short ones make, one after the other, and their lines."""
    cells: list[str] = []
    lines: list[int] = []
    for record in mend(shorts, width, columns):
        line = record.pieces[0].line
        if len(record.pieces) > 1:
            detail = " + ".join(str(piece.line) for piece in record.pieces)
            issues.add("ligne_coupee", line, value=" | ".join(record.seams), detail=detail)
            cells += record.cells
        else:
            cells += _fitted(line, record.cells, width, issues)
        lines.append(line)
    return cells, lines


def _sliced(cells: list[str], width: int) -> list[Any]:
    return [text_column(cells[j::width]) for j in range(width)]


def _fitted(
    number: int, record: list[str], width: int, issues: Issues, *, shifted: bool = False
) -> list[str]:
    extra = [cell.strip() for cell in record[width:] if cell.strip()]
    if len(record) < width or extra or shifted:
        detail = f"{len(record)} / {width}"
        code = SHIFTED if shifted else "ligne_irreguliere"
        # The repaired file keeps what stood beyond the header, so that the row stays marked.
        beyond = " | ".join(extra) or ("(vide)" if shifted else "")
        issues.add(code, number, value=beyond, detail=detail)
    return [*record[:width], *[""] * (width - len(record))]


def _records(
    lines: list[str], start: int, delimiter: str, issues: Issues
) -> Iterator[tuple[int, list[str]]]:
    """Each record with the position of its first line, unclosed quotes mended."""
    # The limit is global to the csv module; it only ever protects.
    csv.field_size_limit(_MAX_CHARACTERS)
    position, repairs, width = start, 0, 0
    while position < len(lines):
        base = position
        quotes_mean = repairs <= _MAX_REPAIRS
        # The end mark becomes a record of its own only when every quote was closed.
        source = chain(islice(lines, base, None), (_END,))
        reader = csv.reader(
            source,
            delimiter=delimiter,
            quoting=csv.QUOTE_MINIMAL if quotes_mean else csv.QUOTE_NONE,
        )
        try:
            for record in reader:
                first, position = position, base + reader.line_num
                if position - first > 1 and _swallowed(
                    lines, first, position, record, width, delimiter
                ):
                    position = first
                    break
                if position > len(lines):
                    return
                width = width or len(record)
                yield first, record
        except csv.Error:
            pass  # a cell beyond the size limit: the same fault, at ``position``
        repairs += 1
        issues.add("guillemet_non_ferme", position + 1, value=lines[position].strip())
        yield position, _unquoted(lines[position], delimiter)
        position += 1


def _swallowed(
    lines: list[str], first: int, after: int, record: list[str], width: int, delimiter: str
) -> bool:
    """Whether a record of several lines exists only because a quote was never closed."""
    if after > len(lines) or after - first > _MAX_LINES:
        return True
    # A quote of a later line may have closed it: the record is then no well-formed one,
    # or has not as many cells as the header, while the line alone has.
    if len(_unquoted(lines[first], delimiter)) != width:
        return False
    return len(record) != width or not _well_formed(lines[first:after], delimiter)


def _well_formed(lines: list[str], delimiter: str) -> bool:
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _unquoted(line: str, delimiter: str) -> list[str]:
    return line.rstrip("\r\n").split(delimiter)


def _detect(sample: Sequence[str]) -> str:
    """The delimiter that cuts the most records into as many cells as the header."""
    scores = {mark: _agreement(sample, mark) for mark in _CANDIDATES}
    best = max(scores, key=lambda mark: scores[mark])
    if scores[best] == (0.0, 0):
        return _NO_DELIMITER
    rivals = [mark for mark in scores if mark != best and scores[mark] == scores[best]]
    if rivals or scores[best][0] < 0.5:
        return _second_opinion("".join(sample[:50])[:10_000]) or best
    return best


def _agreement(sample: Sequence[str], delimiter: str) -> tuple[float, int]:
    csv.field_size_limit(_MAX_CHARACTERS)
    try:
        records = islice(csv.reader(sample, delimiter=delimiter), _SAMPLE_RECORDS)
        counts = [len(record) for record in records if any(record)]
    except csv.Error:
        return 0.0, 0
    if not counts or counts[0] < 2:
        return 0.0, 0
    return counts.count(counts[0]) / len(counts), counts[0]


def _second_opinion(sample: str) -> str:
    import clevercsv

    try:
        dialect = clevercsv.Detector().detect(sample, delimiters=list(_CANDIDATES))
    except clevercsv.Error:
        return ""
    return (dialect.delimiter or "") if dialect else ""
