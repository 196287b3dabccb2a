"""The quarantine as an inbox: edited by a steward and given back, it becomes corrections.

``quarantaine.csv`` shows what each row set aside says, as its source wrote it. What was edited
is told by comparing the file with the quarantine it was made from, which may be that of an
older release; each edit is then made of the row as it stands in quarantine *now*, and becomes
a guarded correction whose ``expect`` is what the quarantine shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from opendata.catalog import append_corrections, load_corrections, load_dataset
from opendata.catalog.corrections import target
from opendata.corrections import quoted
from opendata.inbox.edits import find_edits, no_longer, row_now, target_of, usable
from opendata.inbox.quarantines import (
    EDITABLE,
    ROW,
    dataset_of,
    not_in_place,
    read_quarantine,
    unknown,
)
from opendata.language import Text
from opendata.model import Correction
from opendata.paths import Paths

__all__ = ["EDITABLE", "Inbox", "accept_quarantine", "described"]


@dataclass(frozen=True)
class Inbox:
    """What a quarantine given back changes.

    ``corrections`` were written. ``already`` stood in the file and were not written again;
    ``replaced`` stand there too, for cells that one of ``corrections`` now corrects.
    ``refused`` says which cells or rows cannot be used.
    """

    dataset: str
    path: Path
    corrections: tuple[Correction, ...]
    already: tuple[Correction, ...]
    replaced: tuple[Correction, ...]
    refused: tuple[Text, ...]


def accept_quarantine(
    file: Path, paths: Paths, *, dataset: str | None, author: str, reason: str, today: date
) -> Inbox:
    """Write the corrections an edited ``quarantaine.csv`` asks for.

    A cell that cannot be published, and a row that is no longer in quarantine, are refused
    with a sentence and cost only themselves. Raises UsageError when the file is not a
    quarantine or is the release's own, when which dataset it comes from is unclear, and when
    none of its edited rows is in quarantine any more.
    """
    not_in_place(file, paths)
    given = read_quarantine(file)
    name, known = dataset_of(given, paths, dataset)
    wanted: list[Correction] = []
    edits, refused = find_edits(given.set_index(ROW), known)
    gone = 0
    for edit in edits:
        row = row_now(edit, known.now)
        if row is None:
            refused.append(no_longer(edit.row, str(edit.was["nom"]), str(edit.was["cle"])))
            gone += 1
            continue
        cells, problems = usable(edit, row, known.now.loc[[row]].iloc[0])
        refused += problems
        for column, (before, after) in cells.items():
            key, line = target_of(known.now, row, column)
            wanted.append(
                Correction(row[0], key, line, EDITABLE[column], before, after, reason, author,
                           today.isoformat())
            )  # fmt: skip
    if edits and gone == len(edits):
        raise unknown(name)
    written, already, replaced = _new_ones(wanted, name, paths)
    path = append_corrections(name, written, paths)
    return Inbox(name, path, tuple(written), tuple(already), tuple(replaced), tuple(refused))


def _new_ones(
    wanted: Sequence[Correction], dataset: str, paths: Paths
) -> tuple[list[Correction], list[Correction], list[Correction]]:
    """The corrections to write; those that stand already; those that new ones replace.

    Of several corrections of one cell the last in the file counts, so that is the one a new
    correction is compared with.
    """
    known, _ = load_corrections(dataset, load_dataset(dataset, paths).sources, paths)
    standing = {_cell(one): one for one in known}
    written, already, replaced = [], [], []
    for one in wanted:
        before = standing.get(_cell(one))
        if before is not None and before.value.strip() == one.value:
            already.append(before)
            continue
        written.append(one)
        if before is not None:
            replaced.append(before)
    return written, already, replaced


def _cell(one: Correction) -> tuple[str, str, str]:
    return target(one), one.field, one.expect.strip()


def described(corrections: Sequence[Correction]) -> list[str]:
    """One line per correction, for the terminal."""
    return [
        f"{target(one)} {one.field} : {quoted(one.expect)} → {quoted(one.value)}"
        for one in corrections
    ]
