"""Names, personal addresses and mobile numbers do not pass with a free text."""

import pytest

from opendata.normalise.personal import is_nominative, without_contacts, without_persons

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


def test_a_mailbox_of_persons_needs_a_word_of_the_place() -> None:
    assert is_nominative("tartempion@gmail.com")
    assert not is_nominative("tartempion@gmail.com", frozenset({"tartempion"}))
    assert not is_nominative("mediatheque@gmail.com")
    assert not is_nominative("tartempion@exemple.fr")
