"""What a run or a preview came to, and the corrections that no longer apply, in the terminal."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from opendata.cli.common import say
from opendata.language import Text
from opendata.paths import Paths

#: What a source is in, as accounts and status show it.
STATES = {
    "a_jour": Text("à jour", "current"),
    "perimee": Text("périmée", "stale"),
    "absente": Text("absente", "missing"),
    "non_publiee": Text("non publiée", "not published"),
    "conservee": Text("conservée", "kept"),
    "ecartee": Text("écartée (licence)", "left out (licence)"),
}
_COUNT_TITLES = {
    "lignes_lues": Text("lues", "read"),
    "publiees": Text("publiées", "published"),
    "fusionnees": Text("fusionnées", "merged"),
    "quarantaine": Text("quarantaine", "quarantined"),
    "hors_territoire": Text("hors territoire", "outside"),
}


def show_outcome(outcome: Mapping[str, Any], paths: Paths, *, briefly: bool = False) -> None:
    """The accounts, what was published or why not, and where it is.

    ``briefly``: the difference, which the caller shows, says why a release waits.
    """
    from opendata.publish.changes import summary
    from opendata.site.wording import counted

    name, version, report = outcome["dataset"], outcome["version"], outcome["report"]
    _show_accounts(report)
    for line in report["sources"]:
        if line["message_fr"]:
            name_fr, name_en = f"{line['source']} : ", f"{line['source']}: "
            say(f"! {name_fr}{line['message_fr']}", f"! {name_en}{line['message_en']}")
    places = report["places"]
    shown = counted(places, "lieu|lieux", "place|places")
    if outcome["status"] == "published":
        changed = summary(report["changements"])
        say(
            f"{name} {version} est publié : {shown.fr} ({changed.fr}).",
            f"{name} {version} is published: {shown.en} ({changed.en}).",
        )
        click.echo(f"  {paths.releases(name) / version}")
        click.echo(f"  {paths.dataset(name) / 'index.html'}")
    elif outcome["status"] == "unchanged":
        say(
            f"Rien de nouveau : {name} {version} reste la dernière version ({shown.fr}).",
            f"Nothing new: {name} {version} is still the latest release ({shown.en}).",
        )
    elif not briefly:
        say(f"{name} {version} attend une décision :", f"{name} {version} waits for a decision:")
        for reason in outcome["reasons"]:
            say(f"  ! {reason['fr']}", f"  ! {reason['en']}")
        say(
            "La dernière version publiée reste en place. Voir ce qui changerait : "
            f"opendata preview {name} --no-fetch",
            "The last published release stays in place. To see what would change: "
            f"opendata preview {name} --no-fetch",
        )
    if not briefly or outcome["status"] != "held":
        for warning in outcome["warnings"]:
            say(f"  - {warning['fr']}", f"  - {warning['en']}")
    _show_standard(report, places)
    _show_unapplied(name, paths)


def _show_standard(report: Mapping[str, Any], places: int) -> None:
    """What keeps places out of the file in the national standard, where something does."""
    conforming = report.get("standard", {"lieux": places})
    if conforming["lieux"] == places:
        return
    from opendata.schema import fields
    from opendata.site.wording import counted, number

    lacking = {fields()[name].title: number(count) for name, count in conforming["manques"].items()}
    there, total = counted(conforming["lieux"], "lieu|lieux", "place|places"), number(places)
    say(
        f"Au standard national (lieux-standard.csv) : {there.fr} sur {total.fr} ; "
        "il manque : " + ", ".join(f"{one.fr} ({n.fr})" for one, n in lacking.items()) + ".",
        f"In the national standard (lieux-standard.csv): {there.en} of {total.en}; "
        "lacking: " + ", ".join(f"{one.en} ({n.en})" for one, n in lacking.items()) + ".",
    )


def _show_accounts(report: Mapping[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    from opendata.site.wording import number

    table = Table(box=None, pad_edge=False)
    table.add_column("source")
    table.add_column(str(Text("état", "state")))
    for title in _COUNT_TITLES.values():
        table.add_column(str(title), justify="right")
    for line in report["sources"]:
        since = f" {line['perime_depuis'][:10]}" if line["perime_depuis"] else ""
        counts = [str(number(line[count])) for count in _COUNT_TITLES]
        table.add_row(line["source"], str(STATES[line["etat"]]) + since, *counts)
    table.add_row("total", "", *(str(number(report["total"][count])) for count in _COUNT_TITLES))
    Console(width=120 if not sys.stdout.isatty() else None).print(table)


def _show_unapplied(dataset: str, paths: Paths) -> None:
    from opendata.catalog import load_dataset
    from opendata.corrections import unapplied_corrections

    list_unapplied(
        [one.as_json() for one in unapplied_corrections(load_dataset(dataset, paths), paths)]
    )


def list_unapplied(unapplied: Sequence[Mapping[str, str]]) -> None:
    """Corrections that sources no longer call for: they change nothing until looked at."""
    if not unapplied:
        return
    from opendata.site.wording import counted

    count = counted(len(unapplied), "correction|corrections", "correction|corrections")
    say(
        f"! {count.fr} sans effet : à retirer de catalog/corrections, ou à y mettre à jour "
        "(« expect » ou « value »)",
        f"! {count.en} without effect: to be removed from catalog/corrections, or brought up to "
        "date there (“expect” or “value”)",
    )
    for one in unapplied:
        say(f"  - {one['fr']}", f"  - {one['en']}")
