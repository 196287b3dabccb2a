"""Requests over HTTP: conditional, retried, bounded in size and in time.

The retry loop is here and not in urllib3's adapter because a body cut in the middle has
to be retried too, and one count of tries must hold for both.
"""

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

import requests
import urllib3.exceptions
from requests import exceptions as requests_errors
from urllib3.util import Retry

from opendata import __version__
from opendata.errors import FetchError
from opendata.fetch.address import public_url
from opendata.fetch.disk import CHUNK_BYTES, too_big, write_bounded
from opendata.fetch.store import Arrival
from opendata.language import Text
from opendata.model import Source

TRIES = 4
CONNECT_TIMEOUT_S = 10.0
LONGEST_WAIT_S = 60.0
FIRST_WAIT_S = 1.0

#: The first wait after 429 and 504: a server that counts requests, or whose queries take
#: their time (Overpass frees a slot in tens of seconds), is not free again a second later.
BUSY_WAIT_S = 15.0

#: A server that sends one byte a minute never times out: one try lasts at most this many
#: times ``fetch.timeout_s`` (an hour with the default of 60 s).
LONGEST_TRY_TIMEOUTS = 60

Received = TypeVar("Received")

KEPT_HEADERS = ("content-type", "etag", "last-modified", "content-disposition")

_NOWHERE = Text("", "")

#: ValueError: requests lets it through for a redirect to ``http://[``.
_FAULTS = (requests_errors.RequestException, urllib3.exceptions.HTTPError, ValueError)


class _TryAgainError(Exception):
    """A fault that may be gone in a moment; ``retry_after`` is what the server asked, in s.

    When it asked nothing, the waits start at ``first_wait_s`` and double.
    """

    def __init__(
        self,
        error: FetchError,
        retry_after: float | None = None,
        first_wait_s: float = FIRST_WAIT_S,
    ) -> None:
        super().__init__(error.code)
        self.error = error
        self.retry_after = retry_after
        self.first_wait_s = first_wait_s


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
    ) -> Received:
        """What ``receive`` makes of the answer to ``fetch.url``, or to another URL.

        ``headers`` are added to those of the source. Raises FetchError.
        """
        url = url or self.source.fetch.url
        tried = 0
        while True:
            try:
                return self._ask_once(receive, url, headers or {})
            except _TryAgainError as fault:
                tried += 1
                if tried == TRIES:
                    raise fault.error from fault
                self._sleep(_wait_s(tried, fault))

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
        except _FAULTS as problem:
            fault = next(line for line in _FAULTS_IN_WORDS if isinstance(problem, line.kinds))
            wait = f"{options.timeout_s:g}"
            error = failed(
                self.source, Text(fault.fr.format(wait=wait), fault.en.format(wait=wait))
            )
            if fault.may_pass:
                raise _TryAgainError(error) from problem
            raise error from problem

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

    ``validators`` are the If-None-Match / If-Modified-Since headers to send. Raises
    FetchError.
    """

    def receive(response: requests.Response) -> Arrival | None:
        if response.status_code == requests.codes.not_modified and validators:
            return None
        check_status(response, source)
        check_length(response, source)
        sha256, size = write_bounded(
            body(response, source), part, source=source.id, max_bytes=source.fetch.max_bytes
        )
        return _arrival(response, source, sha256, size)

    with Client(source, sleep) as client:
        return client.ask(receive, headers=validators)


def _wait_s(tried: int, fault: _TryAgainError) -> float:
    if fault.retry_after is not None:
        return min(fault.retry_after, LONGEST_WAIT_S)
    wait_s = min(fault.first_wait_s * 2.0 ** (tried - 1), LONGEST_WAIT_S)
    # Jitter keeps sources of one portal from coming back all at once.
    return wait_s + random.uniform(0, 1)  # noqa: S311


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
    reason = _status_reason(status)
    error = failed(source, Text(reason.fr + where.fr, reason.en + where.en))
    if status == requests.codes.too_many_requests or status >= 500:
        busy = status in (requests.codes.too_many_requests, requests.codes.gateway_timeout)
        first_wait_s = BUSY_WAIT_S if busy else FIRST_WAIT_S
        raise _TryAgainError(error, _retry_after(response), first_wait_s)
    raise error


def _retry_after(response: requests.Response) -> float | None:
    value = response.headers.get("retry-after")
    try:
        return Retry().parse_retry_after(value) if value else None
    except (urllib3.exceptions.InvalidHeader, ValueError, OverflowError):
        return None


def _status_reason(status: int) -> Text:
    meanings = {
        401: Text("accès refusé, vérifiez « fetch.headers »", "refused, check “fetch.headers”"),
        403: Text("accès refusé, vérifiez « fetch.headers »", "refused, check “fetch.headers”"),
        404: Text("fichier introuvable", "not found"),
        410: Text("fichier retiré", "gone"),
        429: Text("trop de demandes", "too many requests"),
    }
    meaning = meanings.get(status)
    if meaning is None and status >= 500:
        meaning = Text("panne du serveur", "server failure")
    return Text(
        f"le serveur a répondu {status}"
        + (f" ({meaning.fr})" if meaning else "")
        + " au lieu de 200",
        f"the server answered {status}"
        + (f" ({meaning.en})" if meaning else "")
        + " instead of 200",
    )


class _Fault(NamedTuple):
    kinds: tuple[type[Exception], ...]
    fr: str
    en: str
    may_pass: bool


#: The first line whose kinds hold says the exception in words; its own text is never used,
#: for it may quote headers or addresses.
_FAULTS_IN_WORDS = (
    _Fault(
        (requests_errors.SSLError, urllib3.exceptions.SSLError),
        "le certificat du serveur est refusé",
        "the server's certificate is refused",
        may_pass=False,
    ),
    _Fault(
        (requests_errors.ConnectTimeout,),
        f"pas de connexion en {CONNECT_TIMEOUT_S:g} s",
        f"no connection within {CONNECT_TIMEOUT_S:g} s",
        may_pass=True,
    ),
    _Fault(
        (requests_errors.Timeout, urllib3.exceptions.TimeoutError),
        "pas de réponse en {wait} s (fetch.timeout_s)",
        "no answer within {wait} s (fetch.timeout_s)",
        may_pass=True,
    ),
    _Fault(
        (requests_errors.ConnectionError,),
        "le serveur ne peut pas être joint ou raccroche",
        "the server cannot be reached or hangs up",
        may_pass=True,
    ),
    _Fault(
        (requests_errors.ContentDecodingError, urllib3.exceptions.DecodeError),
        "la compression annoncée est fausse",
        "the announced compression is wrong",
        may_pass=False,
    ),
    _Fault(
        (requests_errors.TooManyRedirects,),
        "trop de redirections",
        "too many redirects",
        may_pass=False,
    ),
    # What requests, urllib3 and urllib.parse have in common when an address is wrong.
    _Fault(
        (ValueError,),
        "l'adresse, ou celle où elle renvoie, n'est pas une adresse http(s) valable",
        "the address, or the one it redirects to, is not a valid http(s) address",
        may_pass=False,
    ),
    _Fault(
        (requests_errors.ChunkedEncodingError, urllib3.exceptions.HTTPError),
        "le fichier a été coupé avant sa fin",
        "the file was cut before its end",
        may_pass=True,
    ),
    _Fault(
        (Exception,),
        "la demande n'a pas abouti",
        "the request did not succeed",
        may_pass=False,
    ),
)


def failed(source: Source, reason: Text) -> FetchError:
    """The refusal of a request, whatever the reason."""
    url = public_url(source.fetch.url)
    return FetchError(
        "telechargement_impossible",
        fr=f"La source « {source.id} » n'a pas pu être téléchargée depuis {url} : {reason.fr} ; "
        "vérifiez « fetch.url », réessayez plus tard, ou déposez le fichier avec « opendata "
        f"deposit {source.id} FICHIER ».",
        en=f"Source “{source.id}” could not be downloaded from {url}: {reason.en}; check "
        "“fetch.url”, try again later, or deposit the file with “opendata deposit "
        f"{source.id} FILE”.",
    )
