"""Items to areas to an index; what "not applicable" does to the scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from parindex.criteria.model import Ceiling, CriteriaSet, NotApplicable
from parindex.criteria.rules import Source
from parindex.points import half_up, to_steps
from parindex.scoring import adjustments, classification
from parindex.scoring.adjustments import Adjusted
from parindex.scoring.ranking import Ratio
from parindex.scoring.trace import Marker, Score

_SURVEYED = frozenset({Source.SURVEY, Source.INDEX})


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaResult:
    """An area's points and maximum in steps, as the policy counts them, and its index.

    ``exact`` is the index in percent; ``index`` the same rounded, in steps of
    10^-index_decimals; both None where nothing of the area applies.
    """

    points: int | Fraction
    maximum: int
    exact: Ratio | None
    index: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetResult:
    """All figures of one sheet that follow from itself alone.

    Points are in steps of 10^-points_decimals; ``exact`` is the index in percent, clamped to
    0…100, and ``index`` the same in steps of 10^-index_decimals. ``self_points`` is None where
    the unit claimed nothing.
    """

    scores: tuple[Score, ...]
    areas: tuple[AreaResult, ...]
    points: int | Fraction
    maximum: int
    adjusted: Adjusted
    exact: Ratio | None
    index: int | None
    classification: str
    appraised_points: int
    appraised_maximum: int
    survey_points: int
    survey_maximum: int
    self_points: int | None


class Aggregation:
    """Aggregates the sheets of one peer group under its criteria set."""

    def __init__(self, criteria: CriteriaSet) -> None:
        self.criteria = criteria
        self._within = criteria.policies.not_applicable is NotApplicable.RENORMALISE_WITHIN_AREA
        self._one_index = 10**criteria.policies.index_decimals
        self._one_point = 10**criteria.policies.points_decimals
        items = list(criteria.items())
        self._codes = [item.code for item in items]
        self._surveyed = [at for at, item in enumerate(items) if item.source in _SURVEYED]
        self._areas: list[tuple[slice, int]] = []
        start = 0
        for area in criteria.areas:
            inside = list(area.items())
            full = sum(
                to_steps(one.max_points, criteria.policies.points_decimals) for one in inside
            )
            self._areas.append((slice(start, start + len(inside)), full))
            start += len(inside)
        self._watched = {one.zero_item for one in criteria.ceilings if one.zero_item is not None}

    def aggregate(
        self,
        scores: Sequence[Score],
        *,
        adjusted: Adjusted = adjustments.NONE,
        self_points: int | None = None,
    ) -> SheetResult:
        """The result of a sheet from the final scores of its items, in rulebook order."""
        areas = tuple(self._area(scores[part], full) for part, full in self._areas)
        points = sum(area.points for area in areas)
        maximum = sum(area.maximum for area in areas)
        exact = self._clamped(points, maximum, adjusted)
        index = None if exact is None else self._published(exact)
        unscaled = sum(score.points for score in scores)
        applicable = sum(score.maximum for score in scores)
        survey_points = sum(scores[at].points for at in self._surveyed)
        survey_maximum = sum(scores[at].maximum for at in self._surveyed)
        return SheetResult(
            scores=tuple(scores),
            areas=areas,
            points=points,
            maximum=maximum,
            adjusted=adjusted,
            exact=exact,
            index=index,
            classification="" if index is None else self._class(index, areas, scores),
            appraised_points=unscaled - survey_points,
            appraised_maximum=applicable - survey_maximum,
            survey_points=survey_points,
            survey_maximum=survey_maximum,
            self_points=self_points,
        )

    def _area(self, scores: Sequence[Score], full: int) -> AreaResult:
        points = sum(score.points for score in scores)
        applicable = sum(score.maximum for score in scores)
        if not applicable:
            return AreaResult(points=0, maximum=0, exact=None, index=None)
        exact = (100 * points, applicable)
        scale = self._within and applicable != full
        return AreaResult(
            points=Fraction(points * full, applicable) if scale else points,
            maximum=full if self._within else applicable,
            exact=exact,
            index=self._published(exact),
        )

    def _clamped(self, points: int | Fraction, maximum: int, adjusted: Adjusted) -> Ratio | None:
        if not maximum:
            return None
        total = points + (adjusted.bonus - adjusted.deduction) * self._one_point
        numerator, denominator = total.as_integer_ratio()
        if numerator <= 0:
            return 0, 1
        if numerator >= maximum * denominator:
            return 100, 1
        return 100 * numerator, maximum * denominator

    def _published(self, exact: Ratio) -> int:
        return half_up(exact[0] * self._one_index, exact[1])

    def ceilings(self, areas: Sequence[AreaResult], scores: Sequence[Score]) -> list[Ceiling]:
        """The ceilings that hold a sheet with these areas and scores."""
        return classification.applying(
            self.criteria,
            area_indices=[
                Decimal(area.index) / self._one_index for area in areas if area.index is not None
            ],
            zero_items=self._zero_items(scores),
        )

    def _class(self, index: int, areas: Sequence[AreaResult], scores: Sequence[Score]) -> str:
        published = Decimal(index) / self._one_index
        return classification.classify(published, self.criteria, self.ceilings(areas, scores))

    def _zero_items(self, scores: Sequence[Score]) -> frozenset[str]:
        return frozenset(
            code
            for code, score in zip(self._codes, scores, strict=True)
            if code in self._watched
            and score.points == 0
            and score.marker is not Marker.NOT_APPLICABLE
        )
