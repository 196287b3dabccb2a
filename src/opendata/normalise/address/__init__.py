"""House number and street, as the producer writes them, without postcode and town.

Nothing is abbreviated or spelt out: the geocoder knows both, a reader wants the original.
Postcode and town go only where they say the same as the row's own, so that nothing is lost;
a BP or CS number stays, since it belongs to no other field.
"""

import re

import pandas as pd

from opendata.normalise import text
from opendata.normalise.address.street import (
    APOSTROPHE,
    EDGES,
    NO_STREET,
    NUMBER,
    WAYS,
    straighten,
    without_nulls,
)
from opendata.normalise.address.town import town_key, without_town
from opendata.normalise.base import Cleaned, Example, apply
from opendata.schema import fold

NAME = "adresse"
CONTEXT: tuple[str, ...] = ("code_postal", "commune")
_ORLEANS = {"code_postal": "45000", "commune": "Orléans"}
_BRAYE = {"code_postal": "45800", "commune": "Saint-Jean-de-Braye"}
_BOUSCAT = {"code_postal": "33110", "commune": "Le Bouscat"}
_NICE = {"code_postal": "06000", "commune": "Nice"}
_PARIS = {"code_postal": "75011", "commune": "Paris"}
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
    Example("12 rue X F-45000 Orléans", "12 rue X", context=_ORLEANS),
    Example("12 rue X CP 45000", "12 rue X", context=_ORLEANS),
    Example("12 rue X / 45000", "12 rue X", context=_ORLEANS),
    Example("12 rue X à 45000 Orléans", "12 rue X", context=_ORLEANS),
    Example("12 rue X, bâtiment F 45000 Orléans", "12 rue X, bâtiment F", context=_ORLEANS),
    Example("12 rue X 45 000 Orléans", "12 rue X", context=_ORLEANS),
    Example("12 rue X 6000 Nice", "12 rue X", context=_NICE),
    Example("12 rue de la Barre 4500 Orléans", "12 rue de la Barre 4500 Orléans", "", _ORLEANS),
    Example("12 rue X BP 6000 Nice", "12 rue X BP 6000 Nice", context=_NICE),
    Example("Salle 6000", "Salle 6000", context=_NICE),
    Example("12 rue X (Loiret)", "12 rue X", context=_ORLEANS),
    Example("12 rue X (Savoie)", "12 rue X (Savoie)", context=_ORLEANS),
    Example("75011 PARIS 12 rue X", "12 rue X", context=_PARIS),
    Example("12 rue X - ORLEANS", "12 rue X", context=_ORLEANS),
    Example("12 rue Foch ORLEANS", "12 rue Foch", context=_ORLEANS),
    Example("12 rue de la Barre Orléans", "12 rue de la Barre", context=_ORLEANS),
    Example("12 rue Foch ST JEAN DE BRAYE", "12 rue Foch", context=_BRAYE),
    Example("Place Gambetta Le Bouscat", "Place Gambetta", context=_BOUSCAT),
    Example("12 rue du Bouscat", "12 rue du Bouscat", context=_BOUSCAT),
    Example("12 rue du Bas Bouscat", "12 rue du Bas Bouscat", context=_BOUSCAT),
    Example("12 rue Charles Orléans", "12 rue Charles Orléans", context=_ORLEANS),
    Example("Chemin Le Bouscat", "Chemin Le Bouscat", context=_BOUSCAT),
    Example("12 rue X BP 20102 45000 Orléans CEDEX", "12 rue X BP 20102", context=_ORLEANS),
    Example("12 rue X BP 20102 Orléans CEDEX", "12 rue X BP 20102", context=_ORLEANS),
    Example("12 rue X 45067 Orléans CEDEX", "12 rue X 45067 Orléans CEDEX", context=_ORLEANS),
    Example("c/o A. Source, 12 rue X", "12 rue X", "destinataire_retire"),
    Example("null Grande Rue", "Grande Rue"),
    Example("None rue Foch", "rue Foch"),
    Example("12 nan rue X", "12 rue X"),
    Example("rue X nan", "rue X"),
    Example("Route du nan", "Route du nan"),
    Example("12.0 rue X", "12 rue X"),
    Example("0 rue X", "rue X"),
    Example("12 12 rue X", "12 rue X"),
    Example("8 8 mai 1945", "8 8 mai 1945"),
    Example("12 rue Rue X", "12 rue X"),
    Example("12 - rue X", "12 rue X"),
    Example("No 12 rue X", "12 rue X"),
    Example("Adresse : 12 rue X", "12 rue X"),
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
    Example("12 rue X (02 61 91 00 42)", "12 rue X", "contact_dans_adresse"),
    Example("12 rue X - Tél : 02 61 91 00 42", "12 rue X", "contact_dans_adresse"),
    Example("12 rue X Mail : epn@exemple.fr", "12 rue X", "contact_dans_adresse"),
    Example("12 rue X +33261910042", "12 rue X", "contact_dans_adresse"),
    Example("12 rue du Port 02 61 91 00 42", "12 rue du Port", "contact_dans_adresse"),
    Example("contact@exemple.fr", "", "contact_dans_adresse"),
    Example("https://www.exemple.fr/epn", "", "contact_dans_adresse"),
    Example("Sans adresse", "", "texte_vide_de_sens"),
    Example("Adresse non communiquée", "", "texte_vide_de_sens"),
    Example("Itinérant", "", "texte_vide_de_sens"),
    Example("A domicile", "", "texte_vide_de_sens"),
    Example("null null", "", "texte_vide_de_sens"),
    Example("x x x", "", "texte_vide_de_sens"),
    Example("Non", "", "texte_vide_de_sens"),
    Example("#N/D", "", "texte_vide_de_sens"),
    Example("=12 rue X", "12 rue X", "formule_desamorcee"),
)
_NOTHING = re.compile(
    r"(?:x+|0+|non|oui|nc|na)(?: (?:x+|0+|non|nc|na))*|(?:sans|aucune|pas d) adresse(?: fixe)?"
    r"|adresse (?:inconnue|confidentielle|non (?:com|con|dis|pre|ren)[a-z]+"
    r"|a (?:com|con|def|pre|ren|ven)[a-z]+)"
    r"|itinerante?s?|idem|en ligne|a (?:distance|domicile|preciser)|non precisee?"
)
_WEB = re.compile(r"(?:https?:/|www\.)\S+", re.I)
_ONLY_TOWN = re.compile(
    rf"[0-9]{{5}}[\s,-]+(?!(?:{WAYS})\b)[^\W\d_][^\d,;]{{1,60}}(?:cedex(?: [0-9]{{1,2}})?)?", re.I
)
_RECIPIENT = re.compile(
    rf"^c/o\b.{{1,80}}?(?=(?:(?<=[^\w])|(?<=[^\W\d_])){NUMBER},?\s(?:{WAYS})\b)", re.I
)
#: What a form shows in its empty box: « (ex. 12 allée des Glycines) ».
_SAMPLE = re.compile(r"^\s*\(ex\b\.?[^)]{0,80}\)")
#: E-mail addresses and ten-digit telephone numbers have their own fields.
_MAIL = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"
_PHONE = r"(?:(?<![0-9])(?:\+|00)33\s?(?:\(0\)\s?)?|(?<![0-9])0)[1-9](?:[ .-]?[0-9]{2}){4}(?![0-9])"
_CONTACT = re.compile(f"{_MAIL}|{_PHONE}")
_TELEPHONE = re.compile(_PHONE)
#: The same with the word before it; one that may be a street's (« Mail ») needs its colon.
_LABELLED = re.compile(
    r"(?:(?<!\w)(?:t[ée]l(?:[ée]phone)?|fax|portable|mobile"
    r"|(?:e-?mail|courriel|m[ée]l|mail|contact|port)(?=\s?:))[\s.:]{0,6})?"
    f"(?:{_MAIL}|{_PHONE})",
    re.I,
)
_EMPTY_BRACKETS = re.compile(r"\((?:\W|\bou\b|\bet\b){0,20}\)")
#: Nor is this a place that somebody could find: it is not looked into at all.
_PROSE = 2000


def clean(raw: str, code_postal: str = "", commune: str = "") -> Cleaned:
    """The street line; postcode and town at its end go when they are the row's own.

    ``destinataire_retire`` says in its detail which addressee ("c/o …") was taken off.
    """
    found = text.clean(without_nulls(APOSTROPHE.sub("'", _SAMPLE.sub("", raw))))
    if not found.value:
        return Cleaned("", "texte_vide_de_sens") if raw.strip() else found
    if len(found.value) > _PROSE:
        return Cleaned("", "adresse_sans_voie")
    if (_CONTACT if "@" in found.value else _TELEPHONE).search(found.value):
        without = _EMPTY_BRACKETS.sub(" ", _LABELLED.sub(" ", found.value))
        street = clean(without, code_postal, commune).value
        return Cleaned(street, "contact_dans_adresse")
    address, code, town = found.value, found.code, town_key(commune)
    while (shorter := straighten(without_town(address, code_postal, town))) != address:
        again = text.clean(shorter)
        address, code = again.value, again.code or code
    if not address or _NOTHING.fullmatch(fold(address)):
        return Cleaned("", "texte_vide_de_sens")
    if _WEB.fullmatch(address):
        return Cleaned("", "contact_dans_adresse")
    if town and town_key(address) == town:
        return Cleaned("", "adresse_sans_voie")
    if NO_STREET.fullmatch(address) or (code_postal and _ONLY_TOWN.fullmatch(address)):
        return Cleaned("", "adresse_sans_voie")
    if recipient := _RECIPIENT.match(address):
        street = clean(address[recipient.end() :], code_postal, commune).value
        return Cleaned(street, "destinataire_retire", recipient[0].strip(EDGES))
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
