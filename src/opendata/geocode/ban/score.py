"""From what is seen of a match to the probability that it is right.

A logistic model, and a curve that says what its sums came true as. Both are fitted by
``benchmarks/geocode.py --fit`` on generated queries whose answer is known, a part of them about
streets that the reference was made to lack, and checked on others that were held back
(docs/geocoding-calibration.md). Do not compare this score with the BAN's, which is no
probability.
"""

from bisect import bisect_right
from typing import NamedTuple

#: A street of another commune of the postcode is never surer than this: somebody wrote a
#: commune that does not have it.
WIDENED_AT_MOST = 0.97


class Features(NamedTuple):
    """What is seen of the best candidate of one query; flags are 0 or 1.

    ``likeness`` of the names is from 0 to 100, ``margin`` over the next candidate from 0 to 30.
    ``shortened``: the stated words are all in the known name, or initials; if not, ``slip`` and
    ``unlike``: one typing error at least, or three and more, are between the two.
    ``other_kind``: two kinds of way; ``kindless``: the query gives neither kind nor number, the
    reference a kind; ``locality``: nor does the reference. ``later``: not the surest reading.
    """

    likeness: float = 0.0
    exact: float = 0.0
    shortened: float = 0.0
    slip: float = 0.0
    unlike: float = 0.0
    margin: float = 0.0
    same_kind: float = 0.0
    other_kind: float = 0.0
    has_number: float = 0.0
    lacks_number: float = 0.0
    short: float = 0.0
    kindless: float = 0.0
    locality: float = 0.0
    widened: float = 0.0
    later: float = 0.0


INTERCEPT = -27.403
WEIGHTS = Features(
    likeness=0.306,
    exact=3.819,
    shortened=-0.881,
    slip=1.354,
    unlike=-0.702,
    margin=0.129,
    same_kind=3.310,
    other_kind=-1.088,
    has_number=0.791,
    lacks_number=-7.436,
    short=-0.812,
    kindless=-6.357,
    locality=-3.472,
    widened=-6.023,
    later=-5.599,
)
#: (sum, share right) of the queries of the fit, rising; straight lines between.
CURVE: tuple[tuple[float, float], ...] = (
    (-11.26, 0.0007),
    (-3.25, 0.0050),
    (-2.32, 0.0198),
    (-1.37, 0.1238),
    (-0.46, 0.3267),
    (0.12, 0.4901),
    (0.44, 0.6881),
    (0.76, 0.7673),
    (1.34, 0.8045),
    (1.95, 0.9488),
    (2.48, 0.9493),
    (2.88, 0.9567),
    (3.18, 0.9653),
    (3.66, 0.9765),
    (3.86, 0.9851),
    (5.01, 0.9875),
    (6.59, 0.9972),
    (13.10, 0.9996),
)


def probability(features: Features) -> float:
    """Of the street being the one that was meant."""
    total = INTERCEPT + sum(a * b for a, b in zip(WEIGHTS, features, strict=True))
    sure = _on_curve(total)
    return min(sure, WIDENED_AT_MOST) if features.widened else sure


def _on_curve(total: float) -> float:
    place = bisect_right(CURVE, (total, 2.0))
    if place == 0:
        return CURVE[0][1]
    if place == len(CURVE):
        return CURVE[-1][1]
    (low, less), (high, more) = CURVE[place - 1], CURVE[place]
    return less + (more - less) * (total - low) / (high - low)
