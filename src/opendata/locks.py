"""Locks between processes.

They are the kernel's: a lock goes with the process that holds it, killed or not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from opendata.errors import BusyError


@contextmanager
def held(path: Path, busy: BusyError, *, patience_s: float = 0.0) -> Iterator[None]:
    """Hold the lock that ``path`` is, made if need be; raises ``busy`` when somebody else does.

    Waits ``patience_s`` seconds at most.
    """
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, timeout=patience_s)
    try:
        lock.acquire()
    except Timeout as problem:
        raise busy from problem
    try:
        yield
    finally:
        lock.release()
