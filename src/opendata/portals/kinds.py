"""The portals that are spoken to, and what each has to be able to do."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from opendata.language import Text
from opendata.model import Portal
from opendata.portals import ckan, datagouv
from opendata.portals.client import Client, TroubleError
from opendata.portals.compare import Aim, Difference, Remote
from opendata.portals.journal import Journal
from opendata.portals.wanted import Wanted

#: What reading an answer of another shape than the API's comes to.
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)


class Api(Protocol):
    """One dataset's conversation with a portal, whatever API it speaks.

    Every method may raise TroubleError.
    """

    name: str

    def check_key(self) -> None: ...
    def organization(self) -> str: ...
    def read(self, known: str) -> Remote | None: ...
    def search(self) -> Iterator[Remote]: ...
    def aim(self, remote: Remote | None) -> Aim: ...
    def carry_out(
        self, remote: Remote | None, aim: Aim, difference: Difference, journal: Journal
    ) -> Remote: ...


@dataclass(frozen=True, slots=True)
class _Kind:
    api: Callable[[Client, Portal, Wanted], Api]
    header: str
    variable: str


KINDS: Mapping[str, _Kind] = {
    "datagouv": _Kind(datagouv.DataGouv, datagouv.KEY_HEADER, datagouv.KEY_VARIABLE),
    "ckan": _Kind(ckan.Ckan, ckan.KEY_HEADER, ckan.KEY_VARIABLE),
}


def unreadable(problem: Exception) -> TroubleError:
    """An answer that could not be read, as a trouble like the others."""
    kind = type(problem).__name__
    return TroubleError(
        Text(
            f"sa réponse n'a pas la forme attendue ({kind}) : « url » est-elle celle d'un tel "
            "portail ?",
            f"its answer has not the shape expected ({kind}): is “url” the address of such a "
            "portal?",
        ),
        unsure=True,
    )
