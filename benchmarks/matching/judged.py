"""Precision and recall on pairs whose truth is known: read by people, or planted."""

import numpy as np
import pandas as pd

from opendata.identity.likelihood import Weights
from opendata.paths import Paths

from . import peer
from .fit import LABELS
from .planted import planted
from .rows import real_rows

_HEADER = """# Figures of the matcher

Made by `python benchmarks/match.py --write-docs` on the files of the mirror; the rule, and how
the pairs were made and read, are in [matching.md](matching.md). A method's *precision* is the
share of the pairs it calls one place that are; its *recall* the share of the pairs that are one
place that it finds.

"""


def report(
    read: pd.DataFrame, held: pd.DataFrame, paths: Paths, weights: Weights, *, splink: bool
) -> str:
    """The sections on labelled and planted pairs, in Markdown."""
    others = _other_methods(read, paths, splink)
    read = read.assign(**{name: scores for name, (scores, _, _) in others.items()})
    limits = {"ours": (weights.same, weights.review)}
    limits |= {name: (same, review) for name, (_, same, review) in others.items()}
    counts = pd.read_csv(LABELS)["answer"].value_counts()
    lines = [
        _HEADER,
        "## Pairs read by people\n",
        f"{len(read)} pairs with an answer ({int(read['same'].sum())} one place), "
        f"{int(counts.get('unsure', 0))} that nobody could tell left out. *As drawn*: hard pairs "
        "are as frequent as easy ones. *As met*: each pair counts for the candidates it was drawn "
        "among, as a run meets them.\n",
        *_table(read, limits),
        "\nCalibration of ours (as drawn): probability said, share that is one place\n",
        *_calibration(read),
        "\n## Planted pairs\n",
        f"{len(held)} made-up pairs ({int(held['same'].sum())} one place) of "
        f"{held['kind'].nunique()} kinds, another seed than the one learned from; by other towns' "
        "weights.\n",
        *_planted(held, paths, limits, splink),
    ]
    return "\n".join(lines) + "\n"


def _other_methods(
    read: pd.DataFrame, paths: Paths, splink: bool
) -> dict[str, tuple[np.ndarray, float, float]]:
    """Scores of the labelled pairs by the others, and their thresholds (same, to review)."""
    found: dict[str, tuple[np.ndarray, float, float]] = {}
    for method in (peer.FIRST, peer.LATEST):
        scores = np.zeros(len(read))
        for dataset, own in read.groupby("dataset"):
            rows = real_rows(str(dataset), paths)
            scores[own.index] = peer.score_pairs(
                rows, own["a"].to_numpy(), own["b"].to_numpy(), method
            )
        found[f"peer, {method.name}"] = (scores, method.threshold + 1e-9, method.threshold + 1e-9)
    if splink:
        from .splink_model import REVIEW, SAME, splink_scores

        scores = np.zeros(len(read))
        for dataset, own in read.groupby("dataset"):
            rows = real_rows(str(dataset), paths)
            scores[own.index] = splink_scores(rows, own["a"].to_numpy(), own["b"].to_numpy())
        found["Splink"] = (scores, SAME, REVIEW)
    return found


def _table(read: pd.DataFrame, limits: dict[str, tuple[float, float]]) -> list[str]:
    lines = [
        "| method | threshold | precision | recall | precision as met | recall as met |",
        "|---|---|---|---|---|---|",
    ]
    truth, counts = read["same"].to_numpy(bool), read["stands_for"].to_numpy(float)
    for name, thresholds in limits.items():
        score = read[name].to_numpy()
        for label, limit in zip(("same", "to review"), thresholds, strict=True):
            if label == "to review" and limit == thresholds[0]:
                continue
            said = score >= limit
            cells = [*_rates(said, truth, np.ones(len(truth))), *_rates(said, truth, counts)]
            lines.append(f"| {name} | {label} | " + " | ".join(cells) + " |")
    return lines


def _rates(said: np.ndarray, truth: np.ndarray, counts: np.ndarray) -> tuple[str, str]:
    right = counts[said & truth].sum()
    return (
        f"{100 * right / max(counts[said].sum(), 1e-9):.1f} %",
        f"{100 * right / counts[truth].sum():.1f} %",
    )


def _calibration(read: pd.DataFrame) -> list[str]:
    bins = [0, 0.1, 0.2, 0.4, 0.6, 0.75, 0.9, 1.0]
    grouped = read.groupby(pd.cut(read["ours"], bins, include_lowest=True), observed=True)
    lines = ["| said | pairs | one place |", "|---|---|---|"]
    for _, own in grouped:
        lines.append(f"| {own['ours'].mean():.2f} | {len(own)} | {own['same'].mean():.2f} |")
    return lines


def _planted(
    held: pd.DataFrame, paths: Paths, limits: dict[str, tuple[float, float]], splink: bool
) -> list[str]:
    rows, pairs = planted(7, 4000)
    left, right = pairs["a"].to_numpy(dtype="int64"), pairs["b"].to_numpy(dtype="int64")
    held = held.copy()
    for method in (peer.FIRST, peer.LATEST):
        held[f"peer, {method.name}"] = peer.score_pairs(rows, left, right, method)
    if splink:
        from .splink_model import splink_scores

        held["Splink"] = splink_scores(rows, left, right)
    truth = held["same"].to_numpy(bool)
    lines = ["| method | precision | recall |", "|---|---|---|"]
    for name, (same, _) in limits.items():
        precision, recall = _rates(held[name].to_numpy() >= same, truth, np.ones(len(held)))
        lines.append(f"| {name} | {precision} | {recall} |")
    lines += ["", "Called one place by ours, kind by kind, and left to a person:", ""]
    lines += ["| kind | truth | called one place | to review |", "|---|---|---|---|"]
    same, review = limits["ours"]
    for (truly, kind), own in held.groupby(["same", "kind"]):
        score = own["ours"].to_numpy()
        asked = ((score >= review) & (score < same)).mean()
        word = "one place" if truly else "two"
        lines.append(f"| {kind} | {word} | {(score >= same).mean():.0%} | {asked:.0%} |")
    return lines
