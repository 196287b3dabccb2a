"""Where the files are: absolute once the catalogue has a public address, else relative."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of the catalogue, of a dataset and of its files, each with a final slash.

    Relative ones hold for the document that was asked for, in its own place.
    """

    home: str
    dataset: str
    files: str

    def file(self, path: str) -> str:
        return f"{self.files}{quote(path)}"

    @property
    def page(self) -> str:
        """The page of the dataset, where people land."""
        return self.dataset if self.dataset.startswith("http") else f"{self.dataset}index.html"


def beside_release(package: Mapping[str, Any]) -> Addresses:
    """For a document in the folder of the release: its files never change."""
    name, version = package["name"], package["version"]
    home = str(package["opendata"].get("url") or "")
    if not home:
        return Addresses("../../../", "../../", "")
    dataset = f"{home}{name}/"
    return Addresses(home, dataset, f"{dataset}releases/{version}/")


def in_catalogue(package: Mapping[str, Any], home: str, root: str = "") -> Addresses:
    """For a document beside the home page: files at the address that always has the latest.

    ``root`` is the way from the document to the home page where there is no public address.
    """
    dataset = f"{home or root}{package['name']}/"
    return Addresses(home or root or "./", dataset, f"{dataset}latest/")
