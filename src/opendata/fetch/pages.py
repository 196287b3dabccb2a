"""An API that gives its records page by page -> one file: the list of all of them.

Nothing says that a paged answer is whole but the counts: a page that repeats, comes empty
too soon or does not add up to the announced total refuses the fetch, for a list cut short
would look like places that closed. The file is canonical (one record a line, keys sorted),
so that the same records give the same hash.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote_plus, unquote_plus, urljoin, urlsplit, urlunsplit

import requests

from opendata.errors import FetchError
from opendata.fetch.address import public_url
from opendata.fetch.disk import too_big, write_bounded
from opendata.fetch.document import at, canonical, check_told_error, parse
from opendata.fetch.store import Arrival
from opendata.fetch.web import Client, body, check_length, check_status
from opendata.language import Text
from opendata.model import Source

_CONTENT_RANGE = re.compile(r"(?:\w+ )?(?:\d+-\d+|\*)/(?P<total>\d+|\*)")


@dataclass(frozen=True, slots=True)
class Paging:
    """``[fetch] paging``, as docs/mapping.md explains it.

    ``limit``, ``offset``, ``page`` and ``token`` are names of URL parameters; ``next``,
    ``total``, ``records`` and ``key`` are paths in the answer.
    """

    style: str
    limit: str = ""
    offset: str = ""
    page: str = ""
    first: int = 1
    next: str = ""
    token: str = ""
    size: int = 0
    total: str = ""
    records: str = ""
    key: str = ""
    ceiling: int = 0


class _Answer(NamedTuple):
    document: Any
    content_range: str


def download(source: Source, part: Path, sleep: Callable[[float], None]) -> Arrival:
    """Write the records of every page to ``part`` as one JSON list. Raises FetchError.

    The bound ``fetch.max_bytes`` holds for what is received and for what is written.
    """
    with Client(source, sleep) as client:
        digest, size = write_bounded(
            _as_list(_Walk(client, Paging(**source.fetch.paging)).pages()),
            part,
            source=source.id,
            max_bytes=source.fetch.max_bytes,
        )
    return Arrival(
        via="http",
        sha256=digest,
        bytes=size,
        url=public_url(source.fetch.url),
        status=requests.codes.ok,
        headers={"content-type": "application/json"},
    )


def _as_list(pages: Iterator[list[str]]) -> Iterator[bytes]:
    separator = "[\n"
    for records in pages:
        text = separator + ",\n".join(records)
        # Half a surrogate pair, which JSON may escape and UTF-8 cannot hold, stays escaped.
        yield text.encode("utf-8", "backslashreplace")
        separator = ",\n"
    yield b"[]\n" if separator == "[\n" else b"\n]\n"


@dataclass(slots=True)
class _Walk:
    """Where the reading stands: how many records and pages, and what must not come again."""

    client: Client
    paging: Paging
    count: int = 0
    pages_read: int = 0
    received_bytes: int = 0
    total: int | None = None
    next_url: str = ""
    page_hashes: set[bytes] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)

    def pages(self) -> Iterator[list[str]]:
        """The records of each page, as canonical JSON texts, in the order served."""
        while True:
            answer = self._ask()
            check_told_error(answer.document, self.client.source)
            self._read_total(answer)
            records = self._records(answer.document)
            self.next_url = self._next_url(answer.document)
            texts = [canonical(record) for record in records]
            if records:
                self._refuse_repeats(records, texts)
                self.count += len(records)
                yield texts
            if self._at_end(bool(records)):
                return

    def _ask(self) -> _Answer:
        url, headers = self._request()
        source = self.client.source
        left = source.fetch.max_bytes - self.received_bytes

        def receive(response: requests.Response) -> tuple[bytes, str]:
            partial = self.paging.style == "range"
            check_status(response, source, partial=partial, where=self._where(response))
            check_length(response, source)
            content = bytearray()
            for chunk in body(response, source):
                content += chunk
                if len(content) > left:
                    raise too_big(source.id, source.fetch.max_bytes)
            return bytes(content), response.headers.get("content-range", "")

        content, content_range = self.client.ask(receive, url=url, headers=headers)
        self.received_bytes += len(content)
        self.pages_read += 1
        try:
            return _Answer(parse(content), content_range)
        except (ValueError, RecursionError) as problem:
            raise self._refused(
                "page_illisible",
                "ce n'est pas du JSON : ouvrez cette adresse pour voir ce qu'elle donne, puis "
                "corrigez « fetch »",
                "it is not JSON: open that address to see what it gives, then correct “fetch”",
            ) from problem

    def _request(self) -> tuple[str, dict[str, str]]:
        """The URL of the page to ask, and the headers that go with it."""
        paging, url = self.paging, self.client.source.fetch.url
        size = paging.size
        if paging.ceiling:
            # The last page must not reach beyond what the server agrees to number.
            size = min(size, max(paging.ceiling - self.count, 1))
        if paging.style == "next":
            first = {paging.limit: str(size)} if paging.limit else {}
            return self.next_url or with_parameters(url, first), {}
        if paging.style == "page":
            numbered = {paging.page: str(paging.first + self.pages_read)}
            numbered |= {paging.limit: str(paging.size)} if paging.limit else {}
            return with_parameters(url, numbered), {}
        headers = {}
        if paging.style == "range":
            headers["Prefer"] = "count=exact"
            if not paging.limit:
                headers["Range-Unit"] = "items"
                headers["Range"] = f"{self.count}-{self.count + size - 1}"
                return url, headers
        return with_parameters(
            url, {paging.limit: str(size), paging.offset: str(self.count)}
        ), headers

    def _read_total(self, answer: _Answer) -> None:
        told = self._told_total(answer)
        if told is None:
            return
        if self.total is not None and told != self.total:
            raise self._refused(
                "total_instable",
                f"le total annoncé est passé de {self.total} à {told} pendant la lecture : "
                "réessayez plus tard",
                f"the announced total went from {self.total} to {told} while it was read: "
                "try again later",
            )
        self.total = told
        ceiling = self.paging.ceiling
        if ceiling and told > ceiling:
            raise self._refused(
                "pagination_bornee",
                f"{told} enregistrements sont annoncés, et ce serveur n'en donne que {ceiling} "
                "page par page (paging.ceiling) : retirez « paging » et demandez l'export complet "
                "(OpenDataSoft : l'adresse …/exports/json)",
                f"{told} records are announced, and this server only gives {ceiling} page by "
                "page (paging.ceiling): remove “paging” and ask for the whole export "
                "(OpenDataSoft: the address …/exports/json)",
            )

    def _told_total(self, answer: _Answer) -> int | None:
        if self.paging.style == "range":
            found = _CONTENT_RANGE.fullmatch(answer.content_range.strip())
            told: Any = found["total"] if found else None
            if told == "*":
                return None
            where = "Content-Range"
        elif self.paging.total:
            where = self.paging.total
            told = at(answer.document, where)
        else:
            return None
        if told is None and self.total is not None:
            return None  # some servers count once, with the first page
        if isinstance(told, str) and told.isdecimal():
            return int(told)
        raise self._refused(
            "total_absent",
            f"aucun total à l'endroit « {where} » : corrigez « fetch.paging »",
            f"no total at “{where}”: correct “fetch.paging”",
        )

    def _records(self, document: Any) -> list[Any]:
        records = at(document, self.paging.records)
        if isinstance(records, list):
            return records
        there = ", ".join(list(document)[:20]) if isinstance(document, dict) else "[…]"
        raise self._refused(
            "enregistrements_absents",
            f"aucune liste au chemin « {self.paging.records} » (il y a : {there}) : corrigez "
            "« fetch.paging.records »",
            f"no list at the path “{self.paging.records}” (there is: {there}): correct "
            "“fetch.paging.records”",
        )

    def _next_url(self, document: Any) -> str:
        if self.paging.style != "next":
            return ""
        found = at(document, self.paging.next)
        if not isinstance(found, str) or not found:
            return ""
        url = self.client.source.fetch.url
        if not self.paging.token:
            return urljoin(self.next_url or url, found)
        parameters = {self.paging.token: found}
        if self.paging.limit:
            parameters[self.paging.limit] = str(self.paging.size)
        return with_parameters(url, parameters)

    def _refuse_repeats(self, records: list[Any], texts: list[str]) -> None:
        digest = sha256("\n".join(texts).encode("utf-8", "backslashreplace")).digest()
        if digest in self.page_hashes:
            raise self._refused(
                "page_repetee",
                "elle répète une page déjà lue, le serveur n'a pas tenu compte de la pagination : "
                "vérifiez les noms de « fetch.paging »",
                "it repeats a page already read, the server did not heed the paging: check the "
                "names in “fetch.paging”",
            )
        self.page_hashes.add(digest)
        if not self.paging.key:
            return
        for record in records:
            key = canonical(at(record, self.paging.key))
            if key in self.keys:
                raise self._refused(
                    "enregistrement_repete",
                    f"l'enregistrement {self.paging.key} = {key} a déjà été donné, l'ordre n'est "
                    "pas stable d'une page à l'autre : demandez un tri dans l'adresse",
                    f"the record {self.paging.key} = {key} was given before, the order is not "
                    "stable from page to page: ask for a sort in the address",
                )
            self.keys.add(key)

    def _at_end(self, filled: bool) -> bool:
        by_link = self.paging.style == "next"
        if self.total is not None and self.count == self.total:
            return True
        if self.total is not None and self.count > self.total:
            raise self._refused(
                "compte_faux",
                f"{self.count} enregistrements sont reçus et {self.total} étaient annoncés : "
                "réessayez plus tard, ou corrigez « fetch.paging »",
                f"{self.count} records came and {self.total} were announced: try again later, "
                "or correct “fetch.paging”",
            )
        if by_link and not self.next_url:
            self._refuse_missing()
            return True
        if filled:
            return False
        # Without a total nor a link, an empty page is how such an API says that it is all.
        self._refuse_missing(more_linked=by_link)
        return True

    def _refuse_missing(self, *, more_linked: bool = False) -> None:
        if self.total is None and not more_linked:
            return
        wanted = Text(
            f"{self.total} étaient annoncés" if self.total is not None else "d'autres suivent",
            f"{self.total} were announced" if self.total is not None else "more should follow",
        )
        raise self._refused(
            "pages_incompletes",
            f"il n'y a plus rien après {self.count} enregistrements, et {wanted.fr} : réessayez "
            "plus tard, ou corrigez « fetch.paging »",
            f"nothing comes after {self.count} records, and {wanted.en}: try again later, or "
            "correct “fetch.paging”",
        )

    def _where(self, response: requests.Response) -> Text:
        number = self.pages_read + 1
        where = Text(f" à la page {number}", f" at page {number}")
        if self.count and response.status_code == requests.codes.bad_request:
            where = Text(
                f"{where.fr}, après {self.count} enregistrements (s'il borne la pagination, "
                "demandez l'export complet : …/exports/json pour OpenDataSoft)",
                f"{where.en}, after {self.count} records (if it bounds paging, ask for the whole "
                "export: …/exports/json for OpenDataSoft)",
            )
        return where

    def _refused(self, code: str, fr: str, en: str) -> FetchError:
        source = self.client.source
        url = public_url(source.fetch.url)
        return FetchError(
            code,
            fr=f"La source « {source.id} » n'a pas pu être lue en entier depuis {url}, page "
            f"{self.pages_read} : {fr}.",
            en=f"Source “{source.id}” could not be read whole from {url}, page "
            f"{self.pages_read}: {en}.",
        )


def with_parameters(url: str, parameters: dict[str, str]) -> str:
    """The URL with these query parameters, the others as they are spelled.

    >>> with_parameters("https://exemple.fr/lieux?q=a%20b&limit=5#x", {"limit": "100"})
    'https://exemple.fr/lieux?q=a%20b&limit=100#x'
    """
    parts = urlsplit(url)
    kept = [
        piece
        for piece in parts.query.split("&")
        if piece and unquote_plus(piece.partition("=")[0]) not in parameters
    ]
    added = [f"{quote_plus(name)}={quote_plus(value)}" for name, value in parameters.items()]
    return urlunsplit(parts._replace(query="&".join([*kept, *added])))
