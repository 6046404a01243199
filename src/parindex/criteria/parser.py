"""A rulebook to its model; strict about every key."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeVar

from parindex.criteria.model import (
    Area,
    Caps,
    Ceiling,
    Class,
    CriteriaSet,
    Criterion,
    EvidenceNeed,
    Example,
    Item,
    Law,
    LegalBasis,
    NotApplicable,
    Policies,
    RankOn,
    Status,
    Text,
    Ties,
)
from parindex.criteria.plain import SCHEMA
from parindex.criteria.rules import (
    SHAPES,
    Bands,
    BandsOn,
    Deduction,
    Given,
    NoneDue,
    Options,
    Ratio,
    ScoringRule,
    Source,
    Step,
)
from parindex.errors import Problems
from parindex.units.model import Tier
from parindex.yamltree import Fields, Tree, tree_of

MAX_DECIMALS: Final = 12
EXAMPLE_FIELDS: Final = (
    "numerator", "denominator", "value", "count", "option", "share", "veto",
)  # fmt: skip

_Part = TypeVar("_Part")


def read_rulebook(content: bytes, *, file: str) -> CriteriaSet:
    """The criteria set that a rulebook's bytes hold.

    Raises UnusableInputError with every departure from the schema, each with its line.
    """
    problems = Problems(file=file)
    return from_tree(tree_of(content, problems), file=file)


def from_tree(tree: Tree, *, file: str) -> CriteriaSet:
    """The criteria set that a tree holds; the tree of :func:`to_plain` gives an equal set."""
    problems = Problems(file=file)
    top = Fields(tree, problems, about="rulebook")
    top.schema(SCHEMA)
    criteria = CriteriaSet(
        issuer=top.text("issuer"),
        index=top.text("index"),
        group=top.text("group"),
        tier=top.choice("tier", Tier),
        year=top.whole("year"),
        revision=top.whole("revision"),
        status=top.choice("status", Status),
        title=_text(top, "title"),
        legal_basis=tuple(_legal_basis(one, problems) for one in top.sequence("legal_basis")),
        policies=_policies(top),
        areas=_some(top, "areas", _area),
        adjustments=_caps(top) if top.has("adjustments") else None,
        classes=tuple(_class(one, problems) for one in top.sequence("classes", optional=True)),
        ceilings=tuple(_ceiling(one, problems) for one in top.sequence("ceilings", optional=True)),
        max_points=_declared(top),
        file=file,
    )
    top.close()
    problems.raise_if_any()
    return criteria


def _some(fields: Fields, key: str, read: Callable[[Tree, Problems], _Part]) -> tuple[_Part, ...]:
    trees = fields.sequence(key)
    if not trees and fields.has(key):
        fields.problems.add("yaml.empty_list", line=fields.line_of(key), key=key)
    return tuple(read(tree, fields.problems) for tree in trees)


def _text(fields: Fields, key: str) -> Text:
    names = fields.mapping(key, about=key)
    text = Text(vi=names.text("vi"), en=names.text("en", default=""))
    names.close()
    return text


def _declared(fields: Fields) -> Decimal | None:
    return fields.decimal("max_points") if fields.has("max_points") else None


def _flag(fields: Fields, key: str) -> bool:
    if not fields.has(key):
        return False
    text = fields.text(key)
    if text and text != "allowed":
        fields.problems.add(
            "yaml.not_a_choice", line=fields.line_of(key), key=key, got=text, choices="allowed"
        )
    return True


def _positive(fields: Fields, key: str) -> Decimal:
    before = len(fields.problems.found)
    value = fields.decimal(key)
    if value == 0 and len(fields.problems.found) == before:
        fields.problems.add("rulebook.not_positive", line=fields.line_of(key), key=key)
        return Decimal(1)
    return value


def _legal_basis(tree: Tree, problems: Problems) -> LegalBasis:
    fields = Fields(tree, problems, about="legal_basis")
    basis = LegalBasis(
        id=fields.text("id"),
        text=Text(vi=fields.text("vi"), en=fields.text("en", default="")),
        issued=fields.day("issued"),
    )
    fields.close()
    return basis


def _policies(top: Fields) -> Policies:
    fields = top.mapping("policies", about="policies")
    policies = Policies(
        points_decimals=_decimals(fields, "points_decimals"),
        index_decimals=_decimals(fields, "index_decimals"),
        rank_on=fields.choice("rank_on", RankOn),
        ties=fields.choice("ties", Ties),
        not_applicable=fields.choice("not_applicable", NotApplicable),
    )
    fields.close()
    return policies


def _decimals(fields: Fields, key: str) -> int:
    value = fields.whole(key)
    if value > MAX_DECIMALS:
        fields.problems.add(
            "rulebook.too_many_decimals", line=fields.line_of(key), key=key, limit=MAX_DECIMALS
        )
        return MAX_DECIMALS
    return value


def _caps(top: Fields) -> Caps:
    fields = top.mapping("adjustments", about="adjustments")
    caps = Caps(
        bonus_cap=fields.decimal("bonus_cap"), deduction_cap=fields.decimal("deduction_cap")
    )
    fields.close()
    return caps


def _class(tree: Tree, problems: Problems) -> Class:
    fields = Fields(tree, problems, about="classes")
    one = Class(
        id=fields.text("id"),
        name=_text(fields, "name"),
        start=fields.decimal("from"),
        line=tree.line,
    )
    fields.close()
    return one


def _ceiling(tree: Tree, problems: Problems) -> Ceiling:
    fields = Fields(tree, problems, about="ceilings")
    at_most = fields.text("at_most")
    when = fields.mapping("when", about="when")
    below = when.decimal("area_index_below") if when.has("area_index_below") else None
    zero = when.text("zero_item") if when.has("zero_item") else None
    if (below is None) == (zero is None):
        problems.add("rulebook.one_condition", line=when.line)
    when.close()
    fields.close()
    return Ceiling(at_most=at_most, area_index_below=below, zero_item=zero, line=tree.line)


def _area(tree: Tree, problems: Problems) -> Area:
    fields = Fields(tree, problems, about="areas")
    area = Area(
        code=fields.text("code"),
        name=_text(fields, "name"),
        criteria=_some(fields, "criteria", _criterion),
        max_points=_declared(fields),
        line=tree.line,
    )
    fields.close()
    return area


def _criterion(tree: Tree, problems: Problems) -> Criterion:
    fields = Fields(tree, problems, about="criteria")
    if not fields.has("items"):
        item = _item(tree, problems)
        return Criterion(
            code=item.code, name=item.name, items=(item,), is_item=True, line=tree.line
        )
    criterion = Criterion(
        code=fields.text("code"),
        name=_text(fields, "name"),
        items=_some(fields, "items", _item),
        is_item=False,
        max_points=_declared(fields),
        line=tree.line,
    )
    fields.close()
    return criterion


def _item(tree: Tree, problems: Problems) -> Item:
    fields = Fields(tree, problems, about="items")
    source = fields.choice("source", Source)
    need = EvidenceNeed.OPTIONAL if source is Source.APPRAISAL else EvidenceNeed.NONE
    item = Item(
        code=fields.text("code"),
        id=fields.text("id"),
        name=_text(fields, "name"),
        max_points=_positive(fields, "max_points"),
        source=source,
        rule=_rule(fields),
        law=_law(fields) if fields.has("law") else None,
        appraiser=fields.text("appraiser", default=""),
        evidence=fields.choice("evidence", EvidenceNeed, default=need),
        if_none_due=fields.choice("if_none_due", NoneDue) if fields.has("if_none_due") else None,
        zero_if=_text(fields, "zero_if") if fields.has("zero_if") else None,
        examples=tuple(
            _example(one, problems) for one in fields.sequence("examples", optional=True)
        ),
        line=tree.line,
    )
    fields.close()
    return item


def _law(fields: Fields) -> Law:
    law = fields.mapping("law", about="law")
    read = Law(basis=law.text("basis"), at=law.text("at"))
    law.close()
    return read


def _example(tree: Tree, problems: Problems) -> Example:
    fields = Fields(tree, problems, about="examples")
    example = Example(
        fields=tuple((key, fields.text(key)) for key in EXAMPLE_FIELDS if fields.has(key)),
        points=fields.decimal("points"),
        line=tree.line,
    )
    fields.close()
    return example


def _rule(item: Fields) -> ScoringRule:
    fields = item.mapping("rule", about="rule")
    shape = fields.text("shape")
    if shape not in SHAPES:
        if shape:
            fields.problems.add(
                "yaml.not_a_choice",
                line=fields.line_of("shape"),
                key="shape",
                got=shape,
                choices=" | ".join(SHAPES),
            )
        return Given()
    rule: ScoringRule = _READ_SHAPE[shape](fields)
    fields.close()
    return rule


def _options(fields: Fields) -> Options:
    named = fields.named("points")
    if not named and fields.has("points"):
        fields.problems.add("yaml.empty_list", line=fields.line_of("points"), key="points")
    if "" in named:
        fields.problems.add("yaml.not_text", line=named[""].line, key="points")
    inner = Fields(Tree(named, fields.line), fields.problems, about="points")
    return Options(points=tuple((option, inner.decimal(option)) for option in named))


def _bands(fields: Fields) -> Bands:
    return Bands(
        on=fields.choice("on", BandsOn),
        steps=_some(fields, "steps", _step),
        over_100=_flag(fields, "over_100"),
    )


def _step(tree: Tree, problems: Problems) -> Step:
    fields = Fields(tree, problems, about="steps")
    step = Step(start=fields.decimal("from"), points=fields.decimal("points"))
    fields.close()
    return step


def _ratio(fields: Fields) -> Ratio:
    return Ratio(
        full_at=_positive(fields, "full_at") if fields.has("full_at") else Decimal(100),
        zero_below=fields.decimal("zero_below") if fields.has("zero_below") else None,
        over_100=_flag(fields, "over_100"),
    )


def _deduction(fields: Fields) -> Deduction:
    return Deduction(
        each=_positive(fields, "each"),
        floor=fields.decimal("floor") if fields.has("floor") else Decimal(0),
    )


_READ_SHAPE: Final[dict[str, Callable[[Fields], ScoringRule]]] = {
    "options": _options,
    "bands": _bands,
    "ratio": _ratio,
    "deduction": _deduction,
    "given": lambda _: Given(),
}
