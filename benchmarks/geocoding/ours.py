"""Our geocoder, run as anybody would: the ``opendata`` command, and its table in one process."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

ASKED = ("adresse", "code_postal", "commune", "code_insee")
WORKER = Path(__file__).with_name("ours_worker.py")
OPENDATA = Path(sys.executable).with_name("opendata")


class NotThere(RuntimeError):
    """Why ours cannot be run, in one sentence."""


def make_home(folder: Path, mirror: Path, departements: tuple[str, ...]) -> dict[str, str]:
    """A home that knows the addresses of some départements; the settings to use it with.

    The command's status 1 is taken for done: the mirror may lack a file of communes, for
    which the reference that ships with the code serves.
    """
    (folder / "catalog").mkdir(parents=True)
    settings = {
        "OPENDATA_HOME": str(folder / "home"),
        "OPENDATA_CATALOG": str(folder / "catalog"),
        "OPENDATA_MIRROR": str(mirror),
    }
    wanted = [word for code in departements for word in ("--departement", code)]
    command = [str(OPENDATA), "reference", "update", *wanted]
    done = _run(command, settings)
    if done.returncode not in (0, 1):
        raise NotThere(f"“opendata reference update” stopped: {_last_words(done)}")
    return settings


def by_command(settings: dict[str, str], table: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """``opendata geocode IN.csv -o OUT.csv``: the answers, and the seconds of the command."""
    folder = Path(settings["OPENDATA_HOME"]).parent
    asked, answers = folder / "queries.csv", folder / "answers.csv"
    table[list(ASKED)].to_csv(asked, index=False)
    answers.unlink(missing_ok=True)
    start = time.perf_counter()
    done = _run([str(OPENDATA), "geocode", str(asked), "-o", str(answers)], settings)
    seconds = time.perf_counter() - start
    if not answers.is_file():
        raise NotThere(f"“opendata geocode” wrote nothing: {_last_words(done)}")
    found = pd.read_csv(answers, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    if len(found) != len(table):
        raise NotThere(f"“opendata geocode” gave {len(found)} rows for {len(table)}")
    return found, seconds


def in_process(
    settings: dict[str, str],
    first: pd.DataFrame,
    table: pd.DataFrame,
    warm_up: pd.DataFrame | None = None,
) -> dict[str, float]:
    """A process that geocodes ``first``, which loads what is needed, ``warm_up``, ``table``.

    Gives rows, import_seconds, load_seconds (of ``first``), seconds (of ``table``),
    total_seconds (since the first import) and peak_mb. The table's answers are kept nowhere.
    """
    folder = Path(settings["OPENDATA_HOME"]).parent
    files = folder / "first.csv", folder / "warm-up.csv", folder / "table.csv"
    others = table.head(0) if warm_up is None else warm_up
    for path, rows in zip(files, (first, others, table), strict=True):
        rows[list(ASKED)].to_csv(path, index=False)
    # -P: the folder of the worker holds names that are also those of packages.
    done = _run([sys.executable, "-P", str(WORKER), *map(str, files)], settings)
    if done.returncode:
        raise NotThere(f"The geocoder stopped in its process: {_last_words(done)}")
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def one_per_departement(table: pd.DataFrame) -> pd.DataFrame:
    """The first query of each département: geocoding them loads every index."""
    return table[~table["expected_insee"].str[:2].duplicated()]


def _run(command: list[str], settings: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, **settings}
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def _last_words(done: "subprocess.CompletedProcess[str]") -> str:
    return (done.stderr or done.stdout).strip()[-600:]
