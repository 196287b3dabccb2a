"""The page of one release: what it holds, what it changed, whether it still stands."""

from collections.abc import Mapping
from typing import Any


def render_release(page: Mapping[str, Any]) -> str:
    """``release.html``; every key of ``page`` but ``id``, ``title`` and ``version`` may miss."""
    from opendata.site import downloads, render

    return render(
        "release.html",
        page=page,
        report=page.get("report") or {},
        downloads=downloads.groups(page.get("files") or [], page.get("metadata") or []),
    )
