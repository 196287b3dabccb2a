"""What a portal holds beside what it should hold: the plan, field by field and file by file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from opendata.language import Text
from opendata.portals.wanted import Wanted, WantedFile

#: What a dataset pushed by opendata carries on the portal, so that it is known again.
MARK_DATASET = "opendata:dataset"
MARK_CATALOGUE = "opendata:catalogue"
#: Written last: the portal shows this version, whole.
MARK_VERSION = "opendata:version"
MARK_CONTENT = "opendata:content"
#: The version that a push began with and has not finished.
MARK_PUSHING = "opendata:pushing"
#: On a resource: the file of the release it leads to.
MARK_PATH = "opendata:path"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A resource of the portal; ``path`` is "" for one that opendata did not make.

    ``raw`` is what the portal says of it, ``fields`` the same in comparable values.
    """

    id: str
    path: str
    url: str
    fields: Mapping[str, Any]
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Remote:
    """A dataset as the portal shows it. ``marks`` are its extras, as texts."""

    id: str
    slug: str
    page: str
    organization: str
    deleted: bool
    private: bool
    fields: Mapping[str, Any]
    marks: Mapping[str, str]
    files: tuple[RemoteFile, ...]
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AimFile:
    """What a resource should be, in the portal's words; ``fields`` are comparable values."""

    path: str
    url: str
    title: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Aim:
    """What a dataset should be on the portal, in its words; ``notes`` say what it lacks for it."""

    fields: Mapping[str, Any]
    marks: Mapping[str, str]
    files: tuple[AimFile, ...]
    notes: tuple[Text, ...] = ()


class Change(NamedTuple):
    """A field, what the portal says and what it should say."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class FileStep:
    """What is to be done with one resource; ``remote`` is None for one to be made."""

    action: Literal["create", "update", "remove"]
    path: str
    title: str
    changes: tuple[Change, ...] = ()
    aim: AimFile | None = None
    remote: RemoteFile | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """All that is to be done; ``others`` counts the resources that people added."""

    changes: tuple[Change, ...]
    files: tuple[FileStep, ...]
    others: int

    @property
    def empty(self) -> bool:
        """The portal already shows this."""
        return not self.changes and not self.files


def compare(remote: Remote | None, aim: Aim) -> Difference:
    """From what the portal holds (None: nothing) to what it should."""
    if remote is None:
        files = tuple(FileStep("create", one.path, one.title, aim=one) for one in aim.files)
        everything = {**aim.fields, **aim.marks}
        return Difference(
            tuple(Change(name, None, value) for name, value in everything.items()), files, 0
        )
    known, surplus = _known_files(aim.files, remote.files)
    steps = []
    for one in aim.files:
        found = known.get(one.path)
        if found is None:
            steps.append(FileStep("create", one.path, one.title, aim=one))
        elif changes := _changes(found.fields, one.fields):
            steps.append(FileStep("update", one.path, one.title, changes, one, found))
    steps += [
        FileStep("remove", one.path, str(one.fields.get("title", "")), remote=one)
        for one in surplus
    ]
    changes = _changes(remote.fields, aim.fields)
    marks = {name: remote.marks.get(name, "") for name in aim.marks}
    changes += _changes(marks, aim.marks)
    if remote.marks.get(MARK_PUSHING):
        changes += (Change(MARK_PUSHING, remote.marks[MARK_PUSHING], ""),)
    return Difference(changes, tuple(steps), len(remote.files) - len(known) - len(surplus))


def marks_of(wanted: Wanted) -> dict[str, str]:
    """What a dataset carries on a portal once it shows this release, whole."""
    return {
        MARK_DATASET: wanted.dataset,
        MARK_CATALOGUE: wanted.catalogue,
        MARK_VERSION: wanted.version,
        MARK_CONTENT: wanted.content,
    }


def aim_of(one: WantedFile, own: Mapping[str, Any]) -> AimFile:
    """What a resource should be: what every portal calls the same, and its ``own`` fields."""
    return AimFile(
        path=one.path,
        url=one.url,
        title=one.title,
        fields={
            "title": one.title,
            "description": one_line(one.description),
            "url": one.url,
            "format": one.format,
            "mime": one.mediatype,
            "filesize": one.bytes,
            "checksum": f"sha256:{one.sha256}" if one.sha256 else "",
            MARK_PATH: one.path,
            **own,
        },
    )


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    return tuple(
        Change(name, before.get(name), value)
        for name, value in after.items()
        if before.get(name) != value
    )


def _known_files(
    aims: Iterable[AimFile], remotes: Iterable[RemoteFile]
) -> tuple[dict[str, RemoteFile], list[RemoteFile]]:
    """Path -> the resource that is this file, and resources of ours that are too many.

    A resource is known by its mark, failing that by its address. One without a mark that stands
    beside ours was added by a person, and is left alone.
    """
    known: dict[str, RemoteFile] = {}
    surplus = []
    paths = {one.path for one in aims}
    for remote in remotes:
        if not remote.path:
            continue
        if remote.path in paths and remote.path not in known:
            known[remote.path] = remote
        else:
            surplus.append(remote)
    for one in aims:
        unmarked = (remote for remote in remotes if not remote.path and remote.url == one.url)
        if one.path not in known and (found := next(unmarked, None)):
            known[one.path] = found
    return known, surplus


def one_line(text: str) -> str:
    """A text as portals give it back: no carriage return, nothing at the ends."""
    return text.replace("\r\n", "\n").strip()
