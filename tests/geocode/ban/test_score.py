"""The score is a probability: what it may be, and which way each thing that is seen turns it.

The weights are fitted, so that no value of theirs is held fast here.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata.geocode.ban.match import ENOUGH
from opendata.geocode.ban.score import WIDENED_AT_MOST, Features, probability

#: « 3 rue Haute » in a town that has it; nothing else comes near.
SURE = Features(likeness=100, exact=1, margin=30, same_kind=1, has_number=1)
FLAGS = [name for name in Features._fields if name not in ("likeness", "margin")]

FEATURES = st.builds(
    Features,
    likeness=st.floats(0, 100),
    margin=st.floats(0, 30),
    **{name: st.sampled_from([0.0, 1.0]) for name in FLAGS},
)


@settings(max_examples=200)
@given(FEATURES)
def test_it_is_a_probability(features: Features) -> None:
    assert 0 <= probability(features) <= 1
    assert probability(features._replace(likeness=100)) >= probability(features)
    if features.widened:
        assert probability(features) <= WIDENED_AT_MOST


def test_what_is_seen_clearly_is_sure() -> None:
    assert probability(SURE) > 0.99
    assert probability(Features()) < 0.01
    assert probability(Features(likeness=60, same_kind=1, has_number=1)) < ENOUGH


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"likeness": 95}, {"likeness": 80}),
        ({"margin": 30}, {"margin": 0}),
        ({"same_kind": 1}, {"other_kind": 1}),
        ({"has_number": 1}, {"lacks_number": 1}),
        ({}, {"kindless": 1}),
        ({}, {"later": 1}),
    ],
)
def test_what_speaks_for_and_against(better: dict[str, float], worse: dict[str, float]) -> None:
    plain = Features(likeness=88, margin=5)
    assert probability(plain._replace(**better)) > probability(plain._replace(**worse))


def test_another_commune_is_never_as_sure() -> None:
    assert probability(SURE._replace(widened=1)) <= WIDENED_AT_MOST < probability(SURE)
