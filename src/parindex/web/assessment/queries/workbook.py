"""A sheet as a workbook, and a filled workbook held to what stands now: what it would change."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from django.conf import settings

from parindex.criteria.model import Item
from parindex.errors import Problem
from parindex.scoring.entries import QUANTITY_COLUMNS
from parindex.web.assessment import bridge, permissions
from parindex.web.assessment.models import ItemLine, ScoreEntry, Use
from parindex.web.assessment.queries.sheets import OpenSheet, sees_claim
from parindex.web.assessment.states import SELF, PhaseKind, SheetState
from parindex.web.journal import clock
from parindex.web.people.actor import Actor
from parindex.web.reference.bridge import criteria_of
from parindex.whole import whole_file
from parindex.workbooks.sheet_book import Claim, mark_errors, write_sheet
from parindex.workbooks.sheet_reading import SheetRow, read_sheet

_NOT_OPEN = "Hiện không sửa được"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What is claimed of an item: the columns that say something, the note, the points."""

    said: Mapping[str, str]
    note: str
    points: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One item that the workbook would change; in conflict when somebody wrote meanwhile.

    ``base`` is the version that stands now; ``was`` the one that the workbook was made from.
    """

    item: Item
    base: int
    was: int
    before: Side
    after: Side
    by: str

    @property
    def in_conflict(self) -> bool:
        """Whether the item was changed online since the workbook was made."""
        return self.base != self.was


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What a filled workbook would change; nothing is written."""

    planned: Sequence[Planned]
    problems: Sequence[Problem]
    n_same: int
    marked: bytes | None


def round_key(opened: OpenSheet) -> str:
    """The round as its workbooks name it: slugs are one's own in an issuer only."""
    return f"{opened.place.issuer}/{opened.sheet.round.slug}"


def workbook_for(actor: Actor, opened: OpenSheet) -> bytes | None:
    """The workbook of a sheet as it stands, for those who may read its figures; else None.

    What the person may not write now is closed in it.
    """
    seen = {code for code in opened.items if sees_claim(actor, opened, code)}
    if not seen:
        return None
    standing = standing_claims(opened)
    lines = {one.item: one for one in ItemLine.objects.filter(sheet=opened.sheet)}
    names: dict[str, list[str]] = {}
    uses = Use.objects.filter(sheet=opened.sheet, withdrawal=None).select_related("revision")
    for use in uses.order_by("at"):
        names.setdefault(use.item, []).append(use.revision.name)
    claims, locked = {}, set()
    for code in opened.items:
        if code not in seen:
            locked.add(code)
            continue
        entry, line = standing.get(code), lines.get(code)
        quantity = dict(entry.quantity) if entry is not None else {}
        if line is not None and line.not_applicable:
            reason = line.finding.reason if line.finding is not None else ""
            quantity = {"not_applicable": "yes", "reason": reason}
        if not _may_write(actor, opened, code):
            locked.add(code)
        claims[code] = Claim(
            quantity=quantity,
            note=entry.note if entry is not None else "",
            evidence=names.get(code, ()),
            version=entry.version if entry is not None else 0,
        )
    made = io.BytesIO()
    phase, deadline = opened.phase, opened.deadline()
    until = deadline.astimezone(clock.VIETNAM) if deadline is not None else None
    write_sheet(
        criteria_of(opened.sheet.group.rulebook),
        unit_id=opened.sheet.unit.slug,
        unit_name=opened.sheet.unit.name,
        round_id=round_key(opened),
        round_title=opened.sheet.round.title,
        claims=claims,
        locked=locked,
        deadline_text=f"{until:%H:%M %d/%m/%Y}" if until is not None else "–",
        stage_title="Tự chấm điểm" if phase and phase.kind == PhaseKind.SELF_SCORING else _NOT_OPEN,
        file=made,
    )  # fmt: skip
    return made.getvalue()


def _may_write(actor: Actor, opened: OpenSheet, code: str) -> bool:
    if opened.place.state is not SheetState.DRAFTING:
        return False
    if opened.in_time(PhaseKind.SELF_SCORING, clock.now()) is None:
        return False
    entrusted = opened.entrusted.get(code)
    return permissions.claiming_standing(actor, opened.place, entrusted_to=entrusted) is not None


def may_fill(actor: Actor, opened: OpenSheet) -> bool:
    """Whether the person could claim any item of the sheet now."""
    return any(_may_write(actor, opened, code) for code in opened.items)


def standing_claims(opened: OpenSheet) -> dict[str, ScoreEntry]:
    """The claim of each item that stands, by its code; cleared ones among them."""
    found = ScoreEntry.objects.filter(sheet=opened.sheet, stage=SELF, seat=0)
    return {
        one.item: one
        for one in found.select_related("person").order_by("item", "-version").distinct("item")
    }


def dry_run(actor: Actor, opened: OpenSheet, content: bytes, *, file_name: str) -> DryRun:
    """What a filled workbook would change of a sheet, item by item, and what is wrong at which
    cell. Raises UnusableInputError for what is no workbook of this sheet.
    """
    rulebook = opened.sheet.group.rulebook
    upload = read_sheet(
        content,
        criteria_of(rulebook),
        file_name=file_name,
        round_id=round_key(opened),
        unit_id=opened.sheet.unit.slug,
    )
    standing = standing_claims(opened)
    changed = [one for one in upload.rows if one.changed and one.sound and not one.closed]
    problems = list(upload.problems)
    planned, n_same = [], 0
    for row in changed:
        if not _may_write(actor, opened, row.code):
            # The workbook says that it is open; what stands of it is not to be shown.
            problems.append(upload.problem("sheet.closed", row.code, "code"))
            continue
        one = _planned(opened, row, standing.get(row.code))
        if one is None:
            n_same += 1
        else:
            planned.append(one)
    marked = mark_errors(upload, problems) if problems else None
    return DryRun(planned=planned, problems=problems, n_same=n_same, marked=marked)


def _planned(opened: OpenSheet, row: SheetRow, entry: ScoreEntry | None) -> Planned | None:
    """The change of one row, or None where the same stands already."""
    _, item = opened.items[row.code]
    cells = dict(zip(QUANTITY_COLUMNS, row.cells, strict=True))
    said = {key: value for key, value in cells.items() if value}
    points = None
    if said:
        scored = bridge.read_said(opened.sheet.group.rulebook, item, said, written="plain")
        said, points = dict(scored.said), scored.points
    before = _side(entry)
    if dict(before.said) == said and before.note == row.note:
        return None
    return Planned(
        item=item,
        base=entry.version if entry is not None else 0,
        was=row.version,
        before=before,
        after=Side(said=said, note=row.note, points=points),
        by=entry.person.name if entry is not None else "",
    )


def _side(entry: ScoreEntry | None) -> Side:
    if entry is None:
        return Side(said={}, note="", points=None)
    points = entry.points if entry.quantity else None
    return Side(said=dict(entry.quantity), note=entry.note, points=points)


# ---- the marked workbook, kept for its person until the next one


def _marked_path(actor: Actor, sheet: UUID) -> Path:
    return Path(settings.DATA) / "marked" / f"{sheet}-{actor.person}.xlsx"


def keep_marked(actor: Actor, opened: OpenSheet, content: bytes | None) -> None:
    """Keep the marked workbook for who sent it, in place of the one before; None forgets it."""
    path = _marked_path(actor, opened.sheet.id)
    if content is None:
        path.unlink(missing_ok=True)
        return
    with whole_file(path) as fresh:
        fresh.write_bytes(content)


def marked_for(actor: Actor, opened: OpenSheet) -> bytes | None:
    """The workbook that the person sent last, with what is wrong marked, if anything was."""
    path = _marked_path(actor, opened.sheet.id)
    return path.read_bytes() if path.is_file() else None
