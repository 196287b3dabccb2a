"""The pages beside the releases: one per dataset, and the list of datasets.

They derive from the published folders alone, so they can be written again at any moment;
they link to the immutable folder of the version they show, never to a moving target.
"""

from pathlib import Path
from typing import Any

from opendata.feeds import write_catalogue_feed, write_dataset_feed
from opendata.files import read_json, write_text
from opendata.language import Text
from opendata.licences import licences
from opendata.model import Dataset
from opendata.paths import Paths
from opendata.release.store import latest, read_table, withdrawals, write_history
from opendata.schema import SEPARATOR, fields, labels_of

_ROW_FIELDS = (
    "lieu_id", "nom", "commune", "code_postal", "departement", "adresse", "telephone",
    "site_web", "horaires", "latitude", "longitude", "geo_precision",
)  # fmt: skip
_KINDS = {
    "france": Text("France entière", "the whole of France"),
    "departement": Text("département", "département"),
    "epci": Text("EPCI", "EPCI"),
    "commune": Text("commune", "commune"),
}


def write_pages(dataset: Dataset, paths: Paths) -> None:
    """Write releases.json and index.html of a dataset, then the home page."""
    folder = latest(paths, dataset.id)
    if folder is None:
        return
    write_history(paths, dataset.id, withdrawals(paths, dataset.id), folder.name)
    from opendata.site import render_dataset

    page = dataset_page(dataset, paths, folder)
    write_text(paths.dataset(dataset.id) / "index.html", render_dataset(page))
    write_dataset_feed(dataset.id, paths)
    write_home(paths)
    write_catalogue_feed(paths)


def write_home(paths: Paths) -> None:
    """``data/published/index.html``: every dataset that has a release."""
    from opendata.site import render_home

    entries = []
    for link in sorted(paths.published.glob("*/latest")):
        package = read_json(link / "datapackage.json")
        report = read_json(link / "rapport.json")
        if package and report:
            entries.append(_home_entry(package, report))
    write_text(paths.published / "index.html", render_home(entries))


def _home_entry(package: dict[str, Any], report: dict[str, Any]) -> dict[str, Any]:
    licence = package["licenses"][0]
    return {
        "id": package["name"],
        "title": package["title"],
        "title_en": package["title_en"],
        "description": package["description"],
        "description_en": package["description_en"],
        "demonstration": package["opendata"]["demonstration"],
        "version": package["version"],
        "places": report["places"],
        "licence_title": licences()[licence["name"]].title.fr,
        "licence_title_en": licences()[licence["name"]].title.en,
        "href": f"{package['name']}/index.html",
    }


def dataset_page(dataset: Dataset, paths: Paths, folder: Path) -> dict[str, Any]:
    """Everything the page of a dataset shows, from the files of its latest release."""
    from opendata.site import describe_cron

    package = read_json(folder / "datapackage.json")
    report = read_json(folder / "rapport.json")
    places = read_table(folder, "lieux")
    schedule = describe_cron(dataset.schedule) if dataset.schedule else Text("", "")
    extra = package["opendata"]
    licence = package["licenses"][0]
    return {
        "id": dataset.id,
        "title": package["title"],
        "title_en": package["title_en"],
        "description": package["description"],
        "description_en": package["description_en"],
        "publisher": dataset.publisher,
        "contact": dataset.contact,
        "homepage": dataset.homepage,
        "demonstration": extra["demonstration"],
        "version": package["version"],
        "created": package["created"],
        "licence": {
            "id": licence["name"],
            "title": licences()[licence["name"]].title.fr,
            "title_en": licences()[licence["name"]].title.en,
            "url": licence["path"],
        },
        "licence_reason": {"fr": extra["licence_reason"], "en": extra["licence_reason_en"]},
        "schedule_fr": schedule.fr,
        "schedule_en": schedule.en,
        "territory": _territory(extra["territory"], places),
        "places": len(places),
        "base": f"releases/{folder.name}",
        "files": _files(package, folder),
        "rows": _rows(places),
        "categories": _categories(report["categories"]),
        "fields": _fields(report["champs"]),
        "report": report,
        "releases": _releases(paths, dataset.id),
    }


def _territory(codes: list[str], places: Any) -> dict[str, str]:
    regions = dict(zip(places["code_region"], places["region"], strict=True))
    names = []
    for territory in codes:
        kind, _, code = territory.partition(":")
        if kind == "region":
            names.append(Text(regions.get(code, code), regions.get(code, code)))
        else:
            names.append(Text(*(f"{label} {code}".strip() for label in _KINDS[kind])))
    return {"fr": ", ".join(n.fr for n in names), "en": ", ".join(n.en for n in names)}


def _files(package: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    files = [
        {
            "name": resource["path"],
            "title_fr": resource["title"],
            "title_en": resource["title_en"],
            "format": resource["format"],
            "bytes": resource["bytes"],
            "sha256": resource["hash"].removeprefix("sha256:"),
        }
        for resource in package["resources"]
    ]
    descriptor = folder / "datapackage.json"
    files.append(
        {
            "name": descriptor.name,
            "title_fr": "Métadonnées (Data Package v2)",
            "title_en": "Metadata (Data Package v2)",
            "format": "json",
            "bytes": descriptor.stat().st_size,
            "sha256": "",
        }
    )
    return files


def _rows(places: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = places[list(_ROW_FIELDS)].to_dict("records")
    split = zip(rows, places["categories"], places["sources"], strict=True)
    for row, categories, sources in split:
        row["categories"] = categories.split(SEPARATOR)
        row["sources"] = sources.split(SEPARATOR)
        for name in ("latitude", "longitude"):
            row[name] = float(row[name]) if row[name] else None
    return rows


def _categories(counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = labels_of("categories")
    return [
        {"code": code, "fr": labels[code].fr, "en": labels[code].en, "places": count}
        for code, count in counts.items()
    ]


def _fields(counts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    filled = {line["champ"]: line for line in counts}
    return [
        {
            "name": name,
            "title_fr": field.title.fr,
            "title_en": field.title.en,
            "description_fr": field.description.fr,
            "description_en": field.description.en,
            "type": field.type,
            "filled": filled[name]["remplis"],
            "filled_pct": filled[name]["taux"],
        }
        for name, field in fields().items()
    ]


def _releases(paths: Paths, dataset: str) -> list[dict[str, Any]]:
    entries = read_json(paths.dataset(dataset) / "releases.json").get("releases", [])
    return [
        {
            "version": entry["version"],
            "created": entry["created"],
            "places": entry["lieux"],
            "href": entry.get("href", ""),
            "added": entry.get("ajouts", 0),
            "removed": entry.get("suppressions", 0),
            "changed": entry.get("modifications", 0),
            "moved": entry.get("deplacements", 0),
            "merged": entry.get("fusions", 0),
            "reopened": entry.get("reouvertures", 0),
            "state": entry["etat"],
            "reason": entry.get("raison", ""),
        }
        for entry in entries
    ]
