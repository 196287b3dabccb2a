"""The three pages: complete, escaped, self-contained, in both languages."""

import copy
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import site_samples as samples

from opendata.site import render_dataset, render_home, render_report

HOSTILE = '<script>alert("x")</script>"\'><img src=x onerror=alert(1)>{{ 7*7 }}'
VOID = {"meta", "link", "input", "br", "img", "hr", "wbr"}


class Page(HTMLParser):
    """The tags, attributes and visible text of a page; refuses a page that is not well formed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in ("script", "style"):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]


def every_page() -> Iterator[str]:
    yield render_home(samples.home())
    yield render_dataset(samples.page())
    yield render_report(samples.report(), "../../index.html")


def poisoned(value: Any) -> Any:
    """The same structure with every string replaced by markup."""
    if isinstance(value, dict):
        return {key: poisoned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item) for item in value]
    return HOSTILE if isinstance(value, str) else value


PAGES = pytest.mark.parametrize("html", list(every_page()), ids=["home", "dataset", "report"])


@PAGES
def test_nothing_is_loaded_from_anywhere(html: str) -> None:
    page = Page(html)
    for tag, attributes in page.tags:
        assert not {"src", "srcset", "data", "poster"} & set(attributes)
        assert tag not in ("img", "iframe", "object", "embed", "base")
    # A feed is an address that readers may subscribe to: the page does not ask for it.
    loaded = [link for link in page.all("link") if link["rel"] != "alternate"]
    assert all(link["href"].startswith("data:") for link in loaded)
    assert not re.search(r"@import|url\(", html)
    assert "default-src 'none'" in page.all("meta")[1]["content"]


@PAGES
def test_both_languages_are_there_and_french_comes_first(html: str) -> None:
    page = Page(html)
    assert page.all("html")[0]["lang"] == page.all("html")[0]["data-lang"] == "fr"
    french = [a for _, a in page.tags if a.get("class", "").split()[-1:] == ["t"] and "lang" in a]
    assert len([a for a in french if a["lang"] == "fr"]) > 10
    assert {a["lang"] for a in french} == {"fr", "en"}
    assert "Aller au contenu" in page.text and "Skip to content" in page.text


@PAGES
def test_it_can_be_walked_with_a_keyboard_or_a_screen_reader(html: str) -> None:
    page = Page(html)
    ids = page.ids()
    assert len(ids) == len(set(ids))
    assert len(page.all("main")) == len(page.all("h1")) == 1
    assert page.all("a")[0] == {"class": "skip", "href": "#main"}
    assert all("scope" in header for header in page.all("th"))
    labelled = {attributes["for"] for attributes in page.all("label")}
    assert all(a["id"] in labelled for a in page.all("input") + page.all("select"))
    for _, attributes in page.tags:
        for name in attributes.get("aria-labelledby", "").split():
            assert name in ids
    inside = [a["href"][1:] for a in page.all("a") if a["href"].startswith("#")]
    assert set(inside) <= set(ids)


@pytest.mark.parametrize(
    "html",
    [
        render_home(poisoned(samples.home())),
        render_dataset(poisoned(samples.page(3))),
        render_report(poisoned(samples.report()), HOSTILE),
    ],
    ids=["home", "dataset", "report"],
)
def test_markup_in_the_data_stays_text(html: str) -> None:
    page = Page(html)
    assert "<script>alert" not in html and "<img" not in html
    assert 'alert("x")' in page.text
    assert "{{ 7*7 }}" in page.text
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x"]
)
def test_only_web_addresses_become_links(address: str) -> None:
    data = samples.page(1)
    data["rows"][0] |= {"site_web": f"{address}|https://good.example/", "telephone": address}
    data |= {"homepage": address, "contact": address, "base": address}
    data["licence"]["url"] = address
    data["releases"][0]["href"] = address
    home = samples.home()
    home[0]["href"] = address
    pages = [Page(render_dataset(data)), Page(render_home(home))]
    targets = [a["href"] for page in pages for a in page.all("a")]
    assert "https://good.example/" in targets
    assert not [t for t in targets if t.lower().startswith(("javascript", "data"))]


def test_the_dataset_page_shows_every_place_and_file() -> None:
    data = samples.page(60)
    html = render_dataset(data)
    page = Page(html)
    rows = [a for a in page.all("tr") if a.get("id", "").startswith("l-")]
    assert len(rows) == 60
    assert "jours fériés fermé" in page.text and "public holidays closed" in page.text
    targets = {a["href"] for a in page.all("a")}
    for file in data["files"]:
        assert f"releases/2026-11-23/{file['name']}" in targets
        assert file["sha256"] in page.text
    assert {"latest/lieux.csv", "releases/2026-11-23/rapport.html", "../index.html"} <= targets
    assert "1\u202f697 = 1\u202f451 + 152 + 65 + 29" in page.text
    assert "Jeu de démonstration\u00a0: données inventées, sur des communes réelles" in page.text
    assert "Demonstration dataset: invented data on real communes" in page.text
    for section in ("telecharger", "lieux", "comptes", "sources", "champs", "versions", "lire"):
        assert section in page.ids()


def test_a_real_dataset_has_no_demonstration_banner() -> None:
    data = samples.page(1) | {"demonstration": False}
    assert "données inventées" not in Page(render_dataset(data)).text


def test_a_dataset_without_a_place_says_so() -> None:
    text = Page(render_dataset(samples.page(0))).text
    assert "Cette version ne contient aucun lieu." in text
    assert "This version holds no place." in text


def test_three_thousand_places_are_quick() -> None:
    data = samples.page(3000)
    render_dataset(samples.page(1))
    start = time.perf_counter()
    html = render_dataset(data)
    assert time.perf_counter() - start < 1.5
    assert html.count('<tr id="l-') == 3000


@pytest.mark.parametrize("value", [None, "", []])
def test_missing_values_are_fine(value: object) -> None:
    bare: dict[str, Any] = {"id": "x", "title": "Un jeu"}
    Page(render_dataset(bare))
    Page(render_report({"dataset": "x"}))
    Page(render_home([{"id": "x"}]))
    Page(render_dataset(bare | dict.fromkeys(set(samples.page(0)) - set(bare), value)))
    Page(render_report(dict.fromkeys(samples.report(), value)))
    row = dict.fromkeys(samples.row(0), value) | {"nom": "Seul"}
    assert "Seul" in Page(render_dataset(bare | {"rows": [row, {}]})).text


def test_empty_sections_of_a_report_say_so() -> None:
    page = Page(render_report({"dataset": "x", "title": "Vide"}))
    for sentence in (
        "Aucune source n’a été lue",
        "Aucun problème n’a été relevé.",
        "Aucune ligne n’est en quarantaine.",
        "pas de champ à compter",
        "Aucun lieu n’a été situé.",
        "Aucun lieu n’a été ajouté, retiré ou modifié.",
    ):
        assert sentence in page.text


def test_a_report_tells_states_problems_and_quarantine() -> None:
    text = Page(render_report(samples.report())).text
    for word in (
        "Dernière bonne copie",
        "depuis le",
        "Le serveur a répondu 503\u00a0; la copie",
        "52\u00a0fois",
        "52 times",
        "Corriger la valeur dans le fichier source.",
        "1014",
        "Lieu refusé 11",
        "70,3\u00a0%",
        "12\u00a0lieux ajoutés",
        "COG 2026",
        "Voici les",
    ):
        assert word in text


def test_a_report_that_does_not_add_up_says_so() -> None:
    report = copy.deepcopy(samples.report())
    report["total"]["publiees"] = 1
    assert "Le compte ne tombe pas juste" in Page(render_report(report)).text


def in_chromium(html: str, folder: Path, fragment: str = "") -> str:
    """The page as the browser holds it once its scripts have run."""
    chromium = shutil.which("chromium") or pytest.skip("Chromium is absent")
    path = folder / "page.html"
    path.write_text(html, encoding="utf-8")
    options = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    options += "--disable-background-networking --disable-component-update --disable-sync "
    options += f"--virtual-time-budget=3000 --dump-dom --user-data-dir={folder / 'profile'}"
    command = [chromium, *options.split(), f"{path.as_uri()}{fragment}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout


def lines_shown(html: str) -> list[str]:
    return [a["id"] for a in Page(html).all("tr") if "on" in a.get("class", "").split()]


@pytest.mark.browser
def test_an_address_opens_a_place_in_english(tmp_path: Path) -> None:
    html = in_chromium(render_dataset(samples.page(60)), tmp_path, "#en:l-000000000028")
    page = Page(html)
    assert page.all("html")[0]["lang"] == page.all("html")[0]["data-lang"] == "en"
    assert lines_shown(html)[0] == "l-000000000019"
    assert [a["id"] for a in page.all("tr") if "hit" in a.get("class", "")] == ["l-000000000028"]
    assert any(a["href"].endswith("/index.html#en") for a in page.all("a"))
    assert "<title data-fr=" in html and ">Sample digital places</title>" in html


@pytest.mark.browser
def test_search_and_filters_work(tmp_path: Path) -> None:
    html = render_dataset(samples.page(60))
    typed = """<script>addEventListener('load', function () {
      var q = document.getElementById('q'), c = document.getElementById('cat');
      q.value = 'CHATEAUROUX exemple'; c.value = 'epn'; c.dispatchEvent(new Event('change'));
    });</script></body>"""
    # The page's own policy refuses scripts it does not know, this one included.
    refused = in_chromium(html.replace("</body>", typed), tmp_path)
    assert len(lines_shown(refused)) == 25
    free = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    shown = lines_shown(in_chromium(free.replace("</body>", typed), tmp_path))
    wanted = [
        row["lieu_id"]
        for row in samples.page(60)["rows"]
        if row["commune"] == "Châteauroux" and "epn" in row["categories"]
    ]
    assert shown == wanted and 0 < len(wanted) < 25
