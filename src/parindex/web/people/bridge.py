"""The workbook of units, people and assignments, both ways: a pure conversion."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.utils.translation import gettext

from parindex.errors import Problem
from parindex.web.people.models import Account, Assignment, Unit
from parindex.web.people.states import ROLE_WORDS
from parindex.workbooks.people_book import mark_people, write_people
from parindex.workbooks.people_reading import (
    AssignmentRow,
    PeopleUpload,
    PersonRow,
    UnitRow,
    read_people,
)
from parindex.workbooks.people_words import ASSIGNMENTS, COLUMNS, PEOPLE, UNITS
from parindex.workbooks.wording import TIERS

__all__ = ["ASSIGNMENTS", "PEOPLE", "UNITS", "AssignmentRow", "PersonRow", "UnitRow", "Upload"]
Upload = PeopleUpload
_ROLES = {str(role): words for role, words in ROLE_WORDS.items()}


def read(content: bytes, *, file: str) -> Upload:
    """The rows of a workbook with every problem at its cell; nothing is compared or kept.

    Raises UnusableInputError for what is no such workbook.
    """
    return read_people(content, file_name=file, roles=_ROLES)


def marked(upload: Upload, problems: Sequence[Problem], *, on: date) -> bytes:
    """The same workbook with what is wrong marked at its cells."""
    return mark_people(upload, problems, roles=_ROLES, made_on=on)


def cell_of(problem: Problem) -> str:
    """Where a problem stands, as staff find it: sheet and cell.

    >>> cell_of(Problem(code="people.empty", values={"sheet": "Đơn vị", "cell": "B4"}))
    'Đơn vị, ô B4'
    """
    sheet, cell = problem.values.get("sheet"), problem.values.get("cell")
    if not (sheet and cell):
        return str(sheet or "")
    return gettext("%(sheet)s, ô %(cell)s") % {"sheet": sheet, "cell": cell}


def heading(sheet: str, key: str) -> str:
    """The heading of a column of the workbook.

    >>> heading(PEOPLE, "email")
    'Thư điện tử'
    """
    return next(one.heading for one in COLUMNS[sheet] if one.key == key)


def tier_words(tier: str) -> str:
    """The word of a tier, as the workbook has it.

    >>> tier_words("department")
    'Sở - ban - ngành'
    """
    return TIERS.labels.get(tier, tier)


def written(
    units: Iterable[Unit],
    accounts: Iterable[Account],
    assignments: Iterable[Assignment],
    *,
    rounds: dict[str, str],
    predecessors: dict[str, tuple[str, ...]],
    on: date,
) -> bytes:
    """What is known, as the workbook that can be filled in further; with nothing, the template.

    ``rounds`` gives the slug of each round's id, ``predecessors`` the slugs before each unit's.
    """
    stream = io.BytesIO()
    write_people(
        [
            UnitRow(
                id=one.slug,
                name=one.name,
                tier=one.tier,
                group=one.group,
                parent=one.parent.slug if one.parent else "",
                start_on=one.starts_on,
                last_on=_last(one.ends_on),
                predecessors=predecessors.get(one.slug, ()),
            )
            for one in units
        ],
        [PersonRow(account=one.username, name=one.name, email=one.email) for one in accounts],
        [
            AssignmentRow(
                account=one.person.username,
                role=one.role,
                unit=one.unit.slug if one.unit else "",
                round=rounds.get(str(one.round_id), "") if one.round_id else "",
                start_on=one.starts_on,
                last_on=_last(one.ends_on),
            )
            for one in assignments
        ],
        stream,
        roles=_ROLES,
        made_on=on,
    )
    return stream.getvalue()


def _last(ends_on: date | None) -> date | None:
    """The last day that counts, of an end that counts no more."""
    return None if ends_on is None else ends_on - timedelta(days=1)
