"""The benchmark's own parts: the addresses it makes up, and how it judges answers to them."""

import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from benchmarks.geocoding import calibration, noise, score
from benchmarks.geocoding.addok import write_documents
from benchmarks.geocoding.departements import HEADER, invent_addresses
from benchmarks.geocoding.hard_queries import resembles
from benchmarks.geocoding.names import canonical, canonical_number
from benchmarks.geocoding.queries import KINDS, is_nearest, queries
from benchmarks.geocoding.reference import build_reference
from benchmarks.geocoding.writing import COLUMNS
from rapidfuzz.distance import OSA

#: Commune, its postcode, its longitude; its streets. Two are also those of a neighbour.
TOWNS = {
    ("23096", "Guéret", "23000", 1.87): (
        "Rue du Général de Gaulle|Place Saint-Martin|Rue Alsace|Rue des Acacias|Rue du Cèdre|"
        "Rue des Érables|Avenue du Frêne|Rue des Hêtres|Rue du Laurier|Rue des Marronniers|"
        "Rue du Noisetier|Rue des Ormeaux|Rue du Peuplier|Rue des Platanes|Rue du Saule|"
        "Chemin des Sureaux|Rue du Bouleau|Rue des Cyprès|Rue du Mélèze|Impasse du Genévrier"
    ),
    ("23004", "Anzême", "23000", 1.85): (
        "Rue des Tilleuls|Impasse Vaucanson|Rue Alsace|Rue du Boulanger|Rue du Charpentier|"
        "Rue des Drapiers|Rue du Forgeron|Rue des Horlogers|Rue du Luthier|Rue des Maçons|"
        "Rue du Notaire|Rue des Orfèvres|Route du Pêcheur|Rue des Relieurs|Rue du Sabotier|"
        "Rue des Tanneurs|Rue du Vigneron|Rue des Verriers|Rue du Cordonnier|Allée des Bergers"
    ),
    ("75106", "Paris 6e Arrondissement", "75006", 2.33): (
        "Rue Bonaparte|Rue Madame|Quai Malaquais|Rue Cézanne|Rue Courbet|Rue Daumier|"
        "Rue Delacroix|Rue Fragonard|Rue Gauguin|Rue Géricault|Rue Manet|Rue Pissarro|"
        "Rue Poussin|Rue Renoir|Rue Rodin|Rue Seurat|Rue Sisley|Rue Vuillard|Rue Watteau|"
        "Boulevard Toulouse-Lautrec"
    ),
    ("75107", "Paris 7e Arrondissement", "75007", 2.31): (
        "Rue Bonaparte|Rue Oudinot|Cité Vaneau|Rue Ampère|Rue Arago|Rue Becquerel|Rue Buffon|"
        "Rue Carnot|Rue Coulomb|Rue Cuvier|Rue Descartes|Rue Fermat|Rue Foucault|Rue Galois|"
        "Rue Lagrange|Rue Laplace|Rue Lavoisier|Rue Pasteur|Rue Poincaré|Square Torricelli"
    ),
}
#: A number that no street has.
HOLE = 7


@pytest.fixture(scope="module")
def ban() -> pd.DataFrame:
    lines = [
        {
            "numero": str(number),
            "rep": "bis" if number == 9 else "",
            "nom_voie": street,
            "code_postal": postcode,
            "code_insee": code,
            "nom_commune": name,
            "lon": lon + 0.0001 * number,
            "lat": 46.0 + 0.001 * place,
        }
        for (code, name, postcode, lon), streets in TOWNS.items()
        for place, street in enumerate(streets.split("|"))
        for number in range(1, 15)
        if number != HOLE
    ]
    return pd.DataFrame(lines)


@pytest.fixture(scope="module")
def made(ban: pd.DataFrame) -> pd.DataFrame:
    return queries(ban, seed=5, per_kind=12)


def perfect(made: pd.DataFrame) -> pd.DataFrame:
    street = made["expected_voie"] != ""
    exact = made["expected_numero"] != ""
    return pd.DataFrame(
        {
            "geo_precision": np.select([exact, street], ["numero", "voie"], "commune"),
            "geo_code_insee": made["expected_insee"],
            "geo_voie": made["expected_voie"],
            "geo_numero": made["expected_numero"],
            "geo_longitude": made["lon"],
            "geo_latitude": made["lat"],
            "geo_score": 1.0,
        }
    )


def one(made: pd.DataFrame, kind: str, **conditions: str) -> pd.DataFrame:
    """The first query of a kind whose columns start with what is given."""
    chosen = made[made["kind"] == kind]
    for name, start in conditions.items():
        chosen = chosen[chosen[name].str.startswith(start)]
    return chosen.head(1).reset_index(drop=True)


def test_same_seed_same_queries_other_seed_others(ban: pd.DataFrame, made: pd.DataFrame) -> None:
    assert list(made.columns) == list(COLUMNS)
    pd.testing.assert_frame_equal(made, queries(ban, seed=5, per_kind=12))
    others = queries(ban, seed=6, per_kind=12)
    assert len(set(made["adresse"]) & set(others["adresse"])) < 0.8 * len(made)


def test_every_kind_is_there_and_departements_share_it(made: pd.DataFrame) -> None:
    assert set(made["kind"]) == set(KINDS)
    shares = made[made["kind"] == "clean"]["expected_insee"].str[:2].value_counts()
    assert shares.to_dict() == {"23": 6, "75": 6}


def test_truth_is_in_the_reference(ban: pd.DataFrame, made: pd.DataFrame) -> None:
    numbers = {
        (code, street, canonical_number(numero + rep))
        for code, street, numero, rep in ban[
            ["code_insee", "nom_voie", "numero", "rep"]
        ].itertuples(index=False)
    }
    asked = made[made["expected_numero"] != ""]
    truths = asked[["expected_insee", "expected_voie", "expected_numero"]]
    assert set(truths.itertuples(index=False, name=None)) <= numbers
    absent = made[made["kind"] == "absent_number"]
    assert (absent["expected_numero"] == "").all()
    written = absent["adresse"].str.extract(r"^(\d+)")[0].astype(int)
    assert set(written[written < 15]) <= {HOLE}


def test_typos_stay_nearest_to_their_street(made: pd.DataFrame) -> None:
    for kind, slips in (("one_typo", 1), ("two_typos", 2)):
        for query in made[made["kind"] == kind].itertuples():
            written = canonical(re.sub(r"^\d+( ?bis)?,? ", "", query.adresse, flags=re.I))
            away = OSA.distance(written, canonical(query.expected_voie))
            assert away <= slips
            others = [
                street
                for (code, *_), names in TOWNS.items()
                for street in names.split("|")
                if code == query.expected_insee and street != query.expected_voie
            ]
            assert away < min(OSA.distance(written, canonical(street)) for street in others)


def test_a_slip_that_could_mean_two_streets_is_left(ban: pd.DataFrame) -> None:
    two = ban[ban["nom_voie"] == "Rue Buffon"].assign(nom_voie="Rue Bulfon")
    ref = build_reference(pd.concat([ban, two]))
    street = int(np.flatnonzero(ref.streets["nom_voie"] == "Rue Buffon")[0])
    assert is_nearest(ref, street, "Rue Bufon", slips=1) is False
    assert is_nearest(ref, street, "Rue Bouffon", slips=1) is True
    assert is_nearest(ref, street, "Rue Buffon", slips=1) is False


@pytest.mark.parametrize("name", ["vieux tilleuls", "tilleul", "tileuls", "grands drapiers"])
def test_what_could_be_meant_is_not_unknown(ban: pd.DataFrame, name: str) -> None:
    ref = build_reference(ban)
    assert resembles(ref, name, ref.by_commune["23004"])
    assert not resembles(ref, "toulouse lautrec", ref.by_commune["23004"])
    assert resembles(ref, "general", ref.by_commune["23096"])


def test_unknown_streets_are_of_elsewhere(ban: pd.DataFrame, made: pd.DataFrame) -> None:
    unknown = made[made["kind"] == "unknown_street"]
    assert len(unknown) and (unknown["expected_voie"] == "").all()
    known = set(ban["code_insee"] + ban["nom_voie"].map(canonical))
    asked = unknown["adresse"].str.replace(r"^\d+( ?bis)?,? ", "", regex=True, case=False)
    assert not known & set(unknown["expected_insee"] + asked.map(canonical))


def test_only_next_door_states_a_commune_without_the_street(
    ban: pd.DataFrame, made: pd.DataFrame
) -> None:
    asked = made[made["kind"] == "only_next_door"]
    assert asked["street_optional"].all() and not made["street_optional"].all()
    known = set(zip(ban["code_insee"], ban["nom_voie"], strict=True))
    assert not known & set(zip(asked["stated_insee"], asked["expected_voie"], strict=True))
    assert set(zip(asked["expected_insee"], asked["expected_voie"], strict=True)) <= known


def test_cedex_and_missing_postcodes(ban: pd.DataFrame, made: pd.DataFrame) -> None:
    bare = made[made["kind"] == "no_postcode"]
    assert (bare["code_postal"] == "").all()
    paris = bare[bare["commune"] == "Paris"]
    assert set(paris["stated_insee"]) <= {"75056"}
    cedex = made[made["kind"] == "cedex"]
    assert len(cedex) and cedex["commune"].str.contains("(?i)cedex").all()
    assert not set(cedex["code_postal"]) & set(ban["code_postal"])


def test_noise_keeps_what_was_asked() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        text = noise.said_beside(rng, "12 rue Bonaparte", "75006", "Paris")
        assert "12 rue Bonaparte" in text and text != "12 rue Bonaparte"
        short = noise.shorten_type(rng, noise.shorten_words(rng, "Avenue du Général Leclerc"))
        assert canonical(short) == "avenue general leclerc"
    assert noise.upper_plain("Rue de l'Église-d'Œuilly") == "RUE DE L EGLISE D OEUILLY"
    assert noise.initial("Rue Victor Hugo") == "Rue V. Hugo"
    assert noise.initial("Rue Saint Martin") == "Rue Saint Martin"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Bd. du Mal Foch", "boulevard marechal foch"),
        ("R. St-Honoré", "rue saint honore"),
        ("Grand'Rue", "grande rue"),
        ("Place du Dix-Sept Novembre", "place 17 novembre"),
        ("rue du 4 sept.", "rue 4 septembre"),
        ("Rue des Sept Fontaines", "rue 7 fontaines"),
        ("Rue de la 1re Armée", "rue 1 armee"),
    ],
)
def test_canonical_names(written: str, meant: str) -> None:
    assert canonical(written) == meant


def test_canonical_numbers() -> None:
    assert {canonical_number(text) for text in ("12 bis", "12B", "0012b", "12 BIS")} == {"12b"}
    assert canonical_number("") == canonical_number("bis") == ""


def test_perfect_answers_are_perfect(ban: pd.DataFrame, made: pd.DataFrame) -> None:
    table = score.accuracy_table(score.judge(made, perfect(made), ban))
    everything = table.loc["all"]
    assert everything["precision_pct"] == 100
    assert everything["coverage_pct"] == everything["possible_pct"] < 100
    assert everything["wrong_number_pct"] == everything["median_error_m"] == 0
    assert everything["commune_pct"] == 100
    assert table.at["mairie", "street_pct"] == table.at["unknown_street", "street_pct"] == 0
    assert score.as_text(table).count("\n") > len(KINDS)
    assert score.as_markdown(table).count("\n") == len(KINDS) + 2


def judged(query: pd.DataFrame, ban: pd.DataFrame, **changes: object) -> pd.Series:
    return score.judge(query, perfect(query).assign(**changes), ban).iloc[0]


def test_another_street_or_commune_is_wrong(ban: pd.DataFrame, made: pd.DataFrame) -> None:
    query = one(made, "clean", expected_insee="23004")
    query = query.assign(expected_voie="Rue des Tilleuls", lon=1.8505, lat=46.0)
    assert judged(query, ban)["right"]
    assert judged(query, ban, geo_voie="R. TILLEULS")["right"]
    assert not judged(query, ban, geo_voie="Impasse des Tilleuls")["right"]
    far = {"geo_longitude": 2.5, "geo_latitude": 46.9}
    assert not judged(query, ban, geo_code_insee="23096", **far)["right"]
    # The same name beyond the limit of the commune, near a number of the street: one street.
    assert judged(query, ban, geo_code_insee="23096", geo_longitude=1.8535)["right"]
    assert not judged(query, ban, geo_code_insee="23096", geo_longitude=1.8565)["right"]
    commune = judged(query, ban, geo_precision="commune", geo_voie="")
    assert (commune["level"], commune["right"], commune["covered"]) == ("commune", True, False)


def test_paris_stands_for_an_arrondissement_only_if_none_is_stated(
    ban: pd.DataFrame, made: pd.DataFrame
) -> None:
    far = {"geo_longitude": 2.5, "geo_latitude": 48.9}
    stated = one(made, "clean", expected_insee="75106")
    assert not judged(stated, ban, geo_code_insee="75056", **far)["right"]
    assert not judged(stated, ban, geo_code_insee="75107", **far)["right"]
    unstated = one(made, "no_postcode", expected_insee="75", stated_insee="75056")
    assert judged(unstated, ban, geo_code_insee="75056", **far)["right"]
    assert judged(stated, ban, geo_code_insee="75056", geo_precision="commune")["right"]


def test_a_wrong_number_is_counted_apart(ban: pd.DataFrame, made: pd.DataFrame) -> None:
    query = one(made, "absent_number")
    told = judged(query, ban, geo_precision="numero", geo_numero="5")
    assert told["right"] and told["wrong_number"]
    assert not judged(query, ban, geo_precision="interpolation", geo_numero="7")["wrong_number"]


def test_next_door_street_or_stated_commune_both_answer(
    ban: pd.DataFrame, made: pd.DataFrame
) -> None:
    query = one(made, "only_next_door")
    assert judged(query, ban)["covered"]
    stated = query["stated_insee"]
    commune = judged(query, ban, geo_precision="commune", geo_code_insee=stated)
    assert commune["right"] and commune["covered"]
    far = {"geo_longitude": 5.0, "geo_latitude": 45.0}
    assert not judged(query, ban, geo_code_insee="23999", **far)["right"]


def test_answers_must_be_as_many_as_queries(made: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="row by row"):
        score.judge(made, perfect(made).head(3))


def test_low_scores_are_no_answers(made: pd.DataFrame) -> None:
    kept = score.accept(perfect(made).assign(geo_score=["0.4", *["0.5"] * (len(made) - 1)]), 0.5)
    assert (kept["geo_precision"] == "aucune").sum() == 1 and kept["geo_precision"].iloc[0] != ""


def test_reliability_compares_scores_with_truth(ban: pd.DataFrame, made: pd.DataFrame) -> None:
    street = made[(made["expected_voie"] != "") & ~made["street_optional"]]
    street = street.head(100).reset_index(drop=True)
    answers = perfect(street).assign(geo_score=0.85)
    wrong = itertools.islice(street.index, 0, None, 4)
    answers.loc[list(wrong), "geo_voie"] = "Rue Sans Nom"
    table = calibration.reliability(street, answers, ban)
    assert table["bin"].tolist() == ["0.8-0.9"]
    row = table.iloc[0]
    assert (row["n"], row["right_pct"]) == (100, 75.0) and row["judged"]
    assert row["difference"] == pytest.approx(-10.0)
    assert calibration.worst(table) == pytest.approx(10.0)
    few = calibration.reliability(street.head(20), answers.head(20), ban)
    assert not few["judged"].any() and calibration.worst(few) == 0
    page = calibration.as_page(table, seed=2, queries=100)
    assert "do not edit" in page and "| street | 0.8-0.9 | 100 |" in page


def test_bounds_of_the_bins(ban: pd.DataFrame, made: pd.DataFrame) -> None:
    few = made[made["kind"] == "clean"].head(4).reset_index(drop=True)
    answers = perfect(few).assign(geo_score=[0.4, 0.5, 0.99, 1.0])
    table = calibration.reliability(few, answers, ban)
    assert table[["bin", "n"]].to_numpy().tolist() == [["0-0.5", 1], ["0.5-0.6", 1], ["0.99-1", 2]]


def test_documents_for_addok(ban: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "documents.json"
    count = write_documents(build_reference(ban), path)
    documents = pd.read_json(path, lines=True, dtype=False)
    assert count == len(documents) == 80 + len(TOWNS)
    street = documents[(documents["name"] == "Rue Madame")].iloc[0]
    assert street["citycode"] == ["75106", "75056"] and street["postcode"] == "75006"
    assert set(street["housenumbers"]) >= {"1", "9b"} and "7" not in street["housenumbers"]


def test_invented_departements_have_the_layout_of_the_ban() -> None:
    communes = [
        {
            "code": f"3700{rank}",
            "nom": name,
            "population": people,
            "codesPostaux": ["37000"],
            "surface": 2000.0,
            "centre": {"coordinates": [0.7, 47.3]},
        }
        for rank, (name, people) in enumerate((("Grande", 5000), ("Petite", 50)), start=1)
    ]
    table = invent_addresses(communes, numbers=3000, seed=1)
    assert list(table.columns) == HEADER.split(";")
    sizes = table["code_insee"].value_counts()
    assert 2000 < len(table) < 4000 and sizes["37001"] > 10 * sizes["37002"]
    assert not table.duplicated(["code_insee", "nom_voie", "numero", "rep"]).any()
    pd.testing.assert_frame_equal(table, invent_addresses(communes, numbers=3000, seed=1))
