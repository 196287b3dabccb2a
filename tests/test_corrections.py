"""Corrections: which one counts, when they expire, and where a steward is told."""

import json
from datetime import date

import pytest

from opendata import pipeline
from opendata.catalog import load_corrections, load_dataset
from opendata.corrections import publishable, unapplied_corrections
from opendata.errors import CatalogError
from opendata.paths import Paths
from opendata.release import store
from opendata.why import explain
from tests.builders import ROWS, small_dataset, small_source
from tests.conftest import Command

ENTRY = """[[correction]]
target = "{target}"
field = "{field}"
expect = "{expect}"
value = "{value}"
reason = "vu sur place"
author = "Ada"
date = {date}
"""


@pytest.fixture
def dataset(paths: Paths) -> Paths:
    small_source(paths)
    small_dataset(paths)
    return paths


def entry(
    field: str, expect: str, value: str, target: str = "essai:1", day: str = "2026-11-23"
) -> str:
    return ENTRY.format(target=target, field=field, expect=expect, value=value, date=day)


def write(paths: Paths, *entries: str) -> None:
    folder = paths.catalog / "corrections"
    folder.mkdir(exist_ok=True)
    (folder / "jeu.toml").write_text("".join(entries), encoding="utf-8")


def expired(paths: Paths) -> list[str]:
    return [one.sentence.fr for one in unapplied_corrections(load_dataset("jeu", paths), paths)]


def place(paths: Paths, key: str) -> dict[str, str]:
    lieux = store.read_table(store.latest(paths, "jeu"), "lieux").set_index("id")
    return {str(name): str(value) for name, value in lieux.loc[key].items()}


def test_new_values_of_a_row_are_read_beside_each_other() -> None:
    old = {"adresse": "", "code_postal": "", "commune": "Le Bourg"}
    address = "12 place, Le Bourg"
    # Beside the old commune nothing is left of it but a number and a kind of street.
    assert publishable({"adresse": address}, old) == {"adresse": ""}
    edits = {"adresse": address, "code_postal": "41 000", "commune": "Blois"}
    assert publishable(edits, old) == {**edits, "code_postal": "41000"}
    # A new value that cannot be read leaves the old one in its place.
    refused = publishable({"adresse": "37000 Tours", "code_postal": "x"}, {"code_postal": "45000"})
    assert refused == {"adresse": "", "code_postal": ""}


@pytest.mark.parametrize("text", ["inf", "nan", "quarante", ""])
def test_a_coordinate_is_a_finite_number(text: str) -> None:
    assert publishable({"latitude": text}, {}) == {"latitude": ""}


def test_a_corrected_row_is_published_with_all_its_new_values(dataset: Paths) -> None:
    write(
        dataset,
        entry("adresse", "12 quai de Loire", "Mairie, Blois", "essai:2"),
        entry("commune", "Blois", "Tours", "essai:2"),
        entry("code_postal", "41000", "37000", "essai:2"),
    )
    pipeline.run("jeu", dataset)
    found = place(dataset, "2")
    assert (found["adresse"], found["commune"]) == ("Mairie, Blois", "Tours")


def test_of_two_corrections_of_a_cell_the_last_of_the_file_counts(dataset: Paths) -> None:
    write(
        dataset,
        entry("nom", "Espace numérique des Tilleuls", "Premier nom", day="2026-12-01"),
        # The same row and the same cell, named otherwise.
        entry("nom", "Espace numérique des Tilleuls", "Second nom", "essai#2"),
    )
    report = pipeline.run("jeu", dataset).report
    assert place(dataset, "1")["nom"] == "Second nom"
    told = {one["code"]: one for one in report["problemes"] if one["code"].startswith("correc")}
    assert set(told) == {"correction_appliquee", "correction_remplacee"}
    example = told["correction_remplacee"]["exemples"][0]
    assert (example["ligne"], example["valeur"]) == (2, "Premier nom")
    assert told["correction_appliquee"]["nombre"] == 1


def test_a_key_stands_as_the_source_wrote_it(paths: Paths) -> None:
    small_source(paths, rows=ROWS.replace("\n2;", "\n2.0;"))
    small_dataset(paths)
    write(paths, entry("nom", "Atelier des Mariniers", "Atelier du Port", "essai:2.0"))
    pipeline.run("jeu", paths)
    assert place(paths, "2")["nom"] == "Atelier du Port"


def test_unapplied_corrections_say_what_the_source_says_now(dataset: Paths) -> None:
    write(
        dataset,
        entry("telephone", "02 61 91 00 09", "02 61 91 00 08"),
        entry("telephone", "02 61 91 00 09", "02 61 91 00 08", "essai:3"),
        entry("adresse", "", "2 rue X", "essai:99"),
        entry("nom", "Atelier des Mariniers", "Atelier du Port", "essai:2"),
    )
    pipeline.run("jeu", dataset)
    assert expired(dataset) == [
        "essai:1, Téléphone : attendu « 02 61 91 00 09 », la source dit maintenant "
        "« 02 61 91 00 01 »",
        "essai:3, Téléphone : attendu « 02 61 91 00 09 », la source dit maintenant (vide)",
        "essai:99, Adresse : attendu (vide), la source n'a plus cette ligne",
    ]


def test_a_correction_that_fits_several_rows_is_expired(paths: Paths) -> None:
    small_source(paths, rows=ROWS.replace("\n4;", "\n3;").replace(";02 61 91 00 04", ";"))
    small_dataset(paths)
    write(paths, entry("telephone", "", "02 61 91 00 08", "essai:3"))
    pipeline.run("jeu", paths)
    assert expired(paths) == [
        "essai:3, Téléphone : attendu (vide), plusieurs lignes de la source ont cette clé"
    ]


def test_unapplied_corrections_are_told_where_the_steward_looks(
    dataset: Paths, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(dataset, entry("nom", "Espace numérique des Tilleuls", "Espace des Tilleuls"))
    assert "sans effet" not in command("preview", "jeu")[1]
    assert command("publish", "jeu")[0] == 0
    assert json.loads(command("status", "jeu", "--json")[1])[0]["unapplied_corrections"] == []
    # The producer makes the same correction: the release is as it was, and still it is told.
    file = dataset.project / "essai.csv"
    file.write_text(ROWS.replace("Espace numérique des T", "Espace des T"), encoding="utf-8")
    sentence = (
        "essai:1, Nom : attendu « Espace numérique des Tilleuls », la source dit maintenant "
        "« Espace des Tilleuls »"
    )
    status, said = command("preview", "jeu")
    assert (status, "Rien de nouveau" in said) == (0, True)
    assert "! 1\u00a0correction sans effet" in said
    assert sentence in said
    assert sentence in command("status", "jeu")[1]
    lieu_id = place(dataset, "1")["lieu_id"]
    assert sentence in command("why", lieu_id)[1]
    assert sentence in command("why", "essai:1")[1]
    assert explain(place(dataset, "2")["lieu_id"], dataset)["unapplied_corrections"] == []
    monkeypatch.setenv("OPENDATA_LANG", "en")
    assert "essai:1, Name: expected “Espace numérique des Tilleuls”" in command("status")[1]


def test_a_run_tells_unapplied_corrections(
    dataset: Paths, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    import flows.publish

    write(dataset, entry("nom", "Autre chose", "Encore autre chose"))

    def without_engine(wanted: dict[str, object]) -> dict[str, object]:
        return pipeline.run(str(wanted["dataset"]), dataset).as_json()

    monkeypatch.setattr(flows.publish, "run_in_process", without_engine)
    status, said = command("run", "jeu")
    assert (status, "! 1\u00a0correction sans effet" in said) == (0, True)


@pytest.mark.parametrize(
    "day", ["2026-11-23", '"2026-11-23"', "2026-11-23T10:00:00", "2026-11-23T10:00:00Z"]
)
def test_a_date_is_a_toml_date_or_an_iso_text(dataset: Paths, day: str) -> None:
    write(dataset, entry("nom", "x", "y", day=day))
    found, _ = load_corrections("jeu", ("essai",), dataset)
    assert date.fromisoformat(found[0].date) == date(2026, 11, 23)


@pytest.mark.parametrize("day", ['"23/11/2026"', '"2026-13-01"', '"hier"', "10:00:00", "2026"])
def test_another_date_is_refused_with_a_sentence(dataset: Paths, day: str) -> None:
    write(dataset, entry("nom", "x", "y", day=day))
    with pytest.raises(CatalogError) as caught:
        pipeline.run("jeu", dataset)
    assert "« correction 1.date »" in caught.value.fr
    assert day.strip('"') in caught.value.fr


def test_a_correction_that_cannot_be_read_is_told(dataset: Paths, command: Command) -> None:
    write(dataset, entry("telephone", "02 61 91 00 01", "12"))
    said = "essai:1, Téléphone : « 12 » ne peut pas être publié dans ce champ"
    assert said in command("preview", "jeu")[1]
    assert said in command("status", "jeu")[1]
