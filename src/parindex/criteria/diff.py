"""What changed between two criteria sets, item by item along their lasting ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from parindex.criteria.model import CriteriaSet
from parindex.criteria.plain import Plain, to_plain


class Kind(StrEnum):
    """What happened to a part of a set."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference: the part (``policies``, ``area 1``, ``item plan-issued``), the field."""

    kind: Kind
    part: str
    field: str = ""
    before: str = ""
    after: str = ""


def diff(old: CriteriaSet, new: CriteriaSet) -> list[Change]:
    """Every difference in content, the old set's parts first; [] for equal sets."""
    before, after = _parts(to_plain(old)), _parts(to_plain(new))
    changes: list[Change] = []
    for part in [*before, *(name for name in after if name not in before)]:
        if part not in after:
            changes.append(Change(kind=Kind.REMOVED, part=part))
        elif part not in before:
            changes.append(Change(kind=Kind.ADDED, part=part))
        else:
            changes.extend(_fields(part, before[part], after[part]))
    return changes


def _fields(part: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for field in [*before, *(name for name in after if name not in before)]:
        old, new = before.get(field, ""), after.get(field, "")
        if old != new:
            yield Change(kind=Kind.CHANGED, part=part, field=field, before=old, after=new)


def _parts(plain: Plain) -> dict[str, dict[str, str]]:
    """The set as named parts of flat fields; items by id, so that a new code is a change."""
    areas = plain.pop("areas")
    parts = {"set": dict(_flat(plain))}
    assert isinstance(areas, list)  # noqa: S101 - to_plain writes lists
    for area in areas:
        criteria = area.pop("criteria")
        parts[f"area {area['code']}"] = dict(_flat(area))
        for criterion in criteria:
            items = criterion.pop("items", None)
            if items is None:
                parts[f"item {criterion['id']}"] = dict(_flat(criterion))
                continue
            parts[f"criterion {criterion['code']}"] = dict(_flat(criterion))
            parts.update((f"item {item['id']}", dict(_flat(item))) for item in items)
    return parts


def _flat(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _flat(one, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for position, one in enumerate(value, 1):
            yield from _flat(one, f"{path}[{position}]")
    else:
        yield path, str(value)
