"""Every location the pipeline reads or writes, in one place.

``OPENDATA_HOME`` (default ``./data``) holds what runs make; ``OPENDATA_CATALOG``
(default ``./catalog``) holds what stewards write; ``OPENDATA_MIRROR``, when set,
is a folder whose ``mirror.toml`` says which local file stands in for which URL.
"""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def schemas_folder() -> Path:
    """The folder of schemas: inside an installed wheel, else at the root of the checkout."""
    installed = _PACKAGE / "schemas"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "schemas"


def embedded_communes() -> Path:
    """The commune reference that ships with the code (see scripts/build_reference.py)."""
    return _PACKAGE / "geocode" / "reference" / "communes.parquet"


@dataclass(frozen=True)
class Paths:
    """The folders of one installation. Build it with :func:`paths_from_environment`."""

    home: Path
    catalog: Path
    mirror: Path | None

    @property
    def raw(self) -> Path:
        return self.home / "raw"

    @property
    def reference(self) -> Path:
        return self.home / "reference"

    @property
    def state(self) -> Path:
        return self.home / "state"

    @property
    def published(self) -> Path:
        return self.home / "published"

    @cached_property
    def project(self) -> Path:
        """The folder that local source files (``fetch.file``) are relative to."""
        return self.catalog.resolve().parent

    def raw_source(self, source: str) -> Path:
        return self.raw / source

    def harvest(self, source: str) -> Path:
        return self.state / "harvest" / source

    def checks(self, source: str) -> Path:
        """Where the last check of a source wrote its report."""
        return self.state / "checks" / source

    def dataset_state(self, dataset: str) -> Path:
        return self.state / dataset

    def staged(self, dataset: str) -> Path:
        return self.dataset_state(dataset) / "staged"

    def pairs(self, dataset: str) -> Path:
        """The pairs of rows that a person should judge, as the last run found them."""
        return self.dataset_state(dataset) / "paires.csv"

    def release_ledger(self, dataset: str, version: str) -> Path:
        """What the stages after the harvests said of each row of a release."""
        return self.dataset_state(dataset) / "ledgers" / f"{version}.parquet"

    def ban_index(self, departement: str, version: str) -> Path:
        """The addresses of a département as the matcher reads them (made from its Parquet)."""
        return self.state / "geocode" / "index" / departement / version

    @property
    def geocode_cache(self) -> Path:
        return self.state / "geocode" / "cache.sqlite"

    def lock(self, dataset: str) -> Path:
        return self.state / f"{dataset}.lock"

    def dataset(self, dataset: str) -> Path:
        return self.published / dataset

    def releases(self, dataset: str) -> Path:
        return self.dataset(dataset) / "releases"

    def latest(self, dataset: str) -> Path:
        return self.dataset(dataset) / "latest"


def paths_from_environment() -> Paths:
    """Read the three settings, once per command."""
    mirror = os.environ.get("OPENDATA_MIRROR")
    return Paths(
        home=Path(os.environ.get("OPENDATA_HOME") or "data").absolute(),
        catalog=Path(os.environ.get("OPENDATA_CATALOG") or "catalog").absolute(),
        mirror=Path(mirror).absolute() if mirror else None,
    )
