"""Zip and gzip around one readable file, unpacked within bounds to a temporary folder."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from opendata.errors import ReadError
from opendata.model import Fetch
from opendata.read.base import (
    MAX_UNPACKED_BYTES,
    Reading,
    allowed_bytes,
    refusal,
    too_much_unpacked,
)

NAME = "archive"
FORMATS = ("zip", "gz", "kmz")
SUFFIXES = (".zip", ".gz", ".kmz")

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b\x08"
_CHUNK = 1_000_000
_DATA = {
    *(".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson", ".geojson"),
    *(".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".gpkg", ".fgb", ".shp", ".kml"),
}
# Read only when the archive holds nothing better: often a notice or a licence.
_PERHAPS = {".txt", ""}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError)


def sniff(head: bytes) -> bool:
    """Whether the bytes begin as a zip or gzip file."""
    return head.startswith((*_ZIP, _GZIP))


def read(path: Path, options: Fetch) -> Reading:
    """Read the one data file of the archive, as its own reader would.

    When there are several, ``options.layer`` names the one (file name, with or without
    suffix). Unpacking stops at 2 GB, or at 200 times the archive once past 200 MB,
    whatever sizes the archive declares. Raises ReadError (damaged, protected by a
    password, too large, no data file or several), OSError.
    """
    from opendata.read import read_one  # the registry imports this module

    with path.open("rb") as handle:
        zipped = handle.read(4) in _ZIP
    with TemporaryDirectory(prefix="opendata-") as folder:
        try:
            unpack = _unzip if zipped else _gunzip
            inner = unpack(path, options.layer, Path(folder))
        except _BROKEN as problem:
            raise _damaged(path) from problem
        except RuntimeError as problem:  # how zipfile says "encrypted"
            raise refusal(
                "archive_protegee",
                path,
                fr="est protégé par un mot de passe : déposez-le sans protection.",
                en="is protected by a password: provide it without protection.",
            ) from problem
        return read_one(inner, _inner_options(options), inside_archive=True)


def _inner_options(options: Fetch) -> Fetch:
    return replace(options, format="") if options.format.lower() in FORMATS else options


def check_bomb(path: Path) -> None:
    """Refuse (ReadError) a zip that unpacks too large, by really unpacking it to nowhere."""
    limit = allowed_bytes(path.stat().st_size)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > limit:
                raise too_much_unpacked(path, limit)
            for member in members:
                for chunk in _chunks(archive, member):
                    limit -= len(chunk)
                    if limit < 0:
                        raise too_much_unpacked(path, allowed_bytes(path.stat().st_size))
    except (*_BROKEN, RuntimeError) as problem:
        raise _damaged(path) from problem


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    # zipfile stops at the declared size and other readers do not: the declaration is
    # taken out of play, so that what is counted is what would be unpacked.
    member.file_size = MAX_UNPACKED_BYTES * 2
    with archive.open(member) as handle:
        while chunk := handle.read(_CHUNK):
            yield chunk


def _gunzip(path: Path, _layer: str, folder: Path) -> Path:
    name = path.stem if path.suffix.lower() == ".gz" else path.name
    with gzip.open(path) as handle:
        return _write(path, iter(lambda: handle.read(_CHUNK), b""), folder / name, [0])


def _unzip(path: Path, layer: str, folder: Path) -> Path:
    limit = allowed_bytes(path.stat().st_size)
    with zipfile.ZipFile(path) as archive:
        chosen = _chosen(path, archive, layer)
        parts = _parts(archive, chosen)
        if sum(part.file_size for part in parts) > limit:
            raise too_much_unpacked(path, limit)
        written = [0]
        # Only the last component of the name is used, so nothing escapes the folder; and one
        # name for all parts, since those of a shapefile often differ in case.
        stem = PurePosixPath(chosen.filename).stem
        for part in parts:
            _write(path, _chunks(archive, part), folder / (stem + _suffix(part)), written)
        return folder / (stem + _suffix(chosen))


def _write(path: Path, chunks: Iterator[bytes], target: Path, written: list[int]) -> Path:
    limit = allowed_bytes(path.stat().st_size)
    with target.open("wb") as handle:
        for chunk in chunks:
            written[0] += len(chunk)
            if written[0] > limit:
                raise too_much_unpacked(path, limit)
            handle.write(chunk)
    return target


def _parts(archive: zipfile.ZipFile, chosen: zipfile.ZipInfo) -> list[zipfile.ZipInfo]:
    """The file itself, or every file of the same shapefile."""
    if not chosen.filename.lower().endswith(".shp"):
        return [chosen]
    stem = chosen.filename[:-4].lower()
    return [member for member in archive.infolist() if member.filename.lower()[:-4] == stem]


def _chosen(path: Path, archive: zipfile.ZipFile, layer: str) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if _visible(member)]
    good = [member for member in members if _suffix(member) in _DATA]
    good = good or [member for member in members if _suffix(member) in _PERHAPS]
    named = [
        member
        for member in good
        if layer in (PurePosixPath(member.filename).stem, PurePosixPath(member.filename).name)
    ]
    choice = named or good
    if len(choice) == 1:
        return choice[0]
    names = ", ".join(member.filename for member in (choice or members)[:20])
    if choice:
        raise refusal(
            "archive_ambigue",
            path,
            fr=f"contient plusieurs fichiers de données : indiquez fetch.layer parmi {names}.",
            en=f"holds several data files: set fetch.layer to one of {names}.",
        )
    raise refusal(
        "archive_sans_table",
        path,
        fr=f"ne contient aucun fichier de données lisible ({names or '0'}) : "
        "déposez un CSV, un classeur, un JSON ou un fichier géographique.",
        en=f"holds no readable data file ({names or '0'}): "
        "provide a CSV, a workbook, a JSON or a geographic file.",
    )


def _visible(member: zipfile.ZipInfo) -> bool:
    inside = PurePosixPath(member.filename)
    return not (member.is_dir() or inside.name.startswith(".") or "__MACOSX" in inside.parts)


def _suffix(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).suffix.lower()


def _damaged(path: Path) -> ReadError:
    return refusal(
        "archive_illisible",
        path,
        fr="est abîmé ou incomplet : récupérez-le de nouveau.",
        en="is damaged or incomplete: fetch it again.",
    )
