"""From mapped text to published values, one normaliser per kind of field.

The kind of a field is its ``normalise`` entry in ``schemas/lieux.json``; the module that
handles a kind is the one whose ``NAME`` it is. :func:`normalise_table` is the only caller.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import ModuleType

import pandas as pd

from opendata.model import Source, join_issues
from opendata.normalise.base import Cleaned, apply
from opendata.schema import fields
from opendata.tables import empty_text

#: Kind of value -> module. ``coordonnees`` is not here: it works on two columns at once.
MODULES = {
    "texte": "text",
    "textes": "text_list",
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
    from opendata.normalise.closed_list import cleaner, told_elsewhere
    from opendata.normalise.coordinates import normalise_points
    from opendata.normalise.kinds import classify
    from opendata.normalise.summary import long_ones_as_detail

    table = mapped.copy()
    empty = empty_text(table.index)
    issues = []
    if "presentation_resume" in table:
        detail = table.get("presentation_detail", empty)
        resume, detail, found = long_ones_as_detail(table["presentation_resume"], detail)
        table = table.assign(presentation_resume=resume, presentation_detail=detail)
        issues.append(found)
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
    points, found = normalise_points(
        table.get("latitude", empty),
        table.get("longitude", empty),
        source.coordinates.get("projection", ""),
    )
    issues.append(found)
    table = table.assign(**{name: points[name] for name in points.columns})
    kinds, found = classify(table)
    issues.append(found)
    table = table.assign(**{name: kinds[name] for name in kinds.columns})
    everything = told_elsewhere(join_issues(issues), table)
    everything["source"] = source.id
    return table, everything


def clean_value(name: str, raw: str, row: Mapping[str, str]) -> Cleaned:
    """One value of a field, normalised as a column of it would be; ``row`` is its context.

    A field without a normaliser of its own keeps the text as it is.
    """
    from opendata.normalise.closed_list import cleaner

    field = fields()[name]
    if field.normalise not in MODULES:
        return Cleaned(raw.strip())
    context = {other: row.get(other, "") for other in _context(name)}
    clean = cleaner(field.vocabulary) if field.vocabulary else normaliser(field.normalise).clean
    cleaned: Cleaned = clean(raw, **context)
    return cleaned


def _context(name: str) -> tuple[str, ...]:
    field = fields().get(name)
    if field is None or field.normalise not in MODULES or field.vocabulary:
        return ()
    context: tuple[str, ...] = normaliser(field.normalise).CONTEXT
    return context
