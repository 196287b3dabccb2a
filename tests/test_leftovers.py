"""The parts of a listing cell that no rule reads have their line in the ledger."""

import pandas as pd

from opendata.leftovers import unread_parts
from opendata.model import Rule


def match(column: str, *terms: str, contains: bool = False) -> Rule:
    return Rule(kind="match", columns=(column,), terms=terms, value="x", contains=contains)


def lines(
    cells: list[str], filled: str = "", **mapping: tuple[Rule, ...]
) -> list[tuple[int, str, str]]:
    index = pd.RangeIndex(2, len(cells) + 2, name="ligne")
    table = pd.DataFrame({"public": cells}, index=index, dtype="str")
    fields = dict.fromkeys(mapping, pd.Series(filled, index=index, dtype="str"))
    found = unread_parts(table, mapping, fields)
    return list(found[["row", "field", "value"]].itertuples(index=False, name=None))


def test_what_no_rule_reads_is_told_under_the_first_field() -> None:
    cells = ["Jeunes, Réfugiés; Oui | Seniors", "Jeunes", "Réfugiés, Résidents", "Seniors,Jeunes"]
    found = lines(
        cells,
        publics=(match("public", "jeunes"),),
        autres=(match("public", "senior", contains=True),),
    )
    assert found == [(2, "publics", "Réfugiés")]


def test_prose_brackets_and_columns_read_otherwise_are_left_alone() -> None:
    long = "Jeunes, " + "un texte qui raconte ce que le lieu propose à tous ses visiteurs " * 2
    assert lines([long, "Jeunes (association, ONG)"], publics=(match("public", "jeunes"),)) == []
    whole = Rule(kind="column", columns=("public",))
    rules = {"publics": (match("public", "jeunes"),), "presentation_detail": (whole,)}
    assert lines(["Jeunes, Réfugiés"], **rules) == []


def test_a_term_that_looks_like_a_list_is_one_term() -> None:
    cells = ["Familles/enfants, Adultes", "familles/enfants, Jeunes"]
    found = lines(cells, publics=(match("public", "Familles/enfants"), match("public", "jeunes")))
    assert found == [(2, "publics", "Adultes")]


def test_a_cell_that_no_rule_reads_is_told_where_another_column_filled_the_field() -> None:
    rules = {"publics": (match("public", "jeunes"),)}
    cells = ["Réfugiés", "Réfugiés, Résidents", "oui", "Jeunes"]
    assert lines(cells, **rules) == []
    assert lines(cells, filled="Seniors", **rules) == [
        (2, "publics", "Réfugiés"),
        (3, "publics", "Réfugiés, Résidents"),
    ]
