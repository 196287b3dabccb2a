"""What the producer of a file should be told about it: one dictionary, one repaired table.

The page of ``opendata check``, its terminal summary and the file given back to the producer
all show what is counted here.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from opendata.files import rfc3339
from opendata.harvest import Harvest
from opendata.model import Source, columns_read
from opendata.report import general_sentence
from opendata.schema import SEPARATOR, SEVERITIES, fields, problems
from opendata.sentences import sentence
from opendata.tables import empty_text

#: Distinct values shown per kind of problem, and line numbers shown per value.
VALUES_SHOWN = 60
LINES_SHOWN = 12
_REFUSED_SHOWN = 500
#: Said of the mapping or of the file as a whole, not of what a row holds.
_NOT_REMARKS = ("colonne_non_lue", "valeur_non_retenue", "regle_sans_resultat")
_SILENT = ("sans_objet", "vide_declare")
#: Column of the repaired file that says what to look at in each row.
REMARKS = "remarques"


def diagnose(source: Source, found: Harvest) -> dict[str, Any]:
    """The account of a file: rows, problems worst first, rows set aside, fields, columns."""
    issues = found.issues
    unread = issues[issues["code"] == "colonne_non_lue"]
    snapshot = found.snapshot
    return {
        "source": source.id,
        "title": source.title,
        "publisher": source.publisher,
        "read_at": rfc3339(snapshot.fetched_at) if snapshot else "",
        "rows_in": found.rows_in,
        "accepted": found.accepted,
        "quarantined": found.rows_in - found.accepted,
        "message_fr": found.error_fr,
        "message_en": found.error_en,
        "problems": _kinds(issues[issues["code"] != "colonne_non_lue"]),
        "refused": _refused(found),
        "refused_total": found.rows_in - found.accepted,
        "fields": _fields(source, found),
        "unread": [
            {"column": str(line.value), "values": int(str(line.detail))}
            for line in unread.itertuples()
        ],
    }


def _kinds(issues: pd.DataFrame) -> list[dict[str, Any]]:
    """One entry per kind of problem and field, each distinct value once."""
    entries = []
    for (code, field), group in issues.groupby(["code", "field"], sort=True):
        problem = problems()[str(code)]
        values = _values(group)
        entries.append(
            {
                "code": str(code),
                "severity": problem.severity,
                "field": str(field),
                "fr": general_sentence(problem.sentence.fr),
                "en": general_sentence(problem.sentence.en),
                "hint_fr": problem.hint.fr,
                "hint_en": problem.hint.en,
                "count": len(group),
                "values": values[:VALUES_SHOWN],
                "more": max(0, len(values) - VALUES_SHOWN),
            }
        )
    return sorted(
        entries,
        key=lambda entry: (
            SEVERITIES.index(entry["severity"]), -entry["count"], entry["code"], entry["field"],
        ),
    )  # fmt: skip


def _values(group: pd.DataFrame) -> list[dict[str, Any]]:
    """The distinct values of one kind of problem, most frequent first, with their lines."""
    same = ["value", "published", "detail"]
    numbers = group.groupby(same, sort=False).ngroup()
    lines_of: dict[Any, list[int]] = group["row"].groupby(numbers).agg(sorted).to_dict()
    first = group.assign(number=numbers).loc[~numbers.duplicated()]
    entries = []
    for issue in first.itertuples():
        lines = lines_of[issue.number]
        entries.append(
            {
                "value": str(issue.value)[:300],
                "published": str(issue.published)[:300],
                "fr": sentence(issue, "fr"),
                "en": sentence(issue, "en"),
                "count": len(lines),
                "lines": lines[:LINES_SHOWN],
            }
        )
    return sorted(entries, key=lambda entry: (-entry["count"], entry["lines"]))


def _refused(found: Harvest) -> list[dict[str, Any]]:
    known = problems()
    rows = found.table[found.table["refus"] != ""].head(_REFUSED_SHOWN)
    return [
        {
            "line": line,
            "key": str(row["id"]),
            "name": str(row["nom"]),
            "fr": " ; ".join(general_sentence(known[code].sentence.fr) for code in codes),
            "en": "; ".join(general_sentence(known[code].sentence.en) for code in codes),
        }
        for line, row in zip(rows.index.tolist(), rows.to_dict("records"), strict=True)
        for codes in [str(row["refus"]).split(SEPARATOR)]
    ]


def _fields(source: Source, found: Harvest) -> list[dict[str, Any]]:
    """The account of each mapped field, with the columns of the file it is read from.

    ``silent`` are the explained values that were never meant for the field: boxes left
    unticked, texts in which no rule found a word.
    """
    silent = found.ledger[found.ledger["code"].isin(_SILENT)].groupby("field")["row"].nunique()
    return [
        {
            "field": name,
            "fr": field.title.fr,
            "en": field.title.en,
            "columns": list(columns_read(source.mapping.get(name, ()))),
            "silent": int(silent.get(name, 0)),
            **found.accounts[name],
        }
        for name, field in fields().items()
        if name in found.accounts and found.accounts[name]["source_values"]
    ]


def repaired(raw: pd.DataFrame, source: Source, found: Harvest) -> pd.DataFrame:
    """The producer's own table with its cells put right, and a column of remarks in French.

    A column that one field takes as it is gets the published value of that field; a cell
    that could not be read is left as it was, and its remark says why.
    """
    table = raw.copy()
    for column, field in _direct_columns(source).items():
        if column in table and field in found.table:
            right = found.table[field].reindex(raw.index)
            table[column] = table[column].mask((right != "") & (table[column] != ""), right)
    return table.assign(**{REMARKS: _remarks(found, raw.index)})


def _direct_columns(source: Source) -> Mapping[str, str]:
    """Columns that one field alone reads, whole and untranslated: column -> field."""
    readers: dict[str, set[str]] = {}
    for field, rules in source.mapping.items():
        for rule in rules:
            for column in rule.columns:
                readers.setdefault(column, set()).add(field)
    direct = {}
    for field, rules in source.mapping.items():
        about = fields()[field]
        plain = len(rules) == 1 and rules[0].kind == "column"
        kept_as_text = about.type != "number" and not about.vocabulary
        if plain and kept_as_text and not (rules[0].pattern or rules[0].values is not None):
            direct[rules[0].columns[0]] = field
    return {column: field for column, field in direct.items() if readers[column] == {field}}


def _remarks(found: Harvest, rows: pd.Index) -> pd.Series:
    issues = found.issues
    issues = issues[(issues["row"] > 0) & ~issues["code"].isin(_NOT_REMARKS)]
    if issues.empty:
        return empty_text(rows)
    same = ["field", "code", "value", "published", "detail"]
    distinct = issues.loc[~issues.duplicated(same)]
    said = {
        tuple(getattr(issue, name) for name in same): _remark(issue)
        for issue in distinct.itertuples()
    }
    keys = pd.Series(list(issues[same].itertuples(index=False, name=None)), index=issues["row"])
    texts = keys.map(said).groupby(level=0).agg(" ; ".join)
    return texts.reindex(rows).fillna("").astype("str")


def _remark(issue: Any) -> str:
    field = fields().get(issue.field)
    return f"{field.title.fr if field else issue.field} : {sentence(issue, 'fr')}"
