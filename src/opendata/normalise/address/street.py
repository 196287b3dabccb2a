"""The street line itself: numbers, ways, commas, and what joined columns leave behind."""

import re

WAYS = (
    "all[ée]es?|av|ave|avenue|bd|blvd|boulevard|chemin|cours|espl|esplanade|faubourg|fbg|impasse"
    "|lotissement|mail|mont[ée]e|passage|place|promenade|quai|r[ée]sidence|rond[ -]point|route"
    "|rte|rue|ruelle|sentier|square|traverse|venelle|voie"
)
NUMBER = r"[0-9]{1,4}(?:\s?(?:bis|ter|quater))?"
_NUMBER_COMMA = re.compile(
    r"^([0-9]+(?: ?(?:bis|ter|quater|[a-d]))?)"
    rf"(?: ?[,.] ?(?=[^\W\d])| [-–] (?=(?:{WAYS})\b))",
    re.I,
)
_NUMBER_MARK = re.compile(
    r"^(?:adresse(?: postale)?\s?:\s?)?"
    r"(?:(?:n\s?[°º]|no\.?(?=\s?[0-9])|num[ée]ro)\s?:?\s?(?=[0-9]))?",
    re.I,
)
#: What a number or a way becomes in joining columns: "12.0", "0", "12 12 rue", "rue Rue".
_JOINED = re.compile(
    r"^(?:(?P<whole>[0-9]{1,4})\.0+(?=[\s,])"
    r"|0+\s?[\s,]\s?(?!bis\b|ter\b)(?=[^\W\d])"
    rf"|(?P<twice>[0-9]{{1,4}})[ ,]{{1,3}}(?P=twice)(?=[ ,]{{1,3}}(?:{WAYS})\b)"
    rf"|(?P<head>(?:{NUMBER},? )?(?P<way>[^\W\d_]{{2,12}})) (?P=way)(?= \w))",
    re.I,
)
_WAY = re.compile(WAYS, re.I)
# Both begin with a digit, which a search finds at once, and look behind it afterwards.
_GLUED_STREET = re.compile(rf"([0-9](?<!\w[0-9])[0-9]{{0,3}})(?=(?:{WAYS})\b)", re.I)
_GLUED_NUMBER = re.compile(rf"([0-9](?<=[^\W\d_]{{3}}[0-9])[0-9]{{0,3}})(?=\s(?:{WAYS})\b)", re.I)
#: Numbers, words and nothing else: there is nothing to straighten.
_STRAIGHT = re.compile(r"(?:[0-9]{1,4} )*[^\W\d_]+(?:[ '-][^\W\d_]+)*")
_COMMAS = re.compile(r"(?P<list>(?<=[0-9]),(?=[0-9]))|\s?[,|][\s,|]*")
APOSTROPHE = re.compile(r"[’‘ʼ´`]")
#: What programs write where a column of a joined address is empty.
_NULLS = re.compile(
    r"(?<!\S)(?:null|NULL|Null|NaN|undefined|#N/[ADd])(?!\S)|^(?:nan|[Nn]one)(?=\s|$)"
    # A valley may bear the name ("route du Nan"): then an article stands before it.
    r"|(?<=[0-9] )(?:nan|None)(?!\S)|(?<!\b[dl][eau])(?<!\bdes)\s(?:nan|None)$"
)
NO_STREET = re.compile(rf"[\W\d_]*(?:(?:bis|ter)\b[\W\d_]*)?(?:(?:{WAYS})\b)?[\W_]*", re.I)
EDGES = " ,;-–"
#: Full stops that stand for nothing: first, alone, several, or after the last whole word.
_STRAY_DOTS = re.compile(r"^[\W_]*[.*/][\W_]*|(?<!\S)\.+(?![0-9])|\.{2,}$|(?<=[^\W\d_]{5})\.$")


def straighten(address: str) -> str:
    """Commas followed by one space, none after the house number, none at the edges."""
    address = _JOINED.sub(_said_once, APOSTROPHE.sub("'", without_nulls(address)))
    if _STRAIGHT.fullmatch(address):
        return address
    spaced = _COMMAS.sub(lambda found: found["list"] or ", ", address).strip(EDGES)
    spaced = _STRAY_DOTS.sub(" ", spaced).strip(EDGES)
    spaced = _GLUED_NUMBER.sub(r" \1", _GLUED_STREET.sub(r"\1 ", _NUMBER_MARK.sub("", spaced)))
    return _NUMBER_COMMA.sub(r"\1 ", spaced)


def without_nulls(line: str) -> str:
    """``line`` without what programs write for nothing; most lines hold no such letters."""
    folded = line.lower()
    if any(sign in folded for sign in ("null", "nan", "none", "undef", "#n/")):
        return _NULLS.sub(" ", line)
    return line


def _said_once(found: "re.Match[str]") -> str:
    if found["way"] and not _WAY.fullmatch(found["way"]):
        return found[0]
    return found["whole"] or found["twice"] or found["head"] or ""
