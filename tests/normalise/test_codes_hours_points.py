"""Dates, codes, identifiers and points."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata.errors import CatalogError
from opendata.model import ISSUE_COLUMNS
from opendata.normalise import coordinates, dates, identifiers, insee, postcode
from opendata.normalise.base import Example
from opendata.normalise.coordinates import normalise_points
from opendata.schema import fields, problems

MIRROR = Path(__file__).parents[3] / "shared" / "mirror"
KINDS = (dates, postcode, insee, identifiers)
WITH_PATTERN = {postcode: "code_postal", insee: "code_insee", identifiers: "pivot"}

junk = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="0123456789 .,-/:;hHWETzer+°\n\0", max_size=40),
)


def examples() -> list[object]:
    return [
        pytest.param(kind, example, id=f"{kind.NAME}-{example.raw[:40]!r}-{rank}")
        for kind in KINDS
        for rank, example in enumerate(kind.EXAMPLES)
    ]


@pytest.mark.parametrize(("kind", "case"), examples())
def test_examples(kind, case: Example) -> None:
    cleaned = kind.clean(case.raw, **case.context)
    assert (cleaned.value, cleaned.code) == (case.value, case.code)
    assert not cleaned.code or cleaned.code in problems()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("raw", ["\0", "\N{PILE OF POO}", "9" * 10_000, "lundi " * 2_000, "²", "٣"])
def test_junk_is_refused_not_raised(kind, raw: str) -> None:
    assert kind.clean(raw).value == ""


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150, deadline=None)
@given(raw=junk)
def test_never_raises_and_is_idempotent(kind, raw: str) -> None:
    cleaned = kind.clean(raw)
    assert bool(cleaned.value) or cleaned.code
    if cleaned.value:
        assert kind.clean(cleaned.value) == (cleaned.value, "", "")


@pytest.mark.parametrize("kind", list(WITH_PATTERN))
@settings(max_examples=200, deadline=None)
@given(raw=st.one_of(st.from_regex(r"[0-9]{4,5}(\.0)?|[0-9]{9,14}|2[ab][0-9]{3}", fullmatch=True)))
def test_codes_match_the_published_schema(kind, raw: str) -> None:
    value = kind.clean(raw).value
    assert not value or re.search(fields()[WITH_PATTERN[kind]].constraints["pattern"], value)


def test_a_two_digit_year_is_recent_or_refused() -> None:
    years = [dates.clean(f"01/01/{year:02d}").value[:4] for year in range(100)]
    recent = [f"{year}" for year in range(2000, 2036)]
    assert years == [*recent, *[""] * 54, *(f"{year}" for year in range(1990, 2000))]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2023-12-31T22:59:59Z", "2023-12-31"),
        ("2023-12-31T23:00:00.000+0000", "2024-01-01"),
        ("2024-06-30 22:30:00 UTC", "2024-07-01"),
        ("2023-12-31T23:30:00-04:00", "2024-01-01"),
        ("2024-01-01T00:30:00+04:00", "2023-12-31"),
        ("20231231T230000Z", "2024-01-01"),
        ("Sun Dec 31 23:00:00 UTC 2023", "2024-01-01"),
        ("2023-12-31T23:59:59+01:00", "2023-12-31"),
        ("2023-12-31T23:59:59", "2023-12-31"),
        ("2024-03-15+01:00", "2024-03-15"),
        ("0001-01-01T00:00:00+02:00", ""),
        ("2035-12-31T23:30:00Z", ""),
    ],
)
def test_an_instant_is_a_day_in_paris(raw: str, expected: str) -> None:
    assert dates.clean(raw).value == expected


@pytest.mark.parametrize(
    "raw",
    [
        "Prochaine mise à jour le 15/03/2026", "Passage le 15/11/22", "Validité : 15/03/2026",
        "Atelier informatique le 15/03/2026", "Accueil du public le 15/03/2026",
        "version 1.2.24", "12-10-20-21",
    ],
)  # fmt: skip
def test_a_date_of_something_else_is_none(raw: str) -> None:
    assert dates.clean(raw) == ("", "date_illisible", "")


@pytest.mark.parametrize(
    "raw",
    [
        "15 d&eacute;c. 2023", "15 dÃ©c. 2023", "15-dÃ©c-23", "\ufeff15 décembre 2023",
        "Dec 15, 2023", "15 / 12 / 23", "15.12.2023\u200b",
    ],
)  # fmt: skip
def test_damaged_dates_are_read(raw: str) -> None:
    assert dates.clean(raw) == ("2023-12-15", "", "")


@pytest.mark.parametrize(
    ("raw", "fmt", "expected"),
    [
        ("30/06/2020", "%d/%m/%Y", "2020-06-30"),
        (" 2020-06-30 16:04 ", "%Y-%m-%d %H:%M", "2020-06-30"),
        ("31/02/2020", "%d/%m/%Y", ""),
        ("2020", "%d%d", ""),
        ("30/06/2020", "%Q", ""),
    ],
)
def test_parse_format(raw: str, fmt: str, expected: str) -> None:
    assert dates.parse_format(raw, fmt) == expected


def test_ridet_needs_the_pacific() -> None:
    assert identifiers.clean("123 456 001", code_postal="98713").value == "123456001"
    assert identifiers.clean("123 456 001", code_postal="97410").value == ""


def column(*values: str) -> pd.Series:
    return pd.Series(values, index=range(2, 2 + len(values)), dtype="str")


def located(latitude: str, longitude: str) -> tuple[tuple[float, float], str]:
    """The point and the code that one row gets in a file whose other rows are right."""
    good = ("48.85", "47.9", "43.6", "45.2")
    points, issues = normalise_points(column(latitude, *good), column(longitude, *["2.3"] * 4))
    assert (issues["row"] == 2).all()
    first = points.iloc[0]
    return (first["latitude"], first["longitude"]), "".join(issues["code"])


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("48.85", "2.35"),
        ("48,85", "2,35"),
        (" 48.85° ", "+2.35 °"),
        ("48.85, 2.35", ""),
        ("48.85,2.35", "48.85,2.35"),
        ("", "48,85 ; 2,35"),
        ("[48.85, 2.35]", ""),
        ("48.85 2.35", "48.85 2.35"),
    ],
)
def test_points_read(latitude: str, longitude: str) -> None:
    assert located(latitude, longitude) == ((48.85, 2.35), "")


@pytest.mark.parametrize(
    ("latitude", "longitude", "code"),
    [
        ("abc", "2.35", "coordonnee_illisible"),
        ("1e999", "2.35", "coordonnee_illisible"),
        ("48.85", "", "coordonnee_incomplete"),
        ("48,85", "", "coordonnee_incomplete"),
        ("0", "0.0", "texte_vide_de_sens"),
        ("-", "-", "texte_vide_de_sens"),
        ("40.71", "-74.0", "coordonnee_hors_france"),
        ("", "", ""),
    ],
)
def test_points_dropped(latitude: str, longitude: str, code: str) -> None:
    (y, x), found = located(latitude, longitude)
    assert (y != y, x != x, found) == (True, True, code)


def test_one_row_repaired_alone() -> None:
    assert located("2.35", "48.85") == ((48.85, 2.35), "coordonnees_permutees")
    (y, x), code = located("6862000", "652000")
    assert (round(y, 3), round(x, 3), code) == (48.856, 2.346, "projection_convertie")


def test_swapped_file_is_one_fact() -> None:
    points, issues = normalise_points(column("2.3", "1.9", "-0.5"), column("48.8", "47.9", "44.8"))
    assert points["latitude"].tolist() == [48.8, 47.9, 44.8]
    assert points["corrected"].all()
    assert issues[["row", "code"]].to_numpy().tolist() == [[0, "coordonnees_permutees"]]


def test_right_row_of_a_swapped_file_is_kept() -> None:
    points, _ = normalise_points(column("2.3", "1.9", "44.8"), column("48.8", "47.9", "-0.5"))
    assert points.iloc[2].tolist() == [44.8, -0.5, False]


@pytest.mark.parametrize("swapped", [False, True])
def test_lambert_93_in_either_order(swapped: bool) -> None:
    y, x = column("6862000,5", "6692424"), column("652000", "475198")
    points, issues = normalise_points(*((x, y) if swapped else (y, x)))
    assert points["latitude"].round(2).tolist() == [48.86, 47.29]
    assert issues["code"].tolist() == ["coordonnees_converties"]
    assert issues["row"].tolist() == [0]


def test_declared_projection_wins() -> None:
    points, issues = normalise_points(column("7692000"), column("340000"), "EPSG:2975")
    assert points.iloc[0][["latitude", "longitude"]].round(2).tolist() == [-20.87, 55.46]
    assert issues["detail"].tolist() == ["EPSG:2975"]


def test_unknown_projection_is_a_sentence() -> None:
    with pytest.raises(CatalogError, match="EPSG:0") as caught:
        normalise_points(column("1"), column("2"), "EPSG:0")
    assert caught.value.code == "projection_inconnue"


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(junk, junk), max_size=5))
def test_points_never_raise_and_stay_in_france(rows: list[tuple[str, str]]) -> None:
    latitude, longitude = (column(*(row[side] for row in rows)) for side in (0, 1))
    points, issues = normalise_points(latitude, longitude)
    assert list(issues.columns) == list(ISSUE_COLUMNS)
    assert points.index.equals(latitude.index)
    assert points["latitude"].isna().equals(points["longitude"].isna())
    # A filled row without a point always has its line in the report.
    filled = (latitude.str.strip() != "") | (longitude.str.strip() != "")
    lost = set(points.index[points["latitude"].isna() & filled])
    assert lost <= set(issues["row"])
    boxes = [
        points["latitude"].between(south, north) & points["longitude"].between(west, east)
        for south, north, west, east in coordinates.FRANCE
    ]
    assert (sum(box.astype(int) for box in boxes) + points["latitude"].isna() >= 1).all()


def mirror_rows(name: str) -> list[dict[str, object]]:
    if not (MIRROR / name).is_file():
        pytest.skip(f"../shared/mirror/{name} is absent")
    rows = json.loads((MIRROR / name).read_text(encoding="utf-8"))
    while isinstance(rows, dict):
        rows = next(value for value in rows.values() if isinstance(value, list))
    return rows


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("name", "latitude", "longitude", "code"),
    [
        ("gironde.json", "Coord. Y", "Coord. X", "coordonnees_permutees"),
        ("maine-et-loire.json", "y", "x", "coordonnees_converties"),
    ],
)
def test_real_files_are_put_right(name: str, latitude: str, longitude: str, code: str) -> None:
    rows = mirror_rows(name)
    y, x = (column(*(str(row[key]) for row in rows)) for key in (latitude, longitude))
    points, issues = normalise_points(y, x)
    assert points["latitude"].between(44, 48).all()
    assert points["longitude"].between(-1.5, 0.5).all()
    assert issues[["row", "code"]].to_numpy().tolist() == [[0, code]]
