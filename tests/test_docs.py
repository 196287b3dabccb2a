"""What is written is true: every command, rule and setting stands in the documentation."""

import re

from opendata.cli import cli
from opendata.schema import fields, problems
from tests.conftest import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")
MAPPING = (PROJECT / "docs" / "mapping.md").read_text(encoding="utf-8")
HOW_TO = (PROJECT / "docs" / "how-to.md").read_text(encoding="utf-8")


def test_every_command_is_documented() -> None:
    missing = [name for name in cli.commands if not re.search(rf"\b{name}\b", README)]
    assert missing == []


def test_every_key_of_a_source_is_documented() -> None:
    from opendata.catalog import load, rules

    keys = {*load._SOURCE_KEYS, *load._FETCH_KEYS, *load._CONTRACT_KEYS, *load._COORDINATE_KEYS}
    keys |= {key for known in rules._RULE_KEYS.values() for key in known} | set(rules._TRANSFORMS)
    written = MAPPING + HOW_TO
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", written)] == []


def test_every_module_stands_in_the_house() -> None:
    house = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    package = PROJECT / "src" / "opendata"
    modules = [path.name for path in package.glob("*.py") if path.name != "__init__.py"]
    rooms = [f"{path.name}/" for path in package.iterdir() if (path / "__init__.py").is_file()]
    assert [name for name in sorted(modules + rooms) if f"`{name}`" not in house] == []


def test_every_dependency_is_explained() -> None:
    explained = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    listed = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    block = listed.split("dependencies = [", 1)[1].split("]\n", 1)[0]
    names = re.findall(r'"([a-z0-9-]+)', block)
    assert len(names) > 15
    missing = [n for n in names if n.removeprefix("python-") not in explained]
    assert missing == []


def test_every_sentence_exists_in_both_languages() -> None:
    for problem in problems().values():
        assert problem.sentence.fr, problem.code
        assert problem.sentence.en, problem.code
        french, english = (set(re.findall(r"{(\w+)}", text)) for text in problem.sentence)
        assert french == english, problem.code
        assert bool(problem.hint.fr) == bool(problem.hint.en), problem.code
        assert problem.severity in ("error", "warning", "info", "trace")


def test_every_field_has_a_normaliser_or_a_stage() -> None:
    from opendata.normalise import MODULES

    known = {*MODULES, "aucune", "coordonnees"}
    assert {field.normalise for field in fields().values()} <= known
    assert {field.filled_by for field in fields().values()} <= {
        "source",
        "locate",
        "territory",
        "identity",
    }


def test_advice_speaks_to_its_reader() -> None:
    infinitives = re.compile(r"^(?:Ne pas )?[A-ZÉ][a-zéèêîôû]+(?:er|ir|re)\b")
    hints = {code: problem.hint.fr for code, problem in problems().items()}
    assert [code for code, hint in hints.items() if infinitives.match(hint)] == []
