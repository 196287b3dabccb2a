"""What a remark beside the hours says of one day: « Ouverture le 1er et 3ème samedi du mois ».

A remark is free text, most of it about something else. A sentence of it goes with the hours of a
day in three cases: it limits the day to some weeks, it asks for an appointment, or it says that
the day is held elsewhere.
"""

import re

from opendata.normalise.hours.lexicon import DAYS, FRENCH_DAYS

_SENTENCES = re.compile(r"[.;\n](?!\d)|\s//?\s")
_OPENING = re.compile(r"\b(?:ouver|ferm)", re.I)
#: Which of the weeks: a day that is told of so is not one of every week.
_SOME_WEEKS = re.compile(
    r"\b(?:1er|premier|2nd|[2-5] ?[eè](?:me)?|dernier|deuxi[eè]me|troisi[eè]me|quatri[eè]me)s?\b"
    r"|\bsemaines? (?:im)?paires?|\b(?:une?|1|2|deux|samedis?) (?:semaine|jour|\w+di)s?"
    r" ?(?:sur|/) ?(?:deux|2)|\bquinzaine|\balternance|\bpar mois\b|\bdu mois\b|\bvacances\b",
    re.I,
)
_APPOINTMENT = re.compile(r"\b(?:sur|avec) (?:rendez[- ]?vous|r\.?d\.?v\.?|rv)(?!\w)", re.I)
#: A whole sentence that asks for an appointment, on whatever day.
_ALWAYS_BY_APPOINTMENT = re.compile(
    r"(?:(?:accueil|ouvert|ouverture|reçoit|réception)\s+)?(?:au public\s+)?"
    r"(?:(?:uniquement|exclusivement|seulement)\s+)?(?:sur|avec) (?:rendez[- ]?vous|rdv|rv)"
    r"(?:\s+(?:uniquement|exclusivement|seulement|obligatoire))?",
    re.I,
)
_NAMED_DAY = "|".join(FRENCH_DAYS)
_RANGE = re.compile(rf"\b({_NAMED_DAY})s? (?:au|à) ({_NAMED_DAY})s?\b", re.I)
_CLOCK = re.compile(r"\b([0-9]{1,2}) ?[h:] ?([0-9]{2})?(?![0-9])", re.I)
_TIMES = re.compile(
    r"(?:\bde )?\b[0-9]{1,2} ?[h:] ?(?:[0-9]{2})?\s*(?:à|-|–)\s*[0-9]{1,2} ?[h:] ?(?:[0-9]{2})?",
    re.I,
)
#: Visits beside the hours of the house, not in their place.
_BESIDES = re.compile(
    r"\b(?:permanence|itin[eé]ran|antenne|atelier|horaire|ouver|ferm|accueil|t[eé]l[eé]phon|contact"
    r"|conseil|march|site|possib|agent|partenaire|libre|continu|d[eé]centralis|suppl[eé]ment)",
    re.I,
)
#: « à Sartène », « : Saint Joseph », « centre social », after the days.
_PLACE = re.compile(
    r"(?::\s*|\b(?:à|au|aux|sur|chez)\s+(?:la |le |les |l['’])?)(?=[A-ZÉÈ])"
    r"|\b(?:mairie|centre social|centre culturel|salle|m[eé]diath[eè]que|parking|place)\b"
)

#: A day's cell and, in square brackets, the sentence that goes with it.
LIMITED = re.compile(r"(.*\S) \[([^\[\]]+)\]\s*", re.DOTALL)


def with_remark(hours: str, remark: str, day: str) -> str:
    """The cell of ``day`` (Mo…Su) and the sentence of the remark that goes with it, if any."""
    sentence = _about_day(hours, remark, day) if hours and day in DAYS else ""
    plain = sentence.replace("[", "(").replace("]", ")")
    return f"{hours} [{plain}]" if plain else hours


def asks_for_appointment(sentence: str) -> bool:
    """Whether a sentence only says how one is received: the times beside it hold."""
    return bool(_APPOINTMENT.search(sentence)) and not _SOME_WEEKS.search(sentence)


def without_times(sentence: str) -> str:
    """The sentence without the times it repeats: « Ouvert le 1er samedi du mois »."""
    return " ".join(_TIMES.sub(" ", sentence).split())


def _about_day(hours: str, remark: str, day: str) -> str:
    rank = DAYS.index(day)
    for sentence in map(str.strip, _SENTENCES.split(remark)):
        if _ALWAYS_BY_APPOINTMENT.fullmatch(sentence):
            return " ".join(sentence.split())
        if rank not in _days_named(sentence):
            continue
        limits = _OPENING.search(sentence) and _SOME_WEEKS.search(sentence)
        if limits or asks_for_appointment(sentence) or _is_elsewhere(hours, sentence):
            return " ".join(sentence.split())
    return ""


def _days_named(sentence: str) -> set[int]:
    ranks = {
        rank for rank, name in enumerate(FRENCH_DAYS) if re.search(rf"\b{name}s?\b", sentence, re.I)
    }
    for first, last in _RANGE.findall(sentence):
        begin, end = FRENCH_DAYS.index(first.lower()), FRENCH_DAYS.index(last.lower())
        ranks |= set(range(begin, end + 1))
    return ranks


def _is_elsewhere(hours: str, sentence: str) -> bool:
    """Whether the hours of the day are those of another place: « Mardi : mairie de Rânes ».

    A sentence with times of its own tells of another place only when they are the day's.
    """
    if not _PLACE.search(sentence):
        return False
    told = _clocks(sentence)
    if told:
        return bool(_clocks(hours)) and _clocks(hours) <= told
    return not _BESIDES.search(sentence)


def _clocks(text: str) -> set[int]:
    return {int(hour) * 60 + int(minute or 0) for hour, minute in _CLOCK.findall(text)}
