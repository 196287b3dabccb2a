"""The letters of a text as terms are compared: no accents, no signs, one space between words."""

import re
import unicodedata
from functools import cache

_LIGATURES = {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"}
_SPACES = re.compile(" {2,}")


@cache
def _plain(character: str) -> str:
    """A character's letters or digits; "" for a combining mark, a space for any other sign."""
    base = _LIGATURES.get(character) or unicodedata.normalize("NFKD", character)
    kept = "".join(one for one in base if one.isascii() and one.isalnum())
    return kept or ("" if unicodedata.combining(character) else " ")


class _Letters(dict[int, str]):
    """For ``str.translate``: each character met is spelled once."""

    def __missing__(self, code: int) -> str:
        self[code] = _plain(chr(code))
        return self[code]


_LETTERS = _Letters()


def spelled(text: str) -> str:
    """The words of a text without accents nor signs, a space between them."""
    return _SPACES.sub(" ", text.translate(_LETTERS)).lstrip(" ")


def origins(text: str) -> list[int]:
    """Where each character of :func:`spelled` came from."""
    found: list[int] = []
    after_space = True
    for position, character in enumerate(text):
        plain = _plain(character)
        if plain == " ":
            if not after_space:
                found.append(position)
            after_space = True
        elif plain:
            found += [position] * len(plain)
            after_space = False
    return found
