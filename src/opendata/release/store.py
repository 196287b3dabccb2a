"""Releases on disk: promoted at once, taken back, found again after a kill.

One rule says what readers get: ``latest`` points to the newest release folder that is
complete (its SHA256SUMS holds) and not withdrawn. Every step of a promotion or a rollback
only moves towards that rule, and :func:`recover` finishes whatever a killed run left.

    promotion   1. the staged folder is renamed into ``releases/``   (readers see nothing yet)
                2. ``latest`` is swapped by one rename               (readers see the new release)
                3. releases.json, pages and feeds are written again  (all derive from the folders)
    rollback    1. releases.json marks what is withdrawn
                2. ``latest`` is swapped                             (readers see the old release)
                3. pages and feeds

The register of ids is in the releases themselves: there is nothing to keep in step with them.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from opendata.errors import ReleaseError, UsageError
from opendata.model import Retention
from opendata.paths import Paths
from opendata.publish.checksums import verify
from opendata.release.history import write_history
from opendata.release.retention import expired
from opendata.release.staging import (
    Staged,
    discard,
    remove,
    rewrite,
    seal_of,
    stage,
    staged_release,
    sweep,
    sync_folder,
)
from opendata.release.versions import (
    latest,
    next_version,
    read_table,
    recorded,
    standing,
    version_key,
    versions,
    withdrawals,
    withdrawn,
)

__all__ = [
    "Staged",
    "discard",
    "latest",
    "next_version",
    "promote",
    "read_table",
    "recorded",
    "recover",
    "retire",
    "rewrite",
    "rollback",
    "seal_of",
    "stage",
    "staged_release",
    "standing",
    "version_key",
    "versions",
    "withdrawals",
    "withdrawn",
    "write_history",
]


def recover(paths: Paths, dataset: str) -> str | None:
    """Finish what a killed run left undone; return the version that is now ``latest``.

    Call it with the dataset's lock held.
    """
    for folder in (
        paths.dataset_state(dataset), paths.staged(dataset), paths.releases(dataset),
        paths.dataset(dataset),
    ):  # fmt: skip
        sweep(folder)
    current = latest(paths, dataset)
    for folder in reversed(standing(paths, dataset)):
        if current is not None and current.name == folder.name:
            return folder.name
        if verify(folder):
            _point_latest(paths, dataset, folder.name)
            return folder.name
    return None


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
    sync_folder(target.parent)
    _point_latest(paths, dataset, version)
    discard(paths, dataset)
    return target


def rollback(
    paths: Paths, dataset: str, target: str | None, about: Mapping[str, str]
) -> tuple[str, list[str]]:
    """Withdraw every release newer than ``target`` (default: the one before the latest).

    ``about`` has raison, retiree_le and par. Returns the version readers now get, and those that
    were withdrawn. The mark in releases.json comes first: a run killed before the link moved
    leaves a withdrawn ``latest``, which :func:`recover` takes back.
    """
    current = latest(paths, dataset)
    taken_back = withdrawals(paths, dataset)
    names = [folder.name for folder in standing(paths, dataset)]
    older = [
        name for name in names if current is None or version_key(name) < version_key(current.name)
    ]
    if target is None:
        target = older[-1] if older else ""
    if target not in older:
        raise _no_target(dataset, target, older)
    newer = [name for name in names if version_key(name) > version_key(target)]
    marks = {**taken_back, **dict.fromkeys(newer, about)}
    write_history(paths, dataset, marks, current=target)
    _point_latest(paths, dataset, target)
    return target, newer


def _no_target(dataset: str, target: str, older: list[str]) -> UsageError:
    listed = ", ".join(reversed(older))
    if not listed:
        return UsageError(
            "version_unique",
            fr=f"{dataset} n'a pas d'autre version en place : il n'y a rien à quoi revenir.",
            en=f"{dataset} has no other version standing: there is nothing to go back to.",
        )
    return UsageError(
        "version_inconnue",
        fr=f"{dataset} : aucune version « {target} » à laquelle revenir ; versions "
        f"antérieures en place : {listed}.",
        en=f"{dataset}: no version “{target}” to go back to; earlier versions standing: {listed}.",
    )


def retire(paths: Paths, dataset: str, rule: Retention) -> list[str]:
    """Delete the releases that the rule no longer keeps, oldest first; return their versions."""
    current = latest(paths, dataset)
    if current is None:
        return []
    taken_back = withdrawn(paths, dataset)
    gone = expired(rule, versions(paths, dataset), current.name, set(taken_back))
    for version in gone:
        # Its ledger first: once the release is gone, nothing would come back for it.
        paths.release_ledger(dataset, version).unlink(missing_ok=True)
        remove(paths.releases(dataset) / version)
    return gone


def _point_latest(paths: Paths, dataset: str, version: str) -> None:
    link = paths.latest(dataset)
    building = link.with_name(f".latest.{os.getpid()}")
    building.unlink(missing_ok=True)
    building.symlink_to(Path("releases") / version)
    building.replace(link)
    sync_folder(link.parent)
