"""One source or one file, looked at without publishing anything (``opendata check``)."""

import shlex
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from opendata.catalog import load_source, source_ids
from opendata.diagnosis import diagnose
from opendata.errors import ReadError, UsageError
from opendata.fetch import deposit, fetch
from opendata.files import rfc3339, write_text
from opendata.harvest import Harvest, harvest, harvest_file, harvest_table, read_copy
from opendata.language import Text
from opendata.ledger import as_ledger
from opendata.mapping import apply_mapping
from opendata.model import Example, Snapshot, Source, columns_read
from opendata.normalise import normalise_table
from opendata.paths import Paths
from opendata.plain_writing import told
from opendata.repair import repaired
from opendata.schema import fields, problems


@dataclass(frozen=True)
class Checked:
    """One file as it was checked: how it was read, what was found, and where it lies."""

    source: Source
    harvest: Harvest
    path: Path

    @cached_property
    def raw(self) -> pd.DataFrame:
        """The file as it was read: by the harvest, or once more when that was stored."""
        if self.harvest.raw is not None:
            return self.harvest.raw
        return read_copy(self.source, self.path, self.harvest.snapshot)[0]

    @cached_property
    def diagnosis(self) -> dict[str, Any]:
        """What its producer should be told (:func:`opendata.diagnosis.diagnose`)."""
        return diagnose(self.source, self.harvest, self.raw.columns)


def check_target(target: str, as_source: str | None, paths: Paths) -> Checked:
    """Harvest a source of the catalogue, or a file read as ``as_source`` is.

    Raises CatalogError or UsageError for a target that is neither, and the SourceError of a
    file that cannot be read; a source that cannot be fetched falls back on its last copy.
    """
    path = Path(target)
    if as_source is None and not path.is_file():
        if target not in source_ids(paths) and (path.suffix or "/" in target or path.is_dir()):
            raise _not_a_file(path)
        return _check_source(target, paths)
    if as_source is None:
        raise UsageError(
            "source_non_dite",
            fr=f"« {target} » est un fichier : dites comment le lire avec « opendata check "
            f"{shlex.quote(target)} --as SOURCE » (sources connues : "
            f"{', '.join(source_ids(paths))}).",
            en=f"“{target}” is a file: say how to read it with “opendata check "
            f"{shlex.quote(target)} --as SOURCE” (known sources: "
            f"{', '.join(source_ids(paths))}).",
        )
    if not path.is_file():
        raise _not_a_file(path)
    source = load_source(as_source, paths)
    return Checked(source, harvest_file(source, path), path)


def _not_a_file(path: Path) -> UsageError:
    if path.is_dir():
        return UsageError(
            "pas_un_fichier",
            fr=f"« {path} » est un dossier : donnez le chemin du fichier qu'il contient.",
            en=f"“{path}” is a folder: give the path of the file inside it.",
        )
    return UsageError(
        "fichier_absent",
        fr=f"Le fichier « {path} » n'existe pas : vérifiez son chemin.",
        en=f"The file “{path}” does not exist: check its path.",
    )


def accept_deposit(source_id: str, file: Path, paths: Paths) -> tuple[Snapshot, Harvest | None]:
    """Make a file received by hand the newest snapshot, if the source can be read from it.

    A file that cannot be read, or that breaks the contract, is refused here, in front of
    the person who has it, and not in the night that follows. One of another format than the
    source declares is kept as what it is (:mod:`opendata.read.given`).
    """
    from opendata.read.given import read_given

    source = load_source(source_id, paths)
    if not file.is_file():
        raise _not_a_file(file)
    looked_at, options = None, source.fetch
    if file.stat().st_size <= source.fetch.max_bytes:
        given = read_given(file, source)
        looked_at, options = harvest_table(source, given.table, given.issues), given.options
    return deposit(replace(source, fetch=options), file, paths), looked_at


def check_examples(source_id: str, paths: Paths) -> list[Text]:
    """What the examples of a source do not give, one sentence each."""
    source = load_source(source_id, paths)
    return [
        Text(
            f"exemple {number}, {name} : « {found} » au lieu de « {wanted} »",
            f"example {number}, {name}: “{found}” instead of “{wanted}”",
        )
        for number, example in enumerate(source.examples, start=1)
        for name, wanted, found in example_differences(source, example)
    ]


def example_differences(source: Source, example: Example) -> list[tuple[str, str, str]]:
    """(field, expected, found) wherever an example is not what it should be."""
    columns = columns_read(chain.from_iterable(source.mapping.values()))
    row = dict.fromkeys(sorted(columns), "") | dict(example.input)
    table = pd.DataFrame([row], index=pd.Index([2], name="ligne"), dtype="str")
    mapped, _ = apply_mapping(table, source)
    normal, _ = normalise_table(mapped, source)
    differences = []
    for name, wanted in example.expect.items():
        found = normal.iloc[0].get(name, "")
        if fields()[name].type == "number":
            same = wanted != "" and abs(float(found) - float(wanted)) < 1e-6
        else:
            same = found == wanted
        if not same:
            differences.append((name, wanted, str(found)))
    return differences


def _check_source(source_id: str, paths: Paths) -> Checked:
    source = load_source(source_id, paths)
    found = harvest(source, fetch(source, paths), paths, keep_raw=True)
    if found.snapshot is None:
        raise ReadError("aucune_copie", fr=found.error_fr, en=found.error_en)
    return Checked(source, found, found.snapshot.path)


def summary(found: Harvest) -> dict[str, Any]:
    """The result as plain values: rows, issues by code, and the account of each field.

    See :mod:`opendata.ledger` for what ``fields`` counts.
    """
    return {
        "source": found.source,
        "rows_in": found.rows_in,
        "accepted": found.accepted,
        "quarantined": found.rows_in - found.accepted,
        "issues": {
            str(code): int(count)
            for code, count in found.issues["code"].value_counts().sort_index().items()
        },
        "fields": {name: dict(account) for name, account in found.accounts.items()},
        "stale_since": rfc3339(found.stale_since) if found.stale_since else "",
        "message_fr": found.error_fr,
        "message_en": found.error_en,
        "seconds": {stage: round(value, 3) for stage, value in found.seconds.items()},
    }


@dataclass(frozen=True)
class CheckFiles:
    """Where a check wrote what it found."""

    page: Path
    repaired: Path
    issues: Path
    ledger: Path


def write_report(checked: Checked, folder: Path) -> CheckFiles:
    """The page for the producer, the repaired file, every issue and the ledger, in ``folder``."""
    from opendata.site import render_check

    source, found = checked.source, checked.harvest
    files = CheckFiles(
        page=folder / "rapport.html",
        repaired=folder / f"{source.id}-corrige.csv",
        issues=folder / "problemes.csv",
        ledger=folder / "ledger.parquet",
    )
    folder.mkdir(parents=True, exist_ok=True)
    csv = _spreadsheet_csv(repaired(checked.raw, source, found))
    files.repaired.write_bytes(csv)
    write_text(files.page, render_check(checked.diagnosis, csv))
    _issues_table(found).to_csv(files.issues, index=False, lineterminator="\r\n")
    as_ledger(found.ledger).to_parquet(files.ledger)
    return files


def _spreadsheet_csv(table: pd.DataFrame) -> bytes:
    """CSV as French spreadsheets open it without a question: semicolons and a mark."""
    text = table.to_csv(index=False, sep=";", lineterminator="\r\n")
    return text.encode("utf-8-sig", "replace")


def _issues_table(found: Harvest) -> pd.DataFrame:
    known = problems()
    issues = found.issues
    return issues.assign(
        severity=issues["code"].map(lambda code: known[code].severity),
        phrase=[told(issue, "fr") for issue in issues.itertuples()],
        sentence=[told(issue, "en") for issue in issues.itertuples()],
    )
