"""Small SIPAS surveys for tests: an instrument of four items, and made-up answers with a design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from parindex.errors import Problems
from parindex.survey.estimation.columns import column_of
from parindex.survey.estimation.design import DesignColumns, LonelyPsu, read_sample
from parindex.survey.estimation.replicates import ReplicateMethod, ReplicatePlan
from parindex.survey.estimation.responses import Responses, responses_of
from parindex.survey.estimation.weighting import Design, weighted
from parindex.survey.satisfaction.instrument import Composite, Instrument, Measure, MeasuredItem

TOP2 = {"1": Fraction(0), "2": Fraction(0), "3": Fraction(0), "4": Fraction(1), "5": Fraction(1)}
ITEMS = ("seats", "polite", "clear", "result")
HALF = Fraction(1, 2)
QUARTER = Fraction(1, 4)

INSTRUMENT = Instrument(
    id="thu",
    version=1,
    items=tuple(MeasuredItem(id=id_, worth=TOP2, ignored=frozenset({"9"})) for id_ in ITEMS),
    composites=(
        Composite(measure=Measure.FACTOR, id="access", shares={"seats": Fraction(1)}),
        Composite(measure=Measure.FACTOR, id="officials", shares={"polite": HALF, "clear": HALF}),
        Composite(measure=Measure.FACTOR, id="results", shares={"result": Fraction(1)}),
        Composite(
            measure=Measure.OVERALL,
            id="",
            shares={"seats": Fraction(1, 3), "polite": Fraction(1, 6), "clear": Fraction(1, 6), "result": Fraction(1, 3)},
        ),
    ),
)  # fmt: skip


def responses(columns: Mapping[str, Sequence[str | float | None]]) -> Responses:
    return responses_of({name: column_of(cells) for name, cells in columns.items()})


def plain(n: int) -> Design:
    """A simple random sample, drawn as with replacement."""
    return design(responses({"weight": [1.0] * n}), DesignColumns(weights="weight"))


def design(
    of: Responses, columns: DesignColumns, method: ReplicateMethod = ReplicateMethod.NONE
) -> Design:
    problems = Problems()
    sample = read_sample(columns, of, lonely_psu=LonelyPsu.FAIL, problems=problems)
    return weighted(sample, replication=ReplicatePlan(method=method))


DESIGN = DesignColumns(strata=("stratum",), clusters=("psu",), weights="weight")


def made_up(seed: int = 1, *, people: int = 600, unanswered: float = 0.1) -> Responses:
    """People in 5 strata of 8 communes, with weights, who answer most items."""
    random = np.random.default_rng(seed)
    psu = random.integers(0, 40, people)
    mood = random.normal(0, 0.6, 40)[psu]
    columns: dict[str, Sequence[str | float | None]] = {
        "stratum": [f"s{one // 8}" for one in psu],
        "psu": [f"c{one}" for one in psu],
        "weight": list(random.uniform(0.5, 4, people)),
        "unit": [f"u{one}" for one in random.integers(0, 3, people)],
        "service": [f"d{one}" for one in random.integers(0, 2, people)],
    }
    for at, id_ in enumerate(ITEMS):
        answers = np.clip(np.rint(3.6 + 0.2 * at + mood + random.normal(0, 1, people)), 1, 5)
        skipped = random.random(people)
        columns[id_] = [
            None if skip < unanswered / 2 else "9" if skip < unanswered else str(int(answer))
            for answer, skip in zip(answers, skipped, strict=True)
        ]
    return responses(columns)
