"""Records of delimited text that a line break inside an unquoted cell cut in two or more.

    12;Médiathèque;3 rue du Pont          12;Médiathèque;3 rue du Pont Bâtiment B;45000;Orléans
    Bâtiment B;45000;Orléans        ->

Each piece is too short, pieces follow one another, and together (the last cell of one and
the first of the next are one cell) they have exactly the width of the header. Some files
leave out the empty cells at the end of their lines, and two such lines may add up by chance:
the pieces are then better rows than the record they would make, or all of one length.
"""

import re
from collections.abc import Iterator, Sequence, Set
from itertools import groupby
from typing import NamedTuple

#: A cell is cut into at most so many pieces.
_MOST_PIECES = 40
#: So many short records of one length are a habit of the file, and no accident.
_HABIT = 3

#: Fewer whole records do not show what the cells of a column look like.
_FEWEST_MODELS = 10

#: The forms that the cells of a column have (:func:`form`).
Forms = Set[str]

_DIGITS = re.compile(r"\d+")
_LETTER = re.compile(r"[^\W\d_]")


class Short(NamedTuple):
    """A record with fewer cells than the header.

    ``after`` is the number of records of another width before it: short records that follow
    one another have the same. ``line`` is the physical line where it begins.
    """

    after: int
    line: int
    cells: list[str]


class Mended(NamedTuple):
    """A record made of ``pieces``, or the short record it was when they are one.

    ``seams`` are the cells that were cut.
    """

    pieces: tuple[Short, ...]
    cells: list[str]
    seams: tuple[str, ...] = ()


def mend(shorts: Sequence[Short], width: int, columns: Sequence[Forms]) -> Iterator[Mended]:
    """The records that short ones are, in their order; every piece is in exactly one.

    ``shorts`` are all the short records of a file whose header has ``width`` cells;
    ``columns`` gives for each column the forms met in records of the right width.
    """
    if len(shorts) >= _HABIT and len({len(short.cells) for short in shorts}) == 1:
        yield from (Mended((short,), short.cells) for short in shorts)
        return
    for _, group in groupby(shorts, key=lambda short: short.after):
        # The first of a run follows a whole record: it begins one.
        run, start = list(group), 0
        while start < len(run):
            pieces = run[start : start + _MOST_PIECES]
            record = _whole(pieces, width, columns) or Mended((pieces[0],), pieces[0].cells)
            yield record
            start += len(record.pieces)


def is_shifted(cells: Sequence[str], columns: Sequence[Forms], models: int) -> bool:
    """Whether a record with too many cells has some that look like no cell of their column.

    A delimiter inside an unquoted cell pushes all that follows one column on; cells that are
    merely too many at the end leave the others in their places. ``models`` is the number of
    records that the forms were taken from: a few show nothing.
    """
    known = zip(cells, columns, strict=False) if models >= _FEWEST_MODELS else ()
    return any(cell.strip() and forms and form(cell) not in forms for cell, forms in known)


def form(cell: str) -> str:
    """What a cell looks like, so that a postcode is told from a name and from an address.

    >>> form("45000"), form("02 54 00 00 00"), form("3 rue du Pont"), form("Orléans"), form("E12")
    ('5', '2 2 2 2 2', 'number, words', 'words', 'code')
    """
    text = cell.strip()
    if "@" in text or "://" in text:
        return "mail" if "@" in text else "address"
    if not _LETTER.search(text):
        return _DIGITS.sub(lambda digits: str(len(digits[0])), text)
    if not _DIGITS.search(text):
        return "words"
    if " " not in text:
        return "code"
    return "number, words" if text[0].isdigit() else "words"


def _whole(pieces: Sequence[Short], width: int, columns: Sequence[Forms]) -> Mended | None:
    """The record that the first of these pieces make together; None when they make none."""
    cells = list(pieces[0].cells)
    seams: dict[int, str] = {}
    for count, piece in enumerate(pieces[1:], 2):
        head, *rest = piece.cells
        cells[-1] = f"{cells[-1].rstrip()} {head.lstrip()}".strip()
        seams[len(cells)] = cells[-1]
        cells += rest
        if len(cells) == width:
            whole = Mended(tuple(pieces[:count]), cells, tuple(seams.values()))
            return whole if _is_plausible(whole, columns) else None
        if len(cells) > width:
            return None
    return None


def _is_plausible(record: Mended, columns: Sequence[Forms]) -> bool:
    """Whether the cells fit their columns at least as well together as piece by piece."""
    apart = [piece.cells for piece in record.pieces]
    fit_apart = sum(_fit(cells, columns) for cells in apart) / sum(map(len, apart))
    return _fit(record.cells, columns) / len(record.cells) >= fit_apart


def _fit(cells: Sequence[str], columns: Sequence[Forms]) -> int:
    """How many cells look like those of the column they would stand in."""
    return sum(form(cell) in forms for cell, forms in zip(cells, columns, strict=False))
