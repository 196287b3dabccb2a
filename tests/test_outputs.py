"""What is published is what it says: every validator passes, every format holds the same rows."""

import csv
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from opendata import pipeline
from opendata.model import Release
from opendata.paths import Paths, schemas_folder
from opendata.publish.standard import standard_schema
from opendata.schema import fields, problems, standard_fields
from tests.conftest import MIRROR, PROJECT

BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the demonstration dataset."""
    home = tmp_path_factory.mktemp("demo")
    paths = Paths(home=home, catalog=PROJECT / "catalog", mirror=None)
    outcome = pipeline.run("demo", paths)
    assert outcome.status == "published", outcome.reasons
    return paths.releases("demo") / outcome.version


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_frictionless_accepts_every_table_of_the_package(release: Path) -> None:
    from frictionless import Package

    package = Package(str(release / "datapackage.json"))
    checked = []
    for resource in package.resources:
        if resource.format == "csv":
            report = resource.validate()
            assert report.valid, report.flatten(["title", "message"])
            checked.append(resource.name)
    assert len(checked) == 10


def test_geoparquet_validator_accepts(release: Path) -> None:
    command = [BIN / "geoparquet-validator", "check", release / "lieux.parquet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_sha256sum_accepts(release: Path) -> None:
    command = ["sha256sum", "--strict", "-c", "SHA256SUMS"]
    done = subprocess.run(command, cwd=release, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    listed = (release / "SHA256SUMS").read_text().count("\n")
    assert listed == len(list(release.iterdir())) - 1


def test_every_format_holds_the_same_rows(release: Path) -> None:
    import duckdb
    import pyogrio
    from openpyxl import load_workbook

    database = duckdb.connect()
    names = ", ".join(f'"{name}"' for name in fields())
    numbers = [name for name, field in fields().items() if field.type in ("number", "integer")]
    as_text = ", ".join(
        f'CAST("{name}" AS DOUBLE) AS "{name}"'
        if name in numbers
        else f'CAST("{name}" AS VARCHAR) AS "{name}"'
        for name in fields()
    )
    tables = {
        "csv": f"read_csv('{release}/lieux.csv', all_varchar=true, delim=',', quote='\"')",
        "parquet": f"read_parquet('{release}/lieux.parquet')",
        "geojson": f"read_json('{release}/lieux.geojson', maximum_object_size=100000000)",
    }
    layer = pyogrio.read_arrow(release / "lieux.gpkg", layer="lieux")[1]
    database.register("layer", layer.select(list(fields())))
    sheet = load_workbook(release / "lieux.xlsx", read_only=True)["lieux"].iter_rows()
    cells = [[cell.value for cell in row] for row in sheet]
    database.register("sheet", pd.DataFrame(cells[1:], columns=cells[0], dtype="object"))
    tables |= {"gpkg": "layer", "xlsx": "sheet"}
    for name, table in tables.items():
        database.execute(f"CREATE TABLE {name} AS SELECT {as_text} FROM {table}")
    count = database.execute("SELECT count(*) FROM csv").fetchone()[0]
    assert count == len(rows(release, "lieux.csv")) > 100
    others = [name for name in tables if name != "csv"]
    for one, other in [(a, b) for name in others for a, b in (("csv", name), (name, "csv"))]:
        extra = database.execute(
            f"SELECT {names} FROM {one} EXCEPT ALL SELECT {names} FROM {other}"
        ).fetchall()
        assert extra == [], (one, other, extra[:2])


def test_geometry_is_the_longitude_and_latitude(release: Path) -> None:
    import geopandas

    frame = geopandas.read_parquet(release / "lieux.parquet")
    located = frame[frame["longitude"].notna()]
    assert (located.geometry.x == located["longitude"]).all()
    assert (located.geometry.y == located["latitude"]).all()
    assert frame.geometry.isna().sum() == frame["longitude"].isna().sum()
    metadata = json.loads(_geo_metadata(release / "lieux.parquet"))
    assert metadata["version"] == "1.1.0"
    assert "covering" in metadata["columns"]["geometry"]


def _geo_metadata(path: Path) -> bytes:
    import pyarrow.parquet

    return pyarrow.parquet.read_metadata(path).metadata[b"geo"]


def test_csv_is_the_csv_we_promise(release: Path) -> None:
    raw = (release / "lieux.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") >= 100
    assert raw.decode("utf-8")
    risky = [
        (row["lieu_id"], name, value)
        for row in rows(release, "lieux.csv")
        for name, value in row.items()
        if value[:1] in "=+-@\t" and value and name not in ("telephone", "longitude", "latitude")
    ]
    assert risky == []


def test_a_spreadsheet_gets_text_and_no_formula(release: Path) -> None:
    from openpyxl import load_workbook

    book = load_workbook(release / "lieux.xlsx")
    assert book.sheetnames == ["lieux", "dictionnaire", "lisez-moi"]
    sheet = book["lieux"]
    header = [cell.value for cell in sheet[1]]
    assert header == list(fields())
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref.startswith("A1:")
    kinds = [field.type in ("number", "integer") for field in fields().values()]
    seen = {"n": 0, "s": 0}
    for row in sheet.iter_rows(min_row=2):
        for cell, number in zip(row, kinds, strict=True):
            if cell.value is not None:
                assert cell.data_type == ("n" if number else "s"), (cell.coordinate, cell.value)
                seen[cell.data_type] += 1
    assert min(seen.values()) > 100
    known = {row[0].value for row in book["dictionnaire"].iter_rows(min_row=2)}
    assert known == set(fields())
    told = {row[0].value: row[1].value for row in book["lisez-moi"].iter_rows()}
    assert told["Version"] == release.name
    assert "Licence Ouverte 2.0" in told["Licence"]


def test_a_geopackage_is_one_that_old_readers_take(release: Path) -> None:
    import sqlite3

    import pyogrio

    about = pyogrio.read_info(release / "lieux.gpkg", layer="lieux")
    assert about["geometry_type"] == "Point"
    assert about["crs"] == "EPSG:4326"
    kinds = dict(zip(about["fields"], about["dtypes"], strict=True))
    assert {str(kinds[name]) for name in ("code_insee", "code_postal", "pivot", "id")} == {"object"}
    with sqlite3.connect(release / "lieux.gpkg") as database:
        assert database.execute("PRAGMA user_version").fetchone() == (10200,)
        assert database.execute("SELECT count(*) FROM gpkg_extensions").fetchone() != (0,)


def test_the_descriptor_tells_every_file_there_is(release: Path) -> None:
    package = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    told = {resource["path"] for resource in package["resources"]}
    present = {path.name for path in release.iterdir()} - {"datapackage.json", "SHA256SUMS"}
    assert told == present
    for resource in package["resources"]:
        content = (release / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["role"] in ("main", "documentation", "metadata")


def test_the_same_release_is_written_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written again a second later, in another folder: no file may look at the clock."""
    import time

    from opendata.publish import write_release
    from opendata.release import store

    kept: list[Path] = []

    def twice(release: Release, *arguments: Any) -> Path:
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            write_release(release, folder)
            kept.append(folder)
            time.sleep(1.05)
        return stage(release, *arguments)

    stage = store.stage
    monkeypatch.setattr(store, "stage", twice)
    pipeline.run("demo", Paths(home=tmp_path / "home", catalog=PROJECT / "catalog", mirror=None))
    one, two = ({p.name: p.read_bytes() for p in folder.iterdir()} for folder in kept)
    assert set(one) == set(two) >= {"lieux.gpkg", "lieux.xlsx", "dcat.ttl", "croissant.json"}
    assert [name for name in one if one[name] != two[name]] == []


def test_the_accounts_of_every_source_add_up(release: Path) -> None:
    accounts = rows(release, "sources.csv")
    assert len(accounts) == 4
    for account in accounts:
        parts = ("publiees", "fusionnees", "quarantaine", "hors_territoire")
        assert int(account["lignes_lues"]) == sum(int(account[name]) for name in parts)
    total = sum(int(account["publiees"]) + int(account["fusionnees"]) for account in accounts)
    assert total == len(rows(release, "passerelle.csv"))
    assert sum(int(account["publiees"]) for account in accounts) == len(rows(release, "lieux.csv"))


def test_the_demonstration_says_that_it_is_one(release: Path) -> None:
    page = (release.parents[1] / "index.html").read_text(encoding="utf-8")
    report = (release / "rapport.html").read_text(encoding="utf-8")
    package = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    assert "démonstration" in package["title"]
    assert package["opendata"]["demonstration"] is True
    assert "démonstration" in page.lower()
    assert "démonstration" in report.lower()


def test_no_personal_data_in_any_file(release: Path) -> None:
    """The nominative address and the mobile number planted in the demo files stay there."""
    everything = b"".join(path.read_bytes() for path in release.rglob("*") if path.is_file())
    page = (release.parents[1] / "index.html").read_bytes()
    for planted in _planted_contacts():
        assert planted.encode() not in everything + page, planted


def _planted_contacts() -> list[str]:
    source = (PROJECT / "data" / "raw" / "demo" / "espaces-publics.csv").read_text("cp1252")
    mobiles = re.findall(r"\b06(?: \d\d){4}\b", source)
    assert mobiles, "the demo data no longer hold a mobile number"
    return [*mobiles, *("+33" + mobile[1:].replace(" ", "") for mobile in mobiles)]


def test_the_standard_file_has_exactly_the_columns_of_the_standard(release: Path) -> None:
    published = rows(release, "lieux-standard.csv")
    assert tuple(published[0]) == standard_fields()
    assert len(standard_fields()) == 32
    required = ("id", "pivot", "nom", "commune", "code_postal", "adresse", "date_maj", "services")
    assert all(row[name] for row in published for name in required)


def test_our_standard_is_the_national_one() -> None:
    path = MIRROR.parent / "standard" / "schema.json"
    if not path.is_file():
        pytest.skip("needs ../shared/standard, which is not part of the project")
    national = json.loads(path.read_text(encoding="utf-8"))["fields"]
    ours = standard_schema()["fields"]
    assert [field["name"] for field in ours] == [field["name"] for field in national]
    assert [field["type"] for field in ours] == [field["type"] for field in national]
    for field, theirs in zip(ours, national, strict=True):
        wanted = theirs.get("constraints", {}).get("required", False)
        assert field["constraints"].get("required", False) == (
            wanted or field["name"] == "services"
        )


def test_the_national_standard_accepts_our_file(release: Path, tmp_path: Path) -> None:
    from frictionless import Resource, Schema

    path = MIRROR.parent / "standard" / "schema.json"
    if not path.is_file():
        pytest.skip("needs ../shared/standard, which is not part of the project")
    schema = Schema.from_descriptor(json.loads(path.read_text(encoding="utf-8")))
    report = Resource(path="lieux-standard.csv", basepath=str(release), schema=schema).validate()
    assert report.valid, report.flatten(["title", "message"])


def test_every_issue_code_raised_by_the_code_has_its_sentence() -> None:
    """A code that problemes.csv lacks would break the report on the day it is first met."""
    raised: set[str] = set()
    for path in (PROJECT / "src" / "opendata").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        raised |= set(re.findall(r'"code":\s*"([a-z_]+)"', text))
        raised |= set(re.findall(r'Cleaned\([^)]*?,\s*"([a-z_]+)"', text))
        raised |= set(re.findall(r'issue_lines\(\s*[^,]+,\s*"\w*",\s*"([a-z_]+)"', text))
        raised |= set(re.findall(r'(?:_left_out|_gave_way)\([^"]*"\w+", "([a-z_]+)"', text))
        raised |= set(re.findall(r'issues\.add\(\s*"([a-z_]+)"', text))
    assert raised - set(problems()) == set()
    assert len(raised) > 15


def test_schemas_are_complete() -> None:
    for path in schemas_folder().glob("*.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        names = [field["name"] for field in schema["fields"]]
        assert len(set(names)) == len(names)
        for field in schema["fields"]:
            for key in ("title", "title_en", "description", "description_en", "type", "example"):
                assert field.get(key), (path.name, field["name"], key)
