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
#: In letters, stars and all: « centre* soc » is just long enough.
_SHORTEST_TERM = 10
#: How much longer than the beginning that a star marks a word may be: « ement » is another word.
_LONGEST_ENDING = 4
_WORD = re.compile("[a-z0-9]+")


class Term(NamedTuple):
    """The significant words of a term and the number of its kind."""

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
        words = tuple(word for word in text.split() if word.strip("*") not in _LITTLE)
        # A star inside a word, or short words alone, say too little to be read loosely.
        plain = all(word.removesuffix("*").isalpha() for word in words)
        if len(words) > 1 and plain and sum(map(len, words)) >= _SHORTEST_TERM:
            found.append(Term(words, kind))
    return found


class Reader:
    """Looks for the terms it was made with."""

    def __init__(self, known: list[Term]) -> None:
        starred = {word[:-1] for term in known for word in term.words if word.endswith("*")}
        # « socia* » stands for social, sociale, sociaux: one spelling for all of them.
        self._prefixes = sorted((one for one in starred if len(one) > _SHORTEST_STEM), key=len)
        self._by_first: dict[str, list[Term]] = {}
        for term in sorted(known, key=lambda term: -len(term.words)):
            words = tuple(self._one_spelling(word.removesuffix("*")) for word in term.words)
            self._by_first.setdefault(words[0], []).append(Term(words, term.kind))
        of_terms = {
            word for listed in self._by_first.values() for term in listed for word in term.words
        }
        self._words = sorted(of_terms)
        self._whole = frozenset(of_terms)
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
        stem = self._one_spelling(_SHORT_FORMS.get(word, word))
        if stem in self._whole:
            return stem
        if word[0] in "dl" and (after := self._one_spelling(word[1:])) in self._whole:
            # « dallocations », « lemploi »: the apostrophe was lost.
            return after
        if len(stem) < _SHORTEST_REPAIRED:
            return stem
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        near = extract(stem, self._words, scorer=OSA.distance, score_cutoff=1, limit=2)
        return str(near[0][0]) if len(near) == 1 else stem

    def _one_spelling(self, word: str) -> str:
        longest = len(word) - _LONGEST_ENDING
        starts = (one for one in self._prefixes if len(one) >= longest and word.startswith(one))
        return next(starts, _stem(word))


@cache
def _stem(word: str) -> str:
    """A word without what its number and gender add."""
    if len(word) <= _SHORTEST_STEM:
        return word
    stem = re.sub(r"(?:eurs?|euses?|rices?)$", "eur", re.sub(r"(?:aux|ales?|als?)$", "al", word))
    return re.sub(r"(?:es|s|x|e)$", "", stem) if stem == word else stem
