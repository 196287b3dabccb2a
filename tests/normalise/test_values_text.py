"""Lost letters, addresses that repeat their town, names that are none, long summaries."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata.normalise import address, dates, identifiers, name, summary, text
from opendata.normalise.base import Cleaned
from opendata.normalise.letters import HOLE, restore
from opendata.tables import ALTERNATIVE


def column(*values: str) -> pd.Series:
    return pd.Series(values, index=range(2, 2 + len(values)), dtype="str")


@pytest.mark.parametrize(
    ("damaged", "expected"),
    [
        ("biblioth#que", "bibliothèque"),
        ("M#DIATH#QUE", "MEDIATHEQUE"),
        ("Place de la R#publique", "Place de la République"),
        ("rue de l#hotel de ville", "rue de l'hotel de ville"),
        ("C#TE et Côte", "CÔTE et Côte"),
        ("Services # la personne", "Services à la personne"),
        ("Parc # Impasse", "Parc # Impasse"),
        ("Jean L#a", "Jean Léa"),
        ("rue Z#bul", "rue Z#bul"),
        ("tout pr#s", "tout pr#s"),
    ],
)
def test_lost_letters(damaged: str, expected: str) -> None:
    assert restore(damaged.replace("#", HOLE)) == expected.replace("#", HOLE)


@pytest.mark.parametrize(
    ("damaged", "expected"),
    [
        ("AV FRAN?OIS", "AV FRANCOIS"),
        ("Qui ? Quoi ?", "Qui ? Quoi ?"),
        ("Pourquoi?Comment", "Pourquoi?Comment"),
        ("SECOND{ D{PARTEMENT", "SECOND{ DEPARTEMENT"),
        ("Second} {cole", "Second} {cole"),
        ("CH╢TEAU", "CHÂTEAU"),
        ("╢ propos", "╢ propos"),
        ("3 Ω", "3 Ω"),
    ],
)
def test_signs_that_stand_for_letters(damaged: str, expected: str) -> None:
    assert restore(damaged) == expected


@given(st.text(alphabet="aéLT? {}╢\ufffd'", max_size=30))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_restoring_twice_changes_nothing_more(damaged: str) -> None:
    once = text.tidy(damaged)
    assert text.tidy(once) == once


def test_the_town_goes_once_the_row_is_located() -> None:
    stated = column("12 rue X, 45000 Orléans", "45000 Orléans", "12 rue X 37000 Tours", "")
    kept, issues = address.without_own_town(
        stated, column(*["45000"] * 4), column("Orléans", "Orléans", "Orléans", "Orléans")
    )
    assert kept.tolist() == ["12 rue X", "", "12 rue X 37000 Tours", ""]
    assert issues[["row", "code"]].to_numpy().tolist() == [[3, "texte_vide_de_sens"]]


@pytest.mark.parametrize(
    "raw",
    [
        "Mairie de Source",
        "rue de Source 45999",
        "12 rue X 45999 Source-sur-Loire",
        "12 rue X 45999 Source, bâtiment B",
        "12 rue X 45888 Source",
        "12 rue X, Source-le-Bas",
        "Salle A, place Source",
    ],
)
def test_what_the_row_does_not_say_stays(raw: str) -> None:
    kept = address.clean(raw, "45999", "Source").value
    assert kept == raw.removesuffix(" 45999")


@pytest.mark.parametrize(
    "raw",
    [
        "rue du Vieux Source",
        "rue du Général SOURCE",
        "12 rue J. Source",
        "rue Camille Source",
        "Mairie Source",
        "Place - Source",
        "12 rue Foch Source",
        "12 rue de la Gare 4599 - Source",
    ],
)
def test_a_town_that_may_be_the_street_s_name_stays(raw: str) -> None:
    assert address.clean(raw, "45999", "Source").value == raw


@pytest.mark.parametrize(
    "raw",
    [
        "12 rue Foch SOURCE",
        "12 rue Foch - Source",
        "12 rue Foch (45 999 Source)",
        "12 rue Foch 45999 SOURCE - Tél : 02 61 91 00 42",
        "12 rue Foch (Tél. : 02 61 91 00 42, mail : epn@exemple.fr)",
        "45999 Source - 12 rue Foch",
    ],
)
def test_a_town_beside_a_whole_street_goes(raw: str) -> None:
    assert address.clean(raw, "45999", "Source").value == "12 rue Foch"


@pytest.mark.parametrize(
    "raw",
    ["idem", "en ligne", "aucune adresse", "Adresse inconnue", "Pas d'adresse fixe", "Itinérante"],
)
def test_words_for_no_address_are_none(raw: str) -> None:
    assert address.clean(raw) == ("", "texte_vide_de_sens", "")


def test_prose_is_no_address() -> None:
    assert address.clean("rue Foch, puis " * 300) == ("", "adresse_sans_voie", "")


def test_arrondissements_are_the_city() -> None:
    cleaned = address.clean("1 rue X 75011 Paris", "75011", "Paris 11e Arrondissement")
    assert cleaned == ("1 rue X", "", "")


def test_an_addressee_is_not_published() -> None:
    cleaned = address.clean("C/O A. SOURCE12 AVENUE DE LA GARE")
    assert cleaned == ("12 AVENUE DE LA GARE", "destinataire_retire", "C/O A. SOURCE")


@pytest.mark.parametrize(
    "raw", ["Faire mes démarches en ligne", "Gérer mon compte emploi", "WI-FI"]
)
def test_workshops_and_equipment_are_no_places(raw: str) -> None:
    assert name.clean(raw) == ("", "nom_sans_lieu", "")


@pytest.mark.parametrize("raw", ["Espace Mes Services", "Agir pour le travail", "Le Wifi Bar"])
def test_places_keep_their_name(raw: str) -> None:
    assert name.clean(raw) == (raw, "", "")


def test_a_long_summary_is_a_detail_where_there_is_none() -> None:
    long, two = "mot " * 100, "mot " * 60 + ALTERNATIVE + "mot " * 60
    resume, detail, issues = summary.long_ones_as_detail(
        column(long, long, "court", "<p>" * 100, two), column("", "déjà là", "", "", "")
    )
    assert resume.tolist() == ["", long, "court", "<p>" * 100, two]
    assert detail.tolist() == [long, "déjà là", "", "", ""]
    assert issues[["row", "code"]].to_numpy().tolist() == [[2, "resume_en_detail"]]


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2035, 12, 31)))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_every_spelling_of_a_day_is_that_day(day: date) -> None:
    iso = day.strftime("%Y-%m-%d")
    months = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    month = months.split()[day.month - 1]
    spellings = (
        iso, day.strftime("%d/%m/%Y"), day.strftime("%d.%m.%Y 14:05"), f"{iso}T23:59:59+02:00",
        f"{day.day} {month} {day.year}", f"le {day.day} {month.upper()} {day.year} à 9h",
        day.strftime("%a, %d %b %Y 10:00:00 GMT"),
        day.strftime("%a %b %d %Y 10:00:00 GMT+0100 (CET)"),
        day.strftime("%B %d, %Y"),
    )  # fmt: skip
    assert {dates.clean(spelling) for spelling in spellings} == {Cleaned(iso)}


@pytest.mark.parametrize("raw", ["0", "0000-00-00", "01/01/1970", "1970-01-01", "31/12/9999"])
def test_a_default_is_never_a_date(raw: str) -> None:
    assert dates.clean(raw).value == ""


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        ("5750507500010", "05750507500010", ""),
        ("57505075", "", "identifiant_illisible"),
        ("Siret 434 933 123 00029, ouvert", "43493312300029", ""),
        ("43493312300029 ou bien 35600000000048", "", "identifiant_illisible"),
        ("Siren 434933123", "", "siren_sans_etablissement"),
        ("W751234567 - 43493312300029", "43493312300029", ""),
        ("43493312300029 / 43493312300029", "43493312300029", ""),
        ("434 933 123 - 00029", "43493312300029", ""),
        ("(434933123-00029)", "43493312300029", ""),
        ("434933123-00028", "", "identifiant_cle_fausse"),
        ("43493312300029 7", "", "identifiant_illisible"),
        ("A43493312300029", "", "identifiant_illisible"),
        ("4,3493312300029E+13", "43493312300029", ""),
        ("4.349331230002E+13", "", "identifiant_illisible"),
        ("5.75050750001E12", "05750507500010", ""),
        ("Association n° W751234567", "W751234567", ""),
        ("W751234567 W751234568", "", "identifiant_illisible"),
    ],
)
def test_identifiers_among_words(raw: str, value: str, code: str) -> None:
    found = identifiers.clean(raw)
    assert (found.value, found.code) == (value, code)
