"""Items that do not apply: asked for by the unit, decided with a reason."""

from __future__ import annotations

from uuid import UUID

from parindex.vietnamese import has_words
from parindex.web.assessment import bridge, permissions
from parindex.web.assessment.actions import telling
from parindex.web.assessment.actions.claims import refuse
from parindex.web.assessment.actions.gate import in_time, latest, line_of, locked_sheet, note, plain
from parindex.web.assessment.models import (
    Exemption,
    ScoreEntry,
)
from parindex.web.assessment.queries.sheets import OpenSheet
from parindex.web.assessment.states import (
    PhaseKind,
    RoundState,
    SheetState,
)
from parindex.web.journal import clock
from parindex.web.journal.actions import action
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError, UnknownError
from parindex.web.people.states import Role


@action
def request_exemption(actor: Actor, sheet: UUID, item: str, *, reason: str) -> Exemption:
    """The unit asks that an item do not apply to it, with a reason, while it scores itself."""
    opened = locked_sheet(actor, sheet)
    if item not in opened.items:
        raise UnknownError
    entrusted = opened.entrusted.get(item)
    standing = permissions.claiming_standing(actor, opened.place, entrusted_to=entrusted)
    if standing is None:
        refuse(actor, opened)
    in_time(opened, PhaseKind.SELF_SCORING)
    if opened.place.state is not SheetState.DRAFTING:
        raise RefusedError("refused.locked", item=item)
    if not has_words(reason):
        raise RefusedError("refused.no_reason")
    if Exemption.objects.filter(sheet=opened.sheet, item=item, granted=None).exists():
        raise RefusedError("refused.exemption_waits", item=item)
    made = Exemption.objects.create(
        sheet=opened.sheet,
        item=item,
        reason=reason.strip(),
        person_id=actor.person,
        at=clock.written_at(),
    )
    note("exemption.asked", actor, standing, opened, item=item, reason=reason,
         after={"exemption": str(made.id)})  # fmt: skip
    return made


@action
def decide_exemption(actor: Actor, exemption: UUID, *, grant: bool, why: str) -> Exemption:
    """Grant or refuse that an item does not apply, with a reason; the unit is told.

    Decided while the round is planned or self-scoring goes on; never for a unit of one's own.
    """
    found = Exemption.objects.filter(id=exemption).first()
    if found is None:
        raise UnknownError
    opened = locked_sheet(actor, found.sheet_id)
    if not permissions.can_exempt(actor, opened.place):
        refuse(actor, opened, own=True)
    one = Exemption.objects.select_for_update().get(id=exemption)
    if one.granted is not None:
        raise RefusedError("refused.decided")
    if opened.sheet.round.state not in {RoundState.PLANNED, RoundState.OPEN}:
        raise RefusedError("refused.too_late_to_exempt")
    if not has_words(why):
        raise RefusedError("refused.no_reason")
    one.granted, one.decided_why = grant, why.strip()
    one.decided_by_id, one.decided_at = actor.person, clock.written_at()
    one.save(update_fields=["granted", "decided_why", "decided_by", "decided_at"])
    standing = actor.standing(Role.ROUND_ADMIN, issuer=opened.place.issuer)
    entry = None
    if grant:
        entry = _exempt(actor, opened, one)
    note(
        "exemption.granted" if grant else "exemption.refused",
        actor, standing, opened, item=one.item, reason=why,
        after=(plain(entry) or {}) | {"exemption": str(one.id)},
    )  # fmt: skip
    verdict = "không áp dụng" if grant else "vẫn áp dụng"
    words = f"Mục {one.item}: {verdict}. {why.strip()}"
    telling.exemption_decided(opened, words, f"exemption/{one.id}")
    return one


def _exempt(actor: Actor, opened: OpenSheet, one: Exemption) -> ScoreEntry:
    """The entry at the first appraisal stage by which an item leaves the scale."""
    _, item = opened.items[one.item]
    reason = f"{one.reason} – {one.decided_why}"
    scored = bridge.not_applicable(opened.sheet.group.rulebook, item, reason)
    before = latest(opened, one.item, "appraised-1")
    entry = ScoreEntry.objects.create(
        sheet=opened.sheet,
        item=one.item,
        stage="appraised-1",
        version=(before.version if before else 0) + 1,
        quantity=scored.said,
        points=scored.points,
        maximum=scored.maximum,
        marker=scored.marker,
        reason=reason,
        person_id=actor.person,
        at=clock.written_at(),
    )
    line = line_of(opened, one.item)
    line.not_applicable = True
    line.finding, line.found, line.found_stage = entry, entry.points, entry.stage
    line.save(update_fields=["not_applicable", "finding", "found", "found_stage"])
    return entry
