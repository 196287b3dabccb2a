"""Sentences after the hours that say nothing of when a place is open.

« Mardi 14h-17h. De nombreux services offerts. »: a reader of hours that knows a closed list of
words refuses such a text whole, for one sentence that changes nothing. It may be left out when
nothing in it can be about time, admission or closing; the issue then quotes it.
"""

import re
from collections.abc import Iterator

from opendata.normalise.hours.lexicon import DAY_WORDS, MONTH_WORDS, fold

#: Where a sentence may begin: after a stop, or at a capital that follows the end of a time.
_BEGINS = re.compile(r"(?<=[.;!*\n])\s*(?=\w)|(?<=[0-9hH)])\s+(?=[A-ZÀÂÉÈÊÎÔÛÇ])")
_WORD = re.compile(r"[^\W\d_]+")
#: Beginnings of folded words that could change when, or for whom, the place is open.
_ABOUT_OPENING = (
    "acces", "accueil", "actuel", "adher", "alterna", "annee", "annul", "apres", "appel", "avant",
    "chang", "closed", "compt", "condition", "confirm", "conge", "consult", "contact", "demande",
    "derni", "deux", "differ", "durant", "ete", "eleve", "etud", "except", "exclus", "exterieur",
    "ferie", "ferm", "fin", "groupe", "habitu", "heure", "hiver", "hors", "inscri", "interne",
    "itiner", "jour", "jusqu", "libre", "matin", "membre", "midi", "mois", "modif", "nocturne",
    "noel", "nouv", "open", "ouv", "paque", "partir", "pas", "pause", "pendant", "period", "perm",
    "person", "plann", "premi", "prevu", "provisoire", "public", "quinzaine", "rdv", "reduit",
    "rendez", "renseign", "reouv", "repos", "reserv", "resid", "saison", "sauf", "scolaire",
    "selon", "semaine", "seul", "site", "soir", "sous", "strict", "sur", "suspen", "telephon",
    "tempor",
    "toussaint", "travaux", "un", "uniq", "universit", "vac", "variab", "visite", "voir", "week",
)  # fmt: skip
#: Little words that begin as one of them and are harmless.
_HARMLESS = frozenset(("un", "une", "unes", "sur", "ouvrages", "personnalise", "personnalises"))


def candidates(text: str) -> Iterator[tuple[str, str]]:
    """The text without its last sentences, and those sentences, the longest end first.

    Only an end of which every word is harmless is offered.
    """
    for start in _BEGINS.finditer(text):
        end = text[start.end() :]
        if _harmless(end):
            yield text[: start.start()].rstrip(), " ".join(end.split())


def _harmless(sentence: str) -> bool:
    words = [fold(word) for word in _WORD.findall(sentence)]
    return (
        not re.search("[0-9]", sentence)
        and any(len(word) > 3 for word in words)
        and not any(_is_about_opening(word) for word in words)
    )


def _is_about_opening(word: str) -> bool:
    if word in _HARMLESS:
        return False
    return word in DAY_WORDS or word in MONTH_WORDS or word.startswith(_ABOUT_OPENING)
