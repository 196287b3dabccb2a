"""Only one publication of a dataset at a time, whoever starts it."""

from contextlib import AbstractContextManager

from opendata.errors import BusyError
from opendata.locks import held
from opendata.paths import Paths


def publication_lock(dataset: str, paths: Paths) -> AbstractContextManager[None]:
    """Hold the dataset's lock. Raises BusyError when somebody else does."""
    busy = BusyError(
        "publication_en_cours",
        fr=f"Une publication de « {dataset} » est déjà en cours : attendez sa fin.",
        en=f"A publication of “{dataset}” is already under way: wait until it ends.",
    )
    return held(paths.lock(dataset), busy)
