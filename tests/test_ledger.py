"""The account of every value: published, or a line that says why not; the sums are exact."""

import pandas as pd

from opendata.catalog import load_source
from opendata.checking import check_target, summary
from opendata.harvest import Harvest, harvest, harvest_file
from opendata.ledger import LEDGER_COLUMNS, as_issues, as_ledger
from opendata.model import FetchOutcome
from opendata.paths import Paths
from tests.builders import edit_source, small_source


def assert_exact(found: Harvest) -> None:
    for name, account in summary(found)["fields"].items():
        total = account["published_values"] + account["explained"]
        assert account["source_values"] == total, (name, account)
    unknown = found.ledger[found.ledger["code"] == "valeur_perdue"]
    assert unknown.empty, unknown.head().to_string()


def harvested(paths: Paths, rows: str) -> Harvest:
    file = small_source(paths, rows=rows)
    return harvest_file(load_source("essai", paths), file)


DAMAGED = """id;nom;adresse;cp;ville;tel;mel;couleur
1;Espace des Tilleuls;3 rue des Tilleuls;45000;Orléans;abc;contact@exemple.fr;bleu
2;;12 quai de Loire;41000;Blois;02 61 91 00 02;pas une adresse;
3;Point net du Berry;-;18000;Bourges;;;vert
3;Point net du Cher;2 rue du Cher;18000;Bourges;02 61 91 00 09;;
"""


def test_every_value_is_published_or_explained(paths: Paths) -> None:
    found = harvested(paths, DAMAGED)
    assert_exact(found)
    account = found.accounts["telephone"]
    # One unreadable, one of a row without a name, one of a row whose key was already used.
    assert account == {"source_values": 3, "published_values": 0, "explained": 3}
    lines = found.ledger[found.ledger["field"] == "telephone"]
    assert lines[["row", "code", "value"]].values.tolist() == [
        [2, "telephone_illisible", "abc"],
        [3, "ligne_ecartee", "02 61 91 00 02"],
        [5, "ligne_ecartee", "02 61 91 00 09"],
    ]


def test_traces_stand_in_the_ledger_and_in_no_report(paths: Paths) -> None:
    found = harvested(paths, DAMAGED)
    assert "ligne_ecartee" in set(found.ledger["code"])
    assert "ligne_ecartee" not in set(found.issues["code"])
    assert set(found.issues["code"]) <= set(found.ledger["code"])


def test_a_column_nobody_reads_is_in_the_report(paths: Paths) -> None:
    issues = harvested(paths, DAMAGED).issues
    unread = issues[issues["code"] == "colonne_non_lue"]
    assert unread[["row", "value", "detail"]].values.tolist() == [[0, "couleur", "2"]]


def test_the_second_telephone_serves_when_the_first_cannot_be_read(paths: Paths) -> None:
    small_source(paths)
    edit_source(
        paths, "essai", 'telephone = { column = "tel", optional = true }',
        'telephone = { first_of = ["tel", "mobile"] }',
    )  # fmt: skip
    file = paths.project / "essai.csv"
    file.write_text(
        "id;nom;cp;tel;mobile\n1;Un;45000;voir site;02 61 91 00 01\n"
        "2;Deux;45000;02 61 91 00 02;02 61 91 00 03\n3;Trois;45000;02 61 91 00 04;0261910004\n",
        encoding="utf-8",
    )
    found = harvest_file(load_source("essai", paths), file)
    assert_exact(found)
    assert found.table["telephone"].tolist() == ["+33261910001", "+33261910002", "+33261910004"]
    lines = found.issues[found.issues["field"] == "telephone"]
    assert lines[["row", "code", "value", "published"]].values.tolist() == [
        [2, "telephone_illisible", "voir site", ""],
        [3, "valeur_non_retenue", "02 61 91 00 03", "+33261910002"],
    ]


def test_the_ledger_keeps_everything_an_issue_says(paths: Paths) -> None:
    issues = harvested(paths, DAMAGED).ledger
    ledger = as_ledger(issues)
    assert tuple(ledger.columns) == LEDGER_COLUMNS
    assert set(ledger["severity"]) <= {"trace", "info", "warning", "error"}
    pd.testing.assert_frame_equal(as_issues(ledger)[issues.columns], issues)


def test_a_stored_harvest_comes_back_the_same(paths: Paths) -> None:
    small_source(paths, rows=DAMAGED)
    source = load_source("essai", paths)
    first = check_target("essai", None, paths).harvest
    again = harvest(source, FetchOutcome("essai", (first.snapshot,), False), paths)
    pd.testing.assert_frame_equal(first.ledger, again.ledger[first.ledger.columns])
    pd.testing.assert_frame_equal(first.originals, again.originals)
    assert summary(first) == summary(again)
