"""E-mail addresses: one or several in a cell, joined by ``|`` as the standard asks.

The form accepted is the one mail servers use (RFC 5321) in ASCII. A slip whose correction
is certain (``@@``, ``gmail.con``, an accent, a space before a dot) is corrected, and said.
"""

import re

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example
from opendata.normalise.letters import without_accents
from opendata.normalise.personal import GENERIC_WORDS
from opendata.schema import SEPARATOR, fold

NAME = "courriel"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("contact@exemple.fr", "contact@exemple.fr"),
    Example("Contact@Exemple.FR.", "contact@exemple.fr"),
    Example("mailto:epn@exemple.fr", "epn@exemple.fr"),
    Example("epn @ exemple,fr", "epn@exemple.fr"),
    Example("accueil(at)exemple.fr", "accueil@exemple.fr"),
    Example("accueil[a]exemple.fr", "accueil@exemple.fr"),
    Example("accueil at exemple.fr", "accueil@exemple.fr"),
    Example("accueil arobase exemple.fr", "accueil@exemple.fr"),
    Example("Mail : epn@exemple.fr", "epn@exemple.fr"),
    Example(": epn@exemple.fr", "epn@exemple.fr"),
    Example(".epn@exemple.fr", "epn@exemple.fr"),
    Example("(epn@exemple.fr)", "epn@exemple.fr"),
    Example("epn@exemple.fr%20", "epn@exemple.fr"),
    Example("a1@exemple.fr ; b2@exemple.fr / a1@exemple.fr", "a1@exemple.fr|b2@exemple.fr"),
    Example(
        "a1@exemple.fr b2@exemple.fr\nc3@exemple.fr", "a1@exemple.fr|b2@exemple.fr|c3@exemple.fr"
    ),
    Example("pij@exemple.fr ou cyber@exemple.fr", "pij@exemple.fr|cyber@exemple.fr"),
    Example("pij@exemple.fr-cyber@exemple.fr", "pij@exemple.fr|cyber@exemple.fr"),
    Example("Espace Lavoir <lavoir@exemple.fr>", "lavoir@exemple.fr"),
    Example("mediatheque .numerique@exemple.fr", "mediatheque.numerique@exemple.fr"),
    Example("numérique@exemple.org", "numerique@exemple.org", "courriel_corrige"),
    Example("bibliothequeç@exemple.fr", "bibliotheque@exemple.fr", "courriel_corrige"),
    Example("contact@mairie-férel.bzh", "", "courriel_illisible"),
    Example("epn@@exemple.fr", "epn@exemple.fr", "courriel_corrige"),
    Example("epn@gmail.con", "epn@gmail.com", "courriel_corrige"),
    Example("epn@orangefr", "epn@orange.fr", "courriel_corrige"),
    Example("epn@exemple.f", "epn@exemple.fr", "courriel_corrige"),
    Example("epn@exemple..fr", "epn@exemple.fr", "courriel_corrige"),
    Example("epn@exemple fr", "epn@exemple.fr", "courriel_corrige"),
    Example("www.epn@exemple.fr", "epn@exemple.fr", "courriel_corrige"),
    Example("contact@latelierde source.fr", "contact@latelierdesource.fr", "courriel_corrige"),
    Example("accueil@ville source.fr", "", "courriel_illisible"),
    Example("epn@exemple.fr; biblio@saint-exemple", "epn@exemple.fr", "courriel_illisible"),
    Example("maison numerique@exemple.fr", "", "courriel_illisible"),
    Example("epn@source@exemple.fr", "", "courriel_illisible"),
    Example("voir le site", "", "courriel_illisible"),
    Example("https://www.exemple.fr/contact/", "", "url_au_lieu_de_courriel"),
    Example("voir www.exemple.fr", "", "url_au_lieu_de_courriel"),
    Example("-", "", "texte_vide_de_sens"),
    Example("#N/D", "", "texte_vide_de_sens"),
)

_LABELS = frozenset(
    {"", "mail", "mails", "mel", "email", "e mail", "courriel", "courriels", "adresse", "contact",
     "ou", "et", "mailto"}
)  # fmt: skip
_ENDINGS = "fr|com|org|net|eu|re|bzh|info|coop|corsica"
_AT = re.compile(
    r"\s?[(\[{]\s?(?:at|a|arobase|arobas|@)\s?[)\]}]\s?|\s?@\s?|\sarobase?\s"
    rf"|(?<=[a-z0-9])\sat\s(?=[a-z0-9.-]{{1,80}}\.(?:{_ENDINGS})\b)",
    re.I,
)
#: ç and à are the keys beside the @ of a French keyboard.
_STRAY = re.compile("[çà](?=@)")
#: No mailbox has an accent before its @; behind it, a domain may well have one.
_ACCENTED_LOCAL = re.compile(r"[^\s@;,|/<>]+(?=@)")
_COMMA_DOT = re.compile(
    rf"(?<=[A-Za-z0-9])\s?,\s?({_ENDINGS})(?=\.?$|[\s;,/|])|\s\.(?=[\w.-]{{1,64}}@)", re.I
)
_SPACED_ENDING = re.compile(
    rf"(@[a-z0-9-]{{1,63}}(?:\.[a-z0-9-]{{1,63}}){{0,4}})(?:\s\.\s?|\.\s)({_ENDINGS})\b", re.I
)
#: Where an address ends, whatever punctuation follows it.
_END = r"(?!\.?[a-z0-9@_-])"
#: Slips that one correction only can explain, each with what it becomes.
_SLIPS = tuple(
    (re.compile(pattern, re.I), right)
    for pattern, right in (
        (r"@{2,}", "@"),
        (r"(?:https?:?//)?\bwww\.(?=[\w.+-]{1,64}@)", ""),
        (r"(?<=@)www\.(?=[\w-]{1,63}\.\w)", ""),
        (r"(?<=@)\.+|\.+(?=@)", ""),
        (r"\.{2,}(?=[\w.-]{1,64}@)", "."),
        (rf"(@[a-z0-9-]{{1,63}})\.{{2,}}({_ENDINGS})\b", r"\1.\2"),
        (rf"(@[a-z0-9-]{{1,63}})\s({_ENDINGS}){_END}", r"\1.\2"),
        (rf"(@[a-z0-9.-]{{1,200}}\.)(?:con|cpm|vom|comm|cmo){_END}", r"\1com"),
        (rf"(@[a-z0-9.-]{{1,200}}\.)(?:f|ffr|frr){_END}", r"\1fr"),
        (r"(@(?:gmail|hotmail|yahoo|outlook|icloud))com\b", r"\1.com"),
        (r"(@(?:orange|wanadoo|hotmail|yahoo|outlook|sfr|free|live|neuf))fr\b", r"\1.fr"),
        (r"@(?:gmial|gmal|gamil|gmai|gmaill)\.com\b", "@gmail.com"),
        (r"@(?:wandoo|wanado|wanadou|wanadooo)\.fr\b", "@wanadoo.fr"),
    )
)
#: A line that holds none of them is left alone: most lines.
_ANY_SLIP = re.compile("|".join(slip.pattern for slip, _ in _SLIPS), re.I)
_NAMED = re.compile(r"[^;,|/<>@:]{0,80}<\s*([^<>\s]+@[^<>\s]+?)\s*>")
_WEB = re.compile(r"(?:https?:/|\bwww\.)[^\s@]*(?=\s|$)", re.I)
_SEPARATORS = re.compile(r"[;,|/]|\s[-–&+]\s|\s(?:ou|et)\s", re.I)
_GLUED = re.compile(rf"(?<=\.)({_ENDINGS})[-–_](?=[\w.+-]{{1,64}}@)", re.I)
_WRAPPING = " .:'\"<>()[]*-–"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ATOM = r"[a-z0-9!#$%&'*+=?^_`{}~-]{1,64}"
_ADDRESS = re.compile(
    rf"(?=[a-z0-9_]){_ATOM}(?:\.{_ATOM}){{0,20}}@(?:{_LABEL}\.){{1,8}}[a-z]{{2,24}}"
)
#: An address alone and plainly written, in which there is nothing to look for but slips.
_PLAIN = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.){1,8}[a-z]{2,24}")
_CUT_DOMAIN = re.compile(rf"[\w.+-]{{1,64}}@({_LABEL})")
_DOMAIN_END = re.compile(rf"(?:{_LABEL}\.){{1,4}}(?:{_ENDINGS})")


def clean(raw: str) -> Cleaned:
    """Distinct valid addresses in their order, lower case; detail: the parts refused."""
    if _PLAIN.fullmatch(raw) and not (_ANY_SLIP.search(raw) or _GLUED.search(raw)):
        plain = _address(raw)
        if plain == raw:
            return Cleaned(plain)
    # Angle brackets hold addresses here, so markup is left alone.
    line = text.one_line(text.unescape_entities(text.repair_encoding(raw)))
    if not line:
        return Cleaned("")
    if text.is_placeholder(line):
        return Cleaned("", "texte_vide_de_sens")
    if _WEB.search(line) and "@" not in line:
        return Cleaned("", "url_au_lieu_de_courriel")
    line = _COMMA_DOT.sub(_dot, _AT.sub("@", _NAMED.sub(r"\1 ; ", line)))
    line = _GLUED.sub(r"\1 ; ", _SPACED_ENDING.sub(r"\1.\2", line))
    straight = _without_slips(line)
    found: dict[str, None] = {}
    refused: list[str] = []
    for part in _SEPARATORS.split(straight):
        valid, bad = _read(part)
        found.update(dict.fromkeys(valid))
        refused += bad
    value = SEPARATOR.join(found)
    if refused or not found:
        return Cleaned(value, "courriel_illisible", "; ".join(refused))
    return Cleaned(value, "" if straight == line else "courriel_corrige")


def _dot(found: "re.Match[str]") -> str:
    return f".{found[1] or ''}"


def _without_slips(line: str) -> str:
    """``line`` with the slips corrected, accents included; itself when there is none."""
    before = ""
    straight = _ACCENTED_LOCAL.sub(lambda found: without_accents(found[0]), _STRAY.sub("", line))
    while straight != before:
        before = straight
        if _ANY_SLIP.search(straight):
            for slip, right in _SLIPS:
                straight = slip.sub(right, straight)
        if " " in straight:
            straight = " ".join(_rejoined(straight.split(" ")))
    return straight


def _rejoined(words: list[str]) -> list[str]:
    """The words, a domain cut in two by a space joined again (``@latelierde source.fr``).

    After a word that stands alone in domains (``@ville source.fr``) a hyphen is as likely to
    be what was lost: such an address is left as it is.
    """
    joined: list[str] = []
    for word in words:
        cut = _CUT_DOMAIN.fullmatch(joined[-1].lower()) if joined else None
        end = _DOMAIN_END.fullmatch(word.lower())
        if cut and end and cut[1] not in GENERIC_WORDS:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


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
    bare = re.sub(r"(?:%20|%a0|%c2)+$", "", bare).strip(_WRAPPING)
    return bare if len(bare) <= 254 and _ADDRESS.fullmatch(bare) else ""
