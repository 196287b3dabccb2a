"""``opendata run``: the whole job, through the Prefect flow."""

import os
from collections.abc import Mapping
from typing import Any

import click

from opendata.cli.common import print_json, settings
from opendata.cli.outcome import show_outcome


@click.command()
@click.argument("dataset")
@click.option("--no-fetch", is_flag=True, help="Use the copies already on disk.")
@click.option("--source", "sources", multiple=True, help="Fetch this source only (repeatable).")
@click.option(
    "--review",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="auto: publish when clean; always: wait for a person; never: ignore tolerances.",
)
@click.option("--force", is_flag=True, help="Make a release even when nothing changed.")
@click.option("--strict", is_flag=True, help="Exit 1 on quarantined rows or a stale source.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_obj
def run(
    options: Mapping[str, bool],
    dataset: str,
    no_fetch: bool,
    sources: tuple[str, ...],
    review: str,
    force: bool,
    strict: bool,
    as_json: bool,
) -> int:
    """The whole job for DATASET, through the Prefect flow."""

    from opendata.pipeline import prepare
    from opendata.release.lock import publication_lock

    paths = settings()
    # Everything that can be refused is refused before the flow's engine starts.
    prepare(dataset, paths, only=sources, fetching=not no_fetch)
    with publication_lock(dataset, paths):
        pass
    if not options["debug"]:
        # The flow's own log is for its page; here the summary speaks.
        os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
        os.environ.setdefault("PREFECT_LOGGING_INTERNAL_LEVEL", "CRITICAL")
    from flows.publish import run_in_process

    outcome = run_in_process(
        {
            "dataset": dataset,
            "sources": list(sources),
            "fetch": not no_fetch,
            "review": review,
            "force": force,
        }
    )
    if as_json:
        print_json(outcome)
    else:
        show_outcome(outcome, paths)
    return _exit_status(outcome, strict)


def _exit_status(outcome: Mapping[str, Any], strict: bool) -> int:
    if outcome["status"] == "held":
        return 1
    report = outcome["report"]
    stale = any(line["etat"] in ("perimee", "absente") for line in report["sources"])
    return 1 if strict and (stale or report["total"]["quarantaine"]) else 0
