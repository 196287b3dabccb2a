"""What of a cell that lists several things no rule of its source reads.

A rule that looks for words takes what it knows of « Jeune, Demandeur d'emploi, Réfugié » and
is silent on the rest: the ledger is not.
"""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from opendata.model import Rule, issue_lines, join_issues
from opendata.schema import fold
from opendata.tables import over_distinct

#: What stands between the parts of a list, but for what an aside in brackets lists.
_LIST = re.compile(r"[,;|/\n•·](?![^()]*\))")
#: A part that is longer is prose, in which what is not looked for is no loss.
_LONGEST = 60
#: Marks a cell of which no part was read (ASCII "unit separator").
_WHOLE = "\x1f"
_NOTHING = frozenset(("", "oui", "non", "yes", "no", "true", "false", "0", "1", "autre", "autres"))


def unread_parts(
    table: pd.DataFrame, mapping: Mapping[str, tuple[Rule, ...]], filled: Mapping[str, pd.Series]
) -> pd.DataFrame:
    """One line per row and column with parts that no rule of any field reads.

    Only columns that nothing but words are looked for in. ``filled`` are the fields as the rules
    filled them: a cell of which no part was read is told as a whole where the field stayed empty,
    and here where another column filled it. The line stands under the first field that reads the
    column.
    """
    readers: dict[str, list[tuple[str, Rule]]] = {}
    for field, rules in mapping.items():
        for rule in rules:
            for name in rule.columns:
                readers.setdefault(name, []).append((field, rule))
    lines = []
    for name, those in readers.items():
        words_only = all(rule.kind == "match" and rule.terms for _, rule in those)
        if words_only and name in table:
            field = those[0][0]
            left = _left(table[name], [rule for _, rule in those])
            told = left.str.startswith(_WHOLE) & (filled[field] == "")
            left = left.str.removeprefix(_WHOLE).mask(told, "")
            left = left[left != ""]
            lines.append(issue_lines(left.index, field, "partie_non_lue", value=left))
    return join_issues(lines)


def _left(cells: pd.Series, rules: Sequence[Rule]) -> pd.Series:
    """The unread parts of each cell, behind a mark when they are all it says."""
    words = re.compile("|".join(map(_pattern, rules)))
    terms = [term for rule in rules for term in rule.terms]
    signs = [term for term in terms if not fold(term)]
    # « Familles/enfants » is one term, though it looks like a list.
    lists = "|".join(re.escape(term) for term in terms if _LIST.search(term) and fold(term))
    whole = re.compile(lists or "(?!)", re.IGNORECASE)

    def one(cell: str) -> str:
        parts = [part.strip(" \"'") for part in _LIST.split(whole.sub("", cell))]
        if max(map(len, parts)) > _LONGEST:
            return ""
        unread = [
            part
            for part in parts
            if fold(part) not in _NOTHING
            and "<" not in part
            and not words.search(fold(part))
            and not any(sign in part for sign in signs)
        ]
        mark = _WHOLE if unread and len(unread) == len(parts) else ""
        return mark + ", ".join(dict.fromkeys(unread))

    return over_distinct(cells, one)


def _pattern(rule: Rule) -> str:
    folded = sorted({fold(term) for term in rule.terms} - {""}, key=len, reverse=True)
    either = "|".join(map(re.escape, folded)) or "(?!)"
    return f"(?:{either})" if rule.contains else rf"\b(?:{either})\b"
