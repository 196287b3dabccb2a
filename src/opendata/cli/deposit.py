"""``opendata deposit``: a file received by hand, or a quarantine given back."""

import os
from pathlib import Path

import click

from opendata.cli.common import print_json, say, settings
from opendata.errors import UsageError


@click.command()
@click.argument("source", required=False)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--quarantine", type=click.Path(path_type=Path), metavar="FILE",
    help="An edited quarantaine.csv: its changes become corrections.",
)  # fmt: skip
@click.option("--dataset", help="The dataset the quarantine comes from, when it is unclear.")
@click.option(
    "--author",
    help="Who corrects (default: the login name of the session, USER, or “steward” without one).",
)
@click.option(
    "--reason",
    default="Corrigé dans la quarantaine",
    show_default=True,
    help="Why, in a few words.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def deposit(
    source: str | None,
    file: Path | None,
    quarantine: Path | None,
    dataset: str | None,
    author: str | None,
    reason: str,
    as_json: bool,
) -> int:
    """Make FILE, received by hand, the newest snapshot of SOURCE.

    With --quarantine, turn the changes of an edited quarantaine.csv into corrections.
    """
    if quarantine is not None and source is None:
        author = author or os.environ.get("USER") or "steward"
        return _accept_quarantine(quarantine, dataset, author, reason, as_json)
    if quarantine is not None or source is None or file is None:
        raise UsageError(
            "depot_incomplet",
            fr="Donnez SOURCE et FICHIER, ou « --quarantine FICHIER » seul ; « opendata deposit "
            "--help » les explique.",
            en="Give SOURCE and FILE, or “--quarantine FILE” alone; “opendata deposit --help” "
            "explains them.",
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


def _accept_quarantine(
    file: Path, dataset: str | None, author: str, reason: str, as_json: bool
) -> int:
    """Exit status 1 when a cell could not be used: a person has to look at it again."""
    from datetime import UTC, datetime

    from opendata.inbox import accept_quarantine, described

    today = datetime.now(UTC).date()
    found = accept_quarantine(
        file, settings(), dataset=dataset, author=author, reason=reason, today=today
    )
    if as_json:
        print_json(
            {"dataset": found.dataset, "path": str(found.path), "author": author,
             "corrections": described(found.corrections),
             "already": described(found.already),
             "replaced": described(found.replaced),
             "refused": [{"fr": one.fr, "en": one.en} for one in found.refused]}
        )  # fmt: skip
        return 1 if found.refused else 0
    for line in described(found.corrections):
        click.echo(f"  {line}")
    for line in described(found.already):
        say(f"  déjà dans le fichier : {line}", f"  already there: {line}")
    for line in described(found.replaced):
        say(
            f"  remplacée, n'est plus appliquée (retirez-la) : {line}",
            f"  replaced, no longer applied (remove it): {line}",
        )
    for problem in found.refused:
        say(f"! {problem.fr}", f"! {problem.en}")
    count = len(found.corrections)
    if not count:
        say(
            f"Aucune correction nouvelle pour {found.path}.",
            f"No new correction for {found.path}.",
        )
        return 1 if found.refused else 0
    say(
        f"{count} correction(s) signée(s) « {author} » (--author) dans {found.path} ; pour les "
        f"voir à l'œuvre : opendata preview {found.dataset}",
        f"{count} correction(s) signed “{author}” (--author) in {found.path}; to see them at "
        f"work: opendata preview {found.dataset}",
    )
    return 1 if found.refused else 0
