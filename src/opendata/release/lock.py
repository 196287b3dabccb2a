"""Only one publication of a dataset at a time, whoever starts it."""

from collections.abc import Iterator
from contextlib import contextmanager

from opendata.errors import BusyError
from opendata.paths import Paths


@contextmanager
def publication_lock(dataset: str, paths: Paths) -> Iterator[None]:
    """Hold the dataset's lock. Raises BusyError when somebody else does.

    The lock is the kernel's: it goes with the process that holds it, killed or not.
    """
    from filelock import FileLock, Timeout

    path = paths.lock(dataset)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout as problem:
        raise BusyError(
            "publication_en_cours",
            fr=f"Une publication de « {dataset} » est déjà en cours : attendez sa fin.",
            en=f"A publication of “{dataset}” is already under way: wait until it ends.",
        ) from problem
    try:
        yield
    finally:
        lock.release()
