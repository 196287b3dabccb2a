"""Among streets that come close: which one is meant, and what is seen of it."""

from pathlib import Path

import pytest

from opendata.geocode.ban.choose import Choice, Query, choose, has_number
from opendata.geocode.ban.index import Index
from opendata.geocode.ban.likeness import likeness
from opendata.geocode.ban.names import StreetKey
from opendata.geocode.ban.parse import readings
from tests.geocode.ban.town import MALESHERBOIS, ORLEANS, house, index_of, street


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    south = ORLEANS._replace(postcode="45100")
    former = {"code_insee_ancienne_commune": "45221", "nom_ancienne_commune": "Nangeville"}
    rows = [
        *street(ORLEANS, "Rue Haute", range(1, 10), line=1),
        *street(ORLEANS, "Rue Hautes", range(20, 30), line=2),
        *street(ORLEANS, "Impasse Haute", range(1, 10), line=3),
        *street(ORLEANS, "Rue des Tilleuls", range(1, 10), line=4),
        *street(south, "Rue des Tilleuls", range(11, 20), line=5),
        *street(MALESHERBOIS, "Grande Rue", range(1, 10), line=6),
        *street(MALESHERBOIS, "Grande Rue", range(1, 12), line=7, **former),
        house(ORLEANS, "Le Bourg", 0, line=8),
    ]
    return index_of(rows, tmp_path_factory.mktemp("choose") / "45")


def chosen(
    index: Index, line: str, code: str = "45234", postcode: str = "", town: str = "", rank: int = 0
) -> Choice:
    """The choice among all streets of a commune."""
    query = Query(readings(line), postcode, town, (code,), 1.0)
    reading = query.readings[rank]
    near = [
        (likeness(reading.key, StreetKey(index.kind[place], index.core[place])), place)
        for place in range(*index.slices[code])
    ]
    near.sort(key=lambda one: (-one[0], one[1]))
    return choose(index, query, reading, near, widened=False)


def named(index: Index, choice: Choice) -> tuple[str, str, str]:
    place = choice.street
    return index.name[place], index.postcode[place], index.former[place]


def test_the_very_name(index: Index) -> None:
    choice = chosen(index, "3 rue Haute")
    assert named(index, choice) == ("Rue Haute", "45000", "")
    seen = choice.features
    assert (seen.likeness, seen.exact, seen.same_kind, seen.has_number) == (100, 1, 1, 1)
    assert (seen.lacks_number, seen.other_kind, seen.kindless, seen.later) == (0, 0, 0, 0)
    assert choice.probability > 0.9


def test_the_number_decides_between_names_alike(index: Index) -> None:
    """« 22 rue Haute » where Rue Haute ends at 9 and Rue Hautes has a 22: not told for sure."""
    query = Query(readings("22 rue Haute"), "", "", ("45234",), 1.0)
    places = [index.name.index("Rue Haute"), index.name.index("Rue Hautes")]
    near = [(98.0, places[0]), (96.0, places[1])]
    assert choose(index, query, query.readings[0], near, widened=False).street == places[1]
    # Not against a name that is far nearer.
    near = [(100.0, places[0]), (95.0, places[1])]
    assert choose(index, query, query.readings[0], near, widened=False).street == places[0]


def test_nothing_outweighs_a_name_that_is_far_nearer(index: Index) -> None:
    """Number, postcode and town together count as much as four points of likeness."""
    other = index.name.index("Grande Rue") + 1
    assert index.former[other] == "Nangeville"
    query = Query(readings("11 rue Haute"), "45330", "nangeville", ("45191",), 1.0)
    near = [(100.0, index.name.index("Rue Haute")), (95.0, other)]
    choice = choose(index, query, query.readings[0], near, widened=False)
    assert index.name[choice.street] == "Rue Haute"


@pytest.mark.parametrize(
    ("line", "postcode", "expected"),
    [
        ("rue des Tilleuls", "45000", "45000"),
        ("rue des Tilleuls", "45100", "45100"),
        ("3 rue des Tilleuls", "", "45000"),
        ("15 rue des Tilleuls", "", "45100"),
        # The number that there is outweighs a postcode that people mix up.
        ("15 rue des Tilleuls", "45000", "45100"),
    ],
)
def test_parts_of_one_street(index: Index, line: str, postcode: str, expected: str) -> None:
    choice = chosen(index, line, postcode=postcode)
    assert named(index, choice) == ("Rue des Tilleuls", expected, "")
    # A part of the same street is no rival.
    assert choice.features.margin > 10


def test_a_part_that_has_the_number(index: Index) -> None:
    """The number counts as known, and where it is sought is told with the choice."""
    query = Query(readings("15 rue des Tilleuls"), "45000", "", ("45234",), 1.0)
    own, other = (index.name.index("Rue des Tilleuls") + one for one in (0, 1))
    choices = [
        choose(index, query, query.readings[0], [(100.0, own)], widened=False, going_on=codes)
        for codes in ((), ("45234",))
    ]
    assert [choice.street for choice in choices] == [own, own]
    assert [choice.parts for choice in choices] == [(), (other,)]
    assert [choice.features.has_number for choice in choices] == [0, 1]
    assert [choice.features.lacks_number for choice in choices] == [1, 0]
    assert chosen(index, "3 rue des Tilleuls").parts == ()


def test_the_stated_town_decides_between_former_communes(index: Index) -> None:
    for town, former in (("malesherbois", ""), ("nangeville", "Nangeville")):
        choice = chosen(index, "3 grande rue", "45191", town=town)
        assert named(index, choice) == ("Grande Rue", "45330", former)
        assert choice.features.margin < 5


def test_what_is_seen_of_the_rest(index: Index) -> None:
    assert chosen(index, "12 rue Haute").features.lacks_number == 1
    assert chosen(index, "12 rue Haute").features.has_number == 0
    assert chosen(index, "rue Haute").features.lacks_number == 0
    assert chosen(index, "avenue Haute").features.other_kind == 1
    assert chosen(index, "Tilleuls").features.kindless == 1
    assert chosen(index, "12 Tilleuls").features.kindless == 0
    assert chosen(index, "12 Tilleuls").features.other_kind == 0
    assert chosen(index, "Le Bourg").features.locality == 1
    assert chosen(index, "Mairie, 3 rue Haute", rank=1).features.later == 1


def test_the_choice_is_the_same_whoever_comes_first(index: Index) -> None:
    """Of equals the first in the reference, whatever the order they are given in."""
    query = Query(readings("3 grande rue"), "", "", ("45191",), 1.0)
    start, end = index.slices["45191"]
    near = [(100.0, place) for place in range(start, end)]
    first = choose(index, query, query.readings[0], near, widened=False)
    assert choose(index, query, query.readings[0], near[::-1], widened=False) == first


@pytest.mark.parametrize(
    ("number", "known"),
    [(0, False), (1, True), (9, True), (10, False), (20, False), (65536, False)],
)
def test_numbers_of_a_street(index: Index, number: int, known: bool) -> None:
    """Neither the address without a number nor the next street's numbers are the street's own."""
    assert has_number(index, index.name.index("Rue Haute"), number) == known
    assert not has_number(index, index.name.index("Le Bourg"), number)


def test_streets_of_no_named_town(tmp_path: Path) -> None:
    """The BAN's nom_commune may be empty: the column is not one that an extract must have."""
    index = index_of(street(ORLEANS, "Rue Haute", (1, 3), nom_commune=""), tmp_path / "one")
    assert chosen(index, "3 rue Haute", town="orleans").probability > 0.9


def test_one_of_two_equals_is_not_sure(index: Index) -> None:
    """Two streets of one name, the same number in both: the score is a probability."""
    assert chosen(index, "3 grande rue", "45191").probability < 0.9
