"""The portals a dataset is pushed to: ``[portals.datagouv]`` and ``[portals.ckan]``."""

import re

from opendata.catalog.toml import Kinds, TomlFile
from opendata.model import Portal

#: The APIs that are spoken; ``opendata.portals`` has one file for each, a test holds the two
#: together, for imports run one way.
PORTAL_KINDS = ("datagouv", "ckan")

_DEFAULT_URLS = {"datagouv": "https://www.data.gouv.fr"}
_KEYS: Kinds = {"url": str, "organization": str, "dataset": str, "private": bool}
#: Over plain HTTP the key could be read on the way; only this very machine is near enough.
_SAFE_URL = re.compile(r"https://[^/\s]+.*|http://(?:localhost|127\.0\.0\.1)(?::\d+)?(?:/.*)?")


def required_keys(kind: str) -> tuple[str, ...]:
    """The keys that a table of this kind has to have."""
    return ("organization",) if kind in _DEFAULT_URLS else ("url", "organization")


def parse_portals(toml: TomlFile) -> tuple[Portal, ...]:
    """The portals of a dataset TOML. Raises CatalogError."""
    kinds: Kinds = dict.fromkeys(PORTAL_KINDS, dict)
    return tuple(_portal(toml, kind) for kind in toml.section("portals", kinds))


def _portal(toml: TomlFile, kind: str) -> Portal:
    where = f"portals.{kind}"
    table = toml.data["portals"][kind]
    toml.check_keys(table, _KEYS, where)
    url = table.get("url") or _DEFAULT_URLS.get(kind) or toml.require(table, "url", where)
    if not _SAFE_URL.fullmatch(url):
        raise toml.not_allowed(f"{where}.url", url, ("https://…",))
    return Portal(
        kind=kind,
        url=url.rstrip("/"),
        organization=str(toml.require(table, "organization", where)).strip(),
        dataset=table.get("dataset", "").strip(),
        private=table.get("private", False),
    )
