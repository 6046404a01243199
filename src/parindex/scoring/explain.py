"""Why a number is what it is: a tree from a unit's index down to the rule and the entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

from parindex.criteria.model import Area, Item, NotApplicable, RankOn
from parindex.criteria.plain import plain_decimal
from parindex.criteria.rules import Reads, Source, reads
from parindex.criteria.sentences import number, sentence
from parindex.points import show, show_fraction
from parindex.scoring import classification
from parindex.scoring.aggregate import AreaResult
from parindex.scoring.entries import EntryRow
from parindex.scoring.evaluate import exact_points, percent
from parindex.scoring.inputs import Quantity
from parindex.scoring.run import IndexRun
from parindex.scoring.trace import Marker, Score

_SAID: Final = {
    "vi": {
        "no_index": "không có mục nào áp dụng: không có chỉ số",
        "index": "chỉ số {index}",
        "rank": ", hạng {rank}/{of}",
        "unranked": ", không xếp hạng",
        "class": ", xếp loại {name}",
        "formula": "100 × ({points} + {bonus} − {deduction}) / {maximum} = {exact}"
        " → làm tròn {index}",
        "published": "xếp hạng trên chỉ số đã làm tròn",
        "exact": "xếp hạng trên chỉ số chính xác",
        "in_class": "từ {start} điểm trở lên: {name}",
        "held": "bị khống chế ở {name} vì {why}",
        "below": "có lĩnh vực dưới {bound}",
        "zero": "mục {item} được 0 điểm",
        "change": "so với năm trước: {index} điểm, {rank} bậc",
        "no_change": "so với năm trước: không so sánh",
        "area": "Lĩnh vực {code}. {name}: {points}/{maximum} điểm = {index}",
        "no_area": "Lĩnh vực {code}. {name}: không áp dụng",
        "scaled": "điểm nhân {full}/{applicable} vì có mục không áp dụng",
        "item": "{code} {name}: {points}/{maximum} điểm",
        "off": "{code} {name}: không áp dụng",
        "rule": "Cách tính: {sentence}",
        "law": "Căn cứ: {basis}, {at}",
        "entry": "Bước {stage} ({file}:{line}): {said}",
        "finding": "Kết quả khảo sát (findings.csv): tỷ lệ {share}",
        "fact": "Số liệu hồ sơ (facts.csv): {said}",
        "nothing": "Chưa có kết quả cuối cùng: {marker}",
        "ratio": "tỷ lệ = {ratio}%",
        "steps": "tính được {exact}, làm tròn {points}",
        "reason": "lý do: {reason}",
        Marker.SCORED: "được chấm theo cách tính",
        Marker.ZERO_IF: "điểm liệt: {guard}",
        Marker.NONE_DUE_ZERO: "không phát sinh: 0 điểm",
        Marker.NONE_DUE_FULL: "không phát sinh: đủ điểm",
        Marker.NOT_APPLICABLE: "không áp dụng",
        Marker.MISSING: "thiếu, tính 0 điểm theo quy định của kỳ",
        NotApplicable.AWARD_MAX: "không áp dụng: được điểm tối đa",
        "numerator": "tử số", "denominator": "mẫu số", "value": "giá trị", "count": "số lượng",
        "option": "mức", "points": "điểm",
    },
    "en": {
        "no_index": "nothing applies: no index",
        "index": "index {index}",
        "rank": ", rank {rank}/{of}",
        "unranked": ", not ranked",
        "class": ", class {name}",
        "formula": "100 × ({points} + {bonus} − {deduction}) / {maximum} = {exact}"
        " → rounded {index}",
        "published": "ranked on the published index",
        "exact": "ranked on the exact index",
        "in_class": "from {start} on: {name}",
        "held": "held at {name} because {why}",
        "below": "an area is below {bound}",
        "zero": "item {item} was scored 0",
        "change": "against last year: {index} points, {rank} ranks",
        "no_change": "against last year: not comparable",
        "area": "Area {code}. {name}: {points}/{maximum} points = {index}",
        "no_area": "Area {code}. {name}: not applicable",
        "scaled": "points times {full}/{applicable}, since an item is not applicable",
        "item": "{code} {name}: {points}/{maximum} points",
        "off": "{code} {name}: not applicable",
        "rule": "Rule: {sentence}",
        "law": "Law: {basis}, {at}",
        "entry": "Stage {stage} ({file}:{line}): {said}",
        "finding": "Survey (findings.csv): share {share}",
        "fact": "Dossiers (facts.csv): {said}",
        "nothing": "No final entry: {marker}",
        "ratio": "ratio = {ratio}%",
        "steps": "{exact}, rounded {points}",
        "reason": "reason: {reason}",
        Marker.SCORED: "scored by the rule",
        Marker.ZERO_IF: "guard: {guard}",
        Marker.NONE_DUE_ZERO: "none due: 0 points",
        Marker.NONE_DUE_FULL: "none due: full points",
        Marker.NOT_APPLICABLE: "not applicable",
        Marker.MISSING: "missing, counted as 0 as the round says",
        NotApplicable.AWARD_MAX: "not applicable: earns its maximum",
        "numerator": "numerator", "denominator": "denominator", "value": "value",
        "count": "count", "option": "option", "points": "points",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Why:
    """A statement and what it rests on."""

    text: str
    because: list[Why] = field(default_factory=list)

    def lines(self, depth: int = 0) -> Iterator[str]:
        """The tree as indented lines."""
        yield "  " * depth + self.text
        for one in self.because:
            yield from one.lines(depth + 1)


def watch(rows: Iterable[EntryRow], unit: int, kept: list[EntryRow]) -> Iterator[EntryRow]:
    """The rows as they come, those of one unit kept on the way for its explanation."""
    for row in rows:
        if row[0] == unit:
            kept.append(row)
        yield row


class EntryExplainer:
    """Explains one entry of one item, in one language: what it says and how its points follow."""

    def __init__(self, *, points_decimals: int, language: str) -> None:
        self._points = points_decimals
        self._language = language
        self._said: Mapping[str, str] = _SAID[language]

    def why(self, item: Item, quantity: Quantity, score: Score) -> Why:
        """What the entry says, and because of what it earns its points."""
        return Why(self.said(quantity), self.steps(item, quantity, score))

    def number(self, text: str) -> str:
        """A decimal as the language writes it."""
        return text.replace(".", ",") if self._language == "vi" else text

    def in_steps(self, steps: int | Fraction, decimals: int) -> str:
        """A number of steps as the language writes it."""
        return self.number(show_fraction(Fraction(steps) / 10**decimals, decimals))

    def said(self, quantity: Quantity) -> str:
        """What an entry says, in words."""
        said = []
        for column in ("numerator", "denominator", "value", "count", "points"):
            value = getattr(quantity, column)
            if value is not None:
                text = str(value) if isinstance(value, int) else plain_decimal(value)
                said.append(f"{self._said[column]} {self.number(text)}")
        if quantity.option:
            said.append(f"{self._said['option']} {quantity.option}")
        if quantity.reason:
            said.append(self._said["reason"].format(reason=quantity.reason))
        # Where nothing is said, not even a reason, the guard was raised.
        return ", ".join(said) or self._said[Marker.ZERO_IF].format(guard="")

    def steps(self, item: Item, quantity: Quantity, score: Score) -> list[Why]:
        """How the points of an item follow from an entry."""
        if score.marker is not Marker.SCORED:
            guard = item.zero_if.say(self._language) if item.zero_if is not None else ""
            key: str = score.marker
            if score.marker is Marker.NOT_APPLICABLE and score.maximum:
                key = NotApplicable.AWARD_MAX
            return [Why(self._said[key].format(guard=guard))]
        steps = []
        if reads(item.rule) is Reads.RATIO:
            ratio = show_fraction(Fraction(*percent(quantity)), 4)
            steps.append(Why(self._said["ratio"].format(ratio=self.number(ratio))))
        exact = show_fraction(Fraction(*exact_points(item)(quantity)), self._points + 2)
        steps.append(
            Why(
                self._said["steps"].format(
                    exact=self.number(exact), points=self.in_steps(score.points, self._points)
                )
            )
        )
        return steps


class Explainer:
    """Explains the numbers of one unit of a run, in one language.

    ``kept`` are the unit's rows; the figures shown are those of the run itself.
    """

    def __init__(
        self, run: IndexRun, unit: str, kept: Iterable[EntryRow], *, language: str
    ) -> None:
        found = run.group_of(unit)
        if found is None:
            raise LookupError(unit)
        self._run = run
        self._group, self._at = found
        self._result = self._group.results[self._at]
        self._language = language
        self._said: Mapping[str, str] = _SAID[language]
        self._points = self._group.criteria.policies.points_decimals
        self._entry = EntryExplainer(points_decimals=self._points, language=language)
        self._index = self._group.criteria.policies.index_decimals
        self._positions = {item.code: at for at, item in enumerate(self._group.criteria.items())}
        self._rows: dict[int, dict[int, EntryRow]] = {}
        for row in kept:
            self._rows.setdefault(row[1], {})[row[2]] = row

    def unit(self) -> Why:
        """Why the unit has its index, rank and class."""
        unit, group = self._group.units[self._at], self._group
        head = f"{unit.id} – {unit.name}: {self._headline()}"
        because = [Why(text) for text in self._overall()]
        for place, area in enumerate(group.criteria.areas):
            because.append(self._area(area, self._result.areas[place]))
        return Why(head, because)

    def item(self, code: str) -> Why:
        """Why the unit has its points on one item; raises LookupError for an unknown code."""
        for item in self._group.criteria.items():
            if item.code == code:
                return self._item(item)
        raise LookupError(code)

    def _headline(self) -> str:
        result, rank = self._result, self._group.ranks[self._at]
        if result.index is None:
            return self._said["no_index"]
        text = self._said["index"].format(index=self._entry.number(show(result.index, self._index)))
        if rank is None:
            text += self._said["unranked"]
        else:
            text += self._said["rank"].format(rank=rank, of=self._group.figures().n_ranked)
        if result.classification:
            text += self._said["class"].format(name=self._class_name(result.classification))
        return text

    def _class_name(self, class_id: str) -> str:
        names = {one.id: one.name.say(self._language) for one in self._group.criteria.classes}
        return names[class_id]

    def _overall(self) -> Iterator[str]:
        result, criteria = self._result, self._group.criteria
        if result.index is None or result.exact is None:
            return
        yield self._said["formula"].format(
            points=self._entry.in_steps(result.points, self._points),
            bonus=self._entry.number(show_fraction(result.adjusted.bonus, self._points)),
            deduction=self._entry.number(show_fraction(result.adjusted.deduction, self._points)),
            maximum=self._entry.in_steps(result.maximum, self._points),
            exact=self._entry.number(show_fraction(Fraction(*result.exact), self._index + 4)),
            index=self._entry.number(show(result.index, self._index)),
        )
        yield self._said[RankOn(criteria.policies.rank_on)]
        yield from self._classes(result.index)
        change = self._run.change(self._group, self._at)
        if change.index is None:
            yield self._said["no_change"]
        else:
            yield self._said["change"].format(
                index=self._entry.number(f"{change.index:+}"),
                rank="–" if change.rank is None else f"{change.rank:+}",
            )

    def _classes(self, steps: int) -> Iterator[str]:
        criteria = self._group.criteria
        index = Decimal(steps).scaleb(-self._index)
        found = classification.class_of(index, criteria.classes)
        if found is None:
            return
        yield self._said["in_class"].format(
            start=number(found.start, self._language), name=found.name.say(self._language)
        )
        for ceiling in self._group.ceilings(self._at):
            if ceiling.area_index_below is not None:
                why = self._said["below"].format(
                    bound=number(ceiling.area_index_below, self._language)
                )
            else:
                why = self._said["zero"].format(item=ceiling.zero_item)
            yield self._said["held"].format(name=self._class_name(ceiling.at_most), why=why)

    def _area(self, area: Area, result: AreaResult) -> Why:
        name = area.name.say(self._language)
        if result.index is None:
            text = self._said["no_area"].format(code=area.code, name=name)
        else:
            text = self._said["area"].format(
                code=area.code,
                name=name,
                points=self._entry.in_steps(result.points, self._points),
                maximum=self._entry.in_steps(result.maximum, self._points),
                index=self._entry.number(show(result.index, self._index)),
            )
        items = [self._item(item) for item in area.items()]
        if isinstance(result.points, Fraction):
            scores = [self._score(item) for item in area.items()]
            applicable = sum(score.maximum for score in scores)
            items.insert(
                0,
                Why(
                    self._said["scaled"].format(
                        full=self._entry.in_steps(result.maximum, self._points),
                        applicable=self._entry.in_steps(applicable, self._points),
                    )
                ),
            )
        return Why(text, items)

    def _score(self, item: Item) -> Score:
        return self._result.scores[self._positions[item.code]]

    def _item(self, item: Item) -> Why:
        score = self._score(item)
        template = "item" if score.maximum else "off"
        text = self._said[template].format(
            code=item.code,
            name=item.name.say(self._language),
            points=self._entry.in_steps(score.points, self._points),
            maximum=self._entry.in_steps(score.maximum, self._points),
        )
        because = [Why(self._said["rule"].format(sentence=sentence(item, self._language)))]
        because += self._found(item, score)
        assert item.law is not None  # noqa: S101 - a set without law fails its check
        bases = {one.id: one.text for one in self._group.criteria.legal_basis}
        basis = bases[item.law.basis].say(self._language).rstrip(".")
        because.append(Why(self._said["law"].format(basis=basis, at=item.law.at)))
        return Why(text, because)

    def _found(self, item: Item, score: Score) -> list[Why]:
        """The entry, finding or fact behind a score, and how the points follow from it."""
        spec = self._run.round.spec
        rows = self._rows.get(self._positions[item.code], {})
        for stage in spec.final_from:
            row = rows.get(spec.stages.index(stage))
            if row is not None:
                quantity, line = row[3], row[5]
                text = self._said["entry"].format(
                    stage=stage, file="entries.csv", line=line, said=self._entry.said(quantity)
                )
                return [Why(text, self._entry.steps(item, quantity, score))]
        key = (self._group.units[self._at].id, item.code)
        if item.source is Source.DOSSIERS:
            quantity = self._run.round.facts[key].quantity
            text = self._said["fact"].format(said=self._entry.said(quantity))
            return [Why(text, self._entry.steps(item, quantity, score))]
        if item.source in {Source.SURVEY, Source.INDEX}:
            share = self._run.round.findings[key].share
            text = self._said["finding"].format(share=number(share, self._language))
            quantity = Quantity(numerator=share, denominator=1)
            return [Why(text, self._entry.steps(item, quantity, score))]
        return [Why(self._said["nothing"].format(marker=self._said[score.marker]))]
