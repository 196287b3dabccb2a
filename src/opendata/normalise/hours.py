"""Opening hours: valid OpenStreetMap ``opening_hours``, or nothing.

Three inputs are understood: OSM itself, one line per day (``Mo: 09:00 - 12:00``, as the
``days`` rule of the mapping writes them) and plain French weeks. French is read token by
token and a single word that is not known refuses the whole text: a visitor before a closed
door costs more than an empty field.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby, pairwise
from typing import NamedTuple

from opendata.normalise.base import Cleaned, Example
from opendata.normalise.text import is_placeholder

NAME = "horaires"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("Mo-Fr 09:00-12:00", "Mo-Fr 09:00-12:00"),
    Example(" Tu,Th 14:00-18:30; Sa 10:00-18:00 ", "Tu,Th 14:00-18:30; Sa 10:00-18:00"),
    Example("24/7", "24/7"),
    Example(
        "Mo: 09:00 - 12:00 / 13:30 - 17:00\nTu: 9h00-12h00 et 13h30-17h00\nWe: fermé\nTh: -\n"
        "Fr: de 9 h à midi",
        "Mo-Tu 09:00-12:00,13:30-17:00; Fr 09:00-12:00",
    ),
    Example("Mo: 09:00 - 12:00\nTu: sur rendez-vous", "", "horaires_partiels"),
    Example("Mo: 14:00 - 12:00\nTu: 9h-12h", "", "horaires_partiels"),
    Example("Mo: fermé\nTu: Fermé le mardi", "", "horaires_illisibles"),
    Example(
        "du lundi au vendredi de 9h à 12h et de 14h à 18h",
        "Mo-Fr 09:00-12:00,14:00-18:00",
    ),
    Example(
        "Lundi-Vendredi 09:00-19:00\nSamedi 10:00-18:00",
        "Mo-Fr 09:00-19:00; Sa 10:00-18:00",
    ),
    Example(
        "mardi et vendredi : 14h-19h\nmercredi et samedi : 10h-18h",
        "Tu 14:00-19:00; We 10:00-18:00; Fr 14:00-19:00; Sa 10:00-18:00",
    ),
    Example(
        "Mardi, jeudi 10h-12h ; samedi 9h-12h",
        "Tu 10:00-12:00; Th 10:00-12:00; Sa 09:00-12:00",
    ),
    Example(
        "mar-mer-jeu-ven 10h-12h 13h30-18h30 et le sam 10h-12h30",
        "Tu-Fr 10:00-12:00,13:30-18:30; Sa 10:00-12:30",
    ),
    Example("9h-19h du lundi au samedi", "Mo-Sa 09:00-19:00"),
    Example("Lundi : fermé", "", "horaires_illisibles"),
    Example("du mardi au samedi sauf jeudi 9h-12h", "", "horaires_illisibles"),
    Example("1er et 3e mardi du mois 9h-12h", "", "horaires_illisibles"),
    Example("lundi 9h-12h, semaines paires", "", "horaires_illisibles"),
    Example("lundi 9h-12h, lundi 14h-18h", "", "horaires_illisibles"),
    Example("09:00 - 12:00", "", "horaires_illisibles"),
    Example("-", "", "texte_vide_de_sens"),
)

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_FRENCH_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
#: Longest text read: the longest real week met counts 330 characters.
LONGEST = 1000
#: OSM reads ``14:00-12:00`` as "until noon of the next day"; beyond this it is a slip.
LONGEST_NIGHT_MIN = 16 * 60

#: Start and end in minutes after midnight.
_Span = tuple[int, int]
_Week = dict[int, tuple[_Span, ...]]


class _Token(NamedTuple):
    """``kind`` is one character, so that a text becomes a string that a grammar can read."""

    kind: str
    number: int = 0


_DAY_WORDS = {
    spelling: rank
    for rank, (name, code) in enumerate(zip(_FRENCH_DAYS, DAYS, strict=True))
    for spelling in (name, f"{name}s", name[:3], code.lower())
}
_WORDS = {
    "de": "d",
    "du": "d",
    "le": "l",
    "les": "l",
    "a": "a",
    "au": "a",
    "et": "e",
    "puis": "e",
    **dict.fromkeys(("ferme", "fermee", "fermes", "fermees", "fermeture"), "C"),
}
_SIGNS = {"-": "-", "/": "/", ",": ",", ";": ";", ":": ":", ".": ".", "*": ";", "\n": "n", "&": "e"}
_PIECE = re.compile(
    # "12h 13h30": what follows an hour is its minutes only when it is not an hour itself.
    r"(?P<hour>[0-9]{1,2}) ?(?:: ?(?P<minute>[0-9]{2})(?! ?:|[0-9])"
    r"|h(?:eures?)?(?![a-z])\.?(?: ?(?P<after>[0-9]{2})(?! ?[h:]|[0-9]))?)"
    r"|(?P<bare>[0-9]+)|(?P<word>[a-z]+)|(?P<sign>[-/,;:.*&\n])|(?P<blank> +)"
)
_DAYS = r"[dl]{0,2}D(?:(?:[-a]|,?e?)[dl]{0,2}D)*"
_PAIR = r"(?:T[-a/]T|T[-a/]B|B[-a/]T)"
_SPANS = rf"d?{_PAIR}(?:(?:[,;/-]?n?|,?e|ne)d?{_PAIR})*"
_GROUP = re.compile(
    rf"[-,;./n]*e?(?:(?>(?P<days>{_DAYS}))[:,]?n?(?:(?>(?P<spans>{_SPANS}))|(?P<off>C))"
    rf"|C(?>(?P<closed>{_DAYS})))[,;.n]*"
)
_HOURS_FIRST = re.compile(rf"(?P<spans>{_SPANS})[:,n]?(?P<days>{_DAYS})[.;n]*")
_ONE_DAY = re.compile(rf"[:n]*(?P<spans>{_SPANS})[.;,n/]*")
_CLOSED_DAY = re.compile(r"(?:C(?:l?(?P<day>D))?)?[-.n/]*")
_OPENING = re.compile(r"^\s*(?:ouverte?s?|ouverture|horaires?(?: d'ouverture)?)\b\s*:?\s*")
_DAY_LINE = re.compile(rf"(?:^|\n)[ \t]*({'|'.join(DAYS)}):")
_OSM_DAY = re.compile(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)\b", re.IGNORECASE)
_OSM_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}|sunrise|sunset|dawn|dusk", re.IGNORECASE)
_OSM_SPANS = re.compile(r"\d\d:\d\d-\d\d:\d\d(?:,\d\d:\d\d-\d\d:\d\d)*")
#: A day that begins before DAWN_MIN and lasts LONG_DAY_MIN is a slip of the pen.
DAWN_MIN = 5 * 60
LONG_DAY_MIN = 12 * 60
_OSM_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")
# "Mar" is March in OSM and mardi in French; only a period such as "Mar-Oct" is plainly March.
_MARCH = re.compile(r"\bMar\b(?!\s*(?:-\s*[A-Z][a-z]{2}\b|[0-3]?[0-9]\b(?!\s*[:hH])))", re.I)


def clean(raw: str) -> Cleaned:
    """The OSM opening hours that ``raw`` states, or "" when a part of it is not understood."""
    text = raw.strip()
    if is_placeholder(text):
        return Cleaned("", "texte_vide_de_sens")
    if len(text) > LONGEST:
        return Cleaned("", "horaires_illisibles")
    if _DAY_LINE.match(text):
        return _by_day(text)
    if valid(text):
        return Cleaned(text) if _plainly_osm(text) else Cleaned("", "horaires_illisibles")
    return _published(_french_week(text) or {})


def valid(text: str) -> bool:
    """Whether ``text`` is an opening_hours value that OpenStreetMap's tools can read."""
    from opening_hours import validate

    return "\0" not in text and bool(validate(text))


def _plainly_osm(text: str) -> bool:
    """Whether a valid text can only be OSM and states days and plausible times.

    ``2021``, ``off`` and ``09:00-12:00`` are valid too, and say less than they seem to.
    """
    if text == "24/7":
        return True
    if _MARCH.search(re.sub(r"\b[A-Za-z]{3}\s*-\s*Mar\b", "", text)):
        return False
    if not all(_believable(spans) for spans in _OSM_SPANS.findall(text)):
        return False
    nights = (map(int, times) for times in _OSM_SPAN.findall(text))
    return bool(_OSM_DAY.search(text) and _OSM_TIME.search(text)) and not any(
        (h2, m2) <= (h1, m1) and (h2 - h1) * 60 + m2 - m1 + 24 * 60 > LONGEST_NIGHT_MIN
        for h1, m1, h2, m2 in nights
    )


def _believable(listed: str) -> bool:
    """Whether the times of one rule follow each other and do not start before dawn by a slip.

    "1h-19h" stands for 10h or 13h; open all day and night is written 00:00-24:00.
    """
    spans = [
        [int(h) * 60 + int(m) for h, m in re.findall(r"(\d\d):(\d\d)", span)]
        for span in listed.split(",")
    ]
    apart = all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    # OSM writes the small hours as 25:00; here that is a slip for 15:00 or 17:00.
    within = all(end <= 24 * 60 for _, end in spans)
    return apart and within and not any(_slipped(start, end) for start, end in spans)


def _slipped(start: int, end: int) -> bool:
    return 0 < start < DAWN_MIN and end - start >= LONG_DAY_MIN


def _published(week: _Week) -> Cleaned:
    value = _osm(week)
    return Cleaned(value) if value and valid(value) else Cleaned("", "horaires_illisibles")


def _osm(week: _Week) -> str:
    """``Mo-Th 09:00-12:00; Fr 10:00-12:00``: consecutive equal days together, closed ones out."""
    rules = []
    for spans, ranks in groupby(range(len(DAYS)), key=lambda rank: week.get(rank, ())):
        days = list(ranks)
        if not spans:
            continue
        name = DAYS[days[0]] if len(days) == 1 else f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
        times = ",".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)
        rules.append(f"{name} {times}")
    return "; ".join(rules)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _by_day(text: str) -> Cleaned:
    """A week of one line per day; a day that is not understood refuses the week."""
    _, *parts = _DAY_LINE.split(text)
    if not any(char.isalnum() for stated in parts[1::2] for char in stated):
        return Cleaned("", "texte_vide_de_sens")
    week: _Week = {}
    refused = []
    for name, stated in zip(parts[::2], parts[1::2], strict=True):
        rank = DAYS.index(name)
        spans = _one_day(stated, rank)
        if spans is None or week.get(rank, spans) != spans:
            refused.append(f"{_FRENCH_DAYS[rank]} : {' '.join(stated.split())}")
        else:
            week[rank] = spans
    if refused:
        return Cleaned("", "horaires_partiels", "; ".join(refused))
    return _published(week)


def _one_day(stated: str, rank: int) -> tuple[_Span, ...] | None:
    """The spans of one day's cell, () when it is closed, None when it is not understood."""
    if _plain(stated).strip() == "non":
        return ()
    tokens = _tokens(stated.strip())
    if tokens is None:
        return None
    kinds = _kinds(tokens)
    if closed := _CLOSED_DAY.fullmatch(kinds):
        other = closed["day"] and tokens[closed.start("day")].number != rank
        return None if other else ()
    found = _ONE_DAY.fullmatch(kinds)
    return _spans(tokens[slice(*found.span("spans"))]) if found else None


def _plain(text: str) -> str:
    """Lower case without accents, one kind of dash, of apostrophe and of blank."""
    bare = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    bare = re.sub("[‐‑‒–—―−]", "-", bare)
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", bare))


def _tokens(text: str) -> list[_Token] | None:
    """The text as tokens, or None as soon as a piece of it is not known."""
    plain = _plain(text).replace("tous les jours", "lundi au dimanche")
    tokens: list[_Token] = []
    position = 0
    while position < len(plain):
        found = _PIECE.match(plain, position)
        token = _token(found) if found else None
        if found is None or token is None:
            return None
        position = found.end()
        if token.kind == "D" and len(found[0]) <= 3 and plain[position : position + 1] == ".":
            position += 1
        if not token.kind:
            continue
        tokens.append(token)
    return tokens


def _token(found: re.Match[str]) -> _Token | None:
    if found["blank"]:
        return _Token("")
    if found["sign"]:
        return _Token(_SIGNS[found["sign"]])
    if word := found["word"]:
        if word in _DAY_WORDS:
            return _Token("D", _DAY_WORDS[word])
        if word in ("midi", "minuit"):
            return _Token("T", 12 * 60 if word == "midi" else 24 * 60)
        return _Token(_WORDS[word]) if word in _WORDS else None
    if found["bare"]:
        return _Token("B", int(found["bare"]) * 60) if len(found["bare"]) <= 2 else None
    minute = int(found["minute"] or found["after"] or 0)
    return _Token("T", int(found["hour"]) * 60 + minute) if minute < 60 else None


def _kinds(tokens: Iterable[_Token]) -> str:
    return "".join(token.kind for token in tokens)


def _french_week(text: str) -> _Week | None:
    """The week that a French text describes, None unless every word of it is understood."""
    tokens = _tokens(_OPENING.sub("", _plain(text)))
    if not tokens:
        return None
    kinds = _kinds(tokens)
    if found := _HOURS_FIRST.fullmatch(kinds):
        return _add({}, tokens, found)
    week: _Week = {}
    position = 0
    while position < len(kinds):
        group = _GROUP.match(kinds, position)
        if group is None or _add(week, tokens, group) is None:
            return None
        position = group.end()
    return week


def _add(week: _Week, tokens: list[_Token], group: re.Match[str]) -> _Week | None:
    """``week`` with the days of one group added, None when they contradict it."""
    parts = group.groupdict()
    spans: tuple[_Span, ...] | None = ()
    if parts["spans"]:
        spans = _spans(tokens[slice(*group.span("spans"))])
    days = _days(tokens[slice(*group.span("days" if parts["days"] else "closed"))])
    if spans is None or days is None:
        return None
    for day in days:
        if week.setdefault(day, spans) != spans:
            return None
    return week


def _days(tokens: list[_Token]) -> list[int] | None:
    """The days of ``lundi, mercredi``, ``du mardi au samedi``, ``mar-mer-ven``, as ranks."""
    days: list[int] = []
    pieces: list[list[_Token]] = [[]]
    for token in tokens:
        if token.kind in ",e":
            pieces.append([])
        elif token.kind in "D-a":
            pieces[-1].append(token)
    for piece in filter(None, pieces):
        ranks = _linked_days(piece)
        if ranks is None:
            return None
        days += ranks
    return days


def _linked_days(piece: list[_Token]) -> list[int] | None:
    """Two days that are linked are a period; three or more are a list; else None."""
    ranks = [token.number for token in piece if token.kind == "D"]
    links = _kinds(token for token in piece if token.kind != "D")
    if any(later <= earlier for earlier, later in pairwise(ranks)):
        return None
    if len(ranks) == 2 and links:
        return list(range(ranks[0], ranks[1] + 1))
    # "lundi vendredi" may be two days or five; "lundi mardi" can only be two.
    vague = len(ranks) == 2 and ranks[1] > ranks[0] + 1
    listed = links in ("", "-" * (len(ranks) - 1))
    return ranks if listed and not vague else None


def _spans(tokens: list[_Token]) -> tuple[_Span, ...] | None:
    """The times two by two, None unless each comes after the one before."""
    times = [token.number for token in tokens if token.kind in "TB"]
    starts, ends = times[::2], times[1::2]
    ordered = all(start < end for start, end in zip(starts, ends, strict=True))
    apart = all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    slipped = any(_slipped(start, end) for start, end in zip(starts, ends, strict=True))
    if slipped or not (ordered and apart and times[-1] <= 24 * 60):
        return None
    return tuple(zip(starts, ends, strict=True))
