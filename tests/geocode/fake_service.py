"""A geocoder on loop-back that answers `/search/csv` as the Géoplateforme and addok do.

It knows the addresses it is given and nothing else. What it should do instead of answering
well is queued, one behaviour per request; every request is kept as it came.
"""

import csv
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from werkzeug.formparser import FormDataParser

#: In the order of an answer recorded from the Géoplateforme in 2026.
RESULTS = (
    *("longitude", "latitude", "result_score", "result_score_next", "result_label"),
    *("result_type", "result_id", "result_banId", "result_housenumber", "result_name"),
    *("result_street", "result_postcode", "result_city", "result_context", "result_citycode"),
    *("result_oldcitycode", "result_oldcity", "result_district", "result_status"),
)
#: addok 1.3.2 with addok-csv 1.1.0 and the fields of a BAN: no status, no street.
ADDOK_RESULTS = (
    *("latitude", "longitude", "result_label", "result_score", "result_score_next"),
    *("result_type", "result_id", "result_housenumber", "result_name", "result_postcode"),
    *("result_city", "result_context", "result_citycode"),
)

Row = dict[str, str]


@dataclass(frozen=True)
class Reply:
    """``length``: what Content-Length says when it lies; None: the truth, -1: no such header."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    content_type: str = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """One POST: its form fields, the file as sent, the rows in it, its User-Agent."""

    fields: dict[str, list[str]]
    content: bytes
    rows: list[Row]
    agent: str


Behaviour = Reply | Callable[[list[Row]], Reply]


class FakeService:
    """``places``: address -> result cells; an address it does not know is not found."""

    def __init__(self) -> None:
        self.places: dict[str, Row] = {}
        self.queue: list[Behaviour] = []
        self.always: Behaviour | None = None
        self.requests: list[Request] = []
        self.results = RESULTS
        self.url = ""

    def table(self, rows: list[Row]) -> list[Row]:
        """The rows as they would be answered."""
        return [row | self.places.get(row["adresse"], not_found()) for row in rows]

    def body(self, rows: list[Row], *, delimiter: str = ",", end: str = "\n") -> bytes:
        """Rows as an answer's bytes."""
        text = io.StringIO()
        columns = ["ligne", "adresse", "commune", "code_postal", "citycode", *self.results]
        writer = csv.DictWriter(
            text, columns, delimiter=delimiter, lineterminator=end, extrasaction="ignore"
        )
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode()

    def answer(self, rows: list[Row]) -> Reply:
        """The good answer."""
        return Reply(self.body(self.table(rows)))

    def reply(self, request: Request) -> Reply:
        self.requests.append(request)
        behaviour = self.queue.pop(0) if self.queue else self.always or self.answer
        return behaviour if isinstance(behaviour, Reply) else behaviour(request.rows)

    @property
    def asked(self) -> list[list[str]]:
        """The ligne of every row of every request."""
        return [[row["ligne"] for row in request.rows] for request in self.requests]


def not_found() -> Row:
    return {"result_status": "not-found"}


def place(
    label: str, citycode: str, *, kind: str = "housenumber", score: str = "0.97", **cells: str
) -> Row:
    """The result cells of a place."""
    return {
        "longitude": "1.9",
        "latitude": "47.9",
        "result_score": score,
        "result_label": label,
        "result_type": kind,
        "result_citycode": citycode,
        "result_status": "ok",
        **cells,
    }


@contextmanager
def serving() -> Iterator[FakeService]:
    """A service on a free port of the loop-back, until the block ends."""
    service = FakeService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            sent = io.BytesIO(self.rfile.read(length))
            options = _options(self.headers["Content-Type"])
            _, form, files = FormDataParser().parse(sent, "multipart/form-data", length, options)
            with files["data"].stream as file:
                content = file.read()
            rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
            fields = {name: form.getlist(name) for name in form}
            agent = self.headers["User-Agent"]
            self._send(service.reply(Request(fields, content, rows, agent)))

        def do_GET(self) -> None:
            self._send(Reply(b"a GET", 405))

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            length = len(reply.body) if reply.length is None else reply.length
            if length >= 0:
                self.send_header("Content-Length", str(length))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_address[1]}/search/csv"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=2)


def _options(content_type: str) -> dict[str, str]:
    return {"boundary": content_type.partition("boundary=")[2].strip('"')}
