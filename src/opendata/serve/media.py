"""The media type of a published file, from its name."""

from pathlib import PurePosixPath

#: A parameter ``charset`` stands where the registration of the type has one, and where browsers
#: would otherwise guess. GeoJSON, JSON and Parquet have none.
_BY_SUFFIX = {
    ".atom": "application/atom+xml; charset=utf-8",
    ".cff": "application/yaml",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
    ".rdf": "application/rdf+xml; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".ttl": "text/turtle; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml; charset=utf-8",
    ".yaml": "application/yaml",
    ".zip": "application/zip",
}
_BY_NAME = {"SHA256SUMS": "text/plain; charset=utf-8", "LICENSE": "text/plain; charset=utf-8"}
_TEXT = ("application/json", "application/geo+json", "application/ld+json", "application/yaml")


def media_type(name: str) -> str:
    """The Content-Type of a file; ``application/octet-stream`` for a name nobody knows."""
    suffix = PurePosixPath(name).suffix.lower()
    return _BY_NAME.get(name) or _BY_SUFFIX.get(suffix, "application/octet-stream")


def is_text(media: str) -> bool:
    """Whether compressing such a file is worth it: text of any kind."""
    return media.startswith(("text/", *_TEXT)) or "charset=" in media
