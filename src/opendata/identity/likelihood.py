"""How likely two rows are one place, given what each witness says.

The weights of ``weights.toml`` add up to log-odds: one per level of a witness, and a few for
levels that mean more together than apart. They are fitted on pairs labelled by reading
(``benchmarks/matching.py --fit``; docs/matching.md tells how, and how well it does).
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from opendata.identity.evidence import LEVELS
from opendata.tables import cell_text

_WEIGHTS = Path(__file__).with_name("weights.toml")

#: A word of a witness and the one that is meant: (witness, level).
Condition = tuple[str, str]


@dataclass(frozen=True)
class Weights:
    """``same`` and ``review`` are probabilities: from ``same`` on two rows are one place, from
    ``review`` on a person is asked, below they are two.

    ``levels`` maps (witness, level) to log-odds, ``together`` several of them at once.
    """

    same: float
    review: float
    bias: float
    levels: dict[Condition, float]
    together: dict[tuple[Condition, ...], float]


@cache
def weights() -> Weights:
    """The weights that ship with the code."""
    return read_weights(tomllib.loads(_WEIGHTS.read_text(encoding="utf-8")))


def read_weights(data: dict[str, Any]) -> Weights:
    """Weights from the content of ``weights.toml``. Raises KeyError for an unknown level."""
    levels = {}
    for witness, said in data["levels"].items():
        for level, weight in said.items():
            levels[_known(witness, level)] = float(weight)
    together = {
        tuple(_known(*one) for one in entry["when"].items()): float(entry["weight"])
        for entry in data.get("together", ())
    }
    return Weights(data["same"], data["review"], data["bias"], levels, together)


def _known(witness: str, level: str) -> Condition:
    if level not in LEVELS[witness]:
        raise KeyError(f"{witness}.{level}")
    return witness, level


def probability(said: pd.DataFrame, using: Weights | None = None) -> npt.NDArray[np.float64]:
    """The probability that each pair is one place; ``said`` is what the witnesses say of it."""
    using = using or weights()
    odds = np.full(len(said), using.bias)
    for witness, levels in LEVELS.items():
        table = np.array([using.levels.get((witness, level), 0.0) for level in levels])
        odds += table[said[witness].to_numpy()]
    for conditions, weight in using.together.items():
        odds += weight * holds(said, conditions)
    result: npt.NDArray[np.float64] = 1 / (1 + np.exp(-odds))
    return _of_one_source(said, result, using)


def shown(chance: pd.Series) -> pd.Series:
    """Probabilities as text of three decimals, rounded down; "" for NaN.

    A pair under a threshold never looks as if it were over it, and 1 is said of decisions and
    doubles only.
    """
    texts: pd.Series = (np.floor(chance * 1000) / 1000).map(cell_text).astype("str")
    return texts


def _of_one_source(
    said: pd.DataFrame, chance: npt.NDArray[np.float64], using: Weights
) -> npt.NDArray[np.float64]:
    """A producer who gives two rows two keys means two places, unless they say the same.

    The libraries of a university share address, site and half their names: under one source,
    another own name is another place, and the same name with another telephone is a question.
    """
    same_source = holds(said, (("source", "meme"),))
    named_alike = np.zeros(len(said), dtype=bool)
    for level in ("identique", "generiques"):
        named_alike |= holds(said, (("nom", level),))
    asked = same_source & named_alike & holds(said, (("telephone", "autre"),))
    apart = same_source & ~named_alike
    below = np.nextafter(using.review, 0)
    chance = np.where(asked, np.minimum(chance, np.nextafter(using.same, 0)), chance)
    return np.where(apart, np.minimum(chance, below), chance)


def holds(said: pd.DataFrame, conditions: tuple[Condition, ...]) -> npt.NDArray[np.bool_]:
    """The pairs of which all the conditions hold."""
    result = np.ones(len(said), dtype=bool)
    for witness, level in conditions:
        result &= said[witness].to_numpy() == LEVELS[witness].index(level)
    return result


#: What speaks for a pair, as the crosswalk and the review file name it.
_FOR: dict[str, tuple[str, ...]] = {
    "nom": ("identique", "tres_proche", "inclus", "proche", "generiques"),
    "genre": ("meme",),
    "adresse": ("meme_numero", "meme_voie"),
    "distance": ("contigu", "proche"),
    "telephone": ("meme",),
    "courriel": ("meme", "meme_domaine"),
    "site": ("meme", "meme_domaine"),
    "pivot": ("meme", "meme_organisme"),
}
_AGAINST: dict[str, tuple[str, ...]] = {
    "nom": ("different", "eloigne"),
    "marque": ("une", "autre"),
    "genre": ("heberge", "autre"),
    "adresse": ("autre_numero", "autre_voie"),
    "distance": ("quartier", "loin", "tres_loin"),
    "telephone": ("autre",),
    "courriel": ("autre",),
    "site": ("autre",),
    "pivot": ("autre",),
    "commune": ("autre",),
}


def reasons(said: pd.DataFrame, *, against: bool = False) -> pd.Series:
    """What speaks for each pair (or ``against`` it): ``nom=identique|adresse=meme_numero``."""
    chosen = _AGAINST if against else _FOR
    combined = said[list(chosen)]
    codes, distinct = pd.MultiIndex.from_frame(combined).factorize()
    texts = [
        "|".join(
            f"{witness}={LEVELS[witness][level]}"
            for (witness, levels), level in zip(chosen.items(), line, strict=True)
            if LEVELS[witness][level] in levels
        )
        for line in distinct
    ]
    return pd.Series(texts, dtype="str").take(codes).set_axis(said.index)
