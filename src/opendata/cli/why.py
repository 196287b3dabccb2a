"""``opendata why``: everything known about one published place."""

import sys
from collections.abc import Mapping
from typing import Any

import click

from opendata.cli.common import print_json, say, settings
from opendata.language import Text, current_language


@click.command()
@click.argument("place_id")
@click.option("--dataset", help="Look in this dataset only (default: all of them).")
@click.option("--all", "everything", is_flag=True, help="Show the untouched fields too.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def why(place_id: str, dataset: str | None, everything: bool, as_json: bool) -> int:
    """Everything known about one place: source rows, rules, corrections, history."""
    from opendata.why import explain

    found = explain(place_id, settings(), dataset)
    if as_json:
        print_json(found)
    else:
        _show(found, everything)
    return 0


def _show(found: Mapping[str, Any], everything: bool) -> None:
    place = found["place"]
    click.echo(f"{place['nom']} — {place.get('adresse', '')} {place.get('commune', '')}")
    say(
        f"{found['dataset']} {found['version']}"
        + ("" if found["latest"] else " (cette version n'est plus la dernière)"),
        f"{found['dataset']} {found['version']}"
        + ("" if found["latest"] else " (this release is no longer the latest)"),
    )
    point = f"{place.get('latitude', '?')}, {place.get('longitude', '?')}"
    say(
        f"  point : {point} (précision : {place['geo_precision']}, "
        f"méthode : {place.get('geo_methode', 'aucune')})",
        f"  point: {point} (precision: {place['geo_precision']}, "
        f"method: {place.get('geo_methode', 'none')})",
    )
    for row in found["sources"]:
        _show_row(row, everything)
    for change in found["history"]:
        what = f"{change['champ']} : « {change['ancien']} » → « {change['nouveau']} »"
        click.echo(
            f"  {change['version']} {change['changement']} {what if change['champ'] else ''}"
        )


def _show_row(row: Mapping[str, Any], everything: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from opendata.why import notable

    if row["snapshot"] is None:
        say(
            f"\n{row['source']}, clé {row['cle']} ({row['role']}) : la copie ne l'a plus.",
            f"\n{row['source']}, key {row['cle']} ({row['role']}): the copy no longer has it.",
        )
        return
    say(
        f"\n{row['source']}, clé {row['cle']}, ligne {row['ligne']} ({row['role']}), "
        f"copie du {row['snapshot']['fetched_at']}",
        f"\n{row['source']}, key {row['cle']}, line {row['ligne']} ({row['role']}), "
        f"copy of {row['snapshot']['fetched_at']}",
    )
    english = current_language() == "en"
    table = Table(box=None, pad_edge=False)
    for title in (
        Text("champ", "field"), Text("écrit par la source", "written by the source"),
        Text("lu", "read"), Text("publié", "published"), Text("pourquoi", "why"),
    ):  # fmt: skip
        table.add_column(str(title), overflow="fold")
    for entry in row["fields"] if everything else notable(row["fields"]):
        said = "\n".join(rule["en" if english else "fr"] for rule in entry["rules"])
        shown = [_short(entry[name]) for name in ("original", "read", "published")]
        table.add_row(entry["field"], *shown, _short(said, 300))
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _short(text: str, length: int = 80) -> str:
    from rich.markup import escape

    return escape(text if len(text) <= length else text[: length - 1] + "…")
