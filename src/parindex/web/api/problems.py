"""What a refusal says to a program: the same problems as everywhere, as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest
from ninja import Field, Schema

from parindex.errors import Problem

if TYPE_CHECKING:
    from parindex.web.assessment.models import ScoreEntry


class ProblemOut(Schema):
    """One thing that is wrong: its code, its words in the language asked for, its place."""

    code: str
    what: str
    expected: str = ""
    got: str = ""
    fix: str = ""
    where: str = Field("", description="file:line, a cell, or the path of a value in the request")


class Problems(Schema):
    """Everything that is wrong with a request."""

    problems: list[ProblemOut]


class Standing(Schema):
    """What stands of an item now: another writer was first."""

    version: int
    fields: dict[str, str] = Field(default_factory=dict)
    points: str | None = None
    note: str = ""
    reason: str = ""
    person: str = ""
    at: str = ""


class Conflict(Problems):
    """Another version stands: what was sent (``mine``) was not written over it (``theirs``)."""

    theirs: Standing | None = None
    mine: dict[str, Any] | None = None


# Declared of every operation; 200 and 201 are its own.
REFUSALS: Final = {
    frozenset({400, 401, 403, 404, 413, 422, 429}): Problems,
    409: Conflict,
}


def language_of(request: HttpRequest) -> str:
    """Vietnamese, unless the program asks for English first."""
    asked = request.headers.get("Accept-Language", "").strip().lower()
    return "en" if asked.startswith("en") else "vi"


def told(
    problems: Iterable[Problem], request: HttpRequest, *, where: str = ""
) -> dict[str, list[dict[str, str]]]:
    """Problems in the language of the request."""
    language = language_of(request)
    return {"problems": [_told(one, language, where) for one in problems]}


def _told(one: Problem, language: str, where: str) -> dict[str, str]:
    place = f"{one.file}:{one.line}" if one.file else where or str(one.values.get("cell", ""))
    return {"code": one.code, "where": place, **one.parts(language)}


def standing(entry: ScoreEntry | None, version: int) -> dict[str, Any]:
    """What stands, as the answer to a conflict says it."""
    if entry is None:
        return {"version": version}
    return {
        "version": version,
        "fields": dict(entry.quantity),
        "points": format(entry.points.normalize(), "f"),
        "note": entry.note,
        "reason": entry.reason,
        "person": entry.person.name,
        "at": entry.at.isoformat(),
    }
