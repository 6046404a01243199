"""Two scored rounds side by side: what rose, what fell, and what cannot be compared and why.

Any two years, revisions or groups of one index. docs/reference/comparison.md says by which rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from parindex.errors import Problems
from parindex.improvement import continuity
from parindex.improvement.continuity import AreaContinuity, Basis, Kinship, Mergers
from parindex.improvement.differences import (
    AreaComparison,
    Comparison,
    Figures,
    Gone,
    GroupComparison,
    GroupSide,
    UnitComparison,
)
from parindex.points import Number
from parindex.scoring.run import GroupRun, IndexRun
from parindex.units.lineage import Lineage


def compare(
    before: IndexRun,
    after: IndexRun,
    *,
    groups: Mapping[str, str] | None = None,
    areas: Mapping[str, Mapping[str, str]] | None = None,
    mergers: Mergers = Mergers.NONE,
    lineage: Lineage | None = None,
    weights: Mapping[str, Number] | None = None,
) -> Comparison:
    """Compare two runs.

    ``groups`` says for a group of the later round which of the earlier one it is compared with;
    without it groups of one name are. ``areas`` says for such a group which old area code each
    new one continues. ``lineage`` tells of mergers, ``weights`` (by unit id, above 0) what
    ``weighted_mean`` weighs by. Raises UnusableInputError for two different indices, a group or
    area that is not there, or a policy without what it needs.
    """
    pairs = _pairs(before, after, groups)
    _refuse(before, after, pairs, areas or {}, mergers, lineage, weights)
    kinship = Kinship(before, mergers=mergers, lineage=lineage, weights=weights)
    old = {group.name: group for group in before.groups}
    new = {group.name: group for group in after.groups}
    return Comparison(
        before=before.round.spec.round,
        after=after.round.spec.round,
        mergers=mergers,
        groups=tuple(
            _group(after, old[theirs], new[ours], kinship, (areas or {}).get(ours))
            for ours, theirs in pairs.items()
        ),
        only_before=tuple(name for name in old if name not in pairs.values()),
        only_after=tuple(name for name in new if name not in pairs),
    )


def _pairs(
    before: IndexRun, after: IndexRun, groups: Mapping[str, str] | None
) -> Mapping[str, str]:
    if groups is not None:
        return groups
    known = {group.name for group in before.groups}
    return {group.name: group.name for group in after.groups if group.name in known}


def _refuse(
    before: IndexRun,
    after: IndexRun,
    pairs: Mapping[str, str],
    areas: Mapping[str, Mapping[str, str]],
    mergers: Mergers,
    lineage: Lineage | None,
    weights: Mapping[str, Number] | None,
) -> None:
    problems = Problems()
    one, other = before.round.spec, after.round.spec
    if one.index != other.index:
        problems.add("comparison.other_index", before=one.index, after=other.index)
    for run, names in ((after, [*pairs, *areas]), (before, pairs.values())):
        known = [group.name for group in run.groups]
        for name in names:
            if name not in known:
                problems.add(
                    "comparison.unknown_group",
                    got=name,
                    round=run.round.spec.round,
                    groups=", ".join(known),
                )
    for group, mapping in areas.items():
        _refuse_areas(after, group, mapping, problems)
        _refuse_areas(before, pairs.get(group, ""), mapping.values(), problems)
    if mergers is not Mergers.NONE and lineage is None:
        problems.add("comparison.no_lineage", policy=mergers)
    if mergers is Mergers.WEIGHTED_MEAN and not weights:
        problems.add("comparison.no_weights", policy=mergers)
    problems.raise_if_any()


def _refuse_areas(run: IndexRun, group: str, codes: Iterable[str], problems: Problems) -> None:
    found = next((one for one in run.groups if one.name == group), None)
    if found is None:
        return  # the group itself was refused
    known = [area.code for area in found.criteria.areas]
    for code in codes:
        if code not in known:
            problems.add(
                "comparison.unknown_area",
                got=code,
                round=run.round.spec.round,
                group=found.name,
                areas=", ".join(known),
            )


def _group(
    after: IndexRun,
    old: GroupRun,
    new: GroupRun,
    kinship: Kinship,
    areas: Mapping[str, str] | None,
) -> GroupComparison:
    pairer = _Pairer(after, old, new, kinship, continuity.areas(old.criteria, new.criteria, areas))
    units = tuple(pairer.unit(at) for at in new.in_order())
    here = {unit.id for unit in new.units}
    now = {unit.id: group.name for group in after.groups for unit in group.units}
    figures = [_side(old), _side(new)]
    matched = [one.change for one in units if one.basis is Basis.SAME and one.change is not None]
    return GroupComparison(
        before=old.name,
        after=new.name,
        figures_before=figures[0],
        figures_after=figures[1],
        mean_change=_less(figures[1].mean, figures[0].mean),
        matched_mean=sum(matched, Fraction(0)) / len(matched) if matched else None,
        n_matched=len(matched),
        rules=continuity.rules(old.criteria, new.criteria),
        area_continuity=pairer.areas,
        item_continuity=continuity.items(old.criteria, new.criteria),
        units=units,
        gone=tuple(
            Gone(
                unit=old.units[at].id,
                name=old.units[at].name,
                before=_figures(old, at),
                moved_to=now.get(old.units[at].id, ""),
                successors=kinship.successors(old.units[at].id),
            )
            for at in old.in_order()
            if old.units[at].id not in here
        ),
        _run_before=old,
        _run_after=new,
    )


class _Pairer:
    """Puts each unit of a later group beside what it is compared with."""

    def __init__(
        self,
        after: IndexRun,
        old: GroupRun,
        new: GroupRun,
        kinship: Kinship,
        areas: tuple[AreaContinuity, ...],
    ) -> None:
        self.areas = areas
        self._after = after
        self._old, self._new = old, new
        self._kinship = kinship
        self._at = {unit.id: at for at, unit in enumerate(old.units)}
        self._old_areas = {area.code: at for at, area in enumerate(old.criteria.areas)}
        self._new_areas = {area.code: at for at, area in enumerate(new.criteria.areas)}
        classes = [[one.id for one in group.criteria.classes] for group in (old, new)]
        self._order = classes[0] if classes[0] == classes[1] else []

    def unit(self, at: int) -> UnitComparison:
        """The comparison of the unit at a position of the later group."""
        unit = self._new.units[at]
        kin = self._kinship.of(unit, group=self._old.name)
        basis = kin.basis
        told = self._after.round.previous.get(unit.id)
        if told is not None and not told.comparable:
            basis = Basis.DECLARED
        before = Figures()
        if basis is Basis.SAME:
            before = _figures(self._old, self._at[unit.id])
        elif basis is Basis.ANCESTORS:
            before = Figures(index=kin.index)
        after = _figures(self._new, at)
        return UnitComparison(
            unit=unit.id,
            name=unit.name,
            basis=basis,
            ancestors=kin.ancestors,
            before=before,
            after=after,
            change=_less(after.index, before.index),
            rank_change=_fewer(before.rank, after.rank),
            class_change=self._class_change(before.classification, after.classification),
            areas=self._areas(self._at[unit.id], at) if basis is Basis.SAME else (),
        )

    def _class_change(self, before: str, after: str) -> int | None:
        if before not in self._order or after not in self._order:
            return None
        return self._order.index(before) - self._order.index(after)

    def _areas(self, old_at: int, new_at: int) -> tuple[AreaComparison, ...]:
        found = []
        for one in self.areas:
            before = after = Figures()
            if one.before is not None:
                before = _area_figures(self._old, self._old_areas[one.before], old_at)
            if one.after is not None:
                after = _area_figures(self._new, self._new_areas[one.after], new_at)
            found.append(
                AreaComparison(
                    continues=one,
                    before=before,
                    after=after,
                    change=_less(after.index, before.index),
                    rank_change=_fewer(before.rank, after.rank),
                )
            )
        return tuple(found)


def _side(group: GroupRun) -> GroupSide:
    found = group.figures()
    one = 10**group.criteria.policies.index_decimals
    return GroupSide(
        n_units=found.n_units,
        n_ranked=found.n_ranked,
        mean=None if found.mean is None else found.mean / one,
        least=None if found.least is None else Fraction(found.least, one),
        greatest=None if found.greatest is None else Fraction(found.greatest, one),
    )


def _figures(group: GroupRun, at: int) -> Figures:
    index = group.index(at)
    return Figures(
        index=None if index is None else Fraction(index),
        rank=group.ranks[at],
        classification=group.results[at].classification,
    )


def _area_figures(group: GroupRun, area: int, at: int) -> Figures:
    index = group.results[at].areas[area].index
    one = 10**group.criteria.policies.index_decimals
    return Figures(
        index=None if index is None else Fraction(index, one), rank=group.area_ranks[area][at]
    )


def _less(after: Fraction | None, before: Fraction | None) -> Fraction | None:
    return None if after is None or before is None else after - before


def _fewer(before: int | None, after: int | None) -> int | None:
    return None if after is None or before is None else before - after
