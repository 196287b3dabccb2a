"""Which points are kept, what replaces the others, and what each is worth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata.geocode.communes import CommuneReference, load_reference, resolve
from opendata.geocode.gazetteer import COLUMNS
from opendata.geocode.points import distance_km, place_points
from opendata.geocode.update import update_reference
from opendata.model import ISSUE_COLUMNS
from opendata.paths import Paths
from opendata.schema import fields, problems

#: A made-up country: four communes of one EPCI on a line, one without a known centre, and
#: a city of two arrondissements of which one has a centre.
_ROWS = [
    ("01001", "Amont", "commune", "01001", 46.00, 5.00),
    ("01002", "Milieu", "commune", "01002", 46.00, 5.10),
    ("01003", "Aval", "commune", "01003", 46.00, 5.20),
    ("01004", "Delta", "commune", "01004", 46.00, 5.30),
    ("01005", "Estuaire", "commune", "01005", 46.00, 5.40),
    ("01006", "Sans-Centre", "commune", "01006", np.nan, np.nan),
    ("13055", "Marseille", "commune", "13055", 43.30, 5.40),
    ("13201", "Marseille 1er Arrondissement", "arrondissement", "13055", 43.30, 5.38),
    ("13202", "Marseille 2e Arrondissement", "arrondissement", "13055", np.nan, np.nan),
]


@pytest.fixture(scope="module")
def country() -> CommuneReference:
    frame = pd.DataFrame(_ROWS, columns=["code", "nom", "type", "parent", "latitude", "longitude"])
    frame["departement"] = frame["code"].str[:2]
    frame["epci"] = frame["departement"].map({"01": "200000001", "13": "200000013"})
    frame["population"] = pd.array([1000] * len(frame), dtype="Int32")
    for name in set(COLUMNS) - set(frame.columns):
        frame[name] = ""
    return CommuneReference(frame[list(COLUMNS)], "test", "test", {})


def rows(*places: tuple[str, float, float], **columns: object) -> pd.DataFrame:
    table = pd.DataFrame(places, columns=["code_insee", "latitude", "longitude"])
    table = table.astype({"code_insee": "str", "latitude": float, "longitude": float})
    defaults = {"adresse": "3 rue Haute", "corrected": False, "geo_precision": "", "score": 0.984}
    table = table.assign(**{**defaults, **columns})
    table.index = pd.RangeIndex(2, len(table) + 2)
    return table.astype({"adresse": "str", "geo_precision": "str"})


NONE = float("nan")


@pytest.mark.parametrize(
    ("place", "methode", "precision", "code"),
    [
        pytest.param(("01002", 46.01, 5.11), "source", "numero", "", id="near the centre"),
        pytest.param(("01002", 46.00, 5.10), "source", "commune", "", id="the centre itself"),
        pytest.param(("01002", 46.0005, 5.10), "source", "commune", "", id="56 m from it"),
        pytest.param(("01002", 46.0007, 5.10), "source", "numero", "", id="78 m from it"),
        pytest.param(
            ("01002", 46.00, 5.30), "commune", "commune", "point_hors_commune", id="another town"
        ),
        pytest.param(
            ("01002", 46.25, 5.10), "source", "numero", "", id="far, but from every centre"
        ),
        pytest.param(("01002", NONE, NONE), "commune", "commune", "point_absent", id="no point"),
        pytest.param(("01006", 46.05, 5.20), "source", "numero", "", id="no centre, in the EPCI"),
        pytest.param(
            ("01006", 43.30, 5.40), "", "aucune", "point_ecarte", id="no centre, far from the EPCI"
        ),
        pytest.param(("01006", NONE, NONE), "", "aucune", "point_inconnu", id="nothing known"),
        pytest.param(("13202", NONE, NONE), "commune", "commune", "point_absent", id="its city's"),
        pytest.param(("13202", 43.31, 5.38), "source", "numero", "", id="in its city"),
        pytest.param(("", 46.05, 5.20), "source", "numero", "", id="commune unknown"),
        pytest.param(("", NONE, NONE), "", "aucune", "", id="commune and point unknown"),
    ],
)
def test_one_point(
    country: CommuneReference,
    place: tuple[str, float, float],
    methode: str,
    precision: str,
    code: str,
) -> None:
    points, issues = place_points(rows(place), country)
    line = points.iloc[0]
    assert (line["geo_methode"], line["geo_precision"]) == (methode, precision)
    assert issues["code"].tolist() == [code] * bool(code)
    # A stated point is right as often as the real files' are; a centre, as its commune.
    assert line["geo_score"] == (0.96 if methode == "source" and precision != "commune" else 0.98)
    assert np.isnan(line["latitude"]) == (methode == "")


def test_what_the_report_says_of_a_misplaced_point(country: CommuneReference) -> None:
    points, issues = place_points(rows(("01002", 46.0, 5.3)), country)
    assert points[["latitude", "longitude"]].iloc[0].tolist() == [46.0, 5.1]
    assert tuple(issues.columns) == ISSUE_COLUMNS
    assert issues.iloc[0].to_dict() == {
        "source": "",
        "row": 2,
        "field": "latitude",
        "code": "point_hors_commune",
        "value": "46.000000, 5.300000",
        "published": "46.000000, 5.100000",
        "detail": "15,4 km",
    }


def test_an_arrondissement_has_its_own_centre(country: CommuneReference) -> None:
    points, _ = place_points(rows(("13201", NONE, NONE), ("13202", NONE, NONE)), country)
    assert points["longitude"].tolist() == [5.38, 5.40]


def test_a_corrected_point_says_so(country: CommuneReference) -> None:
    table = rows(("01002", 46.01, 5.11), ("01002", 46.0, 5.3), corrected=True)
    assert place_points(table, country)[0]["geo_methode"].tolist() == ["source-corrigee", "commune"]


@pytest.mark.parametrize(
    ("address", "precision"),
    [
        ("3 rue Haute", "numero"),
        ("3bis, rue Haute", "numero"),
        ("Maison des services, 12 rue Haute", "numero"),
        ("rue Haute", "voie"),
        ("Place du 8 mai 1945", "voie"),
        ("1er étage", "voie"),
        ("", "lieu-dit"),
    ],
)
def test_precision_follows_the_address(
    country: CommuneReference, address: str, precision: str
) -> None:
    points, _ = place_points(rows(("01002", 46.01, 5.11), adresse=address), country)
    assert points["geo_precision"].iloc[0] == precision


def test_a_stated_precision_comes_first(country: CommuneReference) -> None:
    place = ("01002", 46.01, 5.11)
    points, _ = place_points(rows(place), country, stated_precision="voie")
    assert points["geo_precision"].iloc[0] == "voie"
    mapped = rows(place, geo_precision="interpolation")
    points, _ = place_points(mapped, country, stated_precision="voie")
    assert points["geo_precision"].iloc[0] == "interpolation"
    centre = rows(("01002", 46.0, 5.1), geo_precision="numero")
    assert place_points(centre, country)[0]["geo_precision"].iloc[0] == "commune"


def test_a_point_shared_by_different_addresses_is_a_centre(country: CommuneReference) -> None:
    shared = [("01002", 46.01, 5.11)] * 3
    streets = ["3 rue Haute", "5 rue Basse", "9 quai Neuf"]
    points, _ = place_points(rows(*shared, adresse=streets), country)
    assert points["geo_precision"].tolist() == ["commune"] * 3
    spelt = ["3 rue Haute", "3, RUE HAUTE", "3 rue haute"]
    points, _ = place_points(rows(*shared, adresse=spelt), country)
    assert points["geo_precision"].tolist() == ["numero"] * 3
    points, _ = place_points(rows(*shared[:2], adresse=streets[:2]), country)
    assert points["geo_precision"].tolist() == ["numero"] * 2


def test_an_empty_table(country: CommuneReference) -> None:
    points, issues = place_points(rows(), country)
    assert points.empty
    assert issues.empty


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([row[0] for row in _ROWS] + [""]),
            st.one_of(st.just(NONE), st.floats(-90, 90)),
            st.one_of(st.just(NONE), st.floats(-180, 180)),
        ),
        max_size=6,
    )
)
def test_every_row_gets_values_of_the_schema(
    country: CommuneReference, places: list[tuple[str, float, float]]
) -> None:
    table = rows(*places)
    points, issues = place_points(table, country)
    assert points.index.equals(table.index)
    assert set(points["geo_methode"]) <= {"", *fields()["geo_methode"].constraints["enum"]}
    assert set(points["geo_precision"]) <= set(fields()["geo_precision"].constraints["enum"])
    placed = points["geo_methode"] != ""
    assert (points["latitude"].notna() == placed).all()
    assert ((points["geo_precision"] == "aucune") == ~placed).all()
    assert set(issues["code"]) <= set(problems())
    # A stated point that is not published has its line in the report.
    lost = table["latitude"].notna() & table["longitude"].notna()
    lost &= ~points["geo_methode"].str.startswith("source")
    assert set(issues["row"]) >= set(table.index[lost])


def test_distances() -> None:
    # Paris to Marseille, known to be about 661 km.
    assert distance_km(48.8566, 2.3522, 43.2965, 5.3698) == pytest.approx(660.5, abs=1)
    assert np.isnan(distance_km(NONE, 0, 0, 0))


@pytest.mark.mirror
def test_contours_and_centres_agree_on_real_points(mirror: Path, tmp_path: Path) -> None:
    """Centres alone flag fewer points than contours, and none that contours clear."""
    bare = Paths(home=tmp_path / "bare", catalog=tmp_path, mirror=mirror)
    full = Paths(home=tmp_path / "full", catalog=tmp_path, mirror=mirror)
    departements = ("18", "28", "36", "37", "41", "45")
    assert all(result.ok for result in update_reference(departements, full))
    places = pd.read_csv(mirror / "tiers-lieux-2019.csv", dtype="str", keep_default_na=False)
    libraries = pd.read_csv(mirror / "bibliotheques.csv", sep=";", dtype="str").fillna("")
    points = libraries["coordonnees_finales"].str.split(",", expand=True)
    table = pd.DataFrame(
        {
            "commune": pd.concat([places["COMINIT"], libraries["Ville"]]),
            "code_postal": pd.concat([places["CP"], libraries["CP"]]),
            "code_insee": pd.concat([places["INSEECOM"], libraries["INSEE"]]),
            "adresse": pd.concat([places["ADRESSE"], libraries["voie"]]),
            "latitude": pd.to_numeric(pd.concat([places["LAT"], points[0]]), errors="coerce"),
            "longitude": pd.to_numeric(pd.concat([places["LONG"], points[1]]), errors="coerce"),
        }
    ).reset_index(drop=True)
    table = table[table["code_insee"].str[:2].isin(departements)]
    flagged = {}
    for paths in (bare, full):
        reference = load_reference(paths)
        found, _ = resolve(table, reference)
        located = table.assign(
            code_insee=found["code_insee"], score=found["score"], corrected=False, geo_precision=""
        )
        _, issues = place_points(located, reference)
        wrong = issues["code"].isin(["point_hors_commune", "point_ecarte"])
        flagged[paths] = set(issues.loc[wrong, "row"])
    assert len(table) > 700
    assert flagged[bare] <= flagged[full]
    assert 0 < len(flagged[full]) < 0.03 * len(table)


@pytest.mark.mirror
def test_embedded_centres_lie_in_the_contours(mirror: Path, tmp_path: Path) -> None:
    """The matching of GeoNames by name: at most one centre in a thousand in the wrong place."""
    import shapely

    paths = Paths(home=tmp_path, catalog=tmp_path, mirror=mirror)
    embedded = load_reference(paths).current
    wanted = ("18", "23", "28", "33", "36", "37", "41", "45", "49", "77", "78", "91", "93", "95")
    assert all(result.ok for result in update_reference(wanted, paths))
    contours = load_reference(paths).contours
    centres = embedded.reindex(contours.index).dropna(subset=["latitude"])
    points = shapely.points(centres["longitude"], centres["latitude"])
    degrees = shapely.distance(contours.reindex(centres.index).to_numpy(), points)
    assert len(centres) > 1900
    assert (degrees * 111 > 2).sum() <= 2
