"""A source as the text of its TOML: what a person would have written, and can edit.

The standard library reads TOML and does not write it. What is needed here is small: one
known layout, inline tables, one rule per line, and comments in their places.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opendata.catalog.toml import SURROGATE, quoted

#: Keys of the head in the order of the files of the catalogue; others follow as given.
_HEAD = (
    "id", "title", "publisher", "homepage", "licence", "attribution", "territory", "verified",
    "placeholders", "own_fields",
)  # fmt: skip
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def source_text(
    head: Mapping[str, Any],
    fetch: Mapping[str, Any],
    contract: Mapping[str, Any],
    mapping: Mapping[str, Any],
    examples: Sequence[Mapping[str, Mapping[str, Any]]] = (),
    comments: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The text of a source TOML, which ``tomllib`` reads back to the same values.

    ``mapping`` holds for each field one rule (a dict) or a list of rules, as TOML parses
    them. A dict in ``head`` (``coordinates``) becomes a section. ``comments`` gives the
    lines to put above a place: ``top``, a key of the head (also one that is left out),
    ``fetch``, ``contract``, ``mapping``, ``mapping.<field>`` (a field without rules comes
    after the others), ``example``.
    """
    notes = comments or {}
    lines = _comment(notes, "top")
    plain = {key: value for key, value in head.items() if not isinstance(value, Mapping)}
    for key in dict.fromkeys((*_HEAD, *plain)):
        lines += _comment(notes, key)
        if key in plain:
            lines.append(_pair(key, plain[key]))
    lines += _section("fetch", fetch, notes)
    if contract or "contract" in notes:
        lines += _section("contract", contract, notes)
    for name, table in head.items():
        if isinstance(table, Mapping):
            lines += _section(name, table, notes)
    lines += ["", *_comment(notes, "mapping"), "[mapping]"]
    named = [key.removeprefix("mapping.") for key in notes if key.startswith("mapping.")]
    for field in dict.fromkeys((*mapping, *named)):
        lines += _comment(notes, f"mapping.{field}")
        if field in mapping:
            lines += _rules(field, mapping[field])
    for number, example in enumerate(examples):
        lines += ["", *(_comment(notes, "example") if not number else ()), "[[example]]"]
        lines += [
            f"{key} = {_inline(table, bare=key != 'input')}" for key, table in example.items()
        ]
    return "\n".join(lines) + "\n"


def _section(name: str, table: Mapping[str, Any], notes: Mapping[str, Sequence[str]]) -> list[str]:
    return ["", *_comment(notes, name), f"[{_key(name)}]", *(_pair(*one) for one in table.items())]


def _rules(field: str, entry: Any) -> list[str]:
    if isinstance(entry, Mapping):
        return [_pair(field, entry)]
    if len(entry) == 1:
        return [_pair(field, entry[0])]
    return [f"{_key(field)} = [", *(f"    {_value(rule)}," for rule in entry), "]"]


def _comment(notes: Mapping[str, Sequence[str]], place: str) -> list[str]:
    return [f"# {line}".rstrip() for text in notes.get(place, ()) for line in _one_liners(text)]


def _one_liners(text: str) -> Iterable[str]:
    """The lines of a comment, without the characters that TOML refuses in one."""
    for line in text.splitlines() or [""]:
        yield SURROGATE.sub("\ufffd", re.sub("[\x00-\x08\x0a-\x1f\x7f]", " ", line))


def _pair(key: str, value: Any) -> str:
    return f"{_key(key)} = {_value(value)}"


def _key(key: str, bare: bool = True) -> str:
    return key if bare and _BARE_KEY.fullmatch(key) else quoted(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        # A translation table holds cells of the file, which are quoted like any text.
        return _inline(value)
    if isinstance(value, Sequence):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    raise TypeError(f"a source TOML cannot hold {value!r}")


def _inline(table: Mapping[str, Any], bare: bool = True) -> str:
    """An inline table; the tables of cells (``values``, ``input``) have every key quoted."""
    if not table:
        return "{}"
    pairs = (
        f"{_key(key, bare)} = {_inline(value, bare=False) if key == 'values' else _value(value)}"
        for key, value in table.items()
    )
    return "{ " + ", ".join(pairs) + " }"
