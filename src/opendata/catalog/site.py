"""``catalog/catalogue.toml``: what the whole catalogue is called, and where it is read.

The file may be missing, and every key of it: the catalogue then has a general title, and its
metadata the relative addresses of its files.
"""

import re

from opendata.catalog.toml import Kinds, TomlFile
from opendata.model import Catalogue, Tiles
from opendata.paths import Paths

FILE = "catalogue.toml"
_KEYS: Kinds = {
    "title": str, "title_en": str, "description": str, "description_en": str, "publisher": str,
    "publisher_url": str, "contact": str, "url": str, "tiles": dict,
}  # fmt: skip
_TILE_KEYS: Kinds = {"url": str, "attribution": str}
_ADDRESS = re.compile(r"https?://[^/\s?#]+(/[^\s?#]*)?")
_TILES = re.compile(r"https?://[^/\s{}]+/\S*")


def load_catalogue(paths: Paths) -> Catalogue:
    """Read it. Raises CatalogError."""
    path = paths.catalog / FILE
    if not path.is_file():
        return Catalogue()
    toml = TomlFile(path, paths.catalog.parent)
    data = toml.data
    toml.check_keys(data, _KEYS)
    for key in ("url", "publisher_url"):
        if data.get(key) and not _ADDRESS.fullmatch(data[key]):
            raise toml.not_allowed(key, data[key], ("https://donnees.exemple.fr/lieux/",))
    texts = {key: value.strip() for key, value in data.items() if key != "tiles" and value.strip()}
    texts.setdefault("title_en", texts.get("title", Catalogue.title_en))
    texts.setdefault("description_en", texts.get("description", Catalogue.description_en))
    if url := texts.get("url"):
        texts["url"] = f"{url.rstrip('/')}/"
    return Catalogue(**texts, tiles=_tiles(toml), fingerprint=toml.fingerprint)


def _tiles(toml: TomlFile) -> Tiles | None:
    table = toml.section("tiles", _TILE_KEYS)
    if not table:
        return None
    url = str(toml.require(table, "url", "tiles"))
    if not _TILES.fullmatch(url) or not all(part in url for part in ("{z}", "{x}", "{y}")):
        raise toml.not_allowed("tiles.url", url, ("https://tuiles.exemple.fr/{z}/{x}/{y}.png",))
    return Tiles(url, str(toml.require(table, "attribution", "tiles")))
