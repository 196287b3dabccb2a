"""Requests over HTTP: conditional, retried, bounded in size and in time.

The retry loop is here and not in urllib3's adapter because a body cut in the middle has
to be retried too, and one count of tries must hold for both.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import requests

from opendata import __version__
from opendata.errors import FetchError
from opendata.fetch.address import public_url
from opendata.fetch.disk import CHUNK_BYTES, too_big
from opendata.fetch.faults import (
    CONNECT_TIMEOUT_S,
    FAULTS,
    TryAgainError,
    bad_status,
    failed,
    in_words,
    status_reason,
    wait_s,
)
from opendata.fetch.resume import Resumable
from opendata.fetch.store import Arrival
from opendata.language import Text
from opendata.model import Source

TRIES = 4
#: A server that sends one byte a minute never times out: one try lasts at most this many
#: times ``fetch.timeout_s`` (an hour with the default of 60 s).
LONGEST_TRY_TIMEOUTS = 60

Received = TypeVar("Received")

KEPT_HEADERS = ("content-type", "etag", "last-modified", "content-disposition")

_NOWHERE = Text("", "")


class _Session(requests.Session):
    """Follows redirects without carrying a source's secret headers to another host."""

    def __init__(self, secret_names: tuple[str, ...]) -> None:
        super().__init__()
        self.max_redirects = 10
        self.headers["User-Agent"] = f"opendata/{__version__}"
        self._secret_names = secret_names

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        before, after = str(response.request.url), str(prepared_request.url)
        if self.should_strip_auth(before, after):  # type: ignore[no-untyped-call]
            for name in self._secret_names:
                prepared_request.headers.pop(name, None)
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]


class Client:
    """One source's conversation with its server: one session, every request tried four times.

    Connection errors, timeouts, cut bodies, 429 and 5xx are tried again; ``sleep`` receives
    the waits in seconds.
    """

    def __init__(self, source: Source, sleep: Callable[[float], None]) -> None:
        self.source = source
        self._sleep = sleep
        self._headers = _headers(source)
        self._secret_names = tuple(
            name for name, value in source.fetch.headers.items() if _variable(value)
        )
        self._session = _Session(self._secret_names)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def ask(
        self,
        receive: Callable[[requests.Response], Received],
        *,
        url: str = "",
        headers: Mapping[str, str] | None = None,
        each_try: Callable[[], Mapping[str, str]] = dict,
    ) -> Received:
        """What ``receive`` makes of the answer to ``fetch.url``, or to another URL.

        ``headers`` are added to those of the source, and so are those that ``each_try`` gives,
        which may depend on how far the try before came. Raises FetchError.
        """
        url = url or self.source.fetch.url
        tried = 0
        while True:
            try:
                return self._ask_once(receive, url, {**(headers or {}), **each_try()})
            except TryAgainError as fault:
                tried += 1
                if tried == TRIES:
                    raise fault.error from fault
                self._sleep(wait_s(tried, fault))

    def _ask_once(
        self,
        receive: Callable[[requests.Response], Received],
        url: str,
        headers: Mapping[str, str],
    ) -> Received:
        options = self.source.fetch
        # ``data`` is a body as it stands, or the fields of a form.
        data = options.body.encode() if options.body else dict(options.form)
        try:
            with self._session.request(
                options.method,
                url,
                data=data or None,
                headers={**self._headers_for(url), **headers},
                stream=True,
                timeout=(CONNECT_TIMEOUT_S, options.timeout_s),
            ) as response:
                return receive(response)
        except FAULTS as problem:
            raise in_words(problem, self.source) from problem

    def _headers_for(self, url: str) -> dict[str, str]:
        """A server may name a next page anywhere: another host does not get the secrets."""
        before = self.source.fetch.url
        elsewhere = url != before and self._session.should_strip_auth(before, url)  # type: ignore[no-untyped-call]
        kept_back = self._secret_names if elsewhere else ()
        return {name: value for name, value in self._headers.items() if name not in kept_back}


def download(
    source: Source,
    part: Path,
    validators: Mapping[str, str],
    sleep: Callable[[float], None],
) -> Arrival | None:
    """Download ``source.fetch.url`` to ``part``; None when the server says it is unchanged.

    ``validators`` are the If-None-Match / If-Modified-Since headers to send. A body cut in
    the middle is asked for from there on where that is safe. Raises FetchError.
    """
    rest = Resumable(source, part)

    def receive(response: requests.Response) -> Arrival | None:
        if response.status_code == requests.codes.not_modified and validators and not rest.begun:
            return None
        rest.meet(response)
        check_status(response, source, partial=rest.begun)
        check_length(response, source)
        sha256, size = rest.write(body(response, source))
        return _arrival(response, source, sha256, size)

    with Client(source, sleep) as client:
        return client.ask(receive, each_try=lambda: rest.headers() or validators)


def _variable(value: str) -> str:
    return value.removeprefix("env:").strip() if value.startswith("env:") else ""


def _headers(source: Source) -> dict[str, str]:
    return {name: _header(source, name, value) for name, value in source.fetch.headers.items()}


def _header(source: Source, name: str, value: str) -> str:
    variable = _variable(value)
    sent = (os.environ.get(variable, "") if variable else value).strip()
    if variable and not sent:
        raise FetchError(
            "secret_absent",
            fr=f"La source « {source.id} » demande la variable d'environnement {variable} pour "
            f"l'en-tête « {name} », et elle est absente ou vide : définissez-la avant de lancer.",
            en=f"Source “{source.id}” needs the environment variable {variable} for the header "
            f"“{name}”, and it is missing or empty: set it before running.",
        )
    # Said here and without the value: the exceptions of http.client would quote it.
    if not (sent.isascii() and sent.isprintable()):
        origin = variable or "fetch.headers"
        raise FetchError(
            "entete_invalide",
            fr=f"L'en-tête « {name} » de la source « {source.id} » ({origin}) contient un "
            "caractère interdit : seuls les caractères ASCII sur une ligne sont admis.",
            en=f"The header “{name}” of source “{source.id}” ({origin}) holds a forbidden "
            "character: only ASCII characters on one line are allowed.",
        )
    return sent


def body(response: requests.Response, source: Source) -> Iterator[bytes]:
    """The decoded body as it comes: ``read1`` returns after one packet, so that the bounds
    hold against a server that drips."""
    deadline = time.monotonic() + LONGEST_TRY_TIMEOUTS * source.fetch.timeout_s
    while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
        yield chunk
        if time.monotonic() > deadline:
            seconds = f"{LONGEST_TRY_TIMEOUTS * source.fetch.timeout_s:g}"
            raise failed(
                source,
                Text(
                    f"le téléchargement dure plus de {seconds} s",
                    f"the download takes more than {seconds} s",
                ),
            )


def _arrival(response: requests.Response, source: Source, sha256: str, size: int) -> Arrival:
    kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return Arrival(
        via="http",
        sha256=sha256,
        bytes=size,
        url=public_url(source.fetch.url),
        status=response.status_code,
        headers=kept,
        names=(source.fetch.url, response.url),
    )


def check_length(response: requests.Response, source: Source) -> None:
    """Refuse a body that announces more than ``fetch.max_bytes`` (FetchError)."""
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > source.fetch.max_bytes:
        raise too_big(source.id, source.fetch.max_bytes)


def check_status(
    response: requests.Response, source: Source, *, partial: bool = False, where: Text = _NOWHERE
) -> None:
    """Refuse an answer that is not the content asked for (206 is one when it is ``partial``).

    ``where`` says which page was asked, as the end of a sentence. Raises FetchError, or the
    fault that makes :meth:`Client.ask` try again.
    """
    status = response.status_code
    good = (requests.codes.ok, requests.codes.non_authoritative_info)
    if status in good or (partial and status == requests.codes.partial_content):
        return
    reason = status_reason(status)
    raise bad_status(response, failed(source, Text(reason.fr + where.fr, reason.en + where.en)))
