"""What is on disk: damaged copies, kill leftovers, two runs at once, and the first bytes."""

import gzip
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from opendata.errors import FetchError
from opendata.fetch import deposit, fetch, fetch_log, snapshots
from opendata.fetch.address import public_url
from opendata.fetch.content import check, extension
from opendata.fetch.disk import CHUNK_BYTES
from opendata.model import Snapshot, Source
from opendata.paths import Paths

Make = Callable[..., Source]


@pytest.fixture
def three(
    make_source: Make, paths: Paths, tmp_path: Path, csv: bytes, clock: Callable[[], datetime]
) -> tuple[Snapshot, ...]:
    """Three copies, newest first."""
    file = tmp_path / "x.csv"
    for times in (1, 2, 3):
        file.write_bytes(csv * times)
        deposit(make_source(), file, paths, now=clock)
    return snapshots("lieux-test", paths)


def sidecar(snapshot: Snapshot) -> Path:
    return snapshot.path.with_name(snapshot.path.name + ".json")


def edited(snapshot: Snapshot, **changes: object) -> str:
    return json.dumps({**json.loads(sidecar(snapshot).read_text()), **changes})


def test_no_folder_no_copies(paths: Paths) -> None:
    assert snapshots("inconnue", paths) == ()
    assert fetch_log("inconnue", paths) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda s: sidecar(s).write_text('{"url": '),
        lambda s: sidecar(s).write_bytes(b"\xff\xfe\x00"),
        lambda s: sidecar(s).write_text("[]"),
        lambda s: sidecar(s).write_text("[" * 100_000),
        lambda s: sidecar(s).write_text("{}"),
        lambda s: sidecar(s).write_text(edited(s, via="pigeon")),
        lambda s: sidecar(s).write_text(edited(s, via=[])),
        lambda s: sidecar(s).write_text(edited(s, fetched_at="hier")),
        lambda s: sidecar(s).write_text(edited(s, fetched_at="2026-11-23T10:15:00")),
        lambda s: sidecar(s).write_text(edited(s, headers=None)),
        lambda s: sidecar(s).unlink(),
        lambda s: s.path.unlink(),
        lambda s: s.path.write_bytes(b""),
        lambda s: s.path.write_bytes(s.path.read_bytes().upper()),
    ],
)
def test_a_damaged_copy_costs_itself_only(
    three: tuple[Snapshot, ...], paths: Paths, damage: Callable[[Snapshot], object]
) -> None:
    damage(three[0])
    assert snapshots("lieux-test", paths) == three[1:]


def test_the_two_newest_whole_copies_are_hashed(three: tuple[Snapshot, ...], paths: Paths) -> None:
    for snapshot in three[::2]:
        snapshot.path.write_bytes(snapshot.path.read_bytes().upper())
    assert snapshots("lieux-test", paths) == (three[1],)


def test_older_copies_are_compared_by_size(three: tuple[Snapshot, ...], paths: Paths) -> None:
    three[2].path.write_bytes(b"id,nom")
    assert snapshots("lieux-test", paths) == three[:2]


def test_json_data_and_strangers_are_not_taken_for_sidecars(
    make_source: Make, paths: Paths, tmp_path: Path, raw: Path
) -> None:
    file = tmp_path / "x.json"
    file.write_text('[{"id": 1}]')
    kept = deposit(make_source(format="json"), file, paths)
    (raw / "notes.json").write_text("{}")
    assert kept.path.suffix == ".json"
    assert snapshots("lieux-test", paths) == (kept,)


def test_what_a_kill_leaves_is_not_a_copy_and_is_swept_after_a_day(
    three: tuple[Snapshot, ...], make_source: Make, paths: Paths, raw: Path, tmp_path: Path
) -> None:
    recent, old = raw / "aaaa.part", raw / "bbbb.part"
    for part in (recent, old):
        part.write_bytes(b"id,n")
    os.utime(old, (time.time() - 90_000,) * 2)
    (raw / "2026-12-01T000000Z-0123456789ab.csv").write_bytes(b"id,n")
    assert snapshots("lieux-test", paths) == three
    deposit(make_source(), tmp_path / "x.csv", paths)
    assert recent.exists()
    assert not old.exists()


@pytest.mark.parametrize("step", ["after data", "after sidecar"])
def test_a_run_killed_on_the_way_is_made_good_by_the_next(
    make_source: Make,
    paths: Paths,
    clock: Callable[[], datetime],
    csv: bytes,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    from opendata.fetch import job, store

    (paths.project / "x.csv").write_bytes(csv)
    source = make_source(file="x.csv")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if step == "after data":
            patch.setattr(store, "write_json", killed)
        else:
            patch.setattr(job, "write_log", killed)
        with pytest.raises(KeyboardInterrupt):
            fetch(source, paths, now=clock)
    assert not list(paths.raw_source("lieux-test").glob("*.part"))
    outcome = fetch(source, paths, now=clock)
    assert outcome.changed == (step == "after data")
    assert len(outcome.snapshots) == 1


def test_runs_at_once_do_not_disturb_each_other(make_source: Make, paths: Paths, raw: Path) -> None:
    bodies = [b"id,nom\n" + str(n).encode() * (3 * CHUNK_BYTES) for n in range(4)]
    for number, body in enumerate(bodies):
        (paths.project / f"{number}.csv").write_bytes(body)
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(
            pool.map(lambda n: fetch(make_source(file=f"{n % 4}.csv"), paths), range(16))
        )
    assert not any(outcome.error_fr for outcome in outcomes)
    kept = snapshots("lieux-test", paths)
    assert {snapshot.path.read_bytes() for snapshot in kept} == set(bodies)
    assert not list(raw.glob("*.part"))
    assert len(list(raw.iterdir())) == 2 * len(kept) + 1
    assert fetch_log("lieux-test", paths)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"last_attempt": 3}'])
def test_a_damaged_log_is_no_log(
    three: tuple[Snapshot, ...], paths: Paths, raw: Path, content: str
) -> None:
    (raw / "verification.json").write_text(content)
    assert fetch_log("lieux-test", paths) is None


# -- the first bytes ---------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"id;nom\n1;x", "csv"),
        (b"<id>;<nom>\n1;x", "csv"),
        (b"\xff\xfei\x00d\x00", "csv"),
        (b"\xef\xbb\xbfid\n", "csv"),
        (b"PK\x03\x04", "csv"),
        (gzip.compress(b"id", mtime=0), "csv"),
        (gzip.compress(b"id", mtime=0), "csv.gz"),
        (gzip.compress(b"{}", mtime=0), "json"),
        (b"\xef\xbb\xbf\n {}", "json"),
        (b"[]", "geojson"),
        (b'{"a": 1}\n{"a": 2}', "jsonl"),
        (b"PK\x03\x04", "xlsx"),
        (b"PK\x03\x04", "ods"),
        (b"<?xml version='1.0'?><kml></kml>", "kml"),
        (b"<!doctype html>", "html"),
        (b"anything", "bin"),
    ],
)
def test_data_is_accepted(head: bytes, expected: str) -> None:
    check(head, expected, "s")


@pytest.mark.parametrize(
    ("head", "expected", "came"),
    [
        (b"", "csv", "un fichier vide"),
        (b"\xef\xbb\xbf \r\n", "csv", "un fichier vide"),
        (b"", "html", "un fichier vide"),
        (b"<!DOCTYPE html>", "csv", "une page HTML"),
        (b"\r\n<HTML lang=fr>", "bin", "une page HTML"),
        (b"\xef\xbb\xbf<!-- a --> <!-- b --><html>", "json", "une page HTML"),
        (b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC ''>", "csv", "une page HTML"),
        ("\ufeff<html>".encode("utf-16-le"), "csv", "une page HTML"),
        (b"<html>", "xlsx", "une page HTML"),
        (b"<html>", "gpkg", "une page HTML"),
        (b"<?xml version='1.0'?><Error/>", "csv", "un document XML"),
        (b"<Error><Code>AccessDenied</Code></Error>", "json", "un document XML"),
        (b'{"error": "no such dataset"}', "csv", "un document JSON"),
        (b"%PDF-1.7", "csv", "un document PDF"),
        (b"id;nom\n", "json", "un contenu qui commence par « id;nom"),
        (b'"error"', "geojson", 'un contenu qui commence par « "error"'),
        (b"\xd0\xcf\x11\xe0", "xlsx", "un contenu qui commence par"),
        (b"id;nom\n", "ods", "un contenu qui commence par"),
    ],
)
def test_what_is_not_data_is_refused(head: bytes, expected: str, came: str) -> None:
    with pytest.raises(FetchError) as refusal:
        check(head, expected, "ma-source")
    assert refusal.value.fr.startswith(f"La source « ma-source » a donné {came}")
    assert "\n" not in refusal.value.fr
    assert "“ma-source” gave" in refusal.value.en


@pytest.mark.parametrize(
    ("declared", "names", "headers", "expected"),
    [
        ("csv", ("https://a.fr/x.json",), {"content-type": "application/json"}, "csv"),
        ("", ("https://a.fr/x.JSON?v=1.csv",), {}, "json"),
        ("", ("https://a.fr/adresses-75.csv.gz",), {}, "csv.gz"),
        ("", ("https://a.fr/export.php", "https://b.fr/x.xlsx"), {}, "xlsx"),
        ("", ("https://a.fr/r/1",), {"content-disposition": 'attachment; filename="a.ods"'}, "ods"),
        ("", ("https://a.fr/r/1",), {"content-type": "Text/CSV; charset=utf-8"}, "csv"),
        ("", ("https://a.fr/page.html",), {"content-type": "text/html"}, "bin"),
        ("", ("",), {}, "bin"),
        ("../x", (), {}, "x"),
    ],
)
def test_the_extension_follows_what_is_known(
    declared: str, names: tuple[str, ...], headers: dict[str, str], expected: str
) -> None:
    assert extension(declared, names, headers) == expected


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.fr/x.csv?page=2&dataset=a#b", "https://a.fr/x.csv?page=2&dataset=a#b"),
        ("https://eve:p@ss@a.fr/x", "https://a.fr/x"),
        ("https://a.fr/@eve/x?u=b@c.fr", "https://a.fr/@eve/x?u=b@c.fr"),
        ("https://a.fr/x?Token=abc&apikey=d&page=1", "https://a.fr/x?Token=***&apikey=***&page=1"),
    ],
)
def test_secrets_of_an_address_are_hidden(url: str, shown: str) -> None:
    assert public_url(url) == shown
