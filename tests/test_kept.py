"""A source that cannot be had at all loses none of its places."""

import shutil

import pytest

from opendata.paths import Paths
from opendata.pipeline import Outcome, run
from opendata.release import store
from tests.builders import copy_installation, empty_installation, small_dataset, small_source

OTHER = """id;nom;adresse;cp;ville;tel;mel
9;Fabrique du Val;8 rue Haute;45000;Orléans;02 61 91 00 09;
8;Espace numérique des Tilleuls;3 rue des Tilleuls;45000;Orléans;;
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = empty_installation(tmp_path_factory.mktemp("made"))
    small_source(paths)
    small_source(paths, "autre", OTHER)
    small_dataset(paths, sources=("essai", "autre"))
    assert run("jeu", paths).status == "published"
    return paths


@pytest.fixture
def home(made: Paths, paths: Paths) -> Paths:
    return copy_installation(made, paths)


def without(paths: Paths, source: str) -> Outcome:
    """Run once every copy of it is gone, and its file is a page of apologies."""
    shutil.rmtree(paths.raw_source(source))
    (paths.project / f"{source}.csv").write_text("<html>Indisponible</html>", encoding="utf-8")
    return run("jeu", paths)


def places(paths: Paths) -> dict[str, str]:
    table = store.read_table(store.latest(paths, "jeu"), "lieux")
    return dict(zip(table["lieu_id"], table["nom"], strict=True))


def test_its_places_stay_as_they_were_last_published(home: Paths) -> None:
    before = places(home)
    outcome = without(home, "autre")
    assert outcome.status in ("published", "unchanged")
    assert places(home) == before
    line = next(one for one in outcome.report["sources"] if one["source"] == "autre")
    assert line["etat"] == "conservee"
    assert int(line["lignes_lues"]) == int(line["publiees"]) + int(line["fusionnees"]) == 2


def test_a_row_that_was_merged_stays_merged(home: Paths) -> None:
    without(home, "autre")
    crosswalk = store.read_table(store.latest(home, "jeu"), "passerelle")
    own = crosswalk.set_index(["source", "cle"])["lieu_id"]
    assert own["autre", "8"] == own["essai", "1"]


def test_it_is_read_again_when_it_comes_back(home: Paths) -> None:
    before = places(home)
    without(home, "autre")
    small_source(home, "autre", OTHER.replace("Fabrique du Val", "Grande Fabrique du Val"))
    outcome = run("jeu", home)
    assert outcome.status == "published"
    now = places(home)
    assert set(now) == set(before)
    assert "Grande Fabrique du Val" in now.values()
