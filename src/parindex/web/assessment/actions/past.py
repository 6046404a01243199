"""To bring in the scores of a round that was run elsewhere: a year of spreadsheets, once."""

from __future__ import annotations

import io
from uuid import UUID

from parindex.errors import UnusableInputError
from parindex.vietnamese import has_words
from parindex.web.assessment import bridge
from parindex.web.assessment.actions.administering import administered
from parindex.web.assessment.actions.gate import about, plain
from parindex.web.assessment.models import ItemLine, ScoreEntry
from parindex.web.assessment.queries.calculation import files_of
from parindex.web.assessment.queries.sheets import OpenSheet, open_sheet
from parindex.web.assessment.states import SELF, RoundState
from parindex.web.journal import clock
from parindex.web.journal.actions import action, record
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError, UnknownError


@action
def import_entries(actor: Actor, round_: UUID, content: bytes, *, source: str) -> int:
    """Put the entries of a planned round whose scoring happened outside, as `entries.csv`.

    The file is held to the contract as `parindex score` holds it; every score gets its entry in
    the journal, with the source. Only before the round opens, so that nothing that was scored
    here can be written over. Gives how many scores were put.
    """
    held = administered(actor, round_)
    if held.state != RoundState.PLANNED:
        raise RefusedError("refused.round_opened")
    if not has_words(source):
        raise RefusedError("refused.no_source")
    if ScoreEntry.objects.filter(sheet__round=held).exists():
        raise RefusedError("refused.has_entries")
    scored = bridge.scored_entries(files_of(held), io.BytesIO(content).getvalue())
    sheets = _open_sheets(held.sheets.values_list("id", "unit__slug"))
    at = clock.written_at()
    entries = [
        ScoreEntry(
            sheet=sheets[unit].sheet,
            item=item,
            stage=stage,
            version=1,
            quantity=one.said,
            points=one.points,
            maximum=one.maximum,
            marker=one.marker,
            reason=source,
            person_id=actor.person,
            at=at,
        )
        for unit, item, stage, one in scored
    ]
    if not entries:
        raise UnusableInputError([])
    ScoreEntry.objects.bulk_create(entries)
    by_sheet = {one.sheet.id: one for one in sheets.values()}
    _draw_lines(entries, by_sheet, held.stages)
    for entry in entries:
        record(
            "score.imported",
            person=str(actor.person),
            issuer=held.issuer_id,
            about=about(by_sheet[entry.sheet_id], entry.item),
            after=plain(entry),
            reason=source,
        )
    return len(entries)


def _open_sheets(found: object) -> dict[str, OpenSheet]:
    sheets: dict[str, OpenSheet] = {}
    for id_, slug in found:  # type: ignore[attr-defined]  # rows of values_list
        opened = open_sheet(id_)
        if opened is None:
            raise UnknownError
        sheets[slug] = opened
    return sheets


def _draw_lines(
    entries: list[ScoreEntry], sheets: dict[UUID, OpenSheet], stages: tuple[str, ...]
) -> None:
    """The line of every item: its claim, and the latest of its findings."""
    lines: dict[tuple[UUID, str], ItemLine] = {}
    for entry in sorted(entries, key=lambda one: stages.index(one.stage)):
        opened = sheets[entry.sheet_id]
        line = lines.setdefault(
            (entry.sheet_id, entry.item),
            ItemLine(sheet=opened.sheet, item=entry.item, area=opened.items[entry.item][0].code),
        )
        if entry.stage == SELF:
            line.claim, line.claimed = entry, entry.points
        else:
            line.finding, line.found, line.found_stage = entry, entry.points, entry.stage
            line.not_applicable = entry.marker == bridge.Marker.NOT_APPLICABLE
    ItemLine.objects.bulk_create(lines.values())
