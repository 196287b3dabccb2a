"""Releases on disk: staged aside, promoted at once, found again after a kill.

One rule says what readers get: ``latest`` points to the newest release folder that is
complete (its SHA256SUMS holds) and not withdrawn. Every step of a promotion or a rollback
only moves towards that rule, and :func:`recover` finishes whatever a killed run left.

    1. the staged folder is renamed into ``releases/``     (readers see nothing yet)
    2. the id registry learns the release
    3. ``latest`` is swapped by one rename                  (readers see the new release)
    4. releases.json and the pages are written again        (both derive from the folders)
"""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from opendata.errors import ReleaseError, UsageError
from opendata.files import read_json, write_json
from opendata.identity.registry import load_registry, remember, save_registry
from opendata.model import Release
from opendata.paths import Paths
from opendata.publish import write_release
from opendata.publish.checksums import verify

_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.(\d+))?")


@dataclass(frozen=True)
class Staged:
    """A release that is complete on disk but not published; ``reasons`` say why it waits."""

    version: str
    folder: Path
    reasons_fr: tuple[str, ...]
    reasons_en: tuple[str, ...]


def version_key(version: str) -> tuple[str, int]:
    """Order of versions: by date, then by number within the date."""
    found = _VERSION.fullmatch(version)
    return (found.group(1), int(found.group(2) or 1)) if found else ("", 0)


def versions(paths: Paths, dataset: str) -> list[str]:
    """The versions on disk, oldest first."""
    folder = paths.releases(dataset)
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return sorted((name for name in names if version_key(name)[1]), key=version_key)


def next_version(paths: Paths, dataset: str, day: str) -> str:
    """``day``, or the next free number of the newest version's day when that is not older."""
    known = versions(paths, dataset)
    if not known:
        return day
    newest, number = version_key(known[-1])
    return day if day > newest else f"{newest}.{number + 1}"


def withdrawn(paths: Paths, dataset: str) -> dict[str, str]:
    """Version -> reason, for the releases taken back."""
    entries = read_json(paths.dataset(dataset) / "releases.json").get("releases", [])
    return {
        entry["version"]: entry.get("raison", "")
        for entry in entries
        if entry.get("etat") == "retiree"
    }


def latest(paths: Paths, dataset: str) -> Path | None:
    """The folder of the release that readers get, or None before the first one."""
    link = paths.latest(dataset)
    return link.resolve() if link.is_symlink() and link.exists() else None


def read_table(folder: Path | None, name: str, columns: tuple[str, ...] = ()) -> pd.DataFrame:
    """A published CSV as text; empty with ``columns`` when there is no release yet."""
    if folder is None:
        return pd.DataFrame({column: pd.Series(dtype="str") for column in columns})
    return pd.read_csv(folder / f"{name}.csv", dtype="str", keep_default_na=False)


def recover(paths: Paths, dataset: str) -> str | None:
    """Finish what a killed run left undone; return the version that is now ``latest``.

    Call it with the dataset's lock held.
    """
    staged = paths.staged(dataset)
    for leftover in staged.glob("*.part") if staged.is_dir() else ():
        shutil.rmtree(leftover, ignore_errors=True)
    current = latest(paths, dataset)
    taken_back = withdrawn(paths, dataset)
    for version in reversed(versions(paths, dataset)):
        folder = paths.releases(dataset) / version
        if version in taken_back:
            continue
        if current is not None and current.name == version:
            return version
        if verify(folder):
            _remember(paths, dataset, folder)
            _point_latest(paths, dataset, version)
            return version
    return None


def stage(release: Release, paths: Paths) -> Path:
    """Write a release beside the published ones. It appears complete or not at all."""
    staged = paths.staged(release.dataset.id)
    discard(paths, release.dataset.id)
    building = staged / f"{release.version}.part"
    building.mkdir(parents=True)
    write_release(release, building)
    _sync(building)
    folder = staged / release.version
    building.rename(folder)
    return folder


def discard(paths: Paths, dataset: str) -> None:
    """Drop whatever is staged: a dataset has one staged release at most."""
    shutil.rmtree(paths.staged(dataset), ignore_errors=True)


def hold(paths: Paths, dataset: str, version: str, reasons: Mapping[str, list[str]]) -> None:
    """Write down why a staged release waits for a person (``reasons``: fr and en lists)."""
    write_json(paths.staged(dataset) / f"{version}.json", reasons, indent=1)


def staged_release(paths: Paths, dataset: str) -> Staged | None:
    """The release that waits, if there is one."""
    folder = paths.staged(dataset)
    names = [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    found = sorted((name for name in names if version_key(name)[1]), key=version_key)
    if not found:
        return None
    about = read_json(folder / f"{found[-1]}.json")
    return Staged(
        found[-1], folder / found[-1], tuple(about.get("fr", ())), tuple(about.get("en", ()))
    )


def promote(paths: Paths, dataset: str, version: str) -> Path:
    """Make a staged release the one readers get."""
    source = paths.staged(dataset) / version
    target = paths.releases(dataset) / version
    if not verify(source):
        raise ReleaseError(
            "version_abimee",
            fr=f"La version {version} en attente est incomplète ou modifiée : relancez "
            f"« opendata run {dataset} ».",
            en=f"The waiting version {version} is incomplete or altered: run "
            f"“opendata run {dataset}” again.",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
    _sync_folder(target.parent)
    _remember(paths, dataset, target)
    _point_latest(paths, dataset, version)
    discard(paths, dataset)
    return target


def rollback(paths: Paths, dataset: str, target: str | None, reason: str) -> str:
    """Withdraw every release newer than ``target`` (default: the one before the latest).

    The mark in releases.json comes first: a run killed before the link moved leaves a
    withdrawn ``latest``, which :func:`recover` takes back.
    """
    current = latest(paths, dataset)
    taken_back = withdrawn(paths, dataset)
    standing = [name for name in versions(paths, dataset) if name not in taken_back]
    older = [name for name in standing if current is None or name != current.name]
    if target is None:
        target = older[-1] if older else ""
    if target not in older:
        listed = ", ".join(reversed(older))
        if not listed:
            raise UsageError(
                "version_unique",
                fr=f"{dataset} n'a pas d'autre version en place : il n'y a rien à quoi revenir.",
                en=f"{dataset} has no other version standing: there is nothing to go back to.",
            )
        raise UsageError(
            "version_inconnue",
            fr=f"{dataset} : aucune version « {target} » à laquelle revenir ; versions "
            f"antérieures en place : {listed}.",
            en=f"{dataset}: no version “{target}” to go back to; earlier versions standing: "
            f"{listed}.",
        )
    newer = {name: reason for name in standing if version_key(name) > version_key(target)}
    write_history(paths, dataset, {**taken_back, **newer}, current=target)
    _point_latest(paths, dataset, target)
    return target


def write_history(
    paths: Paths, dataset: str, taken_back: Mapping[str, str], current: str | None
) -> None:
    """``releases.json``: every version on disk, newest first, with what it changed."""
    entries = []
    for version in reversed(versions(paths, dataset)):
        folder = paths.releases(dataset) / version
        package = read_json(folder / "datapackage.json")
        report = read_json(folder / "rapport.json")
        entry: dict[str, Any] = {
            "version": version,
            "created": package.get("created", ""),
            "etat": "retiree"
            if version in taken_back
            else ("courante" if version == current else "remplacee"),
            "lieux": report.get("places", 0),
            **report.get("changements", {}),
            "href": f"releases/{version}/",
        }
        if version in taken_back:
            entry["raison"] = taken_back[version]
        entries.append(entry)
    history = {"dataset": dataset, "releases": entries}
    write_json(paths.dataset(dataset) / "releases.json", history, indent=1)


def _remember(paths: Paths, dataset: str, folder: Path) -> None:
    older = [paths.releases(dataset) / name for name in versions(paths, dataset)]
    registry = load_registry(
        paths.registry(dataset), [path for path in older if path != folder and verify(path)]
    )
    crosswalk, places = read_table(folder, "passerelle"), read_table(folder, "lieux")
    save_registry(remember(registry, crosswalk, places, folder.name[:10]), paths.registry(dataset))


def _point_latest(paths: Paths, dataset: str, version: str) -> None:
    link = paths.latest(dataset)
    building = link.with_name(f".latest.{os.getpid()}")
    building.unlink(missing_ok=True)
    building.symlink_to(Path("releases") / version)
    building.replace(link)
    _sync_folder(link.parent)


def _sync(folder: Path) -> None:
    for path in folder.iterdir():
        with path.open("rb") as handle:
            os.fsync(handle.fileno())
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
