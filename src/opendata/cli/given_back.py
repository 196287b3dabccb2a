"""What ``opendata deposit`` says of a file that a steward gives back."""

from pathlib import Path

import click

from opendata.cli.common import print_json, say, settings


def show_quarantine(
    file: Path, dataset: str | None, author: str, reason: str, as_json: bool
) -> int:
    """Turn an edited quarantine into corrections.

    Exit status 1 when a cell could not be used: a person has to look at it again.
    """
    from datetime import UTC, datetime

    from opendata.inbox import accept_quarantine, described
    from opendata.site.wording import counted

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
    signed = counted(count, "correction signée|corrections signées",
                     "correction signed|corrections signed")  # fmt: skip
    say(
        f"{signed.fr} « {author} » (--author) dans {found.path} ; pour en voir l'effet : "
        f"opendata preview {found.dataset}",
        f"{signed.en} “{author}” (--author) in {found.path}; to see the effect: "
        f"opendata preview {found.dataset}",
    )
    return 1 if found.refused else 0


def show_pairs(file: Path, dataset: str | None, author: str, reason: str, as_json: bool) -> int:
    """Turn answered pairs into decisions.

    Exit status 1 when a line could not be used: a person has to look at it again.
    """
    from datetime import UTC, datetime

    from opendata.inbox.pairs import accept_pairs, answer_json, answer_text
    from opendata.site.wording import counted

    found = accept_pairs(
        file, settings(), dataset=dataset, author=author, reason=reason,
        today=datetime.now(UTC).date(),
    )  # fmt: skip
    if as_json:
        print_json(
            {"dataset": found.dataset, "path": str(found.path), "author": author,
             "written": [answer_json(one) for one in found.written],
             "already": [answer_json(one) for one in found.already],
             "refused": [{"fr": one.fr, "en": one.en} for one in found.refused],
             "left": found.left}
        )  # fmt: skip
        return 1 if found.refused else 0
    for one in found.written:
        click.echo(f"  {answer_text(one)}")
    for one in found.already:
        line = answer_text(one)
        say(f"  déjà décidé : {line.fr}", f"  decided already: {line.en}")
    for problem in found.refused:
        say(f"! {problem.fr}", f"! {problem.en}")
    if found.left:
        pairs = counted(found.left, "paire sans réponse|paires sans réponse",
                        "pair without an answer|pairs without an answer")  # fmt: skip
        say(f"{pairs.fr} : à décider plus tard.", f"{pairs.en}: to be decided later.")
    if not found.written:
        say(
            f"Aucune décision nouvelle pour {found.path}.",
            f"No new decision for {found.path}.",
        )
        return 1 if found.refused else 0
    count = counted(len(found.written), "décision signée|décisions signées",
                    "decision signed|decisions signed")  # fmt: skip
    say(
        f"{count.fr} « {author} » (--author) dans {found.path} ; pour en voir l'effet : "
        f"opendata preview {found.dataset}",
        f"{count.en} “{author}” (--author) in {found.path}; to see the effect: "
        f"opendata preview {found.dataset}",
    )
    return 1 if found.refused else 0
