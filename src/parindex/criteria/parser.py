"""A rulebook to its model and back to plain canonical content; strict about every key."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeVar

from parindex import canonical
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
    shape_of,
)
from parindex.errors import Problems
from parindex.units.model import Tier
from parindex.yamltree import Fields, Tree, read_yaml

SCHEMA: Final = "parindex.rulebook/1"
MAX_DECIMALS: Final = 12
EXAMPLE_FIELDS: Final = (
    "numerator", "denominator", "value", "count", "option", "share", "veto",
)  # fmt: skip

Plain = dict[str, object]
_Part = TypeVar("_Part")


def read_rulebook(content: bytes, *, file: str) -> CriteriaSet:
    """The criteria set that a rulebook's bytes hold.

    Raises UnusableInputError with every departure from the schema, each with its line.
    """
    problems = Problems(file=file)
    tree = read_yaml(content, problems)
    problems.raise_if_any()
    assert tree is not None  # noqa: S101 - a missing tree was a problem
    return from_tree(tree, file=file)


def from_tree(tree: Tree, *, file: str) -> CriteriaSet:
    """The criteria set that a tree holds; the tree of :func:`to_plain` gives an equal set."""
    problems = Problems(file=file)
    top = Fields(tree, problems, about="rulebook")
    schema = top.text("schema")
    if schema and schema != SCHEMA:
        problems.add("rulebook.schema", line=top.line_of("schema"), got=schema, schema=SCHEMA)
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


def digest(criteria: CriteriaSet) -> str:
    """The canonical digest of a set: equal for equal content, however it was written."""
    return canonical.digest(to_plain(criteria))


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
    value = fields.decimal(key)
    if value == 0 and fields.has(key):
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


def to_plain(criteria: CriteriaSet) -> Plain:
    """The set as texts, lists and mappings with the rulebook's own keys.

    Defaults are written out and absent parts left out, so that equal sets give equal content.
    """
    return {
        "schema": SCHEMA,
        "issuer": criteria.issuer,
        "index": criteria.index,
        "group": criteria.group,
        "tier": str(criteria.tier),
        "year": str(criteria.year),
        "revision": str(criteria.revision),
        "status": str(criteria.status),
        "title": _plain_text(criteria.title),
        "legal_basis": [
            {"id": one.id, **_plain_text(one.text), "issued": one.issued.isoformat()}
            for one in criteria.legal_basis
        ],
        "policies": {
            "points_decimals": str(criteria.policies.points_decimals),
            "index_decimals": str(criteria.policies.index_decimals),
            "rank_on": str(criteria.policies.rank_on),
            "ties": str(criteria.policies.ties),
            "not_applicable": str(criteria.policies.not_applicable),
        },
        **_plain_max(criteria.max_points),
        **_plain_caps(criteria.adjustments),
        "classes": [
            {"id": one.id, "name": _plain_text(one.name), "from": plain_decimal(one.start)}
            for one in criteria.classes
        ],
        "ceilings": [_plain_ceiling(one) for one in criteria.ceilings],
        "areas": [
            {
                "code": area.code,
                "name": _plain_text(area.name),
                **_plain_max(area.max_points),
                "criteria": [_plain_criterion(one) for one in area.criteria],
            }
            for area in criteria.areas
        ],
    }


def plain_decimal(value: Decimal) -> str:
    """A decimal as it was written, never with an exponent."""
    return format(value, "f")


def _plain_text(text: Text) -> dict[str, str]:
    return {"vi": text.vi, **({"en": text.en} if text.en else {})}


def _plain_max(value: Decimal | None) -> Plain:
    return {} if value is None else {"max_points": plain_decimal(value)}


def _plain_caps(caps: Caps | None) -> Plain:
    if caps is None:
        return {}
    return {
        "adjustments": {
            "bonus_cap": plain_decimal(caps.bonus_cap),
            "deduction_cap": plain_decimal(caps.deduction_cap),
        }
    }


def _plain_ceiling(ceiling: Ceiling) -> Plain:
    if ceiling.zero_item is not None:
        when = {"zero_item": ceiling.zero_item}
    else:
        assert ceiling.area_index_below is not None  # noqa: S101 - the parser demands one
        when = {"area_index_below": plain_decimal(ceiling.area_index_below)}
    return {"at_most": ceiling.at_most, "when": when}


def _plain_criterion(criterion: Criterion) -> Plain:
    if criterion.is_item:
        return _plain_item(criterion.items[0])
    return {
        "code": criterion.code,
        "name": _plain_text(criterion.name),
        **_plain_max(criterion.max_points),
        "items": [_plain_item(item) for item in criterion.items],
    }


def _plain_item(item: Item) -> Plain:
    plain: Plain = {
        "code": item.code,
        "id": item.id,
        "name": _plain_text(item.name),
        "max_points": plain_decimal(item.max_points),
        "source": str(item.source),
        "evidence": str(item.evidence),
        "rule": plain_rule(item.rule),
    }
    if item.appraiser:
        plain["appraiser"] = item.appraiser
    if item.if_none_due is not None:
        plain["if_none_due"] = str(item.if_none_due)
    if item.zero_if is not None:
        plain["zero_if"] = _plain_text(item.zero_if)
    if item.law is not None:
        plain["law"] = {"basis": item.law.basis, "at": item.law.at}
    if item.examples:
        plain["examples"] = [
            {**dict(one.fields), "points": plain_decimal(one.points)} for one in item.examples
        ]
    return plain


def plain_rule(rule: ScoringRule) -> Plain:
    """A rule as its mapping in a rulebook, defaults written out."""
    plain: Plain = {"shape": shape_of(rule)}
    if isinstance(rule, Options):
        plain["points"] = {option: plain_decimal(points) for option, points in rule.points}
    elif isinstance(rule, Bands):
        plain["on"] = str(rule.on)
        plain["steps"] = [
            {"from": plain_decimal(step.start), "points": plain_decimal(step.points)}
            for step in rule.steps
        ]
    elif isinstance(rule, Ratio):
        plain["full_at"] = plain_decimal(rule.full_at)
        if rule.zero_below is not None:
            plain["zero_below"] = plain_decimal(rule.zero_below)
    elif isinstance(rule, Deduction):
        plain["each"] = plain_decimal(rule.each)
        plain["floor"] = plain_decimal(rule.floor)
    if isinstance(rule, Bands | Ratio) and rule.over_100:
        plain["over_100"] = "allowed"
    return plain
