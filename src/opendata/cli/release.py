"""The steward's decisions on a release: publish, hold, drop, roll back."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from opendata.cli.common import AUTHOR_DEFAULT, author_or_login, say, settings
from opendata.language import Text

_F = TypeVar("_F", bound=Callable[..., Any])


def _author_option(command: _F) -> _F:
    return click.option("--author", help=f"Who decides {AUTHOR_DEFAULT}.")(command)


@click.command()
@click.argument("dataset")
@click.argument("version", required=False)
@click.option("--seal", default="", help="The seal that the preview showed: refuse anything else.")
@click.option("--reason", default="", help="Why it goes out although the gate stopped it.")
@_author_option
def publish(dataset: str, version: str | None, seal: str, reason: str, author: str | None) -> int:
    """Promote the staged release of DATASET, exactly as it was previewed."""
    from opendata.steward import publish_staged

    paths = settings()
    found = publish_staged(
        dataset, version, paths, seal=seal, reason=reason, author=author_or_login(author)
    )
    say(f"{dataset} {found.version} est publié.", f"{dataset} {found.version} is published.")
    click.echo(f"  {paths.dataset(dataset) / 'index.html'}")
    say(
        f'Pour revenir à la version précédente : opendata rollback {dataset} --reason "…"',
        f'To go back to the previous release: opendata rollback {dataset} --reason "…"',
    )
    return _unrecorded(found.unrecorded)


@click.command()
@click.argument("dataset")
@click.option("--reason", required=True, help="Why the staged release must wait.")
@_author_option
def hold(dataset: str, reason: str, author: str | None) -> int:
    """Keep the staged release of DATASET waiting, with a reason that the next runs remember."""
    from opendata.steward import hold_staged

    found = hold_staged(dataset, reason, settings(), author=author_or_login(author))
    say(
        f"{dataset} {found.version} attend : {reason}", f"{dataset} {found.version} waits: {reason}"
    )
    return _unrecorded(found.unrecorded)


@click.command()
@click.argument("dataset")
@click.option("--reason", required=True, help="Why the staged release is thrown away.")
@_author_option
def drop(dataset: str, reason: str, author: str | None) -> int:
    """Throw away the staged release of DATASET; its content will not go out by itself."""
    from opendata.steward import drop_staged

    found = drop_staged(dataset, reason, settings(), author=author_or_login(author))
    say(
        f"{dataset} {found.version} est abandonné : {reason}. La version publiée reste en place ; "
        "le même contenu sera de nouveau retenu.",
        f"{dataset} {found.version} is dropped: {reason}. The published release stays in place; "
        "the same content will be held again.",
    )
    return _unrecorded(found.unrecorded)


@click.command()
@click.argument("dataset")
@click.option("--to", "version", help="The version to go back to (default: the one before).")
@click.option("--reason", required=True, help="Why the latest release is withdrawn.")
@_author_option
def rollback(dataset: str, version: str | None, reason: str, author: str | None) -> int:
    """Withdraw the latest release of DATASET and point to an earlier one."""
    from opendata.steward import take_back

    found = take_back(dataset, version, reason, settings(), author=author_or_login(author))
    say(
        f"{dataset} : la version {found.version} est de nouveau celle que reçoivent les "
        "réutilisateurs.",
        f"{dataset}: version {found.version} is again the one that reusers get.",
    )
    return _unrecorded(found.unrecorded)


def _unrecorded(problem: Text | None) -> int:
    """Exit status 1 when the decision could not be written in the catalogue."""
    if problem is None:
        return 0
    say(
        f"! C'est fait, mais la décision n'est pas consignée : {problem.fr}",
        f"! It is done, but the decision is not on record: {problem.en}",
        err=True,
    )
    return 1
