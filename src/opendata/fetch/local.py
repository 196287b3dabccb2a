"""Bytes that are already on this machine: the mirror, local source files, deposits."""

import os
import tomllib
from pathlib import Path

from opendata.errors import CatalogError, FetchError
from opendata.fetch.address import public_url
from opendata.fetch.disk import file_chunks, write_bounded
from opendata.fetch.store import Arrival, Via
from opendata.model import Source
from opendata.paths import Paths


def copy(file: Path, part: Path, source: Source, via: Via, *, url: str = "") -> Arrival:
    """Copy a local file to ``part``, under the same bound as a download.

    Raises FetchError (``fichier_absent``) when the file cannot be opened.
    """
    try:
        with file.open("rb"):
            pass
    except OSError as problem:
        raise _unreadable(source.id, file) from problem
    sha256, size = write_bounded(
        file_chunks(file), part, source=source.id, max_bytes=source.fetch.max_bytes
    )
    return Arrival(
        via=via,
        sha256=sha256,
        bytes=size,
        url=public_url(url),
        file=file.name,
        names=(url, file.name),
    )


def from_project(source: Source, part: Path, paths: Paths) -> Arrival:
    """Read ``fetch.file``, relative to the project, else to the working directory."""
    file = Path(source.fetch.file)
    in_project = paths.project / file
    return copy(in_project if in_project.exists() else file, part, source, "file")


def from_mirror(source: Source, part: Path, mirror: Path) -> Arrival:
    """Read the file that stands in for ``fetch.url``; no network is touched.

    Raises CatalogError when ``mirror.toml`` cannot be used, FetchError (``hors_miroir``)
    when the URL is not in it.
    """
    file = mirror_files(mirror).get(source.fetch.url)
    if file is None:
        url = public_url(source.fetch.url)
        raise FetchError(
            "hors_miroir",
            fr=f"L'adresse {url} de la source « {source.id} » n'est pas dans le miroir {mirror} : "
            "ajoutez-la à son « mirror.toml », ou retirez OPENDATA_MIRROR.",
            en=f"The address {url} of source “{source.id}” is not in the mirror {mirror}: "
            "add it to its “mirror.toml”, or unset OPENDATA_MIRROR.",
        )
    return copy(file, part, source, "mirror", url=source.fetch.url)


def mirror_files(mirror: Path) -> dict[str, Path]:
    """Which file stands in for which URL. Raises CatalogError when ``mirror.toml`` is unusable."""
    try:
        content = tomllib.loads((mirror / "mirror.toml").read_text(encoding="utf-8"))
    except OSError as problem:
        raise _bad_mirror(
            mirror, "le fichier ne peut pas être lu", "the file cannot be read"
        ) from problem
    except ValueError as problem:
        raise _bad_mirror(
            mirror, f"ce n'est pas du TOML ({problem})", f"it is not TOML ({problem})"
        ) from problem
    entries = content.get("file", [])
    if not isinstance(entries, list):
        raise _bad_mirror(mirror, "« file » n'est pas une liste", "“file” is not a list")
    return dict(_mirror_entry(mirror, entry) for entry in entries)


def _mirror_entry(mirror: Path, entry: object) -> tuple[str, Path]:
    url, path = (entry.get("url"), entry.get("path")) if isinstance(entry, dict) else (None, None)
    if not (isinstance(url, str) and isinstance(path, str) and url and path):
        raise _bad_mirror(
            mirror,
            "une entrée « [[file]] » n'a pas ses deux textes « url » et « path »",
            "a “[[file]]” entry lacks its two texts “url” and “path”",
        )
    inside = os.path.normpath(path)
    if Path(path).is_absolute() or Path(inside).parts[:1] == ("..",):
        raise _bad_mirror(
            mirror, f"« {path} » sort du dossier du miroir", f"“{path}” leaves the mirror's folder"
        )
    return url, mirror / inside


def _bad_mirror(mirror: Path, fr: str, en: str) -> CatalogError:
    return CatalogError(
        "miroir_inutilisable",
        fr=f"{mirror / 'mirror.toml'} est inutilisable : {fr} ; le miroir est fait d'entrées "
        "« [[file]] » avec « url » et « path » (relatif au dossier), à corriger ou OPENDATA_MIRROR "
        "à retirer.",
        en=f"{mirror / 'mirror.toml'} cannot be used: {en}; a mirror is made of “[[file]]” entries "
        "with “url” and “path” (relative to the folder): correct it or unset OPENDATA_MIRROR.",
    )


def _unreadable(source: str, file: Path) -> FetchError:
    return FetchError(
        "fichier_absent",
        fr=f"Le fichier {file} de la source « {source} » est absent ou illisible : remettez-le en "
        "place, ou corrigez son chemin.",
        en=f"The file {file} of source “{source}” is absent or unreadable: put it back, or "
        "correct its path.",
    )
