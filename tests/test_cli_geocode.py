"""``opendata geocode``: the file that is given back, whatever the file that came."""

import csv
import importlib
import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.geocode.batch import COLUMNS
from opendata.paths import Paths
from tests.conftest import Command
from tests.geocode.ban.town import install

ADDED = [
    *("geo_precision", "geo_methode", "geo_score", "geo_longitude", "geo_latitude"),
    *("geo_code_insee", "geo_voie", "geo_numero", "geo_label", "ban_id"),
]
FILE = (
    "id,adresse,code_postal,commune\n"
    "001,12 bis rue Haute,45000,Orléans\n"
    "002,rue Inconnue,45000,Orléans\n"
    "003,,,\n"
    "004,3 rue Madame,75006,Paris\n"
    "001,12 rue Haute,45000,Orléans\n"
)


@pytest.fixture
def towns(paths: Paths) -> Paths:
    install(paths, "45")
    install(paths, "75")
    return paths


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lieux.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def content(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def geocoded(
    command: Command, file: Path, text: str | bytes, *options: str
) -> list[dict[str, str]]:
    """The rows given back for a file of this text."""
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    status, said = command("geocode", str(file), *options)
    assert status == 0, said
    return content(file.with_name(f"{file.stem}-geo.csv"))


def test_the_file_that_is_given_back(towns: Paths, command: Command, file: Path) -> None:
    status, said = command("geocode", str(file))
    assert status == 0
    written = file.with_name("lieux-geo.csv")
    assert f"{written} : 5 lignes (" in said
    assert "numero 3" in said
    text = written.read_bytes().decode("utf-8")
    assert text.splitlines()[0].split(",") == ["id", "adresse", "code_postal", "commune", *ADDED]
    assert text.endswith("\r\n")
    assert list(COLUMNS) == ADDED
    rows = content(written)
    # The columns that came: untouched, in order, in the order of their rows.
    before = list(csv.DictReader(io.StringIO(FILE)))
    assert [{name: row[name] for name in before[0]} for row in rows] == before
    assert [row["geo_precision"] for row in rows] == [
        *("numero", "commune", "aucune", "numero", "numero")
    ]
    score = rows[0].pop("geo_score")
    assert 0.9 < float(score) <= 1
    assert {name: rows[0].get(name) for name in ADDED if name != "geo_score"} == {
        "geo_precision": "numero",
        "geo_methode": "ban",
        "geo_longitude": "1.9012",
        "geo_latitude": "47.901",
        "geo_code_insee": "45234",
        "geo_voie": "Rue Haute",
        "geo_numero": "12b",
        "geo_label": "12b Rue Haute 45000 Orléans",
        "ban_id": "45234_0001_00012_bis",
    }
    assert [rows[2][name] for name in ADDED] == ["aucune", *[""] * 9]
    assert sorted(one.name for one in file.parent.iterdir() if one.is_file()) == [
        *("lieux-geo.csv", "lieux.csv")
    ]


def test_the_same_bytes_again(towns: Paths, command: Command, file: Path) -> None:
    """Whether the answers come from the cache or not."""
    written = file.with_name("lieux-geo.csv")
    contents = []
    for _ in range(2):
        assert command("geocode", str(file))[0] == 0
        contents.append(written.read_bytes())
    towns.geocode_cache.unlink()
    assert command("geocode", str(file))[0] == 0
    assert {*contents, written.read_bytes()} == {contents[0]}


@pytest.mark.parametrize("at_once", [1, 2])
def test_the_same_bytes_by_parts(
    towns: Paths, command: Command, file: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """However many rows are taken at once, département by département, they come back in order."""
    assert command("geocode", str(file))[0] == 0
    whole = file.with_name("lieux-geo.csv").read_bytes()
    towns.geocode_cache.unlink()
    monkeypatch.setattr(importlib.import_module("opendata.cli.geocode"), "_AT_ONCE", at_once)
    assert command("geocode", str(file))[0] == 0
    assert file.with_name("lieux-geo.csv").read_bytes() == whole


def test_semicolons_and_cp1252(towns: Paths, command: Command, file: Path) -> None:
    text = "N°;Adresse;Code Postal;Commune;Remarque\r\n01;12 rue Haute;45000;Orléans;« été »\r\n"
    (row,) = geocoded(command, file, text.encode("cp1252"))
    assert list(row) == ["N°", "Adresse", "Code Postal", "Commune", "Remarque", *ADDED]
    assert (row["N°"], row["Commune"], row["Remarque"]) == ("01", "Orléans", "« été »")
    assert row["geo_numero"] == "12"


@pytest.mark.parametrize(
    "header",
    [
        "ID,ADRESSE,CODE_POSTAL,COMMUNE",
        "id,Adresse,Code postal,Commune",
        "id,adresse,code-postal,commune",
        "\ufeffid,adresse,code_postal,commune",
    ],
)
def test_how_columns_are_written(towns: Paths, command: Command, file: Path, header: str) -> None:
    (row,) = geocoded(command, file, f"{header}\n1,12 rue Haute,45000,Orléans\n")
    assert row["ban_id"] == "45234_0001_00012"


def test_columns_of_other_names(towns: Paths, command: Command, file: Path) -> None:
    text = "Voie,CP,Ville,Code commune\n12 rue Haute,45000,Orléans,45234\n"
    options = ["--adresse", "Voie", "--code-postal", "CP", "--commune", "ville"]
    (row,) = geocoded(command, file, text, *options, "--code-insee", "code_commune")
    assert row["ban_id"] == "45234_0001_00012"


def test_some_columns_are_enough(towns: Paths, command: Command, file: Path) -> None:
    (row,) = geocoded(command, file, "commune\nOrléans\n")
    assert (row["geo_precision"], row["geo_code_insee"]) == ("commune", "45234")
    (row,) = geocoded(command, file, "adresse,code_insee\n12 rue Haute,45234\n")
    assert row["geo_precision"] == "numero"


@pytest.mark.parametrize("header", ["id,nom", "id,adresse"])
def test_columns_that_are_missing(towns: Paths, command: Command, file: Path, header: str) -> None:
    file.write_text(f"{header}\n1,2\n", encoding="utf-8")
    status, said = command("geocode", str(file), "--commune", "Ville")
    assert status == 2
    assert said.count("\n") == 1
    assert "lieux.csv" in said
    assert header.replace(",", ", ") in said
    assert "Ville" in said
    assert not file.with_name("lieux-geo.csv").exists()


def test_a_column_that_is_named_and_absent(towns: Paths, command: Command, file: Path) -> None:
    status, said = command("geocode", str(file), "--adresse", "voie")
    assert status == 2
    assert "voie" in said


def test_the_very_name_of_a_column_comes_first(towns: Paths, command: Command, file: Path) -> None:
    text = "adresse,Adresse,code_postal,commune\n12 rue Haute,3 rue Haute,45000,Orléans\n"
    (row,) = geocoded(command, file, text)
    assert row["geo_numero"] == "12"


@pytest.mark.parametrize(
    ("make", "status", "words"),
    [
        pytest.param(lambda path: path.unlink(), 2, "n'existe pas", id="absent"),
        pytest.param(lambda path: path.write_bytes(b""), 3, "est vide", id="empty"),
        pytest.param(lambda path: path.write_text("<html>"), 3, "page web", id="a web page"),
    ],
)
def test_files_that_are_none(
    towns: Paths, command: Command, file: Path, make: object, status: int, words: str
) -> None:
    make(file)  # type: ignore[operator]
    code, said = command("geocode", str(file))
    assert (code, said.count("\n")) == (status, 1)
    assert words in said
    assert not file.with_name("lieux-geo.csv").exists()


def test_a_folder_is_no_file(towns: Paths, command: Command, tmp_path: Path) -> None:
    status, said = command("geocode", str(tmp_path))
    assert status == 2
    assert "CSV" in said


def test_a_header_without_rows(towns: Paths, command: Command, file: Path) -> None:
    assert geocoded(command, file, "id,adresse,code_postal,commune\n") == []
    header = file.with_name("lieux-geo.csv").read_text(encoding="utf-8").strip()
    assert header.split(",") == ["id", "adresse", "code_postal", "commune", *ADDED]


def test_columns_of_ours_in_the_file_are_replaced(
    towns: Paths, command: Command, file: Path
) -> None:
    """Geocoding the result again gives the same bytes, whatever was in those columns."""
    assert command("geocode", str(file))[0] == 0
    once = file.with_name("lieux-geo.csv")
    assert command("geocode", str(once))[0] == 0
    assert once.with_name("lieux-geo-geo.csv").read_bytes() == once.read_bytes()
    text = "geo_label,id,ban_id,commune\nfaux,1,faux,Orléans\n"
    (row,) = geocoded(command, file, text)
    assert list(row) == ["id", "commune", *ADDED]
    assert (row["geo_label"], row["ban_id"]) == ("Orléans", "")


# --- what is printed ----------------------------------------------------------------------


def test_counts_as_json(towns: Paths, command: Command, file: Path, tmp_path: Path) -> None:
    output = tmp_path / "résultat" / "lieux géolocalisés.csv"
    status, said = command("geocode", str(file), "--json", "-o", str(output))
    assert status == 0
    told = json.loads(said)
    assert told == {
        "rows": 5,
        "output": str(output),
        "precisions": {"numero": 3, "commune": 1, "aucune": 1},
        "without_addresses": [],
        "vintage": told["vintage"],
    }
    assert "45 : 2026-11-01 ; 75 : 2026-11-01" in told["vintage"]
    assert len(content(output)) == 5


def test_departements_without_addresses_are_told(
    towns: Paths, command: Command, file: Path
) -> None:
    file.write_text("adresse,commune\n3 rue Haute,Blois\n3 rue Haute,Bourges\n", encoding="utf-8")
    status, said = command("geocode", str(file))
    assert status == 0
    assert "Sans adresses pour : 18, 41." in said
    assert "opendata reference update --departement 18 --departement 41" in said
    told = json.loads(command("geocode", str(file), "--json")[1])
    assert told["without_addresses"] == ["18", "41"]


def test_a_departement_without_addresses_nor_centre_is_told(
    towns: Paths, command: Command, file: Path
) -> None:
    """Valserhône has no centre in the reference: its addresses are all the more wanted."""
    file.write_text("adresse,commune,code_postal\n3 rue X,Valserhône,01200\n", encoding="utf-8")
    told = json.loads(command("geocode", str(file), "--json")[1])
    assert told["without_addresses"] == ["01"]


def test_in_english(
    towns: Paths, command: Command, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENDATA_LANG", "en")
    status, said = command("geocode", str(file))
    assert status == 0
    assert ": 5 rows (" in said
    status, said = command("geocode", str(file), "-o", str(file.parent))
    assert (status, "cannot be written" in said) == (2, True)


def test_what_was_mended_is_told(towns: Paths, command: Command, file: Path) -> None:
    """A short line is filled, and said once; the JSON stays JSON on its own stream."""
    file.write_text(
        "id,adresse,code_postal,commune\n1,12 rue Haute,45000\n2,3 rue Haute,45000,Orléans\n",
        encoding="utf-8",
    )
    status, said = command("geocode", str(file))
    assert status == 0
    assert "! ligne 2 : " in said
    assert [row["geo_numero"] for row in content(file.with_name("lieux-geo.csv"))] == ["12", "3"]


# --- where it is written ------------------------------------------------------------------


def test_a_result_that_cannot_be_written(towns: Paths, command: Command, file: Path) -> None:
    folder = file.parent / "dossier"
    folder.mkdir()
    status, said = command("geocode", str(file), "-o", str(folder))
    assert (status, said.count("\n")) == (2, 1)
    assert str(folder) in said
    assert "-o" in said
    assert not list(file.parent.glob(".*.part"))


def test_a_file_is_not_written_over_itself(towns: Paths, command: Command, file: Path) -> None:
    file.write_text("adresse;commune\n3 rue Haute;Orléans\n", encoding="cp1252")
    before = file.read_bytes()
    status, said = command("geocode", str(file), "-o", str(file))
    assert (status, file.read_bytes()) == (2, before)
    assert "lui-même" in said


def test_a_result_under_a_file(towns: Paths, command: Command, file: Path) -> None:
    status, said = command("geocode", str(file), "-o", str(file / "geo.csv"))
    assert (status, said.count("\n")) == (2, 1)
    assert "-o" in said


def test_a_write_that_fails_leaves_the_old_result(
    towns: Paths, command: Command, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = file.with_name("lieux-geo.csv")
    written.write_text("avant", encoding="utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pandas.DataFrame.to_csv", full)
    status, said = command("geocode", str(file))
    assert (status, "No space left on device" in said) == (2, True)
    assert written.read_text(encoding="utf-8") == "avant"
    assert not list(file.parent.glob(".*.part"))


# --- any file -----------------------------------------------------------------------------

_CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters='"'), max_size=8
).map(str.strip)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            _CELLS,
            st.sampled_from(["12 rue Haute", "3 rue Madame", "rue X", 'Mairie, "place"', ""]),
            st.sampled_from(["45234", "75106", "01001", "99999", ""]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_cells_come_back_as_they_were(
    towns: Paths, command: Command, file: Path, rows: list[tuple[str, str, str]]
) -> None:
    """Leading zeros, signs of every kind, quotation marks; and every row in its place."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["numéro", "note", "adresse", "code_insee"])
    writer.writerows((f"{place:04}", *row) for place, row in enumerate(rows))
    found = geocoded(command, file, out.getvalue())
    assert [tuple(row.values())[:4] for row in found] == [
        (f"{place:04}", *row) for place, row in enumerate(rows)
    ]
