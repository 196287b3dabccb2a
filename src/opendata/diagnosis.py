"""What the producer of a file should be told about it: one dictionary.

The page of ``opendata check`` and its terminal summary show what is counted here.
"""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from opendata.files import rfc3339
from opendata.harvest import Harvest
from opendata.language import Text
from opendata.model import Source, columns_read
from opendata.plain_writing import as_people_write, told
from opendata.privacy import generic_emails, has_mobile
from opendata.report import general_sentence
from opendata.schema import SEPARATOR, SEVERITIES, fields, problems, vocabulary
from opendata.tables import column

#: Distinct values shown per kind of problem, and line numbers shown per value.
VALUES_SHOWN = 60

LINES_SHOWN = 12

_REFUSED_SHOWN = 500

#: Terms of a closed list shown beside the values that are not in it.
_TERMS_SHOWN = 12

_SILENT = ("sans_objet", "vide_declare")


def diagnose(
    source: Source, found: Harvest, present: Collection[str] | None = None
) -> dict[str, Any]:
    """The account of a file: rows, problems worst first, rows set aside, fields, columns.

    ``present`` are the columns of the file; those that a rule reads and that are not there
    are then not named.
    """
    issues = found.issues
    columns = _columns_of_fields(source, present)
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
        "problems": _kinds(issues[issues["code"] != "colonne_non_lue"], columns),
        "refused": _refused(found),
        "refused_total": found.rows_in - found.accepted,
        "fields": _fields(columns, found),
        "withheld": _withheld(found),
        "unread": [
            {"column": str(line.value), "values": int(str(line.detail))}
            for line in unread.itertuples()
        ],
    }


def _columns_of_fields(source: Source, present: Collection[str] | None) -> dict[str, list[str]]:
    """The columns of the file that each field is read from, in the order of its rules."""
    return {
        field: [name for name in columns_read(rules) if present is None or name in present]
        for field, rules in source.mapping.items()
    }


#: Codes whose published value is another cell's: it does not repair the one that is shown.
_NO_REPAIR = frozenset(("valeur_non_retenue",))
#: The contacts, and what tells a place's address from a person's.
_JUDGED_TOGETHER = ("telephone", "courriels", "nom", "commune")


def _withheld(found: Harvest) -> dict[str, int]:
    """Places whose contacts are a person's, which a dataset leaves out unless it says otherwise."""
    rows = found.table[found.table["refus"] == ""] if len(found.table) else found.table
    rows = rows.assign(**{name: column(rows, name) for name in _JUDGED_TOGETHER})
    return {
        "courriels": int((generic_emails(rows) != rows["courriels"]).sum()),
        "telephone": int(has_mobile(rows).sum()),
    }


def _kinds(issues: pd.DataFrame, columns: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """One entry per kind of problem and field, each distinct value once."""
    entries = []
    for (code, field), group in issues.groupby(["code", "field"], sort=True):
        problem = problems()[str(code)]
        values = _values(group)
        about = fields().get(str(field))
        title = about.title if about else Text(str(field), str(field))
        entries.append(
            {
                "code": str(code),
                "severity": problem.severity,
                "field": str(field),
                "title_fr": title.fr,
                "title_en": title.en,
                "fr": general_sentence(problem.sentence.fr.replace("{field}", title.fr)),
                "en": general_sentence(problem.sentence.en.replace("{field}", title.en)),
                "hint_fr": problem.hint.fr,
                "hint_en": problem.hint.en,
                "columns": columns.get(str(field), []),
                **_allowed(str(code), str(field)),
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


def _allowed(code: str, field: str) -> dict[str, Any]:
    """The first terms of the closed list that a value is not in, and how many it has."""
    about = fields().get(field)
    if code != "hors_vocabulaire" or about is None or not about.vocabulary:
        return {"allowed": [], "allowed_total": 0}
    terms = [term.value for term in vocabulary(about.vocabulary)]
    return {"allowed": terms[:_TERMS_SHOWN], "allowed_total": len(terms)}


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
                "published": ""
                if issue.code in _NO_REPAIR
                else as_people_write(str(issue.field), str(issue.published))[:300],
                "fr": told(issue, "fr"),
                "en": told(issue, "en"),
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


def _fields(columns: Mapping[str, list[str]], found: Harvest) -> list[dict[str, Any]]:
    """The account of each mapped field, with the columns of the file it is read from.

    ``silent`` are the explained values that were never meant for the field: boxes left
    unticked, texts in which no rule found a word, and no other cell said anything either.
    """
    silent = found.ledger[found.ledger["code"].isin(_SILENT)]
    return [
        {
            "field": name,
            "fr": field.title.fr,
            "en": field.title.en,
            "columns": columns.get(name, []),
            "silent": _unfilled(found, name, silent.loc[silent["field"] == name, "row"]),
            **found.accounts[name],
        }
        for name, field in fields().items()
        if name in found.accounts and found.accounts[name]["source_values"]
    ]


def _unfilled(found: Harvest, name: str, rows: pd.Series) -> int:
    """How many of these rows have no value of a field."""
    values = found.table.loc[rows.unique(), name]
    return int((values.isna() | (values == "")).sum())
