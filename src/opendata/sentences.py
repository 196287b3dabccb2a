"""The sentence of an issue, in French or in English (schemas/vocabularies/problemes.csv)."""

from typing import Any

from opendata.language import Language
from opendata.schema import fields, problems

#: Longer values are cut: a sentence is to be read, and the line number tells the rest.
_SHOWN = 160


def sentence(issue: Any, language: Language) -> str:
    """What one line of an issues table (a named tuple of its columns) says."""
    problem = problems()[issue.code]
    field = fields().get(issue.field)
    title = issue.field if field is None else field.title.in_language(language)
    values = {"value": issue.value, "published": issue.published, "detail": issue.detail}
    shown = {
        name: text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        for name, text in values.items()
    }
    return problem.sentence.in_language(language).format(field=title, **shown)
