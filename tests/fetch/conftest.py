"""A source, folders of its own, a clock that moves a day at each run, and recorded waits."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opendata.model import DEFAULT_CLOSING_DAYS, Contract, Fetch, FetchOutcome, Source
from opendata.paths import Paths

CSV = b"id,nom\r\n1,M\xc3\xa9diath\xc3\xa8que\r\n"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("OPENDATA_LANG", raising=False)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    (tmp_path / "catalog").mkdir()
    return Paths(home=tmp_path / "data", catalog=tmp_path / "catalog", mirror=None)


@pytest.fixture
def raw(paths: Paths) -> Path:
    return paths.raw_source("lieux-test")


@pytest.fixture
def make_source(tmp_path: Path) -> Callable[..., Source]:
    def make(**fetch: object) -> Source:
        return Source(
            id="lieux-test",
            title="Lieux d'essai",
            publisher="",
            homepage="",
            licence="etalab-2.0",
            attribution="",
            territory="region:24",
            verified=False,
            fetch=Fetch(**{"format": "csv", "timeout_s": 5.0, **fetch}),  # type: ignore[arg-type]
            contract=Contract(),
            mapping={},
            placeholders=(),
            coordinates={},
            own_fields=(),
            closes_after_days=DEFAULT_CLOSING_DAYS,
            examples=(),
            path=tmp_path / "catalog" / "sources" / "lieux-test.toml",
            fingerprint="",
        )

    return make


class Clock:
    """Each run happens one day after the one before; ``moments`` are the answers given."""

    def __init__(self) -> None:
        self.moments: list[datetime] = []
        self._days = itertools.count()

    def __call__(self) -> datetime:
        self.moments.append(
            datetime(2026, 11, 23, 10, 15, 0, 123456, tzinfo=UTC) + timedelta(days=next(self._days))
        )
        return self.moments[-1]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def run(paths: Paths, clock: Clock, waits: list[float]) -> Callable[[Source], FetchOutcome]:
    from opendata.fetch import fetch

    return lambda source: fetch(source, paths, now=clock, sleep=waits.append)


@pytest.fixture
def csv() -> bytes:
    return CSV
