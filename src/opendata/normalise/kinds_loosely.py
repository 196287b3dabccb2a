"""Kinds of places in names that spell their words loosely.

« Caisse dallocations familiales », « MAISON DEPARTEMENTALE SOLIDARITES », « Cenre social »: the
words of a kind stand there in order, without their little words, in another number or gender,
or with one slip. Such a reading is only asked for where nothing is spelled as it should be.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

#: Words that tell no kind from another.
_LITTLE = frozenset(("de", "du", "des", "d", "l", "la", "le", "les", "et", "a", "au", "aux", "en",
                     "pour", "par", "sur", "un", "une", "s"))  # fmt: skip
_SHORT_FORMS = {
    **dict.fromkeys(("ctre", "ctr", "cte", "cent", "centr", "cntre"), "centre"),
    **dict.fromkeys(("dep", "dept", "dpt", "depart", "departem"), "departementale"),
    **dict.fromkeys(("serv", "svce"), "service"),
    **dict.fromkeys(("intercom",), "intercommunal"),
}
#: A shorter word with one letter changed is easily another word.
_SHORTEST_REPAIRED = 6
_SHORTEST_STEM = 4
_WORD = re.compile("[a-z0-9]+")


class Term(NamedTuple):
    """The significant words of a term, stemmed, and the number of its kind."""

    words: tuple[str, ...]
    kind: int


class Loosely(NamedTuple):
    """A kind that a name tells, and where its words stand in the folded name."""

    kind: int
    start: int
    end: int


def terms(spelled: Iterator[tuple[str, int]]) -> list[Term]:
    """The terms of two significant words or more out of folded terms (``*`` for any letters)."""
    found = []
    for text, kind in spelled:
        words = tuple(_stem(word) for word in text.split() if word.strip("*") not in _LITTLE)
        # A star inside a word, or none but short ones, says too little to be read loosely.
        plain = all(word.isalpha() for word in words)
        if len(words) > 1 and plain and sum(map(len, words)) >= 2 * _SHORTEST_STEM + 2:
            found.append(Term(words, kind))
    return found


class Reader:
    """Looks for the terms it was made with."""

    def __init__(self, known: list[Term]) -> None:
        self._words = sorted({word for term in known for word in term.words})
        self._whole = frozenset(self._words)
        self._by_first: dict[str, list[Term]] = {}
        for term in sorted(known, key=lambda term: -len(term.words)):
            self._by_first.setdefault(term.words[0], []).append(term)
        self._repaired = lru_cache(maxsize=100_000)(self._repair)

    def find(self, folded: str) -> Loosely | None:
        """The first kind whose words stand side by side in a folded name, the longest term."""
        pieces = [piece for piece in _WORD.finditer(folded) if piece[0] not in _LITTLE]
        words = [self._repaired(piece[0]) for piece in pieces]
        for place, word in enumerate(words):
            for term in self._by_first.get(word, ()):
                last = place + len(term.words)
                if tuple(words[place:last]) == term.words:
                    return Loosely(term.kind, pieces[place].start(), pieces[last - 1].end())
        return None

    def _repair(self, word: str) -> str:
        """The stem of a word, or the one word of the terms that it was probably meant to be."""
        stem = _stem(_SHORT_FORMS.get(word, word))
        if stem in self._whole:
            return stem
        if word[0] in "dl" and (after := _stem(word[1:])) in self._whole:
            # « dallocations », « lemploi »: the apostrophe was lost.
            return after
        if len(stem) < _SHORTEST_REPAIRED:
            return stem
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        near = extract(stem, self._words, scorer=OSA.distance, score_cutoff=1, limit=2)
        return str(near[0][0]) if len(near) == 1 else stem


@cache
def _stem(word: str) -> str:
    """A word without what its number and gender add."""
    bare = word.strip("*")
    if len(bare) <= _SHORTEST_STEM:
        return bare
    stem = re.sub(r"(?:aux|ales?|als?)$", "al", bare)
    stem = re.sub(r"(?:eurs?|euses?|rices?)$", "eur", stem)
    return re.sub(r"(?:es|s|x|e)$", "", stem) if stem == bare else stem
