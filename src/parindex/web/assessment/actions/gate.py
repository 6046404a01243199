"""What every write of a sheet checks first: is it there, whose is it, is it time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from parindex.web.assessment import permissions
from parindex.web.assessment.models import ItemLine, ScoreEntry
from parindex.web.assessment.queries.sheets import OpenSheet, open_sheet
from parindex.web.assessment.states import CORRECTED, PhaseKind
from parindex.web.journal import clock
from parindex.web.journal.actions import record
from parindex.web.journal.chain import About
from parindex.web.people.actor import Actor, Standing
from parindex.web.people.permissions import RefusedError, UnknownError
from parindex.web.people.queries import LOOKS_BACK_YEARS, account_by_id, own_units


class ConflictError(Exception):
    """Somebody else wrote meanwhile: ``theirs`` is what stands now, None where it was cleared."""

    def __init__(self, theirs: ScoreEntry | None, version: int) -> None:
        self.theirs = theirs
        self.version = version
        super().__init__(version)


def locked_sheet(actor: Actor, sheet: UUID) -> OpenSheet:
    """The sheet, held to the end of the transaction. Raises UnknownError for another issuer's."""
    found = open_sheet(sheet, lock=True)
    if found is None or found.place.issuer not in actor.issuers():
        raise UnknownError
    year = found.sheet.round.year
    if year < clock.today().year - LOOKS_BACK_YEARS and not permissions.fills(actor, found.place):
        # So late, whom somebody worked for in the year that is assessed must be asked anew.
        account = account_by_id(actor.person)
        then = own_units(account, since=date(year, 1, 1)) if account is not None else frozenset()
        if then & {found.place.unit, *found.place.entrusted}:
            raise RefusedError("refused.own_unit")
    return found


def in_time(opened: OpenSheet, kind: PhaseKind, at: datetime | None = None) -> tuple[int, str]:
    """The number and stage of the phase in which the sheet may be written now.

    The moment is the database's, in this transaction: ``at`` where the writer has asked for it,
    to write the very moment that was in time. Raises RefusedError when it is not open.
    """
    phase = opened.in_time(kind, at or clock.written_at())
    if phase is None:
        latest = opened.phase_of(kind)
        closes = latest.closes_at.astimezone(clock.VIETNAM) if latest is not None else None
        raise RefusedError(
            "refused.closed" if closes else "refused.not_opened",
            kind=kind,
            closed=f"{closes:%H:%M %d/%m/%Y}" if closes else "",
        )
    return phase.number, phase.stage


def line_of(opened: OpenSheet, item: str) -> ItemLine:
    """The line of an item, made when it is first written."""
    area, _ = opened.items[item]
    line, _ = ItemLine.objects.get_or_create(
        sheet=opened.sheet, item=item, defaults={"area": area.code}
    )
    return line


def latest(opened: OpenSheet, item: str, stage: str, seat: int = 0) -> ScoreEntry | None:
    """The entry of an item and stage that stands."""
    found = ScoreEntry.objects.filter(sheet=opened.sheet, item=item, stage=stage, seat=seat)
    return found.order_by("-version").first()


def unless_changed(before: ScoreEntry | None, base: int) -> None:
    """Refuse to write over what the writer has not seen; ``base`` is the version that they saw."""
    version = before.version if before is not None else 0
    if version != base:
        raise ConflictError(before, version)


def line_to_score(opened: OpenSheet, item: str, fields: Mapping[str, str]) -> ItemLine:
    """The line of an item on which an appraiser or the council may say something.

    Refused where the item does not apply or was corrected after the lock, and for an opinion that
    would take it out of the scale: that is decided while self-scoring goes on.
    """
    line = line_of(opened, item)
    if line.not_applicable:
        raise RefusedError("refused.not_applicable", item=item)
    if fields.get("not_applicable", "").strip():
        raise RefusedError("refused.too_late_to_exempt")
    not_corrected(opened, item)
    return line


def not_corrected(opened: OpenSheet, item: str) -> None:
    """Refuse an opinion that could not count: a change after the lock stands above it."""
    if latest(opened, item, CORRECTED) is not None:
        raise RefusedError("refused.corrected", item=item)


def about(opened: OpenSheet, item: str = "") -> About:
    """The sheet, or an item of it, as the journal names it."""
    words = f"{opened.sheet.unit.name}, {opened.sheet.round.title}"
    if item:
        return About(
            kind="item",
            id=f"{opened.sheet.id}/{item}",
            words=f"{item} {opened.items[item][1].name.vi}; {words}"[:300],
        )
    return About(kind="sheet", id=str(opened.sheet.id), words=words[:300])


def note(
    verb: str,
    actor: Actor,
    standing: Standing | None,
    opened: OpenSheet,
    *,
    item: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Record what was done to a sheet or an item of it."""
    unit = standing.unit if standing is not None else None
    said = dict(after or {})
    if standing is not None and standing.delegated:
        said["for_person"] = str(standing.of)
    record(
        verb,
        person=str(actor.person),
        acting_for=str(unit) if unit else "",
        issuer=opened.place.issuer,
        about=about(opened, item),
        before=before,
        after=said,
        reason=reason,
    )


def plain(entry: ScoreEntry | None) -> dict[str, Any] | None:
    """An entry as the journal keeps it: everything that its row says."""
    if entry is None:
        return None
    return {
        "entry": str(entry.id),
        "stage": entry.stage,
        "seat": entry.seat,
        "version": entry.version,
        "quantity": dict(entry.quantity),
        "points": str(entry.points.normalize() + 0),
        "marker": entry.marker,
        "note": entry.note,
        "reason": entry.reason,
    }
