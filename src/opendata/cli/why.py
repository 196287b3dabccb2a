"""``opendata why``: everything known about one published place, or one row of a source."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from opendata.cli.common import print_json, say, settings
from opendata.language import Text, current_language


@click.command()
@click.argument("place", metavar="PLACE_ID|SOURCE:KEY")
@click.option("--dataset", help="Look in this dataset only (default: all of them).")
@click.option("--all", "everything", is_flag=True, help="Show the untouched fields too.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def why(place: str, dataset: str | None, everything: bool, as_json: bool) -> int:
    """Everything known about one place: source rows, rules, corrections, history.

    A row of a source is written SOURCE:KEY, or SOURCE#LINE where it has no key of its own: the
    place it is in is shown, or why it is in none.
    """
    from opendata.why import explain

    found = explain(place, settings(), dataset)
    if as_json:
        print_json(found)
    elif "datasets" in found:
        _show_unpublished(found, everything)
    else:
        _show(found, everything)
    return 0


#: Of a release that readers do not get.
_STATES = {
    "en_attente": Text(
        " (cette version attend une décision)", " (this release waits for a decision)"
    ),
    "remplacee": Text(
        " (cette version n'est plus la dernière)", " (this release is no longer the latest)"
    ),
    "retiree": Text(" (cette version a été retirée)", " (this release was withdrawn)"),
    "supprimee": Text(" (cette version n'est plus gardée)", " (this release is no longer kept)"),
}
_ROLES = {
    "principale": Text("ligne principale", "main row"),
    "fusionnee": Text("ligne qui la complète", "row that completes it"),
}


def _show(found: Mapping[str, Any], everything: bool) -> None:
    from opendata.why import told

    for one in found["sentences"]:
        say(one["fr"], one["en"])
    place = found["place"]
    address = " ".join(filter(None, (place.get("adresse"), place.get("commune"))))
    click.echo(" — ".join(filter(None, (place.get("nom", found["lieu_id"]), address))))
    state = _STATES.get(found["etat"], Text("", ""))
    click.echo(f"{found['dataset']} {found['version']}{state}")
    _show_point(place)
    for one in found["steps"]:
        say(f"  {one['fr']}", f"  {one['en']}")
    for row in found["sources"]:
        _show_row(row, everything)
    _show_unapplied(found["unapplied_corrections"])
    if found["history"]:
        say("\nHistorique :", "\nHistory:")
    for line in told(found["history"]):
        click.echo(f"  {line}")


def _show_point(place: Mapping[str, str]) -> None:
    from opendata.why import value_words

    precision = value_words("geo_precision", place.get("geo_precision", "aucune"))
    if "latitude" not in place:
        say(f"  point : {precision.fr}", f"  point: {precision.en}")
        return
    point = f"{place['latitude']}, {place.get('longitude', '?')}"
    fr, en = f"précision : {precision.fr}", f"precision: {precision.en}"
    if "geo_methode" in place:
        method = value_words("geo_methode", place["geo_methode"])
        fr, en = f"{fr}, méthode : {method.fr}", f"{en}, method: {method.en}"
    say(f"  point : {point} ({fr})", f"  point: {point} ({en})")


def _show_unpublished(found: Mapping[str, Any], everything: bool) -> None:
    copied = found["snapshot"]["fetched_at"]
    say(
        f"{found['asked']}, ligne {found['ligne']} : dans aucun lieu publié (copie du {copied})",
        f"{found['asked']}, line {found['ligne']}: in no published place (copy of {copied})",
    )
    for one in found["datasets"]:
        say(f"  {one['dataset']} : {one['fr']}", f"  {one['dataset']}: {one['en']}")
        if one["etat"] != "hors_territoire":
            _show_location(one.get("location", {}))
    if not found["datasets"]:
        say(
            f"  aucun jeu de données ne prend la source « {found['source']} »",
            f"  no dataset takes the source “{found['source']}”",
        )
    _show_fields(found["fields"], everything)
    _show_unapplied(found["unapplied_corrections"])


def _show_unapplied(unapplied: Sequence[Mapping[str, str]]) -> None:
    if unapplied:
        say("\nCorrections sans effet :", "\nCorrections without effect:")
    for one in unapplied:
        say(f"  - {one['fr']}", f"  - {one['en']}")


def _show_row(row: Mapping[str, Any], everything: bool) -> None:
    role = _ROLES.get(row["role"], Text(row["role"], row["role"]))
    fr, en = f"\n{row['source']}, clé {row['cle']}", f"\n{row['source']}, key {row['cle']}"
    if row["snapshot"] is None:
        say(
            f"{fr} ({role.fr}) : la copie ne l'a plus.",
            f"{en} ({role.en}): the copy no longer has it.",
        )
        _show_merge(row)
        return
    copied = row["snapshot"]["fetched_at"]
    say(
        f"{fr}, ligne {row['ligne']} ({role.fr}), copie du {copied}",
        f"{en}, line {row['ligne']} ({role.en}), copy of {copied}",
    )
    _show_merge(row)
    _show_location(row["location"])
    _show_fields(row["fields"], everything)


def _show_merge(row: Mapping[str, Any]) -> None:
    if row["merged_with"]:
        others = ", ".join(row["merged_with"])
        say(
            f"  réunie à {others} : {row['merged_because_fr']}.",
            f"  merged with {others}: {row['merged_because_en']}.",
        )


def _show_location(location: Mapping[str, Any]) -> None:
    """Address and point, a sentence a line."""
    for one in location.get("sentences", ()):
        say(f"  · {one['fr']}", f"  · {one['en']}")


def _show_fields(fields: Sequence[dict[str, Any]], everything: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from opendata.why import notable

    english = current_language() == "en"
    table = Table(box=None, pad_edge=False)
    for title in (
        Text("champ", "field"), Text("écrit par la source", "written by the source"),
        Text("lu", "read"), Text("publié", "published"), Text("pourquoi", "why"),
    ):  # fmt: skip
        table.add_column(str(title), overflow="fold")
    for entry in fields if everything else notable(fields):
        said = "\n".join(rule["en" if english else "fr"] for rule in entry["rules"])
        written = " / ".join(entry["cells"].values()) or entry["original"]
        shown = [_short(text) for text in (written, entry["read"], entry["published"])]
        table.add_row(entry["field"], *shown, _short(said, 300))
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _short(text: str, length: int = 80) -> str:
    from rich.markup import escape

    return escape(text if len(text) <= length else text[: length - 1] + "…")
