"""What readers of the columns must know; and no schema changes under the same version.

To write tests/data/schemas.toml again once the versions are right:

    .venv/bin/python tests/release/test_compatibility.py
"""

import copy
import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from opendata.paths import schemas_folder
from opendata.release.compatibility import compare, compatibility, expected_version
from opendata.schema import table_schema

GOLDEN = Path(__file__).parents[1] / "data" / "schemas.toml"
REFRESH = ".venv/bin/python tests/release/test_compatibility.py"


def schema(**changed: Any) -> dict[str, Any]:
    field = {"name": "code", "type": "string", "title": "Code", "constraints": {"maxLength": 5}}
    other = {"name": "nom", "type": "string", "title": "Nom", "constraints": {"required": True}}
    made: dict[str, Any] = {"name": "essai", "version": "1.2.3", "title": "Essai"}
    return made | {"fields": [field | changed, other], "primaryKey": ["code"]}


def listed(*values: str, several: bool = False) -> dict[str, Any]:
    one = f"({'|'.join(values)})"
    return {"pattern": rf"^{one}(\|{one})*$" if several else f"^{one}$"}


def column(constraints: dict[str, Any]) -> dict[str, Any]:
    return schema(constraints=constraints)


CASES = [
    ("breaking", schema(), schema(type="integer"), "le type de la colonne code"),
    ("breaking", schema(multiple=True), schema(), "le nombre de valeurs par cellule"),
    ("breaking", schema(unit="m"), schema(unit="km"), "l'unité de la colonne code change (m → km)"),
    ("breaking", column({}), column({"required": True}), "doit désormais être remplie"),
    ("additive", column({"required": True}), column({}), "n'a plus à être remplie : vérifiez"),
    ("identical", column({"required": False}), column({}), ""),
    ("breaking", column({}), column({"unique": True}), "ne jamais se répéter"),
    ("breaking", column({"enum": ["a", "b"]}), column({"enum": ["a"]}), "plus la valeur « b »"),
    ("additive", column({"enum": ["a"]}), column({"enum": ["a", "b"]}), "aussi valoir « b » :"),
    ("additive", column({"enum": ["a"]}), column({}), "la contrainte enum"),
    ("breaking", column(listed("a", "b")), column(listed("a")), "plus la valeur « b »"),
    ("additive", column(listed("a", several=True)), column(listed("a", "b c", several=True)),
     "aussi valoir « b c »"),
    ("breaking", column({"pattern": r"^\d$"}), column({"pattern": r"^\d\d$"}), "pattern"),
    ("breaking", column({"pattern": r"^(\d|a)$"}), column({"pattern": r"^(\d|a|b)$"}), "pattern"),
    ("additive", column({"pattern": r"^\d$"}), column({}), "est levée : vérifiez"),
    ("breaking", column({"maxLength": 5}), column({"maxLength": 4}), "passe de 5 à 4"),
    ("additive", column({"maxLength": 5}), column({"maxLength": 9}), "passe de 5 à 9 : vérifiez"),
    ("breaking", column({"minimum": 0}), column({"minimum": 0.5}), "passe de 0 à 0.5"),
    ("additive", column({"minimum": 1}), column({"minimum": 0}), "passe de 1 à 0 : vérifiez"),
    ("breaking", schema(), schema() | {"primaryKey": ["nom"]}, "la clé a changé"),
    ("identical", schema(), schema() | {"primaryKey": "code"}, ""),
    ("breaking", schema(), schema(name="cle") | {"primaryKey": ["cle"]},
     "la colonne code s'appelle désormais cle"),
    ("breaking", schema(), schema(name="cle", title="Clé"), "la colonne code a disparu"),
    ("additive", schema(), schema() | {"fields": schema()["fields"][::-1]}, "un autre ordre"),
    ("documentation", schema(), schema(description="x"), "la description de la colonne code"),
    ("documentation", schema(), schema(unit="m"), "la description de la colonne code"),
    ("documentation", schema(), schema() | {"title": "X"}, "la description de la table"),
    ("identical", schema(), schema() | {"version": "9.0.0"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("level", "before", "after", "words"), CASES)
def test_each_difference_has_its_level_and_its_sentence(
    level: str, before: dict[str, Any], after: dict[str, Any], words: str
) -> None:
    found = compare(before, after)
    assert found.level == level
    assert words in " / ".join(text.fr for text in found.sentences)
    assert all(text.fr != text.en for text in found.sentences)
    assert bool(found.sentences) == (level != "identical")


def test_one_sentence_per_difference_the_gravest_first() -> None:
    after = schema(type="integer", description="x")
    after["fields"].append({"name": "neuf", "type": "string"})
    after["fields"].pop(1)
    found = compare(schema(), after)
    assert (found.level, found.before, found.after) == ("breaking", "1.2.3", "1.2.3")
    assert [text.en for text in found.sentences] == [
        "the column nom is gone",
        "the type of the column code changes (string → integer)",
        "the column neuf is new",
        "the description of the column code changed",
    ]


def test_a_key_follows_the_new_name_of_its_column() -> None:
    found = compare(schema(), schema(name="cle") | {"primaryKey": ["cle"]})
    assert [text.en for text in found.sentences] == ["the column code is now called cle"]


def test_two_columns_that_are_gone_are_not_both_the_new_one() -> None:
    twin = {"name": "double", "type": "string", "title": "Code"}
    before = schema()
    before["fields"].append(twin)
    after = schema(name="cle")
    said = [text.en for text in compare(before, after).sentences]
    assert len([text for text in said if "is now called cle" in text]) == 1
    assert len([text for text in said if "is gone" in text]) == 1


@pytest.mark.parametrize(
    ("before", "level", "expected"),
    [
        ("1.2.3", "breaking", "2.0.0"),
        ("1.2.3", "additive", "1.3.0"),
        ("1.2.3", "documentation", "1.2.4"),
        ("1.2.3", "identical", "1.2.3"),
        ("", "documentation", "1.0.0"),
    ],
)
def test_the_version_that_a_change_asks_for(before: str, level: Any, expected: str) -> None:
    assert expected_version(before, level) == expected


def package(*schemas: dict[str, Any]) -> dict[str, Any]:
    tables = [{"name": one["name"], "schema": one} for one in schemas]
    return {"resources": [*tables, {"name": "lieux-parquet"}]}


def test_only_the_tables_that_differ_are_told() -> None:
    same, changed = schema() | {"name": "pareille"}, schema(type="integer")
    gone = schema() | {"name": "partie"}
    new = schema() | {"name": "neuve"}
    found = compatibility(
        package(same, schema(), gone), {"pareille": same, "essai": changed, "neuve": new}
    )
    assert found["niveau"] == "breaking"
    assert [(one["table"], one["niveau"], one["avant"], one["apres"], one["version_insuffisante"])
            for one in found["tables"]] == [
        ("essai", "breaking", "1.2.3", "1.2.3", True),
        ("partie", "breaking", "1.2.3", "", False),
        ("neuve", "additive", "", "1.2.3", False),
    ]  # fmt: skip
    assert json.loads(json.dumps(found)) == found
    for table in found["tables"]:
        assert len(table["phrases_fr"]) == len(table["phrases_en"]) > 0


@pytest.mark.parametrize(("version", "too_low"), [("1.2.9", True), ("1.3.0", False)])
def test_a_version_must_grow_by_as_much_as_its_schema(version: str, too_low: bool) -> None:
    after = column({"maxLength": 9}) | {"version": version}
    found = compatibility(package(schema()), {"essai": after})
    assert found["tables"][0]["version_insuffisante"] is too_low


def test_nothing_to_say_is_an_empty_dictionary() -> None:
    assert compatibility({}, {"essai": schema()}) == {}
    assert compatibility(package(schema()), {"essai": schema()}) == {}


def test_a_new_place_category_is_an_addition() -> None:
    after = table_schema()
    before = copy.deepcopy(after)
    pattern = next(field for field in before["fields"] if field["name"] == "categories")
    pattern["constraints"]["pattern"] = pattern["constraints"]["pattern"].replace("|coworking", "")
    found = compare(before, after)
    assert found.level == "additive"
    assert [text.en for text in found.sentences] == [
        "the column categories may also be “coworking”: check the programs that relied on it"
    ]


def current() -> dict[str, dict[str, str]]:
    names = sorted(path.stem for path in schemas_folder().glob("*.json"))
    return {
        name: {"version": table_schema(name)["version"], "sha256": digest(name)} for name in names
    }


def digest(name: str) -> str:
    """The hash of all that a schema says, closed lists included, but its version."""
    said = {key: value for key, value in table_schema(name).items() if key != "version"}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def same_version(known: dict[str, Any]) -> list[str]:
    """The schemas that say something else under the version they had."""
    now = current()
    return [
        f"schemas/{name}.json, or a closed list it uses, says something else, but its version is "
        f"still {entry['version']}: raise it (third number for texts, second for what is added or "
        "allowed, first for what breaks readers)"
        for name, entry in known.items()
        if name in now
        and now[name]["version"] == entry["version"]
        and now[name]["sha256"] != entry["sha256"]
    ]


def test_a_schema_that_changes_has_another_version() -> None:
    known = tomllib.loads(GOLDEN.read_text(encoding="utf-8"))
    wrong = same_version(known)
    assert not wrong, " / ".join(wrong)
    assert known == current(), f"write down the new versions: {REFRESH}"


def refresh() -> None:
    """Write the file again, unless a version has yet to be raised."""
    if GOLDEN.is_file() and (wrong := same_version(tomllib.loads(GOLDEN.read_text("utf-8")))):
        raise SystemExit("\n".join(wrong))
    lines = ["# The version of each schema and the hash of all else it says. A schema that changes",
             f"# gets another version; then: {REFRESH}"]  # fmt: skip
    for name, entry in current().items():
        lines += ["", f"[{name}]", *(f'{key} = "{value}"' for key, value in entry.items())]
    GOLDEN.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    refresh()
