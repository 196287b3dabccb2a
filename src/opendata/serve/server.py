"""A socket, and the server on it."""

import errno
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from opendata.errors import UsageError
from opendata.serve.app import Site

if TYPE_CHECKING:
    import uvicorn

#: Seconds that downloads under way have to end once the server is asked to stop.
_GRACE = 1
#: Seconds a connection stays open for the next request: as long as a query may think.
_KEEP_ALIVE = 30


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to ``host`` and ``port`` (0: any free one). Raises :class:`UsageError`."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as problem:
        raise UsageError(
            "hote_inconnu",
            fr=f"--host {host} n'est pas une adresse de cette machine : donnez par exemple "
            "127.0.0.1 (cette machine seule) ou 0.0.0.0 (tout le réseau).",
            en=f"--host {host} is no address of this machine: give for instance 127.0.0.1 "
            "(this machine only) or 0.0.0.0 (the whole network).",
        ) from problem
    bound = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere the option would let two servers share a port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(where)
        bound.listen()
    except OSError as problem:
        bound.close()
        raise _not_bound(host, port, problem) from problem
    return bound


def _not_bound(host: str, port: int, problem: OSError) -> UsageError:
    if problem.errno == errno.EADDRINUSE:
        return UsageError(
            "port_occupe",
            fr=f"Le port {port} est déjà pris sur {host} (peut-être par un autre "
            "« opendata serve ») : donnez-en un autre avec --port, ou --port 0 pour un port libre.",
            en=f"Port {port} is already in use on {host} (perhaps by another “opendata serve”): "
            "give another one with --port, or --port 0 for a free one.",
        )
    if problem.errno == errno.EACCES:
        return UsageError(
            "port_reserve",
            fr=f"Le port {port} est réservé à l'administrateur de la machine : donnez --port "
            "entre 1024 et 65535.",
            en=f"Port {port} is reserved for the administrator of the machine: give --port "
            "between 1024 and 65535.",
        )
    reason = problem.strerror or type(problem).__name__
    return UsageError(
        "hote_inutilisable",
        fr=f"Impossible d'écouter sur {host}, port {port} ({reason}) : donnez par exemple "
        "--host 127.0.0.1.",
        en=f"Cannot listen on {host}, port {port} ({reason}): give for instance --host 127.0.0.1.",
    )


def address_of(bound: socket.socket) -> str:
    """The address to open in a browser, with a trailing slash."""
    host, port = bound.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - read, not bound
        host = "localhost"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def server_of(site: Site) -> "uvicorn.Server":
    """The server for ``site``; run it with ``.run(sockets=[listen(…)])``."""
    import uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            site,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",  # the application tells its own troubles, as sentences
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=_GRACE,
        )
    )


def has_catalogue(root: Path) -> bool:
    """Whether there is a home page to show."""
    return (root / "index.html").is_file()
