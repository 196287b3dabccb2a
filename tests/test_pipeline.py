"""The whole job on a small dataset: accounts, ids, changes, sameness, recovery."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from opendata import pipeline, steward
from opendata.catalog import load_source
from opendata.errors import BusyError, UsageError
from opendata.fetch import deposit, snapshots
from opendata.files import read_json
from opendata.paths import Paths
from opendata.publish import checksums
from opendata.release import store
from tests.builders import ROWS, edit_dataset, edit_source, small_dataset, small_source


def published(paths: Paths, name: str = "lieux") -> pd.DataFrame:
    return store.read_table(store.latest(paths, "jeu"), name)


@pytest.fixture
def dataset(paths: Paths) -> Paths:
    small_source(paths)
    small_dataset(paths)
    return paths


def test_every_row_is_accounted_for(dataset: Paths) -> None:
    rows = ROWS + (
        "5;Hors région;1 rue de la République;69002;Lyon;;\n"
        "6;;1 rue X;45000;Orléans;;\n"
        "7;Nulle part;1 rue X;;Xyzville-sur-Rien;;\n"
        "2;Clé déjà vue;1 rue X;45000;Orléans;;\n"
    )
    (dataset.project / "essai.csv").write_text(rows, encoding="utf-8")
    outcome = pipeline.run("jeu", dataset)
    assert outcome.status == "published"
    account = published(dataset, "sources").iloc[0]
    counts = ["lignes_lues", "publiees", "fusionnees", "quarantaine", "hors_territoire"]
    assert account[counts].tolist() == ["8", "4", "0", "3", "1"]
    quarantine = published(dataset, "quarantaine")
    assert quarantine[["ligne", "codes"]].values.tolist() == [
        ["7", "champ_requis_vide"],
        ["8", "commune_introuvable"],
        ["9", "cle_en_double"],
    ]
    assert quarantine["raisons"].str.len().gt(20).all()
    assert quarantine["conseils"].str.len().gt(10).all()


def test_places_are_located_and_described(dataset: Paths) -> None:
    pipeline.run("jeu", dataset)
    place = published(dataset).set_index("id").loc["1"]
    assert place["code_insee"] == "45234"
    assert (place["code_departement"], place["code_region"]) == ("45", "24")
    assert (place["region"], place["epci"]) == ("Centre-Val de Loire", "Orléans Métropole")
    assert (place["geo_methode"], place["geo_precision"]) == ("commune", "commune")
    assert (place["telephone"], place["typologie"]) == ("+33261910001", "EPN")
    assert place["lieu_id"].startswith("l-")


def test_a_second_run_publishes_nothing(released: Paths) -> None:
    first = store.latest(released, "jeu")
    again = pipeline.run("jeu", released)
    assert (again.status, again.version) == ("unchanged", first.name)
    assert store.versions(released, "jeu") == [first.name]


def test_a_comment_in_a_toml_is_not_a_change(released: Paths) -> None:
    edit_source(released, "essai", "[mapping]", "# une remarque\n[mapping]")
    edit_dataset(released, "jeu", "[gate]", "# une autre\n[gate]")
    assert pipeline.run("jeu", released).status == "unchanged"


def test_new_bytes_that_say_the_same_are_not_a_change(released: Paths) -> None:
    first = store.latest(released, "jeu")
    (released.project / "essai.csv").write_text(ROWS + "\n", encoding="utf-8")
    again = pipeline.run("jeu", released)
    assert (again.status, again.version) == ("unchanged", first.name)
    assert len(snapshots("essai", released)) == 2


def test_a_key_is_unique_even_when_the_contract_names_none(dataset: Paths) -> None:
    edit_source(dataset, "essai", 'key = ["id"]\n', "")
    rows = ROWS.replace("\n2;", "\n1;").replace("\n3;", "\n;")
    (dataset.project / "essai.csv").write_text(rows, encoding="utf-8")
    pipeline.run("jeu", dataset)
    quarantine = published(dataset, "quarantaine")
    assert quarantine[["ligne", "codes"]].values.tolist() == [
        ["3", "cle_en_double"],
        ["4", "cle_absente"],
    ]


def test_force_makes_a_version_of_its_own(released: Paths) -> None:
    first = store.latest(released, "jeu")
    forced = pipeline.run("jeu", released, force=True)
    assert forced.version == f"{first.name}.2"
    assert published(released, "changements").empty


def test_a_changed_deposit_says_exactly_what_changed(released: Paths, tmp_path: Path) -> None:
    before = published(released).set_index("id")["lieu_id"]
    file = tmp_path / "recu.csv"
    changed = ROWS.replace("02 61 91 00 02", "02 61 91 99 99").replace(
        "4;Médiathèque du Pont;5 rue du Pont", "8;Atelier des Halles;20 rue Nationale"
    )
    file.write_text(changed, encoding="utf-8")
    deposit(load_source("essai", released), file, released)
    outcome = pipeline.run("jeu", released)
    assert outcome.status == "published"
    found = published(released, "changements")
    assert found[["changement", "champ", "ancien", "nouveau"]].values.tolist() == [
        ["ajout", "", "", ""],
        ["suppression", "", "", ""],
        ["modification", "telephone", "+33261910002", "+33261919999"],
    ]
    after = published(released).set_index("id")["lieu_id"]
    assert after[["1", "2", "3"]].tolist() == before[["1", "2", "3"]].tolist()


def copy_home(paths: Paths, folder: Path) -> Paths:
    """Another installation that has the same snapshots and nothing else."""
    shutil.copytree(paths.raw, folder / "raw")
    return Paths(home=folder, catalog=paths.catalog, mirror=None)


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_two_homes_with_the_same_snapshots_make_the_same_bytes(
    released: Paths, tmp_path: Path
) -> None:
    other = copy_home(released, tmp_path / "autre")
    pipeline.run("jeu", other, fetching=False)
    one, two = tree(released.published), tree(other.published)
    # What tells when a release went out is the one thing that each home says of itself.
    assert set(one) == set(two)
    told = {name for name in one if one[name] != two[name]}
    version = released.latest("jeu").resolve().name
    assert told <= {"jeu/releases.json", "jeu/feed.atom", "feed.atom", f"jeu/{version}.html"}
    assert len(one) > 40


def test_a_dead_source_keeps_its_last_copy_and_a_missing_one_stops_nothing(
    paths: Paths,
) -> None:
    small_source(paths, "vive")
    small_source(paths, "morte", rows=ROWS.replace("rue", "allée"))
    small_source(paths, "absente")
    small_dataset(paths, sources=("vive", "morte", "absente"))
    (paths.project / "absente.csv").write_text("", encoding="utf-8")
    pipeline.run("jeu", paths)
    (paths.project / "morte.csv").write_text("<html>erreur</html>", encoding="utf-8")
    outcome = pipeline.run("jeu", paths)
    states = {line["source"]: line["etat"] for line in outcome.report["sources"]}
    assert states == {"vive": "a_jour", "morte": "perimee", "absente": "absente"}
    account = published(paths, "sources").set_index("source")
    assert account.loc["morte", "perime_depuis"] != ""
    assert account.loc["morte", "lignes_lues"] == "4"


def test_a_source_without_licence_is_counted_and_not_published(paths: Paths) -> None:
    small_source(paths, "sue")
    small_source(paths, "tue", rows=ROWS.replace("Tilleuls", "Marronniers"))
    small_dataset(paths, sources=("sue", "tue"))
    edit_source(paths, "tue", 'licence = "etalab-2.0"\n', "")
    outcome = pipeline.run("jeu", paths)
    account = published(paths, "sources").set_index("source").loc["tue"]
    assert (account["etat"], account["publiees"], account["quarantaine"]) == (
        "non_publiee",
        "0",
        "4",
    )
    everything = b"".join(tree(paths.published).values())
    assert b"Marronniers" not in everything
    assert any(problem["code"] == "licence_inconnue" for problem in outcome.report["problemes"])


def test_a_share_alike_source_waits_for_the_steward(paths: Paths) -> None:
    small_source(paths, "libre")
    small_source(paths, "osm", rows=ROWS.replace("rue", "quai"))
    edit_source(paths, "osm", "etalab-2.0", "ODbL-1.0")
    small_dataset(paths, sources=("libre", "osm"))
    pipeline.run("jeu", paths)
    package = read_json(paths.latest("jeu") / "datapackage.json")
    assert package["licenses"][0]["name"] == "etalab-2.0"
    edit_dataset(paths, "jeu", "[gate]", "share_alike = true\n[gate]")
    pipeline.run("jeu", paths)
    package = read_json(paths.latest("jeu") / "datapackage.json")
    assert package["licenses"][0]["name"] == "ODbL-1.0"
    assert "osm" in package["opendata"]["licence_reason"]


def test_a_release_that_strays_too_far_is_held_then_published_as_reviewed(
    released: Paths,
) -> None:
    first = store.latest(released, "jeu")
    (released.project / "essai.csv").write_text(
        "\n".join(ROWS.splitlines()[:2]) + "\n", encoding="utf-8"
    )
    held = pipeline.run("jeu", released)
    assert held.status == "held"
    assert "perd 75 % de ses lieux (4 → 1), alors que 50 % sont tolérés" in held.reasons[0].fr
    assert store.latest(released, "jeu").name == first.name
    staged = tree(released.staged("jeu") / held.version)
    assert (
        steward.publish_staged("jeu", held.version, released, reason="vu").version == held.version
    )
    assert tree(released.releases("jeu") / held.version) == staged
    with pytest.raises(UsageError):
        steward.publish_staged("jeu", None, released)


def test_rollback_moves_latest_and_the_bad_content_does_not_come_back(released: Paths) -> None:
    first = store.latest(released, "jeu")
    file = released.project / "essai.csv"
    file.write_text(ROWS.replace("12 quai", "14 quai"), encoding="utf-8")
    bad = pipeline.run("jeu", released)
    assert steward.take_back("jeu", None, "adresse fausse", released).version == first.name
    assert store.latest(released, "jeu").name == first.name
    history = read_json(released.dataset("jeu") / "releases.json")["releases"]
    assert [(entry["version"], entry["etat"]) for entry in history] == [
        (bad.version, "retiree"),
        (first.name, "courante"),
    ]
    again = pipeline.run("jeu", released)
    assert again.status == "held"
    assert "adresse fausse" in again.reasons[0].fr


def test_one_publication_at_a_time(dataset: Paths) -> None:
    with pipeline.publication_lock("jeu", dataset), pytest.raises(BusyError, match="en cours"):
        pipeline.run("jeu", dataset)


@pytest.mark.parametrize(
    ("moment", "seen"),
    [
        ("opendata.release.staging.write_release", False),
        ("opendata.release.staging.sync", False),
        ("opendata.release.store.sync_folder", False),
        ("opendata.release.store._point_latest", False),
        ("opendata.release.store.discard", True),
        ("opendata.pipeline.write_pages", True),
    ],
)
def test_a_kill_at_any_step_leaves_a_whole_release(
    released: Paths, monkeypatch: pytest.MonkeyPatch, moment: str, seen: bool
) -> None:
    first = store.latest(released, "jeu")
    (released.project / "essai.csv").write_text(ROWS.replace("12 quai", "14 quai"), "utf-8")

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(moment, die)
        with pytest.raises(Killed):
            pipeline.run("jeu", released)
    current = store.latest(released, "jeu")
    assert current is not None
    assert checksums.verify(current)
    assert (current.name != first.name) is seen
    pipeline.run("jeu", released)
    current = store.latest(released, "jeu")
    assert checksums.verify(current)
    assert "14 quai" in (current / "lieux.csv").read_text(encoding="utf-8")
    history = read_json(released.dataset("jeu") / "releases.json")["releases"]
    assert [entry["etat"] for entry in history] == ["courante", "remplacee"]


def test_state_can_be_thrown_away(released: Paths) -> None:
    before = published(released)
    shutil.rmtree(released.state)
    (released.project / "essai.csv").write_text(ROWS.replace("12 quai", "14 quai"), "utf-8")
    pipeline.run("jeu", released)
    after = published(released)
    assert after["lieu_id"].tolist() == before["lieu_id"].tolist()
    assert after["premiere_publication"].tolist() == before["premiere_publication"].tolist()


def test_only_the_named_source_is_fetched(paths: Paths) -> None:
    small_source(paths, "a")
    small_source(paths, "b", rows=ROWS.replace("rue", "allée"))
    small_dataset(paths, sources=("a", "b"))
    pipeline.run("jeu", paths)
    (paths.project / "a.csv").write_text(ROWS.replace("Tilleuls", "Frênes"), encoding="utf-8")
    (paths.project / "b.csv").write_text(ROWS.replace("Tilleuls", "Aulnes"), encoding="utf-8")
    pipeline.run("jeu", paths, only=["b"])
    names = " ".join(published(paths)["nom"])
    assert "Aulnes" in names
    assert "Frênes" not in names
    with pytest.raises(UsageError, match="« c »"):
        pipeline.run("jeu", paths, only=["c"])


def test_the_report_is_plain_json(dataset: Paths) -> None:
    outcome = pipeline.run("jeu", dataset)
    text = (store.latest(dataset, "jeu") / "rapport.json").read_text(encoding="utf-8")
    assert json.loads(text) == json.loads(json.dumps(outcome.report))


def test_a_release_that_waits_goes_when_its_file_is_put_right(released: Paths) -> None:
    file = released.project / "essai.csv"
    file.write_text(ROWS.replace("Médiathèque du Pont", "Médiathèque gâtée"), encoding="utf-8")
    assert pipeline.run("jeu", released, review="always").status == "held"
    file.write_text(ROWS, encoding="utf-8")
    assert pipeline.run("jeu", released, review="always").status == "unchanged"
    with pytest.raises(UsageError):
        steward.publish_staged("jeu", None, released)


def test_a_service_that_is_absent_stops_nothing_and_is_asked_again(
    dataset: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The places stand at their communes, the report says why, and the next run tries again."""
    edit_dataset(
        dataset,
        "jeu",
        "[gate]",
        '[geocoding]\nservice = "addok"\nurl = "http://127.0.0.1:9/"\n[gate]',
    )
    monkeypatch.setattr("opendata.geocode.service.request.FIRST_WAIT_S", 0.0, raising=False)
    monkeypatch.setattr("time.sleep", lambda _: None)
    first = pipeline.run("jeu", dataset)
    assert first.status == "published"
    assert set(published(dataset)["geo_methode"]) == {"commune"}
    told = first.report["localisation"]["avertissements"]
    assert any("127.0.0.1:9" in one["fr"] for one in told)
    release = store.latest(dataset, "jeu")
    assert release is not None
    recorded = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    assert recorded["opendata"]["inputs"].startswith("incomplet:")
    # Nothing changed: there is no new release, but the service was asked all the same.
    second = pipeline.run("jeu", dataset)
    assert (second.status, "assemblage" in second.seconds) == ("unchanged", True)
