"""How the name of a commune is compared: written forms folded to one key.

``ST JEAN DE BRAYE``, ``St-Jean-de-Braye`` and ``Saint-Jean-de-Braye`` share a key; a
CEDEX mention or an arrondissement number is read beside the name, not inside it.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from opendata.schema import fold

#: Abbreviations met in addresses (La Poste writes names this way).
_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_ABBREVIATIONS |= {"s": "sur", "ss": "sous", "nd": "notre dame", "gd": "grand", "gde": "grande"}
_ABBREVIATIONS |= {"mt": "mont", "vx": "vieux"}

#: Small words that files drop or swap; they tell two homonyms apart, never two spellings.
_SMALL = frozenset(["le", "la", "les", "l", "d", "de", "du", "des", "en", "aux", "au"])

_CEDEX = re.compile(r"\bcedex\b\s*(\d{1,2})?.*$")
_ARRONDISSEMENT = re.compile(
    r"^(paris|lyon|marseille)(?: (?:cedex )?0?(\d{1,2})(?: ?(?:er|e|eme|ieme))?(?: arr[a-z]*)?)?$"
)
_POSTCODE = re.compile(r"\b(\d{5})\b")
#: What stands in brackets is an aside, but for the two communes of Château-Chinon.
_BRACKETS = re.compile(r"\((?!(?:ville|campagne)\))[^)]*\)", re.IGNORECASE)
_SLASH = re.compile(r"(?i)\b(s|ss)/\s*")

#: How many arrondissements each of the three cities has.
ARRONDISSEMENTS = {"paris": 20, "lyon": 9, "marseille": 16}


class StatedName(NamedTuple):
    """What a stated commune says.

    ``full`` keeps every word, ``key`` drops the small ones; ``arrondissement`` is 0
    outside Paris, Lyon and Marseille; ``postcode`` is one written inside the name.
    """

    full: str
    key: str
    arrondissement: int
    cedex: bool
    postcode: str


def expand(text: str) -> str:
    """Fold a name and spell its abbreviations out, every word kept."""
    words = fold(_SLASH.sub(lambda found: f" {found[1]} ", text)).split()
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words)


def without_small_words(full: str) -> str:
    """The key of an expanded name; a name made of small words only stays whole ("Les")."""
    return " ".join(word for word in full.split() if word not in _SMALL) or full


@lru_cache(maxsize=65536)
def name_keys(text: str) -> tuple[str, str]:
    """``(full, key)`` of an official name."""
    full = expand(text)
    return full, without_small_words(full)


def stated_name(text: str) -> StatedName:
    """Read the commune column of a file."""
    postcode = _POSTCODE.search(text)
    plain = _BRACKETS.sub(" ", _POSTCODE.sub(" ", text))
    full = expand(plain)
    cedex = bool(_CEDEX.search(full))
    city = _ARRONDISSEMENT.match(full)
    if city:
        number = int(city[2] or 0)
        known = number if number <= ARRONDISSEMENTS[city[1]] else 0
        return StatedName(city[1], city[1], known, cedex, postcode[1] if postcode else "")
    full = _CEDEX.sub("", full).strip()
    full = re.sub(r"(?: \d{1,2})+$", "", full)
    return StatedName(full, without_small_words(full), 0, cedex, postcode[1] if postcode else "")
