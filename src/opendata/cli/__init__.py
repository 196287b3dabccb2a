"""The ``opendata`` command.

Exit status: 0 done (also when nothing changed), 1 done and something needs a person,
2 wrong usage or configuration, 3 the job failed and nothing was published. A traceback is
shown only with ``--debug``. Heavy modules are imported inside the commands that need them.
"""

import sys
import traceback
from collections.abc import Sequence

import click

from opendata import __version__
from opendata.cli.check import check
from opendata.cli.common import say
from opendata.cli.decision import decision
from opendata.cli.deposit import deposit
from opendata.cli.geocode import geocode
from opendata.cli.preview import preview
from opendata.cli.push import push
from opendata.cli.reference import reference
from opendata.cli.release import drop, hold, publish, rollback
from opendata.cli.run import run
from opendata.cli.serve import serve
from opendata.cli.source import source as source_commands
from opendata.cli.status import status
from opendata.cli.trouble import prefect_trouble, usage_sentence
from opendata.cli.why import why
from opendata.errors import OpendataError


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


for command in (
    run, preview, publish, hold, drop, rollback, push, status, check, deposit, decision, geocode,
    why, source_commands, reference, serve,
):  # fmt: skip
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; every error ends as one sentence and an exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments
    try:
        code = cli.main(arguments, prog_name="opendata", standalone_mode=False)
    except OpendataError as error:
        if debug:
            traceback.print_exc()
        click.echo(str(error), err=True)
        code = error.exit_status
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        code = 2
    except click.UsageError as error:
        if error.ctx is not None:
            click.echo(error.ctx.get_usage(), err=True)
        click.echo(str(usage_sentence(error)), err=True)
        code = 2
    except (click.Abort, KeyboardInterrupt):
        say("Interrompu : rien n'a été publié.", "Interrupted: nothing was published.", err=True)
        code = 3
    except Exception as problem:
        if debug:
            traceback.print_exc()
        trouble = prefect_trouble(problem)
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
        code = 3
    sys.exit(code if isinstance(code, int) else 0)
