"""What the bytes are: the extension they are stored under, and whether they are data at all.

Portals answer 200 with a login page, an error document or nothing; the first bytes tell.
Anything deeper (ragged rows, zip bombs, a wrong encoding) is the readers' business.
"""

import codecs
import re
from collections.abc import Iterable
from email.message import Message

from opendata.errors import FetchError
from opendata.language import Text

HEAD_BYTES = 64 * 1024

_JSON = frozenset({"json", "jsonl", "ndjson", "geojson"})
_DELIMITED = frozenset({"csv", "tsv", "txt"})
_ZIPPED = frozenset({"xlsx", "ods", "zip"})
_DATA_EXTENSIONS = (
    _JSON | _DELIMITED | _ZIPPED | {"xls", "gpkg", "fgb", "kml", "xml", "shp", "parquet"}
)
_MEDIA_TYPES = {
    "text/csv": "csv",
    "application/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/plain": "txt",
    "application/json": "json",
    "text/json": "json",
    "application/geo+json": "geojson",
    "application/vnd.geo+json": "geojson",
    "application/x-ndjson": "jsonl",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/geopackage+sqlite3": "gpkg",
    "application/vnd.google-earth.kml+xml": "kml",
    "application/zip": "zip",
    "application/xml": "xml",
    "text/xml": "xml",
}

_BLANK = " \t\r\n\f\v\0\ufeff"
_PREAMBLE = re.compile(r"(?:\s|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_ELEMENT = re.compile(r"<(?:!doctype\b|[a-z_][\w:.-]*(?:\s[^<>]*)?/?>)", re.IGNORECASE)
_JSON_RECORD = re.compile(r"(?:\[\s*)?\{\s*\"")

_EMPTY = Text("un fichier vide", "an empty file")
_HTML_PAGE = Text("une page HTML", "an HTML page")
_XML_DOCUMENT = Text("un document XML", "an XML document")
_JSON_DOCUMENT = Text("un document JSON", "a JSON document")
_PDF_DOCUMENT = Text("un document PDF", "a PDF document")


def extension(declared: str, names: Iterable[str], headers: dict[str, str]) -> str:
    """``fetch.format``, else the suffix of a URL or file name, else the media type, else ``bin``.

    ``names`` are tried in order, then the file name of ``content-disposition``. A suffix
    that is not one of data (``.php``, ``.html``) says nothing and is passed over.
    """
    if declared:
        return re.sub(r"[^a-z0-9]", "", declared.lower()) or "bin"
    for name in (*names, _disposition_name(headers)):
        if suffix := _suffix(name):
            return suffix
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return _MEDIA_TYPES.get(media_type, "bin")


def _disposition_name(headers: dict[str, str]) -> str:
    message = Message()
    message["content-disposition"] = headers.get("content-disposition", "")
    return message.get_filename() or ""


def _suffix(name: str) -> str:
    last = re.split(r"[?#]", name)[0].rsplit("/", 1)[-1].lower()
    stem, _, suffix = last.rpartition(".")
    if suffix == "gz" and (inner := _suffix(stem)):
        return f"{inner}.gz"
    return suffix if suffix in _DATA_EXTENSIONS else ""


def check(head: bytes, expected: str, source: str) -> None:
    """Refuse bytes that cannot be ``expected`` (an extension as given by :func:`extension`).

    ``head`` is the first ``HEAD_BYTES``. Raises FetchError (``contenu_inattendu``). Compressed
    text passes: its reader opens it.
    """
    if came := _unexpected(head, expected.removesuffix(".gz")):
        raise _refused(source, came, "" if expected == "bin" else expected)


def _unexpected(head: bytes, expected: str) -> Text | None:
    text = _as_text(head)
    if not text:
        return _EMPTY
    body = text[_PREAMBLE.match(text).end() :]  # type: ignore[union-attr]
    if expected != "html" and _HTML.match(body):
        return _HTML_PAGE
    if expected in _ZIPPED:
        return None if head.startswith(b"PK") else _beginning(text)
    if expected not in _JSON | _DELIMITED or head.startswith(b"\x1f\x8b"):
        return None
    if text.startswith("<?xml") or (_ELEMENT.match(body) and re.search("</|/>", body)):
        return _XML_DOCUMENT
    if text.startswith("%PDF-"):
        return _PDF_DOCUMENT
    if expected in _JSON and text[0] not in "{[":
        return _beginning(text)
    if expected in _DELIMITED and _JSON_RECORD.match(text):
        return _JSON_DOCUMENT
    return None


def _as_text(head: bytes) -> str:
    # Latin-1 maps every byte to one character: enough to recognise ASCII markers, and
    # it never fails on a character cut in two at the end of the head.
    utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16" if utf16 else "latin-1", errors="replace")
    return text.removeprefix("ï»¿").strip(_BLANK)


def _beginning(text: str) -> Text:
    shown = "".join(c if c.isprintable() else "·" for c in text[:20])
    return Text(f"un contenu qui commence par « {shown} »", f"content that begins with “{shown}”")


def _refused(source: str, came: Text, expected: str) -> FetchError:
    wanted = Text(
        f"un fichier {expected}" if expected else "un fichier de données",
        f"a {expected} file" if expected else "a data file",
    )
    return FetchError(
        "contenu_inattendu",
        fr=f"La source « {source} » a donné {came.fr}, et {wanted.fr} était attendu : ouvrez "
        "l'adresse ou le fichier pour voir ce qu'il contient, puis corrigez « fetch » dans le "
        "fichier de la source.",
        en=f"Source “{source}” gave {came.en} where {wanted.en} was expected: open the address "
        "or the file to see what it holds, then correct “fetch” in the source's file.",
    )
