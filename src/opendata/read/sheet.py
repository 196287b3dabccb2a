"""Workbooks: XLSX, XLS and ODS, read by python-calamine in a process of its own.

Numeric cells have already lost their leading zeros and dates their spelling when they
reach this reader; what it can promise is that ``45100`` does not become ``45100.0``.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from opendata.errors import ReadError
from opendata.model import Fetch
from opendata.read.archive import check_bomb
from opendata.read.base import (
    Issues,
    Reading,
    check_size,
    refusal,
    text_table,
    unique_names,
)

NAME = "sheet"
FORMATS = ("xlsx", "xls", "ods", "xlsm", "xlsb")
SUFFIXES = (".xlsx", ".xls", ".ods", ".xlsm", ".xlsb")

_WORKER = Path(__file__).with_name("sheet_worker.py")
_TIMEOUT_S = 300
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ODS = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
# Any program may write the parts of a workbook in any order.
_FIRST_PARTS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/", b"customXml/")


def sniff(head: bytes) -> bool:
    """Whether the bytes begin as an old workbook, or as a zip whose first part is one's."""
    return bool(_kind(head))


def _kind(head: bytes) -> str:
    if head.startswith(_OLE):
        return "xls"
    if not head.startswith(_ZIP):
        return ""
    # The name of the first part begins at byte 30 of a zip.
    if head[30:].startswith(_FIRST_PARTS):
        return "xlsx"
    return "ods" if _ODS in head[:200] else ""


def read(path: Path, options: Fetch) -> Reading:
    """Read one sheet; the index is the row number the spreadsheet shows.

    The sheet is ``options.sheet``, else the one with most filled rows. The header is
    row ``options.header_row`` when that is over 1, else the first row filled at least
    half as much as the fullest one: title lines above it are skipped. Rows without any
    text are skipped. Raises ReadError (damaged, protected by a password, no such sheet,
    an archive that unpacks too large), OSError.
    """
    with path.open("rb") as handle:
        head = handle.read(200)
    if head.startswith(_ZIP):
        check_bomb(path)
    rows = _rows(path, options.sheet)
    header = _header_row(path, rows, options.header_row)
    body = [
        (number, row) for number, row in enumerate(rows[header + 1 :], header + 2) if _filled(row)
    ]
    width = max([_width(rows[header]), *(_width(row) for _, row in body)])
    check_size(path, len(body), width)
    names = unique_names(_cut(rows[header], width))
    columns = list(zip(*(_cut(row, width) for _, row in body), strict=True))
    values = dict(zip(names, map(list, columns or [()] * width), strict=True))
    kind = _kind(head) or path.suffix.lower().lstrip(".")
    return Reading(text_table(values, [number for number, _ in body]), Issues(), kind)


def _cut(row: list[str], width: int) -> list[str]:
    return [*row[:width], *[""] * (width - len(row))]


def _width(row: Sequence[str]) -> int:
    """How many cells the row has up to its last filled one."""
    return next((j + 1 for j in range(len(row) - 1, -1, -1) if row[j].strip()), 0)


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _header_row(path: Path, rows: list[list[str]], asked: int) -> int:
    counts = [_filled(row) for row in rows]
    if asked > 1:
        if asked <= len(rows) and counts[asked - 1]:
            return asked - 1
    elif fullest := max(counts, default=0):
        return next(i for i, count in enumerate(counts) if count * 2 >= fullest)
    raise refusal(
        "entete_absent",
        path,
        fr=f"n'a pas d'en-tête à la ligne {asked} : vérifiez la feuille et fetch.header_row.",
        en=f"has no header at row {asked}: check the sheet and fetch.header_row.",
    )


def _rows(path: Path, sheet: str) -> list[list[str]]:
    """The rows of the sheet from its row 1, as text."""
    command = [sys.executable, str(_WORKER), str(path.absolute()), sheet]
    try:
        # The command is this interpreter and our own script; the file is an argument.
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as problem:
        raise _damaged(path) from problem
    first, *rows = done.stdout.splitlines() or [b"{}"]
    answer = json.loads(first) if done.returncode == 0 else {}
    if "sheet" not in answer:
        raise _refused(path, sheet, answer.get("error", ""), answer.get("sheets", []))
    return [json.loads(row) for row in rows]


def _damaged(path: Path) -> ReadError:
    return refusal(
        "classeur_illisible",
        path,
        fr="ne peut pas être lu comme classeur (il est abîmé, ou une cellule isolée très loin "
        "de la table le rend démesuré) : ouvrez-le et enregistrez-le de nouveau, ou "
        "exportez-le en CSV.",
        en="cannot be read as a workbook (it is damaged, or a lone cell far from the table "
        "makes it enormous): open it and save it again, or export it as CSV.",
    )


def _refused(path: Path, sheet: str, error: str, sheets: list[str]) -> ReadError:
    if error == "locked":
        return refusal(
            "classeur_protege",
            path,
            fr="est protégé par un mot de passe : déposez-le sans protection.",
            en="is protected by a password: provide it without protection.",
        )
    if error == "sheet":
        return refusal(
            "feuille_absente",
            path,
            fr=f"n'a pas de feuille « {sheet} » : indiquez fetch.sheet parmi {', '.join(sheets)}.",
            en=f"has no sheet “{sheet}”: set fetch.sheet to one of {', '.join(sheets)}.",
        )
    if error == "empty":
        return refusal(
            "fichier_vide",
            path,
            fr="n'a aucune cellule remplie : demandez au producteur de le déposer de nouveau.",
            en="has no filled cell: ask its publisher to upload it again.",
        )
    return _damaged(path)
