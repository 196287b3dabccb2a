"""The row's own postcode and town at the end of a street line, which are said elsewhere."""

import re
from difflib import SequenceMatcher
from functools import cache, lru_cache

import pandas as pd

from opendata.normalise.address.street import EDGES, NO_STREET, NUMBER, WAYS
from opendata.normalise.personal import FIRST_NAMES
from opendata.schema import fold

# No address is longer; beyond it is pasted prose, where a postcode is not the end of a line.
_LONGEST = 500
#: A town's name, its CEDEX, its département and region are not longer than this.
_LONGEST_TAIL = 120
_SMALL = frozenset(("le", "la", "les", "l", "d", "de", "du", "des", "en", "aux", "au"))
_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "s": "sur", "ss": "sous"}
_OFFICE = re.compile(
    r"\bcedex\b(?: [0-9]{1,2}\b)?|\bfrance$|\b0?[0-9]{1,2}(?: ?(?:er|eme|e))?(?: arrondissement)?$"
)
#: A postcode that is not the row's would be left alone; the number of a box is none.
_OTHER_POSTCODE = re.compile(r"(?<!BP )(?<!CS )(?<!BP)(?<!CS)(?<![0-9])[0-9]{2} ?[0-9]{3}$", re.I)
#: A postcode that lost a digit; the year of a date is none ("rue du 8 mai 1945").
_NUMBERED = re.compile(r"(?<![0-9])(?!(?:1[789]|20)[0-9]{2}$)[0-9]{3,}$")
#: "Mairie de Source", "rue d'Orléans": the town is a part of the name before it.
_LINK = re.compile(r"\b(?:d|de|du|des|a|au|aux|en|sur)$")
_LINKED = re.compile(r"(?:d|de|du|des|a|au|aux|en)\b")
_BREAKS = re.compile(r"[\s,(–-]+")
_DASH = re.compile(r"\s+[-–]\s+")
#: What announces a postcode, left at the end of the line that it is taken from.
_BEFORE_POSTCODE = re.compile(r"(?:(?<!\w)(?:FR?-|CP|C\.P\.|code postal|à)\s?:?\s?)?$", re.I)
_BOX = re.compile(r"\b(?:BP|CS|TSA)\s?$", re.I)
_LAST_BRACKETS = re.compile(r"\(([^()]{2,40})\)$")
_STREET_FIRST = re.compile(rf"(?:{NUMBER},? )?(?:{WAYS})\b\s+\w", re.I)
_STREET_NAME = re.compile(rf"\b(?:{WAYS})\b\s+([^\W\d_].*)$", re.I)
#: Words whose name goes on: "rue du Vieux Bourg", "rue du Général Foch", "rue Louis Aragon".
_GOES_ON = FIRST_NAMES | frozenset(
    re.findall(
        "[a-z]+",
        """
        abbaye abbe amiral ancien ancienne baron bas basse beau bel belle blanc blanche bois
        bon bonne bourg cap capitaine cardinal champ champs chanoine chapelle chateau clos
        colonel commandant comte comtesse cote croix cure docteur domaine dr duc eglise
        famille faubourg ferme font fontaine fort frere freres general grand grande grands
        hameau haut haute hauts ile lac lieutenant madame maire maitre marche marechal
        marquis mas mere mgr monseigneur monsieur mont moulin neuf neuve noir noire notre
        nouveau nouvelle parc pasteur pere petit petite pont port porte pre president pres
        prince princesse professeur puits reine roc roche rocher roi rond rouge saint sainte
        saints sergent soeur soeurs st ste tour val vallee vert verte vieil vieille vieux
        villa ville villeneuve
        """,
    )
)


def without_town(address: str, code_postal: str, town: str) -> str:
    """``address`` without the row's own postcode and ``town`` (its key) at the end."""
    if len(address) > _LONGEST:
        return address
    for written in _spellings(code_postal):
        head, found, tail = address.rpartition(written)
        separated = not head[-1:].isalnum() and not tail[:1].isalnum()
        if found and separated and len(tail) <= _LONGEST_TAIL and _says_the_town(tail, town):
            named = town_key(tail)
            # Four digits alone may be any number; those of a box are its own.
            if (written == code_postal[1:] and not named) or _BOX.search(head):
                continue
            head = _BEFORE_POSTCODE.sub("", head).rstrip(EDGES + "(/")
            return head if named else _before_town(head, town, stated=True) or head
    if code_postal and address.startswith(code_postal):
        behind = _behind_town(address, code_postal, town)
        if behind:
            return behind
    bracketed = _LAST_BRACKETS.search(address) if code_postal and address.endswith(")") else None
    if bracketed and town_key(bracketed[1]) in _territories_of(code_postal):
        return address[: bracketed.start()].rstrip(EDGES)
    return _before_town(address, town) or address


@lru_cache(maxsize=4096)
def _spellings(code_postal: str) -> tuple[str, ...]:
    """A postcode as it may be written: ``45000``, ``45 000``, ``6000`` for 06000."""
    if not (len(code_postal) == 5 and code_postal.isdigit()):
        return (code_postal,) if code_postal else ()
    short = (code_postal[1:],) if code_postal[0] == "0" else ()
    return (code_postal, f"{code_postal[:2]} {code_postal[2:]}", *short)


def _behind_town(address: str, code_postal: str, town: str) -> str:
    """The street that follows the row's own postcode and town, "" when none does."""
    rest = address.removeprefix(code_postal).lstrip(EDGES)
    for gap in _BREAKS.finditer(rest, 0, _LONGEST_TAIL):
        if town_key(rest[: gap.start()]) == town and _STREET_FIRST.match(rest, gap.end()):
            return rest[gap.end() :]
    return ""


def _before_town(address: str, town: str, stated: bool = False) -> str:
    """What stands before the town that ends ``address``, "" when none does.

    Without its postcode the town must follow a comma, a bracket or a dash, carry its CEDEX,
    or come after a street that has its name already: ``rue de Tours`` is a street.
    """
    office = re.search("c[eé]dex", address, re.I)
    marked = stated or office or "," in address or "(" in address
    alone = bool(town) and _may_end_with(address, town)
    if not town or not (marked or alone):
        return ""
    for gap in _BREAKS.finditer(address, max(0, len(address) - _LONGEST_TAIL)):
        told = stated or "," in gap[0] or "(" in gap[0] or (office and gap.end() <= office.start())
        if not (told or alone):
            continue
        head, tail = address[: gap.start()], address[gap.end() :]
        if not any(map(str.isalpha, head)) or town_key(tail) != town:
            continue
        parted = (
            _DASH.fullmatch(gap[0]) and not NO_STREET.fullmatch(head) and not _NUMBERED.search(head)
        )
        if told or parted or _is_whole_street(head, tail, town):
            linked = (
                _OTHER_POSTCODE.search(head)
                or _LINK.search(fold(head))
                or _LINKED.match(fold(tail))
            )
            return "" if linked else head.rstrip(EDGES + "(")
    return ""


def _may_end_with(address: str, town: str) -> bool:
    """Whether the last letters are the town's: most addresses are settled by them."""
    end = address[-2:]
    return town.endswith(end.lower() if end.isascii() else fold(end))


def _is_whole_street(head: str, tail: str, town: str) -> bool:
    """Whether ``head`` is a way with its name, to which the town in ``tail`` adds nothing.

    On doubt the town stays: ``rue Louis Aragon`` lies in Aragon as well.
    """
    street = _STREET_NAME.search(head)
    said = fold(street[1]).split() if street else []
    names = [word for word in said if word not in _SMALL]
    # A lone letter is an initial: "rue J. Verne".
    if not names or names[-1] in _GOES_ON or (len(names[-1]) == 1 and names[-1].isalpha()):
        return False
    if _NUMBERED.search(head):
        return False
    in_capitals = tail.isupper() and not head.isupper()
    if town.startswith("saint") or town in _GOES_ON:
        return in_capitals
    article = re.match(r"(?:L[ae]s?\s|L')", tail)
    return in_capitals or bool(article) or len(said) > 1


def _says_the_town(tail: str, town: str) -> bool:
    """Whether ``tail`` says no more than the town, its CEDEX, its département or the country."""
    stated = [town_key(part) for part in tail.strip(EDGES + ")").split(",") if part.strip()]
    named = [key for key in stated if key]
    return not named or (
        _is_town(named[0], town) and all(key == town or key in _territories() for key in named[1:])
    )


def _is_town(key: str, town: str) -> bool:
    """Beside its own postcode, a misspelt town or the beginning of its name is that town."""
    if key == town or (len(key) > 4 and town.startswith(key)):
        return True
    return bool(town) and SequenceMatcher(None, key, town, autojunk=False).ratio() >= 0.9


@lru_cache(maxsize=65536)
def town_key(name: str) -> str:
    """A town's name in one spelling, without CEDEX, arrondissement and country ("" for none)."""
    words = _OFFICE.sub("", _OFFICE.sub("", fold(name)).strip()).split()
    return "".join(_ABBREVIATIONS.get(word, word) for word in words if word not in _SMALL)


@cache
def _territories_of(code_postal: str) -> frozenset[str]:
    """The keys of the names of a postcode's département and region."""
    from opendata.paths import embedded_communes

    names = pd.read_parquet(
        embedded_communes(), columns=["departement", "departement_nom", "region_nom"]
    )
    number = code_postal[: 3 if code_postal.startswith(("97", "98")) else 2]
    own = names[names["departement"].isin([number] if number != "20" else ["2A", "2B"])]
    keys = {town_key(name) for column in own.columns[1:] for name in own[column].unique()}
    return frozenset(keys - {""})


@cache
def _territories() -> frozenset[str]:
    """The keys of the names of all départements and regions."""
    from opendata.paths import embedded_communes

    names = pd.read_parquet(embedded_communes(), columns=["departement_nom", "region_nom"])
    return frozenset(town_key(name) for column in names for name in names[column].unique())
