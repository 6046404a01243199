"""A criteria set as the text of a rulebook, laid out as one would write it by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from parindex.criteria.model import (
    Area,
    Ceiling,
    CriteriaSet,
    Criterion,
    Item,
    Text,
)
from parindex.criteria.notes import Notes, Place
from parindex.criteria.plain import SCHEMA, plain_decimal, plain_rule

# A rule longer than this is put on several lines, and so is a pair of texts longer than that.
WIDTH: Final = 150
TEXT_WIDTH: Final = 240
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
# Words that other YAML readers take for something else than text.
_NOT_TEXT: Final = frozenset({"null", "true", "false"})
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
# What YAML would take for a line break, or does not let stand in a text as it is.
_UNPRINTABLE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


class Flow(str):
    """A piece of YAML that is written already, on one line."""

    __slots__ = ()


def to_yaml(criteria: CriteriaSet, notes: Notes | None = None) -> str:
    """The rulebook of a set: ``read_rulebook`` gives a set of the same digest.

    Each note stands as a comment above its area, criterion or item; that of the place ``()``
    at the head of the file. Parts that equal their default are left out.
    """
    noted = notes or {}
    lines = [*_comment(noted, (), ""), *_head(criteria)]
    for number, area in enumerate(criteria.areas):
        lines += _area(area, (number,), noted)
    return "\n".join(lines) + "\n"


def _head(criteria: CriteriaSet) -> Iterator[str]:
    policies, caps = criteria.policies, criteria.adjustments
    yield f"schema: {SCHEMA}"
    yield f"issuer: {_free(criteria.issuer)}"
    yield f"index: {_free(criteria.index)}"
    yield f"group: {_free(criteria.group)}"
    yield f"tier: {criteria.tier}"
    yield f"year: {criteria.year}"
    yield f"revision: {criteria.revision}"
    yield f"status: {criteria.status}"
    if criteria.max_points is not None:
        yield f"max_points: {plain_decimal(criteria.max_points)}"
    yield from _field("title", _words(criteria.title), "")
    yield from _list(
        "legal_basis",
        (
            {"id": _free(one.id), **_words(one.text), "issued": Flow(one.issued.isoformat())}
            for one in criteria.legal_basis
        ),
    )
    yield "policies:"
    yield f"  points_decimals: {policies.points_decimals}"
    yield f"  index_decimals: {policies.index_decimals}"
    yield f"  rank_on: {policies.rank_on}"
    yield f"  ties: {policies.ties}"
    yield f"  not_applicable: {policies.not_applicable}"
    if caps is not None:
        bonus, deduction = plain_decimal(caps.bonus_cap), plain_decimal(caps.deduction_cap)
        yield f"adjustments: {{bonus_cap: {bonus}, deduction_cap: {deduction}}}"
    if criteria.classes:
        yield from _list(
            "classes",
            (
                {
                    "id": _free(one.id),
                    "name": _flow(_words(one.name)),
                    "from": Flow(plain_decimal(one.start)),
                }
                for one in criteria.classes
            ),
        )
    if criteria.ceilings:
        yield from _list("ceilings", map(_ceiling, criteria.ceilings))
    yield "areas:"


def _ceiling(ceiling: Ceiling) -> Mapping[str, Flow]:
    when = {}
    if ceiling.zero_item is not None:
        when["zero_item"] = quoted(ceiling.zero_item)
    if ceiling.area_index_below is not None:
        when["area_index_below"] = Flow(plain_decimal(ceiling.area_index_below))
    return {"at_most": _free(ceiling.at_most), "when": _flow(when)}


def _area(area: Area, place: Place, notes: Notes) -> Iterator[str]:
    if place != (0,):
        yield ""
    yield from _comment(notes, place, "  ")
    yield f"  - code: {quoted(area.code)}"
    yield from _field("name", _words(area.name), "    ")
    if area.max_points is not None:
        yield f"    max_points: {plain_decimal(area.max_points)}"
    yield "    criteria:"
    for number, criterion in enumerate(area.criteria):
        yield from _criterion(criterion, (*place, number), notes)


def _criterion(criterion: Criterion, place: Place, notes: Notes) -> Iterator[str]:
    if criterion.is_item:
        yield from _item(criterion.items[0], place, notes, "      ")
        return
    yield from _comment(notes, place, "      ")
    yield f"      - code: {quoted(criterion.code)}"
    yield from _field("name", _words(criterion.name), "        ")
    if criterion.max_points is not None:
        yield f"        max_points: {plain_decimal(criterion.max_points)}"
    yield "        items:"
    for number, item in enumerate(criterion.items):
        yield from _item(item, (*place, number), notes, "          ")


def _item(item: Item, place: Place, notes: Notes, dash: str) -> Iterator[str]:
    indent = dash + "  "
    yield from _comment(notes, place, dash)
    yield f"{dash}- code: {quoted(item.code)}"
    yield f"{indent}id: {_free(item.id)}"
    yield from _field("name", _words(item.name), indent)
    yield f"{indent}max_points: {plain_decimal(item.max_points)}"
    yield f"{indent}source: {item.source}"
    if item.appraiser:
        yield f"{indent}appraiser: {_free(item.appraiser)}"
    yield f"{indent}evidence: {item.evidence}"
    yield from _rule(item, indent)
    if item.if_none_due is not None:
        yield f"{indent}if_none_due: {item.if_none_due}"
    if item.zero_if is not None:
        yield from _field("zero_if", _words(item.zero_if), indent)
    if item.examples:
        yield f"{indent}examples:"
        for example in item.examples:
            fields = {key: _free(value) for key, value in example.fields}
            yield f"{indent}  - {_flow({**fields, 'points': Flow(plain_decimal(example.points))})}"
    if item.law is not None:
        law = {"basis": _free(item.law.basis), "at": quoted(item.law.at)}
        yield from _field("law", law, indent)


def _rule(item: Item, indent: str) -> Iterator[str]:
    plain = plain_rule(item.rule)
    if plain.get("full_at") == "100" and "zero_below" not in plain:
        del plain["full_at"]
    if plain.get("floor") == "0":
        del plain["floor"]
    steps = plain.pop("steps", None)
    points = plain.pop("points", None)
    rule = {key: Flow(str(value)) for key, value in plain.items()}
    parts: list[str] = []
    if isinstance(points, Mapping):
        options = {str(name): Flow(str(value)) for name, value in points.items()}
        rule["points"] = _flow(options)
        parts = [f"{_free(name)}: {value}" for name, value in options.items()]
    if isinstance(steps, list):
        flows = [_flow({key: Flow(str(value)) for key, value in step.items()}) for step in steps]
        rule["steps"] = Flow("[" + ", ".join(flows) + "]")
        parts = [f"- {flow}" for flow in flows]
    line = f"{indent}rule: {_flow(rule)}"
    if len(line) <= WIDTH or not parts:
        yield line
        return
    yield f"{indent}rule:"
    for key, value in rule.items():
        yield f"{indent}  {key}: {value}" if key not in {"points", "steps"} else f"{indent}  {key}:"
    yield from (f"{indent}    {part}" for part in parts)


def _field(key: str, fields: Mapping[str, Flow], indent: str) -> Iterator[str]:
    """A short mapping in braces on its line; a long one below its key."""
    line = f"{indent}{key}: {_flow(fields)}"
    if len(line) <= TEXT_WIDTH or len(fields) == 1:
        yield line
        return
    yield f"{indent}{key}:"
    yield from (f"{indent}  {name}: {value}" for name, value in fields.items())


def _list(key: str, entries: Iterable[Mapping[str, Flow]]) -> Iterator[str]:
    written = list(entries)
    if not written:
        yield f"{key}: []"
        return
    yield f"{key}:"
    for fields in written:
        line = f"  - {_flow(fields)}"
        if len(line) <= TEXT_WIDTH:
            yield line
            continue
        for number, (name, value) in enumerate(fields.items()):
            yield f"  {' ' if number else '-'} {name}: {value}"


def _flow(fields: Mapping[str, Flow]) -> Flow:
    return Flow("{" + ", ".join(f"{_free(key)}: {value}" for key, value in fields.items()) + "}")


def _words(text: Text) -> dict[str, Flow]:
    return {"vi": quoted(text.vi), **({"en": quoted(text.en)} if text.en else {})}


def _free(text: str) -> Flow:
    """A name as it stands where that can be nothing but text, else in quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return Flow(text)
    return quoted(text)


def quoted(text: str) -> Flow:
    r"""Text in double quotes that every YAML reader gives back unchanged.

    >>> print(quoted('Kịp thời "đúng hạn"\n'))
    "Kịp thời \"đúng hạn\"\n"
    """
    escaped = "".join(_ESCAPES.get(letter, letter) for letter in text)
    return Flow('"' + _UNPRINTABLE.sub(_escape, escaped) + '"')


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _comment(notes: Notes, place: Place, indent: str) -> Iterator[str]:
    note = notes.get(place, "")
    if not note:
        return
    for line in note.split("\n"):
        shown = re.sub(r"[\t\r]", " ", _UNPRINTABLE.sub(" ", line)).rstrip()
        yield f"{indent}# {shown}" if shown else f"{indent}#"
