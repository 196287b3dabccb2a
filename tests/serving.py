"""The real server, on a free port of the loop-back, for as long as a test needs it."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from opendata.serve import Served, Site, address_of, listen, server_of
from tests.conftest import PROJECT

#: Where a DuckDB and its extension of the same version are installed for the tests that read
#: over HTTP: the DuckDB of the project may be newer than any extension that is packaged.
DUCKDB = Path(os.environ.get("OPENDATA_TEST_DUCKDB") or PROJECT / "build" / "duckdb")


@dataclass
class Serving:
    """``address`` ends with a slash; ``requests`` are those answered so far."""

    address: str
    requests: list[Served] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)

    def told(self, condition: Callable[[Served], bool]) -> bool:
        """Whether such a request was answered: a reader may have all before it is told."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            if any(condition(one) for one in list(self.requests)):
                return True
            time.sleep(0.01)
        return False

    def sent(self, name: str) -> int:
        """Bytes of bodies handed to the network for addresses that end with ``name``."""
        return sum(one.sent for one in self.requests if one.address.endswith(name))


@contextmanager
def serving(root: Path, told: Callable[[Served], None] | None = None) -> Iterator[Serving]:
    """Serve ``root``, the folder of an installation that is published.

    ``told`` is called once each answer was sent, before the next request is looked at.
    """
    with listen("127.0.0.1", 0) as bound:
        running = Serving(address_of(bound))

        def tell(served: Served) -> None:
            running.requests.append(served)
            if told is not None:
                told(served)

        site = Site(root, tell, running.troubles.append)
        server = server_of(site)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            yield running
        finally:
            server.should_exit = True
            thread.join(timeout=20)
    assert not thread.is_alive()


_TOLD = re.compile(r"(\d+) (\S+) (\S+)(?: \((.*)\))? (\d+) (\d+) ms")


@contextmanager
def serving_apart(home: Path) -> Iterator[Serving]:
    """``opendata serve`` of an installation, in a process of its own.

    For readers that keep the interpreter to themselves while they wait (GDAL in Python): a
    server in the same process could never answer them. ``requests`` are read from its lines.
    """
    with subprocess.Popen(
        [Path(sys.executable).parent / "opendata", "serve", "--port", "0", "--verbose"],
        env=os.environ | {"OPENDATA_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.search(r"http://\S+/", line)
        assert address, line
        running = Serving(address[0])
        unread: list[str] = []
        reader = threading.Thread(target=_read_told, args=(process, running, unread))
        reader.start()
        try:
            yield running
        finally:
            process.send_signal(signal.SIGINT)
            reader.join(timeout=20)
    assert process.returncode == 0
    assert not unread, unread


def _read_told(process: "subprocess.Popen[str]", running: Serving, unread: list[str]) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        told = _TOLD.fullmatch(line.rstrip("\n"))
        if told is None:
            unread.append(line)
            continue
        status, method, path, asked, sent, milliseconds = told.groups()
        running.requests.append(
            Served(method, path, asked or "", int(status), int(sent), int(milliseconds) / 1000)
        )


def duckdb_environment(home: Path) -> dict[str, str]:
    """The environment of a Python child whose DuckDB reads addresses, as one with a network does.

    The extension is put where DuckDB keeps those it has installed, under ``home``. The test is
    skipped where there is none.
    """
    held = DUCKDB / "duckdb_extension_httpfs" / "extensions"
    if not held.is_dir():
        pytest.skip(f"needs duckdb and duckdb-extension-httpfs in {DUCKDB}")
    environment = os.environ | {"HOME": str(home), "PYTHONPATH": str(DUCKDB)}
    asked = "import duckdb; print(*duckdb.sql('PRAGMA platform').fetchone(), duckdb.__version__)"
    done = subprocess.run(
        [sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True
    )
    platform, version = done.stdout.split()
    file = held / f"v{version}" / "httpfs.duckdb_extension"
    if not file.is_file():
        pytest.skip(f"duckdb-extension-httpfs in {DUCKDB} is not for DuckDB {version}")
    kept = home / ".duckdb" / "extensions" / f"v{version}" / platform
    kept.mkdir(parents=True, exist_ok=True)
    if not (kept / file.name).exists():
        (kept / file.name).symlink_to(file)
    return environment
