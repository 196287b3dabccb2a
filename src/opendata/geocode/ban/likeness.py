"""How alike a stated street name and one of the reference are, from 0 to 100.

Letters first (typing errors, other order of words), then words: people leave out first names and
titles ("rue Leclerc" for "rue du Général Leclerc"), and put initials. The kind of way counts
least, because it is what people get wrong most.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

#: Another kind of way than the stated one; a kind on one side only.
OTHER_KIND, NO_KIND = 90.0, 96.5
#: Two words are one word misspelt from this likeness; shorter words must be the same.
_SAME_WORD = 80
_SHORT_WORD = 3
#: Above this nothing is gained by comparing word by word.
_ALIKE = 95
#: A name whose words are all in the other: so much, and so much more the larger its part of it.
#: People leave words out; a word that the known name lacks speaks against it.
_LEFT_OUT, _ADDED = (78, 16), (60, 34)
#: How many of a block's streets are looked at closely, and from which rough likeness.
_CLOSE, _ROUGH = 12, 50
#: A word that so many streets of a block have at most tells them from the others.
_FEW = 24
#: Names compared at once: bounds the matrix of likenesses.
_AT_ONCE = 512


def likeness(stated: tuple[str, str], known: tuple[str, str]) -> float:
    """Of two street keys (kind and core)."""
    return _of_cores(stated[1], known[1]) * kinds_alike(stated[0], known[0]) / 100


def kinds_alike(stated: str, known: str) -> float:
    """How well two kinds of way agree, from 0 to 100: the likeness of two names with one core."""
    if stated == known:
        return 100.0
    return OTHER_KIND if stated and known else NO_KIND


def _of_cores(stated: str, known: str) -> float:
    if stated == known:
        return 100.0
    # Without spaces: « Mont-Jean » is written Montjean as often.
    letters: float = max(
        fuzz.ratio(stated, known),
        0.98 * fuzz.token_sort_ratio(stated, known),
        0.99 * fuzz.ratio(stated.replace(" ", ""), known.replace(" ", "")),
    )
    return letters if letters >= _ALIKE else max(letters, _of_words(stated.split(), known.split()))


def _of_words(stated: list[str], known: list[str]) -> float:
    """When every word of the shorter name is in the longer one; else 0."""
    few, many = (stated, known) if len(stated) <= len(known) else (known, stated)
    base, whole = _LEFT_OUT if few is stated else _ADDED
    hits = [_of_word(word, many) for word in few]
    if not hits or min(hits) < _SAME_WORD:
        return 0.0
    share = min(1.0, sum(map(len, few)) / sum(map(len, many)))
    return sum(hits) / len(hits) / 100 * (base + whole * share)


def _of_word(word: str, others: list[str]) -> float:
    if len(word) > _SHORT_WORD:
        return max(fuzz.ratio(word, other) for other in others)
    initial = len(word) == 1 and any(other[0] == word for other in others)
    return 100.0 if word in others or initial else 0.0


def is_shortened(stated: str, known: str) -> bool:
    """Whether the stated words are all in the known name, or initials of its words."""
    theirs = known.split()
    ours = stated.split()
    return len(ours) < len(theirs) + any(len(word) == 1 for word in ours) and all(
        word in theirs or (len(word) == 1 and any(other[0] == word for other in theirs))
        for word in ours
    )


class Names:
    """The streets of some communes, as they are compared: (kind, core) of each."""

    def __init__(self, known: Sequence[tuple[str, str]]) -> None:
        self.known = known
        self.in_order = [_sorted_words(core) for _, core in known]
        self.by_word = _by_word([core for _, core in known])


def closest(stated: Sequence[tuple[str, str]], names: Names) -> list[list[tuple[float, int]]]:
    """For each stated key, the known names that come close: (likeness, place), best first.

    Looked at closely are those whose letters are alike, and those that share a rare word.
    """
    found: list[list[tuple[float, int]]] = []
    few = max(len(names.known) - _CLOSE, 0)
    for start in range(0, len(stated), _AT_ONCE):
        part = stated[start : start + _AT_ONCE]
        words = [_sorted_words(core) for _, core in part]
        rough = process.cdist(words, names.in_order, scorer=fuzz.ratio, dtype=np.uint8)
        best = np.argpartition(rough, few, axis=1)[:, -_CLOSE:]
        for key, row, places in zip(part, rough, best.tolist(), strict=True):
            near = {place for place in places if row[place] >= _ROUGH}
            for word in key[1].split():
                near.update(names.by_word.get(word, ()))
            scored = [(likeness(key, names.known[place]), place) for place in near]
            found.append(sorted(scored, key=lambda one: (-one[0], one[1]))[:_CLOSE])
    return found


def _sorted_words(core: str) -> str:
    return " ".join(sorted(core.split()))


def _by_word(cores: Sequence[str]) -> dict[str, list[int]]:
    """Word -> where it stands, for the words that few names have."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place, core in enumerate(cores):
        for word in set(core.split()):
            if len(word) > _SHORT_WORD:
                found[word].append(place)
    return {word: places for word, places in found.items() if len(places) <= _FEW}
