"""The words of a French text about hours, as tokens.

Each word becomes a token whose ``kind`` is one character, so that a text becomes a short
string that regular expressions can read.
"""

import html
import re
from functools import lru_cache
from typing import NamedTuple

from opendata.normalise.hours.lexicon import (
    ACCENTED,
    APPOINTMENT,
    DAY_WORDS,
    EXPRESSIONS,
    FILLERS,
    FRENCH_DAYS,
    HALVES,
    HOLIDAY,
    LITTLE,
    MONTH_WORDS,
    ORDINALS,
    SHOWN,
    WEEK,
    WHOLE_WEEK,
    fold,
)  # fmt: skip
from opendata.normalise.text import repair_encoding


class Token(NamedTuple):
    """One word or sign.

    ``kind``: D days, O rank in the month, M month, T time, B bare number, C closed,
    X except, V school holidays, K school term, N out of school holidays, W even or odd weeks,
    Y all year, R by appointment, F some weeks only, E some of one day only, q other comment,
    G hours that change at times, H half of the day, J "until", I "from", A day and night,
    Z four digits, u "of the month", f nothing of note; d, a, e, o are the little words
    "de/du/le", "à/au", "et" and "ou"; signs stand for themselves and n ends a line.
    """

    kind: str
    number: int = 0
    days: tuple[int, ...] = ()
    text: str = ""
    begin: int = 0
    end: int = 0


_PIECE = re.compile(
    "|".join(
        [f"(?P<x{rank}>(?<![a-z0-9]){shape})" for rank, (_, shape) in enumerate(EXPRESSIONS)]
        + [
            # "12h3019h": minutes followed by another hour that is glued to them.
            r"(?P<glued>(?P<g_hour>[0-9]{1,2}) ?h ?(?P<g_minute>[0-5][05])(?=[0-9]{1,2} ?h))",
            # "18.30h" and "9.30": a dot stands for the h, but not in a date or a telephone number.
            r"(?P<dotted>(?<![0-9.])(?P<d_hour>[0-9]{1,2})\.(?P<d_minute>[0-5][05])"
            r"(?![0-9]|\.[0-9]|/) ?h?(?![a-z]))",
            # "12h 13h30": what follows an hour is its minutes only when it is not an hour itself.
            r"(?P<hour>[0-9]{1,2}) ?(?:: ?(?P<minute>[0-9]{2})(?! ?: ?[0-9]|[0-9])(?: ?h(?![a-z]))?"
            # "12h17h" is two hours, "09h30h" one.
            r"|h(?:eures?|rs?)?(?![a-z])\.?(?: ?(?:(?P<after>[0-9]{2})(?! ?[h:]|[0-9])"
            r"(?: ?mn?(?![a-z]))?|(?P<late>2[5-9]|[345][0-9]) ?h(?![a-z0-9]))"
            r"|(?P<tenth>[03])(?![0-9]|[ ]?[h:]))?"
            # "8:30/12:00 -14:/18:": a colon with nothing behind it, between two times.
            r"|:(?= ?[-/]|$)(?<=[0-9]:))",
            r"(?P<word>[a-z]+)",
            r"(?P<bare>[0-9]+)",
            r"(?P<sign>[-/,;:.*&\n()+|])",
            r"(?P<blank>[ ']+)",
        ]
    )
)
_SIGNS = {"\n": "n", "*": ";", "|": ";", "&": "e", "+": "e"}
_LETTERS = re.compile(
    r"(?<![\w'’-])(?:(?:L|Ma|Me|J|V|S|D|M)[ ,/-]{1,3}){2,6}(?:L|Ma|Me|J|V|S|D|M)(?![\w'’])"
)
_LOST_BLANK = re.compile(
    rf"(?<=[0-9]h)(?=et(?![a-z]))|(?<=[0-9h])(?=(?:{'|'.join(FRENCH_DAYS)}"
    r"|lun|mar|mer|jeu|ven|sam|dim)s?(?![a-z]))"
)
_LETTER_RANKS = {"L": 0, "Ma": 1, "Me": 2, "J": 3, "V": 4, "S": 5, "D": 6}


def plain(text: str) -> str:
    """Lower case without accents, one kind of dash, of apostrophe and of blank."""
    text = html.unescape(repair_encoding(text)) if re.search("[&ÃÂâ]", text) else text
    text = re.sub(r"<(?:br|/?p|/?li|/?ul|/?div)\b[^<>]{0,80}>", "\n", text, flags=re.I)
    text = _LETTERS.sub(_spelled_days, text)
    # è is beside à on no keyboard, but between two times it can stand for nothing else.
    text = re.sub(r"(?<=[hH0-9])\s*[èé]\s*(?=[0-9])", " à ", text)
    text = re.sub(r"(?<=[0-9])[oO](?=\s?[hH:])", "0", text)
    text = re.sub(r"(?<![\w])l(?=[0-9]\s?[hH])", "1", text)
    bare = fold(text.replace("’", "'").replace("‘", "'"))
    bare = re.sub("[‐‑‒–—―−›~→>_]", "-", bare)
    # "09:00:00--12:30:00"
    bare = re.sub(r"(?<=[0-9]:[0-9]{2}):00(?![0-9])", "", re.sub("-{2,3}(?=[0-9])", "-", bare))
    # "14hà16h"
    bare = re.sub(r"(?<=[0-9])h(?=a ?[0-9])", "h ", bare)
    bare = re.sub('["«»“”\u200b]', " ", bare)
    # Braces come from a list of days that a database wrote: "{Lundi,Mardi} : 9h-12h".
    bare = re.sub("[•·▪◦\t{}]", " ", bare)
    # "14h-19hMer : 14h-18h", "8h30-12het 13h30": a blank was lost.
    bare = _LOST_BLANK.sub(" ", bare)
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", bare)).strip()


def _spelled_days(found: re.Match[str]) -> str:
    """``L Ma Me J V`` in full; letters out of order or an M that may be two days stay."""
    ranks = [_LETTER_RANKS.get(letter, -1) for letter in re.findall("[A-Z][ae]?", found[0])]
    if -1 in ranks or sorted(set(ranks)) != ranks:
        return found[0]
    return ", ".join(FRENCH_DAYS[rank] for rank in ranks)


@lru_cache(maxsize=20_000)
def tokens(text: str) -> tuple[Token, ...] | None:
    """The tokens of a plain text, or None as soon as a piece of it is not known."""
    found: list[Token] = []
    position = 0
    while position < len(text):
        piece = _PIECE.match(text, position)
        token = _token(piece) if piece else None
        if piece is None or token is None:
            return None
        begin, position = piece.span()
        if token.kind == "D" and len(piece[0]) <= 6 and text[position : position + 1] == ".":
            # "mar. jeu.": the dot of an abbreviation, unless the word is whole.
            position += piece[0].rstrip("s") not in FRENCH_DAYS
        if token.kind:
            found.append(token._replace(begin=begin, end=position))
    return tuple(found)


def _token(piece: re.Match[str]) -> Token | None:
    if piece["blank"]:
        return Token("")
    if sign := piece["sign"]:
        return Token(_SIGNS.get(sign, sign))
    if piece["word"]:
        return _word(piece["word"])
    if piece["bare"]:
        return _bare(piece["bare"])
    if piece["glued"]:
        return _time(piece["g_hour"], piece["g_minute"])
    if piece["dotted"]:
        return _time(piece["d_hour"], piece["d_minute"])
    if piece["hour"]:
        tenth = piece["tenth"] + "0" if piece["tenth"] else "0"
        return _time(piece["hour"], piece["minute"] or piece["after"] or piece["late"] or tenth)
    return _expression(piece)


def _time(hour: str, minute: str) -> Token | None:
    whole = int(hour) * 60 + int(minute)
    return Token("T", whole) if int(minute) < 60 and whole <= 24 * 60 else None


def _bare(digits: str) -> Token | None:
    if len(digits) <= 2:
        return Token("B", int(digits) * 60) if int(digits) <= 31 else None
    if len(digits) == 4 and digits[3] in "05":
        # "13h30-1730"; whether a year is meant is seen by what stands before it.
        return Token("Z", int(digits[:2]) * 60 + int(digits[2:])) if int(digits[2:]) < 60 else None
    return None


def _word(word: str) -> Token | None:
    if word in DAY_WORDS:
        return Token("D", days=(DAY_WORDS[word],))
    if word in ("midi", "minuit"):
        return Token("T", 12 * 60 if word == "midi" else 24 * 60)
    if word in LITTLE:
        return Token(LITTLE[word])
    if word in MONTH_WORDS:
        return Token("M", MONTH_WORDS[word])
    if word in ORDINALS:
        return Token("O", ORDINALS[word])
    if word in HALVES:
        return Token("H", text=HALVES[word])
    if word in FILLERS:
        return Token("f", text=shown(word))
    if word in SHOWN:
        return Token("q", text=SHOWN[word])
    return None


def shown(words: str) -> str:
    """A comment made of plain words, with the accents they need."""
    return re.sub("[a-z]+", lambda found: ACCENTED.get(found[0], found[0]), " ".join(words.split()))


def _expression(piece: re.Match[str]) -> Token | None:
    rank = next(rank for rank in range(len(EXPRESSIONS)) if piece[f"x{rank}"])
    name, text = EXPRESSIONS[rank][0], piece[f"x{rank}"]
    if name == "ordinal":
        return Token("O", int(piece["ordinal"]))
    if name == "some_days":
        day = FRENCH_DAYS.index(piece["some_day"])
        return Token("E", days=(day,), text=shown(text))
    if name in _COMMENTS:
        kind, comment = _COMMENTS[name]
        return Token(kind, text=comment or shown(text))
    return _PLAIN_EXPRESSIONS[name]


_COMMENTS = {
    "frequency": ("F", ""),
    "changes": ("G", ""),
    "closed_then": ("G", ""),
    "both": ("q", "avec ou sans rendez-vous"),
    "unbroken": ("q", ""),
    "workshop": ("q", "atelier"),
    "reading_room": ("q", ""),
    "website": ("q", "consulter le site web"),
    "from_date": ("q", ""),
    "without": ("q", "sans rendez-vous"),
    "appointment": ("R", APPOINTMENT),
    "request": ("R", ""),
    "groups": ("R", ""),
}
_PLAIN_EXPRESSIONS = {
    "always": Token("A"),
    "daily": Token("D", days=WEEK),
    "everyday": Token("D", days=WEEK),
    "workweek": Token("D", days=WEEK[:5]),
    "whole_week": Token("D", days=WEEK[:5], text=WHOLE_WEEK),
    "weekend": Token("D", days=WEEK[5:]),
    "holiday": Token("D", days=(HOLIDAY,)),
    "out_of_term": Token("N"),
    "term": Token("K"),
    "school_holidays": Token("V"),
    "all_year": Token("Y"),
    "even": Token("W", 2),
    "odd": Token("W", 1),
    "month_of": Token("u"),
    "half": Token("H", text="p"),
    "until": Token("J"),
    "since": Token("I"),
    "closed": Token("C"),
    "filler": Token("f"),
}
