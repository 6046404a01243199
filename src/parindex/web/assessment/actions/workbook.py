"""To fill a sheet from its workbook: every item in one transaction, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from parindex.web.assessment import permissions
from parindex.web.assessment.actions.claims import refuse, save_claim
from parindex.web.assessment.actions.gate import in_time, locked_sheet, note
from parindex.web.assessment.models import ScoreEntry
from parindex.web.assessment.queries.sheets import open_sheet
from parindex.web.assessment.states import PhaseKind, SheetState
from parindex.web.journal.actions import action
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError, UnknownError


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a workbook says of one item, and the version that its sender saw."""

    item: str
    fields: Mapping[str, str]
    note: str
    base: int


def check_filling(actor: Actor, sheet: UUID) -> None:
    """Refuse before a workbook is read what :func:`fill_from_workbook` would refuse after it."""
    opened = open_sheet(sheet)
    if opened is None or opened.place.issuer not in actor.issuers():
        raise UnknownError
    if permissions.handing_in_standing(actor, opened.place) is None and not permissions.fills(
        actor, opened.place
    ):
        refuse(actor, opened)
    if opened.place.state is not SheetState.DRAFTING:
        raise RefusedError("refused.locked", item="")
    in_time(opened, PhaseKind.SELF_SCORING)


@action
def fill_from_workbook(
    actor: Actor, sheet: UUID, rows: Sequence[Row], *, file_name: str
) -> list[ScoreEntry]:
    """Claim every item of a workbook as :func:`claims.save_claim` does, all or nothing.

    What refuses one item refuses all; the journal names the file and each claim. Raises as
    save_claim does: ConflictError where somebody wrote since the sender looked.
    """
    opened = locked_sheet(actor, sheet)
    standing = permissions.handing_in_standing(actor, opened.place)
    if standing is None and not permissions.fills(actor, opened.place):
        refuse(actor, opened)
    saved = [
        save_claim(
            actor, sheet, row.item, row.fields,
            comment=row.note, base=row.base, written="plain",
        )
        for row in rows
    ]  # fmt: skip
    note(
        "sheet.filled", actor, standing, opened,
        after={"file": file_name[:200], "items": [one.item for one in saved]},
    )  # fmt: skip
    return saved
