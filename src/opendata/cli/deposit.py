"""``opendata deposit``: a file received by hand, a quarantine or pairs given back."""

from pathlib import Path

import click

from opendata.cli.common import AUTHOR_DEFAULT, author_or_login, print_json, say, settings
from opendata.cli.given_back import show_pairs, show_quarantine
from opendata.errors import UsageError

_CORRECTED = "Corrigé dans la quarantaine"
_ANSWERED = "Répondu dans le fichier des paires"


@click.command()
@click.argument("source", required=False)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--quarantine", type=click.Path(path_type=Path), metavar="FILE",
    help="An edited quarantaine.csv: its changes become corrections.",
)  # fmt: skip
@click.option(
    "--pairs", type=click.Path(path_type=Path), metavar="FILE",
    help="An answered paires.csv: its answers become decisions.",
)  # fmt: skip
@click.option("--dataset", help="The dataset such a file comes from, when it is unclear.")
@click.option("--author", help=f"Who corrects or decides {AUTHOR_DEFAULT}.")
@click.option(
    "--reason",
    help=f"Why, in a few words (default: “{_CORRECTED}”, “{_ANSWERED}”).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def deposit(
    source: str | None,
    file: Path | None,
    quarantine: Path | None,
    pairs: Path | None,
    dataset: str | None,
    author: str | None,
    reason: str | None,
    as_json: bool,
) -> int:
    """Make FILE, received by hand, the newest snapshot of SOURCE.

    With --quarantine, turn the changes of an edited quarantaine.csv into corrections; with
    --pairs, the answers of a paires.csv into decisions.
    """
    author = author_or_login(author)
    if quarantine is not None and source is None and pairs is None:
        return show_quarantine(quarantine, dataset, author, reason or _CORRECTED, as_json)
    if pairs is not None and source is None and quarantine is None:
        return show_pairs(pairs, dataset, author, reason or _ANSWERED, as_json)
    if quarantine is not None or pairs is not None or source is None or file is None:
        raise UsageError(
            "depot_incomplet",
            fr="Donnez SOURCE et FICHIER, ou « --quarantine FICHIER » seul, ou « --pairs "
            "FICHIER » seul ; « opendata deposit --help » les explique.",
            en="Give SOURCE and FILE, or “--quarantine FILE” alone, or “--pairs FILE” alone; "
            "“opendata deposit --help” explains them.",
        )
    return _accept_file(source, file, as_json)


def _accept_file(source: str, file: Path, as_json: bool) -> int:
    from opendata.checking import accept_deposit

    snapshot, looked_at = accept_deposit(source, file, settings())
    if as_json:
        print_json(
            {"source": source, "path": str(snapshot.path), "sha256": snapshot.sha256,
             "bytes": snapshot.bytes, "fetched_at": snapshot.fetched_at.isoformat()}
        )  # fmt: skip
        return 0
    rows = looked_at.rows_in if looked_at else 0
    say(
        f"{source} : {file.name} ({rows} lignes) est maintenant la copie la plus récente. Rien "
        "n'est encore publié : opendata preview <jeu de données>, puis opendata publish.",
        f"{source}: {file.name} ({rows} rows) is now the newest copy. Nothing is published yet: "
        "opendata preview <dataset>, then opendata publish.",
    )
    return 0
