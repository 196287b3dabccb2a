"""Keys of street names: one for the name in full and for all that people shorten."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata.geocode.ban.names import StreetKey, street_key
from opendata.geocode.ban.words import (
    NAME_ABBREVIATIONS,
    NUMBERS,
    SMALL_WORDS,
    WAY_ABBREVIATIONS,
    WAY_WORDS,
)


@pytest.mark.parametrize(
    ("name", "kind", "core"),
    [
        ("Rue Haute", "rue", "haute"),
        ("Bd du Gal Leclerc", "boulevard", "general leclerc"),
        ("Rue du Onze-Novembre 1918", "rue", "11 novembre 1918"),
        ("Rue du XI Novembre", "rue", "xi novembre"),
        ("Le Bourg", "", "bourg"),
        ("Grande Rue", "rue", "grande"),
        ("Grand'Rue", "rue", "grande"),
        ("Rue Grande", "rue", "grande"),
        ("Petite Rue du Mont", "rue", "petite mont"),
        ("La Grande Rue", "rue", "grande"),
        ("Vieux Chemin de Blois", "chemin", "vieille blois"),
        ("Grande Ferme", "", "grande ferme"),
        ("Rue", "", "rue"),
        ("R", "", "r"),
        ("Rue de la Rue", "rue", "rue"),
        ("Rue de l'Avenue", "rue", "avenue"),
        ("Av. du Mal Foch", "avenue", "marechal foch"),
        ("Place St-Étienne", "place", "saint etienne"),
        ("Rue N.-D. des Champs", "rue", "n champs"),
        ("Rue ND des Champs", "rue", "notre dame champs"),
        ("Rond-Point de la Paix", "rondpoint", "paix"),
        ("Rd-Pt de la Paix", "rondpoint", "paix"),
        ("Rue de Dix-Sept Arpents", "rue", "17 arpents"),
        ("Avenue de la 2ème DB", "avenue", "2 db"),
        ("Rue du 1er Mai", "rue", "1 mai"),
        ("Voie A 12", "voie", "a 12"),
        ("Voie D 12", "voie", "d 12"),
        ("Rue A", "rue", "a"),
        ("Rue de la", "rue", "de la"),
        ("ALLEE DES TILLEULS", "allee", "tilleuls"),
        ("allée  des\u00a0Tilleuls ", "allee", "tilleuls"),
        ("Chemin du Cœur-Volant", "chemin", "coeur volant"),
    ],
)
def test_keys(name: str, kind: str, core: str) -> None:
    assert street_key(name) == (kind, core)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name) for name in ("", "-", "...", "Ø", "«»")],
)
def test_a_name_of_no_letters_has_an_empty_key(name: str) -> None:
    assert street_key(name) == ("", "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Rue des Prés", "Rue du Président", id="prés"),
        pytest.param("Rue du Cap", "Rue du Capitaine", id="cap"),
    ],
)
def test_words_that_only_look_like_abbreviations(one: str, other: str) -> None:
    assert street_key(one) != street_key(other)


@pytest.mark.parametrize("name", ["Chemin Vert", "Clos Fleuri", "Place Haute"])
def test_an_article_before_the_kind_says_nothing(name: str) -> None:
    assert street_key(f"Le {name}") == street_key(name)


@pytest.mark.parametrize("word", sorted(NAME_ABBREVIATIONS))
def test_every_abbreviation_in_a_name(word: str) -> None:
    full = NAME_ABBREVIATIONS[word]
    assert street_key(f"Rue {word} Merle") == street_key(f"Rue {full} Merle")


@pytest.mark.parametrize("word", sorted(NUMBERS))
def test_every_number_in_letters(word: str) -> None:
    assert street_key(f"Rue des {word} Merles") == ("rue", f"{NUMBERS[word]} merles")


def test_the_lists_agree_with_themselves() -> None:
    """An abbreviation of an abbreviation would need two passes; a kind of two words, none."""
    for words in (WAY_ABBREVIATIONS, NAME_ABBREVIATIONS):
        assert not set(words) & {part for full in words.values() for part in full.split()}
    assert all(word == word.lower() and word.isascii() for word in WAY_WORDS | SMALL_WORDS)
    assert not any(" " in word for word in WAY_WORDS)


_WORDS = st.sampled_from(
    sorted(
        {*WAY_WORDS, *WAY_ABBREVIATIONS, *NAME_ABBREVIATIONS, *NUMBERS, *SMALL_WORDS}
        | {"haute", "foch", "12", "8", "mai", "1945", "église", "Saint-Jean", "point", "rond", "x"}
    )
)


@settings(max_examples=400)
@given(st.lists(_WORDS, min_size=1, max_size=6))
def test_a_core_is_its_own_key(words: list[str]) -> None:
    """Behind its kind, a core gives itself again: it can be compared with any other."""
    kind, core = street_key(" ".join(words))
    if kind:
        assert street_key(f"{kind} {core}") == StreetKey(kind, core)
    assert street_key(f"impasse {core}") == ("impasse", core)


@settings(max_examples=200)
@given(st.lists(_WORDS, min_size=1, max_size=6))
def test_the_way_of_writing_says_nothing(words: list[str]) -> None:
    key = street_key(" ".join(words))
    assert street_key(" ".join(words).upper()) == key
    assert street_key("  " + "-".join(words) + " .") == key


@settings(max_examples=300)
@given(st.text(min_size=1, max_size=40).filter(lambda text: any(c in "abcdefgh12" for c in text)))
def test_any_text_has_a_key(name: str) -> None:
    kind, core = street_key(name)
    assert core
    assert kind == "" or kind in WAY_WORDS
