"""Folders of an installation, made anew for each test."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from opendata.paths import Paths
from tests.builders import empty_installation

#: Runs ``opendata`` with the arguments given: exit status, and all it printed.
Command = Callable[..., tuple[int, str]]

PROJECT = Path(__file__).parents[1]
MIRROR = Path(os.environ.get("OPENDATA_TEST_MIRROR") or PROJECT.parent / "shared" / "mirror")

# How long one example takes says nothing on a machine that does other things at once.
settings.register_profile("opendata", deadline=None)
settings.load_profile("opendata")

# Prefect and the test's own home must never meet the developer's.
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")


@pytest.fixture(scope="session")
def httpserver_listen_address() -> tuple[str, int]:
    return ("127.0.0.1", 0)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine leaks into a test."""
    for name in ("OPENDATA_MIRROR", "OPENDATA_LANG", "OPENDATA_CATALOG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENDATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """An empty installation with an empty catalogue."""
    return empty_installation(tmp_path)


@pytest.fixture
def mirror() -> Path:
    """The folder of real files; the test is skipped where it is absent."""
    if not (MIRROR / "mirror.toml").is_file():
        pytest.skip("needs the real files of ../shared/mirror, which are not part of the project")
    return MIRROR


@pytest.fixture
def command(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run ``opendata`` in this process; returns its exit status and all it printed."""
    monkeypatch.setenv("OPENDATA_HOME", str(paths.home))
    monkeypatch.setenv("OPENDATA_CATALOG", str(paths.catalog))

    from opendata import cli

    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as stopped:
            cli.main(arguments)
        output = capsys.readouterr()
        return int(stopped.value.code or 0), output.out + output.err

    return run
