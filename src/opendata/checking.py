"""One source or one file, looked at without publishing anything (``opendata check``)."""

from pathlib import Path
from typing import Any

from opendata.catalog import load_source, source_ids
from opendata.errors import ReadError, UsageError
from opendata.fetch import fetch
from opendata.harvest import Harvest, harvest, harvest_file
from opendata.paths import Paths
from opendata.schema import fields, problems


def check_target(target: str, as_source: str | None, paths: Paths) -> Harvest:
    """Harvest a source of the catalogue, or a file read as ``as_source`` is.

    Raises CatalogError or UsageError for a target that is neither, and the SourceError of a
    file that cannot be read; a source that cannot be fetched falls back on its last copy.
    """
    path = Path(target)
    if as_source is None and not path.is_file():
        if target not in source_ids(paths) and (path.suffix or "/" in target):
            raise UsageError(
                "fichier_absent",
                fr=f"Le fichier « {target} » n'existe pas : vérifiez son chemin.",
                en=f"The file “{target}” does not exist: check its path.",
            )
        return _check_source(target, paths)
    if as_source is None:
        raise UsageError(
            "source_non_dite",
            fr=f"« {target} » est un fichier : dites comment le lire avec « --as SOURCE » "
            f"(sources connues : {', '.join(source_ids(paths))}).",
            en=f"“{target}” is a file: say how to read it with “--as SOURCE” "
            f"(known sources: {', '.join(source_ids(paths))}).",
        )
    if not path.is_file():
        raise UsageError(
            "fichier_absent",
            fr=f"Le fichier « {target} » n'existe pas : vérifiez son chemin.",
            en=f"The file “{target}” does not exist: check its path.",
        )
    return harvest_file(load_source(as_source, paths), path)


def _check_source(source_id: str, paths: Paths) -> Harvest:
    source = load_source(source_id, paths)
    found = harvest(source, fetch(source, paths), paths)
    if found.snapshot is None:
        raise ReadError("aucune_copie", fr=found.error_fr, en=found.error_en)
    return found


def summary(found: Harvest) -> dict[str, Any]:
    """The result as plain values: rows, issues by code, and an account per field.

    ``source_values`` counts the rows where the mapping found something, ``explained`` those
    whose value is not published and has an issue that says why.
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
        "fields": _fields(found),
        "stale_since": f"{found.stale_since:%Y-%m-%dT%H:%M:%SZ}" if found.stale_since else "",
        "message_fr": found.error_fr,
        "message_en": found.error_en,
        "seconds": {stage: round(value, 3) for stage, value in found.seconds.items()},
    }


def _fields(found: Harvest) -> dict[str, dict[str, int]]:
    account = {}
    for name, field in fields().items():
        if name not in found.table:
            continue
        values = found.table[name]
        filled = values.notna() if field.type == "number" else values != ""
        issues = found.issues[(found.issues["field"] == name) & (found.issues["value"] != "")]
        lost = set(issues["row"]) & set(found.table.index[~filled])
        account[name] = {
            "source_values": int(filled.sum()) + len(lost),
            "published_values": int(filled.sum()),
            "explained": len(lost),
        }
    return account


def write_issues(found: Harvest, folder: Path) -> None:
    """``problemes.csv`` in ``folder``: one line per lost, changed or doubtful value."""
    from opendata.assemble import sentence

    known = problems()
    table = found.issues.assign(
        severity=found.issues["code"].map(lambda code: known[code].severity),
        phrase=[sentence(issue, "fr") for issue in found.issues.itertuples()],
        sentence=[sentence(issue, "en") for issue in found.issues.itertuples()],
    )
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "problemes.csv").open("w", encoding="utf-8", newline="") as handle:
        table.to_csv(handle, index=False, lineterminator="\r\n")
