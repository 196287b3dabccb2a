"""The page of ``opendata check``: what a producer can be sent about a file."""

import base64
from collections.abc import Mapping
from typing import Any

from opendata.language import Text
from opendata.site.summary import State
from opendata.site.wording import counted

#: Beyond this a browser is slow to open a page that carries the repaired file.
LARGEST_EMBEDDED_BYTES = 15_000_000

_REFUSED = (
    "ligne ne peut pas être publiée|lignes ne peuvent pas être publiées",
    "row cannot be published|rows cannot be published",
)
_ERRORS = ("erreur est à corriger|erreurs sont à corriger", "error to correct|errors to correct")
_WARNINGS = ("valeur est à vérifier|valeurs sont à vérifier", "value to check|values to check")


def page_values(check: Mapping[str, Any], repaired: bytes) -> dict[str, Any]:
    """What the template needs beside the diagnosis itself."""
    fields = check["fields"]
    return {
        "check": check,
        "verdict": _verdict(check),
        "download": _download(repaired),
        "titles": {entry["field"]: Text(entry["fr"], entry["en"]) for entry in fields},
        "values": {
            "stated": sum(entry["source_values"] - entry["silent"] for entry in fields),
            "published": sum(entry["published_values"] for entry in fields),
        },
    }


def _verdict(check: Mapping[str, Any]) -> State:
    """The file in one sentence; ``calm`` when its producer has nothing to do."""
    counts = {"error": 0, "warning": 0}
    for problem in check["problems"]:
        if problem["severity"] in counts:
            counts[problem["severity"]] += problem["count"]
    concerns = [
        counted(count, *nouns)
        for count, nouns in (
            (check["quarantined"], _REFUSED),
            (counts["error"], _ERRORS),
            (counts["warning"], _WARNINGS),
        )
        if count
    ]
    if not concerns:
        rows = counted(check["rows_in"], "ligne|lignes", "row|rows")
        return State(
            True, Text(f"Rien à corriger dans {rows.fr}.", f"Nothing to correct in {rows.en}.")
        )
    fr = ", ".join(one.fr for one in concerns)
    en = ", ".join(one.en for one in concerns)
    return State(False, Text(f"{fr[0].upper()}{fr[1:]}.", f"{en[0].upper()}{en[1:]}."))


def _download(repaired: bytes) -> dict[str, Any] | None:
    if not repaired or len(repaired) > LARGEST_EMBEDDED_BYTES:
        return None
    encoded = base64.b64encode(repaired).decode("ascii")
    return {"href": f"data:text/csv;charset=utf-8;base64,{encoded}", "bytes": len(repaired)}
