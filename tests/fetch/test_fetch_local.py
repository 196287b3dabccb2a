"""Files that are already here: the mirror, local sources and deposits."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import requests

from opendata.errors import CatalogError, FetchError, UsageError
from opendata.fetch import deposit, fetch, fetch_log, last_copy, snapshots
from opendata.fetch.local import mirror_files
from opendata.model import FetchOutcome, Source
from opendata.paths import Paths

Run = Callable[[Source], FetchOutcome]
Make = Callable[..., Source]
URL = "https://portail.exemple.fr/lieux.csv"
SHARED_MIRROR = Path(__file__).parents[3] / "shared" / "mirror"


@pytest.fixture
def mirror(tmp_path: Path, csv: bytes) -> Path:
    folder = tmp_path / "miroir"
    folder.mkdir()
    (folder / "lieux.csv").write_bytes(csv)
    (folder / "mirror.toml").write_text(
        f'[[file]]\nurl = "{URL}"\npath = "lieux.csv"\nnote = "x"\n'
    )
    return folder


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("the network was touched")

    monkeypatch.setattr(requests.Session, "request", refuse)


# -- mirror ------------------------------------------------------------------


@pytest.mark.usefixtures("no_network")
def test_a_mirrored_url_is_read_from_its_file(
    make_source: Make, paths: Paths, mirror: Path, csv: bytes
) -> None:
    source = make_source(url=URL)
    outcome = fetch(source, replace(paths, mirror=mirror))
    (snapshot,) = outcome.snapshots
    assert outcome.changed
    assert (snapshot.via, snapshot.url, snapshot.path.read_bytes()) == ("mirror", URL, csv)
    sidecar = snapshot.path.with_name(snapshot.path.name + ".json").read_text()
    assert json.loads(sidecar)["file"] == "lieux.csv"
    assert str(mirror.parent) not in sidecar
    assert not fetch(source, replace(paths, mirror=mirror)).changed


@pytest.mark.usefixtures("no_network")
def test_a_url_out_of_the_mirror_is_refused(make_source: Make, paths: Paths, mirror: Path) -> None:
    source = make_source(url="https://eve:pw@ailleurs.exemple.fr/x.csv")
    outcome = fetch(source, replace(paths, mirror=mirror))
    assert "n'est pas dans le miroir" in outcome.error_fr
    assert "https://ailleurs.exemple.fr/x.csv" in outcome.error_fr
    assert "pw" not in outcome.error_fr


@pytest.mark.usefixtures("no_network")
def test_the_secrets_of_a_mirrored_url_are_not_written(
    make_source: Make, paths: Paths, mirror: Path
) -> None:
    url = f"{URL}?token=t0ken"
    (mirror / "mirror.toml").write_text(f'[[file]]\nurl = "{url}"\npath = "lieux.csv"\n')
    (snapshot,) = fetch(make_source(url=url), replace(paths, mirror=mirror)).snapshots
    assert snapshot.url == f"{URL}?token=***"


@pytest.mark.usefixtures("no_network")
def test_a_mirrored_file_passes_the_same_checks(
    make_source: Make, paths: Paths, mirror: Path
) -> None:
    mirrored = replace(paths, mirror=mirror)
    assert "fetch.max_bytes" in fetch(make_source(url=URL, max_bytes=5), mirrored).error_fr
    (mirror / "lieux.csv").write_text("<html>")
    assert "une page HTML" in fetch(make_source(url=URL), mirrored).error_fr
    (mirror / "lieux.csv").unlink()
    assert "absent" in fetch(make_source(url=URL), mirrored).error_fr


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"[[file]\n",
        b"\xff\xfe",
        b"file = 3",
        b"file = [3]",
        b'[[file]]\nurl = "u"',
        b'[[file]]\nurl = "u"\npath = 3',
        b'[[file]]\nurl = "u"\npath = "/etc/passwd"',
        b'[[file]]\nurl = "u"\npath = "../secret"',
        b'[[file]]\nurl = "u"\npath = "a/../../secret"',
    ],
)
def test_an_unusable_mirror_is_a_configuration_error(
    make_source: Make, paths: Paths, tmp_path: Path, content: bytes | None
) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    if content is not None:
        (folder / "mirror.toml").write_bytes(content)
    with pytest.raises(CatalogError, match=r"mirror\.toml"):
        fetch(make_source(url="u"), replace(paths, mirror=folder))


@pytest.mark.mirror
@pytest.mark.skipif(not SHARED_MIRROR.is_dir(), reason="../shared/mirror is absent")
def test_the_real_mirror_is_usable(make_source: Make, paths: Paths) -> None:
    files = mirror_files(SHARED_MIRROR)
    assert files
    assert all(file.is_file() for file in files.values())
    small = min(files, key=lambda url: files[url].stat().st_size)
    source = make_source(url=small, format=files[small].suffix[1:])
    assert fetch(source, replace(paths, mirror=SHARED_MIRROR)).changed


# -- local files -------------------------------------------------------------


def test_a_local_file_is_relative_to_the_project(
    make_source: Make, paths: Paths, run: Run, csv: bytes
) -> None:
    (paths.project / "lieux.csv").write_bytes(csv)
    (snapshot,) = run(make_source(file="lieux.csv")).snapshots
    assert (snapshot.via, snapshot.path.read_bytes(), snapshot.url) == ("file", csv, "")


def test_a_local_file_is_else_relative_to_the_working_directory(
    make_source: Make, tmp_path: Path, run: Run, csv: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ici").mkdir()
    (tmp_path / "ici" / "lieux.csv").write_bytes(csv)
    monkeypatch.chdir(tmp_path / "ici")
    assert run(make_source(file="lieux.csv")).changed


def test_a_missing_local_file_is_said(make_source: Make, run: Run) -> None:
    outcome = run(make_source(file="absent.csv"))
    assert "absent.csv" in outcome.error_fr
    assert outcome.snapshots == ()


def test_a_disk_that_refuses_is_said(make_source: Make, paths: Paths, run: Run, csv: bytes) -> None:
    (paths.project / "lieux.csv").write_bytes(csv)
    paths.home.mkdir()
    paths.raw.write_text("a file where a folder should be")
    assert "n'a pas pu être écrit" in run(make_source(file="lieux.csv")).error_fr


# -- deposits ----------------------------------------------------------------


def test_a_deposit_becomes_the_newest_copy(
    make_source: Make, paths: Paths, tmp_path: Path, csv: bytes, clock: Callable[[], datetime]
) -> None:
    source, file = make_source(format=""), tmp_path / "Reçu le 12.CSV"
    file.write_bytes(csv)
    first = deposit(source, file, paths, now=clock)
    assert (first.via, first.path.suffix, first.url) == ("deposit", ".csv", "")
    assert deposit(source, file, paths, now=clock) == first

    file.write_bytes(csv + b"2,EPN\r\n")
    second = deposit(source, file, paths, now=clock)
    file.write_bytes(csv)
    third = deposit(source, file, paths, now=clock)
    assert third != first
    assert third.sha256 == first.sha256
    assert snapshots("lieux-test", paths) == (third, second, first)
    assert file.exists()


def test_the_order_holds_within_a_second_and_when_the_clock_goes_back(
    make_source: Make, paths: Paths, tmp_path: Path, csv: bytes
) -> None:
    source, file = make_source(), tmp_path / "x.csv"
    moments = [datetime(2026, 11, 23, 10, 0, tzinfo=UTC)] * 3 + [datetime(2020, 1, 1, tzinfo=UTC)]
    kept = []
    for moment, body in zip(moments, [csv, csv * 2, csv, csv * 2], strict=True):
        file.write_bytes(body)
        kept.append(deposit(source, file, paths, now=partial(lambda at: at, moment)))
    assert snapshots("lieux-test", paths) == tuple(reversed(kept))


def test_a_deposit_ends_the_staleness_of_its_source(
    make_source: Make, paths: Paths, run: Run, tmp_path: Path, csv: bytes, clock: object
) -> None:
    source, file = make_source(file="absent.csv"), tmp_path / "x.csv"
    run(source)
    file.write_bytes(csv)
    deposit(source, file, paths, now=clock)  # type: ignore[arg-type]
    log = fetch_log("lieux-test", paths)
    assert log and (log.last_success, log.error_fr) == (
        datetime(2026, 11, 24, 10, 15, tzinfo=UTC),
        "",
    )
    assert run(source).stale_since == log.last_success


def test_a_deposit_stands_until_the_origin_changes(
    make_source: Make, paths: Paths, run: Run, tmp_path: Path, csv: bytes, clock: object
) -> None:
    source, origin, received = (
        make_source(file="lieux.csv"),
        paths.project / "lieux.csv",
        tmp_path / "x.csv",
    )
    origin.write_bytes(csv)
    run(source)
    received.write_bytes(csv + b"2,EPN\r\n")
    given = deposit(source, received, paths, now=clock)  # type: ignore[arg-type]
    outcome = run(source)
    assert (outcome.snapshots[0], outcome.changed, outcome.error_fr) == (given, False, "")
    origin.write_bytes(csv + b"3,Fab lab\r\n")
    assert run(source).snapshots[0].via == "file"


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_a_deposit_must_be_a_file(
    make_source: Make, paths: Paths, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UsageError, match="n'est pas un fichier"):
        deposit(make_source(), tmp_path / name, paths)


def test_a_deposit_passes_the_same_checks(
    make_source: Make, paths: Paths, tmp_path: Path, csv: bytes
) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(csv)
    with pytest.raises(FetchError, match=r"fetch\.max_bytes"):
        deposit(make_source(max_bytes=5), file, paths)
    file.write_text("<!doctype html>")
    with pytest.raises(FetchError, match="une page HTML"):
        deposit(make_source(), file, paths)
    assert snapshots("lieux-test", paths) == ()


def test_last_copy_asks_no_one_and_is_never_stale(
    make_source: Make, paths: Paths, run: Run, csv: bytes
) -> None:
    (paths.project / "lieux.csv").write_bytes(csv)
    source = make_source(file="lieux.csv")
    before = run(source).snapshots
    (paths.project / "lieux.csv").unlink()
    assert run(source).stale_since
    assert last_copy(source, paths) == FetchOutcome("lieux-test", before, changed=False)
