"""Can those who read the last release's tables read this one's? Table Schemas, compared.

    breaking        a column is gone, renamed, read in another way (type, unit, key) or held to
                    a stricter rule                                          next major version
    additive        a new column, another order, a rule made looser          next minor version
    documentation   titles, descriptions, examples                           next patch
    identical       nothing, but perhaps the number of the version

The ``version`` of a schema is semantic (semver.org) and written by hand: the comparison says
when it did not grow by as much as the schema changed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from opendata.language import Text
from opendata.model import Finding
from opendata.release import constraints

Level = Literal["identical", "documentation", "additive", "breaking"]
_Difference = tuple[Level, Text]

#: From the one nobody needs to hear of to the gravest.
LEVELS: tuple[Level, ...] = ("identical", "documentation", "additive", "breaking")
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
#: What decides how the cells of a column are read, and what it is when it is not written.
_READING = {
    "type": (Text("le type", "the type"), "any"),
    "format": (Text("le format", "the format"), "default"),
    "multiple": (
        Text("le nombre de valeurs par cellule", "the number of values a cell has"),
        False,
    ),
    "trueValues": (Text("l'écriture de « vrai »", "the writing of “true”"), None),
    "falseValues": (Text("l'écriture de « faux »", "the writing of “false”"), None),
    "unit": (Text("l'unité", "the unit"), None),
}
#: The same for the whole table.
_KEYS = {
    "primaryKey": (Text("la clé", "the key"), []),
    "uniqueKeys": (Text("les clés uniques", "the unique keys"), []),
    "foreignKeys": (Text("les clés étrangères", "the foreign keys"), []),
    "missingValues": (Text("l'écriture d'une valeur absente", "the writing of no value"), [""]),
}


@dataclass(frozen=True, slots=True)
class Compatibility:
    """What became of the schema of a table; one sentence per difference, the gravest first."""

    level: Level
    before: str
    after: str
    sentences: tuple[Text, ...]


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Compatibility:
    """What became of a Table Schema (as in ``schemas/*.json`` or a resource's ``schema``)."""
    found = sorted(_differences(before, after), key=lambda one: -LEVELS.index(one[0]))
    return Compatibility(
        found[0][0] if found else "identical",
        str(before.get("version", "")),
        str(after.get("version", "")),
        tuple(text for _, text in found),
    )


def expected_version(before_version: str, level: Level) -> str:
    """The least version that tells readers of such a change; 1.0.0 where there was none."""
    if not _VERSION.fullmatch(before_version):
        return "1.0.0"
    major, minor, patch = _numbers(before_version)
    return {
        "identical": before_version,
        "documentation": f"{major}.{minor}.{patch + 1}",
        "additive": f"{major}.{minor + 1}.0",
        "breaking": f"{major + 1}.0.0",
    }[level]


def _numbers(version: str) -> tuple[int, int, int]:
    found = _VERSION.fullmatch(version)
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)


def compatibility(
    old_package: Mapping[str, Any], new_schemas: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """``compatibilite`` of rapport.json: the tables that differ; {} when none does.

    ``old_package`` is the last release's datapackage.json ({} before the first), and
    ``new_schemas`` the schema of *every* table of the new release by its resource's name: a
    table that is not among them counts as no longer published.
    """
    old = {
        str(resource.get("name")): resource["schema"]
        for resource in old_package.get("resources", ())
        if isinstance(resource.get("schema"), Mapping)
    }
    if not old:
        return {}
    outcomes = {
        name: _of_table(name, old.get(name), new_schemas.get(name))
        for name in dict.fromkeys([*old, *new_schemas])
    }
    tables = [
        {
            "table": name,
            "avant": found.before,
            "apres": found.after,
            "niveau": found.level,
            "phrases_fr": [text.fr for text in found.sentences],
            "phrases_en": [text.en for text in found.sentences],
            "version_insuffisante": name in old
            and name in new_schemas
            and _numbers(found.after) < _numbers(expected_version(found.before, found.level)),
        }
        for name, found in outcomes.items()
        if found.level != "identical"
    ]
    if not tables:
        return {}
    worst = max((found.level for found in outcomes.values()), key=LEVELS.index)
    return {"niveau": worst, "tables": tables}


def _of_table(
    name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Compatibility:
    if after is None:
        gone = Text(f"la table {name} n'est plus publiée", f"the table {name} is gone")
        return Compatibility("breaking", str((before or {}).get("version", "")), "", (gone,))
    if before is None:
        new = Text(f"la table {name} est nouvelle", f"the table {name} is new")
        return Compatibility("additive", "", str(after.get("version", "")), (new,))
    return compare(before, after)


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Difference]:
    old = {str(field["name"]): field for field in before.get("fields", ())}
    new = {str(field["name"]): field for field in after.get("fields", ())}
    renamed = _renamed(old, new)
    for name in old:
        if name in renamed:
            fr = f"la colonne {name} s'appelle désormais {renamed[name]}"
            yield "breaking", Text(fr, f"the column {name} is now called {renamed[name]}")
        elif name not in new:
            yield "breaking", Text(f"la colonne {name} a disparu", f"the column {name} is gone")
    for name in new:
        if name not in old and name not in renamed.values():
            yield "additive", Text(f"la colonne {name} est nouvelle", f"the column {name} is new")
    now = {name: renamed.get(name, name) for name in old}
    kept = [now[name] for name in old if now[name] in new]
    for name in old:
        if now[name] in new:
            yield from _of_column(now[name], old[name], new[now[name]])
    if kept != [name for name in new if name in set(kept)]:
        yield (
            "additive",
            Text(
                "les colonnes sont dans un autre ordre : lisez-les par leur nom",
                "the columns are in another order: read them by their names",
            ),
        )
    yield from _of_keys(before, after, now)


def _renamed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """Old name -> new name of a column: one is gone, another with its title and type came."""

    def alike(field: Mapping[str, Any]) -> tuple[Any, Any]:
        return field.get("title"), field.get("type")

    came = {alike(new[name]): name for name in new if name not in old and new[name].get("title")}
    gone = {name: alike(old[name]) for name in old if name not in new}
    # Each name once: two columns that are gone cannot both be the new one.
    by_name = {came[like]: name for name, like in gone.items() if like in came}
    return {name: new_name for new_name, name in by_name.items()}


def _of_keys(
    before: Mapping[str, Any], after: Mapping[str, Any], now: Mapping[str, str]
) -> Iterator[_Difference]:
    for key, (said, default) in _KEYS.items():
        then, today = before.get(key) or default, after.get(key) or default
        if key == "primaryKey":
            then = [then] if isinstance(then, str) else then
            today = [today] if isinstance(today, str) else today
            then = [now.get(name, name) for name in then]
        if then != today:
            yield "breaking", Text(f"{said.fr} a changé", f"{said.en} changed")
    if _described(before, after, {"name", "version", "fields", *_KEYS}):
        text = Text("la description de la table a changé", "the description of the table changed")
        yield "documentation", text


def _of_column(
    name: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[_Difference]:
    read = set(_READING)
    if not before.get("unit"):
        read.discard("unit")  # it was never written down: now it is documented
    for key in (key for key in _READING if key in read):
        said, default = _READING[key]
        then, now = before.get(key) or default, after.get(key) or default
        if then != now:
            shown = f" ({then} → {now})" if isinstance(then, str) and isinstance(now, str) else ""
            yield (
                "breaking",
                Text(
                    f"{said.fr} de la colonne {name} change{shown}",
                    f"{said.en} of the column {name} changes{shown}",
                ),
            )
    rules = before.get("constraints") or {}, after.get("constraints") or {}
    for stricter, text in constraints.differences(name, *rules):
        yield "breaking" if stricter else "additive", text
    if _described(before, after, {"name", "constraints", *read}):
        fr = f"la description de la colonne {name} a changé"
        yield "documentation", Text(fr, f"the description of the column {name} changed")


def _described(before: Mapping[str, Any], after: Mapping[str, Any], apart: set[str]) -> bool:
    return any(before.get(key) != after.get(key) for key in {*before, *after} - apart)


def schema_findings(found: Mapping[str, Any]) -> list[Finding]:
    """What the gate says of a change of form: nothing holds it, readers are told."""
    findings = []
    for table in found.get("tables", ()):
        name, versions = table["table"], f"{table['avant']} → {table['apres']}"
        if table["version_insuffisante"]:
            text = Text(
                f"le schéma de {name} a changé sans que sa version le dise assez ({versions})",
                f"the schema of {name} has changed more than its version says ({versions})",
            )
            findings.append(Finding("version_de_schema", "warning", text, subject=name))
        elif table["niveau"] == "breaking":
            text = Text(
                f"le schéma de {name} change de façon incompatible ({versions}) : "
                f"{table['phrases_fr'][0]}",
                f"the schema of {name} changes in a breaking way ({versions}): "
                f"{table['phrases_en'][0]}",
            )
            findings.append(Finding("schema_incompatible", "warning", text, subject=name))
    return findings
