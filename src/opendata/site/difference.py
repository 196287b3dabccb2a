"""The page of a release that waits: what it would change, why it waits, what can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.language import Text
from opendata.schema import SEPARATOR
from opendata.site import commands, labels, links
from opendata.site.changed import by_interest, changed_parts, is_technical
from opendata.site.moves import moves_of
from opendata.site.sketch import point_of
from opendata.site.summary import State
from opendata.site.wording import DASH, counted, number, share

_REASONS = (
    "raison de relire avant de publier|raisons de relire avant de publier",
    "reason to look before publishing|reasons to look before publishing",
)
_FREE = Text("Rien ne s'y oppose", "Nothing stands in the way")
_ASKED = Text(
    "Une relecture est demandée : rien d'autre ne s'y oppose",
    "A review is asked for: nothing else stands in the way",
)
_WARNINGS = ("avertissement|avertissements", "warning|warnings")
_LEVELS = {
    "documentation": Text("documentation seulement", "documentation only"),
    "additive": Text("compatible", "compatible"),
    "breaking": Text("incompatible", "breaking"),
}
#: A share of filled values that moves less than this (points of per cent) is not told.
_SHIFT_PCT = 0.1
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
    """Something the gate says; ``command`` lets as much through from now on ("" if nothing can).

    ``decided``: it tells what a person did with this content before.
    """

    text: Text
    command: str
    decided: bool = False


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
    counts = found.get("counts") or {}
    moved = found.get("moved") or []
    pairs = found.get("pairs") or {}
    publish = commands.publish_command(found)
    modified = by_interest(found.get("modified") or [])
    names = {
        str(one.get("code")): Text(str(one.get("fr")), str(one.get("en")))
        for one in found.get("categories") or []
    }
    return {
        "found": found,
        "counts": counts,
        "first": not counts.get("lieux_avant"),
        "verdict": verdict_of(found),
        "publish": publish,
        "asked": commands.asked(found),
        "blockers": [_reason(one, found) for one in commands.blockers_of(found)],
        "warnings": [_reason(one, found) for one in _warnings(found)],
        "all_categories": commands.categories_command(found),
        "names": names,
        "fields": _fields(found.get("fields") or [], counts),
        "moved": [_moved(row, number) for number, row in enumerate(moved, 1)],
        "map": moves_of(moved),
        "modified": [_values(one) for one in modified if not _folded(one)],
        "technical": [_values(one) for one in modified if _folded(one)],
        "pairs": pairs,
        "compared": [_compared(pair, names) for pair in pairs.get("premieres") or []],
        "schemas": schema_changes(found),
    }


def verdict_of(found: Mapping[str, Any]) -> State:
    """Whether the release may go out as far as the gate is concerned, in a few words."""
    if blockers := commands.blockers_of(found):
        return State(False, counted(len(blockers), *_REASONS))
    said = _ASKED if commands.asked(found) else _FREE
    if unread := len(_warnings(found)):
        warnings = counted(unread, *_WARNINGS)
        said = Text(f"{said.fr} ; {warnings.fr} à lire", f"{said.en}; {warnings.en} to read")
    return State(True, said)


def _warnings(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in found.get("findings") or [] if one.get("severity") != "blocker"]


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


def _reason(finding: Mapping[str, Any], found: Mapping[str, Any]) -> Reason:
    fr, en = (str(finding.get(language) or "") for language in ("fr", "en"))
    decided = str(finding.get("code") or "").startswith("contenu_")
    text = Text(_sentence(fr), _sentence(en))
    return Reason(text, commands.tolerance_command(finding, found), decided)


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


def _folded(field: Mapping[str, Any]) -> bool:
    return is_technical(str(field.get("champ") or ""))


def _values(field: Mapping[str, Any]) -> dict[str, Any]:
    return {**field, "exemples": [_example(row) for row in field.get("exemples") or []]}


def _example(row: Mapping[str, Any]) -> dict[str, Any]:
    old, new = changed_parts(str(row.get("ancien") or ""), str(row.get("nouveau") or ""))
    return {**row, "old": old, "new": new}


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
