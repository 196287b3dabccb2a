"""Folders of an installation, made anew for each test."""

import gc
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from opendata.paths import Paths
from tests.builders import copy_installation, empty_installation, small_dataset, small_source

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


# A run waits for the disk some twenty times, to be whole after a power cut that no test makes:
# folders in memory answer at once. pytest's own setting, or --basetemp, goes first.
MEMORY = Path("/dev/shm")
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4_000_000_000:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

#: Modules with the longest tests and few of them. Begun last, one would run alone at the end.
LONGEST = (
    "tests/test_mirror.py",
    "tests/test_flow.py",
    "tests/identity/test_ten_months.py",
    "tests/onboard/test_draft_mirror.py",
    "tests/test_pipeline.py",
    "tests/test_junk.py",
)


def pytest_configure(config: pytest.Config) -> None:
    # xdist would begin with the modules that have the most tests, which are the quick ones.
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {module: rank for rank, module in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0], len(ranks)))


def pytest_collection_finish() -> None:
    # Thousands of tests and the libraries they import stay until the end: collecting the
    # garbage of a run need not go through them each time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


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


@pytest.fixture(scope="session")
def _published_once(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    from opendata import pipeline

    made = empty_installation(tmp_path_factory.mktemp("published"))
    small_source(made)
    small_dataset(made)
    assert pipeline.run("jeu", made).status == "published"
    return made


@pytest.fixture
def released(_published_once: Paths, paths: Paths) -> Paths:
    """An installation with the small dataset « jeu », whose first release is published."""
    return copy_installation(_published_once, paths)


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
