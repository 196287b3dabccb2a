"""DCAT-AP 3.0.1: a release, or the whole catalogue, as RDF in Turtle and JSON-LD.

Every node but periods and boxes has an address, so that two graphs of one release are the same
text. The variant for data.gouv.fr differs in one thing: its harvester reads a checksum that is a
plain literal, where the shapes of DCAT-AP want xsd:hexBinary.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from opendata.metadata.addresses import Addresses, in_catalogue
from opendata.metadata.coverage import covered
from opendata.metadata.texts import data_files, json_text
from opendata.model import Catalogue

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node, URIRef

_EU = "http://publications.europa.eu/resource/authority/"
_IANA = "https://www.iana.org/assignments/media-types/"
#: Prefix -> namespace, of the vocabularies in use.
_PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
#: Places of digital services: social questions, regions, technology (EU data themes).
_THEMES = ("SOCI", "REGI", "TECH")
_FILE_TYPES = {"csv": "CSV", "xlsx": "XLSX", "gpkg": "GPKG", "geojson": "GEOJSON", "json": "JSON",
               "parquet": "PARQUET", "html": "HTML", "md": "MARKDOWN", "txt": "TXT"}  # fmt: skip
_CHECKSUM = "spdx:checksumValue"
_FRENCH, _ENGLISH = f"{_EU}language/FRA", f"{_EU}language/ENG"


def dcat_documents(package: Mapping[str, Any], where: Addresses) -> tuple[str, str, str]:
    """A release in Turtle, in JSON-LD, and in JSON-LD for data.gouv.fr."""
    return _texts(lambda writer: writer.dataset(package, where))


def catalogue_documents(
    catalogue: Catalogue, packages: Iterable[Mapping[str, Any]]
) -> tuple[str, str, str]:
    """The catalogue with the latest release of each dataset, in the same three forms."""
    told = list(packages)
    return _texts(lambda writer: writer.catalogue(catalogue, told))


def _texts(write: Callable[["_Writer"], object]) -> tuple[str, str, str]:
    writer = _Writer()
    write(writer)
    content = _json_ld(writer.graph)
    told = json_text(content)
    for node in content["@graph"]:
        if isinstance(checksum := node.get(_CHECKSUM), dict):
            node[_CHECKSUM] = checksum["@value"]
    return f"{writer.graph.serialize(format='turtle').strip()}\n", told, json_text(content)


def _json_ld(graph: "Graph") -> dict[str, Any]:
    """Compact JSON-LD; nodes and values in alphabetical order."""
    content: dict[str, Any] = json.loads(
        graph.serialize(format="json-ld", context=_PREFIXES, auto_compact=False, sort_keys=True)
    )
    content["@graph"] = sorted((_ordered(one) for one in content["@graph"]), key=lambda n: n["@id"])
    return content


def _ordered(node: Mapping[str, Any]) -> dict[str, Any]:
    """The node with its lists of values in a fixed order: they are sets."""
    return {
        key: sorted(value, key=lambda one: json.dumps(one, sort_keys=True))
        if isinstance(value, list)
        else value
        for key, value in sorted(node.items())
    }


class _Writer:
    """Adds what a descriptor says to a graph."""

    def __init__(self) -> None:
        from rdflib import Graph

        self.graph = Graph(bind_namespaces="none")
        for prefix, namespace in _PREFIXES.items():
            self.graph.bind(prefix, namespace)

    def catalogue(self, catalogue: Catalogue, packages: list[Mapping[str, Any]]) -> None:
        """The catalogue and its datasets; its files are beside the home page."""
        node = self._uri(f"{catalogue.url or './'}#catalogue")
        self._type(node, "dcat:Catalog")
        self._both(node, "dct:title", catalogue.title, catalogue.title_en)
        self._both(node, "dct:description", catalogue.description, catalogue.description_en)
        publisher = catalogue.publisher or catalogue.title
        self._publisher(
            node, publisher, catalogue.publisher_url, f"{catalogue.url or './'}#publisher"
        )
        self._link(node, "foaf:homepage", self._document(catalogue.url or "./"))
        themes = self._uri(f"{_EU}data-theme")
        self._type(themes, "skos:ConceptScheme")
        self._literal(themes, "dct:title", "Data theme", "en")
        self._link(node, "dcat:themeTaxonomy", themes)
        for language in (_FRENCH, _ENGLISH):
            self._link(node, "dct:language", self._language(language))
        if packages:
            newest = max(str(package["created"]) for package in packages)
            self._value(node, "dct:modified", newest, "xsd:dateTime")
        for package in packages:
            where = in_catalogue(package, catalogue.url)
            self._link(node, "dcat:dataset", self.dataset(package, where))

    def dataset(self, package: Mapping[str, Any], where: Addresses) -> "URIRef":
        """A dataset and its distributions; returns its node."""
        extra = package["opendata"]
        node = self._uri(where.dataset)
        self._type(node, "dcat:Dataset")
        self._both(node, "dct:title", package["title"], package.get("title_en", ""))
        self._both(
            node, "dct:description", package["description"], package.get("description_en", "")
        )
        self._value(node, "dct:identifier", package["name"])
        self._value(node, "dcat:version", package["version"])
        self._value(node, "dct:modified", package["created"], "xsd:dateTime")
        for word in package["keywords"]:
            self._literal(node, "dcat:keyword", word, "fr")
        for theme in _THEMES:
            self._link(node, "dcat:theme", self._concept(f"data-theme/{theme}"))
        self._link(node, "dct:language", self._language(_FRENCH))
        rights = self._concept("access-right/PUBLIC", "dct:RightsStatement")
        self._link(node, "dct:accessRights", rights)
        frequency = self._concept(f"frequency/{extra['frequency']}", "dct:Frequency")
        self._link(node, "dct:accrualPeriodicity", frequency)
        self._link(node, "dcat:landingPage", self._document(where.page))
        contributor = package["contributors"][0]
        homepage = str(package.get("homepage", ""))
        self._publisher(node, contributor["title"], homepage, f"{where.dataset}#publisher")
        self._contact(node, contributor, where)
        self._spatial(node, package, where)
        self._period(node, extra["temporal"], where)
        self._provenance(node, package, where)
        licence = self._licence(package["licenses"][0])
        for resource in data_files(package):
            self._distribution(node, package, resource, where, licence)
        return node

    def _distribution(
        self, dataset: "Node", package: Mapping[str, Any], resource: Mapping[str, Any],
        where: Addresses, licence: "URIRef",
    ) -> None:  # fmt: skip
        address = where.file(resource["path"])
        node = self._uri(f"{address}#distribution")
        self._link(dataset, "dcat:distribution", node)
        self._type(node, "dcat:Distribution")
        self._both(node, "dct:title", resource["title"], resource.get("title_en", ""))
        schema = resource.get("schema") or {}
        described = resource.get("description") or schema.get("description")
        english = resource.get("description_en") or schema.get("description_en")
        self._both(node, "dct:description", described or resource["title"], english or "")
        for name in ("dcat:accessURL", "dcat:downloadURL"):
            self._link(node, name, self._uri(address))
        self._link(node, "dct:license", licence)
        self._link(node, "dcat:mediaType", self._media_type(resource["mediatype"]))
        if kind := _FILE_TYPES.get(resource["format"]):
            file_type = self._concept(f"file-type/{kind}", "dct:MediaTypeOrExtent")
            self._link(node, "dct:format", file_type)
        self._value(node, "dcat:byteSize", str(resource["bytes"]), "xsd:nonNegativeInteger")
        self._value(node, "dct:modified", package["created"], "xsd:dateTime")
        self._link(node, "dct:language", self._language(_FRENCH))
        self._link(node, "dcatap:availability", self._concept("planned-availability/STABLE"))
        self._checksum(node, resource["hash"].removeprefix("sha256:"), f"{address}#checksum")
        if standard := resource.get("conformsTo"):
            known = self._uri(standard)
            self._type(known, "dct:Standard")
            self._literal(known, "dct:title", resource["title"], "fr")
            self._link(node, "dct:conformsTo", known)

    def _checksum(self, node: "Node", value: str, address: str) -> None:
        checksum = self._uri(address)
        self._link(node, "spdx:checksum", checksum)
        self._type(checksum, "spdx:Checksum")
        sha256 = self._name("spdx:checksumAlgorithm_sha256")
        self._type(sha256, "spdx:ChecksumAlgorithm")
        self._link(checksum, "spdx:algorithm", sha256)
        self._value(checksum, _CHECKSUM, value, "xsd:hexBinary")

    def _publisher(self, node: "Node", name: str, homepage: str, address: str) -> None:
        agent = self._uri(address)
        self._link(node, "dct:publisher", agent)
        self._type(agent, "foaf:Agent")
        self._literal(agent, "foaf:name", name, "fr")
        if homepage:
            self._link(agent, "foaf:homepage", self._document(homepage))

    def _contact(self, node: "Node", contributor: Mapping[str, Any], where: Addresses) -> None:
        if email := contributor.get("email"):
            contact = self._uri(f"{where.dataset}#contact")
            self._link(node, "dcat:contactPoint", contact)
            for kind in ("vcard:Organization", "vcard:Kind"):
                self._type(contact, kind)
            self._literal(contact, "vcard:fn", contributor["title"], "fr")
            address = email if email.startswith("http") else f"mailto:{email}"
            name = "vcard:hasURL" if email.startswith("http") else "vcard:hasEmail"
            self._link(contact, name, self._uri(address))

    def _spatial(self, node: "Node", package: Mapping[str, Any], where: Addresses) -> None:
        extra = package["opendata"]
        for one in extra["spatial"]:
            place = self._uri(one["uri"])
            self._link(node, "dct:spatial", place)
            self._type(place, "dct:Location")
            self._literal(place, "skos:prefLabel", one["name"], "fr")
        if box := extra.get("bbox"):
            west, south, east, north = box
            corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
            ring = ", ".join(f"{x} {y}" for x, y in corners)
            place = self._uri(f"{where.dataset}#emprise")
            self._link(node, "dct:spatial", place)
            self._type(place, "dct:Location")
            self._literal(place, "skos:prefLabel", covered(package) or package["title"], "fr")
            self._value(place, "dcat:bbox", f"POLYGON(({ring}))", "geo:wktLiteral")

    def _period(self, node: "Node", period: Mapping[str, str], where: Addresses) -> None:
        time = self._uri(f"{where.dataset}#periode")
        self._link(node, "dct:temporal", time)
        self._type(time, "dct:PeriodOfTime")
        self._value(time, "dcat:startDate", period["start"], "xsd:date")
        self._value(time, "dcat:endDate", period["end"], "xsd:date")

    def _provenance(self, node: "Node", package: Mapping[str, Any], where: Addresses) -> None:
        """Where the rows come from, under which licence, and whom to name."""
        if not package["sources"]:
            return
        told = self._uri(f"{where.dataset}#sources")
        self._link(node, "dct:provenance", told)
        self._type(told, "dct:ProvenanceStatement")
        lines = [
            f"{one['title']} ({one.get('attribution') or one['title']}, {one['licence_title']})"
            for one in package["sources"]
        ]
        self._literal(told, "rdfs:label", " ; ".join(lines), "fr")
        for source in package["sources"]:
            if path := source.get("path"):
                self._link(node, "prov:wasDerivedFrom", self._uri(path))

    def _licence(self, licence: Mapping[str, Any]) -> "URIRef":
        node = self._uri(licence["path"])
        self._type(node, "dct:LicenseDocument")
        self._literal(node, "dct:title", licence["title"], "fr")
        return node

    def _media_type(self, media_type: str) -> "URIRef":
        node = self._uri(f"{_IANA}{media_type}")
        for name in ("dct:MediaType", "dct:MediaTypeOrExtent"):
            self._type(node, name)
        return node

    def _document(self, address: str) -> "URIRef":
        node = self._uri(address)
        self._type(node, "foaf:Document")
        return node

    def _language(self, address: str) -> "URIRef":
        node = self._uri(address)
        self._type(node, "dct:LinguisticSystem")
        return node

    def _concept(self, name: str, *types: str) -> "URIRef":
        """An entry of the EU's authority tables; its types are told, so that a graph read
        without those tables can be judged by itself."""
        node = self._uri(f"{_EU}{name}")
        for one in ("skos:Concept", *types):
            self._type(node, one)
        scheme, _, code = name.partition("/")
        self._value(node, "skos:prefLabel", code)
        self._link(node, "skos:inScheme", self._uri(f"{_EU}{scheme}"))
        return node

    def _uri(self, text: str) -> "URIRef":
        from rdflib import URIRef

        # A source's address is a stranger's text: what RDF does not take is escaped.
        return URIRef("".join(f"%{ord(sign):02X}" if sign in ' <>"{}|\\^`' else sign
                              for sign in text))  # fmt: skip

    def _name(self, short: str) -> "URIRef":
        prefix, _, name = short.partition(":")
        return self._uri(f"{_PREFIXES[prefix]}{name}")

    def _type(self, node: "Node", name: str) -> None:
        from rdflib import RDF

        self.graph.add((node, RDF.type, self._name(name)))

    def _link(self, node: "Node", name: str, target: "Node") -> None:
        self.graph.add((node, self._name(name), target))

    def _value(self, node: "Node", name: str, text: str, kind: str = "") -> None:
        from rdflib import Literal

        datatype = self._name(kind) if kind else None
        # As it is written: rdflib would change "2026-…Z" to "+00:00" and digits to capitals.
        literal = Literal(text, datatype=datatype, normalize=False)
        self.graph.add((node, self._name(name), literal))

    def _literal(self, node: "Node", name: str, text: str, language: str) -> None:
        from rdflib import Literal

        self.graph.add((node, self._name(name), Literal(text, lang=language)))

    def _both(self, node: "Node", name: str, fr: str, en: str) -> None:
        self._literal(node, name, fr, "fr")
        if en and en != fr:
            self._literal(node, name, en, "en")
