"""The files of a release: one module per format, each with NAME and ``write``.

``write(release, folder)`` writes its files and returns an :class:`Artifact` for each.
The descriptor and the checksums come last, because they speak of the others.
"""

from importlib import import_module
from pathlib import Path

from opendata.model import Artifact, Release

#: The formats, in the order reusers see them. To add one, add a file and its name here.
FORMATS = (
    "tables", "spreadsheet", "standard", "geopackage", "geojson", "geoparquet", "indicators",
    "changes", "report",
)  # fmt: skip


def write_release(release: Release, folder: Path) -> list[Artifact]:
    """Write every file of a release into an empty folder; the folder is then complete."""
    from opendata.publish import checksums, datapackage

    artifacts: list[Artifact] = []
    for name in FORMATS:
        artifacts += import_module(f"opendata.publish.{name}").write(release, folder)
    datapackage.write(release, folder, artifacts)
    checksums.write(folder)
    return artifacts
