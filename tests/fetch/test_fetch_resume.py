"""A download cut in the middle goes on where it was, or begins again: never a mixture."""

import gzip
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from opendata.model import FetchOutcome, Source

Run = Callable[[Source], FetchOutcome]
Make = Callable[..., Source]

CONTENT = b"id,nom\r\n" + b"".join(b"%d,EPN %d\r\n" % (n, n) for n in range(2000))
OTHER = CONTENT.replace(b"EPN", b"MFS")
HALF = len(CONTENT) // 2


@dataclass
class Answer:
    """What a server does with one request: the file it has, and how it fails to give it.

    ``sends`` bytes of the body, then it hangs up; a status of its own; headers of its own in
    place of the right ones (None: left out).
    """

    content: bytes = CONTENT
    etag: str = '"v1"'
    sends: int | None = None
    status: int = 0
    ranges: bool = True
    condition: bool = True
    headers: dict[str, str | None] = field(default_factory=dict)


class Server:
    """Answers each request by the next of its answers, the last of them again and again."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[dict[str, str]] = []
        self.sent_bytes = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append({name.lower(): value for name, value in self.headers.items()})
                at = min(len(outer.asked), len(outer.answers)) - 1
                outer.answer(self, outer.answers[at])

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.do_GET()

            def send_response(self, code: int, message: str | None = None) -> None:
                # No Date of its own: an answer says what day it is.
                self.send_response_only(code, message)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/adresses.csv"

    def answer(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        wanted = handler.headers.get("Range", "")
        fits = not answer.condition or handler.headers.get("If-Range") == answer.etag
        first = int(wanted.removeprefix("bytes=").removesuffix("-") or 0)
        rest = bool(wanted and answer.ranges and fits)
        body = answer.content[first:] if rest else answer.content
        total = len(answer.content)
        headers: dict[str, str | None] = {
            "Content-Length": str(len(body)),
            "ETag": answer.etag or None,
        }
        if rest:
            headers["Content-Range"] = f"bytes {first}-{total - 1}/{total}"
        handler.send_response(answer.status or (206 if rest else 200))
        for name, value in {**headers, **answer.headers}.items():
            if value is not None:
                handler.send_header(name, value)
        handler.end_headers()
        sent = body if answer.sends is None else body[: answer.sends]
        self.sent_bytes += len(sent)
        handler.wfile.write(sent)

    @property
    def ranges(self) -> list[str]:
        """What was asked for at each request, "" when it was the whole file."""
        return [headers.get("range", "") for headers in self.asked]


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(
        target=server.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    yield server
    server.http.shutdown()
    server.http.server_close()
    thread.join(timeout=2)


def given(outcome: FetchOutcome) -> bytes:
    """The bytes of the newest copy, whose hash must be that of all of them."""
    assert not outcome.error_fr
    content = outcome.snapshots[0].path.read_bytes()
    assert outcome.snapshots[0].sha256 == hashlib.sha256(content).hexdigest()
    assert outcome.snapshots[0].bytes == len(content)
    return content


CUT = Answer(sends=HALF)


def test_the_rest_is_asked_for_on_condition_and_added(
    server: Server, make_source: Make, run: Run, waits: list[float]
) -> None:
    server.answers = [CUT, Answer()]
    assert given(run(make_source(url=server.url))) == CONTENT
    assert server.ranges == ["", f"bytes={HALF}-"]
    assert server.asked[1]["if-range"] == '"v1"'
    assert server.asked[1]["accept-encoding"] == "identity"
    assert server.sent_bytes == len(CONTENT)
    assert len(waits) == 1


def test_each_try_adds_what_it_gets(server: Server, make_source: Make, run: Run) -> None:
    server.answers = [Answer(sends=1000), Answer(status=503), Answer(sends=500), Answer()]
    assert given(run(make_source(url=server.url))) == CONTENT
    assert server.ranges == ["", "bytes=1000-", "bytes=1000-", "bytes=1500-"]


def test_a_server_that_gives_the_rest_in_parts_is_asked_again(
    server: Server, make_source: Make, run: Run
) -> None:
    part = {
        "Content-Range": f"bytes {HALF}-{HALF + 99}/{len(CONTENT)}",
        "Content-Length": "100",
    }
    server.answers = [CUT, Answer(sends=100, headers=part), Answer()]
    assert given(run(make_source(url=server.url))) == CONTENT
    assert server.ranges == ["", f"bytes={HALF}-", f"bytes={HALF + 100}-"]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(Answer(OTHER, ranges=False), id="Range is ignored"),
        pytest.param(Answer(OTHER, etag='"v2"'), id="the ETag is another"),
        pytest.param(Answer(OTHER + b"9999,EPN\r\n", etag='"v2"'), id="the file is longer"),
        pytest.param(Answer(OTHER, status=203), id="a proxy's version"),
    ],
)
def test_a_whole_file_takes_the_place_of_what_came(
    server: Server, make_source: Make, run: Run, second: Answer
) -> None:
    second = Answer(**{**vars(second), "ranges": second.ranges and second.status != 203})
    server.answers = [CUT, second]
    assert given(run(make_source(url=server.url))) == second.content
    assert server.ranges == ["", f"bytes={HALF}-"]


TOTAL = len(CONTENT)


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(Answer(OTHER, etag='"v2"', condition=False), id="If-Range is ignored"),
        pytest.param(
            Answer(headers={"Content-Range": f"bytes {HALF + 1}-{TOTAL - 1}/{TOTAL}"}),
            id="it goes on elsewhere",
        ),
        pytest.param(
            Answer(headers={"Content-Range": f"bytes {HALF}-{TOTAL - 1}/{TOTAL + 5}"}),
            id="the total is another",
        ),
        pytest.param(
            Answer(headers={"Content-Range": f"bytes {HALF}-{TOTAL - 1}/*"}), id="no total"
        ),
        pytest.param(Answer(headers={"Content-Range": None}), id="no Content-Range"),
        pytest.param(Answer(headers={"Content-Encoding": "gzip"}), id="encoded"),
        pytest.param(Answer(status=416), id="range refused"),
    ],
)
def test_a_rest_of_something_else_begins_the_file_again(
    server: Server, make_source: Make, run: Run, second: Answer
) -> None:
    server.answers = [CUT, second, Answer(OTHER, etag='"v2"')]
    assert given(run(make_source(url=server.url))) == OTHER
    assert server.ranges == ["", f"bytes={HALF}-", ""]
    assert "if-range" not in server.asked[2]


def dated(age_s: float) -> dict[str, str | None]:
    now = 1_800_000_000
    return {
        "Date": formatdate(now, usegmt=True),
        "Last-Modified": formatdate(now - age_s, usegmt=True),
    }


def test_a_date_serves_where_there_is_no_etag(server: Server, make_source: Make, run: Run) -> None:
    headers = dated(3600)
    server.answers = [
        Answer(etag="", sends=HALF, headers=headers),
        Answer(etag="", condition=False, headers=headers),
    ]
    assert given(run(make_source(url=server.url))) == CONTENT
    assert server.asked[1]["if-range"] == headers["Last-Modified"]
    assert server.sent_bytes == len(CONTENT)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(Answer(etag=""), id="no validator"),
        pytest.param(Answer(etag='W/"v1"', headers=dated(3600)), id="weak ETag"),
        pytest.param(Answer(etag="", headers=dated(0)), id="changed this very second"),
        pytest.param(
            Answer(etag="", headers={"Date": "hier", "Last-Modified": "avant-hier"}),
            id="dates that are none",
        ),
        pytest.param(Answer(status=203), id="a proxy's version"),
        pytest.param(Answer(sends=0), id="nothing came"),
    ],
)
def test_without_proof_the_whole_is_asked_for_again(
    server: Server, make_source: Make, run: Run, first: Answer
) -> None:
    sends = HALF if first.sends is None else first.sends
    server.answers = [Answer(**{**vars(first), "sends": sends}), Answer()]
    assert given(run(make_source(url=server.url))) == CONTENT
    assert server.ranges == ["", ""]


def test_an_encoded_body_is_asked_for_again(server: Server, make_source: Make, run: Run) -> None:
    packed = gzip.compress(CONTENT)
    encoded = {"Content-Encoding": "gzip"}
    server.answers = [
        Answer(packed, sends=len(packed) // 2, headers=encoded),
        Answer(packed, headers=encoded),
    ]
    assert given(run(make_source(url=server.url))) == CONTENT
    assert server.ranges == ["", ""]


def test_the_answer_to_a_post_is_asked_for_again(
    server: Server, make_source: Make, run: Run
) -> None:
    server.answers = [CUT, Answer()]
    source = make_source(url=server.url, method="POST", body="tout")
    assert given(run(source)) == CONTENT
    assert server.ranges == ["", ""]


def test_the_rest_is_not_asked_for_on_condition_of_a_change(
    server: Server, make_source: Make, run: Run
) -> None:
    """The first request of a next run is conditional; the one for the rest must not be."""
    server.answers = [Answer(OTHER, etag='"v0"'), CUT, Answer()]
    source = make_source(url=server.url)
    assert given(run(source)) == OTHER
    assert given(run(source)) == CONTENT
    assert server.asked[1]["if-none-match"] == '"v0"'
    assert "if-none-match" not in server.asked[2]
    assert server.ranges == ["", "", f"bytes={HALF}-"]


#: A first half in one chunk, without its end: nothing says how long the whole is.
CHUNKED = Answer(
    b"%x\r\n" % HALF + CONTENT[:HALF],
    headers={"Content-Length": None, "Transfer-Encoding": "chunked"},
)


def test_a_body_of_unknown_length_goes_on_too(server: Server, make_source: Make, run: Run) -> None:
    server.answers = [CHUNKED, Answer()]
    assert given(run(make_source(url=server.url))) == CONTENT
    assert server.ranges == ["", f"bytes={HALF}-"]


def test_the_bound_holds_for_the_parts_together(
    server: Server, make_source: Make, run: Run
) -> None:
    server.answers = [CHUNKED, Answer()]
    outcome = run(make_source(url=server.url, max_bytes=HALF + 10))
    assert f"{HALF + 10} octets" in outcome.error_fr
    assert outcome.snapshots == ()


@pytest.mark.parametrize("status", [206, 416])
def test_an_answer_about_ranges_that_nobody_asked_for_is_refused(
    server: Server, make_source: Make, run: Run, status: int, waits: list[float]
) -> None:
    server.answers = [Answer(status=status)]
    assert str(status) in run(make_source(url=server.url)).error_fr
    assert waits == []


def test_a_file_that_never_comes_whole_is_an_error(
    server: Server, make_source: Make, run: Run, raw: Any
) -> None:
    server.answers = [Answer(sends=10)]
    assert "coupé avant sa fin" in run(make_source(url=server.url)).error_fr
    assert server.ranges == ["", "bytes=10-", "bytes=20-", "bytes=30-"]
    assert [path.name for path in raw.iterdir()] == ["verification.json"]
