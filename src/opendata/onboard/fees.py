"""What a column of prices says: free, paying, or nothing that is sure.

The closed list knows its own terms (« Gratuit », « Payant »); producers write amounts and
sentences (« 0 € », « 10 € par an », « Gratuit pour tous », « Adhésion 5 €/an »).
"""

import re
from collections.abc import Mapping, Sequence

from opendata.onboard.headers import says
from opendata.onboard.profile import Column
from opendata.schema import SEPARATOR, fold

FREE, PAYING, FOR_SOME = "Gratuit", "Payant", "Gratuit sous condition"
#: Headers that a yes answers, and what it then says; a no says the contrary.
_QUESTIONS = ((r"payante?s?|fee", PAYING, FREE), (r"gratuite?s?|free", FREE, PAYING))

_AMOUNT = re.compile(r"\d+(?:[.,]\d+)? ?(?:€|eur\b|euros?\b)", re.I)
_NO_AMOUNT = re.compile(r"0+(?:[.,]0+)? ?(?:€|eur|euros?)", re.I)
_SAYS_PAYING = re.compile(r"\b(?:payante?s?|adhesions?|abonnements?|cotisations?|forfaits?)\b")
_SAYS_FREE = re.compile(r"\b(?:gratuit(?:e|s|es|ement)?)\b")
#: « Gratuit pour les adhérents »: for some, and for all in « gratuit pour tous ».
_FOR_SOME = re.compile(r"\bgratuit\w* (?:pour|aux?|si|jusqu|sous)\b(?! tou[ts]|(?: le)? public\b)")
#: A sentence with one of these may say the contrary of its words, or only part of it.
_UNSURE = re.compile(r"\b(?:non|pas|sauf|sans|hors|mais|condition\w*|selon|parfois)\b")


def translation(column: Column, known: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The values of a column and their terms of the closed list, for a rule with ``values``.

    ``known`` are the terms that the list understands by itself of each value. Values of which
    nothing is sure are left out; {} when the list needs no help.
    """
    told = {text: SEPARATOR.join(terms) for text, terms in known.items() if terms}
    added = {text: meaning(column.name, text) for text in column.counts if text not in told}
    sure = {text: value for text, value in added.items() if value}
    return told | sure if sure else {}


def meaning(header: str, text: str) -> str:
    """The term that a value of a column of prices says; "" when it is not sure."""
    if _NO_AMOUNT.fullmatch(text.strip()):
        return FREE
    for words, yes, no in _QUESTIONS:
        if says(header, words) and fold(text) in ("oui", "non"):
            return yes if fold(text) == "oui" else no
    plain = fold(text)
    if _FOR_SOME.search(plain) and not _SAYS_PAYING.search(plain):
        return FOR_SOME
    if _UNSURE.search(plain):
        return ""
    free = bool(_SAYS_FREE.search(plain))
    # Folding takes the sign of the euro away: amounts are looked for as they are written.
    paying = bool(_SAYS_PAYING.search(plain) or _AMOUNT.search(text))
    return "" if free == paying else FREE if free else PAYING
