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

Each module knows only those before it::

    spelling, terms    letters and terms, as they are compared
    loosely            terms in another spelling than their own
    reading            the kinds that one text tells
"""

from functools import cache

import pandas as pd

from opendata.model import issue_lines, join_issues
from opendata.normalise.kinds.reading import (
    OTHER_CATEGORY,
    OTHER_CODE,
    Found,
    distinct_values,
    find,
    in_label,
)
from opendata.normalise.kinds.terms import kinds_and_terms
from opendata.schema import SEPARATOR, vocabulary
from opendata.tables import column, joined, over_distinct

__all__ = ["Found", "classify", "find", "in_label"]

_LEGAL_FORMS = ("ASSO", "EPCI")
#: What is offered in a place of any kind: beside it, the words still tell the kind.
_PRESENCE = "conseiller-numerique"
_PRESENTATIONS = ("presentation_resume", "presentation_detail")


def classify(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The columns ``categories`` and ``typologie`` of a normalised table, and the evidence.

    Categories and types that the source states stay; a category adds the code that
    ``categories.csv`` gives it. Every value deduced from words has a line
    (``typologie_deduite``, ``categorie_deduite``): the words, what they gave, the field they
    were read in. ``categories`` is never empty: what nothing tells is « autre ».
    """
    categories, typologie = column(table, "categories"), column(table, "typologie")
    no_category = categories.isin(("", OTHER_CATEGORY, _PRESENCE))
    # A legal form says who runs a place, and leaves it to the name to say what it is.
    no_type = typologie.isin(("", OTHER_CODE, *_LEGAL_FORMS))
    name = column(table, "nom")
    in_name = _over_distinct(name.where(no_category | no_type, ""), described=False)

    stated = _distinct(
        joined([typologie, over_distinct(typologie + "\n" + categories, _implied)], SEPARATOR)
    )
    told = in_name["codes"].where(no_type, "")
    codes = _distinct(joined([stated, told], SEPARATOR))
    evidence = [_lines("typologie", no_type, _added(stated, codes), in_name["words"], "nom")]

    # « Autre » yields to any word; a presence stays beside what they tell.
    deduced = categories.mask(categories == OTHER_CATEGORY, "")
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
        typeless = codes.isin(("", OTHER_CODE)) & (in_text["codes"] != "")
        codes = codes.mask(typeless, in_text["codes"])
    filled = deduced.mask(deduced == "", OTHER_CATEGORY)
    kinds = pd.DataFrame({"categories": filled, "typologie": codes}, index=table.index, dtype="str")
    return kinds, join_issues(evidence)


@cache
def _categories_by_code() -> dict[str, str]:
    """Code -> category: that of the first line of the code that has one."""
    known: dict[str, str] = {}
    for kind in kinds_and_terms()[0]:
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
    return distinct_values(
        _codes_by_category().get(one, "") for one in categories.split(SEPARATOR) if one not in told
    )


def _category_of_codes(codes: str) -> str:
    return distinct_values(_categories_by_code().get(code, "") for code in codes.split(SEPARATOR))


def _distinct(values: pd.Series) -> pd.Series:
    """Each value once; « autre » only where it is alone."""
    return over_distinct(values, _one_of_each)


def _one_of_each(text: str) -> str:
    values = dict.fromkeys(text.split(SEPARATOR))
    if len(values) > 1:
        values.pop(OTHER_CODE, None)
        values.pop(OTHER_CATEGORY, None)
    return SEPARATOR.join(values)


def _added(before: pd.Series, after: pd.Series) -> pd.Series:
    """What of ``after`` is not in ``before``."""

    def new(pair: str) -> str:
        old, _, values = pair.partition("\n")
        return distinct_values(
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
