"""The short presentation: at most 280 characters (national standard v1.0.2)."""

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example

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
