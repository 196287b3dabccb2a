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
#: What happened to places, as it is counted.
_COUNTS = {
    "suppressions": Text("perdu|perdus", "lost"),
    "ajouts": Text("gagné|gagnés", "gained"),
    "fusions": Text("fusionné|fusionnés", "merged"),
    "reouvertures": Text("de retour", "back"),
    "deplacements": Text("déplacé|déplacés", "moved"),
    "modifications": Text("modifié|modifiés", "changed"),
}
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
    from opendata.model import ASKED

    for one in found.get("findings") or []:
        if one.get("code") == ASKED:
            continue  # the verdict says so
        sign = "!" if one.get("severity") == "blocker" else "-"
        say(f"  {sign} {one.get('fr')}", f"  {sign} {one.get('en')}")


def _show_counts(found: Mapping[str, Any], counts: Mapping[str, Any], first: bool) -> None:
    from opendata.site.wording import counted, number

    now = counted(counts.get("lieux_apres", 0), "lieu|lieux", "place|places")
    if first:
        say(f"Première version : {now.fr}.", f"First release: {now.en}.")
        return
    was, now = number(counts.get("lieux_avant", 0)), number(counts.get("lieux_apres", 0))
    latest = found.get("latest", "")
    told = [counted(counts.get(name, 0), *words) for name, words in _COUNTS.items()]
    fr, en = (", ".join(said) for said in zip(*told, strict=True))
    say(
        f"Lieux : {was.fr} ({latest}) → {now.fr} ; {fr}.",
        f"Places: {was.en} ({latest}) → {now.en}; {en}.",
    )
    for source in found.get("sources") or []:
        then, after = source.get("avant", 0), source.get("apres", 0)
        if then != after:
            before, left, gap = number(then), number(after), number(abs(after - then))
            sign = "+" if after > then else "-"
            say(
                f"  {source.get('source')} : {before.fr} → {left.fr} ({sign}{gap.fr})",
                f"  {source.get('source')}: {before.en} → {left.en} ({sign}{gap.en})",
            )


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


def _show_fields(changed: Sequence[Mapping[str, Any]]) -> None:
    from opendata.site.changed import by_interest
    from opendata.site.wording import number

    modified = by_interest(changed)
    for field in modified[:SHOWN]:
        name, count = field.get("champ"), number(field.get("nombre"))
        say(f"  ~ modifié   {name} : {count.fr}", f"  ~ changed   {name}: {count.en}")
        for row in (field.get("exemples") or [])[:1]:
            old, new = _quoted(row.get("ancien"), row.get("nouveau"))
            place = f"{' ' * 14}{row.get('lieu_id')}"
            say(f"{place} {old.fr} → {new.fr}", f"{place} {old.en} → {new.en}")
    if len(modified) > SHOWN:
        rest = ", ".join(f"{one.get('champ')} ({one.get('nombre')})" for one in modified[SHOWN:])
        say(f"  … et aussi {rest}", f"  … and also {rest}")


def _quoted(old: Any, new: Any) -> tuple[Text, Text]:
    """Two values between quotation marks, cut around where they first differ."""
    from opendata.site.changed import around_change

    first, second = around_change(old, new, _WIDTH, _BEFORE)
    return _value(first), _value(second)


def _value(text: str) -> Text:
    return Text(f"« {text} »", f"“{text}”") if text else Text("(vide)", "(empty)")


def _show_schemas(found: Mapping[str, Any]) -> None:
    from opendata.site.difference import schema_changes

    for one in schema_changes(found):
        said = f"{one.table} {one.before or '–'} → {one.after or '–'}"
        say(f"Schéma : {said}, {one.level.fr}.", f"Schema: {said}, {one.level.en}.")
        for text in one.sentences[:SHOWN]:
            say(f"  - {text.fr}", f"  - {text.en}")


def _show_next(found: Mapping[str, Any]) -> None:
    """The pairs nobody judged, then what can be typed now."""
    from opendata.site.commands import categories_command, publish_command, tolerance_commands
    from opendata.site.wording import number

    dataset = str(found.get("dataset") or "")
    if pairs := int((found.get("pairs") or {}).get("nombre") or 0):
        count = number(pairs)
        say(
            f"Paires de lignes à relire, peut-être un seul lieu : {count.fr}",
            f"Pairs of rows to review, perhaps one place: {count.en}",
        )
        click.echo(f"  opendata decision list {dataset}")
    say("Ensuite, au choix :", "Next, as you choose:")
    if publish := publish_command(found):
        say(
            f"  {publish}   (exactement ce qui est montré)",
            f"  {publish}   (exactly what is shown)",
        )
    say(
        f'  opendata drop {dataset} --reason "…"   (rien ne change pour les réutilisateurs)',
        f'  opendata drop {dataset} --reason "…"   (nothing changes for reusers)',
    )
    commands = tolerance_commands(found)
    if commands:
        say(
            "  ou élargir une tolérance, puis relancer :", "  or widen a tolerance, then run again:"
        )
    for command in commands:
        click.echo(f"    {command}")
    if every := categories_command(found):
        say("  ou une seule pour toutes les catégories :", "  or one for all the categories:")
        click.echo(f"    {every}")
