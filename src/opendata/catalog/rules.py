"""The mapping of a source: TOML -> rules (docs/mapping.md is the steward's page on them)."""

import re
from collections.abc import Mapping
from typing import Any

from opendata.catalog.toml import Kinds, TomlFile, nearest, short
from opendata.model import Rule
from opendata.schema import accepted_terms, fields, fold, vocabulary

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH")
PRECISIONS = ("numero", "interpolation", "voie", "lieu-dit", "commune")
_PICKS = ("column", "first_of", "join", "split", "constant", "columns", "days", "week", "osm")
_RULE_KEYS: dict[str, Kinds] = {
    "column": {"column": str},
    "first_of": {"first_of": list},
    "join": {"join": list, "separator": str, "labels": list},
    "split": {"split": str, "separator": str, "part": int},
    "constant": {"constant": str, "otherwise": bool},
    "columns": {
        "columns": list, "terms": list, "except": list, "value": str, "contains": bool,
    },
    "days": {"days": dict, "remark": str},
    "week": {"week": str},
    "osm": {"osm": str},
}  # fmt: skip
_TRANSFORMS: Kinds = {"regex": str, "values": dict, "format": str}


#: Made by later stages, but a source may say what it knows: the precision of its points,
#: and the département, which tells where a row without a commune belongs.
_HINTS = ("geo_precision", "code_departement")


def mappable_fields() -> tuple[str, ...]:
    """The published fields a mapping may fill; the others are made by later stages."""
    return tuple(
        name
        for name, field in fields().items()
        if field.filled_by == "source" or field.normalise != "aucune" or name in _HINTS
    )


def parse_mapping(toml: TomlFile, table: Mapping[str, Any]) -> Mapping[str, tuple[Rule, ...]]:
    """The rules of each mapped field, in the order they are written."""
    allowed = mappable_fields()
    mapping: dict[str, tuple[Rule, ...]] = {}
    for name, entry in table.items():
        if name not in allowed:
            fr, en = nearest(name, allowed)
            raise toml.wrong(
                "champ_inconnu",
                f"« mapping.{name} » vise un champ que le schéma n'a pas ; {fr}.",
                f"“mapping.{name}” names a field the schema lacks; {en}.",
            )
        entries = entry if isinstance(entry, list) else [entry]
        where = f"mapping.{name}"
        mapping[name] = tuple(_rule(toml, one, where) for one in entries)
        _check_targets(toml, name, mapping[name])
    if "id" not in mapping or "nom" not in mapping:
        raise toml.wrong(
            "mapping_incomplet",
            "« mapping » doit au moins remplir les champs « id » et « nom ».",
            "“mapping” must at least fill the fields “id” and “nom”.",
        )
    return mapping


def _check_targets(toml: TomlFile, name: str, rules: tuple[Rule, ...]) -> None:
    """A value that a rule writes itself must be one that the field's closed list knows."""
    known = fields()[name].vocabulary
    for rule in rules:
        for value in filter(None, (rule.value, *(rule.values or {}).values())):
            if known and not all(fold(one) in accepted_terms(known) for one in value.split("|")):
                raise toml.not_allowed(
                    f"mapping.{name}", value, [t.value for t in vocabulary(known)]
                )
            if name == "geo_precision" and value not in PRECISIONS:
                raise toml.not_allowed(f"mapping.{name}", value, PRECISIONS)


def _rule(toml: TomlFile, table: Any, where: str) -> Rule:
    if not isinstance(table, dict):
        raise toml.wrong(
            "regle_illisible",
            f"« {where} » vaut « {short(table)} », or une règle est une table "
            '(exemple : { column = "nom" }).',
            f"“{where}” is “{short(table)}”, but a rule is a table "
            '(for example { column = "nom" }).',
        )
    pick = next((name for name in _PICKS if name in table), "")
    if not pick:
        key = next(iter(table), "")
        fr, en = nearest(key, _PICKS)
        raise toml.wrong(
            "regle_inconnue",
            f"« {where} » ne dit pas où prendre la valeur (« {short(table)} ») ; {fr}.",
            f"“{where}” does not say where to take the value (“{short(table)}”); {en}.",
        )
    known = {**_RULE_KEYS[pick], "optional": bool}
    if pick not in ("constant", "columns", "days", "week", "osm"):
        known |= _TRANSFORMS
    toml.check_keys(table, known, where)
    return _build_rule(toml, pick, table, where)


def _build_rule(toml: TomlFile, pick: str, table: Mapping[str, Any], where: str) -> Rule:
    pattern = str(table.get("regex", ""))
    try:
        re.compile(pattern)
    except re.error as problem:
        raise toml.wrong(
            "regex_illisible",
            f"« {where}.regex » vaut « {pattern} », qui n'est pas une expression régulière "
            f"valable ({problem}).",
            f"“{where}.regex” is “{pattern}”, which is not a valid regular expression ({problem}).",
        ) from problem
    days: dict[str, tuple[str, ...]] = {}
    for day, columns_of_day in table.get("days", {}).items():
        if day not in DAYS:
            raise toml.not_allowed(f"{where}.days", day, DAYS)
        listed = columns_of_day if isinstance(columns_of_day, list) else [columns_of_day]
        days[day] = toml.texts(listed, f"{where}.days.{day}")
    picked = table[pick]
    if pick == "days":
        columns = tuple(column for listed in days.values() for column in listed)
    elif pick == "constant":
        columns = ()
    else:
        columns = toml.texts(picked if isinstance(picked, list) else [picked], f"{where}.{pick}")
    labels = toml.texts(table.get("labels", ()), f"{where}.labels")
    if labels and len(labels) != len(columns):
        raise toml.wrong(
            "labels_en_nombre",
            f"« {where}.labels » a {len(labels)} textes pour {len(columns)} colonnes : donnez-en "
            'un par colonne, « "" » pour celles qui n\'en ont pas besoin.',
            f"“{where}.labels” has {len(labels)} texts for {len(columns)} columns: give one per "
            'column, “""” for those that need none.',
        )
    if pick == "columns":
        toml.require(table, "value", where)
    values = table.get("values")
    if values is not None:
        toml.texts(values.values(), f"{where}.values")
    return Rule(
        kind="match" if pick == "columns" else pick,
        columns=columns,
        optional=table.get("optional", False),
        otherwise=table.get("otherwise", False),
        value=table.get("constant", table.get("value", "")),
        separator=table.get("separator", " " if pick == "join" else ","),
        part=table.get("part", 0),
        terms=toml.texts(table.get("terms", ()), f"{where}.terms"),
        exceptions=toml.texts(table.get("except", ()), f"{where}.except"),
        contains=table.get("contains", False),
        labels=labels,
        days=days,
        remark=table.get("remark", ""),
        pattern=pattern,
        values=values,
        format=table.get("format", ""),
    )
