"""``opendata reference``: the commune reference (COG, EPCI, contours)."""

import click

from opendata.cli.common import say, settings


@click.group()
def reference() -> None:
    """The commune reference (COG, EPCI, contours)."""


@reference.command("update")
@click.option("--dataset", help="Only the territory of this dataset (default: all of them).")
def reference_update(dataset: str | None) -> int:
    """Download communes, contours and EPCI for the territories in use."""
    from opendata.status import update_references

    failed = 0
    for line in update_references(dataset, settings()):
        say(line.fr, line.en)
        failed += not line.ok
    return 1 if failed else 0
