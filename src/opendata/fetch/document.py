"""What a JSON answer says of itself: values at a path, and errors told with a status of 200."""

import json
from pathlib import Path
from typing import Any

from opendata.errors import FetchError
from opendata.model import Source

_SHOWN_CHARACTERS = 200


class Number(str):
    """A JSON number (or NaN, Infinity) as the source spelled it."""

    __slots__ = ()


def parse(content: bytes) -> Any:
    """The document, numbers as they are spelled. Raises ValueError or RecursionError."""
    return json.loads(
        content, parse_float=Number, parse_int=Number, parse_constant=Number, strict=False
    )


def at(document: Any, path: str) -> Any:
    """The value at a path of names (``meta.total``), the document itself for ``""``, or None."""
    value = document
    for name in path.split(".") if path else ():
        value = value.get(name) if isinstance(value, dict) else None
    return value


def canonical(value: Any) -> str:
    """A value as JSON text that depends on nothing but its content: keys sorted, no spaces."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        pairs = (f"{_text(name)}:{canonical(value[name])}" for name in sorted(value))
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def refuse_told_error(part: Path, source: Source) -> None:
    """Refuse a file that holds something at ``fetch.error_path`` (FetchError).

    Overpass answers 200 with the places found so far and a remark that the query timed out.
    A file that is not JSON holds nothing there; its reader says what is wrong with it.
    """
    if not source.fetch.error_path:
        return
    try:
        document = parse(part.read_bytes())
    except (ValueError, RecursionError):
        return
    check_told_error(document, source)


def check_told_error(document: Any, source: Source) -> None:
    """Refuse a document that holds something at ``fetch.error_path`` (FetchError)."""
    path = source.fetch.error_path
    told = at(document, path) if path else None
    if told in (None, "", False, [], {}):
        return
    shown = told if isinstance(told, str) else canonical(told)
    shown = " ".join(shown.split())[:_SHOWN_CHARACTERS]
    raise FetchError(
        "erreur_annoncee",
        fr=f"La source « {source.id} » annonce une erreur dans sa réponse ({path} : « {shown} ») : "
        "ce qu'elle donne est incomplet, réessayez plus tard ou corrigez la demande dans "
        "« fetch ».",
        en=f"Source “{source.id}” tells of an error in its answer ({path}: “{shown}”): what it "
        "gives is incomplete, try again later or correct the request in “fetch”.",
    )
