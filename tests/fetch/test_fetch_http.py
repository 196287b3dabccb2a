"""Every way a server can misbehave, on loopback."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from opendata.fetch import FetchLog, fetch, fetch_log, web
from opendata.model import FetchOutcome, Source
from opendata.paths import Paths

Run = Callable[[Source], FetchOutcome]
Make = Callable[..., Source]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def failed(outcome: FetchOutcome, *words: str) -> str:
    """The French sentence of an outcome that must be an error naming ``words``."""
    assert outcome.error_fr and outcome.error_en
    assert not outcome.changed
    for word in ("lieux-test", *words):
        assert word in outcome.error_fr
    return outcome.error_fr


@contextmanager
def raw_server(*answers: bytes, drip_s: float = 0.0) -> Iterator[str]:
    """A server that sends these bytes, one answer per connection, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answer in answers:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                try:
                    for piece in [answer] if not drip_s else [bytes([b]) for b in answer]:
                        connection.sendall(piece)
                        time.sleep(drip_s)
                except OSError:
                    break
        # One try too many is then refused at once instead of waiting.
        listener.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/lieux.csv"
    finally:
        listener.close()
        thread.join(timeout=2)


# -- the good days -----------------------------------------------------------


def test_first_download_is_stored_with_its_sidecar(
    httpserver: HTTPServer, make_source: Make, run: Run, raw: Path, csv: bytes, paths: Paths
) -> None:
    httpserver.expect_request("/x.csv").respond_with_data(
        csv, content_type="text/csv", headers={"ETag": '"a"', "Set-Cookie": "s=1"}
    )
    source = make_source(url=httpserver.url_for("/x.csv"))
    outcome = run(source)

    assert (outcome.changed, outcome.stale_since, outcome.error_fr) == (True, None, "")
    (snapshot,) = outcome.snapshots
    assert snapshot.path.read_bytes() == csv
    stem = f"2026-11-23T101500Z-{snapshot.sha256[:12]}.csv"
    assert names(raw) == [stem, f"{stem}.json", "verification.json"]
    assert json.loads((raw / f"{stem}.json").read_text()) == {
        "url": source.fetch.url,
        "file": "",
        "fetched_at": "2026-11-23T10:15:00Z",
        "status": 200,
        "headers": {"content-type": "text/csv", "etag": '"a"'},
        "sha256": snapshot.sha256,
        "bytes": len(csv),
        "licence": "etalab-2.0",
        "via": "http",
    }
    log = fetch_log("lieux-test", paths)
    assert log is not None
    assert log.last_success == datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
    assert httpserver.log[0][0].headers["User-Agent"].startswith("opendata/")


@pytest.mark.parametrize(
    ("sent", "asked", "value"),
    [
        ("ETag", "If-None-Match", '"v1"'),
        ("Last-Modified", "If-Modified-Since", "Mon, 23 Nov 2026 10:00:00 GMT"),
    ],
)
def test_unchanged_is_asked_for_and_believed(
    httpserver: HTTPServer,
    make_source: Make,
    run: Run,
    raw: Path,
    csv: bytes,
    sent: str,
    asked: str,
    value: str,
) -> None:
    def answer(request: Request) -> Response:
        if request.headers.get(asked) == value:
            return Response(status=304)
        return Response(csv, headers={sent: value})

    httpserver.expect_request("/x.csv").respond_with_handler(answer)
    source = make_source(url=httpserver.url_for("/x.csv"))
    first, second, third = run(source), run(source), run(source)
    assert [o.changed for o in (first, second, third)] == [True, False, False]
    assert [response.status_code for _, response in httpserver.log] == [200, 304, 304]
    assert third.snapshots == first.snapshots
    assert len(names(raw)) == 3


def test_same_bytes_under_a_new_etag_store_nothing_and_the_new_etag_is_used(
    httpserver: HTTPServer, make_source: Make, run: Run, raw: Path, csv: bytes
) -> None:
    seen = []

    def answer(request: Request) -> Response:
        seen.append(request.headers.get("If-None-Match"))
        return Response(csv, headers={"ETag": f'"{len(seen)}"'})

    httpserver.expect_request("/x.csv").respond_with_handler(answer)
    source = make_source(url=httpserver.url_for("/x.csv"))
    outcomes = [run(source) for _ in range(3)]
    assert [outcome.changed for outcome in outcomes] == [True, False, False]
    assert seen == [None, '"1"', '"2"']
    assert len(names(raw)) == 3


def test_a_damaged_newest_copy_is_downloaded_again(
    httpserver: HTTPServer, make_source: Make, run: Run, csv: bytes
) -> None:
    httpserver.expect_request("/x.csv").respond_with_data(csv, headers={"ETag": '"a"'})
    source = make_source(url=httpserver.url_for("/x.csv"))
    run(source).snapshots[0].path.write_bytes(csv.upper())
    outcome = run(source)
    assert outcome.changed
    assert "If-None-Match" not in httpserver.log[1][0].headers
    assert outcome.snapshots[0].path.read_bytes() == csv


def test_another_url_is_not_asked_conditionally(
    httpserver: HTTPServer, make_source: Make, run: Run, csv: bytes
) -> None:
    for path in ("/old.csv", "/new.csv"):
        httpserver.expect_request(path).respond_with_data(csv, headers={"ETag": '"a"'})
    run(make_source(url=httpserver.url_for("/old.csv")))
    run(make_source(url=httpserver.url_for("/new.csv")))
    assert "If-None-Match" not in httpserver.log[1][0].headers


def test_a_copy_that_did_not_come_by_http_is_not_asked_conditionally(
    httpserver: HTTPServer, make_source: Make, run: Run, csv: bytes, paths: Paths, tmp_path: Path
) -> None:
    httpserver.expect_request("/x.csv").respond_with_data(csv, headers={"ETag": '"a"'})
    url = httpserver.url_for("/x.csv")
    (tmp_path / "lieux.csv").write_bytes(csv)
    (tmp_path / "mirror.toml").write_text(f'[[file]]\nurl = "{url}"\npath = "lieux.csv"\n')
    source = make_source(url=url)
    assert fetch(source, replace(paths, mirror=tmp_path)).changed
    assert not run(source).changed
    assert not run(source).changed
    assert "If-None-Match" not in httpserver.log[1][0].headers


def test_what_was_and_is_again_becomes_the_newest(
    httpserver: HTTPServer, make_source: Make, run: Run, csv: bytes
) -> None:
    for content in (csv, csv + b"2,EPN\r\n", csv):
        httpserver.expect_ordered_request("/x.csv").respond_with_data(content)
    source = make_source(url=httpserver.url_for("/x.csv"))
    outcomes = [run(source) for _ in range(3)]
    assert [len(outcome.snapshots) for outcome in outcomes] == [1, 2, 3]
    assert outcomes[2].snapshots[0].path.read_bytes() == csv


def test_content_encoding_is_undone_and_a_gz_file_is_not(
    httpserver: HTTPServer, make_source: Make, run: Run, csv: bytes
) -> None:
    packed = gzip.compress(csv)
    httpserver.expect_request("/x.csv").respond_with_data(
        packed, headers={"Content-Encoding": "gzip"}
    )
    httpserver.expect_request("/x.csv.gz").respond_with_data(packed)
    plain = run(make_source(url=httpserver.url_for("/x.csv"))).snapshots[0]
    assert plain.path.read_bytes() == csv
    kept = run(make_source(url=httpserver.url_for("/x.csv.gz"), format="")).snapshots[0]
    assert kept.path.read_bytes() == packed
    assert kept.path.name.endswith(".csv.gz")


def test_chunked_bodies_are_read_to_their_end(make_source: Make, run: Run) -> None:
    body = b"4\r\nid,n\r\n6\r\nom\r\n1,\r\n3\r\nEPN\r\n0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with raw_server(head + body) as url:
        outcome = run(make_source(url=url))
    assert outcome.snapshots[0].path.read_bytes() == b"id,nom\r\n1,EPN"


def test_redirects_are_followed_and_name_the_extension(
    httpserver: HTTPServer, make_source: Make, run: Run, csv: bytes
) -> None:
    httpserver.expect_request("/r/1").respond_with_data(
        status=302, headers={"Location": "/files/lieux.csv"}
    )
    httpserver.expect_request("/files/lieux.csv").respond_with_data(csv)
    source = make_source(url=httpserver.url_for("/r/1"), format="")
    snapshot = run(source).snapshots[0]
    assert snapshot.path.suffix == ".csv"
    assert snapshot.url == source.fetch.url


# -- faults that pass --------------------------------------------------------


def test_three_failures_then_success(
    httpserver: HTTPServer, make_source: Make, run: Run, csv: bytes, waits: list[float]
) -> None:
    for status in (500, 502, 503):
        httpserver.expect_ordered_request("/x.csv").respond_with_data(status=status)
    httpserver.expect_ordered_request("/x.csv").respond_with_data(csv)
    assert run(make_source(url=httpserver.url_for("/x.csv"))).changed
    assert len(waits) == 3
    assert 1 <= waits[0] <= 2 <= waits[1] <= 3 < 4 <= waits[2] <= 5


@pytest.mark.parametrize(
    ("asked", "low", "high"),
    [
        ("7", 7, 7),
        ("9999", 60, 60),
        ("in 40 s", 20, 40),
        ("bientôt".encode().decode("latin-1"), 15, 16),
    ],
    ids=["seconds", "capped", "date", "nonsense"],
)
def test_retry_after_is_honoured(
    make_source: Make, run: Run, waits: list[float], asked: str, low: float, high: float
) -> None:
    if asked == "in 40 s":
        # Made here: a date made when the tests are collected is long past when this one runs.
        asked = format_datetime(datetime.now(UTC) + timedelta(seconds=40))
    busy = f"HTTP/1.1 429 Busy\r\nRetry-After: {asked}\r\nContent-Length: 0\r\n\r\n"
    good = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nid\r\n1\n"
    with raw_server(busy.encode("latin-1"), good) as url:
        assert run(make_source(url=url)).changed
    assert len(waits) == 1
    assert low <= waits[0] <= high


def test_a_body_cut_once_is_downloaded_again(make_source: Make, run: Run, csv: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(csv)
    with raw_server(head + csv[:-3], head + csv) as url:
        outcome = run(make_source(url=url))
    assert outcome.snapshots[0].path.read_bytes() == csv


# -- faults that stay --------------------------------------------------------


def test_a_dead_source_keeps_its_last_good_copy(
    httpserver: HTTPServer,
    make_source: Make,
    run: Run,
    csv: bytes,
    paths: Paths,
    waits: list[float],
) -> None:
    httpserver.expect_oneshot_request("/x.csv").respond_with_data(csv)
    httpserver.expect_oneshot_request("/x.csv").respond_with_data(csv)
    httpserver.expect_request("/x.csv").respond_with_data(status=500)
    source = make_source(url=httpserver.url_for("/x.csv"))
    first, _, third, fourth = run(source), run(source), run(source), run(source)
    failed(third, "500", "réessayez plus tard")
    assert third.snapshots == first.snapshots
    # Seen unchanged on the 24th, so stale since then, and not since the copy was made.
    assert third.stale_since == fourth.stale_since == datetime(2026, 11, 24, 10, 15, tzinfo=UTC)
    assert len(waits) == 6
    assert fetch_log("lieux-test", paths) == FetchLog(
        last_attempt=datetime(2026, 11, 26, 10, 15, tzinfo=UTC),
        last_success=third.stale_since,
        error_fr=fourth.error_fr,
        error_en=fourth.error_en,
        url=source.fetch.url,
        sha256=first.snapshots[0].sha256,
    )


def test_without_a_log_the_copy_is_stale_since_it_was_made(
    httpserver: HTTPServer, make_source: Make, run: Run, csv: bytes, raw: Path
) -> None:
    httpserver.expect_oneshot_request("/x.csv").respond_with_data(csv)
    source = make_source(url=httpserver.url_for("/x.csv"))
    run(source)
    (raw / "verification.json").write_text("{")
    httpserver.expect_request("/x.csv").respond_with_data(status=404)
    assert run(source).stale_since == datetime(2026, 11, 23, 10, 15, tzinfo=UTC)


def test_a_source_that_recovers_is_no_longer_stale(
    httpserver: HTTPServer, make_source: Make, run: Run, csv: bytes, paths: Paths
) -> None:
    source = make_source(url=httpserver.url_for("/x.csv"))
    for status, body in ((200, csv), (404, b""), (200, csv)):
        httpserver.expect_ordered_request("/x.csv").respond_with_data(body, status=status)
    _, bad, good = run(source), run(source), run(source)
    assert bad.stale_since and bad.error_fr
    assert (good.stale_since, good.error_fr) == (None, "")
    log = fetch_log("lieux-test", paths)
    assert log and not log.error_fr


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 204, 304])
def test_other_statuses_are_not_retried(
    httpserver: HTTPServer, make_source: Make, run: Run, waits: list[float], status: int, raw: Path
) -> None:
    httpserver.expect_request("/x.csv").respond_with_data(b"", status=status)
    outcome = run(make_source(url=httpserver.url_for("/x.csv")))
    failed(outcome, str(status))
    assert (outcome.snapshots, outcome.stale_since, waits) == ((), None, [])
    assert names(raw) == ["verification.json"]


def test_an_html_page_replaces_nothing(
    httpserver: HTTPServer, make_source: Make, run: Run, csv: bytes, raw: Path
) -> None:
    page = b"\xef\xbb\xbf \n<!-- maintenance -->\n<!DOCTYPE HTML><title>Oups</title>"
    httpserver.expect_ordered_request("/x.csv").respond_with_data(csv)
    httpserver.expect_ordered_request("/x.csv").respond_with_data(page, content_type="text/csv")
    source = make_source(url=httpserver.url_for("/x.csv"))
    first, second = run(source), run(source)
    failed(second, "une page HTML", "un fichier csv était attendu")
    assert second.snapshots == first.snapshots
    assert second.stale_since == datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
    assert len(names(raw)) == 3


def test_a_body_always_cut_is_an_error(
    make_source: Make, run: Run, csv: bytes, raw: Path, waits: list[float]
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(csv)
    with raw_server(*[head + csv[:-3]] * web.TRIES) as url:
        failed(run(make_source(url=url)), "coupé avant sa fin")
    assert len(waits) == 3
    assert names(raw) == ["verification.json"]


def test_a_cut_chunked_body_is_an_error(make_source: Make, run: Run) -> None:
    cut = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nid,n\r\n"
    with raw_server(*[cut] * web.TRIES) as url:
        failed(run(make_source(url=url)), "coupé avant sa fin")


def test_a_silent_server_times_out(
    httpserver: HTTPServer, make_source: Make, run: Run, waits: list[float]
) -> None:
    def late(_: Request) -> Response:
        time.sleep(0.15)
        return Response(b"id\n1\n")

    httpserver.expect_request("/x.csv").respond_with_handler(late)
    outcome = run(make_source(url=httpserver.url_for("/x.csv"), timeout_s=0.05))
    failed(outcome, "0.05 s", "fetch.timeout_s")
    assert len(waits) == 3


def test_a_dripping_server_is_left(
    make_source: Make, run: Run, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    monkeypatch.setattr(web, "LONGEST_TRY_TIMEOUTS", 1)
    answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"id,nom\n" * 40
    with raw_server(answer, drip_s=0.005) as url:
        failed(run(make_source(url=url, timeout_s=0.2)), "dure plus de 0.2 s")
    assert waits == []


def test_too_big_by_content_length_reads_no_body(
    make_source: Make, run: Run, raw: Path, waits: list[float]
) -> None:
    with raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n") as url:
        failed(run(make_source(url=url, max_bytes=1000)), "1000 octets", "fetch.max_bytes")
    assert waits == []
    assert names(raw) == ["verification.json"]


def test_too_big_is_counted_after_decoding(
    httpserver: HTTPServer, make_source: Make, run: Run, raw: Path
) -> None:
    bomb = gzip.compress(b"id\n" + b"1" * 1_000_000)
    httpserver.expect_request("/x.csv").respond_with_data(
        bomb, headers={"Content-Encoding": "gzip"}
    )
    assert len(bomb) < 10_000
    outcome = run(make_source(url=httpserver.url_for("/x.csv"), max_bytes=10_000))
    failed(outcome, "10000 octets")
    assert names(raw) == ["verification.json"]


def test_exactly_the_bound_is_allowed(
    httpserver: HTTPServer, make_source: Make, run: Run, csv: bytes
) -> None:
    httpserver.expect_request("/x.csv").respond_with_data(csv)
    assert run(make_source(url=httpserver.url_for("/x.csv"), max_bytes=len(csv))).changed


def test_a_false_content_encoding_is_an_error(
    httpserver: HTTPServer, make_source: Make, run: Run, csv: bytes
) -> None:
    httpserver.expect_request("/x.csv").respond_with_data(csv, headers={"Content-Encoding": "gzip"})
    failed(run(make_source(url=httpserver.url_for("/x.csv"))), "compression")


def test_connection_refused_is_retried_then_said(
    make_source: Make, run: Run, waits: list[float]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    failed(run(make_source(url=f"http://127.0.0.1:{port}/x.csv")), "ne peut pas être joint")
    assert len(waits) == 3


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://[bad/", "http://a..b/"],
)
def test_redirects_out_of_http_are_refused(
    make_source: Make, run: Run, location: str, waits: list[float]
) -> None:
    head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    with raw_server(head.encode()) as url:
        failed(run(make_source(url=url)), "http(s)")
    assert waits == []


def test_a_redirect_loop_ends(httpserver: HTTPServer, make_source: Make, run: Run) -> None:
    httpserver.expect_request("/x.csv").respond_with_data(
        status=302, headers={"Location": "/x.csv"}
    )
    failed(run(make_source(url=httpserver.url_for("/x.csv"))), "trop de redirections")


@pytest.mark.parametrize("url", ["", "http://", "http://[bad/x", "http://a..b.invalid/x", "x.csv"])
def test_a_url_that_is_none_is_said(make_source: Make, run: Run, url: str) -> None:
    failed(run(make_source(url=url)))


# -- secrets -----------------------------------------------------------------


def everything_written(folder: Path) -> str:
    return "".join(p.name + p.read_bytes().decode("latin-1") for p in folder.iterdir())


def test_secrets_are_sent_and_never_written(
    httpserver: HTTPServer,
    make_source: Make,
    run: Run,
    csv: bytes,
    raw: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORTAL_KEY", "s3cret-value\n")
    httpserver.expect_ordered_request(
        "/x.csv", headers={"X-Api-Key": "s3cret-value", "Authorization": "Basic bDBnaW46cHctNDI="}
    ).respond_with_data(csv, headers={"ETag": '"a"'})
    httpserver.expect_ordered_request("/x.csv").respond_with_data(status=403)
    url = httpserver.url_for("/x.csv?token=t0ken").replace("http://", "http://l0gin:pw-42@")
    source = make_source(url=url, headers={"X-Api-Key": "env:PORTAL_KEY", "Accept": "text/csv"})
    first, second = run(source), run(source)
    assert first.changed
    assert "/x.csv?token=***" in failed(second, "403")
    shown = everything_written(raw) + str(first) + str(second)
    for secret in ("s3cret", "pw-42", "l0gin", "t0ken"):
        assert secret not in shown
    assert "If-None-Match" not in httpserver.log[1][0].headers


def test_secrets_stay_with_their_host(
    httpserver: HTTPServer,
    make_source: Make,
    run: Run,
    csv: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORTAL_KEY", "s3cret-value")
    other = httpserver.url_for("/elsewhere.csv").replace("127.0.0.1", "localhost")
    httpserver.expect_request("/x.csv").respond_with_data(status=302, headers={"Location": other})
    httpserver.expect_request("/elsewhere.csv").respond_with_data(csv)
    source = make_source(
        url=httpserver.url_for("/x.csv"), headers={"X-Key": "env:PORTAL_KEY", "X-Kind": "plain"}
    )
    assert run(source).changed
    asked, redirected = (request.headers for request, _ in httpserver.log)
    assert asked["X-Key"] == "s3cret-value"
    assert "X-Key" not in redirected
    assert redirected["X-Kind"] == "plain"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_secret_is_named(
    make_source: Make, run: Run, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("PORTAL_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("PORTAL_KEY", value)
    source = make_source(url="http://127.0.0.1:9/x", headers={"X-Key": "env:PORTAL_KEY"})
    failed(run(source), "PORTAL_KEY", "X-Key")


def test_a_secret_http_cannot_carry_is_not_quoted(
    make_source: Make, run: Run, monkeypatch: pytest.MonkeyPatch, raw: Path
) -> None:
    monkeypatch.setenv("PORTAL_KEY", "s3cret\nX-Injected: 1")
    source = make_source(url="http://127.0.0.1:9/x", headers={"X-Key": "env:PORTAL_KEY"})
    sentence = failed(run(source), "PORTAL_KEY", "X-Key")
    assert "s3cret" not in sentence + everything_written(raw)
