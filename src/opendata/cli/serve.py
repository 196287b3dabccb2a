"""``opendata serve``: the published catalogue in a browser, and for programs."""

import contextlib

import click

from opendata.cli.common import say


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True,
    help="Port to listen on; 0 takes a free one.",
)  # fmt: skip
@click.option(
    "--host", default="127.0.0.1", show_default=True,
    help="Address to listen on; 0.0.0.0 opens the catalogue to the whole network.",
)  # fmt: skip
@click.option("--verbose", is_flag=True, help="Tell each request in one line.")
@click.pass_context
def serve(context: click.Context, port: int, host: str, verbose: bool) -> int:
    """Browse the published catalogue, and let programs read its files.

    Serves data/published and nothing else, with range requests and for pages of any origin, so
    that DuckDB and browsers read the Parquet files directly. Ctrl-C ends it.
    """
    from opendata.paths import paths_from_environment
    from opendata.serve import Served, Site, address_of, has_catalogue, listen, server_of

    published = paths_from_environment().published

    def told(served: Served) -> None:
        asked = f" ({served.asked})" if served.asked else ""
        click.echo(
            f"{served.status} {served.method} {served.address}{asked} "
            f"{served.sent} {served.seconds * 1000:.0f} ms",
            err=True,
        )

    def troubled(problem: Exception) -> None:
        say(
            f"Défaut imprévu ({type(problem).__name__} : {problem}) : la requête n'a pas eu sa "
            "réponse, le serveur continue ; signalez-le.",
            f"Unforeseen defect ({type(problem).__name__}: {problem}): the request went without "
            "its answer, the server goes on; report it.",
            err=True,
        )
        if (context.obj or {}).get("debug"):
            import traceback

            click.echo("".join(traceback.format_exception(problem)), err=True)

    site = Site(published, told if verbose else None, troubled)
    with listen(host, port) as bound:
        address = address_of(bound)
        say(
            f"Catalogue servi sur {address} (Ctrl-C pour arrêter).",
            f"Catalogue served at {address} (Ctrl-C to stop).",
        )
        if not has_catalogue(published):
            say(
                f"Rien n'est encore publié dans {published} : lancez « opendata run JEU » dans un "
                "autre terminal, puis rechargez la page.",
                f"Nothing is published in {published} yet: run “opendata run DATASET” in another "
                "terminal, then reload the page.",
            )
        # The server raises the interrupt again once it has ended its work.
        with contextlib.suppress(KeyboardInterrupt):
            server_of(site).run(sockets=[bound])
        say("Arrêté.", "Stopped.")
    return 0
