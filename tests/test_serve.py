"""The published catalogue over HTTP: what is served, which bytes of it, and what never is."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from opendata.serve import address_of, listen
from opendata.serve.conditions import Version, accepts_gzip, asked_spans, refused, unchanged
from opendata.serve.listing import listing
from opendata.serve.media import is_text, media_type
from tests.conftest import Command
from tests.serving import Serving, serving

BYTES = bytes(range(256)) * 40
CSV = "nom,commune\n" + "Médiathèque,Orléans\n" * 400
SECRET = "only for the installation"


def publish(home: Path) -> Path:
    """A small installation; returns its published folder."""
    root = home / "published"
    first = root / "jeu" / "releases" / "2026-01-01"
    first.mkdir(parents=True)
    (first / "lieux.parquet").write_bytes(BYTES)
    (first / "lieux.csv").write_text(CSV, encoding="utf-8")
    (first / "SHA256SUMS").write_text("0  lieux.csv\n")
    (first / "a & b <i>.csv").write_text("a\n")
    (first / "empty.csv").write_text("")
    (first.parent / "note.txt").write_text("beside the releases, not in one")
    (first / ".lieux.csv.part").write_text(SECRET)
    (root / "jeu" / "latest").symlink_to("releases/2026-01-01")
    (root / "jeu" / "index.html").write_text("<title>jeu</title>")
    (root / "index.html").write_text("<title>home</title>")
    (root / "assets" / "0123").mkdir(parents=True)
    (root / "assets" / "0123" / "style.css").write_text("body{}")
    (home / "state").mkdir()
    (home / "state" / "secret.txt").write_text(SECRET)
    (root / "out").symlink_to("../state")
    (root / "out.txt").symlink_to("../state/secret.txt")
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "pipe.csv")
    return root


def move_latest(root: Path, version: str) -> None:
    """As a promotion does: a new link takes the place of the old one at once."""
    fresh = root / "jeu" / ".latest"
    fresh.symlink_to(f"releases/{version}")
    fresh.replace(root / "jeu" / "latest")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(publish(tmp_path_factory.mktemp("served"))) as running:
        yield running
        assert not running.troubles


@pytest.fixture
def moving(tmp_path: Path) -> Iterator[tuple[Serving, Path]]:
    root = publish(tmp_path)
    with serving(root) as running:
        yield running, root
        assert not running.troubles


PARQUET = "jeu/latest/lieux.parquet"


def get(site: Serving, path: str, **headers: str) -> requests.Response:
    sent = {"Accept-Encoding": "identity"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return requests.get(site.address + path, headers=sent, timeout=20, allow_redirects=False)


def raw(site: Serving, target: str, method: str = "GET") -> tuple[int, bytes]:
    """Ask for exactly ``target``, which no client library tidied up."""
    where = urlsplit(site.address)
    with socket.create_connection((where.hostname, where.port), timeout=20) as connection:
        request = f"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode("latin-1"))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(answer.split()[1]), answer


# Which file an address is


def test_a_folder_is_its_page(site: Serving) -> None:
    assert get(site, "").text == "<title>home</title>"
    assert get(site, "jeu/").text == "<title>jeu</title>"
    moved = get(site, "jeu?langue=en")
    assert (moved.status_code, moved.headers["Location"]) == (302, "/jeu/?langue=en")


def test_a_release_lists_its_files_without_running_anything(site: Serving) -> None:
    page = get(site, "jeu/latest/")
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert 'href="./lieux.parquet"' in page.text
    assert "Fichiers de" in page.text
    assert "Files of" in page.text
    assert 'href="./a%20%26%20b%20%3Ci%3E.csv">a &amp; b &lt;i&gt;.csv</a>' in page.text
    assert "<script" not in page.text
    assert ".part" not in page.text
    assert get(site, "jeu/latest/a%20%26%20b%20%3Ci%3E.csv").text == "a\n"


def test_a_listing_escapes_its_own_address() -> None:
    assert "<b>" not in listing("jeu/<b>", [("x", None)])


@pytest.mark.parametrize(
    "target",
    [
        "/../state/secret.txt",
        "/%2e%2e/state/secret.txt",
        "/jeu/..%2f..%2f..%2fstate%2fsecret.txt",
        "/jeu/../../state/secret.txt",
        "//state/secret.txt",
        "/..\\state\\secret.txt",
        "/..%5cstate%5csecret.txt",
        "/out/",
        "/out/secret.txt",
        "/out.txt",
        "/loop",
        "/pipe.csv",
        "/jeu/latest/.lieux.csv.part",
        "/jeu/latest//lieux.csv",
        "/jeu/latest/./lieux.csv",
        "/jeu/latest/lieux.csv/",
        "/jeu/latest/lieux.csv%00",
        "/jeu/latest/" + "x" * 5000,
        "/%ff",
        "/absent",
    ],
)
def test_nothing_else_of_the_installation_is_served(site: Serving, target: str) -> None:
    status, answer = raw(site, target)
    assert status == 404
    assert SECRET.encode() not in answer
    assert "Rien n'est publié à cette adresse" in answer.decode()


def test_links_that_leave_are_not_listed(tmp_path: Path) -> None:
    root = publish(tmp_path)
    (root / "index.html").unlink()
    (root / "jeu" / "index.html").unlink()
    (root / "jeu" / "raw").symlink_to("../../state")
    with serving(root) as running:
        page = get(running, "jeu/").text
    assert 'href="./latest/"' in page
    assert "raw" not in page


# Who may read it, and how long it is kept


@pytest.mark.parametrize("path", ["", "jeu", PARQUET, "jeu/latest/", "absent"])
def test_any_page_may_read_any_answer(site: Serving, path: str) -> None:
    headers = get(site, path, Origin="https://example.org").headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    exposed = headers["Access-Control-Expose-Headers"]
    assert {"Content-Range", "Content-Length", "ETag", "Accept-Ranges"} <= set(exposed.split(", "))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"]


def test_a_browser_that_asks_first_may_ask_for_ranges(site: Serving) -> None:
    answer = requests.options(
        site.address + PARQUET,
        headers={
            "Origin": "https://example.org",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "range,if-match",
        },
        timeout=20,
    )
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert answer.status_code == 204
    assert {"range", "if-match", "if-range", "if-none-match"} <= set(allowed)
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND"])
def test_the_site_is_only_read(site: Serving, method: str) -> None:
    answer = requests.request(method, site.address + PARQUET, data=b"x", timeout=20)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_only_what_never_changes_is_kept_for_ever(site: Serving) -> None:
    for path in ("jeu/releases/2026-01-01/lieux.csv", "assets/0123/style.css"):
        kept = get(site, path).headers
        assert "immutable" in kept["Cache-Control"]
        assert "max-age=31536000" in kept["Cache-Control"]
    for path in (
        "", "jeu/", "jeu/latest/lieux.csv", "jeu/latest/", "jeu/releases/2026-01-01/",
        "jeu/releases/note.txt",
    ):  # fmt: skip
        assert get(site, path).headers["Cache-Control"] == "no-cache"
    assert get(site, "jeu").headers["Cache-Control"] == "no-cache"
    assert get(site, "absent").headers["Cache-Control"] == "no-cache"


def test_the_moving_address_names_the_permanent_one(site: Serving) -> None:
    moving = get(site, "jeu/latest/lieux.csv").headers
    assert moving["Content-Location"] == "/jeu/releases/2026-01-01/lieux.csv"
    fixed = get(site, moving["Content-Location"].lstrip("/")).headers
    assert fixed["ETag"] == moving["ETag"]
    assert "Content-Location" not in fixed


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lieux.parquet", "application/vnd.apache.parquet"),
        ("lieux.geojson", "application/geo+json"),
        ("lieux.gpkg", "application/geopackage+sqlite3"),
        ("LIEUX.CSV", "text/csv; charset=utf-8"),
        ("lieux.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("changements.md", "text/markdown; charset=utf-8"),
        ("catalogue.ttl", "text/turtle; charset=utf-8"),
        ("catalogue.jsonld", "application/ld+json"),
        ("feed.atom", "application/atom+xml; charset=utf-8"),
        ("carte.js", "text/javascript; charset=utf-8"),
        ("SHA256SUMS", "text/plain; charset=utf-8"),
        ("CITATION.cff", "application/yaml"),
        ("x.bin", "application/octet-stream"),
    ],
)
def test_media_types(name: str, expected: str) -> None:
    assert media_type(name) == expected


# Which bytes


def test_a_file_comes_whole_and_says_that_it_has_ranges(site: Serving) -> None:
    whole = get(site, PARQUET)
    assert (whole.status_code, whole.content) == (200, BYTES)
    assert whole.headers["Content-Type"] == "application/vnd.apache.parquet"
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Content-Length"] == str(len(BYTES))
    assert re.fullmatch(r'"[^"]+"', whole.headers["ETag"])


@pytest.mark.parametrize("path", ["", PARQUET, "jeu/latest/lieux.csv", "jeu/latest/", "absent"])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_head_is_get_without_its_body(site: Serving, path: str, encoding: str) -> None:
    head = requests.head(site.address + path, headers={"Accept-Encoding": encoding}, timeout=20)
    plain = get(site, path)
    assert (head.status_code, head.content) == (plain.status_code, b"")
    # Also for who takes gzip: the size of the file is what a HEAD is asked for.
    assert head.headers["Content-Length"] == str(len(plain.content))
    varying = {"date", "connection"}
    told = [
        {name.lower(): value for name, value in one.headers.items() if name.lower() not in varying}
        for one in (head, plain)
    ]
    assert told[0] == told[1]


def test_a_head_has_no_range(site: Serving) -> None:
    head = requests.head(site.address + PARQUET, headers={"Range": "bytes=0-1"}, timeout=20)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(BYTES)))


SIZE = len(BYTES)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("Bytes = 10-19", 10, 20),
        ("bytes=10-", 10, SIZE),
        ("bytes=-4", SIZE - 4, SIZE),
        ("bytes=-99999999", 0, SIZE),
        (f"bytes={SIZE - 1}-99999999", SIZE - 1, SIZE),
        ("bytes=0-9,5-19,20-29", 0, 30),
        (f"bytes=0-4,{SIZE}-", 0, 5),
    ],
)
def test_one_range(site: Serving, asked: str, start: int, end: int) -> None:
    part = get(site, PARQUET, Range=asked)
    assert (part.status_code, part.content) == (206, BYTES[start:end])
    assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert part.headers["Content-Length"] == str(end - start)
    assert part.headers["ETag"] == get(site, PARQUET).headers["ETag"]


def test_several_ranges_come_in_parts(site: Serving) -> None:
    answer = get(site, PARQUET, Range="bytes=100-109,0-3,-2")
    assert answer.status_code == 206
    assert "Content-Range" not in answer.headers
    assert answer.headers["Content-Length"] == str(len(answer.content))
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    message = BytesParser().parsebytes(head + answer.content)
    parts: list[Message] = message.get_payload()  # type: ignore[assignment]
    found = [(part["Content-Range"], part.get_payload(decode=True)) for part in parts]
    assert found == [
        (f"bytes 0-3/{SIZE}", BYTES[:4]),
        (f"bytes 100-109/{SIZE}", BYTES[100:110]),
        (f"bytes {SIZE - 2}-{SIZE - 1}/{SIZE}", BYTES[-2:]),
    ]
    assert {part.get_content_type() for part in parts} == {"application/vnd.apache.parquet"}


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0", f"bytes={SIZE + 5}-{SIZE + 9}"])
def test_a_range_outside_the_file_is_refused(site: Serving, asked: str) -> None:
    answer = get(site, PARQUET, Range=asked)
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"
    assert "None of the bytes" in answer.text


def test_an_empty_file_has_no_range(site: Serving) -> None:
    assert get(site, "jeu/latest/empty.csv").content == b""
    answer = get(site, "jeu/latest/empty.csv", Range="bytes=0-")
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */0")


@pytest.mark.parametrize(
    "asked",
    [
        "lines=0-1", "bytes", "bytes=", "bytes=a-b", "bytes=5-2", "bytes=-", "bytes=0-1,x",
        "bytes=1", "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 400, 2)),
    ],
)  # fmt: skip
def test_a_range_that_says_nothing_is_as_if_it_were_not_there(site: Serving, asked: str) -> None:
    assert get(site, PARQUET, Range=asked).status_code == 200


# Whether it changed


def test_a_file_that_is_held_already_is_not_sent_again(site: Serving) -> None:
    headers = get(site, PARQUET).headers
    for condition in (
        {"If_None_Match": headers["ETag"]},
        {"If_None_Match": f'"other", W/{headers["ETag"]}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": headers["Last-Modified"]},
    ):
        answer = get(site, PARQUET, **condition)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["ETag"] == headers["ETag"]
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert get(site, PARQUET, If_None_Match='"other"').status_code == 200
    # The tag decides where there are both.
    both = {"If_None_Match": '"other"', "If_Modified_Since": headers["Last-Modified"]}
    assert get(site, PARQUET, **both).status_code == 200
    assert get(site, PARQUET, If_Modified_Since="yesterday").status_code == 200


def test_a_range_of_another_version_is_refused_or_becomes_the_whole(
    moving: tuple[Serving, Path],
) -> None:
    site, root = moving
    old = get(site, PARQUET).headers["ETag"]
    second = root / "jeu" / "releases" / "2026-02-01"
    second.mkdir()
    (second / "lieux.parquet").write_bytes(BYTES[::-1])
    assert get(site, PARQUET, Range="bytes=0-3", If_Match=old).content == BYTES[:4]
    assert get(site, PARQUET, Range="bytes=0-3", If_Range=old).content == BYTES[:4]
    move_latest(root, second.name)
    refusal = get(site, PARQUET, Range="bytes=0-3", If_Match=old)
    assert refusal.status_code == 412
    assert "a changé depuis" in refusal.content.decode()
    whole = get(site, PARQUET, Range="bytes=0-3", If_Range=old)
    assert (whole.status_code, whole.content) == (200, BYTES[::-1])
    # A reader that compares tags sees it too.
    assert get(site, PARQUET, Range="bytes=0-3").headers["ETag"] not in (old, "")
    # The permanent address still has what it had.
    fixed = get(site, "jeu/releases/2026-01-01/lieux.parquet", Range="bytes=0-3", If_Match=old)
    assert fixed.content == BYTES[:4]


def test_a_release_taken_back_is_seen_though_its_files_are_older(
    moving: tuple[Serving, Path],
) -> None:
    site, root = moving
    second = root / "jeu" / "releases" / "2026-02-01"
    second.mkdir()
    (second / "lieux.parquet").write_bytes(BYTES[::-1])
    past = time.time() - 1000
    os.utime(root / "jeu" / "releases" / "2026-01-01" / "lieux.parquet", (past, past))
    move_latest(root, second.name)
    held = get(site, PARQUET).headers["Last-Modified"]
    move_latest(root, "2026-01-01")
    answer = get(site, PARQUET, If_Modified_Since=held)
    assert (answer.status_code, answer.content) == (200, BYTES)
    assert get(site, PARQUET, If_Unmodified_Since=held).status_code == 412


def test_a_date_vouches_for_a_range_only_when_it_is_old_enough() -> None:
    version = Version('"a"', '"a-gzip"', 1_000_000.4)
    asked = {"range": "bytes=0-1", "if-range": version.date}
    assert asked_spans(asked, version, 10, now=1_000_100.0) == [(0, 2)]
    assert asked_spans(asked, version, 10, now=1_000_001.0) is None
    assert asked_spans(asked | {"if-range": 'W/"a"'}, version, 10, now=1_000_100.0) is None
    assert asked_spans(asked | {"if-range": '"a-gzip"'}, version, 10, now=1_000_100.0) is None


def test_conditions_that_hold() -> None:
    version = Version('"a"', '"a-gzip"', 1_000_000.4)
    assert not refused({}, version)
    assert not refused({"if-match": '"b", "a"'}, version)
    assert not refused({"if-match": "*"}, version)
    assert refused({"if-match": '"b"'}, version)
    assert refused({"if-match": '"a-gzip"'}, version)
    assert not refused({"if-unmodified-since": version.date}, version)
    assert not refused({"if-unmodified-since": "one day"}, version)
    assert unchanged({"if-none-match": '"a-gzip"'}, version) == '"a-gzip"'
    assert unchanged({"if-none-match": 'W/"a"'}, version) == '"a"'
    assert unchanged({}, version) == ""


def test_a_page_written_again_while_it_is_read_is_one_or_the_other(
    moving: tuple[Serving, Path],
) -> None:
    site, root = moving
    page = root / "jeu" / "index.html"
    texts = ["a" * 300_000, "b" * 700_001]
    page.write_text(texts[0])
    stop = threading.Event()

    def write() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            fresh = root / "jeu" / ".index.html.part"
            fresh.write_text(texts[turn % 2])
            fresh.replace(page)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = {get(site, "jeu/").text for _ in range(60)}
    finally:
        stop.set()
        writer.join()
    assert seen <= set(texts)


# How it is sent


def test_text_is_compressed_for_who_takes_it_and_asks_for_all_of_it(site: Serving) -> None:
    path = "jeu/latest/lieux.csv"
    plain = get(site, path)
    assert "Content-Encoding" not in plain.headers
    zipped = get(site, path, Accept_Encoding="br, gzip")
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.text == plain.text == CSV
    length = len(CSV.encode())
    assert site.told(lambda one: one.address == f"/{path}" and 0 < one.sent < length / 10)
    assert plain.headers["Vary"] == zipped.headers["Vary"] == "Accept-Encoding"
    # Other bytes have another tag; both are known again.
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    for tag in (zipped.headers["ETag"], plain.headers["ETag"]):
        again = get(site, path, Accept_Encoding="gzip", If_None_Match=tag)
        assert (again.status_code, again.headers["ETag"]) == (304, tag)
    for headers in (
        {"Range": "bytes=0-2"},
        {"Range": "bytes=0-2", "If_Range": zipped.headers["ETag"]},
        {"Range": "nonsense"},
    ):
        part = get(site, path, Accept_Encoding="gzip", **headers)
        assert "Content-Encoding" not in part.headers
        assert part.headers["Vary"] == "Accept-Encoding"


def test_what_is_packed_or_small_is_sent_as_it_is(site: Serving) -> None:
    for path in (PARQUET, "jeu/latest/SHA256SUMS"):
        assert "Content-Encoding" not in get(site, path, Accept_Encoding="gzip").headers
    assert "Vary" not in get(site, PARQUET).headers
    assert not is_text(media_type("lieux.gpkg"))
    assert not is_text(media_type("lieux.xlsx"))
    assert is_text(media_type("lieux.geojson"))


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        ("", False), ("gzip", True), ("br, GZIP", True), ("gzip;q=0", False),
        ("gzip; q=0.0", False), ("gzip;q=0.5", True), ("*", True), ("*;q=0", False),
        ("identity", False), ("xgzip", False), ("gzip;q=0, *", False),
    ],
)  # fmt: skip
def test_who_takes_gzip(offered: str, taken: bool) -> None:
    assert accepts_gzip({"accept-encoding": offered}) is taken


def test_one_connection_serves_many_requests(site: Serving) -> None:
    where = urlsplit(site.address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
    connection.connect()
    first = connection.sock
    for method, path, status in (
        ("GET", "/" + PARQUET, 200), ("HEAD", "/" + PARQUET, 200), ("GET", "/absent", 404),
        ("OPTIONS", "/", 204), ("GET", "/jeu", 302), ("GET", "/jeu/latest/lieux.csv", 200),
    ):  # fmt: skip
        connection.request(method, path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, answer.version) == (status, 11)
    assert connection.sock is first
    connection.close()


def test_a_large_file_is_neither_held_in_memory_nor_in_the_way(
    moving: tuple[Serving, Path],
) -> None:
    site, root = moving
    big = root / "jeu" / "releases" / "2026-01-01" / "big.parquet"
    with big.open("wb") as out:
        out.truncate(2_000_000_000)
    where = urlsplit(site.address)
    readers = []
    for _ in range(16):
        reader = socket.create_connection((where.hostname, where.port), timeout=20)
        reader.sendall(b"GET /jeu/latest/big.parquet HTTP/1.1\r\nHost: x\r\n\r\n")
        assert reader.recv(10) == b"HTTP/1.1 2"
        readers.append(reader)
    # Sixteen readers that stop reading: the others are answered all the same.
    assert get(site, "jeu/").text == "<title>jeu</title>"
    assert get(site, "jeu/latest/big.parquet", Range="bytes=-5").content == bytes(5)
    for reader in readers:
        reader.close()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        left = [one for one in site.requests if one.address.endswith("big.parquet")]
        if len(left) == 17:
            break
        time.sleep(0.02)
    # Those that left are noticed, long before two gigabytes were read for them.
    assert len(left) == 17
    assert max(one.sent for one in left) < 50_000_000


# The command


def test_a_port_that_is_taken_is_one_sentence(command: Command) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        status, said = command("serve", "--port", port)
    assert status == 2
    assert said.count("\n") == 1
    assert f"Le port {port} est déjà pris" in said
    assert "--port 0" in said


def test_a_host_that_is_not_here_is_one_sentence(command: Command) -> None:
    for host in ("192.0.2.1", "no such host"):
        status, said = command("serve", "--host", host)
        assert (status, said.count("\n")) == (2, 1)
        assert host in said
        assert "127.0.0.1" in said
    assert command("serve", "--port", "70000")[0] == 2


def test_the_address_to_open() -> None:
    with listen("0.0.0.0", 0) as everywhere:
        port = everywhere.getsockname()[1]
        assert address_of(everywhere) == f"http://localhost:{port}/"


def test_the_command_serves_until_ctrl_c(tmp_path: Path) -> None:
    environment = os.environ | {"OPENDATA_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [Path(sys.executable).parent / "opendata", "serve", "--port", "0", "--verbose"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address, line
        assert "opendata run" in process.stdout.readline()
        nothing = requests.get(address[0], timeout=20)
        assert nothing.status_code == 404
        assert "opendata run demo" in nothing.content.decode()
        # What is published meanwhile is there at once.
        publish(tmp_path)
        assert requests.get(address[0], timeout=20).text == "<title>home</title>"
        requests.get(address[0] + PARQUET, headers={"Range": "bytes=0-3"}, timeout=20)
        process.send_signal(signal.SIGINT)
        said, logged = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0
    assert said == "Arrêté.\n"
    lines = logged.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["404", "GET", "/"], ["200", "GET", "/"], ["206", "GET", f"/{PARQUET}"],
    ]  # fmt: skip
    assert "(bytes=0-3) 4 " in lines[2]


def test_a_defect_is_told_and_the_server_goes_on(
    moving: tuple[Serving, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, _ = moving

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as patch:
        patch.setattr("opendata.serve.app.listed", broken)
        answer = get(site, "jeu/latest/")
    assert (answer.status_code, "RuntimeError" in answer.text) == (500, False)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert [str(one) for one in site.troubles] == ["broken"]
    site.troubles.clear()
    assert get(site, "jeu/latest/").status_code == 200


def test_a_file_cut_short_while_it_is_read_ends_the_connection(
    moving: tuple[Serving, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, _ = moving
    monkeypatch.setattr("opendata.serve.body.os.pread", lambda *_: b"")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="10240 more expected"):
        get(site, PARQUET)
    assert [type(one) for one in site.troubles] == [EOFError]
    site.troubles.clear()
