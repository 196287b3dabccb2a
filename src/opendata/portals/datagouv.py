"""data.gouv.fr, and every portal that runs udata: API v1 (``/api/1/``).

A dataset is made private and shown to the public last; its resources are changed one by one, so
the mark of the version (an extra) is written when all of them are in place. A PUT replaces only
the fields that it names, but an ``extras`` that it names replaces all of them: those of other
people are sent back as they were read.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from opendata.language import Text
from opendata.model import Portal
from opendata.portals.client import Client, TroubleError
from opendata.portals.compare import (
    MARK_CATALOGUE,
    MARK_DATASET,
    MARK_PUSHING,
    MARK_VERSION,
    Aim,
    Difference,
    FileStep,
    Remote,
    compare,
    marks_of,
    one_line,
)
from opendata.portals.journal import Journal
from opendata.portals.licences import licence_among
from opendata.portals.refusals import no_right, stranger
from opendata.portals.udata import (
    GRANULARITY,
    NO_FREQUENCY,
    aim_file_of,
    extras_of,
    file_payload_of,
    payload_of,
    remote_of,
    tag_of,
    zones_of,
)
from opendata.portals.wanted import Wanted
from opendata.portals.words import FILES, MADE, MARKED, few, fields_sent, file_label

NAME = "data.gouv.fr"
KEY_VARIABLE = "DATAGOUV_API_KEY"
KEY_HEADER = "X-API-KEY"
_EXPECTED = Text("un portail udata (data.gouv.fr)", "a udata portal (data.gouv.fr)")

#: Codes of the EU authority table -> what udata calls them, the present name first: each portal
#: is asked for its own list, for udata renamed some.
_FREQUENCIES = {
    "UPDATE_CONT": ("continuous",),
    "CONT": ("severalTimesADay", "continuous"),
    "HOURLY": ("hourly",),
    "DAILY_2": ("semidaily",),
    "DAILY": ("daily",),
    "WEEKLY_5": ("fiveTimesAWeek", "weekly"),
    "WEEKLY_3": ("threeTimesAWeek",),
    "WEEKLY_2": ("semiweekly",),
    "WEEKLY": ("weekly",),
    "BIWEEKLY": ("biweekly",),
    "MONTHLY_3": ("threeTimesAMonth",),
    "MONTHLY_2": ("semimonthly",),
    "MONTHLY": ("monthly",),
    "BIMONTHLY": ("bimonthly",),
    "QUARTERLY": ("quarterly",),
    "ANNUAL_3": ("threeTimesAYear",),
    "ANNUAL_2": ("semiannual", "biannual"),
    "ANNUAL": ("annual",),
    "BIENNIAL": ("biennial",),
    "TRIENNIAL": ("triennial",),
    "IRREG": ("irregular",),
    "AS_NEEDED": ("punctual", "irregular"),
    "NEVER": ("never", "punctual"),
    "NOT_PLANNED": ("notPlanned", "unknown"),
    "OTHER": ("other", "unknown"),
}
#: The role of who runs the whole portal.
_ADMINISTRATOR = "admin"
_LICENCES = {
    "etalab-2.0": ("lov2",),
    "lov1": ("fr-lo",),
    "CC0-1.0": ("cc-zero",),
    "CC-BY-4.0": ("cc-by",),
    "ODC-By-1.0": ("odc-by",),
    "ODbL-1.0": ("odc-odbl",),
}
_PAGE_SIZE = 100


class DataGouv:
    """One dataset's conversation with a udata portal."""

    name = NAME

    def __init__(self, client: Client, portal: Portal, wanted: Wanted) -> None:
        self._client = client
        self._portal = portal
        self._wanted = wanted
        self._organization = ""
        self._lists: dict[str, list[str]] = {}

    def check_key(self) -> None:
        """Raises TroubleError when the key is nobody's, PortalError when it may not write here.

        udata lets every member of an organization publish in its name, whatever the role, and the
        administrators of the whole portal.
        """
        account = self._client.ask("GET", "/api/1/me/")
        if _ADMINISTRATOR in (account.get("roles") or ()):
            return
        if self.organization() not in [str(one["id"]) for one in account["organizations"]]:
            variable = self._client.variable
            key = Text(f"cette clé ({variable})", f"this key ({variable})")
            raise no_right(self._wanted.dataset, self._portal, key)

    def organization(self) -> str:
        """The id of the organization. Raises TroubleError, or UsageError for another service."""
        if not self._organization:
            path = f"/api/1/organizations/{quote(self._portal.organization, safe='')}/"
            try:
                found = self._client.ask("GET", path)
            except TroubleError as trouble:
                # A key that is refused here is refused everywhere.
                keyless = trouble.status in (401, 403)
                if trouble.answered and not keyless and not self._is_udata():
                    raise stranger(self._portal, _EXPECTED) from trouble
                raise
            if not isinstance(found, Mapping) or "id" not in found:
                raise stranger(self._portal, _EXPECTED)
            self._organization = str(found["id"])
        return self._organization

    def _is_udata(self) -> bool:
        """Whether this has what every udata has; an organization may be missing."""
        try:
            return bool(self._listed("licenses"))
        except TroubleError as trouble:
            if trouble.answered:
                return False
            raise
        except (KeyError, TypeError):
            return False

    def read(self, known: str) -> Remote | None:
        """The dataset of this id or slug; None when there is none (any more)."""
        try:
            raw = self._client.ask("GET", f"/api/1/datasets/{quote(known, safe='')}/")
        except TroubleError as trouble:
            if trouble.absent:
                return None
            raise
        return remote_of(raw)

    def search(self) -> Iterator[Remote]:
        """The organization's datasets that opendata made, private ones with them."""
        path = f"/api/1/organizations/{self.organization()}/datasets/"
        page = 1
        while True:
            params = {"page": str(page), "page_size": str(_PAGE_SIZE)}
            answer = self._client.ask("GET", path, params=params)
            for raw in answer["data"]:
                if MARK_DATASET in (raw.get("extras") or {}):
                    yield remote_of(raw)
            if not answer.get("next_page"):
                return
            page += 1

    def aim(self, remote: Remote | None) -> Aim:
        """What the portal should hold. Raises TroubleError."""
        wanted = self._wanted
        notes: list[Text] = []
        tags = list(remote.fields["tags"]) if remote else []
        tags += [tag for tag in map(tag_of, wanted.keywords) if tag not in tags]
        fields: dict[str, Any] = {
            "title": wanted.title,
            "description": one_line(wanted.description),
            "license": self._licence(notes),
            "frequency": self._frequency(notes),
            "zones": tuple(sorted(zones_of(wanted.zones))),
            "granularity": GRANULARITY,
            "tags": tuple(sorted(tags)),
            "private": self._portal.private,
        }
        if wanted.temporal:
            fields["temporal"] = "/".join(wanted.temporal)
        return Aim(fields, marks_of(wanted), tuple(map(aim_file_of, wanted.files)), tuple(notes))

    def carry_out(
        self, remote: Remote | None, aim: Aim, difference: Difference, journal: Journal
    ) -> Remote:
        """Bring the portal from ``remote`` to ``aim``. Raises TroubleError."""
        creating = remote is None
        files = difference.files
        last = MARKED if files or creating else fields_sent(difference)
        begin = fields_sent(difference) if files and self._to_begin(remote, aim) else None
        journal.plan(
            ([MADE] if creating else [])
            + ([begin] if begin else [])
            + [file_label(step) for step in _in_order(files)]
            + [last]
        )
        if remote is None:
            remote = journal.do(MADE, lambda: self._create(aim))
            journal.made(remote)
        elif begin:
            body = payload_of({**aim.fields, "private": remote.private}) | {
                "extras": {**extras_of(remote), **_begun(aim)}
            }
            journal.do(begin, lambda: self._put(remote.id, body))
        for step in _in_order(files):
            journal.do(file_label(step), partial(self._file, remote.id, step))
        return journal.do(last, lambda: self._finish(remote.id, aim))

    def _to_begin(self, remote: Remote | None, aim: Aim) -> bool:
        """Whether the description is to be sent before the files.

        Not when a push that was interrupted has done so.
        """
        if remote is None:
            return False
        sent = {name: value for name, value in aim.fields.items() if name != "private"}
        begun = _begun(aim)
        return any(remote.fields.get(name) != value for name, value in sent.items()) or any(
            remote.marks.get(name) != value for name, value in begun.items()
        )

    def _create(self, aim: Aim) -> Remote:
        body = payload_of({**aim.fields, "private": True}) | {
            "organization": self.organization(),
            "extras": _begun(aim),
        }

        def found() -> Mapping[str, Any] | None:
            ours = (one for one in self.search() if not one.deleted and same_dataset(one, aim))
            twin = next(ours, None)
            return twin.raw if twin else None

        return remote_of(self._client.ask("POST", "/api/1/datasets/", body=body, found=found))

    def _put(self, dataset: str, body: Mapping[str, Any]) -> Remote:
        return remote_of(self._client.ask("PUT", f"/api/1/datasets/{dataset}/", body=body))

    def _file(self, dataset: str, step: FileStep) -> None:
        path = f"/api/1/datasets/{dataset}/resources/"
        if step.remote is not None:
            path += f"{step.remote.id}/"
        if step.action == "remove":
            try:
                self._client.ask("DELETE", path)
            except TroubleError as trouble:
                # Gone already: a first DELETE whose answer was lost, or a person's.
                if not trouble.absent:
                    raise
            return
        assert step.aim is not None
        body = file_payload_of(step.aim, step.remote)
        if step.action == "update":
            self._client.ask("PUT", path, body=body)
            return
        wanted_path = step.aim.path

        def found() -> Mapping[str, Any] | None:
            remote = self.read(dataset)
            files = remote.files if remote else ()
            return next((one.raw for one in files if one.path == wanted_path), None)

        self._client.ask("POST", path, body=body, found=found)

    def _finish(self, dataset: str, aim: Aim) -> Remote:
        """Write the version, and show the dataset, once every file is seen to be in place."""
        remote = self.read(dataset)
        if remote is None:
            raise TroubleError(
                Text("le jeu de données n'est plus sur le portail", "the dataset is gone"),
                status=410,
            )
        # A field that the portal writes its own way is only worth a word; a link has to be there.
        left = [step.path for step in compare(remote, aim).files if _unlinked(step)]
        if left:
            names = few(left, FILES)
            raise TroubleError(
                Text(
                    f"le portail n'a pas gardé ces fichiers tels qu'envoyés : {names.fr}",
                    f"the portal did not keep these files as they were sent: {names.en}",
                )
            )
        extras = {name: value for name, value in extras_of(remote).items() if name != MARK_PUSHING}
        return self._put(dataset, payload_of(aim.fields) | {"extras": {**extras, **aim.marks}})

    def _listed(self, name: str) -> list[str]:
        if name not in self._lists:
            answer = self._client.ask("GET", f"/api/1/datasets/{name}/")
            self._lists[name] = [str(one["id"]) for one in answer]
        return self._lists[name]

    def _licence(self, notes: list[Text]) -> str:
        names = _LICENCES.get(self._wanted.licence, ())
        return licence_among(self._listed("licenses"), names, self._wanted, notes)

    def _frequency(self, notes: list[Text]) -> str:
        listed = self._listed("frequencies")
        code = self._wanted.frequency
        known = [one for one in _FREQUENCIES.get(code, ()) if one in listed]
        if not known and code:
            notes.append(
                Text(
                    f"ce portail n'a pas de fréquence pour « {code} » : elle y est inconnue",
                    f"this portal has no frequency for “{code}”: it is unknown there",
                )
            )
        return known[0] if known else NO_FREQUENCY


def _begun(aim: Aim) -> dict[str, str]:
    """The marks of a dataset whose files are not yet those of the version."""
    return {
        MARK_DATASET: aim.marks[MARK_DATASET],
        MARK_CATALOGUE: aim.marks[MARK_CATALOGUE],
        MARK_PUSHING: aim.marks[MARK_VERSION],
    }


def same_dataset(remote: Remote, aim: Aim) -> bool:
    """Whether the portal's dataset carries the marks of this one."""
    names = (MARK_DATASET, MARK_CATALOGUE)
    return all(remote.marks.get(name) == aim.marks[name] for name in names)


def _unlinked(step: FileStep) -> bool:
    return step.action != "update" or any(change.field == "url" for change in step.changes)


def _in_order(files: tuple[FileStep, ...]) -> list[FileStep]:
    """udata puts a new resource above the others: the last one has to be made first."""
    made = [step for step in files if step.action == "create"]
    return [*reversed(made), *(step for step in files if step.action != "create")]
