"""What a value of theirs is called today, and which field it belongs to."""

from collections.abc import Sequence
from typing import NamedTuple

from opendata.schema import fields


class Term(NamedTuple):
    """A value as it is said today, and the field whose closed list knows it."""

    field: str
    value: str


def known_term(targets: Sequence[str], value: str) -> Term | None:
    """The first field among ``targets`` that knows a value; None when none does.

    A field without a closed list knows every value.
    """
    from opendata.normalise.closed_list import cleaner

    for target in targets:
        closed_list = fields()[target].vocabulary
        if not closed_list:
            return Term(target, value)
        said_today = cleaner(closed_list)(value)
        if said_today.value and not said_today.code:
            return Term(target, said_today.value)
    return None
