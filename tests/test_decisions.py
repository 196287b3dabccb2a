"""What a person decides: how it is written, read back, kept, and shown."""

import json
import multiprocessing
import os
import signal
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opendata.catalog import (
    append_corrections,
    append_pair,
    append_pairs,
    append_release,
    append_tolerance,
    corrections_path,
    decisions_path,
    load_corrections,
    load_decisions,
)
from opendata.errors import CatalogError, UsageError
from opendata.model import Correction, Decisions, PairDecision, ReleaseDecision, Tolerance
from opendata.paths import Paths
from tests.builders import small_dataset, small_source
from tests.conftest import Command

DAY = "2026-11-27"
PAIR = PairDecision(
    (("hub-lo", "1042"), ("france-services", "37")), True, "même guichet", "Ada Martin", DAY
)
TOLERANCE = Tolerance("max_loss_pct", 45.0, "hub-lo", "2026-12-31", "travaux", "Ada Martin", DAY)
RELEASE = ReleaseDecision("held", "2026-11-27.2", "0f" * 32, "à relire", "Ada Martin", DAY)

TEXT = """\
[[pair]]
rows = ["hub-lo:1042", "france-services:37"]
answer = "same"
reason = "même guichet"
author = "Ada Martin"
date = 2026-11-27

[[tolerance]]
gate = "max_loss_pct"
value = 45
subject = "hub-lo"
until = 2026-12-31
reason = "travaux"
author = "Ada Martin"
date = 2026-11-27
"""
RELEASE_TEXT = """\
[[release]]
action = "held"
version = "2026-11-27"
content = ""
reason = "à relire"
author = "Ada Martin"
date = 2026-11-27
"""


def write(paths: Paths, text: str) -> Path:
    path = decisions_path("jeu", paths)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
    return path


def test_no_file_is_no_decision(paths: Paths) -> None:
    assert load_decisions("jeu", paths) == Decisions()


def test_what_a_steward_writes_is_read(paths: Paths) -> None:
    write(paths, TEXT)
    found = load_decisions("jeu", paths)
    assert (found.pairs, found.tolerances, found.releases) == ((PAIR,), (TOLERANCE,), ())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[pair]]", "[[paire]]", "« paire »"),
        ("[[pair]]", "[pair]", "une liste"),
        ("answer =", "anwser =", "le plus proche est « answer »"),
        ('"same"', '"même"', "le plus proche est « same »"),
        ('"same"', "true", "c'est un texte qui est attendu"),
        (', "france-services:37"', "", "une paire en a deux"),
        ('"france-services:37"', '" hub-lo:1042 "', "nomme deux fois la ligne « hub-lo:1042 »"),
        ('"france-services:37"', '"france-services#37"', "une ligne s'écrit « source:clé »"),
        ('"france-services:37"', '"france-services: "', "une ligne s'écrit « source:clé »"),
        ('"france-services:37"', "37", "des textes"),
        ('reason = "même guichet"', 'reason = ""', "« pair 1.reason » manque"),
        ("date = 2026-11-27", "date = 20261127", "c'est une date qui est attendu"),
        ("date = 2026-11-27", 'date = "hier"', "« hier », or une date s'écrit"),
        ("max_loss_pct", "max_los_pct", "le plus proche est « max_loss_pct »"),
        ("value = 45", 'value = "45"', "c'est un nombre qui est attendu"),
        ("value = 45", "value = -1", "« -1 », or « max_loss_pct » est un nombre de 0 à 100"),
        ("value = 45", "value = 450", "de 0 à 100"),
        ("value = 45", "value = nan", "« nan »"),
        ('"max_loss_pct"\nvalue = 45', '"min_places"\nvalue = inf', "« inf »"),
        ('"max_loss_pct"\nvalue = 45', '"moved_m"\nvalue = 45', "« moved_m »"),
        ("value = 45\n", "", "« tolerance 1.value » manque"),
        ("until = 2026-12-31", 'until = "fin décembre"', "« tolerance 1.until »"),
        ('action = "held"', 'action = "hold"', "le plus proche est « held »"),
        ('content = ""\n', "", "« release 1.content » manque"),
        ("[[release]]", "release = [3]\n[[autre]]", "« autre »"),
    ],
)
def test_what_is_wrong_is_one_sentence(paths: Paths, old: str, new: str, said: str) -> None:
    text = TEXT + RELEASE_TEXT
    assert old in text
    write(paths, text)
    assert len(load_decisions("jeu", paths).releases) == 1
    write(paths, text.replace(old, new, 1))
    with pytest.raises(CatalogError) as caught:
        load_decisions("jeu", paths)
    assert said in caught.value.fr
    assert caught.value.fr.startswith("catalog/decisions/jeu.toml : ")


def test_an_entry_that_is_no_table_is_refused(paths: Paths) -> None:
    write(paths, 'pair = ["hub-lo:1042"]\n')
    with pytest.raises(CatalogError, match=r"« pair 1 » vaut « hub-lo:1042 », or c'est une table"):
        load_decisions("jeu", paths)


def test_a_row_of_a_source_that_left_is_still_read(paths: Paths) -> None:
    write(paths, TEXT.replace("hub-lo:1042", "partie:a:b c"))
    assert load_decisions("jeu", paths).pairs[0].rows[0] == ("partie", "a:b c")


def test_the_last_answer_about_a_pair_counts(paths: Paths) -> None:
    swapped = replace(PAIR, rows=PAIR.rows[::-1], same=False, reason="deux portes")
    other = replace(PAIR, rows=(("a", "1"), ("b", "2")))
    append_pairs("jeu", (PAIR, other, swapped), paths)
    assert load_decisions("jeu", paths).pairs == (other, swapped)


def test_the_fingerprint_is_that_of_the_pairs_alone(paths: Paths) -> None:
    other = replace(PAIR, rows=(("a", "1"), ("b", "2")), same=False)

    def fingerprint() -> str:
        return load_decisions("jeu", paths).fingerprint

    append_tolerance("jeu", TOLERANCE, paths)
    assert fingerprint() == ""
    append_pairs("jeu", (PAIR, other), paths)
    first = fingerprint()
    assert len(first) == 64
    append_tolerance("jeu", replace(TOLERANCE, value=60.0), paths)
    append_release("jeu", RELEASE, paths)
    assert fingerprint() == first
    # Whatever the order of the pairs and of the rows in them.
    append_pairs("jeu", (other, replace(PAIR, rows=PAIR.rows[::-1])), paths)
    assert fingerprint() == first
    append_pair("jeu", replace(PAIR, same=False), paths)
    assert fingerprint() != first


def test_decisions_are_written_as_they_are_read(paths: Paths) -> None:
    odd = replace(
        PAIR, rows=(("a", 'clé "x" \\ 1'), ("b", "c:d#3")), reason='dit "oui"\nau téléphone\t!'
    )
    endless = replace(TOLERANCE, value=12.25, subject="", until="")
    append_pair("jeu", odd, paths)
    append_tolerance("jeu", endless, paths)
    append_tolerance("jeu", TOLERANCE, paths)
    path = append_release("jeu", RELEASE, paths)
    found = load_decisions("jeu", paths)
    assert found.pairs == (odd,)
    assert found.tolerances == (endless, TOLERANCE)
    assert found.releases == (RELEASE,)
    assert path.read_text(encoding="utf-8").startswith("# Decisions")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_what_the_steward_wrote_stays(paths: Paths, end: str, last: bool) -> None:
    text = ("# à voir avec la mairie\n" + TEXT + "\n\n# fin\n").replace("\n", end)
    text = text if last else text.removesuffix(end)
    path = write(paths, text)
    append_release("jeu", RELEASE, paths)
    after = path.read_bytes().decode()
    assert after.startswith(text)
    assert after.count("\n") == after.count(end)
    found = load_decisions("jeu", paths)
    assert (found.pairs, found.tolerances, found.releases) == ((PAIR,), (TOLERANCE,), (RELEASE,))


@pytest.mark.parametrize(
    "wrong",
    [
        replace(PAIR, reason=""),
        replace(PAIR, date="2026-02-30"),
        replace(PAIR, rows=(PAIR.rows[0], PAIR.rows[0])),
        replace(PAIR, rows=(PAIR.rows[0], ("Une source", "1"))),
    ],
)
def test_a_wrong_decision_never_reaches_the_file(paths: Paths, wrong: PairDecision) -> None:
    path = append_pair("jeu", PAIR, paths)
    before = path.read_bytes()
    with pytest.raises(CatalogError):
        append_pairs("jeu", (replace(PAIR, same=False), wrong), paths)
    assert path.read_bytes() == before


def test_a_file_that_was_wrong_is_told_as_such_and_left(paths: Paths) -> None:
    path = write(paths, TEXT.replace("gate", "gaet"))
    before = path.read_bytes()
    with pytest.raises(CatalogError, match=r"« tolerance 1\.gaet »"):
        append_pair("jeu", PAIR, paths)
    assert path.read_bytes() == before


def test_a_list_in_brackets_is_left_with_a_sentence(paths: Paths) -> None:
    path = write(paths, "pair = []\n")
    with pytest.raises(CatalogError, match=r"« \[\[nom\]\] »"):
        append_pair("jeu", PAIR, paths)
    assert path.read_text(encoding="utf-8") == "pair = []\n"
    append_release("jeu", RELEASE, paths)
    assert load_decisions("jeu", paths).releases == (RELEASE,)


def test_a_catalogue_that_cannot_be_written_is_one_sentence(paths: Paths) -> None:
    (paths.catalog / "decisions").write_text("un fichier", encoding="utf-8")
    with pytest.raises(UsageError, match="ne peut pas être écrit") as caught:
        append_pair("jeu", PAIR, paths)
    assert (caught.value.code, caught.value.exit_status) == ("catalogue_non_modifiable", 2)


def test_a_stop_before_the_file_is_replaced_leaves_the_old_one(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = append_pair("jeu", PAIR, paths)
    before = path.read_bytes()

    def stopped(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("opendata.files.Path.replace", stopped)
        with pytest.raises(KeyboardInterrupt):
            append_tolerance("jeu", TOLERANCE, paths)
    assert path.read_bytes() == before
    append_tolerance("jeu", TOLERANCE, paths)
    assert load_decisions("jeu", paths).tolerances == (TOLERANCE,)


def _die_before_replacing(paths: Paths) -> None:
    def killed(self: Path, target: Path) -> Path:
        os.kill(os.getpid(), signal.SIGKILL)
        return target

    Path.replace = killed  # type: ignore[method-assign,assignment]
    append_tolerance("jeu", TOLERANCE, paths)


def test_a_kill_before_the_file_is_replaced_leaves_the_old_one(paths: Paths) -> None:
    path = append_pair("jeu", PAIR, paths)
    before = path.read_bytes()
    child = multiprocessing.get_context("fork").Process(target=_die_before_replacing, args=[paths])
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert path.read_bytes() == before
    # What the killed command left, its lock too, is in nobody's way.
    append_tolerance("jeu", TOLERANCE, paths)
    found = load_decisions("jeu", paths)
    assert (found.pairs, found.tolerances) == ((PAIR,), (TOLERANCE,))


def _append_many(paths: Paths, who: str) -> None:
    for number in range(10):
        append_pair("jeu", replace(PAIR, rows=((who, str(number)), ("b", "1"))), paths)


def test_two_commands_at_once_forget_nothing(paths: Paths) -> None:
    # A fork of a process with threads is no safe ground for a test.
    apart = multiprocessing.get_context("spawn")
    children = [apart.Process(target=_append_many, args=[paths, who]) for who in ("x", "y", "z")]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert len(load_decisions("jeu", paths).pairs) == 30


def test_corrections_are_checked_before_they_are_written_too(paths: Paths) -> None:
    one = Correction("essai", "1", 0, "nom", "", "Un nom", "vu", "Ada", DAY)
    path = append_corrections("jeu", [one], paths)
    text = path.read_bytes()
    assert path == corrections_path("jeu", paths)
    assert load_corrections("jeu", ("essai",), paths)[0] == (one,)
    with pytest.raises(CatalogError, match="telefone"):
        append_corrections("jeu", [replace(one, field="telefone")], paths)
    assert path.read_bytes() == text


# --- the command ------------------------------------------------------------------------


@pytest.fixture
def dataset(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("USER", "ada.martin")
    small_source(paths)
    small_source(paths, "autre")
    small_dataset(paths, sources=("essai", "autre"))
    return paths


def test_a_pair_is_decided_from_the_command_line(dataset: Paths, command: Command) -> None:
    pair = ("decision", "pair", "jeu", "essai:1", "autre:0042")
    status, said = command(*pair, "même", "--reason", "vu sur place")
    assert status == 0
    assert "essai:1 = autre:0042 : même lieu" in said
    assert "signée « ada.martin »" in said
    assert "opendata preview jeu" in said
    today = datetime.now(UTC).date().isoformat()
    rows = (("essai", "1"), ("autre", "0042"))
    one = PairDecision(rows, True, "vu sur place", "ada.martin", today)
    assert load_decisions("jeu", dataset).pairs == (one,)
    before = decisions_path("jeu", dataset).read_bytes()
    swapped = ("decision", "pair", "jeu", "autre:0042", "essai:1")
    status, said = command(*swapped, "same", "--reason", "encore")
    assert (status, "Déjà décidé par ada.martin" in said) == (0, True)
    assert decisions_path("jeu", dataset).read_bytes() == before
    assert command(*swapped, "different", "--reason", "non", "--author", "Bob")[0] == 0
    last = load_decisions("jeu", dataset).pairs[0]
    assert (last.same, last.author) == (False, "Bob")


def test_a_row_that_no_release_has_is_told(dataset: Paths, command: Command) -> None:
    folder = dataset.releases("jeu") / "2026-11-27"
    folder.mkdir(parents=True)
    rows = "source,cle,lieu_id,role\nessai,1,l-1,principale\nautre,0042,l-2,principale\n"
    (folder / "passerelle.csv").write_text(rows, encoding="utf-8")
    (folder / "lieux.csv").write_text("lieu_id,nom\nl-1,Un\nl-2,Deux\n", encoding="utf-8")
    dataset.latest("jeu").symlink_to(folder, target_is_directory=True)
    decide = ("decision", "pair", "jeu", "essai:1")
    assert "!" not in command(*decide, "autre:0042", "même", "--reason", "vu")[1]
    status, said = command(*decide, "autre:42", "même", "--reason", "vu")
    assert (status, "! autre:42 n'est d'aucun lieu publié" in said) == (0, True)
    assert "! essai:1" not in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pair", "jeu", "essai", "autre:1", "même"), "écrivez « source:clé »"),
        (("pair", "jeu", "essay:1", "autre:1", "même"), "le plus proche est « essai »"),
        (("pair", "jeu", "essai:1", "essai:1", "même"), "comparé à lui-même"),
        (("pair", "jeu", "essai:1", "autre:1", "même ?"), "« même ? » n'est pas une réponse"),
        (("pair", "jeux", "essai:1", "autre:1", "même"), "le plus proche est « jeu »"),
        (("tolerance", "jeu", "max_los", "3"), "le plus proche est « max_loss_pct »"),
        (("tolerance", "jeu", "max_loss_pct", "beaucoup"), "donnez un nombre, de 0 à 100"),
        (("tolerance", "jeu", "max_loss_pct", "101"), "donnez un nombre, de 0 à 100"),
        (("tolerance", "jeu", "min_places", "inf"), "donnez un nombre, 0 ou plus"),
        (("tolerance", "jeu", "max_field_loss_pct", "3", "--subject", "essay"), "« essai »"),
        (
            ("tolerance", "jeu", "max_field_loss_pct", "3", "--subject", "essai/telefone"),
            "« telephone »",
        ),
        (("tolerance", "jeu", "max_field_loss_pct", "3", "--until", "demain"), "année-mois-jour"),
        (("tolerance", "jeu", "max_field_loss_pct", "3", "--reason", " "), "« --reason » est vide"),
    ],
)
def test_a_wrong_command_is_one_sentence_and_writes_nothing(
    dataset: Paths, command: Command, arguments: tuple[str, ...], said: str
) -> None:
    status, told = command("decision", arguments[0], "--reason", "vu", *arguments[1:])
    assert (status, said in told) == (2, True), told
    assert not decisions_path("jeu", dataset).exists()


def test_a_tolerance_is_decided_and_its_end_is_said(dataset: Paths, command: Command) -> None:
    widen = ("decision", "tolerance", "jeu")
    given = ("--reason", "travaux", "--author", "Ada")
    status, said = command(
        *widen, "max_loss_pct", "45,5", "--subject", "essai", "--until", "2999-12-31", *given
    )
    assert status == 0
    assert "max_loss_pct = 45,5 pour essai, jusqu'au 2999-12-31 inclus" in said
    assert "opendata preview jeu" in said
    assert command(*widen, "min_places", "700", "--until", "2020-01-31", *given)[0] == 0
    assert command(*widen, "max_field_loss_pct", "60", "--subject", "essai/nom", *given)[0] == 0
    status, said = command("decision", "list", "jeu")
    assert status == 0
    assert "Aucune paire n'attend de réponse" in said
    assert "min_places = 700, échue le 2020-01-31 — travaux (Ada, " in said
    assert "max_field_loss_pct = 60 pour essai/nom, sans limite de date" in said
    listed = json.loads(command("decision", "list", "jeu", "--json")[1])
    assert [one["expired"] for one in listed["tolerances"]] == [False, True, False]
    assert listed["tolerances"][0]["value"] == 45.5
    assert (listed["waiting"], listed["pairs"], listed["releases"]) == (0, [], [])


def test_what_was_done_with_releases_is_listed(dataset: Paths, command: Command) -> None:
    append_release("jeu", RELEASE, dataset)
    assert (
        "2026-11-27.2 retenue — à relire (Ada Martin, 2026-11-27)"
        in command("decision", "list", "jeu")[1]
    )


def test_the_help_of_the_group_names_its_commands(command: Command) -> None:
    status, said = command("decision", "--help")
    assert (status, all(name in said for name in ("list", "pair", "tolerance"))) == (0, True)
