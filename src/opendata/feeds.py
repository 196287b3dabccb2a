"""Atom feeds (RFC 4287): the releases of a dataset, and those of the whole catalogue.

They derive from releases.json and the latest datapackage.json alone, so they can be written
again at any moment, to the same bytes. Links are relative to the feed. An entry keeps its id for
ever, a tag URI (RFC 4151): ``tag:<host of the dataset's homepage>,<year>:<dataset>/<version>``.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml

from opendata.files import read_json, read_rfc3339, rfc3339, write_text
from opendata.language import Text
from opendata.paths import Paths
from opendata.publish.changes import summary
from opendata.release.versions import version_key
from opendata.site.wording import counted

FEED = "feed.atom"
#: Entries of the catalogue's feed.
SHOWN = 50
_ATOM = "http://www.w3.org/2005/Atom"
_XHTML = "http://www.w3.org/1999/xhtml"
#: The authority of a dataset that names no homepage.
_NOBODY = "opendata"
_TITLE = "Données ouvertes du territoire"
_LONG_AGO = "1970-01-01T00:00:00Z"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
_EMAIL = re.compile(r"[^@\s:/]+@[^@\s:/]+")
#: What XML 1.0 cannot hold, escaped or not.
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One release, as a feed tells of it.

    ``authority`` is part of its id; the addresses of ``links`` (rel, media type, address) are
    under the dataset.
    """

    dataset: str
    authority: str
    version: str
    title: str
    published: str
    updated: str
    author: Mapping[str, str]
    content: Text
    links: tuple[tuple[str, str, str], ...]

    @property
    def id(self) -> str:
        return f"tag:{self.authority},{self.version[:4]}:{self.dataset}/{self.version}"


def entries_of(
    history: Mapping[str, Any], package: Mapping[str, Any], readable: Collection[str] = ()
) -> list[Entry]:
    """The releases of a dataset that are still there: the current one, then newest first.

    ``history`` is its releases.json and ``package`` its latest datapackage.json; ``readable``
    are the versions that have a changements.md. A release that was withdrawn is news of that day,
    and none that is newer looks older than that: a reader must not take it for the last word.
    """
    entries = []
    withdrawn = _LONG_AGO
    for release in sorted(history.get("releases", ()), key=_place):
        withdrawn = max(withdrawn, _moment(release.get("retiree_le"), _LONG_AGO))
        if release.get("etat") != "supprimee":
            entry = _entry(release, package, withdrawn, release["version"] in readable)
            entries.append((release.get("etat") == "courante", entry))
    entries.reverse()
    return [entry for _, entry in sorted(entries, key=lambda one: not one[0])]


def _place(release: Mapping[str, Any]) -> tuple[str, int]:
    return version_key(str(release["version"]))


def _entry(
    release: Mapping[str, Any], package: Mapping[str, Any], least: str, readable: bool
) -> Entry:
    version, withdrawn = str(release["version"]), release.get("etat") == "retiree"
    created = _moment(release.get("publiee_le") or release.get("created"), version)
    title = f"{package['title']} — version {version} ({summary(release, short=True).fr})"
    folder = str(release.get("href") or f"releases/{version}/")
    links = [("alternate", "text/html", f"{version}.html")]
    links.append(("related", "text/csv", f"{folder}changements.csv"))
    if readable:
        links.append(("related", "text/markdown", f"{folder}changements.md"))
    return Entry(
        dataset=str(package["name"]),
        authority=_authority(package),
        version=version,
        title=f"RETIRÉE : {title}" if withdrawn else title,
        published=created,
        updated=max(created, least),
        author=_author(package),
        content=_content(release, withdrawn),
        links=tuple(links),
    )


def _content(release: Mapping[str, Any], withdrawn: bool) -> Text:
    places = counted(
        release.get("lieux"), "lieu publié|lieux publiés", "place published|places published"
    )
    changes = summary(release)
    what = Text(f"{places.fr} ; {changes.fr}.", f"{places.en}; {changes.en}.")
    if not withdrawn:
        return what
    reason = str(release.get("raison") or "").strip().rstrip(".")
    why = Text(f" : {reason}", f": {reason}") if reason else Text("", "")
    return Text(
        f"Cette version a été retirée{why.fr}. Elle annonçait : {what.fr}",
        f"This release was withdrawn{why.en}. It said: {what.en}",
    )


def dataset_feed(
    history: Mapping[str, Any], package: Mapping[str, Any], readable: Collection[str] = ()
) -> str:
    """The feed of a dataset, beside its page (arguments: see :func:`entries_of`)."""
    entries = entries_of(history, package, readable)
    name = f"tag:{_authority(package)},{_since(history)[:4]}:{package['name']}"
    created = _moment(package.get("created"), _since(history))
    feed = _feed(name, str(package["title"]), [_author(package)], entries, created)
    for entry in entries:
        feed.append(_element(entry, ""))
    return _text(feed)


def catalogue_feed(entries: Iterable[Entry]) -> str:
    """The feed of every dataset's releases, beside the home page: the last :data:`SHOWN`.

    Its id names nobody's host: a dataset that leaves the catalogue takes nothing with it.
    """
    shown = _by_news(entries)[:SHOWN]
    authors = list({entry.author["name"]: entry.author for entry in shown}.values())
    feed = _feed(
        f"tag:{_NOBODY},1970:catalogue", _TITLE, authors or [{"name": _NOBODY}], shown, _LONG_AGO
    )
    for entry in shown:
        feed.append(_element(entry, f"{entry.dataset}/"))
    return _text(feed)


def write_dataset_feed(dataset_id: str, paths: Paths) -> None:
    """``data/published/<dataset>/feed.atom``; nothing before the first release."""
    history, package, readable = _published(dataset_id, paths)
    if package:
        write_text(paths.dataset(dataset_id) / FEED, dataset_feed(history, package, readable))


def write_catalogue_feed(paths: Paths) -> None:
    """``data/published/feed.atom``: the releases of every dataset that has one."""
    entries: list[Entry] = []
    for link in sorted(paths.published.glob("*/latest")):
        history, package, readable = _published(link.parent.name, paths)
        if package:
            entries += entries_of(history, package, readable)
    write_text(paths.published / FEED, catalogue_feed(entries))


def _published(dataset: str, paths: Paths) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """releases.json, the latest datapackage.json, the versions that have a changements.md."""
    history = read_json(paths.dataset(dataset) / "releases.json")
    package = read_json(paths.latest(dataset) / "datapackage.json")
    versions = [str(release["version"]) for release in history.get("releases", ())]
    folder = paths.releases(dataset)
    readable = [name for name in versions if (folder / name / "changements.md").is_file()]
    return history, package, readable


def _by_news(entries: Iterable[Entry]) -> list[Entry]:
    """The entries of several datasets, the last news first; those of one keep their order.

    An entry is put as late as the latest of those that follow it in its own feed.
    """
    given = list(entries)
    latest: dict[str, str] = {}
    moments = []
    for entry in reversed(given):
        latest[entry.dataset] = max(latest.get(entry.dataset, ""), entry.updated)
        moments.append(latest[entry.dataset])
    moments.reverse()
    order = sorted(range(len(given)), key=lambda at: moments[at], reverse=True)
    return [given[at] for at in order]


def _since(history: Mapping[str, Any]) -> str:
    """The date of the first release, deleted or not: what a feed is named by must not change."""
    versions = (str(release["version"]) for release in history.get("releases", ()))
    return min(versions, default=_LONG_AGO)[:10]


def _authority(package: Mapping[str, Any]) -> str:
    """The host of the dataset's homepage, lower case."""
    try:
        host = (urlsplit(str(package.get("homepage", ""))).hostname or "").encode("idna").decode()
    except ValueError:
        host = ""
    return host if _HOST.fullmatch(host) else _NOBODY


def _author(package: Mapping[str, Any]) -> dict[str, str]:
    """Who publishes the dataset: name, uri and e-mail address, where they are known."""
    publisher: Mapping[str, Any] = next(iter(package.get("contributors") or ()), {})
    email = str(publisher.get("email", ""))
    told = {
        "name": str(publisher.get("title") or package["title"]),
        "uri": str(package.get("homepage", "")),
        "email": email if _EMAIL.fullmatch(email) else "",
    }
    return {key: value for key, value in told.items() if value}


def _moment(value: Any, otherwise: str) -> str:
    """A date or moment as RFC 3339 in UTC; ``otherwise``, read the same way, when it is none."""
    for text in (str(value or ""), otherwise):
        day = text[:10] if _DAY.match(text) else ""
        try:
            return rfc3339(read_rfc3339(text if "T" in text else f"{day}T00:00:00Z"))
        except ValueError:
            continue
    return _LONG_AGO


def _feed(
    name: str,
    title: str,
    authors: Sequence[Mapping[str, str]],
    entries: Sequence[Entry],
    otherwise: str,
) -> Xml.Element:
    feed = Xml.Element("feed", {"xmlns": _ATOM, "xml:lang": "fr"})
    _add(feed, "id", name)
    _add(feed, "title", title)
    _add(feed, "updated", max((entry.updated for entry in entries), default=otherwise))
    for author in authors:
        _add_author(feed, author)
    Xml.SubElement(feed, "link", rel="self", type="application/atom+xml", href=FEED)
    Xml.SubElement(feed, "link", rel="alternate", type="text/html", href="index.html")
    return feed


def _element(entry: Entry, folder: str) -> Xml.Element:
    element = Xml.Element("entry")
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "published", entry.published)
    _add(element, "updated", entry.updated)
    _add_author(element, entry.author)
    for relation, kind, address in entry.links:
        Xml.SubElement(element, "link", rel=relation, type=kind, href=f"{folder}{address}")
    content = Xml.SubElement(element, "content", type="xhtml")
    division = Xml.SubElement(content, "div", xmlns=_XHTML)
    for language, text in zip(("fr", "en"), entry.content, strict=True):
        paragraph = Xml.SubElement(division, "p", {"xml:lang": language})
        paragraph.text = _NO_XML.sub("", text)
    return element


def _add(parent: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(parent, name).text = _NO_XML.sub("", text)


def _add_author(parent: Xml.Element, author: Mapping[str, str]) -> None:
    element = Xml.SubElement(parent, "author")
    for name, text in author.items():
        _add(element, name, text)


def _text(feed: Xml.Element) -> str:
    Xml.indent(feed, " ")
    body = Xml.tostring(feed, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'
