"""How a source is asked for: POST requests and pages (docs/mapping.md has the steward's page)."""

from collections.abc import Mapping
from typing import Any

from opendata.catalog.toml import Kinds, TomlFile

METHODS = ("GET", "POST")

#: The keys each style of paging needs, and those it may have besides. ``opendata.fetch.pages``
#: works with them; a test holds the two together, for imports run one way.
PAGING_KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "offset": (("limit", "offset", "size"), ("total", "records", "key", "ceiling")),
    "page": (("page",), ("first", "limit", "size", "total", "records", "key", "ceiling")),
    "next": (("next",), ("token", "limit", "size", "total", "records", "key", "ceiling")),
    "range": (("size",), ("limit", "offset", "records", "key", "ceiling")),
}
_PAGING_KINDS: Kinds = {
    "style": str, "limit": str, "offset": str, "page": str, "first": int, "next": str,
    "token": str, "size": int, "total": str, "records": str, "key": str, "ceiling": int,
}  # fmt: skip

#: What the list of records, which is what paging leaves, may be read as.
_PAGED_FORMATS = ("json", "geojson")


def check_request(toml: TomlFile, table: Mapping[str, Any]) -> None:
    """Refuse a ``[fetch]`` whose request makes no sense (CatalogError)."""
    method = table.get("method", "GET")
    if method not in METHODS:
        raise toml.not_allowed("fetch.method", method, METHODS)
    sent = [key for key in ("body", "form") if table.get(key)]
    if sent and method != "POST":
        raise toml.wrong(
            "envoi_sans_post",
            f'« fetch.{sent[0]} » ne peut être envoyé que par POST : ajoutez « method = "POST" ».',
            f'“fetch.{sent[0]}” can only be sent by POST: add “method = "POST"”.',
        )
    if len(sent) > 1:
        raise toml.wrong(
            "envoi_double",
            "« fetch » donne à la fois « body » et « form » : gardez l'un des deux.",
            "“fetch” gives both “body” and “form”: keep one of them.",
        )
    for key in ("method", "paging"):
        if table.get(key) and not table.get("url"):
            raise toml.wrong(
                "demande_sans_adresse",
                f"« fetch.{key} » dit comment interroger un serveur, et « fetch.url » manque : "
                f"donnez cette adresse, ou retirez « {key} ».",
                f"“fetch.{key}” says how to ask a server, and “fetch.url” is missing: "
                f"give that address, or remove “{key}”.",
            )
    if table.get("paging"):
        _check_paging(toml, table["paging"], table.get("format", ""))


def _check_paging(toml: TomlFile, paging: Mapping[str, Any], kind: str) -> None:
    where = "fetch.paging"
    toml.check_keys(paging, _PAGING_KINDS, where)
    style = toml.require(paging, "style", where)
    if style not in PAGING_KEYS:
        raise toml.not_allowed(f"{where}.style", style, PAGING_KEYS)
    required, others = PAGING_KEYS[style]
    for key in required:
        toml.require(paging, key, where)
    for key in paging:
        if key not in ("style", *required, *others):
            raise toml.not_allowed(where, key, ("style", *required, *others))
    for key in ("size", "ceiling"):
        if key in paging and paging[key] <= 0:
            raise toml.not_allowed(f"{where}.{key}", paging[key], ("> 0",))
    # A name without its companion would be ignored, and the first page taken for the whole.
    pairs = [("limit", "size")] if style in ("page", "next") else []
    pairs += [("limit", "offset")] if style == "range" else []
    for one, other in (*pairs, *((second, first) for first, second in pairs)):
        if one in paging:
            toml.require(paging, other, where)
    if kind and kind not in _PAGED_FORMATS:
        raise toml.not_allowed("fetch.format", kind, _PAGED_FORMATS)
