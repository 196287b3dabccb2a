"""``opendata decision``: what a person decides, and what waits for it."""

import math
from datetime import UTC, date, datetime
from pathlib import Path

import click

from opendata.cli.common import AUTHOR_DEFAULT, author_or_login, print_json, say, settings
from opendata.errors import UsageError

_SIGNER = f"Who decides {AUTHOR_DEFAULT}."


@click.group()
def decision() -> None:
    """What a person decides: pairs of rows that are one place or two, tolerances."""


@decision.command("list")
@click.argument("dataset")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def decision_list(dataset: str, as_json: bool) -> int:
    """The pairs of DATASET that wait for an answer, and the decisions in force."""
    from opendata.catalog import decisions_path, load_dataset, load_decisions
    from opendata.cli.decisions_shown import as_plain, show_decisions, show_waiting
    from opendata.inbox.pair_files import pairs_path
    from opendata.inbox.pairs import waiting_pairs

    paths = settings()
    name = load_dataset(dataset, paths).id
    decided, waiting = load_decisions(name, paths), waiting_pairs(name, paths)
    asked, kept = pairs_path(name, paths), decisions_path(name, paths)
    today = _today().isoformat()
    if as_json:
        print_json(
            {"dataset": name, "pairs_file": str(asked), "waiting": len(waiting),
             "pairs_to_review": waiting.to_dict("records"), "decisions_file": str(kept)}
            | as_plain(decided, today)
        )  # fmt: skip
        return 0
    show_waiting(name, waiting, asked)
    show_decisions(decided, kept, today)
    return 0


@decision.command("pair")
@click.argument("dataset")
@click.argument("row1")
@click.argument("row2")
@click.argument("answer", metavar="same|different")
@click.option("--reason", required=True, help="What shows it, in a few words.")
@click.option("--author", help=_SIGNER)
def decision_pair(
    dataset: str, row1: str, row2: str, answer: str, reason: str, author: str | None
) -> int:
    """Say whether ROW1 and ROW2 (each SOURCE:KEY) are the same place, or different ones.

    The answer may be French too: même, différent.
    """
    from opendata.catalog import append_pair, decisions_path, load_dataset, load_decisions
    from opendata.catalog.decisions import answers_by_pair, row_text
    from opendata.inbox.pair_files import unpublished
    from opendata.inbox.pairs import answer_text, known_names, named, new_answers, read_answer
    from opendata.model import PairDecision

    paths = settings()
    of = load_dataset(dataset, paths)
    first, second = (_row(text, of.sources) for text in (row1, row2))
    if first == second:
        raise UsageError(
            "paire_identique",
            fr=f"« {row1} » est comparé à lui-même : donnez deux lignes différentes.",
            en=f"“{row1}” is compared with itself: give two different rows.",
        )
    same = read_answer(answer)
    if same is None:
        raise UsageError(
            "reponse_inconnue",
            fr=f"« {answer} » n'est pas une réponse : écrivez « même » ou « différent ».",
            en=f"“{answer}” is not an answer: write “same” or “different”.",
        )
    one = PairDecision(
        (first, second), same, _stated(reason), author_or_login(author), _today().isoformat()
    )
    one = named(one, known_names(of.id, paths))
    decided = answers_by_pair(load_decisions(of.id, paths).pairs)
    new, already = new_answers([one], decided)
    if already:
        path, said, by = decisions_path(of.id, paths), answer_text(already[0]), already[0]
        say(
            f"Déjà décidé par {by.author} le {by.date} ({by.reason}) dans {path} : {said.fr}.",
            f"Decided already by {by.author} on {by.date} ({by.reason}) in {path}: {said.en}.",
        )
        return 0
    path, said = append_pair(of.id, new[0], paths), answer_text(one)
    for row in map(row_text, unpublished(one.rows, of.id, paths)):
        say(
            f"! {row} n'est d'aucun lieu publié : si la clé est fausse, cette décision restera "
            f"sans effet ; voyez « opendata why {row} ».",
            f"! {row} is of no published place: if the key is wrong, this decision will have no "
            f"effect; see “opendata why {row}”.",
        )
    _kept(of.id, path, one.author, said.fr, said.en)
    return 0


@decision.command("tolerance")
@click.argument("dataset")
@click.argument("gate")
@click.argument("value")
@click.option("--subject", help="Only for this source, category, field or SOURCE/FIELD.")
@click.option("--until", metavar="DATE", help="The day of the last release it holds for.")
@click.option("--reason", required=True, help="Why, in a few words.")
@click.option("--author", help=_SIGNER)
def decision_tolerance(
    dataset: str,
    gate: str,
    value: str,
    subject: str | None,
    until: str | None,
    reason: str,
    author: str | None,
) -> int:
    """Let more through: VALUE replaces the key GATE of [gate] of DATASET."""
    from opendata.catalog import append_tolerance, load_dataset
    from opendata.catalog.decisions import GATES
    from opendata.cli.decisions_shown import tolerance_text
    from opendata.model import Tolerance

    paths = settings()
    of = load_dataset(dataset, paths)
    if gate not in GATES:
        raise _not_allowed("gate", gate, GATES)
    today = _today().isoformat()
    one = Tolerance(
        gate, _number(gate, value), _subject(subject or "", of.sources), _day(until),
        _stated(reason), author_or_login(author), today,
    )  # fmt: skip
    path, said = append_tolerance(of.id, one, paths), tolerance_text(one, today)
    _kept(of.id, path, one.author, said.fr, said.en)
    return 0


def _kept(dataset: str, path: Path, author: str, fr: str, en: str) -> None:
    say(
        f"{fr}. Décision signée « {author} » (--author) dans {path} ; pour la voir à l'œuvre : "
        f"opendata preview {dataset}",
        f"{en}. Decision signed “{author}” (--author) in {path}; to see it at work: "
        f"opendata preview {dataset}",
    )


def _today() -> date:
    return datetime.now(UTC).date()


def _stated(reason: str) -> str:
    if not reason.strip():
        raise UsageError(
            "motif_absent",
            fr="« --reason » est vide : dites en quelques mots ce qui fonde la décision.",
            en="“--reason” is empty: say in a few words what the decision rests on.",
        )
    return reason.strip()


def _row(text: str, sources: tuple[str, ...]) -> tuple[str, str]:
    from opendata.catalog.decisions import parse_row

    row = parse_row(text)
    if row is None:
        raise UsageError(
            "ligne_illisible",
            fr=f"« {text} » ne nomme pas une ligne : écrivez « source:clé », comme dans "
            "passerelle.csv (exemple : hub-lo:1042).",
            en=f"“{text}” names no row: write “source:key”, as in passerelle.csv "
            "(for example hub-lo:1042).",
        )
    if row[0] not in sources:
        raise _not_allowed("source", row[0], sources)
    return row


def _number(gate: str, text: str) -> float:
    """The value of a tolerance, with a decimal point or comma; a percent sign says nothing."""
    from opendata.catalog.decisions import highest_value

    highest = highest_value(gate)
    try:
        number = float(text.strip().removesuffix("%").replace(",", "."))
    except ValueError:
        number = math.nan
    if math.isfinite(number) and 0 <= number <= highest:
        return number
    fr, en = ("de 0 à 100", "from 0 to 100") if highest == 100 else ("0 ou plus", "0 or more")
    raise UsageError(
        "nombre_hors_bornes",
        fr=f"« {text} » ne convient pas à « {gate} » : donnez un nombre, {fr}.",
        en=f"“{text}” does not suit “{gate}”: give a number, {en}.",
    )


def _subject(text: str, sources: tuple[str, ...]) -> str:
    """A subject of the gate: nothing else would ever be about it."""
    from opendata.schema import fields, vocabulary

    known = [*sources, *(term.value for term in vocabulary("categories")), *fields()]
    source, _, field = text.strip().partition("/")
    for part in filter(None, (source, field)):
        if part not in known:
            raise _not_allowed("subject", part, known)
    return text.strip()


def _day(text: str | None) -> str:
    if not text:
        return ""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise UsageError(
            "date_illisible",
            fr=f"« --until » vaut « {text} », or une date s'écrit année-mois-jour "
            "(exemple : 2026-12-31).",
            en=f"“--until” is “{text}”, but a date is written year-month-day "
            "(for example 2026-12-31).",
        ) from None


def _not_allowed(what: str, value: str, allowed: tuple[str, ...] | list[str]) -> UsageError:
    from opendata.catalog.toml import nearest

    fr, en = nearest(value, allowed)
    return UsageError(
        "valeur_inconnue",
        fr=f"« {what} » vaut « {value} », qui n'est pas admis ; {fr}.",
        en=f"“{what}” is “{value}”, which is not allowed; {en}.",
    )
