"""``opendata source new``: what it writes loads, runs and hides what it must."""

import json
import shlex
import tomllib
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from opendata.catalog import load_source
from opendata.checking import example_differences
from opendata.onboard import closed_lists, fees
from opendata.onboard.draft import draft
from opendata.onboard.guess import guess
from opendata.onboard.profile import profile_file
from opendata.onboard.proposal import Guess
from opendata.paths import Paths
from tests.conftest import Command

HEADER = (
    "code;Nom de l'espace;N°;Rue;CP;Ville;Tél;Portable;Mél;Site;X;Y;Type;Ouverture lundi;"
    "Ouverture mardi;Ouverture jeudi;Mise à jour;Accès PMR;Responsable;Surface"
)
ROWS = """
E1;Espace des Tilleuls;3;rue des Tilleuls;45000;Orléans;02 61 91 00 01;06 12 34 56 78;contact@exemple.fr;www.exemple.fr;618000,5;6755000,2;Espace public numérique;9h-12h;9h-12h;;12/03/2024;oui;Marie Martin;80
E2;Atelier des Mariniers;12;quai de Loire;41000;Blois;02 61 91 00 02;;julie.durand@exemple.fr;https://exemple.org/atelier;574000,1;6722000,7;Fablab;;14h-18h;14h-18h;15/03/2024;non;Paul Petit;120
E3;Point net du Berry;1;place de la Mairie;18000;Bourges;02 61 91 00 03;;;;655000,9;6665000,4;Ludothèque;;9h-12h;9h-12h;02/01/2023;non;Luc Lefevre;45
E4;Médiathèque du Pont;5;rue du Pont;37000;Tours;02 61 91 00 04;;accueil@exemple.fr;;525000,3;6702000,8;Médiathèque;14h-18h;;10h-12h;30/06/2022;oui;Anne Leroy;200
"""  # noqa: E501


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Mes lieux.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    return path


def test_the_mapping_of_a_plain_file(file: Path) -> None:
    found = draft(file, "mes-lieux")
    written = tomllib.loads(found.text)
    mapping = written["mapping"]
    assert mapping["id"] == {"column": "code"}
    assert mapping["nom"] == {"column": "Nom de l'espace"}
    assert mapping["adresse"] == {"join": ["N°", "Rue"], "separator": " "}
    assert mapping["code_postal"] == {"column": "CP"}
    assert mapping["commune"] == {"column": "Ville"}
    assert mapping["telephone"] == {"first_of": ["Tél", "Portable"]}
    assert mapping["courriels"] == {"column": "Mél"}
    assert mapping["site_web"] == {"column": "Site"}
    assert mapping["horaires"] == {
        "days": {"Mo": "Ouverture lundi", "Tu": "Ouverture mardi", "Th": "Ouverture jeudi"}
    }
    assert mapping["date_maj"] == {"column": "Mise à jour", "format": "%d/%m/%Y"}
    assert (mapping["latitude"], mapping["longitude"]) == ({"column": "Y"}, {"column": "X"})
    assert written["coordinates"] == {"projection": "EPSG:2154"}
    assert written["territory"] == "region:24"
    assert written["verified"] is False
    assert written["contract"] == {
        "required_columns": ["code", "Nom de l'espace", "N°", "Rue", "CP", "Ville", "Y", "X"],
        "min_rows": 3,
        "key": ["code"],
    }
    assert found.harvest.accepted == found.harvest.rows_in == 4


def test_a_column_of_numbers_whatever_its_name_goes_before_the_mobiles(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(";Tél;", ";Joindre;"), encoding="utf-8")
    mapping = tomllib.loads(draft(file, "mes-lieux").text)["mapping"]
    assert mapping["telephone"] == {"first_of": ["Joindre", "Portable"]}


def test_an_identifier_with_a_blank_stays_the_key(file: Path) -> None:
    row = "E{};Lieu {};{};rue du Pont;37000;Tours;;;;;;;Médiathèque;;;;;;;\n"
    rows = "".join(row.format(number, number, number) for number in range(10, 40))
    file.write_text(HEADER + ROWS + rows.replace("E20;", ";", 1), encoding="utf-8")
    found = draft(file, "mes-lieux")
    assert tomllib.loads(found.text)["mapping"]["id"] == {"column": "code"}
    assert found.harvest.rows_in - found.harvest.accepted == 1


def test_sentences_under_a_plain_header_are_the_description(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("Surface", "Descriptif")
    for surface in (";80", ";120", ";45", ";200"):
        text = text.replace(f"{surface}\n", ";Accès libre aux ordinateurs.\n")
    file.write_text(text, encoding="utf-8")
    mapping = tomllib.loads(draft(file, "mes-lieux").text)["mapping"]
    assert mapping["presentation_detail"] == {"column": "Descriptif"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Gratuit pour les adhérents", "Gratuit sous condition"),
        ("Gratuit pour tous", "Gratuit"),
        ("Gratuit pour le public", "Gratuit"),
        ("Adhésion 10 €", "Payant"),
        ("Gratuit pour les adhérents, payant sinon", ""),
    ],
)
def test_what_a_price_says(text: str, value: str) -> None:
    assert fees.meaning("Tarif", text) == value


def test_boxes_and_types_feed_closed_lists(file: Path) -> None:
    found = draft(file, "mes-lieux")
    mapping = tomllib.loads(found.text)["mapping"]
    boxes = {"oui": "Handicaps moteurs", "non": ""}
    assert mapping["prise_en_charge_specifique"] == {"column": "Accès PMR", "values": boxes}
    told = {rule["value"]: rule["terms"] for rule in mapping["categories"]}
    assert told["fablab"] == ["Fablab"]
    assert told["mediatheque"] == ["Médiathèque"]
    # What the list does not know is left to a person, with the rule to fill in.
    assert "« Ludothèque » (1)" in found.text
    assert '# à compléter avec des règles comme : { columns = ["Type"]' in found.text


def test_nobody_is_shown(file: Path) -> None:
    text = draft(file, "mes-lieux").text
    for personal in ("Martin", "Durand", "durand@", "contact@", "06 12", "02 61", "Lefevre"):
        assert personal not in text
    assert "#   Surface : 80 ; 120" in text


def test_examples_are_real_rows_and_run(file: Path) -> None:
    source = draft(file, "mes-lieux").source
    assert len(source.examples) == 2
    for example in source.examples:
        assert example.expect["nom"]
        assert len(example.expect) >= 8
        assert example_differences(source, example) == []


def test_the_licence_is_a_blank_that_says_what_it_implies(file: Path) -> None:
    found = draft(file, "mes-lieux")
    assert found.source.licence == "inconnue"
    assert "sans licence connue, rien de cette source n'est publié" in found.text


def guessed(tmp_path: Path, rows: list[dict[str, Any]]) -> Guess:
    path = tmp_path / "f.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    found = guess(profile_file(path))
    closed_lists.add(found)
    return found


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWX"


def with_column(tmp_path: Path, header: str, cells: list[str], street: str = "3 rue") -> Guess:
    """The guess for 24 places and one more column, which comes first; "" fills it up."""
    lines = [
        f"{cell};Espace {letter};{street} {letter};45000;Orléans"
        for cell, letter in zip_longest(cells, LETTERS, fillvalue="")
    ]
    path = tmp_path / "f.csv"
    path.write_text("\n".join([f"{header};Nom;Adresse;CP;Ville", *lines]), encoding="utf-8")
    found = guess(profile_file(path))
    closed_lists.add(found)
    return found


NUMBERS = [str(place + 1) for place in range(24)]
SHUFFLED = [str((place * 7) % 31 + 1) for place in range(24)]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("N° fiche", SHUFFLED),
        ("N°", SHUFFLED),
        ("Numéro", NUMBERS),
        ("Réf.", [f"R-{number}" for number in NUMBERS]),
        ("code_site", [f"S{number}" for number in NUMBERS]),
        ("Immatriculation", SHUFFLED),
        # No header says so, but each cell is a code and nothing else.
        ("Dossier", [f"D{number}/24" for number in NUMBERS]),
    ],
)
def test_an_identifier_is_told_by_its_header_or_its_codes(
    tmp_path: Path, header: str, cells: list[str]
) -> None:
    found = with_column(tmp_path, header, cells)
    assert found.mapping["id"] == [{"column": header}]
    assert found.mapping["adresse"] == [{"column": "Adresse"}]
    assert not found.composed


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Téléphone", [f"02 61 91 00 {place + 10}" for place in range(24)]),
        ("Mél", [f"contact{number}@exemple.fr" for number in NUMBERS]),
        ("Nombre de postes", SHUFFLED),
        ("Référent", [f"Prénom {letter}" for letter in LETTERS]),
        ("N° fiche", ["12", *SHUFFLED[1:20]]),  # four rows have none
        ("Dossier", ["en cours", *(f"D{number}" for number in NUMBERS[1:])]),
    ],
)
def test_a_column_that_is_only_unique_is_no_identifier(
    tmp_path: Path, header: str, cells: list[str]
) -> None:
    found = with_column(tmp_path, header, cells)
    assert found.mapping["id"] == [{"join": ["Nom", "Adresse", "Ville"], "separator": " "}]


@pytest.mark.parametrize(
    ("header", "numbers", "is_house"),
    [
        ("N°", SHUFFLED, True),
        ("Numéro", SHUFFLED, True),
        ("Numéro", NUMBERS, False),  # it counts the rows
        ("N° fiche", SHUFFLED, False),
    ],
)
def test_numbers_of_houses_and_of_records_are_told_apart(
    tmp_path: Path, header: str, numbers: list[str], is_house: bool
) -> None:
    found = with_column(tmp_path, header, numbers, street="rue")
    house = [{"join": [header, "Adresse"], "separator": " "}]
    assert found.mapping["adresse"] == (house if is_house else [{"column": "Adresse"}])
    assert (found.mapping["id"] == [{"column": header}]) is not is_house


@pytest.mark.parametrize("header", ["Mél", "Mail", "Courriel structure", "Mail(s)", "mel_contact"])
def test_few_mail_addresses_are_enough(tmp_path: Path, header: str) -> None:
    found = with_column(tmp_path, header, ["a@exemple.fr", "", "en cours", "voir la mairie"])
    assert found.mapping["courriels"] == [{"column": header}]


@pytest.mark.parametrize("header", ["Site", "Web", "Lien", "URL fiche", "www"])
def test_few_web_addresses_are_enough(tmp_path: Path, header: str) -> None:
    sites = ["https://exemple.fr/a", *["en construction", "page de la mairie"] * 2]
    share = 3 if header == "URL fiche" else 5
    found = with_column(tmp_path, header, sites[:share])
    assert found.mapping["site_web"] == [{"column": header}]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Tarif", {"Gratuit": "Gratuit", "5 €": "Payant"}),
        ("Tarifs", {"gratuit pour tous": "Gratuit", "Adhésion 10 €/an": "Payant"}),
        ("Coût", {"0 €": "Gratuit", "0,00 €": "Gratuit", "12,50 euros": "Payant"}),
        ("Payant", {"oui": "Payant", "non": "Gratuit"}),
        ("Gratuit oui/non", {"oui": "Gratuit", "non": "Payant"}),
        ("Payant", {"oui": "Payant", "non": "Gratuit", "Payant (5 €)": "Payant"}),
    ],
)
def test_prices_are_translated(tmp_path: Path, header: str, values: dict[str, str]) -> None:
    found = with_column(tmp_path, header, (list(values) * 12)[:24])
    assert found.mapping["frais_a_charge"] == [{"column": header, "values": values}]


def test_a_price_that_is_not_sure_is_left_to_a_person(tmp_path: Path) -> None:
    prices = ["5 €", "Gratuit", "Gratuit sauf impressions", "selon quotient", "pas payant"]
    path = tmp_path / "f.csv"
    rows = [f"{n};Espace {n};{prices[n % 5]}\n" for n in range(25)]
    path.write_text("id;Nom;Tarif\n" + "".join(rows), encoding="utf-8")
    found = draft(path, "f")
    rule = tomllib.loads(found.text)["mapping"]["frais_a_charge"]
    assert rule["values"] == {"5 €": "Payant", "Gratuit": "Gratuit"}
    assert set(found.unknown[0].counts) == set(prices[2:])


PLACES = [
    ("Espace A", "3 rue des Lilas", "45000", "Orléans", 47.9021, 1.9093),
    ("Espace B", "4 rue du Moulin", "41000", "Blois", 47.5861, 1.3359),
    ("Espace B", "8 place Neuve", "41000", "Blois", 47.5901, 1.3301),
]


def test_without_an_identifier_name_address_and_town_stand_in(tmp_path: Path) -> None:
    rows = [{"nom": n, "adresse": a, "cp": c, "ville": v} for n, a, c, v, *_ in PLACES]
    found = guessed(tmp_path, rows)
    assert found.mapping["id"] == [{"join": ["nom", "adresse", "ville"], "separator": " "}]
    assert (found.key, found.key_repeats) == (("nom", "adresse", "ville"), 0)


def test_a_repeated_identifier_is_joined_with_whose_it_is(tmp_path: Path) -> None:
    rows = [
        {"id": str(number // 2 if number < 10 else number), "nom": f"Lieu {number}",
         "source": "ABC"[number % 3]}
        for number in range(60)
    ]  # fmt: skip
    found = guessed(tmp_path, rows)
    assert found.mapping["id"] == [{"join": ["source", "id"], "separator": "-"}]
    assert (found.key_repeats, found.composed) == (0, False)


def test_an_identifier_with_a_slip_stays_the_key_alone(tmp_path: Path) -> None:
    rows = [
        {"N° fiche": str(max(number, 1)), "nom": f"Lieu {number}", "type": "ABC"[number % 3]}
        for number in range(40)
    ]
    found = guessed(tmp_path, rows)
    assert found.mapping["id"] == [{"column": "N° fiche"}]
    assert found.key_repeats == 1


def test_the_values_decide_which_axis_is_which(tmp_path: Path) -> None:
    rows = [{"id": str(i), "nom": p[0], "X": p[4], "Y": p[5]} for i, p in enumerate(PLACES)]
    found = guessed(tmp_path, rows)
    assert found.swapped
    assert found.mapping["latitude"] == [{"column": "X"}]


@pytest.mark.parametrize("ahead", [True, False])
def test_the_order_of_a_pair_is_that_of_its_values(tmp_path: Path, ahead: bool) -> None:
    pairs = [f"{p[4]},{p[5]}" if ahead else f"{p[5]},{p[4]}" for p in PLACES]
    rows = [{"id": str(i), "nom": f"Lieu {i}", "geo": pair} for i, pair in enumerate(pairs)]
    found = guessed(tmp_path, rows)
    part = 0 if ahead else 1
    assert found.mapping["latitude"] == [{"split": "geo", "separator": ",", "part": part}]


def test_a_second_column_serves_where_it_agrees_and_fills_holes(tmp_path: Path) -> None:
    rows = [
        {"id": str(i), "nom": f"Lieu {i}", "commune": "" if i == 1 else p[3],
         "commune saisie": p[3], "commune de naissance": "Tours"}
        for i, p in enumerate(PLACES)
    ]  # fmt: skip
    found = guessed(tmp_path, rows)
    assert found.mapping["commune"] == [{"first_of": ["commune", "commune saisie"]}]
    assert "commune de naissance" in {candidate.column.name for candidate in found.candidates}


def test_postcode_and_town_are_read_in_the_address(tmp_path: Path) -> None:
    rows = [
        {"id": str(i), "nom": f"Lieu {i}", "adresse": f"{p[1]}, {p[2]} {p[3]}"}
        for i, p in enumerate(PLACES)
    ]
    found = guessed(tmp_path, rows)
    assert found.mapping["code_postal"][0]["column"] == "adresse"
    assert found.mapping["commune"][0]["column"] == "adresse"


def test_a_fax_is_no_telephone(tmp_path: Path) -> None:
    rows = [
        {"id": str(i), "nom": f"Lieu {i}", "fax": "02 61 91 00 01", "télécopie": "02 61 91 00 02"}
        for i in range(3)
    ]
    assert "telephone" not in guessed(tmp_path, rows).mapping


def test_the_command_writes_tries_and_says_what_comes_next(
    file: Path, command: Command, paths: Paths
) -> None:
    status, said = command("source", "new", str(file))
    assert status == 0
    source = load_source("mes-lieux", paths)
    assert source.fetch.url == source.fetch.file == ""
    assert "4 lignes lues (csv), 4 acceptées, 0 mises de côté." in said
    assert f"opendata deposit mes-lieux '{file}'" in said
    assert "opendata check mes-lieux" in said


def test_an_address_goes_through_the_mirror(
    file: Path, command: Command, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://exemple.fr/espaces.csv"
    entry = f'[[file]]\nurl = "{url}"\npath = "{file.name}"\n'
    (file.parent / "mirror.toml").write_text(entry, encoding="utf-8")
    monkeypatch.setenv("OPENDATA_MIRROR", str(file.parent))
    status, said = command("source", "new", url)
    assert (status, "deposit" in said) == (0, False)
    assert load_source("espaces", paths).fetch.url == url
    assert command("check", "espaces")[0] == 0
    assert command("source", "new", "https://exemple.fr/absent.csv")[0] == 2


def test_nothing_is_overwritten_unless_asked(file: Path, command: Command, paths: Paths) -> None:
    assert command("source", "new", str(file), "--id", "essai")[0] == 0
    path = paths.catalog / "sources" / "essai.toml"
    path.write_text("# relu\n", encoding="utf-8")
    status, said = command("source", "new", str(file), "--id", "essai")
    assert (status, "--force" in said) == (2, True)
    assert path.read_text(encoding="utf-8") == "# relu\n"
    assert command("source", "new", str(file), "--id", "essai", "--force")[0] == 0


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "n'existe pas"),
        ("", "est vide"),
        ("a;b\n1;2\n3;4\n", "Aucune colonne de f.csv ne ressemble au nom d'un lieu"),
        ("<!doctype html><html></html>", "une page web"),
    ],
)
def test_what_cannot_be_drafted_is_one_sentence(
    tmp_path: Path, command: Command, content: str | None, expected: str
) -> None:
    path = tmp_path / "f.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    status, said = command("source", "new", str(path))
    assert (status, expected in said) == (2, True), said
    assert len(said.strip().splitlines()) == 1


def ragged(rows: int) -> str:
    """A file of places in which a record is cut, a line is short and one is too long."""
    lines = ["id;Nom;Adresse;CP;Ville;Mél"]
    for number in range(rows):
        street = f"{number} rue du Pont" + ("\nBât. B" if number == 3 else "")
        lines.append(f"E{number};Espace {number};{street};45000;Orléans;")
        lines += ["nul@exemple.fr;12"] if number == 5 else []
        lines += ["E1;a;b;c;d;e;f;g"] if number == 8 else []
    return "\n".join(lines) + "\n"


def test_ragged_lines_are_counted_and_spoil_nothing(
    tmp_path: Path, command: Command, paths: Paths
) -> None:
    path = tmp_path / "mes lieux.csv"
    path.write_text(ragged(20), encoding="utf-8")
    profile = profile_file(path)
    assert (profile.rows, len(profile.table)) == (22, 20)
    assert (profile.irregular, profile.joined) == ((9, 13), (5,))
    # The short line holds the only address, in the column of identifiers.
    assert profile.column("id").unique
    assert profile.column("Mél").filled == 0
    status, said = command("source", "new", str(path))
    assert status == 0
    assert "! 1 × un retour à la ligne coupait l'enregistrement (ligne 5) : il a été" in said
    assert "! 2 × la ligne n'a pas le nombre de cellules de l'en-tête (lignes 9, 13) : le" in said
    assert "est déjà celui d'une ligne précédente" not in said
    assert load_source("mes-lieux", paths).mapping["id"][0].columns == ("id",)


def test_lines_that_are_all_irregular_are_looked_at_all_the_same(
    tmp_path: Path, command: Command
) -> None:
    path = tmp_path / "lieux.csv"
    lines = [f"E{number};Espace {number}\n" for number in range(9)]
    path.write_text("id;Nom;\n" + "".join(lines), encoding="utf-8")
    status, said = command("source", "new", str(path))
    assert status == 0
    assert "(lignes 2, 3, 4, 5, 6…) : c'est le cas de plus de la moitié" in said


@pytest.mark.parametrize("verb", ["new", "import"])
def test_a_folder_is_called_one_and_a_file_of_it_named(
    tmp_path: Path, command: Command, verb: str
) -> None:
    folder = tmp_path / "reçus en mai"
    folder.mkdir()
    status, said = command("source", verb, str(folder))
    assert (status, said.strip()) == (2, f"« {folder} » est un dossier : donnez un fichier.")
    (folder / "b.json").write_text("{}")
    (folder / "c.csv").write_text("nom\n")
    status, said = command("source", verb, str(folder))
    named = folder / ("c.csv" if verb == "new" else "b.json")
    assert f"est un dossier : donnez un fichier, par exemple '{named}'." in said


def test_printed_commands_can_be_pasted(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "mes lieux d'été.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    status, said = command("source", "new", str(path))
    assert status == 0
    printed = next(line for line in said.splitlines() if "opendata deposit" in line)
    assert shlex.split(printed) == ["opendata", "deposit", "mes-lieux-d-ete", str(path)]


def test_the_draft_says_what_verified_does_and_when_examples_are_stale(file: Path) -> None:
    text = draft(file, "mes-lieux").text
    before, _, _ = text.partition("\nverified = false")
    assert "« opendata status --json » le dit. Passez à true" in before.splitlines()[-1]
    before, _, _ = text.partition("\n[[example]]")
    assert "change « expect » : « opendata check » dit où." in before.splitlines()[-1]


def test_check_names_the_stale_id_of_an_example(file: Path, command: Command, paths: Paths) -> None:
    assert command("source", "new", str(file))[0] == 0
    path = paths.catalog / "sources" / "mes-lieux.toml"
    rule = 'id = { join = ["code", "CP"], separator = "-" }'
    text = path.read_text(encoding="utf-8").replace('id = { column = "code" }', rule)
    path.write_text(text, encoding="utf-8")
    _, said = command("check", str(file), "--as", "mes-lieux")
    assert "exemple 1, id : « E" in said
