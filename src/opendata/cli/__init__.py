"""The ``opendata`` command.

Exit status: 0 done (also when nothing changed), 1 done and something needs a person,
2 wrong usage or configuration, 3 the job failed and nothing was published. A traceback is
shown only with ``--debug``. Heavy modules are imported inside the commands that need them.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from opendata import __version__
from opendata.cli.check import check
from opendata.cli.common import print_json, say, settings
from opendata.cli.deposit import deposit
from opendata.cli.source import source as source_commands
from opendata.cli.why import why
from opendata.errors import OpendataError
from opendata.language import Text, current_language
from opendata.paths import Paths

_STATES = {
    "a_jour": Text("à jour", "current"),
    "perimee": Text("périmée", "stale"),
    "absente": Text("absente", "missing"),
    "non_publiee": Text("non publiée", "not published"),
    "ecartee": Text("écartée (licence)", "left out (licence)"),
}
_COUNT_TITLES = {
    "lignes_lues": Text("lues", "read"),
    "publiees": Text("publiées", "published"),
    "fusionnees": Text("fusionnées", "merged"),
    "quarantaine": Text("quarantaine", "quarantined"),
    "hors_territoire": Text("hors territoire", "outside"),
}


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 done, 1 done and something needs a person, 2 wrong usage or "
    "configuration, 3 the job failed and nothing was published.",
)
@click.version_option(__version__, prog_name="opendata")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(context: click.Context, debug: bool) -> None:
    """Publish a region's digital places as open data: fetch, check, locate, version.

    Settings: OPENDATA_HOME (default ./data), OPENDATA_CATALOG (default ./catalog),
    OPENDATA_MIRROR (a folder that stands in for the network), OPENDATA_LANG (fr or en).
    """
    context.obj = {"debug": debug}


@cli.command()
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

    from opendata.pipeline import prepare, publication_lock

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
        _show_outcome(outcome, paths)
    return _exit_status(outcome, strict)


def _exit_status(outcome: Mapping[str, Any], strict: bool) -> int:
    if outcome["status"] == "held":
        return 1
    report = outcome["report"]
    stale = any(line["etat"] in ("perimee", "absente") for line in report["sources"])
    return 1 if strict and (stale or report["total"]["quarantaine"]) else 0


def _show_outcome(outcome: Mapping[str, Any], paths: Paths) -> None:
    name, version, report = outcome["dataset"], outcome["version"], outcome["report"]
    _show_accounts(report)
    for line in report["sources"]:
        if line["message_fr"]:
            name_fr, name_en = f"{line['source']} : ", f"{line['source']}: "
            say(f"! {name_fr}{line['message_fr']}", f"! {name_en}{line['message_en']}")
    places = report["places"]
    if outcome["status"] == "published":
        changed = report["changements"]
        say(
            f"{name} {version} est publié : {places} lieux "
            f"({changed['ajouts']} ajoutés, {changed['suppressions']} supprimés, "
            f"{changed['modifications']} modifiés).",
            f"{name} {version} is published: {places} places "
            f"({changed['ajouts']} added, {changed['suppressions']} removed, "
            f"{changed['modifications']} changed).",
        )
        click.echo(f"  {paths.releases(name) / version}")
        click.echo(f"  {paths.dataset(name) / 'index.html'}")
    elif outcome["status"] == "unchanged":
        say(
            f"Rien de nouveau : {name} {version} reste la dernière version ({places} lieux).",
            f"Nothing new: {name} {version} is still the latest release ({places} places).",
        )
    else:
        say(f"{name} {version} attend une décision :", f"{name} {version} waits for a decision:")
        for reason in outcome["reasons"]:
            say(f"  - {reason['fr']}", f"  - {reason['en']}")
        say(
            f"Publier : opendata publish {name}. La dernière version publiée reste en place.",
            f"To publish: opendata publish {name}. The last published release stays in place.",
        )


def _show_accounts(report: Mapping[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("source")
    table.add_column(str(Text("état", "state")))
    for title in _COUNT_TITLES.values():
        table.add_column(str(title), justify="right")
    for line in report["sources"]:
        since = f" {line['perime_depuis'][:10]}" if line["perime_depuis"] else ""
        counts = [str(line[count]) for count in _COUNT_TITLES]
        table.add_row(line["source"], str(_STATES[line["etat"]]) + since, *counts)
    table.add_row("total", "", *(str(report["total"][count]) for count in _COUNT_TITLES))
    Console(width=120 if not sys.stdout.isatty() else None).print(table)


@cli.command()
@click.argument("dataset")
@click.option("--no-fetch", is_flag=True, help="Use the copies already on disk.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def preview(dataset: str, no_fetch: bool, as_json: bool) -> int:
    """Stage a release of DATASET and show what it would change."""
    from opendata.pipeline import run as run_pipeline
    from opendata.release.store import read_table

    paths = settings()
    outcome = run_pipeline(dataset, paths, fetching=not no_fetch, review="always").as_json()
    if as_json:
        print_json(outcome)
        return 0
    _show_outcome(outcome, paths)
    if outcome["status"] == "held":
        table = read_table(paths.staged(dataset) / outcome["version"], "changements")
        for line in table.head(20).to_dict("records"):
            what = f"{line['champ']} : « {line['ancien']} » → « {line['nouveau']} »"
            detail = what if line["champ"] else ""
            click.echo(
                f"  {line['changement']:<12} {line['lieu_id']} {line['nom']} "
                f"({line['commune']}) {detail}"
            )
        if len(table) > 20:
            say(f"  … {len(table)} changements en tout", f"  … {len(table)} changes in all")
    return 0


@cli.command()
@click.argument("dataset")
@click.argument("version", required=False)
def publish(dataset: str, version: str | None) -> int:
    """Promote the staged release of DATASET, exactly as it was previewed."""
    from opendata.pipeline import publish_staged

    promoted = publish_staged(dataset, version, settings())
    say(f"{dataset} {promoted} est publié.", f"{dataset} {promoted} is published.")
    return 0


@cli.command()
@click.argument("dataset")
@click.option("--reason", required=True, help="Why the staged release must wait.")
def hold(dataset: str, reason: str) -> int:
    """Keep the staged release of DATASET waiting, with a reason."""
    from opendata.pipeline import hold_staged

    version = hold_staged(dataset, reason, settings())
    say(f"{dataset} {version} attend : {reason}", f"{dataset} {version} waits: {reason}")
    return 0


@cli.command()
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


@cli.command()
@click.argument("dataset", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def status(dataset: str | None, as_json: bool) -> int:
    """Sources, last good copies, staleness, last and held releases."""
    from opendata.status import dataset_status

    paths = settings()
    from opendata.catalog import dataset_ids, load_dataset

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
        click.echo(f"  {line['source']:<28} {_STATES[line['state']]!s:<20} {copy}")
        message = line["message_en"] if english else line["message_fr"]
        if message:
            click.echo(f"      ! {message}")


@cli.group()
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


for command in (check, deposit, why, source_commands):
    cli.add_command(command)


def _prefect_trouble(problem: Exception) -> Text | None:
    """The sentence for a flow engine that does not answer; None for anything else."""
    server = os.environ.get("PREFECT_API_URL")
    if "ephemeral Prefect API server" in str(problem):
        folder = os.environ.get("PREFECT_HOME", "~/.prefect")
        return Text(
            f"Prefect n'a pas démarré (sa base est dans {folder}) : rien n'est publié ; vérifiez "
            "que ce dossier peut être écrit (PREFECT_HOME), puis relancez la même commande.",
            f"Prefect did not start (its database is in {folder}): nothing is published; check "
            "that this folder can be written (PREFECT_HOME), then run the same command again.",
        )
    unreached = type(problem).__module__.split(".")[0] in ("httpx", "httpcore")
    if server and (unreached or "Failed to reach API" in str(problem)):
        return Text(
            f"Le serveur Prefect {server} ne répond pas : rien n'est publié ; démarrez-le "
            "(« prefect server start ») ou retirez PREFECT_API_URL, puis relancez.",
            f"The Prefect server {server} does not answer: nothing is published; start it "
            "(“prefect server start”) or remove PREFECT_API_URL, then run again.",
        )
    return None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; every error ends as one sentence and an exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments
    try:
        status = cli.main(arguments, prog_name="opendata", standalone_mode=False)
    except OpendataError as error:
        if debug:
            raise
        click.echo(str(error), err=True)
        status = error.exit_status
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        status = 2
    except click.UsageError as error:
        error.show()
        status = 2
    except (click.Abort, KeyboardInterrupt):
        say("Interrompu : rien n'a été publié.", "Interrupted: nothing was published.", err=True)
        status = 3
    except Exception as problem:
        if debug:
            raise
        trouble = _prefect_trouble(problem)
        if trouble is not None:
            click.echo(str(trouble), err=True)
            sys.exit(3)
        say(
            f"Défaut imprévu ({type(problem).__name__} : {problem}) : rien n'est publié ; "
            "relancez avec « opendata --debug … » et signalez-le.",
            f"Unforeseen defect ({type(problem).__name__}: {problem}): nothing is published; "
            "run “opendata --debug …” again and report it.",
            err=True,
        )
        status = 3
    sys.exit(status if isinstance(status, int) else 0)
