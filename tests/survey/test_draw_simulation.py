"""10,000 two-stage draws by the product's own draw: probabilities as said, intervals that cover."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from survey.frames import frame, plan, table

from parindex.survey.sampling.draw import draw
from parindex.survey.sampling.frame import Frame

DRAWS = 10_000
COMMUNES = (60, 40)  # in each of two strata
TAKE = (6, 4)
MEMBERS = 3


@pytest.fixture(scope="module")
def population() -> tuple[Frame, NDArray[np.float64]]:
    """100 communes of 3 to 8 people each, and who of them is satisfied."""
    random = np.random.default_rng(5)
    rows, satisfied = [], []
    for stratum, count in enumerate(COMMUNES):
        for commune in range(count):
            share = random.beta(14, 6 - stratum)
            people = random.integers(3, 9)
            satisfied += list(random.random(people) < share)
            rows += [
                f"m{stratum}-{commune}-{at},c{stratum}-{commune},s{stratum}" for at in range(people)
            ]
    of = plan(
        f"cluster: commune, strata: [kind], method: pps, take: {TAKE[0]}, take_in: {{s1: {TAKE[1]}}}",
        f"method: srs, take: {MEMBERS}",
    )  # fmt: skip
    return frame(table("id,commune,kind", rows), of), np.array(satisfied, dtype=float)


@pytest.fixture(scope="module")
def draws(
    population: tuple[Frame, NDArray[np.float64]],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The rows drawn by each seed, (draws, communes, members), and each one's weight."""
    of, _ = population
    rows = np.empty((DRAWS, sum(TAKE), MEMBERS), dtype=np.int64)
    weights = np.empty((DRAWS, sum(TAKE)))
    for seed in range(DRAWS):
        for at, cell in enumerate(draw(of, str(seed)).cells):
            rows[seed, at] = [cell.cell.rows[pick.position] for pick in cell.picks]
            chance = cell.trail[0].pick.probability * cell.picks[0].probability
            weights[seed, at] = chance.denominator / chance.numerator
    return rows, weights


def test_inclusion_probabilities_are_those_said(
    population: tuple[Frame, NDArray[np.float64]],
    draws: tuple[NDArray[np.int64], NDArray[np.float64]],
):
    of, satisfied = population
    rows, _ = draws
    said_member = np.empty(len(satisfied))
    communes, said = [], []
    for cell in of.cells:
        for size, (inside,) in zip(cell.sizes, cell.inside, strict=True):
            chance = cell.take * size / sum(cell.sizes)
            said_member[list(inside.rows)] = chance * MEMBERS / size
            communes.append(list(inside.rows))
            said.append(chance)
    seen_member = np.bincount(rows.ravel(), minlength=len(satisfied))
    seen = np.array([seen_member[inside].sum() / MEMBERS for inside in communes])
    for counts, chances in ((seen, np.array(said)), (seen_member, said_member)):
        z = (counts - DRAWS * chances) / np.sqrt(DRAWS * chances * (1 - chances))
        # As far from 0 as so many normal numbers are, with one chance in a thousand to fail.
        assert np.abs(z).max() < stats.norm.isf(0.0005 / len(z))
    z = (seen - DRAWS * np.array(said)) / np.sqrt(DRAWS * np.array(said) * (1 - np.array(said)))
    assert stats.chi2.ppf(0.001, len(z)) < np.sum(z**2) < stats.chi2.isf(0.001, len(z))


def test_intervals_of_95_percent_cover_as_often_as_they_say(
    population: tuple[Frame, NDArray[np.float64]],
    draws: tuple[NDArray[np.int64], NDArray[np.float64]],
):
    _, satisfied = population
    rows, weights = draws
    answers = satisfied[rows]
    weight = weights[:, :, None]
    share = (weight * answers).sum((1, 2)) / (MEMBERS * weights.sum(1))
    # Linearised, between primary units as if drawn with replacement: the design columns as said.
    scores = (weight * (answers - share[:, None, None])).sum(2) / (MEMBERS * weights.sum(1))[
        :, None
    ]
    variance = np.zeros(DRAWS)
    for part, take in ((slice(0, TAKE[0]), TAKE[0]), (slice(TAKE[0], None), TAKE[1])):
        variance += take * scores[:, part].var(1, ddof=1)
    half = stats.t.ppf(0.975, sum(TAKE) - 2) * np.sqrt(variance)
    covered = np.mean(np.abs(share - satisfied.mean()) <= half)
    assert 0.94 <= covered <= 0.96
    # The weights make the estimate of the total unbiased.
    total = (weight * answers).sum((1, 2))
    assert abs(total.mean() - satisfied.sum()) < 4 * total.std() / np.sqrt(DRAWS)
