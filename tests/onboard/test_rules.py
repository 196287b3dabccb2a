"""Rules built from columns, what they read, and what a draft promises of its file."""

import json
from pathlib import Path
from typing import Any

import pytest

from opendata.onboard.cells import is_nothing, pair_of_numbers
from opendata.onboard.profile import Profile, profile_file, spread
from opendata.onboard.promise import contract, territory
from opendata.onboard.proposal import Guess
from opendata.onboard.recognise import shares
from opendata.onboard.rules import first_of, plain, reads, side_by_side


@pytest.mark.parametrize(
    ("rule", "columns"),
    [
        ({"column": "a", "regex": "x"}, ("a",)),
        ({"split": "a", "separator": ",", "part": 0}, ("a",)),
        ({"week": "a", "optional": True}, ("a",)),
        ({"first_of": ["a", "b"]}, ("a", "b")),
        ({"join": ["b", "a"], "separator": " "}, ("b", "a")),
        ({"columns": ["a"], "terms": ["x"], "value": "y"}, ("a",)),
        ({"days": {"Mo": "a", "Tu": ["b", "c"]}}, ("a", "b", "c")),
        ({"constant": "x"}, ()),
    ],
)
def test_the_columns_a_rule_reads(rule: dict[str, Any], columns: tuple[str, ...]) -> None:
    assert reads(rule) == columns


def profile(tmp_path: Path, rows: list[dict[str, str]]) -> Profile:
    path = tmp_path / "f.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return profile_file(path)


def test_a_column_that_records_may_leave_out_is_optional(tmp_path: Path) -> None:
    found = profile(tmp_path, [{"a": "x", "b": "y"}, {"a": "z"}])
    full, hollow = found.columns
    assert plain(found, full) == {"column": "a"}
    assert plain(found, hollow) == {"column": "b", "optional": True}
    assert first_of(found, [full, hollow]) == {"first_of": ["a", "b"]}
    assert side_by_side(found, [hollow], ", ") == plain(found, hollow)


@pytest.mark.parametrize(
    ("postcodes", "expected"),
    [
        (("45000", "45100", ""), "departement:45"),
        (("45000", "41000"), "region:24"),
        (("45000", "75001"), "france"),
        (("20000", "20100"), "departement:2A"),
        (("97410", "97400"), "departement:974"),
        (("?",), "france"),
    ],
)
def test_the_territory_is_where_the_postcodes_lie(
    tmp_path: Path, postcodes: tuple[str, ...], expected: str
) -> None:
    rows = [{"nom": f"Lieu {n}", "cp": code} for n, code in enumerate(postcodes)]
    found = Guess(profile(tmp_path, rows))
    assert territory(found) == "france"
    found.mapping["code_postal"] = [{"column": "cp"}]
    assert territory(found) == expected


def test_a_contract_asks_for_what_the_essential_rules_cannot_do_without(tmp_path: Path) -> None:
    found = Guess(profile(tmp_path, [{"nom": "A"}] * 10), key=("code",))
    found.mapping = {
        "nom": [{"first_of": ["nom", "autre nom"]}],
        "adresse": [{"join": ["n", "rue"], "separator": " "}],
        "commune": [{"column": "ville", "optional": True}],
        "telephone": [{"column": "tel"}],
    }
    assert contract(found) == {
        "required_columns": ["nom", "n", "rue", "code"],
        "min_rows": 8,
        "key": ["code"],
    }


def test_a_sample_is_spread_over_the_file(tmp_path: Path) -> None:
    table = profile(tmp_path, [{"n": str(n)} for n in range(101)]).table
    assert list(spread(table, 3)["n"]) == ["0", "50", "100"]
    assert spread(table, 101) is table


def test_closed_lists_are_tried_on_columns_of_words_only() -> None:
    words, numbers = shares({"Gratuit": 2}), shares({"12": 2})
    assert words["liste:frais_a_charge"] == 1
    assert not any(kind.startswith("liste:") for kind in numbers)
    assert shares({}) == {}


@pytest.mark.parametrize(
    ("value", "nothing"), [("NC", True), ("-", True), ("x", False), ("0", False), ("12 bis", False)]
)
def test_cells_that_say_nothing(value: str, nothing: bool) -> None:
    assert is_nothing(value) == nothing


def test_a_pair_of_numbers_comes_with_what_parts_it() -> None:
    assert pair_of_numbers("[47.90, 1.91]") == (47.9, 1.91, ",")
    assert pair_of_numbers("47.90") is None
