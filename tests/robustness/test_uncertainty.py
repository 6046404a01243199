import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.criteria.model import NotApplicable, Policies, RankOn, Ties
from parindex.robustness import uncertainty
from parindex.robustness.sampling_error import IndexEstimate
from parindex.robustness.uncertainty import Comparison, rank_chances, rank_intervals
from parindex.scoring.ranking import rank


def policies(ties: Ties = Ties.SHARE_BEST, rank_on: RankOn = RankOn.PUBLISHED) -> Policies:
    return Policies(
        points_decimals=4, index_decimals=2, rank_on=rank_on, ties=ties,
        not_applicable=NotApplicable.RENORMALISE,
    )  # fmt: skip


def group(*figures: tuple[float, float]) -> list[IndexEstimate]:
    return [
        IndexEstimate(unit=f"u{at}", index=index, se=se) for at, (index, se) in enumerate(figures)
    ]


def ranges(
    estimates: list[IndexEstimate], chosen: Policies, comparison: Comparison, level: float = 0.95
) -> list[tuple[int, int]]:
    found = rank_intervals(estimates, chosen, comparison=comparison, level=level)
    assert [one.unit for one in found] == [one.unit for one in estimates]
    return [(one.best, one.worst) for one in found]


STEPS = st.lists(st.integers(0, 40), min_size=1, max_size=12)


@given(STEPS, st.sampled_from(Ties), st.sampled_from(Comparison), st.sampled_from(RankOn))
def test_without_error_the_ranks_are_those_of_the_round(
    steps: list[int], ties: Ties, comparison: Comparison, rank_on: RankOn
):
    # Quarters of a published step: several indices are published as the same one.
    estimates = group(*((80 + step / 400, 0.0) for step in steps))
    published = [math.floor(step / 4 + 0.5) for step in steps]
    keys = steps if rank_on is RankOn.EXACT else published
    ranks = rank(keys, ties)
    found = ranges(estimates, policies(ties, rank_on), comparison)
    for (best, worst), key, true in zip(found, keys, ranks, strict=True):
        assert best == true
        assert worst == len(keys) - sum(other < key for other in keys)
    chances = rank_chances(estimates, policies(ties, rank_on), draws=3, seed="x")
    assert [one.times for one in chances] == [{true: 3} for true in ranks]


def test_the_intervals_of_klein_wright_and_wieczorek_by_hand():
    # z for 3 units is that of 0.95 ** (1/3): 2.388; so 90 ± 2.388, 87 ± 2.388 and 82 ± 2.388.
    z = NormalDist().inv_cdf((1 + 0.95 ** (1 / 3)) / 2)
    assert z == pytest.approx(2.388, abs=0.001)
    estimates = group((90, 1), (87, 1), (82, 1))
    assert ranges(estimates, policies(), Comparison.INTERVALS) == [(1, 2), (1, 2), (3, 3)]
    assert ranges(group((90, 1), (86, 1), (82, 1)), policies(), Comparison.INTERVALS) == [
        (1, 2),
        (1, 3),
        (2, 3),
    ]


def test_pairs_by_tukey_tell_more_apart():
    # 3.314 / √2 × √2 apart is enough for a pair, where intervals need 2 × 2.388.
    estimates = group((90, 1), (86, 1), (82, 1))
    assert ranges(estimates, policies(), Comparison.PAIRS) == [(1, 1), (2, 2), (3, 3)]
    assert ranges(group((90, 1), (86.7, 1)), policies(), Comparison.PAIRS) == [(1, 1), (2, 2)]
    assert ranges(group((90, 1), (87.3, 1)), policies(), Comparison.PAIRS) == [(1, 2), (1, 2)]


def test_a_difference_that_rounding_can_hide_is_none():
    barely = group((90.004, 0.0), (90.0, 0.0))
    assert ranges(barely, policies(), Comparison.PAIRS) == [(1, 2), (1, 2)]
    assert ranges(barely, policies(rank_on=RankOn.EXACT), Comparison.PAIRS) == [(1, 1), (2, 2)]


def test_dense_ranks_count_different_indices():
    two_above = group((90, 0.1), (90, 0.1), (80, 0.1))
    assert ranges(two_above, policies(Ties.DENSE), Comparison.PAIRS)[2] == (2, 3)
    assert ranges(two_above, policies(), Comparison.PAIRS)[2] == (3, 3)


@pytest.mark.parametrize("ties", Ties)
@pytest.mark.parametrize("comparison", Comparison)
def test_all_true_ranks_are_inside_at_once_as_often_as_stated(comparison: Comparison, ties: Ties):
    random = np.random.default_rng(7)
    # Equal ones, close ones and far ones, with errors that differ.
    true = np.array([90, 90, 89.5, 88, 88, 88, 85, 80, 79.9, 70.0])
    se = np.array([1, 2, 0.5, 1, 1, 2, 1, 0.5, 3, 1.0])
    ranks = rank([round(one * 100) for one in true], ties)
    held = 0
    for _ in range(400):
        drawn = random.normal(true, se)
        found = ranges(group(*zip(drawn, se, strict=True)), policies(ties), comparison)
        held += all(
            best <= one <= worst for (best, worst), one in zip(found, ranks, strict=True) if one
        )
    # 0.95 less three standard errors of 400 trials.
    assert held / 400 > 0.917


def test_a_chance_is_that_of_the_normal_distribution():
    draws = 40_000
    first, second = rank_chances(
        group((85, 1.2), (84, 0.9)), policies(rank_on=RankOn.EXACT), draws=draws, seed="2026"
    )
    expected = NormalDist().cdf(1 / 1.5)
    assert first.of_rank(1) == pytest.approx(expected, abs=4 * (0.25 / draws) ** 0.5)
    assert second.of_rank(1) == 1 - first.of_rank(1) == first.of_rank(2)
    assert first.of_rank(3) == 0
    assert first.of_top(2) == 1


def test_chances_add_up_and_ties_share_the_best_rank():
    estimates = group(*((80 + at / 10, 0.004) for at in (0, 0, 1, 2)))
    for ties in Ties:
        chances = rank_chances(estimates, policies(ties), draws=2_000, seed="s")
        for one in chances:
            assert sum(one.times.values()) == one.draws == 2_000
            assert sum(one.of_rank(at) for at in range(1, 5)) == pytest.approx(1)
        assert [one.times for one in chances[2:]] == [{2: 2_000}, {1: 2_000}]
        # Two true equals differ by a published step now and then: then one of them is fourth.
        assert set(chances[0].times) == {3, 4}
        assert 0.5 < chances[0].of_rank(3) < 0.95


def test_the_middle_leaves_out_equal_tails():
    one = uncertainty.RankChances(unit="u", draws=100, times={2: 2, 3: 8, 4: 80, 5: 7, 9: 3})
    assert one.middle(0.9) == (3, 5)
    assert one.middle(0.95) == (3, 9)
    assert one.middle(0.5) == (4, 4)
    assert one.middle(1) == (2, 9)


def test_a_seed_gives_the_same_draws_in_blocks_of_any_size(monkeypatch: pytest.MonkeyPatch):
    estimates = group((90, 1), (89, 1), (88.5, 2))
    whole = rank_chances(estimates, policies(), draws=1_000, seed="xổ số 24-11-2026")
    monkeypatch.setattr(uncertainty, "_BLOCK", 7)
    assert rank_chances(estimates, policies(), draws=1_000, seed="xổ số 24-11-2026") == whole
    assert rank_chances(estimates, policies(), draws=1_000, seed="xổ số 25-11-2026") != whole
    # The same on every machine.
    assert whole[0].times == {1: 596, 2: 299, 3: 105}


def test_an_index_stays_between_0_and_100():
    top, other = rank_chances(group((100, 5), (100, 5)), policies(), draws=4_000, seed="s")
    # Each is at 100 half of the time, both a quarter: then both are first.
    assert top.of_rank(1) + other.of_rank(1) == pytest.approx(1.25, abs=0.03)


def test_nobody_has_no_ranks():
    assert rank_chances([], policies(), draws=10, seed="s") == ()
    assert rank_intervals([], policies(), comparison=Comparison.PAIRS, level=0.95) == ()
