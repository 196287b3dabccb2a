"""A small installation with a release, whose dataset is to be pushed to a loop-back portal."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from opendata.catalog import load_dataset
from opendata.language import Text
from opendata.model import Dataset
from opendata.paths import Paths
from opendata.portals import Plan, Pushed, apply, planned
from tests.portals import fake_ckan, fake_udata

STANDARD = "https://schema.data.gouv.fr/LaMednum/standard-mediation-num/1.0.2"
FILES = ("lieux.csv", "lieux.geojson", "lieux-standard.csv", "rapport.html")
CATALOGUE = "https://donnees.exemple.fr/"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("OPENDATA_LANG", raising=False)
    monkeypatch.setenv("DATAGOUV_API_KEY", fake_udata.MEMBER)
    monkeypatch.setenv("CKAN_API_KEY", fake_ckan.MEMBER)


@pytest.fixture
def udata() -> Iterator[fake_udata.FakeUdata]:
    portal = fake_udata.FakeUdata()
    yield portal
    portal.close()


@pytest.fixture
def ckan() -> Iterator[fake_ckan.FakeCkan]:
    portal = fake_ckan.FakeCkan()
    yield portal
    portal.close()


def resource(path: str, version: str) -> dict[str, Any]:
    kind = path.rpartition(".")[2]
    entry: dict[str, Any] = {
        "name": path.partition(".")[0],
        "path": path,
        "title": f"Fichier {path} é",
        "format": kind,
        "mediatype": {"csv": "text/csv", "html": "text/html"}.get(kind, "application/geo+json"),
        "bytes": 1000 + int(version.replace("-", "").partition(".")[0]) % 100,
        "hash": "sha256:" + hashlib.sha256(f"{path} {version}".encode()).hexdigest(),
        "description": f"Ce que dit {path}.",
        "role": "documentation" if kind == "html" else "main",
    }
    if path == "lieux-standard.csv":
        entry["conformsTo"] = STANDARD
    return entry


@dataclass
class Desk:
    """A steward's desk: releases to publish, a portal to push them to."""

    paths: Paths
    waits: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def portal(self, kind: str, url: str, organization: str, **keys: Any) -> None:
        """Write the table of a portal in the dataset's TOML."""
        lines = [f"[portals.{kind}]", f'url = "{url}"', f'organization = "{organization}"']
        lines += [f"{name} = {json.dumps(value)}" for name, value in keys.items()]
        text = "\n".join(
            ['id = "lieux"', 'title = "Lieux numériques d\'été"', 'description = "Des lieux."',
             'territory = "region:24"', 'sources = ["une-source"]', *lines]
        )  # fmt: skip
        for folder in ("datasets", "sources"):
            (self.paths.catalog / folder).mkdir(parents=True, exist_ok=True)
        (self.paths.catalog / "sources" / "une-source.toml").touch()
        (self.paths.catalog / "datasets" / "lieux.toml").write_text(text, encoding="utf-8")

    def catalogue(self, url: str) -> None:
        """Fill in the public address in catalogue.toml."""
        self.paths.catalog.mkdir(parents=True, exist_ok=True)
        (self.paths.catalog / "catalogue.toml").write_text(f'url = "{url}"', encoding="utf-8")

    def release(
        self, version: str, files: tuple[str, ...] = FILES, own: Any = None, **more: Any
    ) -> None:
        """Publish a release whose descriptor says this."""
        folder = self.paths.releases("lieux") / version
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = {
            "name": "lieux",
            "title": "Lieux numériques d'été",
            "description": "Espaces publics numériques — « réunis », vérifiés, œuvre d'été.",
            "version": version,
            "licenses": [
                {"name": "etalab-2.0", "title": "Licence Ouverte 2.0", "path": "https://lo.fr/"}
            ],
            "sources": [
                {"title": "Hub [Lo]", "attribution": "Hub", "licence_title": "Licence Ouverte 2.0",
                 "path": "https://hub.exemple.fr/"}
            ],
            "contributors": [{"title": "Région Centre", "email": "od@exemple.fr"}],
            "keywords": ["lieux numériques", "médiation numérique", "tiers-lieux", "open data"],
            "resources": [resource(path, version) for path in files],
            "opendata": {
                "url": CATALOGUE,
                "demonstration": False,
                "content": f"contenu-{version}",
                "frequency": "DAILY",
                "spatial": [
                    {"code": "region:24", "name": "Centre-Val de Loire",
                     "uri": "http://id.insee.fr/geo/region/24"}
                ],
                "bbox": [0.05, 46.3, 3.13, 48.94],
                "temporal": {"start": "2019-03-01", "end": version},
                "licence_reason": "Les sources sont sous Licence Ouverte.",
                **(own or {}),
            },
            **more,
        }  # fmt: skip
        (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
        link = self.paths.latest("lieux")
        link.unlink(missing_ok=True)
        link.symlink_to(Path("releases") / version)

    @property
    def dataset(self) -> Dataset:
        return load_dataset("lieux", self.paths)

    def plan(self, kind: str, **options: Any) -> Plan:
        with planned(self.dataset, kind, self.paths, sleep=self.waits.append, **options) as plan:
            return plan

    def push(self, kind: str, **options: Any) -> Pushed:
        with planned(
            self.dataset, kind, self.paths, writing=True, sleep=self.waits.append, **options
        ) as plan:
            return apply(plan, self.paths, self._tell)

    def _tell(self, step: Text) -> None:
        self.told.append(step.fr)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(Paths(home=tmp_path / "donnees", catalog=tmp_path / "fiches", mirror=None))
    desk.catalogue(CATALOGUE)
    return desk


@pytest.fixture
def on_udata(desk: Desk, udata: fake_udata.FakeUdata) -> Desk:
    desk.portal("datagouv", udata.url, "region-centre")
    desk.release("2026-11-20")
    return desk


@pytest.fixture
def on_ckan(desk: Desk, ckan: fake_ckan.FakeCkan) -> Desk:
    desk.portal("ckan", ckan.url, "region-centre")
    desk.release("2026-11-20")
    return desk
