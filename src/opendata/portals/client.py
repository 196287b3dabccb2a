"""Requests to the API of a portal: retried, bounded, and never done twice by accident.

A request that only reads, or that may be repeated without harm, is simply tried again. One that
makes something (``found`` is given) may have been carried out although no answer came: the portal
is looked at before it is sent again, so that a cut connection leaves no twin behind.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from opendata import __version__
from opendata.errors import OpendataError, UsageError
from opendata.fetch.address import public_url
from opendata.fetch.faults import BUSY_WAIT_S, FIRST_WAIT_S, LONGEST_WAIT_S, retry_after
from opendata.language import Text

TRIES = 4
TIMEOUT_S = (10.0, 60.0)
LONGEST_SAYING = 300
_REDIRECTS = 5

_NOT_SENT = (requests.exceptions.ConnectTimeout,)


class PortalError(OpendataError):
    """A portal could not be read, or could not be brought to what it should hold."""


class TroubleError(Exception):
    """A request that did not succeed; ``reason`` is a part of a sentence.

    ``status`` is the portal's answer (0 for none), ``answer`` the JSON in it (None for none).
    ``unsure``: it may have been carried out.
    """

    def __init__(
        self, reason: Text, *, status: int = 0, unsure: bool = False, answer: Any = None
    ) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.status = status
        self.unsure = unsure
        self.answer = answer

    @property
    def absent(self) -> bool:
        """There is no such thing on the portal, or no longer."""
        return self.status in (requests.codes.not_found, requests.codes.gone)

    @property
    def refused(self) -> bool:
        """The portal said no, or sends elsewhere: the same request would get the same answer."""
        busy = self.status == requests.codes.too_many_requests
        return 300 <= self.status < requests.codes.server_error and not busy

    @property
    def answered(self) -> bool:
        """This very address answered for good, whatever its answer is worth."""
        redirects = 300 <= self.status < requests.codes.bad_request
        return (self.refused and not redirects) or self.status == requests.codes.ok


class _AgainError(Exception):
    """A fault that may be gone in a moment."""

    def __init__(self, trouble: TroubleError, wait_s: float | None, first_wait_s: float) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble
        self._wait_s = wait_s
        self._first_wait_s = first_wait_s

    def wait_s(self, tried: int) -> float:
        wait = self._first_wait_s * 2.0 ** (tried - 1) if self._wait_s is None else self._wait_s
        return min(wait, LONGEST_WAIT_S)


class Client:
    """One conversation with the API under ``base``; the key of ``variable`` goes in ``header``.

    ``sleep`` receives the waits, in seconds.
    """

    def __init__(
        self,
        base: str,
        header: str,
        variable: str,
        key: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base = base
        self.variable = variable
        self._key = _checked(key, variable)
        self._sleep = sleep
        self._session = requests.Session()
        self._session.headers.update(
            {"User-Agent": f"opendata/{__version__}", "Accept": "application/json"}
        )
        self._session.headers[header] = self._key
        # Without it requests would put what ~/.netrc says in place of the Authorization header.
        self._session.auth = lambda request: request

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        found: Callable[[], Any] | None = None,
    ) -> Any:
        """The JSON answer (``{}`` when it has no body). Raises TroubleError.

        ``found`` says what the portal holds of what ``body`` makes, None for nothing.
        """
        tried = 0
        while True:
            try:
                return self._once(method, path, params, body)
            except _AgainError as fault:
                tried += 1
                trouble = fault.trouble
                looks = found is not None and trouble.unsure
                if looks or tried < TRIES:
                    self._sleep(fault.wait_s(tried))
                if found is not None and looks:
                    seen = self._look(found, trouble)
                    if seen is not None:
                        return seen
                    trouble.unsure = False
                if tried == TRIES:
                    raise trouble from fault

    def _look(self, found: Callable[[], Any], trouble: TroubleError) -> Any:
        try:
            return found()
        except TroubleError as blind:
            # Nothing can be said of the first request but that nobody knows.
            raise trouble from blind

    def _once(self, method: str, path: str, params: Mapping[str, str] | None, body: object) -> Any:
        url = self.base + path
        reads = method == "GET"
        for _ in range(_REDIRECTS):
            try:
                response = self._session.request(
                    method, url, params=params, json=body, timeout=TIMEOUT_S, allow_redirects=False
                )
            except requests.exceptions.SSLError as problem:
                raise TroubleError(
                    Text("le certificat du portail est refusé", "its certificate is refused")
                ) from problem
            except requests.exceptions.RequestException as problem:
                unsure = not reads and not isinstance(problem, _NOT_SENT)
                raise _AgainError(
                    TroubleError(_silence(problem), unsure=unsure), None, FIRST_WAIT_S
                ) from problem
            if not response.is_redirect:
                return self._answer(response, reads)
            url, params = self._next(response, reads), None
        raise TroubleError(Text("il renvoie sans fin ailleurs", "it redirects without end"))

    def _next(self, response: requests.Response, reads: bool) -> str:
        """Where a redirect leads: a renamed dataset. The key is carried to no other server."""
        target = urljoin(str(response.url), response.headers["location"])
        if not reads or urlsplit(target)[:2] != urlsplit(str(response.url))[:2]:
            shown = public_url(target)
            raise TroubleError(
                Text(
                    f"il renvoie vers {shown} : corrigez « url »",
                    f"it redirects to {shown}: correct “url”",
                ),
                status=response.status_code,
            )
        return target

    def _answer(self, response: requests.Response, reads: bool) -> Any:
        status = response.status_code
        if status >= requests.codes.server_error or status == requests.codes.too_many_requests:
            busy = status == requests.codes.too_many_requests
            trouble = TroubleError(
                self._refusal(response), status=status, unsure=not reads and not busy
            )
            first = BUSY_WAIT_S if busy else FIRST_WAIT_S
            raise _AgainError(trouble, retry_after(response), first)
        if status >= requests.codes.bad_request:
            raise TroubleError(self._refusal(response), status=status, answer=_json(response))
        if not response.content:
            return {}
        answer = _json(response)
        if answer is None:
            raise TroubleError(
                Text(
                    "sa réponse n'est pas du JSON : « url » est-elle celle d'un tel portail ?",
                    "its answer is not JSON: is “url” the address of such a portal?",
                ),
                status=status,
                unsure=not reads,
            )
        return answer

    def _refusal(self, response: requests.Response) -> Text:
        status = response.status_code
        words = self._said(response)
        code = f"{status} : {words}" if words else str(status)
        english = f"{status}: {words}" if words else str(status)
        if status == requests.codes.unauthorized:
            return Text(
                f"la clé de {self.variable} est refusée ({code})",
                f"the key of {self.variable} is refused ({english})",
            )
        if status == requests.codes.forbidden:
            return Text(
                f"la clé de {self.variable} est refusée, ou son compte n'a pas ce droit ({code})",
                f"the key of {self.variable} is refused, or its account has no right to do this "
                f"({english})",
            )
        meanings = {
            404: Text("introuvable", "not found"),
            410: Text("supprimé", "deleted"),
            429: Text("trop de demandes", "too many requests"),
        }
        meaning = meanings.get(status)
        if meaning is None and status >= requests.codes.server_error:
            meaning = Text("panne du portail", "failure of the portal")
        if meaning is None:
            meaning = Text(
                "le portail refuse ce qui lui est envoyé", "the portal refuses what it was sent"
            )
        return Text(f"{meaning.fr} ({code})", f"{meaning.en} ({english})")

    def _said(self, response: requests.Response) -> str:
        """What the portal says of a refusal, on one line and without the key."""
        words = "; ".join(_sayings(_json(response))).replace(self._key, "***")
        return words if len(words) <= LONGEST_SAYING else words[: LONGEST_SAYING - 1] + "…"


def _json(response: requests.Response) -> Any:
    """What an answer says, None when that is not JSON."""
    try:
        return response.json()
    except ValueError:
        return None


def _sayings(answer: Any, where: str = "") -> list[str]:
    """The sentences in an error answer of udata or of CKAN, each after the field it is about.

    >>> _sayings({"errors": {"title": ["This field is required."]}, "message": ""})
    ['title: This field is required.']
    """
    if isinstance(answer, Mapping):
        skipped = ("help", "success", "__type", "status")
        outer = ("errors", "error", "message")
        return [
            line
            for name, value in answer.items()
            if name not in skipped
            for line in _sayings(value, where if name in outer else f"{where}{name}: ")
        ]
    if isinstance(answer, list):
        return [line for value in answer for line in _sayings(value, where)]
    text = " ".join(str(answer).split()) if answer not in (None, "") else ""
    return [where + text] if text else []


def _silence(problem: requests.exceptions.RequestException) -> Text:
    if isinstance(problem, requests.exceptions.Timeout):
        seconds = f"{TIMEOUT_S[1]:g}"
        return Text(f"pas de réponse en {seconds} s", f"no answer within {seconds} s")
    return Text(
        "le portail ne peut pas être joint ou raccroche",
        "the portal cannot be reached or hangs up",
    )


def _checked(key: str, variable: str) -> str:
    key = key.strip()
    if not key:
        raise UsageError(
            "cle_absente",
            fr=f"La clé du portail manque : mettez-la dans la variable d'environnement {variable} "
            "(elle se crée dans votre profil sur le portail).",
            en=f"The portal's key is missing: put it in the environment variable {variable} (it "
            "is made in your profile on the portal).",
        )
    # Said here and without the value: the exceptions of http.client would quote it.
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise UsageError(
            "cle_illisible",
            fr=f"La clé dans {variable} contient un caractère interdit : recopiez-la, sans espace.",
            en=f"The key in {variable} holds a forbidden character: copy it again, without spaces.",
        )
    return key
