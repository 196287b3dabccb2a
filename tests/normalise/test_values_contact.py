"""Contacts as real cells hold them: slips, several in a cell, in the wrong column."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata.normalise import email, phone, url
from opendata.schema import SEPARATOR, fields

TELEPHONE = re.compile(fields()["telephone"].constraints["pattern"])


@pytest.mark.parametrize(
    "separator", ["|", ";", ",", "/", " / ", " et ", " ou ", " ", "\n", " - ", " & ", " ; ou "]
)
def test_addresses_are_told_apart_whatever_parts_them(separator: str) -> None:
    cleaned = email.clean(f"epn@exemple.fr{separator}biblio@exemple.org")
    assert cleaned == ("epn@exemple.fr|biblio@exemple.org", "", "")


@pytest.mark.parametrize("separator", ["|", " ; ", ", ", " / ", " et ", " ou ", " ", "\n", " - "])
def test_web_addresses_are_told_apart_whatever_parts_them(separator: str) -> None:
    cleaned = url.clean(f"https://exemple.fr/Epn{separator}www.exemple.org")
    assert cleaned == ("https://exemple.fr/Epn|http://www.exemple.org", "", "")


def test_what_is_refused_is_said() -> None:
    assert phone.clean("02 61 91 45 98 ou +32 2 123 45 67").detail == "+3221234567"
    assert phone.clean("3949").detail == "3949"
    assert email.clean("epn@exemple.fr, biblio@exemple").detail == "biblio@exemple"
    assert url.clean("www.exemple.fr epn@exemple.fr").detail == "epn@exemple.fr"


def test_a_correction_is_told_from_a_spelling() -> None:
    spelling = ("Epn@Exemple.fr", "epn (at) exemple.fr", "mailto:epn@exemple.fr", "epn@exemple,fr")
    assert {email.clean(raw) for raw in spelling} == {("epn@exemple.fr", "", "")}
    slips = ("épn@exemple.fr", "epn@@exemple.fr", "epn@exemple..fr", "www.epn@exemple.fr")
    assert {email.clean(raw) for raw in slips} == {("epn@exemple.fr", "courriel_corrige", "")}


@pytest.mark.parametrize(
    "raw", ["epn@mairie source.fr", "epn@cc source.fr", "la source@exemple.fr"]
)
def test_a_space_that_may_stand_for_a_hyphen_is_not_closed(raw: str) -> None:
    assert email.clean(raw) == ("", "courriel_illisible", raw)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("http://exemple.fr/a (1).pdf", "http://exemple.fr/a%20%281%29.pdf"),
        ("https://exemple.fr/A/b?C=D#E", "https://exemple.fr/A/b?C=D#E"),
        ("https://exemple.fr/caf%C3%A9", "https://exemple.fr/caf%C3%A9"),
        ("https://web.archive.org/web/2020/http://a.fr/", "https://web.archive.org/web/2020/http://a.fr/"),
        ("https://a.fr/xhttps://b.fr/y", "https://a.fr/x|https://b.fr/y"),
        ("http:\\\\exemple.fr\\epn", "http://exemple.fr/epn"),
    ],
)  # fmt: skip
def test_web_addresses_can_be_followed(raw: str, expected: str) -> None:
    assert url.clean(raw) == (expected, "", "")
    assert expected.isascii()


def test_words_behind_a_cut_address_are_no_address() -> None:
    assert url.clean("http://www.source.Mairie et nos services49.fr/").value == ""


@given(
    digits=st.text("0123456789", min_size=1, max_size=14),
    prefix=st.sampled_from(["", "+33", "+33 (0)", "0033", "+262", "+269 269", "0", "Tél : 0"]),
    code_postal=st.sampled_from(["", "45000", "97400", "97600", "98800", "98714"]),
)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_numbers_match_the_schema_and_stay(digits: str, prefix: str, code_postal: str) -> None:
    found = phone.clean(prefix + digits, code_postal)
    if found.value:
        assert TELEPHONE.fullmatch(found.value)
        assert phone.clean(found.value, code_postal) == (found.value, "", "")


@pytest.mark.parametrize("long", phone.LONG_NUMBERS.values())
def test_what_replaces_a_short_number_is_a_number(long: str) -> None:
    assert phone.clean(long) == (long, "", "")


@given(st.lists(st.sampled_from(["a", "é", "@", ".", " ", "fr", "con", "exemple", "-", "/"])))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_published_address_has_one_at_sign(parts: list[str]) -> None:
    for address in filter(None, email.clean("".join(parts)).value.split(SEPARATOR)):
        assert address.count("@") == 1
        assert email.clean(address) == (address, "", "")
