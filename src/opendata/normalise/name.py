"""The name of a place: text of at most 250 characters, in the producer's capitals.

The limit is the published schema's (``nom`` in schemas/lieux.json). What names a workshop
("Réussir mes démarches en ligne") or a piece of equipment ("Wifi") names no place.
"""

import re

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example
from opendata.schema import fold

NAME = "nom"
CONTEXT: tuple[str, ...] = ()
MAX_LENGTH = 250
EXAMPLES = (
    Example("ACTION NUMERIQUE", "ACTION NUMERIQUE"),
    Example('"EPN  de la Source"', "EPN de la Source"),
    Example("« La Fabrique »", "La Fabrique"),
    Example('Médiathèque "Simone Veil"', 'Médiathèque "Simone Veil"'),
    Example('"Le Lab" et "La Fab"', '"Le Lab" et "La Fab"'),
    Example("MÃ©diathÃ¨que", "Médiathèque"),
    Example("Maison &amp; Compagnie", "Maison & Compagnie"),
    Example("@lphabet", "lphabet", "formule_desamorcee"),
    Example("Espace numérique " * 20, "Espace numérique " * 14 + "Espace", "texte_trop_long"),
    Example("Réussir mes démarches avec France Travail", "", "nom_sans_lieu"),
    Example("Entreprendre au Pays", "Entreprendre au Pays"),
    Example("Bâtir mon avenir", "Bâtir mon avenir"),
    Example("Wifi", "", "nom_sans_lieu"),
    Example("Wifi Café", "Wifi Café"),
    Example("Médiathèque Espace Multimédia -", "Médiathèque Espace Multimédia"),
    Example("N/A", "", "texte_vide_de_sens"),
    Example("99990001200034", "99990001200034", "nom_douteux"),
    Example("https://exemple.fr", "https://exemple.fr", "nom_douteux"),
    Example("3 Lieux", "3 Lieux"),
)

#: An infinitive, somebody who says "I", and a service on line: the title of a workshop.
_WORKSHOP = re.compile(
    r"[a-z]{3,}(?:er|ir|re)\b(?=.*\b(?:mes|mon|ma|m)\b)"
    r"(?=.*\b(?:services?|demarches?|droits|compte|emploi|francetravail|travail)\b).*"
)
_EQUIPMENT = re.compile(
    r"(?:acces |borne |point )?(?:au )?wi ?fi(?: gratuit| public| libre)?|imprimantes?|scanners?"
    r"|ordinateurs?(?: en libre acces)?|photocopieuses?"
)

#: A number (a SIRET, say) or an address of the web: published, since nothing better is known.
_NO_NAME = re.compile(r"[0-9][0-9 .]*|(?:https?://|www\.)\S+", re.I)
_LOOSE_ENDS = " -–—,;/|"
_QUOTES = (('"', '"'), ("'", "'"), ("«", "»"), ("“", "”"), ("‘", "’"))


def clean(raw: str) -> Cleaned:
    """The name on one line, without quotes around it; detail of a cut: the real length."""
    found = text.clean(raw)
    code = found.code
    name = found.value.rstrip(_LOOSE_ENDS)
    while (bare := _unwrap(name)) != name:
        inner = text.settle(bare)
        name, code = inner.value, inner.code or code
    words = fold(name)
    if _EQUIPMENT.fullmatch(words) or _WORKSHOP.fullmatch(words):
        return Cleaned("", "nom_sans_lieu")
    short = text.shorten(name, MAX_LENGTH)
    if short != name:
        # The cut may leave a pair of quotes around what remains.
        return Cleaned(clean(short).value, "texte_trop_long", str(len(name)))
    if _NO_NAME.fullmatch(name):
        code = code or "nom_douteux"
    return Cleaned(name, code)


def _unwrap(name: str) -> str:
    for opening, closing in _QUOTES:
        if len(name) > 1 and name.startswith(opening) and name.endswith(closing):
            core = name.strip(opening + closing).strip()
            if opening not in core and closing not in core:
                return core
    return name
