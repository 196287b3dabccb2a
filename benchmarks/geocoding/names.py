"""When two writings are the same street: the reading of names that the judge goes by.

The tables are this benchmark's own (postal abbreviations as La Poste prints them, and what
people type); they are kept apart from those of the geocoder on purpose.
"""

import re
import unicodedata
from functools import lru_cache

#: Way types and the ways people shorten them, the first being the most usual.
WAY_TYPES: dict[str, tuple[str, ...]] = {
    "allée": ("all.", "all", "al."),
    "avenue": ("av.", "av", "ave", "aven."),
    "boulevard": ("bd", "bd.", "blvd", "bld", "bvd", "boul."),
    "carrefour": ("carr.", "car"),
    "chaussée": ("chs", "chée"),
    "chemin": ("ch.", "che", "chem.", "chm"),
    "cité": ("cité",),
    "clos": ("clos",),
    "cour": ("cour",),
    "cours": ("crs", "cours"),
    "domaine": ("dom.", "dom"),
    "esplanade": ("esp.", "esp"),
    "faubourg": ("fbg", "fg", "fbg."),
    "galerie": ("galerie",),
    "hameau": ("ham.", "ham"),
    "impasse": ("imp.", "imp"),
    "lotissement": ("lot.", "lot", "lotiss."),
    "parvis": ("parvis",),
    "passage": ("pass.", "pas.", "psg"),
    "place": ("pl.", "pl", "plce"),
    "pont": ("pont",),
    "promenade": ("prom.", "prom"),
    "quai": ("qu.", "quai"),
    "quartier": ("quart.", "qua", "qrt"),
    "résidence": ("rés.", "res", "résid."),
    "rond-point": ("rd-pt", "rpt", "rd point"),
    "route": ("rte", "rte.", "rt"),
    "rue": ("r.", "r", "rue"),
    "ruelle": ("rlle", "ruelle"),
    "sente": ("sente",),
    "sentier": ("sent.", "sen"),
    "square": ("sq.", "sq"),
    "venelle": ("ven.", "venelle"),
    "villa": ("vla", "villa"),
    "voie": ("voie",),
    "zone artisanale": ("za", "z.a."),
    "zone industrielle": ("zi", "z.i."),
}
#: Titles, saints and other words inside a name, and their short forms.
WORDS: dict[str, tuple[str, ...]] = {
    "adjudant": ("adj.", "adj"),
    "amiral": ("am.", "aml"),
    "capitaine": ("cap.", "cne", "capit."),
    "château": ("chât.", "chat."),
    "colonel": ("col.", "col", "cel"),
    "commandant": ("cdt", "cdt.", "cmdt"),
    "docteur": ("dr", "dr.", "doct."),
    "division": ("div.", "div"),
    "faubourg": ("fbg", "fg"),
    "frères": ("fr.", "frs"),
    "général": ("gal", "gén.", "gén", "gal."),
    "grand": ("gd", "gd."),
    "grande": ("gde", "gde."),
    "grands": ("gds",),
    "haut": ("ht",),
    "haute": ("hte",),
    "ingénieur": ("ing.", "ing"),
    "lieutenant": ("lt", "lieut.", "ltt"),
    "maréchal": ("mal", "mal.", "mar.", "marl"),
    "monseigneur": ("mgr", "mgr."),
    "novembre": ("nov.", "nov"),
    "petite": ("pte",),
    "président": ("pdt", "prés.", "pres", "pdt."),
    "professeur": ("pr", "prof.", "prof", "pr."),
    "régiment": ("rgt", "rég."),
    "république": ("rép.", "répub."),
    "saint": ("st", "st."),
    "sainte": ("ste", "ste."),
    "saints": ("sts",),
    "septembre": ("sept.", "sept"),
    "sergent": ("sgt", "serg."),
    "vieille": ("vlle",),
    "vieux": ("vx",),
}
#: Words that carry no meaning of their own in a name.
ARTICLES = frozenset(("de", "du", "des", "d", "la", "le", "les", "l", "a", "au", "aux", "et"))
NUMBER_WORDS = {
    "premier": "1", "premiere": "1", "deux": "2", "trois": "3", "quatre": "4", "cinq": "5",
    "six": "6", "huit": "8", "neuf": "9", "dix": "10", "onze": "11", "douze": "12",
    "quatorze": "14", "quinze": "15", "seize": "16", "vingt": "20", "trente": "30",
}  # fmt: skip
_ORDINAL = re.compile(r"\b(\d+)(?:er|ere|re|e|eme|ieme|nd|nde)\b")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_TENS = {"dix sept": "17", "dix huit": "18", "dix neuf": "19"}
_TEENS = re.compile(r"\bdix (?:sept|huit|neuf)\b")
_SEVEN = re.compile(r"(?<![0-9] )\bsept\b")
_REPETITIONS = {"bis": "b", "ter": "t", "quater": "q"}
_NUMBER = re.compile(r"^0*(\d+)\s*([a-z]*)")


def fold(text: str) -> str:
    """Lower case, no accent, words and numbers parted by one space."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae")
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _NOT_WORD.sub(" ", plain).strip()


_FULL_TYPES = {fold(full): fold(full) for full in WAY_TYPES}
_TYPES = _FULL_TYPES | {
    fold(short): fold(full) for full, shorts in WAY_TYPES.items() for short in shorts
}
_FULL_WORDS = {fold(short): fold(full) for full, shorts in WORDS.items() for short in shorts}
#: First words that begin a way type, folded.
TYPE_WORDS = frozenset(name.split()[0] for name in _FULL_TYPES) | {"grande", "grand"}


@lru_cache(maxsize=200_000)
def canonical(name: str) -> str:
    """The street that a name means: way type and short forms in full, articles left out."""
    return " ".join(part for part in split_street(name) if part)


@lru_cache(maxsize=200_000)
def split_street(name: str) -> tuple[str, str]:
    """Way type ("" if none is written) and name, both as :func:`canonical` writes them."""
    words = _ORDINAL.sub(r"\1", fold(name)).split()
    kind, words = _way_type(words)
    # "Sept" is seven, except after a number, where it is the month.
    text = _SEVEN.sub("7", _TEENS.sub(lambda found: _TENS[found[0]], " ".join(words)))
    words = [_FULL_WORDS.get(word, word) for word in text.split()]
    words = [NUMBER_WORDS.get(word, word) for word in words if word not in ARTICLES]
    return kind, " ".join(words)


def _way_type(words: list[str]) -> tuple[str, list[str]]:
    if words[:2] in (["grande", "rue"], ["grand", "rue"], ["gde", "rue"], ["gd", "rue"]):
        return "grande rue", words[2:]
    for length in (2, 1):
        kind = _TYPES.get(" ".join(words[:length])) if len(words) > length else None
        if kind:
            return kind, words[length:]
    return "", words


@lru_cache(maxsize=200_000)
def canonical_number(number: str) -> str:
    """``12 bis``, ``12B`` and ``0012 b`` are all ``12b``; "" where there is no number."""
    found = _NUMBER.match(fold(number))
    return found[1] + _REPETITIONS.get(found[2], found[2]) if found else ""
