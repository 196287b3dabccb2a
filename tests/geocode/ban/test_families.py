"""Which communes' streets are looked at: merged communes, cities, neighbours of the postcode."""

from pathlib import Path
from typing import Any

import pytest

from opendata.geocode.ban.families import Families
from opendata.geocode.ban.index import Index
from opendata.geocode.ban.score import WIDENED_AT_MOST
from tests.geocode.ban.town import (
    AT_BOULAY,
    AT_INGRE,
    ELOISE,
    INGRE,
    MAINVILLIERS,
    MALESHERBOIS,
    MARSEILLE_2,
    MERGED,
    NOTHING,
    PARIS_6,
    PARIS_7,
    RUELLE,
    SAINT_DENIS,
    UNTOLD,
    Locate,
    Row,
    at,
    index_of,
    locate,
    reference,
    street,
    told,
)

# --- communes of yesterday and today ------------------------------------------------------


@pytest.mark.parametrize("town", ["Le Malesherbois", "Mainvilliers", "Nangeville", "MALESHERBES"])
@pytest.mark.parametrize(
    ("line", "longitude"),
    [
        pytest.param("3 rue du Colombier", MAINVILLIERS.longitude, id="under the old code"),
        pytest.param("3 rue du Lavoir", MALESHERBOIS.longitude, id="under the new, with its old"),
        pytest.param("3 rue de la Poterne", MALESHERBOIS.longitude, id="under the new one"),
    ],
)
def test_a_merged_commune(find: Locate, line: str, longitude: float, town: str) -> None:
    """Whatever code the file has, the answer is of the commune of today."""
    found = find(line, **MERGED | {"commune": town})
    assert (found["precision"], found["code_insee"]) == ("numero", "45191")
    assert found["longitude"] == pytest.approx(longitude + 0.0003)


@pytest.mark.parametrize(("town", "line"), [("Nangeville", 3), ("Coudray", 4)])
def test_one_name_in_two_former_communes(find: Locate, town: str, line: int) -> None:
    found = find("3 Grande Rue", **MERGED | {"commune": town})
    assert (found["longitude"], found["latitude"]) == at(MALESHERBOIS, 3, line, odd=True)


def test_one_name_in_two_former_communes_that_nothing_tells_apart(find: Locate) -> None:
    assert find("3 Grande Rue", **MERGED)["score"] < 0.9


# --- cities -------------------------------------------------------------------------------


@pytest.mark.parametrize("codes", ["75106", "75056"])
@pytest.mark.parametrize("postcode", ["75006", "75270"])
def test_paris(find: Locate, codes: str, postcode: str) -> None:
    line: Row = {"code_postal": postcode, "commune": "Paris", "codes": codes}
    found = find("3 rue Madame", **line)
    assert (*told(found), found["code_insee"]) == ("numero", "Rue Madame", "3", "75106")


@pytest.mark.parametrize(("codes", "commune"), [("75106", PARIS_6), ("75107", PARIS_7)])
def test_a_street_of_two_arrondissements(find: Locate, codes: str, commune: Any) -> None:
    line: Row = {"code_postal": commune.postcode, "commune": "Paris"}
    assert find("3 rue Bonaparte", **line, codes=codes)["code_insee"] == codes
    # The whole city, and its postcode.
    assert find("3 rue Bonaparte", **line, codes="75056")["code_insee"] == codes


def test_a_street_of_two_arrondissements_that_nothing_tells_apart(find: Locate) -> None:
    line: Row = {"code_postal": "", "commune": "Paris", "codes": "75056"}
    assert find("3 rue Bonaparte", **line)["score"] < 0.9


def test_a_neighbouring_arrondissement(find: Locate) -> None:
    """A wrong arrondissement is forgiven, and never as sure as the right one."""
    line: Row = {"code_postal": "75006", "commune": "Paris", "codes": "75106"}
    found = find("3 rue Oudinot", **line)
    assert (found["precision"], found["code_insee"]) == ("numero", "75107")
    assert found["score"] <= WIDENED_AT_MOST < find("3 rue Madame", **line)["score"]


@pytest.mark.parametrize(
    ("codes", "postcode", "expected"),
    [
        ("13202", "13002", "13202"),
        ("13201", "13001", "13201"),
        ("13055", "13002", "13202"),
        ("13055", "13001", "13201"),
    ],
)
def test_marseille(find: Locate, codes: str, postcode: str, expected: str) -> None:
    line: Row = {"code_postal": postcode, "commune": "Marseille", "codes": codes}
    assert find("3 rue de la République", **line)["code_insee"] == expected


def test_marseille_without_a_postcode(find: Locate) -> None:
    line: Row = {"code_postal": "", "commune": "Marseille", "codes": "13055"}
    found = find("3 rue du Petit Puits", **line)
    assert (found["code_insee"], found["latitude"]) == (
        "13202",
        at(MARSEILLE_2, 3, 3, odd=True)[1],
    )


def test_overseas(find: Locate) -> None:
    line: Row = {"code_postal": "97400", "commune": "Saint-Denis", "codes": "97411"}
    found = find("3 rue Labourdonnais 97400 SAINT-DENIS", **line)
    assert (found["longitude"], found["latitude"]) == at(SAINT_DENIS, 3, odd=True)
    assert found["label"] == "3 Rue Labourdonnais 97400 Saint-Denis"


# --- another commune of the postcode ------------------------------------------------------


def test_a_rare_street_of_the_neighbour(find: Locate) -> None:
    found = find("3 rue de la Sucrerie d'Hiver", **AT_BOULAY)
    assert (found["code_insee"], found["precision"]) == ("45169", "numero")
    assert 0.5 <= found["score"] <= WIDENED_AT_MOST


def test_a_common_street_stays_in_a_commune_that_is_sure(find: Locate) -> None:
    """Rue de l'Église and Rue Passe-Debout are in three communes of the postcode and more."""
    for line in ("3 rue de l'Église", "3 rue Passe-Debout"):
        assert told(find(line, **AT_BOULAY)) == NOTHING
        assert find(line, **AT_INGRE)["code_insee"] == "45169"


def test_a_street_nearly_of_a_name_stays_in_a_commune_that_is_sure(find: Locate) -> None:
    sure = AT_BOULAY | {"trust": 1.0}
    assert told(find("3 rue de la Sucreri d'Iver", **sure)) == NOTHING


def test_a_commune_that_is_not_sure_gives_way(find: Locate) -> None:
    found = find("3 rue Abbé de l'Épée", **AT_BOULAY | {"trust": 0.6})
    assert found["code_insee"] == "45285"
    assert found["score"] <= WIDENED_AT_MOST


def test_nothing_is_sought_elsewhere_when_something_is_alike_here(find: Locate) -> None:
    """Orléans has Rue Haute; that Fleury has « 29 rue Haute » is no reason to go there."""
    line: Row = {"code_postal": "45400", "commune": "Orléans", "codes": "45234"}
    for trust in (1.0, 0.6):
        assert find("29 rue Haute", **line, trust=trust)["code_insee"] == "45234"
    found = find("29 rue Haute", code_postal="45400", commune="Ingré", codes="45169", trust=0.6)
    assert found["code_insee"] == "45147"


def test_a_name_shortened_here_comes_before_the_very_name_there(tmp_path: Path) -> None:
    rows = street(INGRE, "Rue du Maréchal Leclerc", (1, 3)) + street(RUELLE, "Rue Leclerc", (1, 3))
    index = index_of(rows, tmp_path / "one")
    found = locate({"45": index}.get, "3 rue Leclerc", **AT_INGRE | {"trust": 0.6})
    assert found["code_insee"] == "45169"


def test_nothing_is_sought_beyond_the_postcode(find: Locate) -> None:
    assert told(find("3 rue de la Sucrerie d'Hiver")) == NOTHING
    assert told(find("3 rue de la Sucrerie d'Hiver", **AT_BOULAY | {"code_postal": ""})) == NOTHING


def test_a_postcode_of_two_departements(find: Locate, indexes: dict[str, Index]) -> None:
    line: Row = {"code_postal": "01200", "commune": "Valserhône", "codes": "01033"}
    found = find("3 chemin du Nant Perdu", **line)
    assert (found["code_insee"], found["longitude"]) == ("74109", at(ELOISE, 3)[0])
    assert find("3 rue de la Perte du Rhône", **line)["code_insee"] == "01033"
    # The neighbour's addresses are enough: one's own were not downloaded.
    without = {name: one for name, one in indexes.items() if name != "01"}
    found = locate(without.get, "3 chemin du Nant Perdu", **line)
    assert found["code_insee"] == "74109"


def test_a_row_that_may_be_in_several_communes(find: Locate) -> None:
    found = find("3 rue de la Sucrerie d'Hiver", **UNTOLD)
    assert (*told(found), found["code_insee"]) == (
        *("numero", "Rue de la Sucrerie d'Hiver", "3"),
        "45169",
    )
    assert found["score"] >= 0.9


@pytest.mark.parametrize("line", ["3 rue de l'Église", "3 rue Passe-Debout"])
def test_a_street_of_several_communes_decides_none(find: Locate, line: str) -> None:
    """At 0.9 an address decides the commune of its row: here it would be one of three, by rank."""
    assert find(line, **UNTOLD)["score"] < 0.9


# --- families -----------------------------------------------------------------------------


def test_the_streets_of_a_commune_of_today(indexes: dict[str, Index]) -> None:
    families = Families(reference())
    paris = families.streets_of(indexes["75"])
    assert paris["75106"] == ("75106",)
    assert sorted(paris["75056"]) == ["75106", "75107"]
    loiret = families.streets_of(indexes["45"])
    assert sorted(loiret["45191"]) == ["45190", "45191"]
    assert "45190" not in loiret


def test_a_street_goes_on_in_the_whole_city() -> None:
    families = Families(reference())
    assert families.whole(("75106",)) == ("75106", "75056")
    assert families.whole(("75106", "75107", "45234")) == ("75106", "75056", "75107", "45234")
    assert families.whole(()) == ()


def test_the_communes_around() -> None:
    families = Families(reference())
    assert families.around(("45169",), "45140") == {"45": ("45046", "45059", "45235", "45285")}
    assert families.around(("75106",), "75006") == {"75": ("75056",)}
    assert families.around(("75106",), "") == {"75": ("75056",)}
    assert families.around(("45234",), "45000") == {}
    assert families.around(("45234",), "") == {}
    assert families.around(("01033",), "01200")["74"] == ("74109",)
    assert families.by_departement(("74109", "01033", "99999")) == {
        "01": ("01033",),
        "74": ("74109",),
    }
