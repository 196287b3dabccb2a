"""What a portal should hold of a release, from its ``datapackage.json`` alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from opendata.errors import UsageError
from opendata.language import Text

#: What people download, then what explains it. The other files of a release repeat its metadata in
#: other vocabularies: a portal has its own words for that.
_ROLES = ("main", "documentation")
_PUBLIC = re.compile(r"https://[^/\s]+/")


class Zone(NamedTuple):
    """A territory: ``kind`` and ``code`` as in the catalogue ("region", "24")."""

    kind: str
    code: str
    name: str
    uri: str


@dataclass(frozen=True, slots=True)
class WantedFile:
    """One file of the release, at the address that outlives releases.

    ``role`` is "main" or "documentation"; ``bytes`` its size; ``sha256`` in hexadecimal;
    ``conforms_to`` the address of the schema it keeps, "" for none.
    """

    path: str
    url: str
    title: str
    description: str
    format: str
    mediatype: str
    bytes: int
    sha256: str
    role: str
    conforms_to: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A dataset as a portal should show it, in no portal's own words.

    ``catalogue`` is the public address of the catalogue and ``page`` that of the dataset;
    ``licence`` an id of ``schemas/vocabularies/licences.csv``; ``frequency`` a code of the EU
    authority table; ``bbox`` west, south, east, north or (); ``temporal`` two ISO dates or ().
    """

    dataset: str
    catalogue: str
    page: str
    version: str
    content: str
    title: str
    description: str
    publisher: str
    contact: str
    licence: str
    licence_title: str
    licence_url: str
    frequency: str
    zones: tuple[Zone, ...]
    bbox: tuple[float, ...]
    temporal: tuple[str, ...]
    keywords: tuple[str, ...]
    files: tuple[WantedFile, ...]


def wanted(descriptor: Mapping[str, Any], configured: str, file: str) -> Wanted:
    """Read a descriptor. Raises UsageError without a public address to link to.

    ``configured`` is the address that ``file`` (catalogue.toml) gives today, "" for none.
    """
    own = descriptor.get("opendata", {})
    name = str(descriptor["name"])
    catalogue = str(own.get("url", ""))
    if not _PUBLIC.match(catalogue):
        raise _no_address(name, catalogue, configured, file)
    page = f"{catalogue}{name}/"
    contributor: Mapping[str, Any] = next(iter(descriptor.get("contributors", [])), {})
    licence: Mapping[str, Any] = next(iter(descriptor.get("licenses", [])), {})
    temporal = own.get("temporal") or {}
    return Wanted(
        dataset=name,
        catalogue=catalogue,
        page=page,
        version=str(descriptor["version"]),
        content=str(own.get("content", "")),
        title=str(descriptor["title"]).strip(),
        description=_description(descriptor, page),
        publisher=str(contributor.get("title", "")),
        contact=str(contributor.get("email", "")),
        licence=str(licence.get("name", "")),
        licence_title=str(licence.get("title", "")),
        licence_url=str(licence.get("path", "")),
        frequency=str(own.get("frequency", "")),
        zones=tuple(_zone(entry) for entry in own.get("spatial", [])),
        bbox=tuple(float(edge) for edge in own.get("bbox", [])),
        temporal=(str(temporal["start"]), str(temporal["end"]))
        if temporal.get("start") and temporal.get("end")
        else (),
        keywords=tuple(str(word) for word in descriptor.get("keywords", [])),
        files=tuple(
            _file(entry, page)
            for role in _ROLES
            for entry in descriptor["resources"]
            if entry.get("role", _ROLES[0]) == role
        ),
    )


def other_address(aimed: Wanted, configured: str, file: str) -> tuple[Text, ...]:
    """What a steward should know when ``file`` no longer gives the address of the release."""
    if configured == aimed.catalogue:
        return ()
    now = Text(f"vaut maintenant {configured}", f"is now {configured}")
    if not configured:
        now = Text("n'y est plus renseignée", "is no longer filled in there")
    run = f"opendata run {aimed.dataset}"
    return (
        Text(
            f"« url » de {file} {now.fr}, mais les liens envoyés sont ceux de la version publiée "
            f"({aimed.catalogue}) : pour les changer, republiez d'abord ({run})",
            f"“url” of {file} {now.en}, but the links sent are those of the published release "
            f"({aimed.catalogue}): to change them, publish again first ({run})",
        ),
    )


def _no_address(name: str, published: str, configured: str, file: str) -> UsageError:
    found = Text(f" (« {published} »)", f" (“{published}”)") if published else Text("", "")
    run = f"opendata run {name}"
    if _PUBLIC.match(configured):
        todo = Text(
            f"« url » est renseignée depuis dans {file} ({configured}), republiez ({run})",
            f"“url” was filled in since in {file} ({configured}), publish again ({run})",
        )
    elif configured:
        todo = Text(
            f"« url » de {file} vaut « {configured} », mettez-y une adresse https, puis republiez "
            f"({run})",
            f"“url” of {file} is “{configured}”, put an https address there, then publish again "
            f"({run})",
        )
    else:
        todo = Text(
            f"renseignez « url » dans {file}, puis republiez ({run})",
            f"fill in “url” in {file}, then publish again ({run})",
        )
    return UsageError(
        "adresse_publique_absente",
        fr=f"{name} : la version publiée ne dit pas à quelle adresse https le public la trouve"
        f"{found.fr} : {todo.fr}.",
        en=f"{name}: the published release does not say at which https address the public finds "
        f"it{found.en}: {todo.en}.",
    )


def _zone(entry: Mapping[str, Any]) -> Zone:
    kind, _, code = str(entry["code"]).partition(":")
    return Zone(kind, code, str(entry.get("name", "")), str(entry.get("uri", "")))


def _file(entry: Mapping[str, Any], page: str) -> WantedFile:
    path = str(entry["path"])
    return WantedFile(
        path=path,
        url=f"{page}latest/{path}",
        title=str(entry.get("title") or path).strip(),
        description=str(entry.get("description", "")).strip(),
        format=str(entry.get("format", "")).lower(),
        mediatype=str(entry.get("mediatype", "")),
        bytes=int(entry.get("bytes", 0)),
        sha256=str(entry.get("hash", "")).removeprefix("sha256:"),
        role=str(entry.get("role", _ROLES[0])),
        conforms_to=str(entry.get("conformsTo", "")),
    )


def _description(descriptor: Mapping[str, Any], page: str) -> str:
    """Markdown: what the dataset is, where more is said of it, the sources to be credited.

    Nothing in it depends on the release, so that a portal's history shows changes that matter.
    """
    parts = [
        str(descriptor.get("description", "")).strip(),
        f"Carte, indicateurs, qualité et historique des versions : <{page}>",
        str(descriptor.get("opendata", {}).get("licence_reason", "")).strip(),
    ]
    sources = [_source(entry) for entry in descriptor.get("sources", [])]
    if sources:
        parts.append("Sources :\n\n" + "\n".join(sources))
    return "\n\n".join(part for part in parts if part)


def _source(entry: Mapping[str, Any]) -> str:
    title = re.sub(r"([\[\]])", r"\\\1", str(entry.get("title", "")))
    path = str(entry.get("path", ""))
    linked = f"[{title}](<{path}>)" if re.match(r"https?://", path) else title
    attribution = str(entry.get("attribution", ""))
    credit = [part for part in (attribution, str(entry.get("licence_title", ""))) if part]
    return f"- {linked}" + (f" — {', '.join(credit)}" if credit else "")
