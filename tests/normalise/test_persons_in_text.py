"""Names, personal addresses and mobile numbers do not pass with a free text."""

import pytest

from opendata.normalise.personal import (
    FIRST_NAMES,
    GENERIC_WORDS,
    SURNAMES,
    for_anyone,
    is_nominative,
    without_contacts,
    without_person_in_name,
    without_person_who_owns,
    without_persons,
)

TEXTS = [
    ("Contacter Mme Durand le lundi.", "Contacter […] le lundi."),
    ("Responsable : M. Jean Dupont, bureau 3", "Responsable : […], bureau 3"),
    ("Tél. 06.39.98.12.34 ou 02 61 91 00 01", "Tél. […] ou 02 61 91 00 01"),
    ("jeanne.durand@exemple.fr ou contact@exemple.fr", "[…] ou contact@exemple.fr"),
    ("Ateliers à la médiathèque Mme", "Ateliers à la médiathèque Mme"),
    ("Ouvert à tous", "Ouvert à tous"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_persons_are_left_out(text: str, expected: str) -> None:
    assert without_persons(text) == expected


def test_reports_show_no_contact_at_all() -> None:
    shown = without_contacts("écrire à contact@exemple.fr ou au 02 61 91 00 01, lot 12")
    assert shown == "écrire à ••• ou au •••, lot 12"


def test_reports_name_nobody() -> None:
    shown = for_anyone("voir Madame Durand-Petit ou durand@exemple.fr")
    assert shown == "voir ••• ou •••"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Domicile de Mme DURAND", "Domicile de […]"),
        ("Bibliothèque — M. PETIT JEAN", "Bibliothèque — […]"),
        # The name of a place that honours someone.
        ("Résidence Monsieur Vincent", "Résidence Monsieur Vincent"),
        ("Médiathèque Madame de Sévigné", "Médiathèque Madame de Sévigné"),
        ("M. le maire", "M. le maire"),
    ],
)
def test_a_living_person_is_left_out_of_a_place_name(name: str, expected: str) -> None:
    assert without_person_in_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DURAND*/NATHALIE /", ""),
        ("LE GOFF*DURAND/ANNE MARIE/", ""),
        ("Mme Nathalie Durand", "[…]"),
        ("Association */Le Lien", "Association */Le Lien"),
        ("Mairie de Blois", "Mairie de Blois"),
    ],
)
def test_a_person_who_owns_a_place_is_left_out(name: str, expected: str) -> None:
    assert without_person_who_owns(name) == expected


def test_a_mailbox_of_persons_needs_a_word_of_the_place() -> None:
    assert is_nominative("tartempion@gmail.com")
    assert not is_nominative("tartempion@gmail.com", frozenset({"tartempion"}))
    assert not is_nominative("mediatheque@gmail.com")
    assert not is_nominative("tartempion@exemple.fr")


def test_a_first_name_before_a_place_of_work_in_a_mailbox_of_persons() -> None:
    assert is_nominative("sylvie.csc@gmail.com")
    assert not is_nominative("sylvie.csc@gmail.com", frozenset({"sylvie"}))
    assert not is_nominative("sylvie.csc@exemple.fr")


#: Initial and surname glued together, on the place's own domain: common names, odd beginnings.
GLUED = """
jdurand@exemple.fr jpdurand@exemple.fr durandj@exemple.fr mlefebvre@exemple.fr
vbontemps@exemple.fr pfontanel@exemple.fr rgaubert@exemple.fr ddupre@exemple.fr
"""
#: Acronyms, quarters and words that only look like an initial and a name.
ACRONYMS = """
mlvoltaire@exemple.fr mfsriviere@exemple.fr mddgrandbourg@exemple.fr fsgrandbourg@exemple.fr
csbelleville@exemple.fr mqcentre@exemple.fr cmultimedia@exemple.fr sgeneral@exemple.fr
lafabrique@exemple.fr lemoulin@exemple.fr labo@exemple.fr standard@exemple.fr noreply@exemple.fr
technopole@exemple.fr spectacle@exemple.fr chauffe@exemple.fr scmatte@exemple.fr
"""


@pytest.mark.parametrize("address", GLUED.split())
def test_an_initial_glued_to_a_surname_is_a_person(address: str) -> None:
    assert is_nominative(address)


@pytest.mark.parametrize("address", ACRONYMS.split())
def test_an_acronym_glued_to_a_place_is_not(address: str) -> None:
    assert not is_nominative(address)


def test_the_place_explains_what_follows_an_initial() -> None:
    assert is_nominative("jmoreau@exemple.fr")
    assert not is_nominative("jmoreau@exemple.fr", frozenset({"ecole", "jmoreau"}))
    assert not is_nominative("tgaubert@exemple.fr", frozenset({"theatre", "gaubert"}))


def test_surnames_are_no_words_of_organisations() -> None:
    glued = {initial + word for word in SURNAMES for initial in "abcdefghijklmnopqrstuvwxyz"}
    assert not glued & (GENERIC_WORDS - FIRST_NAMES)
