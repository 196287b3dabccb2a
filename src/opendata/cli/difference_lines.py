"""What a release that waits would change, in the terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from opendata.cli.common import say
from opendata.language import Text

#: Lines printed of each kind of change; the page has the rest.
SHOWN = 8
#: Characters kept of a value, and of what is before its first difference.
_WIDTH, _BEFORE = 60, 20
_WHOLE = (
    ("removed", "suppressions", Text("perdu", "lost"), "-"),
    ("added", "ajouts", Text("gagné", "gained"), "+"),
    ("reopened", "reouvertures", Text("de retour", "back"), "+"),
)


def show_difference(found: Mapping[str, Any]) -> None:
    """Print a difference (``opendata.release.difference``): why it waits, what changes, what next.

    Every key may be missing.
    """
    from opendata.site.difference import verdict_of

    counts = found.get("counts") or {}
    first = not counts.get("lieux_avant")
    verdict = verdict_of(found).sentence
    name = f"{found.get('dataset', '')} {found.get('version', '')}"
    say(f"{name} : {verdict.fr}.", f"{name}: {verdict.en}.")
    _show_findings(found)
    _show_counts(found, counts, first)
    if not first:
        for key, count, kind, sign in _WHOLE:
            rows = [_place(row) for row in (found.get(key) or [])[:SHOWN]]
            _show_lines(rows, sign, kind, counts.get(count))
        _show_lines(_merges(found), "-", Text("fusionné", "merged"), counts.get("fusions"))
        _show_lines(_moves(found), "~", Text("déplacé", "moved"), counts.get("deplacements"))
        _show_fields(found.get("modified") or [])
    _show_schemas(found)
    _show_next(found)


def _show_findings(found: Mapping[str, Any]) -> None:
    for one in found.get("findings") or []:
        sign = "!" if one.get("severity") == "blocker" else "-"
        say(f"  {sign} {one.get('fr')}", f"  {sign} {one.get('en')}")


def _show_counts(found: Mapping[str, Any], counts: Mapping[str, Any], first: bool) -> None:
    places = counts.get("lieux_apres", 0)
    if first:
        say(f"Première version : {places} lieux.", f"First release: {places} places.")
        return
    was, latest = counts.get("lieux_avant", 0), found.get("latest", "")
    n = {name: counts.get(name, 0) for name in (
        "suppressions", "ajouts", "fusions", "reouvertures", "deplacements", "modifications",
    )}  # fmt: skip
    say(
        f"Lieux : {was} ({latest}) → {places} ; {n['suppressions']} perdus, {n['ajouts']} gagnés, "
        f"{n['fusions']} fusionnés, {n['reouvertures']} de retour, {n['deplacements']} déplacés, "
        f"{n['modifications']} modifiés.",
        f"Places: {was} ({latest}) → {places}; {n['suppressions']} lost, {n['ajouts']} gained, "
        f"{n['fusions']} merged, {n['reouvertures']} back, {n['deplacements']} moved, "
        f"{n['modifications']} changed.",
    )
    for source in found.get("sources") or []:
        then, now = source.get("avant", 0), source.get("apres", 0)
        if then != now:
            line = f"{then} → {now} ({now - then:+d})"
            say(f"  {source.get('source')} : {line}", f"  {source.get('source')}: {line}")


def _place(row: Mapping[str, Any]) -> Text:
    text = f"{row.get('lieu_id', '')} {row.get('nom', '')} ({row.get('commune', '')})"
    return Text(text, text)


def _merges(found: Mapping[str, Any]) -> list[Text]:
    lines = []
    for row in (found.get("merged") or [])[:SHOWN]:
        place = _place(row).fr
        into = f"{row.get('successeur', '')} {row.get('successeur_nom', '')}".strip()
        lines.append(Text(f"{place} dans {into}", f"{place} into {into}"))
    return lines


def _moves(found: Mapping[str, Any]) -> list[Text]:
    lines = []
    for row in (found.get("moved") or [])[:SHOWN]:
        place, metres = _place(row).fr, row.get("distance_m")
        if metres is not None:
            lines.append(Text(f"{place} de {metres} m", f"{place} by {metres} m"))
        elif row.get("latitude") is None:
            lines.append(Text(f"{place} : n'a plus de point", f"{place}: has no point any more"))
        else:
            lines.append(Text(f"{place} : a désormais un point", f"{place}: has a point now"))
    return lines


def _show_lines(lines: Sequence[Text], sign: str, kind: Text, count: Any) -> None:
    for line in lines:
        say(f"  {sign} {kind.fr:<9} {line.fr}", f"  {sign} {kind.en:<9} {line.en}")
    more = int(count or 0) - len(lines)
    if more > 0:
        say(f"  … {kind.fr} : {more} de plus", f"  … {kind.en}: {more} more")


def _show_fields(modified: Sequence[Mapping[str, Any]]) -> None:
    for field in modified[:SHOWN]:
        name, count = field.get("champ"), field.get("nombre")
        say(f"  ~ modifié   {name} : {count}", f"  ~ changed   {name}: {count}")
        for row in (field.get("exemples") or [])[:1]:
            old, new = _quoted(row.get("ancien"), row.get("nouveau"))
            place = f"{' ' * 14}{row.get('lieu_id')}"
            say(f"{place} {old.fr} → {new.fr}", f"{place} {old.en} → {new.en}")
    if len(modified) > SHOWN:
        rest = ", ".join(f"{one.get('champ')} ({one.get('nombre')})" for one in modified[SHOWN:])
        say(f"  … et aussi {rest}", f"  … and also {rest}")


def _quoted(old: Any, new: Any) -> tuple[Text, Text]:
    """Two values between quotation marks, on one line each, cut around where they first differ."""
    first, second = (" ".join(str(value or "").split()) for value in (old, new))
    letters = enumerate(zip(first, second, strict=False))
    same = next(
        (place for place, (one, other) in letters if one != other), min(len(first), len(second))
    )
    skipped = max(same - _BEFORE, 0)
    longest = max(len(first), len(second))
    return _value(first, skipped, longest), _value(second, skipped, longest)


def _value(text: str, skipped: int, longest: int) -> Text:
    if not text:
        return Text("(vide)", "(empty)")
    if longest > _WIDTH:
        text = f"… {text[skipped:]}" if skipped else text
        text = text if len(text) <= _WIDTH else f"{text[: _WIDTH - 2]} …"
    return Text(f"« {text} »", f"“{text}”")


def _show_schemas(found: Mapping[str, Any]) -> None:
    from opendata.site.difference import schema_changes

    for one in schema_changes(found):
        said = f"{one.table} {one.before or '–'} → {one.after or '–'}"
        say(f"Schéma : {said}, {one.level.fr}.", f"Schema: {said}, {one.level.en}.")
        for text in one.sentences[:SHOWN]:
            say(f"  - {text.fr}", f"  - {text.en}")


def _show_next(found: Mapping[str, Any]) -> None:
    """The pairs nobody judged, then what can be typed now."""
    from opendata.model import INTEGRITY
    from opendata.site.difference import tolerance_command

    dataset = str(found.get("dataset") or "")
    pairs = int((found.get("pairs") or {}).get("nombre") or 0)
    if pairs:
        say(
            f"Paires de lignes à relire, peut-être un seul lieu : {pairs}",
            f"Pairs of rows to review, perhaps one place: {pairs}",
        )
        click.echo(f"  opendata decision list {dataset}")
    blockers = [one for one in found.get("findings") or [] if one.get("severity") == "blocker"]
    say("Ensuite, au choix :", "Next, as you choose:")
    if not any(one.get("code") in INTEGRITY for one in blockers):
        why = ' --reason "…"' if blockers else ""
        seal = f" --seal {found['seal']}" if found.get("seal") else ""
        say(
            f"  opendata publish {dataset}{seal}{why}   (exactement ce qui est montré)",
            f"  opendata publish {dataset}{seal}{why}   (exactly what is shown)",
        )
    say(
        f'  opendata drop {dataset} --reason "…"   (rien ne change pour les réutilisateurs)',
        f'  opendata drop {dataset} --reason "…"   (nothing changes for reusers)',
    )
    commands = [tolerance_command(one, dataset) for one in blockers]
    if any(commands):
        say(
            "  ou élargir une tolérance, puis relancer :", "  or widen a tolerance, then run again:"
        )
    for command in dict.fromkeys(filter(None, commands)):
        click.echo(f"    {command}")
