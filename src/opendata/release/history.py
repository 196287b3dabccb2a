"""``releases.json``: every version there ever was, newest first, with what it changed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opendata.files import read_json, rfc3339, write_json
from opendata.paths import Paths
from opendata.publish.checksums import FILE as CHECKSUMS
from opendata.release.versions import history, states, version_key
from opendata.report import CHANGES


def write_history(
    paths: Paths, dataset: str, taken_back: Mapping[str, Mapping[str, str]], current: str | None
) -> None:
    """Write it from the folders; a version whose folder was deleted keeps its line.

    ``taken_back`` maps a version to raison, retiree_le and par. ``publiee_le`` is the moment a
    version was first seen here, that is when it went out; ``created`` is that of its newest data.
    """
    entries = {}
    known_before = {str(known.get("version", "")): known for known in history(paths, dataset)}
    for version, state in states(paths, dataset, current, taken_back).items():
        folder = paths.releases(dataset) / version
        report = read_json(folder / "rapport.json")
        changed = report.get("changements", {})
        entries[version] = {
            "version": version,
            "created": (created := read_json(folder / "datapackage.json").get("created", "")),
            "publiee_le": _published(known_before, version, folder, created),
            "etat": state,
            "lieux": report.get("places", 0),
            **{name: changed[name] for name in CHANGES if name in changed},
            "href": f"releases/{version}/",
        }
    for version, known in known_before.items():
        if version and version not in entries:
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


def _published(
    known: Mapping[str, Mapping[str, Any]], version: str, folder: Path, created: str
) -> str:
    """When a version went out: as it is remembered, else now."""
    if version in known:
        return str(known[version].get("publiee_le") or created)
    checksums = folder / CHECKSUMS
    if known or not checksums.is_file():
        return rfc3339(datetime.now(UTC))
    # Nothing is remembered: the file was lost, or this is the first release of all.
    return rfc3339(datetime.fromtimestamp(checksums.stat().st_mtime, UTC))


def _said(about: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in about.items() if value}
