"""May this release go out by itself? Blockers hold it until a person decides; warnings do not.

    Tables, Tables before ─► measures ─► against [gate] and the tolerances ─► findings

Limits are the dataset's (``[gate]``); a decision widens one with a reason and a name. Each
finding is one sentence that names the figure, what was allowed and what changed (docs/gate.md).
"""

from collections.abc import Mapping, Sequence

from opendata.model import Finding, Gate, Tolerance
from opendata.release.gate.integrity import broken, minimums
from opendata.release.gate.losses import losses
from opendata.release.gate.measure import verdicts
from opendata.release.gate.news import news
from opendata.release.gate.points import points
from opendata.release.gate.tables import Tables, side

__all__ = ["Tables", "judge"]


def judge(
    gate: Gate,
    now: Tables,
    before: Tables,
    schema_errors: Mapping[str, list[str]],
    *,
    tolerances: Sequence[Tolerance] = (),
    day: str = "",
    pairs_to_review: int = 0,
) -> list[Finding]:
    """What is to be said of a release: blockers first, then warnings, the worst first.

    ``before`` is the last release, without a line before the first one; ``schema_errors`` maps
    a table's name to what its schema refuses in it. ``day`` is that of the release (ISO), by
    which the ``tolerances`` that are over no longer count. Blockers without a ``gate`` are
    integrity: no tolerance lifts them.
    """
    this, last = side(now), side(before)
    measures = [*minimums(now.places)]
    if len(last.places):
        measures += losses(this, last)
    if len(last.places) and len(this.places):
        measures += points(this, last, gate)
    judged = verdicts(measures, gate, tolerances, day)
    return [
        *broken(now.places, schema_errors),
        *judged,
        *news(this, last, gate.max_loss_pct, pairs_to_review),
    ]
