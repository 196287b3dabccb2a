"""What ``opendata why`` tells of an address and of the rule that chose a point."""

import json
from typing import Any

import pytest

from opendata import pipeline
from opendata.geocode.ban.score import probability
from opendata.paths import Paths
from opendata.schema import problems
from opendata.why import explain
from opendata.why.point_words import _RULES, certainty, decision
from tests.builders import (
    TERRITORY,
    copy_installation,
    edit_dataset,
    edit_source,
    empty_installation,
    small_dataset,
    small_source,
)
from tests.conftest import Command
from tests.geocode.ban.town import install

#: Rue Haute of Orléans runs east from 47.901, 1.9: number n is n ten-thousandths of a degree on.
ROWS = """id;nom;adresse;cp;ville;tel;mel;lat;lon
1;Confirmé;12 bis, r. Haute, Mairie;45000;Orléans;;;47.901;1.9012
2;Contredit;8 rue Haute;45000;Orléans;;;47.87;1.9
3;Sans point;5 rue Haute;45000;Orléans;;;;
4;Voie perdue;45 rue des Épinoches;45000;Orléans;;;;
5;Sans fichier;5 rue du Pont;37000;Tours;;;;
6;Ailleurs;Nulle part;45000;Orléans;;;44.84;-0.58
7;À côté;10 rue Haute;45000;Orléans;;;47.9037;1.901
8;Sans adresse;;45000;Orléans;;;47.905;1.905
9;Dehors;1 rue Z;33000;Bordeaux;;;44.84;-0.58
10;Perdu;1 rue Z;;Nulle-Part;;;;
11;Faubourg;20 rue Passe-Debout;45140;Boulay-les-Barres;;;;
12;Rue seule;rue Haute;45000;Orléans;;;;
"""
COORDINATES = 'latitude = { column = "lat" }\nlongitude = { column = "lon" }\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = empty_installation(tmp_path_factory.mktemp("made"))
    install(paths, "45")
    small_source(paths, rows=ROWS)
    edit_source(paths, "essai", "categories =", f"{COORDINATES}categories =")
    small_dataset(paths)
    edit_dataset(paths, "jeu", TERRITORY, '"region:24"')
    assert pipeline.run("jeu", paths).status == "published"
    return paths


@pytest.fixture
def published(made: Paths, paths: Paths) -> Paths:
    return copy_installation(made, paths)


def location(paths: Paths, asked: str) -> dict[str, Any]:
    found: dict[str, Any] = explain(asked, paths)["sources"][0]["location"]
    return found


def said(facts: dict[str, Any], language: str = "fr") -> str:
    return "\n".join(sentence[language] for sentence in facts["sentences"])


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("essai:1", "point_confirme"),
        ("essai:2", "point_contredit"),
        ("essai:3", "point_par_adresse"),
        ("essai:4", "point_absent"),
        ("essai:6", "point_hors_commune"),
        ("essai:7", "point_a_la_voie"),
        ("essai:8", "point_garde"),
        ("essai:12", "point_par_adresse"),
    ],
)
def test_the_rule_that_decided_is_named_and_is_that_of_the_release(
    published: Paths, asked: str, code: str
) -> None:
    found = explain(asked, published)
    facts, place = found["sources"][0]["location"], found["place"]
    assert facts["decision"]["code"] == code
    assert facts["sentences"][-1]["fr"] == facts["decision"]["fr"]
    assert facts["published"]["geo_precision"] == place["geo_precision"]
    assert facts["published"]["geo_methode"] == place.get("geo_methode", "")
    if code in problems():
        # What the release said of the row.
        (entry,) = [one for one in found["sources"][0]["fields"] if one["field"] == "latitude"]
        assert code in {rule["rule"] for rule in entry["rules"]}


def test_an_address_is_told_from_its_readings_to_its_point(published: Paths) -> None:
    facts = location(published, "essai:1")
    assert facts["sought"]
    first = facts["readings"][0]
    assert (first["number"], first["repetition"], first["kind"]) == (12, "b", "rue")
    assert first["core"] == "haute"
    assert facts["communes"] == [
        {"code_insee": "45234", "nom": "Orléans", "departement": "45"},
    ]
    assert facts["candidates"][0]["voie"] == facts["best"]["voie"] == "Rue Haute"
    assert facts["address"]["numero"] == "12b"
    assert facts["distance_m"] < 10
    text = said(facts)
    for part in (
        "nº 12 bis, rue « haute »",
        "Cherchée à Orléans (45234), commune sûre à",
        "Voies proches (ressemblance sur 100) : Rue Haute, Orléans (100)",
        "Retenue : 12b Rue Haute 45000 Orléans (numéro, ",
        "même nom, même genre de voie, le numéro y existe",
        "Point de la source : 47.901000, 1.901200 (précision : numéro), à",
    ):
        assert part in text
    assert "read as: no. 12 bis, rue “haute”" in said(facts, "en")


def test_the_features_make_the_probability(published: Paths) -> None:
    from opendata.geocode.ban.score import Features

    best = location(published, "essai:2")["best"]
    again = probability(Features(**best["features"]))
    assert best["probability"] == pytest.approx(again, abs=1e-4)
    assert best["contributions"]["same_kind"] > 0
    assert best["contributions"]["lacks_number"] == 0


def test_an_overruled_point_gives_the_distance_and_the_limits(published: Paths) -> None:
    facts = location(published, "essai:2")
    assert facts["distance_m"] == pytest.approx(3450, abs=30)
    for part in ("à 3,4 km", "(il faut 95 %)", "plus que les 500 m admis d'un numéro"):
        assert part in facts["decision"]["fr"]


def test_a_street_nobody_knows_says_what_came_close(published: Paths) -> None:
    facts = location(published, "essai:4")
    assert facts["address"] is None
    text = said(facts)
    assert "n'est pas retenue" in text or "Aucune voie de la BAN" in text
    assert "Décision : ni point ni adresse connue ; le centre de la commune est publié." in text


def test_a_departement_without_addresses_is_told(published: Paths) -> None:
    facts = location(published, "essai:5")
    assert facts["without_addresses"] == ["37"]
    assert "Aucun fichier d'adresses (BAN) n'est là pour le département 37" in said(facts)
    assert "opendata reference update" in said(facts, "en")
    assert (facts["candidates"], facts["best"], facts["address"]) == ([], None, None)
    assert "Aucune voie" not in said(facts)


def test_a_street_sought_in_the_neighbouring_communes_says_so(published: Paths) -> None:
    facts = location(published, "essai:11")
    assert "45285" in {one["code_insee"] for one in facts["around"]}
    assert "dans celles du même code postal : " in said(facts)


def test_a_row_in_no_place_tells_of_its_address_by_dataset(published: Paths) -> None:
    (outside,) = explain("essai:9", published)["datasets"]
    assert outside["location"]["decision"]["code"] == "hors_territoire"
    assert "pas cherchée" in said(outside["location"])
    (lost,) = explain("essai:10", published)["datasets"]
    assert lost["etat"] == "quarantaine"
    assert lost["location"]["decision"]["code"] == "mise_de_cote"
    assert lost["location"]["published"] is None


def test_the_command_prints_the_sentences_in_both_languages(
    published: Paths, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = location(published, "essai:2")
    status, printed = command("why", "essai:2")
    assert status == 0
    assert all(sentence["fr"] in printed for sentence in facts["sentences"])
    told = json.loads(command("why", "essai:2", "--json")[1])
    assert told["sources"][0]["location"] == facts
    status, printed = command("why", "essai:10")
    assert "Décision" not in printed and "aucun point n'est choisi" in printed
    assert "pas cherchée" not in command("why", "essai:9")[1]
    monkeypatch.setenv("OPENDATA_LANG", "en")
    printed = command("why", "essai:2")[1]
    assert all(sentence["en"] in printed for sentence in facts["sentences"])


def test_a_point_shared_by_many_addresses_is_judged_with_them(paths: Paths) -> None:
    install(paths, "45")
    spot = "45000;Orléans;;;47.92;1.93"
    rows = "id;nom;adresse;cp;ville;tel;mel;lat;lon\n" + "".join(
        f"{n};Lieu {n};{n} rue des Épinoches;{spot}\n" for n in (1, 2, 3)
    )
    small_source(paths, rows=rows)
    edit_source(paths, "essai", "categories =", f"{COORDINATES}categories =")
    small_dataset(paths)
    pipeline.run("jeu", paths)
    facts = location(paths, "essai:2")
    assert facts["stated"]["precision"] == "commune"
    assert facts["decision"]["code"] == "centre_garde"


def test_a_merged_row_whose_point_gave_way_says_so(paths: Paths) -> None:
    install(paths, "45")
    header = "id;nom;adresse;cp;ville;tel;mel;lat;lon\n"
    small_source(paths, rows=f"{header}1;Le Phare;8 rue Haute;45000;Orléans;;;47.901;1.9008\n")
    small_source(
        paths, "seconde", rows=f"{header}1;Le Phare;8 rue Haute;45000;Orléans;;;47.901;1.9009\n"
    )
    for name in ("essai", "seconde"):
        edit_source(paths, name, "categories =", f"{COORDINATES}categories =")
    small_dataset(paths, sources=("essai", "seconde"))
    pipeline.run("jeu", paths)
    first, second = (row["location"] for row in explain("essai:1", paths)["sources"])
    assert "d'une autre de ses lignes" not in said(first)
    assert "Le lieu publie le point d'une autre de ses lignes" in said(second)


def test_addresses_that_came_since_the_release_are_told(published: Paths) -> None:
    for path in published.reference.glob("ban-45*"):
        path.unlink()
    facts = location(published, "essai:3")
    assert facts["without_addresses"] == ["45"]
    assert facts["decision"]["code"] == "point_absent"
    assert "La version publiée a un autre point" in said(facts)


def test_a_damaged_reference_costs_the_block_and_nothing_else(published: Paths) -> None:
    (published.reference / "communes-45.parquet").write_bytes(b"x")
    found = explain("essai:2", published)
    facts = found["sources"][0]["location"]
    assert list(facts) == ["sentences"]
    assert "communes-45.parquet" in said(facts)
    assert found["sources"][0]["fields"]


# --- decisions that no row above meets ----------------------------------------------------


def facts(
    precision: str = "numero", score: float = 0.99, distance: int = 100, **published: str
) -> dict[str, Any]:
    return {
        "published": {
            "geo_methode": "source", "geo_precision": "numero", "ban_id": "",
        } | published,
        "address": {"precision": precision, "score": score, "reach_m": 400.0},
        "distance_m": distance,
        "stated": {"precision": "numero"},
        "rules": [],
        "astray": "",
        "refused": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (facts(geo_methode="correction"), "point_corrige"),
        (facts(geo_precision="commune"), "centre_garde"),
        (facts(ban_id="45234_0001"), "point_confirme"),
        (facts(score=0.8, distance=501), "adresse_incertaine"),
        (facts(score=0.8, distance=499), "point_compatible"),
        (facts("voie", score=0.8, distance=2401), "adresse_incertaine"),
        (facts("voie", score=0.8, distance=2399), "point_compatible"),
        (facts(distance=201, geo_precision="voie"), "point_a_la_voie"),
        (facts(distance=199, geo_precision="voie"), "point_compatible"),
        (facts() | {"address": None}, "point_garde"),
        (facts() | {"rules": [{"rule": "point_affine"}]}, "point_affine"),
        (facts("voie") | {"rules": [{"rule": "point_contredit"}]}, "point_contredit"),
        (facts() | {"published": None}, "hors_territoire"),
        (facts() | {"published": None, "refused": True}, "mise_de_cote"),
    ],
)
def test_a_decision_is_a_whole_sentence_in_both_languages(seen: dict[str, Any], code: str) -> None:
    found = decision(seen)
    assert found.code == code
    assert found.fr.endswith(".") and found.en.endswith(".")
    assert "{" not in found.fr + found.en


def test_every_issue_about_a_point_has_a_decision() -> None:
    # What gives way in a merge is said of the place, not of a row on its own.
    about = {code for code in problems() if code.startswith("point_")} - {"point_moins_precis"}
    assert about <= set(_RULES)


@pytest.mark.parametrize(
    ("given", "told"), [(0.99996, "99,9 %"), (0.0001, "0,1 %"), (0.95, "95 %"), (0.857, "85,7 %")]
)
def test_nothing_is_told_to_be_certain_or_impossible(given: float, told: str) -> None:
    assert certainty(given).fr == told
