"""What goes wrong between us and a server: said in words, and whether it may pass."""

import random
from typing import NamedTuple

import requests
import urllib3.exceptions
from requests import exceptions as requests_errors
from urllib3.util import Retry

from opendata.errors import FetchError
from opendata.fetch.address import public_url
from opendata.language import Text
from opendata.model import Source

CONNECT_TIMEOUT_S = 10.0
LONGEST_WAIT_S = 60.0
FIRST_WAIT_S = 1.0

#: The first wait after 429 and 504: a server that counts requests, or whose queries take
#: their time (Overpass frees a slot in tens of seconds), is not free again a second later.
BUSY_WAIT_S = 15.0

#: What a request may raise. ValueError: requests lets it through for a redirect to ``http://[``.
FAULTS = (requests_errors.RequestException, urllib3.exceptions.HTTPError, ValueError)


class TryAgainError(Exception):
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


def failed(source: Source, reason: Text) -> FetchError:
    """The refusal of a request, whatever the reason."""
    url, name = public_url(source.fetch.url), source.id
    advice = Text(
        "vérifiez « fetch.url », réessayez plus tard, ou déposez le fichier avec « opendata "
        f"deposit {name} FICHIER »",
        "check “fetch.url”, try again later, or deposit the file with “opendata deposit "
        f"{name} FILE”",
    )
    if not source.mapping:
        # The downloads of the reference have no TOML to correct, and take no deposit.
        advice = Text(
            "vérifiez que cette adresse répond, ou réessayez plus tard",
            "check that this address answers, or try again later",
        )
    return FetchError(
        "telechargement_impossible",
        fr=f"La source « {name} » n'a pas pu être téléchargée depuis {url} : {reason.fr} ; "
        f"{advice.fr}.",
        en=f"Source “{name}” could not be downloaded from {url}: {reason.en}; {advice.en}.",
    )


def in_words(problem: Exception, source: Source) -> FetchError | TryAgainError:
    """The refusal that one of :data:`FAULTS` comes to, or the fault that may pass."""
    fault = next(line for line in _IN_WORDS if isinstance(problem, line.kinds))
    wait = f"{source.fetch.timeout_s:g}"
    error = failed(source, Text(fault.fr.format(wait=wait), fault.en.format(wait=wait)))
    return TryAgainError(error) if fault.may_pass else error


def bad_status(response: requests.Response, error: FetchError) -> FetchError | TryAgainError:
    """``error``, which tells of the answer's status, or the fault that may pass."""
    busy = response.status_code in (
        requests.codes.too_many_requests,
        requests.codes.gateway_timeout,
    )
    if not busy and response.status_code < requests.codes.server_error:
        return error
    return TryAgainError(error, retry_after(response), BUSY_WAIT_S if busy else FIRST_WAIT_S)


def wait_s(tried: int, fault: TryAgainError) -> float:
    """How long to wait after the ``tried``-th try, in seconds."""
    if fault.retry_after is not None:
        return min(fault.retry_after, LONGEST_WAIT_S)
    wait = min(fault.first_wait_s * 2.0 ** (tried - 1), LONGEST_WAIT_S)
    # Jitter keeps sources of one portal from coming back all at once.
    return wait + random.uniform(0, 1)  # noqa: S311


def retry_after(response: requests.Response) -> float | None:
    """The seconds a server asks to wait (its Retry-After may be a date), None for none."""
    value = response.headers.get("retry-after")
    try:
        return Retry().parse_retry_after(value) if value else None
    except (urllib3.exceptions.InvalidHeader, ValueError, OverflowError):
        return None


def status_reason(status: int) -> Text:
    """Why an answer of this status is no content."""
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


class Fault(NamedTuple):
    """Exceptions of some kinds, in words; ``may_pass``: asking again may help."""

    kinds: tuple[type[Exception], ...]
    fr: str
    en: str
    may_pass: bool


#: Whoever is asked, and whatever for.
BEFORE_ANY_ANSWER = (
    Fault(
        (requests_errors.SSLError, urllib3.exceptions.SSLError),
        "le certificat du serveur est refusé",
        "the server's certificate is refused",
        may_pass=False,
    ),
    Fault(
        (requests_errors.ConnectTimeout,),
        f"pas de connexion en {CONNECT_TIMEOUT_S:g} s",
        f"no connection within {CONNECT_TIMEOUT_S:g} s",
        may_pass=True,
    ),
)

#: The first line whose kinds hold says the exception in words; its own text is never used,
#: for it may quote headers or addresses.
_IN_WORDS = (
    *BEFORE_ANY_ANSWER,
    Fault(
        (requests_errors.Timeout, urllib3.exceptions.TimeoutError),
        "pas de réponse en {wait} s (fetch.timeout_s)",
        "no answer within {wait} s (fetch.timeout_s)",
        may_pass=True,
    ),
    Fault(
        (requests_errors.ConnectionError,),
        "le serveur ne peut pas être joint ou raccroche",
        "the server cannot be reached or hangs up",
        may_pass=True,
    ),
    Fault(
        (requests_errors.ContentDecodingError, urllib3.exceptions.DecodeError),
        "la compression annoncée est fausse",
        "the announced compression is wrong",
        may_pass=False,
    ),
    Fault(
        (requests_errors.TooManyRedirects,),
        "trop de redirections",
        "too many redirects",
        may_pass=False,
    ),
    # What requests, urllib3 and urllib.parse have in common when an address is wrong.
    Fault(
        (ValueError,),
        "l'adresse, ou celle où elle renvoie, n'est pas une adresse http(s) valable",
        "the address, or the one it redirects to, is not a valid http(s) address",
        may_pass=False,
    ),
    Fault(
        (requests_errors.ChunkedEncodingError, urllib3.exceptions.HTTPError),
        "le fichier a été coupé avant sa fin",
        "the file was cut before its end",
        may_pass=True,
    ),
    Fault(
        (Exception,),
        "la demande n'a pas abouti",
        "the request did not succeed",
        may_pass=False,
    ),
)
