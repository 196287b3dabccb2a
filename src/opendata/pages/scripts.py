"""The data that pages load, as scripts: what a page opened from a disk may read.

A script is named after what it was made from, so it is made once and never stale in a cache.
"""

import hashlib
import re
from collections.abc import Callable, Collection
from pathlib import Path

from opendata.files import write_text
from opendata.harvest import code_fingerprint

_NAME = re.compile(r"[a-z]+-[0-9a-f]{12}\.js")


def data_script(
    folder: Path, kind: str, made_from: Collection[str], make: Callable[[], str]
) -> str:
    """The name of the script in ``folder``; it is made unless it is there already."""
    parts = "\x1e".join([code_fingerprint(), *made_from])
    name = f"{kind}-{hashlib.sha256(parts.encode()).hexdigest()[:12]}.js"
    if not (folder / name).is_file():
        write_text(folder / name, make())
    return name


def sweep_scripts(folder: Path, kept: Collection[str]) -> None:
    """Remove the scripts of a dataset that no page of it loads any more."""
    for path in folder.glob("*.js"):
        if _NAME.fullmatch(path.name) and path.name not in kept:
            path.unlink(missing_ok=True)
