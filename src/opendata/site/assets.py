"""What pages are made of besides their data: inline style and scripts, shared files, policy.

Style and the language switch are inside every page (a report is mailed as one file). What only
the maps need is beside the pages, in a folder named after its contents: a page that stays open
or in a cache keeps finding the very files it was written for.
"""

import base64
import hashlib
import shutil
import uuid
from functools import cache
from pathlib import Path

from markupsafe import Markup

_SITE = Path(__file__).parent
_TEMPLATES = _SITE / "templates"
_SOURCES = _SITE / "assets"
_NONE = "'none'"
_SERVED = frozenset({".js", ".css", ".txt"})

#: Names of the shared files, relative to their folder.
ASSETS = tuple(
    sorted(
        path.relative_to(_SOURCES).as_posix()
        for path in _SOURCES.rglob("*")
        if path.suffix in _SERVED
    )
)


@cache
def assets_folder() -> str:
    """``assets/<12 hexadecimal digits>`` of the names and contents of all shared files."""
    digest = hashlib.sha256()
    for name in ASSETS:
        content = (_SOURCES / name).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return f"assets/{digest.hexdigest()[:12]}"


def write_assets(published: Path) -> str:
    """Copy the shared files under ``published`` unless they are there; the folder's name.

    The folder appears at once and complete; another process may be writing the same.
    """
    folder = published / assets_folder()
    if not folder.is_dir():
        building = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}.part")
        try:
            for name in ASSETS:
                target = building / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(_SOURCES / name, target)
            building.rename(folder)
        except OSError:
            if not folder.is_dir():  # else the other process was first, with the same bytes
                raise
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return assets_folder()


@cache
def inline(name: str) -> Markup:
    """A file of ``templates/`` as it stands inside a page.

    The hash in the policy is of these very characters, so they are fixed once, here.
    """
    text = (_TEMPLATES / name).read_text(encoding="utf-8").strip()
    return Markup(f"\n{text}\n")  # noqa: S704 - our own file, not data


def policy(*scripts: str, shared: bool = False, images: str = "") -> str:
    """The content security policy of a page.

    ``scripts`` are the inline ones (files of ``templates/``), allowed by their hash.
    ``shared`` lets the page load scripts and styles of its own site: on the web that is
    'self', for a page opened from a disk the scheme has to be named. ``images`` is the one
    other place pictures may come from: the host of the tiles, ``https://host``, or "".
    """
    digests = (hashlib.sha256(inline(name).encode()).digest() for name in scripts)
    allowed = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    own = ["'self'", "file:"] if shared else []
    sources = {
        "default-src": [],
        "script-src": [*own, *allowed],
        "style-src": [*own, "'unsafe-inline'"],
        "img-src": ["data:", *filter(None, [images])],
        "connect-src": [],
        "base-uri": [],
        "form-action": [],
    }
    return "; ".join(f"{name} {' '.join(told or [_NONE])}" for name, told in sources.items())
