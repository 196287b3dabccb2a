"""XLSX, for those who work in a spreadsheet: codes stay text, nothing is run.

Three sheets: the places (header frozen, filters on), the dictionary of their columns, and what
one must know to reuse them. Every text is written as text: never as a formula, a link or a number.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from opendata.language import Text
from opendata.model import Artifact, Release
from opendata.schema import fields, vocabulary

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

NAME = "spreadsheet"
#: Limits of the format (ECMA-376, as Excel states them): rows of a sheet, letters of a cell.
ROWS, LETTERS = 1_048_576, 32_767
_CUT = "…"
#: Rows taken from the table at once: bounds the memory.
_CHUNK = 10_000
#: Width of a column, in characters.
_NARROW, _USUAL, _WIDE = 12, 22, 44


def write(release: Release, folder: Path) -> list[Artifact]:
    """``lieux.xlsx``; no file when there are more places than a sheet has rows."""
    import xlsxwriter

    places = release.tables["lieux"]
    if len(places) >= ROWS:
        return []
    path = folder / "lieux.xlsx"
    # Row after row goes to disk: memory does not follow the number of places.
    book = xlsxwriter.Workbook(
        str(path),
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    # Files that differ only by the moment they were written would be another release each night.
    created = release.created.replace(tzinfo=None)
    book.set_properties({"title": release.dataset.title, "created": created})
    book.set_size(2400, 1400)
    heading = book.add_format({"bold": True, "bg_color": "#DDEBEA", "bottom": 1, "valign": "top"})
    _write_places(book, heading, places)
    _write_dictionary(book, heading)
    _write_notice(book, release)
    book.close()
    return [
        Artifact(
            "lieux-xlsx",
            path.name,
            Text("Lieux numériques (tableur XLSX)", "Digital places (XLSX spreadsheet)"),
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    ]


def _write_places(book: "Workbook", heading: Any, places: pd.DataFrame) -> None:
    sheet = book.add_worksheet("lieux")
    text = book.add_format({"num_format": "@"})
    names = list(fields())
    numeric = [field.type in ("number", "integer") for field in fields().values()]
    for at, (name, number) in enumerate(zip(names, numeric, strict=True)):
        sheet.set_column(at, at, _width(name), None if number else text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(places), 1), len(names) - 1)
    for at, name in enumerate(names):
        sheet.write_string(0, at, name, heading)
    columns = [
        pd.to_numeric(places[name]).astype("object") if number else _fitting(places[name])
        for name, number in zip(names, numeric, strict=True)
    ]
    write_string, write_number = sheet.write_string, sheet.write_number
    for row, cells in enumerate(_rows(columns), start=1):
        for at, cell in enumerate(cells):
            if numeric[at]:
                if cell == cell:  # not NaN
                    write_number(row, at, cell)
            elif cell:
                write_string(row, at, cell, text)


def _rows(columns: Sequence[pd.Series]) -> Iterator[tuple[Any, ...]]:
    """The cells of each row; a column hands over many at once for less than one by one."""
    for start in range(0, len(columns[0]), _CHUNK):
        yield from zip(
            *(column.iloc[start : start + _CHUNK].tolist() for column in columns), strict=True
        )


def _fitting(column: pd.Series) -> pd.Series:
    """A text that is longer than a cell can be is cut, and ends in « … »."""
    long = column.str.len() > LETTERS
    if not long.any():
        return column
    return column.mask(long, column.str.slice(0, LETTERS - len(_CUT)) + _CUT)


def _width(name: str) -> int:
    if name.startswith(("nom", "adresse", "presentation", "services", "horaires")):
        return _WIDE
    return _NARROW if name.startswith(("code", "latitude", "longitude")) else _USUAL


def _write_dictionary(book: "Workbook", heading: Any) -> None:
    rows = [("champ", "titre", "description", "type", "exemple", "valeurs admises", "title",
             "description (en)")]  # fmt: skip
    for name, field in fields().items():
        terms = vocabulary(field.vocabulary) if field.vocabulary else ()
        allowed = " | ".join(term.value for term in terms)
        rows.append((name, field.title.fr, field.description.fr, field.type, field.example,
                     allowed, field.title.en, field.description.en))  # fmt: skip
    sheet = book.add_worksheet("dictionnaire")
    _write_texts(book, sheet, rows, (26, 30, 70, 10, 30, 60, 30, 70), heading)
    sheet.freeze_panes(1, 1)


def _write_notice(book: "Workbook", release: Release) -> None:
    sheet = book.add_worksheet("lisez-moi")
    _write_texts(book, sheet, list(_notice(release)), (28, 110))


def _notice(release: Release) -> Iterator[tuple[str, str]]:
    dataset = release.dataset
    yield "Jeu de données", dataset.title
    yield "Version", release.version
    yield "Éditeur", dataset.publisher
    yield "Contact", dataset.contact
    yield "Licence", f"{release.licence.title.fr}, {release.licence.url}"
    yield "", release.licence_reason.fr
    yield "Codes", "Les codes (postaux, INSEE, SIRET) sont du texte : gardez-les ainsi."
    yield "Valeurs multiples", "Séparées par « | »."
    yield "Dates", "Du texte, année-mois-jour."
    for source in release.sources:
        yield "Source", f"{source.title} ({source.attribution or source.publisher})"
    for credit in release.credits:
        yield "Référentiel", f"{credit.title.fr} ({credit.attribution})"


def _write_texts(
    book: "Workbook",
    sheet: "Worksheet",
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    heading: Any = None,
) -> None:
    """Rows of text, lines wrapped; the first one as a heading where there is one."""
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    for number, cells in enumerate(rows):
        for at, cell in enumerate(cells):
            sheet.write_string(number, at, cell, heading if heading and not number else wrapped)
