"""E-mail addresses: one or several in a cell, joined by ``|`` as the standard asks.

The form accepted is the one mail servers use (RFC 5321) in ASCII. A slip whose correction
is certain (``@@``, ``gmail.con``, an accent, a space before a dot) is corrected, and said.
What a form shows in its empty box (``nom@domaine.fr``) is no address, and neither is one
under an ending that does not exist (IANA, list of top-level domains).
"""

import re

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example
from opendata.normalise.letters import without_accents
from opendata.normalise.personal import GENERIC_WORDS
from opendata.normalise.url import ENDING_SLIPS, cut, is_ending
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
    Example("mairie@saint source.fr", "", "courriel_illisible"),
    Example("accueil@cc-pays source.fr", "", "courriel_illisible"),
    Example("biblio@la source.fr", "", "courriel_illisible"),
    Example("biblio@mediatheque source.fr", "", "courriel_illisible"),
    Example("epn@exemple.gouv fr", "epn@exemple.gouv.fr", "courriel_corrige"),
    Example("epn@exemple.ogr", "epn@exemple.org", "courriel_corrige"),
    Example("epn@exemple.nte", "epn@exemple.net", "courriel_corrige"),
    Example("epn@exemple.fre", "epn@exemple.fr", "courriel_corrige"),
    Example("epn@exemple.cim", "epn@exemple.com", "courriel_corrige"),
    Example("epn@exemple.gouv", "", "courriel_illisible"),
    Example("epn@france-services.gouv", "epn@france-services.gouv.fr", "courriel_corrige"),
    Example("Mail:epn@exemple.fr", "epn@exemple.fr"),
    Example("Mairie (epn@exemple.fr)", "epn@exemple.fr"),
    Example("epn@exemple.fr(mairie)", "epn@exemple.fr", "courriel_illisible"),
    Example("02 61 91 00 42 epn@exemple.fr", "epn@exemple.fr", "courriel_illisible"),
    Example("www.exemple.fr epn@exemple.fr", "epn@exemple.fr", "courriel_illisible"),
    Example("epn@exemple.fr <mailto:epn@exemple.fr>", "epn@exemple.fr"),
    Example('<a href="mailto:epn@exemple.fr?subject=x">Écrire à l\'EPN</a>', "epn@exemple.fr"),
    Example("[Écrire à l'EPN](mailto:epn@exemple.fr)", "epn@exemple.fr"),
    Example("[epn@exemple.fr](mailto:epn@exemple.fr)", "epn@exemple.fr"),
    Example("a1@exemple.fr<br>b2@exemple.fr", "a1@exemple.fr|b2@exemple.fr"),
    Example("{a1@exemple.fr,b2@exemple.fr}", "a1@exemple.fr|b2@exemple.fr"),
    Example("epn@exemple.fr#mailto:epn@exemple.fr#", "epn@exemple.fr"),
    Example("epn[at]exemple[dot]fr", "epn@exemple.fr"),
    Example("epn arobase exemple point fr", "epn@exemple.fr"),
    Example("epn@exemple.fr point fr", "epn@exemple.fr", "courriel_illisible"),
    Example("epn%40exemple.fr", "epn@exemple.fr"),
    Example("nom@domaine.fr", "", "texte_vide_de_sens"),
    Example("test@test.fr", "", "texte_vide_de_sens"),
    Example("xxx@xxx.fr", "", "texte_vide_de_sens"),
    Example("aucun@aucun.fr ; epn@exemple.fr", "epn@exemple.fr", "courriel_illisible"),
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
#: No cell of addresses is longer: what stands behind is refused unread.
_LONGEST = 2000
_ENDINGS = "fr|com|org|net|eu|re|bzh|info|coop|corsica"
_AT = re.compile(
    r"\s?[(\[{]\s?(?:at|a|arobase|arobas|@)\s?[)\]}]\s?|\s?@\s?|\sarobase?\s"
    rf"|(?<=[a-z0-9])\sat\s(?=[a-z0-9.-]{{1,80}}\.(?:{_ENDINGS})\b)",
    re.I,
)
#: The dot written out, as pages do against spam.
_DOT_WORD = re.compile(r"\s?[(\[{]\s?(?:dot|point|\.)\s?[)\]}]\s?", re.I)
#: ç and à are the keys beside the @ of a French keyboard.
_STRAY = re.compile("[çà](?=@)")
#: No mailbox has an accent before its @; behind it, a domain may well have one.
_ACCENTED_LOCAL = re.compile(r"[^\s@;,|/<>]+(?=@)")
_COMMA_DOT = re.compile(
    rf"(?<=[A-Za-z0-9])\s?,\s?({_ENDINGS})(?=\.?$|[\s;,/|])|\s\.(?=[\w.-]{{1,64}}@)", re.I
)
_SPACED_ENDING = re.compile(
    rf"(@[a-z0-9-]{{1,63}}(?:\.[a-z0-9-]{{1,63}}){{0,4}})(?:\s\.\s?|\.\s)({_ENDINGS})\b"
    rf"|(@[a-z0-9-]{{1,63}})\s(?:dot|point)\s({_ENDINGS})\b",
    re.I,
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
        (rf"(@(?:[a-z0-9-]{{1,63}}\.){{1,3}}(?:asso|gouv))\sfr{_END}", r"\1.fr"),
        (
            rf"(@[a-z0-9.-]{{1,200}}\.)({'|'.join(ENDING_SLIPS)}|f){_END}",
            lambda found: found[1] + ENDING_SLIPS.get(found[2].lower(), "fr"),
        ),
        (rf"(@france-services\.gouv){_END}", r"\1.fr"),
        (r"(@(?:gmail|hotmail|yahoo|outlook|icloud))com\b", r"\1.com"),
        (r"(@(?:orange|wanadoo|hotmail|yahoo|outlook|sfr|free|live|neuf))fr\b", r"\1.fr"),
        (r"@(?:gmial|gmal|gamil|gmai|gmaill)\.com\b", "@gmail.com"),
        (r"@(?:wandoo|wanado|wanadou|wanadooo)\.fr\b", "@wanadoo.fr"),
    )
)
#: A line that holds none of them is left alone: most lines.
_ANY_SLIP = re.compile("|".join(slip.pattern for slip, _ in _SLIPS), re.I)
#: A name and its address in brackets, as mail programs write them; brackets alone part two.
_NAMED = re.compile(
    r"(?:^|(?<=[;,|/:>]))[^;,|/<>@:()]{0,80}[<(]\s*([^<>()\s]{1,254}@[^<>()\s]{1,254})\s*[>)]"
)
_BRACKETED = re.compile(r"[<(]\s*([^<>()\s]{1,254}@[^<>()\s]{1,254})\s*[>)]")
#: Links, whose text goes unless it is an address: HTML, Markdown, the ``text#link#`` of Access.
_LINKS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"<a\s[^<>]{0,200}?href=[\"']?mailto:(?P<to>[^\s\"'<>]{1,254})[^<>]{0,200}>"
        r"(?P<text>[^<>]{0,200})</a\s?>",
        r"\[(?P<text>[^\[\]]{0,200})\]\(\s?(?:mailto:)?(?P<to>[^\s()]{1,254})[^()]{0,80}\)",
        r"(?P<text>)#(?:mailto:|https?://)(?P<to>[^\s#]{1,254}@[^\s#]{1,254})#?",
    )
)
_TAG = re.compile(r"</?[a-z][a-z0-9]{0,10}(?:\s[^<>]{0,500})?/?>", re.I)
#: What stands beside an address and is no beginning of it, given a place of its own.
_APART = tuple(
    (re.compile(pattern, re.I), right)
    for pattern, right in (
        (r"(?<![^\s;,(])([^\W\d_]{2,20}):(?=[\w.+-]{1,64}@)", r"\1: "),
        (r"(@[\w.-]{1,200}\.[a-z]{2,24})\(", r"\1 ("),
        (r"(?<![\w+@.-])((?:\+33\s?|0)[1-9](?:[ .-]?[0-9]{2}){4})[\s:]{1,3}(?=\S)", r"\1 ; "),
        (
            r"((?:https?://|\bwww\.)[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?:/[^\s@]{0,300})?)"
            r"\s(?=[\w.+-]{1,64}@)",
            r"\1 ; ",
        ),
    )
)
_WEB = re.compile(r"(?:https?:/|\bwww\.)[^\s@]*(?=\s|$)", re.I)
_SEPARATORS = re.compile(r"[;,|/]|\s[-–&+]\s|\s(?:ou|et)\s", re.I)
_GLUED = re.compile(rf"(?<=\.)({_ENDINGS})[-–_](?=[\w.+-]{{1,64}}@)", re.I)
_WRAPPING = " .:'\"<>()[]{}*-–"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ATOM = r"[a-z0-9!#$%&'*+=?^_`{}~-]{1,64}"
_ADDRESS = re.compile(
    rf"(?=[a-z0-9_]){_ATOM}(?:\.{_ATOM}){{0,20}}@(?:{_LABEL}\.){{1,8}}[a-z]{{2,24}}"
)
#: An address alone and plainly written, in which there is nothing to look for but slips.
_PLAIN = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.){1,8}[a-z]{2,24}")
_CUT_DOMAIN = re.compile(rf"[\w.+-]{{1,64}}@({_LABEL})")
_DOMAIN_END = re.compile(rf"(?:{_LABEL}\.){{1,4}}(?:{_ENDINGS})")
#: Long words after which a domain goes on with a hyphen as often as without.
_STANDS_ALONE = re.compile(
    r"(?:la|les?|l)?(?:agglo|assoc|biblio|bureau|centre|commun|conseil|departement|ecole|espace"
    r"|foyer|france|intercomm|maison|mairie|media|mission|office|point|region|reseau|service"
    r"|syndicat|tourisme|village|ville)[a-z]{0,12}"
)
#: What forms and people write in the place of an address.
_SAMPLE = re.compile(
    r"(?:x{3,}|nom[._-]prenom|prenom[._-]nom)@[a-z0-9.-]{3,80}"
    r"|(adresse|aucune?|courriel|e?-?mail|inconnu|n[acd]|neant|nom|none?|null?|test|toto|vide)@\1"
    r"\.[a-z]{2,4}"
    r"|(?:(?:votre[._-]?|mon[._-]?)?(?:e?-?mail|nom|prenom|adresse|courriel)|user(?:name)?|[a-z])"
    r"@(?:your-?|(?:votre|mon|nom-?de)-?)?domaine?\.[a-z]{2,4}"
)


def clean(raw: str) -> Cleaned:
    """Distinct valid addresses in their order, lower case; detail: the parts refused."""
    if len(raw) > _LONGEST and len(raw := raw.strip()) > _LONGEST:
        head, rest = cut(raw, _LONGEST)
        return Cleaned(clean(head).value, "courriel_illisible", rest)
    if _PLAIN.fullmatch(raw) and not (_ANY_SLIP.search(raw) or _GLUED.search(raw)):
        plain = _address(raw)
        if plain == raw:
            return Cleaned(plain)
    # Angle brackets hold addresses here, so markup is left alone.
    line = text.one_line(text.unescape_entities(text.repair_encoding(raw)))
    if not line:
        return Cleaned("")
    if text.is_placeholder(line) or _SAMPLE.fullmatch(line.lower()):
        return Cleaned("", "texte_vide_de_sens")
    if _WEB.search(line) and "@" not in line:
        return Cleaned("", "url_au_lieu_de_courriel")
    line = _apart(line)
    line = _COMMA_DOT.sub(_dot, _AT.sub("@", line))
    line = _GLUED.sub(r"\1 ; ", _SPACED_ENDING.sub(r"\1\3.\2\4", line))
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


def _apart(line: str) -> str:
    """``line`` with its links followed and its at signs and dots written as signs; what is
    beside an address, however close, is parted from it."""
    for link in _LINKS if "<" in line or "](" in line or "#" in line else ():
        line = link.sub(_followed, line)
    if "<" in line:
        line = _TAG.sub(" ; ", line)
    if "@" not in line:
        line = re.sub(r"(?<=\w)%40(?=\w)", "@", line)
    if any(sign in line for sign in "<([{"):
        line = _BRACKETED.sub(r" ; \1 ; ", _NAMED.sub(r"\1 ; ", _DOT_WORD.sub(".", line)))
    for joint, parted in _APART:
        line = joint.sub(parted, line)
    return line


def _followed(link: "re.Match[str]") -> str:
    """The address a link leads to, and its text where that is an address as well."""
    shown = f" ; {link['text']}" if "@" in link["text"] else ""
    return f"{shown} ; {link['to']} ; "


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

    After a short word, or one that stands alone in domains (``@ville source.fr``), a hyphen or
    a dot is as likely to be what was lost: such an address is left as it is.
    """
    joined: list[str] = []
    for word in words:
        broken = _CUT_DOMAIN.fullmatch(joined[-1].lower()) if joined else None
        end = _DOMAIN_END.fullmatch(word.lower())
        if broken and end and _goes_on(broken[1]):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _goes_on(label: str) -> bool:
    """Whether the beginning of a domain's name can only go on without a hyphen."""
    alone = label in GENERIC_WORDS or _STANDS_ALONE.fullmatch(label)
    return len(label) >= 8 and label.isalpha() and not alone


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
    if "%" in bare:
        bare = re.sub(r"(?:%20|%a0|%c2)+$", "", bare).strip(_WRAPPING)
    valid = len(bare) <= 254 and _ADDRESS.fullmatch(bare) and is_ending(bare.rpartition(".")[2])
    return bare if valid and not _SAMPLE.fullmatch(bare) else ""
