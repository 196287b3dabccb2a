"""The name that somebody probably meant, for the sentences that refuse the one they wrote."""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from opendata.schema import fold


def closest(
    value: str, names: Iterable[str], titles: Mapping[str, str] | None = None, cutoff: float = 0.6
) -> str:
    """The name most like ``value``, accents and case apart; "" when none is like it.

    ``titles`` are other ways to say a name (title -> name): a licence is told by its title too.
    """
    spellings = {name: name for name in names} | dict(titles or {})
    wanted = fold(value)
    likeness = {
        spelling: SequenceMatcher(None, wanted, fold(spelling)).ratio() for spelling in spellings
    }
    best = max(likeness, key=likeness.__getitem__, default="")
    return spellings[best] if best and likeness[best] >= cutoff else ""
