"""The short presentation: at most 280 characters (national standard v1.0.2)."""

import pandas as pd

from opendata.model import issue_lines, no_issues
from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example
from opendata.tables import ALTERNATIVE, over_distinct

NAME = "resume"
CONTEXT: tuple[str, ...] = ()
MAX_LENGTH = 280
_SENTENCE = "Le mardi, initiation à l'ordinateur. "
_LONG = _SENTENCE * 8
EXAMPLES = (
    Example("Ateliers d'initiation  et accès libre.", "Ateliers d'initiation et accès libre."),
    Example("<p>Accès libre</p><p>le mardi</p>", "Accès libre le mardi"),
    Example("AccÃ¨s libre", "Accès libre"),
    Example(_LONG, _SENTENCE * 7 + "Le mardi, initiation…", "texte_trop_long"),
    Example("a" * 281, "a" * 279 + "…", "texte_trop_long"),
    Example("a" * 280, "a" * 280),
    Example("néant", "", "texte_vide_de_sens"),
    Example("- Ateliers", "Ateliers", "formule_desamorcee"),
)


def clean(raw: str) -> Cleaned:
    """Text of at most 280 characters, cut between words with ``…``; detail: the real length."""
    found = text.clean(raw)
    if len(found.value) <= MAX_LENGTH:
        return found
    short = text.shorten(found.value, MAX_LENGTH, "…")
    return Cleaned(short, "texte_trop_long", str(len(found.value)))


def long_ones_as_detail(
    resume: pd.Series, detail: pd.Series
) -> tuple[pd.Series, pd.Series, pd.DataFrame]:
    """A presentation too long to be a summary becomes the detail, where there is none.

    Takes the two columns as mapped (same index) and returns them, with one line
    ``resume_en_detail`` per row moved; ``field`` is presentation_resume. A summary that the
    detail already repeats or completes stays, and :func:`clean` cuts it.
    """
    # The length that counts is that of the text without its markup.
    lengths = over_distinct(resume.mask(resume.str.len() <= MAX_LENGTH, ""), _length)
    one = ~resume.str.contains(ALTERNATIVE, regex=False)
    moved = one & (detail.str.strip() == "") & (lengths.replace("", "0").astype(int) > MAX_LENGTH)
    if not moved.any():
        return resume, detail, no_issues()
    lines = issue_lines(
        resume.index[moved], "presentation_resume", "resume_en_detail", value=resume[moved]
    )
    return resume.mask(moved, ""), detail.mask(moved, resume), lines


def _length(raw: str) -> str:
    return str(len(text.tidy(raw)))
