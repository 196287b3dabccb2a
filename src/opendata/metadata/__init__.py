"""What catalogues, portals and search engines read about a release, in their own words.

One model, the Data Package descriptor of the release (``datapackage.json``): every document is a
pure function of it, so they agree to the byte on version, date and licence. What is written
beside the catalogue comes from the descriptors of the latest releases, the same way.
"""

from collections.abc import Mapping
from typing import Any

from opendata.language import Text
from opendata.metadata.addresses import beside_release
from opendata.metadata.citation import citation_cff, citation_text
from opendata.metadata.croissant import croissant
from opendata.metadata.csvw import csvw
from opendata.metadata.dcat import catalogue_documents, dcat_documents
from opendata.metadata.schema_org import schema_org
from opendata.metadata.texts import json_text
from opendata.model import Artifact

__all__ = ["DOCUMENTS", "catalogue_documents", "release_documents"]

_JSON_LD = "application/ld+json"

#: The documents of a release, in the order reusers see them.
DOCUMENTS = (
    Artifact("dcat-ttl", "dcat.ttl", Text("DCAT-AP (Turtle)", "DCAT-AP (Turtle)"), "ttl",
             "text/turtle"),
    Artifact("dcat-jsonld", "dcat.jsonld", Text("DCAT-AP (JSON-LD)", "DCAT-AP (JSON-LD)"),
             "jsonld", _JSON_LD),
    Artifact("dcat-datagouv", "dcat-datagouv.jsonld",
             Text("DCAT pour data.gouv.fr (JSON-LD)", "DCAT for data.gouv.fr (JSON-LD)"),
             "jsonld", _JSON_LD),
    Artifact("schema-org", "schema-org.jsonld",
             Text("schema.org (JSON-LD)", "schema.org (JSON-LD)"), "jsonld", _JSON_LD),
    Artifact("croissant", "croissant.json",
             Text("Croissant, pour l'apprentissage automatique", "Croissant, for machine learning"),
             "json", _JSON_LD),
    Artifact("csvw", "csv-metadata.json",
             Text("CSV on the Web (métadonnées des CSV)", "CSV on the Web (metadata of the CSVs)"),
             "json", "application/csvm+json"),
    Artifact("citation-cff", "CITATION.cff", Text("Citation (CFF)", "Citation (CFF)"), "cff",
             "application/yaml"),
    Artifact("citation-texte", "CITATION.txt",
             Text("Citation et mentions des sources", "Citation and attribution of the sources"),
             "txt", "text/plain"),
)  # fmt: skip


def release_documents(package: Mapping[str, Any]) -> dict[str, str]:
    """File name -> text, of everything in :data:`DOCUMENTS`, about the release it describes."""
    where = beside_release(package)
    turtle, json_ld, datagouv = dcat_documents(package, where)
    return {
        "dcat.ttl": turtle,
        "dcat.jsonld": json_ld,
        "dcat-datagouv.jsonld": datagouv,
        "schema-org.jsonld": json_text(schema_org(package, where)),
        "croissant.json": json_text(croissant(package, where)),
        "csv-metadata.json": json_text(csvw(package)),
        "CITATION.cff": citation_cff(package, where),
        "CITATION.txt": citation_text(package, where),
    }
