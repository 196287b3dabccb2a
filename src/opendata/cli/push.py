"""``opendata push``: the latest release on a portal; by default only the plan is shown."""

from typing import TYPE_CHECKING

import click

from opendata.cli.common import print_json, say, settings
from opendata.language import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opendata.portals import Plan, Pushed
    from opendata.portals.compare import Change

#: Those of ``opendata.catalog.portals``, which is not imported to show the help; a test holds the
#: two together.
PORTALS = ("datagouv", "ckan")

_ACTIONS = {
    "create": Text("ajouter", "add"),
    "update": Text("mettre à jour", "update"),
    "remove": Text("retirer", "remove"),
}


@click.command()
@click.argument("dataset")
@click.option("--to", "portal", required=True, type=click.Choice(PORTALS), help="The portal.")
@click.option("--apply", "--yes", "carry_out", is_flag=True, help="Do it (default: show the plan).")
@click.option("--even-demonstration", is_flag=True, help="Push invented places too.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def push(
    dataset: str, portal: str, carry_out: bool, even_demonstration: bool, as_json: bool
) -> int:
    """Create or update DATASET on a portal from its latest release.

    The key is read from DATAGOUV_API_KEY or CKAN_API_KEY.
    """
    from opendata.catalog import load_dataset
    from opendata.portals import apply, planned

    paths = settings()
    found = load_dataset(dataset, paths)
    with planned(
        found, portal, paths, writing=carry_out, even_demonstration=even_demonstration
    ) as plan:
        if not as_json:
            _show(plan)
        if not carry_out:
            if as_json:
                print_json(plan.as_json() | {"applied": False})
            elif plan.action != "unchanged":
                again = f"opendata push {dataset} --to {portal} --apply" + (
                    " --even-demonstration" if even_demonstration else ""
                )
                say(
                    f"Essai à blanc : rien n'a été écrit. Pour le faire : {again}",
                    f"Dry run: nothing was written. To do it: {again}",
                )
            return 0
        quiet = as_json or plan.action == "unchanged"
        done = apply(
            plan, paths, lambda step: None if quiet else say(f"✓ {step.fr}", f"✓ {step.en}")
        )
    if as_json:
        notes = plan.as_json()["notes"] + [note._asdict() for note in done.notes]
        print_json(
            plan.as_json()
            | {"applied": True, "id": done.id, "page": done.page, "private": done.private,
               "toml": done.toml, "notes": notes}
        )  # fmt: skip
    elif not quiet:
        _show_done(plan, done)
    return 0


def _show(plan: "Plan") -> None:
    name, version, url = plan.wanted.dataset, plan.wanted.version, plan.portal.url
    remote = plan.remote
    if remote is None:
        say(
            f"{name} {version} → {url} : à créer, {len(plan.aim.files)} fichiers",
            f"{name} {version} → {url}: to be created, {len(plan.aim.files)} files",
        )
    elif plan.action == "unchanged":
        say(
            f"{name} {version} → {url} : inchangé, rien à écrire ({remote.page or remote.id})",
            f"{name} {version} → {url}: unchanged, nothing to write ({remote.page or remote.id})",
        )
    else:
        say(
            f"{name} {version} → {url} : à mettre à jour ({remote.page or remote.id})",
            f"{name} {version} → {url}: to be updated ({remote.page or remote.id})",
        )
    _show_changes(plan.difference.changes, "  ")
    for step in plan.difference.files:
        click.echo(
            f"  {_ACTIONS[step.action]} {step.path}" + (f" ({step.title})" if step.title else "")
        )
        _show_changes(step.changes, "      ")
    if others := plan.difference.others:
        say(
            f"  ressources ajoutées par d'autres, laissées telles quelles : {others}",
            f"  resources that others added, left as they are: {others}",
        )
    for note in plan.notes:
        say(f"! {note.fr}", f"! {note.en}")


def _show_changes(changes: "Iterable[Change]", margin: str) -> None:
    from opendata.portals.words import field_name, shown

    for change in changes:
        colon = Text(" :", ":")
        before, after = shown(change)
        # Values that look the same on one line differ all the same.
        spaces = Text(" (espaces ou lignes)", " (spaces or lines)") if before == after else ""
        click.echo(f"{margin}{field_name(change.field)}{colon} {before} → {after}{spaces}")


def _show_done(plan: "Plan", done: "Pushed") -> None:
    name, kind, file = plan.wanted.dataset, plan.portal.kind, plan.file
    private = Text(" (privé)", " (private)") if done.private else Text("", "")
    say(
        f"{name} {plan.wanted.version} est à jour sur {plan.portal.url}{private.fr} : "
        f"{done.page or done.id}",
        f"{name} {plan.wanted.version} is up to date on {plan.portal.url}{private.en}: "
        f"{done.page or done.id}",
    )
    for note in done.notes:
        say(f"! {note.fr}", f"! {note.en}")
    if done.toml:
        say(
            f"À écrire dans [portals.{kind}] de {file} : {done.toml}",
            f"To be written in [portals.{kind}] of {file}: {done.toml}",
        )
