"""schema.org/Dataset: what search engines read in a page, and beside the files."""

from collections.abc import Mapping
from typing import Any

from opendata.metadata.addresses import Addresses
from opendata.metadata.citation import citation
from opendata.metadata.coverage import covered
from opendata.metadata.texts import data_files, stated


def schema_org(package: Mapping[str, Any], where: Addresses) -> dict[str, Any]:
    """The dataset and its downloads; entries without a value are left out."""
    publisher = package["contributors"][0]
    organization = stated(
        {
            "@type": "Organization",
            "name": publisher["title"],
            "url": package.get("homepage", ""),
            "email": publisher.get("email", ""),
        }
    )
    return stated(
        {
            "@context": "https://schema.org/",
            "@type": "Dataset",
            "@id": where.dataset if where.dataset.startswith("http") else "",
            "identifier": package["name"],
            "name": package["title"],
            "alternateName": package.get("title_en", ""),
            "description": package["description"],
            "url": where.page,
            "version": package["version"],
            "datePublished": package["created"],
            "dateModified": package["created"],
            "license": package["licenses"][0]["path"],
            "isAccessibleForFree": True,
            "inLanguage": "fr",
            "keywords": list(package["keywords"]),
            "creator": organization,
            "publisher": organization,
            "spatialCoverage": _place(package),
            "temporalCoverage": "{start}/{end}".format(**package["opendata"]["temporal"]),
            "creditText": citation(package, where).fr,
            "isBasedOn": [source["path"] for source in package["sources"] if source.get("path")],
            "distribution": [_download(one, where) for one in data_files(package)],
        }
    )


def _place(package: Mapping[str, Any]) -> dict[str, Any]:
    extra = package["opendata"]
    box = extra.get("bbox") or []
    shape = {}
    if box:
        west, south, east, north = box
        shape = {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}
    return stated({"@type": "Place", "name": covered(package), "geo": shape})


def _download(resource: Mapping[str, Any], where: Addresses) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": resource["title"],
        "contentUrl": where.file(resource["path"]),
        "encodingFormat": resource["mediatype"],
        "contentSize": f"{resource['bytes']} B",
        "sha256": resource["hash"].removeprefix("sha256:"),
    }
