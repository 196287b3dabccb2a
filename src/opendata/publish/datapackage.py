"""The Data Package v2 descriptor of a release, and the documents that follow from it.

The descriptor is the one model of a release's metadata (``opendata.metadata``). Besides what the
standard asks, its block ``opendata`` says what the release covers, records the fingerprints that
let the next run say whether anything changed, and the vintage of the commune reference.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from opendata.files import rfc3339, sha256_of
from opendata.licences import licences
from opendata.metadata import DOCUMENTS, release_documents
from opendata.metadata.coverage import bbox_of, frequency_of, spatial_of, temporal_of
from opendata.metadata.texts import METADATA, REFERENCE, json_text
from opendata.model import Artifact, Credit, Licence, Release, Source

NAME = "datapackage"
FILE = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


#: Formats that are text although their media type does not say so.
_UTF8 = ("geojson", "json", "jsonld", "cff")
#: The files that people come for; the others explain them.
_MAIN = ("lieux", "indicateurs")


def write(release: Release, folder: Path, artifacts: Iterable[Artifact]) -> None:
    """``datapackage.json`` and the documents of ``opendata.metadata``, in ``folder``."""
    package = descriptor(release, folder, artifacts)
    for name, text in release_documents(package).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    package["resources"] += [
        _resource(document, folder) | {"role": METADATA} for document in DOCUMENTS
    ]
    (folder / FILE).write_text(json_text(package), encoding="utf-8", newline="")


def descriptor(release: Release, folder: Path, artifacts: Iterable[Artifact]) -> dict[str, Any]:
    """The descriptor as a dictionary, in the order reusers read it."""
    dataset, places = release.dataset, release.tables["lieux"]
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
        "sources": [*map(_source_entry, release.sources), *map(_credit_entry, release.credits)],
        "contributors": [contributor],
        "keywords": ["lieux numériques", "médiation numérique", "tiers-lieux", "open data"],
        "resources": [_resource(artifact, folder) for artifact in artifacts],
        "opendata": {
            "demonstration": dataset.demonstration,
            "url": release.catalogue.url,
            "territory": list(dataset.territory),
            "spatial": spatial_of(dataset.territory, places),
            "bbox": bbox_of(places),
            "temporal": temporal_of(places, release.day),
            "frequency": frequency_of(dataset.schedule),
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


def _credit_entry(credit: Credit) -> dict[str, Any]:
    """Reference data, told like a source: whoever reuses the release has to name it, too."""
    return {
        "title": credit.title.fr,
        "title_en": credit.title.en,
        "licence": credit.licence,
        "licence_title": licences()[credit.licence].title.fr,
        "attribution": credit.attribution,
        "path": credit.page,
        "role": REFERENCE,
    }


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
        "role": "main" if artifact.name.startswith(_MAIN) else "documentation",
    }
    if artifact.standard:
        resource["conformsTo"] = artifact.standard
    if artifact.description is not None:
        resource["description"] = artifact.description.fr
        resource["description_en"] = artifact.description.en
    if artifact.mediatype.startswith("text/") or artifact.format in _UTF8:
        resource["encoding"] = "utf-8"
    if artifact.schema is not None and artifact.format == "csv":
        resource["type"] = "table"
        resource["dialect"] = {"delimiter": ",", "lineTerminator": "\r\n", "header": True}
        resource["schema"] = artifact.schema
    return resource
