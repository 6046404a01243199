"""The whole calculation on one screen: entries to sheets, sheets to results, results to ranks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from parindex.criteria.model import Ceiling, CriteriaSet, Item, RankOn
from parindex.criteria.rules import Source
from parindex.errors import IncompleteError, Problems
from parindex.scoring import adjustments
from parindex.scoring.adjustments import Adjusted
from parindex.scoring.aggregate import Aggregation, SheetResult
from parindex.scoring.change import Change, change_since
from parindex.scoring.entries import EntryRow
from parindex.scoring.evaluate import Scorer
from parindex.scoring.inputs import (
    SELF_STAGE,
    Adjustment,
    AssessedUnit,
    Entry,
    Incomplete,
    Quantity,
    Round,
)
from parindex.scoring.ranking import comparable_keys, rank
from parindex.scoring.trace import Score

# The scores of one unit: for each stage of the round, for each item, what was entered.
Sheet = tuple[tuple[Score | None, ...], ...]
Ranks = list[int | None]

# Where the quantity of an item stands that nobody enters.
_TABLES: Final = {
    Source.SURVEY: "findings.csv",
    Source.INDEX: "findings.csv",
    Source.DOSSIERS: "facts.csv",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """What a peer group shows as a whole; index figures in steps, None where nobody is ranked."""

    n_units: int
    n_ranked: int
    mean: Fraction | None
    least: int | None
    greatest: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRun:
    """One peer group: its units, their sheets and results, and their ranks, all in step."""

    name: str
    criteria: CriteriaSet
    units: tuple[AssessedUnit, ...]
    sheets: tuple[Sheet, ...]
    results: tuple[SheetResult, ...]
    ranks: Ranks
    area_ranks: tuple[Ranks, ...]

    def in_order(self) -> list[int]:
        """Positions by rank, unranked last, then by unit code point: the order of every table."""
        return sorted(
            range(len(self.units)),
            key=lambda at: (self.ranks[at] is None, self.ranks[at], self.units[at].id),
        )

    def index(self, at: int) -> Decimal | None:
        """The published index of the unit at a position, in percent."""
        steps = self.results[at].index
        decimals = self.criteria.policies.index_decimals
        return None if steps is None else Decimal(steps).scaleb(-decimals)

    def ceilings(self, at: int) -> list[Ceiling]:
        """The ceilings that apply to the unit at a position."""
        result = self.results[at]
        return Aggregation(self.criteria).ceilings(result.areas, result.scores)

    def figures(self) -> GroupFigures:
        """The mean, least and greatest published index of the ranked units."""
        ranked = [
            result.index
            for result, place in zip(self.results, self.ranks, strict=True)
            if place is not None and result.index is not None
        ]
        return GroupFigures(
            n_units=len(self.units),
            n_ranked=len(ranked),
            mean=Fraction(sum(ranked), len(ranked)) if ranked else None,
            least=min(ranked, default=None),
            greatest=max(ranked, default=None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRun:
    """The calculation of one round: everything that is said of it follows from this."""

    round: Round
    groups: tuple[GroupRun, ...]

    def group_of(self, unit: str) -> tuple[GroupRun, int] | None:
        """The group of a unit and its position there, or None for a stranger."""
        for group in self.groups:
            for at, one in enumerate(group.units):
                if one.id == unit:
                    return group, at
        return None

    def change(self, group: GroupRun, at: int) -> Change:
        """The change of a unit against last year."""
        previous = self.round.previous.get(group.units[at].id)
        return change_since(previous, group=group.name, index=group.index(at), rank=group.ranks[at])

    def with_entry(self, entry: Entry) -> IndexRun:
        """The run after one entry was put or replaced: its sheet and its group's ranks anew.

        The entry must be one that the contract accepts. Raises LookupError for a unit, item or
        stage that the round does not have.
        """
        found = self.group_of(entry.unit)
        if found is None:
            raise LookupError(entry.unit)
        group, at = found
        items = list(group.criteria.items())
        item_at = {item.code: at for at, item in enumerate(items)}[entry.item]
        stage_at = {stage: at for at, stage in enumerate(self.round.spec.stages)}[entry.stage]
        score = Scorer(items[item_at], group.criteria.policies).score(entry.quantity)
        stages = list(group.sheets[at])
        stages[stage_at] = _put(stages[stage_at], item_at, score)
        sheet = tuple(stages)
        problems = Problems()
        result = _SheetScorer(self.round, group.criteria, problems).result(group.units[at], sheet)
        problems.raise_if_any(IncompleteError)
        changed = _rerank(group, at, sheet, result)
        return replace(self, groups=tuple(changed if one is group else one for one in self.groups))


def _put(stage: tuple[Score | None, ...], at: int, score: Score) -> tuple[Score | None, ...]:
    return (*stage[:at], score, *stage[at + 1 :])


def score_index(round_: Round, rows: Iterable[EntryRow], *, problems: Problems) -> IndexRun:
    """Score a round: the one calculating path, for files, the web and verification alike.

    ``problems`` also holds what reading noted while ``rows`` were drawn. Raises
    UnusableInputError when anything is wrong, IncompleteError when only finals are missing.
    """
    sheets = _sheets(round_, rows)
    problems.raise_if_any()
    groups = tuple(
        _group(round_, name, criteria, sheets, problems)
        for name, criteria in round_.criteria.items()
    )
    problems.raise_if_any(IncompleteError)
    return IndexRun(round=round_, groups=groups)


def _sheets(round_: Round, rows: Iterable[EntryRow]) -> list[Sheet]:
    widths = {name: sum(1 for _ in one.items()) for name, one in round_.criteria.items()}
    n_stages = len(round_.spec.stages)
    open_sheets: list[list[list[Score | None]]] = [
        [[None] * widths[unit.group] for _ in range(n_stages)] for unit in round_.units
    ]
    for unit, item, stage, _, score, _ in rows:
        open_sheets[unit][stage][item] = score
    return [tuple(map(tuple, sheet)) for sheet in open_sheets]


def _group(
    round_: Round,
    name: str,
    criteria: CriteriaSet,
    sheets: Sequence[Sheet],
    problems: Problems,
) -> GroupRun:
    inside = [(unit, sheets[at]) for at, unit in enumerate(round_.units) if unit.group == name]
    scorer = _SheetScorer(round_, criteria, problems)
    results = tuple(scorer.result(unit, sheet) for unit, sheet in inside)
    units = tuple(unit for unit, _ in inside)
    return GroupRun(
        name=name,
        criteria=criteria,
        units=units,
        sheets=tuple(sheet for _, sheet in inside),
        results=results,
        ranks=_overall_ranks(criteria, units, results),
        area_ranks=tuple(
            _area_ranks(criteria, units, results, at) for at in range(len(criteria.areas))
        ),
    )


class _SheetScorer:
    """From a unit's sheet to its result: finals, findings and facts, adjustments, aggregation."""

    def __init__(self, round_: Round, criteria: CriteriaSet, problems: Problems) -> None:
        self._round = round_
        self._criteria = criteria
        self._problems = problems
        self._items = list(criteria.items())
        self._scorers = [Scorer(item, criteria.policies) for item in self._items]
        self._aggregation = Aggregation(criteria)
        stages = round_.spec.stages
        self._final_from = [stages.index(stage) for stage in round_.spec.final_from]
        self._self = stages.index(SELF_STAGE) if SELF_STAGE in stages else None
        self._adjustments = _by_unit(round_.adjustments)

    def result(self, unit: AssessedUnit, sheet: Sheet) -> SheetResult:
        """The result of one sheet; what is missing is noted and counted as 0 meanwhile."""
        finals = list(sheet[self._final_from[0]])
        for at, final in enumerate(finals):
            if final is None:
                finals[at] = self._other_final(unit, sheet, at)
        return self._aggregation.aggregate(
            finals,  # type: ignore[arg-type]  # every None was replaced above
            adjusted=self._adjusted(unit),
            self_points=self._self_points(sheet),
        )

    def _other_final(self, unit: AssessedUnit, sheet: Sheet, at: int) -> Score:
        for stage in self._final_from[1:]:
            score = sheet[stage][at]
            if score is not None:
                return score
        item, scorer = self._items[at], self._scorers[at]
        measured = self._measured(unit, item)
        if measured is not None:
            return scorer.score(measured)
        entered = item.source in {Source.APPRAISAL, Source.EXTERNAL}
        if not entered or self._round.spec.incomplete is Incomplete.REFUSE:
            code = "round.missing_final" if entered else "round.missing_measure"
            table = _TABLES.get(item.source, "entries.csv")
            file = f"{self._problems.file}/{table}" if self._problems.file else table
            self._problems.add(code, file=file, unit=unit.id, of=item.code, table=table)
        return scorer.missing

    def _measured(self, unit: AssessedUnit, item: Item) -> Quantity | None:
        """What a finding or a fact says of an item that nobody enters."""
        key = (unit.id, item.code)
        if item.source in {Source.SURVEY, Source.INDEX} and key in self._round.findings:
            return Quantity(numerator=self._round.findings[key].share, denominator=1)
        if item.source is Source.DOSSIERS and key in self._round.facts:
            return self._round.facts[key].quantity
        return None

    def _adjusted(self, unit: AssessedUnit) -> Adjusted:
        if self._criteria.adjustments is None:
            return adjustments.NONE
        found = self._adjustments.get(unit.id, ())
        return adjustments.adjust(found, self._criteria.adjustments)

    def _self_points(self, sheet: Sheet) -> int | None:
        if self._self is None:
            return None
        claimed = [score.points for score in sheet[self._self] if score is not None]
        return sum(claimed) if claimed else None


def _by_unit(found: Iterable[Adjustment]) -> Mapping[str, list[Adjustment]]:
    by_unit: dict[str, list[Adjustment]] = defaultdict(list)
    for one in found:
        by_unit[one.unit].append(one)
    return by_unit


def _overall_ranks(
    criteria: CriteriaSet, units: Sequence[AssessedUnit], results: Sequence[SheetResult]
) -> Ranks:
    if criteria.policies.rank_on is RankOn.PUBLISHED:
        keys = [result.index for result in results]
    else:
        keys = comparable_keys([result.exact for result in results])
    return _ranks(criteria, units, keys)


def _area_ranks(
    criteria: CriteriaSet,
    units: Sequence[AssessedUnit],
    results: Sequence[SheetResult],
    area: int,
) -> Ranks:
    if criteria.policies.rank_on is RankOn.PUBLISHED:
        keys = [result.areas[area].index for result in results]
    else:
        keys = comparable_keys([result.areas[area].exact for result in results])
    return _ranks(criteria, units, keys)


def _ranks(
    criteria: CriteriaSet, units: Sequence[AssessedUnit], keys: Sequence[int | None]
) -> Ranks:
    among = [key if unit.ranked else None for unit, key in zip(units, keys, strict=True)]
    return rank(among, criteria.policies.ties)


def _rerank(group: GroupRun, at: int, sheet: Sheet, result: SheetResult) -> GroupRun:
    """The group with one sheet replaced; only the rankings whose figure moved are made anew."""
    before = group.results[at]
    results = (*group.results[:at], result, *group.results[at + 1 :])
    area_ranks = tuple(
        ranks
        if result.areas[area] == before.areas[area]
        else _area_ranks(group.criteria, group.units, results, area)
        for area, ranks in enumerate(group.area_ranks)
    )
    return replace(
        group,
        sheets=(*group.sheets[:at], sheet, *group.sheets[at + 1 :]),
        results=results,
        ranks=_overall_ranks(group.criteria, group.units, results),
        area_ranks=area_ranks,
    )
