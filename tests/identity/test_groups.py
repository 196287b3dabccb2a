"""From pairs to places: chains, and what breaks them."""

from collections.abc import Mapping

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from opendata.identity.groups import Pair, Pairs, group

SAME, REVIEW = 0.8, 0.3


def grouped(
    sources: str, found: Mapping[Pair, float], decided: Mapping[Pair, bool] | None = None
) -> tuple[list[int], list[Pair]]:
    """Groups of rows whose sources are the letters given, and the pairs refused."""
    pairs = sorted(found)
    left = np.array([one for one, _ in pairs], dtype="int64")
    right = np.array([other for _, other in pairs], dtype="int64")
    chance = np.array([found[pair] for pair in pairs], dtype="float64")
    groups, refused = group(
        Pairs(left, right, chance),
        np.array(list(sources), dtype=object),
        same=SAME,
        review=REVIEW,
        decided=dict(decided or {}),
    )
    return groups.tolist(), [pair for pair, out in zip(pairs, refused, strict=True) if out]


def test_nothing_in_common_is_a_place_each() -> None:
    assert grouped("abc", {}) == ([0, 1, 2], [])
    assert grouped("", {}) == ([], [])


def test_a_chain_is_one_place_named_after_its_first_row() -> None:
    assert grouped("abcd", {(1, 2): 0.9, (2, 3): 0.9}) == ([0, 1, 1, 1], [])
    assert grouped("abcd", {(0, 3): 0.9, (1, 3): 0.8, (1, 2): 0.9}) == ([0, 0, 0, 0], [])


def test_a_pair_below_the_threshold_joins_nothing() -> None:
    assert grouped("ab", {(0, 1): 0.79}) == ([0, 1], [])


def test_an_uncertain_pair_inside_a_chain_breaks_it_not() -> None:
    assert grouped("abc", {(0, 1): 0.9, (1, 2): 0.9, (0, 2): 0.5}) == ([0, 0, 0], [])


def test_two_that_are_different_are_not_joined_by_a_third() -> None:
    # The likelier pair is kept, the other left to a person.
    found = {(0, 1): 0.85, (1, 2): 0.95, (0, 2): 0.1}
    assert grouped("abc", found) == ([0, 1, 1], [(0, 1)])


def test_a_contradiction_two_steps_away_counts_too() -> None:
    found = {(0, 1): 0.99, (2, 3): 0.98, (1, 2): 0.9, (0, 3): 0.05}
    assert grouped("abcd", found) == ([0, 0, 2, 2], [(1, 2)])


def test_a_contradiction_elsewhere_leaves_other_chains_alone() -> None:
    found = {(0, 1): 0.85, (1, 2): 0.95, (0, 2): 0.1, (3, 4): 0.9, (4, 5): 0.9}
    assert grouped("abcdef", found)[0] == [0, 1, 1, 3, 3, 3]


def test_two_rows_of_one_source_are_two_places() -> None:
    found = {(0, 2): 0.95, (1, 2): 0.85}
    assert grouped("aab", found) == ([0, 1, 0], [(1, 2)])


def test_doubles_within_a_source_are_one_place() -> None:
    found = {(0, 1): 0.9, (0, 2): 0.95, (1, 2): 0.85}
    assert grouped("aab", found) == ([0, 0, 0], [])
    assert grouped("aa", {(0, 1): 0.9}) == ([0, 0], [])


def test_two_rows_of_one_source_that_fit_equally_are_both_left_to_a_person() -> None:
    assert grouped("aab", {(0, 2): 0.9, (1, 2): 0.9}) == ([0, 1, 2], [(0, 2), (1, 2)])


def test_two_that_fit_almost_equally_are_a_tie() -> None:
    assert grouped("aab", {(0, 2): 0.91, (1, 2): 0.9}) == ([0, 1, 2], [(0, 2), (1, 2)])


def test_the_tie_is_one_of_evidence_not_of_points() -> None:
    # 0.99 and 0.98 are far apart: twice the odds.
    assert grouped("aab", {(0, 2): 0.99, (1, 2): 0.98}) == ([0, 1, 0], [(1, 2)])


def test_a_person_joins_what_nothing_else_would() -> None:
    found = {(0, 1): 1.0, (1, 2): 0.9, (0, 2): 0.1}
    assert grouped("abc", found, {(0, 1): True})[0] == [0, 0, 2]
    assert grouped("aab", {(0, 1): 1.0, (0, 2): 0.9}, {(0, 1): True})[0] == [0, 0, 0]


def test_a_person_settles_a_tie() -> None:
    assert grouped("aab", {(0, 2): 0.9, (1, 2): 1.0}, {(1, 2): True})[0] == [0, 1, 1]


def test_a_person_keeps_apart_what_looks_alike() -> None:
    assert grouped("ab", {(0, 1): 0.0}, {(0, 1): False}) == ([0, 1], [])


def test_what_a_person_kept_apart_no_third_row_joins() -> None:
    found = {(0, 1): 0.0, (0, 2): 0.95, (1, 2): 0.9}
    assert grouped("abc", found, {(0, 1): False}) == ([0, 1, 0], [(1, 2)])


def test_all_answers_of_a_person_hold_at_once() -> None:
    found = {(0, 1): 1.0, (2, 3): 1.0, (1, 2): 0.99, (0, 3): 0.0}
    decided = {(0, 1): True, (2, 3): True, (0, 3): False}
    assert grouped("abcd", found, decided) == ([0, 0, 2, 2], [(1, 2)])


def test_a_chain_of_thousands_is_cut_at_its_contradictions_alone() -> None:
    # Comparing all rows of it with all others would take minutes.
    count = 2000
    found = {(n, n + 1): 0.95 + n / 1e6 for n in range(count - 1)}
    found |= {(n, n + 5): 0.01 for n in range(0, count - 5, 7)}
    groups, refused = grouped("".join(chr(200 + n) for n in range(count)), found)
    cuts = len(range(0, count - 5, 7))
    assert all(groups[n] != groups[n + 5] for n in range(0, count - 5, 7))
    assert len(refused) == cuts
    assert len(set(groups)) == cuts + 1


CHANCES = st.sampled_from([0.0, 0.1, 0.29, 0.3, 0.6, 0.79, 0.8, 0.85, 0.9, 0.95, 0.99])


@st.composite
def problems(draw: st.DrawFn) -> tuple[str, dict[Pair, float], dict[Pair, bool]]:
    """Rows of three sources, some pairs of them with any probability, some answers."""
    sources = draw(st.text("abc", min_size=1, max_size=9))
    count = len(sources)
    pair = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    drawn = draw(st.dictionaries(pair, CHANCES, max_size=25))
    found = {(min(one), max(one)): p for one, p in drawn.items() if one[0] != one[1]}
    decided: dict[Pair, bool] = {}
    for one in draw(st.sets(st.sampled_from(sorted(found)), max_size=3)) if found else ():
        decided[one] = draw(st.booleans())
        found[one] = float(decided[one])
    return sources, found, decided


@given(problems())
def test_groups_are_a_partition_without_contradiction(
    problem: tuple[str, dict[Pair, float], dict[Pair, bool]],
) -> None:
    sources, found, decided = problem
    groups, refused = grouped(sources, found, decided)
    members = {number: [n for n, own in enumerate(groups) if own == number] for number in groups}
    assert all(min(rows) == number for number, rows in members.items())
    for rows in members.values():
        # All that is in a group is tied together by likely pairs inside it.
        reached, before = {rows[0]}, set()
        while reached != before:
            before = set(reached)
            reached |= {
                b if a in reached else a
                for (a, b), p in found.items()
                if p >= SAME and {a, b} <= set(rows) and {a, b} & reached
            }
        assert reached == set(rows)
    forced = any(decided.values())
    for (one, other), p in found.items():
        together = groups[one] == groups[other]
        if p < REVIEW and not forced:
            assert not together
        if decided.get((one, other)) is False and not forced:
            assert not together
        # No likely pair is dropped in silence.
        if p >= SAME and not together:
            assert (one, other) in refused
    if not forced:
        for rows in members.values():
            for one in rows:
                for other in rows:
                    if one < other and sources[one] == sources[other]:
                        assert found.get((one, other), 0.0) >= SAME


@given(problems())
def test_answers_that_agree_all_hold(
    problem: tuple[str, dict[Pair, float], dict[Pair, bool]],
) -> None:
    sources, found, decided = problem
    groups, _ = grouped(sources, found, decided)
    joined = list(range(len(sources)))
    for (one, other), same in decided.items():
        if same:
            old, new = joined[other], joined[one]
            joined = [new if n == old else n for n in joined]
    agree = all(joined[a] != joined[b] for (a, b), same in decided.items() if not same)
    if agree:
        for (one, other), same in decided.items():
            assert (groups[one] == groups[other]) is same


@given(problems(), st.randoms(use_true_random=False))
def test_places_do_not_depend_on_the_order_of_rows(
    problem: tuple[str, dict[Pair, float], dict[Pair, bool]], random: object
) -> None:
    sources, found, _ = problem
    order = list(range(len(sources)))
    random.shuffle(order)  # type: ignore[attr-defined]
    place = {old: new for new, old in enumerate(order)}
    moved = {(min(place[a], place[b]), max(place[a], place[b])): p for (a, b), p in found.items()}
    groups, _ = grouped(sources, found)
    again, _ = grouped("".join(sources[old] for old in order), moved)
    likely = sorted(p for p in found.values() if p >= SAME)
    if len(set(likely)) == len(likely):
        for a, _b in found:
            for b in range(len(sources)):
                assert (groups[a] == groups[b]) == (again[place[a]] == again[place[b]])
