"""The design file: design.yaml as what to estimate, of which sample, and how (contract, 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from parindex.errors import Problems
from parindex.points import parse_decimal
from parindex.survey.estimation.calibration import BOUNDS, CalibrationMethod
from parindex.survey.estimation.design import DesignColumns, LonelyPsu
from parindex.survey.estimation.intervals import CONFIDENCE, IntervalMethod
from parindex.survey.estimation.replicates import ReplicateMethod, ReplicatePlan
from parindex.yamltree import Fields, Tree, tree_of

SCHEMA: Final = "parindex.design/1"


class What(StrEnum):
    """What is estimated of a column, or of two in a ratio."""

    MEAN = "mean"
    TOTAL = "total"
    SHARE = "share"
    RATIO = "ratio"
    QUANTILE = "quantile"
    VARIANCE = "variance"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticPlan:
    """One statistic: of which columns (two for a ratio), by which, and at which shares.

    ``at`` holds shares as they were written, for quantiles only.
    """

    what: What
    of: tuple[str, ...]
    by: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)

    @property
    def variable(self) -> str:
        """The columns as one name: ``a/b`` for a ratio."""
        return "/".join(self.of)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationPlan:
    """A method, the file of known totals, and the bounds of the logit method."""

    method: CalibrationMethod
    margins: str
    bounds: tuple[float, float] = BOUNDS
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below how many responses an estimate is flagged, and below how many withheld."""

    flag_below: int = 0
    suppress_below: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignFile:
    """All that design.yaml says."""

    columns: DesignColumns
    lonely_psu: LonelyPsu
    interval: IntervalMethod
    confidence: float
    replication: ReplicatePlan
    statistics: tuple[StatisticPlan, ...]
    trim: tuple[float, float] | None = None
    calibration: CalibrationPlan | None = None
    thresholds: Thresholds = Thresholds()
    lines: dict[str, int] = field(default_factory=dict, compare=False)

    def mentions(self) -> Iterator[tuple[str, int]]:
        """Every column named, with the line that names it."""
        for key, names in (
            ("strata", self.columns.strata),
            ("clusters", self.columns.clusters),
            ("weights", (self.columns.weights,) if self.columns.weights else ()),
            ("fpc", self.columns.fpc),
        ):
            for name in names:
                yield name, self.lines[key]
        for one in self.statistics:
            for name in (*one.of, *one.by):
                yield name, one.line

    def numeric(self) -> dict[str, bool]:
        """The columns that numbers are read of: always, or (False) where they look like it."""
        found: dict[str, bool] = {}
        for one in self.statistics:
            if one.what is not What.SHARE:
                always = one.what not in {What.MEAN, What.TOTAL}
                found.update((name, found.get(name, False) or always) for name in one.of)
        found.update(dict.fromkeys(self.columns.fpc, True))
        if self.columns.weights:
            found[self.columns.weights] = True
        return found


def read_design_file(content: bytes, *, file: str) -> DesignFile:
    """The design that design.yaml describes.

    Raises UnusableInputError with every departure from the schema.
    """
    problems = Problems(file=file)
    made = _Reader(tree_of(content, problems, compose=True), problems).read()
    problems.raise_if_any()
    return made


class _Reader:
    def __init__(self, tree: Tree, problems: Problems) -> None:
        self._fields = Fields(tree, problems, about="design.yaml")
        self._problems = problems

    def read(self) -> DesignFile:
        fields = self._fields
        fields.schema(SCHEMA)
        columns = DesignColumns(
            strata=self._names(fields, "strata"),
            clusters=self._names(fields, "clusters"),
            weights=fields.text("weights", ""),
            fpc=self._names(fields, "fpc"),
        )
        self._check_columns(columns)
        made = DesignFile(
            columns=columns,
            lonely_psu=fields.choice("lonely_psu", LonelyPsu),
            interval=fields.choice("ci", IntervalMethod, IntervalMethod.T),
            confidence=self._confidence(),
            replication=self._replication(),
            statistics=tuple(self._statistics()),
            trim=self._range(fields, "trim", around=None),
            calibration=self._calibration(),
            thresholds=self._thresholds(),
            lines={key: fields.line_of(key) for key in ("strata", "clusters", "weights", "fpc")},
        )
        fields.close()
        return made

    def _names(self, fields: Fields, key: str) -> tuple[str, ...]:
        """One name, or a list of them."""
        if not fields.has(key):
            return ()
        tree = fields.tree(key)
        assert tree is not None  # noqa: S101 - it is there
        if isinstance(tree.value, str):
            return (fields.text(key),) if tree.value.strip() else ()
        return tuple(self._texts(fields, key))

    def _texts(self, fields: Fields, key: str) -> Iterator[str]:
        trees = fields.sequence(key)
        for tree in trees:
            if isinstance(tree.value, str) and tree.value.strip():
                yield tree.value
            else:
                self._problems.add("yaml.not_text", line=tree.line, key=key)
        if fields.has(key) and fields.tree(key) == Tree([], fields.line_of(key)):
            self._problems.add("yaml.empty_list", line=fields.line_of(key), key=key)

    def _check_columns(self, columns: DesignColumns) -> None:
        n_stages = max(len(columns.clusters), 1)
        fields = self._fields
        if len(columns.fpc) > n_stages + bool(columns.clusters):
            line = fields.line_of("fpc")
            self._problems.add("design.stages", line=line, key="fpc", n=len(columns.fpc))
        if len(columns.strata) > max(n_stages, len(columns.fpc)):
            line = fields.line_of("strata")
            self._problems.add("design.stages", line=line, key="strata", n=len(columns.strata))
        if not columns.weights and len(columns.fpc) < n_stages:
            self._problems.add("design.no_weights", line=fields.line)

    def _confidence(self) -> float:
        fields = self._fields
        if not fields.has("confidence"):
            return CONFIDENCE
        found = float(fields.decimal("confidence"))
        if not 0 < found < 1:
            line = fields.line_of("confidence")
            self._problems.add("design.share", line=line, key="confidence", got=found)
        return found

    def _replication(self) -> ReplicatePlan:
        """``none``, a method, or a mapping; the bootstrap's seed and number beside or within."""
        fields = self._fields
        if not fields.has("replicates"):
            return ReplicatePlan()
        tree = fields.tree("replicates")
        assert tree is not None  # noqa: S101 - it is there
        if isinstance(tree.value, str):
            method = fields.choice("replicates", ReplicateMethod)
            return self._with_seed(method, fields)
        inner = fields.mapping("replicates", about="replicates")
        if isinstance(tree.value, dict) and set(tree.value) == {ReplicateMethod.BOOTSTRAP}:
            inner.has(ReplicateMethod.BOOTSTRAP)
            innermost = inner.mapping(ReplicateMethod.BOOTSTRAP, about="bootstrap")
            made = self._with_seed(ReplicateMethod.BOOTSTRAP, innermost)
            innermost.close()
        else:
            made = self._with_seed(inner.choice("method", ReplicateMethod), inner)
        inner.close()
        return made

    def _with_seed(self, method: ReplicateMethod, fields: Fields) -> ReplicatePlan:
        if method is not ReplicateMethod.BOOTSTRAP:
            return ReplicatePlan(method=method)
        seed, number = fields.whole("seed"), fields.whole("number")
        if fields.has("number") and number < 2:
            line = fields.line_of("number")
            self._problems.add("design.few_replicates", line=line, got=number)
        return ReplicatePlan(method=method, seed=seed, number=number)

    def _statistics(self) -> Iterator[StatisticPlan]:
        trees = self._fields.sequence("statistics")
        if not trees and self._fields.has("statistics"):
            line = self._fields.line_of("statistics")
            self._problems.add("yaml.empty_list", line=line, key="statistics")
        for tree in trees:
            fields = Fields(tree, self._problems, about="statistics")
            of = self._names(fields, "of")
            if not of and not fields.has("of"):
                fields.tree("of")
            what = fields.choice("what", What)
            by = self._names(fields, "by")
            at = self._at(fields) if what is What.QUANTILE else ()
            fields.close()
            if what is not What.RATIO:
                for one in of:
                    yield StatisticPlan(what=what, of=(one,), by=by, at=at, line=tree.line)
            elif len(of) == 2:
                yield StatisticPlan(what=what, of=of, by=by, line=tree.line)
            else:
                self._problems.add("design.ratio", line=fields.line_of("of"), n=len(of))

    def _at(self, fields: Fields) -> tuple[str, ...]:
        shares = self._names(fields, "at") if fields.has("at") else ()
        if not fields.has("at"):
            fields.tree("at")
        for share in shares:
            number = parse_decimal(share)
            if number is None or not 0 < number < 1:
                line = fields.line_of("at")
                self._problems.add("design.share", line=line, key="at", got=share[:60])
        return shares

    def _range(
        self, fields: Fields, key: str, *, around: float | None
    ) -> tuple[float, float] | None:
        """Two numbers of 0 or more, the lesser first, on either side of ``around``."""
        if not fields.has(key):
            return None
        ends = [parse_decimal(text) for text in self._texts(fields, key)]
        low, high = ends if len(ends) == 2 else (None, None)
        if low is None or high is None or not 0 <= low < high:
            self._problems.add("design.range", line=fields.line_of(key), key=key)
            return None
        if around is not None and not low < around < high:
            self._problems.add("design.around", line=fields.line_of(key), key=key, around=1)
        return float(low), float(high)

    def _calibration(self) -> CalibrationPlan | None:
        if not self._fields.has("calibrate"):
            return None
        fields = self._fields.mapping("calibrate", about="calibrate")
        made = CalibrationPlan(
            method=fields.choice("method", CalibrationMethod),
            margins=fields.text("margins"),
            bounds=self._range(fields, "bounds", around=1) or BOUNDS,
            line=fields.line,
        )
        fields.close()
        return made

    def _thresholds(self) -> Thresholds:
        if not self._fields.has("disclosure"):
            return Thresholds()
        fields = self._fields.mapping("disclosure", about="disclosure")
        made = Thresholds(
            flag_below=fields.whole("flag_below") if fields.has("flag_below") else 0,
            suppress_below=fields.whole("suppress_below") if fields.has("suppress_below") else 0,
        )
        fields.close()
        return made
