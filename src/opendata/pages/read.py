"""What the pages are made from: a release as its files tell it, and the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opendata.catalog import load_catalogue
from opendata.errors import CatalogError
from opendata.files import read_json, sha256_of
from opendata.licences import licences
from opendata.metadata.coverage import spatial_of
from opendata.metadata.texts import METADATA
from opendata.model import Catalogue
from opendata.paths import Paths
from opendata.publish.checksums import FILE as CHECKSUMS

#: Files whose hash is elsewhere, or nowhere: the descriptor and the checksums themselves.
_BESIDE = (
    ("datapackage.json", "Métadonnées (Data Package v2)", "Metadata (Data Package v2)", "json"),
    (CHECKSUMS, "Empreintes de tous les fichiers", "Checksums of every file", "txt"),
)


@dataclass(frozen=True)
class Shown:
    """One release to be shown: its descriptor, its report, its folder."""

    folder: Path
    package: Mapping[str, Any]
    report: Mapping[str, Any]
    catalogue: Catalogue

    @property
    def readable(self) -> bool:
        """Whether its descriptor and its report are there, and whole."""
        return "name" in self.package and bool(self.report)

    @property
    def dataset(self) -> str:
        return str(self.package["name"])

    @property
    def version(self) -> str:
        return self.folder.name


def catalogue_of(paths: Paths) -> Catalogue:
    """The catalogue; a general one while its file has a slip (a run stops at that by itself)."""
    try:
        return load_catalogue(paths)
    except CatalogError:
        return Catalogue()


def release_of(folder: Path, catalogue: Catalogue) -> Shown:
    """A release, from its folder."""
    return Shown(
        folder,
        _complete(read_json(folder / "datapackage.json")),
        read_json(folder / "rapport.json"),
        catalogue,
    )


def _complete(package: dict[str, Any]) -> dict[str, Any]:
    """The descriptor with what those of older releases do not say."""
    extra = package.get("opendata") or {}
    day = str(package.get("version", ""))[:10]
    codes = extra.get("territory") or []
    unsaid = {
        "url": "",
        "spatial": spatial_of(codes, None),
        "bbox": [],
        "temporal": {"start": day, "end": day},
        "frequency": "UNKNOWN",
    }
    return {**package, "opendata": unsaid | extra}


def seal(folder: Path) -> str:
    """A hash of a release's files."""
    return sha256_of(folder / CHECKSUMS)


def about_catalogue(catalogue: Catalogue) -> dict[str, str]:
    """What every page says of the catalogue."""
    return {
        "title": catalogue.title,
        "title_en": catalogue.title_en,
        "description": catalogue.description,
        "description_en": catalogue.description_en,
        "publisher": catalogue.publisher,
        "publisher_url": catalogue.publisher_url,
        "contact": catalogue.contact,
        "canonical": catalogue.url,
    }


def about_dataset(shown: Shown, page: str = "") -> dict[str, Any]:
    """What every page about a release says of it, and of the catalogue it is in; ``page`` is the
    name of its file ("" for the index)."""
    package, url = shown.package, shown.catalogue.url
    return {
        "id": package["name"],
        "title": package["title"],
        "title_en": package["title_en"],
        "demonstration": package["opendata"]["demonstration"],
        "version": package["version"],
        "created": package["created"],
        "licence": licence_of(package),
        "canonical": f"{url}{package['name']}/{page}" if url else "",
        "catalogue": about_catalogue(shown.catalogue),
    }


def licence_of(package: Mapping[str, Any]) -> dict[str, str]:
    """The licence of a release, with its titles."""
    licence = package["licenses"][0]
    title = licences()[licence["name"]].title
    return {"id": licence["name"], "title": title.fr, "title_en": title.en, "url": licence["path"]}


def files_of(shown: Shown, *, metadata: bool) -> list[dict[str, Any]]:
    """The files of a release: its data, or what describes them."""
    files = [
        {
            "name": one["path"],
            "title_fr": one["title"],
            "title_en": one["title_en"],
            "format": one["format"],
            "bytes": one["bytes"],
            "sha256": one["hash"].removeprefix("sha256:"),
        }
        for one in shown.package["resources"]
        if (one.get("role") == METADATA) is metadata
    ]
    if metadata:
        files = [*(_beside(shown.folder, *told) for told in _BESIDE), *files]
    return files


def _beside(folder: Path, name: str, fr: str, en: str, kind: str) -> dict[str, Any]:
    path = folder / name
    size = path.stat().st_size if path.is_file() else 0
    return {"name": name, "title_fr": fr, "title_en": en, "format": kind, "bytes": size,
            "sha256": ""}  # fmt: skip
