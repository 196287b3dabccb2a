"""The kinds of places and their terms, from ``schemas/vocabularies/mots_typologie.csv``."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

from opendata.normalise.kinds.spelling import spelled
from opendata.schema import SEPARATOR, vocabulary_rows

#: Terms are looked up by the letters they begin with, so many or fewer.
_LOOKUP = range(2, 6)
#: Stands for ``*`` while a term is spelled: letters that no term has.
_ANY = "ZZZ"


class Kind(NamedTuple):
    """One line of the list: what it tells, where it is read, to what it gives way."""

    code: str
    category: str
    in_descriptions: bool
    gives_way: str


class Word(NamedTuple):
    """One term: of a kind, or (``refused``) of what looks like it and is not."""

    kind: int
    pattern: str
    capitals: bool
    at_start: bool
    refused: bool


@cache
def kinds_and_terms() -> tuple[list[Kind], dict[str, list[Word]]]:
    """The kinds, and their terms under the letters they begin with."""
    kinds: list[Kind] = []
    index: dict[str, list[Word]] = {}
    for number, row in enumerate(vocabulary_rows("mots_typologie")):
        plain = row["fields"] == "nom+presentation"
        kinds.append(Kind(row["value"], row["category"], plain, row["gives_way"]))
        for refused, listed in ((False, row["terms"]), (True, row["except"])):
            for term in filter(None, listed.split(SEPARATOR)):
                for letters, word in _words(term, number, refused):
                    index.setdefault(letters, []).append(word)
    return kinds, index


def _words(term: str, kind: int, refused: bool) -> Iterator[tuple[str, Word]]:
    """The spellings of a term, each with the letters it is looked up by."""
    text = _with_stars(term)
    capitals = text.isupper()
    spellings = [text if capitals else text.lower()]
    if re.fullmatch(r"\w{3,7}", text):
        # An abbreviation may have its dots: « C.C.A.S. ».
        spellings.append(" ".join(spellings[0]))
    # A number may follow at once (« UDAF93 »), letters may not.
    end = r" ?\Z" if term.endswith("$") else "(?![a-zA-Z])"
    for spelling in spellings:
        pattern = re.escape(spelling).replace(r"\*", "[A-Za-z0-9]*")
        letters = spelling.partition("*")[0][: _LOOKUP[-1]].lower()
        word = Word(kind, pattern + end, capitals, term.startswith("^"), refused)
        yield letters, word


@lru_cache(maxsize=65_536)
def beginning(letters: str) -> tuple[Word, ...]:
    """The terms that may stand where a text goes on with these letters."""
    index = kinds_and_terms()[1]
    beginnings = dict.fromkeys(letters[:length] for length in _LOOKUP)
    return tuple(chain.from_iterable(index.get(few, ()) for few in beginnings))


def letters_looked_up(folded: str, start: int) -> str:
    """What a text goes on with, as far as terms are looked up by it."""
    return folded[start : start + _LOOKUP[-1]]


def plainly_spelled() -> Iterator[tuple[str, int]]:
    """The folded terms, stars and all, that a person would know in another spelling.

    Those of owners are common words (« maison des communes »), which only their own spelling
    tells; so it is with acronyms.
    """
    for number, row in enumerate(vocabulary_rows("mots_typologie")):
        if row["gives_way"]:
            continue
        for term in row["terms"].split(SEPARATOR):
            if not term.isupper():
                yield _with_stars(term).lower(), number


def _with_stars(term: str) -> str:
    return spelled(term.replace("*", _ANY)).strip().replace(_ANY, "*")
