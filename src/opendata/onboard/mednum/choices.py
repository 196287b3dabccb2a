"""``colonnes``, ``termes``, ``sauf``, ``cible``: entries that choose a value by words."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from opendata.onboard.mednum.entries import RuleTable, columns, listed, text
from opendata.onboard.mednum.remarks import Remarks
from opendata.onboard.mednum.terms import known_term

_KEYS = frozenset(("colonnes", "termes", "sauf", "cible"))


class Chosen(NamedTuple):
    """The fields that a choice fills, and its rules."""

    fields: Sequence[str]
    rules: list[RuleTable]


def choice(targets: Sequence[str], key: str, entry: Mapping[str, Any], remarks: Remarks) -> Chosen:
    """One choice of their ``key``, for the field among ``targets`` that knows its value.

    Without a value of its own it is for all of them: each takes the terms it knows.
    """
    if others := sorted(set(entry) - _KEYS):
        remarks.not_carried(targets[0], key, others)
    odd = partial(remarks.not_understood, targets[0], key)
    names = columns(entry.get("colonnes"), odd)
    # A term without a word is found in every cell that holds something: it tells nothing.
    terms = _words(entry.get("termes"), odd)
    terms = [] if "" in terms else terms
    refused = list(filter(None, _words(entry.get("sauf"), odd)))
    value = text(entry.get("cible"))
    if not value:
        return Chosen(targets, _own_values(targets[0], key, names, terms + refused, remarks))
    known = known_term(targets, value)
    if known is None:
        remarks.not_in_list(targets[0], key, value)
        return Chosen(targets[:1], [])
    if names:
        rule: RuleTable = {"columns": names}
        if terms:
            rule |= {"terms": terms}
        if refused:
            rule |= {"except": refused}
        rule |= {"value": known.value, "contains": True, "optional": True}
        return Chosen((known.field,), [rule])
    if entry.get("colonnes") or terms or refused:
        remarks.not_understood(known.field, key, entry)
        return Chosen((known.field,), [])
    return Chosen((known.field,), [{"constant": known.value}])


def _words(entry: Any, odd: Callable[[Any], None]) -> list[str]:
    """The words of a list; what is no word is handed to ``odd``."""
    for one in listed(entry):
        if isinstance(one, Mapping | list):
            odd(one)
    return [text(one) for one in listed(entry) if not isinstance(one, Mapping | list)]


def _own_values(
    target: str, key: str, names: list[str], words: Sequence[str], remarks: Remarks
) -> list[RuleTable]:
    """Columns without a target: what their cells say is the value."""
    if words:
        remarks.not_carried(target, key, ["termes", "sauf"])
        return []
    return [{"column": name, "optional": True} for name in names]
