"""From mapped text to published values, one normaliser per kind of field.

The kind of a field is its ``normalise`` entry in ``schemas/lieux.json``; the module that
handles a kind is the one whose ``NAME`` it is. :func:`normalise_table` is the only caller.
"""

from functools import cache
from importlib import import_module
from types import ModuleType

import pandas as pd

from opendata.model import Source, join_issues
from opendata.normalise.base import apply
from opendata.schema import SEPARATOR, fields, vocabulary
from opendata.tables import empty_text

#: Kind of value -> module. ``coordonnees`` is not here: it works on two columns at once.
MODULES = {
    "texte": "text",
    "nom": "name",
    "resume": "summary",
    "telephone": "phone",
    "courriel": "email",
    "url": "url",
    "date": "dates",
    "code_postal": "postcode",
    "code_insee": "insee",
    "identifiant": "identifiers",
    "adresse": "address",
    "cle": "key",
    "commune": "commune",
    "horaires": "hours",
    "vocabulaire": "closed_list",
}


@cache
def normaliser(kind: str) -> ModuleType:
    """The module that handles one kind of value."""
    return import_module(f"opendata.normalise.{MODULES[kind]}")


def normalise_table(mapped: pd.DataFrame, source: Source) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Published values for every field of ``mapped``, and the issues of what was lost.

    Text columns keep the dtype ``str``; ``latitude`` and ``longitude`` become floats (NaN
    where there is no point), and a boolean column ``corrected`` says where the point of
    the source had to be converted or had its axes swapped.
    """
    from opendata.normalise.closed_list import cleaner
    from opendata.normalise.coordinates import normalise_points

    table = mapped.copy()
    issues = []
    # Fields that give others their context (the postcode of a telephone number) go first.
    order = sorted(table.columns, key=lambda name: bool(_context(name)))
    for name in order:
        field = fields().get(name)
        if field is None or field.normalise not in MODULES:
            continue
        context = {other: table.get(other, empty_text(table.index)) for other in _context(name)}
        clean = cleaner(field.vocabulary) if field.vocabulary else normaliser(field.normalise).clean
        table[name], found = apply(name, table[name], clean, context)
        issues.append(found)
    empty = empty_text(table.index)
    points, found = normalise_points(
        table.get("latitude", empty),
        table.get("longitude", empty),
        source.coordinates.get("projection", ""),
    )
    issues.append(found)
    table = table.assign(**{name: points[name] for name in points.columns})
    if "categories" in table:
        table["typologie"] = _typology(table)
    everything = join_issues(issues)
    everything["source"] = source.id
    return table, everything


def _context(name: str) -> tuple[str, ...]:
    field = fields().get(name)
    if field is None or field.normalise not in MODULES or field.vocabulary:
        return ()
    context: tuple[str, ...] = normaliser(field.normalise).CONTEXT
    return context


def _typology(table: pd.DataFrame) -> pd.Series:
    """The standard's type codes: those the source gives, then those its categories imply."""
    codes = {term.value: term.extra.get("typologie", "") for term in vocabulary("categories")}
    stated = table.get("typologie", empty_text(table.index))
    pairs = pd.DataFrame({"stated": stated, "categories": table["categories"]})

    def together(stated: str, categories: str) -> str:
        implied = (
            code
            for category in categories.split(SEPARATOR)
            for code in codes.get(category, "").split(SEPARATOR)
        )
        return SEPARATOR.join(dict.fromkeys(filter(None, [*stated.split(SEPARATOR), *implied])))

    distinct = pairs.drop_duplicates()
    known = {pair: together(*pair) for pair in distinct.itertuples(index=False, name=None)}
    return pd.Series(
        [known[pair] for pair in pairs.itertuples(index=False, name=None)],
        index=table.index,
        dtype="str",
    )
