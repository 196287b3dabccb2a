"""The producer's identifier: kept as it is, but for what spreadsheets do to numbers."""

import re

from opendata.normalise.base import Cleaned, Example

NAME = "cle"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("1042", "1042"),
    Example("8724.0", "8724"),
    Example(" EPN-45 ", "EPN-45"),
    Example("0042", "0042"),
    Example("1.5", "1.5"),
    Example("v1.0", "v1.0"),
    Example("Mediation-0a1b2c", "Mediation-0a1b2c"),
    Example("Mediation\n0a1b2c", "Mediation 0a1b2c"),
)

_FLOAT = re.compile(r"([0-9]+)\.0")


def clean(raw: str) -> Cleaned:
    """The identifier on one line; ``8724.0`` is the number 8724."""
    key = " ".join(raw.split())
    number = _FLOAT.fullmatch(key)
    return Cleaned(number[1] if number else key)
