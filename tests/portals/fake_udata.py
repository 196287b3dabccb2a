"""A data.gouv.fr that keeps what it is sent, refuses what udata refuses, and forgets nothing."""

import itertools
import re
import unicodedata
import uuid
from typing import Any

from tests.portals.server import Answer, Asked, FakePortal, RefusedError

ORGANIZATION = {"id": "534fff75a3a7292c64a77de4", "slug": "region-centre", "name": "Région"}
OTHER_ORGANIZATION = {"id": "534fff75a3a7292c64a77000", "slug": "autre", "name": "Autre"}
FREQUENCIES = ("continuous", "hourly", "semidaily", "daily", "weekly", "monthly", "quarterly",
               "annual", "punctual", "irregular", "unknown")  # fmt: skip
LICENCES = ("lov2", "fr-lo", "odc-odbl", "odc-by", "cc-by", "cc-zero", "other-at", "other-open",
            "notspecified")  # fmt: skip
ZONES = ("fr:region:24", "fr:region:11", "country:fr", "fr:departement:37")
GRANULARITIES = ("poi", "other", "fr:commune", "fr:region")
SCHEMAS = {"LaMednum/standard-mediation-num": ("1.0.0", "1.0.1", "1.0.2")}
MEMBER, OUTSIDER = "clef-membre-0123456789", "clef-autre-0123456789"
ADMINISTRATOR = "clef-du-portail-0123456789"
_RESERVED = ("analysis:", "check:", "recommendations")


class FakeUdata(FakePortal):
    """Members of ORGANIZATION hold the key MEMBER, those of the other one OUTSIDER.

    ADMINISTRATOR is of neither, and may do everything.
    """

    def __init__(self) -> None:
        super().__init__()
        self.datasets: dict[str, dict[str, Any]] = {}
        self.old_slugs: dict[str, str] = {}
        self.page_size = 2
        self._ids = itertools.count(1)

    def only(self) -> dict[str, Any]:
        (dataset,) = self.datasets.values()
        return dataset

    def answer(self, asked: Asked) -> Answer:
        key = asked.headers.get("x-api-key")
        if key not in (None, MEMBER, OUTSIDER, ADMINISTRATOR):
            raise RefusedError(401, {"message": "Invalid API Key"})
        member = key in (MEMBER, ADMINISTRATOR)
        path = asked.path
        if asked.method != "GET" and key is None:
            raise RefusedError(401, {"message": "Unauthorized"})
        if path == "/api/1/me/":
            if key is None:
                raise RefusedError(401, {"message": "Unauthorized"})
            mine = {MEMBER: [ORGANIZATION], OUTSIDER: [OTHER_ORGANIZATION]}.get(key, [])
            roles = ["admin"] if key == ADMINISTRATOR else []
            return Answer(200, {"id": "someone", "organizations": mine, "roles": roles})
        if found := re.fullmatch(r"/api/1/organizations/([^/]+)/(datasets/)?", path):
            return self._organization(found[1], bool(found[2]), asked, member)
        if path == "/api/1/datasets/frequencies/":
            return Answer(200, [{"id": one, "label": one} for one in FREQUENCIES])
        if path == "/api/1/datasets/licenses/":
            return Answer(200, [{"id": one, "title": one} for one in LICENCES])
        if path == "/api/1/datasets/" and asked.method == "POST":
            return self._create(asked.body, member)
        if found := re.fullmatch(r"/api/1/datasets/([^/]+)/(resources/)?(?:([^/]+)/)?", path):
            return self._dataset(found, asked, member)
        raise RefusedError(404, {"message": "Not found"})

    def _organization(self, name: str, datasets: bool, asked: Asked, member: bool) -> Answer:
        known = (ORGANIZATION, OTHER_ORGANIZATION)
        organization = next((one for one in known if name in (one["id"], one["slug"])), None)
        if organization is None:
            raise RefusedError(404, {"message": "Organization not found"})
        if not datasets:
            return Answer(200, organization)
        mine = [
            one
            for one in reversed(self.datasets.values())
            if one["organization"]["id"] == organization["id"] and (member or not one["private"])
        ]
        page, size = int(asked.params["page"]), min(int(asked.params["page_size"]), self.page_size)
        more = page * size < len(mine)
        return Answer(
            200,
            {
                "data": mine[(page - 1) * size : page * size],
                "page": page,
                "page_size": size,
                "total": len(mine),
                "next_page": f"{self.url}{asked.path}?page={page + 1}" if more else None,
                "previous_page": None,
            },
        )

    def _create(self, body: dict[str, Any], member: bool) -> Answer:
        organization = body.get("organization")
        if organization != ORGANIZATION["id"] or not member:
            raise _invalid(organization=["Permission denied for this organization"])
        dataset: dict[str, Any] = {
            "id": f"{next(self._ids):024x}",
            "organization": ORGANIZATION,
            "deleted": None,
            "archived": None,
            "resources": [],
            "extras": {},
            "tags": [],
            "private": False,
            "license": "notspecified",
            "frequency": "unknown",
            "spatial": None,
            "temporal_coverage": None,
            "slug": "",
        }
        self._fill(dataset, body, creating=True)
        self.datasets[dataset["id"]] = dataset
        return Answer(201, dataset)

    def rename(self, dataset: dict[str, Any], title: str) -> None:
        """A person changes the title, and the slug follows."""
        self._fill(dataset, {"title": title}, creating=False)

    def _fill(self, dataset: dict[str, Any], body: dict[str, Any], *, creating: bool) -> None:
        """Only the fields that are named change; extras that are named are replaced."""
        errors: dict[str, list[str]] = {}
        for name in ("title", "description"):
            if not str(body.get(name, "" if creating else dataset[name]) or "").strip():
                errors[name] = ["This field is required."]
        if len(str(body.get("title", ""))) > 350:
            errors["title"] = ["Field cannot be longer than 350 characters."]
        if body.get("frequency", "unknown") not in FREQUENCIES:
            errors["frequency"] = ["Not a valid choice"]
        if body.get("license", "lov2") not in LICENCES:
            errors["license"] = ["Not a valid choice"]
        if spatial := body.get("spatial"):
            unknown = [zone for zone in spatial["zones"] if zone not in ZONES]
            if unknown:
                errors["spatial"] = [f"Unknown geoid(s): {', '.join(unknown)}"]
            if spatial["granularity"] not in GRANULARITIES:
                errors["granularity"] = ["Not a valid choice"]
        if errors:
            raise RefusedError(400, {"errors": errors, "message": ""})
        for name in ("description", "license", "frequency", "spatial"):
            if name in body:
                dataset[name] = body[name]
        if "temporal_coverage" in body:
            dates = body["temporal_coverage"]
            dataset["temporal_coverage"] = {
                end: f"{dates[end]}T00:00:00+00:00" for end in ("start", "end")
            }
        if "private" in body:
            dataset["private"] = bool(body["private"])
        if "tags" in body:
            dataset["tags"] = sorted({_slug(tag) for tag in body["tags"]})
        if "extras" in body:
            kept = {k: v for k, v in dataset["extras"].items() if k.startswith(_RESERVED)}
            sent = {k: v for k, v in body["extras"].items() if not k.startswith(_RESERVED)}
            dataset["extras"] = {**sent, **kept}
        if "title" in body and body["title"] != dataset.get("title"):
            dataset["title"] = body["title"]
            if dataset["slug"]:
                self.old_slugs[dataset["slug"]] = dataset["id"]
            slug = free = _slug(body["title"])
            taken = {one["slug"] for one in self.datasets.values() if one is not dataset}
            for number in itertools.count(1):
                if free not in taken:
                    break
                free = f"{slug}-{number}"
            dataset["slug"] = free
            dataset["page"] = f"{self.url}/datasets/{free}/"

    def _dataset(self, found: re.Match[str], asked: Asked, member: bool) -> Answer:
        name, resources, resource = found.groups()
        dataset = self.datasets.get(name) or next(
            (one for one in self.datasets.values() if one["slug"] == name), None
        )
        if dataset is None:
            if name in self.old_slugs:
                slug = self.datasets[self.old_slugs[name]]["slug"]
                return Answer(308, None, {"Location": asked.path.replace(name, slug)})
            raise RefusedError(404, {"message": "Dataset not found"})
        mine = member and dataset["organization"] is ORGANIZATION
        if asked.method == "GET":
            if dataset["private"] and not mine:
                raise RefusedError(404, {"message": "Dataset not found"})
            if dataset["deleted"] and not mine:
                raise RefusedError(410, {"message": "Dataset has been deleted"})
            return Answer(200, dataset)
        if dataset["deleted"]:
            raise RefusedError(410, {"message": "Dataset has been deleted"})
        if not mine:
            raise RefusedError(403, {"message": "You do not have the permission to modify that"})
        if not resources:
            assert asked.method == "PUT"
            self._fill(dataset, asked.body, creating=False)
            return Answer(200, dataset)
        return self._resource(dataset, resource, asked)

    def _resource(self, dataset: dict[str, Any], rid: str | None, asked: Asked) -> Answer:
        files = dataset["resources"]
        if rid is None:
            assert asked.method == "POST"
            if asked.body.get("filetype") != "remote":
                raise RefusedError(400, {"message": "This endpoint only supports remote resources"})
            resource = {"id": str(uuid.uuid4()), "extras": {}, "schema": None, "checksum": None}
            self._fill_resource(resource, asked.body)
            files.insert(0, resource)
            return Answer(201, resource)
        resource = next((one for one in files if one["id"] == rid), {})
        if not resource:
            raise RefusedError(404, {"message": "Resource does not exist"})
        if asked.method == "DELETE":
            files.remove(resource)
            return Answer(204)
        if asked.body.get("filetype", resource["filetype"]) != resource["filetype"]:
            raise RefusedError(400, {"message": "Cannot modify filetype after creation"})
        self._fill_resource(resource, asked.body)
        return Answer(200, resource)

    def _fill_resource(self, resource: dict[str, Any], body: dict[str, Any]) -> None:
        errors: dict[str, list[str]] = {
            name: ["This field is required."]
            for name in ("title", "url", "type")
            if not body.get(name)
        }
        if body.get("type") not in ("main", "documentation", "update", "api", "code", "other"):
            errors["type"] = ["Not a valid choice"]
        if schema := body.get("schema"):
            versions = SCHEMAS.get(schema.get("name", ""))
            if versions is None:
                errors["schema"] = [f'Schema name "{schema.get("name")}" is not an allowed value']
            elif schema.get("version") not in versions:
                errors["schema"] = ["Schema version is not an allowed value"]
        if errors:
            raise RefusedError(400, {"errors": errors, "message": ""})
        for name in ("title", "description", "type", "url", "mime", "filesize", "filetype",
                     "checksum", "schema"):  # fmt: skip
            if name in body:
                resource[name] = body[name]
        if "format" in body:
            resource["format"] = body["format"].strip().lower()
        if "extras" in body:
            kept = {k: v for k, v in resource["extras"].items() if k.startswith(_RESERVED)}
            resource["extras"] = {**body["extras"], **kept}


def _invalid(**errors: list[str]) -> RefusedError:
    return RefusedError(400, {"errors": errors, "message": ""})


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
