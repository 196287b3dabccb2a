"""The files of indicators in a release: valid, the same in every format, computable again."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from opendata import compose, pipeline
from opendata.geocode.gazetteer import COLUMNS, load_reference
from opendata.paths import Paths
from opendata.publish.geoparquet import write_geoparquet
from opendata.schema import table_schema, vocabulary
from tests.builders import TERRITORY, edit_dataset, edit_source, small_dataset, small_source

NAMES = ("indicateurs-communes", "indicateurs-epci", "indicateurs-departements")
BIN = Path(sys.executable).parent

ROWS = """id;nom;adresse;cp;ville;tel;mel;quoi
1;Espace des Tilleuls;3 rue des Tilleuls;45000;Orléans;;;epn|mediatheque
2;Atelier des Mariniers;12 quai de Loire;41000;Blois;;;fablab
3;Point net du Berry;1 place de la Mairie;18000;Bourges;;;epn
4;Médiathèque du Pont;5 rue du Pont;37000;Tours;;;mediatheque
5;Salle des fêtes;;45500;Gien;;;tiers-lieu|coworking
"""


def installation(folder: Path) -> Paths:
    for name in ("datasets", "sources"):
        (folder / "catalog" / name).mkdir(parents=True)
    paths = Paths(home=folder / "data", catalog=folder / "catalog", mirror=None)
    small_source(paths, rows=ROWS)
    edit_source(
        paths, "essai", 'categories = { constant = "epn" }', 'categories = { column = "quoi" }'
    )
    small_dataset(paths)
    edit_dataset(paths, "jeu", TERRITORY, '"region:24"')
    return paths


def contours_of(departement: str, paths: Paths) -> None:
    """A download in which each commune of the département is a tile of a chessboard."""
    frame = load_reference(paths).frame
    rows = frame[(frame["departement"] == departement) & (frame["type"] == "commune")]
    count = np.arange(len(rows))
    west, south = 1.5 + count % 20 / 20, 47.4 + count // 20 / 20
    tiles = shapely.box(west, south, west + 0.05, south + 0.05)
    columns = {name: rows[name].tolist() for name in COLUMNS}
    columns["population"] = [int(number) for number in columns["population"]]
    columns |= {"longitude": (west + 0.025).tolist(), "latitude": (south + 0.025).tolist()}
    table = pa.table(columns | {"contour": shapely.to_wkb(tiles)})
    paths.reference.mkdir(parents=True, exist_ok=True)
    path = paths.reference / f"communes-{departement}.parquet"
    pq.write_table(table.replace_schema_metadata({"vintage": "2026-11-23"}), path)


def published(paths: Paths) -> Path:
    outcome = pipeline.run("jeu", paths)
    assert outcome.status == "published", outcome.reasons
    return paths.releases("jeu") / outcome.version


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release made from the reference that ships with the code: no contour."""
    return published(installation(tmp_path_factory.mktemp("bare")))


@pytest.fixture(scope="module")
def outlined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of which the contours of one département were downloaded."""
    paths = installation(tmp_path_factory.mktemp("outlined"))
    contours_of("45", paths)
    return published(paths)


@pytest.fixture(params=["bare", "outlined"])
def release(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


def rows_of(release: Path, name: str) -> list[dict[str, str]]:
    with (release / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def conforms(path: Path) -> None:
    command = [BIN / "geoparquet-validator", "check", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_frictionless_accepts_the_tables_with_the_schemas_of_the_package(release: Path) -> None:
    from frictionless import Package

    package = Package(str(release / "datapackage.json"))
    for name in NAMES:
        report = package.get_resource(name).validate()
        assert report.valid, report.flatten(["title", "message"])[:5]
        names = [field.name for field in package.get_resource(name).schema.fields]
        assert names == list(rows_of(release, name)[0])


def test_geoparquet_validator_accepts_every_file(release: Path) -> None:
    for name in (*NAMES, "lieux"):
        conforms(release / f"{name}.parquet")


def test_sums_are_the_places_of_the_release(release: Path) -> None:
    places = rows_of(release, "lieux")
    assert len(places) == 5
    for name in NAMES:
        table = rows_of(release, name)
        assert sum(int(row["nb_lieux"]) for row in table) == len(places)
        for term in vocabulary("categories"):
            column = f"nb_{term.value.replace('-', '_')}"
            held = sum(term.value in place["categories"].split("|") for place in places)
            assert sum(int(row[column]) for row in table) == held, (name, column)


@pytest.mark.parametrize(
    ("name", "key"),
    [(NAMES[1], "coalesce(code_epci, 'sans-epci')"), (NAMES[2], "code_departement")],
)
def test_anyone_can_compute_the_areas_again_from_the_communes(
    release: Path, name: str, key: str
) -> None:
    database = duckdb.connect()
    for table, file in (("communes", NAMES[0]), ("areas", name)):
        source = f"read_csv('{release / file}.csv', all_varchar = true, header = true)"
        database.execute(f"CREATE TABLE {table} AS SELECT * FROM {source}")
    kinds = ["", *("_" + term.value.replace("-", "_") for term in vocabulary("categories"))]
    for kind in kinds:
        count = "nb_lieux" if not kind else f"nb{kind}"
        differing = database.execute(f"""
            WITH known AS (
                SELECT {key} AS code, {count}::INT AS n, population::DOUBLE AS people,
                    distance_km{kind}::DOUBLE AS km,
                    CASE WHEN centre = 'inconnu' THEN 0 ELSE people END AS measured
                FROM communes
            ), again AS (
                SELECT code, sum(n) AS n, sum(people) AS people, sum(measured) AS measured,
                    sum(people * km) / nullif(sum(people) FILTER (km IS NOT NULL), 0) AS km,
                    coalesce(sum(people) FILTER (km <= 5), 0) AS near5,
                    coalesce(sum(people) FILTER (km <= 20), 0) AS near20
                FROM known GROUP BY code
            )
            SELECT * FROM again FULL JOIN areas USING (code)
            WHERE n IS DISTINCT FROM {count}::INT
                OR again.people IS DISTINCT FROM population::DOUBLE
                OR measured IS DISTINCT FROM population_mesuree::DOUBLE
                OR NOT coalesce(abs(km - distance_km{kind}::DOUBLE) < 0.0501,
                    km IS NULL AND distance_km{kind} IS NULL)
                OR NOT coalesce(abs(100 * near5 / measured - part_pop_5km{kind}::DOUBLE) < 0.0501,
                    measured = 0 AND part_pop_5km{kind} IS NULL)
                OR NOT coalesce(abs(100 * near20 / measured - part_pop_20km{kind}::DOUBLE) < 0.0501,
                    measured = 0 AND part_pop_20km{kind} IS NULL)
        """).fetchall()
        assert differing == [], kind


def test_csv_and_parquet_hold_the_same_rows(release: Path) -> None:
    for name in NAMES:
        text = pd.read_csv(release / f"{name}.csv", dtype="str", keep_default_na=False)
        frame = geopandas.read_parquet(release / f"{name}.parquet").set_index("code")
        frame = frame.loc[text["code"]]
        for field in table_schema(name)["fields"][1:]:
            cells, values = text[field["name"]], frame[field["name"]]
            assert (values.isna().to_numpy() == (cells == "").to_numpy()).all(), field["name"]
            known = (cells != "").to_numpy()
            if field["type"] in ("integer", "number"):
                same = values[known].to_numpy(dtype=float) == cells[known].astype(float).to_numpy()
            elif field["type"] == "boolean":
                same = values[known].to_numpy() == (cells[known] == "oui").to_numpy()
            else:
                same = values[known].to_numpy() == cells[known].to_numpy()
            assert np.all(same), field["name"]


def test_numbers_are_plain(release: Path) -> None:
    for name in NAMES:
        for row in rows_of(release, name):
            for field in table_schema(name)["fields"]:
                cell = row[field["name"]]
                if field["type"] == "integer":
                    assert cell.isdigit() or not cell, (name, field["name"], cell)
                elif cell and "decimals" in field:
                    whole, _, decimals = cell.partition(".")
                    assert whole.isdigit(), cell
                    assert len(decimals) == field["decimals"], cell


def test_shapes_are_contours_where_some_are_known(outlined: Path) -> None:
    communes, epci, departements = (
        geopandas.read_parquet(outlined / f"{name}.parquet").set_index("code") for name in NAMES
    )
    for frame in (communes, epci, departements):
        assert set(frame.geometry.geom_type.dropna()) <= {"Polygon", "MultiPolygon"}
        assert frame.geometry.dropna().is_valid.all()
        assert frame.crs == "OGC:CRS84"
    of_loiret = communes["code_departement"] == "45"
    assert (communes.geometry.notna() == of_loiret).all()
    assert list(departements.index[departements.geometry.notna()]) == ["45"]
    tiles = communes.geometry[of_loiret]
    assert departements.geometry["45"].area == pytest.approx(shapely.area(tiles).sum())
    orleans = epci.geometry["244500468"]
    members = communes.geometry[communes["code_epci"] == "244500468"]
    assert orleans.area == pytest.approx(shapely.area(members).sum())


def test_shapes_are_points_where_no_contour_is_known(bare: Path) -> None:
    for name in NAMES:
        frame = geopandas.read_parquet(bare / f"{name}.parquet")
        assert set(frame.geometry.geom_type.dropna()) == {"Point"}
    communes = geopandas.read_parquet(bare / f"{NAMES[0]}.parquet")
    assert (communes.geometry.isna() == (communes["centre"] == "inconnu")).all()


def test_the_package_says_what_a_map_of_the_file_shows(bare: Path, outlined: Path) -> None:
    def told(release: Path) -> list[str]:
        package = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
        about = {one["name"]: one.get("description", "") for one in package["resources"]}
        return [about[f"{name}-parquet"] for name in NAMES]

    assert all("faute de contours" in one for one in told(bare))
    assert all("opendata reference update" in one for one in told(bare))
    assert "5 ligne(s) sur 6" in told(outlined)[2]


def test_the_page_of_the_dataset_lists_the_files(release: Path) -> None:
    page = (release.parents[1] / "index.html").read_text(encoding="utf-8")
    for name in NAMES:
        for kind in ("csv", "parquet"):
            assert f'href="releases/{release.name}/{name}.{kind}"' in page
    assert "Indicateurs par commune" in page


def test_same_inputs_make_the_same_bytes(outlined: Path, tmp_path: Path) -> None:
    paths = installation(tmp_path)
    contours_of("45", paths)
    again = published(paths)
    for name in NAMES:
        for kind in ("csv", "parquet"):
            file = f"{name}.{kind}"
            assert (again / file).read_bytes() == (outlined / file).read_bytes(), file


def test_a_changed_figure_is_a_changed_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change of code that only moves indicators, readers get the new ones."""
    paths = installation(tmp_path)
    published(paths)
    monkeypatch.setattr(compose, "code_fingerprint", lambda: "autre code")
    assert pipeline.run("jeu", paths).status == "unchanged"
    monkeypatch.setattr(compose, "code_fingerprint", lambda: "encore un autre")
    monkeypatch.setattr("opendata.indicators.communes.FAR_KM", 5)
    assert pipeline.run("jeu", paths).status == "published"


def test_a_row_without_a_shape_has_no_box(tmp_path: Path) -> None:
    path = tmp_path / "deux.parquet"
    table = pd.DataFrame({"code": ["a", "b", "c"]})
    write_geoparquet(table, np.array([None, shapely.Point(1, 2), None], dtype=object), path)
    conforms(path)
    boxes = pq.read_table(path)["bbox"]
    assert boxes.null_count == 2
    assert boxes[0].as_py() == {"xmin": 1, "ymin": 2, "xmax": 1, "ymax": 2}
