"""The pairs to review as an inbox: answered by a steward and given back, they become decisions.

``paires.csv`` shows two rows side by side and an empty column ``reponse``. What a steward writes
there is kept in ``catalog/decisions/<dataset>.toml``, where the matcher finds it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from opendata.catalog import append_pairs, load_dataset, load_decisions
from opendata.catalog.decisions import ANSWERS, Row, answers_by_pair, row_text
from opendata.catalog.toml import nearest, short
from opendata.identity.decided import same_name
from opendata.inbox.pair_files import (
    ANSWER,
    NAMED,
    Known,
    Pair,
    Rows,
    dataset_of,
    pairs_path,
    read_pairs,
    rows_of,
)
from opendata.language import Text
from opendata.model import PairDecision
from opendata.paths import Paths
from opendata.release import store
from opendata.tables import column

_SAME = frozenset({"meme", "m", "oui", "same", "idem"})
_DIFFERENT = frozenset({"different", "differents", "d", "non", "autre"})
#: What a spreadsheet makes of a long number; its last digits are lost.
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+")


@dataclass(frozen=True)
class PairsInbox:
    """What a file of answered pairs changes.

    ``written`` are the new answers. ``already`` stood in the file and were not written again.
    ``refused`` says which lines cannot be used. ``left`` counts the pairs of the file that
    nobody has answered, there or before.
    """

    dataset: str
    path: Path
    written: tuple[PairDecision, ...]
    already: tuple[PairDecision, ...]
    refused: tuple[Text, ...]
    left: int


def waiting_pairs(dataset: str, paths: Paths) -> pd.DataFrame:
    """The pairs to review that nobody has answered yet, as the file shows them."""
    path = pairs_path(dataset, paths)
    if not path.is_file():
        return pd.DataFrame(columns=[ANSWER, *NAMED], dtype="str")
    table = read_pairs(path)
    decided = answers_by_pair(load_decisions(dataset, paths).pairs)
    names = names_in(table)
    waiting = [
        (answer := decided.get(frozenset(pair))) is None or not holds(answer, names)
        for pair in rows_of(table)
    ]
    return table[waiting]


def names_in(table: pd.DataFrame) -> dict[Row, str]:
    """What the rows of a file of pairs are called."""
    names: dict[Row, str] = {}
    shown = zip(rows_of(table), column(table, "nom_1"), column(table, "nom_2"), strict=True)
    for (first, second), one, other in shown:
        names |= {first: one, second: other}
    return names


def known_names(dataset: str, paths: Paths) -> dict[Row, str]:
    """What rows are called: the principal rows of published places, and those to review."""
    folder = store.latest(paths, dataset)
    names: dict[Row, str] = {}
    if folder is not None:
        rows = store.read_table(folder, "passerelle")
        rows = rows[rows["role"] == "principale"].merge(
            store.read_table(folder, "lieux")[["lieu_id", "nom"]], on="lieu_id"
        )
        keys = zip(rows["source"], rows["cle"], strict=True)
        names = dict(zip(keys, rows["nom"], strict=True))
    path = pairs_path(dataset, paths)
    return names | (names_in(read_pairs(path)) if path.is_file() else {})


def holds(answer: PairDecision, names: Mapping[Row, str]) -> bool:
    """Whether an answer is about rows that are still called what they were."""
    told = zip(answer.rows, answer.names, strict=True)
    return all(same_name(name, names.get(row, name)) for row, name in told)


def named(one: PairDecision, names: Mapping[Row, str]) -> PairDecision:
    """The answer with what its rows are called."""
    first, second = (names.get(row, "") for row in one.rows)
    return replace(one, names=(first, second))


def read_answer(text: str) -> bool | None:
    """Whether an answer says "same", in French or English; None when it says neither."""
    letters = unicodedata.normalize("NFKD", text.strip().lower())
    # Signs stay: « même ? » and « ≠ même » are not answers.
    word = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return True if word in _SAME else False if word in _DIFFERENT else None


def accept_pairs(
    file: Path, paths: Paths, *, dataset: str | None, author: str, reason: str, today: date
) -> PairsInbox:
    """Write the answers of a ``paires.csv`` as decisions, all of them at once.

    A line that cannot be used is refused with a sentence and costs only itself. Raises
    UsageError when the file is not one of pairs, and when which dataset it comes from is unclear.
    """
    given = read_pairs(file)
    rows = list(rows_of(given))
    name, known = dataset_of(rows, paths, dataset)
    sources = load_dataset(name, paths).sources
    answered: list[tuple[int, Rows, bool]] = []
    refused: list[tuple[int, Text]] = []
    left = 0
    for line, written, shown in zip(given.index, given[ANSWER], rows, strict=True):
        pair = known.meant(shown)
        same = read_answer(written)
        if not written.strip():
            left += frozenset(pair) not in known.decided
        elif same is None:
            refused.append((line, _no_answer(written)))
        elif problem := _no_pair(pair, known, sources):
            refused.append((line, problem))
        else:
            answered.append((line, pair, same))
    both = {frozenset(pair) for _, pair, same in answered if same}
    both &= {frozenset(pair) for _, pair, same in answered if not same}
    refused += [(line, _both_ways(pair)) for line, pair, _ in answered if frozenset(pair) in both]
    names = known_names(name, paths) | names_in(given)
    wanted = {
        frozenset(pair): named(PairDecision(pair, same, reason, author, today.isoformat()), names)
        for _, pair, same in answered
        if frozenset(pair) not in both
    }
    written, already = new_answers(wanted.values(), known.decided)
    path = append_pairs(name, written, paths)
    told = tuple(_at(line, problem) for line, problem in sorted(refused))
    return PairsInbox(name, path, tuple(written), tuple(already), told, left)


def new_answers(
    wanted: Iterable[PairDecision], decided: Mapping[Pair, PairDecision]
) -> tuple[list[PairDecision], list[PairDecision]]:
    """The answers to write, and those that stand already and say the same."""
    written, already = [], []
    for one in wanted:
        before = decided.get(frozenset(one.rows))
        told = dict(zip(one.rows, one.names, strict=True))
        if before is not None and before.same == one.same and holds(before, told):
            already.append(before)
        else:
            written.append(one)
    return written, already


def answer_text(one: PairDecision) -> Text:
    """One answer on one line, for the terminal."""
    first, second = map(row_text, one.rows)
    if one.same:
        return Text(f"{first} = {second} : même lieu", f"{first} = {second}: same place")
    return Text(f"{first} ≠ {second} : lieux différents", f"{first} ≠ {second}: different places")


def answer_json(one: PairDecision) -> dict[str, Any]:
    """One answer as plain values."""
    signed = {"reason": one.reason, "author": one.author, "date": one.date}
    return {"rows": [row_text(row) for row in one.rows], "answer": ANSWERS[not one.same]} | signed


# --- why a line cannot be used ----------------------------------------------------------


def _at(line: int, problem: Text) -> Text:
    return Text(f"ligne {line} : {problem.fr}", f"line {line}: {problem.en}")


def _no_answer(written: str) -> Text:
    value = short(written)
    return Text(
        f"« {value} » n'est pas une réponse ; écrivez « même » ou « différent » dans "
        f"« {ANSWER} », ou laissez vide pour décider plus tard.",
        f"“{value}” is not an answer; write “même” (same) or “différent” in “{ANSWER}”, or "
        "leave it empty to decide later.",
    )


def _both_ways(pair: Rows) -> Text:
    first, second = map(row_text, pair)
    return Text(
        f"la paire {first} et {second} a les deux réponses dans ce fichier ; n'en gardez qu'une.",
        f"the pair {first} and {second} has both answers in this file; keep only one.",
    )


def _no_pair(pair: Rows, known: Known, sources: Sequence[str]) -> Text | None:
    """Why what a line names cannot be decided; None where it can."""
    for number, (source, key) in enumerate(pair, start=1):
        if not key:
            return Text(
                f"« cle_{number} » est vide, or une décision nomme les lignes par leur clé ; "
                "reprenez cette ligne dans le fichier d'origine.",
                f"“cle_{number}” is empty, but a decision names rows by their key; take this "
                "line from the original file again.",
            )
        if source not in sources:
            fr, en = nearest(source, sources)
            return Text(
                f"« {source} » (source_{number}) n'est pas une source de ce jeu de données ; {fr}.",
                f"“{source}” (source_{number}) is not a source of this dataset; {en}.",
            )
        if _ROUNDED.fullmatch(key) and frozenset(pair) not in known:
            return Text(
                f"« {key} » (cle_{number}) est un nombre arrondi par le tableur ; ouvrez de "
                "nouveau le fichier d'origine, cette colonne en texte.",
                f"“{key}” (cle_{number}) is a number rounded by the spreadsheet; open the "
                "original file again, with this column as text.",
            )
    if pair[0] == pair[1]:
        twice = row_text(pair[0])
        return Text(
            f"la ligne {twice} est comparée à elle-même ; reprenez-la dans le fichier d'origine.",
            f"the row {twice} is compared with itself; take this line from the original file "
            "again.",
        )
    return None
