"""What an imported source promises of its file."""

from collections.abc import Mapping
from typing import Any


def contract(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """What an imported source promises: the columns of its id and name, and its key."""
    required: dict[str, None] = {}
    for name in ("id", "nom"):
        rules = mapping[name] if isinstance(mapping[name], list) else [mapping[name]]
        for rule in rules:
            if not rule.get("optional"):
                required |= dict.fromkeys(
                    [rule["column"]] if "column" in rule else rule.get("join", ())
                )
    found: dict[str, Any] = {"required_columns": list(required), "min_rows": 1}
    if isinstance(mapping["id"], dict) and "column" in mapping["id"]:
        found["key"] = [mapping["id"]["column"]]
    return found
