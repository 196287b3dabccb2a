"""What the matcher is measured beside: the peer's method said again, and the made-up pairs."""

import numpy as np
import pandas as pd
import pytest
from benchmarks.matching import peer
from benchmarks.matching.different_kinds import DIFFERENT
from benchmarks.matching.making import COLUMNS, Maker, as_table, of, towns
from benchmarks.matching.planted import KINDS, planted
from benchmarks.matching.same_kinds import SAME
from benchmarks.matching.splink_model import cleaned
from benchmarks.matching.world import TOLD_AGAIN, world_and_places


def table(*rows: dict[str, object]) -> pd.DataFrame:
    """Rows in Gien that differ from one another only as told."""
    common = {"nom": "Médiathèque", "adresse": "8 rue Georges Clemenceau", "commune": "Gien",
              "code_postal": "45500", "code_insee": "45155", "latitude": 47.69, "longitude": 2.63,
              "typologie": "BIB", "geo_precision": "numero", "ligne": 1}  # fmt: skip
    return as_table([common | {"source_id": f"s{at}"} | row for at, row in enumerate(rows)])


def score(method: peer.Method, *rows: dict[str, object], within: bool = False) -> float:
    pair = np.array([0]), np.array([1])
    return float(peer.score_pairs(table(*rows), *pair, method, within=within)[0])


@pytest.mark.parametrize("method", peer.METHODS)
def test_the_peer_finds_equal_rows_of_two_sources_only(method: peer.Method) -> None:
    assert score(method, {}, {}) == 100
    assert score(method, {}, {"source_id": "s0"}) == 0
    assert score(method, {}, {"source_id": "s0"}, within=True) == 100


def test_the_first_generation_follows_its_sums() -> None:
    # Worked out by hand: 0.003 degrees give 100 / 4 = 25; "abcd" and "abce" share six of eight.
    far = {"latitude": 47.693, "nom": "abce"}
    assert score(peer.FIRST, {"nom": "abcd"}, far) == (100 + 75 + 25) // 3
    # Accents count, case and punctuation do not.
    assert score(peer.FIRST, {"nom": "L'Été"}, {"nom": "l été"}) == 100
    assert score(peer.FIRST, {"nom": "été"}, {"nom": "ete"}) == (100 + 33 + 100) // 3
    assert score(peer.FIRST, {}, {"code_postal": "45501"}) == 0
    assert score(peer.FIRST, {}, {"typologie": "RFS"}) == 0
    assert score(peer.FIRST, {}, {"latitude": np.nan}) == 0


def test_the_latest_generation_follows_its_sums() -> None:
    # Name 100 twice, street 100, and 100 m for 50: 87.5, which rounds up.
    assert score(peer.LATEST, {}, {"latitude": 47.69 + 100 / 111_194.9}) == 88
    assert score(peer.LATEST, {"nom": "Mairie de Gien"}, {"nom": "VILLE DE GIEN"}) == 100
    assert score(peer.LATEST, {"nom": "Ctre sociaux"}, {"nom": "centre social"}) == 100
    assert score(peer.LATEST, {"typologie": "RFS"}, {"typologie": "BIB"}) == 0
    assert score(peer.LATEST, {"typologie": "RFS"}, {"typologie": "MSAP|PIMMS"}) == 100
    assert score(peer.LATEST, {"code_insee": "75056"}, {"code_insee": "75111"}) == 100
    assert score(peer.LATEST, {"adresse": ""}, {}) == 100
    assert score(peer.LATEST, {"adresse": ""}, {"latitude": np.nan}) == 0


@pytest.mark.parametrize("method", peer.METHODS)
def test_the_fast_search_finds_the_groups_of_the_slow_one(method: peer.Method) -> None:
    rows, place = world_and_places(600, seed=4)
    groups = peer.find_groups(rows, method)
    assert (groups == peer.find_groups_fast(rows, method)).all()
    assert len(set(groups)) < len(rows)
    # Joined rows are mostly one place, else the port would join anything.
    left, right = peer.candidate_pairs(rows, method)
    joined = peer.score_pairs(rows, left, right, method) > method.threshold
    assert (place[left[joined]] == place[right[joined]]).mean() > 0.9


def test_planted_pairs_come_again_from_their_seed_and_tell_every_kind() -> None:
    rows, pairs = planted(3, 2 * len(KINDS))
    again, same_pairs = planted(3, 2 * len(KINDS))
    pd.testing.assert_frame_equal(rows, again)
    pd.testing.assert_frame_equal(pairs, same_pairs)
    assert not planted(4, 2 * len(KINDS))[0].equals(rows)
    assert tuple(rows.columns) == COLUMNS
    assert set(KINDS) <= set(pairs["kind"])
    assert len(SAME) >= 25
    assert len(DIFFERENT) >= 25
    assert rows["id"].is_unique
    truth = pairs.groupby("kind")["same"].unique().map(list)
    assert all(truth[kind] == [True] for kind in SAME)
    assert all(truth[kind] == [False] for kind in DIFFERENT)
    assert not pairs[["a", "b"]].max(axis=1).ge(len(rows)).any()


def test_planted_places_stay_in_their_towns() -> None:
    rows, pairs = planted(5, 4 * len(KINDS))
    known = towns().set_index("code").reindex(rows["code_insee"])
    known = known.fillna(towns().set_index("code").loc["75056"])
    north = (rows["latitude"] - known["latitude"].to_numpy(dtype=float)).abs()
    assert north.max() < 0.2
    assert rows["commune"].ne("").all()
    one, other = rows.iloc[pairs["a"]], rows.iloc[pairs["b"]]
    apart = one["code_insee"].to_numpy() != other["code_insee"].to_numpy()
    neighbours = {kind for kind in DIFFERENT if "next_commune" in kind or "neighbours" in kind}
    neighbours |= {"arrondissement", "town_halls_of_arrondissements"}
    assert set(pairs.loc[apart, "kind"]) == neighbours


def test_no_near_miss_reads_exactly_like_a_copy() -> None:
    """Something in the rows, not chance, tells a near-miss from one place told twice."""
    rows, pairs = planted(6, 6 * len(KINDS))
    told = ["nom", "adresse", "code_insee", "typologie", "telephone", "latitude", "longitude"]
    one = rows.iloc[pairs["a"]][told].reset_index(drop=True)
    other = rows.iloc[pairs["b"]][told].reset_index(drop=True)
    alike = (one.eq(other) | (one.isna() & other.isna())).all(axis=1)
    assert not (alike & ~pairs["same"]).any()


def test_a_maker_gives_every_town_once_before_any_comes_twice() -> None:
    maker = Maker(1)
    drawn = [str(maker.town()["code"]) for _ in range(500)]
    assert len(set(drawn)) == 500
    with pytest.raises(ValueError, match="9000000"):
        maker.town(9_000_000)


def test_names_after_de() -> None:
    assert [of("Gien"), of("Angers"), of("Évry")] == ["de Gien", "d'Angers", "d'Évry"]
    assert [of("Le Mans"), of("Les Ulis")] == ["du Mans", "des Ulis"]
    assert of("La Ciotat") == "de La Ciotat"


def test_the_world_is_as_large_and_as_doubled_as_asked() -> None:
    rows, place = world_and_places(5000, seed=1)
    assert len(rows) == 5000
    assert tuple(rows.columns) == COLUMNS
    assert rows["id"].is_unique
    assert len(set(place.tolist())) == round(5000 * (1 - TOLD_AGAIN))
    pd.testing.assert_frame_equal(rows, world_and_places(5000, seed=1)[0])
    twice = pd.Series(place).duplicated(keep=False).to_numpy()
    told = rows[twice].assign(place=place[twice])
    assert told.groupby("place")["source_id"].nunique().eq(2).all()
    assert told.groupby("place")["commune"].nunique().eq(1).all()
    # Towns weigh as many people as they have.
    assert 0.02 < rows["commune"].eq("Paris").mean() < 0.06


def test_splink_is_given_clean_columns() -> None:
    known = {"telephone": "+33238000000|+33238000001", "courriels": "Contact@Gien.fr"}
    known |= {"site_web": "https://www.gien.fr/", "pivot": "21450155600011"}
    rows = table(
        {"nom": "MÉDIATHÈQUE DE GIEN", "adresse": "8 bis av. du Gal Leclerc", **known},
        {"pivot": "0" * 14, "geo_precision": "commune", "courriels": "a@orange.fr"},
    )
    first, second = cleaned(rows).to_dict("records")
    assert (first["nom"], first["adresse"]) == ("bibliotheque", "8 bis avenue general leclerc")
    assert (first["numero"], first["voie"]) == ("8", "avenue general leclerc")
    assert (first["telephone"], first["site"]) == ("+33238000000", "gien.fr")
    assert (first["domaine"], first["siren"]) == ("gien.fr", "214501556")
    assert second["siret"] is None
    assert second["domaine"] is None
    assert pd.isna(second["lat"])
