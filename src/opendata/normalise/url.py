"""Web addresses: one or several in a cell, joined by ``|`` as the standard asks.

Only the host is put in lower case: paths tell capitals apart (RFC 3986, 6.2.2.1). What a
web address may not hold (accents, spaces, brackets) is encoded, the host in Punycode and
the rest in percents, as browsers do: the published address is one for every software. An
address without its scheme gets ``http``: a site that has https redirects to it, one that
has not cannot be reached by it.

An address that a space or an ellipsis cut leads elsewhere or nowhere: it is not published.
Nor is one under an ending that does not exist (IANA, list of top-level domains).
"""

import re
from functools import cache
from urllib.parse import quote, urlsplit

from opendata.normalise import text
from opendata.normalise.base import Cleaned, Example
from opendata.schema import SEPARATOR, fold

NAME = "url"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("https://www.exemple.fr/Epn/Horaires", "https://www.exemple.fr/Epn/Horaires"),
    Example("Http://Www.Exemple.Fr/", "http://www.exemple.fr/"),
    Example("exemple.fr", "http://exemple.fr"),
    Example("www,exemple.fr", "http://www.exemple.fr"),
    Example("www. exemple .fr", "http://www.exemple.fr"),
    Example("wwww.exemple.fr", "http://www.exemple.fr"),
    Example("http:/exemple.fr", "http://exemple.fr"),
    Example("http//exemple.fr", "http://exemple.fr"),
    Example("https/www.exemple.fr/", "https://www.exemple.fr/"),
    Example("htpp://exemple.fr", "http://exemple.fr"),
    Example("hhtps://exemple.fr", "https://exemple.fr"),
    Example("ttps://exemple.fr", "https://exemple.fr"),
    Example("https:://exemple.fr", "https://exemple.fr"),
    Example("http://https://exemple.fr", "https://exemple.fr"),
    Example("http: //exemple.fr", "http://exemple.fr"),
    Example("https://a.fr/ ou https://b.fr;\nhttps://a.fr/", "https://a.fr/|https://b.fr"),
    Example("http://a.fr/http://b.fr/", "http://a.fr/|http://b.fr/"),
    Example("https://a.fr/?u=https://b.fr/", "https://a.fr/?u=https://b.fr/"),
    Example("a.fr, b.fr / c.fr ; d.fr", "http://a.fr|http://b.fr|http://c.fr|http://d.fr"),
    Example("facebook.com/EpnExemple", "http://facebook.com/EpnExemple"),
    Example("Site : www.exemple.fr", "http://www.exemple.fr"),
    Example('<a href="https://exemple.fr/x">ici</a>', "https://exemple.fr/x"),
    Example("https://exemple.fr/?q=1&amp;p=2", "https://exemple.fr/?q=1&p=2"),
    Example("https://exemple.fr/?q=1;2;3;", "https://exemple.fr/?q=1;2;3"),
    Example("http://192.0.2.24:8080/Portail", "http://192.0.2.24:8080/Portail"),
    Example("https://exemple.fr/été(2)", "https://exemple.fr/%C3%A9t%C3%A9%282%29"),
    Example("https://é-source.fr/", "https://xn---source-9xa.fr/"),
    Example("http://exemple.fr/centre de jour/", "http://exemple.fr/centre%20de%20jour/"),
    Example("http://exemple.fr/nos lieux.html", "http://exemple.fr/nos%20lieux.html"),
    Example("www.exemple.fr rubrique Numérique", "http://www.exemple.fr", "url_illisible"),
    Example("https://www.facebook.com/Mediatheque de Saint Source", "", "url_illisible"),
    Example("www.facebook.com/EPN Ville", "", "url_illisible"),
    Example("facebook.com/EPN Ville", "", "url_illisible"),
    Example("https://exemple.fr/?nom=espace numerique", "", "url_illisible"),
    Example("www.exemple.fr/vie locale/", "", "url_illisible"),
    Example("https://www.exemple.fr/ep...", "", "url_illisible"),
    Example("www.exemple de source.fr", "", "url_illisible"),
    Example("https://a.fr/epn - Site de la ville", "https://a.fr/epn", "url_illisible"),
    Example("https://a.fr/epn a.fr/mairie", "https://a.fr/epn|http://a.fr/mairie"),
    Example('<a href="https://a.fr/x">Le site</a>', "https://a.fr/x", "url_illisible"),
    Example("[Le site](https://exemple.fr/x)", "https://exemple.fr/x"),
    Example("(https://exemple.fr/-Epn-).", "https://exemple.fr/-Epn-"),
    Example("www.exemple.frr", "http://www.exemple.fr"),
    Example("https://www.exemple.con/epn", "https://www.exemple.com/epn"),
    Example("www.exemple.ocm", "http://www.exemple.com"),
    Example("https://www.exemple.mairie", "", "url_illisible"),
    Example("httpwww.exemple.fr", "http://www.exemple.fr"),
    Example(r"https:\/\/www.exemple.fr\/epn", "https://www.exemple.fr/epn"),
    Example("www exemple.fr", "http://www.exemple.fr"),
    Example("www.mairie-exemple,fr", "http://www.mairie-exemple.fr"),
    Example("ww.exemple.fr", "http://www.exemple.fr"),
    Example("www.exemple..fr", "http://www.exemple.fr"),
    Example("www.https://exemple.fr", "https://exemple.fr"),
    Example("linktr.ee/epn", "http://linktr.ee/epn"),
    Example("bit.ly/epn forms.gle/epn", "http://bit.ly/epn|http://forms.gle/epn"),
    Example("site:exemple.fr", "http://exemple.fr"),
    Example("https://exemple.fr/nos-lieux/espa…", "", "url_illisible"),
    Example("Voir www.exemple.fr…", "http://www.exemple.fr"),
    Example("http://www.mairie de source49.fr/", "", "url_illisible"),
    Example("http://", "", "url_illisible"),
    Example("04.65.71.49.27", "", "url_illisible"),
    Example("contact@exemple.fr", "", "courriel_au_lieu_d_url"),
    Example("www.exemple.fr - epn@exemple.fr", "http://www.exemple.fr", "courriel_au_lieu_d_url"),
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
    "es eu eus fr gf gouv gp info io it link lu me mq nc net numerique online ong org paris pf pm "
    "pro re school shop site social space studio tech tv uk us wf wiki work world xyz yt"
)

#: Services known by addresses that few write with a scheme, under endings rare in France.
_KNOWN_HOSTS = _words("bit.ly forms.gle linktr.ee ow.ly buff.ly cutt.ly goo.gl maps.app.goo.gl")
#: Slips of an ending that one correction only can explain, as for e-mail addresses.
ENDING_SLIPS = {
    slip: right
    for right, slips in {
        "com": "con cpm vom comm cmo cim coom ocm",
        "fr": "ffr frr fre",
        "org": "ogr",
        "net": "nett nte",
    }.items()
    for slip in slips.split()
}
#: No cell of addresses is longer: what stands behind is refused unread.
_LONGEST = 4000
_ENDING = "(?:fr|com|org|net|eu|re|bzh|info|coop|corsica|paris)"
_SPLIT = re.compile(
    rf"[\s|<>\"]+|[,;](?=https?:|www\.|\s|$|(?:[\w-]{{1,63}}\.){{1,4}}{_ENDING}(?:[/;,\s]|$))"
)
_SCHEME = re.compile(
    r"(?:h*[tp]{2,4}s?)\s?[:;.]*\s?[/\\]+[:;/\\]*|https?:+|https?[./]?(?=www\.)", re.I
)
_REPAIRS = tuple(
    (re.compile(pattern, re.I), right)
    for pattern, right in (
        # The slash as JSON escapes it; the text of a Markdown link.
        (r"\\/", "/"),
        (r"\[[^\[\]]{0,200}\]\(\s?([^\s()]{4,2000})\s?\)", r" \1 | "),
        (r"\bw{3,},", "www."),
        (r"(?<![\w.])w{4,}\.", "www."),
        (rf"\bwww\.?\s+(?=[\w-]{{1,63}}\.{_ENDING}(?:[/\s]|$))|\bwww\.\s+", "www."),
        (r"\bwww\.(?=https?:/)", ""),
        (rf"(\bwww\.[\w-]{{1,63}}),({_ENDING})(?=[/\s;,]|$)", r"\1.\2"),
        (r"(?<!\S)(?:blog|facebook|internet|lien|page|site|twitter|url|web)\s?:(?=[^\s:/])", " "),
        (rf"(?<=[a-z0-9])(?:\s\.\s?|\.\s)({_ENDING})(?=[/\s]|$)", r".\1"),
        (r"\b(h*[tp]{2,4}s?\s?:?)\s?//\s+(?!https?:)", r"\1//"),
        (r"\b(h*[tp]{2,4}s?)\s?:\s?(?=//)", r"\1:"),
        # Markdown escapes; a hyphen at a line's end, that pasting followed with a space.
        (r"\\([_-])", r"\1"),
        (r"(/\S{3,200}-)\s(\w+(?:-\w+)+/?)$", r"\1\2"),
    )
)
#: A path with spaces goes on to the end of the cell when it ends like a path.
_SPACED_PATH = re.compile(
    r"(https?://[^\s/@]{1,253}/[^\s@]{0,300})((?:\s[^\s/:@]{1,60}){1,6}"
    r"(?:/(?=[\s,;)|]|$)|\.(?:html?|php|aspx?|pdf)))",
    re.I,
)
#: The « https://www. » that a form proposes, or its end, behind the address that was pasted.
_REST_OF_A_FORM = re.compile(r"(?<=\w)(?:(?:h?t{0,2}ps?:)?/{1,2})?w{1,3}\.$", re.I)
#: An address alone and plainly written, in which there is nothing to look for.
_PLAIN = re.compile(
    r"(?:https?://|(?=www\.))(?!ww\.|w{4})[a-z0-9-]+(?:\.[a-z0-9-]+){1,8}"
    r"(?:/(?:[A-Za-z0-9/_=&?%~-]|\.(?!\.)){0,2000}(?<!\.))?"
)
#: An address that goes on behind its host and stops at a space, with the word behind it.
_CUT = re.compile(
    r"((?:(?:https?://|\bwww\.)[^\s/?#|]{1,253}|(?<![^\s,;(:])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12})"
    r"[/?#][^\s|]*[\w=&%+-])(?<!\.html)(?<!\.htm)(?<!\.php)(?<!\.pdf)(?<!\.aspx)"
    r"(?=\s((?:[dl]['’])?\w\S*)(\s:)?)",
    re.I,
)
_MARKUP = re.compile(r"</?[a-z][a-z0-9]*(?:\s(?:[^<>]*?href=[\"']?([^\s\"'<>]+))?[^<>]*)?/?>", re.I)
_INSIDE = re.compile(r"https?://|\bwww\.", re.I)
_ELLIPSIS = re.compile(r"\.{3,}(?=[\s)\]|;,]|$)")
#: A second address glued behind the path of a first; not the parameter of a request.
_GLUED = re.compile(r"(?<=[^=&?\s])(?=https?://)", re.I)
_ARCHIVES = re.compile(r"https?://web\.archive\.org/", re.I)
_BEFORE = " .,:;'«»“”’*!-–([{"
# Not the hyphen: content systems end paths with it (``/-Espace-numerique-``).
_AFTER = " .,:;'«»“”’*!"
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:[^\W\d_]{2,24}|xn--[a-z0-9-]{2,59})")
_IP = re.compile(
    r"(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})"
)
_EMAIL = re.compile(r"(?:mailto:)?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}", re.I)
#: What stays as it is behind the host: reserved signs of RFC 3986 but brackets, and "%".
_SAFE = "/?#:@!$&'*+,;=%~-._"


def clean(raw: str) -> Cleaned:
    """Distinct addresses in their order, each with its scheme; detail: what was dropped."""
    if len(raw) > _LONGEST and len(raw := raw.strip()) > _LONGEST:
        head, rest = cut(raw, _LONGEST)
        return Cleaned(clean(head).value, "url_illisible", rest)
    plain = _address(raw) if _PLAIN.fullmatch(raw) else ""
    if plain and plain.endswith(raw):
        return Cleaned(plain)
    line = text.one_line(text.unescape_entities(text.repair_encoding(raw)))
    if not line:
        return Cleaned("")
    if text.is_placeholder(line):
        return Cleaned("", "texte_vide_de_sens")
    parts = _parts(_REST_OF_A_FORM.sub("", line))
    read = {part: _address(part) for part in parts}
    words = any(not found and not _EMAIL.fullmatch(part) for part, found in read.items())
    broken = {
        part
        for part in parts
        if (_SCHEME.match(part) and not (words and _is_sure(read[part])))
        or (not read[part] and part[:4].lower() == "www.")
    }
    if words and broken:
        # An address cut by a space: the words behind it are the rest of it, not addresses.
        read = {
            part: found if part not in broken and _INSIDE.search(part) else ""
            for part, found in read.items()
        }
    found = dict.fromkeys(filter(None, read.values()))
    refused = [part for part in parts if not read[part]]
    code = ""
    if refused and all(_EMAIL.fullmatch(part) for part in refused):
        code = "courriel_au_lieu_d_url"
    elif refused or not found:
        code = "url_illisible"
    return Cleaned(SEPARATOR.join(found), code, " ".join(refused))


def cut(raw: str, limit: int) -> tuple[str, str]:
    """The whole values among the first ``limit`` characters of ``raw``, how the rest begins."""
    end = max(0, *(raw.rfind(sign, 0, limit) for sign in " \n;,|"))
    return raw[:end], text.one_line(raw[end : end + 80])


@cache
def is_ending(name: str) -> bool:
    """Whether a top-level domain exists (IANA's list, as Frictionless brings it along)."""
    import validators

    return bool(validators.domain(f"exemple.{name}", consider_tld=True))


def _parts(line: str) -> list[str]:
    """The pieces of a cell that are, or should be, an address."""
    if "<" in line:
        line = _MARKUP.sub(r" \1 | ", line)
    for wrong, right in _REPAIRS:
        line = wrong.sub(right, line)
    line = _ELLIPSIS.sub("…", line)
    if " " in line:
        line = _CUT.sub(_shortened, _SPACED_PATH.sub(_encoded, line))
    pieces = (part for piece in _SPLIT.split(line) for part in _unglued(_trim(piece)))
    return [piece for piece in pieces if fold(piece) and fold(piece) not in _LABELS]


def _encoded(found: "re.Match[str]") -> str:
    """A path with its spaces in percents; itself where another address stands in it."""
    if any(map(_address, found[2].split())):
        return found[0]
    return found[0].replace(" ", "%20")


def _shortened(found: "re.Match[str]") -> str:
    """The address with the mark of one that was cut, unless the next word is not its rest:
    another address, or what announces one ("Tél :")."""
    word = _trim(found[2])
    named = found[3] or found[2].endswith(":")
    apart = named or fold(word) in _LABELS or "@" in word or _INSIDE.search(word) or _address(word)
    return found[1] if apart else f"{found[1]}…"


def _unglued(piece: str) -> list[str]:
    """The addresses of a piece in which one follows another's path without a space."""
    parts = [""]
    for part in [piece] if _ARCHIVES.match(piece) else _GLUED.split(piece):
        # What is no address yet ("https://" typed twice) goes on with the next part.
        if "?" not in parts[-1] and _address(parts[-1]):
            parts.append(part)
        else:
            parts[-1] += part
    return [_trim(part) for part in parts]


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
    scheme, rest = _unschemed(re.sub(r"^((?:https?://)?[^/?#]+/?)…$", r"\1", piece))
    if "…" in rest:
        # An address that a page showed shortened leads nowhere.
        return ""
    inside = _INSIDE.search(rest)
    if not scheme and inside and not _is_host(rest[: inside.start()]):
        scheme, rest = _unschemed(rest[inside.start() :])
    host_and_port = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    host, _, port = host_and_port.lower().partition(":")
    if host.startswith("ww."):
        host = f"w{host}"
    if scheme or host.startswith("www."):
        host = re.sub(r"\.{2,}", ".", host)
    named = _HOST.fullmatch(host) and host.removeprefix("www.").count(".")
    if not (named or (scheme and _IP.fullmatch(host))) or not _is_port(port):
        return ""
    if not scheme and not _is_credible(host):
        return ""
    host = _ended(_ascii_host(host))
    behind = quote(rest[len(host_and_port) :].replace("\\", "/"), safe=_SAFE)
    address = f"{scheme or 'http'}://{host}{':' if port else ''}{port}{behind}"
    try:
        urlsplit(address)
    except ValueError:
        return ""
    return address if host else ""


def _ascii_host(host: str) -> str:
    """The host in Punycode, "" when its letters cannot be those of a name (IDNA)."""
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _ended(host: str) -> str:
    """The host, a slip in its ending corrected; "" when no such ending exists."""
    name, _, ending = host.rpartition(".")
    if is_ending(ending) or _IP.fullmatch(host):
        return host
    return f"{name}.{ENDING_SLIPS[ending]}" if ending in ENDING_SLIPS else ""


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


def _is_sure(address: str) -> bool:
    """Whether the host ends as hosts do: ``www.source.Mairie et services`` was cut."""
    host = urlsplit(address).hostname or ""
    ending = host.rpartition(".")[2]
    return len(ending) == 2 or ending in _KNOWN_ENDINGS or bool(_IP.fullmatch(host))


def _is_credible(host: str) -> bool:
    return (
        host.startswith("www.") or host.rpartition(".")[2] in _KNOWN_ENDINGS or host in _KNOWN_HOSTS
    )
