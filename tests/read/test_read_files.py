"""Workbooks, vector files and archives, and whatever is not a table at all."""

import datetime
import gzip
import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from opendata.errors import ReadError
from opendata.model import Fetch
from opendata.read import FORMATS, READERS, base, read


def refused(path: Path, **options: Any) -> ReadError:
    with pytest.raises(ReadError) as caught:
        read(path, Fetch(**options))
    assert str(path.parent) not in caught.value.fr
    return caught.value


def zipped(path: Path, **members: bytes | str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return path


# --- any file --------------------------------------------------------------------------


def test_every_reader_keeps_the_same_promises() -> None:
    for reader in READERS:
        assert reader.NAME
        assert reader.FORMATS
        assert reader.SUFFIXES
        assert not reader.sniff(b"")
    assert len(set(FORMATS)) == len(FORMATS)


def test_every_issue_and_sentence_is_declared() -> None:
    from opendata.schema import problems

    codes = {
        *("ligne_irreguliere", "octets_illisibles", "caractere_nul", "guillemet_non_ferme"),
        *("enregistrement_illisible", "geometrie_illisible"),
        *("projection_convertie", "projection_inconnue"),
    }
    assert codes <= set(problems())


def test_a_folder_and_a_missing_file_are_not_tables(tmp_path: Path) -> None:
    folder = tmp_path / "dossier"
    folder.mkdir()
    assert refused(folder).code == "pas_un_fichier"
    assert refused(tmp_path / "absent.csv").code == "fichier_absent"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_access_is_said(tmp_path: Path) -> None:
    path = tmp_path / "ferme.csv"
    path.write_text("a;b\n")
    path.chmod(0)
    assert refused(path).code == "fichier_illisible"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7 ...", "pas_une_table"),
        (b'<?xml version="1.0"?><liste/>', "pas_une_table"),
        (bytes(range(256)) * 4, "format_inconnu"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "lieux"
    path.write_bytes(content)
    assert refused(path).code == code


def test_the_sentence_exists_in_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENDATA_LANG", "en")
    assert str(refused(tmp_path / "absent.csv")).startswith("The file absent.csv does not exist")


# --- workbooks -------------------------------------------------------------------------


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_typed_cells_become_the_text_they_show(tmp_path: Path) -> None:
    row = [
        *(45100, 45100.0, 2.5, 1e-7, True, " x ", None, "01004"),
        *(datetime.date(2026, 11, 23), datetime.datetime(2026, 11, 23, 9, 30)),
        *(datetime.time(9, 30), datetime.timedelta(hours=30)),
    ]
    path = workbook(tmp_path / "lieux.xlsx", A=[[f"c{n}" for n in range(len(row))], row])
    table, issues, kind = read(path, Fetch())
    assert kind == "xlsx"
    assert issues.empty
    assert table.index.tolist() == [2]
    assert table.loc[2].tolist() == [
        *("45100", "45100", "2.5", "0.0000001", "true", "x", "", "01004"),
        *("2026-11-23", "2026-11-23T09:30:00", "09:30:00", "30:00:00"),
    ]


def test_the_fullest_sheet_wins_and_titles_are_skipped(tmp_path: Path) -> None:
    rows = [[], ["Liste des lieux"], [], ["nom", "ville", "cp"], ["A", "B", 1], [], ["C", "D", 2]]
    notice = [["Lisez-moi"], ["Mise à jour en mai"]]
    path = workbook(tmp_path / "lieux.xlsx", Notice=notice, Lieux=rows, Vide=[])
    table, _, _ = read(path, Fetch())
    assert table.to_dict("index") == {
        5: {"nom": "A", "ville": "B", "cp": "1"},
        7: {"nom": "C", "ville": "D", "cp": "2"},
    }
    table, _, _ = read(path, Fetch(sheet="Notice"))
    assert table["Lisez-moi"].tolist() == ["Mise à jour en mai"]
    table, _, _ = read(path, Fetch(sheet="Lieux", header_row=5))
    assert list(table.columns) == ["A", "B", "1"]


def test_a_header_alone_is_an_empty_table(tmp_path: Path) -> None:
    table, _, _ = read(workbook(tmp_path / "lieux.xlsx", A=[["nom", "ville"]]), Fetch())
    assert table.shape == (0, 2)
    assert set(table.dtypes.astype(str)) == {"str"}


def test_a_wrong_sheet_names_the_sheets_there_are(tmp_path: Path) -> None:
    path = workbook(tmp_path / "lieux.xlsx", Un=[["a"]], Deux=[["b"]])
    error = refused(path, sheet="Trois")
    assert error.code == "feuille_absente"
    assert "Un, Deux" in error.fr
    assert refused(path, header_row=40).code == "entete_absent"
    assert refused(workbook(tmp_path / "vide.xlsx", A=[])).code == "fichier_vide"


def test_damaged_workbooks_are_said(tmp_path: Path) -> None:
    path = workbook(tmp_path / "lieux.xlsx", A=[["a", "b"], [1, 2]])
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert refused(path).code == "archive_illisible"
    path.write_bytes(b"PK\x03\x04" + b"\0" * 200)
    assert refused(path).code == "archive_illisible"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000)
    assert refused(path).code == "classeur_illisible"
    path.write_text("a;b\n1;2\n")
    assert refused(path, format="xlsx").code == "classeur_illisible"


def test_a_lone_cell_far_away_kills_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "nom"
    book.active["XFD1048576"] = "x"
    book.save(tmp_path / "loin.xlsx")
    assert refused(tmp_path / "loin.xlsx").code == "classeur_illisible"


ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:spreadsheet><table:table table:name="Lieux">
<table:table-row>
<table:table-cell office:value-type="string"><text:p>nom</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>cp</text:p></table:table-cell>
</table:table-row>
<table:table-row>
<table:table-cell office:value-type="string"><text:p>Été</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="45100"><text:p>45100</text:p>
</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>
</office:document-content>"""
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def test_ods(tmp_path: Path) -> None:
    path = tmp_path / "lieux.ods"
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest='
        '"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", ODS_TYPE)
        archive.writestr("content.xml", ODS.replace("\n", ""))
        archive.writestr("META-INF/manifest.xml", manifest)
    table, _, kind = read(path, Fetch())
    assert kind == "ods"
    assert table.to_dict("index") == {2: {"nom": "Été", "cp": "45100"}}


def test_a_zip_bomb_in_a_workbook_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "RATIO_FLOOR_BYTES", 1_000_000)
    path = workbook(tmp_path / "lieux.xlsx", A=[["a", "b"], [1, 2]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.bin", b"\0" * 20_000_000)
    assert refused(path).code == "archive_demesuree"
    lie_about_size(path, "xl/media/image1.bin", 10)
    assert refused(path).code == "archive_demesuree"


def lie_about_size(path: Path, member: str, size: int) -> None:
    """Rewrite the uncompressed size that the directory of the zip declares."""
    content = bytearray(path.read_bytes())
    entry = content.rindex(member.encode()) - 46
    assert content[entry : entry + 4] == b"PK\x01\x02"
    content[entry + 24 : entry + 28] = struct.pack("<I", size)
    path.write_bytes(content)


# --- archives --------------------------------------------------------------------------


def test_gz_and_zip_around_a_csv(tmp_path: Path) -> None:
    (tmp_path / "lieux.csv.gz").write_bytes(gzip.compress("nom;ville\né;b\n".encode("cp1252")))
    table, _, kind = read(tmp_path / "lieux.csv.gz", Fetch(format="csv"))
    assert (kind, table.loc[2, "nom"]) == ("csv", "é")
    path = zipped(
        tmp_path / "lieux.zip",
        **{"donnees__lieux_csv": "a;b\n1;2\n", "LISEZMOI_txt": "x", "__MACOSX__._lieux_csv": "x"},
    )
    table, _, kind = read(path, Fetch())
    assert (kind, table.to_dict("index")) == ("csv", {2: {"a": "1", "b": "2"}})


def test_layer_chooses_among_several_files(tmp_path: Path) -> None:
    path = zipped(tmp_path / "lieux.zip", un_csv="a;b\n1;2\n", deux_json='[{"c":1}]')
    error = refused(path)
    assert error.code == "archive_ambigue"
    assert "un.csv, deux.json" in error.fr
    assert read(path, Fetch(layer="deux"))[2] == "json"
    assert read(path, Fetch(layer="un.csv"))[2] == "csv"


def test_archives_that_cannot_be_used(tmp_path: Path) -> None:
    assert refused(zipped(tmp_path / "a.zip", photo_jpg="x")).code == "archive_sans_table"
    assert refused(zipped(tmp_path / "b.zip")).code == "archive_sans_table"
    inner = gzip.compress(b"a;b\n")
    assert refused(zipped(tmp_path / "c.zip", lieux_csv=inner)).code == "archive_imbriquee"
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(b"a;b\n" * 5_000)[:-12])
    assert refused(tmp_path / "d.csv.gz").code == "archive_illisible"
    path = zipped(tmp_path / "e.zip", lieux_csv="a;b\n1;2\n")
    content = bytearray(path.read_bytes())
    for start in (6, content.index(b"PK\x01\x02") + 8):
        content[start] |= 1  # the flag that says "encrypted"
    path.write_bytes(content)
    assert refused(path).code == "archive_protegee"


def test_bombs_stop_at_the_bound_whatever_they_declare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "RATIO_FLOOR_BYTES", 1_000_000)
    content = b"a;b\n" * 5_000_000
    (tmp_path / "bombe.csv.gz").write_bytes(gzip.compress(content))
    assert refused(tmp_path / "bombe.csv.gz").code == "archive_demesuree"
    path = zipped(tmp_path / "bombe.zip", lieux_csv=content)
    assert refused(path).code == "archive_demesuree"
    lie_about_size(path, "lieux.csv", 10)
    assert refused(path).code == "archive_demesuree"


def test_a_member_cannot_leave_the_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "lieux.zip", "w") as archive:
        archive.writestr("../../sorti.csv", "a;b\n1;2\n")
    assert len(read(tmp_path / "lieux.zip", Fetch())[0]) == 1
    assert not list(tmp_path.parent.glob("sorti.csv"))


# --- vector files ----------------------------------------------------------------------


def vector(path: Path, driver: str, *, crs: str = "EPSG:4326", **options: Any) -> Path:
    import pyogrio
    import shapely

    x, y = (2.35, 48.85) if crs == "EPSG:4326" else (652381.0, 6862047.0)
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array([shapely.Point(x, y), shapely.Point(x, y)])),
        field_data=[np.array(["Médiathèque", "B"], object), np.array([45100.0, 2.5])],
        fields=["nom", "cp"],
        geometry_type="Point",
        crs=crs,
        driver=driver,
        **options,
    )
    return path


@pytest.mark.parametrize(
    ("suffix", "driver"),
    [("gpkg", "GPKG"), ("fgb", "FlatGeobuf"), ("kml", "KML"), ("shp", "ESRI Shapefile")],
)
def test_vector_files(tmp_path: Path, suffix: str, driver: str) -> None:
    path = vector(tmp_path / f"lieux.{suffix}", driver)
    table, issues, kind = read(path, Fetch())
    assert kind == suffix
    assert issues.empty
    assert table.index.tolist() == [1, 2]
    if suffix != "kml":
        assert sorted(table["cp"]) == ["2.5", "45100"]
        assert sorted(table["nom"]) == ["B", "Médiathèque"]
    assert set(table["geometry.latitude"]) == {"48.85"}
    assert set(table["geometry.longitude"]) == {"2.35"}


def test_vector_coordinates_are_converted(tmp_path: Path) -> None:
    table, issues, _ = read(vector(tmp_path / "l.gpkg", "GPKG", crs="EPSG:2154"), Fetch())
    assert table.loc[1, "geometry.latitude"].startswith("48.8566")
    assert issues["code"].tolist() == ["projection_convertie"]


def test_layers(tmp_path: Path) -> None:
    path = vector(tmp_path / "lieux.gpkg", "GPKG", layer="epn")
    vector(path, "GPKG", layer="fablab", append=True)
    assert len(read(path, Fetch(layer="fablab"))[0]) == 2
    assert len(read(path, Fetch())[0]) == 2
    error = refused(path, layer="absente")
    assert error.code == "couche_absente"
    assert "epn, fablab" in error.fr


@pytest.mark.parametrize("encoding", ["cp1252", "UTF-8"])
def test_a_shapefile_in_a_subfolder_of_a_zip_without_cpg(tmp_path: Path, encoding: str) -> None:
    vector(tmp_path / "lieux.shp", "ESRI Shapefile", encoding=encoding)
    with zipfile.ZipFile(tmp_path / "lieux.zip", "w") as archive:
        for suffix in ("shp", "SHX", "dbf", "prj"):
            archive.write(tmp_path / f"lieux.{suffix.lower()}", f"export/LIEUX.{suffix}")
    table, _, kind = read(tmp_path / "lieux.zip", Fetch(format="shp"))
    assert kind == "shp"
    assert table["nom"].tolist() == ["Médiathèque", "B"]


def damage_middle(content: bytes) -> bytes:
    return content[:200] + b"\xff" * 300 + content[500:2_000]


@pytest.mark.parametrize("damage", [damage_middle, lambda content: content[:120]])
@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "shp"])
def test_damaged_vector_files(
    tmp_path: Path, suffix: str, damage: Callable[[bytes], bytes]
) -> None:
    drivers = {"gpkg": "GPKG", "fgb": "FlatGeobuf", "shp": "ESRI Shapefile"}
    source = vector(tmp_path / f"source.{suffix}", drivers[suffix])
    path = tmp_path / f"lieux.{suffix}"
    path.write_bytes(damage(source.read_bytes()))
    try:
        read(path, Fetch())
    except ReadError as error:
        assert error.code == "vecteur_illisible"


def test_only_the_four_kinds_reach_gdal(tmp_path: Path) -> None:
    path = tmp_path / "lieux.kml"
    path.write_text('<OGRVRTDataSource><OGRVRTLayer name="passwd"/></OGRVRTDataSource>')
    assert refused(path, format="kml").code == "vecteur_illisible"


# --- real files ------------------------------------------------------------------------


def lines(path: Path, delimiter: str) -> int:
    import csv

    with path.open(encoding="utf-8", errors="replace", newline="") as handle:
        return sum(any(row) for row in csv.reader(handle, delimiter=delimiter)) - 1


def items(path: Path) -> int:
    document = json.loads(path.read_bytes())
    return len(document["features"] if isinstance(document, dict) else document)


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("name", "count"),
    [
        *(("hub-lo.json", 311), ("conseillers-numeriques.json", 4930)),
        *(("france-services.csv", 2683), ("bibliotheques.csv", 15779)),
        *(("tiers-lieux-2019.csv", 1512), ("tiers-lieux-2019.geojson", 1512)),
        *(("tiers-lieux-2019.xlsx", 1512), ("osm-coworking.geojson", 212)),
        *(("idf-bibliotheques.json", 1168), ("gironde.json", 0), ("hinaura.json", 0)),
        *(("paca.json", 0), ("paca-accents-detruits.csv", 0), ("bfc-ternum.csv", 0)),
        *(("angers.json", 0), ("maine-et-loire.json", 0), ("maine-et-loire-ods.json", 0)),
        ("data-inclusion.json", 0),
    ],
)
def test_real_files_are_read_whole(mirror: Path, name: str, count: int) -> None:
    path = mirror / name
    records = "*.fields" if name.startswith("idf") else ""
    table, issues, kind = read(path, Fetch(records=records), source="essai")
    assert kind == path.suffix[1:]
    if kind == "csv":
        delimiter = ";" if name.startswith(("bibliotheques", "paca")) else ","
        assert len(table) == lines(path, delimiter)
    elif kind != "xlsx":
        assert len(table) == items(path)
    assert len(table) == (count or len(table))
    assert issues.empty
    assert table.shape[1] > 10


@pytest.mark.mirror
def test_three_formats_of_one_base_agree(mirror: Path) -> None:
    from_csv, from_geojson, from_xlsx = (
        read(mirror / f"tiers-lieux-2019.{kind}", Fetch())[0] for kind in ("csv", "geojson", "xlsx")
    )
    for column in ("ID", "NOM_TL", "NOMCOM"):
        assert from_csv[column].tolist() == from_geojson[column].tolist()
        assert from_csv[column].tolist() == from_xlsx[column].tolist()
    assert from_csv["LAT"].tolist() == from_geojson["geometry.latitude"].tolist()
