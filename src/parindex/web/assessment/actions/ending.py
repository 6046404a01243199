"""The end of a round: tables from outside, what a ministry scored, approval."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction

from parindex.errors import ParindexError, Problem, UnusableInputError
from parindex.vietnamese import has_words
from parindex.web.assessment import bridge, permissions
from parindex.web.assessment.actions.administering import administered, note_round
from parindex.web.assessment.actions.appraisal import stands
from parindex.web.assessment.actions.claims import refuse
from parindex.web.assessment.actions.gate import (
    in_time,
    latest,
    line_of,
    locked_sheet,
    not_corrected,
    note,
    plain,
    unless_changed,
)
from parindex.web.assessment.bridge import Written
from parindex.web.assessment.models import (
    ScoreEntry,
    Sheet,
    Table,
)
from parindex.web.assessment.queries.calculation import files_of
from parindex.web.assessment.queries.rounds import phases_of
from parindex.web.assessment.states import (
    Direction,
    PhaseKind,
    RoundState,
    SheetState,
)
from parindex.web.journal import clock
from parindex.web.journal.actions import action, make_checkpoint
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError, UnknownError
from parindex.web.people.states import Role
from parindex.whole import whole_file

TABLES = ("findings.csv", "facts.csv", "adjustments.csv", "previous.csv")


@action
def upload_table(actor: Actor, round_: UUID, name: str, content: bytes, *, source: str) -> Table:
    """Put a table of findings, facts, adjustments or last year's results, as a file of the
    contract; it is read as the engine reads it, and refused with every problem.
    """
    held = administered(actor, round_)
    if name not in TABLES:
        raise UnknownError
    if held.state in {RoundState.APPROVED, RoundState.CLOSED}:
        raise RefusedError("refused.round_over")
    if not source.strip():
        raise RefusedError("refused.no_source")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        values = {"got": f"byte {error.start}"}
        raise UnusableInputError(
            [Problem(code="csv.encoding", file=name, values=values)]
        ) from error
    files = files_of(held, tables={name: text})
    try:
        bridge.check_table(files)
    except ParindexError as error:
        mine = [one for one in error.problems if one.file.endswith(name)]
        if mine:
            raise UnusableInputError(mine) from error
    before = Table.objects.filter(round=held, name=name).order_by("-version").first()
    made = Table.objects.create(
        round=held,
        name=name,
        version=(before.version if before else 0) + 1,
        content=text,
        source=source.strip()[:300],
        person_id=actor.person,
        at=clock.written_at(),
    )
    after = {"table": name, "version": made.version, "digest": bridge.digest_of(text)}
    note_round("round.table_put", actor, held, reason=source, after=after)
    return made


def approve_round(actor: Actor, round_: UUID) -> str:
    """Approve the results: every sheet is decided, the run is complete, the bundle sealed.

    Gives the bundle's digest. Raises IncompleteError with what is missing.
    """
    with transaction.atomic():
        digest = _approve_round(actor, round_)
        make_checkpoint(f"round.approved {round_}")
    return digest


@action
def _approve_round(actor: Actor, round_: UUID) -> str:
    held = administered(actor, round_)
    sheets = list(Sheet.objects.select_for_update(of=("self",)).filter(round=held))
    if held.state in {RoundState.APPROVED, RoundState.CLOSED}:
        raise RefusedError("refused.round_over")
    phases = phases_of(held)
    if any(one.opened_at is None for one in phases):
        raise RefusedError("refused.phases_left")
    waiting = held.sheets.filter(changes__approved=None, changes__isnull=False)
    if waiting.exists():
        raise RefusedError("refused.changes_wait")
    content, digest = bridge.sealed(files_of(held))
    folder = settings.DATA / "bundles"
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / f"{held.id}.zip") as fresh:
        fresh.write_bytes(content)
    at = clock.written_at()
    for one in phases:
        if one.closed_at is None:
            one.closed_at = at
            one.save(update_fields=["closed_at"])
    for sheet in sheets:
        sheet.state = SheetState.DECIDED
        sheet.save(update_fields=["state"])
    held.state, held.approved_at = RoundState.APPROVED, at
    held.save(update_fields=["state", "approved_at"])
    note_round("round.approved", actor, held, after={"bundle": digest, "sheets": len(sheets)})
    return digest


@action
def transcribe(
    actor: Actor,
    sheet: UUID,
    item: str,
    fields: dict[str, str],
    *,
    document: str,
    base: int,
    written: Written = "typed",
) -> ScoreEntry:
    """Enter what a ministry scored of an upward sheet, naming its document; done by those who
    run the round, at the appraisal that is open. It is a record, not an opinion of theirs.
    """
    opened = locked_sheet(actor, sheet)
    held = opened.sheet.round
    if not permissions.can_run_round(actor, issuer=held.issuer_id):
        refuse(actor, opened)
    if held.direction != Direction.UPWARD:
        raise RefusedError("refused.not_upward")
    if item not in opened.items:
        raise UnknownError
    if not has_words(document):
        raise RefusedError("refused.no_source")
    at = clock.written_at()
    _, stage = in_time(opened, PhaseKind.APPRAISAL, at)
    if opened.place.state is not SheetState.APPRAISING:
        raise RefusedError("refused.not_appraising")
    not_corrected(opened, item)
    before = latest(opened, item, stage)
    unless_changed(before, base)
    _, rule = opened.items[item]
    said = {key: value for key, value in fields.items() if value.strip()}
    scored = bridge.read_said(opened.sheet.group.rulebook, rule, said, written=written)
    entry = ScoreEntry.objects.create(
        sheet=opened.sheet,
        item=item,
        stage=stage,
        version=base + 1,
        quantity=scored.said,
        points=scored.points,
        maximum=scored.maximum,
        marker=scored.marker,
        reason=document.strip(),
        person_id=actor.person,
        at=at,
    )
    stands(line_of(opened, item), entry)
    standing = actor.standing(Role.ROUND_ADMIN, issuer=opened.place.issuer)
    note("finding.transcribed", actor, standing, opened, item=item,
         before=plain(before), after=plain(entry), reason=document)  # fmt: skip
    return entry
