"""The engine against frictionless itself: the same errors, to the letter."""

import csv
import re
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from frictionless import FrictionlessException
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.schema import table_schema
from opendata.tableschema import column, find_errors
from opendata.tableschema.patterns import anchored, for_arrow
from tests.tableschema.reference import as_table, frictionless_errors, our_errors
from tests.tableschema.samples import BOUNDS, PATTERNS, cases

V2 = "https://datapackage.org/profiles/2.0/tableschema.json"

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # of Python's own re


@settings(
    max_examples=150,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases(), st.booleans(), st.sampled_from([1, 3, 1000]))
def test_random_tables_have_the_errors_of_frictionless(
    case: tuple[dict[str, Any], list[str], list[list[str]]], distinct: bool, batch: int
) -> None:
    schema, labels, rows = case
    expected = None
    # A cell can stop frictionless; ours must answer all the same.
    with suppress(ArithmeticError, TypeError):
        expected = frictionless_errors(schema, data=[labels, *rows])
    with pytest.MonkeyPatch.context() as patch:
        # Work on distinct texts, or cell by cell as for columns that hardly repeat.
        patch.setattr(column, "_DISTINCT_SHARE", 1 if distinct else 0)
        patch.setattr(column, "_BATCH_CELLS", batch)
        try:
            found = our_errors(schema, as_table(labels, rows))
        except FrictionlessException as refusal:
            # A bound that is not a value of its field: frictionless sees it at the first cell.
            assert "is not of its type" in str(refusal)
            return
    assert expected is None or found == expected


FIELDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"type": "string", "constraints": {"pattern": "a|b"}}, ["a", "ax", "b", "xb", "ab", ""]),
    ({"type": "string", "constraints": {"minLength": 2, "maxLength": 3}}, ["é", "éé", "e\u0301"]),
    ({"type": "string", "constraints": {"pattern": "a", "enum": ["a", "b"]}}, ["a\n", "b", "c"]),
    ({"type": "number", "constraints": {"maximum": 90}}, ["90", "90.0", "90." + "0" * 20 + "1"]),
    ({"type": "number", "constraints": {"minimum": "0.1"}}, ["0.1", "1e-1", "0.0" + "9" * 25]),
    ({"type": "number", "decimalChar": ",", "groupChar": " "}, ["1 000,5", "1.5", "1,5,5", " 2,5"]),
    ({"type": "number", "bareNumber": False}, ["5 €", "-5%", "€", "1.5 kg"]),
    ({"type": "number", "constraints": {"unique": True}}, ["1", "1.0", "01", "NaN", "NaN", "1e0"]),
    ({"type": "integer", "constraints": {"unique": True}}, ["1", "+1", "1_0", "10", "x", "x", ""]),
    ({"type": "integer", "constraints": {"unique": True}}, ["1", "01", "2", "-0", "0"]),
    ({"type": "integer"}, ["9" * 4300, "9" * 4301, "٣", "1.0", " 1 "]),
    ({"type": "date", "constraints": {"unique": True}}, ["2024-01-05", "2024-1-5", "1999-04-31"]),
    ({"type": "date", "format": "any"}, ["5 mars 2024", "2024", "March 5", "12/13/14"]),
    ({"type": "date"}, ["2024-02-29", "2023-02-29", "2023-02-30", "0000-01-01", "2023-12-31"]),
    ({"type": "time"}, ["23:59:59", "24:00:00", "24:00:01", "12:60:00", "12:30", "12:30:00.5"]),
    ({"type": "datetime"}, ["2024-02-29T12:30:00Z", "2024-02-29 12:30:00", "2024-02-29T12:30"]),
    ({"type": "year"}, ["2024", "0000", "-123", " 12 ", "20245", "２０２４"]),
    ({"type": "yearmonth", "constraints": {"minimum": "2024-01"}}, ["2024-01", "2023-12", "24-13"]),
    ({"type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]}, ["oui", "true", "non"]),
    ({"type": "geopoint"}, ["180,90", "180.1,0", "1, 2", "1;2", "nan,0"]),
    ({"type": "list", "itemType": "integer", "constraints": {"maxLength": 2}}, ["1,2", "1,2,3"]),
    ({"type": "list", "itemType": "date", "delimiter": ";"}, ["2024-01-05;2024-01-06", "a;b"]),
    ({"type": "array", "arrayItem": {"type": "integer"}}, ["[1]", '["a"]', "[1, null]", "{}"]),
    ({"type": "string", "format": "email"}, ["a@b.fr", "a@b", "é@b.fr"]),
    ({"type": "string", "missingValues": ["-"], "constraints": {"required": True}}, ["-", "", "x"]),
    ({"type": "any", "constraints": {"enum": ["a", 1]}}, ["a", "1", ""]),
]  # fmt: skip


@pytest.mark.parametrize(("field", "cells"), FIELDS, ids=lambda part: str(part)[:50])
@pytest.mark.parametrize("share", [0, 1])
def test_known_traps(
    field: dict[str, Any], cells: list[str], share: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column, "_DISTINCT_SHARE", share)
    schema = {"fields": [{"name": "c", **field}, {"name": "filled", "type": "string"}]}
    rows = [[cell, "x"] for cell in cells]
    expected = frictionless_errors(schema, data=[["c", "filled"], *rows])
    assert our_errors(schema, as_table(["c", "filled"], rows)) == expected
    assert expected, "a trap without an error is no trap"


# Times with and without an offset cannot be compared: see the cells that stop frictionless.
@pytest.mark.parametrize("kind", sorted(set(BOUNDS) - {"time", "datetime"}))
@pytest.mark.parametrize("name", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"])
def test_bounds_are_exact(kind: str, name: str) -> None:
    rows = [[str(bound)] for bound in BOUNDS[kind]]
    for bound in BOUNDS[kind]:
        field = {"name": "c", "type": kind, "constraints": {name: bound}}
        schema = {"$schema": V2, "fields": [field]}
        expected = frictionless_errors(schema, data=[["c"], *rows])
        assert our_errors(schema, as_table(["c"], rows)) == expected


@pytest.mark.parametrize("mode", ["exact", "equal", "subset", "superset", "partial"])
@pytest.mark.parametrize(
    "labels",
    [
        ["a", "b", "c"], ["b", "a", "c"], ["a", "c"], ["a", "b", "c", "d"], ["x", "y"],
        ["a", "a", "c"], ["a", "", "c"], [" a ", "B", "c"], ["c"], [],
    ],
    ids="-".join,
)  # fmt: skip
def test_headers(mode: str, labels: list[str]) -> None:
    schema = {
        "$schema": V2,
        "fields": [
            {"name": "a", "type": "integer", "constraints": {"required": True}},
            {"name": "b", "type": "string"},
            {"name": "c", "type": "string", "constraints": {"unique": True}},
        ],
        "primaryKey": ["b", "c"],
        "fieldsMatch": mode,
    }
    for rows in ([], [["1"] * len(labels), ["x"] * len(labels), [""] * len(labels)]):
        expected = frictionless_errors(schema, data=[labels, *rows])
        table = as_table(labels, rows) if labels else as_table([], [()] * len(rows))
        assert our_errors(schema, table) == expected


def test_keys() -> None:
    schema = {
        "fields": [
            {"name": "id", "type": "integer", "constraints": {"unique": True}},
            {"name": "kind", "type": "string"},
            {"name": "parent", "type": "number"},
        ],
        "primaryKey": ["id", "kind"],
        "foreignKeys": [{"fields": "parent", "reference": {"resource": "", "fields": "id"}}],
        "missingValues": ["", "-"],
    }
    rows = [
        ["1", "a", ""], ["01", "a", "1.0"], ["1", "b", "9"], ["", "", "1"], ["", "-", "2"],
        ["x", "a", "2"], ["", "a", "x"], ["2", "", "1"], ["2", "-", "nan"], ["", "", ""],
    ]  # fmt: skip
    labels = ["id", "kind", "parent"]
    expected = frictionless_errors(schema, data=[labels, *rows])
    assert {line[0] for line in expected} > {
        "unique-error",
        "primary-key",
        "foreign-key",
        "blank-row",
    }
    assert our_errors(schema, as_table(labels, rows)) == expected


def test_parts_of_a_key_are_told_apart() -> None:
    fields = [{"name": name, "type": "string"} for name in "abc"]
    schema = {"fields": fields, "primaryKey": ["a", "b", "c"]}
    texts = ["", "x", "y"]
    rows = [list(cells) for cells in product(texts, repeat=3)][1:]
    assert our_errors(schema, as_table(["a", "b", "c"], rows)).total() == 0
    expected = frictionless_errors(schema, data=[["a", "b", "c"], *rows, *rows])
    assert our_errors(schema, as_table(["a", "b", "c"], [*rows, *rows])) == expected
    assert expected.total() == len(rows)


def test_nan_is_never_the_same_key() -> None:
    schema = {"fields": [{"name": name, "type": "number"} for name in "ab"]}
    rows = [["NaN", "1"], ["NaN", "1"], ["NaN", ""], ["", "NaN"], ["1", ""], ["1.0", ""]]
    for key in (["a"], ["a", "b"]):
        keyed = schema | {"primaryKey": key}
        expected = frictionless_errors(keyed, data=[["a", "b"], *rows])
        assert our_errors(keyed, as_table(["a", "b"], rows)) == expected


def test_a_repeated_value_names_the_row_before() -> None:
    schema = {"fields": [{"name": "c", "type": "string", "constraints": {"unique": True}}]}
    rows = [[str(number * 7 % 5)] for number in range(400)]
    expected = frictionless_errors(schema, data=[["c"], *rows])
    assert our_errors(schema, as_table(["c"], rows)) == expected


def test_a_key_to_another_table_is_refused_as_frictionless_does() -> None:
    key = {"fields": ["a"], "reference": {"resource": "autre", "fields": ["a"]}}
    schema = {"fields": [{"name": "a", "type": "string"}], "foreignKeys": [key]}
    expected = frictionless_errors(schema, data=[["a"], ["1"]])
    assert our_errors(schema, as_table(["a"], [["1"]])) == expected
    assert [line[0] for line in expected] == ["resource-error"]


def test_a_schema_without_fields_is_guessed_from_the_first_lines() -> None:
    rows = [[str(number), "2024-01-01"] for number in range(150)] + [["x", "demain"]]
    expected = frictionless_errors({"fields": []}, data=[["a", "b"], *rows])
    assert our_errors({"fields": []}, as_table(["a", "b"], rows)) == expected


@pytest.mark.parametrize("name", ["lieux", "sources", "passerelle"])
def test_published_schemas_from_memory_and_from_csv(name: str, tmp_path: Path) -> None:
    schema = table_schema(name)
    labels = [field["name"] for field in schema["fields"]]
    good = [str(field.get("example", "")) for field in schema["fields"]]
    rows = [good, good, [""] * len(labels), *_each_cell_broken(good)]
    expected = frictionless_errors(schema, data=[labels, *rows])
    assert our_errors(schema, as_table(labels, rows)) == expected
    with (tmp_path / "table.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([labels, *rows])
    assert frictionless_errors(schema, path="table.csv", basepath=str(tmp_path)) == expected


def _each_cell_broken(good: list[str]) -> list[list[str]]:
    return [
        [*good[:place], junk, *good[place + 1 :]]
        for place in range(len(good))
        for junk in ("", "n'importe quoi", "2024-02-30", "-1", "x" * 300)
    ]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_what_arrow_matches_python_matches(pattern: str) -> None:
    shared = for_arrow(pattern)
    if shared is None:
        return
    signs = "abxABéß0٣\n -|.{}[]&+:^$"
    cells = ["", pattern, *signs, *map("".join, product(signs, repeat=2)), "aab", "+33238000000"]
    try:
        acquits = pc.match_substring_regex(pa.array(cells), shared).to_pylist()
    except pa.ArrowInvalid:
        return
    match = re.compile(anchored(pattern)).match
    assert [cell for cell, acquitted in zip(cells, acquits, strict=True) if acquitted] == [
        cell for cell, acquitted in zip(cells, acquits, strict=True) if acquitted and match(cell)
    ]


def test_patterns_of_the_published_schema_are_matched_by_arrow() -> None:
    for field in table_schema()["fields"]:
        pattern = field["constraints"].get("pattern")
        assert pattern is None or for_arrow(pattern), field["name"]


@pytest.mark.parametrize(
    ("schema", "cell", "kind"),
    [
        ({"type": "number", "constraints": {"minimum": 0}}, "sNaN", "type-error"),
        ({"type": "time", "constraints": {"minimum": "12:00:00Z"}}, "13:00:00", "type-error"),
    ],
)
def test_a_cell_that_stops_frictionless_costs_only_itself(
    schema: dict[str, Any], cell: str, kind: str
) -> None:
    whole = {"fields": [{"name": "c", **schema}, {"name": "d", "type": "integer"}]}
    rows = [[cell, "1"], ["", "x"]]
    with pytest.raises((ArithmeticError, TypeError)):
        frictionless_errors(whole, data=[["c", "d"], *rows])
    errors = find_errors(as_table(["c", "d"], rows), whole)
    assert errors[["row_number", "field", "type"]].to_numpy().tolist() == [
        [2, "c", kind],
        [3, "d", "type-error"],
    ]


def test_unhashable_values_can_be_unique() -> None:
    schema = {"fields": [{"name": "c", "type": "array", "constraints": {"unique": True}}]}
    rows = [["[1, 2]"], ["[1,2]"], ["[2]"]]
    with pytest.raises(TypeError):
        frictionless_errors(schema, data=[["c"], *rows])
    errors = find_errors(as_table(["c"], rows), schema)
    assert errors[["row_number", "type"]].to_numpy().tolist() == [[3, "unique-error"]]


@pytest.mark.parametrize(
    "field",
    [
        {"type": "nombre"},
        {"type": "string", "constraints": {"pattern": "("}},
        {"type": "integer", "constraints": {"minimum": "beaucoup"}},
    ],
)
def test_a_schema_without_meaning_is_refused(field: dict[str, Any]) -> None:
    with pytest.raises(FrictionlessException):
        find_errors(as_table(["c"], [["1"]]), {"fields": [{"name": "c", **field}]})


def test_errors_come_by_row_then_by_field() -> None:
    schema = {"fields": [{"name": name, "type": "integer"} for name in "ab"], "primaryKey": ["a"]}
    errors = find_errors(as_table(["a", "b"], [["1", "x"], ["y", "x"], ["1", "2"]]), schema)
    assert errors[["row_number", "field", "type"]].to_numpy().tolist() == [
        [2, "b", "type-error"],
        [3, "a", "type-error"],
        [3, "b", "type-error"],
        [3, "", "primary-key"],
        [4, "", "primary-key"],
    ]
