"""The address files in use: which there are, and their tables, made again when damaged."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from opendata.errors import ReferenceDataError, SourceError
from opendata.files import sha256_of
from opendata.geocode.update.ban import write_ban
from opendata.geocode.update.ban_extract import read_addresses
from opendata.geocode.update.ban_table import SCHEMA
from opendata.geocode.update.download import copies, source_id
from opendata.geocode.update.store import count_of, read_note, vintage_of
from opendata.language import Text
from opendata.paths import Paths


@dataclass(frozen=True, slots=True)
class BanFile:
    """The addresses of one département in use; ``sha256`` is that of the file at ``path``.

    What its note would say is empty, or counted in the file, where there is none to read.
    """

    departement: str
    path: Path
    vintage: str
    sha256: str
    addresses: int
    licence: str
    attribution: str


def ban_files(paths: Paths) -> dict[str, BanFile]:
    """The address files of ``data/reference`` by département, as their notes tell of them."""
    found = sorted(paths.reference.glob("ban-*.parquet"))
    files = [_as_noted(path) for path in found]
    return {file.departement: file for file in files}


def _as_noted(path: Path) -> BanFile:
    note = read_note(path)
    return BanFile(
        departement=path.stem.removeprefix("ban-"),
        path=path,
        vintage=str(note.get("vintage", "")),
        sha256=str(note.get("sha256", "")) or _sha256(path),
        addresses=count_of(note, "addresses") or _rows(path),
        licence=str(note.get("licence", "")),
        attribution=str(note.get("attribution", "")),
    )


def _sha256(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError:
        return ""


def _rows(path: Path) -> int:
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException):
        return 0


def read_ban(file: BanFile, paths: Paths, warnings: list[Text] | None = None) -> pa.Table:
    """The addresses of a file, in the columns and the order of ``update.ban_table.SCHEMA``.

    A file that is not the one its note vouches for is made again, silently but for a line in
    ``warnings``, from the copy in ``data/raw`` that the note names (any copy when there is no
    note). Raises ReferenceDataError when that cannot be done.
    """
    try:
        content = file.path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        # A weekly update may have renewed the file and its note since they were listed.
        if sha256 in (file.sha256, read_note(file.path).get("sha256")):
            return _table(pq.read_table(pa.BufferReader(content)))
        reason = Text("son sha256 n'est pas celui de sa note", "its sha256 is not its note's")
    except (OSError, pa.ArrowException, KeyError) as problem:
        said = str(problem).splitlines()[0]
        reason = Text(said, said)
    return _made_again(file, reason, paths, [] if warnings is None else warnings)


def _table(table: pa.Table) -> pa.Table:
    """The table, of this version's columns. Raises KeyError or ArrowException when it is not."""
    return table.select(SCHEMA.names).cast(SCHEMA.with_metadata(table.schema.metadata))


def _made_again(file: BanFile, reason: Text, paths: Paths, warnings: list[Text]) -> pa.Table:
    note = read_note(file.path)
    name = source_id("ban", file.departement)
    for snapshot in copies(name, str(note.get("source_sha256", "")), paths):
        try:
            found = read_addresses(snapshot.path, file.departement)
        except (SourceError, OSError):
            continue
        kept = Text("", "")
        try:
            write_ban(found, file.departement, snapshot, paths)
        except OSError as problem:
            said = problem.strerror or str(problem)
            kept = Text(f", sans pouvoir l'écrire ({said})", f", and could not be written ({said})")
        warnings.append(
            Text(
                f"Le fichier d'adresses {file.path} était abîmé ({reason.fr}) : il a été refait "
                f"depuis {snapshot.path}{kept.fr}.",
                f"The address file {file.path} was damaged ({reason.en}): it was made again from "
                f"{snapshot.path}{kept.en}.",
            )
        )
        made = pa.concat_tables(found.slices())
        return made.replace_schema_metadata({"vintage": vintage_of(snapshot)})
    raise ReferenceDataError(
        "ban_illisible",
        fr=f"Le fichier d'adresses {file.path} est abîmé ({reason.fr}) et {paths.raw / name} n'a "
        "plus la copie dont il est fait : lancez « opendata reference update --departement "
        f"{file.departement} ».",
        en=f"The address file {file.path} is damaged ({reason.en}) and {paths.raw / name} no "
        "longer has the copy it is made from: run “opendata reference update --departement "
        f"{file.departement}”.",
    )
