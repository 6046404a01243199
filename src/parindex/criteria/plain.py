"""A criteria set as plain canonical content: what its digest is taken of, what bundles hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from parindex import canonical
from parindex.criteria.model import Caps, Ceiling, CriteriaSet, Criterion, Item, Text
from parindex.criteria.rules import Bands, Deduction, Options, Ratio, ScoringRule, shape_of

SCHEMA: Final = "parindex.rulebook/1"

Plain = dict[str, object]


def digest(criteria: CriteriaSet) -> str:
    """The canonical digest of a set: equal for equal content, however it was written."""
    return canonical.digest(to_plain(criteria))


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
