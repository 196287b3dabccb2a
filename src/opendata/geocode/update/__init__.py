"""Bring the reference up to date from the State's open data, one département at a time.

What is downloaded lies in ``data/reference``: ``communes-<dep>.parquet`` (communes, centres,
contours) and ``ban-<dep>.parquet`` (addresses), each with a ``.json`` that says where it came
from. A download that fails, or is not what it should be, leaves the file of the day before in
place; one that did not change makes nothing new, so that an update that was stopped goes on
where it was.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from opendata.errors import SourceError
from opendata.geocode.update.ban import BAN_URL, update_ban
from opendata.geocode.update.communes import COMMUNES_URL, EPCI_URL, epci_names, update_communes
from opendata.geocode.update.download import FetchRoom
from opendata.geocode.update.result import Kind, UpdateResult, failed
from opendata.paths import Paths

__all__ = ["BAN_URL", "COMMUNES_URL", "EPCI_URL", "UpdateResult", "update_reference"]


def update_reference(
    departements: Iterable[str],
    paths: Paths,
    *,
    ban: bool = False,
    fetch: FetchRoom | None = None,
) -> Iterator[UpdateResult]:
    """Download the communes of each département, and its addresses if ``ban``.

    A result comes for each file as it is asked for, the communes of a département before its
    addresses; one that fails costs only itself. ``fetch`` is the project's fetch room unless
    a test brings its own.
    """
    if fetch is None:
        from opendata.fetch import fetch as project_fetch

        fetch = project_fetch
    epcis = epci_names(paths, fetch)
    for departement in departements:
        communes = partial(update_communes, departement, epcis, paths, fetch)
        yield _tried("communes", departement, paths, communes)
        if ban:
            addresses = partial(update_ban, departement, paths, fetch)
            yield _tried("ban", departement, paths, addresses)


def _tried(
    kind: Kind, departement: str, paths: Paths, update: Callable[[], UpdateResult]
) -> UpdateResult:
    try:
        return update()
    except (SourceError, OSError) as problem:
        return failed(kind, departement, problem, paths)
