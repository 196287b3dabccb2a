"""How to cite a release: CITATION.cff (Citation File Format 1.2.0) and plain text."""

from collections.abc import Mapping
from typing import Any

from opendata.language import Text
from opendata.licences import licences
from opendata.metadata.addresses import Addresses
from opendata.metadata.texts import stated

#: The licences that SPDX knows, by our identifier; the format takes no other.
_SPDX = {"etalab-2.0", "CC0-1.0", "CC-BY-4.0", "ODC-By-1.0", "ODbL-1.0"}


def citation(package: Mapping[str, Any], where: Addresses) -> Text:
    """The release as one cites it: publisher, title, version, licence, address."""
    publisher = package["contributors"][0]["title"]
    licence = licences()[package["licenses"][0]["name"]].title
    address = where.page if where.page.startswith("http") else package.get("homepage", "")
    end = f", {address}" if address else ""
    version = package["version"]
    return Text(
        f"{publisher}, « {package['title']} », version {version}, {licence.fr}{end}",
        f"{publisher}, “{package.get('title_en') or package['title']}”, version {version}, "
        f"{licence.en}{end}",
    )


def citation_cff(package: Mapping[str, Any], where: Addresses) -> str:
    """``CITATION.cff``."""
    import yaml

    publisher = package["contributors"][0]
    licence = package["licenses"][0]
    known = licence["name"] in _SPDX
    content = {
        "cff-version": "1.2.0",
        "type": "dataset",
        "message": "Pour citer ce jeu de données, employez ces métadonnées.",
        "title": package["title"],
        "abstract": package["description"],
        "version": package["version"],
        "date-released": package["created"][:10],
        "license": licence["name"] if known else "",
        "license-url": "" if known else licence["path"],
        "authors": [stated({"name": publisher["title"], "email": publisher.get("email", "")})],
        "keywords": list(package["keywords"]),
        "url": where.page if where.page.startswith("http") else package.get("homepage", ""),
    }
    return yaml.safe_dump(stated(content), allow_unicode=True, sort_keys=False, width=100)


def citation_text(package: Mapping[str, Any], where: Addresses) -> str:
    """``CITATION.txt``: the citation in both languages, the licence, and what each source asks."""
    told = citation(package, where)
    licence = package["licenses"][0]
    extra = package["opendata"]
    lines = [
        told.fr, told.en, "",
        f"Licence : {licence['title']}, {licence['path']}",
        extra["licence_reason"], extra["licence_reason_en"], "",
        "Mentions à reprendre / Attributions to reproduce",
    ]  # fmt: skip
    for source in package["sources"]:
        named = source.get("attribution") or source["title"]
        lines.append(
            f"- {source['title']} — {named} — {source['licence_title']}"
            + (f" — {source['path']}" if source.get("path") else "")
        )
    return "\n".join(lines) + "\n"
