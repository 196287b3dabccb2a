"""One département's addresses: downloaded, checked against those in use, put in their place."""

from typing import Any

import pyarrow.parquet as pq

from opendata.errors import ReadError
from opendata.geocode.update.ban_extract import read_addresses
from opendata.geocode.update.ban_table import SCHEMA, Addresses
from opendata.geocode.update.download import (
    FetchRoom,
    as_source,
    download,
    forget_older,
    source_id,
)
from opendata.geocode.update.result import UpdateResult
from opendata.geocode.update.store import count_of, install, is_current, read_note, table_path
from opendata.language import Text
from opendata.model import Fetch, Snapshot, Source
from opendata.paths import Paths

BAN_URL = "https://adresse.data.gouv.fr/data/ban/adresses/latest/csv/adresses-{departement}.csv.gz"
ATTRIBUTION = "Base Adresse Nationale : communes, DINUM, ANCT, IGN"
LICENCE = "etalab-2.0"

#: Changes when the same file would give another table: tables of before are made again.
FORMAT = 1

#: An extract with a smaller share of the addresses in use is taken for a cut one.
_LEAST_SHARE = 0.5

_MAX_BYTES = 1_000_000_000

_DROPPED = {
    "ligne_illisible": Text("ligne mal formée", "malformed line"),
    "sans_commune": Text("sans commune", "no commune"),
    "sans_nom": Text("sans nom de voie", "no street name"),
    "point_illisible": Text("sans point lisible", "no readable point"),
    "hors_france": Text("point hors de France", "point outside France"),
}


def update_ban(departement: str, paths: Paths, fetch: FetchRoom) -> UpdateResult:
    """Bring the addresses of a département up to date. Raises SourceError or OSError."""
    source = ban_source(departement)
    target = table_path(paths, "ban", departement)
    try:
        snapshot = download(source, paths, fetch)
        if is_current(target, snapshot.sha256, format=FORMAT):
            return _result(departement, read_note(target), changed=False)
        found = read_addresses(snapshot.path, departement)
        _refuse_shrunk(found, departement, paths)
        note = write_ban(found, departement, snapshot, paths)
    finally:
        forget_older(source.id, str(read_note(target).get("source_sha256", "")), paths)
    return _result(departement, note, changed=True, new_columns=found.new_columns)


def ban_source(departement: str) -> Source:
    """The BAN extract of a département, for the fetch room."""
    return as_source(
        source_id("ban", departement),
        f"Base Adresse Nationale, département {departement}",
        Fetch(url=BAN_URL.format(departement=departement), max_bytes=_MAX_BYTES),
        publisher="DINUM",
        homepage="https://adresse.data.gouv.fr",
        attribution=ATTRIBUTION,
    )


def write_ban(
    found: Addresses, departement: str, snapshot: Snapshot, paths: Paths
) -> dict[str, Any]:
    """Put the addresses and their note in place of the old ones; returns the note."""
    return install(
        table_path(paths, "ban", departement),
        SCHEMA,
        found.slices(),
        snapshot,
        {
            "format": FORMAT,
            "licence": LICENCE,
            "attribution": ATTRIBUTION,
            "addresses": found.table.num_rows,
            "streets": found.streets,
            "dropped": found.dropped,
        },
    )


def _refuse_shrunk(found: Addresses, departement: str, paths: Paths) -> None:
    """An extract cut at its origin is as good a gzip file as a whole one: its size tells."""
    target = table_path(paths, "ban", departement)
    before, count = _addresses_in_use(departement, paths), found.table.num_rows
    if count < _LEAST_SHARE * before:
        raise ReadError(
            "ban_tronquee",
            fr=f"L'extrait reçu n'a que {count} adresses, et celui en usage en a {before} : "
            f"réessayez plus tard, ou effacez {target} si ce nombre est juste.",
            en=f"The extract received has only {count} addresses where the one in use has "
            f"{before}: try again later, or delete {target} if that number is right.",
        )


def _addresses_in_use(departement: str, paths: Paths) -> int:
    target = table_path(paths, "ban", departement)
    try:
        rows: int = pq.read_metadata(target).num_rows
    except FileNotFoundError:
        return 0
    except (OSError, ValueError):
        return count_of(read_note(target), "addresses")
    return rows


def _result(
    departement: str, note: dict[str, Any], *, changed: bool, new_columns: tuple[str, ...] = ()
) -> UpdateResult:
    count, vintage = count_of(note, "addresses"), str(note["vintage"])
    state = Text("", "") if changed else Text("déjà à jour, ", "already up to date, ")
    told = _told(note["dropped"], new_columns) if changed else Text("", "")
    streets = note["streets"]
    return UpdateResult(
        departement,
        ok=True,
        kind="ban",
        fr=f"Département {departement}, BAN : {state.fr}{count} adresses, {streets} voies, "
        f"millésime {vintage}{told.fr}.",
        en=f"Département {departement}, BAN: {state.en}{count} addresses, {streets} streets, "
        f"vintage {vintage}{told.en}.",
        vintage=vintage,
        addresses=count,
        changed=changed,
    )


def _told(dropped: dict[str, int], new_columns: tuple[str, ...]) -> Text:
    """What is worth a look in a file that is good: lines left out, columns never seen."""
    fr, en = "", ""
    if dropped:
        lines = [(_DROPPED[reason], count) for reason, count in dropped.items()]
        fr += " ; lignes écartées : " + ", ".join(f"{what.fr} {n}" for what, n in lines)
        en += "; lines left out: " + ", ".join(f"{what.en} {n}" for what, n in lines)
    if new_columns:
        names = ", ".join(new_columns)
        fr += f" ; colonnes nouvelles, ignorées : {names}"
        en += f"; new columns, ignored: {names}"
    return Text(fr, en)
