"""Entries that are parts of one street: a border, two postcodes, former communes."""

from pathlib import Path

import pytest

from opendata.geocode.ban.index import Index
from opendata.geocode.ban.parts import NEXT_M, SAME_HOUSE_M, other_parts
from tests.geocode.ban.town import (
    AT_INGRE,
    INGRE,
    MAINVILLIERS,
    MALESHERBOIS,
    MERGED,
    NOTHING,
    PARIS_6,
    PARIS_7,
    RUELLE,
    Commune,
    Locate,
    Row,
    at,
    house,
    index_of,
    locate,
    street,
    told,
)

_DEGREE_M = 111_195.0
AT_6: Row = {"code_postal": "75006", "commune": "Paris", "codes": "75106"}
AT_7: Row = {"code_postal": "75007", "commune": "Paris", "codes": "75107"}
PARIS: Row = {"code_postal": "", "commune": "Paris", "codes": "75056"}


def beside(commune: Commune, other: Commune, metres: float = 20.0) -> Commune:
    """``commune`` moved to so many metres north of ``other``."""
    north = other.latitude + metres / _DEGREE_M
    return commune._replace(longitude=other.longitude, latitude=north)


SOUTH, NORTH = PARIS_6, beside(PARIS_7, PARIS_6)


@pytest.fixture(scope="module")
def border(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """The odd numbers of Rue du Bord are in the 6th, the even ones in the 7th, but for 30."""
    rows = street(SOUTH, "Rue du Bord", (*range(1, 42, 2), 61), line=1)
    rows += street(NORTH, "Rue du Bord", [one for one in range(2, 41, 2) if one != 30], line=1)
    rows += [house(NORTH, "Rue du Bord", 61, line=1), house(NORTH, "Rue du Bord", 12, "bis")]
    # Other streets than « Rue du Bord ».
    rows += street(SOUTH, "Avenue du Bord", range(42, 60), line=1)
    rows += street(SOUTH, "Rue du Petit Bord", range(42, 60), line=1)
    return index_of(rows, tmp_path_factory.mktemp("border") / "75")


@pytest.fixture(scope="module")
def seek(border: Index) -> Locate:
    return lambda address, **line: locate({"75": border}.get, address, **line)


# --- what is found ------------------------------------------------------------------------


@pytest.mark.parametrize("line", [AT_6, AT_7, PARIS])
def test_a_number_across_the_border(seek: Locate, line: Row) -> None:
    """Everything that is told is of the arrondissement that has the number."""
    found = seek("20 rue du Bord", **line)
    longitude, latitude = at(NORTH, 20)
    assert found.pop("score") > 0.95
    assert found.pop("reach_m") > 0
    assert found == {
        "precision": "numero",
        "longitude": longitude,
        "latitude": latitude,
        "code_insee": "75107",
        "voie": "Rue du Bord",
        "numero": "20",
        "label": "20 Rue du Bord 75007 Paris 7e Arrondissement",
        "ban_id": "75107_0001_00020",
    }


def test_a_number_across_the_border_is_a_known_number(seek: Locate) -> None:
    """A misspelt name with a number that is known is found, be it here, there or not told."""
    for line in ("20 rue du Bord", "20 rue du Brod"):
        here, *others = (seek(line, **stated) for stated in (AT_7, AT_6, PARIS))
        for other in others:
            assert other | {"score": 0} == here | {"score": 0}
    assert told(seek("99 rue du Brod", **AT_6)) == NOTHING


def test_parts_are_no_rivals_where_a_number_tells_them_apart(seek: Locate) -> None:
    assert seek("30 rue du Bord", **PARIS)["score"] > 0.9
    assert seek("61 rue du Bord", **PARIS)["score"] > 0.9
    # Which arrondissement is meant, nothing says.
    assert seek("rue du Bord", **PARIS)["score"] < 0.9


def test_its_own_number_stays(seek: Locate) -> None:
    assert seek("21 rue du Bord", **AT_6)["code_insee"] == "75106"
    # A house that both sides have.
    assert seek("61 rue du Bord", **AT_6)["code_insee"] == "75106"
    assert seek("61 rue du Bord", **AT_7)["code_insee"] == "75107"
    assert seek("61 ter rue du Bord", **AT_7)["code_insee"] == "75107"


@pytest.mark.parametrize(
    ("line", "precision", "number"),
    [
        ("12 bis rue du Bord", "numero", 12),
        ("14 bis rue du Bord", "interpolation", 14),
        # Between 28 and 32, and not beside an odd number of the side that was stated.
        ("30 rue du Bord", "interpolation", 30),
    ],
)
def test_less_than_the_number_across_the_border(
    seek: Locate, line: str, precision: str, number: int
) -> None:
    found = seek(line, **AT_6)
    assert (found["precision"], found["code_insee"]) == (precision, "75107")
    assert (found["longitude"], found["latitude"]) == pytest.approx(at(NORTH, number))


def test_what_neither_side_knows(seek: Locate) -> None:
    """Both have a number near: the side that was stated tells the place."""
    for line, code in ((AT_6, "75106"), (AT_7, "75107")):
        found = seek("62 rue du Bord", **line)
        assert (found["precision"], found["code_insee"]) == ("interpolation", code)
        found = seek("99 rue du Bord", **line)
        assert (found["precision"], found["code_insee"]) == ("voie", code)
        assert seek("rue du Bord", **line)["code_insee"] == code


def test_another_kind_or_name_is_no_part(seek: Locate) -> None:
    assert told(seek("50 rue du Bord", **AT_6)) == ("voie", "Rue du Bord", "")


def test_former_communes_of_one(tmp_path: Path) -> None:
    """The stated town decides for one part; the other has the number."""
    rows = street(MAINVILLIERS, "Rue du Lavoir", range(1, 20, 2), line=1)
    rows += street(beside(MALESHERBOIS, MAINVILLIERS), "Rue du Lavoir", range(2, 20, 2), line=1)
    find: Locate = lambda address, **line: locate(  # noqa: E731
        {"45": index_of(rows, tmp_path / "45")}.get, address, **line
    )
    found = find("4 rue du Lavoir", **MERGED | {"commune": "Mainvilliers"})
    assert (*told(found), found["code_insee"]) == ("numero", "Rue du Lavoir", "4", "45191")


def test_another_commune_of_the_postcode_is_no_part(tmp_path: Path) -> None:
    """A row stays in its commune: without a second witness its address would be lost."""
    rows = street(INGRE, "Rue du Bord", range(1, 20, 2), line=1)
    rows += street(beside(RUELLE, INGRE), "Rue du Bord", range(2, 20, 2), line=1)
    found = locate({"45": index_of(rows, tmp_path / "45")}.get, "4 rue du Bord", **AT_INGRE)
    assert (found["precision"], found["code_insee"]) == ("interpolation", "45169")


# --- which entries are parts --------------------------------------------------------------

_CODES = ("75105", "75106", "75107")


@pytest.mark.parametrize(("metres", "part"), [(NEXT_M - 1, True), (NEXT_M + 1, False)])
def test_how_far_the_nearest_houses_may_be_apart(tmp_path: Path, metres: float, part: bool) -> None:
    """A point without a number, in between, is no house."""
    rows = [
        house(south, "Rue du Bord", number, longitude=2.33, latitude=48.85 + metres / _DEGREE_M * y)
        for south, number, y in ((PARIS_6, 1, 0.0), (PARIS_6, 0, 0.5), (PARIS_7, 4, 1.0))
    ]
    index = index_of(rows, tmp_path / "75")
    assert other_parts(index, 0, _CODES) == ((1,) if part else ())
    assert other_parts(index, 1, _CODES) == ((0,) if part else ())
    found = locate({"75": index}.get, "4 rue du Bord", **AT_6)
    assert found["precision"] == ("numero" if part else "interpolation")


@pytest.mark.parametrize(("metres", "part"), [(SAME_HOUSE_M - 1, True), (SAME_HOUSE_M + 1, False)])
def test_a_number_that_both_have(tmp_path: Path, metres: float, part: bool) -> None:
    """Numbered apart, they are two streets, be they next to each other."""
    other = beside(PARIS_7, PARIS_6, metres)
    rows = street(PARIS_6, "Rue du Bord", (1, 3, 9)) + street(other, "Rue du Bord", (2, 4, 9))
    index = index_of(rows, tmp_path / "75")
    assert other_parts(index, 0, _CODES) == ((1,) if part else ())
    # « 9 bis » is another house than 9.
    rows = [row | {"rep": "bis"} if row["id"] == "75107_0001_00009" else row for row in rows]
    assert other_parts(index_of(rows, tmp_path / "other"), 0, _CODES) == (1,)


def test_a_number_written_twice_counts_where_it_is_nearest(tmp_path: Path) -> None:
    far = {"id": "75107_0001_00009_x", "latitude": 48.95}
    rows = street(SOUTH, "Rue du Bord", (1, 9)) + street(NORTH, "Rue du Bord", (2, 9))
    index = index_of([*rows, house(NORTH, "Rue du Bord", 9, **far)], tmp_path / "75")
    assert other_parts(index, 0, _CODES) == (1,)


def test_parts_hang_together_by_others(tmp_path: Path) -> None:
    """Along a line: the 5th and the 7th are far apart, the 6th lies between."""
    fifth = PARIS_6._replace(code="75105", postcode="75005")
    seventh = PARIS_6._replace(code="75107", postcode="75007")
    rows = street(fifth, "Rue du Bord", range(1, 20)) + street(seventh, "Rue du Bord", (41, 43))
    between = street(PARIS_6, "Rue du Bord", range(20, 40))
    index = index_of([*rows, *between], tmp_path / "all")
    assert [other_parts(index, one, _CODES) for one in (0, 1, 2)] == [(1, 2), (0, 2), (0, 1)]
    assert other_parts(index, 0, ("75105", "75106")) == (1,)
    assert other_parts(index, 0, ()) == ()
    assert other_parts(index_of(rows, tmp_path / "ends"), 0, _CODES) == ()
    # The far end is no part when it has a number of this one again.
    index = index_of([*rows, *between, house(seventh, "Rue du Bord", 1, longitude=2.34)], tmp_path)
    assert other_parts(index, 0, _CODES) == (1,)


def test_a_street_without_houses_has_no_parts(tmp_path: Path) -> None:
    rows = [house(SOUTH, "Rue du Bord", 0), *street(NORTH, "Rue du Bord", (1, 2))]
    index = index_of(rows, tmp_path / "75")
    assert other_parts(index, 0, _CODES) == other_parts(index, 1, _CODES) == ()
