"""Real flows, on real Prefect servers: slow to start, so there are two of them.

One is started by the command itself, the other is shared by what needs no server of its own.
"""

import contextvars
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from opendata import pipeline
from opendata.catalog import load_decisions
from opendata.paths import Paths
from opendata.release import store
from tests.builders import ROWS, small_dataset, small_source
from tests.conftest import PROJECT

BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a Prefect server, which flows of this process use too."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=90):
        yield str(PREFECT_API_URL.value())


def opendata(home: Path, *arguments: str, **settings: str) -> tuple[int, str]:
    """Run the command as a person does; output goes to a file, never to a pipe.

    A killed run can leave its ephemeral server holding the pipe, and the test would wait.
    """
    environment = os.environ | {
        "OPENDATA_HOME": str(home / "data"),
        "PREFECT_HOME": str(home / "prefect"),
        "NO_COLOR": "1",
        **settings,
    }
    log = home / "sortie.txt"
    with log.open("w") as handle:
        done = subprocess.run(
            [BIN / "opendata", *arguments],
            cwd=PROJECT,
            env=environment,
            stdout=handle,
            stderr=subprocess.STDOUT,
            timeout=150,
            check=False,
        )
    return done.returncode, log.read_text(encoding="utf-8")


@pytest.mark.flow
def test_run_goes_through_the_flow_and_the_second_changes_nothing(
    tmp_path: Path, server: str
) -> None:
    _lay_out_database(tmp_path / "prefect")
    status, said = opendata(tmp_path, "run", "demo")
    assert status == 0, said
    assert "est publié" in said
    assert (tmp_path / "data" / "published" / "demo" / "latest" / "lieux.csv").is_file()
    status, said = opendata(tmp_path, "run", "demo", "--json", PREFECT_API_URL=server)
    assert status == 0, said
    assert json.loads(said)["status"] == "unchanged"


def _lay_out_database(home: Path) -> None:
    """The database of the shared server, so that Prefect need not lay out another (seconds)."""
    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL

    home.mkdir()
    laid_out = str(PREFECT_API_DATABASE_CONNECTION_URL.value()).partition(":///")[2]
    with sqlite3.connect(laid_out) as old, sqlite3.connect(home / "prefect.db") as new:
        old.backup(new)


@pytest.mark.flow
def test_a_run_waits_for_an_answer_and_follows_it(
    paths: Paths, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import ask
    from flows.publish import run_in_process

    small_source(paths)
    small_dataset(paths)
    first = pipeline.run("jeu", paths).version
    (paths.project / "essai.csv").write_text("\n".join(ROWS.splitlines()[:2]), encoding="utf-8")
    monkeypatch.setenv("OPENDATA_HOME", str(paths.home))
    monkeypatch.setenv("OPENDATA_CATALOG", str(paths.catalog))
    monkeypatch.setattr(ask, "POLL_S", 0.1)
    # Nobody answers: the run ends well, and the release waits on.
    nobody = run_in_process({"dataset": "jeu", "ask": True, "wait_hours": 1 / 3600})
    assert (nobody["status"], nobody["decision"]) == ("held", None)
    assert store.versions(paths, "jeu") == [first]
    # An answer that cannot be followed is asked for again, with what is wrong with it.
    asked = _answering(
        {"decision": "abandonner", "raison": "", "nom": "Ada"},
        {"decision": "publier", "raison": "vu", "nom": "Ada"},
    )
    result = run_in_process({"dataset": "jeu", "ask": True, "wait_hours": 0.01})
    once, again = asked()
    assert nobody["reasons"][0]["fr"] in once.replace("\u00a0", " ")
    assert "La raison manque" in again and "La raison manque" not in once
    assert (result["status"], result["decision"]["author"]) == ("published", "Ada")
    assert store.versions(paths, "jeu") == [first, result["version"]]
    assert load_decisions("jeu", paths).releases[-1].reason == "vu"
    assert _states("jeu") == ["COMPLETED", "COMPLETED"]


def _states(name: str) -> list[str]:
    """How the runs of a name ended, as the page shows it."""
    from prefect import get_client
    from prefect.client.schemas.filters import FlowRunFilter

    named = FlowRunFilter.model_validate({"name": {"any_": [name]}})
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_run_filter=named)
    return [run.state.type.value for run in runs if run.state]


def _answering(*answers: dict[str, str]) -> Callable[[], list[str]]:
    """Answer the run that pauses, as the page does; what is returned gives what it asked."""
    asked: list[str] = []

    def answer() -> None:
        from prefect import get_client
        from prefect.client.schemas.filters import FlowRunFilter
        from prefect.exceptions import ObjectNotFound
        from prefect.input import keyset_from_paused_state, read_flow_run_input

        paused = FlowRunFilter.model_validate({"state": {"type": {"any_": ["PAUSED"]}}})
        done: set[Any] = set()
        with get_client(sync_client=True) as client:
            until = time.monotonic() + 60
            while len(asked) < len(answers) and time.monotonic() < until:
                time.sleep(0.1)
                for run in client.read_flow_runs(flow_run_filter=paused):
                    assert run.state is not None
                    if run.state.id in done:
                        continue
                    keys = keyset_from_paused_state(run.state)
                    try:
                        said = read_flow_run_input(keys["description"], flow_run_id=run.id)
                    except ObjectNotFound:
                        continue  # the form is not there yet
                    if said is None:
                        continue
                    client.resume_flow_run(run.id, run_input=answers[len(asked)])
                    done.add(run.state.id)
                    asked.append(said)

    # The harness says where its server is in the context, which a thread does not inherit.
    thread = threading.Thread(target=contextvars.copy_context().run, args=(answer,), daemon=True)
    thread.start()

    def told() -> list[str]:
        thread.join(timeout=60)
        return asked

    return told


@pytest.mark.flow
def test_deployments_follow_from_the_catalogue() -> None:
    from flows.deployments import prefect_yaml

    committed = (PROJECT / "prefect.yaml").read_text(encoding="utf-8")
    assert committed == prefect_yaml(), "run `make deployments`"


def test_commands_that_need_no_flow_do_not_import_prefect(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from opendata.cli import main\n"
        "for arguments in (['status'], ['check', 'demo-tiers-lieux'], ['--help']):\n"
        "    try: main(arguments)\n"
        "    except SystemExit as stop: code = stop.code\n"
        "    assert not code, (arguments, code)\n"
        "    assert 'prefect' not in sys.modules, arguments\n"
    )
    environment = os.environ | {"OPENDATA_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from opendata.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'pyarrow', 'geopandas', 'frictionless', 'prefect', 'requests'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
