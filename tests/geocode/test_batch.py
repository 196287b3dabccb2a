"""The matcher for any table: its columns, its centres, and rows that keep their place."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata.errors import ReferenceDataError
from opendata.geocode.ban.library import Library
from opendata.geocode.batch import COLUMNS, geocode_table
from opendata.geocode.geocoder import Geocoder
from opendata.paths import Paths
from tests.geocode.ban.town import VALSERHONE, Row, house, install, reference

NUMBERS = ["geo_score", "geo_longitude", "geo_latitude"]


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = Paths(tmp_path_factory.mktemp("batch"), tmp_path_factory.mktemp("catalog"), None)
    for departement in ("45", "75"):
        install(paths, departement)
    return paths


@pytest.fixture(scope="module")
def geocoder(towns: Paths) -> Geocoder:
    return Geocoder(reference(), Library(towns))


def rows(*lines: Row) -> pd.DataFrame:
    return pd.DataFrame(list(lines), dtype="str").fillna("")


def one(towns: Paths, geocoder: Geocoder, **line: str) -> Row:
    found = geocode_table(rows(line), towns, geocoder)
    assert len(found) == 1
    return {str(name): value for name, value in found.iloc[0].items()}


HAUTE: Row = {"adresse": "12 rue Haute", "code_postal": "45000", "commune": "Orléans"}


def test_the_columns(towns: Paths, geocoder: Geocoder) -> None:
    found = geocode_table(rows(HAUTE), towns, geocoder)
    assert tuple(found.columns) == COLUMNS
    assert list(COLUMNS) == [
        *("geo_precision", "geo_methode", "geo_score", "geo_longitude", "geo_latitude"),
        *("geo_code_insee", "geo_voie", "geo_numero", "geo_label", "ban_id"),
    ]
    for name in COLUMNS:
        assert pd.api.types.is_float_dtype(found[name]) == (name in NUMBERS)


def test_an_address(towns: Paths, geocoder: Geocoder) -> None:
    found = one(towns, geocoder, **HAUTE)
    assert 0.9 < found.pop("geo_score") <= 1
    assert found == {
        "geo_precision": "numero",
        "geo_methode": "ban",
        "geo_longitude": 1.9012,
        "geo_latitude": 47.901,
        "geo_code_insee": "45234",
        "geo_voie": "Rue Haute",
        "geo_numero": "12",
        "geo_label": "12 Rue Haute 45000 Orléans",
        "ban_id": "45234_0001_00012",
    }


@pytest.mark.parametrize("address", ["12 rue Inconnue", "Mairie", ""])
def test_the_centre_of_a_commune(towns: Paths, geocoder: Geocoder, address: str) -> None:
    found = one(towns, geocoder, **HAUTE | {"adresse": address})
    centre = reference().centres.loc["45234"]
    assert found == {
        "geo_precision": "commune",
        "geo_methode": "commune",
        "geo_score": 0.98,
        "geo_longitude": round(centre["longitude"], 6),
        "geo_latitude": round(centre["latitude"], 6),
        "geo_code_insee": "45234",
        "geo_voie": "",
        "geo_numero": "",
        "geo_label": "45000 Orléans",
        "ban_id": "",
    }


@pytest.mark.parametrize(
    "line", [{"adresse": "12 rue Haute"}, {"commune": "Nulle-Part"}, {"code_insee": "99999"}]
)
def test_nowhere(towns: Paths, geocoder: Geocoder, line: Row) -> None:
    found = one(towns, geocoder, **line)
    assert found["geo_precision"] == "aucune"
    assert pd.isna(found["geo_score"])
    assert pd.isna(found["geo_longitude"])
    assert pd.isna(found["geo_latitude"])
    texts = set(COLUMNS) - {*NUMBERS, "geo_precision"}
    assert {found[name] for name in texts} == {""}


def test_a_commune_without_a_centre(towns: Paths, geocoder: Geocoder) -> None:
    """Known, and nowhere on the map: its code is told, no point is made up."""
    found = one(towns, geocoder, commune="Valserhône", code_postal="01200", adresse="")
    assert (found["geo_precision"], found["geo_code_insee"]) == ("aucune", "01033")
    assert pd.isna(found["geo_longitude"])


def test_the_middle_of_its_addresses_has_six_decimals(paths: Paths) -> None:
    points = ((5.83000011, 46.11000011), (5.83000022, 46.11000022))
    houses = [
        house(VALSERHONE, "Rue Haute", number, longitude=longitude, latitude=latitude)
        for number, (longitude, latitude) in enumerate(points, start=1)
    ]
    install(paths, "01", houses)
    found = geocode_table(rows({"commune": "Valserhône", "code_postal": "01200"}), paths).iloc[0]
    assert found["geo_precision"] == "commune"
    assert (found["geo_longitude"], found["geo_latitude"]) == (5.83, 46.11)


@pytest.mark.parametrize(
    "line",
    [
        {"adresse": "12 rue Haute", "code_insee": "45234"},
        {"adresse": "12 rue Haute", "code_postal": "45000"},
        {"adresse": "12 rue Haute", "commune": "ORLEANS CEDEX 2", "code_postal": "45032"},
        {"adresse": "12 rue Haute, 45000 Orléans"},
        {"adresse": "12 rue Haute", "code_insee": "45000"},
    ],
)
def test_whatever_columns_there_are(towns: Paths, geocoder: Geocoder, line: Row) -> None:
    found = one(towns, geocoder, **line)
    assert (found["geo_precision"], found["ban_id"]) == ("numero", "45234_0001_00012")


def test_a_street_decides_between_the_communes_of_a_postcode(
    towns: Paths, geocoder: Geocoder
) -> None:
    found = one(towns, geocoder, adresse="3 rue de la Sucrerie d'Hiver", code_postal="45140")
    assert (found["geo_precision"], found["geo_code_insee"]) == ("numero", "45169")
    found = one(towns, geocoder, adresse="3 rue Absente", code_postal="45140")
    assert (found["geo_precision"], found["geo_code_insee"]) == ("aucune", "")


def test_a_street_of_every_commune_of_a_postcode_is_not_sure(
    towns: Paths, geocoder: Geocoder
) -> None:
    found = one(towns, geocoder, adresse="3 rue de l'Église", code_postal="45140")
    assert not found["geo_score"] >= 0.9


_LINES: list[Row] = [
    HAUTE,
    HAUTE | {"adresse": "rue Inconnue"},
    {"adresse": "3 rue Madame", "code_postal": "75006", "commune": "Paris"},
    {"adresse": "3 rue Haute", "code_insee": "45147"},
    {"adresse": "", "commune": "Nulle-Part"},
]


@pytest.fixture(scope="module")
def alone(towns: Paths, geocoder: Geocoder) -> list[pd.DataFrame]:
    """What each line gives when it is asked alone."""
    return [geocode_table(rows(line), towns, geocoder) for line in _LINES]


@settings(max_examples=20)
@given(st.lists(st.integers(0, len(_LINES) - 1), min_size=1, max_size=12))
def test_rows_keep_their_place(
    towns: Paths, geocoder: Geocoder, alone: list[pd.DataFrame], places: list[int]
) -> None:
    table = rows(*(_LINES[place] for place in places))
    table.index = pd.Index(range(3 * len(places), 0, -3))
    found = geocode_table(table, towns, geocoder)
    assert found.index.equals(table.index)
    pd.testing.assert_frame_equal(
        found.reset_index(drop=True),
        pd.concat([alone[place] for place in places], ignore_index=True),
        check_dtype=False,
    )


def test_the_table_is_left_as_it_was(towns: Paths, geocoder: Geocoder) -> None:
    table = rows(HAUTE | {"id": "007"})
    before = table.copy()
    geocode_table(table, towns, geocoder)
    pd.testing.assert_frame_equal(table, before)


def test_an_empty_table(towns: Paths, geocoder: Geocoder) -> None:
    found = geocode_table(rows(HAUTE).iloc[:0], towns, geocoder)
    assert (tuple(found.columns), len(found)) == (COLUMNS, 0)


def test_without_a_geocoder_that_of_the_installation(towns: Paths) -> None:
    found = geocode_table(rows(HAUTE), towns)
    assert found["ban_id"].tolist() == ["45234_0001_00012"]
    assert not towns.geocode_cache.exists()


def test_a_damaged_file_of_addresses_is_one_sentence(paths: Paths) -> None:
    install(paths, "45").write_bytes(b"PAR1")
    with pytest.raises(ReferenceDataError, match=r"ban-45\.parquet"):
        geocode_table(rows(HAUTE), paths)
