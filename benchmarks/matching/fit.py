"""Weights of the matcher from labelled pairs: a logistic regression with a little restraint.

Planted pairs (planted.py) are learned from too, at a lesser weight: near-misses that three
datasets hardly have, such as two numbered places or a bus and the house it starts from.

``pairs.csv`` holds the labels: two row ids (hashes of source and key, no text), the answer of the
readers (same, different, unsure), how many readers gave it, and how many candidate pairs of its
band and dataset each stands for. They were drawn from the candidates
of the three real datasets, as many from each band of a first rough score, so that hard pairs are
as frequent as easy ones; three readers who saw only the two rows answered by the rule of
docs/matching.md, 60 of the pairs by all three.
"""

import hashlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from opendata.geocode.communes import load_reference
from opendata.identity.evidence import LEVELS, comparable, witnesses
from opendata.identity.likelihood import Condition, Weights, holds
from opendata.paths import Paths

from .planted import planted
from .rows import positions, real_rows

LABELS = Path(__file__).with_name("pairs.csv")
RESTRAINT = 1.0
#: What all planted pairs together weigh beside those that were read.
PLANTED_SHARE = 0.5
FOLDS = 5
#: Witnesses whose levels are in order of what they must weigh.
ORDERED = ("telephone", "courriel", "site", "pivot")

#: Levels that mean more together than apart.
TOGETHER: tuple[tuple[Condition, ...], ...] = tuple(
    tuple(tuple(one.split("=")) for one in line.split())  # type: ignore[misc]
    for line in """
    nom=generiques genre=meme adresse=meme_numero
    nom=generiques genre=meme
    nom=generiques genre=un_inconnu
    nom=generiques genre=autre
    nom=generiques adresse=autre_voie
    nom=generiques adresse=inconnue
    nom=generiques adresse=autre_numero
    nom=generiques distance=vague
    nom=un_generique adresse=inconnue
    nom=un_generique distance=vague
    nom=un_generique genre=meme
    nom=un_generique telephone=meme
    nom=un_generique adresse=meme_numero
    nom=un_generique adresse=autre_voie
    nom=identique adresse=autre_voie
    nom=tres_proche adresse=autre_voie
    nom=inclus adresse=autre_voie
    nom=identique genre=inconnus
    nom=identique genre=un_inconnu
    nom=inclus genre=un_inconnu
    nom=different telephone=meme
    nom=different adresse=meme_numero
    nom=different pivot=meme
    nom=identique source=meme
    nom=inclus source=meme
    nom=proche source=meme
    nom=eloigne source=meme
    nom=different source=meme
    genre=autre telephone=meme
    genre=autre adresse=meme_numero
    genre=meme telephone=meme
    genre=heberge adresse=meme_numero
    genre=meme marque=une
    nom=identique marque=une
    nom=identique marque=autre
    adresse=autre_voie telephone=meme
    adresse=autre_numero telephone=meme
    """.strip().splitlines()
)


def labelled(paths: Paths) -> pd.DataFrame:
    """What the witnesses say of each labelled pair, and columns a, b, dataset, same, fold.

    Pairs nobody could tell are left out, and those whose rows are no longer there.
    """
    labels = pd.read_csv(LABELS)
    parts = []
    for dataset, own in labels[labels["answer"] != "unsure"].groupby("dataset", sort=False):
        rows = real_rows(str(dataset), paths)
        left, right = positions(rows, own["a"]), positions(rows, own["b"])
        there = (left.notna().to_numpy()) & (right.notna().to_numpy())
        a = left.to_numpy()[there].astype("int64")
        b = right.to_numpy()[there].astype("int64")
        table = comparable(rows)
        said = witnesses(table, a, b)
        said["a"], said["b"], said["dataset"] = a, b, dataset
        said["same"] = (own["answer"] == "same").to_numpy()[there]
        said["stands_for"] = own["stands_for"].to_numpy()[there]
        said["fold"] = [_fold(city) for city in table["city"].to_numpy()[a]]
        parts.append(said)
    return pd.concat(parts, ignore_index=True)


def made_up(seed: int, pairs: int, paths: Paths) -> pd.DataFrame:
    """The same columns for planted pairs, and their ``kind``."""
    rows, planted_pairs = planted(seed, pairs)
    rows["ville"] = load_reference(paths).city_of(rows["code_insee"])
    table = comparable(rows)
    left = planted_pairs["a"].to_numpy(dtype="int64")
    right = planted_pairs["b"].to_numpy(dtype="int64")
    said = witnesses(table, np.minimum(left, right), np.maximum(left, right))
    said["same"] = planted_pairs["same"].to_numpy(dtype=bool)
    said["kind"] = planted_pairs["kind"].to_numpy()
    said["fold"] = [_fold(city) for city in table["city"].to_numpy()[left]]
    return said


def learned_from(read: pd.DataFrame, planted_pairs: pd.DataFrame) -> pd.DataFrame:
    """Both kinds of pairs, a planted one counting for PLANTED_SHARE of a read one in all."""
    share = PLANTED_SHARE * len(read) / max(len(planted_pairs), 1)
    return pd.concat(
        [read.assign(weight=1.0), planted_pairs.assign(weight=share)], ignore_index=True
    )


def _fold(city: str) -> int:
    """Pairs of one town are judged together: no row is both learned from and judged."""
    return int(hashlib.sha256(city.encode()).hexdigest(), 16) % FOLDS


def fit(said: pd.DataFrame, same: float, review: float) -> Weights:
    """The weights that fit labelled pairs best (maximum likelihood, ridge of RESTRAINT).

    Of a contact, « the same » never weighs less than « unknown », nor that less than « another »:
    levels that the sample puts the other way round get one weight.
    """
    names, table = _features(said)
    tied: list[list[int]] = [[column] for column in range(len(names))]
    while True:
        columns = np.column_stack([table[:, group].sum(axis=1) for group in tied])
        bias, of_groups = _likeliest(columns, said)
        weights = {
            names[column]: float(weight)
            for group, weight in zip(tied, of_groups, strict=True)
            for column in group
        }
        crossed = _crossed(weights)
        if crossed is None:
            break
        one, other = (next(g for g in tied if names.index(name) in g) for name in crossed)
        tied = [g for g in tied if g not in (one, other)] + [[*one, *other]]
    return Weights(
        same=same,
        review=review,
        bias=bias,
        levels={name[0]: weights[name] for name in names if len(name) == 1},
        together={name: weights[name] for name in names if len(name) > 1},
    )


def _crossed(weights: dict[Any, float]) -> tuple[Any, Any] | None:
    """Two neighbouring levels of a contact whose weights are the wrong way round."""
    for witness in ORDERED:
        levels = LEVELS[witness]
        for better, worse in pairwise(levels):
            one, other = ((witness, better),), ((witness, worse),)
            if weights[one] < weights[other] - 1e-9:
                return one, other
    return None


def _likeliest(table: Any, said: pd.DataFrame) -> tuple[float, Any]:
    """Bias and weights of a logistic regression, by Newton's steps."""
    x = np.column_stack([np.ones(len(said)), table])
    y = said["same"].to_numpy(dtype=float)
    count = said["weight"].to_numpy(dtype=float)
    restraint = np.r_[1e-3, np.full(table.shape[1], RESTRAINT)]
    beta = np.zeros(x.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-x @ beta))
        slope = x.T @ (count * (y - p)) - restraint * beta
        bend = (x * (count * p * (1 - p))[:, None]).T @ x + np.diag(restraint)
        step = np.linalg.solve(bend, slope)
        beta += step
        if np.abs(step).max() < 1e-9:
            break
    return float(beta[0]), beta[1:]


def _features(said: pd.DataFrame) -> tuple[list[Any], Any]:
    names = [((witness, level),) for witness, levels in LEVELS.items() for level in levels]
    everything = [*names, *TOGETHER]
    return everything, np.column_stack([holds(said, name).astype(float) for name in everything])


def as_toml(weights: Weights) -> str:
    """The content of ``weights.toml``."""
    lines = [
        "# Made by benchmarks/match.py --fit on labelled pairs: log-odds; see docs/matching.md.",
        f"same = {weights.same}",
        f"review = {weights.review}",
        f"bias = {weights.bias:.3f}",
    ]
    for witness, levels in LEVELS.items():
        lines += ["", f"[levels.{witness}]"]
        lines += [f"{level} = {weights.levels[witness, level]:.3f}" for level in levels]
    for conditions, weight in weights.together.items():
        when = ", ".join(f'{witness} = "{level}"' for witness, level in conditions)
        lines += ["", "[[together]]", f"when = {{ {when} }}", f"weight = {weight:.3f}"]
    return "\n".join(lines) + "\n"
