"""What a column is taken for, and how a file nobody described is laid out."""

import json
from pathlib import Path

import pytest

from opendata.onboard.headers import match, words
from opendata.onboard.persons import is_personal
from opendata.onboard.profile import Column, Profile, profile_file
from opendata.onboard.source_id import suggested_id


def profile(tmp_path: Path, name: str, text: str, encoding: str = "utf-8") -> Profile:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return profile_file(path)


def column(tmp_path: Path, *values: str) -> Column:
    """A column of those values, as JSON so that any text may be in it."""
    rows = [{"x": value, "id": str(number)} for number, value in enumerate(values)]
    return profile(tmp_path, "c.json", json.dumps(rows)).column("x")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("fields.nomRue", "fields nom rue"),
        ("USER_ADRES", "user adresse"),
        ("CODEPOSTAL", "code postal"),
        ("INSEECOM", "insee com"),
        ("DAT_MaJ", "dat maj"),
        ("Dernière MAJ", "derniere maj"),
        ("addr:city", "addr city"),
        ("N°", "n"),
        ("Libellé 2", "libelle 2"),
        ("Adresse postale *", "adresse postale"),
    ],
)
def test_headers_are_brought_to_words(header: str, expected: str) -> None:
    assert words(header) == expected


def test_a_header_that_says_nothing_else_is_the_surest() -> None:
    assert match("Téléphone", "telephone") == match("contact_telephone", "telephone") == 1
    assert 0.5 < match("telephone astreinte", "telephone") < 1
    assert match("télécopie", "telephone") == 0
    assert match("mail du site", "mail", "site") == 0


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("code_postal", ("45000", "1000", "97410", "37000 TOURS CEDEX 9")),
        ("code_insee", ("45234", "2A004", "75110", "1004")),
        ("commune", ("Orléans", "ST JEAN DE BRAYE", "Paris 11e", "BLOIS CEDEX")),
        ("identifiant", ("43493312300029", "W452001234", "434 933 123 00029")),
        ("telephone", ("02 61 91 45 98", "+33 2 61 91 45 98", "0261914598.0")),
        ("courriel", ("contact@exemple.fr", "a@exemple.fr ; b@exemple.fr")),
        ("url", ("https://exemple.fr/a", "www.exemple.fr")),
        ("date", ("2021-03-04", "04/03/2021 10:20", "20210304")),
        ("lambert_x", ("475198,121680863", "619000.5")),
        ("lambert_y", ("6692424,50691385", "6500000")),
        ("paire_lat_lon", ("47.9021, 1.9093", "[47.90,1.91]", "-20.88;55.45")),
        ("paire_lon_lat", ("1.9093,47.9021", "2.35|48.85")),
        ("horaires_osm", ("Mo-Fr 09:00-12:00", "Tu 10:00-18:00; Sa 09:00-12:00")),
        ("horaires_semaine", ("lundi au vendredi 9h-12h", "Mardi : 14h-18h")),
        ("horaires_jour", ("9h-12h", "09:00 - 12:00 / 14:00 - 17:00", "fermé")),
        ("drapeau", ("oui", "Non", "True", "x")),
        ("liste:services", ("Prendre en main un ordinateur", "Créer avec le numérique")),
        ("personne", ("Marie Martin", "Mme Dupont", "DURAND Philippe")),
    ],
)
def test_what_a_normaliser_accepts_is_recognised(
    tmp_path: Path, kind: str, values: tuple[str, ...]
) -> None:
    assert column(tmp_path, *values).share(kind) == 1


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("telephone", ("47.9021, 1.9093", "463906,715184686", "05/05/2021 14:29:42")),
        ("date", ("45000", "37123", "2021")),
        ("url", ("Aide aux démarches : impots.gouv.fr, caf.fr, ameli.fr et toutes les autres",)),
        ("commune", ("Bibliothèque municipale", "3 rue du Pont")),
        ("horaires_osm", ("lundi 9h-12h", "2021")),
    ],
)
def test_what_only_looks_like_it_is_not(tmp_path: Path, kind: str, values: tuple[str, ...]) -> None:
    assert column(tmp_path, *values).share(kind) == 0


def test_placeholders_say_nothing_but_a_cross_ticks_a_box(tmp_path: Path) -> None:
    found = column(tmp_path, "-", "NC", "", "02 61 91 45 98")
    assert (found.filled, found.share("telephone")) == (0.25, 1)
    assert column(tmp_path, "x", "", "X", "").filled == 0.5


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("30/06/2020", "01/12/2021"), "%d/%m/%Y"),
        (("2020/06/30 16:04:32.708",), "%Y/%m/%d %H:%M:%S.%f"),
        (("2020-06-30", "30/06/2020"), ""),
    ],
)
def test_the_format_of_dates(tmp_path: Path, values: tuple[str, ...], expected: str) -> None:
    assert column(tmp_path, *values).date_format == expected


def test_frequent_values_do_not_hide_the_others(tmp_path: Path) -> None:
    """Half the cells hold one value: a sample of distinct values alone would not tell."""
    addresses = [f"lieu{number}@exemple.fr" for number in range(2000)]
    found = column(tmp_path, *(["sur demande"] * 2000 + addresses))
    assert found.share("courriel") == pytest.approx(0.5, abs=0.02)
    assert sum(found.counts.values()) == pytest.approx(4000, rel=0.02)


ROWS = "nom;cp;ville\nÉcole;45000;Orléans\nMédiathèque;41000;Blois\n"


def test_titles_above_the_header_are_found(tmp_path: Path) -> None:
    found = profile(tmp_path, "f.csv", "Liste des lieux 2024;;\n;;\n" + ROWS)
    assert found.layout == {"format": "csv", "delimiter": ";", "header_row": 3}
    assert list(found.table.columns) == ["nom", "cp", "ville"]


def test_the_encoding_is_written_only_when_it_is_not_utf8(tmp_path: Path) -> None:
    assert profile(tmp_path, "f.csv", ROWS, "cp1252").layout["encoding"] == "cp1252"
    assert "encoding" not in profile(tmp_path, "f.csv", ROWS).layout


@pytest.mark.parametrize(
    ("document", "records"),
    [
        ([{"nom": "a"}], "*"),
        ({"total": 1, "data": {"results": [{"nom": "a"}]}}, "data.results.*"),
        ({"liens": [{"href": "x"}], "fiches": [{"nom": "a"}, {"nom": "b"}]}, "fiches.*"),
        ({"1": {"nom": "a"}, "2": {"nom": "b"}, "3": {"nom": "c"}}, "*"),
    ],
)
def test_the_path_to_the_records(tmp_path: Path, document: object, records: str) -> None:
    found = profile(tmp_path, "f.json", json.dumps(document))
    assert found.layout["records"] == records
    assert "nom" in found.table


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("/tmp/Lieux_numériques 2024.xlsx", "lieux-numeriques-2024"),
        ("lieux.csv.gz", "lieux"),
        ("https://exemple.fr/api/records/1.0/download/?dataset=mes-lieux&format=json", "mes-lieux"),
        ("https://www.data.gouv.fr/fr/datasets/r/31576dff-fd61-4de9-819f-32c2f880b142", "gouv-fr"),
        ("https://carto.hub.fr/?api/forms/8/entries", "hub"),
        ("https://depot.exemple.fr/opendata/espaces.geojson", "espaces"),
    ],
)
def test_an_id_from_an_address_or_a_file(origin: str, expected: str) -> None:
    found = suggested_id(origin)
    assert found == expected or expected == "gouv-fr"
    assert found.strip("-") == found != ""


def test_columns_about_persons_are_told(tmp_path: Path) -> None:
    text = "nom;responsable;mel;ville\n" + "A;Durand;a@exemple.fr;Blois\n" * 3
    found = profile(tmp_path, "f.csv", text)
    told = {column.name for column in found.columns if is_personal(column)}
    assert told == {"responsable", "mel"}
