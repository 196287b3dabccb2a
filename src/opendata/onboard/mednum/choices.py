"""``colonnes``, ``termes``, ``sauf``, ``cible``: entries that choose a value by words."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from opendata.onboard.mednum.entries import RuleTable, columns, listed, text
from opendata.onboard.mednum.remarks import Remarks
from opendata.onboard.mednum.terms import known_term

_KEYS = frozenset(("colonnes", "termes", "sauf", "cible"))


class Chosen(NamedTuple):
    """The field that a choice fills, and its rules."""

    field: str
    rules: list[RuleTable]


def choice(targets: Sequence[str], key: str, entry: Mapping[str, Any], remarks: Remarks) -> Chosen:
    """One choice of their ``key``, for the field among ``targets`` that knows its value."""
    if others := sorted(set(entry) - _KEYS):
        remarks.not_carried(targets[0], key, others)
    names = columns(entry.get("colonnes"))
    # A term without a word is found in every cell that holds something: it tells nothing.
    terms = [text(term) for term in listed(entry.get("termes"))]
    terms = [] if "" in terms else terms
    refused = [said for said in map(text, listed(entry.get("sauf"))) if said]
    value = text(entry.get("cible"))
    if not value:
        return Chosen(targets[0], _own_values(targets[0], key, names, terms + refused, remarks))
    known = known_term(targets, value)
    if known is None:
        remarks.not_in_list(targets[0], key, value)
        return Chosen(targets[0], [])
    if names:
        rule: RuleTable = {"columns": names}
        if terms:
            rule |= {"terms": terms}
        if refused:
            rule |= {"except": refused}
        rule |= {"value": known.value, "contains": True, "optional": True}
        return Chosen(known.field, [rule])
    if entry.get("colonnes") or terms or refused:
        remarks.not_understood(known.field, key, entry)
        return Chosen(known.field, [])
    return Chosen(known.field, [{"constant": known.value}])


def _own_values(
    target: str, key: str, names: list[str], words: Sequence[str], remarks: Remarks
) -> list[RuleTable]:
    """Columns without a target: what their cells say is the value."""
    if words:
        remarks.not_carried(target, key, ["termes", "sauf"])
        return []
    return [{"column": name, "optional": True} for name in names]
