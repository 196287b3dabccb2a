"""The steward's decisions on a release: publish, hold, roll back."""

import click

from opendata.cli.common import say, settings


@click.command()
@click.argument("dataset")
@click.argument("version", required=False)
def publish(dataset: str, version: str | None) -> int:
    """Promote the staged release of DATASET, exactly as it was previewed."""
    from opendata.pipeline import publish_staged

    promoted = publish_staged(dataset, version, settings())
    say(f"{dataset} {promoted} est publié.", f"{dataset} {promoted} is published.")
    return 0


@click.command()
@click.argument("dataset")
@click.option("--reason", required=True, help="Why the staged release must wait.")
def hold(dataset: str, reason: str) -> int:
    """Keep the staged release of DATASET waiting, with a reason."""
    from opendata.pipeline import hold_staged

    version = hold_staged(dataset, reason, settings())
    say(f"{dataset} {version} attend : {reason}", f"{dataset} {version} waits: {reason}")
    return 0


@click.command()
@click.argument("dataset")
@click.option("--to", "version", help="The version to go back to (default: the one before).")
@click.option("--reason", required=True, help="Why the latest release is withdrawn.")
def rollback(dataset: str, version: str | None, reason: str) -> int:
    """Withdraw the latest release of DATASET and point to an earlier one."""
    from opendata.pipeline import take_back

    target = take_back(dataset, version, reason, settings())
    say(
        f"{dataset} : la version {target} est de nouveau celle que reçoivent les réutilisateurs.",
        f"{dataset}: version {target} is again the one that reusers get.",
    )
    return 0
