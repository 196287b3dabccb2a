"""The home page, and the catalogue as machines read it."""

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as Xml

from opendata.files import write_text
from opendata.language import Text
from opendata.metadata import catalogue_documents
from opendata.metadata.coverage import frequency_name
from opendata.model import Catalogue
from opendata.pages.outlines import outlines_of
from opendata.pages.read import Shown, about_catalogue, about_dataset, release_of
from opendata.paths import Paths
from opendata.release.store import read_table
from opendata.site.explorer import points_of

#: The catalogue as machines read it: file, what it is.
CATALOGUE = (
    ("catalogue.ttl", Text("DCAT-AP en Turtle", "DCAT-AP in Turtle")),
    ("catalogue.jsonld", Text("DCAT-AP en JSON-LD", "DCAT-AP in JSON-LD")),
    (
        "catalogue-datagouv.jsonld",
        Text("pour le moissonneur de data.gouv.fr", "for the harvester of data.gouv.fr"),
    ),
)
#: Files offered from the home page itself.
_OFFERED = ("lieux.csv", "lieux.xlsx", "lieux.geojson", "lieux.gpkg", "lieux.parquet")


def write_home(catalogue: Catalogue, paths: Paths) -> None:
    """``data/published/index.html`` and ``catalogue.*``: every dataset that has a release."""
    from opendata.site import render_home

    links = sorted(paths.published.glob("*/latest"))
    found = [release_of(link.resolve(), catalogue) for link in links]
    shown = [one for one in found if one.readable]
    documents = catalogue_documents(catalogue, [one.package for one in shown])
    for (name, _), text in zip(CATALOGUE, documents, strict=True):
        write_text(paths.published / name, text)
    _guide_robots(paths, catalogue.url, shown)
    entries = [_entry(one) for one in shown]
    files = [
        {"name": name, "title_fr": title.fr, "title_en": title.en} for name, title in CATALOGUE
    ]
    page = render_home(entries, about_catalogue(catalogue) | {"files": files})
    write_text(paths.published / "index.html", page)


def _guide_robots(paths: Paths, url: str, shown: Sequence[Shown]) -> None:
    """``robots.txt``, and ``sitemap.xml`` once there are absolute addresses to give."""
    lines = ["User-agent: *", "Allow: /"]
    if url:
        root = Xml.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
        days = {one.dataset: str(one.package["created"])[:10] for one in shown}
        pages = {"": max(days.values(), default="")}
        for name, day in days.items():
            pages |= {f"{name}/": day, f"{name}/indicateurs.html": day}
        for page, day in pages.items():
            entry = Xml.SubElement(root, "url")
            Xml.SubElement(entry, "loc").text = f"{url}{page}"
            if day:
                Xml.SubElement(entry, "lastmod").text = day
        Xml.indent(root, " ")
        text = Xml.tostring(root, encoding="unicode")
        head = '<?xml version="1.0" encoding="utf-8"?>'
        write_text(paths.published / "sitemap.xml", f"{head}\n{text}\n")
        lines.append(f"Sitemap: {url}sitemap.xml")
    else:
        (paths.published / "sitemap.xml").unlink(missing_ok=True)
    write_text(paths.published / "robots.txt", "\n".join(lines) + "\n")


def _entry(shown: Shown) -> dict[str, Any]:
    package, report = shown.package, shown.report
    about = about_dataset(shown)
    licence = about["licence"]
    extra = package["opendata"]
    # A dataset that lost its file must not take the home page from the others.
    places = read_table(shown.folder, "lieux", ("code_insee", "latitude", "longitude"))
    return {
        **about,
        "description": package["description"],
        "description_en": package["description_en"],
        "publisher": package["contributors"][0]["title"],
        "frequency": frequency_name(extra["frequency"])._asdict(),
        "places": report["places"],
        "communes_count": places["code_insee"].nunique(),
        "points": points_of(places),
        "outlines": outlines_of(shown.folder, "departements"),
        "licence_title": licence["title"],
        "licence_title_en": licence["title_en"],
        "licence_url": licence["url"],
        "href": f"{package['name']}/index.html",
        "feed": f"{package['name']}/feed.atom",
        "indicators_href": f"{package['name']}/indicateurs.html",
        "files": [
            {"name": one["path"], "format": one["format"], "bytes": one["bytes"],
             "href": f"{package['name']}/latest/{one['path']}"}
            for one in package["resources"]
            if one["path"] in _OFFERED
        ],
    }  # fmt: skip
