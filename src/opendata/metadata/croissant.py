"""Croissant 1.0 (MLCommons): the files of a release and the records of the places."""

from collections.abc import Mapping
from typing import Any

from opendata.metadata.addresses import Addresses
from opendata.metadata.citation import citation
from opendata.metadata.texts import data_files, stated
from opendata.schema import SEPARATOR

_TYPES = {"string": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "date": "sc:Date",
          "datetime": "sc:DateTime", "boolean": "sc:Boolean"}  # fmt: skip
#: The context that the specification gives, word for word: readers compare it.
_CONTEXT: dict[str, Any] = {
    "@language": "fr", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs",
    "column": "cr:column", "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract",
    "field": "cr:field", "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path",
    "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex",
    "repeated": "cr:repeated", "replace": "cr:replace", "sc": "https://schema.org/",
    "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField",
    "transform": "cr:transform",
}  # fmt: skip


def croissant(package: Mapping[str, Any], where: Addresses) -> dict[str, Any]:
    """The release: its files, and a record set for every CSV."""
    files = data_files(package)
    publisher = package["contributors"][0]
    organization = stated(
        {"@type": "Organization", "name": publisher["title"], "url": package.get("homepage", "")}
    )
    return stated(
        {
            "@context": _CONTEXT,
            "@type": "sc:Dataset",
            "conformsTo": "http://mlcommons.org/croissant/1.0",
            "name": package["name"],
            "alternateName": package["title"],
            "description": package["description"],
            "citeAs": citation(package, where).fr,
            "url": where.page,
            "version": package["version"],
            "datePublished": package["created"],
            "dateModified": package["created"],
            "license": package["licenses"][0]["path"],
            "inLanguage": "fr",
            "keywords": list(package["keywords"]),
            "creator": organization,
            "publisher": organization,
            "distribution": [_file(one, where) for one in files],
            "recordSet": [_records(one) for one in files if one.get("type") == "table"],
        }
    )


def _file(resource: Mapping[str, Any], where: Addresses) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": resource["path"],
        "name": resource["path"],
        "description": resource["title"],
        "contentUrl": where.file(resource["path"]),
        "contentSize": f"{resource['bytes']} B",
        "encodingFormat": resource["mediatype"],
        "sha256": resource["hash"].removeprefix("sha256:"),
    }


def _records(resource: Mapping[str, Any]) -> dict[str, Any]:
    name, schema = resource["name"], resource["schema"]
    keys = schema.get("primaryKey") or []
    keys = [keys] if isinstance(keys, str) else keys
    return stated(
        {
            "@type": "cr:RecordSet",
            "@id": name,
            "name": name,
            "description": resource["title"],
            "key": [{"@id": f"{name}/{key}"} for key in keys],
            "field": [_field(name, resource["path"], one) for one in schema["fields"]],
        }
    )


def _field(records: str, path: str, field: Mapping[str, Any]) -> dict[str, Any]:
    source: dict[str, Any] = {
        "fileObject": {"@id": path},
        "extract": {"column": field["name"]},
    }
    described = {
        "@type": "cr:Field",
        "@id": f"{records}/{field['name']}",
        "name": field["name"],
        "description": field.get("description", ""),
        "dataType": _TYPES.get(field["type"], "sc:Text"),
        "source": source,
    }
    if field.get("multiple"):
        described["repeated"] = True
        source["transform"] = {"separator": SEPARATOR}
    return described
