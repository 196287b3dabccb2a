"""From a measured figure to what is said of it: nothing, a warning, or a blocker."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from opendata.language import Text
from opendata.model import Finding, Gate, Tolerance
from opendata.site.wording import counted, day, number

#: Past this part of what is allowed, a loss is worth a warning.
NEAR = 0.5

Unit = Literal["percent", "points", "places"]

_NOTHING = Text("", "")


@dataclass(frozen=True)
class Measure:
    """A figure, the key of ``[gate]`` that limits it, and the sentence that tells it.

    ``fact`` holds ``{figure}`` where the figure goes; without, the sentence is whole and names no
    limit. ``names`` are the subjects by which a decision may widen it, the most precise first
    (the first is the finding's). ``factor`` times the key's value is allowed, unless a decision
    names the subject. ``least``: the figure must not be under the limit (instead of over it).
    ``nearing``: warn when half of what is allowed is used up. ``hint`` ends the sentence.
    """

    code: str
    gate: str
    value: float
    fact: Text
    names: tuple[str, ...] = ()
    unit: Unit = "percent"
    factor: float = 1.0
    least: bool = False
    nearing: bool = False
    hint: Text = _NOTHING

    def passes(self, limit: float) -> bool:
        """Whether the figure keeps within a limit."""
        return self.value >= limit if self.least else self.value <= limit

    def excess(self, limit: float) -> float:
        """How many times the limit the figure is; what is worse is greater."""
        over, under = (limit, self.value) if self.least else (self.value, limit)
        return over / max(under, 1e-9)


def verdicts(
    measures: Iterable[Measure], gate: Gate, tolerances: Sequence[Tolerance], day: str
) -> list[Finding]:
    """What is to be said of the measures, blockers first, the worst first.

    ``day`` (ISO) is that of the release: a tolerance holds until its own, included.
    """
    said: list[tuple[bool, float, Finding]] = []
    for measure in measures:
        finding, excess = _verdict(measure, gate, _tolerance(measure, tolerances, day))
        if finding:
            said.append((finding.severity != "blocker", -excess, finding))
    return [finding for _, _, finding in sorted(said, key=lambda one: one[:2])]


def _tolerance(measure: Measure, tolerances: Sequence[Tolerance], day: str) -> Tolerance | None:
    """The decision that holds: of the most precise subject, the latest."""
    held = [one for one in tolerances if one.gate == measure.gate]
    held = [one for one in held if not one.until or one.until >= day]
    for name in (*measure.names, ""):
        about = [one for one in held if one.subject == name]
        if about:
            newest = max(one.date for one in about)
            return [one for one in about if one.date == newest][-1]
    return None


def _verdict(
    measure: Measure, gate: Gate, tolerance: Tolerance | None
) -> tuple[Finding | None, float]:
    usual = measure.factor * float(getattr(gate, measure.gate))
    allowed = usual
    if tolerance is not None:
        allowed = tolerance.value * (1.0 if tolerance.subject else measure.factor)
    finding = Finding(
        measure.code,
        "warning",
        _NOTHING,
        measure.gate,
        measure.names[0] if measure.names else "",
        round(measure.value, 3),
        allowed,
    )
    if not measure.passes(allowed):
        text = _sentence(measure, allowed, _limit(measure, allowed))
        return replace(finding, severity="blocker", text=text), measure.excess(allowed)
    if tolerance is not None and not measure.passes(usual):
        text = _sentence(_aside(measure, usual), usual, _NOTHING)
        reason = tolerance.reason.strip().rstrip(".")
        last = day(tolerance.until)
        until = Text(f"jusqu'au {last.fr} ", f"until {last.en} ") if tolerance.until else _NOTHING
        text = Text(
            f"{text.fr} ; toléré {until.fr}par {tolerance.author} : {reason}",
            f"{text.en}; tolerated {until.en}by {tolerance.author}: {reason}",
        )
        return replace(finding, text=text), measure.excess(usual)
    if measure.nearing and not measure.passes(NEAR * allowed):
        limit = _figure(allowed, None, measure.unit)
        waits = Text(
            f" ; au-delà de {limit.fr}, la version attendrait une décision",
            f"; beyond {limit.en}, the release would wait for a decision",
        )
        code = f"{measure.code}_proche"
        text = _sentence(measure, allowed, waits)
        return replace(finding, code=code, text=text), measure.excess(allowed)
    return None, 0.0


def _sentence(measure: Measure, limit: float, ending: Text) -> Text:
    if "{figure}" not in measure.fact.fr:
        return Text(measure.fact.fr + measure.hint.fr, measure.fact.en + measure.hint.en)
    figure = _figure(measure.value, limit, measure.unit)
    return Text(
        measure.fact.fr.replace("{figure}", figure.fr, 1) + ending.fr + measure.hint.fr,
        measure.fact.en.replace("{figure}", figure.en, 1) + ending.en + measure.hint.en,
    )


def _limit(measure: Measure, limit: float) -> Text:
    said = _allowed(measure, limit, _NOTHING)
    that = "alors qu'" if measure.least else "alors que "
    return Text(f", {that}{said.fr}", f", while {said.en}")


def _aside(measure: Measure, limit: float) -> Measure:
    """The measure with, between brackets, the limit that a tolerance sets aside."""
    if "{figure}" not in measure.fact.fr:
        return measure
    said = _allowed(measure, limit, Text(" d'ordinaire", " usually"))
    fr, en = (
        f"{fact[:-1]}{between}{limits})" if fact.endswith(")") else f"{fact} ({limits})"
        for fact, between, limits in zip(measure.fact, (" ; ", "; "), said, strict=True)
    )
    return replace(measure, fact=Text(fr, en))


def _allowed(measure: Measure, limit: float, often: Text) -> Text:
    verb = "is" if measure.unit == "percent" or limit == 1 else "are"
    figure = _figure(limit, None, measure.unit)
    if measure.least:
        # The noun has been said: "3 places, while at least 5 are needed".
        bare = number(limit) if measure.unit == "places" else figure
        return Text(
            f"il en faut{often.fr} au moins {bare.fr}",
            f"at least {bare.en} {verb}{often.en} needed",
        )
    many = "sont tolérés" if limit >= 2 else "est toléré"
    return Text(f"{figure.fr} {many}{often.fr}", f"{figure.en} {verb}{often.en} tolerated")


def _figure(value: float, limit: float | None, unit: Unit) -> Text:
    """A figure with its unit, in as few decimals as keep it on its side of ``limit``."""
    shown = number(value, _decimals(value, limit))
    if unit == "percent":
        return Text(f"{shown.fr} %", f"{shown.en}%")
    if unit == "points":
        fr, en = ("points" if abs(value) >= 2 else "point"), ("point" if value == 1 else "points")
        return Text(f"{shown.fr} {fr}", f"{shown.en} {en}")
    return counted(value, "lieu|lieux", "place|places")


def _decimals(value: float, limit: float | None) -> int:
    for decimals in range(4):
        rounded = round(value, decimals)
        if limit is None:
            if rounded == round(value, 4):
                return decimals
        elif value == limit or ((rounded > limit) == (value > limit) and rounded != limit):
            return decimals
    return 3
