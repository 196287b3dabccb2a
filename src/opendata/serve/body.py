"""The bytes of an answer, read from an open file a little at a time."""

import asyncio
import os
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import BinaryIO

from opendata.serve.conditions import Span

#: Bytes read at once: what one reader costs in memory, a few times over.
_CHUNK = 256 * 1024
#: Fast enough not to hold the answer back; higher levels take much longer for a few percent.
_LEVEL = 5


@dataclass(frozen=True)
class Part:
    """Bytes to send as they are, then those of the file from ``start`` to before ``end``."""

    before: bytes
    start: int
    end: int

    @property
    def length(self) -> int:
        return len(self.before) + self.end - self.start


def multipart(spans: Sequence[Span], media: str, size: int) -> tuple[str, list[Part]]:
    """Several ranges as ``multipart/byteranges``: its media type, and its parts."""
    boundary = token_hex(16)
    parts = [
        Part(
            f"{'' if number == 0 else chr(13) + chr(10)}--{boundary}\r\nContent-Type: {media}\r\n"
            f"Content-Range: bytes {start}-{end - 1}/{size}\r\n\r\n".encode(),
            start,
            end,
        )
        for number, (start, end) in enumerate(spans)
    ]
    parts.append(Part(f"\r\n--{boundary}--\r\n".encode(), 0, 0))
    return f"multipart/byteranges; boundary={boundary}", parts


async def read_parts(file: BinaryIO, parts: Sequence[Part]) -> AsyncIterator[bytes]:
    """The bytes of each part in turn. Raises EOFError when the file became shorter meanwhile."""
    for part in parts:
        if part.before:
            yield part.before
        start = part.start
        while start < part.end:
            chunk = await asyncio.to_thread(
                os.pread, file.fileno(), min(_CHUNK, part.end - start), start
            )
            if not chunk:
                raise EOFError(f"{file.name}: {part.end - start} bytes are missing")
            start += len(chunk)
            yield chunk


async def compressed(file: BinaryIO) -> AsyncIterator[bytes]:
    """The whole file as one gzip stream."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)

    def step() -> tuple[bytes, bool]:
        read = file.read(_CHUNK)
        return (packer.compress(read), False) if read else (packer.flush(), True)

    done = False
    while not done:
        chunk, done = await asyncio.to_thread(step)
        if chunk:
            yield chunk
