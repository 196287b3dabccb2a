"""E-mail addresses: one or several in a cell, joined by ``|`` as the standard asks.

The form accepted is the one mail servers use (RFC 5321) in ASCII: an accent in an address
is a typing error more often than a mailbox, and nobody can say which letter was meant.
"""

import re

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example
from opendata.schema import SEPARATOR, fold

NAME = "courriel"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("contact@exemple.fr", "contact@exemple.fr"),
    Example("Contact@Exemple.FR.", "contact@exemple.fr"),
    Example("mailto:epn@exemple.fr", "epn@exemple.fr"),
    Example("epn @ exemple,fr", "epn@exemple.fr"),
    Example("accueil(at)exemple.fr", "accueil@exemple.fr"),
    Example("Mail : epn@exemple.fr", "epn@exemple.fr"),
    Example("a1@exemple.fr ; b2@exemple.fr / a1@exemple.fr", "a1@exemple.fr|b2@exemple.fr"),
    Example("pij@exemple.fr ou cyber@exemple.fr", "pij@exemple.fr|cyber@exemple.fr"),
    Example("Espace Lavoir <lavoir@exemple.fr>", "lavoir@exemple.fr"),
    Example("epn@exemple.fr; biblio@saint-exemple", "epn@exemple.fr", "courriel_illisible"),
    Example("maison numerique@exemple.fr", "", "courriel_illisible"),
    Example("numérique@exemple.org", "", "courriel_illisible"),
    Example("voir le site", "", "courriel_illisible"),
    Example("-", "", "texte_vide_de_sens"),
    Example("#N/D", "", "texte_vide_de_sens"),
)

_LABELS = frozenset(
    {"", "mail", "mel", "email", "e mail", "courriel", "adresse", "contact", "ou", "et"}
)

_AT = re.compile(r"\s?[(\[{]\s?(?:at|a|arobase|@)\s?[)\]}]\s?|\s?@\s?|\sarobase\s", re.I)
_COMMA_DOT = re.compile(r"(?<=[A-Za-z0-9])\s?,\s?(fr|com|org|net|eu|re|bzh)(?=$|[\s;,/|])", re.I)
_NAMED = re.compile(r"[^;,|/<>@:]{0,80}<\s*([^<>\s]+@[^<>\s]+?)\s*>")
_SEPARATORS = re.compile(r"[;,|/]|\s-\s|\s(?:ou|et)\s", re.I)
_WRAPPING = " .:'\"<>()[]*-–"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ATOM = r"[a-z0-9!#$%&'*+=?^_`{}~-]{1,64}"
_ADDRESS = re.compile(
    rf"(?=[a-z0-9_]){_ATOM}(?:\.{_ATOM}){{0,20}}@(?:{_LABEL}\.){{1,8}}[a-z]{{2,24}}"
)


def clean(raw: str) -> Cleaned:
    """Distinct valid addresses in their order, lower case; detail: the parts refused."""
    # Angle brackets hold addresses here, so markup is left alone.
    line = text.one_line(text.unescape_entities(text.repair_encoding(raw)))
    if not line:
        return Cleaned("")
    if text.is_placeholder(line):
        return Cleaned("", "texte_vide_de_sens")
    line = _COMMA_DOT.sub(r".\1", _AT.sub("@", _NAMED.sub(r"\1 ; ", line)))
    found: dict[str, None] = {}
    refused: list[str] = []
    for part in _SEPARATORS.split(line):
        valid, bad = _read(part)
        found.update(dict.fromkeys(valid))
        refused += bad
    code = "courriel_illisible" if refused or not found else ""
    return Cleaned(SEPARATOR.join(found), code, "; ".join(refused))


def _read(part: str) -> tuple[list[str], list[str]]:
    """The addresses of one part and what of it is refused.

    Words before an address may be the beginning of it (``maison numerique@exemple.fr``):
    such an address is refused, since what follows the space may be somebody else's.
    """
    valid: list[str] = []
    refused: list[str] = []
    pending: list[str] = []
    for word in part.split():
        address = _address(word)
        if address and not pending:
            valid.append(address)
        elif word.endswith(":") and "@" not in word:
            refused += pending
            pending = []
        elif fold(word) not in _LABELS:
            pending.append(word)
    return valid, refused + ([" ".join(pending)] if pending else [])


def _address(word: str) -> str:
    """``word`` as an address, or "" when it is not one."""
    bare = word.lower().strip(_WRAPPING).removeprefix("mailto:").partition("?")[0]
    bare = bare.strip(_WRAPPING)
    return bare if len(bare) <= 254 and _ADDRESS.fullmatch(bare) else ""
