"""What of a name tells one place from another."""

import pandas as pd
import pytest

from opendata.identity.names import MOBILE, NameKey, name_key, name_keys


@pytest.mark.parametrize(
    ("name", "kind", "core"),
    [
        ("Médiathèque Paul-Éluard de Blois", "BIB", "eluard paul"),
        ("BIBLIOTHEQUE MUNICIPALE", "BIB", ""),
        ("Bibliothèque de Blois", "BIB", ""),
        ("MAIRIE DE BLOIS", "MUNI", ""),
        ("Commune de Blois", "MUNI", ""),
        ("Espace public numérique des Mariniers", "EPN", "mariniers"),
        ("EPN des Mariniers", "EPN", "mariniers"),
        ("Mission locale du Blaisois", "ML", "blaisois"),
        ("Pharmacie du Pont", "", "pharmacie pont"),
        ("Incubateur des Tilleuls", "incubateur", "tilleuls"),
        ("", "", ""),
    ],
)
def test_kind_and_own_words(name: str, kind: str, core: str) -> None:
    key = name_key(name, "Blois")
    assert (key.kind, key.core) == (kind, core)


@pytest.mark.parametrize(
    "names",
    [
        ("France services de Blois", "MSAP de Blois", "Maison de services au public Blois"),
        ("CCAS", "CIAS", "Centre communal d'action sociale"),
        ("Centre social des Tilleuls", "CS des Tilleuls", "MJC Les Tilleuls"),
        ("Fablab Les Tilleuls", "Tiers-lieu Les Tilleuls"),
    ],
)
def test_kinds_that_are_one_for_whoever_names_a_place(names: tuple[str, ...]) -> None:
    keys = [name_key(name, "Blois") for name in names]
    assert len({key.kind for key in keys}) == 1
    assert keys[0].kind
    assert len({key.core for key in keys}) == 1


def test_all_kinds_of_a_name_are_kept_the_first_is_its_own() -> None:
    key = name_key("France services - CCAS", "Blois")
    assert key.kind == "RFS"
    assert key.kinds.split("|")[:2] == ["RFS", "CCAS"]


@pytest.mark.parametrize(
    ("name", "same_as"),
    [
        ("E.S.C.A.L.E.", "ESCALE"),
        ("E S C A L E", "ESCALE"),
        ("Maison des arts du Gal de Gaulle", "Maison des arts du Général de Gaulle"),
        ("Cyber-base St-Vincent", "Cyber-base Saint-Vincent"),
        ("Cyber-base Ste Marie", "Cyberbase Sainte-Marie"),
        ("Cyber-base n° 2", "Cyber-base 2"),
        ("Cyber-base N°2", "Cyber-base 2"),
        ("Cyber-base II", "Cyber-base 2"),
        ("Cyber-base deux", "Cyber-base 2"),
        ("Cyber-base du 1er Mai", "Cyber-base du 1 mai"),
        ("  MÉDIATHÈQUE   les-TILLEULS ", "Mediatheque Les Tilleuls"),
    ],
)
def test_spellings_of_one_name(name: str, same_as: str) -> None:
    one, other = name_key(name, "Blois"), name_key(same_as, "Blois")
    assert one.core == other.core != ""
    assert one.kind == other.kind


def test_two_letters_apart_are_no_acronym() -> None:
    assert name_key("Studio A B", "Blois").whole == "studio a b"


def test_words_of_the_town_tell_nothing_of_a_place_in_it() -> None:
    assert name_key("Cyber-base Saint-Aignan", "Saint-Aignan").core == ""
    assert name_key("Cyber-base St Aignan", "Saint-Aignan").core == ""
    assert name_key("Cyber-base Saint-Aignan", "St-Aignan").core == ""
    assert name_key("Cyber-base Saint-Aignan", "Tours").core == "aignan saint"


def test_a_bus_is_no_place_of_the_kind_that_sends_it() -> None:
    for name in ("Bus France services", "France services itinérant", "Bibliobus"):
        assert name_key(name, "Blois").kind == MOBILE
    assert name_key("France services", "Blois").kind == "RFS"
    # « Mobilité » says nothing of wheels under the place.
    assert name_key("Maison de la mobilité", "Blois").kind != MOBILE


def test_who_runs_a_place_is_never_what_it_is() -> None:
    assert name_key("Association Les Tilleuls", "Blois").kind == ""
    assert name_key("Association Les Tilleuls", "Blois").core == "tilleuls"
    assert name_key("Association Bibliothèque Les Tilleuls", "Blois").kind == "BIB"


def test_a_name_of_empty_words_alone_is_its_words() -> None:
    assert name_key("Le Lab", "Blois").core == "lab"
    assert name_key("Espace de Blois", "Blois").core == "espace"


def test_what_tells_one_of_several_is_a_mark() -> None:
    assert name_key("Cyber-base Nord", "Blois").marks == "nord"
    assert name_key("Mairie annexe n° 3", "Blois").marks == "3 annexe"
    assert name_key("Cyber-base", "Blois").marks == ""


def test_columns_are_those_of_each_row_on_its_index() -> None:
    names = pd.Series(["Mairie", "EPN Nord", "Mairie"], index=[7, 3, 5])
    towns = pd.Series(["Blois", "Tours", "Orléans"], index=[7, 3, 5])
    keys = name_keys(names, towns)
    assert tuple(keys.columns) == NameKey._fields
    assert keys.index.tolist() == [7, 3, 5]
    assert keys.loc[3].tolist() == list(name_key("EPN Nord", "Tours"))


def test_no_rows_no_keys() -> None:
    empty = pd.Series([], dtype="str")
    assert name_keys(empty, empty).empty
