"""The release that waits: complete on disk beside the published ones, and what is said of it.

staged/<version>.json    what it would change, the gate's findings (release.difference)
staged/<version>.html    the same as a page
staged/<version>/        the release itself, last: where it is, the two others are too
"""

import os
import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opendata.files import read_json, sha256_of, write_json, write_text
from opendata.model import Release
from opendata.paths import Paths
from opendata.publish import write_release
from opendata.publish.checksums import FILE as CHECKSUMS
from opendata.release.versions import recorded, version_key

#: Letters of the seal: enough to tell two contents of one version apart.
_SEAL = 12


@dataclass(frozen=True)
class Staged:
    """A release that is complete on disk but not published; ``reasons`` say why it waits.

    ``seal`` is a short hash of its files: what was looked at is what has the same seal.
    ``difference`` is what it would change, ``content`` the fingerprint of what it says.
    """

    version: str
    folder: Path
    seal: str
    difference: Mapping[str, Any]

    @property
    def content(self) -> str:
        return recorded(self.folder, "content")

    @property
    def page(self) -> Path:
        """The page of differences."""
        return self.folder.with_name(f"{self.version}.html")

    @property
    def findings(self) -> list[dict[str, Any]]:
        return list(self.difference.get("findings", []))

    def reasons(self, language: str) -> tuple[str, ...]:
        """Why it waits, in ``fr`` or ``en``."""
        return tuple(
            str(one[language]) for one in self.findings if one.get("severity") == "blocker"
        )

    @property
    def reasons_fr(self) -> tuple[str, ...]:
        return self.reasons("fr")

    @property
    def reasons_en(self) -> tuple[str, ...]:
        return self.reasons("en")


def stage(
    release: Release,
    paths: Paths,
    difference: Mapping[str, Any] | None = None,
    render: Callable[[Mapping[str, Any]], str] | None = None,
) -> Path:
    """Write a release beside the published ones. It appears complete or not at all.

    ``difference`` gets the seal of the files, and ``render`` makes a page of it.
    """
    staged = paths.staged(release.dataset.id)
    discard(paths, release.dataset.id)
    building = staged / f"{release.version}.part"
    building.mkdir(parents=True)
    write_release(release, building)
    sync(building)
    sealed = {**(difference or {}), "seal": seal_of(building)}
    write_json(staged / f"{release.version}.json", sealed, indent=1)
    if render is not None:
        write_text(staged / f"{release.version}.html", render(sealed))
    folder = staged / release.version
    building.rename(folder)
    sync_folder(staged)
    return folder


def rewrite(
    paths: Paths, dataset: str, version: str, difference: Mapping[str, Any], page: str
) -> None:
    """Say something else of a release that waits: a person's reason was added."""
    staged = paths.staged(dataset)
    write_text(staged / f"{version}.html", page)
    write_json(staged / f"{version}.json", difference, indent=1)


def staged_release(paths: Paths, dataset: str) -> Staged | None:
    """The release that waits, if there is one."""
    folder = paths.staged(dataset)
    names = [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    found = sorted((name for name in names if version_key(name)[1]), key=version_key)
    if not found:
        return None
    version = found[-1]
    return Staged(
        version,
        folder / version,
        seal_of(folder / version),
        read_json(folder / f"{version}.json"),
    )


def seal_of(folder: Path) -> str:
    """A short hash of a release's files, "" when it is not complete."""
    checksums = folder / CHECKSUMS
    return sha256_of(checksums)[:_SEAL] if checksums.is_file() else ""


def discard(paths: Paths, dataset: str) -> None:
    """Drop whatever is staged: a dataset has one staged release at most."""
    remove(paths.staged(dataset))


def remove(folder: Path) -> None:
    """Remove a folder: gone from its name at once, its files after that."""
    if not folder.exists():
        return
    aside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}.gone")
    folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what a killed removal or writing left in a folder."""
    if folder.is_dir():
        for pattern in (".*.gone", "*.part", ".latest.*"):
            for leftover in folder.glob(pattern):
                if leftover.is_dir():
                    shutil.rmtree(leftover, ignore_errors=True)
                else:
                    leftover.unlink(missing_ok=True)


def sync(folder: Path) -> None:
    """Have the system put the files of a folder on disk."""
    for path in folder.iterdir():
        with path.open("rb") as handle:
            os.fsync(handle.fileno())
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Have the system put the names in a folder on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
