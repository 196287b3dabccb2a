"""The disk as a kill leaves it, at each write of an operation.

A write is any change of the disk: a name made, moved or removed, a file opened for writing, its
first half written, a sync, half a tree of files removed. The operation runs once; before each of
its writes, and half way through the long ones, the installation is copied as it is at that
instant. That copy is what ``kill -9`` would have left: no ``finally`` has tidied it up. Writes
that a library makes in C (DuckDB, GDAL) are not seen; their files are met half made all the same,
at the writes before and after them.
"""

import builtins
import hashlib
import io
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from opendata.paths import Paths
from opendata.publish.checksums import FILE as CHECKSUMS

#: Called at each write with its number, from 1, and what it is.
Seen = Callable[[int, str], None]

_RANDOM = re.compile(r"[0-9a-f]{32}|(?<=\.latest\.)\d+")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True)
class Moment:
    """An installation as a kill left it."""

    number: int
    write: str
    paths: Paths

    def __str__(self) -> str:
        return f"killed at write {self.number} ({self.write})"


def killed_moments(
    operation: Callable[[Paths], object],
    home: Paths,
    folder: Path,
    *,
    only: Callable[[int], bool] = lambda _: True,
) -> Iterator[Moment]:
    """What each kill of an operation on a copy of ``home`` leaves, once where it is the same.

    ``only`` says which numbers of writes are wanted. A copy is removed when the next is asked for.
    """
    paths = copied(home, folder / "alive")
    known: set[str] = set()
    moments = []

    def seen(number: int, write: str) -> None:
        state = state_of(paths.project) if only(number) else ""
        if state and state not in known:
            known.add(state)
            left = copied(paths, folder / f"killed-{number}")
            moments.append(Moment(number, write, left))

    with watched(paths.project, seen):
        operation(paths)
    assert moments, "the operation writes nothing"
    for moment in moments:
        yield moment
        shutil.rmtree(moment.paths.project)


def copied(home: Paths, folder: Path) -> Paths:
    """A copy of an installation. Releases, which nobody ever writes in, share their files."""

    def copy(source: str, target: str) -> None:
        if _is_release(Path(source).parent):
            os.link(source, target)
        else:
            shutil.copy2(source, target)

    shutil.copytree(home.project, folder, symlinks=True, copy_function=copy)
    return Paths(home=folder / "data", catalog=folder / "catalog", mirror=None)


def _is_release(folder: Path) -> bool:
    return not folder.name.endswith(".part") and (folder / CHECKSUMS).is_file()


def writes_of(operation: Callable[[Paths], object], paths: Paths) -> list[str]:
    """The writes of an operation, in order."""
    writes: list[str] = []
    with watched(paths.project, lambda _, write: writes.append(write)):
        operation(paths)
    return writes


@contextmanager
def watched(root: Path, seen: Seen) -> Iterator[None]:
    """Have ``seen`` called before each write under ``root``, or when half of it is done."""
    disk = _Disk(root, seen)
    real_open, real_os_open, real_rmtree = io.open, os.open, shutil.rmtree

    def opened(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if not set(mode) & set("wax+") or disk.name_of(file) is None:
            return real_open(file, mode, *arguments, **named)
        disk.write("open", file)
        with disk.aside():
            return _Written(real_open(file, mode, *arguments, **named), disk, file)

    def os_opened(path: Any, flags: int, *arguments: Any, **named: Any) -> int:
        if flags & _WRITING:
            disk.write("open", path)
        return real_os_open(path, flags, *arguments, **named)

    def rmtree(path: Any, *arguments: Any, **named: Any) -> None:
        disk.write("rmtree", path)
        files = sorted(one for one in Path(path).rglob("*") if one.is_file())
        with disk.aside():
            for file in files[: (len(files) + 1) // 2]:
                file.unlink()
        disk.write("half of rmtree", path)
        with disk.aside():
            real_rmtree(path, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("unlink", "remove", "rmdir", "mkdir", "symlink", "link", "rename", "replace",
                     "fsync"):  # fmt: skip
            patch.setattr(os, name, _before(disk, name, getattr(os, name)))
        patch.setattr(os, "open", os_opened)
        patch.setattr(io, "open", opened)
        patch.setattr(builtins, "open", opened)
        patch.setattr(shutil, "rmtree", rmtree)
        yield


class _Disk:
    """Counts the writes under a folder."""

    def __init__(self, root: Path, seen: Seen) -> None:
        self._root, self._seen, self._count, self._aside = str(root), seen, 0, False

    def write(self, what: str, path: Any) -> None:
        name = self.name_of(path)
        if not self._aside and name is not None:
            self._count += 1
            with self.aside():
                self._seen(self._count, f"{what} {name}")

    def name_of(self, path: Any) -> str | None:
        """Where under the root, the same at each try; None for what is elsewhere, and for locks
        (the kernel frees them)."""
        full = f"/proc/self/fd/{path}" if isinstance(path, int) else os.fsdecode(path)
        full = str(Path(full).readlink() if isinstance(path, int) else Path(full).absolute())
        if not full.startswith(self._root + os.sep) or full.endswith(".lock"):
            return None
        return _RANDOM.sub("*", full[len(self._root) + 1 :])

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What happens in here is part of a write that was counted."""
        before, self._aside = self._aside, True
        try:
            yield
        finally:
            self._aside = before


class _Written:
    """A file open for writing: ``seen`` is called when half of its first text is in it."""

    def __init__(self, file: Any, disk: _Disk, path: Any) -> None:
        self._file, self._disk, self._path, self._begun = file, disk, path, False

    def write(self, content: Any) -> Any:
        if self._begun:
            return self._file.write(content)
        self._begun = True
        half = len(content) // 2
        written = self._file.write(content[:half])
        self._file.flush()
        self._disk.write("half of write", self._path)
        return written + self._file.write(content[half:])

    def __enter__(self) -> "_Written":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _before(disk: _Disk, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    two = name in ("rename", "replace", "symlink", "link")

    def call(*arguments: Any, **named: Any) -> Any:
        # To remove what is not there, or make a folder that is, changes nothing.
        there = isinstance(arguments[0], int) or os.path.lexists(arguments[0])
        if two or there != (name == "mkdir"):
            disk.write(name, arguments[two])
        return real(*arguments, **named)

    return call


def state_of(root: Path) -> str:
    """A hash of names and contents, of ``root`` alone wherever it stands.

    What is in a half-made folder is all one: nobody reads it.
    """
    digest = hashlib.sha256()
    for place, folders, files in os.walk(root):
        folder = Path(place)
        whole = _is_release(folder)
        folders[:] = sorted(one for one in folders if not one.endswith((".part", ".gone")))
        for path in sorted(folder.iterdir()):
            digest.update(_RANDOM.sub("*", str(path.relative_to(root))).encode() + b"\0")
            if path.is_symlink():
                digest.update(str(path.readlink()).encode())
            elif path.name in files:
                digest.update(str(path.stat().st_ino).encode() if whole else path.read_bytes())
    return digest.hexdigest()
