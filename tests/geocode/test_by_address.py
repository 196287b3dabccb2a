"""Communes that the address tells: when it decides, when it only speaks, when it is silent."""

import pandas as pd
import pytest

from opendata.geocode.by_address import CONFIRMS_M, DECIDES, resolve_by_address
from opendata.geocode.communes import resolve
from opendata.geocode.gazetteer import CommuneReference
from opendata.model import ISSUE_COLUMNS
from tests.geocode.ban.town import Row, reference

NONE = float("nan")
#: A degree of latitude, in metres: how far north of its address a stated point stands.
DEGREE_M = 111_195.0

#: A row of Ingré that names no commune: 45140 delivers to five.
OPEN: Row = {"commune": "", "code_postal": "45140", "latitude": NONE, "longitude": NONE}
#: A row that names Saint-Jean-de-la-Ruelle; its point is that of its address in Ingré.
NAMED = OPEN | {"commune": "Saint-Jean-de-la-Ruelle", "latitude": 47.92, "longitude": 1.82}
FOUND: Row = {
    "score": 0.95, "precision": "numero", "latitude": 47.92, "longitude": 1.82,
    "code_insee": "45169", "label": "3 Rue Haute 45140 Ingré",
}  # fmt: skip
SILENT = FOUND | {"score": 0.0, "precision": "", "code_insee": "", "label": ""}


@pytest.fixture
def country() -> CommuneReference:
    return reference()


def decided(
    country: CommuneReference, *rows: tuple[Row, Row]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Before, after, and the issues, of rows stated and what their addresses gave."""
    index = pd.RangeIndex(2, 2 + len(rows))
    table = pd.DataFrame([stated for stated, _ in rows], index=index)
    text = table[["commune", "code_postal"]].astype("str").assign(code_insee="", adresse="")
    addresses = pd.DataFrame([address for _, address in rows], index=index)
    before, _ = resolve(text.astype("str"), country)
    numbers = table[["latitude", "longitude"]].astype(float)
    after, issues = resolve_by_address(before, addresses, numbers, text, country)
    return before, after, issues


def test_an_open_commune_is_decided(country: CommuneReference) -> None:
    before, after, issues = decided(country, (OPEN, FOUND), (OPEN, SILENT))
    assert before["code_insee"].tolist() == ["", ""]
    assert after.loc[2].to_dict() == {
        "code_insee": "45169",
        "commune": "Ingré",
        "code_postal": "45140",
        "score": 0.95,
        "how": "adresse",
        "between": before.loc[2, "between"],
    }
    assert after.loc[3].equals(before.loc[3])
    assert tuple(issues.columns) == ISSUE_COLUMNS
    assert issues.to_dict("records") == [
        {
            "source": "",
            "row": 2,
            "field": "commune",
            "code": "commune_par_adresse",
            "value": "45140",
            "published": "Ingré",
            "detail": "3 Rue Haute 45140 Ingré",
        }
    ]


@pytest.mark.parametrize(
    ("score", "precision", "decides"),
    [
        (DECIDES, "numero", True),
        (DECIDES, "voie", True),
        (DECIDES, "lieu-dit", True),
        (DECIDES - 0.001, "numero", False),
        (0.0, "", False),
    ],
)
def test_how_sure_an_address_must_be(
    country: CommuneReference, score: float, precision: str, decides: bool
) -> None:
    address = FOUND | {"score": score, "precision": precision}
    _, after, issues = decided(country, (OPEN, address))
    assert (after.loc[2, "code_insee"] == "45169") == decides
    assert len(issues) == decides


@pytest.mark.parametrize(
    ("changes", "decides"),
    [
        pytest.param({}, True, id="the point confirms the address"),
        pytest.param({"latitude": 47.92 + 490 / DEGREE_M}, True, id="from not far"),
        pytest.param({"latitude": 47.92 + 510 / DEGREE_M}, False, id="from too far"),
        pytest.param({"latitude": NONE}, False, id="no point"),
    ],
)
def test_a_stated_commune_gives_way_to_two_witnesses(
    country: CommuneReference, changes: Row, decides: bool
) -> None:
    assert CONFIRMS_M == 500
    before, after, issues = decided(country, (NAMED | changes, FOUND))
    assert before.loc[2, "code_insee"] == "45285"
    assert after.loc[2, "code_insee"] == ("45169" if decides else "45285")
    assert issues["code"].tolist() == ["commune_voisine" if decides else "adresse_ailleurs"]
    if decides:
        assert (after.loc[2, "commune"], after.loc[2, "score"]) == ("Ingré", 0.95)
        assert issues.loc[0, "value"] == "45140 Saint-Jean-de-la-Ruelle"


@pytest.mark.parametrize(
    ("changes", "moves", "said"),
    [
        ({"precision": "interpolation"}, True, ["commune_voisine"]),
        ({"precision": "voie"}, False, ["adresse_ailleurs"]),
        ({"precision": "lieu-dit"}, False, ["adresse_ailleurs"]),
        ({"score": DECIDES - 0.01}, False, ["adresse_ailleurs"]),
        ({"code_insee": "45285"}, False, []),
    ],
)
def test_what_moves_no_stated_commune(
    country: CommuneReference, changes: Row, moves: bool, said: list[str]
) -> None:
    _, after, issues = decided(country, (NAMED, FOUND | changes))
    assert (after.loc[2, "code_insee"] != "45285") == moves
    assert issues["code"].tolist() == said


def test_parts_of_one_city_are_one_commune(country: CommuneReference) -> None:
    """Paris, and its sixth arrondissement: nothing to correct; the seventh neither."""
    point = {"latitude": 48.85, "longitude": 2.33}
    address = FOUND | point | {"code_insee": "75106", "label": "3 Rue Madame"}
    city = {"commune": "Paris", "code_postal": "", **point}
    seventh = {"commune": "Paris", "code_postal": "75007", **point}
    before, after, issues = decided(country, (city, address), (seventh, address))
    assert before["code_insee"].tolist() == ["75056", "75107"]
    assert after.equals(before)
    assert issues.empty


def test_the_postcode_of_a_commune_that_is_decided(country: CommuneReference) -> None:
    """One that delivers elsewhere is replaced by the commune's only one, or by none."""
    rows = [
        (OPEN | {"code_postal": "45140"}, FOUND),
        (OPEN | {"code_postal": "23000"}, FOUND),
        (OPEN | {"code_postal": "45140"}, FOUND | {"code_insee": "45234"}),
    ]
    _, after, _ = decided(country, *rows)
    assert after["code_postal"].tolist() == ["45140", "45140", ""]
    assert after["commune"].tolist() == ["Ingré", "Ingré", "Orléans"]


def test_nothing_to_decide(country: CommuneReference) -> None:
    before, after, issues = decided(country, (OPEN, SILENT), (NAMED, SILENT))
    assert after is before
    assert issues.empty
    assert tuple(issues.columns) == ISSUE_COLUMNS
