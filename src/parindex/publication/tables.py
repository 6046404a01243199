"""The result tables of a round as rows of text and as CSV; what `score` writes and seals."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from typing import Final

from parindex.csvtable import csv_cell, csv_line
from parindex.points import show, show_fraction
from parindex.scoring.run import GroupRun, IndexRun
from parindex.scoring.trace import Marker, Score

RESULTS_COLUMNS: Final = (
    "group", "unit", "name", "points", "maximum", "bonus", "deduction", "index", "rank", "class",
    "change", "rank_change", "appraised_points", "appraised_maximum", "survey_points",
    "survey_maximum", "self_points",
)  # fmt: skip
AREAS_COLUMNS: Final = ("group", "unit", "area", "points", "maximum", "index", "rank")
ITEMS_COLUMNS: Final = ("group", "unit", "item", "points", "maximum", "marker")
GROUPS_COLUMNS: Final = ("group", "n_units", "n_ranked", "mean", "min", "max")


def _shown(steps: int | None, decimals: int) -> str:
    return "" if steps is None else show(steps, decimals)


def _place(rank: int | None) -> str:
    return "" if rank is None else str(rank)


def _points(steps: int | Fraction, decimals: int) -> str:
    """Points in steps as text; those that a policy scaled are rounded for print only."""
    if isinstance(steps, int):
        return show(steps, decimals)
    return show_fraction(steps / 10**decimals, decimals)


def results_rows(run: IndexRun, *, claims: bool = True) -> Iterator[tuple[str, ...]]:
    """One row a unit, under RESULTS_COLUMNS; without ``claims`` the self points stay empty."""
    for group in run.groups:
        points = group.criteria.policies.points_decimals
        index = group.criteria.policies.index_decimals
        for at in group.in_order():
            unit, result, change = group.units[at], group.results[at], run.change(group, at)
            yield (
                group.name,
                unit.id,
                unit.name,
                _points(result.points, points),
                show(result.maximum, points),
                show_fraction(result.adjusted.bonus, points),
                show_fraction(result.adjusted.deduction, points),
                _shown(result.index, index),
                _place(group.ranks[at]),
                result.classification,
                "" if change.index is None else show_fraction(change.index, index),
                "" if change.rank is None else str(change.rank),
                show(result.appraised_points, points),
                show(result.appraised_maximum, points),
                show(result.survey_points, points),
                show(result.survey_maximum, points),
                _shown(result.self_points if claims else None, points),
            )


def areas_rows(run: IndexRun) -> Iterator[tuple[str, ...]]:
    """One row a unit and area, under AREAS_COLUMNS."""
    for group in run.groups:
        points = group.criteria.policies.points_decimals
        index = group.criteria.policies.index_decimals
        for at in group.in_order():
            for place, area in enumerate(group.criteria.areas):
                result = group.results[at].areas[place]
                yield (
                    group.name,
                    group.units[at].id,
                    area.code,
                    _points(result.points, points),
                    show(result.maximum, points),
                    _shown(result.index, index),
                    _place(group.area_ranks[place][at]),
                )


def item_cells(score: Score, decimals: int) -> tuple[str, str, str]:
    """Points, maximum and marker of a score; one that left the scale has neither figure."""
    if score.marker is Marker.NOT_APPLICABLE and not score.maximum:
        return "", "", score.marker
    return show(score.points, decimals), show(score.maximum, decimals), score.marker


def items_lines(run: IndexRun) -> Iterator[str]:
    """items.csv unit by unit, as text without its header: the long table, made for speed."""
    for group in run.groups:
        decimals = group.criteria.policies.points_decimals
        codes = [csv_cell(item.code) for item in group.criteria.items()]
        # Many entries share few different scores, so the cells of each are made once.
        behind: dict[Score, str] = {}
        for at in group.in_order():
            before = f"{csv_cell(group.name)},{csv_cell(group.units[at].id)},"
            scores = group.results[at].scores
            for score in scores:
                if score not in behind:
                    behind[score] = "," + csv_line(item_cells(score, decimals))
            yield "".join(
                [before + code + behind[score] for code, score in zip(codes, scores, strict=True)]
            )


def groups_rows(run: IndexRun) -> Iterator[tuple[str, ...]]:
    """One row a peer group, under GROUPS_COLUMNS."""
    for group in run.groups:
        yield (group.name, *group_cells(group))


def group_cells(group: GroupRun) -> tuple[str, str, str, str, str]:
    """Units, ranked units, and the mean, least and greatest index of the ranked."""
    decimals = group.criteria.policies.index_decimals
    figures = group.figures()
    mean = "" if figures.mean is None else _points(figures.mean, decimals)
    return (
        str(figures.n_units),
        str(figures.n_ranked),
        mean,
        _shown(figures.least, decimals),
        _shown(figures.greatest, decimals),
    )


def _lines(columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield csv_line(columns)
    for row in rows:
        yield csv_line(row)


def result_files(run: IndexRun, *, claims: bool = True) -> Iterator[tuple[str, Iterator[str]]]:
    """The four result files: name and pieces of text (contract, section 3).

    A public release is written without ``claims``: what units said of themselves stays out.
    """
    yield "results.csv", _lines(RESULTS_COLUMNS, results_rows(run, claims=claims))
    yield "areas.csv", _lines(AREAS_COLUMNS, areas_rows(run))
    yield "items.csv", chain([csv_line(ITEMS_COLUMNS)], items_lines(run))
    yield "groups.csv", _lines(GROUPS_COLUMNS, groups_rows(run))
