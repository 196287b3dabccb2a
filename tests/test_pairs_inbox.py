"""The pairs to review given back with answers, and the decisions they make."""

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from opendata.catalog import append_pair, decisions_path, load_decisions
from opendata.errors import UsageError
from opendata.inbox.pair_files import pairs_path
from opendata.inbox.pairs import PairsInbox, accept_pairs, read_answer, waiting_pairs
from opendata.model import PairDecision
from opendata.paths import Paths
from tests.builders import small_dataset, small_source
from tests.conftest import Command

SIDE = ("source", "cle", "nom", "adresse", "commune", "categories", "telephone", "courriels",
        "site_web", "lieu_id")  # fmt: skip
COLUMNS = ["reponse", "probabilite", "raisons", *(f"{name}_1" for name in SIDE),
           *(f"{name}_2" for name in SIDE), "distance_m"]  # fmt: skip
DAY = date(2026, 11, 27)


def pair(first: str, second: str, answer: str = "", **cells: str) -> dict[str, str]:
    named = {"reponse": answer, "probabilite": "0.62", "raisons": "nom proche", "distance_m": "12"}
    for number, row in enumerate((first, second), start=1):
        source, _, key = row.partition(":")
        named |= {f"source_{number}": source, f"cle_{number}": key}
        named |= {f"nom_{number}": f"Médiathèque {key}", f"commune_{number}": "Orléans"}
    return dict.fromkeys(COLUMNS, "") | named | cells


ASKED = [
    pair("essai:1", "autre:0042"),
    pair("essai:2", "autre:2"),
    pair("essai:3", "autre:12345678901234567"),
]


def ask(paths: Paths, dataset: str = "jeu", pairs: list[dict[str, str]] | None = None) -> None:
    """What the pipeline writes."""
    path = pairs_path(dataset, paths)
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame(ASKED if pairs is None else pairs, columns=COLUMNS)
    table.to_csv(path, index=False, lineterminator="\r\n")


def save(paths: Paths, *pairs: dict[str, str]) -> Path:
    """A copy as LibreOffice saves it in France."""
    file = paths.project / "copie.csv"
    pd.DataFrame(pairs, columns=COLUMNS).to_csv(file, sep=";", index=False, encoding="utf-8-sig")
    return file


def accept(paths: Paths, file: Path, dataset: str | None = None) -> PairsInbox:
    return accept_pairs(
        file, paths, dataset=dataset, author="Ada", reason="vu sur place", today=DAY
    )


def give_back(paths: Paths, *pairs: dict[str, str], dataset: str | None = None) -> PairsInbox:
    return accept(paths, save(paths, *pairs), dataset)


@pytest.fixture
def asked(paths: Paths) -> Paths:
    small_source(paths)
    small_source(paths, "autre")
    small_dataset(paths, sources=("essai", "autre"))
    ask(paths)
    return paths


SAME = ("même", "Même", "MEME", "me\u0302me", "m", "oui", "same", "idem", " m ")
DIFFERENT = ("différent", "Différents", "different", "d", "NON", "autre")


@pytest.mark.parametrize("text", SAME)
def test_ways_to_say_same(text: str) -> None:
    assert read_answer(text) is True


@pytest.mark.parametrize("text", DIFFERENT)
def test_ways_to_say_different(text: str) -> None:
    assert read_answer(text) is False


@pytest.mark.parametrize("text", ["?", "même ?", "≠ même", "pas le même", "x", "1", "peut-être"])
def test_what_is_doubtful_is_no_answer(text: str) -> None:
    assert read_answer(text) is None


def test_answers_become_decisions(asked: Paths) -> None:
    found = give_back(
        asked,
        pair("essai:1", "autre:0042", "Même"),
        pair("essai:2", "autre:2", "différent"),
        pair("essai:3", "autre:12345678901234567"),
    )
    signed = ("vu sur place", "Ada", "2026-11-27")
    expected = (
        PairDecision(
            (("essai", "1"), ("autre", "0042")),
            True,
            *signed,
            ("Médiathèque 1", "Médiathèque 0042"),
        ),
        PairDecision(
            (("essai", "2"), ("autre", "2")), False, *signed, ("Médiathèque 2", "Médiathèque 2")
        ),
    )
    assert (found.dataset, found.path) == ("jeu", decisions_path("jeu", asked))
    assert (found.written, found.already, found.refused, found.left) == (expected, (), (), 1)
    assert load_decisions("jeu", asked).pairs == expected
    assert list(waiting_pairs("jeu", asked)["cle_1"]) == ["3"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_file_is_read_as_spreadsheets_save_it(
    asked: Paths, separator: str, encoding: str
) -> None:
    table = pd.DataFrame([pair("essai:1", "autre:0042", "même", adresse_1="1 rue du Pont, bât. A")])
    table["remarque"] = "vu"
    table = table[[*reversed(COLUMNS), "remarque"]].drop(columns=["probabilite", "site_web_2"])
    file = asked.project / "copie.csv"
    table.to_csv(file, sep=separator, index=False, encoding=encoding)
    found = accept(asked, file)
    assert [one.rows for one in found.written] == [(("essai", "1"), ("autre", "0042"))]
    assert not found.refused


def test_an_answer_given_twice_is_written_once(asked: Paths) -> None:
    first = give_back(asked, pair("essai:1", "autre:0042", "même"))
    before = first.path.read_bytes()
    # Whichever row comes first.
    again = give_back(asked, pair("autre:0042", "essai:1", "oui"))
    assert (again.written, again.already, again.left) == ((), first.written, 0)
    assert first.path.read_bytes() == before


def test_a_second_thought_counts(asked: Paths) -> None:
    give_back(asked, pair("essai:1", "autre:0042", "même"))
    for answer, same in (("différent", False), ("même", True)):
        found = give_back(asked, pair("essai:1", "autre:0042", answer))
        assert (len(found.written), found.already) == (1, ())
        assert load_decisions("jeu", asked).pairs == found.written
        assert found.written[0].same is same
    assert found.path.read_text(encoding="utf-8").count("[[pair]]") == 3


def test_a_pair_answered_before_is_not_left(asked: Paths) -> None:
    give_back(asked, pair("essai:1", "autre:0042", "même"))
    found = give_back(asked, pair("essai:1", "autre:0042"), pair("essai:2", "autre:2"))
    assert (found.written, found.left) == ((), 1)


def test_what_cannot_be_used_costs_only_itself(asked: Paths) -> None:
    found = give_back(
        asked,
        pair("essai:1", "autre:0042", "peut-être"),
        pair("partie:9", "autre:2", "même"),
        pair("essai:2", "autre:2", "même"),
        pair("essai:3", "autre:", "même"),
        pair("essai:3", "essai:3", "même"),
        pair("essai:3", "autre:1,23457E+16", "même"),
    )
    assert [one.rows for one in found.written] == [(("essai", "2"), ("autre", "2"))]
    said = [problem.fr for problem in found.refused]
    assert [text.split(" : ")[0] for text in said] == [f"ligne {n}" for n in (2, 3, 5, 6, 7)]
    assert said[0] == (
        "ligne 2 : « peut-être » n'est pas une réponse ; écrivez « même » ou « différent » dans "
        "« reponse », ou laissez vide pour décider plus tard."
    )
    assert "« partie » (source_1) n'est pas une source de ce jeu" in said[1]
    assert "« cle_2 » est vide" in said[2]
    assert "comparée à elle-même" in said[3]
    assert "« 1,23457E+16 » (cle_2) est un nombre arrondi par le tableur" in said[4]
    assert found.refused[0].en.startswith("line 2: “peut-être” is not an answer")


def test_two_answers_about_one_pair_in_one_file_are_refused(asked: Paths) -> None:
    found = give_back(
        asked,
        pair("essai:1", "autre:0042", "même"),
        pair("autre:0042", "essai:1", "différent"),
        pair("essai:2", "autre:2", "même"),
        pair("essai:2", "autre:2", "m"),
    )
    assert [one.rows[0] for one in found.written] == [("essai", "2")]
    assert [one.fr.split(" essai")[0].split(" autre")[0] for one in found.refused] == [
        "ligne 2 : la paire", "ligne 3 : la paire",
    ]  # fmt: skip
    assert "0042" not in decisions_path("jeu", asked).read_text(encoding="utf-8")


def test_zeros_that_a_spreadsheet_took_are_put_back(asked: Paths) -> None:
    found = give_back(asked, pair("autre:42", "essai:1", "même"))
    assert [one.rows for one in found.written] == [(("autre", "0042"), ("essai", "1"))]


def test_zeros_are_kept_where_they_tell_rows_apart(asked: Paths) -> None:
    ask(asked, pairs=[*ASKED, pair("essai:1", "autre:042")])
    found = give_back(asked, pair("essai:1", "autre:042", "même"))
    assert found.written[0].rows[1] == ("autre", "042")


def test_a_long_number_is_believed_where_it_was_asked_so(asked: Paths) -> None:
    ask(asked, pairs=[pair("essai:1", "autre:1E+5")])
    assert len(give_back(asked, pair("essai:1", "autre:1E+5", "d")).written) == 1


def test_the_dataset_is_the_one_that_asks(asked: Paths) -> None:
    small_dataset(asked, "voisin", sources=("essai", "autre"))
    ask(asked, "voisin", [pair("essai:4", "autre:4")])
    assert give_back(asked, pair("essai:4", "autre:4", "m")).dataset == "voisin"
    assert give_back(asked, pair("essai:2", "autre:2", "m")).dataset == "jeu"
    # One that knows every pair goes before one that knows some.
    ask(asked, "voisin", [pair("essai:4", "autre:4"), ASKED[1]])
    both = [pair("essai:4", "autre:4", "m"), pair("essai:2", "autre:2", "d")]
    assert give_back(asked, *both).dataset == "voisin"


def test_a_pair_that_is_decided_still_tells_its_dataset(asked: Paths) -> None:
    small_dataset(asked, "voisin", sources=("essai", "autre"))
    give_back(asked, pair("essai:1", "autre:0042", "m"))
    ask(asked, pairs=[])
    found = give_back(asked, pair("essai:1", "autre:0042", "d"))
    assert (found.dataset, len(found.written)) == ("jeu", 1)


def test_a_dataset_that_is_unclear_is_asked_for(asked: Paths) -> None:
    small_dataset(asked, "voisin", sources=("essai", "autre"))
    ask(asked, "voisin")
    answered = pair("essai:1", "autre:0042", "m")
    with pytest.raises(UsageError, match=r"plusieurs jeux de données \(jeu, voisin\)"):
        give_back(asked, answered)
    assert give_back(asked, answered, dataset="voisin").dataset == "voisin"
    with pytest.raises(UsageError, match="Aucune des paires") as caught:
        give_back(asked, pair("essai:99", "autre:99", "m"))
    assert "« --dataset »" in caught.value.fr
    assert len(give_back(asked, pair("essai:99", "autre:99", "m"), dataset="jeu").written) == 1
    with pytest.raises(UsageError, match="le plus proche est « jeu »"):
        give_back(asked, answered, dataset="jeux")


def test_a_damaged_file_of_pairs_hides_no_other(asked: Paths) -> None:
    small_dataset(asked, "voisin", sources=("essai", "autre"))
    ask(asked, "voisin")
    pairs_path("voisin", asked).write_bytes(b"")
    assert give_back(asked, pair("essai:1", "autre:0042", "m")).dataset == "jeu"


def test_another_file_is_refused(asked: Paths) -> None:
    file = asked.project / "quarantaine.csv"
    file.write_text("source;ligne\nessai;1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="la colonne « reponse » manque"):
        accept(asked, file)


def test_nothing_answered_leaves_no_file(asked: Paths) -> None:
    found = give_back(asked, *ASKED)
    assert (found.written, found.left, found.path.exists()) == ((), 3, False)


# --- the command ------------------------------------------------------------------------


def test_pairs_are_shown_side_by_side(asked: Paths, command: Command) -> None:
    ask(asked, pairs=[*ASKED, *(pair(f"essai:{n}", f"autre:x{n}") for n in range(10, 20))])
    status, said = command("decision", "list", "jeu")
    assert status == 0
    assert "13\N{NO-BREAK SPACE}paires à revoir" in said
    lines = said.splitlines()
    assert "1. 62 % — nom proche — 12 m" in lines
    assert any(line.split() == ["ligne", "essai:1", "autre:0042"] for line in lines)
    assert any(line.split() == ["commune", "Orléans", "Orléans"] for line in lines)
    assert "autre:x16" in said
    assert "autre:x17" not in said
    assert "… 13 en tout" in said
    assert str(pairs_path("jeu", asked)) in said
    assert "opendata deposit --pairs COPIE.csv --dataset jeu" in said
    assert "opendata decision pair jeu essai:1 autre:0042 même" in said
    listed = json.loads(command("decision", "list", "jeu", "--json")[1])
    assert (listed["waiting"], len(listed["pairs_to_review"])) == (13, 13)


def test_what_is_decided_waits_no_more(asked: Paths, command: Command) -> None:
    one = PairDecision(
        (("autre", "0042"), ("essai", "1")), False, "deux portes", "Ada", "2026-11-27"
    )
    append_pair("jeu", one, asked)
    said = command("decision", "list", "jeu")[1]
    assert "2\N{NO-BREAK SPACE}paires à revoir" in said
    assert "autre:0042 ≠ essai:1 : lieux différents — deux portes (Ada, 2026-11-27)" in said


def test_the_command_says_what_was_written_and_what_comes_next(
    asked: Paths, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER", "ada.martin")
    file = str(save(asked, pair("essai:1", "autre:0042", "même"), pair("essai:2", "autre:2")))
    status, said = command("deposit", "--pairs", file)
    assert status == 0
    assert "essai:1 = autre:0042 : même lieu" in said
    assert "1\N{NO-BREAK SPACE}paire sans réponse" in said
    assert "signée « ada.martin » (--author)" in said
    assert "opendata preview jeu" in said
    status, said = command("deposit", "--pairs", file)
    assert (status, "déjà décidé" in said, "Aucune décision nouvelle" in said) == (0, True, True)
    save(asked, pair("essai:2", "autre:2", "peut-être"), pair("essai:1", "autre:0042", "non"))
    status, said = command(
        "deposit", "--pairs", file, "--json", "--author", "Bob", "--reason", "relu"
    )
    told = json.loads(said)
    assert (status, told["author"], len(told["refused"]), told["left"]) == (1, "Bob", 1, 0)
    assert told["written"] == [
        {"rows": ["essai:1", "autre:0042"], "answer": "different", "reason": "relu",
         "author": "Bob", "date": told["written"][0]["date"]}
    ]  # fmt: skip


def test_pairs_come_alone(asked: Paths, command: Command) -> None:
    file = str(save(asked, *ASKED))
    for others in (("essai",), ("essai", file), ("--quarantine", file)):
        status, said = command("deposit", *others, "--pairs", file)
        assert (status, "« --pairs FICHIER » seul" in said) == (2, True)
    assert "--pairs" in command("deposit", "--help")[1]
