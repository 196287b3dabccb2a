"""A CKAN that keeps what it is sent, all of it or nothing, and refuses what CKAN refuses."""

import copy
import re
import uuid
from typing import Any

from tests.portals.server import Answer, Asked, FakePortal, RefusedError

ORGANIZATION = {"id": "0c5362f5-b99e-41db-8256-3d0d7549bf4d", "name": "region-centre"}
MEMBER, OUTSIDER = "jeton-membre-0123456789", "jeton-autre-0123456789"
LICENCES = ("notspecified", "odc-pddl", "odc-odbl", "odc-by", "cc-zero", "cc-by", "other-open",
            "other-at")  # fmt: skip
_FORMATS = {"csv": "CSV", "geojson": "GeoJSON", "json": "JSON", "html": "HTML", "xlsx": "XLSX"}


class FakeCkan(FakePortal):
    """Editors of ORGANIZATION hold the token MEMBER; any unknown one is taken for nobody's."""

    def __init__(self) -> None:
        super().__init__()
        self.packages: dict[str, dict[str, Any]] = {}
        self.licences = LICENCES
        #: Packages the search index has not heard of yet.
        self.not_indexed: set[str] = set()

    def only(self) -> dict[str, Any]:
        (package,) = self.packages.values()
        return package

    def answer(self, asked: Asked) -> Answer:
        found = re.fullmatch(r"/api/3/action/(\w+)", asked.path)
        action = getattr(self, f"act_{found[1]}", None) if found else None
        if action is None:
            raise RefusedError(404, {"success": False, "error": {"message": "Action not found"}})
        reading = asked.method == "GET"
        member = asked.headers.get("authorization") == MEMBER
        result = action(asked.params if reading else copy.deepcopy(asked.body), member)
        return Answer(200, {"help": "…", "success": True, "result": result})

    def act_organization_show(self, given: dict[str, Any], member: bool) -> Any:
        if given["id"] not in ORGANIZATION.values():
            raise _error(404, "Not Found Error", message="Not found")
        return ORGANIZATION

    def act_organization_list_for_user(self, given: dict[str, Any], member: bool) -> Any:
        assert given["permission"] == "create_dataset"
        return [ORGANIZATION] if member else []

    def act_license_list(self, given: dict[str, Any], member: bool) -> Any:
        return [{"id": one, "title": one} for one in self.licences]

    def act_package_show(self, given: dict[str, Any], member: bool) -> Any:
        package = self._get(given["id"])
        if not member and package["state"] == "deleted":
            raise _error(404, "Not Found Error", message="Not found")
        if package["private"] and not member:
            raise _error(403, "Authorization Error", message="Access denied")
        return package

    def act_package_search(self, given: dict[str, Any], member: bool) -> Any:
        assert given["fq"] == f'owner_org:"{ORGANIZATION["id"]}"'
        seen = [
            one
            for one in self.packages.values()
            if one["state"] == "active"
            and one["id"] not in self.not_indexed
            and (not one["private"] or (member and given.get("include_private") == "true"))
        ]
        start, rows = int(given["start"]), int(given["rows"])
        return {"count": len(seen), "results": seen[start : start + rows]}

    def act_package_create(self, given: dict[str, Any], member: bool) -> Any:
        if not member:
            raise _error(403, "Authorization Error", message="Access denied: …")
        package = {"id": str(uuid.uuid4()), "state": "active", "groups": [], "type": "dataset"}
        self._save(package, given)
        return package

    def act_package_update(self, given: dict[str, Any], member: bool) -> Any:
        package = self._get(given.get("id") or given["name"])
        if not member:
            raise _error(403, "Authorization Error", message="Access denied: …")
        whole = {name: package[name] for name in ("id", "state", "type")}
        self._save(whole, given, old=package)
        return whole

    def _get(self, known: str) -> dict[str, Any]:
        for package in self.packages.values():
            if known in (package["id"], package["name"]):
                return package
        raise _error(404, "Not Found Error", message="Not found")

    def _save(
        self, package: dict[str, Any], given: dict[str, Any], old: dict[str, Any] | None = None
    ) -> None:
        """What is not given is lost: ``package_update`` replaces the whole."""
        errors: dict[str, Any] = {}
        name = given.get("name") or (old or {}).get("name") or ""
        if not re.fullmatch(r"[a-z0-9_\-]{2,100}", name):
            errors["name"] = ["Must be purely lowercase alphanumeric (ascii) characters"]
        others = [one for one in self.packages.values() if one["id"] != package["id"]]
        if any(one["name"] == name and one["state"] != "deleted" for one in others):
            errors["name"] = ["That URL is already in use."]
        if given.get("owner_org") != ORGANIZATION["id"]:
            errors["owner_org"] = ["Organization does not exist"]
        keys = [extra["key"] for extra in given.get("extras", [])]
        if len(set(keys)) < len(keys):
            errors["extras_validation"] = ["Duplicate key"]
        for tag in given.get("tags", []):
            if not re.fullmatch(r"[\w \-.]{2,100}", tag["name"]):
                errors.setdefault("tags", []).append(f"Tag {tag['name']} must be alphanumeric")
        resources = []
        known = {one["id"] for one in (old or {}).get("resources", [])}
        for position, resource in enumerate(given.get("resources", [])):
            rid = resource.get("id")
            if rid is not None and rid not in known:
                errors["resources"] = [{"id": ["Resource id does not exist"]}]
            kind = str(resource.get("format") or "")
            resources.append(
                {
                    **resource,
                    "id": rid or str(uuid.uuid4()),
                    "format": _FORMATS.get(kind.lower(), kind),
                    "position": position,
                    "package_id": package["id"],
                    "state": "active",
                }
            )
        if errors:
            raise _error(409, "Validation Error", **errors)
        package |= {
            field: given.get(field)
            for field in ("title", "notes", "license_id", "author", "maintainer", "url", "version",
                          "maintainer_email", "owner_org")
        }  # fmt: skip
        package["metadata_modified"] = given.get("metadata_modified") or str(uuid.uuid4())
        package["name"] = name
        package["title"] = package["title"] or name
        package["private"] = given.get("private") in (True, "true", "True")
        package["groups"] = given.get("groups", [])
        package["extras"] = [dict(one) for one in given.get("extras", [])]
        package["tags"] = [
            {"id": str(uuid.uuid4()), "state": "active", "display_name": one["name"]} | one
            for one in given.get("tags", [])
        ]
        package["resources"] = resources
        package["num_resources"] = len(resources)
        self.packages[package["id"]] = package


def _error(status: int, kind: str, **more: Any) -> RefusedError:
    return RefusedError(status, {"help": "…", "success": False, "error": {"__type": kind, **more}})
