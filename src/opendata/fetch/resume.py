"""A download cut in the middle goes on where it was, when the rest is surely of the same bytes.

What is asked is ``Range: bytes=N-`` on condition (``If-Range``) that the resource still is the
one of the first bytes (RFC 9110, sections 13.1.5 and 14). Whatever else a server answers
begins the file again: the hash is always that of one whole file.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import requests

from opendata.fetch.disk import Written, write_bounded
from opendata.fetch.faults import TryAgainError, failed
from opendata.language import Text
from opendata.model import Source

_CONTENT_RANGE = re.compile(r"bytes (?P<first>\d+)-(?P<last>\d+)/(?P<total>\d+)")

#: Statuses that only a request for the rest is answered with.
_OF_RANGES = (requests.codes.partial_content, requests.codes.requested_range_not_satisfiable)

_CUT = Text("le fichier a été coupé avant sa fin", "the file was cut before its end")
_OTHER = Text(
    "la suite du fichier coupé n'est pas celle de son début",
    "the rest of the file that was cut does not belong to its beginning",
)


@dataclass(slots=True)
class Resumable:
    """A body that reaches ``part`` in one try or in several.

    ``validator`` is what the server says identifies its bytes, ``total`` their number; "" and
    None when it does not say so, and then every try begins at the first byte.
    """

    source: Source
    part: Path
    written: Written = field(default_factory=Written)
    validator: str = ""
    total: int | None = None

    @property
    def begun(self) -> bool:
        """Whether the next try may ask for the rest only."""
        return bool(self.validator and self.written.size)

    def headers(self) -> dict[str, str]:
        """What asks for the rest, as it is stored; nothing when the whole has to be asked for."""
        if not self.begun:
            return {}
        return {
            "Range": f"bytes={self.written.size}-",
            "If-Range": self.validator,
            "Accept-Encoding": "identity",
        }

    def meet(self, response: requests.Response) -> None:
        """Get ready for the body of an answer: the rest of the file, or the file from its start.

        Raises the fault that makes the next try begin again when it is neither.
        """
        if self.begun and response.status_code in _OF_RANGES:
            if not self._continues(response):
                self._forget()
                raise TryAgainError(failed(self.source, _OTHER))
        elif response.ok:
            self._forget()
            plain = "content-encoding" not in response.headers
            if response.status_code == requests.codes.ok and plain and self._is_get:
                self.validator = _validator(response.headers)
                self.total = _number(response.headers.get("content-length", ""))

    def write(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Put what comes behind what came; returns the sha256 and size in bytes of the whole."""
        sha256, size = write_bounded(
            chunks,
            self.part,
            source=self.source.id,
            max_bytes=self.source.fetch.max_bytes,
            written=self.written,
        )
        if self.total is not None and size != self.total:
            if size > self.total:
                self._forget()
            raise TryAgainError(failed(self.source, _CUT))
        return sha256, size

    @property
    def _is_get(self) -> bool:
        options = self.source.fetch
        return options.method == "GET" and not (options.body or options.form)

    def _forget(self) -> None:
        self.written, self.validator, self.total = Written(), "", None

    def _continues(self, response: requests.Response) -> bool:
        """Whether an answer holds the bytes that follow those written, of a file as long."""
        found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", "").strip())
        # Some servers look at the range and not at the condition: their own words tell.
        named = "etag" if self.validator.startswith('"') else "last-modified"
        if (
            found is None
            or response.status_code != requests.codes.partial_content
            or "content-encoding" in response.headers
            or response.headers.get(named, self.validator) != self.validator
            or int(found["first"]) != self.written.size
            or self.total not in (None, int(found["total"]))
        ):
            return False
        self.total = int(found["total"])
        return True


def _validator(headers: Mapping[str, str]) -> str:
    """What ``If-Range`` may be sent: a strong ETag, else a date that cannot hide a change.

    A file changed twice in a second keeps its date: one younger than the answer by less than
    a second proves nothing, and neither does a date beside a weak ETag.
    """
    if etag := headers.get("etag", ""):
        return etag if etag.startswith('"') else ""
    modified = headers.get("last-modified", "")
    try:
        age = parsedate_to_datetime(headers.get("date", "")) - parsedate_to_datetime(modified)
    except (ValueError, TypeError):
        return ""
    return modified if age >= timedelta(seconds=1) else ""


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
