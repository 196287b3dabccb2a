"""What kind of place a row is about: its ``categories`` and its ``typologie`` codes.

What the source states comes first. Where it states no type, the words of the name tell it;
where it states no category, or only « autre », the type, then the name, then the first
sentence of the description tell it. The words are in ``schemas/vocabularies/
mots_typologie.csv``: one line per way of being a kind of place, best-known first.

===========  =====================================================================
``value``     the code of ``typologie``; empty for a kind the national list lacks
``category``  the category; empty for a kind that is only « autre »
``fields``    ``nom``, or ``nom+presentation`` for words that a description uses
              plainly of the place itself
``gives_way`` ``after``: not said where another kind stands before it (« Médiathèque,
              mairie de X »); ``always``: nor where one stands anywhere (« Ville de X »)
``terms``     joined by ``|``; ``*`` stands for any letters of a word, ``^`` and ``$`` for
              the start and the end of the text; a term in capitals is only met in capitals
``except``    terms too: what overlaps one of them is not this kind
===========  =====================================================================
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

import pandas as pd

from opendata.model import issue_lines, join_issues
from opendata.normalise.kinds_loosely import Reader, terms
from opendata.schema import SEPARATOR, vocabulary, vocabulary_rows
from opendata.tables import column, joined, over_distinct

#: Values that say "none of the list", and yield to what the words tell.
_OTHER_CATEGORY = "autre"
_OTHER_CODE = "Autre"
_LEGAL_FORMS = ("ASSO", "EPCI")
#: What is offered in a place of any kind: beside it, the words still tell the kind.
_PRESENCE = "conseiller-numerique"

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

_LIGATURES = {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"}
#: Terms are looked up by the letters they begin with, so many or fewer.
_LOOKUP = range(2, 6)
#: Stands for ``*`` while a term is spelled: letters that no term has.
_ANY = "ZZZ"

_PRESENTATIONS = ("presentation_resume", "presentation_detail")


class _Kind(NamedTuple):
    code: str
    category: str
    in_descriptions: bool
    gives_way: str


class _Word(NamedTuple):
    """One term: of a kind, or (``refused``) of what looks like it and is not."""

    kind: int
    pattern: str
    capitals: bool
    at_start: bool
    refused: bool


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


def classify(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The columns ``categories`` and ``typologie`` of a normalised table, and the evidence.

    Categories and types that the source states stay; a category adds the code that
    ``categories.csv`` gives it. Every value deduced from words has a line
    (``typologie_deduite``, ``categorie_deduite``): the words, what they gave, the field they
    were read in. ``categories`` is never empty: what nothing tells is « autre ».
    """
    categories, typologie = column(table, "categories"), column(table, "typologie")
    no_category = categories.isin(("", _OTHER_CATEGORY, _PRESENCE))
    # A legal form says who runs a place, and leaves it to the name to say what it is.
    no_type = typologie.isin(("", _OTHER_CODE, *_LEGAL_FORMS))
    name = column(table, "nom")
    in_name = _over_distinct(name.where(no_category | no_type, ""), described=False)

    stated = _distinct(
        joined([typologie, over_distinct(typologie + "\n" + categories, _implied)], SEPARATOR)
    )
    told = in_name["codes"].where(no_type, "")
    codes = _distinct(joined([stated, told], SEPARATOR))
    evidence = [_lines("typologie", no_type, _added(stated, codes), in_name["words"], "nom")]

    # « Autre » yields to any word; a presence stays beside what they tell.
    deduced = categories.mask(categories == _OTHER_CATEGORY, "")
    # A code that the name says too has the category of the name: not every BIB lends novels.
    unsaid = _added(in_name["codes"], typologie).where(no_category, "")
    by_code = over_distinct(unsaid, _category_of_codes)
    evidence.append(_lines("categories", no_category, by_code, typologie, "typologie"))
    by_name = in_name["categories"].where(no_category, "")
    evidence.append(
        _lines("categories", no_category, _added(by_code, by_name), in_name["words"], "nom")
    )
    deduced = _distinct(joined([deduced, by_code, by_name], SEPARATOR))
    for field in _PRESENTATIONS:
        silent = deduced == ""
        in_text = _over_distinct(column(table, field).where(silent, ""), described=True)
        evidence.append(
            _lines("categories", silent, in_text["categories"], in_text["words"], field)
        )
        deduced = deduced.mask(silent, in_text["categories"])
        # A name that told nothing leaves the type to what the description says plainly.
        typeless = codes.isin(("", _OTHER_CODE)) & (in_text["codes"] != "")
        codes = codes.mask(typeless, in_text["codes"])
    filled = deduced.mask(deduced == "", _OTHER_CATEGORY)
    kinds = pd.DataFrame({"categories": filled, "typologie": codes}, index=table.index, dtype="str")
    return kinds, join_issues(evidence)


def find(text: str, described: bool = False) -> Found:
    """The kinds of place that a name tells, or a description (``described``)."""
    text = _SENTENCE_END.split(text[:_READ])[0] if described else text
    spelled = _spelled(text)
    met = _hits(spelled, described)
    hits = _surviving(met.places)
    if not (hits or described or met.any):
        hits = _hits_loosely(spelled.lower())
    if not hits:
        return Found()
    origins = _origins(text)
    kinds = [_vocabulary()[0][hit.kind] for hit in hits]
    words = (text[origins[hit.start] : origins[hit.end - 1] + 1] for hit in hits)
    return Found(
        _joined(kind.code for kind in kinds), _joined(kind.category for kind in kinds),
        " ; ".join(dict.fromkeys(words)),
    )  # fmt: skip


@lru_cache(maxsize=10_000)
def in_label(list_name: str, label: str) -> tuple[str, ...]:
    """The terms of ``categories`` or ``typologie`` that a label of a type column tells.

    A kind that only the other list has is « autre » in this one; none, when no word is known.
    """
    found = find(label)
    if not found.words:
        return ()
    if list_name == "typologie":
        return tuple((found.codes or _OTHER_CODE).split(SEPARATOR))
    return tuple((found.categories or _OTHER_CATEGORY).split(SEPARATOR))


def _spelled(text: str) -> str:
    """The words of a text without accents nor signs, a space between them."""
    return _SPACES.sub(" ", text.translate(_LETTERS)).lstrip(" ")


def _origins(text: str) -> list[int]:
    """Where each character of :func:`_spelled` came from."""
    origins: list[int] = []
    after_space = True
    for position, character in enumerate(text):
        plain = _plain(character)
        if plain == " ":
            if not after_space:
                origins.append(position)
            after_space = True
        elif plain:
            origins += [position] * len(plain)
            after_space = False
    return origins


class _Letters(dict[int, str]):
    """For ``str.translate``: each character met is spelled once."""

    def __missing__(self, code: int) -> str:
        self[code] = _plain(chr(code))
        return self[code]


_LETTERS = _Letters()
_SPACES = re.compile(" {2,}")


@cache
def _plain(character: str) -> str:
    """A character's letters or digits; "" for a combining mark, a space for any other sign."""
    base = _LIGATURES.get(character) or unicodedata.normalize("NFKD", character)
    kept = "".join(one for one in base if one.isascii() and one.isalnum())
    return kept or ("" if unicodedata.combining(character) else " ")


def _hits(spelled: str, described: bool) -> _Met:
    """Every term met in a text, those of neighbours and exceptions taken out."""
    kinds = _vocabulary()[0]
    folded = spelled.lower()
    hits, refused, met = [], [], False
    for start in (found.start() for found in _WORD.finditer(folded)):
        for word in _beginning(folded[start : start + _LOOKUP[-1]]):
            plainly = not described or kinds[word.kind].in_descriptions
            if not plainly or (word.at_start and start):
                continue
            match = _compiled(word.pattern).match(spelled if word.capitals else folded, start)
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


def _hits_loosely(folded: str) -> list[_Hit]:
    """The kind that a name tells in words that are not quite those of a term."""
    found = _loose_reader().find(folded)
    if found is None or _ASIDE.search(folded, 0, found.start):
        return []
    return [_Hit(found.kind, found.start, found.end)]


@cache
def _loose_reader() -> Reader:
    """The reader of the terms that a person would know in another spelling.

    Those of owners are common words (« maison des communes »), which only their own spelling tells.
    """
    rows = enumerate(vocabulary_rows("mots_typologie"))
    kept = ((number, row["terms"]) for number, row in rows if not row["gives_way"])
    listed = ((number, term) for number, line in kept for term in line.split(SEPARATOR))
    spelled = (
        (_spelled(term.replace("*", _ANY)).strip().replace(_ANY, "*").lower(), number)
        for number, term in listed
        if not term.isupper()
    )
    return Reader(terms(spelled))


# Of more than a thousand terms a file meets a few dozen: each is compiled when it may stand.
_compiled = cache(re.compile)


@lru_cache(maxsize=65_536)
def _beginning(letters: str) -> tuple[_Word, ...]:
    """The terms that may stand where a text goes on with these letters."""
    index = _vocabulary()[1]
    beginnings = dict.fromkeys(letters[:length] for length in _LOOKUP)
    return tuple(chain.from_iterable(index.get(few, ()) for few in beginnings))


def _is_cut_out(folded: str, start: int, end: int) -> bool:
    """Whether a dotted acronym is a part of a longer one (« A.S.E. » in « C.A.S.E. »)."""
    if not _DOTTED.fullmatch(folded, start, end):
        return False
    return bool(_LETTER_BEFORE.search(folded, 0, start) or _LETTER_AFTER.match(folded, end))


def _surviving(hits: list[_Hit]) -> list[_Hit]:
    """Of terms that overlap the longest speaks; owners and hosts of other kinds give way."""
    kinds = _vocabulary()[0]
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


@cache
def _vocabulary() -> tuple[list[_Kind], dict[str, list[_Word]]]:
    """The kinds, and their terms under the letters they begin with."""
    kinds: list[_Kind] = []
    index: dict[str, list[_Word]] = {}
    for number, row in enumerate(vocabulary_rows("mots_typologie")):
        plain = row["fields"] == "nom+presentation"
        kinds.append(_Kind(row["value"], row["category"], plain, row["gives_way"]))
        for refused, listed in ((False, row["terms"]), (True, row["except"])):
            for term in filter(None, listed.split(SEPARATOR)):
                for letters, word in _words(term, number, refused):
                    index.setdefault(letters, []).append(word)
    return kinds, index


def _words(term: str, kind: int, refused: bool) -> Iterator[tuple[str, _Word]]:
    """The spellings of a term, each with the letters it is looked up by."""
    text = _spelled(term.replace("*", _ANY)).strip().replace(_ANY, "*")
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
        word = _Word(kind, pattern + end, capitals, term.startswith("^"), refused)
        yield letters, word


@cache
def _categories_by_code() -> dict[str, str]:
    """Code -> category: that of the first line of the code that has one."""
    known: dict[str, str] = {}
    for kind in _vocabulary()[0]:
        if kind.code and kind.category:
            known.setdefault(kind.code, kind.category)
    return known


@cache
def _codes_by_category() -> dict[str, str]:
    return {term.value: term.extra.get("typologie", "") for term in vocabulary("categories")}


def _implied(stated: str) -> str:
    """The codes of the categories (after a new line) that no stated code (before it) tells."""
    codes, _, categories = stated.partition("\n")
    told = {_categories_by_code().get(code) for code in codes.split(SEPARATOR)}
    return _joined(
        _codes_by_category().get(one, "") for one in categories.split(SEPARATOR) if one not in told
    )


def _category_of_codes(codes: str) -> str:
    return _joined(_categories_by_code().get(code, "") for code in codes.split(SEPARATOR))


def _joined(values: Iterable[str]) -> str:
    return SEPARATOR.join(dict.fromkeys(filter(None, values)))


def _distinct(values: pd.Series) -> pd.Series:
    """Each value once; « autre » only where it is alone."""
    return over_distinct(values, _one_of_each)


def _one_of_each(text: str) -> str:
    values = dict.fromkeys(text.split(SEPARATOR))
    if len(values) > 1:
        values.pop(_OTHER_CODE, None)
        values.pop(_OTHER_CATEGORY, None)
    return SEPARATOR.join(values)


def _added(before: pd.Series, after: pd.Series) -> pd.Series:
    """What of ``after`` is not in ``before``."""

    def new(pair: str) -> str:
        old, _, values = pair.partition("\n")
        return _joined(
            value for value in values.split(SEPARATOR) if value not in old.split(SEPARATOR)
        )

    return over_distinct(before + "\n" + after, new)


def _over_distinct(texts: pd.Series, described: bool) -> pd.DataFrame:
    """:func:`find` over a column, once per distinct text; columns codes, categories, words."""
    numbers, distinct = pd.factorize(texts)
    found = pd.DataFrame(
        [find(text, described) if text else Found() for text in distinct],
        columns=list(Found._fields),
        dtype="str",
    )
    return found.iloc[numbers].set_axis(texts.index)


def _lines(
    field: str, where: pd.Series, published: pd.Series, words: pd.Series, origin: str
) -> pd.DataFrame:
    code = {"typologie": "typologie_deduite", "categories": "categorie_deduite"}[field]
    told = where & (published != "")
    return issue_lines(
        told.index[told], field, code, value=words[told], published=published[told], detail=origin
    )
