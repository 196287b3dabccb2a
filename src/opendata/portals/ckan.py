"""CKAN: the action API (``/api/3/action/``).

``package_create`` and ``package_update`` take a dataset and all of its resources, and do all of it
or nothing: a CKAN portal never holds half a push. ``package_update`` replaces the whole, so what
it is sent is what ``package_show`` gave, with our values put in.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from opendata.language import Text
from opendata.model import Portal
from opendata.portals.client import Client, TroubleError
from opendata.portals.compare import (
    MARK_DATASET,
    MARK_PATH,
    Aim,
    AimFile,
    Difference,
    Remote,
    RemoteFile,
    aim_of,
    compare,
    marks_of,
    one_line,
)
from opendata.portals.journal import Journal
from opendata.portals.licences import licence_among
from opendata.portals.refusals import no_right, stranger
from opendata.portals.wanted import Wanted, WantedFile
from opendata.portals.words import WHOLE
from opendata.schema import unaccented

NAME = "CKAN"
KEY_VARIABLE = "CKAN_API_KEY"
KEY_HEADER = "Authorization"
_EXPECTED = Text("un CKAN", "a CKAN")

#: Ids of CKAN's own list, then of lists that portals take from elsewhere (data.gouv.fr, SPDX).
_LICENCES = {
    "etalab-2.0": ("lov2", "etalab-2.0", "fr-lo"),
    "lov1": ("fr-lo", "lov1"),
    "CC0-1.0": ("cc-zero", "CC0-1.0"),
    "CC-BY-4.0": ("cc-by", "CC-BY-4.0", "cc-by-4.0"),
    "ODC-By-1.0": ("odc-by", "ODC-BY-1.0"),
    "ODbL-1.0": ("odc-odbl", "ODbL-1.0"),
}
_FREQUENCY_URI = "http://publications.europa.eu/resource/authority/frequency/{}"
#: Fields of the package itself; the others of an aim are extras, with the names ckanext-dcat reads.
_OWN_FIELDS = {
    "title": "title",
    "description": "notes",
    "license": "license_id",
    "author": "author",
    "maintainer": "maintainer",
    "maintainer_email": "maintainer_email",
    "url": "url",
    "version": "version",
    "private": "private",
}
_FILE_FIELDS = {
    "title": "name",
    "description": "description",
    "url": "url",
    "format": "format",
    "mime": "mimetype",
    "filesize": "size",
    "checksum": "hash",
    "type": "resource_type",
    "schema": "conforms_to",
    MARK_PATH: MARK_PATH,
}
_PAGE_SIZE = 100
_LONGEST_NAME = 100
_LONGEST_TAG = 100


class Ckan:
    """One dataset's conversation with a CKAN portal."""

    name = NAME

    def __init__(self, client: Client, portal: Portal, wanted: Wanted) -> None:
        self._client = client
        self._portal = portal
        self._wanted = wanted
        self._organization = ""

    def check_key(self) -> None:
        """Raises PortalError when the key may not write in the organization's name.

        CKAN takes an unknown key for nobody's, and only says so when something is written.
        """
        allowed = self._act("organization_list_for_user", {"permission": "create_dataset"})
        if self.organization() not in [str(one.get("id")) for one in allowed]:
            variable = self._client.variable
            key = Text(
                f"la clé de {variable} est inconnue du portail, ou",
                f"the key of {variable} is unknown to the portal, or",
            )
            raise no_right(self._wanted.dataset, self._portal, key)

    def organization(self) -> str:
        """The id of the organization. Raises TroubleError, or UsageError for another service."""
        if not self._organization:
            try:
                found = self._act("organization_show", {"id": self._portal.organization})
            except TroubleError as trouble:
                # A CKAN wraps its refusals too.
                if trouble.answered and not _wrapped(trouble.answer):
                    raise stranger(self._portal, _EXPECTED) from trouble
                raise
            self._organization = str(found["id"])
        return self._organization

    def read(self, known: str) -> Remote | None:
        """The dataset of this id or name; None when there is none (any more)."""
        try:
            raw = self._act("package_show", {"id": known})
        except TroubleError as trouble:
            if trouble.absent:
                return None
            raise
        return self._remote(raw)

    def search(self) -> Iterator[Remote]:
        """The organization's datasets that opendata made, private ones with them.

        The index of a CKAN may lag behind: the name a dataset is given here is tried first.
        """
        seen = set()
        for name in self._names():
            try:
                remote = self.read(name)
            except TroubleError as trouble:
                if trouble.status not in (401, 403):
                    raise
                continue
            if remote is not None and remote.marks.get(MARK_DATASET):
                seen.add(remote.id)
                yield remote
        start = 0
        while True:
            answer = self._act(
                "package_search",
                {
                    "fq": f'owner_org:"{self.organization()}"',
                    "include_private": "true",
                    "rows": str(_PAGE_SIZE),
                    "start": str(start),
                },
            )
            for raw in answer["results"]:
                remote = self._remote(raw)
                if remote.marks.get(MARK_DATASET) and remote.id not in seen:
                    yield remote
            start += _PAGE_SIZE
            if start >= int(answer["count"]):
                return

    def aim(self, remote: Remote | None) -> Aim:
        """What the portal should hold. Raises TroubleError."""
        wanted = self._wanted
        notes: list[Text] = []
        tags = list(remote.fields["tags"]) if remote else []
        tags += [tag for tag in map(_tag, wanted.keywords) if tag not in tags and len(tag) > 1]
        fields: dict[str, Any] = {
            "title": wanted.title,
            "description": one_line(wanted.description),
            "license": self._licence(notes),
            "author": wanted.publisher,
            "maintainer": wanted.publisher if wanted.contact else "",
            "maintainer_email": wanted.contact,
            "url": wanted.page,
            "version": wanted.version,
            "private": self._portal.private,
            "tags": tuple(sorted(tags)),
        }
        fields |= {name: value for name, value in _extras(wanted).items() if value}
        if remote and remote.marks.get("spatial_uri") and len(wanted.zones) > 1:
            # It would go on naming one territory, beside the names of several.
            fields["spatial_uri"] = ""
        return Aim(fields, marks_of(wanted), tuple(map(_aim_file, wanted.files)), tuple(notes))

    def carry_out(
        self, remote: Remote | None, aim: Aim, difference: Difference, journal: Journal
    ) -> Remote:
        """Bring the portal from ``remote`` to ``aim``. Raises TroubleError."""
        journal.plan([WHOLE])
        if remote is None:
            made = journal.do(WHOLE, lambda: self._create(aim))
            journal.made(made)
            return made
        return journal.do(WHOLE, lambda: self._update(remote, aim, difference))

    def _create(self, aim: Aim) -> Remote:
        name = self._free_name()
        body = {
            **_own(aim),
            "name": name,
            "owner_org": self.organization(),
            "extras": _as_extras({}, aim),
            "tags": [{"name": tag} for tag in aim.fields["tags"]],
            "resources": [_file_body(one, None) for one in aim.files],
        }

        def found() -> Mapping[str, Any] | None:
            twin = self.read(name)
            return twin.raw if twin and twin.marks.get(MARK_DATASET) else None

        return self._remote(self._act("package_create", body=body, found=found))

    def _update(self, remote: Remote, aim: Aim, difference: Difference) -> Remote:
        gone = {step.remote.id for step in difference.files if step.remote and not step.aim}
        changed = {
            step.remote.id: step.aim for step in difference.files if step.remote and step.aim
        }
        resources = [
            _file_body(changed[one.id], one) if one.id in changed else dict(one.raw)
            for one in remote.files
            if one.id not in gone
        ]
        resources += [
            _file_body(step.aim, None)
            for step in difference.files
            if step.aim and step.remote is None
        ]
        kept = {str(one["name"]): dict(one) for one in remote.raw.get("tags") or ()}
        body = {
            # Sent back by an administrator's key, the old date of modification would stay.
            **{name: value for name, value in remote.raw.items() if name != "metadata_modified"},
            **_own(aim),
            "extras": _as_extras(remote.marks, aim),
            "tags": [kept.get(tag, {"name": tag}) for tag in aim.fields["tags"]],
            "resources": resources,
        }

        def found() -> Mapping[str, Any] | None:
            # Sent again, resources without an id would be made anew under other ids.
            seen = self.read(remote.id)
            return seen.raw if seen and compare(seen, aim).empty else None

        return self._remote(self._act("package_update", body=body, found=found))

    def _act(
        self,
        action: str,
        params: Mapping[str, str] | None = None,
        *,
        body: object = None,
        found: Any = None,
    ) -> Any:
        """What an action gives. Raises TroubleError."""
        method = "GET" if body is None else "POST"

        def wrapped() -> Any:
            seen = found()
            return None if seen is None else {"success": True, "result": seen}

        answer = self._client.ask(
            method,
            f"/api/3/action/{action}",
            params=params,
            body=body,
            found=wrapped if found else None,
        )
        if not _wrapped(answer) or "result" not in answer:
            raise TroubleError(
                Text(
                    "sa réponse n'est pas celle d'un CKAN : vérifiez « url »",
                    "its answer is not a CKAN's: check “url”",
                ),
                status=200,
                unsure=method == "POST",
            )
        return answer["result"]

    def _names(self) -> tuple[str, ...]:
        """The names a dataset may be given: from its title, then with its id after it."""
        name = _slug(self._wanted.title) or self._wanted.dataset
        other = f"{name[: _LONGEST_NAME - len(self._wanted.dataset) - 1]}-{self._wanted.dataset}"
        return name[:_LONGEST_NAME], other

    def _free_name(self) -> str:
        """A name that no other dataset has, as far as the key can see."""
        first, other = self._names()
        try:
            taken = self.read(first)
        except TroubleError as trouble:
            if trouble.status not in (401, 403):
                raise
            return other
        return other if taken is not None and not taken.deleted else first

    def _licence(self, notes: list[Text]) -> str:
        listed = [str(one["id"]) for one in self._act("license_list", {})]
        names = _LICENCES.get(self._wanted.licence, ())
        besides = Text(", et ses extras disent laquelle", ", and its extras say which it is")
        return licence_among(listed, names, self._wanted, notes, besides)

    def _remote(self, raw: Mapping[str, Any]) -> Remote:
        extras = {str(one["key"]): str(one.get("value") or "") for one in raw.get("extras") or ()}
        name = str(raw.get("name", ""))
        fields: dict[str, Any] = {
            ours: one_line(str(raw.get(theirs) or "")) for ours, theirs in _OWN_FIELDS.items()
        }
        fields["private"] = bool(raw.get("private"))
        fields["tags"] = tuple(sorted(str(tag["name"]) for tag in raw.get("tags") or ()))
        return Remote(
            id=str(raw["id"]),
            slug=name,
            page=f"{self._portal.url}/dataset/{name}",
            organization=str(raw.get("owner_org") or ""),
            deleted=raw.get("state") == "deleted",
            private=bool(raw.get("private")),
            fields=extras | fields,
            marks=extras,
            files=tuple(map(_remote_file, raw.get("resources") or ())),
            raw=raw,
        )


def _wrapped(answer: Any) -> bool:
    """Whether this is how a CKAN answers, well or ill."""
    return isinstance(answer, Mapping) and "success" in answer


def _extras(wanted: Wanted) -> dict[str, str]:
    start, end = wanted.temporal or ("", "")
    # ckanext-dcat makes of these three one place, which has this address, this name and these
    # bounds: several territories together have none.
    uri = wanted.zones[0].uri if len(wanted.zones) == 1 else ""
    return {
        "frequency": _FREQUENCY_URI.format(wanted.frequency) if wanted.frequency else "",
        "spatial": _polygon(wanted.bbox),
        "spatial_uri": uri,
        "spatial_text": ", ".join(zone.name for zone in wanted.zones if zone.name),
        "temporal_start": start,
        "temporal_end": end,
        "license_url": wanted.licence_url,
    }


def _polygon(bbox: tuple[float, ...]) -> str:
    """The bounds as the GeoJSON that ckanext-spatial indexes; "" without bounds."""
    if len(bbox) != 4:
        return ""
    west, south, east, north = bbox
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def _own(aim: Aim) -> dict[str, Any]:
    return {theirs: aim.fields[ours] for ours, theirs in _OWN_FIELDS.items()}


def _as_extras(before: Mapping[str, str], aim: Aim) -> list[dict[str, str]]:
    """All extras, other people's too: those that are not sent are lost, as ours without value."""
    ours = {
        name: str(value)
        for name, value in aim.fields.items()
        if name not in _OWN_FIELDS and name != "tags"
    }
    everything = {**before, **ours, **aim.marks}
    return [
        {"key": name, "value": value}
        for name, value in everything.items()
        if value or name not in ours
    ]


def _remote_file(raw: Mapping[str, Any]) -> RemoteFile:
    # A file somebody put on the portal in place of our link is theirs.
    ours = raw.get("url_type") != "upload"
    path = str(raw.get(MARK_PATH) or "") if ours else ""
    fields: dict[str, Any] = {
        ours_: one_line(str(raw.get(theirs) or "")) for ours_, theirs in _FILE_FIELDS.items()
    }
    # CKAN writes formats its own way: csv becomes CSV, geojson GeoJSON.
    fields["format"] = fields["format"].lower()
    size = str(raw.get("size") or "")
    fields["filesize"] = int(size) if size.isdecimal() else None
    return RemoteFile(
        id=str(raw["id"]), path=path, url=fields["url"] if ours else "", fields=fields, raw=raw
    )


def _aim_file(one: WantedFile) -> AimFile:
    kind = "documentation" if one.role == "documentation" else "file"
    return aim_of(one, {"type": kind, "schema": one.conforms_to})


def _file_body(aim: AimFile, remote: RemoteFile | None) -> dict[str, Any]:
    ours = {theirs: aim.fields[name] for name, theirs in _FILE_FIELDS.items()}
    return {**(remote.raw if remote else {}), **ours}


def _slug(title: str) -> str:
    name = re.sub(r"[^a-z0-9_]+", "-", unaccented(title).lower())
    return name.strip("-")[:_LONGEST_NAME].strip("-")


def _tag(word: str) -> str:
    """CKAN takes letters, digits, spaces and ``-_.`` in a tag."""
    return re.sub(r"[^\w \-.]+", " ", word).strip()[:_LONGEST_TAG]
