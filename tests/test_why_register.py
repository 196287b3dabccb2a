"""What ``opendata why`` tells of a place that is not, not yet or no longer published."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from opendata import pipeline
from opendata.catalog.decisions import append_pairs
from opendata.errors import UsageError
from opendata.identity.registry import COLUMNS
from opendata.model import PairDecision
from opendata.paths import Paths
from opendata.release import store
from opendata.steward import take_back
from opendata.why import explain, told, value_words
from opendata.why.history import _said
from opendata.why.register import fate
from tests.builders import (
    ROWS,
    copy_installation,
    edit_source,
    empty_installation,
    small_dataset,
    small_source,
)
from tests.conftest import Command

TWIN = (
    "id;nom;adresse;cp;ville;tel;mel\na/1;Mairie aux Tilleuls;3 r. des Tilleuls;45000;ORLEANS;;\n"
)
ANSWER = PairDecision(
    (("essai", "1"), ("seconde", "a/1")), True, "vu sur place", "Ada", "2026-01-05"
)


def without(paths: Paths, key: str) -> None:
    rows = [line for line in ROWS.splitlines(keepends=True) if not line.startswith(f"{key};")]
    (paths.project / "essai.csv").write_text("".join(rows), encoding="utf-8")


def place_id(folder: Path | None, key: str) -> str:
    lieux = store.read_table(folder, "lieux").set_index("id")
    return str(lieux.at[key, "lieu_id"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """Two releases: a place of the first is no longer in the second, two were brought together."""
    paths = empty_installation(tmp_path_factory.mktemp("made"))
    small_source(paths, rows=ROWS)
    small_source(paths, "seconde", rows=TWIN)
    edit_source(paths, "essai", 'licence = "', 'closes_after_days = 400\nlicence = "')
    small_dataset(paths, sources=("essai", "seconde"))
    assert pipeline.run("jeu", paths).status == "published"
    append_pairs("jeu", [ANSWER], paths)
    without(paths, "4")
    assert pipeline.run("jeu", paths).status == "published"
    return paths


@pytest.fixture
def published(made: Paths, paths: Paths) -> Paths:
    return copy_installation(made, paths)


def first(paths: Paths) -> Path:
    return paths.releases("jeu") / store.versions(paths, "jeu")[0]


# --- what became of an id -----------------------------------------------------------------


def test_an_absent_place_says_since_when_and_when_it_closes(
    published: Paths, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = place_id(first(published), "4")
    found = explain(gone, published)
    day = store.versions(published, "jeu")[1][:10]
    assert (found["statut"], found["depuis"], found["successeur"]) == ("absent", day, "")
    assert (found["etat"], found["latest"]) == ("remplacee", False)
    printed = command("why", gone)[1]
    assert printed.startswith(
        f"Absent depuis la version {day} : plus aucune source lue ne le décrit (essai:4) ; "
        "il sera fermé après 400 jours (à partir du "
    )
    assert "n'est plus publié" in printed.splitlines()[-1]
    assert json.loads(command("why", gone, "--json")[1])["statut"] == "absent"
    monkeypatch.setenv("OPENDATA_LANG", "en")
    assert command("why", gone)[1].startswith(f"Absent since the release {day}: no source")


def test_a_merged_place_leads_to_its_successor(published: Paths, command: Command) -> None:
    merged = place_id(first(published), "a/1")
    heir = place_id(store.latest(published, "jeu"), "1")
    found = explain(merged, published)
    assert (found["statut"], found["successeur"]) == ("fusionne", heir)
    name = "Espace numérique des Tilleuls"
    said, *rest = command("why", merged)[1].splitlines()
    assert said == (
        f"Réuni le {found['depuis']} à {name} ({heir}) : « opendata why {heir} » dit la suite."
    )
    assert rest[0] == "Mairie aux Tilleuls — 3 r. des Tilleuls Orléans"
    assert found["history"][-1]["fr"] == f"réuni à {name} ({heir})"
    assert found["history"][-1]["en"] == f"merged into {name} ({heir})"


def test_a_place_that_is_published_says_nothing_more(published: Paths, command: Command) -> None:
    found = explain("essai:2", published)
    assert (found["statut"], found["etat"], found["sentences"]) == ("actif", "courante", [])
    printed = command("why", "essai:2")[1]
    assert printed.startswith("Atelier des Mariniers — 12 quai de Loire Blois\njeu ")
    assert "précision : centre de commune" in printed
    assert "(ligne principale)" in printed
    assert not [line for line in printed.split("Historique")[1].splitlines() if line[-1:] == " "]


def register(paths: Paths, **changed: str) -> None:
    """Write other cells for the absent place in the register that readers get."""
    file = store.latest(paths, "jeu") / "identifiants.csv"
    table = pd.read_csv(file, dtype="str", keep_default_na=False)
    table.loc[table["statut"] == "absent", list(changed)] = list(changed.values())
    table.to_csv(file, index=False)


def test_closed_and_orphaned_ids_are_told(published: Paths) -> None:
    gone = place_id(first(published), "4")
    register(published, statut="ferme", depuis="2027-01-01", cles="essai:a%7Cb%25|autre:1")
    (said,) = fate(gone, "jeu", published)
    assert said.fr.startswith("Fermé depuis la version 2027-01-01 : plus aucune source lue")
    assert "(essai:a|b%, autre:1)" in said.fr
    assert said.en.startswith("Closed since the release 2027-01-01: no source")
    # The default delay is that of a source the catalogue has no more; the longest one holds.
    register(published, statut="ferme")
    for keys, days in (("perdue:1", 180), ("perdue:1|essai:4", 400), ("", 180)):
        file = store.latest(published, "jeu") / "identifiants.csv"
        table = pd.read_csv(file, dtype="str", keep_default_na=False)
        table.loc[table["lieu_id"] == gone, ["statut", "cles"]] = ["absent", keys]
        table.to_csv(file, index=False)
        (said,) = fate(gone, "jeu", published)
        assert f"fermé après {days} jours" in said.fr


def test_the_register_tells_of_a_place_whose_releases_are_gone(
    published: Paths, command: Command
) -> None:
    gone = place_id(first(published), "4")
    shutil.rmtree(first(published))
    found = explain(gone, published)
    assert (found["etat"], found["sources"], found["statut"]) == ("supprimee", [], "absent")
    assert found["place"]["nom"] == "Médiathèque du Pont"
    assert set(found["place"]) <= set(COLUMNS) - {"statut", "depuis", "cles"}
    printed = command("why", gone)[1]
    assert "n'est plus gardée : voici ce que le registre" in printed.splitlines()[1]


def test_a_withdrawn_release_is_marked(published: Paths, command: Command) -> None:
    merged = place_id(first(published), "a/1")
    newest = store.versions(published, "jeu")[-1]
    take_back("jeu", None, "points décalés", published, author="Ada")
    found = explain(merged, published)
    assert (found["statut"], found["etat"]) == ("actif", "courante")
    assert [one["etat"] for one in found["history"]] == ["publiee", "retiree"]
    assert f"{newest} (version retirée) : réuni à " in command("why", merged)[1]


def test_a_place_of_a_withdrawn_release_only_says_so(published: Paths) -> None:
    file = published.project / "essai.csv"
    file.write_text(ROWS + "8;Un nouveau;1 rue Z;37000;Tours;;\n", encoding="utf-8")
    assert pipeline.run("jeu", published).status == "published"
    newest = store.latest(published, "jeu")
    new = place_id(newest, "8")
    take_back("jeu", None, "points décalés", published, author="Ada")
    found = explain(new, published)
    assert (found["etat"], found["statut"]) == ("retiree", "")
    (said,) = found["sentences"]
    assert said["fr"] == f"Seule une version retirée le décrit ({newest.name} : points décalés)."


# --- what waits ---------------------------------------------------------------------------


def test_a_place_of_the_release_that_waits_is_found(published: Paths, command: Command) -> None:
    file = published.project / "essai.csv"
    file.write_text(ROWS + "8;Un nouveau;1 rue Z;37000;Tours;;\n", encoding="utf-8")
    assert pipeline.run("jeu", published, review="always").status == "held"
    waiting = store.staged_release(published, "jeu")
    new = place_id(waiting.folder, "8")
    found = explain(new, published)
    assert (found["version"], found["etat"]) == (waiting.version, "en_attente")
    assert found["sources"][0]["ligne"] == 6
    assert explain("essai:8", published) == found | {"asked": "essai:8"}
    printed = command("why", new)[1]
    assert printed.startswith(f"Dans la version {waiting.version} qui attend une décision : ")
    assert "(version en attente d'une décision) : publié pour la première fois" in printed
    # One that comes back is still absent for readers.
    back = explain(place_id(first(published), "4"), published)
    assert (back["statut"], back["etat"]) == ("absent", "en_attente")
    assert [one["fr"].split()[0] for one in back["sentences"]] == ["Absent", "Dans"]
    assert back["history"][-1]["fr"] == "de retour"
    store.discard(published, "jeu")
    with pytest.raises(UsageError, match="publiée ou en attente"):
        explain(new, published)


# --- who decided, and what was deleted ----------------------------------------------------


def test_a_merge_that_a_person_decided_names_them(published: Paths, command: Command) -> None:
    for row in explain("essai:1", published)["sources"]:
        assert row["merged_because_fr"] == "Ada l'a décidé le 2026-01-05 (« vu sur place »)"
        assert row["merged_because_en"] == "Ada decided so on 2026-01-05 (“vu sur place”)"
        assert [one["author"] for one in row["decisions"]] == ["Ada"]
    assert "réunie à seconde:a/1 : Ada l'a décidé" in command("why", "essai:1")[1]


def test_an_answer_that_was_taken_out_is_missed(published: Paths) -> None:
    (published.catalog / "decisions" / "jeu.toml").unlink()
    row = explain("essai:1", published)["sources"][0]
    assert row["merged_because_fr"] == (
        "une personne l'a décidé, mais sa réponse n'est plus dans catalog/decisions/jeu.toml"
    )
    assert row["decisions"] == []


def test_an_answer_is_found_by_names_where_keys_were_given_anew(published: Paths) -> None:
    (published.catalog / "decisions" / "jeu.toml").unlink()
    names = ("Espace numérique des Tilleuls", "Mairie aux Tilleuls")
    rows = (("essai", "77"), ("seconde", "a/9"))
    other = PairDecision((("essai", "2"), ("essai", "3")), True, "autre", "Bob", "2026-01-06")
    renamed = PairDecision(rows, True, "au téléphone", "Ada", "2026-01-05", names)
    append_pairs("jeu", [other, renamed], published)
    row = explain("essai:1", published)["sources"][0]
    assert [one["reason"] for one in row["decisions"]] == ["au téléphone"]


def test_a_ledger_that_is_gone_is_said(published: Paths, command: Command) -> None:
    assert explain("essai:2", published)["steps"] == []
    gone = place_id(first(published), "4")
    shutil.rmtree(published.state)
    assert "(data/state supprimé) : il revient avec la prochaine" in command("why", "essai:2")[1]
    # A release that is no longer the latest is not made again.
    (said,) = explain(gone, published)["steps"]
    assert said["fr"].endswith("(data/state supprimé)")


# --- words --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "field", "old", "new", "fr", "en"),
    [
        ("ajout", "", "", "", "publié pour la première fois", "published for the first time"),
        ("suppression", "", "", "", "n'est plus publié", "no longer published"),
        ("reouverture", "statut", "absent", "actif", "de retour", "back"),
        (
            "deplacement", "point", "47.9, 1.9", "47.902, 1.9",
            "déplacé de 222 m : 47.9, 1.9 → 47.902, 1.9", "moved by 222 m: 47.9, 1.9 → 47.902, 1.9",
        ),
        (
            "deplacement", "point", "47.9, 1.9", "48, 1.9",
            "déplacé de 11,1 km : 47.9, 1.9 → 48, 1.9", "moved by 11.1 km: 47.9, 1.9 → 48, 1.9",
        ),
        (
            "modification", "telephone", "", "+33238000001",
            "Téléphone : (vide) → « +33238000001 »", "Telephone: (empty) → “+33238000001”",
        ),
        (
            "modification", "geo_precision", "numero", "commune",
            "Précision de la localisation : « numéro » → « centre de commune »",
            "Location precision: “house number” → “centre of commune”",
        ),
        ("modification", "disparu", "a", "b", "disparu : « a » → « b »", "disparu: “a” → “b”"),
    ],
)  # fmt: skip
def test_a_change_in_words(
    kind: str, field: str, old: str, new: str, fr: str, en: str, tmp_path: Path
) -> None:
    change = {"changement": kind, "champ": field, "ancien": old, "nouveau": new}
    said = _said(change, tmp_path)
    assert (said.fr, said.en) == (fr, en)


def test_a_long_value_is_cut_and_codes_have_their_words(tmp_path: Path) -> None:
    change = {"changement": "modification", "champ": "nom", "ancien": "a\nb", "nouveau": "x" * 500}
    assert _said(change, tmp_path).fr == f"Nom : « a b » → « {'x' * 120}… »"
    assert value_words("geo_methode", "ban").fr == "adresse trouvée dans la BAN"
    assert value_words("sources", "hub-lo|autre") == ("hub-lo, autre", "hub-lo, autre")
    assert value_words("typologie", "BIB|inconnu").fr.endswith(", inconnu")
    assert not value_words("typologie", "BIB").fr.startswith("BIB")


def test_a_move_is_told_once() -> None:
    def line(version: str, kind: str, field: str) -> dict[str, str]:
        return {
            "version": version, "etat": "publiee", "changement": kind, "champ": field,
            "fr": field, "en": field,
        }  # fmt: skip

    lines = [
        line("2026-01-01", "modification", "latitude"),
        line("2026-01-02", "modification", "latitude"),
        line("2026-01-02", "modification", "nom"),
        line("2026-01-02", "deplacement", "point"),
    ]
    said = [one.fr for one in told(lines)]
    assert said == ["2026-01-01 : latitude", "2026-01-02 : nom", "2026-01-02 : point"]
