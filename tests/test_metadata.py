"""Every document about a release says the same, and what each standard asks of it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from opendata.metadata import DOCUMENTS, catalogue_documents, release_documents
from opendata.metadata.coverage import FREQUENCIES, bbox_of, frequency_of, spatial_of, temporal_of
from opendata.model import Catalogue
from opendata.publish import standard
from opendata.schema import table_schema

HOSTILE = 'Lieux <"d\'essai"> & Cie\u2028{x} \\ </script>'


def package(url: str = "https://donnees.exemple.fr/lieux/", **changed: Any) -> dict[str, Any]:
    """A descriptor, as ``publish.datapackage`` makes it."""

    def resource(name: str, kind: str, mediatype: str, **more: Any) -> dict[str, Any]:
        digest = hashlib.sha256(name.encode()).hexdigest()
        return {
            "name": name.replace(".", "-"), "path": name, "title": f"Fichier {name}",
            "title_en": f"File {name}", "format": kind, "mediatype": mediatype, "bytes": 1234,
            "hash": f"sha256:{digest}", "role": "main", **more,
        }  # fmt: skip

    made = {
        "name": "jeu",
        "title": "Lieux d'essai",
        "title_en": "Test places",
        "description": "Des lieux pour l'essai.",
        "description_en": "Places for the test.",
        "version": "2026-03-02.2",
        "created": "2026-03-02T03:00:00Z",
        "homepage": "https://www.exemple.fr/",
        "licenses": [{"name": "etalab-2.0", "title": "Licence Ouverte 2.0 (Etalab)",
                      "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence"}],
        "sources": [{"title": "Une source", "licence": "etalab-2.0", "attribution": "Hub",
                     "licence_title": "Licence Ouverte 2.0 (Etalab)",
                     "path": "https://source.exemple.fr/a b?x=[é]"}],
        "contributors": [{"title": "Région d'essai", "email": "donnees@exemple.fr"}],
        "keywords": ["lieux", "essai"],
        "resources": [
            resource("lieux.csv", "csv", "text/csv", type="table", schema=table_schema()),
            resource("lieux-standard.csv", "csv", "text/csv", type="table",
                     schema=standard.standard_schema(), conformsTo=standard.STANDARD),
            resource("lieux.parquet", "parquet", "application/vnd.apache.parquet"),
            resource("dcat.ttl", "ttl", "text/turtle", role="metadata"),
        ],
        "opendata": {
            "url": url, "territory": ["region:24"], "frequency": "DAILY",
            "licence_reason": "Parce que.", "licence_reason_en": "Because.",
            "spatial": [{"code": "region:24", "name": "Centre-Val de Loire",
                         "uri": "http://id.insee.fr/geo/region/24"}],
            "bbox": [0.05, 46.35, 3.13, 48.94],
            "temporal": {"start": "2019-03-01", "end": "2026-03-02"},
        },
    }  # fmt: skip
    return made | changed


def graph(text: str, kind: str, base: str = "https://ici.exemple.fr/x/y/z/") -> Any:
    from rdflib import Graph

    return Graph().parse(data=text, format=kind, publicID=base)


def test_every_document_there_is_is_written() -> None:
    assert list(release_documents(package())) == [document.path for document in DOCUMENTS]


@pytest.mark.parametrize("name", [document.path for document in DOCUMENTS])
def test_they_agree_to_the_byte_on_version_date_and_licence(name: str) -> None:
    text = release_documents(package())[name]
    assert "2026-03-02.2" in text
    assert ("2026-03-02T03:00:00Z" in text) or name.startswith("CITATION")
    told = yaml.safe_load(text) if name == "CITATION.cff" else None
    if told:
        assert (told["version"], told["date-released"], told["license"]) == (
            "2026-03-02.2", "2026-03-02", "etalab-2.0",
        )  # fmt: skip
    else:
        assert "https://www.etalab.gouv.fr/licence-ouverte-open-licence" in text


def test_a_licence_that_obliges_is_the_one_of_every_document() -> None:
    url = "https://opendatacommons.org/licenses/odbl/1-0/"
    odbl = [{"name": "ODbL-1.0", "title": "Open Database License 1.0 (ODbL)", "path": url}]
    for name, text in release_documents(package(licenses=odbl)).items():
        assert (url in text) or (name == "CITATION.cff" and "ODbL-1.0" in text), name
        assert "licence-ouverte-open-licence" not in text, name


@pytest.mark.parametrize("url", ["https://donnees.exemple.fr/lieux/", ""])
def test_both_forms_of_dcat_are_one_graph(url: str) -> None:
    from rdflib.compare import isomorphic

    documents = release_documents(package(url))
    turtle = graph(documents["dcat.ttl"], "turtle")
    assert len(turtle) > 80
    assert isomorphic(turtle, graph(documents["dcat.jsonld"], "json-ld"))


def test_data_gouv_gets_checksums_as_plain_text_and_all_else_alike() -> None:
    documents = release_documents(package())
    plain = documents["dcat-datagouv.jsonld"]
    assert '"@type": "xsd:hexBinary"' in documents["dcat.jsonld"]
    assert "hexBinary" not in plain
    told, other = (graph(documents[name], "json-ld") for name in
                   ("dcat.jsonld", "dcat-datagouv.jsonld"))  # fmt: skip
    differing = {str(triple[1]) for triple in (told - other) + (other - told)}
    assert differing == {"http://spdx.org/rdf/terms#checksumValue"}


def test_documents_of_documents_are_not_distributions() -> None:
    told = graph(release_documents(package())["dcat.ttl"], "turtle")
    query = "SELECT ?u { ?d <http://www.w3.org/ns/dcat#downloadURL> ?u }"
    addresses = sorted(str(row[0]) for row in told.query(query))
    base = "https://donnees.exemple.fr/lieux/jeu/releases/2026-03-02.2/"
    assert addresses == [f"{base}{name}" for name in
                         ("lieux-standard.csv", "lieux.csv", "lieux.parquet")]  # fmt: skip


def test_addresses_are_relative_until_the_catalogue_has_one() -> None:
    documents = release_documents(package(url=""))
    croissant = json.loads(documents["croissant.json"])
    assert croissant["distribution"][0]["contentUrl"] == "lieux.csv"
    assert json.loads(documents["schema-org.jsonld"])["url"] == "../../index.html"
    told = graph(documents["dcat.ttl"], "turtle", "https://a.fr/jeu/releases/v/dcat.ttl")
    subjects = {str(one) for one in told.subjects()}
    assert "https://a.fr/jeu/" in subjects
    assert "https://a.fr/jeu/releases/v/lieux.csv#distribution" in subjects


@pytest.mark.parametrize("url", ["https://donnees.exemple.fr/lieux/", ""])
def test_the_catalogue_points_to_the_files_that_are_always_the_latest(url: str) -> None:
    catalogue = Catalogue(title="Tout", title_en="All", url=url, publisher="Région")
    texts = catalogue_documents(catalogue, [package(url=url)])
    told = graph(texts[0], "turtle", "https://donnees.exemple.fr/lieux/catalogue.ttl")
    query = "SELECT ?u { ?c <http://www.w3.org/ns/dcat#dataset> ?u }"
    assert [str(row[0]) for row in told.query(query)] == ["https://donnees.exemple.fr/lieux/jeu/"]
    assert "jeu/latest/lieux.csv" in texts[0]
    assert "releases/" not in texts[0]
    assert catalogue_documents(catalogue, [])[0]


def test_strangers_texts_break_no_document() -> None:
    hostile = package(title=HOSTILE, description=HOSTILE, keywords=[HOSTILE])
    hostile["sources"][0]["title"] = hostile["sources"][0]["attribution"] = HOSTILE
    documents = release_documents(hostile)
    from rdflib import URIRef
    from rdflib.namespace import DCTERMS

    told = graph(documents["dcat.ttl"], "turtle")
    dataset = URIRef("https://donnees.exemple.fr/lieux/jeu/")
    assert HOSTILE in {str(one) for one in told.objects(dataset, DCTERMS.title)}
    assert json.loads(documents["croissant.json"])["alternateName"] == HOSTILE
    assert yaml.safe_load(documents["CITATION.cff"])["title"] == HOSTILE


def test_the_same_release_makes_the_same_texts_in_any_process() -> None:
    import os
    import subprocess
    import sys

    script = (
        "import hashlib, json; from tests.test_metadata import package;"
        "from opendata.metadata import release_documents;"
        "print(hashlib.sha256(json.dumps(release_documents(package())).encode()).hexdigest())"
    )
    root = str(Path(__file__).parents[1])
    seen = {
        subprocess.run(
            [sys.executable, "-c", script], cwd=root, check=True, capture_output=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": f"{root}/src:{root}"},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(seen) == 1


def test_csvw_tells_lists_codes_and_keys() -> None:
    tables = json.loads(release_documents(package())["csv-metadata.json"])["tables"]
    assert [table["url"] for table in tables] == ["lieux.csv", "lieux-standard.csv"]
    columns = {one["name"]: one for one in tables[0]["tableSchema"]["columns"]}
    assert tables[0]["tableSchema"]["primaryKey"] == ["lieu_id"]
    assert columns["categories"]["separator"] == "|"
    assert columns["code_postal"]["datatype"] == {"base": "string", "format": "^\\d{5}$"}
    assert columns["latitude"]["datatype"]["base"] == "decimal"
    assert columns["nom"]["required"] and not columns["adresse"]["required"]


@pytest.mark.parametrize(
    ("cron", "code"),
    [
        ("0 2 * * *", "DAILY"),
        ("0 3 * * 0", "WEEKLY"),
        ("0 3 * * 1,4", "WEEKLY_2"),
        ("0 3 * * 1-5", "DAILY"),
        ("0 3 * * mon", "WEEKLY"),
        ("0 3 1 * *", "MONTHLY"),
        ("0 3 1,15 * *", "MONTHLY_2"),
        ("0 3 1 1,4,7,10 *", "QUARTERLY"),
        ("0 3 1 */3 *", "QUARTERLY"),
        ("0 3 1 6 *", "ANNUAL"),
        ("0 */12 * * *", "DAILY_2"),
        ("0 * * * *", "HOURLY"),
        ("*/5 * * * *", "OTHER"),
        ("0 3 1 * 1", "OTHER"),
        ("@weekly", "WEEKLY"),
        ("0 3 x * *", "OTHER"),
        ("", "IRREG"),
    ],
)
def test_how_often_follows_from_the_schedule(cron: str, code: str) -> None:
    found = frequency_of(cron)
    assert found in FREQUENCIES
    if cron != "0 3 x * *":
        assert found == code


def test_what_is_covered_follows_from_the_places() -> None:
    import pandas as pd

    places = pd.DataFrame(
        {
            "code_region": ["24", "24"], "region": ["Centre-Val de Loire"] * 2,
            "longitude": ["1.9", ""], "latitude": ["47.9", ""],
            "date_maj": ["2021-05-01", ""],
        }
    )  # fmt: skip
    assert spatial_of(["region:24", "region:11", "france"], places) == [
        {"code": "region:24", "name": "Centre-Val de Loire",
         "uri": "http://id.insee.fr/geo/region/24"},
        {"code": "region:11", "name": "11", "uri": "http://id.insee.fr/geo/region/11"},
        {"code": "france", "name": "France",
         "uri": "http://publications.europa.eu/resource/authority/country/FRA"},
    ]  # fmt: skip
    assert bbox_of(places) == [1.9, 47.9, 1.9, 47.9]
    assert bbox_of(places.tail(1)) == []
    assert temporal_of(places, "2026-03-02") == {"start": "2021-05-01", "end": "2026-03-02"}
    assert temporal_of(places, "2020-01-01") == {"start": "2020-01-01", "end": "2020-01-01"}
    assert temporal_of(places.tail(1), "2026-03-02")["start"] == "2026-03-02"
