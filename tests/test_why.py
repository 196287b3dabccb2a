"""What ``opendata why`` tells of a place, and of a row that is in none."""

import json
from pathlib import Path

import pandas as pd
import pytest

from opendata import pipeline
from opendata.catalog.decisions import append_pairs
from opendata.errors import CatalogError, UsageError
from opendata.identity.review import words
from opendata.model import PairDecision
from opendata.paths import Paths
from opendata.release import store
from opendata.why import MERGED, explain
from tests.builders import (
    ROWS,
    copy_installation,
    edit_source,
    empty_installation,
    small_dataset,
    small_source,
)
from tests.conftest import Command

#: One row in quarantine, one outside the territory, one without a commune of another.
EXTRA = """5;Le Relais;2 rue Y;;Nulle-Part;;
6;Point net d'ailleurs;1 rue Z;33000;Bordeaux;;
7;Point net perdu;1 rue Z;33999;Nulle-Part;;
1;Espace en double;4 rue T;45000;Orléans;;
"""
TWIN = """id;nom;adresse;cp;ville;tel;mel
a/1;Espace Numerique des Tilleuls;3 r. des Tilleuls;45000;ORLEANS;;
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = empty_installation(tmp_path_factory.mktemp("made"))
    small_source(paths, rows=ROWS + EXTRA)
    small_source(paths, "seconde", rows=TWIN)
    small_dataset(paths, sources=("essai", "seconde"))
    assert pipeline.run("jeu", paths).status == "published"
    return paths


@pytest.fixture
def published(made: Paths, paths: Paths) -> Paths:
    return copy_installation(made, paths)


def place_id(paths: Paths, key: str) -> str:
    lieux = store.read_table(store.latest(paths, "jeu"), "lieux").set_index("id")
    return str(lieux.at[key, "lieu_id"])


def test_a_row_leads_to_its_place(published: Paths) -> None:
    wanted = explain(place_id(published, "1"), published)
    assert wanted["latest"] is True
    for asked in ("essai:1", "essai#2", "seconde:a/1"):
        found = explain(asked, published)
        assert found.pop("asked") == asked
        assert found == wanted


def test_merged_rows_say_with_which_and_why(published: Paths, command: Command) -> None:
    found = explain("essai:1", published)
    assert [row["merged_with"] for row in found["sources"]] == [["seconde:a/1"], ["essai:1"]]
    twin = found["sources"][1]
    assert twin["motif"].startswith("nom=identique|genre=meme|adresse=meme_numero")
    assert 0.9 < float(twin["probabilite"]) < 1
    chance = twin["probabilite"]
    assert twin["merged_because_en"] == f"{words(twin['motif']).en} (probability {chance})"
    assert twin["merged_because_en"].startswith("same name, same kind of place, same address")
    # Each row says what ties it to the other.
    assert found["sources"][0]["merged_because_fr"] == twin["merged_because_fr"]
    said = command("why", "essai:1")[1]
    chance = chance.replace(".", ",")
    assert f"réunie à essai:1 : {words(twin['motif']).fr} (probabilité {chance})." in said
    alone = explain("essai:2", published)["sources"][0]
    assert (alone["merged_with"], alone["merged_because_fr"]) == ([], "")


def test_rows_that_a_person_joined_say_so(paths: Paths) -> None:
    small_source(paths, rows=ROWS)
    small_source(paths, "seconde", rows=TWIN.replace("Espace Numerique des", "Mairie aux"))
    small_dataset(paths, sources=("essai", "seconde"))
    rows = (("essai", "1"), ("seconde", "a/1"))
    answer = PairDecision(rows, True, "vu sur place", "M. Essai", "2026-01-05")
    append_pairs("jeu", [answer], paths)
    assert pipeline.run("jeu", paths).status == "published"
    for row in explain("essai:1", paths)["sources"]:
        assert (row["motif"], row["probabilite"]) == ("decision", "1")
        assert row["merged_because_fr"] == "M. Essai l'a décidé le 2026-01-05 (« vu sur place »)"


def test_a_release_that_tells_no_motive_has_the_rule_of_its_time(published: Paths) -> None:
    path = store.latest(published, "jeu") / "passerelle.csv"
    crosswalk = pd.read_csv(path, dtype="str", keep_default_na=False)
    crosswalk.drop(columns=["probabilite", "motif"]).to_csv(path, index=False)
    for row in explain("essai:1", published)["sources"]:
        assert (row["motif"], row["probabilite"]) == ("", "")
        assert row["merged_because_fr"] == MERGED.fr
        assert row["merged_because_en"] == MERGED.en


@pytest.mark.parametrize(
    ("asked", "state", "said"),
    [
        ("essai:5", "quarantaine", "aucune commune ne correspond à « Nulle-Part »"),
        ("essai#9", "quarantaine", "l'identifiant « 1 » est déjà celui"),
        ("essai:6", "hors_territoire", "Bordeaux (33063), Gironde"),
        ("essai:7", "hors_territoire", "sa commune n'est pas reconnue"),
    ],
)
def test_a_row_in_no_place_says_why(
    published: Paths, command: Command, asked: str, state: str, said: str
) -> None:
    found = explain(asked, published)
    (one,) = found["datasets"]
    assert (one["dataset"], one["etat"]) == ("jeu", state)
    assert said in one["fr"]
    status, printed = command("why", asked)
    assert (status, one["fr"] in printed) == (0, True)
    assert json.loads(command("why", asked, "--json")[1])["ligne"] == found["ligne"]


def test_what_is_said_of_a_place_is_of_the_copy_it_was_published_from(published: Paths) -> None:
    before = explain("essai:4", published)
    assert before["sources"][0]["ligne"] == 5
    # A deposit with a row more at the top, of which another reason would be given.
    header, rest = (ROWS + EXTRA).split("\n", 1)
    file = published.project / "essai.csv"
    file.write_text(f"{header}\n9;Un nouveau;1 rue Z;37000;Tours;abc;\n{rest}", encoding="utf-8")
    pipeline.run("jeu", published, review="always")
    assert explain(place_id(published, "4"), published)["sources"] == before["sources"]


def test_a_row_that_is_not_yet_published_says_so(published: Paths) -> None:
    file = published.project / "essai.csv"
    file.write_text(ROWS + EXTRA + "8;Un nouveau;1 rue Z;37000;Tours;;\n", encoding="utf-8")
    pipeline.run("jeu", published, review="always")
    # What waits is told as a place (tests/test_why_register.py).
    store.discard(published, "jeu")
    (one,) = explain("essai:8", published)["datasets"]
    assert (one["etat"], "opendata run jeu" in one["fr"]) == ("nouvelle", True)


def test_a_row_that_was_published_once_leads_to_its_place(published: Paths) -> None:
    file = published.project / "essai.csv"
    before = place_id(published, "4")
    rows = [line for line in ROWS.splitlines(keepends=True) if not line.startswith("4;")]
    file.write_text("".join(rows), encoding="utf-8")
    assert pipeline.run("jeu", published).status == "published"
    found = explain("essai:4", published)
    assert (found["lieu_id"], found["latest"]) == (before, False)


def test_a_source_that_the_dataset_leaves_out_says_so(published: Paths) -> None:
    edit_source(published, "seconde", "etalab-2.0", "ODbL-1.0")
    assert pipeline.run("jeu", published).status == "published"
    (one,) = explain("seconde:a/1", published)["datasets"]
    assert one["etat"] == "source_ecartee"


def test_a_corrected_key_is_found_by_both(published: Paths) -> None:
    folder = published.catalog / "corrections"
    folder.mkdir()
    (folder / "jeu.toml").write_text(
        '[[correction]]\ntarget = "essai#9"\nfield = "id"\nexpect = "1"\nvalue = "12"\n'
        'reason = "x"\nauthor = "Ada"\ndate = 2026-11-23\n',
        encoding="utf-8",
    )
    assert pipeline.run("jeu", published).status == "published"
    for asked in ("essai:12", "essai#9"):
        found = explain(asked, published)
        assert found["place"]["nom"] == "Espace en double"
        assert found["sources"][0]["ligne"] == 9


def test_what_nothing_knows_is_one_sentence(published: Paths) -> None:
    with pytest.raises(UsageError, match="« essai:404 » n'est dans aucune version"):
        explain("essai:404", published)
    with pytest.raises(CatalogError, match="essai"):
        explain("esai:1", published)
    small_source(published, "libre")
    with pytest.raises(UsageError, match="libre"):
        explain("libre:1", published)


def test_a_place_is_found_in_older_releases(published: Paths) -> None:
    gone = place_id(published, "4")
    rows = [line for line in ROWS.splitlines(keepends=True) if not line.startswith("4;")]
    (published.project / "essai.csv").write_text("".join(rows), encoding="utf-8")
    pipeline.run("jeu", published)
    found = explain(gone, published)
    assert (found["latest"], found["place"]["nom"]) == (False, "Médiathèque du Pont")
    # The copy of that release is still here, and tells.
    old = found["sources"][0]
    assert old["ligne"] == 5
    Path(old["snapshot"]["path"]).unlink()
    assert explain(gone, published)["sources"][0]["snapshot"] is None
