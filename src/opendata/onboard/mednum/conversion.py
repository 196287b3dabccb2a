"""A whole mapping file converted, completed with what every source needs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from opendata.errors import CatalogError
from opendata.language import Text
from opendata.onboard.mednum.choices import choice
from opendata.onboard.mednum.entries import RuleTable, is_value
from opendata.onboard.mednum.hours import hours_rules
from opendata.onboard.mednum.keys import HOURS, WEEKS, Key, flat_keys, looks_like_a_mapping
from opendata.onboard.mednum.remarks import Remarks
from opendata.onboard.mednum.values import value_rules
from opendata.schema import fields

#: What tells a place from the others where a file gives no identifier.
_IDENTITY = ("nom", "adresse", "commune")

#: The rules of each field, in the order of their file.
_Rules = dict[str, list[RuleTable]]


@dataclass(frozen=True)
class Conversion:
    """A mapping ready for :func:`opendata.onboard.toml_text.source_text`.

    ``warnings`` name what could not be carried over; ``comments`` say the same, and what a
    reader of the TOML has to know, by place (``mapping.<field>``).
    """

    mapping: Mapping[str, Any]
    warnings: tuple[Text, ...] = ()
    comments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def convert(
    config: Mapping[str, Any],
    *,
    source_name: str = "",
    fallback: Mapping[str, RuleTable] | None = None,
) -> Conversion:
    """Convert a parsed ``config.json``.

    ``source_name`` is what their command line gives every place that has no ``source``;
    ``fallback`` gives rules for fields that the config leaves out. Raises CatalogError when
    the config is not a mapping file, or says nothing of the name of the places.
    """
    if not looks_like_a_mapping(config):
        raise CatalogError(
            "config_inattendue",
            fr="Ce fichier n'est pas un fichier de mapping de mednum-cli : vérifiez qu'il "
            'associe des champs à des colonnes, comme { "nom": { "colonne": "Nom" } }.',
            en="This file is not a mapping file of mednum-cli: check that it maps fields to "
            'columns, as in { "nom": { "colonne": "Nom" } }.',
        )
    remarks = Remarks()
    rules = _rules(config, remarks)
    _add_source(rules, source_name)
    for name, rule in (fallback or {}).items():
        if not rules.get(name):
            rules[name] = [rule]
    _require_name(rules)
    _require_identifier(rules, remarks)
    mapping = {
        name: rules[name] if len(rules[name]) > 1 else rules[name][0]
        for name in fields()
        if rules.get(name)
    }
    return Conversion(mapping, tuple(remarks.warnings), remarks.comments)


def _rules(config: Mapping[str, Any], remarks: Remarks) -> _Rules:
    """The rules of every key that has some, and a remark on the others."""
    rules: _Rules = {}
    for key in flat_keys(config):
        if key.name == HOURS:
            rules.setdefault(HOURS, []).extend(hours_rules(key.entry, config.get(WEEKS), remarks))
        elif key.name == WEEKS:
            if HOURS not in config:
                remarks.not_published(key.name)
        elif key.targets:
            _add_field(rules, key, remarks)
        else:
            remarks.not_published(key.name)
    return rules


def _add_field(rules: _Rules, key: Key, remarks: Remarks) -> None:
    first = key.targets[0]
    for one in key.entry if isinstance(key.entry, list) else [key.entry]:
        if not isinstance(one, Mapping):
            remarks.not_understood(first, key.name, one)
        elif is_value(one):
            # A column of a former field holds values of each of today's: each takes its own.
            for target in key.targets if "colonne" in one else (first,):
                rules.setdefault(target, []).extend(value_rules(target, key.name, one, remarks))
        else:
            chosen = choice(key.targets, key.name, one, remarks)
            for target in chosen.fields:
                rules.setdefault(target, []).extend(dict(rule) for rule in chosen.rules)


# --- what every source needs -----------------------------------------------------------------


def _add_source(rules: _Rules, source_name: str) -> None:
    if source_name:
        rule: RuleTable = {"constant": source_name}
        if rules.get("source"):
            rule["otherwise"] = True
        rules.setdefault("source", []).append(rule)


def _require_name(rules: _Rules) -> None:
    if not rules.get("nom"):
        raise CatalogError(
            "nom_absent",
            fr="Le fichier de mapping ne dit pas où est le nom des lieux (clé « nom ») : "
            "ajoutez-y la colonne qui le donne.",
            en="The mapping file does not say where the name of the places is (key “nom”): "
            "add the column that gives it.",
        )
    _make_required(rules["nom"])


def _require_identifier(rules: _Rules, remarks: Remarks) -> None:
    if rules.get("id"):
        _make_required(rules["id"])
        return
    names = dict.fromkeys(
        column for name in _IDENTITY for rule in rules.get(name, ()) for column in _columns(rule)
    )
    rules["id"] = [{"join": list(names), "separator": " "}]
    remarks.note(
        "mapping.id",
        "The mapping file names no identifier: name, address and commune stand in for it. A "
        "place that changes one of them is a new row; use a column of identifiers if there "
        "is one.",
    )


def _make_required(rules: list[RuleTable]) -> None:
    for rule in rules:
        rule.pop("optional", None)


def _columns(rule: RuleTable) -> Iterator[str]:
    for name in ("column", "split"):
        if name in rule:
            yield rule[name]
    yield from rule.get("join", ())
    yield from rule.get("first_of", ())[:1]
