"""How alike two names of streets are: what counts, what counts little, what counts not at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata.geocode.ban.likeness import NO_KIND, OTHER_KIND, Names, closest, likeness
from opendata.geocode.ban.names import StreetKey, street_key


def alike(stated: str, known: str) -> float:
    return likeness(street_key(stated), street_key(known))


@pytest.mark.parametrize(
    ("stated", "known"),
    [
        ("Rue Haute", "rue haute"),
        ("R. du Gal Leclerc", "Rue du Général Leclerc"),
        ("Rue de l'Eglise", "Rue Église"),
        ("Place du 8 mai", "Place du Huit Mai"),
    ],
)
def test_one_key_is_a_hundred(stated: str, known: str) -> None:
    assert alike(stated, known) == 100


@pytest.mark.parametrize(
    ("stated", "known", "least"),
    [
        ("Avenue des Maronniers", "Avenue des Marronniers", 90),
        ("Rue Montjean", "Rue Mont-Jean", 95),
        ("Rue Hugo Victor", "Rue Victor Hugo", 95),
        ("Rue Leclerc", "Rue du Général Leclerc", 80),
        ("Rue Jaurès", "Rue Jean Jaurès", 80),
        ("Rue J. Jaurès", "Rue Jean Jaurès", 80),
        ("Rue V. Hugo", "Rue Victor Hugo", 80),
        ("Rue Général Charles de Gaulle", "Rue de Gaulle", 60),
    ],
)
def test_what_people_do_to_a_name(stated: str, known: str, least: float) -> None:
    assert least <= alike(stated, known) < 100


@pytest.mark.parametrize(
    ("stated", "known"),
    [
        ("Rue des Lilas", "Rue des Tilleuls"),
        ("Rue du 8 mai", "Rue du 11 novembre"),
        ("Rue Jean Jaurès", "Rue Jean Moulin"),
        ("Rue K. Hugo", "Rue Victor Schoelcher"),
    ],
)
def test_another_name_is_far(stated: str, known: str) -> None:
    assert alike(stated, known) < 76


@pytest.mark.parametrize(
    ("nearer", "farther", "known"),
    [
        ("Rue du Général Leclerc", "Rue Leclerc", "Rue du Général Leclerc"),
        ("Rue Charles Leclerc", "Rue Leclerc", "Rue Charles André Leclerc"),
        ("Rue Leclerc", "Rue Clerc", "Rue du Général Leclerc"),
        # A word left out of the stated name is likelier than one added to it.
        ("Rue Leclerc", "Rue du Marquis Leclerc", "Rue du Général Leclerc"),
        ("Rue Haute", "Impasse Haute", "Rue Haute"),
        ("Haute", "Impasse Haute", "Rue Haute"),
        ("Rue Haute", "Rue Hautes", "Rue Haute"),
        ("Rue du 11 novembre", "Rue du 12 novembre", "Rue du 11 novembre"),
    ],
)
def test_what_is_nearer(nearer: str, farther: str, known: str) -> None:
    assert alike(nearer, known) > alike(farther, known)


def test_the_kind_of_way_counts_least() -> None:
    assert alike("Haute", "Rue Haute") == pytest.approx(NO_KIND)
    assert alike("Impasse Haute", "Rue Haute") == pytest.approx(OTHER_KIND)
    assert alike("Rue Haute", "Haute") == alike("Haute", "Rue Haute")


_WORDS = ["haute", "basse", "jean", "jaures", "j", "general", "leclerc", "8", "mai", "11", "le"]
KEYS = st.builds(
    StreetKey,
    st.sampled_from(["", "rue", "avenue"]),
    st.lists(
        st.sampled_from(_WORDS),
        min_size=1,
        max_size=4,
        unique=True,  # see test_a_word_said_twice
    ).map(" ".join),
)


@settings(max_examples=300)
@given(KEYS, KEYS)
def test_likeness_is_of_the_two_keys(stated: StreetKey, known: StreetKey) -> None:
    value = likeness(stated, known)
    assert 0 <= value <= 100
    assert (value == 100) == (stated == known)
    assert likeness(stated, stated) == 100


@settings(max_examples=100)
@given(st.lists(KEYS, min_size=1, max_size=5), st.lists(KEYS, min_size=1, max_size=30))
def test_closest_finds_what_each_comparison_finds(
    stated: list[StreetKey], known: list[StreetKey]
) -> None:
    """Best first, in the order of the reference among equals, and no street twice."""
    for key, found in zip(stated, closest(stated, Names(known)), strict=True):
        assert found == sorted(found, key=lambda one: (-one[0], one[1]))
        assert len({place for _, place in found}) == len(found)
        assert all(value == likeness(key, known[place]) for value, place in found)
        if key in known:
            assert found[0][0] == 100


def test_a_word_said_twice() -> None:
    stated, known = StreetKey("rue", "haute haute"), StreetKey("rue", "haute j")
    assert likeness(stated, known) < likeness(stated, stated)


def test_closest_among_many() -> None:
    """More names than are compared at once, and the very one among many that come close."""
    known = [StreetKey("rue", f"jean leclerc {letter}x") for letter in "abcdefghijklmnopqrstuvwxyz"]
    known += [StreetKey("rue", f"sans rapport {number}") for number in range(300)]
    known.insert(200, StreetKey("rue", "jean leclerc"))
    stated = [StreetKey("rue", "jean leclrec")] * 600
    found = closest(stated, Names(known))
    assert len(found) == 600
    assert {known[one[0][1]].core for one in found} == {"jean leclerc"}


def test_closest_finds_what_shares_a_rare_word() -> None:
    """« rue Leclerc », where forty names look more like it than the general's in full."""
    known = [StreetKey("rue", f"{letter}leclair") for letter in "abcdefghijklmnopqrstuvwxyz"]
    known.append(StreetKey("rue", "general philippe leclerc hauteclocque"))
    (found,) = closest([StreetKey("rue", "leclerc")], Names(known))
    assert len(known) - 1 in [place for _, place in found]


def test_every_word_must_be_found_again() -> None:
    assert alike("Rue Jean Zola", "Rue Jean Baptiste Lamarck Debussy") < 50


def test_nothing_is_close_to_nothing_alike() -> None:
    haute = Names([StreetKey("rue", "haute")])
    assert closest([StreetKey("rue", "zzzz")], haute) == [[]]
    assert closest([], haute) == []
