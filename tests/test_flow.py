"""A real flow, on a real (ephemeral) Prefect server: slow to start, so there is one of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT

BIN = Path(sys.executable).parent


def opendata(home: Path, *arguments: str) -> tuple[int, str]:
    """Run the command as a person does; output goes to a file, never to a pipe.

    A killed run can leave its ephemeral server holding the pipe, and the test would wait.
    """
    environment = os.environ | {
        "OPENDATA_HOME": str(home / "data"),
        "PREFECT_HOME": str(home / "prefect"),
        "NO_COLOR": "1",
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
def test_run_goes_through_the_flow_and_the_second_changes_nothing(tmp_path: Path) -> None:
    status, said = opendata(tmp_path, "run", "demo")
    assert status == 0, said
    assert "est publié" in said
    assert (tmp_path / "data" / "published" / "demo" / "latest" / "lieux.csv").is_file()
    status, said = opendata(tmp_path, "run", "demo", "--json")
    assert status == 0, said
    assert json.loads(said)["status"] == "unchanged"


@pytest.mark.flow
def test_deployments_follow_from_the_catalogue() -> None:
    from flows.deployments import prefect_yaml

    committed = (PROJECT / "prefect.yaml").read_text(encoding="utf-8")
    assert committed == prefect_yaml(), "run `make deployments`"


def test_commands_that_need_no_flow_do_not_import_prefect(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from opendata.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit as stop: code = stop.code\n"
        "assert not code, code\n"
        "assert 'prefect' not in sys.modules\n"
    )
    environment = os.environ | {"OPENDATA_HOME": str(tmp_path)}
    for arguments in (["status"], ["check", "demo-tiers-lieux"], ["--help"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments],
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
