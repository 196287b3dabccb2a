"""What the documents share: how JSON is laid out, which files they speak of."""

from collections.abc import Mapping
from typing import Any

#: Role of the resources that describe the others: no document speaks of them.
METADATA = "metadata"
#: Role of the sources that are reference data, not places.
REFERENCE = "reference"


def json_text(content: Mapping[str, Any]) -> str:
    """Indented JSON, accents as they are, a newline at the end."""
    # The schemas of a hundred columns, four times over: a tenth of a second with ``json``.
    import orjson

    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def data_files(package: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The resources of a descriptor but those that describe the others."""
    return [one for one in package["resources"] if one.get("role") != METADATA]


def stated(values: Mapping[str, Any]) -> dict[str, Any]:
    """The entries that say something."""
    return {key: value for key, value in values.items() if value not in ("", None, [], {})}
