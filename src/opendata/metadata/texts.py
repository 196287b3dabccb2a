"""What the documents share: how JSON is laid out, which files they speak of."""

import json
from collections.abc import Mapping
from typing import Any

#: Role of the resources that describe the others: no document speaks of them.
METADATA = "metadata"


def json_text(content: Mapping[str, Any]) -> str:
    """Indented JSON, accents as they are, a newline at the end."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def data_files(package: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The resources of a descriptor but those that describe the others."""
    return [one for one in package["resources"] if one.get("role") != METADATA]


def stated(values: Mapping[str, Any]) -> dict[str, Any]:
    """The entries that say something."""
    return {key: value for key, value in values.items() if value not in ("", None, [], {})}
