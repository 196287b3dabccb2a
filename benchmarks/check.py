"""The row check against frictionless: seconds, rows per second, peak memory, same errors.

    python benchmarks/check.py          frictionless on the first 50,000 rows, ours on all
    python benchmarks/check.py --full   both on the million rows (frictionless: some minutes)

A made-up table of the 32 columns of the national standard, with realistic values and one
row in fifty at fault. Each line is one process, which has the table in memory (or, for the
last, as a CSV file) before its clock starts. The seconds are those of the check alone; "table
MB" is the peak of the process before the check, "peak MB" after it. Nothing here is a test.
"""

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from pyarrow.parquet import ParquetFile

from opendata.schema import standard_fields, table_schema, vocabulary

ROWS = 1_000_000
SOME_ROWS = 50_000
SEED = 20261123
#: Name of a line -> what its process does.
WORKS = {
    "ours": "all",
    "ours, same part": "part",
    "frictionless, in memory": "memory",
    "frictionless, from CSV": "csv",
}
#: Share of the cells of a column that are empty, where the column may be.
EMPTY_SHARE = 0.3
FAULTY_SHARE = 0.02

STREETS = ("rue des Tilleuls", "avenue de la Gare", "place de la Mairie", "chemin du Moulin")
TOWNS = ("Orléans", "Blois", "Bourges", "Tours", "Châteauroux", "Chartres", "Saint-Denis")
WORDS = [
    "espace", "public", "numérique", "médiathèque", "atelier", "accueil", "accompagnement",
    "démarches", "libre", "ouvert", "rendez-vous", "matériel", "informatique", "formation",
]  # fmt: skip
HOURS = ("Mo-Fr 09:00-12:00,14:00-18:00", "Tu-Sa 10:00-18:00", "We 14:00-17:00; PH off")
#: What a cell at fault holds, by column.
FAULTS = {
    "id": "",
    "pivot": "SIRET inconnu",
    "nom": "x" * 251,
    "commune": "",
    "code_postal": "1004",
    "code_insee": "2C004",
    "latitude": "95.5",
    "longitude": "inconnue",
    "typologie": "EPN ?",
    "telephone": "02 38 00 00 00",
    "presentation_resume": "y" * 281,
    "itinerance": "Parfois",
    "date_maj": "31/12/2025",
    "services": "Coworking",
    "frais_a_charge": "gratuit",
    "modalites_acces": "Se présenter;Téléphoner",
}


def schema() -> dict[str, object]:
    """The published schema, kept to the columns of the standard."""
    wanted = set(standard_fields())
    return {
        "fields": [entry for entry in table_schema()["fields"] if entry["name"] in wanted],
        "missingValues": [""],
    }


def make_table(rows: int) -> pd.DataFrame:
    """The same table each time: values as publishers write them, faults included."""
    rng = np.random.default_rng(SEED)
    numbers = np.arange(rows)

    def some(values: list[str] | tuple[str, ...]) -> np.ndarray:
        return np.array(values, dtype=object)[rng.integers(0, len(values), rows)]

    def digits(first: str, low: int, high: int) -> pd.Series:
        return first + pd.Series(rng.integers(low, high, rows)).astype("str")

    def listed(name: str) -> np.ndarray:
        terms = [term.value for term in vocabulary(name)]
        mixes = [
            "|".join(rng.choice(terms, rng.integers(1, min(6, len(terms) + 1)), replace=False))
            for _ in range(3000)
        ]
        return some(mixes)

    def sentences(count: int) -> np.ndarray:
        texts = [" ".join(rng.choice(WORDS, count)) for _ in range(20_000)]
        return np.char.add(some(texts).astype(str), np.char.add(" ", numbers.astype(str)))

    name = pd.Series(numbers).astype("str")
    columns: dict[str, object] = {
        "id": "structure-" + name,
        "pivot": digits("", 10**13, 10**14),
        "nom": "Espace numérique " + pd.Series(some(TOWNS)).astype("str") + " " + name,
        "commune": some(TOWNS),
        "code_postal": digits("", 10_000, 95_999),
        "code_insee": digits("", 10_000, 19_999),
        "adresse": pd.Series(rng.integers(1, 200, rows)).astype("str") + " " + some(STREETS),
        "complement_adresse": some(["Bâtiment A", "2e étage", "Cour du fond"]),
        "latitude": pd.Series(rng.uniform(42, 51, rows).round(6)).astype("str"),
        "longitude": pd.Series(rng.uniform(-4, 8, rows).round(6)).astype("str"),
        "telephone": digits("+33", 10**8, 10**9),
        "courriels": "contact" + name + "@exemple.fr",
        "site_web": "https://www.exemple.fr/lieux/" + name,
        "horaires": some(HOURS),
        "presentation_resume": sentences(12),
        "presentation_detail": sentences(40),
        "source": some(["Hubik", "Exemple", "Essai"]),
        "structure_parente": some(["Mairie", "Association des Tilleuls", "Département"]),
        "date_maj": some([str(day.date()) for day in pd.date_range("2019-01-01", "2026-09-30")]),
        "autres_formations_labels": some(["Label maison", "Label du Moulin"]),
        "fiche_acces_libre": "https://acceslibre.exemple.fr/erp/" + name,
        "prise_rdv": "https://rdv.exemple.fr/" + name,
    }
    listed_columns = {
        str(entry["name"]): str(entry["vocabulary"])
        for entry in schema()["fields"]  # type: ignore[attr-defined]
        if entry.get("vocabulary")
    }
    columns |= {name: listed(terms) for name, terms in listed_columns.items()}
    table = pd.DataFrame(columns, dtype="str")[list(standard_fields())]
    required = {"id", "nom", "commune", "code_insee", "date_maj"}
    for column in table.columns:
        if column not in required:
            table[column] = table[column].mask(rng.random(rows) < EMPTY_SHARE, "")
        if column in FAULTS:
            share = FAULTY_SHARE / len(FAULTS)
            table[column] = table[column].mask(rng.random(rows) < share, FAULTS[column])
    return table


def main() -> None:
    """Measure, print the table, and say whether both found the same errors."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--full", action="store_true", help="frictionless on all rows too")
    options.add_argument("--rows", type=int, default=ROWS)
    options.add_argument("--work", help=argparse.SUPPRESS)
    options.add_argument("--part", type=int, help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.work == "make":
        _make(chosen.rows, chosen.part, chosen.folder)
        return
    if chosen.work:
        _work(chosen.work, chosen.folder)
        return
    part = chosen.rows if chosen.full else min(SOME_ROWS, chosen.rows)
    with tempfile.TemporaryDirectory(prefix="opendata-bench-") as name:
        folder = Path(name)
        # Made by another process: one that is started here begins with our peak of memory.
        _started("make", chosen.rows, part, folder)
        print(f"{chosen.rows:,} rows x 32 fields; frictionless on {part:,} of them\n")
        titles = ("rows", "errors", "seconds", "rows/s", "table MB", "peak MB")
        print(f"{'check':<26}" + "".join(f"{title:>10}" for title in titles))
        runs = {
            name: json.loads(_started(work, chosen.rows, part, folder))
            for name, work in WORKS.items()
        }
    for name, run in runs.items():
        print(
            f"{name:<26}{run['rows']:>10,}{run['errors']:>10,}{run['seconds']:>10.2f}"
            f"{run['rows'] / run['seconds']:>10,.0f}{run['table_mb']:>10.0f}{run['peak_mb']:>10.0f}"
        )
    pace = {name: run["seconds"] / run["rows"] for name, run in runs.items()}
    print()
    for name in ("frictionless, in memory", "frictionless, from CSV"):
        print(f"{name}: {pace[name] / pace['ours']:.0f} times our seconds per row")
    same = {run["digest"] for name, run in runs.items() if name != "ours"}
    print(f"same errors on the common {part:,} rows: {'yes' if len(same) == 1 else 'NO'}")
    if len(same) != 1:
        sys.exit(1)


def _started(work: str, rows: int, part: int, folder: Path) -> str:
    command = [sys.executable, __file__, "--work", work, "--folder", str(folder)]
    command += ["--rows", str(rows), "--part", str(part)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _make(rows: int, part: int, folder: Path) -> None:
    table = make_table(rows)
    table.to_parquet(folder / "all.parquet")
    table[:part].to_parquet(folder / "part.parquet")
    table[:part].to_csv(folder / "part.csv", index=False)


def _work(work: str, folder: Path) -> None:
    """One process: have the table, check it, say what it cost."""
    file = "all.parquet" if work == "all" else "part.parquet"
    rows = ParquetFile(folder / file).metadata.num_rows
    source: dict[str, object] = {}
    if work == "csv":
        source = {"path": "part.csv", "basepath": str(folder)}
    else:
        table = pd.read_parquet(folder / file)
        if work == "memory":
            source = {"data": [list(table.columns), *table.to_numpy().tolist()]}
    before = _peak_mb()
    found, seconds = _frictionless(**source) if source else _ours(table)
    told = {"rows": rows, "errors": len(found), "seconds": seconds}
    told |= {"table_mb": before, "peak_mb": _peak_mb()}
    digest = hashlib.sha256(json.dumps(sorted(found)).encode()).hexdigest()
    print(json.dumps(told | {"digest": digest}))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _ours(table: pd.DataFrame) -> tuple[list[tuple[object, ...]], float]:
    import frictionless  # noqa: F401 - its import is counted for neither

    from opendata.tableschema import find_errors

    start = time.perf_counter()
    errors = find_errors(table, schema())
    seconds = time.perf_counter() - start
    wanted = ["type", "row_number", "field", "note"]
    return list(errors[wanted].itertuples(index=False, name=None)), seconds


def _frictionless(**source: object) -> tuple[list[tuple[object, ...]], float]:
    from frictionless import Checklist, Resource, Schema

    start = time.perf_counter()
    checked = Resource(schema=Schema.from_descriptor(schema()), **source)
    report = checked.validate(Checklist(), limit_errors=10**9)
    seconds = time.perf_counter() - start
    errors = report.tasks[0].errors
    return [
        (error.type, error.row_number, getattr(error, "field_name", ""), error.note)
        for error in errors
    ], seconds


if __name__ == "__main__":
    main()
