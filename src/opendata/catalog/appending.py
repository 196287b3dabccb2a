"""What commands add to a file that stewards also write by hand: entries at its end.

The whole file is replaced at once, and only by one that can be read: a kill, a full disk or an
entry that is wrong leave the file as it was.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from opendata.catalog.toml import quoted
from opendata.errors import BusyError, CatalogError, UsageError
from opendata.files import write_text
from opendata.locks import held
from opendata.paths import Paths

#: Adding takes milliseconds: who waits so long waits for something that has stopped.
_PATIENCE_S = 20.0


def append_entries(
    path: Path,
    entries: Sequence[str],
    paths: Paths,
    *,
    header: str,
    check: Callable[[bytes], object],
) -> Path:
    """Write ``entries`` at the end of a file of the catalogue, all of them or none.

    ``header`` begins a file that is new; ``check`` reads what the file is to hold and raises
    CatalogError where that is wrong. Raises UsageError where the catalogue cannot be written,
    BusyError where another command holds the file.
    """
    if not entries:
        return path
    try:
        with _alone(path, paths):
            there = path.read_bytes() if path.is_file() else header.encode()
            # First as it is: a fault that was there already is told as such.
            check(there)
            before = there.decode()
            end = "\r\n" if "\r\n" in before else "\n"
            gap = "" if before.endswith("\n") or not before else end
            after = before + gap + "".join(entries).replace("\n", end)
            _check_grown(path, after, check)
            write_text(path, after)
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise UsageError(
            "catalogue_non_modifiable",
            fr=f"Le fichier {path} ne peut pas être écrit ({reason}), rien n'y est changé : "
            "corrigez les droits ou la place de ce dossier, puis relancez la commande.",
            en=f"The file {path} cannot be written ({reason}) and is left as it was: correct "
            "the access rights or the space of its folder, then run the command again.",
        ) from problem
    return path


def _check_grown(path: Path, after: str, check: Callable[[bytes], object]) -> None:
    try:
        check(after.encode())
    except CatalogError as problem:
        if problem.code != "toml_illisible":
            raise
        # The only file that nothing can be added to: its list stands in brackets.
        raise CatalogError(
            "liste_fermee",
            fr=f"Rien ne peut être ajouté à {path} : sa liste est écrite entre crochets sur une "
            "clé (« nom = [ … ] ») ; écrivez chaque entrée sous un titre « [[nom]] ».",
            en=f"Nothing can be added to {path}: its list is written in brackets after a key "
            "(“name = [ … ]”); write each entry under a title “[[name]]”.",
        ) from problem


def _alone(path: Path, paths: Paths) -> AbstractContextManager[None]:
    """Only one command at a time adds to a file: of two at once, one would be forgotten."""
    # No dataset can have this name: a dot is not admitted in an id.
    lock = paths.state / f"{path.stem}.{path.parent.name}.lock"
    busy = BusyError(
        "catalogue_occupe",
        fr=f"Une autre commande écrit dans {path} : attendez sa fin, puis recommencez.",
        en=f"Another command is writing to {path}: wait until it ends, then try again.",
    )
    return held(lock, busy, patience_s=_PATIENCE_S)


def entry_text(
    name: str, values: Mapping[str, str | float | bool | Sequence[str]], **days: str
) -> str:
    """One ``[[name]]`` and its keys, after an empty line; ``days`` are ISO dates."""
    lines = [f"{key} = {_literal(value)}" for key, value in values.items()]
    lines += [f"{key} = {_day(day)}" for key, day in days.items()]
    return "\n".join(["", f"[[{name}]]", *lines, ""])


def _literal(value: str | float | bool | Sequence[str]) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() else repr(value)
    return "[" + ", ".join(map(quoted, value)) + "]"


def _day(text: str) -> str:
    """A date as TOML writes it; what is none is left a text, for the check to refuse."""
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        return quoted(text)
