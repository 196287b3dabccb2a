"""What ``opendata check`` writes for the producer of a file."""

import base64
import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest

import opendata.checking
import opendata.read
from opendata.catalog import load_source
from opendata.checking import Checked, check_target, write_report
from opendata.cli import main
from opendata.diagnosis import diagnose
from opendata.paths import Paths
from opendata.read.given import REMARKS
from tests.builders import edit_source, small_source
from tests.conftest import Command

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


def test_a_source_that_maps_no_commune_is_checked_too(paths: Paths) -> None:
    file = small_source(paths, rows=ROWS)
    edit_source(paths, "essai", 'commune = { column = "ville", optional = true }\n', "")
    checked = check_target(str(file), "essai", paths)
    assert diagnose(checked.source, checked.harvest)["withheld"]["courriels"] == 0


def test_the_repaired_file_keeps_the_producers_columns(checked: Checked, tmp_path: Path) -> None:
    files = write_report(checked, tmp_path / "r")
    text = files.repaired.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))
    assert list(table[0]) == [*ROWS.splitlines()[0].split(";"), REMARKS]
    assert table[0]["nom"] == "Espace & Tilleuls"
    assert table[0]["cp"] == "01000"
    assert table[2]["tel"] == "02 61 91 00 05"
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


def test_the_page_names_the_producers_own_columns(checked: Checked, tmp_path: Path) -> None:
    page = page_of(checked, tmp_path).replace("\u00a0", " ")
    assert "colonne « tel » (téléphone)" in page
    assert "column “tel” (telephone)" in page
    assert "colonne « mel » (courriels)" in page


def test_a_required_field_is_named_in_the_heading(paths: Paths) -> None:
    file = small_source(paths, rows=ROWS.replace("Atelier des Mariniers", ""))
    problems = check_target(str(file), "essai", paths).diagnosis["problems"]
    empty = next(one for one in problems if one["code"] == "champ_requis_vide")
    assert empty["fr"].startswith("le champ « Nom » est vide")


def table_after(page: str, words: str) -> str:
    """The first table of the page after some words."""
    return page[page.index(words) :].partition("</table>")[0]


def test_proposals_have_a_column_only_where_there_are_some(paths: Paths, tmp_path: Path) -> None:
    rows = ROWS.replace("pas une adresse", "contact@gmial.com").replace("3 rue des", "=3 rue des")
    page = page_of(check_target(str(small_source(paths, rows=rows)), "essai", paths), tmp_path)
    assert "Proposition" not in table_after(page, "numéro de téléphone français valable")
    repaired = table_after(page, "le signe initial de")
    assert "Proposition" in repaired and "<code>3 rue des Tilleuls</code>" in repaired
    for table in re.findall(r"<table class=\"stack\">.*?</table>", page, re.DOTALL):
        columns = table.count('<th scope="col"')
        assert all(row.count("<td") == columns for row in table.split("<tr>")[2:])


def test_a_closed_list_says_what_is_allowed(paths: Paths, tmp_path: Path) -> None:
    rows = "id;nom;frais;type\n1;A;Gratuit;ASSO\n2;B;hors de prix;Vaisseau\n"
    file = small_source(paths, rows=rows)
    edit_source(
        paths,
        "essai",
        'categories = { constant = "epn" }',
        'frais_a_charge = { column = "frais" }\ntypologie = { column = "type" }\n'
        'categories = { constant = "epn" }',
    )
    checked = check_target(str(file), "essai", paths)
    kinds = {one["field"]: one for one in checked.diagnosis["problems"]}
    fees, types = kinds["frais_a_charge"], kinds["typologie"]
    assert fees["code"] == "hors_vocabulaire"
    assert len(fees["allowed"]) == fees["allowed_total"] <= 12
    assert len(types["allowed"]) == 12 < types["allowed_total"]
    page = page_of(checked, tmp_path)
    assert "Valeurs admises" in page and "<code>Gratuit</code>" in page
    assert f"<code>{types['allowed'][11]}</code>…" in page


def test_a_file_is_read_and_diagnosed_once(
    paths: Paths, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = small_source(paths, rows=ROWS)
    calls: list[str] = []

    def counted(module: object, name: str) -> None:
        original = getattr(module, name)

        def call(*arguments: object, **options: object) -> object:
            calls.append(name)
            return original(*arguments, **options)

        monkeypatch.setattr(module, name, call)

    counted(opendata.read, "read_one")
    counted(opendata.checking, "diagnose")
    for target in ((str(file), "--as", "essai"), ("essai",)):
        assert command("check", *target)[0] == 0
        assert sorted(calls) == ["diagnose", "read_one"]
        calls.clear()
    # The harvest of an unchanged copy is not done again: its file is read for the report alone.
    assert command("check", "essai")[0] == 0
    assert sorted(calls) == ["diagnose", "read_one"]


def test_the_terminal_says_whole_file_and_quotes_its_paths(
    paths: Paths, command: Command, tmp_path: Path
) -> None:
    rows = "id;nom;tel\n1;A;abc\n2;B;;;;x\n3;C\0;\n"
    file = small_source(paths, rows=rows)
    folder = tmp_path / "mon dossier"
    status, said = command("check", str(file), "--as", "essai", "--report", str(folder))
    assert status == 0
    assert "ligne 0" not in said and "tout le fichier : des caractères nuls" in said
    assert "attendues : 6 / 3" in said and "≠" not in said
    assert "telephone (« tel ») : " in said
    assert f"opendata check '{folder}/essai-corrige.csv' --as essai" in said
    page = (folder / "rapport.html").read_text("utf-8")
    assert "6 / 3" in page and "expected: 6 / 3" in page and "≠" not in page
    issues = pd.read_csv(folder / "problemes.csv", dtype=str)
    assert not issues["phrase"].str.contains("≠").any()
    status, said = command("check", str(folder / "essai-corrige.csv"))
    assert status == 2 and f"opendata check '{folder}/essai-corrige.csv' --as SOURCE" in said


def test_general_sentences_agree(paths: Paths) -> None:
    """« une valeur » is feminine, whatever the value of one case is."""
    from opendata.report import general_sentence
    from opendata.schema import problems

    masculine = re.compile(r"une valeur (?:n')?est (?:pas )?(?:repris|remplacé|publié|gardé)\b")
    for code, problem in problems().items():
        assert not masculine.search(general_sentence(problem.sentence.fr)), code
