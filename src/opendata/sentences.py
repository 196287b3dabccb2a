"""The sentence of an issue, in French or in English (schemas/vocabularies/problemes.csv)."""

import re
from typing import Any

from opendata.language import Language
from opendata.schema import fields, problems

#: Longer values are cut: a sentence is to be read, and the line number tells the rest.
_SHOWN = 160
_KM = re.compile(r"(?<![\d,])\d+(?:[\s\u00a0\u202f]\d{3})*,\d+(?=[\s\u00a0\u202f]km\b)")


def sentence(issue: Any, language: Language) -> str:
    """What one line of an issues table (a named tuple of its columns) says."""
    problem = problems()[issue.code]
    field = fields().get(issue.field)
    title = issue.field if field is None else field.title.in_language(language)
    detail = issue.detail
    if language == "en":
        # Stages write a distance the French way, for the tables that reusers get.
        detail = _KM.sub(_english, detail)
    values = {"value": issue.value, "published": issue.published, "detail": detail}
    shown = {
        name: text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        for name, text in values.items()
    }
    return problem.sentence.in_language(language).format(field=title, **shown)


def _english(found: "re.Match[str]") -> str:
    whole, _, decimals = found[0].partition(",")
    return f"{','.join(whole.split())}.{decimals}"
