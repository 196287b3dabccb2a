"""One page per release: what it holds, what it changed, and whether it still stands."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from opendata.files import read_json
from opendata.language import Text
from opendata.metadata.addresses import Addresses, beside_release
from opendata.metadata.citation import citation
from opendata.metadata.schema_org import schema_org
from opendata.model import Catalogue
from opendata.pages.read import Shown, about_dataset, files_of, release_of, seal
from opendata.pages.scripts import write_page, written_from
from opendata.paths import Paths
from opendata.publish.changes import KINDS, LEVELS, summary
from opendata.release.store import read_table, versions
from opendata.report import CHANGES
from opendata.schema import fields
from opendata.site.changed import FIRST, around_change, by_interest, is_technical

#: Places of each kind of change that the page names; the others are in the CSV.
_PLACES = 40
#: Letters shown of a value, and before its first change.
_WIDTH, _BEFORE = 80, 20


def write_releases(dataset: str, catalogue: Catalogue, paths: Paths) -> None:
    """``<version>.html`` of every release on disk, written again only when something changed;
    those of releases that were deleted go with them."""
    from opendata.site.release_page import render_release

    folder = paths.dataset(dataset)
    history = read_json(folder / "releases.json").get("releases", [])
    present = set(versions(paths, dataset))
    entries = [entry for entry in history if entry.get("version") in present]
    for at, entry in enumerate(entries):
        newer = entries[at - 1]["version"] if at else ""
        older = entries[at + 1]["version"] if at + 1 < len(entries) else ""
        page = folder / f"{entry['version']}.html"
        release = paths.releases(dataset) / entry["version"]
        made_from = (seal(release), older, newer, str(sorted(entry.items())),
                     catalogue.fingerprint)  # fmt: skip
        if not written_from(page, made_from):
            values = release_page(release_of(release, catalogue), entry, older, newer)
            write_page(page, render_release(values), made_from)
    for entry in history:
        if entry.get("version") not in present:
            (folder / f"{entry.get('version')}.html").unlink(missing_ok=True)


def release_page(
    shown: Shown, entry: Mapping[str, Any], older: str = "", newer: str = ""
) -> dict[str, Any]:
    """The values of ``release.html``; ``entry`` is its line of releases.json."""
    package, report = shown.package, shown.report
    home = shown.catalogue.url
    where = beside_release(package) if home else Addresses("../", "", f"releases/{shown.version}/")
    told = citation(package, where)
    said = summary(report.get("changements", {}))
    return {
        **about_dataset(shown, f"{shown.version}.html"),
        "state": entry.get("etat", ""),
        "published": entry.get("publiee_le", ""),
        "withdrawn": {"reason": entry.get("raison", ""), "on": entry.get("retiree_le", "")},
        "older": older,
        "newer": newer,
        "previous": report.get("version_precedente", ""),
        "places": report.get("places", 0),
        "base": f"releases/{shown.version}",
        "files": files_of(shown, metadata=False),
        "metadata": files_of(shown, metadata=True),
        "report": report,
        "summary": said._asdict(),
        "changes": list(_kinds(read_table(shown.folder, "changements"))),
        "columns": _columns(report.get("compatibilite") or {}),
        "citation": told._asdict(),
        "json_ld": schema_org(package, where),
    }


def _kinds(changes: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Every kind of change there is, with the first places it is about."""
    for name, kind in KINDS.items():
        lines = changes[changes["changement"] == CHANGES[name]]
        if lines.empty:
            continue
        lines = lines.sort_values(["commune", "nom", "lieu_id"], kind="stable")
        ids = lines["lieu_id"].unique()
        shown = lines[lines["lieu_id"].isin(ids[:_PLACES])]
        yield {
            "name": name,
            "title": kind.title._asdict(),
            "total": len(ids),
            "shown": min(len(ids), _PLACES),
            "places": [
                _place(cells.to_dict("records"))
                for _, cells in shown.groupby("lieu_id", sort=False)
            ],
        }


def _place(cells: list[dict[Any, Any]]) -> dict[str, Any]:
    first = cells[0]
    modified = first["changement"] == "modification"
    told = [cell for cell in by_interest(cells) if cell["champ"] in FIRST] if modified else []
    others = [
        cell for cell in cells if modified and cell not in told and not is_technical(cell["champ"])
    ]
    return {
        "id": first["lieu_id"],
        "name": first["nom"],
        "commune": first["commune"],
        "fields": [_field(cell) for cell in told],
        "others": [fields()[cell["champ"]].title._asdict() for cell in others],
        "successor": first["nouveau"] if first["changement"] == "fusion" else "",
    }


def _field(cell: Mapping[Any, Any]) -> dict[str, Any]:
    old, new = around_change(cell["ancien"], cell["nouveau"], _WIDTH, _BEFORE)
    return {"title": fields()[cell["champ"]].title._asdict(), "old": old, "new": new}


def _columns(about: Mapping[str, Any]) -> dict[str, Any]:
    """What those who read the tables by their columns must know."""
    if not about.get("tables"):
        return {}
    return {
        "level": LEVELS[about["niveau"]]._asdict(),
        "tables": [
            {
                "name": table["table"],
                "sentences": [
                    Text(fr, en)._asdict()
                    for fr, en in zip(table["phrases_fr"], table["phrases_en"], strict=True)
                ],
            }
            for table in about["tables"]
        ],
    }
