"""What every reader shares: how it refuses, notes issues, decodes bytes and builds a table."""

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from opendata.errors import ReadError
from opendata.model import issue_table

#: How much of a file its format is recognised from.
HEAD_BYTES = 65_536

#: Bounds on what one table may hold: a few bytes can claim a table that fills the memory.
MAX_COLUMNS = 5_000
CELLS_FLOOR = 50_000_000
CELLS_PER_BYTE = 4

#: Bounds on what an archive (or an XLSX, which is one) may unpack to.
MAX_UNPACKED_BYTES = 2_000_000_000
MAX_RATIO = 200
RATIO_FLOOR_BYTES = 200_000_000

_VALUE_LENGTH = 200
#: A row whose cells stand in the wrong columns: nothing of it can be believed.
SHIFTED = "ligne_decalee"
#: Whole values: the repaired file gives a producer back every cell of a row that is too long.
_KEPT_WHOLE = ("ligne_irreguliere", SHIFTED)


class Reading(NamedTuple):
    """What a reader hands back: the table, what went wrong, the name of the format."""

    table: pd.DataFrame
    issues: "Issues"
    format: str


@dataclass
class Issues:
    """The issues of one file while it is read; rows count from 1, 0 is the whole file."""

    rows: list[tuple[str, int, str, str, str, str, str]] = field(default_factory=list)

    def add(
        self, code: str, row: int, *, field: str = "", value: str = "", detail: str = ""
    ) -> None:
        kept = encodable(value if code in _KEPT_WHOLE else value[:_VALUE_LENGTH])
        self.rows.append(("", row, field, code, kept, "", detail))

    def table(self) -> pd.DataFrame:
        """The issues as a table of :data:`opendata.model.ISSUE_COLUMNS`, in file order."""
        return issue_table(self.rows).sort_values("row", kind="stable", ignore_index=True)


def refusal(code: str, path: Path, *, fr: str, en: str) -> ReadError:
    """A ReadError about a file; ``fr`` and ``en`` continue "Le fichier x…" and "The file x…"."""
    return ReadError(
        code,
        fr=f"Le fichier {path.name} {encodable(fr)}",
        en=f"The file {path.name} {encodable(en)}",
    )


def allowed_bytes(packed: int) -> int:
    """How many bytes an archive of ``packed`` bytes may unpack to."""
    return min(MAX_UNPACKED_BYTES, max(RATIO_FLOOR_BYTES, MAX_RATIO * packed))


def too_much_unpacked(path: Path, limit: int) -> ReadError:
    """The refusal of an archive that unpacks to more than ``limit`` bytes."""
    return refusal(
        "archive_demesuree",
        path,
        fr=f"se décompresse en plus de {limit // 1_000_000} Mo, ce que la limite interdit : "
        "déposez une archive plus petite, ou le fichier sans archive.",
        en=f"unpacks to more than {limit // 1_000_000} MB, which the limit forbids: "
        "provide a smaller archive, or the file without one.",
    )


def encodable(text: str) -> str:
    """The text with a "?" for each lone surrogate, which no encoding can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


# --- bytes to text ---------------------------------------------------------------------


def head_text(head: bytes) -> str:
    """The beginning of a file as text good enough to recognise a format."""
    return head.decode(_marked_encoding(head) or "utf-8", "ignore").lstrip("\ufeff")


def _marked_encoding(data: bytes) -> str:
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    marks = {
        codecs.BOM_UTF32_LE: "utf-32",
        codecs.BOM_UTF32_BE: "utf-32",
        codecs.BOM_UTF8: "utf-8-sig",
        codecs.BOM_UTF16_LE: "utf-16",
        codecs.BOM_UTF16_BE: "utf-16",
    }
    return next((name for mark, name in marks.items() if data.startswith(mark)), "")


def decode(path: Path, encoding: str, issues: Issues) -> str:
    """The text of a file, without byte order mark and without NUL characters.

    The byte order mark wins, as the WHATWG Encoding Standard has it: no other encoding
    begins with those bytes, and a file saved anew carries one whatever was declared. Then
    the declared encoding, else UTF-8 when the bytes are UTF-8 (or when lines of good
    accented UTF-8 outnumber the lines that are not: their stray bytes are then read as
    cp1252), else cp1252. Charset guessers do worse on French files. What cannot be decoded
    is replaced and noted with its line.
    Raises ReadError for an encoding that does not exist, OSError.
    """
    data = path.read_bytes()
    declared = _known_encoding(path, encoding) if encoding else ""
    marked = _marked_encoding(data).removesuffix("-sig")
    if declared and declared.startswith(marked):
        text = _decode_declared(data, declared, issues)
    else:
        text = _decode_guessed(data, issues)
    text = text.removeprefix("\ufeff")
    nuls = text.count("\0")
    if nuls:
        issues.add("caractere_nul", 0, detail=str(nuls))
        text = text.replace("\0", "")
    return text


def _known_encoding(path: Path, encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        b"abcd".decode(name, "replace")  # refuses the codecs that make no text
    except (LookupError, ValueError) as problem:
        raise refusal(
            "encodage_inconnu",
            path,
            fr=f"est déclaré dans l'encodage « {encoding} », qui n'existe pas : "
            "indiquez fetch.encoding = utf-8, cp1252, latin-1 ou utf-16.",
            en=f"is declared in the encoding “{encoding}”, which does not exist: "
            "set fetch.encoding to utf-8, cp1252, latin-1 or utf-16.",
        ) from problem
    return name


def _decode_declared(data: bytes, encoding: str, issues: Issues) -> str:
    try:
        return data.decode(encoding)
    except UnicodeError:
        if re.match(r"utf-?(16|32|7)", encoding):
            # Its lines cannot be told apart in the bytes.
            issues.add("octets_illisibles", 0, detail=encoding)
            return data.decode(encoding, "replace")
        return _decode_lines(data, encoding, "replace", issues)


def _decode_guessed(data: bytes, issues: Issues) -> str:
    encoding = _marked_encoding(data)
    if encoding and encoding != "utf-8-sig":
        return _decode_declared(data, encoding, issues)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if encoding or _mostly_utf8(data):
            return _decode_lines(data, "utf-8", "opendata.cp1252", issues)
        return _decode_declared(data, "cp1252", issues)


def _mostly_utf8(data: bytes) -> bool:
    accented = [line for line in data.splitlines() if not line.isascii()]
    return sum(map(_is_utf8, accented)) * 2 > len(accented)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decode_lines(data: bytes, encoding: str, rescue: str, issues: Issues) -> str:
    texts = []
    detail = f"{encoding} → cp1252" if rescue == "opendata.cp1252" else encoding
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        try:
            text = line.decode(encoding)
        except UnicodeError:
            text = line.decode(encoding, rescue)
            issues.add("octets_illisibles", number, value=text.strip(), detail=detail)
        texts.append(text)
    return "".join(texts)


def _as_cp1252(problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeDecodeError):
        raise problem
    return problem.object[problem.start : problem.end].decode("cp1252", "replace"), problem.end


codecs.register_error("opendata.cp1252", _as_cp1252)


# --- text to table ---------------------------------------------------------------------


def unique_names(names: Sequence[str]) -> list[str]:
    """Column names trimmed and told apart: "" -> ``colonne_3``, a second ``nom`` -> ``nom (2)``."""
    taken: dict[str, int] = {}
    result = []
    for position, name in enumerate(names, 1):
        base = unique = encodable(" ".join(name.split())) or f"colonne_{position}"
        while unique in taken:
            taken[base] += 1
            unique = f"{base} ({taken[base]})"
        taken[unique] = 1
        result.append(unique)
    return result


def check_size(path: Path, rows: int, columns: int) -> None:
    """Refuse (ReadError) a table whose padding would cost far more than its bytes."""
    cells = max(CELLS_FLOOR, CELLS_PER_BYTE * path.stat().st_size)
    if columns > MAX_COLUMNS or rows * columns > cells:
        raise refusal(
            "table_demesuree",
            path,
            fr=f"donnerait une table de {rows} lignes et {columns} colonnes, plus que la limite "
            f"({MAX_COLUMNS} colonnes, {cells} cellules) : vérifiez le format déclaré.",
            en=f"would make a table of {rows} rows and {columns} columns, more than the limit "
            f"({MAX_COLUMNS} columns, {cells} cells): check the declared format.",
        )


def text_column(values: Sequence[str]) -> Any:
    """A column (arrow array) of text for :func:`text_table`."""
    try:
        return pa.array(values, pa.large_string())
    except UnicodeEncodeError:
        return pa.array([encodable(value) for value in values], pa.large_string())


def text_table(columns: Mapping[str, Any], lines: Sequence[int]) -> pd.DataFrame:
    """Columns (lists of str or arrow arrays) as a table of trimmed text indexed by ``lines``."""
    arrays = [
        pc.utf8_trim_whitespace(text_column(values) if isinstance(values, list) else values)
        for values in columns.values()
    ]
    table: pd.DataFrame = pa.table(arrays, names=list(columns)).to_pandas()
    table.index = pd.Index(list(lines), dtype="int64", name="ligne")
    return table
