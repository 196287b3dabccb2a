"""Which rows describe the same place.

Two rows of *different* sources are one place when commune, name and street address agree
once spelling is folded and usual abbreviations are spelled out. A place that merely hosts
another (a France services inside a town hall) has another name, and stays apart. Two rows
of the same source never merge: their producer gave them two keys. When a source has two
rows that fit the same place, nothing tells which is meant, and none of them merges.
"""

import re

import pandas as pd

from opendata.schema import fold
from opendata.tables import over_distinct

_EXPANSIONS = {
    "av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard", "pl": "place",
    "r": "rue", "rte": "route", "ch": "chemin", "chem": "chemin", "imp": "impasse",
    "all": "allee", "sq": "square", "st": "saint", "ste": "sainte", "gal": "general",
    "mal": "marechal", "dr": "docteur", "pdt": "president", "fg": "faubourg",
}  # fmt: skip
_SILENT = frozenset(("de", "du", "des", "d", "la", "le", "les", "l", "et", "a", "au", "aux", "en"))


def comparison_key(text: str) -> str:
    """The words of a name or address, folded, spelled out, without articles."""
    words = (_EXPANSIONS.get(word, word) for word in fold(text).split())
    return " ".join(word for word in words if word not in _SILENT)


def group_rows(rows: pd.DataFrame) -> pd.Series:
    """A group number per row; rows with the same number are one place.

    ``rows`` has the text columns source, code_insee, nom, adresse (any unique index).
    Groups are numbered in the order of their first row.
    """
    names = over_distinct(rows["nom"], comparison_key)
    addresses = over_distinct(rows["adresse"], comparison_key)
    keys = rows["code_insee"] + "\x1f" + names + "\x1f" + addresses
    comparable = (names != "") & addresses.map(lambda key: bool(re.search(r"[a-z]", key)))
    alone = pd.Series([f"\x1e{number}" for number in range(len(rows))], index=rows.index)
    keys = keys.mask(~comparable.astype(bool), alone)
    # Two rows of one source under the same key: nothing tells which one the others mean.
    doubled = rows.assign(key=keys).duplicated(["source", "key"], keep=False)
    ambiguous = keys.isin(set(keys[doubled]))
    return pd.Series(pd.factorize(keys.mask(ambiguous, alone))[0], index=rows.index)
