"""Which territory a row is in, and which rows a dataset is about.

A territory is ``france``, ``region:24``, ``departement:75``, ``epci:244500468`` or
``commune:45234``; a dataset may name several.
"""

from collections.abc import Iterable

import pandas as pd

#: Kind of territory -> column of the located table that holds its code.
_COLUMNS = {
    "region": "code_region",
    "departement": "code_departement",
    "epci": "code_epci",
    "commune": "code_insee",
}


def in_territory(located: pd.DataFrame, territories: Iterable[str]) -> pd.Series:
    """Whether each row stands in one of the territories; an unlocated row does not.

    ``located`` has the text columns code_insee, code_departement, code_region, code_epci.
    """
    inside = pd.Series(False, index=located.index)
    for territory in territories:
        kind, _, code = territory.partition(":")
        if kind == "france":
            inside |= located["code_insee"] != ""
        else:
            inside |= located[_COLUMNS[kind]] == code
    return inside


def departements_of(communes: pd.DataFrame, territories: Iterable[str]) -> frozenset[str]:
    """The codes of the départements that the territories touch.

    ``communes`` is the commune reference (columns code, departement, region, epci).
    """
    columns = {"region": "region", "departement": "departement", "epci": "epci", "commune": "code"}
    found: set[str] = set()
    for territory in territories:
        kind, _, code = territory.partition(":")
        rows = communes if kind == "france" else communes[communes[columns[kind]] == code]
        found |= set(rows["departement"])
    return frozenset(found - {""})


def departement_hint(code_insee: pd.Series, code_postal: pd.Series) -> pd.Series:
    """The département that a row's codes point to when its commune could not be resolved.

    Corsican postcodes (20xxx) say 2A or 2B only to those who know them: they give "20".
    """
    code = code_insee.mask(code_insee == "", code_postal)
    overseas = code.str[:2].isin(["97", "98"])
    return code.str[:2].mask(overseas, code.str[:3])
