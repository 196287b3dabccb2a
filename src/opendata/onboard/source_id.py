"""The id of a source to be, from where its file comes from."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from opendata.schema import fold

#: Parts of addresses that name no file.
_GENERIC = frozenset(
    (
        *("api", "csv", "data", "dataset", "download", "entries", "export", "exports", "file"),
        *("files", "fiches", "geojson", "json", "latest", "liste", "records", "resource"),
        *("resources", "search", "xlsx", "zip"),
    )
)
#: Parameters of requests whose value names a file.
_NAMING = ("dataset", "id", "layer")
#: The suffixes of a file name, ``.csv.gz``.
_SUFFIXES = re.compile(r"(?:\.[A-Za-z0-9]{2,7}){1,2}$")
#: What every portal has around its own name: ``data.`` before it, ``.fr`` after it.
_AROUND_HOST = re.compile(r"^(?:www|data|api|carto|opendata)\.|\.[a-z]{2,5}$")
#: Keys of a platform rather than names: hashes and UUIDs, numbers, versions, one letter.
_OPAQUE = re.compile(r"[0-9a-f]{8,}|v?\d+|[a-z]")
_LONGEST = 60


def suggested_id(origin: str) -> str:
    """A source id from an address or a file name: its most telling part, ``a-z0-9-``."""
    if not re.match(r"https?://", origin):
        return _slug(_stem(Path(origin).name)) or "source"
    parts = urlsplit(origin)
    folders = [_stem(piece) for piece in reversed(parts.path.split("/")) if piece]
    for piece in (*_named_in_query(parts.query), *folders):
        slug = _slug(piece)
        if len(slug) > 2 and slug not in _GENERIC and not _is_opaque(slug):
            return slug
    return _slug(_AROUND_HOST.sub("", parts.netloc)) or "source"


def _named_in_query(query: str) -> list[str]:
    """The values of the first parameter that names a file."""
    parameters = parse_qs(query)
    return next((parameters[name] for name in _NAMING if name in parameters), [])


def _stem(name: str) -> str:
    return _SUFFIXES.sub("", name)


def _slug(text: str) -> str:
    return "-".join(fold(text).split())[:_LONGEST].strip("-")


def _is_opaque(slug: str) -> bool:
    return bool(_OPAQUE.fullmatch(slug.replace("-", "")))
