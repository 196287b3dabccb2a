"""What a dataset and its files are in udata's words, and back: no request is made here."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from opendata.portals.compare import (
    MARK_PATH,
    AimFile,
    Remote,
    RemoteFile,
    aim_of,
    one_line,
)
from opendata.portals.wanted import WantedFile, Zone
from opendata.schema import fold

NO_FREQUENCY = "unknown"
#: Where a place is published, not its commune.
GRANULARITY = "poi"
_ZONES = {
    "region": "fr:region:{}",
    "departement": "fr:departement:{}",
    "epci": "fr:epci:{}",
    "commune": "fr:commune:{}",
    "france": "country:fr",
}
#: schema.data.gouv.fr names a schema by its repository; the version may be followed by a file.
_SCHEMA = re.compile(r"https?://schema\.data\.gouv\.fr/([^/]+/[^/]+)/v?(\d[^/]*)(?:/.*)?")


def remote_of(raw: Mapping[str, Any]) -> Remote:
    """A dataset as the portal tells it."""
    spatial = raw.get("spatial") or {}
    temporal = raw.get("temporal_coverage") or {}
    licence = raw.get("license")
    extras = raw.get("extras") or {}
    return Remote(
        id=str(raw["id"]),
        slug=str(raw.get("slug", "")),
        page=str(raw.get("page") or raw.get("self_web_url") or ""),
        organization=str((raw.get("organization") or {}).get("id", "")),
        deleted=bool(raw.get("deleted")),
        private=bool(raw.get("private")),
        fields={
            "title": str(raw.get("title") or "").strip(),
            "description": one_line(str(raw.get("description") or "")),
            "license": str(licence.get("id") if isinstance(licence, dict) else licence or ""),
            "frequency": str(raw.get("frequency") or ""),
            "zones": tuple(sorted(_zone_id(zone) for zone in spatial.get("zones") or ())),
            "granularity": str(spatial.get("granularity") or ""),
            "tags": tuple(sorted(map(str, raw.get("tags") or ()))),
            "private": bool(raw.get("private")),
            "temporal": "/".join(str(temporal.get(end) or "")[:10] for end in ("start", "end"))
            if temporal
            else "",
        },
        marks={str(name): str(value) for name, value in extras.items()},
        files=tuple(map(_remote_file, raw.get("resources") or ())),
        raw=raw,
    )


def _zone_id(zone: Any) -> str:
    """A zone is listed by its id, which may name the day it holds for: ``fr:region:24@latest``."""
    return str(zone.get("id") if isinstance(zone, dict) else zone).partition("@")[0]


def _remote_file(raw: Mapping[str, Any]) -> RemoteFile:
    checksum = raw.get("checksum") or {}
    schema = raw.get("schema") or {}
    # A file somebody put on the portal in place of our link is theirs: its kind cannot change.
    ours = raw.get("filetype", "remote") == "remote"
    path = str((raw.get("extras") or {}).get(MARK_PATH, "")) if ours else ""
    return RemoteFile(
        id=str(raw["id"]),
        path=path,
        url=str(raw.get("url") or "") if ours else "",
        fields={
            "title": str(raw.get("title") or "").strip(),
            "description": one_line(str(raw.get("description") or "")),
            "type": str(raw.get("type") or ""),
            "url": str(raw.get("url") or ""),
            "format": str(raw.get("format") or ""),
            "mime": str(raw.get("mime") or ""),
            "filesize": raw.get("filesize"),
            "checksum": f"{checksum.get('type', '')}:{checksum.get('value', '')}"
            if checksum
            else "",
            "schema": " ".join(
                str(schema[part]) for part in ("name", "version") if schema.get(part)
            ),
            MARK_PATH: path,
        },
        raw=raw,
    )


def aim_file_of(one: WantedFile) -> AimFile:
    """What the portal should hold of one file."""
    schema = _SCHEMA.fullmatch(one.conforms_to)
    return aim_of(
        one,
        {
            "type": one.role if one.role in ("main", "documentation") else "other",
            "schema": " ".join(schema.groups()) if schema else "",
        },
    )


def payload_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The comparable values of a dataset as the API takes them."""
    body = {
        name: fields[name] for name in ("title", "description", "license", "frequency", "private")
    }
    body["tags"] = list(fields["tags"])
    body["spatial"] = {"zones": list(fields["zones"]), "granularity": fields["granularity"]}
    if "temporal" in fields:
        start, _, end = fields["temporal"].partition("/")
        body["temporal_coverage"] = {"start": start, "end": end}
    return body


def file_payload_of(aim: AimFile, remote: RemoteFile | None) -> dict[str, Any]:
    """What is sent of a file; what others noted on the ``remote`` one is sent back."""
    names = ("title", "description", "type", "url", "format", "mime", "filesize")
    body: dict[str, Any] = {name: aim.fields[name] for name in names}
    kind, _, value = aim.fields["checksum"].partition(":")
    name, _, version = aim.fields["schema"].partition(" ")
    extras = (remote.raw.get("extras") or {}) if remote else {}
    body |= {"filetype": "remote", "extras": {**extras, MARK_PATH: aim.path}}
    if value:
        body["checksum"] = {"type": kind, "value": value}
    if name:
        body["schema"] = {"name": name, "version": version}
    elif remote and remote.fields["schema"]:
        # Left out, the old one would stay.
        body["schema"] = None
    return body


def extras_of(remote: Remote) -> dict[str, Any]:
    """Everything noted on a dataset, by whomever."""
    return dict(remote.raw.get("extras") or {})


def zones_of(zones: tuple[Zone, ...]) -> Iterator[str]:
    """The portal's ids of territories."""
    for zone in zones:
        if zone.kind in _ZONES:
            yield _ZONES[zone.kind].format(zone.code)


def tag_of(word: str) -> str:
    """As udata writes it: ``médiation numérique`` -> ``mediation-numerique``."""
    return fold(word).replace(" ", "-")
