"""What is made once: the data that pages load, and pages that nothing changed.

Data are scripts, because that is what a page opened from a disk may read. A script is named after
what it was made from, so it is never stale in a cache; a page ends with a mark that says it.
"""

import hashlib
import re
from collections.abc import Callable, Collection
from pathlib import Path

from opendata.files import write_text
from opendata.harvest import code_fingerprint

_NAME = re.compile(r"[a-z]+-[0-9a-f]{12}\.js")


def written_from(page: Path, made_from: Collection[str]) -> bool:
    """Whether a page was written from these very things (see :func:`write_page`)."""
    return page.is_file() and page.read_text(encoding="utf-8").endswith(_mark(made_from))


def write_page(page: Path, text: str, made_from: Collection[str]) -> None:
    """Write a page that tells what it was made from, the code included."""
    write_text(page, text + _mark(made_from))


def _mark(made_from: Collection[str]) -> str:
    return f"<!-- opendata {_digest(made_from)} -->\n"


def _digest(made_from: Collection[str]) -> str:
    parts = "\x1e".join([code_fingerprint(), *made_from])
    return hashlib.sha256(parts.encode()).hexdigest()[:12]


def data_script(
    folder: Path, kind: str, made_from: Collection[str], make: Callable[[], str]
) -> str:
    """The name of the script in ``folder``; it is made unless it is there already."""
    name = script_name(kind, made_from)
    if not (folder / name).is_file():
        write_text(folder / name, make())
    return name


def script_name(kind: str, made_from: Collection[str]) -> str:
    """``<kind>-<12 hexadecimal digits>.js``."""
    return f"{kind}-{_digest(made_from)}.js"


def sweep_scripts(folder: Path, kept: Collection[str]) -> None:
    """Remove the scripts of a dataset that no page of it loads any more."""
    for path in folder.glob("*.js"):
        if _NAME.fullmatch(path.name) and path.name not in kept:
            path.unlink(missing_ok=True)
