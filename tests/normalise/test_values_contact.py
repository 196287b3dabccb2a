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


@pytest.mark.parametrize(
    "raw",
    [
        "02 387 483 377", "02.38.74.83.37.7", "+33 2 38 74 83 37 7", "33 2 38 79 22 3",
        "33 2 38 79 22 33 4", "06 02 38 79 22 33 4", "02 38 02 38 79 22 33", "02/38/79/22/33/4",
        "02/38/79/22/334", "33 6.24.01.57.001",
        "4 238792233", "238792233 4", "2.38792233E9", "2,38792E+08", "0.33238792233",
        "+33 (2) 38 79 22 33, 7", "02 38 79 22 33 - 3230",
    ],
)  # fmt: skip
def test_one_digit_too_many_is_no_number(raw: str) -> None:
    assert phone.clean(raw) == ("", "telephone_illisible", "")


@pytest.mark.parametrize(
    "raw",
    [
        "2 - 02 38 79 22 33", "2 02 38 79 22 33", "Bureau 103 / 02 38 79 22 33",
        "02 38 79 22 33 poste 12", "02 38 79 22 33 / 34", "02 38 79 22 33 ou 34",
        "02 38 79 22 33 9h-12h", "02/38/79/22/33", "02 38 79 22 33.", "0238792233.00",
        "(02.38) 79.22.33", "3.3238792233E10", "2,38792233E+08",
    ],
)  # fmt: skip
def test_what_stands_beside_a_number_is_told_from_its_digits(raw: str) -> None:
    assert phone.clean(raw) == ("+33238792233", "", "")


@pytest.mark.parametrize(
    "raw",
    [
        "1) 02 38 79 22 33 2) 02 38 79 22 34", "02 38 79 22 33 +33 2 38 79 22 34",
        "Tél : 02 38 79 22 33 Fax : 02 38 79 22 34", "Fax : 02 38 79 22 34 / Tél : 02 38 79 22 33",
        "T : 02 38 79 22 33 F : 02 38 79 22 34", "02 38 79 22 34 (fax) / 02 38 79 22 33",
        "02 38 79 22 33 tél, 02 38 79 22 34 fax", "02 38 79 22 34 fax, 02 38 79 22 33 tél",
        "02 38 79 22 34 fax / 02 38 79 22 33", "02 38 79 22 33 / télécopie 02 38 79 22 34",
    ],
)  # fmt: skip
def test_the_telephone_is_told_from_the_second_number(raw: str) -> None:
    found = phone.clean(raw)
    assert found == ("+33238792233", "telephone_supplementaire", "+33238792234")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Télécopie : 02 38 79 22 34", ""), ("02 38 79 22 34 (fax)", ""), ("0238792234 FAX", ""),
        ("Tél : Fax : 02 38 79 22 34", ""), ("Fax: 02 38 79 22 34 ou 02 38 79 22 35", ""),
        ("Tél : 06 12 34 56 79 Fax : 02 38 79 22 34", "+33612345679"),
        ("Tél. et fax : 02 38 79 22 33", "+33238792233"),
        ("Fax / Tél : 02 38 79 22 33", "+33238792233"),
        ("Tél : 02 38 79 22 33 - Fax :", "+33238792233"),
        ("02 38 79 22 33 - Fax : néant", "+33238792233"),
    ],
)  # fmt: skip
def test_a_fax_is_not_published(raw: str, expected: str) -> None:
    assert phone.clean(raw).value == expected


@pytest.mark.parametrize(
    "digits",
    [
        "0600000000", "0100000000", "0101010101", "0606060606", "0123456789", "0102030405",
        "0999999999", "+33 6 00 00 00 00",
    ],
)  # fmt: skip
def test_a_filler_is_no_number(digits: str) -> None:
    assert phone.clean(digits) == ("", "telephone_illisible", "")


@pytest.mark.parametrize("digits", ["0233333334", "0144444494", "0806000000", "0262626262"])
def test_a_number_of_few_digits_is_one(digits: str) -> None:
    assert phone.clean(digits, "97400").value


@pytest.mark.parametrize(
    ("raw", "code_postal", "expected"),
    [
        ("+33 596 71 23 45", "97200", "+596596712345"),
        ("+33 269 61 12 34", "97600", "+262269611234"),
        ("+33 2 61 91 45 98", "97400", "+33261914598"),
        ("689 40 50 12 34", "98713", "+68940501234"),
        ("508 41 12 34", "97500", "+508411234"),
        ("(0262) 40 12 34", "97400", "+262262401234"),
        ("27 12 34 - 78 12 34", "98800", "+687271234"),
        ("27 12 34 5", "98800", ""),
        ("689 40 50 12", "98713", ""),
    ],
)
def test_numbers_overseas(raw: str, code_postal: str, expected: str) -> None:
    assert phone.clean(raw, code_postal).value == expected


@pytest.mark.parametrize("raw", ["0" * 100_000, "02 38 79 22 33 4 " * 10_000, "fax (02) " * 9_000])
def test_an_endless_cell_costs_little(raw: str) -> None:
    assert phone.clean(raw).value == ""


def test_the_beginning_of_an_endless_cell_is_read() -> None:
    assert phone.clean("02 38 79 22 33 " + "mot " * 10_000).value == "+33238792233"


@pytest.mark.parametrize("long", phone.LONG_NUMBERS.values())
def test_what_replaces_a_short_number_is_a_number(long: str) -> None:
    assert phone.clean(long) == (long, "", "")


@given(st.lists(st.sampled_from(["a", "é", "@", ".", " ", "fr", "con", "exemple", "-", "/"])))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_published_address_has_one_at_sign(parts: list[str]) -> None:
    for address in filter(None, email.clean("".join(parts)).value.split(SEPARATOR)):
        assert address.count("@") == 1
        assert email.clean(address) == (address, "", "")
