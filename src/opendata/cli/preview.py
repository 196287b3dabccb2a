"""``opendata preview``: what a release would be, and what to open in it."""

from pathlib import Path

import click

from opendata.cli.common import print_json, say, settings
from opendata.cli.difference_lines import show_difference
from opendata.cli.outcome import show_outcome


@click.command()
@click.argument("dataset")
@click.option("--no-fetch", is_flag=True, help="Use the copies already on disk.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def preview(dataset: str, no_fetch: bool, as_json: bool) -> int:
    """Stage a release of DATASET and show what it would change."""
    from opendata.pipeline import run as run_pipeline

    paths = settings()
    outcome = run_pipeline(dataset, paths, fetching=not no_fetch, review="always").as_json()
    if as_json:
        print_json(outcome)
        return 0
    show_outcome(outcome, paths, briefly=True)
    held = outcome["status"] == "held"
    parent = paths.staged(dataset) if held else paths.releases(dataset)
    if held:
        show_difference(outcome["difference"] | {"seal": outcome["seal"]})
    _show_to_open(parent / outcome["version"])
    if held:
        click.echo(f"  {parent / outcome['version']}.html")
    return 0


#: Why a row is set aside that no commune was found for.
_NO_COMMUNE = "commune_(?:absente|introuvable|ambigue)"


def _show_to_open(folder: Path) -> None:
    """The rows no commune was found for, and the files of a release to look into."""
    from opendata.release.store import read_table

    quarantine = read_table(folder, "quarantaine")
    lost = quarantine[quarantine["codes"].str.contains(_NO_COMMUNE)]
    if len(lost):
        say(
            f"Lignes dont la commune n'est pas trouvée : {len(lost)}",
            f"Rows for which no commune was found: {len(lost)}",
        )
    for row in lost.head(10).to_dict("records"):
        written = " ".join(filter(None, (row["code_postal"], row["commune"])))
        say(
            f"  {row['source']}, ligne {row['ligne']} : {row['nom']} — "
            f"{written or 'ni commune ni code postal'}",
            f"  {row['source']}, line {row['ligne']}: {row['nom']} — "
            f"{written or 'neither commune nor postcode'}",
        )
    if len(lost) > 10:
        say(f"  … {len(lost)} en tout", f"  … {len(lost)} in all")
    say("À ouvrir :", "To open:")
    click.echo(f"  {folder / 'rapport.html'}")
    click.echo(f"  {folder / 'quarantaine.csv'}")
    if len(quarantine):
        say(
            f"Lignes en quarantaine : {len(quarantine)} ; corrigez-les dans une copie de ce "
            "fichier, puis : opendata deposit --quarantine COPIE.csv",
            f"Rows in quarantine: {len(quarantine)}; correct them in a copy of that file, "
            "then: opendata deposit --quarantine COPY.csv",
        )
