"""What a steward reads about a release: ``rapport.json`` and the same as a page."""

import json
from pathlib import Path

from opendata.language import Text
from opendata.model import Artifact, Release

NAME = "rapport"


def write(release: Release, folder: Path) -> list[Artifact]:
    """``rapport.json`` and ``rapport.html``."""
    from opendata.site import render_report

    report = dict(release.report)
    text = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    (folder / "rapport.json").write_text(text, encoding="utf-8", newline="")
    (folder / "rapport.html").write_text(render_report(report), encoding="utf-8", newline="")
    return [
        Artifact(
            "rapport",
            "rapport.html",
            Text("Rapport de qualité", "Quality report"),
            "html",
            "text/html",
        ),
        Artifact(
            "rapport-json",
            "rapport.json",
            Text("Rapport de qualité (JSON)", "Quality report (JSON)"),
            "json",
            "application/json",
        ),
    ]
