"""How a street name is compared: its kind of way, and the words that identify it.

street_key("Bd du Gal Leclerc")          -> ("boulevard", "general leclerc")
street_key("Rue du Onze-Novembre 1918")  -> ("rue", "11 novembre 1918")
street_key("Le Bourg")                   -> ("", "bourg")
"""

import re
from functools import lru_cache
from typing import NamedTuple

from opendata.geocode.ban.words import (
    BEFORE_A_WAY,
    CLEAR_WAY_WORDS,
    NAME_ABBREVIATIONS,
    NUMBERS,
    SMALL_WORDS,
    WAY_ABBREVIATIONS,
    WAY_WORDS,
)
from opendata.schema import fold

_ROUND = re.compile(r"\br(?:on)?d (?:point|pt)\b")
#: « Lieu-dit Le Bourg » is « Le Bourg ».
_LOCALITY = re.compile(r"^(?:lieu ?dit|ld) (?=\w)")
_LETTERED = re.compile(r"\bdix (sept|huit|neuf)\b")
_ORDINAL = re.compile(r"\b(\d+)(?:eme|e|ieme|er|ere)\b")


class StreetKey(NamedTuple):
    """``kind`` is the kind of way ("" when none is said), ``core`` the words that identify."""

    kind: str
    core: str


@lru_cache(maxsize=262_144)
def street_key(name: str) -> StreetKey:
    """The key of a street name, abbreviations written out and small words dropped.

    Both sides of a comparison go through it, so it must be idempotent enough: a name in full
    and its abbreviation give one key. A name made of small words only keeps them.
    """
    text = _LOCALITY.sub("", _ROUND.sub("rondpoint", fold(name)))
    words = _ORDINAL.sub(r"\1", _LETTERED.sub(r"dix\1", text)).split()
    kind = ""
    opens = len(words) > 2 and words[0] in SMALL_WORDS
    if opens and (words[1] in BEFORE_A_WAY or words[1] in WAY_WORDS):
        words = words[1:]
    if len(words) > 1:
        first, second = (WAY_ABBREVIATIONS.get(word, word) for word in words[:2])
        if first in WAY_WORDS:
            kind, words = first, words[1:]
        elif words[0] in BEFORE_A_WAY and second in CLEAR_WAY_WORDS:
            # « Grand'Rue », « Grande rue » and « rue Grande » are one street; « petite rue du
            # Mont » is not « rue du Mont ».
            kind, words = second, [BEFORE_A_WAY[words[0]], *words[2:]]
    spelt = " ".join(NUMBERS.get(word) or NAME_ABBREVIATIONS.get(word, word) for word in words)
    return StreetKey(kind, _without_small_words(spelt.split()) or spelt)


def _without_small_words(words: list[str]) -> str:
    """A single letter before a figure is a name: « Voie A 12 » is not « Voie D 12 »."""
    return " ".join(
        word
        for word, following in zip(words, [*words[1:], ""], strict=False)
        if word not in SMALL_WORDS or (len(word) == 1 and following.isdigit())
    )
