"""Reads one workbook in a process of its own, and prints it as JSON, one row per line.

A few kilobytes of XLSX can claim a cell so far away that the reader asks for hundreds of
gigabytes and aborts the whole process; here only this one dies. Run as a script by
sheet.py: ``python sheet_worker.py FILE [SHEET]``. The first line printed is
``{"sheet": name}`` or ``{"error": "locked" | "damaged" | "sheet" | "empty", "sheets": […]}``.
"""

import json
import sys
from pathlib import Path
from typing import Any

#: Enough for Excel's million rows of thirty columns; far below what takes a machine down.
_MEMORY_BYTES = 4_000_000_000


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _say(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")


def _largest(workbook: Any, worksheet: Any) -> Any:
    best, most = None, 0
    for page in workbook.sheets_metadata:
        if page.typ != worksheet:
            continue
        sheet = workbook.get_sheet_by_name(page.name)
        filled = sum(any(cell != "" for cell in row) for row in sheet.iter_rows())
        if filled > most:
            best, most = sheet, filled
    return best


def main(path: str, wanted: str) -> None:
    """Print the sheet ``wanted`` (the one with most rows when it is "") of the workbook."""
    import python_calamine as calamine
    from cells import cell_text  # type: ignore[import-not-found]

    try:
        workbook = calamine.CalamineWorkbook.from_path(path)
        if wanted and wanted not in workbook.sheet_names:
            _say({"error": "sheet", "sheets": workbook.sheet_names})
            return
        if wanted:
            sheet = workbook.get_sheet_by_name(wanted)
        else:
            sheet = _largest(workbook, calamine.SheetTypeEnum.WorkSheet)
    except calamine.PasswordError:
        _say({"error": "locked"})
        return
    except calamine.CalamineError as problem:
        _say({"error": "locked" if "assword" in str(problem) else "damaged"})
        return
    if sheet is None or sheet.start is None:
        _say({"error": "empty", "sheets": workbook.sheet_names})
        return
    _say({"sheet": sheet.name})
    for row in sheet.iter_rows():
        _say([cell_text(value) for value in row])


if __name__ == "__main__":
    _limit_memory()
    sys.path.append(str(Path(__file__).parent))
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
