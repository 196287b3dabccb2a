"""Which of three witnesses is believed: the stated point, the address, the commune."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from opendata.geocode.communes import CommuneReference
from opendata.geocode.gazetteer import COLUMNS
from opendata.geocode.points import place_points
from opendata.geocode.points.rule import FAR_M, NEAR_M, STREET_FAR_M, SURE

NONE = float("nan")
#: One degree of latitude, in metres.
DEGREE_M = 111_195.0
CENTRE = (46.0, 5.0)
ADDRESS = (46.02, 5.0)
#: In another commune.
ELSEWHERE = (46.3, 5.0)
#: Far from every commune there is.
NOWHERE = (47.5, 5.0)


@pytest.fixture(scope="module")
def country() -> CommuneReference:
    rows = [("01001", "Amont", 46.00, 5.00), ("01002", "Aval", 46.30, 5.00)]
    frame = pd.DataFrame(rows, columns=["code", "nom", "latitude", "longitude"])
    frame = frame.assign(parent=frame["code"], type="commune", departement="01", epci="200000001")
    frame["population"] = pd.array([1000] * len(frame), dtype="Int32")
    for name in set(COLUMNS) - set(frame.columns):
        frame[name] = ""
    return CommuneReference(frame[list(COLUMNS)], "test", "test", {})


def place(
    country: CommuneReference,
    stated: tuple[float, float],
    found: Mapping[str, Any] | None = None,
    **columns: Any,
) -> tuple[pd.Series, list[str]]:
    """What one row becomes: its point and the codes of its issues."""
    row = {
        "code_insee": "01001", "adresse": "3 rue Haute", "latitude": stated[0],
        "longitude": stated[1], "score": 0.98, "corrected": False, "geo_precision": "",
    }  # fmt: skip
    address = {
        "score": 0.0, "precision": "", "latitude": NONE, "longitude": NONE, "label": "",
        "ban_id": "", "reach_m": NONE, "methode": "", "code_insee": "01001",
    }  # fmt: skip
    if found is not None:
        at = {"latitude": ADDRESS[0], "longitude": ADDRESS[1], "label": "3 Rue Haute 01000 Amont"}
        address |= at | {"ban_id": "01001_0001_00003", "reach_m": 100.0, "methode": "ban"} | found
    rows = pd.DataFrame([row | columns], index=[7])
    points, issues = place_points(rows, country, pd.DataFrame([address], index=[7]))
    return points.iloc[0], issues["code"].tolist()


def north_of_address(metres: float) -> tuple[float, float]:
    return ADDRESS[0] + metres / DEGREE_M, ADDRESS[1]


HOUSE = {"precision": "numero", "score": 0.99}
STREET = {"precision": "voie", "score": 0.99}


@pytest.mark.parametrize(
    ("stated", "found", "methode", "precision", "codes"),
    [
        pytest.param(north_of_address(50), HOUSE, "source", "numero", [], id="confirmed"),
        pytest.param(
            north_of_address(NEAR_M + 50), HOUSE, "source", "voie", [], id="beside the house"
        ),
        pytest.param(
            north_of_address(FAR_M - 50), HOUSE, "source", "voie", [], id="not far enough"
        ),
        pytest.param(
            north_of_address(FAR_M + 50), HOUSE, "ban", "numero", ["point_contredit"], id="far"
        ),
        pytest.param(
            north_of_address(FAR_M + 50), HOUSE | {"score": SURE - 0.01}, "source", "numero", [],
            id="far from an address that is not sure",
        ),
        pytest.param(
            north_of_address(FAR_M + 50), STREET, "source", "numero", [], id="a street is long"
        ),
        pytest.param(
            north_of_address(STREET_FAR_M + 200), STREET, "ban", "voie", ["point_contredit"],
            id="far from the street",
        ),
        pytest.param(CENTRE, HOUSE, "ban", "numero", ["point_affine"], id="only the centre"),
        pytest.param(CENTRE, None, "source", "commune", [], id="only the centre is known"),
        pytest.param(
            ELSEWHERE, HOUSE, "ban", "numero", ["point_hors_commune_adresse"], id="outside"
        ),
        pytest.param(
            ELSEWHERE, HOUSE | {"score": 0.81}, "ban", "numero", ["point_hors_commune_adresse"],
            id="outside, and an address that is rather sure",
        ),
        pytest.param(
            ELSEWHERE, None, "commune", "commune", ["point_hors_commune"], id="outside, no address"
        ),
        pytest.param(
            NOWHERE, HOUSE, "ban", "numero", ["point_hors_commune_adresse"], id="far from all"
        ),
        pytest.param((NONE, NONE), HOUSE, "ban", "numero", ["point_par_adresse"], id="no point"),
        pytest.param((NONE, NONE), None, "commune", "commune", ["point_absent"], id="nothing"),
    ],
)  # fmt: skip
def test_the_rule(
    country: CommuneReference,
    stated: tuple[float, float],
    found: Mapping[str, Any] | None,
    methode: str,
    precision: str,
    codes: list[str],
) -> None:
    point, said = place(country, stated, found)
    assert (point["geo_methode"], point["geo_precision"], said) == (methode, precision, codes)


def test_a_coarse_point_gives_way_to_a_house(country: CommuneReference) -> None:
    near = north_of_address(100)
    point, said = place(country, near, HOUSE, geo_precision="voie")
    assert (point["geo_methode"], point["geo_precision"], said) == (
        "ban", "numero", ["point_affine"],
    )  # fmt: skip
    point, _ = place(country, near, HOUSE | {"score": SURE - 0.01}, geo_precision="voie")
    assert point["geo_methode"] == "source"


def test_a_steward_is_believed_against_the_address_and_not_against_the_commune(
    country: CommuneReference,
) -> None:
    point, said = place(country, north_of_address(3000), HOUSE, point_corrige=True)
    assert (point["geo_methode"], said) == ("correction", [])
    point, said = place(country, ELSEWHERE, HOUSE, point_corrige=True)
    assert (point["geo_methode"], said) == ("ban", ["point_hors_commune_adresse"])


def test_a_street_next_door_is_no_point_of_this_row(country: CommuneReference) -> None:
    """by_address moves a row to the other commune when it may; the rest stays where it is."""
    next_door = HOUSE | {"code_insee": "01002"}
    assert place(country, north_of_address(900), next_door)[0]["geo_methode"] == "source"
    assert place(country, (NONE, NONE), next_door)[0]["geo_methode"] == "commune"


def test_the_distance_and_the_id_are_told(country: CommuneReference) -> None:
    point, _ = place(country, north_of_address(120), HOUSE)
    assert (point["geo_distance_m"], point["ban_id"]) == (120, "01001_0001_00003")
    point, _ = place(country, north_of_address(400), HOUSE)
    # The address is known, and the point is not its own: no id for it.
    assert (point["geo_distance_m"], point["ban_id"]) == (400, "")
    point, _ = place(country, (NONE, NONE), HOUSE)
    assert np.isnan(point["geo_distance_m"])
    assert point["ban_id"] == "01001_0001_00003"


def test_the_score_says_whose_word_it_is(country: CommuneReference) -> None:
    scores = {
        "confirmed": place(country, north_of_address(10), HOUSE)[0],
        "alone": place(country, north_of_address(10))[0],
        "address": place(country, (NONE, NONE), HOUSE | {"score": 0.87})[0],
        "service": place(country, (NONE, NONE), STREET | {"score": 0.8})[0],
        "centre": place(country, (NONE, NONE), score=0.85)[0],
    }
    assert {name: point["geo_score"] for name, point in scores.items()} == {
        "confirmed": 0.99, "alone": 0.96, "address": 0.87, "service": 0.8, "centre": 0.85,
    }  # fmt: skip


def test_both_points_and_the_distance_are_in_the_issue(country: CommuneReference) -> None:
    row = {
        "code_insee": "01001", "adresse": "3 rue Haute", "latitude": 46.03, "longitude": 5.0,
        "score": 0.98, "corrected": False, "geo_precision": "",
    }  # fmt: skip
    address = {
        "score": 0.99, "precision": "numero", "latitude": 46.02, "longitude": 5.0,
        "label": "3 Rue Haute", "ban_id": "x", "reach_m": 10.0, "methode": "ban",
        "code_insee": "01001",
    }  # fmt: skip
    _, issues = place_points(pd.DataFrame([row]), country, pd.DataFrame([address]))
    assert issues[["code", "value", "published", "detail"]].to_numpy().tolist() == [
        ["point_contredit", "46.030000, 5.000000", "46.020000, 5.000000", "1,1 km"]
    ]


def test_rows_do_not_depend_on_each_other(country: CommuneReference) -> None:
    """The rule is one of columns: each row must come out as it does alone."""
    cases = [
        (north_of_address(50), HOUSE), (north_of_address(900), HOUSE), (ELSEWHERE, HOUSE),
        ((NONE, NONE), STREET), (CENTRE, None), ((NONE, NONE), None),
    ]  # fmt: skip
    alone = [place(country, stated, found)[0] for stated, found in cases]
    rows, addresses = [], []
    for number, (stated, found) in enumerate(cases):
        rows.append({
            "code_insee": "01001", "adresse": f"3 rue Haute {number}", "latitude": stated[0],
            "longitude": stated[1], "score": 0.98, "corrected": False, "geo_precision": "",
        })  # fmt: skip
        nothing = {
            "score": 0.0, "precision": "", "latitude": NONE, "longitude": NONE, "label": "",
            "ban_id": "", "reach_m": NONE, "methode": "", "code_insee": "01001",
        }  # fmt: skip
        known = {
            "latitude": ADDRESS[0], "longitude": ADDRESS[1], "label": "3 Rue Haute 01000 Amont",
            "ban_id": "01001_0001_00003", "reach_m": 100.0, "methode": "ban",
        }  # fmt: skip
        addresses.append(nothing | (known | dict(found) if found else {}))
    together, _ = place_points(pd.DataFrame(rows), country, pd.DataFrame(addresses))
    for number, point in enumerate(alone):
        pd.testing.assert_series_equal(together.iloc[number], point, check_names=False)
