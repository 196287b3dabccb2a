"""What people decided: ``catalog/decisions/<dataset>.toml``.

Three kinds of entries: ``[[pair]]``, two rows that are one place or two; ``[[tolerance]]``, a
gate that lets more through; ``[[release]]``, what was done with a release. Commands add to the
file, stewards may edit it.
"""

import datetime
import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

from opendata.catalog.appending import append_entries, entry_text
from opendata.catalog.corrections import parse_target
from opendata.catalog.toml import Kinds, TomlFile
from opendata.model import Decisions, Gate, PairDecision, ReleaseDecision, Tolerance
from opendata.paths import Paths

#: The tolerances of a dataset that a decision may replace: the keys of its ``[gate]``.
GATES = tuple(field.name for field in fields(Gate) if field.name != "moved_m")
ANSWERS = ("same", "different")
ACTIONS: tuple[str, ...] = get_args(get_type_hints(ReleaseDecision)["action"])

#: Source and key of a row, as ``passerelle.csv`` has them.
Row = tuple[str, str]

_SIGNED: Kinds = {"reason": str, "author": str, "date": (datetime.date, str)}
_PAIR: Kinds = {"rows": list, "names": list, "answer": str, **_SIGNED}
_TOLERANCE: Kinds = {
    "gate": str, "value": (float, int), "subject": str, "until": (datetime.date, str), **_SIGNED,
}  # fmt: skip
_RELEASE: Kinds = {"action": str, "version": str, "content": str, **_SIGNED}

_HEADER = """\
# Decisions: pairs of rows judged to be one place or two, tolerances of the gate, what was done
# with releases. Of two answers about one pair the last in the file counts (docs/how-to.md).
"""


def decisions_path(dataset: str, paths: Paths) -> Path:
    """The file of a dataset's decisions, whether it exists or not."""
    return paths.catalog / "decisions" / f"{dataset}.toml"


def load_decisions(dataset_id: str, paths: Paths) -> Decisions:
    """The decisions of a dataset, in the order of the file; none where it has no file.

    ``pairs`` holds the last answer about each pair. Raises CatalogError for an entry that is
    incomplete or wrong. A row may be of a source that the dataset has no more.
    """
    path = decisions_path(dataset_id, paths)
    if not path.is_file():
        return Decisions()
    return _decisions(TomlFile(path, paths.catalog))


def parse_row(text: str) -> Row | None:
    """Source and key of ``source:key``, None for anything else; the key on one line."""
    named = parse_target(text.strip())
    key = " ".join(named[1].split()) if named else ""
    return (named[0], key) if named and key else None


def row_text(row: Row) -> str:
    """A row as :func:`parse_row` reads it."""
    return ":".join(row)


def answers_by_pair(pairs: Iterable[PairDecision]) -> dict[frozenset[Row], PairDecision]:
    """The answer that counts about each pair, whichever of its rows is named first."""
    last: dict[frozenset[Row], PairDecision] = {}
    for one in pairs:
        last.pop(frozenset(one.rows), None)  # the order is that of the answers that count
        last[frozenset(one.rows)] = one
    return last


def append_pair(dataset_id: str, entry: PairDecision, paths: Paths) -> Path:
    """Write an answer at the end of the file (see :func:`append_pairs`)."""
    return append_pairs(dataset_id, (entry,), paths)


def append_pairs(dataset_id: str, entries: Sequence[PairDecision], paths: Paths) -> Path:
    """Write answers at the end of the file, all of them at once; what is there stays.

    This and the two below raise CatalogError, and change nothing, where an entry is wrong or
    the file already was; UsageError where it cannot be written.
    """
    return _append(dataset_id, [_pair_text(one) for one in entries], paths)


def append_tolerance(dataset_id: str, entry: Tolerance, paths: Paths) -> Path:
    """Write a tolerance at the end of the file."""
    values: dict[str, str | float] = {"gate": entry.gate, "value": entry.value}
    if entry.subject:
        values["subject"] = entry.subject
    values |= {"reason": entry.reason, "author": entry.author}
    days = {"until": entry.until} if entry.until else {}
    return _append(dataset_id, [entry_text("tolerance", values, **days, date=entry.date)], paths)


def append_release(dataset_id: str, entry: ReleaseDecision, paths: Paths) -> Path:
    """Write what was done with a release at the end of the file."""
    names = ("action", "version", "content", "reason", "author")
    values = {name: str(getattr(entry, name)) for name in names}
    return _append(dataset_id, [entry_text("release", values, date=entry.date)], paths)


def _append(dataset_id: str, entries: Sequence[str], paths: Paths) -> Path:
    path = decisions_path(dataset_id, paths)
    return append_entries(
        path,
        entries,
        paths,
        header=_HEADER,
        check=lambda raw: _decisions(TomlFile(path, paths.catalog, raw)),
    )


def _pair_text(one: PairDecision) -> str:
    return entry_text(
        "pair",
        {"rows": [row_text(row) for row in one.rows],
         **({"names": list(one.names)} if any(one.names) else {}),
         "answer": ANSWERS[not one.same], "reason": one.reason, "author": one.author},
        date=one.date,
    )  # fmt: skip


def _decisions(toml: TomlFile) -> Decisions:
    toml.check_keys(toml.data, {"pair": list, "tolerance": list, "release": list})
    pairs = answers_by_pair(_pair(toml, *one) for one in toml.entries("pair", _PAIR)).values()
    return Decisions(
        pairs=tuple(pairs),
        tolerances=tuple(_tolerance(toml, *one) for one in toml.entries("tolerance", _TOLERANCE)),
        releases=tuple(_release(toml, *one) for one in toml.entries("release", _RELEASE)),
        fingerprint=_fingerprint(pairs),
    )


def _fingerprint(pairs: Iterable[PairDecision]) -> str:
    """The same for the same answers, in whatever order they and their rows are written."""
    plain = sorted(
        [sorted(zip(one.rows, one.names, strict=True)), one.same, one.reason, one.author, one.date]
        for one in pairs
    )
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest() if plain else ""


def _pair(toml: TomlFile, where: str, entry: Mapping[str, Any]) -> PairDecision:
    _require(toml, where, entry, "rows", "answer")
    written = toml.texts(entry["rows"], f"{where}.rows")
    if len(written) != 2:
        raise toml.wrong(
            "paire_incomplete",
            f"« {where}.rows » nomme {len(written)} ligne(s), or une paire en a deux "
            '(exemple : ["hub-lo:1042", "france-services:37"]).',
            f"“{where}.rows” names {len(written)} row(s), but a pair has two "
            '(for example ["hub-lo:1042", "france-services:37"]).',
        )
    first, second = (_row(toml, text, f"{where}.rows") for text in written)
    if first == second:
        raise toml.wrong(
            "paire_identique",
            f"« {where}.rows » nomme deux fois la ligne « {row_text(first)} », or une paire est "
            "faite de deux lignes : corrigez l'une, ou retirez la paire.",
            f"“{where}.rows” names the row “{row_text(first)}” twice, but a pair is made of two "
            "rows: correct one of them, or remove the pair.",
        )
    if entry["answer"] not in ANSWERS:
        titles = {"même": "same", "différent": "different"}
        raise toml.not_allowed(f"{where}.answer", entry["answer"], ANSWERS, titles)
    named = toml.texts(entry.get("names", ("", "")), f"{where}.names")
    if len(named) != 2:
        raise toml.wrong(
            "paire_incomplete",
            f"« {where}.names » donne {len(named)} nom(s), or une paire en a deux, dans l'ordre "
            "de « rows » : complétez-les, ou retirez « names ».",
            f"“{where}.names” gives {len(named)} name(s), but a pair has two, in the order of "
            "“rows”: complete them, or remove “names”.",
        )
    signed = _signed(toml, where, entry)
    same = entry["answer"] == "same"
    return PairDecision((first, second), same, *signed, names=(named[0], named[1]))


def _row(toml: TomlFile, text: str, where: str) -> Row:
    row = parse_row(text)
    if row is None:
        raise toml.wrong(
            "ligne_illisible",
            f"« {where} » contient « {text} », or une ligne s'écrit « source:clé » "
            "(exemple : « hub-lo:1042 »).",
            f"“{where}” holds “{text}”, but a row is written “source:key” "
            "(for example “hub-lo:1042”).",
        )
    return row


def _tolerance(toml: TomlFile, where: str, entry: Mapping[str, Any]) -> Tolerance:
    _require(toml, where, entry, "gate", "value")
    gate, value = entry["gate"], float(entry["value"])
    if gate not in GATES:
        raise toml.not_allowed(f"{where}.gate", gate, GATES)
    highest = highest_value(gate)
    if not 0 <= value <= highest or not math.isfinite(value):
        up_to = ("de 0 à 100", "from 0 to 100") if highest == 100 else ("0 ou plus", "0 or more")
        raise toml.wrong(
            "nombre_hors_bornes",
            f"« {where}.value » vaut « {entry['value']} », or « {gate} » est un nombre {up_to[0]} "
            ": corrigez-le.",
            f"“{where}.value” is “{entry['value']}”, but “{gate}” is a number {up_to[1]}: "
            "correct it.",
        )
    until = toml.day(entry["until"], f"{where}.until") if "until" in entry else ""
    signed = _signed(toml, where, entry)
    return Tolerance(gate, value, entry.get("subject", "").strip(), until, *signed)


def highest_value(gate: str) -> float:
    """The most a tolerance can be: 100 for percents and points of percent."""
    return 100.0 if gate.endswith("_pct") else math.inf


def _release(toml: TomlFile, where: str, entry: Mapping[str, Any]) -> ReleaseDecision:
    _require(toml, where, entry, "action", "version")
    if "content" not in entry:
        # It may be empty (a release too old to have a fingerprint), but never forgotten.
        toml.require(entry, "content", where)
    if entry["action"] not in ACTIONS:
        raise toml.not_allowed(f"{where}.action", entry["action"], ACTIONS)
    signed = _signed(toml, where, entry)
    return ReleaseDecision(entry["action"], entry["version"], entry["content"], *signed)


def _require(toml: TomlFile, where: str, entry: Mapping[str, Any], *keys: str) -> None:
    for key in (*keys, *_SIGNED):
        toml.require(entry, key, where)


def _signed(toml: TomlFile, where: str, entry: Mapping[str, Any]) -> tuple[str, str, str]:
    """Reason, author and day of an entry."""
    return entry["reason"], entry["author"], toml.day(entry["date"], f"{where}.date")
