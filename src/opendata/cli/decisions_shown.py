"""How ``opendata decision list`` shows pairs side by side, and the decisions in force."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import pandas as pd

from opendata.cli.common import say
from opendata.inbox.pairs import answer_json, answer_text
from opendata.language import Text
from opendata.model import Decisions, ReleaseDecision, Tolerance
from opendata.site.wording import counted

_FIRST = 10

#: Columns of paires.csv without their number, as they are named side by side.
_SHOWN = {
    "nom": Text("nom", "name"),
    "adresse": Text("adresse", "address"),
    "commune": Text("commune", "commune"),
    "categories": Text("catégories", "categories"),
    "telephone": Text("téléphone", "telephone"),
    "courriels": Text("courriels", "e-mails"),
    "site_web": Text("site web", "website"),
    "lieu_id": Text("lieu publié", "published place"),
}

_ACTIONS = {
    "held": Text("retenue", "held"),
    "dropped": Text("abandonnée", "dropped"),
    "published": Text("publiée", "published"),
    "withdrawn": Text("retirée", "withdrawn"),
}


def as_plain(decided: Decisions, today: str) -> dict[str, Any]:
    """The decisions as plain values; ``today`` is an ISO date."""
    return {
        "pairs": [answer_json(one) for one in decided.pairs],
        "tolerances": [
            asdict(one) | {"expired": _expired(one, today)} for one in decided.tolerances
        ],
        "releases": [asdict(one) for one in decided.releases],
    }


def show_waiting(dataset: str, waiting: pd.DataFrame, file: Path) -> None:
    """The first pairs to review side by side, and how to answer."""
    if waiting.empty:
        say("Aucune paire n'attend de réponse.", "No pair waits for an answer.")
        return
    count = counted(len(waiting), "paire à revoir|paires à revoir",
                    "pair to review|pairs to review")  # fmt: skip
    say(f"{count.fr} : même lieu, ou non ?", f"{count.en}: the same place, or not?")
    for place, pair in enumerate(waiting.head(_FIRST).to_dict("records"), start=1):
        _show_pair(place, {str(name): str(value) for name, value in pair.items()})
    if len(waiting) > _FIRST:
        say(f"  … {len(waiting)} en tout", f"  … {len(waiting)} in all")
    first = waiting.iloc[0]
    rows = [shlex.quote(f"{first[f'source_{n}']}:{first[f'cle_{n}']}") for n in (1, 2)]
    say(
        f"Toutes sont dans {file} : remplissez la colonne « reponse » (même ou différent) dans "
        f"une copie, puis : opendata deposit --pairs COPIE.csv --dataset {dataset}",
        f"All of them are in {file}: fill in the column “reponse” (même for same, or différent) "
        f"in a copy, then: opendata deposit --pairs COPY.csv --dataset {dataset}",
    )
    say(
        f'Ou une seule : opendata decision pair {dataset} {" ".join(rows)} même --reason "…"',
        f'Or only one: opendata decision pair {dataset} {" ".join(rows)} same --reason "…"',
    )


def _show_pair(place: int, pair: Mapping[str, str]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    likely, why, away = (pair.get(name, "") for name in ("probabilite", "raisons", "distance_m"))
    told = [_likely(likely), why, f"{away} m" if away else ""]
    click.echo(f"\n{place}. " + " — ".join(filter(None, told)))
    table = Table(box=None, pad_edge=False, show_header=False, expand=True)
    table.add_column(style="dim", width=17)
    table.add_column(overflow="fold", ratio=1)
    table.add_column(overflow="fold", ratio=1)
    rows = [f"{pair[f'source_{n}']}:{pair[f'cle_{n}']}" for n in (1, 2)]
    table.add_row(f"   {Text('ligne', 'row')}", *map(escape, rows))
    for name, title in _SHOWN.items():
        values = [pair.get(f"{name}_{n}", "") for n in (1, 2)]
        if any(values):
            table.add_row(f"   {title}", *(escape(value or "–") for value in values))
    Console(width=None if sys.stdout.isatty() else 120).print(table)


def _likely(text: str) -> str:
    """A probability (0 to 1) in percent; what is no number as it is written."""
    try:
        share = float(text.replace(",", "."))
    except ValueError:
        return text
    return str(Text(f"{share:.0%}".replace("%", " %"), f"{share:.0%}"))


def show_decisions(decided: Decisions, file: Path, today: str) -> None:
    """The answers, tolerances and decisions on releases; ``today`` is an ISO date."""
    pairs = [(answer_text(one), one) for one in decided.pairs]
    tolerances = [(tolerance_text(one, today), one) for one in decided.tolerances]
    releases = [(_release_text(one), one) for one in decided.releases]
    if not (pairs or tolerances or releases):
        say(f"Aucune décision dans {file}.", f"No decision in {file}.")
        return
    say(f"Décisions dans {file} :", f"Decisions in {file}:")
    for title, entries in (
        (Text("Paires", "Pairs"), pairs),
        (Text("Tolérances", "Tolerances"), tolerances),
        (Text("Versions", "Releases"), releases),
    ):
        if entries:
            click.echo(f"  {title}")
        for said, one in entries:
            click.echo(f"    {said} — {one.reason} ({one.author}, {one.date})")


def tolerance_text(one: Tolerance, today: str) -> Text:
    """What is tolerated, of what, and until when."""
    value = f"{one.value:.10g}"
    about = Text(f" pour {one.subject}", f" for {one.subject}") if one.subject else Text("", "")
    until = Text(", sans limite de date", ", with no end date")
    if _expired(one, today):
        until = Text(f", échue le {one.until}", f", ended on {one.until}")
    elif one.until:
        until = Text(f", jusqu'au {one.until} inclus", f", until {one.until} included")
    return Text(
        f"{one.gate} = {value.replace('.', ',')}{about.fr}{until.fr}",
        f"{one.gate} = {value}{about.en}{until.en}",
    )


def _expired(one: Tolerance, today: str) -> bool:
    return bool(one.until) and one.until < today


def _release_text(one: ReleaseDecision) -> Text:
    action = _ACTIONS[one.action]
    return Text(f"{one.version} {action.fr}", f"{one.version} {action.en}")
