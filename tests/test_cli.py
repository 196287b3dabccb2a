"""The command's promises: exit statuses, one sentence, machine-readable results."""

import json
from pathlib import Path

import pytest

from opendata import pipeline
from opendata.cli.trouble import prefect_trouble
from opendata.paths import Paths
from tests.builders import ROWS, edit_dataset, edit_source, small_dataset, small_source
from tests.conftest import Command


@pytest.fixture
def dataset(paths: Paths) -> Paths:
    small_source(paths)
    small_dataset(paths)
    return paths


def test_check_tells_rows_issues_and_fields_as_json(dataset: Paths, command: Command) -> None:
    status, said = command("check", "essai", "--json")
    found = json.loads(said)
    assert status == 0
    assert (found["rows_in"], found["accepted"], found["quarantined"]) == (4, 4, 0)
    assert set(found) >= {"source", "rows_in", "accepted", "quarantined", "issues", "fields"}
    telephone = found["fields"]["telephone"]
    assert telephone == {"source_values": 3, "published_values": 3, "explained": 0}


def test_check_a_file_writes_its_issues(dataset: Paths, command: Command, tmp_path: Path) -> None:
    file = tmp_path / "autre.csv"
    file.write_text(ROWS.replace("02 61 91 00 01", "douze"), encoding="utf-8")
    folder = tmp_path / "rapport"
    status, said = command("check", str(file), "--as", "essai", "--report", str(folder))
    assert status == 0
    assert "« douze » n'est pas un numéro de téléphone" in said
    written = (folder / "problemes.csv").read_text(encoding="utf-8")
    assert "douze" in written
    assert "is not a valid French telephone number" in written
    assert command("check", str(file))[0] == 2


def test_check_runs_the_examples(dataset: Paths, command: Command) -> None:
    example = '[[example]]\ninput = { id = "1", nom = "A", tel = "x" }\nexpect = { nom = "B" }\n'
    edit_source(dataset, "essai", 'categories = { constant = "epn" }',
                'categories = { constant = "epn" }\n' + example)  # fmt: skip
    status, said = command("check", "essai", "--strict")
    assert status == 1
    assert "exemple 1, nom : « A » au lieu de « B »" in said


def test_strict_asks_for_a_person_when_rows_are_set_aside(dataset: Paths, command: Command) -> None:
    (dataset.project / "essai.csv").write_text(ROWS.replace("\n2;", "\n1;"), encoding="utf-8")
    assert command("check", "essai")[0] == 0
    assert command("check", "essai", "--strict")[0] == 1


def test_a_deposit_is_looked_at_before_it_is_kept(
    dataset: Paths, command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "recu.csv"
    file.write_text("autre;chose\n1;2\n", encoding="utf-8")
    status, said = command("deposit", "essai", str(file))
    assert (status, "« id »" in said) == (3, True)
    file.write_text(ROWS, encoding="utf-8")
    status, said = command("deposit", "essai", str(file))
    assert (status, "4 lignes" in said) == (0, True)


def test_a_steward_s_round(dataset: Paths, command: Command) -> None:
    status, said = command("preview", "jeu")
    assert (status, "Une relecture est demandée : rien d'autre ne s'y oppose." in said) == (0, True)
    assert "Première version : 4\xa0lieux." in said
    assert "opendata publish jeu --seal" in said
    assert command("hold", "jeu", "--reason", "à relire")[0] == 0
    status, said = command("status", "jeu")
    assert (status, "à relire" in said) == (0, True)
    status, said = command("publish", "jeu")
    assert (status, "La raison manque" in said) == (2, True)
    assert command("publish", "jeu", "--reason", "relu")[0] == 0
    assert command("publish", "jeu", "--reason", "relu")[0] == 2
    status, said = command("rollback", "jeu", "--reason", "essai")
    assert (status, "rien à quoi revenir" in said) == (2, True)
    (dataset.project / "essai.csv").write_text(ROWS.replace("12 quai", "14 quai"), "utf-8")
    assert pipeline.run("jeu", dataset).status == "published"
    assert command("rollback", "jeu", "--reason", "essai")[0] == 0
    found = json.loads(command("status", "jeu", "--json")[1])
    assert list(found[0]["withdrawn"].values()) == ["essai"]


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("OPENDATA_CATALOG", "/nulle/part", "OPENDATA_CATALOG"),
        ("OPENDATA_MIRROR", "/nulle/part", "mirror.toml"),
        ("OPENDATA_HOME", "/proc/nulle/part", "OPENDATA_HOME"),
    ],
)
def test_settings_nothing_can_work_with(
    dataset: Paths,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    word: str,
) -> None:
    monkeypatch.setenv(name, value)
    for arguments in (["status"], ["check", "essai"], ["run", "jeu"]):
        status, said = command(*arguments)
        assert (status, word in said) == (2, True), said


def test_a_territory_that_does_not_exist(dataset: Paths, command: Command) -> None:
    edit_dataset(dataset, "jeu", "epci:244500468", "region:99")
    status, said = command("run", "jeu")
    assert (status, "region:99" in said) == (2, True)


def test_a_busy_dataset_is_said_at_once(dataset: Paths, command: Command) -> None:
    with pipeline.publication_lock("jeu", dataset):
        status, said = command("run", "jeu")
    assert (status, "déjà en cours" in said) == (3, True)


def test_messages_have_an_english_version(
    dataset: Paths, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENDATA_LANG", "en")
    assert "4 rows read, 4 accepted" in command("check", "essai")[1]
    assert "latest release: none" in command("status")[1]


def test_a_flow_engine_that_does_not_answer_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    told = prefect_trouble(RuntimeError("Failed to reach API at http://127.0.0.1:1/api/"))
    assert told is not None
    assert "http://127.0.0.1:1/api ne répond pas" in told.fr
    assert prefect_trouble(RuntimeError("autre chose")) is None


def test_a_strict_run_asks_for_a_person_too(
    dataset: Paths, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    import flows.publish

    def without_engine(wanted: dict[str, object]) -> dict[str, object]:
        return pipeline.run(str(wanted["dataset"]), dataset).as_json()

    monkeypatch.setattr(flows.publish, "run_in_process", without_engine)
    (dataset.project / "essai.csv").write_text(ROWS.replace("\n2;", "\n1;"), encoding="utf-8")
    assert command("run", "jeu")[0] == 0
    assert command("run", "jeu", "--strict")[0] == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("chek", "la commande « chek » n'existe pas (voulez-vous dire « check » ?)"),
        ("check", "il manque « SOURCE|FILE »"),
        ("check --foo x", "l'option « --foo » n'existe pas"),
        ("run demo --review foo", "« --review » vaut « foo », qui n'est pas admis ; admis : auto"),
        ("why a b", "« b » est de trop"),
        ("check x --report", "l'option « --report » attend une valeur"),
        ("deposit", "Donnez SOURCE et FICHIER"),
    ],
)
def test_a_wrong_command_line_is_told_in_the_language_of_the_session(
    command: Command, line: str, said: str
) -> None:
    status, told = command(*line.split())
    assert status == 2
    assert said in told
