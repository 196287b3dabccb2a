"""Addresses of the made-up towns: found, placed, refused, and never by what stands beside them."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata.geocode.addresses import ASKED, Located, explain_address, find_addresses
from opendata.geocode.ban.index import Index
from opendata.geocode.ban.match import OpenIndex
from tests.geocode.ban.town import (
    AT_BOULAY,
    AT_INGRE,
    INGRE,
    MERGED,
    NOTHING,
    ORLEANS,
    Locate,
    Row,
    asked,
    at,
    index_of,
    locate,
    reference,
    street,
    told,
    towns,
)

# --- one address --------------------------------------------------------------------------


def test_everything_that_is_told_of_an_address(find: Locate) -> None:
    found = find("12 bis, rue Haute")
    longitude, latitude = at(ORLEANS, 12)
    assert found.pop("score") > 0.95
    assert found.pop("reach_m") > 0
    assert found == {
        "precision": "numero",
        "longitude": longitude,
        "latitude": latitude,
        "code_insee": "45234",
        "voie": "Rue Haute",
        "numero": "12b",
        "label": "12b Rue Haute 45000 Orléans",
        "ban_id": "45234_0001_00012_bis",
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("12 rue Haute", ("numero", "Rue Haute", "12")),
        ("12 RUE HAUTE", ("numero", "Rue Haute", "12")),
        ("12, r. Haute - 45000 Orléans", ("numero", "Rue Haute", "12")),
        ("Mairie\n12 rue Haute\nBP 40\n45000 ORLEANS CEDEX", ("numero", "Rue Haute", "12")),
        ("12-14 rue Haute", ("numero", "Rue Haute", "12")),
        ("2 - 8 rue Haute", ("numero", "Rue Haute", "2")),
        ("7 rue Haute", ("interpolation", "Rue Haute", "7")),
        ("40 rue Haute", ("voie", "Rue Haute", "")),
        ("rue Haute", ("voie", "Rue Haute", "")),
        ("12 quater rue Haute", ("interpolation", "Rue Haute", "12q")),
        ("3 place du 8 mai 1945", ("numero", "Place du 8 Mai 1945", "3")),
        ("place du Huit-Mai 1945", ("voie", "Place du 8 Mai 1945", "")),
        ("3 rue du 11 novembre", ("numero", "Rue du Onze Novembre", "3")),
        ("3 av. du Gal Leclerc", ("numero", "Avenue du Général Leclerc", "3")),
        ("3 avenue Leclerc", ("numero", "Avenue du Général Leclerc", "3")),
        ("3 avenue des Maronniers", ("numero", "Avenue des Marronniers", "3")),
        ("3 avneue des Marronniers", ("numero", "Avenue des Marronniers", "3")),
        ("3 bd Alexandre-Martin", ("numero", "Boulevard Alexandre Martin", "3")),
        ("3 résidence des Ormeaux", ("numero", "Résidence des Ormeaux", "3")),
        ("La Grange Brûlée", ("lieu-dit", "La Grange Brûlée", "")),
        ("12 La Grange Brulee", ("lieu-dit", "La Grange Brûlée", "")),
        ("Les Bergeries", ("lieu-dit", "Les Bergeries", "")),
        ("le bourg", ("lieu-dit", "Le Bourg", "")),
        ("5 quai Neuf", ("numero", "Quai Neuf", "5")),
        ("6 quai Neuf", ("interpolation", "Quai Neuf", "6")),
        ("60 quai Neuf", ("voie", "Quai Neuf", "")),
        # Nothing of it here, or too little said.
        ("12 rue Inconnue", NOTHING),
        ("12 rue des Marroniers Roses du Vieux Parc", NOTHING),
        ("Mairie", NOTHING),
        ("Hôtel de ville", NOTHING),
        ("12", NOTHING),
        ("", NOTHING),
        ("45000 Orléans", NOTHING),
    ],
)
def test_lines(find: Locate, line: str, expected: tuple[str, str, str]) -> None:
    assert told(find(line)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("rue Haute, 12", ("numero", "Rue Haute", "12")),
        ("8–10 rue Haute", ("numero", "Rue Haute", "8")),
        ("1–2 rue Haute", ("numero", "Rue Haute", "1")),
        ("lieu-dit Le Bourg", ("lieu-dit", "Le Bourg", "")),
    ],
)
def test_lines_of_an_odd_form(find: Locate, line: str, expected: tuple[str, str, str]) -> None:
    assert told(find(line)) == expected


def test_what_is_not_found_is_empty(find: Locate) -> None:
    found = find("12 rue Inconnue")
    assert found["score"] == 0
    assert {found[name] for name in ("voie", "numero", "label", "ban_id", "code_insee")} == {""}
    assert all(pd.isna(found[name]) for name in ("longitude", "latitude", "reach_m"))


def test_no_addresses_at_hand(find: Locate) -> None:
    """A département that was not downloaded is no fault."""
    line = {"code_postal": "33000", "commune": "Bordeaux", "codes": "33063"}
    assert told(find("12 rue Haute", **line)) == NOTHING
    assert told(find("12 rue Haute", codes="")) == NOTHING
    assert told(find("12 rue Haute", codes="99999")) == NOTHING


# --- parts of one street ------------------------------------------------------------------


@pytest.mark.parametrize("postcode", ["45000", "45100", ""])
@pytest.mark.parametrize("number", [3, 23, 24])
def test_two_parts_under_two_postcodes(find: Locate, number: int, postcode: str) -> None:
    found = find(f"{number} rue des Tilleuls", code_postal=postcode)
    assert told(found) == ("numero", "Rue des Tilleuls", str(number))
    assert (found["longitude"], found["latitude"]) == at(ORLEANS, number, 2, odd=number % 2 == 1)


@pytest.mark.parametrize("postcode", ["45000", "45100", ""])
def test_a_number_between_two_of_the_other_part(find: Locate, postcode: str) -> None:
    """25 stands between 23 and 27 of the southern part; the northern one ends at 10."""
    found = find("25 rue des Tilleuls", code_postal=postcode)
    assert told(found) == ("interpolation", "Rue des Tilleuls", "25")


# --- nothing but the row ------------------------------------------------------------------

_LINES: list[Row] = [
    {"adresse": "12 bis rue Haute"},
    {"adresse": "7 rue Haute"},
    {"adresse": "rue Haute"},
    {"adresse": "3 avenue des Maronniers"},
    {"adresse": "bd Alexandre Martin"},
    {"adresse": "12 rue Inconnue"},
    {"adresse": "Mairie - place du 8 mai 1945"},
    {"adresse": "25 rue des Tilleuls", "code_postal": "45100"},
    {"adresse": "3 rue Bonaparte", "codes": "75056", "commune": "Paris", "code_postal": "75007"},
    {"adresse": "3 rue du Colombier", **MERGED},
    {"adresse": "3 rue de la Sucrerie d'Hiver", **AT_BOULAY},
    {"adresse": "3 rue Passe-Debout", **AT_BOULAY},
    {"adresse": "3 rue Abbé de l'Épée", **AT_INGRE | {"trust": 0.6}},
    {"adresse": "3 chemin du Nant Perdu", "codes": "01033", "code_postal": "01200", "commune": ""},
    {"adresse": ""},
]


@pytest.fixture(scope="module")
def alone(open_index: OpenIndex) -> list[Row]:
    """What each line gives when it is asked alone."""
    return [
        find_addresses(asked(line), reference(), open_index).iloc[0].to_dict() for line in _LINES
    ]


@settings(max_examples=40)
@given(st.lists(st.integers(0, len(_LINES) - 1), max_size=25))
def test_each_row_is_answered_as_if_alone(
    open_index: OpenIndex, alone: list[Row], places: list[int]
) -> None:
    """Whatever the order, the repetitions and the company; the index of the rows is kept."""
    table = asked(*(_LINES[place] for place in places))
    table.index = pd.Index([7 * number + 3 for number in range(len(places))][::-1], dtype="int64")
    found = find_addresses(table, reference(), open_index)
    assert found.index.equals(table.index)
    expected = pd.DataFrame([alone[place] for place in places], columns=list(Located._fields))
    pd.testing.assert_frame_equal(
        found.reset_index(drop=True), expected, check_dtype=bool(len(places))
    )


def test_a_row_is_not_swayed_by_the_reading_of_another(open_index: OpenIndex) -> None:
    """Both streets of a line are misspelt; the other row asks for the second of them."""
    seconds = ("bd Alexandre Martn", "impasse du Vieux Puit", "av. des Maronniers")
    for second in seconds:
        line = f"99 rue du Faissan Doré, {second}"
        both = asked({"adresse": line}, {"adresse": second})
        found = find_addresses(both, reference(), open_index)
        assert found.iloc[0].to_dict() == locate(open_index, line)


def test_repeated_lines_of_the_ban_say_nothing(tmp_path: Path) -> None:
    rows = list(towns()["45"])
    once, twice = index_of(rows, tmp_path / "one"), index_of(rows * 2, tmp_path / "two")
    for line in ("12 bis rue Haute", "7 rue Haute", "rue Haute", "3 avenue des Maronniers"):
        first, second = (locate({"45": one}.get, line) for one in (once, twice))
        # How far nineteen in twenty are is counted in lines.
        assert first | {"reach_m": 0} == second | {"reach_m": 0}


def test_an_empty_table(open_index: OpenIndex) -> None:
    found = find_addresses(asked(), reference(), open_index)
    assert found.empty
    assert tuple(found.columns) == Located._fields


def test_each_departement_is_opened_in_turn(indexes: dict[str, Index]) -> None:
    """Its neighbour's streets are sought while it is open: memory holds few at a time."""
    opened: list[str] = []

    def opening(departement: str) -> Index | None:
        opened.append(departement)
        return indexes.get(departement)

    find_addresses(asked(*_LINES), reference(), opening)
    # 74 is only the neighbour of 01, and comes after all that were asked for by name.
    assert opened == ["01", "45", "75", "74"]


def test_what_the_matcher_saw(open_index: OpenIndex) -> None:
    """For « opendata why »: the candidates, also where none is an answer."""
    rows = asked({"adresse": "3 avenue des Maronniers"}, {"adresse": "3 avenue des Mar"})
    (query, found), (_, unsure) = explain_address(rows, reference(), open_index)
    assert query.readings[0].core == "maronniers"
    assert found is not None
    assert found.candidates[0].voie == "Avenue des Marronniers"
    assert 90 < found.candidates[0].likeness < 100
    assert found.answer is not None
    assert found.answer.voie == "Avenue des Marronniers"
    assert unsure is None or unsure.answer is None
    assert [len(asked({"adresse": ""}).columns)] == [len(ASKED)]


def test_a_kind_of_way_behind_an_article(tmp_path: Path) -> None:
    index = index_of(street(INGRE, "Chemin Vert", (1, 3)), tmp_path / "one")
    assert locate({"45": index}.get, "3 Le Chemin Vert", **AT_INGRE)["precision"] == "numero"
