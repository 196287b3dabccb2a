"""What a remark beside the hours says of one day: « Ouverture le 1er et 3ème samedi du mois »."""

import re

from opendata.normalise.hours.lexicon import DAYS, FRENCH_DAYS

_SENTENCES = re.compile(r"[.;\n](?!\d)| / ")
_OPENING = re.compile(r"\b(?:ouver|ferm)", re.I)
#: Which of the weeks: a day that is told of so is not one of every week.
_SOME_WEEKS = re.compile(
    r"\b(?:1er|premier|2nd|[2-5] ?[eè](?:me)?|dernier|deuxi[eè]me|troisi[eè]me|quatri[eè]me)s?\b"
    r"|\bsemaines? (?:im)?paires?|\b(?:une?|1|2|deux|samedis?) (?:semaine|jour|\w+di)s?"
    r" ?(?:sur|/) ?(?:deux|2)|\bquinzaine|\balternance|\bpar mois\b|\bdu mois\b|\bvacances\b",
    re.I,
)

#: A day's cell and, in square brackets, the remark that limits it.
LIMITED = re.compile(r"(.*\S) \[([^\[\]]+)\]\s*", re.DOTALL)


def with_limit(hours: str, remark: str) -> str:
    """The cell of a day and the sentence of the remark that limits it ("" for none)."""
    plain = remark.replace("[", "(").replace("]", ")")
    return f"{hours} [{plain}]" if hours and plain else hours


def about_day(remark: str, day: str) -> str:
    """The sentence of a remark that limits the opening of ``day`` (Mo…Su) to some weeks.

    Sentences of visits elsewhere (« permanence à Barret le 2ème mardi ») say nothing of
    being open or closed, and do not count.
    """
    if day not in DAYS:
        return ""
    named = re.compile(rf"\b{FRENCH_DAYS[DAYS.index(day)]}s?\b", re.I)
    for sentence in _SENTENCES.split(remark):
        if named.search(sentence) and _OPENING.search(sentence) and _SOME_WEEKS.search(sentence):
            return " ".join(sentence.split())
    return ""
