"""House number and street, as the producer writes them, without postcode and town.

Nothing is abbreviated or spelt out: the geocoder knows both, a reader wants the original.
Postcode and town go only where they say the same as the row's own, so that nothing is lost;
a BP or CS number stays, since it belongs to no other field.
"""

import re
from difflib import SequenceMatcher
from functools import cache, lru_cache

import pandas as pd

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example, apply
from opendata.schema import fold

NAME = "adresse"
CONTEXT: tuple[str, ...] = ("code_postal", "commune")
_ORLEANS = {"code_postal": "45000", "commune": "Orléans"}
_BRAYE = {"code_postal": "45800", "commune": "Saint-Jean-de-Braye"}
EXAMPLES = (
    Example("12 bis rue du Général-Leclerc", "12 bis rue du Général-Leclerc"),
    Example("12,rue de la Gare", "12 rue de la Gare"),
    Example("12 bis , RUE DE LA GARE,", "12 bis RUE DE LA GARE"),
    Example("N° 12, rue de la Gare", "12 rue de la Gare"),
    Example("12RUE DE LA GARE", "12 RUE DE LA GARE"),
    Example("Maison Lagarde12 avenue de la Gare", "Maison Lagarde 12 avenue de la Gare"),
    Example("12bis rue de la Gare", "12bis rue de la Gare"),
    Example("Mairie ,, 3 place de l'Église", "Mairie, 3 place de l'Église"),
    Example("3 place de l’Église", "3 place de l'Église"),
    Example("3 place de l\ufffd\ufffdglise", "3 place de l'église"),
    Example("12 rue de la Gare, 45000 Orléans", "12 rue de la Gare", context=_ORLEANS),
    Example("12 rue de la Gare 45000 ORLEANS CEDEX 2", "12 rue de la Gare", context=_ORLEANS),
    Example("12 rue de la Gare (45000 Orléans, France)", "12 rue de la Gare", context=_ORLEANS),
    Example("12 rue X, 45000, Orléans, Loiret, Centre-Val de Loire", "12 rue X", context=_ORLEANS),
    Example("12 rue de la Gare, Orléans 45000", "12 rue de la Gare", context=_ORLEANS),
    Example("12 rue de la Gare, Orléans", "12 rue de la Gare", context=_ORLEANS),
    Example("12 rue de la Gare - 45800 ST JEAN DE BRAYE", "12 rue de la Gare", context=_BRAYE),
    Example("12 rue de la Gare 45000 Orlléans", "12 rue de la Gare", context=_ORLEANS),
    Example("12 rue d'Orléans", "12 rue d'Orléans", context=_ORLEANS),
    Example("12 rue d'Orléans 45000", "12 rue d'Orléans", context=_ORLEANS),
    Example("Mairie d'Orléans, 45000 ORLEANS", "Mairie d'Orléans", context=_ORLEANS),
    Example("12 rue X 45000 Olivet", "12 rue X 45000 Olivet", context=_ORLEANS),
    Example("12 rue X 37000 Tours", "12 rue X 37000 Tours", context=_ORLEANS),
    Example("12 rue X 45000 Orléans bâtiment B", "12 rue X 45000 Orléans bâtiment B", "", _ORLEANS),
    Example("12 rue X 45000 Orléans", "12 rue X 45000 Orléans", context={"commune": "Orléans"}),
    Example("45000 Orléans", "", "texte_vide_de_sens", _ORLEANS),
    Example("37000 Tours", "", "adresse_sans_voie", _ORLEANS),
    Example("37000 Tours", "37000 Tours"),
    Example("12 rue X BP 20102 45000 Orléans CEDEX", "12 rue X BP 20102", context=_ORLEANS),
    Example("12 rue X BP 20102 Orléans CEDEX", "12 rue X BP 20102", context=_ORLEANS),
    Example("12 rue X 45067 Orléans CEDEX", "12 rue X 45067 Orléans CEDEX", context=_ORLEANS),
    Example("c/o A. Source, 12 rue X", "12 rue X", "destinataire_retire"),
    Example("null Grande Rue", "Grande Rue"),
    Example("1\\-3 rue de la MÃ©diathÃ¨que", "1-3 rue de la Médiathèque"),
    Example("3 place de l'Église -,..", "3 place de l'Église"),
    Example(". . 3 place de l'Église.", "3 place de l'Église"),
    Example("3 place du Pont, bât. B", "3 place du Pont, bât. B"),
    Example("3 place du Pont B.P.", "3 place du Pont B.P."),
    Example("12,14 rue de la Gare", "12,14 rue de la Gare"),
    Example("Orléans", "", "adresse_sans_voie", _ORLEANS),
    Example("1. place de la Gare", "1 place de la Gare"),
    Example("Rue", "", "adresse_sans_voie"),
    Example("12 rue", "", "adresse_sans_voie"),
    Example("1 - 3", "", "adresse_sans_voie"),
    Example("Allée 2000", "Allée 2000"),
    Example("Le Bourg", "Le Bourg"),
    Example("(ex. 12 allée des Glycines)", "", "texte_vide_de_sens"),
    Example("(ex. 12 allée des Glycines) 4 rue du Pont", "4 rue du Pont"),
    Example("4 rue du Pont accueil@exemple.fr", "4 rue du Pont", "contact_dans_adresse"),
    Example("Place du Pont 02 61 91 00 42", "Place du Pont", "contact_dans_adresse"),
    Example("contact@exemple.fr", "", "contact_dans_adresse"),
    Example("null null", "", "texte_vide_de_sens"),
    Example("x x x", "", "texte_vide_de_sens"),
    Example("Non", "", "texte_vide_de_sens"),
    Example("#N/D", "", "texte_vide_de_sens"),
    Example("=12 rue X", "12 rue X", "formule_desamorcee"),
)

_WAYS = (
    "all[ée]es?|av|ave|avenue|bd|blvd|boulevard|chemin|cours|espl|esplanade|faubourg|fbg|impasse"
    "|lotissement|mail|mont[ée]e|passage|place|promenade|quai|r[ée]sidence|rond[ -]point|route"
    "|rte|rue|ruelle|sentier|square|traverse|venelle|voie"
)
_NUMBER = r"[0-9]{1,4}(?:\s?(?:bis|ter|quater))?"
_NUMBER_COMMA = re.compile(r"^([0-9]+(?: ?(?:bis|ter|quater|[a-d]))?) ?[,.] ?(?=[^\W\d])", re.I)
_NUMBER_MARK = re.compile(r"^(?:n[°º]|num[ée]ro)\s?:?\s?(?=[0-9])", re.I)
# Both begin with a digit, which a search finds at once, and look behind it afterwards.
_GLUED_STREET = re.compile(rf"([0-9](?<!\w[0-9])[0-9]{{0,3}})(?=(?:{_WAYS})\b)", re.I)
_GLUED_NUMBER = re.compile(rf"([0-9](?<=[^\W\d_]{{3}}[0-9])[0-9]{{0,3}})(?=\s(?:{_WAYS})\b)", re.I)
#: Numbers, words and nothing else: there is nothing to straighten.
_STRAIGHT = re.compile(r"(?:[0-9]{1,4} )*[^\W\d_]+(?:[ '-][^\W\d_]+)*")
_COMMAS = re.compile(r"(?P<list>(?<=[0-9]),(?=[0-9]))|\s?[,|][\s,|]*")
_APOSTROPHE = re.compile(r"[’‘ʼ´`]")
#: What programs write where a column of a joined address is empty.
_NULLS = re.compile(r"(?<!\S)(?:null|NULL|Null|NaN|undefined|#N/[ADd])(?!\S)|^nan(?=\s|$)")
_NOTHING = re.compile(r"(?:x+|0+|non|oui|nc|na)(?: (?:x+|0+|non|nc|na))*")
_NO_STREET = re.compile(rf"[\W\d_]*(?:(?:bis|ter)\b[\W\d_]*)?(?:(?:{_WAYS})\b)?[\W_]*", re.I)
_ONLY_TOWN = re.compile(
    rf"[0-9]{{5}}[\s,-]+(?!(?:{_WAYS})\b)[^\W\d_][^\d,;]{{1,60}}(?:cedex(?: [0-9]{{1,2}})?)?", re.I
)
_RECIPIENT = re.compile(
    rf"^c/o\b.{{1,80}}?(?=(?:(?<=[^\w])|(?<=[^\W\d_])){_NUMBER},?\s(?:{_WAYS})\b)", re.I
)
_EDGES = " ,;-–"
#: Full stops that stand for nothing: first, alone, several, or after the last whole word.
_STRAY_DOTS = re.compile(r"^[\W_]*[.*/][\W_]*|(?<!\S)\.+(?![0-9])|\.{2,}$|(?<=[^\W\d_]{5})\.$")
#: What a form shows in its empty box: « (ex. 12 allée des Glycines) ».
_SAMPLE = re.compile(r"^\s*\(ex\b\.?[^)]{0,80}\)")
#: E-mail addresses and ten-digit telephone numbers have their own fields.
_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![0-9])0[1-9](?:[ .-]?[0-9]{2}){4}(?![0-9])"
)
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
_OTHER_POSTCODE = re.compile(r"(?<!BP )(?<!CS )(?<!BP)(?<!CS)(?<![0-9])[0-9]{5}$", re.I)
#: "Mairie de Source", "rue d'Orléans": the town is a part of the name before it.
_LINK = re.compile(r"\b(?:d|de|du|des|a|au|aux|en|sur)$")
_LINKED = re.compile(r"(?:d|de|du|des|a|au|aux|en)\b")
_BREAKS = re.compile(r"[\s,(–-]+")


def clean(raw: str, code_postal: str = "", commune: str = "") -> Cleaned:
    """The street line; postcode and town at its end go when they are the row's own.

    ``destinataire_retire`` says in its detail which addressee ("c/o …") was taken off.
    """
    found = text.clean(_NULLS.sub(" ", _APOSTROPHE.sub("'", _SAMPLE.sub("", raw))))
    if not found.value:
        return Cleaned("", "texte_vide_de_sens") if raw.strip() else found
    if (without := _CONTACT.sub(" ", found.value)) != found.value:
        street = clean(without, code_postal, commune).value
        return Cleaned(street, "contact_dans_adresse")
    address, code, town = found.value, found.code, _town_key(commune)
    while (shorter := _straighten(_without_town(address, code_postal, town))) != address:
        again = text.clean(shorter)
        address, code = again.value, again.code or code
    if not address or _NOTHING.fullmatch(fold(address)):
        return Cleaned("", "texte_vide_de_sens")
    if town and _town_key(address) == town:
        return Cleaned("", "adresse_sans_voie")
    if _NO_STREET.fullmatch(address) or (code_postal and _ONLY_TOWN.fullmatch(address)):
        return Cleaned("", "adresse_sans_voie")
    if recipient := _RECIPIENT.match(address):
        street = clean(address[recipient.end() :], code_postal, commune).value
        return Cleaned(street, "destinataire_retire", recipient[0].strip(_EDGES))
    return Cleaned(address, code)


def without_own_town(
    addresses: pd.Series, code_postal: pd.Series, commune: pd.Series
) -> tuple[pd.Series, pd.DataFrame]:
    """Normalised addresses once the commune of each row is known (three columns, one index).

    A postcode and a town that the row did not state are kept until then, since they may tell
    where it is. Returns the column, and issue lines only for addresses of which nothing is left.
    """
    context = {"code_postal": code_postal, "commune": commune}
    shorter, issues = apply(NAME, addresses, clean, context)
    emptied = addresses.index[(addresses != "") & (shorter == "")]
    return shorter, issues[issues["row"].isin(emptied)].reset_index(drop=True)


def _straighten(address: str) -> str:
    """Commas followed by one space, none after the house number, none at the edges."""
    address = _APOSTROPHE.sub("'", _NULLS.sub(" ", address))
    if _STRAIGHT.fullmatch(address):
        return address
    spaced = _COMMAS.sub(lambda found: found["list"] or ", ", address).strip(_EDGES)
    spaced = _STRAY_DOTS.sub(" ", spaced).strip(_EDGES)
    spaced = _GLUED_NUMBER.sub(r" \1", _GLUED_STREET.sub(r"\1 ", _NUMBER_MARK.sub("", spaced)))
    return _NUMBER_COMMA.sub(r"\1 ", spaced)


def _without_town(address: str, code_postal: str, town: str) -> str:
    """``address`` without the row's own postcode and ``town`` (its key) at the end."""
    if len(address) > _LONGEST:
        return address
    head, found, tail = address.rpartition(code_postal) if code_postal else ("", "", "")
    separated = not head[-1:].isalnum() and not tail[:1].isalnum()
    if found and separated and len(tail) <= _LONGEST_TAIL and _says_the_town(tail, town):
        head = head.rstrip(_EDGES + "(")
        return head if _town_key(tail) else _before_town(head, town, stated=True) or head
    return _before_town(address, town) or address


def _before_town(address: str, town: str, stated: bool = False) -> str:
    """What stands before the town that ends ``address``, "" when none does.

    Without its postcode the town must follow a comma or a bracket, or carry its CEDEX:
    ``rue de Tours`` is a street.
    """
    office = re.search("c[eé]dex", address, re.I)
    if not town or not (stated or office or "," in address or "(" in address):
        return ""
    for gap in _BREAKS.finditer(address, max(0, len(address) - _LONGEST_TAIL)):
        head, tail = address[: gap.start()], address[gap.end() :]
        told = stated or "," in gap[0] or "(" in gap[0] or (office and gap.end() <= office.start())
        if told and any(map(str.isalpha, head)) and _town_key(tail) == town:
            linked = (
                _OTHER_POSTCODE.search(head)
                or _LINK.search(fold(head))
                or _LINKED.match(fold(tail))
            )
            return "" if linked else head.rstrip(_EDGES + "(")
    return ""


def _says_the_town(tail: str, town: str) -> bool:
    """Whether ``tail`` says no more than the town, its CEDEX, its département or the country."""
    stated = [_town_key(part) for part in tail.strip(_EDGES + ")").split(",") if part.strip()]
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
def _town_key(name: str) -> str:
    """A town's name in one spelling, without CEDEX, arrondissement and country ("" for none)."""
    words = _OFFICE.sub("", _OFFICE.sub("", fold(name)).strip()).split()
    return "".join(_ABBREVIATIONS.get(word, word) for word in words if word not in _SMALL)


@cache
def _territories() -> frozenset[str]:
    """The keys of the names of all départements and regions."""
    from opendata.paths import embedded_communes

    names = pd.read_parquet(embedded_communes(), columns=["departement_nom", "region_nom"])
    return frozenset(_town_key(name) for column in names for name in names[column].unique())
