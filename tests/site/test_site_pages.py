"""The three pages: complete, escaped, self-contained, in both languages."""

import copy
import re
from collections.abc import Iterator
from html.parser import HTMLParser
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
    own = re.compile(r"data:.*|\.\./assets/[0-9a-f]{12}/[\w./]+|lieux-[0-9a-f]{12}\.js", re.S)
    for tag, attributes in page.tags:
        assert not {"srcset", "data", "poster"} & set(attributes)
        assert own.fullmatch(attributes.get("src", "data:"))
        assert tag not in ("img", "iframe", "object", "embed", "base")
    # A feed is an address that readers may subscribe to: the page does not ask for it.
    loaded = [link for link in page.all("link") if link["rel"] != "alternate"]
    assert all(own.fullmatch(link["href"]) for link in loaded)
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


def test_the_dataset_page_shows_its_rows_and_every_file() -> None:
    data = samples.page(25) | {"places": 1451}
    html = render_dataset(data)
    page = Page(html)
    rows = [a for a in page.all("tr") if a.get("id", "").startswith("l-")]
    assert len(rows) == 25
    assert "jours fériés fermé" in page.text and "public holidays closed" in page.text
    targets = {a["href"] for a in page.all("a")}
    for file in [*data["files"], *data["metadata"]]:
        assert f"releases/2026-11-23/{file['name']}" in targets
        assert file["sha256"] in page.text
    assert {"latest/lieux.csv", "releases/2026-11-23/rapport.html", "../index.html"} <= targets
    assert {"2026-11-23.html", "indicateurs.html", "2026-11-23.html#changements"} <= targets
    assert "releases/2026-11-23/CITATION.cff" in targets
    assert "1\u202f697 = 1\u202f451 + 152 + 65 + 29" in page.text
    assert "Jeu de démonstration\u00a0: données inventées, sur des communes réelles" in page.text
    assert "Demonstration dataset: invented data on real communes" in page.text
    for section in ("telecharger", "lieux", "comptes", "sources", "champs", "versions", "lire"):
        assert section in page.ids()


def test_licence_date_map_and_download_come_before_all_else() -> None:
    html = render_dataset(samples.page(25))
    top = html[html.index("<main") : html.index('<section id="lieux"')]
    for wanted in (
        "Licence Ouverte 2.0 (Etalab)",
        "23 novembre 2026",
        "Centre-Val de Loire",
        "chaque jour",
        'href="releases/2026-11-23/lieux.xlsx" download',
        'href="#lieux"',
    ):
        assert wanted in top


def test_a_page_without_data_of_its_own_has_no_map_and_no_loose_policy() -> None:
    for scripts in (None, {}, {"assets": "../assets/x"}, {"assets": "//h/x", "data": "a.js"}):
        html = render_dataset(samples.page(3) | {"scripts": scripts, "places": 60})
        page = Page(html)
        assert not page.all("input") and "file:" not in page.all("meta")[1]["content"]
        assert "tous sont dans" in page.text
    shared = Page(render_dataset(samples.page(3) | {"tiles_host": "https://t.example"}))
    policy = shared.all("meta")[1]["content"]
    assert "script-src 'self' file: 'sha256-" in policy
    assert "img-src data: https://t.example;" in policy and "connect-src 'none'" in policy
    assert "le fond de carte vient de" in shared.text and "https://t.example." in shared.text


def test_a_real_dataset_has_no_demonstration_banner() -> None:
    data = samples.page(1) | {"demonstration": False}
    assert "données inventées" not in Page(render_dataset(data)).text


def test_a_dataset_without_a_place_says_so() -> None:
    text = Page(render_dataset(samples.page(0))).text
    assert "Cette version ne contient aucun lieu." in text
    assert "This version holds no place." in text


def test_the_home_page_leads_to_map_files_and_catalogue() -> None:
    entry = samples.home()[0] | {
        "files": [{"name": "lieux.csv", "format": "csv", "bytes": 10,
                   "href": "lieux-essai/latest/lieux.csv"}],
        "indicators_href": "lieux-essai/indicateurs.html",
        "feed": "lieux-essai/feed.atom",
        "points": [(47.9, 1.9), (47.4, 0.7)],
        "outlines": samples.outlines(),
        "created": "2026-11-23T03:00:41Z",
    }  # fmt: skip
    catalogue = {"title": "Les données de la Région", "files": [{"name": "catalogue.ttl"}]}
    page = Page(render_home([entry], catalogue))
    assert "Les données de la Région" in page.text and "23 novembre 2026" in page.text
    targets = {a["href"] for a in page.all("a")}
    assert targets >= {
        "lieux-essai/index.html#lieux", "lieux-essai/latest/lieux.csv", "catalogue.ttl",
        "lieux-essai/indicateurs.html", "lieux-essai/feed.atom", "feed.atom",
    }  # fmt: skip
    assert len(page.all("svg")) == 1
    assert not page.all("script")[0].get("src")


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
