"""The kinds of place that a name, a label or a description tells."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from opendata.normalise.kinds.loosely import Reader, terms
from opendata.normalise.kinds.spelling import origins, spelled
from opendata.normalise.kinds.terms import (
    beginning,
    kinds_and_terms,
    letters_looked_up,
    plainly_spelled,
)
from opendata.schema import SEPARATOR

#: Values that say "none of the list", and yield to what the words tell.
OTHER_CATEGORY = "autre"
OTHER_CODE = "Autre"
#: A kind named after one of these is a neighbour, a street or the past, not the place.
_ASIDE = re.compile(
    r"\b(?:rue|r|place|pl|avenue|av|boulevard|bd|quai|chemin|allee|impasse|square|esplanade"
    r"|parvis|parking|face|cote|pres|proche|proximite|derriere|devant|ancien|ancienne|ex"
    r"|hors|sauf|pas(?: une?)?)"
    r"(?: (?:de|du|des|d|l|la|le|les|a|au|aux|en))* $"
)
#: In a description, what one goes to, works with or stands beside is not the place either.
_BESIDE = re.compile(
    r"\b(?:a|au|aux|chez|avec|par|partenaire|partenaires|partenariat|partenariats|sein|locaux"
    r"|dans|pour|entre|dont|reseau|soutien|service|services|vers|via"
    r"|(?:et|ou) (?:de|du|des|d|a|au|aux|avec|par))"
    r"(?: (?:de|du|des|d|l|la|le|les|un|une|nos|notre|votre|vos|son|sa|ses))* $"
)
_WORD = re.compile("[a-z0-9]+")
_DOTTED = re.compile(r"[a-z](?: [a-z])+")
_LETTER_BEFORE = re.compile(r"(?:^| )[a-z] $")
#: Not d nor l, which are what is left of « d'Orléans ».
_LETTER_AFTER = re.compile(r" [abce-km-z](?: |$)")
#: How much of a description is read, in characters: what a place is, it says first.
_READ = 160
_SENTENCE_END = re.compile(r"[.!?\n]")


class _Hit(NamedTuple):
    kind: int
    start: int
    end: int


class _Met(NamedTuple):
    """Where a text names kinds, and whether it has any of the terms at all."""

    places: list[_Hit]
    any: bool


class Found(NamedTuple):
    """The kinds that a text names: codes and categories joined by ``|``, and its words."""

    codes: str = ""
    categories: str = ""
    words: str = ""


def find(text: str, described: bool = False) -> Found:
    """The kinds of place that a name tells, or a description (``described``)."""
    text = _SENTENCE_END.split(text[:_READ])[0] if described else text
    plain = spelled(text)
    met = _hits(plain, described)
    hits = _surviving(met.places)
    if not (hits or described or met.any):
        hits = _hits_loosely(plain.lower())
    if not hits:
        return Found()
    places = origins(text)
    kinds = [kinds_and_terms()[0][hit.kind] for hit in hits]
    words = (text[places[hit.start] : places[hit.end - 1] + 1] for hit in hits)
    return Found(
        distinct_values(kind.code for kind in kinds),
        distinct_values(kind.category for kind in kinds),
        " ; ".join(dict.fromkeys(words)),
    )


@lru_cache(maxsize=10_000)
def in_label(list_name: str, label: str) -> tuple[str, ...]:
    """The terms of ``categories`` or ``typologie`` that a label of a type column tells.

    A kind that only the other list has is « autre » in this one; none, when no word is known.
    """
    found = find(label)
    if not found.words:
        return ()
    if list_name == "typologie":
        return tuple((found.codes or OTHER_CODE).split(SEPARATOR))
    return tuple((found.categories or OTHER_CATEGORY).split(SEPARATOR))


def distinct_values(values: Iterable[str]) -> str:
    """The values that are not empty, each once, as a field of several values writes them."""
    return SEPARATOR.join(dict.fromkeys(filter(None, values)))


def _hits(plain: str, described: bool) -> _Met:
    """Every term met in a text, those of neighbours and exceptions taken out."""
    kinds = kinds_and_terms()[0]
    folded = plain.lower()
    hits, refused, met = [], [], False
    for start in (found.start() for found in _WORD.finditer(folded)):
        for word in beginning(letters_looked_up(folded, start)):
            plainly = not described or kinds[word.kind].in_descriptions
            if not plainly or (word.at_start and start):
                continue
            match = _compiled(word.pattern).match(plain if word.capitals else folded, start)
            if not match:
                continue
            met = True
            if _is_cut_out(folded, start, match.end()):
                continue
            hit = _Hit(word.kind, start, match.end())
            if word.refused:
                refused.append(hit)
            elif not _ASIDE.search(folded, 0, start) and not (
                described and _BESIDE.search(folded, 0, start)
            ):
                hits.append(hit)
    places = [
        hit
        for hit in hits
        if not any(
            hit.kind == other.kind and hit.start < other.end and other.start < hit.end
            for other in refused
        )
    ]
    return _Met(places, met)


# Of more than a thousand terms a file meets a few dozen: each is compiled when it may stand.
_compiled = cache(re.compile)


def _is_cut_out(folded: str, start: int, end: int) -> bool:
    """Whether a dotted acronym is a part of a longer one (« A.S.E. » in « C.A.S.E. »)."""
    if not _DOTTED.fullmatch(folded, start, end):
        return False
    return bool(_LETTER_BEFORE.search(folded, 0, start) or _LETTER_AFTER.match(folded, end))


def _hits_loosely(folded: str) -> list[_Hit]:
    """The kind that a name tells in words that are not quite those of a term."""
    found = _loose_reader().find(folded)
    if found is None or _ASIDE.search(folded, 0, found.start):
        return []
    return [_Hit(found.kind, found.start, found.end)]


@cache
def _loose_reader() -> Reader:
    return Reader(terms(plainly_spelled()))


def _surviving(hits: list[_Hit]) -> list[_Hit]:
    """Of terms that overlap the longest speaks; owners and hosts of other kinds give way."""
    kinds = kinds_and_terms()[0]
    longest = [
        hit
        for hit in hits
        if not any(
            other.start < hit.end and hit.start < other.end
            and other.end - other.start > hit.end - hit.start
            for other in hits
        )
    ]  # fmt: skip
    longest.sort(key=_in_reading_order)
    places = [hit for hit in longest if not kinds[hit.kind].gives_way]
    first = places[0].start if places else None
    hosts = [
        hit
        for hit in longest
        if kinds[hit.kind].gives_way == "after" and (first is None or hit.start < first)
    ]
    owners = [hit for hit in longest if kinds[hit.kind].gives_way == "always"]
    # Of several owners the first is the place, the others are where it stands.
    return sorted([*places, *hosts], key=_in_reading_order) or owners[:1]


def _in_reading_order(hit: _Hit) -> tuple[int, int]:
    return hit.start, hit.kind
