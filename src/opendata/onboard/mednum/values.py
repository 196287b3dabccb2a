"""``colonne``, ``joindre``, ``dissocier`` and ``valeur``: entries that say where a value is."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from opendata.onboard.mednum.entries import (
    VALUE_KEYS,
    RuleTable,
    columns,
    is_value,
    separator,
    text,
)
from opendata.onboard.mednum.remarks import Remarks
from opendata.onboard.mednum.terms import known_term


def value_rules(
    target: str, key: str, entry: Mapping[str, Any], remarks: Remarks
) -> list[RuleTable]:
    """The rules of the field ``target`` for one entry of their ``key``."""
    kind = next(name for name in VALUE_KEYS if name in entry)
    if others := sorted(set(entry) - {kind}):
        remarks.not_carried(target, key, others)
    if kind == "colonne":
        return column_rules(columns(entry["colonne"], partial(remarks.not_understood, target, key)))
    if kind == "valeur":
        return _constant(target, key, entry["valeur"], remarks)
    inner = entry[kind]
    if not isinstance(inner, Mapping):
        remarks.not_understood(target, key, entry)
        return []
    if kind == "joindre":
        return _joined(target, key, inner, remarks)
    return _part(target, key, inner, remarks)


def column_rules(names: list[str]) -> list[RuleTable]:
    """The first of these columns that says something."""
    if len(names) > 1:
        return [{"first_of": names, "optional": True}]
    return [{"column": name, "optional": True} for name in names]


def _joined(target: str, key: str, entry: Mapping[str, Any], remarks: Remarks) -> list[RuleTable]:
    """Cells side by side; the columns of ``ou`` speak where these are all empty."""
    known = {"colonnes", "séparateur", "separateur", "ou"}
    if others := sorted(set(entry) - known):
        remarks.not_carried(target, f"{key}.joindre", others)
    odd = partial(remarks.not_understood, target, f"{key}.joindre")
    rules: list[RuleTable] = []
    if names := columns(entry.get("colonnes"), odd):
        rules.append({"join": names, "separator": separator(entry, " "), "optional": True})
    elif "colonnes" not in entry:
        odd(entry)
    instead = entry.get("ou")
    if isinstance(instead, Mapping) and is_value(instead):
        rules += value_rules(target, f"{key}.joindre.ou", instead, remarks)
    elif instead:
        rules += column_rules(columns(instead, odd))
    return rules


def _part(target: str, key: str, entry: Mapping[str, Any], remarks: Remarks) -> list[RuleTable]:
    """One part of a cell; several columns are tried in turn."""
    known = {"colonne", "colonnes", "séparateur", "separateur", "partie"}
    if others := sorted(set(entry) - known):
        remarks.not_carried(target, f"{key}.dissocier", others)
    odd = partial(remarks.not_understood, target, f"{key}.dissocier")
    between, part = separator(entry, ","), _whole(entry.get("partie", 0))
    if part is None or not between or not {"colonne", "colonnes"}.intersection(entry):
        odd(entry)
        return []
    return [
        {"split": name, "separator": between, "part": part, "optional": True}
        for name in columns(entry.get("colonne", entry.get("colonnes")), odd)
    ]


def _whole(number: Any) -> int | None:
    """A whole number however JSON writes it (``1``, ``1.0``, ``"1"``), None for anything else."""
    said = "" if isinstance(number, bool) else str(number).strip().removesuffix(".0")
    return int(said) if said.removeprefix("-").isdecimal() else None


def _constant(target: str, key: str, value: Any, remarks: Remarks) -> list[RuleTable]:
    said = text(value)
    if not said:
        return []
    known = known_term((target,), said)
    if known is None:
        remarks.not_in_list(target, key, said)
        return []
    return [{"constant": known.value}]
