"""The weights of the matcher's score, fitted on queries whose answer is known.

Logistic regression by Newton's method with a slight pull towards zero, so that what the
queries never show weighs nothing; then what its sums came true as, in steps of so many queries
where it is doubtful, made to rise (pool adjacent violators). What is printed is copied into
``src/opendata/geocode/ban/score.py``; the queries come from the seed of the fit alone.
"""

import os
from unittest.mock import patch

import numpy as np
import pandas as pd

from .score import judge

#: How strongly standardised weights are pulled towards zero.
PULL = 2.0
#: Sums between which a query is doubtful, and from which on every one is alike.
DOUBTFUL = (-4.0, 4.0, 7.0)
#: Queries in one step of the curve, where they are doubtful.
STEP = 100
_ANSWER = {
    "geo_precision": "precision",
    "geo_code_insee": "code_insee",
    "geo_voie": "voie",
    "geo_numero": "numero",
    "geo_longitude": "longitude",
    "geo_latitude": "latitude",
    "geo_score": "score",
}


def fitted(queries: pd.DataFrame, ban: pd.DataFrame, settings: dict[str, str]) -> str:
    """The lines to copy: the intercept and the weight of each feature."""
    seen, right = _examples(queries, ban, settings)
    intercept, weights = _logistic(seen.to_numpy(float), right.to_numpy(float))
    curve = _curve(intercept + seen.to_numpy(float) @ weights, right.to_numpy(float))
    lines = [f"INTERCEPT = {intercept:.3f}", "WEIGHTS = Features("]
    lines += [f"    {name}={w:.3f}," for name, w in zip(seen.columns, weights, strict=True)]
    lines += [")", "CURVE = ("]
    lines += [f"    ({total:.2f}, {share:.4f})," for total, share in curve]
    return "\n".join([*lines, ")"])


def _examples(
    queries: pd.DataFrame, ban: pd.DataFrame, settings: dict[str, str]
) -> tuple[pd.DataFrame, pd.Series]:
    """What was seen of the best candidate of each query, probable or not; whether it is right."""
    from opendata.geocode.addresses import asked_of, explain_address
    from opendata.geocode.ban.score import Features
    from opendata.geocode.communes import resolve
    from opendata.geocode.geocoder import load_geocoder
    from opendata.paths import paths_from_environment

    with patch.dict(os.environ, settings):
        geocoder = load_geocoder(paths_from_environment(), cached=False)
    stated = queries[["adresse", "code_postal", "commune", "code_insee"]].astype("str")
    communes, _ = resolve(stated, geocoder.reference)
    asked = asked_of(stated, communes)
    told = explain_address(asked, geocoder.reference, geocoder.library.open, enough=0.0)
    found = [(row, one) for row, (_, one) in enumerate(told) if one and one.answer]
    rows = [row for row, _ in found]
    answers = pd.DataFrame(
        [{ours: getattr(one.answer, name) for ours, name in _ANSWER.items()} for _, one in found]
    ).astype("str")
    judged = judge(queries.iloc[rows].reset_index(drop=True), answers, ban)
    seen = pd.DataFrame([one.choice.features for _, one in found], columns=Features._fields)
    return seen, judged["right"]


def _logistic(seen: np.ndarray, right: np.ndarray) -> tuple[float, np.ndarray]:
    middle, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-9
    table = np.column_stack([np.ones(len(seen)), (seen - middle) / spread])
    weights = np.zeros(table.shape[1])
    pull = PULL * np.r_[0, np.ones(len(weights) - 1)]
    for _ in range(100):
        probable = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (right - probable) - pull * weights
        curve = (table * (probable * (1 - probable))[:, None]).T @ table + np.diag(pull + 1e-9)
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-7:
            break
    own = weights[1:] / spread
    return float(weights[0] - own @ middle), own


def _curve(totals: np.ndarray, right: np.ndarray) -> list[tuple[float, float]]:
    """Sum -> share right, rising."""
    order = np.argsort(totals, kind="stable")
    totals, right = totals[order], right[order]
    doubtful, sure, surest = np.searchsorted(totals, DOUBTFUL)
    cuts = [0, *range(doubtful, sure, STEP), *np.linspace(sure, surest, 4, dtype=int)[1:]]
    pooled: list[list[float]] = []
    for start, end in zip(cuts, [*cuts[1:], len(totals)], strict=True):
        if end == start:
            continue
        # Half a wrong and half a right one more: no step is certain.
        share = (right[start:end].sum() + 0.5) / (end - start + 1)
        pooled.append([totals[start:end].mean(), share, end - start])
        while len(pooled) > 1 and pooled[-2][1] >= pooled[-1][1]:
            last, before = pooled.pop(), pooled.pop()
            weight = [before[2], last[2]]
            mixed = [np.average([a, b], weights=weight) for a, b in zip(before, last, strict=True)]
            pooled.append([mixed[0], mixed[1], sum(weight)])
    return [(total, share) for total, share, _ in pooled]
