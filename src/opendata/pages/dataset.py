"""The page of a dataset: everything it shows, from the files of its latest release."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from opendata.files import read_json
from opendata.language import Text
from opendata.metadata.addresses import in_catalogue
from opendata.metadata.citation import citation
from opendata.metadata.coverage import covered, frequency_name
from opendata.metadata.schema_org import schema_org
from opendata.metadata.texts import REFERENCE
from opendata.model import Dataset
from opendata.pages.outlines import outlines_of
from opendata.pages.read import Shown, about_dataset, files_of, seal
from opendata.pages.scripts import data_script
from opendata.paths import Paths
from opendata.publish.changes import summary
from opendata.release.store import read_table
from opendata.schema import SEPARATOR, fields, labels_of
from opendata.site.explorer import explorer_script, in_order, points_of, tiles_host
from opendata.site.snippets import SNIPPETS

#: Rows that are in the page itself, for readers without scripts.
_ROWS = 25
#: Above, the data of the map are more than a browser should be asked to load (60,000 places are
#: 8 MB, and answer a key in under a second): the page then has its first rows and its files.
MOST_PLACES = 200_000
_ROW_FIELDS = (
    "lieu_id", "nom", "commune", "code_postal", "departement", "adresse", "telephone",
    "site_web", "horaires", "latitude", "longitude", "geo_precision",
)  # fmt: skip


def dataset_page(dataset: Dataset, shown: Shown, paths: Paths) -> dict[str, Any]:
    """The values of ``dataset.html``; the script of its places is beside the page then."""
    from opendata.site import describe_cron
    from opendata.site.assets import assets_folder

    package, report, catalogue = shown.package, shown.report, shown.catalogue
    places = read_table(shown.folder, "lieux")
    schedule = describe_cron(dataset.schedule) if dataset.schedule else Text("", "")
    extra = package["opendata"]
    where = in_catalogue(package, catalogue.url, "../")
    told, changed = citation(package, where), summary(report["changements"])
    names = covered(package)
    metadata = files_of(shown, metadata=True)
    citation_file = next((one["name"] for one in metadata if one["format"] == "cff"), "")
    tiles = asdict(catalogue.tiles) if catalogue.tiles else None
    outlines = outlines_of(shown.folder, "departements")
    scripts = {}
    if len(places) <= MOST_PLACES:
        data = _places_script(paths.dataset(dataset.id), shown, places, outlines, tiles)
        scripts = {"assets": f"../{assets_folder()}", "data": data}
    return {
        **about_dataset(shown),
        "description": package["description"],
        "description_en": package["description_en"],
        "publisher": dataset.publisher,
        "contact": dataset.contact,
        "homepage": dataset.homepage,
        "licence_reason": {"fr": extra["licence_reason"], "en": extra["licence_reason_en"]},
        "frequency": frequency_name(extra["frequency"])._asdict(),
        "schedule_fr": schedule.fr,
        "schedule_en": schedule.en,
        "temporal": extra["temporal"],
        "territory": {"fr": names, "en": names},
        "places": len(places),
        "communes_count": places["code_insee"].nunique(),
        "base": f"releases/{shown.version}",
        "files": files_of(shown, metadata=False),
        "metadata": metadata,
        "rows": _rows(in_order(places).head(_ROWS)),
        "categories": _categories(report["categories"]),
        "fields": _fields(report["champs"]),
        "report": report,
        "sources": report["sources"],
        "references": [one for one in package["sources"] if one.get("role") == REFERENCE],
        "changes": {
            "previous": report.get("version_precedente", ""),
            "summary_fr": changed.fr,
            "summary_en": changed.en,
            "href": f"{shown.version}.html#changements",
        },
        "releases": _releases(paths, dataset.id),
        "release_href": f"{shown.version}.html",
        "indicators_href": "indicateurs.html",
        "citation": {"text_fr": told.fr, "text_en": told.en, "file": citation_file},
        "snippets": _snippets(where.files if catalogue.url else "latest/"),
        "json_ld": schema_org(package, where),
        "outlines": outlines,
        "points": points_of(places),
        "tiles_host": tiles_host(tiles),
        "scripts": scripts,
    }


def _places_script(
    folder: Path,
    shown: Shown,
    places: pd.DataFrame,
    outlines: Mapping[str, Any] | None,
    tiles: Mapping[str, str] | None,
) -> str:
    titles = {one["source"]: one["titre"] for one in shown.report["sources"]}
    return data_script(
        folder,
        "lieux",
        (seal(shown.folder), str(tiles)),
        lambda: explorer_script(places, outlines, tiles, titles, _ended(shown.folder)),
    )


def _ended(release: Path) -> dict[str, str]:
    """Id of a place that became part of another -> id of that other."""
    ids = read_table(release, "identifiants", ("lieu_id", "successeur"))
    joined = ids[ids["successeur"] != ""]
    return dict(zip(joined["lieu_id"], joined["successeur"], strict=True))


def _rows(places: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[Any, Any]] = places[list(_ROW_FIELDS)].to_dict("records")
    split = zip(rows, places["categories"], places["sources"], strict=True)
    for row, categories, sources in split:
        row["categories"] = categories.split(SEPARATOR)
        row["sources"] = sources.split(SEPARATOR)
        for name in ("latitude", "longitude"):
            row[name] = float(row[name]) if row[name] else None
    return rows


def _categories(counts: Mapping[str, int]) -> list[dict[str, Any]]:
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
            "allowed": [
                {"code": code, **label._asdict()}
                for code, label in labels_of(field.vocabulary).items()
            ],
            "filled": filled[name]["remplis"],
            "filled_pct": filled[name]["taux"],
        }
        for name, field in fields().items()
    ]


def _snippets(latest: str) -> list[dict[str, str]]:
    return [
        {
            "tool": one.tool,
            "title_fr": one.title.fr,
            "title_en": one.title.en,
            "intro_fr": one.intro.fr,
            "intro_en": one.intro.en,
            "code": one.at(latest),
            "language": one.language,
        }
        for one in SNIPPETS
    ]


def _releases(paths: Paths, dataset: str) -> list[dict[str, Any]]:
    entries = read_json(paths.dataset(dataset) / "releases.json").get("releases", [])
    return [
        {
            "version": entry["version"],
            "created": entry["created"],
            "published": entry.get("publiee_le") or entry["created"],
            "places": entry["lieux"],
            "href": f"{entry['version']}.html" if entry.get("href") else "",
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
