"""What a steward may type about a release that waits, ready to be copied."""

import math
import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from opendata.model import ASKED, INTEGRITY

#: Days a proposed tolerance holds after the release it is proposed for.
TOLERATED_DAYS = 30
_CATEGORIES = "max_category_loss_pct"
_REASON = '--reason "…"'


def blockers_of(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The findings that stand in the way: the mere wish to look at a release is none."""
    return [
        one
        for one in found.get("findings") or []
        if one.get("severity") == "blocker" and one.get("code") != ASKED
    ]


def asked(found: Mapping[str, Any]) -> bool:
    """Whether somebody asked to look at the release before it goes out."""
    return any(one.get("code") == ASKED for one in found.get("findings") or [])


def publish_command(found: Mapping[str, Any]) -> str:
    """What publishes exactly what is shown; "" where nobody may."""
    blockers = blockers_of(found)
    if any(one.get("code") in INTEGRITY for one in blockers):
        return ""
    seal = f" --seal {shlex.quote(str(found['seal']))}" if found.get("seal") else ""
    why = f" {_REASON}" if blockers else ""
    return f"opendata publish {found.get('dataset') or ''}{seal}{why}"


def tolerance_command(finding: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """What widens the tolerance that was passed, just enough; "" where none applies."""
    gate = str(finding.get("gate") or "")
    if not gate:
        return ""
    return _tolerance(gate, [finding], str(finding.get("subject") or ""), found)


def categories_command(found: Mapping[str, Any]) -> str:
    """One tolerance for all the categories that lose too much; "" for fewer than two.

    The loss of a source takes most of its categories with it: one decision, not ten.
    """
    lost = [one for one in blockers_of(found) if one.get("gate") == _CATEGORIES]
    return _tolerance(_CATEGORIES, lost, "", found) if len(lost) > 1 else ""


def tolerance_commands(found: Mapping[str, Any]) -> list[str]:
    """Every tolerance that can be widened, each once."""
    return _once(tolerance_command(one, found) for one in blockers_of(found))


def _once(commands: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, commands)))


def _tolerance(
    gate: str, findings: Sequence[Mapping[str, Any]], subject: str, found: Mapping[str, Any]
) -> str:
    measured = [float(one.get("measured") or 0) for one in findings]
    # The figure as it is shown may be rounded: whole numbers on the safe side.
    enough = math.floor(min(measured)) if gate.startswith("min_") else math.ceil(max(measured))
    parts = ["opendata decision tolerance", str(found.get("dataset") or ""), gate, str(enough)]
    if subject:
        parts += ["--subject", shlex.quote(subject)]
    if until := _until(str(found.get("version") or "")):
        parts += ["--until", until]
    return " ".join([*parts, _REASON])


def _until(version: str) -> str:
    """The last day a tolerance should hold, counted from that of the release; "" if it has none."""
    try:
        day = date.fromisoformat(version[:10])
        return (day + timedelta(days=TOLERATED_DAYS)).isoformat()
    except (ValueError, OverflowError):
        return ""
