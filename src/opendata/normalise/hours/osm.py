"""Opening hours that are OpenStreetMap's already, or nearly so."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from opendata.normalise.hours.compose import UNCLEAR
from opendata.normalise.hours.lexicon import DAYS, FRENCH_DAYS
from opendata.normalise.hours.schedule import MIDNIGHT, Slot, merged, plausible, quoted, times
from opendata.normalise.personal import without_contacts, without_persons

_DAY = re.compile(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)\b", re.IGNORECASE)
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}|sunrise|sunset|dawn|dusk|unknown", re.IGNORECASE)
_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})(\+?)")
_SPANS = re.compile(
    r"(?<![0-9:+-])[0-9]{1,2}:[0-9]{2}\s*-\s*[0-9]{1,2}:[0-9]{2}\+?"
    r"(?:\s*,\s*[0-9]{1,2}:[0-9]{2}\s*-\s*[0-9]{1,2}:[0-9]{2}\+?)*(?![0-9:/-])"
)
# "Mar" is March in OSM and mardi in French; only a period such as "Mar-Oct" is plainly March.
_MARCH = re.compile(r"\bMar\b(?!\s*(?:-\s*[A-Z][a-z]{2}\b|[0-3]?[0-9]\b(?!\s*[:hH])))", re.I)
_WEEKDAY = re.compile(r"(?:Mo|Tu|We|Th|Fr|Sa|Su)\b")
_DAYS_OF_RULE = re.compile(
    rf"((?:{'|'.join(DAYS)})(?:\s?[-,]\s?(?:{'|'.join(DAYS)}))*)\s+(?=[0-9])"
)
_PARITY = re.compile(
    r"(?:semaines?\s+(?:im)?paires?\s*[:,-]?\s*(?P<after>[^\n]+)"
    r"|(?P<before>[^\n]+?)\s*[:,;\n(-]*\s*semaines?\s+(?:im)?paires?\s*\)?)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r'"[^"]*"')
_WORD = re.compile(r"[a-zA-Zéûà]+\.?")
#: What may stand beside days and times in a value that someone meant as OSM.
_OSM_WORDS = frozenset(
    (
        "mo", "tu", "we", "th", "fr", "sa", "su", "ph", "sh", "off", "closed", "open", "unknown",
        "week", "easter", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct",
        "nov", "dec", "sunrise", "sunset", "dawn", "dusk", "days", "day",
    )
)  # fmt: skip
_FRENCH = {
    spelling: code
    for name, code in zip(FRENCH_DAYS, DAYS, strict=True)
    for spelling in (name[:2], name[:3])
}
_NAMES = dict(zip(FRENCH_DAYS, DAYS, strict=True))


@lru_cache(maxsize=50_000)
def valid(text: str) -> bool:
    """Whether ``text`` is an opening_hours value that OpenStreetMap's tools can read."""
    from opening_hours import validate

    return "\0" not in text and bool(validate(text))


def repaired(text: str) -> str:
    """``text`` in OSM's syntax when it is OSM but for its spelling, else "".

    ``14h00-19h00``, ``17 :00``, ``Lu-Ve`` and ``mo-fr`` are such spellings. Days in French
    are only taken for OSM beside times with colons: in "mar 9h-12h; mer 14h-18h" nobody
    meant that the second part replaces the first.
    """
    comments = _COMMENT.findall(text)
    bare = _COMMENT.sub('""', text)
    words = [
        word.lower().rstrip(".") for word in _WORD.findall(re.sub(r"(?<=[0-9])\s*[hH]", ":", bare))
    ]
    french = [word for word in words if word not in _OSM_WORDS]
    # Whole names are French prose, unless something that only OSM has stands beside them.
    names = _FRENCH | _NAMES if re.search(r'""|[0-9]\+', bare) else _FRENCH
    if any(word not in names for word in french):
        return ""
    if french or "mar" in words:
        if re.search(r"[0-9]\s*[hH]", bare) or not french:
            return ""
        bare = _WORD.sub(lambda found: names.get(found[0].lower().rstrip("."), found[0]), bare)
    bare = re.sub(r"(?<=[0-9])\s*:\s*(?=[0-9]{2}\b)", ":", bare)
    bare = re.sub(
        r"\b([0-9]{1,2})[hH]([0-9]{2})?\b", lambda hit: f"{hit[1]}:{hit[2] or '00'}", bare
    )
    bare = _WORD.sub(lambda found: _cased(found[0]), bare)
    kept = iter(comments)
    result = re.sub('""', lambda _: next(kept), bare)
    return result if valid(result) else ""


def every_other_week(text: str) -> str:
    """ "Semaine impaire : Mo 09:30-12:30; PH off" in OSM's syntax, "" when it is not that.

    The words can stand before or after; rules without a day of the week hold in every week.
    """
    found = _PARITY.fullmatch(text.strip())
    if found is None:
        return ""
    weeks = "week 01-53/2" if "impaire" in text.lower() else "week 02-52/2"
    hours = found["after"] or found["before"]
    hours = hours if valid(hours) else repaired(hours)
    rules = [rule.strip() for rule in hours.split(";")]
    if not hours or any(sign in hours for sign in ('"', "week", "||")):
        return ""
    return "; ".join(f"{weeks} {rule}" if _WEEKDAY.match(rule) else rule for rule in rules)


def _cased(word: str) -> str:
    lower = word.lower()
    if lower in ("ph", "sh"):
        return word.upper()
    days_and_months = len(lower) in (2, 3) and lower in _OSM_WORDS and lower not in ("off", "day")
    return word.capitalize() if days_and_months else word


def plainly_osm(text: str) -> bool:
    """Whether a valid text can only be OSM and states days and plausible times.

    ``2021``, ``off`` and ``09:00-12:00`` are valid too, and say less than they seem to.
    """
    bare = _COMMENT.sub("", text)
    if re.fullmatch(
        r"24/7(?:\s*;\s*(?:PH|SH|[A-Z][a-z]{2}(?:-[A-Z][a-z]{2})?) off)*", bare.strip()
    ):
        return True
    if _MARCH.search(re.sub(r"\b[A-Za-z]{3}\s*-\s*Mar\b", "", bare)):
        return False
    if not all(_believable(spans[0]) for spans in _SPANS.finditer(bare)):
        return False
    only_comment = bare.strip() in ("unknown", "")
    return only_comment or bool(_DAY.search(bare) and _TIME.search(bare))


def with_unclear_days(text: str) -> tuple[str, list[str]]:
    """The rules of ``text`` that make sense, the days of the others said to be unclear, and
    those other rules: ``Mo 09:00-12:00; Tu 12:30`` knows of no Tuesday. "" when no rule makes
    sense, or one does not say which days it is about.
    """
    rules, refused = [], []
    for rule in filter(None, map(str.strip, text.split(";"))):
        days = _DAYS_OF_RULE.match(rule)
        if valid(rule) and plainly_osm(rule):
            rules.append(tidied(rule))
        elif days and not re.search('["a-zA-Z]', rule[days.end() :]):
            rules.append(f"{days[1]} unknown {quoted(UNCLEAR)}")
            refused.append(rule)
        else:
            return "", []
    opens = len(refused) < len(rules) and bool(_SPANS.search("; ".join(rules)))
    return ("; ".join(rules), refused) if opens else ("", [])


def tidied(text: str) -> str:
    """A valid value whose times overlap or are out of order, put in order."""

    def tidy(found: re.Match[str]) -> str:
        slots = _slots(found[0])
        if slots is None or len(slots) < 2:
            return found[0]
        in_order = merged(slots)
        apart = [*slots] == sorted(slots) and all(
            (one.end or 0) <= (two.start or 0) for one, two in pairwise(slots)
        )
        return found[0] if apart else times(in_order)

    return _outside_comments(
        text, lambda bare: _SPANS.sub(tidy, re.sub(r"(?<![0-9:])(?=[0-9]:[0-9]{2})", "0", bare))
    )


def without_personal(text: str) -> str:
    """``text`` without the comments that name a person, an address or a telephone number."""

    def keep(found: re.Match[str]) -> str:
        comment = found[0]
        return comment if without_contacts(without_persons(comment)) == comment else ""

    return re.sub(r"\s+([;,])", r"\1", _COMMENT.sub(keep, text)).strip()


def same_hours(one: str, other: str) -> bool:
    """Whether two OSM values state the same hours, whatever their spelling and comments.

    ``Mo-Su 08:30-12:00`` and ``08:30-12:00`` are the same. Comments are left out: they
    qualify hours without moving them. Two years are compared hour by hour where the
    library has no one spelling for what a value says (``Tu[1,3]``, ``week 02-52/2``).
    Anything that is not OSM is only the same as itself.
    """
    if one == other:
        return True
    bare = [_COMMENT.sub("", text).strip() for text in (one, other)]
    if not all(text and valid(text) for text in bare):
        return False
    return _canonical(bare[0]) == _canonical(bare[1])


def _canonical(text: str) -> tuple[object, ...]:
    from opening_hours import OpeningHours

    hours = OpeningHours(text, timezone=None, country="FR")
    if "SH" in text:
        return (str(hours.normalize()),)
    spans = hours.intervals(datetime(2024, 1, 1), datetime(2026, 1, 1))
    opened = [
        (span[0], span[1], str(span[2])) for span in spans if "CLOSED" not in str(span[2]).upper()
    ]
    result: list[tuple[object, ...]] = []
    for begin, end, state in opened:
        if result and result[-1][1:] == (begin, state):
            result[-1] = (result[-1][0], end, state)
        else:
            result.append((begin, end, state))
    return tuple(result)


def _outside_comments(text: str, change: Callable[[str], str]) -> str:
    parts = re.split(r'("[^"]*")', text)
    return "".join(part if part.startswith('"') else change(part) for part in parts)


def _slots(listed: str) -> list[Slot] | None:
    slots = []
    for hour, minute, end_hour, end_minute, more in _SPAN.findall(listed):
        start, end = int(hour) * 60 + int(minute), int(end_hour) * 60 + int(end_minute)
        if more or not plausible(start, end):
            return None
        slots.append(Slot(start, end if end > start else end + MIDNIGHT))
    return slots


def _believable(listed: str) -> bool:
    """Whether every time of one rule ends after it begins, or in the night that follows."""
    for hour, minute, end_hour, end_minute, _ in _SPAN.findall(listed):
        if not plausible(int(hour) * 60 + int(minute), int(end_hour) * 60 + int(end_minute)):
            return False
    return True
