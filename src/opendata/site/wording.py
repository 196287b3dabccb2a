"""Values as HTML in both languages: numbers, dates, sizes, plurals.

Every function takes raw data and returns escaped markup that carries both languages;
the style sheet shows one of them. A missing value is a dash, never an error.
"""

import math
import re
from datetime import datetime
from numbers import Real
from typing import Any

from markupsafe import Markup, escape

from opendata.language import Text

DASH = "–"
_THOUSANDS = "\u202f"
_NO_BREAK = "\u00a0"
_MONTHS = (
    Text("janvier", "January"),
    Text("février", "February"),
    Text("mars", "March"),
    Text("avril", "April"),
    Text("mai", "May"),
    Text("juin", "June"),
    Text("juillet", "July"),
    Text("août", "August"),
    Text("septembre", "September"),
    Text("octobre", "October"),
    Text("novembre", "November"),
    Text("décembre", "December"),
)


#: A colon between two parts of a line: French puts a space before it.
COLON = Markup('<span class="t" lang="fr">{}</span><span class="t" lang="en">{}</span>').format(
    f"{_NO_BREAK}: ", ": "
)


def both(fr: Any, en: Any = "") -> Markup:
    """French and English side by side; one plain text when they are the same or one is missing."""
    french, english = _text(fr), _text(en)
    french, english = french or english, english or french
    if french == english:
        return escape(french)
    return Markup('<span class="t" lang="fr">{}</span><span class="t" lang="en">{}</span>').format(
        french_spacing(french), english
    )


def french_spacing(text: str) -> str:
    """No line break before French double punctuation, nor inside « quotation marks »."""
    text = re.sub(r" (?=[:;?!»%](?:\s|$|[.,)]))", _NO_BREAK, text)
    return text.replace("« ", f"«{_NO_BREAK}")


def number(value: Any, decimals: int = 0) -> Text:
    """A number as each language writes it: ``1 234,5`` and ``1,234.5``."""
    amount = _amount(value)
    if amount is None:
        return Text(DASH, DASH)
    english = f"{amount:,.{decimals}f}"
    french = english.replace(",", _THOUSANDS).replace(".", ",")
    return Text(french, english)


def number_html(value: Any) -> Markup:
    """A whole number in both languages."""
    return both(*number(value))


def signed_html(value: Any, sign: str) -> Markup:
    """A count of changes with its sign; zero stays bare."""
    text = number(value)
    if text.fr in (DASH, "0"):
        return both(*text)
    return both(f"{sign}{text.fr}", f"{sign}{text.en}")


def percent(value: Any) -> Text:
    """A percentage (0 to 100). It says 100 or 0 only when that is exactly so."""
    amount = _amount(value)
    if amount is None:
        return Text(DASH, DASH)
    if amount not in (0, 100):
        amount = min(max(round(amount, 1), 0.1), 99.9)
    text = number(amount, 0 if amount in (0, 100) else 1)
    return Text(f"{text.fr}{_NO_BREAK}%", f"{text.en}%")


def percent_html(value: Any) -> Markup:
    """A percentage in both languages."""
    return both(*percent(value))


def share(part: Any, whole: Any) -> float | None:
    """``part`` in per cent of ``whole``; None when there is no whole."""
    top, bottom = _amount(part), _amount(whole)
    return None if top is None or not bottom else 100 * top / bottom


def size_html(value: Any) -> Markup:
    """A size in bytes, in decimal units."""
    amount = _amount(value)
    if amount is None:
        return escape(DASH)
    for unit_fr, unit_en, factor in (("Go", "GB", 1e9), ("Mo", "MB", 1e6), ("ko", "kB", 1e3)):
        if amount >= factor:
            text = number(amount / factor, 0 if amount >= 100 * factor else 1)
            return both(f"{text.fr}{_NO_BREAK}{unit_fr}", f"{text.en}{_NO_BREAK}{unit_en}")
    text = number(amount)
    return both(f"{text.fr}{_NO_BREAK}octets", f"{text.en}{_NO_BREAK}bytes")


def counted(value: Any, fr: str, en: str) -> Text:
    """A count with its noun; ``fr`` and ``en`` are ``singular|plural`` (or one invariable form)."""
    text = number(value)
    amount = _amount(value) or 0
    one_fr, _, many_fr = fr.partition("|")
    one_en, _, many_en = en.partition("|")
    return Text(
        f"{text.fr}{_NO_BREAK}{one_fr if abs(amount) < 2 else many_fr or one_fr}",
        f"{text.en} {one_en if amount == 1 else many_en or one_en}",
    )


def counted_html(value: Any, fr: str, en: str) -> Markup:
    """A count with its noun in both languages."""
    return both(*counted(value, fr, en))


def day(value: Any) -> Text:
    """An RFC 3339 date or moment as a day; anything else as it is written."""
    text = _text(value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return Text(text or DASH, text or DASH)
    first = "1er" if moment.day == 1 else str(moment.day)
    month = _MONTHS[moment.month - 1]
    return Text(f"{first} {month.fr} {moment.year}", f"{moment.day} {month.en} {moment.year}")


def day_html(value: Any) -> Markup:
    """A day in both languages, with the date a machine reads."""
    text = day(value)
    if text.fr == text.en:
        return escape(text.fr)
    return Markup('<time datetime="{}">{}</time>').format(_text(value)[:10], both(*text))


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _amount(value: Any) -> float | None:
    if not isinstance(value, Real | str):
        return None
    try:
        amount = float(value)
    except ValueError:
        return None
    return amount if math.isfinite(amount) else None
