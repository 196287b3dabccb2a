"""Patterns that Arrow's engine (RE2) may acquit cells with, in place of Python's."""

import re

_PUNCTUATION = r"!-/:-@\[-`{-~"
# Pieces of the syntax that mean the same in both engines. Where they differ, RE2 is the
# stricter: its \d, \w and \s are ASCII only, its $ does not look past a last newline. So
# what it matches, Python matches, as long as nothing is negated: no [^\d], no look-around.
_PIECE = "|".join(
    (
        r"[^\\^$.|?*+()\[\]{}]",
        rf"\\[ {_PUNCTUATION}dws]",
        r"[.^$|)]",
        r"\((?:\?:)?",
        r"[*+?]\??",
        r"\{\d{1,3}(?:,(?:\d{1,3})?)?\}\??",
        rf"\[(?!\^)(?:[^\\\[\]]|\\[ {_PUNCTUATION}dws])+\]",
        rf"\[\^(?:[^\\\[\]]|\\[ {_PUNCTUATION}])+\]",
    )
)
_SHARED = re.compile(f"(?:{_PIECE})*")


def anchored(pattern: str) -> str:
    """What frictionless compiles: alternatives at the top level keep one anchor each."""
    return f"^{pattern}$"


def for_arrow(pattern: str) -> str | None:
    """An RE2 pattern whose every match is a match of ``anchored(pattern)`` from the first
    character on, or None when that is not certain."""
    return rf"\A(?:{anchored(pattern)})" if _SHARED.fullmatch(pattern) else None
