"""A loop-back HTTP server that keeps a log, and fails where it is told to."""

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    params: dict[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass
class Answer:
    """One answer; ``body`` None for no content, bytes for a page of HTML."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """An answer that is not a success, raised from within a handler."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.answer = Answer(status, body)


@dataclass
class Fault:
    """What goes wrong with requests like these, ``times`` times after ``after`` good ones.

    ``kind``: a status, "cut" (carried out, then the connection is closed without an answer),
    "lost" (carried out, then a 500), "drop" (closed before anything is done).
    """

    method: str
    pattern: str
    kind: int | str
    times: int = 1
    after: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None


class FakePortal:
    """What both portals have in common; ``answer`` is the API itself."""

    def __init__(self) -> None:
        self.log: list[tuple[str, str]] = []
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [line for line in self.log if line[0] != "GET"]

    def fail(self, method: str, pattern: str, kind: int | str, **more: Any) -> None:
        self.faults.append(Fault(method, pattern, kind, **more))

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def fault_for(self, asked: Asked) -> Fault | None:
        for fault in self.faults:
            if fault.method == asked.method and re.search(fault.pattern, asked.path):
                if fault.after:
                    fault.after -= 1
                elif fault.times:
                    fault.times -= 1
                    return fault
        return None


def _handler(portal: FakePortal) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        #: Answers go out at once: otherwise each waits 40 ms for the client's acknowledgement.
        disable_nagle_algorithm = True
        wbufsize = -1

        def log_message(self, *_: Any) -> None:
            pass

        def _serve(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            raw = self.rfile.read(length)
            parts = urlsplit(self.path)
            asked = Asked(
                self.command,
                parts.path,
                dict(parse_qsl(parts.query)),
                {name.lower(): value for name, value in self.headers.items()},
                json.loads(raw) if raw else None,
            )
            portal.log.append((asked.method, asked.path))
            portal.asked.append(asked)
            fault = portal.fault_for(asked)
            if fault is not None and fault.kind in ("cut", "lost"):
                _try(portal.answer, asked)
            if fault is not None and fault.kind in ("cut", "drop"):
                self.close_connection = True
                return
            if fault is not None:
                status = 500 if fault.kind == "lost" else int(fault.kind)
                answer = Answer(status, fault.body, dict(fault.headers))
            else:
                answer = _try(portal.answer, asked)
            page = isinstance(answer.body, bytes)
            body = answer.body if page else json.dumps(answer.body).encode()
            if answer.body is None:
                body = b""
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if body:
                self.send_header("Content-Type", "text/html" if page else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _serve

    return Handler


def _try(handle: Callable[[Asked], Answer], asked: Asked) -> Answer:
    try:
        return handle(asked)
    except RefusedError as refused:
        return refused.answer


class FakeSite(FakePortal):
    """Something that is no portal: it answers everything with the same page."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__()
        self.same = Answer(status, body)

    def answer(self, asked: Asked) -> Answer:
        return self.same
