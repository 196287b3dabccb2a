"""What a steward needs to know about a release, as one dictionary (``rapport.json``).

The page, the terminal and the flow's artifacts all show this dictionary; nothing is
counted twice.
"""

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from opendata.assemble import Assembly
from opendata.harvest import Harvest
from opendata.language import Text
from opendata.licences import licences
from opendata.model import Dataset
from opendata.normalise.personal import for_anyone
from opendata.schema import SEPARATOR, SEVERITIES, fields, problems
from opendata.sentences import sentence
from opendata.tables import over_distinct

COUNTS = ("lignes_lues", "publiees", "fusionnees", "quarantaine", "hors_territoire")
#: What is counted of ``changements.csv``: name of the count -> value of ``changement``.
CHANGES = {
    "ajouts": "ajout",
    "suppressions": "suppression",
    "modifications": "modification",
    "deplacements": "deplacement",
    "fusions": "fusion",
    "reouvertures": "reouverture",
}
#: A point as ``changements`` writes it: "latitude, longitude".
_POINT = r"\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*"
MASK = "•••"
_EXAMPLES = 5
_QUARANTINE_SHOWN = 500


#: What a general sentence does without: brackets around values, the value after its noun.
_ASIDE = re.compile(r" \([^()]*…[^()]*\)")
_SUBJECT = re.compile(r"^((?:l'|le |la |les |the )\w+(?: \w+){0,2}?)(?<! de)(?<! of) … ", re.I)


def build_report(
    dataset: Dataset,
    version: str,
    created: str,
    places: pd.DataFrame,
    assembly: Assembly,
    harvests: Sequence[Harvest],
    changes: pd.DataFrame,
    reference: Text,
) -> dict[str, Any]:
    """The content of ``rapport.json``; plain values only, in a stable order."""
    return {
        "dataset": dataset.id,
        "title": dataset.title,
        "title_en": dataset.title_en,
        "version": version,
        "created": created,
        "demonstration": dataset.demonstration,
        "sources": _sources(assembly.sources, harvests),
        "total": {name: int(assembly.sources[name].astype(int).sum()) for name in COUNTS},
        "places": len(places),
        "precisions": _counts(places["geo_precision"]),
        "methodes": _counts(places["geo_methode"][places["geo_methode"] != ""]),
        "categories": category_counts(places),
        "champs": field_counts(places),
        "problemes": group_issues(without_personal_values(assembly.issues)),
        "changements": change_counts(changes),
        "references": {"communes": reference.fr},
        "quarantaine": _quarantine(assembly.quarantine),
    }


def _sources(accounts: pd.DataFrame, harvests: Sequence[Harvest]) -> list[dict[str, Any]]:
    lines = []
    for account, harvest in zip(accounts.to_dict("records"), harvests, strict=True):
        line: dict[str, Any] = {str(name): value for name, value in account.items()}
        line |= {name: int(line[name]) for name in COUNTS}
        line["licence_titre"] = licences()[line["licence"]].title.fr
        line["licence_titre_en"] = licences()[line["licence"]].title.en
        unpublished = problems()["licence_inconnue"] if line["etat"] == "non_publiee" else None
        line["message_fr"] = unpublished.sentence.fr if unpublished else harvest.error_fr
        line["message_en"] = unpublished.sentence.en if unpublished else harvest.error_en
        lines.append(line)
    return lines


def _counts(values: pd.Series) -> dict[str, int]:
    counts = values.value_counts()
    ordered = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    return {str(name): int(count) for name, count in ordered}


def category_counts(places: pd.DataFrame) -> dict[str, int]:
    """Places per category; a place of two categories counts in both."""
    return _counts(places["categories"].str.split(SEPARATOR).explode())


def field_counts(places: pd.DataFrame) -> list[dict[str, Any]]:
    """How many places have each field, and the share of places that is."""
    total = max(len(places), 1)
    lines = []
    for name, field in fields().items():
        filled = int((places[name] != "").sum())
        lines.append(
            {
                "champ": name,
                "titre": field.title.fr,
                "titre_en": field.title.en,
                "remplis": filled,
                "taux": round(100 * filled / total, 1),
            }
        )
    return lines


def change_counts(changes: pd.DataFrame) -> dict[str, int]:
    """Places added, removed, changed, moved, merged and published again.

    A place that moved is one that changed, too: the others are apart from each other.
    """
    places = changes.drop_duplicates(["lieu_id", "changement"])["changement"]
    counts = places.value_counts()
    return {name: int(counts.get(kind, 0)) for name, kind in CHANGES.items()}


def moves(lines: pd.DataFrame) -> pd.DataFrame:
    """The points of lines of ``changements`` that tell a move, on their index.

    Columns latitude_source and longitude_source (where it was), latitude and longitude (degrees,
    NaN for what is none), metres.
    """
    from opendata.geocode.points.geometry import distance_km

    ends = (lines["ancien"].str.extract(_POINT), lines["nouveau"].str.extract(_POINT))
    points = pd.concat(ends, axis=1).apply(pd.to_numeric, errors="coerce")
    points.columns = pd.Index(["latitude_source", "longitude_source", "latitude", "longitude"])
    told: pd.DataFrame = points.assign(
        metres=1000 * distance_km(*(points[name] for name in points))
    )
    return told


def without_personal_values(issues: pd.DataFrame) -> pd.DataFrame:
    """The same issues, fit for a page anyone can read: line numbers instead of contacts."""
    personal = issues["field"].isin([name for name, field in fields().items() if field.personal])
    shown = personal & (issues["value"] != "")
    # A contact may also stand in a field meant for something else.
    clear = {name: over_distinct(issues[name], for_anyone) for name in ("value", "detail")}
    return issues.assign(
        value=clear["value"].mask(shown, MASK),
        published=issues["published"].mask(personal, ""),
        detail=clear["detail"].mask(personal & (issues["detail"] != ""), MASK),
    )


def group_issues(issues: pd.DataFrame) -> list[dict[str, Any]]:
    """Issues of one source, kind and field as one entry, worst and most frequent first."""
    known = problems()
    entries = []
    for kind, group in issues.groupby(["source", "code", "field"], sort=True):
        source, code, field = map(str, kind)
        problem = known[code]
        shown = group.drop_duplicates("value").sort_values("row", kind="stable").head(_EXAMPLES)
        entries.append(
            {
                "source": source,
                "code": code,
                "severity": problem.severity,
                "champ": field,
                "phrase_fr": general_sentence(problem.sentence.fr),
                "phrase_en": general_sentence(problem.sentence.en),
                "conseil_fr": problem.hint.fr,
                "conseil_en": problem.hint.en,
                "nombre": len(group),
                "exemples": [_example(issue) for issue in shown.itertuples()],
            }
        )
    return sorted(
        entries,
        key=lambda entry: (
            SEVERITIES.index(entry["severity"]),
            -entry["nombre"],
            entry["source"],
            entry["code"],
        ),
    )


def general_sentence(sentence: str) -> str:
    """The sentence of a kind of issue, without the values of one case."""
    text = sentence.format(value="…", published="…", detail="…", field="…")
    text = _ASIDE.sub("", text)
    for opening, subject in (("« … »", "une valeur"), ("“…”", "a value")):
        if text.startswith(opening):
            text = subject + text.removeprefix(opening)
        text = text.replace(opening, "…")
    return _SUBJECT.sub(r"\1 ", text)


def _example(issue: Any) -> dict[str, Any]:
    return {
        "ligne": int(issue.row),
        "valeur": issue.value[:200],
        "phrase_fr": sentence(issue, "fr"),
        "phrase_en": sentence(issue, "en"),
    }


def _quarantine(quarantine: pd.DataFrame) -> list[dict[str, str]]:
    known = problems()
    shown = quarantine.head(_QUARANTINE_SHOWN)
    lines = []
    for record in shown.to_dict("records"):
        row = {str(name): str(value) for name, value in record.items()}
        codes = row["codes"].split(SEPARATOR)
        english = "; ".join(general_sentence(known[code].sentence.en) for code in codes)
        lines.append(
            {
                "source": row["source"],
                "ligne": row["ligne"],
                "cle": row["cle"],
                "nom": row["nom"],
                "raisons_fr": row["raisons"],
                "raisons_en": english,
            }
        )
    return lines
