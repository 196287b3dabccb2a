"""What became of an id that readers no longer get, as the register of the latest release says."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from opendata.catalog import load_source
from opendata.errors import CatalogError
from opendata.identity.registry import COLUMNS
from opendata.language import Text
from opendata.model import DEFAULT_CLOSING_DAYS
from opendata.paths import Paths
from opendata.release import store
from opendata.schema import SEPARATOR

#: Rows of sources that are named.
_NAMED = 5


def folder_of(paths: Paths, dataset: str) -> Path | None:
    """The release whose register counts: the one that readers get."""
    return store.latest(paths, dataset)


def entry_of(place_id: str, folder: Path | None) -> pd.Series | None:
    """The line of an id in ``identifiants.csv`` of a release; None where it has none."""
    register = store.read_table(folder, "identifiants", COLUMNS)
    own = register[register["lieu_id"] == place_id]
    return own.iloc[0] if len(own) else None


def standing_of(place_id: str, dataset: str, paths: Paths) -> dict[str, str]:
    """``statut``, ``depuis`` and ``successeur`` of an id, "" where the register does not say."""
    entry = entry_of(place_id, folder_of(paths, dataset))
    return {
        name: "" if entry is None else str(entry[name])
        for name in ("statut", "depuis", "successeur")
    }


def fate(place_id: str, dataset: str, paths: Paths) -> list[Text]:
    """What became of a place that is not in the latest release; nothing of one that is."""
    folder = folder_of(paths, dataset)
    entry = entry_of(place_id, folder)
    if entry is None:
        return []
    since, rows = str(entry["depuis"]), _rows(str(entry["cles"]))
    match entry["statut"]:
        case "fusionne":
            return [_merged(since, str(entry["successeur"]), folder)]
        case "absent":
            days = _patience(rows, paths)
            end = _closing(since, days)
            return [
                Text(
                    f"Absent depuis la version {since} : plus aucune source lue ne le décrit"
                    f"{_named(rows).fr} ; il sera fermé après {days} jours{end.fr}.",
                    f"Absent since the release {since}: no source that was read describes it any "
                    f"more{_named(rows).en}; it will be closed after {days} days{end.en}.",
                )
            ]
        case "ferme":
            return [
                Text(
                    f"Fermé depuis la version {since} : plus aucune source lue ne le décrit"
                    f"{_named(rows).fr}, depuis plus longtemps que leur délai. S'il revient, il "
                    "reprend son identifiant.",
                    f"Closed since the release {since}: no source that was read describes it any "
                    f"more{_named(rows).en}, for longer than their delay. Should it come back, it "
                    "takes its id again.",
                )
            ]
    return []


def _merged(since: str, successor: str, folder: Path | None) -> Text:
    if not successor:
        return Text(f"Réuni le {since} à un autre lieu.", f"Merged on {since} into another place.")
    heir = entry_of(successor, folder)
    name = successor if heir is None else f"{heir['nom']} ({successor})"
    return Text(
        f"Réuni le {since} à {name} : « opendata why {successor} » dit la suite.",
        f"Merged on {since} into {name}: “opendata why {successor}” tells the rest.",
    )


def _rows(keys: str) -> list[str]:
    """Source rows as they are asked for: ``source:key``, the register's escapes undone."""
    found = [key for key in keys.split(SEPARATOR) if key]
    return [key.replace("%7C", SEPARATOR).replace("%25", "%") for key in found]


def _named(rows: list[str]) -> Text:
    if not rows:
        return Text("", "")
    listed = ", ".join(rows[:_NAMED]) + (", …" if len(rows) > _NAMED else "")
    return Text(f" ({listed})", f" ({listed})")


def _patience(rows: list[str], paths: Paths) -> int:
    """Days until an absent place is closed: of its sources the longest delay holds."""
    sources = {row.partition(":")[0] for row in rows}
    return max((_closes_after(source, paths) for source in sources), default=DEFAULT_CLOSING_DAYS)


def _closes_after(source: str, paths: Paths) -> int:
    try:
        return load_source(source, paths).closes_after_days
    except CatalogError:
        # A source that the catalogue has no more.
        return DEFAULT_CLOSING_DAYS


def _closing(since: str, days: int) -> Text:
    try:
        end = (date.fromisoformat(since) + timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return Text("", "")
    return Text(f" (à partir du {end})", f" (from {end} on)")


def beside(version: str, state: str, dataset: str, reasons: Mapping[str, str]) -> list[Text]:
    """What to know of the release a place was found in, where readers do not get it."""
    if state == "en_attente":
        return [
            Text(
                f"Dans la version {version} qui attend une décision : « opendata preview "
                f"{dataset} » la montre.",
                f"In the release {version}, which waits for a decision: “opendata preview "
                f"{dataset}” shows it.",
            )
        ]
    if state == "retiree":
        reason = reasons.get(version, "")
        why = Text(f" : {reason}", f": {reason}") if reason else Text("", "")
        return [
            Text(
                f"Seule une version retirée le décrit ({version}{why.fr}).",
                f"Only a withdrawn release describes it ({version}{why.en}).",
            )
        ]
    if state == "supprimee":
        return [
            Text(
                f"La dernière version qui le publiait ({version}) n'est plus gardée : voici ce que "
                "le registre des identifiants en dit.",
                f"The last release that published it ({version}) is no longer kept: this is what "
                "the register of ids says of it.",
            )
        ]
    return []
