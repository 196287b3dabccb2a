"""How well rows of one place are brought together, beside the peer's method and Splink.

    python benchmarks/match.py                    print the figures (some five minutes)
    python benchmarks/match.py --write-docs       and write them into docs/matching-figures.md
    python benchmarks/match.py --fit              fit the weights anew (identity/weights.toml)
    python benchmarks/match.py --without-splink   leave Splink out (it installs itself once)

Needs the real files (OPENDATA_MIRROR, else ../shared/mirror). Pairs that were learned from are
judged by weights that never saw their town (five folds).
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.matching import fit, judged, truth
from benchmarks.matching.rows import real_paths, real_rows

from opendata.identity.likelihood import probability, weights
from opendata.identity.match import match_rows

PROJECT = Path(__file__).resolve().parents[1]
WEIGHTS = PROJECT / "src" / "opendata" / "identity" / "weights.toml"
FIGURES = PROJECT / "docs" / "matching-figures.md"
SAME, REVIEW = 0.75, 0.4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--write-docs", action="store_true")
    parser.add_argument("--without-splink", action="store_true")
    options = parser.parse_args()
    paths = real_paths()
    read = fit.labelled(paths)
    planted = fit.made_up(1, 4000, paths)
    if options.fit:
        found = fit.fit(fit.learned_from(read, planted), SAME, REVIEW)
        WEIGHTS.write_text(fit.as_toml(found), encoding="utf-8")
        print(f"{WEIGHTS.name}: {len(read)} pairs read, {len(planted)} planted")
        return
    held = fit.made_up(7, 4000, paths)
    print("Judging by folds…", flush=True)
    chance, of_planted = _by_folds(read, planted, held)
    text = judged.report(
        read.assign(ours=chance), held.assign(ours=of_planted), paths, weights(),
        splink=not options.without_splink,
    )  # fmt: skip
    rows = real_rows("france", paths)
    print("Grouping the dataset france…", flush=True)
    started = time.perf_counter()
    matches = match_rows(rows)
    seconds = time.perf_counter() - started
    text += truth.report(rows, matches, seconds, splink=not options.without_splink)
    print(text)
    if options.write_docs:
        FIGURES.write_text(text, encoding="utf-8")


def _by_folds(
    read: pd.DataFrame, planted: pd.DataFrame, held: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of the pairs read and of other planted ones, by weights of other towns."""
    chance, of_planted = np.zeros(len(read)), np.zeros(len(held))
    for fold in range(fit.FOLDS):
        others = read["fold"] != fold
        found = fit.fit(
            fit.learned_from(read[others], planted[planted["fold"] != fold]), SAME, REVIEW
        )
        chance[~others] = probability(read[~others], found)
        own = (held["fold"] == fold).to_numpy()
        of_planted[own] = probability(held[own], found)
    return chance, of_planted


if __name__ == "__main__":
    main()
