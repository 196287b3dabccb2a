"""CSV on the Web (W3C, 2015): the columns of every CSV of a release, for ``csvw`` readers.

The name ``csv-metadata.json`` is one that a reader looks for by itself beside a CSV.
"""

from collections.abc import Mapping
from typing import Any

from opendata.metadata.texts import data_files, stated
from opendata.schema import SEPARATOR

_TYPES = {"string": "string", "integer": "integer", "number": "decimal", "date": "date",
          "datetime": "dateTime", "boolean": "boolean"}  # fmt: skip
_BOUNDS = ("minimum", "maximum", "minLength", "maxLength")


def csvw(package: Mapping[str, Any]) -> dict[str, Any]:
    """The table group of a release, every table with the dialect of our CSV."""
    tables = [_table(one) for one in data_files(package) if one.get("type") == "table"]
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "fr"}],
        "dc:title": package["title"],
        "dc:description": package["description"],
        "dc:publisher": package["contributors"][0]["title"],
        "dc:license": {"@id": package["licenses"][0]["path"]},
        "dc:modified": package["created"],
        "schema:version": package["version"],
        "dialect": {"delimiter": ",", "header": True, "encoding": "utf-8",
                    "lineTerminators": ["\r\n"], "quoteChar": '"', "doubleQuote": True},
        "tables": tables,
    }  # fmt: skip


def _table(resource: Mapping[str, Any]) -> dict[str, Any]:
    schema = resource["schema"]
    key = schema.get("primaryKey") or []
    return {
        "url": resource["path"],
        "dc:title": resource["title"],
        "tableSchema": stated(
            {
                "columns": [_column(field) for field in schema["fields"]],
                "primaryKey": [key] if isinstance(key, str) else list(key),
            }
        ),
    }


def _column(field: Mapping[str, Any]) -> dict[str, Any]:
    rules = field.get("constraints", {})
    multiple = bool(field.get("multiple"))
    column = {
        "name": field["name"],
        "titles": field["name"],
        "dc:title": field.get("title", ""),
        "dc:description": field.get("description", ""),
        "datatype": _datatype(field, rules, multiple),
        "required": bool(rules.get("required")),
        "null": "",
    }
    if multiple:
        column["separator"] = SEPARATOR
    return column


def _datatype(
    field: Mapping[str, Any], rules: Mapping[str, Any], multiple: bool
) -> str | dict[str, Any]:
    base = _TYPES.get(field["type"], "string")
    told: dict[str, Any] = {"base": base}
    if base == "boolean":
        told["format"] = f"{field['trueValues'][0]}|{field['falseValues'][0]}"
    # A pattern or a length is about the whole cell; of a list, CSVW reads it for each value.
    elif not multiple:
        told |= {name: rules[name] for name in _BOUNDS if name in rules}
        if base == "string" and rules.get("pattern"):
            told["format"] = rules["pattern"]
    return told if len(told) > 1 else base
