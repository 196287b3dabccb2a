"""Where a number stands: at its address, between its neighbours, or nowhere in particular."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.geocode.ban.houses import (
    BETWEEN,
    BEYOND,
    GAP,
    NEAREST,
    NUMERO,
    REPETITION,
    VOIE,
    locate_in_parts,
    locate_numbers,
)
from opendata.geocode.ban.index import Index
from tests.geocode.ban.town import ORLEANS, Row, at, house, index_of, street


class Placed(NamedTuple):
    longitude: float
    latitude: float
    level: int
    id: str


def locate(index: Index, *asked: tuple[int, str], place: int = 0) -> list[Placed]:
    """What is found for numbers and repetitions of one street."""
    found = locate_numbers(
        index,
        np.full(len(asked), place, dtype="int64"),
        np.array([number for number, _ in asked], dtype="int64"),
        np.array([ord(letter) if letter else 0 for _, letter in asked], dtype="int64"),
    )
    return [
        Placed(
            round(longitude, 6),
            round(latitude, 6),
            level,
            index.ids[address].as_py() if address >= 0 else "",
        )
        for longitude, latitude, level, address in zip(
            *(one.tolist() for one in found), strict=True
        )
    ]


def one(index: Index, number: int, letter: str = "") -> Placed:
    return locate(index, (number, letter))[0]


@pytest.fixture(scope="module")
def haute(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Odd 1 … 9 and 51; even 2, 8, 12, 12 bis, 12 ter, 50; between two other streets."""
    rows = street(ORLEANS, "Rue Haute", (1, 3, 5, 9, 51, 2, 8, 12, 50), line=2)
    rows += [house(ORLEANS, "Rue Haute", 12, rep, line=2, longitude=1.95) for rep in ("bis", "ter")]
    rows += street(ORLEANS, "Rue Gambetta", range(1, 60), line=1)
    rows += street(ORLEANS, "Rue Rouget", range(1, 60), line=3)
    return index_of(rows, tmp_path_factory.mktemp("haute") / "45")


HAUTE = 1


def test_the_number_itself(haute: Index) -> None:
    (found,) = locate(haute, (9, ""), place=HAUTE)
    assert found == (*at(ORLEANS, 9, 2, odd=True), NUMERO, "45234_0002_00009")


def test_repetitions(haute: Index) -> None:
    plain, bis, ter, quater = locate(haute, (12, ""), (12, "b"), (12, "t"), (12, "q"), place=HAUTE)
    assert plain == (*at(ORLEANS, 12, 2), NUMERO, "45234_0002_00012")
    assert (bis.level, bis.id, bis.longitude) == (NUMERO, "45234_0002_00012_bis", 1.95)
    assert (ter.level, ter.id) == (NUMERO, "45234_0002_00012_ter")
    # One that is not known stands at its number, and does not pretend to be it.
    assert quater == (*at(ORLEANS, 12, 2), REPETITION, "")


def test_a_number_of_which_only_a_repetition_is_known(tmp_path: Path) -> None:
    rows = [house(ORLEANS, "Rue Haute", 12, "A"), house(ORLEANS, "Rue Haute", 14, "BIS")]
    index = index_of(rows, tmp_path / "one")
    assert one(index, 12).id == one(index, 12, "a").id == "45234_0001_00012_A"
    assert one(index, 14, "b").id == "45234_0001_00014_BIS"


@pytest.mark.parametrize(
    ("number", "expected", "level"),
    [
        pytest.param(7, at(ORLEANS, 7, 2, odd=True), BETWEEN, id="between two odd ones"),
        pytest.param(4, at(ORLEANS, 4, 2), BETWEEN, id="a third of the way"),
        pytest.param(6, at(ORLEANS, 6, 2), BETWEEN, id="two thirds of the way"),
        pytest.param(10, at(ORLEANS, 10, 2), BETWEEN, id="half of the way, before repetitions"),
        pytest.param(14, at(ORLEANS, 12, 2), NEAREST, id="too far apart: the nearest on its side"),
        pytest.param(11, at(ORLEANS, 9, 2, odd=True), NEAREST, id="its side before the next"),
        pytest.param(52, at(ORLEANS, 50, 2), NEAREST, id="after the last"),
        pytest.param(58, at(ORLEANS, 50, 2), NEAREST, id="as far after the last as may be"),
        pytest.param(43, at(ORLEANS, 51, 2, odd=True), NEAREST, id="as far before one as may be"),
    ],
)
def test_a_number_that_is_not_known(
    haute: Index, number: int, expected: tuple[float, float], level: int
) -> None:
    (found,) = locate(haute, (number, ""), place=HAUTE)
    assert found == (*expected, level, "")


@pytest.mark.parametrize("number", [0, 25, 33, 60, 9999])
def test_a_number_far_from_every_known_one(haute: Index, number: int) -> None:
    """The street, at the address that stands for it; never the number of the next street."""
    middle = int(haute.middle[HAUTE])
    (found,) = locate(haute, (number, ""), place=HAUTE)
    assert found.level == VOIE
    assert (found.longitude, found.latitude) == (haute.longitude[middle], haute.latitude[middle])
    assert found.id == ""


def test_a_street_of_one_address(tmp_path: Path) -> None:
    index = index_of([house(ORLEANS, "Quai Neuf", 5)], tmp_path / "one")
    five = at(ORLEANS, 5, odd=True)
    levels = [one(index, number) for number in (0, 1, 4, 5, 6, 13, 14)]
    assert [found.level for found in levels] == [
        *(VOIE, NEAREST, NEAREST, NUMERO, NEAREST, NEAREST, VOIE)
    ]
    assert {(found.longitude, found.latitude) for found in levels} == {five}


def test_a_locality_without_numbers(tmp_path: Path) -> None:
    """The address « 0 » is no neighbour of the number 2, and no number 0."""
    index = index_of([house(ORLEANS, "La Grange", 0)], tmp_path / "one")
    assert [found.level for found in locate(index, (0, ""), (1, ""), (2, ""), (0, "b"))] == [
        VOIE
    ] * 4
    rows = [house(ORLEANS, "La Grange", 0), house(ORLEANS, "La Grange", 20)]
    index = index_of(rows, tmp_path / "two")
    assert one(index, 10).level == VOIE
    assert one(index, 14) == (*at(ORLEANS, 20), NEAREST, "")
    # Nearer to 0 than to the number that stands for it.
    rows = [house(ORLEANS, "La Grange", 0), house(ORLEANS, "La Grange", 8)]
    assert one(index_of(rows, tmp_path / "three"), 3).longitude == at(ORLEANS, 8)[0]


def test_nothing_is_asked(haute: Index) -> None:
    assert locate(haute) == []


@pytest.mark.parametrize("gap", [GAP, GAP + 2])
def test_how_far_neighbours_may_be_apart(tmp_path: Path, gap: int) -> None:
    index = index_of(street(ORLEANS, "Rue Haute", (2, 2 + gap)), tmp_path / str(gap))
    found = one(index, 2 + gap // 4 * 2)
    assert (found.level == BETWEEN) == (gap <= GAP)


def _nearest(numbers: Iterable[int], number: int) -> int:
    return min(abs(number - known) for known in numbers if known)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sets(st.integers(0, 80), min_size=1, max_size=12),
    st.lists(st.integers(0, 100), min_size=1, max_size=10),
)
def test_every_number_of_every_street(tmp_path: Path, known: set[int], asked: list[int]) -> None:
    """On the made-up line a number tells its place: what is found is there, or says less."""
    rows: list[Row] = street(ORLEANS, "Rue Haute", sorted(known))
    rows += street(ORLEANS, "Rue Avant", range(1, 90), line=2, longitude=5.0)
    rows += street(ORLEANS, "Rue Zola", range(1, 90), line=3, longitude=5.0)
    index = index_of(rows, tmp_path / "one")
    low, high = at(ORLEANS, min(known))[0], at(ORLEANS, max(known))[0]
    for number, found in zip(asked, locate(index, *((n, "") for n in asked), place=1), strict=True):
        assert low <= found.longitude <= high
        side = sorted(one for one in known if one % 2 == number % 2 and one)
        before = [one for one in side if one < number]
        after = [one for one in side if one > number]
        if number and number in known:
            assert found == (
                *at(ORLEANS, number, odd=bool(number % 2)), NUMERO, f"45234_0001_{number:05d}"
            )  # fmt: skip
        elif number and before and after and after[0] - before[-1] <= GAP:
            # Between its neighbours, on its side, at its share of the way.
            assert found == (*at(ORLEANS, number, odd=bool(number % 2)), BETWEEN, "")
        elif number and any(known) and _nearest(known, number) <= BEYOND:
            if found.level == NEAREST:
                # At a known number, not between two of which one is of another side or street.
                near = [one for one in known if one and abs(one - number) <= BEYOND]
                assert found[:2] in [at(ORLEANS, one, odd=bool(one % 2)) for one in near]
            else:
                # Only when the nearest on its own side is preferred, and too far.
                assert side and _nearest(side, number) > BEYOND
        else:
            assert found.level == VOIE
    again = locate(index, *((n, "") for n in asked[::-1]), place=1)[::-1]
    assert again == locate(index, *((n, "") for n in asked), place=1)


# --- in the parts of a street -------------------------------------------------------------

_PARTS = st.lists(st.sets(st.integers(1, 60), max_size=9), min_size=1, max_size=3)


@pytest.mark.parametrize(
    ("own", "other", "asked", "expected"),
    [
        pytest.param((1, 5), (3,), (5, ""), (0, NUMERO), id="its own number"),
        pytest.param((1, 5), (3,), (3, ""), (1, NUMERO), id="the number before an interpolation"),
        pytest.param((1, 5), (3,), (3, "b"), (1, REPETITION), id="the number without its letter"),
        pytest.param((1, 5), (1, 7), (3, ""), (0, BETWEEN), id="both between: its own"),
        pytest.param((4,), (1, 5), (3, ""), (1, BETWEEN), id="between before the nearest"),
        pytest.param((5,), (5, 9), (3, ""), (0, NEAREST), id="both the nearest: its own"),
        pytest.param((90,), (5,), (3, ""), (1, NEAREST), id="the nearest before the street"),
        pytest.param((90,), (70,), (3, ""), (0, VOIE), id="neither: its own"),
        # A place is told by one entry: 1 and 5 are no neighbours.
        pytest.param((1,), (5,), (3, ""), (0, NEAREST), id="not between two parts"),
        pytest.param((1, 5), (), (0, ""), (0, VOIE), id="no number"),
    ],
)
def test_the_best_of_two_parts(
    tmp_path: Path,
    own: tuple[int, ...],
    other: tuple[int, ...],
    asked: tuple[int, str],
    expected: tuple[int, int],
) -> None:
    rows = street(ORLEANS, "Rue Haute", own) + street(ORLEANS, "Rue Rouget", other or (60,), line=2)
    index = index_of(rows, tmp_path / "two")
    number, letter = asked
    repetition = np.array([ord(letter) if letter else 0])
    entry, houses = locate_in_parts(index, [(0, 1)], np.array([number]), repetition)
    assert (entry[0], houses.level[0]) == expected
    # The order of the entries is that of the preference.
    if expected[0] == 1:
        entry, houses = locate_in_parts(index, [(1, 0)], np.array([number]), repetition)
        assert (entry[0], houses.level[0]) == expected


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_PARTS, st.lists(st.integers(0, 70), min_size=1, max_size=8))
def test_the_best_of_all_parts(tmp_path: Path, known: list[set[int]], asked: list[int]) -> None:
    """Row by row what the best entry alone says, whatever the other rows ask."""
    rows = [
        row
        for line, numbers in enumerate(known, start=1)
        for row in street(ORLEANS, f"Rue {line}", sorted(numbers | {99}), line=line)
    ]
    index = index_of(rows, tmp_path / "some")
    parts = [tuple((row + turn) % len(known) for turn in range(len(known))) for row in asked]
    entries, houses = locate_in_parts(
        index, parts, np.array(asked, dtype="int64"), np.zeros(len(asked), dtype="int64")
    )
    found = zip(asked, parts, entries, *(values.tolist() for values in houses), strict=True)
    for number, some, entry, longitude, latitude, level, _ in found:
        alone = [locate(index, (number, ""), place=one)[0] for one in some]
        best = min(range(len(some)), key=lambda place: alone[place].level)
        assert entry == some[best]
        assert (round(longitude, 6), round(latitude, 6), level) == alone[best][:3]


def test_no_parts_are_asked(haute: Index) -> None:
    nothing = np.array([], dtype="int64")
    entries, houses = locate_in_parts(haute, [], nothing, nothing)
    assert len(entries) == len(houses.level) == 0
