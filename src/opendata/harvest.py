"""One source, from its newest usable snapshot to a table of normalised rows.

    snapshot ─► read ─► contract ─► map ─► normalise ─► check ─► harvest

A harvest keeps *every* row of the file: those set aside carry their reasons in the column
``refus``. It depends on nothing but the snapshot's bytes, the source's TOML and the code,
so it is stored under the hash of those three and never computed twice.
"""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from opendata.check import check_contract, check_rows
from opendata.errors import SourceError
from opendata.ledger import accounts, as_issues, as_ledger, complete, reported
from opendata.mapping import apply_mapping, stated_fields
from opendata.model import FetchOutcome, Snapshot, Source, join_issues
from opendata.normalise import normalise_table
from opendata.paths import Paths, schemas_folder
from opendata.read.base import SHIFTED

#: How many harvests of a source are kept on disk; older ones can be made again.
_KEPT = 3

T = TypeVar("T")


@dataclass(frozen=True)
class Harvest:
    """What one source has to offer today.

    ``table`` has one row per row of the file (index ``ligne``), the published fields the
    mapping fills, float ``latitude``/``longitude``, bool ``corrected`` and ``refus`` (issue
    codes joined by "|", "" for an accepted row). ``originals`` are the same fields before
    they were normalised. ``ledger`` is the complete issues table (opendata.ledger), and
    ``accounts`` its sums per field. ``stale_since`` is set when the copy is not known to be
    current; ``error_fr``/``error_en`` then say why. A source without any usable copy has
    ``snapshot`` None and an empty table. ``raw`` is the file as it was read, when the one who
    harvests asked to keep it and it had to be read.
    """

    source: str
    snapshot: Snapshot | None
    table: pd.DataFrame
    originals: pd.DataFrame
    ledger: pd.DataFrame
    accounts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    format: str = ""
    stale_since: datetime | None = None
    error_fr: str = ""
    error_en: str = ""
    raw: pd.DataFrame | None = field(default=None, repr=False, compare=False)

    @cached_property
    def issues(self) -> pd.DataFrame:
        """The lines of the ledger that a person reads."""
        return reported(self.ledger)

    @property
    def rows_in(self) -> int:
        return len(self.table)

    @property
    def accepted(self) -> int:
        return int((self.table["refus"] == "").sum()) if len(self.table) else 0


def harvest(
    source: Source, outcome: FetchOutcome, paths: Paths, *, keep_raw: bool = False
) -> Harvest:
    """Harvest the newest snapshot that keeps the source's promise.

    A snapshot that cannot be read or breaks the contract is passed over for the one before
    it, and the harvest says so; it never raises for a source's fault.
    """
    error_fr, error_en = outcome.error_fr, outcome.error_en
    stale_since = outcome.stale_since
    for snapshot in outcome.snapshots:
        try:
            found = _harvest_snapshot(source, snapshot, paths)
        except SourceError as error:
            if not error_fr:
                error_fr, error_en = error.fr, error.en
            continue
        if snapshot is not outcome.snapshots[0]:
            stale_since = snapshot.fetched_at
        raw = found.raw if keep_raw else None
        return replace(
            found, stale_since=stale_since, error_fr=error_fr, error_en=error_en, raw=raw
        )
    nothing = _empty_table()
    return Harvest(
        source.id, None, nothing, nothing, join_issues([]), error_fr=error_fr, error_en=error_en
    )


def harvest_file(source: Source, path: Path) -> Harvest:
    """Harvest a file outside the store, for ``opendata check``. Raises SourceError."""
    return _run(source, path, None)


def _empty_table() -> pd.DataFrame:
    return pd.DataFrame({"id": pd.Series(dtype="str"), "refus": pd.Series(dtype="str")})


def _harvest_snapshot(source: Source, snapshot: Snapshot, paths: Paths) -> Harvest:
    by_hand = (snapshot.via,) if _by_hand(snapshot) else ()
    key = _key(snapshot.sha256, source.fingerprint, code_fingerprint(), *by_hand)
    folder = paths.harvest(source.id) / key
    if (folder / "harvest.json").is_file():
        return _load(folder, source.id, snapshot)
    found = _run(source, snapshot.path, snapshot)
    _store(found, folder)
    return found


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@cache
def code_fingerprint() -> str:
    """The hash of the code and schemas, so that a changed rule never meets an old result."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    files = [
        path for kind in ("py", "toml", "html", "css", "js") for path in package.rglob(f"*.{kind}")
    ]
    files += [path for kind in ("json", "csv") for path in schemas_folder().rglob(f"*.{kind}")]
    for path in sorted(files):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _run(source: Source, path: Path, snapshot: Snapshot | None) -> Harvest:
    clock = Stopwatch()
    raw, read_issues, format_name = clock("lecture", lambda: read_copy(source, path, snapshot))
    found = _harvest_table(source, raw, read_issues, clock)
    return replace(found, snapshot=snapshot, format=format_name, raw=raw)


def read_copy(
    source: Source, path: Path, snapshot: Snapshot | None
) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Read a file (:func:`opendata.read.read`): as its source declares when it was fetched,
    by what it plainly is when it was given by hand (a deposit, or no snapshot at all)."""
    from opendata.read import read
    from opendata.read.given import read_given

    if _by_hand(snapshot):
        return read_given(path, source)[:3]
    return read(path, source.fetch, source=source.id)


def _by_hand(snapshot: Snapshot | None) -> bool:
    return snapshot is None or snapshot.via == "deposit"


def harvest_table(
    source: Source, raw: pd.DataFrame, read_issues: pd.DataFrame | None = None
) -> Harvest:
    """Harvest a file that was already read, with the issues of reading. Raises ContractError."""
    noted = join_issues([]) if read_issues is None else read_issues
    return _harvest_table(source, raw, noted, Stopwatch())


def _harvest_table(
    source: Source, raw: pd.DataFrame, read_issues: pd.DataFrame, clock: "Stopwatch"
) -> Harvest:
    by_contract, contract_issues = clock("contrat", lambda: check_contract(raw, source))
    mapped, mapping_issues = clock("mapping", lambda: apply_mapping(raw, source))
    normal, normal_issues = clock("normalisation", lambda: normalise_table(mapped, source))
    table, by_schema, row_issues = clock("verification", lambda: check_rows(normal, source))
    refusals = (
        pd.concat([_shifted(read_issues), by_contract, by_schema]).groupby(level=0).agg(_join_codes)
    )
    table["refus"] = refusals.reindex(table.index).fillna("").astype("str")
    found = [read_issues, contract_issues, mapping_issues, normal_issues, row_issues]
    stated = stated_fields(raw, source)
    ledger, sums = clock("compte", lambda: _account(stated, mapped, table, found))
    ledger["source"] = source.id
    return Harvest(source.id, None, table, mapped, ledger, sums, clock.seconds)


def _shifted(read_issues: pd.DataFrame) -> pd.Series:
    """The rows whose cells stand in the wrong columns (index = line, value = issue code)."""
    rows = read_issues.loc[read_issues["code"] == SHIFTED, "row"].unique()
    return pd.Series(SHIFTED, index=pd.Index(rows, dtype="int64"), dtype="str")


def _account(
    stated: pd.DataFrame, mapped: pd.DataFrame, table: pd.DataFrame, found: list[pd.DataFrame]
) -> tuple[pd.DataFrame, dict[str, dict[str, int]]]:
    issues = join_issues(found).drop_duplicates(ignore_index=True)
    # The contract and the schema both judge the key of a row: one sentence is enough.
    keys = issues["code"].isin(("cle_absente", "cle_en_double"))
    issues = issues[~(keys & issues.duplicated(["row", "code"]))].reset_index(drop=True)
    ledger = complete(stated, mapped, table, issues)
    return ledger, accounts(stated, table, ledger)


def _join_codes(codes: pd.Series) -> str:
    return "|".join(dict.fromkeys(codes))


class Stopwatch:
    """Runs a stage and remembers how many seconds it took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, stage: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        result = work()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start
        return result


def _store(found: Harvest, folder: Path) -> None:
    """Write a harvest so that it appears complete or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
    try:
        found.table.to_parquet(building / "lignes.parquet")
        found.originals.to_parquet(building / "originaux.parquet")
        as_ledger(found.ledger).to_parquet(building / "ledger.parquet")
        about = {
            "source": found.source,
            "format": found.format,
            "accounts": found.accounts,
            "seconds": dict(found.seconds),
        }
        (building / "harvest.json").write_text(json.dumps(about), encoding="utf-8")
        building.rename(folder)
    except OSError:
        # Another process stored the same harvest first: its copy is as good.
        shutil.rmtree(building, ignore_errors=True)
    kept = sorted(folder.parent.glob("[0-9a-f]*"), key=lambda path: path.stat().st_mtime)
    for old in kept[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _load(folder: Path, source_id: str, snapshot: Snapshot) -> Harvest:
    """Read a stored harvest back."""
    about: dict[str, Any] = json.loads((folder / "harvest.json").read_text(encoding="utf-8"))
    os.utime(folder)
    return Harvest(
        source_id,
        snapshot,
        pd.read_parquet(folder / "lignes.parquet"),
        pd.read_parquet(folder / "originaux.parquet"),
        as_issues(pd.read_parquet(folder / "ledger.parquet")),
        about["accounts"],
        about["seconds"],
        about["format"],
    )
