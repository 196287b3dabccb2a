"""What a row of a source said, field by field, and what became of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from opendata.catalog import load_corrections
from opendata.corrections import Fate, correct
from opendata.fetch import last_copy
from opendata.files import rfc3339
from opendata.harvest import Harvest, harvest, read_copy
from opendata.model import Dataset, Source, columns_read
from opendata.paths import Paths
from opendata.schema import fields, problems
from opendata.sentences import sentence
from opendata.tables import cell_text, column, shown


def newest(source: Source, paths: Paths) -> Harvest:
    """The harvest of the last copy of a source; nothing is fetched."""
    last = replace(last_copy(source, paths), error_fr="", error_en="")
    return harvest(source, last, paths, keep_raw=True)


def of_release(source: Source, fetched_at: str, paths: Paths) -> Harvest | None:
    """The harvest of the copy that a release was made from, None when it is gone.

    ``fetched_at`` is the moment that the release's sources.csv gives: what was said of a row is
    said of its line in that copy, and a newer one may have other lines.
    """
    copies = last_copy(source, paths)
    same = tuple(one for one in copies.snapshots if rfc3339(one.fetched_at) == fetched_at)
    if not same:
        return None
    return harvest(source, replace(copies, snapshots=same), paths, keep_raw=True)


def corrected(source: Source, found: Harvest, dataset: Dataset, paths: Paths) -> Harvest:
    """A harvest once the corrections of a dataset are applied."""
    corrections, _ = load_corrections(dataset.id, dataset.sources, paths)
    return correct([source], [found], corrections)[0]


def lines_of(found: Harvest, key: str) -> list[int]:
    """The lines whose key is ``key``."""
    return [int(line) for line in found.table.index[column(found.table, "id") == key]]


def of_lines(found: Harvest, lines: list[int]) -> Harvest:
    """A harvest reduced to some of its lines, and what concerns the whole file."""
    return replace(
        found,
        table=found.table.loc[lines],
        originals=found.originals.loc[lines],
        ledger=found.ledger[found.ledger["row"].isin((0, *lines))],
    )


def is_about(expired: Fate, source: str, key: str, line: int | None) -> bool:
    """Whether an expired correction was made for a row."""
    one = expired.correction
    return one.source == source and (one.key == key if one.key else one.line == line)


def snapshot(found: Harvest) -> dict[str, str] | None:
    """The copy of the file that a harvest was made from."""
    if found.snapshot is None:
        return None
    return {
        "path": str(found.snapshot.path),
        "url": found.snapshot.url,
        "fetched_at": rfc3339(found.snapshot.fetched_at),
    }


def field_lines(
    source: Source, found: Harvest, line: int, place: dict[str, str], judged: pd.DataFrame
) -> list[dict[str, Any]]:
    """One entry per field the row says something of, or that something was said about.

    ``cells`` are those of the file that the field's rules look at, as they stand there;
    ``original`` is what the rules made of them.
    """
    told = set(judged["field"])
    row = _raw_row(source, found, line)
    entries = []
    for name in fields():
        original = str(found.originals.at[line, name]) if name in found.originals else ""
        value = cell_text(found.table.at[line, name]) if name in found.table else ""
        if not (original or value or name in told):
            continue
        entries.append(
            {
                "field": name,
                "cells": {
                    column: row[column]
                    for column in columns_read(source.mapping.get(name, ()))
                    if row.get(column)
                },
                "original": shown(original),
                "read": value,
                "published": place.get(name, ""),
                "rules": rules(judged[judged["field"] == name]),
            }
        )
    return entries


def _raw_row(source: Source, found: Harvest, line: int) -> dict[str, str]:
    raw = found.raw
    if raw is None and found.snapshot is not None:
        raw = read_copy(source, found.snapshot.path, found.snapshot)[0]
    if raw is None or line not in raw.index:
        return {}
    return {str(name): str(cell) for name, cell in raw.loc[line].items()}


def rules(issues: pd.DataFrame) -> list[dict[str, str]]:
    """Issues as plain values, each with its sentence."""
    known = problems()
    return [
        {
            "rule": str(issue.code),
            "severity": known[str(issue.code)].severity,
            "fr": sentence(issue, "fr"),
            "en": sentence(issue, "en"),
        }
        for issue in issues.itertuples()
    ]


def notable(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The fields where something happened: changed on the way, or judged by a rule."""
    return [
        entry
        for entry in entries
        if entry["rules"] or not (entry["original"] == entry["read"] == entry["published"])
    ]
