"""The rows of entries.csv, each held to its item's rule and scored; streamed, never collected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import BinaryIO, Final

from parindex.criteria.model import CriteriaSet, Item, Policies
from parindex.criteria.rules import Options, Reads, Source, allows_over_100, reads
from parindex.csvtable import MAX_DIGITS, CsvFile, Numbers, Row
from parindex.errors import Problems
from parindex.points import Number
from parindex.scoring.evaluate import NoneDueError, Scorer
from parindex.scoring.inputs import SELF_STAGE, AssessedUnit, Quantity
from parindex.scoring.trace import Score
from parindex.vietnamese import has_words

KEY_COLUMNS: Final = ("unit", "item", "stage")
QUANTITY_COLUMNS: Final = (
    "numerator", "denominator", "value", "count", "option", "points", "veto", "not_applicable",
    "reason",
)  # fmt: skip
READ_FROM: Final = {
    Reads.RATIO: ("numerator", "denominator", "value"),
    Reads.VALUE: ("value",),
    Reads.COUNT: ("count",),
    Reads.OPTION: ("option",),
    Reads.POINTS: ("points",),
}
# Position and source of an item, its reader, the rows remembered.
_Reading = tuple[
    int,
    Source,
    Callable[[Row, int], tuple[Quantity, Score] | None],
    dict[Row, tuple[Quantity, Score]],
]
# Beyond this many different rows of one item, remembering them costs more than it saves.
_REMEMBERED: Final = 1_000


# One accepted row: the positions of its unit, item and stage, what it says, its score, its line.
# A plain tuple, since there are hundreds of thousands.
EntryRow = tuple[int, int, int, Quantity, Score, int]


class QuantityReader:
    """Reads what a row says of one item; everything the contract refuses is noted."""

    def __init__(
        self, item: Item, policies: Policies, *, numbers: Numbers, problems: Problems
    ) -> None:
        self.item = item
        self.scorer = Scorer(item, policies)
        self._numbers = numbers
        self._problems = problems
        self._reads = reads(item.rule)
        self._over_100 = allows_over_100(item.rule)
        self._options = (
            frozenset(dict(item.rule.points)) if isinstance(item.rule, Options) else frozenset()
        )
        self._columns = READ_FROM[self._reads]
        foreign = [at for at, one in enumerate(QUANTITY_COLUMNS[:6]) if one not in self._columns]
        self._foreign: Callable[[Row], Row] = itemgetter(*foreign)
        self._none_foreign = ("",) * len(foreign)
        self._quantity: Callable[[Row, int], Quantity | None] = {
            Reads.OPTION: self._option,
            Reads.POINTS: self._points,
            Reads.COUNT: self._count,
            Reads.VALUE: self._value,
            Reads.RATIO: self._ratio,
        }[self._reads]

    def read(self, cells: Row, line: int) -> tuple[Quantity, Score] | None:
        """What the cells of QUANTITY_COLUMNS say and the score, or None with problems noted."""
        before = len(self._problems.found)
        if self._foreign(cells) != self._none_foreign:
            self._not_read(cells, line)
        quantity = self._quantity(cells, line)
        if cells[6] or cells[7] or cells[8]:
            quantity = self._flagged(quantity, cells, line)
        if len(self._problems.found) > before:
            return None
        if quantity is None:
            self._note("entry.empty", line, columns=", ".join(self._columns))
            return None
        try:
            return quantity, self.scorer.score(quantity)
        except NoneDueError:
            self._note("entry.none_due", line)
            return None

    def _flagged(self, quantity: Quantity | None, cells: Row, line: int) -> Quantity | None:
        veto = self._yes("veto", cells[6], line)
        not_applicable = self._yes("not_applicable", cells[7], line)
        reason = cells[8]
        if not_applicable and not has_words(reason):
            self._note("entry.no_reason", line)
        if veto and self.item.zero_if is None:
            self._note("entry.no_guard", line)
        if quantity is None and not veto and not not_applicable:
            return None
        said = Quantity() if quantity is None else quantity
        return said._replace(veto=veto, not_applicable=not_applicable, reason=reason)

    def _not_read(self, cells: Row, line: int) -> None:
        said = zip(QUANTITY_COLUMNS[:6], cells, strict=False)
        strange = ", ".join(one for one, cell in said if cell and one not in self._columns)
        self._note("entry.not_read", line, column=strange, columns=", ".join(self._columns))

    def _note(self, code: str, line: int, **values: object) -> None:
        self._problems.add(code, line=line, file=None, of=self.item.code, **values)

    def _yes(self, column: str, cell: str, line: int) -> bool:
        if cell not in {"", "yes", "no"}:
            self._note("entry.not_yes_or_no", line, column=column, got=cell[:60])
        return cell == "yes"

    # Each of these reads its columns: None where they say nothing; a problem is noted otherwise.

    def _option(self, cells: Row, line: int) -> Quantity | None:
        option = cells[4]
        if option and option not in self._options:
            known = " | ".join(sorted(self._options))
            self._note("entry.unknown_option", line, got=option[:60], options=known)
        return Quantity(option=option) if option else None

    def _points(self, cells: Row, line: int) -> Quantity | None:
        if not cells[5]:
            return None
        points = self._number("points", cells[5], line)
        if points > self.item.max_points:
            self._note("entry.above_maximum", line, got=cells[5], max=self.item.max_points)
        return Quantity(points=points)

    def _count(self, cells: Row, line: int) -> Quantity | None:
        if not cells[3]:
            return None
        count = self._number("count", cells[3], line)
        if count != int(count):
            self._note("entry.not_whole", line, got=cells[3])
        return Quantity(count=int(count))

    def _value(self, cells: Row, line: int) -> Quantity | None:
        return Quantity(value=self._number("value", cells[2], line)) if cells[2] else None

    def _ratio(self, cells: Row, line: int) -> Quantity | None:
        numerator, denominator, value = cells[:3]
        if value:
            return self._percent(value, numerator or denominator, line)
        if not numerator or not denominator:
            if not numerator and not denominator:
                return None
            self._note("entry.half_a_pair", line)
            return None
        pair = numerator + denominator
        above: Number
        below: Number
        if pair.isdigit() and pair.isascii() and len(pair) <= MAX_DIGITS:
            # By far the most common pair: two whole numbers.
            above, below = int(numerator), int(denominator)
        else:
            above = self._number("numerator", numerator, line)
            below = self._number("denominator", denominator, line)
        if above > below >= 0 and not self._over_100:
            self._note("entry.numerator_above", line, got=f"{numerator} / {denominator}")
        return Quantity(above, below)

    def _percent(self, cell: str, pair: str, line: int) -> Quantity:
        if pair:
            self._note("entry.pair_and_value", line)
        # People type 98,7% where a ratio in percent is asked for (domain.md, invariant 11).
        value = self._number("value", cell.removesuffix("%").rstrip(), line)
        if value > 100 and not self._over_100:
            self._note("entry.over_100", line, got=cell)
        return Quantity(value=value)

    def _number(self, column: str, cell: str, line: int) -> Number:
        number = self._numbers.read(cell, line, column)
        if number is None:
            return 0
        if number < 0:
            self._note("entry.negative", line, column=column, got=cell)
        return number


class EntryReader:
    """The rows of one entries file against the round's stages, units and criteria sets."""

    def __init__(
        self,
        *,
        stages: Sequence[str],
        units: Sequence[AssessedUnit],
        criteria: Mapping[str, CriteriaSet],
        problems: Problems,
    ) -> None:
        self._stages = {stage: at for at, stage in enumerate(stages)}
        self._self = self._stages.get(SELF_STAGE, -1)
        self._problems = problems
        self._units = {unit.id: (at, unit.group) for at, unit in enumerate(units)}
        self._items = {
            group: {item.code: (at, item) for at, item in enumerate(one.items())}
            for group, one in criteria.items()
        }
        self._policies = {group: one.policies for group, one in criteria.items()}
        # One flag a unit, item and stage: whether its row was seen.
        self._seen = [bytearray(len(self._items[unit.group]) * len(self._stages)) for unit in units]

    def rows(self, stream: BinaryIO) -> Iterator[EntryRow]:
        """Each row that stands; what does not is noted, with its line."""
        problems = self._problems
        file = CsvFile(stream, required=KEY_COLUMNS, optional=QUANTITY_COLUMNS, problems=problems)
        numbers = Numbers(separator=file.separator, problems=problems)
        readers: dict[str, dict[str, _Reading]] = {
            group: {
                code: (
                    at,
                    item.source,
                    QuantityReader(
                        item, self._policies[group], numbers=numbers, problems=problems
                    ).read,
                    {},
                )
                for code, (at, item) in items.items()
            }
            for group, items in self._items.items()
        }
        stages, n_stages, units, seen = self._stages, len(self._stages), self._units, self._seen
        for line, row in file.rows():
            unit, code, stage = row[:3]
            try:
                unit_at, group = units[unit]
                item_at, source, read, remembered = readers[group][code]
                stage_at = stages[stage]
            except KeyError:
                self._unknown(row, line)
                continue
            slot = item_at * n_stages + stage_at
            if seen[unit_at][slot]:
                problems.add("entry.repeated", line=line, unit=unit, item=code, stage=stage)
                continue
            seen[unit_at][slot] = 1
            cells = row[3:]
            answer = remembered.get(cells)
            if answer is None:
                answer = read(cells, line)
                if answer is None:
                    continue
                if len(remembered) < _REMEMBERED:
                    remembered[cells] = answer
            quantity, score = answer
            if source is not Source.APPRAISAL:
                refusal = self._refusal(source, quantity, cells, stage_at)
                if refusal:
                    problems.add(refusal, line=line, of=code)
                    continue
            yield unit_at, item_at, stage_at, quantity, score, line
        numbers.finish()

    def _refusal(self, source: Source, quantity: Quantity, cells: Row, stage: int) -> str:
        """Why a row may not stand on an item that is not the unit's to claim; empty if it may."""
        if source is Source.EXTERNAL:
            return "entry.self_on_external" if stage == self._self else ""
        if quantity.not_applicable and not any(cells[:7]):
            return ""
        return "entry.not_entered"

    def _unknown(self, row: Row, line: int) -> None:
        unit, code, stage = row[:3]
        if unit not in self._units:
            self._problems.add("entry.unknown_unit", line=line, got=unit[:60])
        elif code not in self._items[self._units[unit][1]]:
            group = self._units[unit][1]
            self._problems.add("entry.unknown_item", line=line, got=code[:60], group=group)
        else:
            known = ", ".join(self._stages)
            self._problems.add("entry.unknown_stage", line=line, got=stage[:60], stages=known)
