"""The contract of a source and the published schema, on small tables."""

from dataclasses import replace

import pandas as pd
import pytest

from opendata.catalog import load_source
from opendata.check import check_contract, check_rows, release_errors
from opendata.errors import ContractError
from opendata.model import Contract, Source
from opendata.paths import Paths
from opendata.schema import table_schema
from tests.builders import small_source


@pytest.fixture
def source(paths: Paths) -> Source:
    small_source(paths)
    return load_source("essai", paths)


def table(columns: dict[str, list[str]], first_line: int = 2) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    index = pd.RangeIndex(first_line, first_line + rows, name="ligne")
    return pd.DataFrame(columns, index=index, dtype="str")


def told(issues: pd.DataFrame) -> list[tuple[object, ...]]:
    names = ["row", "field", "code", "value", "detail"]
    return list(issues[names].itertuples(index=False, name=None))


def with_contract(source: Source, **terms: object) -> Source:
    return replace(source, contract=replace(Contract(), **terms))  # type: ignore[arg-type]


def test_keys_and_types_of_the_contract(source: Source) -> None:
    strict = with_contract(source, key=("a", "b"), types={"n": "integer", "d": "date"})
    raw = table(
        {
            "a": ["1", "1", "", "", "2"],
            "b": ["x", "x", "", "", ""],
            "n": ["1", "un", "3", "", "5.5"],
            "d": ["2024-01-05", "5/1/2024", "hier", "", ""],
            "autre": ["", "", "", "", ""],
        },
        first_line=10,
    )
    refused, issues = check_contract(raw, strict)
    assert refused.to_dict() == {11: "cle_en_double", 12: "cle_absente", 13: "cle_absente"}
    assert refused.dtype == "str"
    assert told(issues) == [
        (11, "n", "type_non_respecte", "un", "integer"),
        (11, "id", "cle_en_double", "1 / x", "a, b"),
        (12, "d", "type_non_respecte", "hier", "date"),
        (12, "id", "cle_absente", " / ", "a, b"),
        (13, "id", "cle_absente", " / ", "a, b"),
        (14, "n", "type_non_respecte", "5.5", "integer"),
    ]
    assert set(issues["source"]) == {"essai"}


def test_a_contract_that_is_kept_says_nothing(source: Source) -> None:
    strict = with_contract(source, key=("a",), types={"n": "integer"})
    refused, issues = check_contract(table({"a": ["1", "2"], "n": ["1", ""]}), strict)
    assert refused.empty
    assert issues.empty


def test_a_missing_column_is_named(source: Source) -> None:
    strict = with_contract(source, required_columns=("nom", "commune"))
    with pytest.raises(ContractError, match="comune") as caught:
        check_contract(table({"nom": ["x"], "comune": ["y"]}), strict)
    assert "« commune »" in caught.value.fr


def test_rows_are_emptied_or_set_aside(source: Source) -> None:
    normal = table(
        {
            "id": ["1", "2", "", "1", ""],
            "nom": ["Un", "", "Trois", "x" * 251, ""],
            "categories": ["epn", "epn", "epn", "café", ""],
            "telephone": ["0238", "+33238000000", "", "", ""],
        },
        first_line=5,
    )
    corrected, refused, issues = check_rows(normal, source)
    assert refused.to_dict() == {
        6: "champ_requis_vide",
        7: "cle_absente",
        8: "cle_en_double",
        9: "champ_requis_vide",
    }
    pattern = 'constraint "pattern" is "'
    assert [(*line[:4], line[4].startswith(pattern)) for line in told(issues)] == [
        (5, "telephone", "contrainte_non_respectee", "0238", True),
        (6, "nom", "champ_requis_vide", "", False),
        (7, "id", "cle_absente", "", False),
        (8, "categories", "contrainte_non_respectee", "café", True),
        (8, "nom", "contrainte_non_respectee", "x" * 251, False),
        # A row without any value lacks each of its required values.
        (9, "categories", "champ_requis_vide", "", False),
        (9, "id", "cle_absente", "", False),
        (9, "nom", "champ_requis_vide", "", False),
        (8, "id", "cle_en_double", "1", False),
    ]
    expected = normal.copy()
    expected.loc[5, "telephone"] = ""
    expected.loc[8, ["nom", "categories"]] = ""
    pd.testing.assert_frame_equal(corrected, expected)


def test_what_is_wrong_with_a_release_is_told_by_line() -> None:
    schema = table_schema("passerelle")
    names = [field["name"] for field in schema["fields"]]
    good = {"source": "essai", "cle": "1", "lieu_id": "l-1", "role": "principale"}
    rows = [good, good | {"cle": "2", "role": "autre"}, good]
    release = pd.DataFrame(rows, columns=names, dtype="str")
    first, second = release_errors(release, schema)
    assert first.startswith('line 3: The cell "autre" in row at position "3" and field "role"')
    assert second.startswith('line 4: Row at position "4" violates the primary key: the same as')
    assert release_errors(release.iloc[:2].assign(role="principale"), schema) == []
    assert release_errors(release[["source"]].iloc[:0], schema) == [
        f'There is a missing label in the header\'s field "{name}" at position "{number}"'
        for number, name in enumerate(names[1:], start=2)
    ]


def test_rows_that_the_source_calls_inactive_are_set_aside_for_that_alone(source: Source) -> None:
    closed = with_contract(source, key=("id",), inactive={"etat": ("Fermé", "inactif")})
    raw = table({"id": ["1", "2", "2", ""], "etat": ["ouvert", "FERME", "", "Inactif"]})
    refused, issues = check_contract(raw, closed)
    assert refused.to_dict() == {3: "ligne_inactive", 4: "cle_en_double", 5: "ligne_inactive"}
    assert (3, "", "ligne_inactive", "FERME", "etat") in told(issues)
    with pytest.raises(ContractError, match="etat"):
        check_contract(table({"id": ["1"]}), closed)


@pytest.mark.parametrize("cell", ["-1", "1,5", "abc", "nan", "1e3x", "1.5.2"])
@pytest.mark.parametrize("kind", ["number", "integer"])
def test_a_number_that_is_none_is_found_among_a_hundred(kind: str, cell: str) -> None:
    """Columns of plain numbers are acquitted together; the wrong one still is condemned."""
    names = [f"n{number}" for number in range(100)]
    fields = [{"name": name, "type": kind, "constraints": {"minimum": 0}} for name in names]
    table = pd.DataFrame({name: ["12", "7", "0"] for name in names}, dtype="str")
    assert release_errors(table, {"fields": fields}) == []
    table.loc[1, "n57"] = cell
    (error,) = release_errors(table, {"fields": fields})
    assert error.startswith("line 3") and "n57" in error
    fields[3]["constraints"] = {"minimum": 0, "required": True}
    table.loc[1, ["n3", "n57"]] = ""
    (error,) = release_errors(table, {"fields": fields})
    assert "n3" in error
