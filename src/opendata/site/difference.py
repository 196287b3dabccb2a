"""The page of a release that waits: what it would change, why it waits, what can be done."""

import math
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from opendata.language import Text
from opendata.model import INTEGRITY
from opendata.schema import SEPARATOR
from opendata.site import labels, links
from opendata.site.moves import moves_of
from opendata.site.sketch import point_of
from opendata.site.summary import State
from opendata.site.wording import DASH, counted, number, share

_REASONS = (
    "raison de relire avant de publier|raisons de relire avant de publier",
    "reason to look before publishing|reasons to look before publishing",
)
_WARNINGS = ("avertissement|avertissements", "warning|warnings")
_LEVELS = {
    "documentation": Text("documentation seulement", "documentation only"),
    "additive": Text("compatible", "compatible"),
    "breaking": Text("incompatible", "breaking"),
}
#: A share of filled values that moves less than this (points of per cent) is not told.
_SHIFT_PCT = 0.1
#: Characters kept of what is equal around a change, and of a value or of a change.
_AROUND, _LONGEST = 36, 320
#: Words (old and new together) up to which each is compared with each.
_WORDS = 800
_WORD = re.compile(r"[^\s|;,]+|[\s|;,]+")
_SAYS = re.compile(r"\w")
#: What a steward compares in two rows that may be one place: keys of the row, words.
_COMPARED = (
    (("nom",), Text("Nom", "Name")),
    (("adresse",), Text("Adresse", "Address")),
    (("commune",), Text("Commune", "Commune")),
    (("categories",), Text("Catégories", "Categories")),
    (("telephone",), Text("Téléphone", "Telephone")),
    (("courriels",), Text("Courriels", "E-mail")),
    (("site_web",), Text("Site web", "Website")),
    (("source", "cle"), Text("Ligne", "Row")),
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Something the gate says; ``command`` lets as much through from now on ("" if nothing can)."""

    text: Text
    command: str


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a value; ``differs`` from the other value, or stands in both."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """What becomes of the columns of one table; ``too_low``: its version should have grown more."""

    table: str
    before: str
    after: str
    level: Text
    breaking: bool
    sentences: tuple[Text, ...]
    too_low: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of two rows side by side."""

    title: Text
    first: Text
    second: Text
    differs: bool


def difference_values(found: Mapping[str, Any]) -> dict[str, Any]:
    """What the template needs beside the difference itself; every key may be missing."""
    findings = found.get("findings") or []
    counts = found.get("counts") or {}
    moved = found.get("moved") or []
    pairs = found.get("pairs") or {}
    blockers = [one for one in findings if one.get("severity") == "blocker"]
    warnings = [one for one in findings if one.get("severity") != "blocker"]
    dataset = str(found.get("dataset") or "")
    names = {
        str(one.get("code")): Text(str(one.get("fr")), str(one.get("en")))
        for one in found.get("categories") or []
    }
    return {
        "found": found,
        "counts": counts,
        "first": not counts.get("lieux_avant"),
        "verdict": verdict_of(found),
        "broken": any(one.get("code") in INTEGRITY for one in blockers),
        "blockers": [_reason(one, dataset) for one in blockers],
        "warnings": [_reason(one, dataset) for one in warnings],
        "names": names,
        "fields": _fields(found.get("fields") or [], counts),
        "moved": [_moved(row, number) for number, row in enumerate(moved, 1)],
        "map": moves_of(moved),
        "modified": [
            one | {"exemples": [_example(row) for row in one.get("exemples") or []]}
            for one in found.get("modified") or []
        ],
        "pairs": pairs,
        "compared": [_compared(pair, names) for pair in pairs.get("premieres") or []],
        "schemas": schema_changes(found),
    }


def verdict_of(found: Mapping[str, Any]) -> State:
    """Whether the release may go out as far as the gate is concerned, in a few words."""
    severities = [one.get("severity") for one in found.get("findings") or []]
    blockers = severities.count("blocker")
    warnings = counted(len(severities) - blockers, *_WARNINGS)
    if blockers:
        return State(False, counted(blockers, *_REASONS))
    if severities:
        return State(
            True,
            Text(
                f"Rien ne s'y oppose ; {warnings.fr} à lire",
                f"Nothing stands in the way; {warnings.en} to read",
            ),
        )
    return State(True, Text("Rien ne s'y oppose", "Nothing stands in the way"))


def tolerance_command(finding: Mapping[str, Any], dataset: str) -> str:
    """What widens the tolerance that was passed, just enough; "" where none applies."""
    gate = str(finding.get("gate") or "")
    if not gate:
        return ""
    measured = float(finding.get("measured") or 0)
    # The figure as it is shown may be rounded: whole numbers on the safe side.
    enough = math.floor(measured) if gate.startswith("min_") else math.ceil(measured)
    subject = str(finding.get("subject") or "")
    about = f" --subject {shlex.quote(subject)}" if subject else ""
    return f'opendata decision tolerance {dataset} {gate} {enough}{about} --reason "…"'


def schema_changes(found: Mapping[str, Any]) -> tuple[SchemaChange, ...]:
    """The tables whose columns change, as ``opendata.release.compatibility`` tells them."""
    return tuple(
        SchemaChange(
            table=str(one.get("table") or ""),
            before=str(one.get("avant") or ""),
            after=str(one.get("apres") or ""),
            level=labels.label(_LEVELS, one.get("niveau")),
            breaking=one.get("niveau") == "breaking",
            sentences=tuple(
                Text(_sentence(fr), _sentence(en))
                for fr, en in zip(
                    one.get("phrases_fr") or [], one.get("phrases_en") or [], strict=True
                )
            ),
            too_low=bool(one.get("version_insuffisante")),
        )
        for one in (found.get("compatibilite") or {}).get("tables") or []
    )


def distance_text(metres: Any) -> Text:
    """A distance as it is spoken of: metres, then kilometres with a decimal where it counts."""
    if not isinstance(metres, int | float):
        return Text(DASH, DASH)
    if metres < 1000:
        said = number(metres)
        return Text(f"{said.fr} m", f"{said.en} m")
    said = number(metres / 1000, 1 if metres < 100_000 else 0)
    return Text(f"{said.fr} km", f"{said.en} km")


def _reason(finding: Mapping[str, Any], dataset: str) -> Reason:
    fr, en = (str(finding.get(language) or "") for language in ("fr", "en"))
    return Reason(Text(_sentence(fr), _sentence(en)), tolerance_command(finding, dataset))


def _sentence(text: str) -> str:
    """A capital and a full stop, whoever wrote the words."""
    text = text[:1].upper() + text[1:]
    return text if not text or text[-1] in ".!?…" else f"{text}."


def _fields(lines: Sequence[Mapping[str, Any]], counts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Fields whose share of filled values moved, the most first.

    Counts alone would list every field as soon as one place comes or goes.
    """
    shown = []
    for line in lines:
        then = share(line.get("avant"), counts.get("lieux_avant"))
        now = share(line.get("apres"), counts.get("lieux_apres"))
        if then is not None and now is not None and abs(now - then) >= _SHIFT_PCT:
            shown.append({**line, "share_before": then, "share_after": now})
    return sorted(shown, key=lambda one: -abs(one["share_after"] - one["share_before"]))


def _moved(row: Mapping[str, Any], on_map: int) -> dict[str, Any]:
    return {
        **row,
        "on_map": on_map,
        "far": distance_text(row.get("distance_m")),
        "was": _point(row, "_source"),
        "would_be": _point(row),
    }


def _point(row: Mapping[str, Any], suffix: str = "") -> tuple[str, str]:
    """A point as it is written, and where it is shown on a map of the web."""
    point = point_of(row, suffix)
    return (f"{point[0]:.5f}, {point[1]:.5f}", links.map_url(*point)) if point else ("", "")


def _example(row: Mapping[str, Any]) -> dict[str, Any]:
    old, new = changed_parts(str(row.get("ancien") or ""), str(row.get("nouveau") or ""))
    return {**row, "old": old, "new": new}


def changed_parts(old: str, new: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Two values cut into what they share and what differs, word by word.

    Of long values, only what is near a change is kept.
    """
    first, second = _WORD.findall(old), _WORD.findall(new)
    cuts: list[tuple[str, str, bool]] = []
    for start, end, other_start, other_end, differs in _runs(first, second):
        one, other = "".join(first[start:end]), "".join(second[other_start:other_end])
        if not differs and cuts and not _SAYS.search(one):
            # Only punctuation between two changes: they read as one.
            differs = True
        if cuts and cuts[-1][2] and differs:
            one, other = cuts[-1][0] + one, cuts[-1][1] + other
            cuts.pop()
        cuts.append((one, other, differs))
    long = max(len(old), len(new)) > _LONGEST
    return _side(cuts, 0, long), _side(cuts, 1, long)


def _runs(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[int, int, int, int, bool]]:
    """Runs of words that two values share or not, as bounds in the first and in the second."""
    if len(first) + len(second) > _WORDS:
        # Comparing every word with every other would take long: one change, from first to last.
        shortest = min(len(first), len(second))
        head = next((n for n in range(shortest) if first[n] != second[n]), shortest)
        rest = shortest - head
        tail = next((n for n in range(rest) if first[-1 - n] != second[-1 - n]), rest)
        one, other = len(first) - tail, len(second) - tail
        yield 0, head, 0, head, False
        yield head, one, head, other, True
        yield one, len(first), other, len(second), False
        return
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        yield start, end, other_start, other_end, kind != "equal"


def _side(cuts: Sequence[tuple[str, str, bool]], side: int, long: bool) -> tuple[Part, ...]:
    parts: list[Part] = []
    for place, cut in enumerate(cuts):
        text, differs = str(cut[side]), cut[2]
        if long and differs and len(text) > _LONGEST:
            text = f"{text[:_LONGEST].rstrip()} …"
        elif long and not differs and len(text) > 3 * _AROUND:
            before = f"{text[:_AROUND].rstrip()} …" if place else "…"
            after = f" {text[-_AROUND:].lstrip()}" if place < len(cuts) - 1 else ""
            text = before + after
        # White space is not struck out: it belongs to what surrounds a change.
        bare = text.strip()
        lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        if differs and bare:
            parts += [Part(lead, False), Part(bare, True), Part(trail, False)]
        else:
            parts.append(Part(text, False))
    return tuple(part for part in parts if part.text)


def _compared(pair: Mapping[str, Any], names: Mapping[str, Text]) -> dict[str, Any]:
    lines = []
    for keys, title in _COMPARED:
        first, second = (_cell(pair, keys, side, names) for side in (1, 2))
        if first.fr or second.fr:
            differs = bool(first.fr and second.fr) and first.fr.casefold() != second.fr.casefold()
            lines.append(Compared(title, first, second, differs and "source" not in keys))
    far = distance_text(pair.get("distance_m"))
    return {"pair": pair, "lines": lines, "far": far if far.fr != DASH else Text("", "")}


def _cell(
    pair: Mapping[str, Any], keys: Sequence[str], side: int, names: Mapping[str, Text]
) -> Text:
    values = [str(pair.get(f"{key}_{side}") or "") for key in keys]
    if keys == ("categories",):
        said = [names.get(code, Text(code, code)) for code in values[0].split(SEPARATOR)]
        return Text(", ".join(one.fr for one in said), ", ".join(one.en for one in said))
    text = " · ".join(filter(None, values)).replace(SEPARATOR, f" {SEPARATOR} ")
    return Text(text, text)
