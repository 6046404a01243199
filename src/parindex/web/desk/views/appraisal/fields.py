"""The fields of a finding: empty until chosen, beside what was claimed; and both of a conflict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from parindex.criteria.model import Item
from parindex.errors import ParindexError, Problem, UnusableInputError
from parindex.web.assessment.actions.gate import ConflictError
from parindex.web.desk.views.scoring.rule import (
    LABELS,
    EntryForm,
    language,
    number_words,
    one_value,
    posted,
    said_words,
    shown_values,
)

_PARTS = ("what", "fix")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One field as it is shown; ``claimed`` is what the unit says there, in words."""

    id: str
    name: str
    label: str
    kind: str
    value: str
    claimed: str
    options: list[dict[str, Any]]
    mode: str
    unit: str
    error: str


def read(item: Item, post: Mapping[str, str], *, prefix: str = "") -> dict[str, str]:
    """What a form says of an item: only the columns that its rule reads."""
    if prefix:
        post = {
            key.removeprefix(prefix): value for key, value in post.items() if key.startswith(prefix)
        }
    return {name: value[:200] for name, value in posted(item, post).items()}


def shown(
    item: Item,
    values: Mapping[str, str],
    *,
    claimed: Mapping[str, str] | None = None,
    prefix: str = "",
    errors: Mapping[str, str] | None = None,
) -> list[Shown]:
    """The fields of an item with their values as typed, and what is wrong at which."""
    form = EntryForm(item=item)
    theirs = shown_values(claimed or {})
    return [
        Shown(
            id=f"{prefix}{name}".replace(".", "-"),
            name=f"{prefix}{name}",
            label=_label(item, form, name),
            kind={"option": "choices", "veto": "check"}.get(name, "input"),
            value=values.get(name, ""),
            claimed=one_value(name, theirs[name]) if name in theirs else "",
            options=_options(form, keyed=not prefix) if name == "option" else [],
            mode="numeric" if name == "count" else "decimal",
            unit="%" if name == "value" and form.reads == "ratio" else "",
            error=(errors or {}).get(name, ""),
        )
        for name in form.names
    ]


def _label(item: Item, form: EntryForm, name: str) -> str:
    if name == "veto":
        return form.guard
    if name == "points":
        return _("Điểm, từ 0 đến %(most)s") % {"most": number_words(item.max_points)}
    if name == "value" and form.reads == "ratio":
        return _("hoặc tỷ lệ")
    return str(LABELS[name])


def _options(form: EntryForm, *, keyed: bool) -> list[dict[str, Any]]:
    # Many items on one page would each want the key 1.
    return [one | ({} if keyed else {"key": ""}) for one in form.options]


def wrong(item: Item, values: Mapping[str, str], error: UnusableInputError) -> EntryForm:
    """What the contract refuses, each at its field."""
    form = EntryForm(item=item, values=values)
    form.take(error.problems)
    return form


def problem_lines(error: ParindexError) -> list[str]:
    """What is wrong and how to mend it, without the place in a file that a form does not have."""
    return [_line(one) for one in error.problems]


def _line(problem: Problem) -> str:
    parts = problem.parts(language())
    found = [parts[one] for one in _PARTS if one in parts]
    return ". ".join(one[:1].upper() + one[1:].rstrip(".") for one in found) + "."


def conflict_of(
    item: Item, mine: Mapping[str, str], reason: str, error: ConflictError
) -> dict[str, Any]:
    """Both values of each field, for the table of a conflict; theirs are kept for the choice."""
    theirs = error.theirs
    kept = shown_values(theirs.quantity) if theirs is not None else {}
    their_reason = theirs.reason if theirs is not None else ""
    rows = [
        {
            "name": one.name,
            "label": one.label,
            "mine": one_value(one.name, mine.get(one.name, "")),
            "theirs": one_value(one.name, kept.get(one.name, "")),
        }
        for one in shown(item, mine)
    ]
    rows.append({"name": "reason", "label": _("Lý do"), "mine": reason, "theirs": their_reason})
    return {
        "who": theirs.person.name if theirs is not None else "",
        "at": theirs.at if theirs is not None else None,
        "rows": rows,
        "theirs": [(f"theirs-{name}", value) for name, value in kept.items()]
        + [("theirs-reason", their_reason)],
    }


def resolved(item: Item, post: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The values and the reason that were chosen after a conflict, each field by itself."""
    sides = {"mine": read(item, post), "theirs": read(item, post, prefix="theirs-")}
    chosen = {name: sides[_side(post, name)].get(name, "") for name in EntryForm(item=item).names}
    prefix = "theirs-" if _side(post, "reason") == "theirs" else ""
    return {name: value for name, value in chosen.items() if value}, post.get(f"{prefix}reason", "")


def _side(post: Mapping[str, str], name: str) -> str:
    return "theirs" if post.get(f"keep-{name}") == "theirs" else "mine"


def says(item: Item, said: Mapping[str, str]) -> str:
    """What an entry says, on one line, with its reason not to apply where that is all."""
    reason = said.get("reason", "")
    words = said_words(item, said)
    return f"{words}: {reason}" if said.get("not_applicable") and reason else words
