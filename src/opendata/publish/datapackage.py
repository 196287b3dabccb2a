"""The Data Package v2 descriptor of a release.

Besides what the standard asks, the block ``opendata`` records the fingerprints that let
the next run say whether anything changed, and the vintage of the commune reference.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from opendata.files import rfc3339, sha256_of
from opendata.licences import licences
from opendata.model import Artifact, Licence, Release, Source

NAME = "datapackage"
FILE = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def write(release: Release, folder: Path, artifacts: Iterable[Artifact]) -> None:
    """``datapackage.json``, describing the files already in ``folder``."""
    text = json.dumps(descriptor(release, folder, artifacts), ensure_ascii=False, indent=1)
    (folder / FILE).write_text(text + "\n", encoding="utf-8", newline="")


def descriptor(release: Release, folder: Path, artifacts: Iterable[Artifact]) -> dict[str, Any]:
    """The descriptor as a dictionary, in the order reusers read it."""
    dataset = release.dataset
    contributor = {"title": dataset.publisher or dataset.title, "roles": ["publisher"]}
    if dataset.contact:
        contributor["email"] = dataset.contact
    package: dict[str, Any] = {
        "$schema": PROFILE,
        "name": dataset.id,
        "title": dataset.title,
        "title_en": dataset.title_en,
        "description": dataset.description,
        "description_en": dataset.description_en,
        "version": release.version,
        "created": rfc3339(release.created),
        "licenses": [licence_entry(release.licence)],
        "sources": [_source_entry(source) for source in release.sources],
        "contributors": [contributor],
        "keywords": ["lieux numériques", "médiation numérique", "tiers-lieux", "open data"],
        "resources": [_resource(artifact, folder) for artifact in artifacts],
        "opendata": {
            "demonstration": dataset.demonstration,
            "territory": list(dataset.territory),
            "licence_reason": release.licence_reason.fr,
            "licence_reason_en": release.licence_reason.en,
            "reference": release.reference.fr,
            "inputs": release.inputs,
            "content": release.content,
        },
    }
    if dataset.homepage:
        package["homepage"] = dataset.homepage
    return package


def licence_entry(licence: Licence) -> dict[str, str]:
    """A licence as the Data Package standard writes it."""
    return {"name": licence.id, "path": licence.url, "title": licence.title.fr}


def _source_entry(source: Source) -> dict[str, Any]:
    entry: dict[str, Any] = {"title": source.title, "licence": source.licence}
    entry["licence_title"] = licences()[source.licence].title.fr
    if source.attribution:
        entry["attribution"] = source.attribution
    if source.homepage or source.fetch.url:
        entry["path"] = source.homepage or source.fetch.url
    return entry


def _resource(artifact: Artifact, folder: Path) -> dict[str, Any]:
    path = folder / artifact.path
    resource: dict[str, Any] = {
        "name": artifact.name,
        "path": artifact.path,
        "title": artifact.title.fr,
        "title_en": artifact.title.en,
        "format": artifact.format,
        "mediatype": artifact.mediatype,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256_of(path)}",
    }
    if artifact.description is not None:
        resource["description"] = artifact.description.fr
        resource["description_en"] = artifact.description.en
    if artifact.format in ("csv", "geojson", "json", "html"):
        resource["encoding"] = "utf-8"
    if artifact.schema is not None and artifact.format == "csv":
        resource["type"] = "table"
        resource["dialect"] = {"delimiter": ",", "lineTerminator": "\r\n", "header": True}
        resource["schema"] = artifact.schema
    return resource
