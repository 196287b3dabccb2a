"""``opendata reference``: the communes (COG, EPCI, contours) and the addresses (BAN)."""

from dataclasses import asdict

import click

from opendata.cli.common import print_json, say, settings
from opendata.language import Text

_UNITS = {"communes": Text("communes", "communes"), "ban": Text("adresses", "addresses")}
_KINDS = {"communes": Text("communes", "communes"), "ban": Text("BAN", "BAN")}


@click.group()
def reference() -> None:
    """The reference: communes (COG, EPCI, contours) and addresses (BAN)."""


@reference.command("update")
@click.option("--dataset", help="Only the territory of this dataset (default: all of them).")
@click.option(
    "--departement",
    "departements",
    multiple=True,
    metavar="DEP",
    help="This département, beside those of --dataset (repeatable).",
)
@click.option("--without-ban", is_flag=True, help="Communes only, no addresses.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def reference_update(
    dataset: str | None, departements: tuple[str, ...], without_ban: bool, as_json: bool
) -> int:
    """Download communes, contours, EPCI and BAN addresses for the territories in use."""
    from opendata.status import update_references

    results = []
    for result in update_references(
        dataset, settings(), departements=departements, ban=not without_ban
    ):
        results.append(result)
        if not as_json:
            say(result.fr, result.en)
    if as_json:
        print_json([asdict(result) for result in results])
    return 0 if all(result.ok for result in results) else 1


@reference.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def reference_status(as_json: bool) -> int:
    """The départements whose communes or addresses were downloaded, and how old they are."""
    from opendata.geocode.update.state import reference_state

    paths = settings()
    entries = reference_state(paths)
    if as_json:
        print_json(entries)
        return 0
    if not entries:
        say(
            f"Rien n'est téléchargé dans {paths.reference} : le référentiel livré sert ; lancez "
            "« opendata reference update ».",
            f"Nothing is downloaded in {paths.reference}: the embedded reference serves; run "
            "“opendata reference update”.",
        )
    damaged = Text("  ! abîmé", "  ! damaged")
    for entry in entries:
        kind = entry["kind"]
        click.echo(
            f"{entry['departement']:<4} {_KINDS[kind]!s:<9} {entry['vintage']:<11}"
            f"{entry['count']:>8} {_UNITS[kind]!s:<10} {entry['licence']}"
            + (str(damaged) if entry["state"] == "abime" else "")
        )
    return 0
