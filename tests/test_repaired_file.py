"""The repaired file goes back: it reads as the original did, publishes the same, loses nothing."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from opendata.catalog import load_source
from opendata.checking import Checked, accept_deposit, check_target, write_report
from opendata.errors import ReadError, UsageError
from opendata.fetch import fetch
from opendata.harvest import Harvest, harvest
from opendata.paths import Paths
from opendata.read.given import EXTRA_CELLS, REMARKS
from opendata.repair import repaired
from opendata.schema import problems
from tests.builders import edit_source, small_source
from tests.conftest import MIRROR, PROJECT, Command

COLUMNS = ["id", "nom", "adresse", "cp", "ville", "tel", "mel", "maj"]
#: Every row has something to put right, and every defect its own column.
PLACES = [
    ["1", "Médiathèque &amp; Tilleuls", "3, rue des Tilleuls", "1000", "Bourg-en-Bresse",
     "0261910001", "Contact@Exemple.fr", "05/02/2025"],
    ["2", "Atelier « à l'Île »", "12 quai de Loire", "41000", "Blois", "abc", "pas une adresse",
     "17/06/2025"],
    ["3", "Point; net", "1 place, de la Mairie", "97400", "Saint-Denis", "+262692123456", "",
     "29/10/2025 10:30"],
    ["3", "Médiathèque du Pont", "5 rue du Pont", "37000", "Tours",
     "02.61.91.00.04 / 02.61.91.00.05", "a@exemple.fr et b@exemple.fr", ""],
]  # fmt: skip


def as_json(path: Path) -> None:
    rows = [dict(zip(COLUMNS, place, strict=True)) for place in PLACES]
    path.write_text(json.dumps({"reponse": {"lieux": rows}, "autres": rows[:1]}), "utf-8")


def as_geojson(path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(COLUMNS, place, strict=True)),
            "geometry": {"type": "Point", "coordinates": [1.9 + number / 8, 47.9]},
        }
        for number, place in enumerate(PLACES)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


def as_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["un autre tableau"] * 8,) * 9:
        sheet.append(row)
    sheet = book.create_sheet("Lieux")
    for row in (["Nos lieux"], [], COLUMNS, *PLACES):
        sheet.append(row)
    book.save(path)


def as_geopackage(path: Path) -> None:
    import numpy as np
    import pyogrio
    import shapely

    target = path.with_suffix(".gpkg")
    points = [shapely.Point(1.9 + number / 8, 47.9) for number in range(len(PLACES))]
    pyogrio.raw.write(
        target,
        geometry=shapely.to_wkb(np.array(points)),
        field_data=[np.array(column, object) for column in zip(*PLACES, strict=True)],
        # The format keeps a column "id" for itself.
        fields=["gid", *COLUMNS[1:]],
        geometry_type="Point",
        crs="EPSG:4326",
        driver="GPKG",
        layer="lieux",
    )
    target.rename(path)


def as_text(delimiter: str, encoding: str, above: str = "") -> Callable[[Path], None]:
    def write(path: Path) -> None:
        lines = io.StringIO()
        csv.writer(lines, delimiter=delimiter).writerows([COLUMNS, *PLACES])
        path.write_bytes((above + lines.getvalue()).encode(encoding))

    return write


_GEOGRAPHIC = ("geojson", "gpkg")
KINDS = {
    "json": (as_json, 'format = "json"\nrecords = "reponse.lieux.*"'),
    "geojson": (as_geojson, 'format = "geojson"'),
    "gpkg": (as_geopackage, 'format = "gpkg"\nlayer = "lieux"'),
    "xlsx": (as_workbook, 'format = "xlsx"\nsheet = "Lieux"\nheader_row = 3'),
    "cp1252": (as_text(",", "cp1252"), 'format = "csv"\nencoding = "cp1252"\ndelimiter = ","'),
    "titles": (as_text(";", "utf-8", "Nos lieux\n\n"), 'format = "csv"\nheader_row = 3'),
    "tabs": (as_text("\t", "utf-16"), 'format = "tsv"\nencoding = "utf-16"\ndelimiter = "tab"'),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def source_of(paths: Paths, kind: str) -> Path:
    """A source of that kind, fed by a file of that kind."""
    write, options = KINDS[kind]
    file = small_source(paths)
    write(file)
    edit_source(paths, "essai", 'format = "csv"', options)
    points = (
        'latitude = { column = "geometry.latitude" }\nlongitude = { column = "geometry.longitude" }'
        if kind in _GEOGRAPHIC
        else ""
    )
    if kind == "gpkg":
        edit_source(paths, "essai", 'key = ["id"]', 'key = ["gid"]')
        edit_source(paths, "essai", '["id", "nom"]', '["gid", "nom"]')
        edit_source(paths, "essai", '{ column = "id" }', '{ column = "gid" }')
    edit_source(
        paths,
        "essai",
        'categories = { constant = "epn" }',
        f'date_maj = {{ column = "maj", format = "%d/%m/%Y" }}\n{points}\n'
        'categories = { constant = "epn" }',
    )
    return file


def of_text(paths: Paths, rows: str) -> Checked:
    return check_target(str(small_source(paths, rows=rows)), "essai", paths)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=";"))


def worth(found: Harvest) -> int:
    """How many of its issues a producer should look at."""
    severe = [code for code, one in problems().items() if one.severity in ("error", "warning")]
    return int(found.issues["code"].isin(severe).sum())


def same_places(before: Harvest, after: Harvest) -> None:
    """As many rows accepted, the same values published, no problem more."""
    assert (after.rows_in, after.accepted) == (before.rows_in, before.accepted)
    pd.testing.assert_frame_equal(
        after.table.reset_index(drop=True), before.table.reset_index(drop=True)
    )
    assert worth(after) <= worth(before)
    assert len(after.issues) <= len(before.issues)


def test_a_repaired_file_is_checked_as_its_source(paths: Paths, tmp_path: Path, kind: str) -> None:
    source_of(paths, kind)
    before = check_target("essai", None, paths)
    assert before.harvest.accepted == 3
    assert (before.harvest.table["latitude"].notna().sum() > 0) == (kind in _GEOGRAPHIC)
    files = write_report(before, tmp_path / "r")
    after = check_target(str(files.repaired), "essai", paths)
    same_places(before.harvest, after.harvest)
    # A file already put right stays as it is, its remarks included.
    again = write_report(after, tmp_path / "s")
    assert again.repaired.read_bytes() == files.repaired.read_bytes()
    assert not any(one["column"] == REMARKS for one in after.diagnosis["unread"])


def test_a_repaired_file_is_deposited_and_harvested(
    paths: Paths, tmp_path: Path, kind: str
) -> None:
    source_of(paths, kind)
    before = check_target("essai", None, paths)
    files = write_report(before, tmp_path)
    snapshot, looked_at = accept_deposit("essai", files.repaired, paths)
    assert snapshot.via == "deposit" and snapshot.path.suffix == ".csv"
    assert looked_at is not None and looked_at.accepted == 3
    source = load_source("essai", paths)
    after = harvest(source, fetch(source, paths), paths)
    assert after.snapshot == snapshot and not after.error_fr
    same_places(before.harvest, after)
    # Read back from what the first harvest stored, it is the same.
    same_places(before.harvest, harvest(source, fetch(source, paths), paths))


def test_a_workbook_saved_from_the_repaired_file_goes_back_too(
    paths: Paths, tmp_path: Path
) -> None:
    source_of(paths, "xlsx")
    before = check_target("essai", None, paths)
    rows = rows_of(write_report(before, tmp_path).repaired)
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (list(rows[0]), *(list(row.values()) for row in rows)):
        book.active.append(row)
    book.save(tmp_path / "rendu.xlsx")
    same_places(before.harvest, check_target(str(tmp_path / "rendu.xlsx"), "essai", paths).harvest)


def test_what_is_fetched_keeps_to_what_is_declared(paths: Paths, tmp_path: Path) -> None:
    """Another format than declared: refused from the origin, read from a person's hand."""
    file = small_source(paths)
    given = tmp_path / "lieux.json"
    given.write_text(json.dumps([dict(zip(COLUMNS, PLACES[0], strict=True))]), "utf-8")
    as_workbook(file)
    with pytest.raises(ReadError, match="déclaré au format « csv »"):
        check_target("essai", None, paths)
    snapshot, _ = accept_deposit("essai", given, paths)
    assert snapshot.path.suffix == ".json"
    source = load_source("essai", paths)
    found = harvest(source, fetch(source, paths), paths)
    assert found.snapshot == snapshot and found.accepted == 1


@pytest.mark.parametrize("kind", ["json", "xlsx", "cp1252"])
def test_a_web_page_is_refused_everywhere(paths: Paths, tmp_path: Path, kind: str) -> None:
    source_of(paths, kind)
    page = tmp_path / "essai-corrige.csv"
    page.write_text("<!doctype html><html><body>id;nom;maj\n1;Connexion;\n</body></html>", "utf-8")
    for ask in (
        lambda: check_target(str(page), "essai", paths),
        lambda: accept_deposit("essai", page, paths),
    ):
        with pytest.raises(ReadError, match="page web"):
            ask()


def test_another_file_is_told_by_its_columns(paths: Paths, tmp_path: Path) -> None:
    """A CSV that is not the source's is not called damaged JSON: its columns are named."""
    source_of(paths, "json")
    other = tmp_path / "autre.csv"
    other.write_text("produit;prix\npain;1\n", "utf-8")
    with pytest.raises(Exception, match="produit") as refused:
        check_target(str(other), "essai", paths)
    assert "id" in str(refused.value)


def test_utf8_without_a_mark_is_read_as_such(paths: Paths, tmp_path: Path) -> None:
    source_of(paths, "cp1252")
    edited = tmp_path / "lieux.csv"
    as_text(",", "utf-8")(edited)
    found = check_target(str(edited), "essai", paths).harvest
    assert found.originals["nom"].iloc[1] == "Atelier « à l'Île »"


# --- nothing is lost --------------------------------------------------------------------


def test_what_publishing_drops_stays_in_the_file(paths: Paths, tmp_path: Path) -> None:
    rows = (
        "id;nom;adresse;cp;ville;tel;mel\n"
        "1;Les Tilleuls;3 rue du Pont 02 61 91 00 09;45000;Orléans;0261910001 / 0261910002;"
        "a@exemple.fr, pas une adresse\n"
        '2;"Atelier\nde Blois";12 quai de Loire;41000;Blois;0261910003 (le matin);b@exemple.fr;'
        f"en trop;{'x' * 400}\n"
        '3;["A", "B"];1 place;18000;Bourges;3949;Contact@Exemple.fr; \n'
    )
    checked = of_text(paths, rows)
    files = write_report(checked, tmp_path / "r")
    one, two, three = rows_of(files.repaired)
    assert one["tel"] == "0261910001 / 0261910002"
    assert one["mel"] == "a@exemple.fr, pas une adresse"
    assert one["adresse"] == "3 rue du Pont 02 61 91 00 09"
    assert two["nom"] == "Atelier\nde Blois"
    assert two["tel"] == "0261910003 (le matin)"
    assert two[EXTRA_CELLS] == f"en trop | {'x' * 400}"
    assert (three["nom"], three["tel"]) == ('["A", "B"]', "3949")
    assert three["mel"] == "contact@exemple.fr"
    assert list(one)[-2:] == [EXTRA_CELLS, REMARKS]
    again = check_target(str(files.repaired), "essai", paths)
    same_places(checked.harvest, again.harvest)
    given_back = rows_of(write_report(again, tmp_path / "s").repaired)
    # The row is no longer irregular; all its cells are still there.
    assert "Ligne : " in two.pop(REMARKS) and given_back[1].pop(REMARKS) == ""
    assert given_back == [one, two, three]


def test_more_cells_beyond_the_header_join_those_of_an_earlier_check(paths: Paths) -> None:
    rows = f"id;nom;{EXTRA_CELLS}\n1;A;un;deux\n2;B;;trois\n3;C;quatre\n"
    checked = of_text(paths, rows)
    table = repaired(checked.raw, checked.source, checked.harvest)
    assert table[EXTRA_CELLS].tolist() == ["un | deux", "trois", "quatre"]


@pytest.mark.parametrize(
    ("field", "written", "shown"),
    [
        ("mel", "contact@wanadou.fr", "contact@wanadoo.fr"),
        ("mel", "contact@wanadou.fr;accueil@exemple.fr", "contact@wanadoo.fr ; accueil@exemple.fr"),
        ("mel", "Marie Dupont contact@wanadou.fr", "Marie Dupont contact@wanadou.fr"),
        ("maj", "8 juillet 2022", "2022-07-08"),
        ("maj", "le 8 juillet 2022, sauf le bar", "le 8 juillet 2022, sauf le bar"),
        ("maj", "2022", "2022"),
        ("maj", "08/07/2022 09:30", "08/07/2022 09:30"),
        ("nom", "MÃ©diathÃ¨que", "Médiathèque"),
        ("nom", r'["Lieu \"B\"", "C"]', r'["Lieu \"B\"", "C"]'),
        ("adresse", "3, rue du Pont", "3 rue du Pont"),
        ("adresse", "3 rue du Pont 45000 Orléans", "3 rue du Pont 45000 Orléans"),
    ],
)
def test_a_cell_is_put_right_where_it_says_no_less(
    paths: Paths, field: str, written: str, shown: str
) -> None:
    place = {"id": "1", "nom": "Lieu", "adresse": "1 rue X", "cp": "45000", "ville": "Orléans"}
    place |= {"tel": "", "mel": "", "maj": "", field: written}
    file = small_source(paths)
    with file.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, delimiter=",").writerows([place, place.values()])
    edit_source(
        paths, "essai", "telephone =", 'date_maj = { column = "maj", optional = true }\ntelephone ='
    )
    checked = check_target(str(file), "essai", paths)
    assert repaired(checked.raw, checked.source, checked.harvest)[field].tolist() == [shown]


def test_a_date_with_a_time_keeps_it(paths: Paths, tmp_path: Path) -> None:
    source_of(paths, "json")
    rows = rows_of(write_report(check_target("essai", None, paths), tmp_path).repaired)
    assert [row["maj"] for row in rows] == ["2025-02-05", "2025-06-17", "29/10/2025 10:30", ""]


@pytest.mark.parametrize(
    ("written", "postcode", "shown"),
    [
        ("+33261910005", "45000", "02 61 91 00 05"),
        ("02.61.91.00.05", "45000", "02 61 91 00 05"),
        ("261910005.0", "45000", "02 61 91 00 05"),
        ("2,61910005E+08", "45000", "02 61 91 00 05"),
        ("Tél. : 0261910005", "45000", "02 61 91 00 05"),
        ("+33 (0)2 61 91 00 05", "45000", "02 61 91 00 05"),
        ("+262692123456", "97400", "0692 12 34 56"),
        ("0692123456", "97400", "0692 12 34 56"),
        ("02 61 91 00 05", "45000", "02 61 91 00 05"),
        ("+687261234", "98800", "26.12.34"),
        # Without its country code nobody could tell whose number this is.
        ("+687 26 12 34", "", "+687261234"),
        ("+32 2 123 45 67", "45000", "+32 2 123 45 67"),
        ("0261910005 poste 12", "45000", "0261910005 poste 12"),
        ("12 0261910005", "45000", "12 0261910005"),
    ],
)
def test_telephone_numbers_are_written_for_people(
    paths: Paths, written: str, postcode: str, shown: str
) -> None:
    rows = f"id;nom;adresse;cp;ville;tel;mel\n1;Lieu;1 rue X;{postcode};Ville;{written};\n"
    checked = of_text(paths, rows)
    assert repaired(checked.raw, checked.source, checked.harvest)["tel"].tolist() == [shown]


def test_each_of_several_columns_is_put_right(paths: Paths) -> None:
    rows = (
        "id;nom;fixe;mobile;autre\n1;A;0261910001;;x\n2;B;abc;0261910002;y\n"
        "3;C;0261910003;0261910004;z\n"
    )
    file = small_source(paths, rows=rows)
    edit_source(
        paths, "essai",
        'telephone = { column = "tel", optional = true }',
        'telephone = { first_of = ["fixe", "mobile"] }',
    )  # fmt: skip
    checked = check_target(str(file), "essai", paths)
    table = repaired(checked.raw, checked.source, checked.harvest)
    assert table["fixe"].tolist() == ["02 61 91 00 01", "abc", "02 61 91 00 03"]
    assert table["mobile"].tolist() == ["", "02 61 91 00 02", "02 61 91 00 04"]


# --- remarks ----------------------------------------------------------------------------


def test_remarks_are_what_the_producer_should_look_at(paths: Paths) -> None:
    rows = (
        "id;nom;adresse;cp;ville;tel;mel\n"
        "1;Les Tilleuls;=3 rue du Pont;45000;Orléans;0261910001 / 0261910002;\n"
        "2;Atelier;12 quai de Loire;41000;Blois;abc;;;;;en trop\n"
    )
    checked = of_text(paths, rows)
    remarks = repaired(checked.raw, checked.source, checked.harvest)[REMARKS].tolist()
    assert remarks[0] == ""  # spelling and what was left out are no defects of theirs
    assert "Téléphone : « abc »" in remarks[1]
    assert "Ligne : " in remarks[1] and "trouvées / attendues : 11 / 7" in remarks[1]
    assert "≠" not in remarks[1]
    assert not remarks[1].startswith(" : ") and " ;  : " not in remarks[1]


def test_a_column_of_remarks_of_the_producer_is_theirs(paths: Paths, tmp_path: Path) -> None:
    checked = of_text(paths, "id;nom;remarques;tel\n1;A;fermé en août;abc\n2;B;;\n")
    files = write_report(checked, tmp_path / "r")
    one, two = rows_of(files.repaired)
    assert (one["remarques"], two["remarques"]) == ("fermé en août", "")
    assert "abc" in list(one.values())[-1]
    again = check_target(str(files.repaired), "essai", paths)
    assert list(again.raw.columns) == ["id", "nom", "remarques", "tel"]
    assert write_report(again, tmp_path / "s").repaired.read_bytes() == files.repaired.read_bytes()


def test_a_folder_is_told_from_a_missing_file(command: Command, paths: Paths) -> None:
    small_source(paths)
    folder = paths.home / "un dossier"
    folder.mkdir(parents=True)
    for arguments in (
        ("check", str(folder)), ("check", str(folder), "--as", "essai"),
        ("deposit", "essai", str(folder)),
    ):  # fmt: skip
        status, said = command(*arguments)
        assert status == 2 and "est un dossier" in said and "n'existe pas" not in said
    status, said = command("check", str(folder / "absent.csv"), "--as", "essai")
    assert status == 2 and "n'existe pas" in said
    with pytest.raises(UsageError, match="n'existe pas"):
        accept_deposit("essai", folder / "absent.csv", paths)


# --- real files -------------------------------------------------------------------------


@pytest.mark.mirror
@pytest.mark.parametrize(
    "name", ["hub-lo", "gironde", "france-services", "angers", "osm-coworking", "maine-et-loire"]
)
def test_real_files_go_back(tmp_path: Path, mirror: Path, name: str) -> None:
    paths = Paths(home=tmp_path, catalog=PROJECT / "catalog", mirror=MIRROR)
    before = check_target(name, None, paths)
    files = write_report(before, tmp_path / "r")
    after = check_target(str(files.repaired), name, paths)
    same_places(before.harvest, after.harvest)
    if name in ("angers", "osm-coworking"):
        snapshot, _ = accept_deposit(name, files.repaired, paths)
        same_places(before.harvest, harvest(before.source, fetch(before.source, paths), paths))
        assert snapshot.via == "deposit"


def test_a_shifted_row_is_set_aside_until_its_extra_cell_is_gone(
    paths: Paths, tmp_path: Path
) -> None:
    rows = "id;nom;adresse;cp;ville;tel;mel\n" + "".join(
        f"{n};Lieu {n};{n} rue du Pont;45000;Orléans;02 61 91 00 {n};\n" for n in range(10, 30)
    )
    checked = of_text(paths, rows + "30;Lieu; 3 rue; du Pont;45000;Orléans;02 61 91 00 30;\n")
    assert checked.harvest.table["refus"].tolist()[-1] == "ligne_decalee"
    files = write_report(checked, tmp_path / "r")
    again = check_target(str(files.repaired), "essai", paths)
    assert again.harvest.table["refus"].tolist()[-1] == "ligne_decalee"
    whole = files.repaired.read_text("utf-8-sig").replace(
        "30;Lieu;3 rue;du Pont;45000;Orléans;02 61 91 00 30;",
        '30;Lieu;"3 rue; du Pont";45000;Orléans;02 61 91 00 30;;',
    )
    files.repaired.write_text(whole, "utf-8-sig")
    fixed = check_target(str(files.repaired), "essai", paths)
    assert fixed.harvest.accepted == 21
