"""Why rows are one place: what they have in common, or who decided so."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from opendata.catalog import load_decisions
from opendata.catalog.decisions import row_text
from opendata.identity.decided import decided_pairs
from opendata.identity.match import DECISION
from opendata.identity.review import words
from opendata.language import Text
from opendata.model import PairDecision
from opendata.paths import Paths

#: Why two rows are one place, where a release of before does not tell it of each.
MERGED = Text(
    "même commune, mêmes mots dans le nom et dans l'adresse, une fois les abréviations écrites "
    "en entier ; la source la mieux classée donne ses valeurs",
    "same commune, same words in name and address once abbreviations are spelled out; the "
    "best-ranked source gives its values",
)


def tell_merges(rows: Sequence[dict[str, Any]], dataset: str, paths: Paths) -> None:
    """Say of each row of a place which others it was merged with, and why.

    Adds ``merged_with``, ``merged_because_fr``, ``merged_because_en``, and ``decisions``: the
    answers of persons that brought the row in.
    """
    names = [f"{row['source']}:{row['cle']}" for row in rows]
    asked = len(rows) > 1 and any(row["motif"] == DECISION for row in rows)
    answers = _answers(rows, dataset, paths) if asked else []
    for place, row in enumerate(rows):
        others = [name for name in names if name != names[place]]
        own = [one for one, pair in answers if place in pair] if row["motif"] == DECISION else []
        why = _why_merged(row, own, dataset) if others else Text("", "")
        row |= {
            "merged_with": others, "merged_because_fr": why.fr, "merged_because_en": why.en,
            "decisions": [_as_json(one) for one in own],
        }  # fmt: skip


def _why_merged(row: dict[str, Any], answers: Sequence[PairDecision], dataset: str) -> Text:
    """What a row has in common with another of its place, as its release says."""
    motive, chance = row["motif"], row["probabilite"]
    if not motive:
        return MERGED
    if motive == DECISION:
        return _decided(answers, dataset)
    said = words(motive)
    return Text(
        f"{said.fr} (probabilité {chance.replace('.', ',')})", f"{said.en} (probability {chance})"
    )


def _decided(answers: Sequence[PairDecision], dataset: str) -> Text:
    if not answers:
        where = f"catalog/decisions/{dataset}.toml"
        return Text(
            f"une personne l'a décidé, mais sa réponse n'est plus dans {where}",
            f"a person decided so, but the answer is no longer in {where}",
        )
    said = [
        Text(
            f"{one.author} l'a décidé le {one.date} (« {one.reason} »)",
            f"{one.author} decided so on {one.date} (“{one.reason}”)",
        )
        for one in answers
    ]
    return Text(" ; ".join(one.fr for one in said), "; ".join(one.en for one in said))


def _answers(
    rows: Sequence[dict[str, Any]], dataset: str, paths: Paths
) -> list[tuple[PairDecision, tuple[int, int]]]:
    """The answers that join two rows of the place, with the positions of these.

    A row is known by its key, as the release says; where its producer gave keys out anew, by its
    name, as the matcher knows it.
    """
    keys = [(row["source"], row["cle"]) for row in rows]
    called = pd.DataFrame(
        {
            "source_id": [source for source, _ in keys],
            "id": [key for _, key in keys],
            "nom": [_name(row) for row in rows],
        }
    )
    found = []
    for one in load_decisions(dataset, paths).pairs:
        if not one.same:
            continue
        if all(row in keys for row in one.rows):
            first, second = (keys.index(row) for row in one.rows)
            found.append((one, (first, second)))
        else:
            found += [(one, pair) for pair in decided_pairs(called, [one])[0]]
    return found


def _name(row: dict[str, Any]) -> str:
    return next((str(one["read"]) for one in row["fields"] if one["field"] == "nom"), "")


def _as_json(one: PairDecision) -> dict[str, Any]:
    signed = {"reason": one.reason, "author": one.author, "date": one.date}
    return {"rows": [row_text(row) for row in one.rows]} | signed
