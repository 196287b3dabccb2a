"""``catalog/catalogue.toml``: what the whole catalogue is called, and where it is read.

The file may be missing, and every key of it: the catalogue then has a general title, and its
metadata the relative addresses of its files.
"""

import re

from opendata.catalog.toml import Kinds, TomlFile
from opendata.errors import CatalogError
from opendata.model import Catalogue, Tiles
from opendata.paths import Paths

FILE = "catalogue.toml"
_KEYS: Kinds = {
    "title": str, "title_en": str, "description": str, "description_en": str, "publisher": str,
    "publisher_url": str, "contact": str, "url": str, "tiles": dict,
}  # fmt: skip
_TILE_KEYS: Kinds = {"url": str, "attribution": str}
_ADDRESS = re.compile(r"https?://[^/\s?#]+(/[^\s?#]*)?")
_CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S+")
_TILES = re.compile(r"https://[^/\s{}]+/\S*")


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
            raise _no_address(toml, key, data[key])
    if (contact := data.get("contact")) and not _CONTACT.fullmatch(contact):
        raise toml.wrong(
            "valeur_inconnue",
            f"« contact » vaut « {contact} », or c'est une adresse électronique ou une adresse web "
            "qui est attendue (exemple : donnees@exemple.fr).",
            f"“contact” is “{contact}”, but an e-mail address or a web address is expected "
            "(for example donnees@exemple.fr).",
        )
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
        raise toml.wrong(
            "valeur_inconnue",
            f"« tiles.url » vaut « {url} », or il faut une adresse https où sont {{z}}, {{x}} et "
            "{y} (exemple : https://tuiles.exemple.fr/{z}/{x}/{y}.png).",
            f"“tiles.url” is “{url}”, but an https address with {{z}}, {{x}} and {{y}} is needed "
            "(for example https://tuiles.exemple.fr/{z}/{x}/{y}.png).",
        )
    return Tiles(url, str(toml.require(table, "attribution", "tiles")))


def _no_address(toml: TomlFile, key: str, value: str) -> CatalogError:
    return toml.wrong(
        "valeur_inconnue",
        f"« {key} » vaut « {value} », or il faut une adresse complète, sans « ? » ni espace "
        "(exemple : https://donnees.exemple.fr/lieux/).",
        f"“{key}” is “{value}”, but a complete address is expected, without “?” or space "
        "(for example https://donnees.exemple.fr/lieux/).",
    )
