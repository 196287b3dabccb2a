"""The published catalogue over HTTP, as an ASGI application.

What each kind of reader relies on:

- DuckDB, GDAL and browsers read a few ranges of a Parquet file: ranges are answered from the
  file, one or several, never by reading it whole.
- A page of another site, or DuckDB inside it, reads the files: every answer, refusals included,
  allows any origin and shows it the headers that ranges need.
- ``latest/`` moves. It is answered in place, with a strong entity tag and the permanent address
  in Content-Location. A redirection would not keep the ranges of one reading together (DuckDB
  and GDAL ask the first address again for every range), and would double their requests; the
  tag does, for readers that compare it, as DuckDB does.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from opendata.language import Text
from opendata.serve import conditions, listing
from opendata.serve.body import Part, compressed, multipart, read_parts
from opendata.serve.media import is_text, media_type
from opendata.serve.places import Place, find, listed, opened

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

METHODS = "GET, HEAD, OPTIONS"
_EVERYWHERE = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Accept-Ranges, Content-Encoding, Content-Length, "
    "Content-Location, Content-Range, Content-Type, ETag, Last-Modified",
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
}
_PREFLIGHT = {
    "allow": METHODS,
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": "Range, If-Range, If-Match, If-None-Match, "
    "If-Modified-Since, If-Unmodified-Since, Cache-Control",
    "access-control-max-age": "86400",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
#: Below this many bytes a compressed text is hardly smaller.
_WORTH_ZIPPING = 1024


@dataclass
class Served:
    """One request answered: ``sent`` are the bytes of its body handed to the network."""

    method: str
    address: str
    asked: str
    status: int = 0
    sent: int = 0
    seconds: float = 0.0


class Site:
    """The ASGI application that serves what is under ``root``, and nothing else.

    ``told`` is called after each request, ``troubled`` with an error nobody foresaw.
    """

    def __init__(
        self,
        root: Path,
        told: Callable[[Served], None] | None = None,
        troubled: Callable[[Exception], None] | None = None,
    ) -> None:
        self.root = root
        self.told = told
        self.troubled = troubled

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        exchange = _Exchange(scope, receive, send)
        began = time.monotonic()
        try:
            await self._answer(exchange)
        except Exception as problem:
            if self.troubled is not None:
                self.troubled(problem)
            if exchange.served.status:
                raise  # the server cuts the connection: the reader sees that bytes are missing
            await exchange.sentence(500, listing.DEFECT)
        finally:
            exchange.served.seconds = time.monotonic() - began
            if self.told is not None:
                self.told(exchange.served)

    async def _answer(self, exchange: "_Exchange") -> None:
        if exchange.method == "OPTIONS":
            await exchange.start(204, _PREFLIGHT)
            await exchange.end()
            return
        if exchange.method not in ("GET", "HEAD"):
            await exchange.sentence(405, listing.NOT_ALLOWED, {"allow": METHODS})
            return
        address = exchange.address
        place = await asyncio.to_thread(find, self.root, address)
        if place is None:
            said = listing.NOTHING_YET if address == "/" else listing.NOT_FOUND
            await exchange.sentence(404, said)
        elif place.path.is_dir():
            await self._folder(exchange, place)
        else:
            file = None if address.endswith("/") else opened(place.path)
            if file is None:
                await exchange.sentence(404, listing.NOT_FOUND)
                return
            with file:
                await _file(exchange, place, file)

    async def _folder(self, exchange: "_Exchange", place: Place) -> None:
        if not exchange.address.endswith("/"):
            # Not kept by anyone: a name may become a file.
            moved = {"cache-control": _ASK_AGAIN, "content-length": "0"}
            await exchange.start(302, moved | {"location": exchange.with_slash})
            await exchange.end()
            return
        page = await asyncio.to_thread(find, self.root, exchange.address + "index.html")
        file = opened(page.path) if page is not None else None
        if page is not None and file is not None:
            with file:
                await _file(exchange, page, file)
            return
        if exchange.address == "/":
            await exchange.sentence(404, listing.NOTHING_YET)
            return
        entries = await asyncio.to_thread(listed, self.root, place)
        body = listing.listing(exchange.address.strip("/"), entries).encode()
        await exchange.whole(
            200,
            body,
            {
                "content-type": "text/html; charset=utf-8",
                "content-security-policy": listing.POLICY,
                "cache-control": _ASK_AGAIN,
            },
        )


async def _file(exchange: "_Exchange", place: Place, file: BinaryIO) -> None:
    version, size = conditions.version_of(file)
    name = place.path.name
    media = media_type(name)
    headers = {
        "content-type": media,
        "accept-ranges": "bytes",
        "etag": version.tag,
        "last-modified": version.date,
        "cache-control": _FOR_EVER if _stays(exchange, place) else _ASK_AGAIN,
    }
    if is_text(media):
        headers["vary"] = "Accept-Encoding"
    inside = f"/{place.inside}"
    if exchange.address not in (inside, inside.removesuffix("index.html")):
        headers["content-location"] = exchange.prefix + quote(inside)
    asked = exchange.headers
    if conditions.refused(asked, version):
        await exchange.sentence(412, listing.CHANGED, {"etag": version.tag})
        return
    if held := conditions.unchanged(asked, version):
        del headers["content-type"]
        await exchange.start(304, headers | {"etag": held})
        await exchange.end()
        return
    if exchange.method == "HEAD":
        # The size of the file as it is, never that of its compressed form: it is what link
        # checkers and range readers ask for.
        await exchange.start(200, headers | {"content-length": str(size)})
        await exchange.end()
        return
    spans = conditions.asked_spans(asked, version, size, time.time())
    if spans is None and "range" not in asked and _zipped(asked, media, size):
        del headers["accept-ranges"]
        await exchange.start(200, headers | {"etag": version.zipped, "content-encoding": "gzip"})
        await exchange.stream(compressed(file))
        return
    if spans == []:
        await exchange.sentence(
            416, listing.OUT_OF_RANGE, {"content-range": f"bytes */{size}", "etag": version.tag}
        )
        return
    await _bytes(exchange, file, headers, spans, size)


async def _bytes(
    exchange: "_Exchange",
    file: BinaryIO,
    headers: dict[str, str],
    spans: list[conditions.Span] | None,
    size: int,
) -> None:
    """The whole file, one range of it, or several as a multipart body."""
    status, parts = 206, []
    if spans is None:
        status, parts = 200, [Part(b"", 0, size)]
    elif len(spans) == 1:
        ((start, end),) = spans
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
        parts = [Part(b"", start, end)]
    else:
        headers["content-type"], parts = multipart(spans, headers["content-type"], size)
    headers["content-length"] = str(sum(part.length for part in parts))
    await exchange.start(status, headers)
    await exchange.stream(read_parts(file, parts))


def _stays(exchange: "_Exchange", place: Place) -> bool:
    """Whether this very address, not only the file behind it, says the same for ever."""
    return place.immutable and exchange.address == f"/{place.inside}"


def _zipped(asked: conditions.Headers, media: str, size: int) -> bool:
    return size >= _WORTH_ZIPPING and is_text(media) and conditions.accepts_gzip(asked)


class _Exchange:
    """One request and the answer being sent."""

    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        self.address: str = scope["path"]
        self.prefix: str = quote(scope.get("root_path", ""))
        self.headers: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            held = self.headers.get(name)
            self.headers[name] = value if held is None else f"{held}, {value}"
        self._query: str = scope.get("query_string", b"").decode("latin-1")
        self._receive = receive
        self._send = send
        self.served = Served(self.method, quote(self.address), self.headers.get("range", ""))

    @property
    def with_slash(self) -> str:
        """The address of this request with a slash after its path, as a link."""
        query = f"?{self._query}" if self._query else ""
        return f"{self.prefix}{quote(self.address)}/{query}"

    async def start(self, status: int, headers: MutableMapping[str, str]) -> None:
        self.served.status = status
        every = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in (_EVERYWHERE | dict(headers)).items()
        ]
        await self._send({"type": "http.response.start", "status": status, "headers": every})

    async def end(self) -> None:
        await self._send({"type": "http.response.body", "body": b""})

    async def whole(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        await self.start(status, headers | {"content-length": str(len(body))})
        if self.method != "HEAD":
            self.served.sent += len(body)
            await self._send({"type": "http.response.body", "body": body})
        else:
            await self.end()

    async def sentence(
        self, status: int, said: Text, headers: dict[str, str] | None = None
    ) -> None:
        plain = {"content-type": "text/plain; charset=utf-8", "cache-control": _ASK_AGAIN}
        await self.whole(status, f"{said.fr}\n{said.en}\n".encode(), plain | (headers or {}))

    async def stream(self, chunks: AsyncIterator[bytes]) -> None:
        """Send chunks as the reader takes them; stop when it has gone."""
        gone = asyncio.ensure_future(self._left())
        try:
            async for chunk in chunks:
                if gone.done():
                    return
                self.served.sent += len(chunk)
                await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
            await self.end()
        finally:
            gone.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await gone

    async def _left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
