"""The départements whose addresses are at hand; few are in memory at a time."""

import shutil
from collections import OrderedDict
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from opendata.errors import ReferenceDataError
from opendata.geocode.ban import index as files
from opendata.geocode.ban.index import Index
from opendata.geocode.ban.version import code_version
from opendata.geocode.ban_files import BanFile, ban_files, read_ban
from opendata.language import Text
from opendata.paths import Paths

#: Départements kept in memory: a query and its neighbour across the border.
IN_MEMORY = 3


class Library:
    """Opens the index of a département, made and kept on disk when it is not there yet."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        #: What was mended on the way, for the report.
        self.warnings: list[Text] = []
        self._open: OrderedDict[str, Index] = OrderedDict()

    @cached_property
    def held(self) -> dict[str, BanFile]:
        """The address files in use, by département."""
        return ban_files(self._paths)

    def fingerprint(self, departements: Iterable[str]) -> str:
        """Of the addresses of some départements: equal fingerprints give equal answers."""
        held = sorted(set(departements) & set(self.held))
        return " ".join([code_version(), *(f"{one}:{self.held[one].sha256}" for one in held)])

    def open(self, departement: str) -> Index | None:
        """The addresses of a département, None when none were downloaded.

        Raises ReferenceDataError when its file is damaged beyond repair.
        """
        if departement not in self.held:
            return None
        if departement in self._open:
            self._open.move_to_end(departement)
            return self._open[departement]
        while len(self._open) >= IN_MEMORY:
            self._open.popitem(last=False)
        self._open[departement] = self._load(self.held[departement])
        return self._open[departement]

    def _load(self, file: BanFile) -> Index:
        folder = self._paths.ban_index(file.departement, f"{file.sha256[:16]}-{code_version()}")
        if folder.is_dir():
            try:
                return files.load(folder)
            except (OSError, pa.ArrowException, KeyError, ValueError):
                shutil.rmtree(folder, ignore_errors=True)
        tables = files.build(read_ban(file, self._paths, self.warnings))
        try:
            files.save(tables, folder)
        except OSError as problem:
            raise _unwritable(folder, problem) from problem
        _forget(folder)
        return files.load(folder)


def _unwritable(folder: Path, problem: OSError) -> ReferenceDataError:
    reason = problem.strerror or str(problem)
    return ReferenceDataError(
        "index_impossible",
        fr=f"L'index des adresses {folder} ne peut être écrit ({reason}) : libérez de la place, ou "
        "donnez un autre dossier par OPENDATA_HOME.",
        en=f"The index of addresses {folder} cannot be written ({reason}): make room, or give "
        "another folder by OPENDATA_HOME.",
    )


def _forget(kept: Path) -> None:
    """The indexes of older vintages of the same département."""
    for other in kept.parent.iterdir():
        if other != kept and not other.name.startswith("."):
            shutil.rmtree(other, ignore_errors=True)
