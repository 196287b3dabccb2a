"""Web addresses: one or several in a cell, joined by ``|`` as the standard asks.

Only the host is put in lower case: paths tell capitals apart (RFC 3986, 6.2.2.1).
"""

import re
from urllib.parse import urlsplit

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example
from opendata.schema import SEPARATOR, fold

NAME = "url"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("https://www.exemple.fr/Epn/Horaires", "https://www.exemple.fr/Epn/Horaires"),
    Example("Http://Www.Exemple.Fr/", "http://www.exemple.fr/"),
    Example("exemple.fr", "https://exemple.fr"),
    Example("www,exemple.fr", "https://www.exemple.fr"),
    Example("http:/exemple.fr", "http://exemple.fr"),
    Example("http//exemple.fr", "http://exemple.fr"),
    Example("https:://exemple.fr", "https://exemple.fr"),
    Example("http://https://exemple.fr", "https://exemple.fr"),
    Example("https://a.fr/ ou https://b.fr;\nhttps://a.fr/", "https://a.fr/|https://b.fr"),
    Example("Site : www.exemple.fr", "https://www.exemple.fr"),
    Example('<a href="https://exemple.fr/x">ici</a>', "https://exemple.fr/x"),
    Example("https://exemple.fr/?q=1&amp;p=2", "https://exemple.fr/?q=1&p=2"),
    Example("www.exemple.fr rubrique Numérique", "https://www.exemple.fr", "url_illisible"),
    Example("(https://exemple.fr/-Epn-).", "https://exemple.fr/-Epn-"),
    Example("http://", "", "url_illisible"),
    Example("04.65.71.49.27", "", "url_illisible"),
    Example("contact@exemple.fr", "", "url_illisible"),
    Example("@epn_orleans", "", "url_illisible"),
    Example("-", "", "texte_vide_de_sens"),
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


#: Words around an address that say nothing more than the address does.
_LABELS = _words(
    "a blog cf et facebook fb href http https ici instagram internet lien notre ou page site "
    "sites sur twitter url voir web www"
)
#: Top-level domains believed without a scheme or ``www.``: "Lundi.Mardi" is not an address.
_KNOWN_ENDINGS = _words(
    "alsace art asso be bio biz bzh ca cafe cat ch club co com coop corsica de digital education "
    "es eu eus fr gf gp io info it link lu me mq nc net numerique online ong org paris pf pm pro "
    "re school shop site social space studio tech tv uk us wf wiki work world xyz yt"
)

_SPLIT = re.compile(r"[\s|;<>\"]+|,(?=https?:|www\.|\s|$)")
_SCHEME = re.compile(r"(?:h*t{1,2}ps?|https?)\s?[:;.]*\s?[/\\]+[:;/\\]*|https?:+", re.I)
_COMMA = re.compile(r"\bwww,", re.I)
_GAP = re.compile(r"(https?:?//)\s+(?!https?:)", re.I)
_MARKUP = re.compile(r"</?[a-z][a-z0-9]*(?:\s(?:[^<>]*?href=[\"']?([^\s\"'<>]+))?[^<>]*)?/?>", re.I)
_INSIDE = re.compile(r"https?://|\bwww\.", re.I)
_BEFORE = " .,:;'«»“”’*!-–([{"
# Not the hyphen: content systems end paths with it (``/-Espace-numerique-``).
_AFTER = " .,:;'«»“”’*!"
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:[^\W\d_]{2,24}|xn--[a-z0-9-]{2,59})")


def clean(raw: str) -> Cleaned:
    """Distinct addresses in their order, each with its scheme; detail: what was dropped."""
    line = text.one_line(text.unescape_entities(text.repair_encoding(raw)))
    if not line:
        return Cleaned("")
    if text.is_placeholder(line):
        return Cleaned("", "texte_vide_de_sens")
    found: dict[str, None] = {}
    refused: list[str] = []
    for part in _parts(line):
        address = _address(part)
        if address:
            found[address] = None
        else:
            refused.append(part)
    code = "url_illisible" if refused or not found else ""
    return Cleaned(SEPARATOR.join(found), code, " ".join(refused))


def _parts(line: str) -> list[str]:
    """The pieces of a cell that are, or should be, an address."""
    line = _MARKUP.sub(r" \1 ", line)
    line = _GAP.sub(r"\1", _COMMA.sub("www.", line)).replace("\\_", "_").replace("\\-", "-")
    pieces = (_trim(piece) for piece in _SPLIT.split(line))
    return [piece for piece in pieces if fold(piece) and fold(piece) not in _LABELS]


def _trim(piece: str) -> str:
    """``piece`` without the punctuation of the sentence around it."""
    before = None
    while piece != before:
        before = piece
        piece = piece.lstrip(_BEFORE).rstrip(_AFTER)
        for opening, closing in ("()", "[]", "{}"):
            if piece.endswith(closing) and opening not in piece:
                piece = piece[:-1]
    return piece


def _address(piece: str) -> str:
    """``piece`` as an address with its scheme, or "" when it is not one."""
    scheme, rest = _unschemed(piece)
    inside = _INSIDE.search(rest)
    if not scheme and inside and not _is_host(rest[: inside.start()]):
        scheme, rest = _unschemed(rest[inside.start() :])
    host_and_port = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    host = host_and_port.lower().partition(":")[0]
    if not _HOST.fullmatch(host) or not _is_port(host_and_port.partition(":")[2]):
        return ""
    if not scheme and not _is_credible(host):
        return ""
    address = f"{scheme or 'https'}://{host_and_port.lower()}{rest[len(host_and_port) :]}"
    try:
        urlsplit(address)
    except ValueError:
        return ""
    return address


def _unschemed(piece: str) -> tuple[str, str]:
    """The last scheme at the head of ``piece``, however spelt, and what follows it."""
    scheme = ""
    while found := _SCHEME.match(piece):
        scheme = "https" if "s" in found[0].lower() else "http"
        piece = piece[found.end() :]
    return scheme, piece


def _is_host(head: str) -> bool:
    return bool(_HOST.match(head.lower()))


def _is_port(port: str) -> bool:
    return not port or (port.isascii() and port.isdigit() and int(port[:6]) < 65536)


def _is_credible(host: str) -> bool:
    return host.startswith("www.") or host.rpartition(".")[2] in _KNOWN_ENDINGS
