"""``releases.json``: every version there ever was, newest first, with what it changed."""

from collections.abc import Mapping
from typing import Any

from opendata.files import read_json, write_json
from opendata.paths import Paths
from opendata.release.versions import history, states, version_key
from opendata.report import CHANGES


def write_history(
    paths: Paths, dataset: str, taken_back: Mapping[str, Mapping[str, str]], current: str | None
) -> None:
    """Write it from the folders; a version whose folder was deleted keeps its line.

    ``taken_back`` maps a version to raison, retiree_le and par.
    """
    entries = {}
    for version, state in states(paths, dataset, current, taken_back).items():
        folder = paths.releases(dataset) / version
        report = read_json(folder / "rapport.json")
        changed = report.get("changements", {})
        entries[version] = {
            "version": version,
            "created": read_json(folder / "datapackage.json").get("created", ""),
            "etat": state,
            "lieux": report.get("places", 0),
            **{name: changed[name] for name in CHANGES if name in changed},
            "href": f"releases/{version}/",
        }
    for known in history(paths, dataset):
        if (version := str(known.get("version", ""))) and version not in entries:
            kept = {name: value for name, value in known.items() if name != "href"}
            entries[version] = kept | {"etat": "supprimee"}
    for version, about in taken_back.items():
        if version in entries:
            entries[version] |= {"retiree": True, **_said(about)}
    newest_first = sorted(entries, key=version_key, reverse=True)
    content: dict[str, Any] = {
        "dataset": dataset,
        "releases": [entries[version] for version in newest_first],
    }
    write_json(paths.dataset(dataset) / "releases.json", content, indent=1)


def _said(about: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in about.items() if value}
