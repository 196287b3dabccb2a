"""What is beside the releases follows from them, whole after every command."""

import html
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from opendata import pipeline
from opendata.catalog import load_dataset
from opendata.files import read_json, write_json
from opendata.pages import write_pages
from opendata.paths import Paths
from opendata.schema import vocabulary
from tests.conftest import Command


def latest_of(paths: Paths) -> str:
    return (published(paths) / "latest").resolve().name


def published(paths: Paths) -> Path:
    return paths.dataset("jeu")


def write_again(paths: Paths) -> None:
    write_pages(load_dataset("jeu", paths), paths)


def second_release(paths: Paths) -> str:
    source = paths.project / "essai.csv"
    text = source.read_text(encoding="utf-8")
    assert "5 rue du Pont" in text
    source.write_text(text.replace("5 rue du Pont", "7 rue du Pont"), encoding="utf-8")
    outcome = pipeline.run("jeu", paths)
    assert outcome.status == "published", outcome.reasons
    return outcome.version


def test_a_published_dataset_has_all_its_pages(released: Paths) -> None:
    folder = published(released)
    version = latest_of(released)
    names = {path.name for path in folder.iterdir()}
    assert names >= {"index.html", "indicateurs.html", f"{version}.html", "releases.json",
                     "feed.atom", "latest", "releases"}  # fmt: skip
    scripts = sorted(name for name in names if name.endswith(".js"))
    assert [name.split("-")[0] for name in scripts] == ["indicateurs", "lieux"]
    top = {path.name for path in released.published.iterdir()}
    assert top >= {"index.html", "catalogue.ttl", "catalogue.jsonld", "catalogue-datagouv.jsonld",
                   "feed.atom", "assets"}  # fmt: skip


def test_every_link_of_every_page_leads_somewhere(released: Paths) -> None:
    second_release(released)
    seen = 0
    for page in released.published.rglob("*.html"):
        if "releases" in page.parts[:-1] and page.name != "rapport.html":
            continue
        text = page.read_text(encoding="utf-8")
        anchors = set(re.findall(r' id="([^"]+)"', text))
        for target in re.findall(r'(?:href|src)="([^"]*)"', text):
            if re.match(r"(https?|mailto|tel|data):", target):
                continue
            path, _, anchor = target.partition("#")
            if path:
                assert (page.parent / path).exists(), (page.name, target)
                seen += 1
            elif anchor:
                assert anchor in anchors, (page.name, target)
    assert seen > 60


def test_pages_ask_nothing_of_any_other_site(released: Paths) -> None:
    loading = re.compile(r'<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc="([^"]*)"')
    sheets = re.compile(r'<link\b[^>]*\brel="(?:stylesheet|preload|icon)"[^>]*\bhref="([^"]*)"')
    for page in released.published.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for address in (*loading.findall(text), *sheets.findall(text)):
            assert not re.match(r"(https?:)?//", address), (page.name, address)
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
        assert html.unescape(policy).startswith("default-src 'none'")
        assert "http" not in policy


def test_the_scripts_of_an_old_release_go_when_the_pages_no_longer_load_them(
    released: Paths,
) -> None:
    folder = published(released)
    before = {path.name for path in folder.glob("*.js")}
    second_release(released)
    after = {path.name for path in folder.glob("*.js")}
    assert len(before) == len(after) == 2
    assert not before & after
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert all(name in page for name in after if name.startswith("lieux"))


def test_a_page_of_a_release_is_written_again_only_when_something_changed(
    released: Paths,
) -> None:
    folder = published(released)
    (page,) = folder.glob("20*.html")
    os.utime(page, (1, 1))
    write_again(released)
    assert page.stat().st_mtime == 1
    second_release(released)
    assert page.stat().st_mtime > 1
    assert "la remplace" in page.read_text(encoding="utf-8")


def test_a_release_that_was_taken_back_says_so(released: Paths, command: Command) -> None:
    version = second_release(released)
    status, _ = command("rollback", "jeu", "--reason", "Une colonne est vide.")
    assert status == 0
    text = (published(released) / f"{version}.html").read_text(encoding="utf-8")
    assert "Cette version a été retirée" in text
    assert "Une colonne est vide." in text
    assert version != latest_of(released)


def test_the_page_of_a_deleted_release_goes_with_it(released: Paths) -> None:
    from opendata.release.staging import remove

    first = latest_of(released)
    second_release(released)
    remove(released.releases("jeu") / first)
    write_again(released)
    assert not (published(released) / f"{first}.html").exists()
    page = (published(released) / "index.html").read_text(encoding="utf-8")
    assert f'href="{first}.html"' not in page


def test_releases_of_before_are_still_shown(released: Paths) -> None:
    """An installation that is brought up to date has releases that say less of themselves."""
    path = published(released) / "latest" / "datapackage.json"
    package = read_json(path)
    kept = {"demonstration", "territory", "licence_reason", "licence_reason_en", "reference",
            "inputs", "content"}  # fmt: skip
    package["opendata"] = {name: package["opendata"][name] for name in kept}
    package["resources"] = [
        {name: value for name, value in one.items() if name != "role"}
        for one in package["resources"]
        if one.get("role") != "metadata"
    ]
    write_json(path, package)
    write_again(released)
    assert "Essai" in (published(released) / "index.html").read_text(encoding="utf-8")
    assert "dcat:Dataset" in (released.published / "catalogue.ttl").read_text(encoding="utf-8")


def test_the_public_address_is_in_every_document(released: Paths) -> None:
    url = "https://donnees.exemple.fr/lieux"
    (released.catalog / "catalogue.toml").write_text(f'title = "Tout"\nurl = "{url}"\n')
    outcome = pipeline.run("jeu", released)
    assert outcome.status == "published"  # another address is another release
    folder = published(released) / "latest"
    package = read_json(folder / "datapackage.json")
    assert package["opendata"]["url"] == f"{url}/"
    base = f"{url}/jeu/releases/{outcome.version}/"
    assert f"{base}lieux.csv" in (folder / "croissant.json").read_text()
    assert f"{base}lieux.csv" in (folder / "dcat.ttl").read_text()
    assert f"{url}/jeu/latest/lieux.csv" in (released.published / "catalogue.ttl").read_text()
    page = (published(released) / "index.html").read_text(encoding="utf-8")
    assert f"{url}/jeu/latest/lieux.parquet" in page
    assert "Tout" in (released.published / "index.html").read_text(encoding="utf-8")
    assert f"Sitemap: {url}/sitemap.xml" in (released.published / "robots.txt").read_text()
    sitemap = (released.published / "sitemap.xml").read_text()
    assert f"<loc>{url}/jeu/indicateurs.html</loc>" in sitemap


def test_a_slip_in_the_catalogue_stops_a_run_with_its_sentence(
    released: Paths, command: Command
) -> None:
    (released.catalog / "catalogue.toml").write_text('titre = "Tout"\n')
    status, said = command("run", "jeu")
    assert status == 2
    assert "catalogue.toml" in said and "« titre »" in said and "« title »" in said
    assert command("status")[0] == 2
    assert command("--debug", "status")[0] == 2  # a traceback, and the same exit status
    for text, expected in (
        ('url = "donnees.exemple.fr"', "url"),
        ("url = 3", "url"),
        ('contact = "personne"', "contact"),
        ('[tiles]\nurl = "http://tuiles.fr/{z}/{x}/{y}.png"\nattribution = "x"', "tiles.url"),
        ('[tiles]\nurl = "https://tuiles.fr/x.png"\nattribution = "x"', "tiles.url"),
        ('[tiles]\nurl = "https://tuiles.fr/{z}/{x}/{y}.png"', "tiles.attribution"),
    ):
        (released.catalog / "catalogue.toml").write_text(f"{text}\n")
        status, said = command("run", "jeu")
        assert status == 2, text
        assert f"« {expected} »" in said
    # Readers are not to wait for it: a release is taken back in spite of it.
    write_again(released)


def test_json_ld_of_the_page_is_the_file_said_for_the_page(released: Paths) -> None:
    page = (published(released) / "index.html").read_text(encoding="utf-8")
    (told,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    inside: dict[str, Any] = json.loads(told)
    file = read_json(published(released) / "latest" / "schema-org.jsonld")
    for name in ("name", "version", "dateModified", "license", "temporalCoverage"):
        assert inside[name] == file[name]
    files = {one["contentUrl"].removeprefix("latest/") for one in inside["distribution"]}
    assert {"lieux.csv", "lieux.xlsx", "lieux.gpkg", "lieux.parquet"} <= {
        name.rsplit("/", 1)[-1] for name in files
    }


def test_a_dataset_too_large_for_a_map_has_its_files_and_first_rows(
    released: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opendata.pages.dataset.MOST_PLACES", 3)
    write_again(released)
    page = (published(released) / "index.html").read_text(encoding="utf-8")
    assert "Espace numérique des Tilleuls" in page
    assert "latest/lieux.csv" in page
    assert not list(published(released).glob("lieux-*.js"))
    assert "leaflet.js" not in page


def test_no_colon_is_glued_to_what_it_parts(released: Paths) -> None:
    second_release(released)
    for page in published(released).glob("*.html"):
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"<(script|style|svg|code|pre)\b.*?</\1>", "", text, flags=re.S)
        french = re.sub(r'<span class="t" lang="en">[^<]*</span>', "", text)
        seen = html.unescape(re.sub(r"<[^>]+>", "", french))
        assert not re.findall(r"[a-zé]:[a-zé0-9]", seen), page.name
        assert "Changements" in seen or page.name == "indicateurs.html"


def test_a_release_that_lost_a_file_is_told_in_one_sentence(
    released: Paths, command: Command
) -> None:
    (released.releases("jeu") / latest_of(released) / "lieux.csv").unlink()
    status, said = command("run", "jeu")
    assert status == 3
    assert "a perdu lieux.csv" in said and "--force" in said
    assert pipeline.run("jeu", released, force=True).status == "published"


def test_another_dataset_that_lost_a_file_takes_nothing_from_the_others(released: Paths) -> None:
    other = released.published / "autre"
    shutil.copytree(published(released), other, symlinks=True)
    (other / "latest" / "lieux.csv").unlink()
    write_again(released)
    home = (released.published / "index.html").read_text(encoding="utf-8")
    assert home.count('<li class="card') == 2


def test_a_joined_place_is_found_under_the_one_that_took_over(released: Paths) -> None:
    folder = published(released) / "latest"
    ids = (folder / "identifiants.csv").read_text(encoding="utf-8").splitlines()
    kept = ids[1].split(",")[0]
    ended = f"l-000000000000,fusionne,2026-01-01,{kept}" + "," * (ids[0].count(",") - 3)
    (folder / "identifiants.csv").write_text("\r\n".join([*ids, ended, ""]), encoding="utf-8")
    for script in published(released).glob("lieux-*.js"):
        script.unlink()
    write_again(released)
    (script,) = published(released).glob("lieux-*.js")
    assert f'"finis":{{"l-000000000000":"{kept}"}}' in script.read_text(encoding="utf-8")


def test_those_whose_reference_data_are_published_are_named(released: Paths) -> None:
    folder = published(released) / "latest"
    for name in ("CITATION.txt", "dcat.ttl", "datapackage.json"):
        text = (folder / name).read_text(encoding="utf-8")
        assert "INSEE" in text and "GeoNames" in text, name
        assert "IGN" not in text, name  # nothing of it was downloaded
    assert "INSEE" in (published(released) / "index.html").read_text(encoding="utf-8")


def test_a_release_is_dated_by_the_day_it_went_out(released: Paths) -> None:
    """Two releases of one copy have the same data, and are news one after the other."""
    (released.catalog / "catalogue.toml").write_text('url = "https://a.exemple.fr/"\n')
    pipeline.run("jeu", released)
    newer, older = read_json(published(released) / "releases.json")["releases"]
    assert newer["created"] == older["created"]
    assert newer["publiee_le"] >= older["publiee_le"] > ""
    write_again(released)
    again = read_json(published(released) / "releases.json")["releases"]
    assert [one["publiee_le"] for one in again] == [newer["publiee_le"], older["publiee_le"]]
    feed = (published(released) / "feed.atom").read_text(encoding="utf-8")
    assert f"<published>{newer['publiee_le']}</published>" in feed


def test_the_dictionary_lists_what_a_closed_field_may_hold(released: Paths) -> None:
    page = (published(released) / "index.html").read_text(encoding="utf-8")
    for term in vocabulary("categories"):
        assert f"<li><code>{term.value}</code>" in page


def test_each_page_says_which_address_is_its_own(released: Paths) -> None:
    assert "canonical" not in (published(released) / "index.html").read_text(encoding="utf-8")
    url = "https://donnees.exemple.fr/"
    (released.catalog / "catalogue.toml").write_text(f'url = "{url}"\n')
    write_again(released)
    version = latest_of(released)
    pages = {"index.html": "jeu/", "indicateurs.html": "jeu/indicateurs.html",
             f"{version}.html": f"jeu/{version}.html"}  # fmt: skip
    for name, address in pages.items():
        text = (published(released) / name).read_text(encoding="utf-8")
        assert f'<link rel="canonical" href="{url}{address}">' in text
    home = (released.published / "index.html").read_text(encoding="utf-8")
    assert f'<link rel="canonical" href="{url}">' in home
