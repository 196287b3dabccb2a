"""The published schema and its closed lists, read once from ``schemas/``.

A field is defined in ``schemas/lieux.json`` and nowhere else: its CSV header, Parquet
type, constraints, normaliser, dictionary entry and page all follow from that entry.
A closed list is one CSV in ``schemas/vocabularies``; the pattern that checks a
multi-valued field against its list is derived here, never written twice.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from opendata.errors import CatalogError
from opendata.language import Text
from opendata.paths import schemas_folder

#: What separates the values of a multi-valued field, in every published file.
SEPARATOR = "|"
#: Of problems, worst first; a trace is kept in the ledger and not told.
SEVERITIES = ("error", "warning", "info", "trace")


@dataclass(frozen=True, slots=True)
class Field:
    """One published field. ``filled_by`` names the stage that gives it its value."""

    name: str
    title: Text
    description: Text
    type: str
    example: str
    constraints: Mapping[str, Any]
    normalise: str
    filled_by: str
    personal: bool
    multiple: bool
    standard: bool
    vocabulary: str


@dataclass(frozen=True, slots=True)
class Term:
    """One value of a closed list. ``extra`` holds the columns only some lists have."""

    value: str
    label: Text
    synonyms: tuple[str, ...]
    extra: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of issue: its severity, its sentence and the advice that goes with it."""

    code: str
    severity: str
    sentence: Text
    hint: Text


_LIGATURES = str.maketrans({"’": "'", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"})
_GAP = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Lower case, no accents, single spaces between words: how terms are compared."""
    return _GAP.sub(" ", unaccented(text).lower()).strip()


def unaccented(text: str) -> str:
    """The same letters without accents or ligatures, all else left as it is; ASCII only."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return text.encode("ascii", "ignore").decode("ascii")


@cache
def table_schema(name: str = "lieux") -> dict[str, Any]:
    """``schemas/<name>.json`` with the patterns of closed lists filled in.

    An entry with the key ``each`` stands for one field per term of that closed list, and a run
    of such entries for as many runs: ``{column}``, ``{value}``, ``{fr}`` and ``{en}`` in its
    texts are the term's suffix of column, value and labels.

    The result is shared: treat it as read-only.
    """
    path = schemas_folder() / f"{name}.json"
    try:
        schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as problem:
        raise CatalogError(
            "schema_illisible",
            fr=f"Le schéma {path.name} ne peut pas être lu ({problem}) : rétablissez-le.",
            en=f"The schema {path.name} cannot be read ({problem}): restore it.",
        ) from problem
    schema["fields"] = _one_per_term(schema["fields"])
    for field in schema["fields"]:
        if field.get("vocabulary"):
            values = "|".join(re.escape(term.value) for term in vocabulary(field["vocabulary"]))
            one = f"({values})"
            pattern = rf"^{one}(\|{one})*$" if field.get("multiple") else rf"^{one}$"
            # re.escape escapes spaces and dashes, which other engines refuse.
            pattern = re.sub(r"\\([ \-'&/«»,:;#~])", r"\1", pattern)
            field["constraints"] = {**field["constraints"], "pattern": pattern}
    return schema


def _one_per_term(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for each, run in groupby(entries, key=lambda entry: entry.get("each", "")):
        templates = list(run)
        if each:
            found += [_of_term(one, term) for term in vocabulary(each) for one in templates]
        else:
            found += templates
    return found


def _of_term(template: dict[str, Any], term: Term) -> dict[str, Any]:
    words = {"column": column_suffix(term.value), "value": term.value, **term.label._asdict()}
    return {
        key: text.format(**words) if isinstance(text, str) else text
        for key, text in template.items()
        if key != "each"
    }


def column_suffix(value: str) -> str:
    """The end of the name of a column about one term of a closed list: ``tiers_lieu``."""
    return value.replace("-", "_")


@cache
def fields() -> dict[str, Field]:
    """The published fields by name, in the order of publication."""
    return {
        entry["name"]: Field(
            name=entry["name"],
            title=Text(entry["title"], entry["title_en"]),
            description=Text(entry["description"], entry["description_en"]),
            type=entry["type"],
            example=entry["example"],
            constraints=entry["constraints"],
            normalise=entry["normalise"],
            filled_by=entry["filled_by"],
            personal=entry["personal"],
            multiple=entry.get("multiple", False),
            standard=entry["standard"],
            vocabulary=entry.get("vocabulary", ""),
        )
        for entry in table_schema()["fields"]
    }


def standard_fields() -> tuple[str, ...]:
    """The 32 columns of the national standard v1.0.2, in its order."""
    return tuple(name for name, field in fields().items() if field.standard)


def vocabulary_rows(name: str) -> list[dict[str, str]]:
    """The lines of ``schemas/vocabularies/<name>.csv`` as they are (:class:`CatalogError`)."""
    path = schemas_folder() / "vocabularies" / f"{name}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle))
    except OSError as problem:
        raise CatalogError(
            "vocabulaire_illisible",
            fr=f"La liste {path.name} ne peut pas être lue ({problem.strerror}) : rétablissez-la.",
            en=f"The list {path.name} cannot be read ({problem.strerror}): restore it.",
        ) from problem


@cache
def vocabulary(name: str) -> tuple[Term, ...]:
    """The terms of one closed list, in the order of its file."""
    known = {"value", "fr", "en", "synonyms"}
    return tuple(
        Term(
            value=row["value"],
            label=Text(row["fr"], row["en"]),
            synonyms=tuple(filter(None, (row.get("synonyms") or "").split(SEPARATOR))),
            extra={key: value for key, value in row.items() if key not in known},
        )
        for row in vocabulary_rows(name)
    )


@cache
def labels_of(name: str) -> dict[str, Text]:
    """Value -> label of a closed list; nothing for the list of no name."""
    return {term.value: term.label for term in vocabulary(name)} if name else {}


@cache
def accepted_terms(name: str) -> dict[str, str]:
    """Folded spelling, synonym or label -> value of the closed list ``name``."""
    accepted: dict[str, str] = {}
    for term in vocabulary(name):
        for spelling in (term.value, *term.label, *term.synonyms):
            accepted.setdefault(fold(spelling), term.value)
    return accepted


@cache
def problems() -> dict[str, Problem]:
    """Every issue code, from ``schemas/vocabularies/problemes.csv``."""
    return {
        row["code"]: Problem(
            code=row["code"],
            severity=row["severity"],
            sentence=Text(row["fr"], row["en"]),
            hint=Text(row["hint_fr"], row["hint_en"]),
        )
        for row in vocabulary_rows("problemes")
    }
