"""The page of the indicators: data script, outlines, texts, and what a browser shows."""

import json
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from opendata.schema import table_schema, vocabulary
from opendata.site import assets
from opendata.site.indicators import render_indicators, summary_of
from opendata.site.indicators_data import indicators_data
from opendata.site.measures import LEVELS, measures
from opendata.site.simplify import simplified

HOSTILE = "</script><script>document.title='owned'</script>\u2028<img src=x onerror=alert(1)>"


def table(level: str, rows: list[dict[str, str]]) -> pd.DataFrame:
    """A published table: what a row does not say is "1" in numbers, "non" or "" elsewhere."""
    blank = {"boolean": "non", "string": ""}
    fields = table_schema(f"indicateurs-{level}")["fields"]
    usual = {field["name"]: blank.get(field["type"], "1") for field in fields}
    return pd.DataFrame([{**usual, **row} for row in rows], dtype="str")


def communes(count: int = 30) -> pd.DataFrame:
    return table(
        "communes",
        [
            {
                "code": f"180{n:02}",
                "nom": f"Commune {n:02}",
                "departement": "Cher" if n % 2 else "Indre",
                "code_departement": "18" if n % 2 else "36",
                "code_epci": "200000001",
                "population": str(100 * (n + 1)),
                "latitude": f"{46.5 + n / 100:.4f}",
                "longitude": "2.5000",
                "nb_lieux": str(n % 3),
                "distance_km": f"{n / 2:.1f}",
            }
            for n in range(count)
        ],
    )


def some_epn(places: pd.DataFrame) -> pd.Series:
    """A column that is mostly one value, as those of categories are."""
    values = pd.Series("0", index=places.index, dtype="str")
    values[[2, 7, 8]] = ["4", "5", "6"]
    return values


def departements() -> pd.DataFrame:
    return table(
        "departements",
        [
            {
                "code": code,
                "nom": name,
                "region": "Centre-Val de Loire",
                "nb_communes": "15",
                "nb_communes_sans_centre": "0",
                "population": "1000",
                "population_mesuree": "1000",
                "part_pop_5km": share,
                "nb_communes_sans_lieu_20km": far,
                "pop_sans_lieu_20km": "120",
            }
            for code, name, share, far in (
                ("18", "Cher", "50.0", "3"),
                ("36", "Indre", "70.0", "0"),
            )
        ],
    )


def squares(codes: list[str], side: float = 0.1) -> gpd.GeoDataFrame:
    """Areas side by side, each with a wavy border shared with the next."""
    lines = [
        [(2 + n * side + (0.003 if k % 2 else 0), 47 + k * side / 40) for k in range(41)]
        for n in range(len(codes) + 1)
    ]
    shapes = [shapely.Polygon(a + b[::-1]) for a, b in pairwise(lines)]
    return gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs=4326)


def read(script: str) -> dict[str, Any]:
    text = script.split("window.opendata.indicateurs = ", 1)[1].strip()
    assert text.endswith(";")
    found: dict[str, Any] = json.loads(text[:-1])
    return found


def unpacked(values: Any, count: int) -> list[Any]:
    if isinstance(values, list):
        return values
    whole, at = [values["most"]] * count, -1
    for step, other in zip(values["steps"], values["others"], strict=True):
        at += step
        whole[at] = other
    return whole


# ---- words


@pytest.mark.parametrize("level", LEVELS)
def test_every_figure_of_the_schema_is_offered_with_its_words_in_both_languages(level: str) -> None:
    offered = {}
    for measure in measures(level):
        offered[measure.name] = measure
        for term in vocabulary("categories") if measure.each else ():
            one = measure.of_category(term.value)
            offered[one.name] = one
    figures = {
        field["name"]: field
        for field in table_schema(f"indicateurs-{level}")["fields"]
        if field["type"] != "string" and field["name"] not in ("latitude", "longitude")
    }
    assert set(offered) == set(figures)
    for name, measure in offered.items():
        field = figures[name]
        assert measure.title == (field["title"], field["title_en"])
        assert measure.description == (field["description"], field["description_en"])
        assert measure.unit == (field.get("unit", ""), field.get("unit_en", field.get("unit", "")))
        assert all([*measure.title, *measure.description])
        assert "{" not in "".join([*measure.title, *measure.description])


def test_the_levels_are_the_tables_of_the_schemas() -> None:
    assert measures("communes")[0].context and measures("communes")[0].name == "population"
    for level in LEVELS:
        by_category = [measure.name for measure in measures(level) if measure.each]
        assert {"nb_lieux", "pour_10000", "distance_km"} <= set(by_category)


# ---- data script


def test_the_script_holds_every_figure_as_published() -> None:
    places = communes()
    places.loc[3, "distance_km"] = ""
    places.loc[4, "sans_lieu_20km"] = "oui"
    places["nb_epn"] = some_epn(places)
    level = read(indicators_data({"communes": places}, {}).script)["levels"]["communes"]
    assert level["code"] == places["code"].tolist()
    assert [level["places"][n] for n in level["place"]] == places["departement"].tolist()
    for name in ("population", "nb_lieux", "nb_epn", "distance_km", "pour_10000_epn"):
        expected = [float(text) if text else None for text in places[name]]
        assert unpacked(level["values"][name], len(places)) == expected, name
    far = unpacked(level["values"]["sans_lieu_20km"], len(places))
    assert far == [1 if n == 4 else 0 for n in range(len(places))]


def test_hostile_texts_stay_inert() -> None:
    places = communes(3)
    places.loc[0, ["nom", "departement"]] = HOSTILE
    script = indicators_data({"communes": places}, {}).script
    assert not set(script) & set("<>&\u2028\u2029")
    level = read(script)["levels"]["communes"]
    assert level["nom"][0] == HOSTILE and HOSTILE in level["places"]


def test_missing_levels_and_outlines() -> None:
    assert read(indicators_data({}, {}).script)["levels"] == {}
    found = read(indicators_data({"departements": departements()}, {"departements": None}).script)
    level = found["levels"]["departements"]
    assert level["shapes"] == [] and level["points"] == []
    # With the communes at hand, an area stands at its largest one.
    both = {"departements": departements(), "communes": communes()}
    level = read(indicators_data(both, {}).script)["levels"]["departements"]
    assert level["points"] == [[25000, 467900], [25000, 467800]]


def test_outlines_are_kept_on_the_grid_and_a_few_of_many_are_not_drawn() -> None:
    places = communes(4)
    outline = simplified(squares(places["code"].tolist()))
    level = read(indicators_data({"communes": places}, {"communes": outline}).script)["levels"]
    shape = level["communes"]["shapes"][1][0][0]
    ring, x, y = [], 0, 0
    for dx, dy in zip(shape[::2], shape[1::2], strict=True):
        x, y = x + dx, y + dy
        ring.append([round(x / 10_000, 4), round(y / 10_000, 4)])
    drawn = outline["features"][1]["geometry"]["coordinates"][0][0]
    assert ring == drawn[:-1]
    few = {**outline, "features": outline["features"][:1]}
    levels = read(indicators_data({"communes": places}, {"communes": few}).script)["levels"]
    found = levels["communes"]
    assert found["shapes"] == [] and all(found["points"])


def test_the_finest_level_is_left_out_of_a_script_that_is_too_large() -> None:
    both = {"communes": communes(), "departements": departements()}
    whole = indicators_data(both, {})
    assert (whole.levels, whole.left_out) == (("departements", "communes"), ())
    part = indicators_data(both, {}, limit=len(whole.script) - 500)
    assert (part.levels, part.left_out) == (("departements",), ("communes",))
    assert list(read(part.script)["levels"]) == ["departements"]
    # One level always stays: a page without any would say nothing.
    assert indicators_data(both, {}, limit=1).levels == ("departements",)


def test_parts_overseas_have_their_own_views() -> None:
    places = communes(3)
    assert read(indicators_data({"communes": places}, {}).script)["views"] == []
    places.loc[2, ["latitude", "longitude", "departement"]] = ["-21.1", "55.5", "La Réunion"]
    views = read(indicators_data({"communes": places}, {}).script)["views"]
    assert [view["en"] for view in views] == ["Mainland France and Corsica", "La Réunion"]
    assert views[1]["bounds"] == [55.5, -21.1, 55.5, -21.1]


# ---- outlines


def test_simplified_borders_stay_shared() -> None:
    found = simplified(squares(["a", "b", "c"]), tolerance_m=1000)
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in found["features"]]
    assert [feature["properties"] for feature in found["features"]] == [
        {"code": "a"}, {"code": "b"}, {"code": "c"},
    ]  # fmt: skip
    assert shapely.coverage_is_valid(shapes) and all(shape.is_valid for shape in shapes)
    before = shapely.get_num_coordinates(squares(["a", "b", "c"]).geometry.to_numpy()).sum()
    assert shapely.get_num_coordinates(shapes).sum() < before / 3
    numbers = shapely.get_coordinates(shapes)
    assert (numbers == numbers.round(4)).all()


def test_slivers_go_but_an_area_never_vanishes() -> None:
    big, islet = shapely.box(2, 47, 2.1, 47.1), shapely.box(3, 47, 3.001, 47.001)
    hole = shapely.box(2.04, 47.04, 2.041, 47.041)
    frame = gpd.GeoDataFrame(
        {"code": ["a", "b", "c", "d"]},
        geometry=[shapely.MultiPolygon([big - hole, islet]), islet, None, shapely.Point(5, 45)],
        crs=4326,
    )
    found = {f["properties"]["code"]: f["geometry"] for f in simplified(frame, 500)["features"]}
    assert [len(rings) for rings in found["a"]["coordinates"]] == [1]
    assert len(found["b"]["coordinates"]) == 1
    assert "c" not in found
    assert found["d"] == {"type": "Point", "coordinates": [5.0, 45.0]}


def test_areas_overseas_are_simplified_too() -> None:
    frame = squares(["97401", "97402"])
    frame["geometry"] = frame.geometry.translate(53.5, -68)
    found = simplified(frame, 1000)
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in found["features"]]
    assert shapely.coverage_is_valid(shapes)
    assert shapes[0].bounds == pytest.approx(frame.geometry.iloc[0].bounds, abs=0.01)


def test_an_island_is_as_fine_beside_the_mainland_as_alone() -> None:
    island = squares(["97401", "97402"], side=0.2)
    island["geometry"] = island.geometry.translate(53.5, -68)
    mainland = squares(["a", "b", "c", "d"], side=2.0)
    alone = simplified(island)["features"]
    beside = simplified(pd.concat([mainland, island], ignore_index=True))["features"]
    assert beside[4:] == alone and len(alone) == 2
    assert shapely.get_num_coordinates(shapely.geometry.shape(alone[0]["geometry"])) > 50


def test_a_border_that_crosses_itself_breaks_nothing() -> None:
    frame = squares(["a", "b"])
    frame.loc[1, "geometry"] = shapely.Polygon([(2.1, 47), (2.2, 47.1), (2.2, 47), (2.1, 47.1)])
    assert len(simplified(frame, 500)["features"]) == 2


def test_nothing_to_simplify() -> None:
    frame = gpd.GeoDataFrame({"code": ["a"]}, geometry=[None], crs=4326)
    assert simplified(frame) == {"type": "FeatureCollection", "features": []}


# ---- page


def page(**more: Any) -> dict[str, Any]:
    return {
        "id": "exemple",
        "title": "Lieux d'exemple",
        "title_en": "Sample places",
        "version": "2026-01-02",
        "created": "2026-01-02T03:04:05Z",
        "scripts": {"assets": f"../{assets.assets_folder()}", "data": "indicateurs-2026-01-02.js"},
        "base": "releases/2026-01-02",
        "levels": ["departements", "communes"],
        "left_out": [],
        "summary": summary_of(departements()),
        "files": [
            {"name": "indicateurs-communes.csv", "format": "csv", "bytes": 10, "sha256": "ab" * 32},
            {"name": "lieux.csv", "format": "csv", "bytes": 10, "sha256": "cd" * 32},
        ],
        **more,
    }


def test_the_page_says_who_is_far_in_both_languages() -> None:
    html = render_indicators(page())
    assert "3\u00a0communes sur 30 n’ont aucun lieu à 20 km ou moins de leur centre" in html
    assert "240\u00a0habitants, soit 12,0\u00a0% de la population" in html
    assert "3 communes out of 30 have no place within 20 km of their centre" in html
    assert "60,0\u00a0%" in html and "60.0%" in html  # of the people, within 5 km


@pytest.mark.parametrize(
    ("far", "french", "english"),
    [
        (0, "Les 30 communes ont toutes un lieu", "All 30 communes have a place"),
        (1, "1\u00a0commune sur 30 n’a aucun lieu", "1 commune out of 30 has no place"),
        (30, "Aucune des 30 communes n’a de lieu", "None of the 30 communes has a place"),
    ],
)
def test_the_lead_reads_well_at_both_ends(far: int, french: str, english: str) -> None:
    html = render_indicators(page(summary={**page()["summary"], "far_communes": far}))
    assert french in html and english in html


def test_the_page_links_its_scripts_its_files_and_nothing_outside() -> None:
    html = render_indicators(page())
    folder = f"../{assets.assets_folder()}"
    for name in ("leaflet/leaflet.js", "indicators.js"):
        assert f'<script src="{folder}/{name}"></script>' in html
    assert '<script src="indicateurs-2026-01-02.js"></script>' in html
    assert 'href="releases/2026-01-02/indicateurs-communes.csv"' in html
    assert "lieux.csv" not in html
    assert "http://" not in html.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in html
    policy = html.split('Content-Security-Policy" content="')[1].split('"')[0]
    assert "script-src &#39;self&#39;" in policy or "script-src 'self'" in policy


def test_what_is_left_out_is_said_with_its_file() -> None:
    html = render_indicators(page(levels=["departements"], left_out=["communes"]))
    assert "trop de territoires pour cette page" in html
    assert 'href="releases/2026-01-02/indicateurs-communes.csv"><code>' in html
    assert "trop de territoires" not in render_indicators(page())


def test_a_page_of_almost_nothing_and_one_of_hostile_texts() -> None:
    bare = render_indicators({"id": "x", "title": "x"})
    assert "<script src=" not in bare and "Définitions" in bare
    summary = page()["summary"]
    summary["rows"][0]["nom"] = HOSTILE
    html = render_indicators(
        page(title=HOSTILE, summary=summary, scripts={"assets": "//evil.example", "data": HOSTILE})
    )
    assert "<script>document.title" not in html and "<img src=x" not in html
    assert "evil.example" not in html and "<script src=" not in html


# ---- browser


def shown(tmp_path: Path, fragment: str, places: pd.DataFrame, outline: Any = None) -> str:
    """The page as a browser holds it once its scripts have run."""
    chromium = shutil.which("chromium") or pytest.skip("Chromium is absent")
    assets.write_assets(tmp_path)
    folder = tmp_path / "exemple"
    folder.mkdir()
    data = indicators_data(
        {"departements": departements(), "communes": places}, {"communes": outline}
    )
    (folder / "indicateurs-2026-01-02.js").write_text(data.script, encoding="utf-8")
    path = folder / "indicateurs.html"
    path.write_text(render_indicators(page(levels=data.levels)), encoding="utf-8")
    options = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    options += "--disable-background-networking --disable-component-update --disable-sync "
    options += f"--virtual-time-budget=3000 --dump-dom --user-data-dir={tmp_path / 'profile'}"
    command = [chromium, *options.split(), f"{path.as_uri()}{fragment}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout


def legend(html: str) -> list[str]:
    block = html.split('id="legend"')[1].split("</ul>")[0]
    texts = [part.split("<")[0].strip() for part in block.split("<span")[1:]]
    return [text.split(">", 1)[1] for text in texts]


@pytest.mark.browser
def test_a_browser_draws_classes_and_the_same_table(tmp_path: Path) -> None:
    places = communes()
    places.loc[29, "nom"] = HOSTILE
    places.loc[5, "distance_km"] = ""
    html = shown(
        tmp_path,
        "#en:niveau=communes&indicateur=distance_km&lieu=18003",
        places,
        simplified(squares(places["code"].tolist())),
    )
    assert legend(html) == [
        "under 3.5&nbsp;km", "6", "3.5 to under 6.5&nbsp;km", "6", "6.5 to under 9&nbsp;km", "5",
        "9 to under 12&nbsp;km", "6", "12 to 14.5&nbsp;km", "6", "no value", "1",
    ]  # fmt: skip
    assert html.count('class="leaflet-interactive area tone-') == 30
    assert "area tone-void" in html and html.count(" picked") == 1
    assert html.count('aria-sort="descending"') == 1
    rows = html.split('id="areas"')[1].split("<tbody>")[1].split("</tbody>")[0]
    assert rows.count("<tr") == 30
    assert rows.index("14.5&nbsp;km") < rows.index("Commune 00") < rows.index("Commune 05")
    assert "<img" not in html and "owned</title>" not in html


@pytest.mark.browser
def test_without_outlines_a_browser_draws_circles_and_says_why(tmp_path: Path) -> None:
    places = communes()
    places["nb_epn"] = some_epn(places)
    html = shown(tmp_path, "#niveau=communes&indicateur=nb_lieux&categorie=epn", places)
    assert legend(html) == ["0", "27", "4", "1", "5", "1", "6", "1"]
    rows = html.split('id="areas"')[1].split("<tbody>")[1]
    first = [rows.index(f"Commune {n:02}") for n in (8, 7, 2, 0)]
    assert first == sorted(first)
    assert html.count(' round"') == 30
    said = html.split('id="drawn"')[1].split("</p>")[0]
    assert "contours" in said
    assert "opendata " not in said  # a page for readers names no command
