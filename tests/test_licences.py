"""The licence of a dataset follows from its sources'."""

from dataclasses import replace

import pytest

from opendata.catalog import load_source
from opendata.errors import CatalogError
from opendata.language import Text
from opendata.licences import dataset_licence, licences
from opendata.model import Licence, Source
from opendata.paths import Paths
from tests.conftest import PROJECT

CATALOGUE = Paths(home=PROJECT / "data", catalog=PROJECT / "catalog", mirror=None)


def source(name: str, licence: str) -> Source:
    return replace(load_source("demo-mediatheques", CATALOGUE), id=name, licence=licence)


@pytest.mark.parametrize("other", ["etalab-2.0", "lov1", "CC0-1.0", "CC-BY-4.0", "ODC-By-1.0"])
def test_sources_that_ask_for_their_name_alone_go_under_the_open_licence(other: str) -> None:
    licence, why = dataset_licence([source("une", "etalab-2.0"), source("autre", other)])
    assert licence.id == "etalab-2.0"
    assert "Licence Ouverte 2.0" in why.fr and "Open Licence 2.0" in why.en


def test_one_share_alike_source_obliges_the_whole() -> None:
    made = [source("une", "etalab-2.0"), source("osm", "ODbL-1.0")]
    licence, why = dataset_licence(made)
    assert licence == licences()["ODbL-1.0"]
    assert why.fr.startswith("La source osm est sous ")
    several = dataset_licence([*made, source("paris", "ODbL-1.0")])[1]
    assert several.fr.startswith("Les sources osm, paris sont sous ")
    assert several.en.startswith("The sources osm, paris are under ")


def test_two_licences_that_oblige_differently_cannot_be_joined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = licences() | {
        "CC-BY-SA-4.0": Licence("CC-BY-SA-4.0", Text("BY-SA", "BY-SA"), "u", "share-alike")
    }
    monkeypatch.setattr("opendata.licences.licences", lambda: known)
    with pytest.raises(CatalogError) as refused:
        dataset_licence([source("osm", "ODbL-1.0"), source("autre", "CC-BY-SA-4.0")])
    assert "osm" in refused.value.fr and "autre" in refused.value.fr
    assert refused.value.exit_status == 2
