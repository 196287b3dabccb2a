"""One URL answers 500, another an HTML page, a third is not in the mirror: the run goes on."""

from functools import partial
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from opendata import fetch as fetch_room
from opendata import pipeline
from opendata.catalog import load_dataset
from opendata.paths import Paths
from opendata.release import store
from opendata.status import dataset_status
from tests.builders import (
    ROWS,
    copy_installation,
    edit_source,
    empty_installation,
    small_dataset,
    small_source,
)

NAMES = ("panne", "page", "partie", "vive")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, make_httpserver: HTTPServer) -> Paths:
    """A release made from four sources on a server."""
    paths = empty_installation(tmp_path_factory.mktemp("made"))
    for number, name in enumerate(NAMES):
        rows = ROWS.replace("rue", ("rue", "allée", "chemin", "impasse")[number])
        url = make_httpserver.url_for(name)
        small_source(paths, name)
        edit_source(paths, name, f'file = "{name}.csv"', f'url = "{url}"')
        make_httpserver.expect_request(f"/{name}").respond_with_data(rows, content_type="text/csv")
    small_dataset(paths, sources=NAMES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "*")
        assert pipeline.run("jeu", paths).status == "published"
    return paths


@pytest.fixture
def published(
    made: Paths, paths: Paths, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> tuple[Paths, HTTPServer]:
    """That release, three sources of which then go wrong."""
    copy_installation(made, paths)
    monkeypatch.setenv("NO_PROXY", "*")
    patient = partial(fetch_room.fetch, sleep=lambda seconds: None)
    monkeypatch.setattr(pipeline, "fetch", patient)
    httpserver.clear()
    httpserver.expect_request("/panne").respond_with_data("oups", status=500)
    httpserver.expect_request("/page").respond_with_data("<!doctype html><p>Accueil")
    httpserver.expect_request("/partie").respond_with_data("", status=404)
    httpserver.expect_request("/vive").respond_with_data(
        ROWS.replace("rue", "impasse").replace("Tilleuls", "Frênes")
    )
    return paths, httpserver


def test_last_good_copies_are_published_and_the_dead_are_named(
    published: tuple[Paths, HTTPServer],
) -> None:
    paths, _ = published
    outcome = pipeline.run("jeu", paths)
    assert outcome.status == "published"
    lines = {line["source"]: line for line in outcome.report["sources"]}
    assert {name: lines[name]["etat"] for name in NAMES} == {
        "panne": "perimee",
        "page": "perimee",
        "partie": "perimee",
        "vive": "a_jour",
    }
    assert all(int(lines[name]["lignes_lues"]) == 4 for name in NAMES)
    for name, word in (("panne", "500"), ("page", "HTML"), ("partie", "404")):
        assert word in lines[name]["message_fr"]
        assert lines[name]["perime_depuis"]
    status = dataset_status(load_dataset("jeu", paths), paths)
    said = {line["source"]: line["message_fr"] for line in status["sources"]}
    assert said == {name: lines[name]["message_fr"] for name in NAMES}
    report = (store.latest(paths, "jeu") / "rapport.html").read_text(encoding="utf-8")
    assert all(name in report for name in NAMES)
    assert pipeline.run("jeu", paths).status == "unchanged"


def test_a_source_back_to_life_says_so_once(published: tuple[Paths, HTTPServer]) -> None:
    paths, server = published
    pipeline.run("jeu", paths)
    server.clear()
    for number, name in enumerate(NAMES):
        rows = ROWS.replace("rue", ("rue", "allée", "chemin", "impasse")[number])
        server.expect_request(f"/{name}").respond_with_data(rows)
    outcome = pipeline.run("jeu", paths)
    assert {line["etat"] for line in outcome.report["sources"]} == {"a_jour"}
    assert pipeline.run("jeu", paths).status == "unchanged"


def test_what_the_mirror_lacks_is_named_and_nothing_is_fetched(
    published: tuple[Paths, HTTPServer], tmp_path: Path
) -> None:
    paths, server = published
    mirror = tmp_path / "miroir"
    mirror.mkdir()
    (mirror / "vive.csv").write_text(ROWS.replace("rue", "impasse"), encoding="utf-8")
    entry = f'[[file]]\nurl = "{server.url_for("vive")}"\npath = "vive.csv"\n'
    (mirror / "mirror.toml").write_text(entry, encoding="utf-8")
    before = len(server.log)
    outcome = pipeline.run("jeu", Paths(paths.home, paths.catalog, mirror))
    assert len(server.log) == before
    lines = {line["source"]: line for line in outcome.report["sources"]}
    assert lines["vive"]["etat"] == "a_jour"
    assert lines["panne"]["etat"] == "perimee"
    assert "miroir" in lines["panne"]["message_fr"]


def test_a_source_without_any_copy_is_missing_and_the_others_are_published(
    paths: Paths,
) -> None:
    small_source(paths, "vive")
    small_source(paths, "fantome")
    edit_source(paths, "fantome", 'file = "fantome.csv"', 'url = "http://127.0.0.1:9/x.csv"')
    small_dataset(paths, sources=("vive", "fantome"))
    mirror = paths.home.parent / "miroir"
    mirror.mkdir()
    (mirror / "mirror.toml").write_text("", encoding="utf-8")
    outcome = pipeline.run("jeu", Paths(paths.home, paths.catalog, mirror))
    states = [line["etat"] for line in outcome.report["sources"]]
    assert (outcome.status, states) == ("published", ["a_jour", "absente"])
