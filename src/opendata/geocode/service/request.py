"""The conversation with the service: paced, retried, and given up before it costs a run.

One batch is one POST. What may pass (429, 5xx, network faults, cut or unreadable bodies) is
tried four times; what will not (another 4xx, a redirection, a refused certificate) once. Two
batches in a row without an answer, or twice the service's time-out without one, and the rest
is not asked.
"""

import http.client
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

import pandas as pd
import requests
import urllib3.exceptions
from requests import exceptions as requests_errors

from opendata import __version__
from opendata.fetch.faults import BEFORE_ANY_ANSWER, CONNECT_TIMEOUT_S, Fault, retry_after
from opendata.geocode.service.answers import (
    CUT,
    RESULT_COLUMNS,
    NoAnswerError,
    no_records,
    read_answer,
)
from opendata.geocode.service.batches import batches, csv_of
from opendata.language import Text

if TYPE_CHECKING:
    from opendata.geocode.service import Service

TRIES = 4
LONGEST_WAIT_S = 60.0
FIRST_WAIT_S = 1.0
#: After a 429 that says nothing: the Géoplateforme is closed for five seconds then.
BUSY_WAIT_S = 5.0

FAILURES_IN_A_ROW = 2
PATIENCE_TIMEOUTS = 2
#: A server that sends one byte a minute never times out: a body takes at most this many
#: times ``timeout_s``.
LONGEST_BODY_TIMEOUTS = 5

#: A line of an answer is a few hundred bytes; this is far beyond 200,000 of them.
MAX_ANSWER_BYTES = 500_000_000
_CHUNK_BYTES = 65_536

#: ValueError: requests lets it through for an address it cannot read.
_FAULTS = (
    requests_errors.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)

_OMITS = Text(
    "sa réponse omet des lignes, même redemandées",
    "its answer leaves lines out, even when they are asked again",
)


class Conversation:
    """One service, one session, one pace; nothing it does raises."""

    def __init__(
        self,
        service: "Service",
        sleep: Callable[[float], None],
        clock: Callable[[], float],
        session: requests.Session | None,
    ) -> None:
        self._service = service
        self._sleep = sleep
        self._clock = clock
        self._own_session = session is None
        self._session = session or requests.Session()
        at_once = max(1, int(service.per_second))
        self._sent: deque[float] = deque(maxlen=at_once)
        self._window_s = at_once / service.per_second
        self._failures = 0
        self._heard = clock()
        self._gone = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._own_session:
            self._session.close()

    def ask_all(self, table: pd.DataFrame) -> tuple[pd.DataFrame, Text | None]:
        """The records the service gave about the questions of ``table`` (index ligne), and the
        first reason why some were not had."""
        told, reasons = [no_records()], []
        for batch in batches(table, self._service.batch_rows):
            records, reason = self._ask_twice(batch)
            told.append(records)
            reasons += [reason] if reason else []
            self._failures = self._failures + 1 if records.empty else 0
            if self._gone or self._failures == FAILURES_IN_A_ROW:
                break
        return pd.concat(told), next(iter(reasons), None)

    def _ask_twice(self, batch: pd.DataFrame) -> tuple[pd.DataFrame, Text | None]:
        """A batch, then once the lines its answer left out."""
        records, reason = self._ask(batch)
        missing = batch[~batch.index.isin(records.index)]
        if missing.empty:
            return records, None
        if self._gone or (reason and records.empty):
            return records, reason
        more, reason = self._ask(missing)
        complete = len(more) == len(missing)
        return pd.concat([records, more]), None if complete else reason or _OMITS

    def _ask(self, batch: pd.DataFrame) -> tuple[pd.DataFrame, Text | None]:
        """What four tries make of a batch: all of an answer, else the fullest of its parts and
        the reason why there is no more."""
        best, content = no_records(), csv_of(batch)
        for tried in range(1, TRIES + 1):
            self._keep_pace()
            try:
                body, cut = self._post(content)
                records, whole = read_answer(body, batch.index, cut=cut)
                best = max(best, records, key=len)
                if whole or len(records) == len(batch):
                    self._heard = self._clock()
                    return records, None
                fault = NoAnswerError(CUT, may_pass=True)
            except NoAnswerError as problem:
                fault = problem
            wait_s = _wait_s(tried, fault)
            self._gone = self._too_late(wait_s)
            if self._gone or not fault.may_pass or tried == TRIES:
                break
            self._sleep(wait_s)
        return best, fault.reason

    def _too_late(self, wait_s: float) -> bool:
        silence_s = self._clock() - self._heard
        return silence_s + wait_s > PATIENCE_TIMEOUTS * self._service.timeout_s

    def _keep_pace(self) -> None:
        """At most ``per_second`` requests in any second."""
        now = self._clock()
        if len(self._sent) == self._sent.maxlen:
            free = self._sent[0] + self._window_s
            if now < free:
                self._sleep(free - now)
                now = max(self._clock(), free)
        self._sent.append(now)

    def _post(self, content: bytes) -> tuple[bytes, bool]:
        """The body of the answer, and whether the network lost its end. Raises NoAnswerError."""
        service = self._service
        try:
            with self._session.post(
                service.url,
                data=_form(service),
                files={"data": ("adresses.csv", content, "text/csv")},
                headers={"User-Agent": f"opendata/{__version__}"},
                timeout=(CONNECT_TIMEOUT_S, service.timeout_s),
                # Addresses go to the host that was named, and a followed POST becomes a GET.
                allow_redirects=False,
                stream=True,
            ) as response:
                _check_status(response)
                return self._body(response)
        except _FAULTS as problem:
            fault = next(line for line in _FAULTS_IN_WORDS if isinstance(problem, line.kinds))
            wait = f"{service.timeout_s:g}"
            reason = Text(fault.fr.format(wait=wait), fault.en.format(wait=wait))
            raise NoAnswerError(reason, may_pass=fault.may_pass) from problem

    def _body(self, response: requests.Response) -> tuple[bytes, bool]:
        """``read1`` returns after one packet, so that the bounds hold against a server that
        drips; urllib3 compares what came with Content-Length."""
        deadline = self._clock() + LONGEST_BODY_TIMEOUTS * self._service.timeout_s
        received = bytearray()
        try:
            while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
                received += chunk
                if len(received) > MAX_ANSWER_BYTES or self._clock() > deadline:
                    return bytes(received), True
        except _FAULTS:
            return bytes(received), True
        return bytes(received), False


def _form(service: "Service") -> list[tuple[str, str]]:
    """The fields beside the file.

    Never a filter by postcode: a CEDEX one is no address's. addok-csv guesses the delimiter
    unless it is told.
    """
    fields = [("columns", "adresse"), ("columns", "commune")]
    fields += [("result_columns", name) for name in RESULT_COLUMNS]
    fields += [("citycode", "citycode")] if service.filters else []
    fields += [("delimiter", ",")] if service.name == "addok" else []
    return fields


def _check_status(response: requests.Response) -> None:
    status = response.status_code
    if status == requests.codes.ok:
        return
    busy = status == requests.codes.too_many_requests
    may_pass = busy or status >= 500
    raise NoAnswerError(
        _status_reason(status),
        may_pass=may_pass,
        wait_s=retry_after(response) if may_pass else None,
        busy=busy,
    )


def _status_reason(status: int) -> Text:
    meaning = Text("demande refusée", "request refused")
    if status == requests.codes.too_many_requests:
        meaning = Text("trop de demandes", "too many requests")
    elif status >= 500:
        meaning = Text("panne du serveur", "server failure")
    elif 300 <= status < 400:
        meaning = Text(
            "il renvoie ailleurs : donnez l'adresse complète de /search/csv",
            "it redirects: give the full address of /search/csv",
        )
    return Text(
        f"il a répondu {status} ({meaning.fr}) au lieu de 200",
        f"it answered {status} ({meaning.en}) instead of 200",
    )


def _wait_s(tried: int, fault: NoAnswerError) -> float:
    if fault.wait_s is not None:
        return min(max(fault.wait_s, 0.0), LONGEST_WAIT_S)
    first = BUSY_WAIT_S if fault.busy else FIRST_WAIT_S
    return min(first * 2.0 ** (tried - 1), LONGEST_WAIT_S)


#: The first line whose kinds hold says the exception in words; its own text is never used,
#: for it may quote what was sent.
_FAULTS_IN_WORDS = (
    *BEFORE_ANY_ANSWER,
    Fault(
        (requests_errors.Timeout, urllib3.exceptions.TimeoutError, TimeoutError),
        "pas de réponse en {wait} s",
        "no answer within {wait} s",
        may_pass=True,
    ),
    Fault(
        (requests_errors.ConnectionError, requests_errors.ChunkedEncodingError),
        "le serveur ne peut pas être joint ou raccroche",
        "the server cannot be reached or hangs up",
        may_pass=True,
    ),
    # What requests, urllib3 and urllib.parse have in common when an address is wrong.
    Fault(
        (ValueError,),
        "son adresse n'est pas une adresse http(s) valable",
        "its address is not a valid http(s) address",
        may_pass=False,
    ),
    Fault(
        (Exception,),
        "la demande n'a pas abouti",
        "the request did not succeed",
        may_pass=True,
    ),
)
