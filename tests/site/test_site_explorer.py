"""The script of places, the shared files, and the map page in a browser."""

import json
import re
import shutil
import subprocess
import threading
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import site_samples as samples

from opendata.site import assets, downloads, render_dataset
from opendata.site.explorer import explorer_script, in_order, points_of, tiles_host

TILES = {"url": "https://{s}.tuiles.example/{z}/{x}/{y}.png", "attribution": "© <b>Essai</b>"}


def read(script: str) -> dict[str, Any]:
    """What the script hands over, read as JSON (which its literal is)."""
    found = re.fullmatch(
        r"window\.opendata = window\.opendata \|\| \{\};\nwindow\.opendata\.lieux = (.*);\n",
        script,
    )
    assert found
    content: dict[str, Any] = json.loads(found[1])
    return content


def test_places_come_back_as_they_are_published() -> None:
    table = samples.table(60)
    data = read(explorer_script(table, samples.outlines(), TILES, {"essai-region": "La région"}))
    rows = in_order(table).to_dict("records")
    assert data["ids"] == [row["lieu_id"] for row in rows]
    names = [name for _, name, _ in data["communes"]]
    assert [names[n] for n in data["commune"]] == [row["commune"] for row in rows]
    assert len(names) == len(samples.TOWNS)
    codes = [code for code, _, _ in data["categories"]]
    shown = ["|".join(codes[c] for c in data["listesCategories"][n]) for n in data["categorie"]]
    assert shown == [row["categories"] for row in rows]
    precisions = [line[0] for line in data["precisions"]]
    assert [precisions[n] for n in data["precision"]] == [row["geo_precision"] for row in rows]
    assert data["latitudes"][0] == round(float(rows[0]["latitude"]) * 100_000)
    assert ["La région"] in data["sources"] and ["La région", "essai-mairies"] in data["sources"]
    hours = [line for line in data["horaires"] if "jours fériés" in line[0]]
    assert hours and "public holidays closed" in hours[0][1]


def test_the_order_is_that_of_communes_then_names_without_accents() -> None:
    table = samples.table(4)
    table["commune"] = ["Évry", "Albi", "Evry", "Zonza"]
    table["nom"] = ["b", "x", "Â", "y"]
    assert in_order(table)["nom"].tolist() == ["x", "Â", "b", "y"]


def test_every_text_that_comes_back_is_written_once() -> None:
    data = read(explorer_script(samples.table(60)))
    for name in ("codesPostaux", "horaires", "listesCategories", "sources"):
        assert len({json.dumps(value) for value in data[name]}) == len(data[name]) < 20


def test_no_text_ends_the_script_and_no_strange_link_gets_in() -> None:
    hostile = "</script><script>alert(1)</script>\u2028\u2029'\\\""
    table = samples.table(3, nom=hostile, adresse=hostile, horaires=hostile)
    table["site_web"] = "javascript:alert(1)|https://bon.example/|data:text/html,x"
    script = explorer_script(table, None, None, {"essai-region": hostile})
    assert "</" not in script and "<" not in script
    assert not {"\u2028", "\u2029"} & set(script)
    data = read(script)
    assert data["noms"] == [hostile] * 3
    assert data["sites"] == [["https://bon.example/"]]


def test_points_that_are_missing_or_wrong_are_none() -> None:
    table = samples.table(4)
    table["latitude"] = ["", "x", "nan", "47.5"]
    assert sorted(map(str, read(explorer_script(table))["latitudes"])) == [
        "4750000", "None", "None", "None"
    ]  # fmt: skip
    assert points_of(table) == [(47.5, float(table["longitude"].iloc[3]))]


def test_outlines_are_cut_or_left_out() -> None:
    table = samples.table(30)
    near = table[table["code_departement"].isin(["45", "37"])]
    found = read(explorer_script(near, samples.outlines()))["contours"]
    assert found["features"][0]["properties"] == {"code": "45", "nom": "Département 45"}
    assert found["features"][0]["geometry"]["coordinates"][0][0][2] == [2.0, 49.1235]
    assert read(explorer_script(table, samples.outlines()))["contours"] is None
    assert read(explorer_script(table, {"features": []}))["contours"] is None


def test_tiles_are_named_by_their_host_alone() -> None:
    assert tiles_host(TILES) == "https://*.tuiles.example"
    assert tiles_host({"url": "https://t.example:8443/{z}"}) == "https://t.example:8443"
    assert tiles_host(None) == tiles_host({"url": "javascript:x"}) == ""
    assert tiles_host({"url": "https://a;script-src/{z}"}) == ""
    assert read(explorer_script(samples.table(1), None, TILES))["tuiles"] == TILES
    policy = assets.policy("language.js", shared=True, images="https://t.example")
    assert "img-src data: https://t.example;" in policy
    assert downloads.image_host("https://t.example; script-src *") == ""


def test_no_place_at_all_is_a_script_too() -> None:
    assert read(explorer_script(samples.table(1).head(0)))["ids"] == []


def test_sixty_thousand_places_take_seconds() -> None:
    table = pd.concat([samples.table(600)] * 100, ignore_index=True)
    table["lieu_id"] = [f"l-{n:x}" for n in range(len(table))]
    table["nom"] += table["lieu_id"]
    start = time.perf_counter()
    script = explorer_script(table)
    assert time.perf_counter() - start < 8
    assert len(script) < 12_000_000


def test_shared_files_are_copied_once_under_their_hash(tmp_path: Path) -> None:
    name = assets.write_assets(tmp_path)
    assert re.fullmatch(r"assets/[0-9a-f]{12}", name) and name == assets.assets_folder()
    assert {"explorer.js", "explorer.css", "leaflet/leaflet.js"} <= set(assets.ASSETS)
    assert all((tmp_path / name / one).is_file() for one in assets.ASSETS)
    assert "README.md" not in assets.ASSETS
    (tmp_path / name / "explorer.js").write_text("as it was", encoding="utf-8")
    assert assets.write_assets(tmp_path) == name
    assert (tmp_path / name / "explorer.js").read_text(encoding="utf-8") == "as it was"


def test_two_processes_may_write_the_shared_files_at_once(tmp_path: Path) -> None:
    errors: list[Exception] = []

    def write() -> None:
        try:
            assets.write_assets(tmp_path)
        except OSError as error:
            errors.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert [path.name for path in (tmp_path / "assets").iterdir()] == [
        assets.assets_folder().removeprefix("assets/")
    ]


def test_vendored_files_name_nothing_that_is_absent() -> None:
    folder = Path(assets.__file__).parent / "assets"
    for name in assets.ASSETS:
        text = (folder / name).read_text(encoding="utf-8")
        assert "sourceMappingURL" not in text
        assert not re.search(r"url\((?!['\"]?data:)", text) or not name.endswith(".css")


def test_files_are_grouped_by_what_people_do_with_them() -> None:
    files = [{"name": name} for name in (
        "changements.csv", "lieux.parquet", "lieux.csv", "lieux.gpkg", "indicateurs-epci.csv",
        "lieux-standard.csv", "lieux.xlsx", "SHA256SUMS",
    )]  # fmt: skip
    found = downloads.groups(files, [{"name": "datapackage.json"}, {"name": "SHA256SUMS"}])
    assert [(g.code, [f["name"] for f in g.files]) for g in found] == [
        ("tous", ["lieux.xlsx", "lieux.csv"]),
        ("cartes", ["lieux.gpkg", "lieux.parquet"]),
        ("standard", ["lieux-standard.csv"]),
        ("indicateurs", ["indicateurs-epci.csv"]),
        ("suivi", ["changements.csv"]),
        ("metadonnees", ["SHA256SUMS", "datapackage.json"]),
    ]
    assert [f["name"] for f in downloads.main_files(files)] == [
        "lieux.xlsx", "lieux.csv", "lieux.gpkg"
    ]  # fmt: skip


class Dom(HTMLParser):
    """Ids of the rows, those chosen, and text by id, of a page as the browser holds it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[str] = []
        self.hit: list[str] = []
        self.classes: list[str] = []
        self.html = html
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.classes += found.get("class", "").split()
        if tag == "tr" and found.get("id", "").startswith("l-"):
            self.rows.append(found["id"])
            if "hit" in found.get("class", "").split():
                self.hit.append(found["id"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published folder with one dataset: its page, its data, the shared files."""
    folder = tmp_path_factory.mktemp("site")
    page = samples.page(60)
    page["scripts"]["assets"] = f"../{assets.write_assets(folder)}"
    page["rows"] = page["rows"][:25]
    dataset = folder / "lieux-essai"
    dataset.mkdir()
    script = explorer_script(samples.table(60), samples.outlines())
    (dataset / page["scripts"]["data"]).write_text(script, encoding="utf-8")
    unknown = "<script>document.documentElement.setAttribute('data-ran', '1')</script></body>"
    html = render_dataset(page).replace("</body>", unknown)
    (dataset / "index.html").write_text(html, encoding="utf-8")
    return folder


def in_chromium(site: Path, address: str) -> tuple[Dom, str]:
    """The page once its scripts have run, and what the console said."""
    chromium = shutil.which("chromium") or pytest.skip("Chromium is absent")
    options = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    options += "--disable-background-networking --disable-component-update --disable-sync "
    options += "--enable-logging=stderr --window-size=1200,900 "
    options += f"--virtual-time-budget=2000 --dump-dom --user-data-dir={site / 'profile'}"
    page = (site / "lieux-essai/index.html").as_uri()
    done = subprocess.run(
        [chromium, *options.split(), f"{page}{address}"],
        capture_output=True, text=True, timeout=90, check=True,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return Dom(done.stdout), "\n".join(said)


@pytest.mark.browser
def test_the_address_filters_the_places(site: Path) -> None:
    dom, said = in_chromium(site, "?q=CHATEAUROUX+exemple&categorie=epn")
    wanted = [
        row["lieu_id"]
        for row in map(samples.row, range(60))
        if row["commune"] == "Châteauroux" and "epn" in row["categories"]
    ]
    assert sorted(dom.rows) == sorted(wanted) and 0 < len(wanted) < 25
    assert {"ready", "leaflet-container"} <= set(dom.classes)
    assert f"<b>{len(wanted)} lieux</b> sur 60" in dom.html
    # The one script the policy does not know was refused, and nothing else.
    assert "data-ran=" not in dom.html
    assert said.count("CONSOLE") == 1 and "Content Security Policy" in said


@pytest.mark.browser
def test_an_address_opens_a_place_in_english(site: Path) -> None:
    wanted = in_order(samples.table(60))["lieu_id"].tolist()
    dom, _ = in_chromium(site, f"?q=nothing#en:{wanted[40]}")
    assert dom.hit == [wanted[40]]
    assert dom.rows == wanted[25:50]
    assert "leaflet-popup" in dom.classes and "See its row in the table" in dom.html
    assert '<html lang="en" data-lang="en"' in dom.html
    assert "page 2 of 3" in dom.html and "<title data-fr=" in dom.html
    assert ">Sample digital places</title>" in dom.html
    assert "indicateurs.html#en" in dom.html and "2026-11-23.html#en:changements" in dom.html


@pytest.mark.browser
def test_without_the_data_the_first_rows_stay(site: Path) -> None:
    data = site / "lieux-essai/lieux-0123456789ab.js"
    aside = data.rename(data.with_suffix(".aside"))
    try:
        dom, _ = in_chromium(site, "")
    finally:
        aside.rename(data)
    assert len(dom.rows) == 25 and "ready" not in dom.classes
