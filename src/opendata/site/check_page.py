"""The page of ``opendata check``: what a producer can be sent about a file."""

import base64
from collections.abc import Mapping
from typing import Any

from opendata.language import Text
from opendata.site.summary import State
from opendata.site.wording import counted

#: Beyond this a browser is slow to open a page that carries the repaired file.
LARGEST_EMBEDDED_BYTES = 15_000_000

#: Columns named beside a problem; the table of fields names them all.
_COLUMNS_SHOWN = 3

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
        "places": [_place(problem) for problem in check["problems"]],
        "proposals": [_proposes(problem) for problem in check["problems"]],
        "values": {
            "stated": sum(entry["source_values"] - entry["silent"] for entry in fields),
            "published": sum(entry["published_values"] for entry in fields),
        },
    }


def _place(problem: Mapping[str, Any]) -> Text:
    """Where a problem is: the producer's own columns, then the field in brackets."""
    names = problem["columns"]
    title = Text(_in_a_sentence(problem["title_fr"]), _in_a_sentence(problem["title_en"]))
    if not names:
        return Text(f"champ {title.fr}", f"field {title.en}") if title.fr else Text("", "")
    fr = ", ".join(f"« {name} »" for name in names[:_COLUMNS_SHOWN])
    en = ", ".join(f"“{name}”" for name in names[:_COLUMNS_SHOWN])
    more = len(names) - _COLUMNS_SHOWN
    if more > 0:
        others = counted(more, "autre|autres", "more")
        fr, en = f"{fr} et {others.fr}", f"{en} and {others.en}"
    plural = "s" if len(names) > 1 else ""
    return Text(f"colonne{plural} {fr} ({title.fr})", f"column{plural} {en} ({title.en})")


def _in_a_sentence(title: str) -> str:
    """A title without its capital, unless it begins with an acronym (SIRET, INSEE)."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _proposes(problem: Mapping[str, Any]) -> bool:
    return any(value["published"] for value in problem["values"])


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
