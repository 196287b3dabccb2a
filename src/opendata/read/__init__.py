"""From the bytes of a snapshot to a table of text.

One file per family of formats; each holds ``NAME``, ``FORMATS`` (what a source may write
in ``fetch.format``), ``SUFFIXES``, ``sniff(head)`` and ``read(path, options)``. To add a
reader, add its file and its name in :data:`READERS`.

Nothing is typed here: ``01004`` stays ``01004``. A cell is the source's text without the
white space around it.
"""

from pathlib import Path
from types import ModuleType

import pandas as pd

from opendata.model import Fetch
from opendata.read import archive, delimited, geojson, records, sheet, vector
from opendata.read.base import HEAD_BYTES, Reading, head_text, refusal

#: The first whose ``sniff`` recognises the content reads it: the strictest come first.
READERS: tuple[ModuleType, ...] = (sheet, archive, vector, geojson, records, delimited)

#: Every word a source may write in ``fetch.format``.
FORMATS: tuple[str, ...] = tuple(name for reader in READERS for name in reader.FORMATS)

_SUFFIXES = {suffix: reader for reader in READERS for suffix in reader.SUFFIXES}
# A FeatureCollection may be wanted as plain JSON records, and any JSON as JSON lines.
_KIN = ({geojson, records},)
_NOT_TABLES = {
    "<!doctype html": ("une page web", "a web page"),
    "<html": ("une page web", "a web page"),
    "<?xml": ("un document XML", "an XML document"),
    "%pdf": ("un document PDF", "a PDF document"),
}


def read(path: Path, options: Fetch, *, source: str = "") -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Read one file as a table of text.

    Returns the table, its issues table (``source`` filled with the given id, row 0 for
    what concerns the whole file) and the name of the format that was read. The table
    has columns of dtype "str", "" for no value, and an index named "ligne": the
    physical line where the record begins (delimited text; the header is line 1), the
    row of the sheet, or the number of the record counted from 1 (JSON and vector).

    The format is ``options.format``, else what the content shows, else what the suffix
    says. Raises ReadError when the file cannot be read as a table.
    """
    try:
        reading = read_one(path, options)
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise refusal(
            "fichier_illisible",
            path,
            fr=f"ne peut pas être ouvert ({reason}) : vérifiez le fichier et ses droits d'accès.",
            en=f"cannot be opened ({reason}): check the file and its access rights.",
        ) from problem
    issues = reading.issues.table()
    if source:
        issues["source"] = source
        issues["source"] = issues["source"].astype("str")
    return reading.table, issues, reading.format


def read_one(path: Path, options: Fetch, *, inside_archive: bool = False) -> Reading:
    """Read a file that is not an archive, or the file an archive holds (ReadError, OSError)."""
    _must_be_a_file(path)
    with path.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    if len(head) < HEAD_BYTES and not head.strip(b"\0\t\n\r \xef\xbb\xbf\xff\xfe"):
        raise refusal(
            "fichier_vide",
            path,
            fr="est vide : demandez au producteur de le déposer de nouveau.",
            en="is empty: ask its publisher to upload it again.",
        )
    reader = _reader(path, head, options)
    if inside_archive and reader is archive:
        raise refusal(
            "archive_imbriquee",
            path,
            fr="est une archive dans une archive : déposez le fichier de données lui-même.",
            en="is an archive inside an archive: provide the data file itself.",
        )
    reading: Reading = reader.read(path, options)
    return reading


def _must_be_a_file(path: Path) -> None:
    if not path.exists():
        raise refusal(
            "fichier_absent",
            path,
            fr="n'existe pas : vérifiez son nom et son dossier.",
            en="does not exist: check its name and its folder.",
        )
    if not path.is_file():
        raise refusal(
            "pas_un_fichier",
            path,
            fr="n'est pas un fichier mais un dossier ou un périphérique : "
            "indiquez le fichier lui-même.",
            en="is not a file but a folder or a device: name the file itself.",
        )


def _reader(path: Path, head: bytes, options: Fetch) -> ModuleType:
    seen = next((reader for reader in READERS if reader.sniff(head)), None)
    if seen is None:
        _refuse_documents(path, head)
    if seen is archive and path.suffix.lower() in sheet.SUFFIXES:
        # Not every program writes the parts of a workbook in the usual order.
        seen = sheet
    if options.format:
        return _declared(path, options.format, seen)
    if options.records and seen is geojson:
        return records
    if seen is None:
        seen = _SUFFIXES.get(path.suffix.lower())
    if seen is None:
        raise refusal(
            "format_inconnu",
            path,
            fr=f"n'est d'aucun format connu : indiquez fetch.format parmi {', '.join(FORMATS)}.",
            en=f"is in no known format: set fetch.format to one of {', '.join(FORMATS)}.",
        )
    return seen


def _declared(path: Path, name: str, seen: ModuleType | None) -> ModuleType:
    declared = next((reader for reader in READERS if name.lower() in reader.FORMATS), None)
    if declared is None:
        raise refusal(
            "format_non_gere",
            path,
            fr=f"est déclaré au format « {name} », qui n'est pas géré : "
            f"indiquez fetch.format parmi {', '.join(FORMATS)}.",
            en=f"is declared as “{name}”, which is not supported: "
            f"set fetch.format to one of {', '.join(FORMATS)}.",
        )
    if seen is archive:
        # A zipped CSV is rightly declared "csv": the archive is only its wrapping.
        return declared if declared is sheet else archive
    if seen in (None, delimited, declared) or any({seen, declared} <= kin for kin in _KIN):
        return declared
    raise refusal(
        "format_contredit",
        path,
        fr=f"est déclaré au format « {name} », mais son contenu est du format "
        f"« {seen.NAME} » : corrigez ou retirez fetch.format.",
        en=f"is declared as “{name}”, but its content is “{seen.NAME}”: "
        "correct or remove fetch.format.",
    )


def _refuse_documents(path: Path, head: bytes) -> None:
    start = head_text(head).lstrip().lower()
    for signature, (fr, en) in _NOT_TABLES.items():
        if start.startswith(signature):
            raise refusal(
                "pas_une_table",
                path,
                fr=f"est {fr}, pas une table : vérifiez le fichier, ou l'adresse d'où il vient.",
                en=f"is {en}, not a table: check the file, or the address it comes from.",
            )
