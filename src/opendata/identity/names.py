"""What of a name tells one place from another.

A name is read as a kind of place (« médiathèque », « France services », told by the lists of
``mots_typologie.csv``) and a *core*: the words left once kind, town and empty words are gone.

    ("Médiathèque Paul-Éluard de Vierzon", "Vierzon")  ->  BIB, "eluard paul"
    ("Bibliothèque municipale", "Tréon")               ->  BIB, ""
    ("MAIRIE DE MENARS", "Menars")                     ->  MUNI, ""
"""

import re
from functools import cache
from typing import NamedTuple

import pandas as pd

from opendata.normalise.kinds import find
from opendata.schema import SEPARATOR, fold, vocabulary_rows


class NameKey(NamedTuple):
    """``kind`` is what the name says first (a code of ``typologie``, a group of them, or ""),

    ``kinds`` all it says, joined by ``|``; ``core`` its own words, sorted, ``marks`` the words
    that tell one of several like it (« annexe », « nord », « 2 »), and ``whole`` the whole name
    folded, abbreviations spelled out.
    """

    kind: str
    kinds: str
    core: str
    marks: str
    whole: str


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Kinds that are one for whoever names a place: a library is called médiathèque next door, a
#: maison de services au public became a France services (circular of 1 July 2019).
_ONE_KIND = {
    code: group[0]
    for group in (
        ("BIB", "RELAIS_LECTURE"),
        ("RFS", "MSAP"),
        ("EPN", "EPI"),
        ("CS", "CSC", "EVS", "MQ", "MJC"),
        ("MUNI", "CCONS"),
        ("CC", "EPCI"),
        ("CD", "DEPT", "MDS", "CDAS", "CMS"),
        ("CCAS", "CIAS"),
        ("TIERS_LIEUX", "FABLAB"),
    )
    for code in group
}
#: Categories that say what a place is, not what is offered there: the others tell no kind.
_PLAIN_CATEGORIES = _words("mediatheque france-services msap poste")
#: Who runs a place, not what it is: never the kind where another is said.
_OWNERS = _words("ASSO OF ES ESS REG PI ODC")

#: Abbreviations of words of names -> the word.
_SPELLED = {
    "st": "saint", "ste": "sainte", "gal": "general", "mal": "marechal", "dr": "docteur",
    "cc": "communaute communes", "cdc": "communaute communes", "asso": "association",
    "assoc": "association", "fr": "france", "mpl": "mediatheque", "bm": "bibliotheque",
    "cs": "centre social", "ctre": "centre", "cte": "communaute", "mdq": "maison quartier",
    "esp": "espace", "biblio": "bibliotheque",
}  # fmt: skip
_SMALL = _words(
    "a au aux d de des du en et l la le les sur sous un une pour par chez dans avec dit"
)
#: Words that any place may bear: they tell nothing of which it is.
_EMPTY = _SMALL | _words(
    """municipal municipale municipaux communal communale communaux intercommunal intercommunale
    publique public publics ville commune centre espace site antenne annexe maison pole point
    relais accueil service services lieu local salle reseau accompagnement permanence
    numerique numeriques mediation mediatheque bibliotheque biblio ludotheque mairie
    france region departement departemental departementale association asso groupe structure
    conseiller conseillere msap mfs efs epn label labellise itinerant itinerante bus fixe
    communaute communes agglomeration metropole canton pays territoire territorial
    tiers coworking cowork fablab fab lab"""
)
#: Words that tell one of several places of a name.
_MARKING = _words(
    """annexe antenne nord sud est ouest haut haute bas basse federation union
    siege direction departementale regionale regional departemental junior jeunesse adulte"""
)
_NUMBERS = {
    "i": "1", "ii": "2", "iii": "3", "iv": "4", "un": "1", "deux": "2", "trois": "3",
    "premier": "1", "1er": "1", "1ere": "1", "2e": "2", "2eme": "2", "3e": "3", "3eme": "3",
}  # fmt: skip
#: « E.S.C.A.L.E. » and « P I M M S » are one word.
_LETTERS = re.compile(r"\b[a-z](?: [a-z]\b){2,}")
#: A bus is another place than the house that sends it out.
MOBILE = "ENM"
_MOBILE = re.compile(
    r"\b(?:bus|minibus|bibliobus|mediabus|ludobus|numeribus|infobus|camion|camionnette|fourgon"
    r"|caravane|itinerante?|mobile)\b"
)
#: « n° 2 » is folded to « n 2 », « n°2 » to « n2 ».
_MARKS = re.compile(r"\b(?:n|no|numero) ?(?=\d)")


def name_keys(names: pd.Series, towns: pd.Series) -> pd.DataFrame:
    """The columns of :class:`NameKey` for each row, each distinct (name, town) read once."""
    pairs = pd.MultiIndex.from_arrays([names, towns])
    codes, distinct = pairs.factorize()
    keys = [name_key(name, town) for name, town in distinct]
    table = pd.DataFrame(keys, columns=list(NameKey._fields), dtype="str")
    return table.take(codes).set_axis(names.index)


def name_key(name: str, town: str) -> NameKey:
    """How one name in one town is compared."""
    found = find(name)
    codes = list(dict.fromkeys(_ONE_KIND.get(code, code) for code in found.codes.split(SEPARATOR)))
    told = [code for code in codes if code] or _without_code(found.categories)
    folded = _LETTERS.sub(lambda one: one[0].replace(" ", ""), _MARKS.sub("", fold(name)))
    if _MOBILE.search(folded):
        told = [MOBILE, *told]
    kind = next((code for code in told if code not in _OWNERS), "")
    words = " ".join(_SPELLED.get(word, word) for word in folded.split()).split()
    own = [_NUMBERS.get(word, word) for word in words if word not in _town_words(town)]
    telling = _read_as(found.words) if kind else frozenset()
    core = {word for word in own if word not in _EMPTY and word not in telling}
    if not core and not kind:
        # « Le Lab »: where nothing says a kind, even an empty word is the name.
        core = {word for word in own if word not in _SMALL}
    marks = {word for word in own if word in _MARKING or word.isdigit()}
    texts = (" ".join(sorted(core)), " ".join(sorted(marks)), " ".join(words))
    return NameKey(kind, SEPARATOR.join(told), *texts)


def kind_of_categories(categories: str) -> str:
    """The kind of the first category that plainly is one, "" for none."""
    told = (_kind_of_category().get(one, "") for one in categories.split(SEPARATOR))
    return next(filter(None, told), "")


@cache
def _kind_of_category() -> dict[str, str]:
    return {
        line["value"]: _ONE_KIND.get(line["typologie"], line["typologie"])
        for line in vocabulary_rows("categories")
        if line["value"] in _PLAIN_CATEGORIES
    }


def _without_code(categories: str) -> list[str]:
    """Kinds the national list has no code for (incubateur, promeneur-du-net…)."""
    return [one for one in categories.split(SEPARATOR) if one and one != "autre"]


@cache
def _town_words(town: str) -> frozenset[str]:
    return _read_as(town)


def _read_as(text: str) -> frozenset[str]:
    """The words of a text, and those they abbreviate."""
    words = fold(text).split()
    return frozenset(words).union(*(_SPELLED.get(word, word).split() for word in words))
