"""Which releases there are, which one readers get, and what their tables say: read only."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from opendata.catalog import load_decisions
from opendata.errors import CatalogError, ReleaseError
from opendata.files import read_json
from opendata.paths import Paths

_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.(\d+))?")


def version_key(version: str) -> tuple[str, int]:
    """Order of versions: by date, then by number within the date."""
    found = _VERSION.fullmatch(version)
    return (found.group(1), int(found.group(2) or 1)) if found else ("", 0)


def versions(paths: Paths, dataset: str) -> list[str]:
    """The versions on disk, oldest first."""
    folder = paths.releases(dataset)
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return sorted((name for name in names if version_key(name)[1]), key=version_key)


def next_version(paths: Paths, dataset: str, day: str, dropped: Iterable[str] = ()) -> str:
    """``day``, or the next free number of the newest version's day when that is not older.

    A version that was ever published is not given again, even once its folder is gone; nor is
    one of ``dropped``, of the same day, which people have spoken of.
    """
    told = [str(entry.get("version", "")) for entry in history(paths, dataset)]
    told += [one for one in dropped if version_key(one)[0] == day]
    known = sorted({*versions(paths, dataset), *told} - {""}, key=version_key)
    if not known:
        return day
    newest, number = version_key(known[-1])
    return day if day > newest else f"{newest}.{number + 1}"


def history(paths: Paths, dataset: str) -> list[dict[str, Any]]:
    """The entries of ``releases.json``, newest first."""
    entries = read_json(paths.dataset(dataset) / "releases.json").get("releases", [])
    return [entry for entry in entries if isinstance(entry, dict)]


def withdrawals(paths: Paths, dataset: str) -> dict[str, dict[str, str]]:
    """Version -> raison, retiree_le (RFC 3339) and par, for the releases taken back.

    ``releases.json`` says so; the decisions do too, should it be lost or damaged.
    """
    found = {
        str(entry["version"]): {
            name: str(entry.get(name, "")) for name in ("raison", "retiree_le", "par")
        }
        for entry in history(paths, dataset)
        if entry.get("retiree") or entry.get("etat") == "retiree"
    }
    try:
        decided = load_decisions(dataset, paths).releases
    except CatalogError:
        # A slip in the file stops a run by its own sentence; readers are not to wait for it.
        decided = ()
    for one in decided:
        folder = paths.releases(dataset) / one.version
        if (
            one.action == "withdrawn"
            and one.version not in found
            and recorded(folder, "content") == one.content
        ):
            found[one.version] = {"raison": one.reason, "retiree_le": one.date, "par": one.author}
    return found


def withdrawn(paths: Paths, dataset: str) -> dict[str, str]:
    """Version -> reason, for the releases taken back."""
    return {name: about["raison"] for name, about in withdrawals(paths, dataset).items()}


def standing(paths: Paths, dataset: str) -> list[Path]:
    """The folders of the releases that were not taken back, oldest first."""
    gone = withdrawals(paths, dataset)
    names = (name for name in versions(paths, dataset) if name not in gone)
    return [paths.releases(dataset) / name for name in names]


def recorded(folder: Path | None, name: str) -> str:
    """What a release's descriptor says of itself: ``inputs``, ``content``…; "" when nothing."""
    if folder is None:
        return ""
    return str(read_json(folder / "datapackage.json").get("opendata", {}).get(name, ""))


def latest(paths: Paths, dataset: str) -> Path | None:
    """The folder of the release that readers get, or None before the first one."""
    link = paths.latest(dataset)
    return link.resolve() if link.is_symlink() and link.exists() else None


def read_table(folder: Path | None, name: str, columns: tuple[str, ...] = ()) -> pd.DataFrame:
    """A published CSV as text; empty with ``columns`` when there is no such file (yet).

    Raises ReleaseError where a release lost a file that it must have.
    """
    lost = folder is not None and not (folder / f"{name}.csv").is_file()
    if folder is not None and lost and not columns:
        raise ReleaseError(
            "version_abimee",
            fr=f"La version {folder.name} a perdu {name}.csv : remettez ce fichier dans {folder}, "
            "ou relancez avec « --force » pour publier une nouvelle version.",
            en=f"Release {folder.name} lost {name}.csv: put that file back into {folder}, or run "
            "again with “--force” to publish a new release.",
        )
    if folder is None or lost:
        return pd.DataFrame({column: pd.Series(dtype="str") for column in columns})
    return pd.read_csv(folder / f"{name}.csv", dtype="str", keep_default_na=False)


def states(
    paths: Paths, dataset: str, current: str | None, gone: Mapping[str, object]
) -> dict[str, str]:
    """Version on disk -> courante, remplacee or retiree."""
    return {
        name: "retiree" if name in gone else "courante" if name == current else "remplacee"
        for name in versions(paths, dataset)
    }
