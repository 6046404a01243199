"""SIPAS: the satisfaction index by item, factor, part and overall, for every part of the people.

The index of an item is 100 times the weighted mean of what its valid answers are worth; the
others are means of these. Standard errors are those of the survey's design: an index is a smooth
function of weighted totals, so its influences are linear in those of its items.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from parindex.errors import Problems
from parindex.points import rounded
from parindex.survey.estimation.columns import Column
from parindex.survey.estimation.crossing import Parts, whole
from parindex.survey.estimation.estimates import parts_of
from parindex.survey.estimation.intervals import (
    IntervalMethod,
    share_limits,
    t_quantile,
)
from parindex.survey.estimation.numbering import FloatArray
from parindex.survey.estimation.parted import Estimated, PartedDesign
from parindex.survey.estimation.responses import Responses
from parindex.survey.estimation.weighting import Design
from parindex.survey.finding import Finding
from parindex.survey.satisfaction.instrument import Instrument, Measure, MeasuredItem


@dataclass(frozen=True, slots=True, kw_only=True)
class SatisfactionIndex:
    """One index with its precision, in percent; limits may pass 0 or 100 where they are t's.

    ``of`` is the id of the item, factor or part, empty for the overall index; ``domain`` the part
    of the people as ``column=value``, empty for all. ``n`` counts the valid answers, of the item
    of an index that has fewest. Where an item has none (``missing``), there is no index: a mean
    of what is left would be one of something else.
    """

    measure: Measure
    of: str
    domain: str
    index: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    df: int
    n: int
    missing: tuple[str, ...] = ()


def satisfaction(
    instrument: Instrument,
    responses: Responses,
    design: Design,
    *,
    by: Sequence[tuple[str, ...]] = ((),),
    interval: IntervalMethod = IntervalMethod.T,
    confidence: float,
    file: str = "",
) -> tuple[SatisfactionIndex, ...]:
    """The indices of an instrument by each of some groupings, such as ``()`` and ``("unit",)``.

    Every item is a column of ``responses`` that holds codes. Parts keep the full design, so that
    those who are not of a part count towards its error as they must.

    Raises UnusableInputError for codes that the instrument does not know.
    """
    problems = Problems(file=file)
    worth = [_worth(one, responses, problems) for one in instrument.items]
    problems.raise_if_any()
    shares = _shares(instrument)
    df = np.inf if interval is IntervalMethod.NORMAL else float(design.df)
    quantile = t_quantile(df, confidence)
    made: list[SatisfactionIndex] = []
    for columns in by:
        parts = parts_of(columns, responses) if columns else whole(responses.n_rows)
        parted = PartedDesign(design, parts)
        found = _estimated(parted, worth, shares)
        n = _sizes(parts, worth)
        se = np.sqrt(found.variances())
        of_each = np.where(shares[None] > 0, n[:, None, :], np.inf).min(axis=2)
        low, high = share_limits(interval, found.values, se, of_each, quantile)
        table = np.stack([found.values, se, low, high]) * 100
        made += _rows(instrument, parts.names, table, n, df=design.df)
    return tuple(made)


def _worth(item: MeasuredItem, responses: Responses, problems: Problems) -> FloatArray:
    """What each row's answer to an item is worth, NaN where it does not count."""
    column: Column = responses.columns[item.id]
    categories = column.categories
    values = [float(item.worth.get(name, np.nan)) for name in categories.names]
    for at, name in enumerate(categories.names):
        if name not in item.worth and name not in item.ignored:
            row = int(np.flatnonzero(categories.codes == at)[0])
            line = responses.line(row)
            problems.add("satisfaction.code", line=line, column=item.id, got=name[:60])
    # A missing cell's code of -1 reads the last value.
    return np.array([*values, np.nan])[categories.codes]


def _shares(instrument: Instrument) -> FloatArray:
    """The share of each item in each index, the items first: shape (indices, items)."""
    at = {item.id: place for place, item in enumerate(instrument.items)}
    shares = np.zeros((len(instrument.composites), len(at)))
    for row, composite in zip(shares, instrument.composites, strict=True):
        for id_, share in composite.shares.items():
            row[at[id_]] = float(share)
    return np.concatenate([np.eye(len(at)), shares])


def _sizes(parts: Parts, worth: Sequence[FloatArray]) -> FloatArray:
    """The valid answers of each item in each part: shape (parts, items)."""
    # A row of no part has the number -1; it is counted behind the others, and left out.
    part = np.where(parts.part_of_row < 0, parts.n, parts.part_of_row)
    counts = [np.bincount(part[~np.isnan(one)], minlength=parts.n + 1)[: parts.n] for one in worth]
    return np.stack(counts, axis=1).astype(float)


def _estimated(parted: PartedDesign, worth: Sequence[FloatArray], shares: FloatArray) -> Estimated:
    """The indices, 0 to 1, as a function of the weighted totals of every item."""
    weights, n_items = parted.design.weights, len(worth)
    sizes = [np.where(np.isnan(one), 0.0, weights) for one in worth]
    moved = [np.nan_to_num(weights * one) for one in worth]
    totals = parted.totals([*sizes, *moved])

    def value(sums: FloatArray) -> FloatArray:
        return _combined(_over(sums[..., n_items:], sums[..., :n_items]), shares)

    size = totals.by_part[:, :n_items]
    index = _over(totals.by_part[:, n_items:], size)
    of_size, of_sum = np.nan_to_num(-_over(index, size)), np.nan_to_num(_over(1.0, size), posinf=0)
    gradient = np.concatenate(
        [of_size[:, :, None] * shares.T, of_sum[:, :, None] * shares.T], axis=1
    )
    return parted.estimated(totals, value, gradient)


def _combined(of_items: FloatArray, shares: FloatArray) -> FloatArray:
    """Means of items; none where an item that belongs to it has none."""
    lacking = np.isnan(of_items)
    found = np.where(lacking, 0.0, of_items) @ shares.T
    lacks = lacking.astype(float) @ (shares > 0).T.astype(float) > 0
    return np.where(lacks, np.nan, found)


def _rows(
    instrument: Instrument, domains: Sequence[str], table: FloatArray, n: FloatArray, *, df: int
) -> Iterator[SatisfactionIndex]:
    named: list[tuple[Measure, str, tuple[str, ...]]] = [
        *((Measure.ITEM, item.id, (item.id,)) for item in instrument.items),
        *((one.measure, one.id, tuple(one.shares)) for one in instrument.composites),
    ]
    at_item = {item.id: at for at, item in enumerate(instrument.items)}
    for part, domain in enumerate(domains):
        for at, (measure, of, items) in enumerate(named):
            counts = {id_: int(n[part, at_item[id_]]) for id_ in items}
            index, se, low, high = (_number(float(one)) for one in table[:, part, at])
            yield SatisfactionIndex(
                measure=measure,
                of=of,
                domain=domain,
                index=index,
                se=None if index is None else se,
                ci_low=low,
                ci_high=high,
                df=df,
                n=min(counts.values()),
                missing=tuple(id_ for id_, count in counts.items() if not count),
            )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value


def _over(above: FloatArray | float, below: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.divide(above, below))


def findings_of(
    indices: Iterable[SatisfactionIndex],
    *,
    item: str,
    unit_column: str,
    decimals: int,
    withheld: Collection[str] = (),
) -> dict[str, Finding]:
    """The overall index of every unit as the finding of a rulebook's item, by unit.

    The points are the rule's: SIPAS% times the item's maximum. The index is rounded half up to
    ``decimals`` first, as it is published. Units ``withheld``, or without an index, have no
    finding: whether the item then applies to them is for a decision to say.
    """
    prefix = f"{unit_column}="
    found: dict[str, Finding] = {}
    for one in indices:
        unit = one.domain.removeprefix(prefix)
        of_a_unit = one.domain.startswith(prefix) and ";" not in unit
        if one.measure is not Measure.OVERALL or not of_a_unit or unit in withheld:
            continue
        if one.index is not None:
            found[unit] = Finding(
                unit=unit,
                item=item,
                share=rounded(one.index, decimals).scaleb(-2),
                se=None if one.se is None else rounded(one.se, decimals + 2).scaleb(-2),
                n=one.n,
            )
    return found
