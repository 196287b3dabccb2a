"""The programs people really have read the files that are served.

A program that is not installed is skipped by name; those of the project never are.
"""

import csv
import html
import io
import json
import random
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from opendata import pipeline
from opendata.paths import Paths
from opendata.schema import fields
from opendata.site.snippets import SNIPPETS, Snippet
from tests.conftest import PROJECT
from tests.serving import Serving, duckdb_environment, serving, serving_apart


@dataclass(frozen=True)
class Published:
    """The demonstration, served: ``latest`` and ``permanent`` are addresses of its files."""

    site: Serving
    folder: Path
    places: list[dict[str, str]]

    @property
    def latest(self) -> str:
        return f"{self.site.address}demo/latest/"

    @property
    def permanent(self) -> str:
        return f"{self.site.address}demo/releases/{self.folder.name}/"

    @property
    def names(self) -> list[str]:
        """Sorted: a Parquet or GeoPackage file may have its rows in another order."""
        return sorted(place["nom"] for place in self.places)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """The demonstration dataset, published and served."""
    home = tmp_path_factory.mktemp("demo")
    paths = Paths(home=home, catalog=PROJECT / "catalog", mirror=None)
    outcome = pipeline.run("demo", paths)
    assert outcome.status == "published", outcome.reasons
    folder = paths.releases("demo") / outcome.version
    with (folder / "lieux.csv").open(encoding="utf-8", newline="") as handle:
        places = list(csv.DictReader(handle))
    with serving_apart(home) as site:
        yield Published(site, folder, places)


def have(*programs: str) -> str:
    """The first of these programs that is installed, else the test is skipped."""
    for program in programs:
        if shutil.which(program):
            return program
    pytest.skip(f"needs {' or '.join(programs)}")


def run(*command: str | Path, **options: Any) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=180, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# DuckDB


Ask = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Ask DuckDB, in a process of its own; its one row comes as JSON."""
    environment = duckdb_environment(tmp_path_factory.mktemp("duckdb"))
    script = "import duckdb, json, sys; print(json.dumps(duckdb.sql(sys.argv[1]).fetchone()))"

    def ask(query: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", script, query], env=environment, capture_output=True,
            text=True, check=False, timeout=60,
        )  # fmt: skip

    return ask


def answer(done: subprocess.CompletedProcess[str]) -> list[Any]:
    assert done.returncode == 0, done.stderr
    row: list[Any] = json.loads(done.stdout)
    return row


def test_duckdb_reads_the_parquet_and_the_csv(demo: Published, ask: Ask) -> None:
    for name in ("lieux.parquet", "lieux.csv"):
        found = answer(ask(f"SELECT count(*), min(nom) FROM '{demo.latest}{name}'"))
        assert found == [len(demo.places), demo.names[0]]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published folder with two releases of a file of some 20 MB, in 20 row groups."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    root = tmp_path_factory.mktemp("large") / "published"
    draw = random.Random(7)
    for version in ("1", "2"):
        folder = root / "gros" / "releases" / version
        folder.mkdir(parents=True)
        rows = 100_000
        columns = {f"c{n}": [draw.random() for _ in range(rows)] for n in range(24)}
        table = pa.table({"version": [int(version)] * rows, "number": range(rows)} | columns)
        pq.write_table(table, folder / "lieux.parquet", row_group_size=5_000)
    (root / "gros" / "latest").symlink_to("releases/1")
    return root


def test_duckdb_asks_only_for_the_bytes_it_needs(large: Path, ask: Ask) -> None:
    size = (large / "gros" / "latest" / "lieux.parquet").stat().st_size
    for query, count, most in (
        ("SELECT count(*) FROM '{}'", 100_000, size / 50),
        ("SELECT sum(number)::BIGINT FROM '{}'", sum(range(100_000)), size / 4),
    ):
        with serving(large) as site:
            asked = query.format(f"{site.address}gros/latest/lieux.parquet")
            assert answer(ask(asked)) == [count]
            assert site.told(lambda one: one.sent > 0)
        assert site.sent("lieux.parquet") < most
        assert {one.status for one in site.requests if one.method == "GET"} == {206}


def test_duckdb_never_mixes_two_releases(large: Path, ask: Ask) -> None:
    """``latest`` moves between two ranges of one reading, after any number of them."""
    link = large / "gros" / "latest"
    # Whole numbers: a sum of others depends on the order of the threads.
    asked = (
        "SELECT min(version), max(version), sum((c0 * 1e9)::BIGINT)::BIGINT, "
        "sum((c23 * 1e9)::BIGINT)::BIGINT FROM '{}gros/{}/lieux.parquet'"
    )

    def move(version: str) -> None:
        fresh = link.with_name(".latest")
        fresh.symlink_to(f"releases/{version}")
        fresh.replace(link)

    with serving(large) as site:
        whole = [answer(ask(asked.format(site.address, f"releases/{n}"))) for n in (1, 2)]
    assert whole[0] != whole[1]
    refusals = 0
    for number in (1, 2, 3, 4):
        move("1")
        told = iter(range(100))

        def moving(_: object, number: int = number, told: Iterator[int] = told) -> None:
            if next(told) + 1 == number:
                move("2")

        with serving(large, moving) as site:
            done = ask(asked.format(site.address, "latest"))
        if done.returncode:
            refusals += 1
        else:
            assert json.loads(done.stdout) in whole
    move("1")
    assert refusals


# Python


def test_pandas_reads_csv_and_parquet(demo: Published) -> None:
    import pandas as pd

    table = pd.read_csv(demo.latest + "lieux.csv", dtype=str, keep_default_na=False)
    assert table.to_dict("records") == demo.places
    columns = pd.read_parquet(demo.latest + "lieux.parquet", columns=["nom"])
    assert sorted(columns["nom"]) == demo.names


def test_pandas_reads_the_workbook(demo: Published) -> None:
    import pandas as pd

    table = pd.read_excel(demo.latest + "lieux.xlsx", dtype=str, engine="openpyxl")
    assert len(table) == len(demo.places)


@pytest.mark.parametrize("name", ["lieux.geojson", "lieux.gpkg"])
def test_geopandas_reads_the_map_files(demo: Published, name: str) -> None:
    import geopandas

    table = geopandas.read_file(demo.latest + name)
    assert sorted(table["nom"]) == demo.names
    assert table.crs.to_epsg() == 4326
    located = [place for place in demo.places if place["latitude"]]
    assert table.geometry.notna().sum() == len(located)


def test_geopandas_reads_the_geoparquet_by_ranges(demo: Published) -> None:
    import geopandas

    demo.site.requests.clear()
    table = geopandas.read_parquet(demo.latest + "lieux.parquet")
    assert sorted(table["nom"]) == demo.names
    assert table.crs == "OGC:CRS84"
    assert demo.site.told(lambda one: one.address.endswith("lieux.parquet") and one.status == 206)


@pytest.mark.parametrize("name", ["lieux.geojson", "lieux.gpkg", "lieux.csv"])
def test_gdal_reads_over_http(demo: Published, name: str) -> None:
    import pyogrio

    demo.site.requests.clear()
    table = pyogrio.read_dataframe(f"/vsicurl/{demo.permanent}{name}", read_geometry=False)
    assert sorted(table["nom"]) == demo.names
    assert demo.site.told(lambda one: one.address.endswith(name) and one.status == 206)


# Other programs


def test_ogrinfo(demo: Published) -> None:
    ogrinfo = have("ogrinfo")
    for name in ("lieux.geojson", "lieux.gpkg", "lieux.csv"):
        said = run(ogrinfo, "-ro", "-so", "-al", f"/vsicurl/{demo.permanent}{name}")
        assert f"Feature Count: {len(demo.places)}" in said
        assert "geo_precision: String" in said


@pytest.mark.parametrize("program", ["curl", "wget"])
def test_downloaders(demo: Published, program: str, tmp_path: Path) -> None:
    have(program)
    options = {"curl": ("-sSf", "--compressed", "-o"), "wget": ("-q", "-O")}[program]
    run(program, *options, tmp_path / "lieux.csv", demo.latest + "lieux.csv")
    assert (tmp_path / "lieux.csv").read_bytes() == (demo.folder / "lieux.csv").read_bytes()
    # A download that was cut goes on where it stopped.
    whole = (demo.folder / "lieux.parquet").read_bytes()
    (tmp_path / "lieux.parquet").write_bytes(whole[:1000])
    again = {"curl": ("-sSf", "-C", "-", "-O"), "wget": ("-q", "-c")}[program]
    run(program, *again, demo.latest + "lieux.parquet", cwd=tmp_path)
    assert (tmp_path / "lieux.parquet").read_bytes() == whole


def test_r_readr(demo: Published) -> None:
    have("Rscript")
    script = (
        'if (!requireNamespace("readr", quietly = TRUE)) quit(status = 77)\n'
        f'lieux <- readr::read_csv("{demo.latest}lieux.csv", show_col_types = FALSE,\n'
        "  col_types = readr::cols(code_insee = readr::col_character()))\n"
        'cat(nrow(lieux), lieux$code_insee[1], enc2utf8(lieux$nom[1]), sep = "|")\n'
    )
    done = subprocess.run(
        ["Rscript", "-e", script], capture_output=True, text=True, check=False, timeout=180
    )
    if done.returncode == 77:
        pytest.skip("needs the package readr of R")
    assert done.returncode == 0, done.stderr
    first = demo.places[0]
    assert done.stdout == f"{len(demo.places)}|{first['code_insee']}|{first['nom']}"


@pytest.mark.parametrize("name", ["lieux.csv", "lieux.xlsx"])
def test_libreoffice(demo: Published, name: str, tmp_path: Path) -> None:
    office = have("soffice", "libreoffice")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    # Comma, double quotes, UTF-8, from line 1, every column as text for the CSV that is read.
    reading = ["--infilter=CSV:44,34,76,1,,0,true"] if name.endswith(".csv") else []
    writing = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"
    run(
        office, profile, "--headless", *reading, "--convert-to", writing, "--outdir",
        tmp_path, demo.latest + name,
    )  # fmt: skip
    (made,) = tmp_path.glob("*.csv")
    rows = list(csv.DictReader(io.StringIO(made.read_text(encoding="utf-8"))))
    assert len(rows) == len(demo.places)
    if name.endswith(".csv"):
        assert list(rows[0]) == list(fields())
        assert [row["nom"] for row in rows] == [place["nom"] for place in demo.places]
        assert [row["code_insee"] for row in rows] == [p["code_insee"] for p in demo.places]


# A browser

_PAGE = """<!doctype html><meta charset="utf-8"><pre id="said"></pre><script>
const base = {base};
const seen = {{}};
async function ask(name, path, options) {{
  try {{
    const answer = await fetch(base + path, options);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    seen[name] = {{
      status: answer.status, length: bytes.length, first: String.fromCharCode(...bytes.slice(0, 4)),
      range: answer.headers.get("Content-Range"), etag: answer.headers.get("ETag"),
      permanent: answer.headers.get("Content-Location"), url: answer.url,
    }};
  }} catch (problem) {{ seen[name] = String(problem); }}
}}
(async () => {{
  await ask("head", "lieux.parquet", {{method: "HEAD"}});
  await ask("start", "lieux.parquet", {{headers: {{Range: "bytes=0-3"}}}});
  const end = (tag) => ({{headers: {{Range: "bytes=-4", "If-Match": tag}}}});
  await ask("held", "lieux.parquet", end(seen.head.etag));
  await ask("moved", "lieux.parquet", end('"x"'));
  await ask("text", "lieux.csv", {{}});
  document.getElementById("said").textContent = JSON.stringify(seen);
}})();
</script>"""


@pytest.mark.browser
def test_a_page_of_another_site_reads_ranges(demo: Published, tmp_path: Path) -> None:
    chromium = have("chromium", "chromium-browser", "google-chrome")
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "index.html").write_text(_PAGE.format(base=json.dumps(demo.latest)))
    handler = partial(SimpleHTTPRequestHandler, directory=str(pages))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as other:
        thread = threading.Thread(target=other.serve_forever, daemon=True)
        thread.start()
        try:
            page = run(
                chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                f"--user-data-dir={tmp_path}/profile", "--virtual-time-budget=20000",
                "--dump-dom", f"http://127.0.0.1:{other.server_address[1]}/",
            )  # fmt: skip
        finally:
            other.shutdown()
    seen = json.loads(page.partition('<pre id="said">')[2].partition("</pre>")[0])
    size = (demo.folder / "lieux.parquet").stat().st_size
    assert (seen["head"]["status"], seen["head"]["length"]) == (200, 0)
    assert (seen["start"]["status"], seen["start"]["first"]) == (206, "PAR1")
    assert seen["start"]["range"] == f"bytes 0-3/{size}"
    assert seen["start"]["permanent"].startswith(f"/demo/releases/{demo.folder.name}/")
    assert (seen["held"]["status"], seen["held"]["first"]) == (206, "PAR1")
    assert seen["moved"]["status"] == 412
    assert seen["text"]["length"] == (demo.folder / "lieux.csv").stat().st_size


# The snippets of the page, as they are


def _python(code: str, _address: str, folder: Path) -> str:
    return run(sys.executable, "-c", code, cwd=folder)


def _sql(code: str, _address: str, folder: Path) -> str:
    script = "import duckdb, sys; print(duckdb.sql(sys.argv[1]).fetchall())"
    return run(sys.executable, "-c", script, code, cwd=folder, env=duckdb_environment(folder))


def _r(code: str, _address: str, folder: Path) -> str:
    return run(have("Rscript"), "-e", code, cwd=folder)


def _qgis(code: str, address: str, folder: Path) -> str:
    # QGIS reads such an address through GDAL's /vsicurl/.
    assert code == f"{address}lieux.gpkg"
    return run(have("ogrinfo"), "-ro", "-so", "-al", f"/vsicurl/{code}", cwd=folder)


def _spreadsheet(code: str, _address: str, folder: Path) -> str:
    profile = f"-env:UserInstallation=file://{folder}/office"
    writing = "csv:Text - txt - csv (StarCalc):44,34,76"  # comma, double quotes, UTF-8
    run(have("soffice", "libreoffice"), profile, "--headless", "--convert-to", writing, code,
        "--outdir", folder, cwd=folder)  # fmt: skip
    return (folder / "lieux.csv").read_text(encoding="utf-8")


def _shell(code: str, _address: str, folder: Path) -> str:
    have("curl")
    have("sha256sum")
    return run("sh", "-c", f"set -e\n{code}", cwd=folder)


#: Tool -> how its snippet is run, and what it must have said.
RUNS: dict[str, tuple[Callable[[str, str, Path], str], str]] = {
    "pandas": (_python, "Loiret"),
    "geopandas": (_python, "EPSG:4326"),
    "duckdb": (_sql, "Loiret"),
    "r": (_r, "Loiret"),
    "qgis": (_qgis, "Layer name: lieux"),
    "tableur": (_spreadsheet, "lieu_id"),
    "verifier": (_shell, "lieux.csv: "),
}


def test_every_snippet_is_run() -> None:
    assert [one.tool for one in SNIPPETS] == list(RUNS)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=[one.tool for one in SNIPPETS])
def test_the_snippets_of_the_page_work_as_they_are(
    snippet: Snippet, demo: Published, tmp_path: Path
) -> None:
    runner, said = RUNS[snippet.tool]
    page = (demo.folder.parents[1] / "index.html").read_text(encoding="utf-8")
    shown = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert snippet.at("latest/") in shown, "the page shows something else"
    assert said in runner(snippet.at(demo.latest), demo.latest, tmp_path)


# Cells


@pytest.mark.parametrize("name", ["lieux.csv", "lieux.xlsx", "lieux-standard.csv"])
def test_libreoffice_runs_no_cell(demo: Published, name: str, tmp_path: Path) -> None:
    """A formula in the file would be one in what LibreOffice makes of it."""
    office = have("soffice", "libreoffice")
    profile = f"-env:UserInstallation=file://{tmp_path}/office"
    file = demo.folder / name
    run(office, profile, "--headless", "--convert-to", "fods", file, "--outdir", tmp_path)
    made = (tmp_path / f"{file.stem}.fods").read_text(encoding="utf-8")
    assert made.count("<table:table-row") > 100
    assert "table:formula" not in made
