"""From an address to a file of ``data/published``, and never to anything else."""

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL}


@dataclass(frozen=True)
class Place:
    """A file or folder that may be served.

    ``path`` is where it really is, links followed; ``inside`` the same relative to the
    published folder.
    """

    path: Path
    inside: PurePosixPath

    @property
    def immutable(self) -> bool:
        """Whether what is there never changes: files of a release, assets named by their hash."""
        parts = self.inside.parts
        return (len(parts) > 3 and parts[1] == "releases") or (
            len(parts) > 2 and parts[0] == "assets"
        )


def find(root: Path, address: str) -> Place | None:
    """What ``address`` (decoded, beginning with ``/``) stands for; ``None`` if nothing public.

    Names that begin with a dot are private (files being written have them), so ``..`` leads
    nowhere; a link is followed as long as it ends inside ``root``.
    """
    names = address.removeprefix("/").removesuffix("/").split("/") if address != "/" else []
    if not all(_public(name) for name in names):
        return None
    try:
        top = Path(os.path.realpath(root, strict=True))
        path = Path(os.path.realpath(top.joinpath(*names), strict=True))
    except (OSError, ValueError) as problem:
        if isinstance(problem, OSError) and problem.errno not in _ABSENT:
            raise
        return None
    if not path.is_relative_to(top):
        return None
    inside = PurePosixPath(*path.relative_to(top).parts)
    return Place(path, inside) if all(_public(name) for name in inside.parts) else None


def _public(name: str) -> bool:
    return bool(name) and not name.startswith(".") and not set(name) & {"\0", "\\"}


def opened(path: Path) -> BinaryIO | None:
    """The plain file at ``path``, open for reading; ``None`` if there is none (any more).

    All that is told of a file is asked of the open file: one put in its place meanwhile
    cannot lend it its size.
    """
    try:
        # Not to wait for a writer, were it a pipe.
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as problem:
        if problem.errno not in _ABSENT:
            raise
        return None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        return None
    return os.fdopen(number, "rb", buffering=0)


def listed(root: Path, place: Place) -> list[tuple[str, int | None]]:
    """The public names of a folder with the size of files in bytes, ``None`` for folders."""
    entries: list[tuple[str, int | None]] = []
    for name in sorted(path.name for path in place.path.iterdir()):
        found = find(root, f"/{place.inside / name}") if _public(name) else None
        if found is not None and found.path.is_dir():
            entries.append((name, None))
        elif found is not None and found.path.is_file():
            entries.append((name, found.path.stat().st_size))
    return entries
