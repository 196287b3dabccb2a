"""A real addok beside ours: installed, filled with the same addresses, and asked.

What is done so that it shows its best:
- the configuration that the State ran for its own address service (addok-france, addok-fr,
  ``citycode`` and ``district`` as fields, filters on type, citycode and postcode);
- documents in Redis, not SQLite, reached by a socket file, with the fast reader of redis-py;
- the arrondissement and "Paris" as names of the same city, former and present communes too;
- its search called in process, without HTTP, one best answer, no completion of words;
- no filter: with one (the stated code of the commune, else the postcode unless it is a CEDEX
  one, else none) it finds 81.5 % of the streets of the held-back queries instead of 83.5, and
  is slower; ``filters`` tries it;
- a thousand other queries before the clock starts, which fill its caches.

One process like ours; Redis, a second one, works beside it and is not counted.
"""

import json
import math
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from benchmarks.environments import installed

from .names import canonical_number
from .reference import Reference

WORKER = Path(__file__).with_name("addok_worker.py")
CONFIG = """
EXTRA_FIELDS = [{"key": "citycode"}, {"key": "district"}]
FILTERS = ["type", "citycode", "postcode"]
QUERY_PROCESSORS_PYPATHS = [
    "addok.helpers.text.check_query_length",
    "addok_france.extract_address",
    "addok_france.clean_query",
    "addok_france.remove_leading_zeros",
]
SEARCH_RESULT_PROCESSORS_PYPATHS = [
    "addok.helpers.results.match_housenumber",
    "addok_france.make_labels",
    "addok.helpers.results.score_by_importance",
    "addok.helpers.results.score_by_autocomplete_distance",
    "addok.helpers.results.score_by_ngram_distance",
    "addok.helpers.results.score_by_geo_distance",
    "addok.helpers.results.adjust_scores",
]
PROCESSORS_PYPATHS = [
    "addok.helpers.text.tokenize",
    "addok.helpers.text.normalize",
    "addok_france.glue_ordinal",
    "addok_france.fold_ordinal",
    "addok_france.flag_housenumber",
    "addok.helpers.text.synonymize",
    "addok_fr.phonemicize",
]
"""


class AddokAbsent(RuntimeError):
    """Why addok cannot be run here, in one sentence."""


@contextmanager
def running_addok(ref: Reference) -> Iterator["Addok"]:
    """An addok that knows the addresses, on a Redis of its own that ends with the block."""
    server = shutil.which("redis-server")
    if not server:
        raise AddokAbsent("redis-server is not installed: apt-get install redis-server")
    python = installed("addok", AddokAbsent)
    with tempfile.TemporaryDirectory(prefix="opendata-addok-") as name:
        folder = Path(name)
        socket = folder / "redis.sock"
        command = [server, "--port", "0", "--unixsocket", str(socket), "--dir", name]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        log = (folder / "redis.log").open("w")
        redis = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_for(socket, redis)
            addok = Addok(python, folder, socket)
            addok.fill(ref)
            yield addok
        finally:
            redis.terminate()
            redis.wait(timeout=30)
            log.close()


def _wait_for(socket: Path, redis: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        if socket.exists():
            return
        if redis.poll() is not None:
            break
        time.sleep(0.05)
    raise AddokAbsent("redis-server did not start in ten seconds")


class Addok:
    """A filled addok; ``documents`` and ``import_seconds`` say what that took."""

    def __init__(self, python: Path, folder: Path, socket: Path) -> None:
        self._python, self._folder = python, folder
        config = folder / "addok.conf"
        config.write_text(CONFIG)
        self._environment = {
            **os.environ,
            "ADDOK_CONFIG_MODULE": str(config),
            "ADDOK_LOG_DIR": str(folder),
            "REDIS_SOCKET": str(socket),
        }
        self.documents = 0
        self.import_seconds = 0.0

    def fill(self, ref: Reference) -> None:
        path = self._folder / "documents.json"
        self.documents = write_documents(ref, path)
        start = time.perf_counter()
        command = str(self._python.with_name("addok"))
        self._run([command, "batch", str(path)])
        self._run([command, "ngrams"])
        self.import_seconds = time.perf_counter() - start

    def search(
        self, queries: pd.DataFrame, warm_up: pd.DataFrame, filters: bool = False
    ) -> tuple[pd.DataFrame, dict[str, float]]:
        """Answers row by row, and rows, seconds, load_seconds, peak_mb."""
        others = self._write(warm_up, "warm-up.csv")
        more = ["--warm-up", str(others), *(["--filters"] if filters else [])]
        return self._work("search", queries, more)

    def search_csv(self, queries: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, float]]:
        """The same by its CSV endpoint, without filters; also its two HTTP statuses."""
        return self._work("csv", queries, [])

    def _work(
        self, way: str, queries: pd.DataFrame, more: list[str]
    ) -> tuple[pd.DataFrame, dict[str, float]]:
        asked = self._write(queries, "queries.csv")
        answers = self._folder / "answers.csv"
        answers.unlink(missing_ok=True)
        python = str(self._python)
        told = self._run([python, "-P", str(WORKER), way, str(asked), str(answers), *more])
        found = (
            pd.read_csv(answers, dtype="str", keep_default_na=False)
            if answers.is_file()
            else pd.DataFrame()
        )
        return found, json.loads(told.splitlines()[-1])

    def _write(self, table: pd.DataFrame, name: str) -> Path:
        path = self._folder / name
        columns = ["adresse", "code_postal", "commune", "code_insee"]
        table[columns].to_csv(path, index=False)
        return path

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command,
            env=self._environment,
            cwd=self._folder,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise AddokAbsent(f"addok stopped: {(done.stderr or done.stdout).strip()[-800:]}")
        return done.stdout


def write_documents(ref: Reference, path: Path) -> int:
    """Streets with their numbers, then communes, one JSON document a line; how many."""
    lines = [*_streets(ref), *_communes(ref)]
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in lines) + "\n")
    return len(lines)


def _streets(ref: Reference) -> Iterator[dict[str, object]]:
    for number, street in enumerate(ref.streets.itertuples()):
        rows = ref.rows(number)
        numbers = {
            canonical_number(text): {"lon": lon, "lat": lat}
            for text, lon, lat in zip(
                rows["numero"] + rows["rep"], rows["lon"], rows["lat"], strict=True
            )
        }
        importance = 0.3 + 0.1 * math.log10(1 + len(numbers))
        yield {
            "id": f"s{number}",
            "type": "street",
            "name": street.nom_voie,
            **_where(ref, street.code_insee),
            "postcode": _several(rows["code_postal"].value_counts().index.tolist()),
            "lon": round(float(rows["lon"].median()), 6),
            "lat": round(float(rows["lat"].median()), 6),
            "importance": round(importance, 4),
            "housenumbers": numbers,
        }


def _communes(ref: Reference) -> Iterator[dict[str, object]]:
    sizes = ref.ban["code_insee"].value_counts()
    for code, facts in ref.communes.iterrows():
        where = _where(ref, str(code))
        yield {
            "id": f"m{code}",
            "type": "municipality",
            "name": where["city"],
            **where,
            "postcode": _several(ref.postcodes_of_commune[str(code)]),
            "lon": round(float(facts["lon"]), 6),
            "lat": round(float(facts["lat"]), 6),
            "importance": round(min(0.3 + 0.1 * math.log10(sizes[code]), 0.9), 4),
        }


def _where(ref: Reference, code: str) -> dict[str, object]:
    """The city under its name in the BAN and its name of today, their codes, the district."""
    facts = ref.communes.loc[code]
    names = list(dict.fromkeys([facts["nom_commune"], facts["commune_actuelle"]]))
    codes = list(dict.fromkeys([code, facts["famille"]]))
    where: dict[str, object] = {"city": _several(names), "citycode": _several(codes)}
    if facts["famille"] == "75056":
        where["district"] = facts["nom_commune"]
    return where


def _several(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
