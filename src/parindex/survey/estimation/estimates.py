"""Estimates: every statistic of a plan, for every part of the population that it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from parindex.survey.estimation.crossing import Parts, whole
from parindex.survey.estimation.design_file import StatisticPlan, What
from parindex.survey.estimation.intervals import (
    CONFIDENCE,
    IntervalMethod,
    share_limits,
    symmetric,
    t_quantile,
)
from parindex.survey.estimation.numbering import crossed_numbers
from parindex.survey.estimation.parted import PartedDesign
from parindex.survey.estimation.quantiles import quantiles
from parindex.survey.estimation.responses import Responses
from parindex.survey.estimation.statistics import (
    Found,
    category_totals,
    mean,
    ratio,
    share,
    shares,
    total,
    variance,
)
from parindex.survey.estimation.weighting import Design


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One estimate with its precision; a number that does not exist is NaN.

    ``level`` is the category of a share or the share of a quantile, as written; ``domain`` the
    part of the population as ``column=value``, empty for all of it. ``deff`` is the variance over
    that of a simple random sample without replacement; ``n`` the responses behind the estimate.
    """

    statistic: str
    variable: str
    level: str
    domain: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    df: int
    deff: float
    n: int


class Estimator:
    """Estimates statistics of one set of responses under one design.

    Parts of the population are worked out once a column, whatever is asked of them.
    """

    def __init__(
        self,
        design: Design,
        responses: Responses,
        *,
        interval: IntervalMethod = IntervalMethod.T,
        confidence: float = CONFIDENCE,
    ) -> None:
        self._design = design
        self._responses = responses
        self._interval = interval
        self._confidence = confidence
        df = np.inf if interval is IntervalMethod.NORMAL else float(design.df)
        self._quantile = t_quantile(df, confidence)
        self._asks_shares = interval in {IntervalMethod.LOGIT, IntervalMethod.WILSON}
        self._parted: dict[tuple[str, ...], PartedDesign] = {}

    def estimates(self, statistic: StatisticPlan) -> tuple[Estimate, ...]:
        """The estimates of one statistic: by part, and within a part by category or quantile."""
        parted = self._by(statistic.by)
        if statistic.what is What.QUANTILE:
            return tuple(self._quantiles(statistic, parted))
        found, levels, is_share = self._found(statistic, parted)
        return tuple(self._rows(statistic, parted, found, levels, is_share=is_share))

    def _by(self, columns: tuple[str, ...]) -> PartedDesign:
        if columns not in self._parted:
            parts = whole(self._responses.n_rows)
            if columns:
                parts = parts_of(columns, self._responses)
            self._parted[columns] = PartedDesign(self._design, parts)
        return self._parted[columns]

    def _found(
        self, statistic: StatisticPlan, parted: PartedDesign
    ) -> tuple[Found, Sequence[str], bool]:
        """What is found, the names of its columns, and whether it is a share of something."""
        first, *others = (self._responses.columns[name] for name in statistic.of)
        what, as_number = statistic.what, ("",)
        if what is What.RATIO:
            return ratio(parted, first.numbers, others[0].numbers), as_number, False
        if what is What.VARIANCE:
            return variance(parted, first.numbers), as_number, False
        if what is What.TOTAL and first.is_numeric:
            return total(parted, first.numbers), as_number, False
        # A mean of 0 and 1 is a share only for an interval that has its own way with shares.
        if (what is What.SHARE or self._asks_shares) and what is not What.TOTAL and first.is_truth:
            return share(parted, first.numbers), as_number, True
        if what is What.MEAN and first.is_numeric:
            return mean(parted, first.numbers), as_number, False
        categories = first.categories
        if what is What.TOTAL:
            return category_totals(parted, categories), categories.names, False
        return shares(parted, categories), categories.names, True

    def _rows(
        self,
        statistic: StatisticPlan,
        parted: PartedDesign,
        found: Found,
        levels: Sequence[str],
        *,
        is_share: bool,
    ) -> Iterator[Estimate]:
        variances = found.estimated.variances()
        se = np.sqrt(variances)
        with np.errstate(divide="ignore", invalid="ignore"):
            deff = variances / found.srs
        if is_share:
            n = found.n[:, None]
            low, high = share_limits(self._interval, found.values, se, n, self._quantile)
        else:
            low, high = symmetric(found.values, se, self._quantile)
        for part, domain in enumerate(parted.parts.names):
            for at, level in enumerate(levels):
                yield Estimate(
                    statistic=statistic.what,
                    variable=statistic.variable,
                    level=level,
                    domain=domain,
                    estimate=float(found.values[part, at]),
                    se=float(se[part, at]),
                    ci_low=float(low[part, at]),
                    ci_high=float(high[part, at]),
                    df=self._design.df,
                    deff=float(deff[part, at]),
                    n=int(found.n[part]),
                )

    def _quantiles(self, statistic: StatisticPlan, parted: PartedDesign) -> Iterator[Estimate]:
        numbers = self._responses.columns[statistic.of[0]].numbers
        shares_at = tuple(map(float, statistic.at))
        found = quantiles(parted, numbers, shares_at, self._interval, self._confidence)
        for part, domain in enumerate(parted.parts.names):
            for at, level in enumerate(statistic.at):
                yield Estimate(
                    statistic=statistic.what,
                    variable=statistic.variable,
                    level=level,
                    domain=domain,
                    estimate=float(found.values[part, at]),
                    se=float(found.se[part, at]),
                    ci_low=float(found.low[part, at]),
                    ci_high=float(found.high[part, at]),
                    df=self._design.df,
                    deff=float("nan"),
                    n=int(found.n[part]),
                )


def parts_of(columns: Sequence[str], responses: Responses) -> Parts:
    """The parts that columns make: ``a=x``, or ``a=x;b=y`` for those crossings that occur."""
    categories = [responses.columns[name].categories for name in columns]
    there = np.logical_and.reduce([one.codes >= 0 for one in categories])
    part_of_row = np.full(responses.n_rows, -1, dtype=np.intp)
    part_of_row[there], occurring = crossed_numbers(
        [(one.codes[there], len(one.names)) for one in categories]
    )
    names = []
    for places in occurring.tolist():
        named = zip(columns, categories, places, strict=True)
        names.append(";".join(f"{name}={one.names[at]}" for name, one, at in named))
    return Parts(part_of_row, tuple(names))
