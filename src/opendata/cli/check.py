"""``opendata check``: one source or one file, looked at without publishing anything."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opendata.cli.common import print_json, say, settings
from opendata.language import Text, current_language

if TYPE_CHECKING:
    from opendata.checking import Checked, CheckFiles

_MARKS = {"error": ("✗", "red"), "warning": ("!", "yellow"), "info": ("·", "dim")}
_KINDS_SHOWN = 20
_COLUMNS_SHOWN = 3
_COLUMN_WIDTH = 40


@click.command()
@click.argument("target", metavar="SOURCE|FILE")
@click.option("--as", "as_source", help="Read the file the way this source is read.")
@click.option(
    "--report", "folder", type=click.Path(path_type=Path),
    help="Where to write rapport.html and its files (default: data/state/checks/<source>).",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Exit 1 on quarantined rows or a stale source.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(
    target: str, as_source: str | None, folder: Path | None, strict: bool, as_json: bool
) -> int:
    """Fetch, read, map and check one source or one file; publish nothing.

    Writes a page its producer can be sent (rapport.html), their file repaired, every issue
    and the ledger of every value.
    """
    from opendata.checking import check_examples, check_target, summary, write_report

    paths = settings()
    checked = check_target(target, as_source, paths)
    result = summary(checked.harvest)
    files = write_report(checked, folder or paths.checks(checked.source.id))
    wrong = check_examples(checked.source.id, paths)
    if as_json:
        print_json(result)
    else:
        _show(checked, files)
        for line in wrong:
            name = f"{checked.source.id}.toml"
            say(f"! {name}, {line.fr}", f"! {name}, {line.en}")
    stale = checked.harvest.stale_since is not None
    return 1 if strict and (result["quarantined"] or stale or wrong) else 0


def _show(checked: "Checked", files: "CheckFiles") -> None:
    from rich.console import Console

    found = checked.diagnosis
    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    if found["message_fr"]:
        say(f"! {found['message_fr']}", f"! {found['message_en']}")
    say(
        f"{found['source']} : {found['rows_in']} lignes lues, {found['accepted']} acceptées, "
        f"{found['quarantined']} mises de côté.",
        f"{found['source']}: {found['rows_in']} rows read, {found['accepted']} accepted, "
        f"{found['quarantined']} set aside.",
    )
    console.print(_fields_table(found))
    _show_problems(found, console)
    withheld = found["withheld"]
    if any(withheld.values()):
        say(
            f"\nNon publiés par défaut : {withheld['courriels']} courriels nominatifs, "
            f"{withheld['telephone']} téléphones mobiles.",
            f"\nNot published by default: {withheld['courriels']} nominative e-mails, "
            f"{withheld['telephone']} mobile phones.",
        )
    if found["unread"]:
        columns = ", ".join(entry["column"] for entry in found["unread"])
        said = Text("Colonnes que rien ne lit", "Columns that nothing reads")
        console.print(f"\n{said} : {columns}", style="dim", markup=False)
    if found["message_fr"]:
        say(
            "\n! Ce qui précède est la dernière bonne copie, et non le fichier d'aujourd'hui : "
            f"{found['message_fr']}",
            f"\n! The above is the last good copy, and not today's file: {found['message_en']}",
        )
    if not checked.source.licence:
        say(
            "\n! La licence de cette source n'est pas connue : rien n'en sera publié. Renseignez "
            f"« licence » dans {found['source']}.toml.",
            "\n! The licence of this source is not known: nothing of it will be published. Fill in "
            f"“licence” in {found['source']}.toml.",
        )
    again = f"opendata check {shlex.quote(str(files.repaired))} --as {found['source']}"
    say(
        f"\nRapport : {files.page}\nFichier corrigé, à compléter puis à contrôler : {again}",
        f"\nReport: {files.page}\nRepaired file, to complete and check again: {again}",
    )


def _fields_table(found: Mapping[str, Any]) -> Any:
    """The account of each field: what the file says, what can be published, the rest."""
    from rich.table import Table

    english = current_language() == "en"
    table = Table(box=None, pad_edge=False)
    table.add_column(str(Text("champ", "field")))
    for title in (
        Text("dans le fichier", "in the file"),
        Text("publiables", "publishable"),
        Text("expliquées", "explained"),
        Text("part", "share"),
    ):
        table.add_column(str(title), justify="right")
    for entry in found["fields"]:
        stated, published = entry["source_values"], entry["published_values"]
        table.add_row(
            entry["en" if english else "fr"],
            str(stated),
            str(published),
            str(entry["explained"] or ""),
            f"{100 * published / stated:.0f} %",
        )
    return table


def _show_problems(found: Mapping[str, Any], console: Any) -> None:
    language = "en" if current_language() == "en" else "fr"
    problems = found["problems"]
    for entry in problems[:_KINDS_SHOWN]:
        mark, style = _MARKS[entry["severity"]]
        where = _where(entry)
        console.print(
            f"{mark} {entry['count']:>5} × {where}{entry[language]}", style=style, markup=False
        )
        for value in entry["values"][:2]:
            number = value["lines"][0]
            line = Text(f"ligne {number}", f"line {number}")
            line = line if number else Text("tout le fichier", "the whole file")
            said = " ".join(value[language].split())
            console.print(f"          {line} : {said}", markup=False)
    if len(problems) > _KINDS_SHOWN:
        more = len(problems) - _KINDS_SHOWN
        say(
            f"  … et {more} autres sortes, dans le rapport",
            f"  … and {more} more kinds, in the report",
        )


def _where(entry: Mapping[str, Any]) -> str:
    """The field of a problem and the producer's own columns: ``telephone (« Tel ») : ``."""
    from opendata.normalise.text import shorten

    if not entry["field"]:
        return ""
    shown = [shorten(name, _COLUMN_WIDTH, "…") for name in entry["columns"][:_COLUMNS_SHOWN]]
    names = [f"« {name} »" for name in shown]
    more = ["…"] if len(entry["columns"]) > _COLUMNS_SHOWN else []
    listed = f" ({', '.join(names + more)})" if names else ""
    return f"{entry['field']}{listed} : "
