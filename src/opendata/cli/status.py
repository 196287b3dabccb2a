"""``opendata status``: sources, copies, releases."""

from collections.abc import Mapping
from typing import Any

import click

from opendata.cli.common import print_json, say, settings
from opendata.cli.outcome import STATES, list_unapplied
from opendata.language import Text, current_language


@click.command()
@click.argument("dataset", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def status(dataset: str | None, as_json: bool) -> int:
    """Sources, last good copies, staleness, last and held releases."""
    from opendata.status import dataset_status

    paths = settings()
    from opendata.catalog import dataset_ids, load_catalogue, load_dataset

    load_catalogue(paths)
    names = [dataset] if dataset else list(dataset_ids(paths))
    found = [dataset_status(load_dataset(name, paths), paths) for name in names]
    if as_json:
        print_json(found)
        return 0
    for entry in found:
        _show_status(entry)
    return 0


def _show_status(entry: Mapping[str, Any]) -> None:
    english = current_language() == "en"
    none = str(Text("aucune", "none"))
    say(
        f"{entry['dataset']} — dernière version : {entry['latest'] or none} "
        f"({entry['places']} lieux)",
        f"{entry['dataset']} — latest release: {entry['latest'] or none} "
        f"({entry['places']} places)",
    )
    if entry["held"]:
        held = entry["held"]
        reasons = " ; ".join(held["reasons_en"] if english else held["reasons_fr"])
        say(
            f"  en attente : {held['version']} ({reasons})",
            f"  held: {held['version']} ({reasons})",
        )
    for line in entry["sources"]:
        copy = line["last_copy"] or none
        if line["via"] == "deposit":
            copy += str(Text(" (déposée)", " (deposited)"))
        click.echo(f"  {line['source']:<28} {STATES[line['state']]!s:<20} {copy}")
        message = line["message_en"] if english else line["message_fr"]
        if message:
            click.echo(f"      ! {message}")
    list_unapplied(entry["unapplied_corrections"])
