"""What ``opendata check`` writes for the producer of a file."""

import base64
import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from opendata.catalog import load_source
from opendata.checking import Checked, check_target, write_report
from opendata.cli import main
from opendata.diagnosis import REMARKS, diagnose
from opendata.paths import Paths
from tests.builders import small_source

ROWS = """id;nom;adresse;cp;ville;tel;mel;couleur
1;"Espace &amp; Tilleuls";3 rue des Tilleuls;1000;Bourg-en-Bresse;abc;contact@exemple.fr;bleu
2;Atelier des Mariniers;12 quai de Loire;41000;Blois;abc;pas une adresse;
3;Point net <script>alert(1)</script>;1 place de la Mairie;18000;Bourges;02.61.91.00.05;;
3;Médiathèque du Pont;5 rue du Pont;37000;Tours;xyz;;
"""


@pytest.fixture
def checked(paths: Paths) -> Checked:
    file = small_source(paths, rows=ROWS)
    return check_target(str(file), "essai", paths)


def page_of(checked: Checked, folder: Path) -> str:
    return write_report(checked, folder).page.read_text("utf-8")


def test_each_value_stands_once_worst_kind_first(checked: Checked) -> None:
    found = diagnose(checked.source, checked.harvest)
    assert (found["rows_in"], found["accepted"], found["quarantined"]) == (4, 3, 1)
    phones = next(one for one in found["problems"] if one["field"] == "telephone")
    assert phones["count"] == 3
    assert [(v["value"], v["count"], v["lines"]) for v in phones["values"]] == [
        ("abc", 2, [2, 3]),
        ("xyz", 1, [5]),
    ]
    order = [one["severity"] for one in found["problems"]]
    assert order == sorted(order, key=["error", "warning", "info"].index)
    assert [one["line"] for one in found["refused"]] == [5]
    assert found["unread"] == [{"column": "couleur", "values": 1}]


def test_the_repaired_file_keeps_the_producers_columns(checked: Checked, tmp_path: Path) -> None:
    files = write_report(checked, tmp_path / "r")
    text = files.repaired.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))
    assert list(table[0]) == [*ROWS.splitlines()[0].split(";"), REMARKS]
    assert table[0]["nom"] == "Espace & Tilleuls"
    assert table[0]["cp"] == "01000"
    assert table[2]["tel"] == "+33261910005"
    # What could not be read is left as the producer wrote it, with a remark.
    assert table[0]["tel"] == "abc"
    assert "« abc »" in table[0][REMARKS]
    assert "Identifiant" in table[3][REMARKS]
    assert table[2]["couleur"] == ""


def test_the_page_carries_the_file_and_asks_nothing_of_a_network(
    checked: Checked, tmp_path: Path
) -> None:
    page = page_of(checked, tmp_path)
    encoded = re.search(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', page)
    assert encoded
    assert base64.b64decode(encoded[1]) == (tmp_path / "essai-corrige.csv").read_bytes()
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    assert "<script>alert" not in page
    assert 'lang="en"' in page and 'lang="fr"' in page


def test_the_ledger_is_written_whole(checked: Checked, tmp_path: Path) -> None:
    files = write_report(checked, tmp_path)
    ledger = pd.read_parquet(files.ledger)
    assert {"source", "row", "field", "original", "published", "rule", "severity"} <= set(ledger)
    assert "ligne_ecartee" in set(ledger["rule"])
    issues = pd.read_csv(files.issues, dtype=str)
    assert "ligne_ecartee" not in set(issues["code"])


def test_json_is_one_object_whose_sums_are_exact(
    paths: Paths, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = small_source(paths, rows=ROWS)
    monkeypatch.setenv("OPENDATA_CATALOG", str(paths.catalog))
    monkeypatch.setenv("OPENDATA_HOME", str(paths.home))
    with pytest.raises(SystemExit) as ended:
        main(["check", str(file), "--as", "essai", "--json"])
    assert ended.value.code == 0
    found = json.loads(capsys.readouterr().out)
    assert {"source", "rows_in", "accepted", "quarantined", "issues", "fields"} <= set(found)
    assert found["issues"]["telephone_illisible"] == 3
    for account in found["fields"].values():
        assert account["source_values"] == account["published_values"] + account["explained"]
    assert (paths.checks("essai") / "rapport.html").is_file()


def test_a_clean_file_says_so(paths: Paths, tmp_path: Path) -> None:
    rows = "id;nom;cp;ville\n1;Espace des Tilleuls;45000;Orléans\n"
    file = small_source(paths, rows=rows)
    source = load_source("essai", paths)
    page = page_of(check_target(str(file), source.id, paths), tmp_path)
    assert "Rien à corriger dans" in page
    assert "Nothing to correct in" in page
