"""The feeds are valid Atom, tell every release that is there, and always the same way."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from opendata.feeds import (
    SHOWN,
    catalogue_feed,
    dataset_feed,
    entries_of,
    write_catalogue_feed,
    write_dataset_feed,
)
from opendata.files import write_json, write_text
from opendata.paths import Paths

ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}:[a-z0-9./-]+")

PACKAGE: dict[str, Any] = {
    "name": "jeu",
    "title": "Lieux <d'essai> & Cie",
    "created": "2026-03-02T03:00:00Z",
    "homepage": "https://Donnees.Exemple.fr/jeu",
    "contributors": [{"title": "Région d'essai", "email": "donnees@exemple.fr"}],
}


def release(version: str, **changed: Any) -> dict[str, Any]:
    made = {"version": version, "created": f"{version[:10]}T03:00:00Z", "etat": "remplacee"}
    counts = {"lieux": 1451, "ajouts": 12, "suppressions": 1, "modifications": 0, "fusions": 2}
    return made | counts | {"href": f"releases/{version}/"} | changed


HISTORY = {
    "dataset": "jeu",
    "releases": [
        release("2026-03-02", etat="courante"),
        release("2026-02-02.2", etat="retiree", raison="colonne vide.", retiree_le="2026-03-05"),
        release("2026-02-02", etat="supprimee"),
        release("2026-01-02", ajouts=0, suppressions=0, fusions=0),
    ],
}


def parsed(text: str) -> ElementTree.Element:
    """The feed, once it has what RFC 4287 asks of every feed."""
    feed = ElementTree.fromstring(text)
    assert feed.tag == f"{ATOM}feed"
    assert [link.get("href") for link in feed.findall(f"{ATOM}link[@rel='self']")] == ["feed.atom"]
    entries = feed.findall(f"{ATOM}entry")
    for element in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
        assert TAG.fullmatch(told(element, "id"))
        assert MOMENT.fullmatch(told(element, "updated"))
        assert element.findall(f"{ATOM}author/{ATOM}name")
        assert len(element.findall(f"{ATOM}link[@rel='alternate']")) == 1
    identifiers = [told(entry, "id") for entry in entries]
    assert len(set(identifiers)) == len(identifiers)
    moments = [told(entry, "updated") for entry in entries]
    assert not entries or told(feed, "updated") == max(moments)
    return feed


def told(element: ElementTree.Element, name: str) -> str:
    return (element.findtext(f"{ATOM}{name}") or "").replace("\u00a0", " ").replace("\u202f", " ")


def paragraphs(entry: ElementTree.Element) -> dict[str, str]:
    found = entry.findall(f"{ATOM}content[@type='xhtml']/{XHTML}div/{XHTML}p")
    spaces = str.maketrans({"\u00a0": " ", "\u202f": " "})
    return {one.get(LANGUAGE, ""): (one.text or "").translate(spaces) for one in found}


def test_a_dataset_tells_each_release_that_is_there() -> None:
    feed = parsed(dataset_feed(HISTORY, PACKAGE, ["2026-03-02"]))
    entries = feed.findall(f"{ATOM}entry")
    assert told(feed, "id") == "tag:donnees.exemple.fr,2026:jeu"
    assert [told(entry, "title") for entry in entries] == [
        "Lieux <d'essai> & Cie — version 2026-03-02 (12 ajoutés, 1 supprimé, 2 fusionnés)",
        "RETIRÉE : Lieux <d'essai> & Cie — version 2026-02-02.2 "
        "(12 ajoutés, 1 supprimé, 2 fusionnés)",
        "Lieux <d'essai> & Cie — version 2026-01-02 (aucun lieu n'a changé)",
    ]
    assert [told(entry, "id") for entry in entries] == [
        "tag:donnees.exemple.fr,2026:jeu/2026-03-02",
        "tag:donnees.exemple.fr,2026:jeu/2026-02-02.2",
        "tag:donnees.exemple.fr,2026:jeu/2026-01-02",
    ]
    links = [(link.get("rel"), link.get("href")) for link in entries[0].findall(f"{ATOM}link")]
    assert links == [
        ("alternate", "2026-03-02.html"),
        ("related", "releases/2026-03-02/changements.csv"),
        ("related", "releases/2026-03-02/changements.md"),
    ]
    assert len(entries[2].findall(f"{ATOM}link")) == 2  # no changements.md then
    assert paragraphs(entries[0]) == {
        "fr": "1 451 lieux publiés ; 12 lieux ajoutés, 1 lieu supprimé, 2 lieux fusionnés.",
        "en": "1,451 places published; 12 places added, 1 place removed, 2 places merged.",
    }


def test_a_withdrawn_release_is_news_of_the_day_it_was_withdrawn() -> None:
    newer, entry, older = parsed(dataset_feed(HISTORY, PACKAGE)).findall(f"{ATOM}entry")
    assert told(entry, "updated") == "2026-03-05T00:00:00Z"
    assert told(newer, "updated") == "2026-03-05T00:00:00Z"  # never older than the withdrawal
    assert told(newer, "published") == "2026-03-02T03:00:00Z"
    assert told(older, "updated") == "2026-01-02T03:00:00Z"
    assert told(entry, "published") == "2026-02-02T03:00:00Z"
    said = paragraphs(entry)
    assert said["fr"].startswith("Cette version a été retirée : colonne vide. Elle annonçait :")
    assert said["en"].startswith("This release was withdrawn: colonne vide. It said:")
    old = {"releases": [release("2026-02-02", etat="retiree")]}
    first = parsed(dataset_feed(old, PACKAGE)).find(f"{ATOM}entry")
    assert first is not None
    assert told(first, "updated") == "2026-02-02T03:00:00Z"
    assert paragraphs(first)["fr"].startswith("Cette version a été retirée. Elle")


def test_what_readers_have_comes_first_whatever_was_withdrawn_since() -> None:
    withdrawn = {"etat": "retiree", "retiree_le": "2026-03-09T10:00:00Z"}
    history = {
        "releases": [
            release("2026-03-02.10", **withdrawn),
            release("2026-03-02.9", **withdrawn),
            release("2026-03-02.2", etat="courante"),
            release("2026-03-02"),
        ]
    }
    entries = parsed(dataset_feed(history, PACKAGE)).findall(f"{ATOM}entry")
    assert [told(entry, "id").rpartition("/")[2] for entry in entries] == [
        "2026-03-02.2", "2026-03-02.10", "2026-03-02.9", "2026-03-02",
    ]  # fmt: skip
    assert told(entries[0], "updated") == "2026-03-02T03:00:00Z"
    catalogue = parsed(catalogue_feed(entries_of(history, PACKAGE))).findall(f"{ATOM}entry")
    assert [told(entry, "id") for entry in catalogue] == [told(entry, "id") for entry in entries]
    history["releases"].insert(0, release("2026-03-03", etat="courante"))
    history["releases"][3]["etat"] = "remplacee"
    first = parsed(dataset_feed(history, PACKAGE)).find(f"{ATOM}entry")
    assert first is not None and told(first, "updated") == "2026-03-09T10:00:00Z"


def test_the_name_of_a_feed_outlives_its_oldest_release() -> None:
    old = {"releases": [release("2026-01-02"), release("2024-05-06")]}
    deleted = {"releases": [release("2026-01-02"), release("2024-05-06", etat="supprimee")]}
    names = {told(parsed(dataset_feed(history, PACKAGE)), "id") for history in (old, deleted)}
    assert names == {"tag:donnees.exemple.fr,2024:jeu"}
    names = {told(parsed(catalogue_feed(entries_of(one, PACKAGE))), "id") for one in (old, deleted)}
    assert names == {"tag:opendata,1970:catalogue"}


@pytest.mark.parametrize(
    ("homepage", "authority"),
    [
        ("https://opendata.exemple.fr:8080/x", "opendata.exemple.fr"),
        ("https://données.exemple.fr/", "xn--donnes-eva.exemple.fr"),
        ("", "opendata"),
        ("https://[x", "opendata"),
        ("https://a b,c/", "opendata"),
        ("jeu.html", "opendata"),
    ],
)
def test_the_authority_is_the_host_of_the_homepage(homepage: str, authority: str) -> None:
    feed = parsed(dataset_feed(HISTORY, PACKAGE | {"homepage": homepage}))
    assert told(feed, "id") == f"tag:{authority},2026:jeu"


def test_what_xml_cannot_hold_is_left_out() -> None:
    bad = PACKAGE | {"title": "A\x00\x0b\ufffe\ud800B", "contributors": [{"title": "C\x1f"}]}
    withdrawn = release("2026-02-02", etat="retiree", raison="A\x00B")
    feed = parsed(dataset_feed({"releases": [withdrawn]}, bad))
    assert "retirée : AB." in paragraphs(feed.findall(f"{ATOM}entry")[0])["fr"]
    assert told(feed, "title") == "AB"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "C"
    assert feed.find(f"{ATOM}author/{ATOM}email") is None


def test_the_catalogue_merges_the_last_releases_of_every_dataset() -> None:
    many = {
        "releases": [release(f"2025-01-{day:02}.{n}") for day in range(28, 0, -1) for n in (3, 2)]
    }
    other = PACKAGE | {"name": "autre", "homepage": "https://autre.exemple/"}
    entries = [*entries_of(many, other), *entries_of(HISTORY, PACKAGE)]
    feed = parsed(catalogue_feed(entries))
    found = feed.findall(f"{ATOM}entry")
    assert len(found) == SHOWN == 50
    assert [told(entry, "id").rpartition(":")[2] for entry in found[:5]] == [
        "jeu/2026-03-02", "jeu/2026-02-02.2", "jeu/2026-01-02",
        "autre/2025-01-28.3", "autre/2025-01-28.2",
    ]  # fmt: skip
    addresses = [link.get("href") for link in found[3].findall(f"{ATOM}link")]
    assert addresses == ["autre/2025-01-28.3.html", "autre/releases/2025-01-28.3/changements.csv"]
    assert told(feed, "id") == "tag:opendata,1970:catalogue"


def test_a_catalogue_without_a_release_is_still_a_feed() -> None:
    feed = parsed(catalogue_feed([]))
    assert told(feed, "updated") == "1970-01-01T00:00:00Z"


def publish(paths: Paths, name: str) -> Path:
    folder = paths.releases(name) / "2026-03-02"
    folder.mkdir(parents=True)
    paths.latest(name).symlink_to(Path("releases") / "2026-03-02")
    write_json(folder / "datapackage.json", PACKAGE | {"name": name})
    write_json(paths.dataset(name) / "releases.json", HISTORY)
    return folder


def test_feeds_are_written_beside_the_pages_they_tell_of(paths: Paths) -> None:
    write_text(publish(paths, "jeu") / "changements.md", "# Changements")
    publish(paths, "autre")
    (paths.published / "vide").mkdir()
    for name in ("jeu", "autre", "vide"):
        write_dataset_feed(name, paths)
    write_catalogue_feed(paths)
    assert not (paths.dataset("vide") / "feed.atom").exists()
    written = [paths.dataset("jeu") / "feed.atom", paths.published / "feed.atom"]
    first = [path.read_bytes() for path in written]
    assert first[0].count(b"changements.md") == 1
    assert first[1].count(b"<entry>") == 6
    assert first[1].count(b'href="jeu/releases/2026-03-02/changements.md"') == 1
    for feed in first:
        parsed(feed.decode())
    write_dataset_feed("jeu", paths)
    write_catalogue_feed(paths)
    assert [path.read_bytes() for path in written] == first
