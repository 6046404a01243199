"""Sheets and their items by programs: to read, to claim, to hand in, to explain."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema, Status

from parindex.criteria.sentences import sentence
from parindex.web.api.door import ApiRequest, operation
from parindex.web.api.evidence_schemas import UseOut
from parindex.web.api.schemas import (
    AnswerIn,
    AnswerOut,
    ClaimIn,
    EntryOut,
    ExemptionDecisionIn,
    ExemptionOut,
    MissingOut,
    QuestionOut,
    ReasonIn,
    RowOut,
    SheetOut,
    SheetWhole,
    SignIn,
)
from parindex.web.api.things import the_item, the_round, the_sheet
from parindex.web.assessment.actions import claims, exempting, explaining
from parindex.web.assessment.queries import running
from parindex.web.assessment.queries.sheets import ItemPage, OpenSheet, Row, missing, task_list
from parindex.web.people.permissions import RefusedError

router = Router(tags=["sheets"])


class ItemOut(Schema):
    """An item with everything that was said of it and that the person may read."""

    row: RowOut
    rule: str
    entries: list[EntryOut]
    evidence: list[UseOut]
    questions: list[QuestionOut]
    exemption: ExemptionOut | None
    last_year: EntryOut | None


class SheetStateOut(Schema):
    """Where a sheet stands."""

    id: UUID
    state: str
    submitted_at: datetime | None
    late: bool


def _row(row: Row) -> dict[str, Any]:
    return {
        "code": row.item.code,
        "name": row.item.name.vi,
        "area": row.area.code,
        "max_points": row.item.max_points,
        "source": row.item.source,
        "state": row.state,
        "claimed": row.claimed,
        "found": row.found,
        "n_evidence": row.line.n_evidence if row.line is not None and row.sees_claim else None,
        "appraised_by": row.body,
        "entrusted_to": row.entrusted,
        "mine": row.mine,
    }


@operation(router, "GET", "/sheets/{uuid:sheet_id}", SheetWhole)
def read_sheet(request: ApiRequest, sheet_id: UUID) -> Any:
    """A sheet with its items and where each stands."""
    opened = the_sheet(request.auth, sheet_id)
    return {
        **SheetOut.from_orm(opened.sheet).model_dump(by_alias=True),
        "round": opened.sheet.round_id,
        "deadline": opened.deadline(),
        "items": [_row(one) for one in task_list(request.auth, opened)],
    }


@operation(router, "GET", "/sheets/{uuid:sheet_id}/missing", list[MissingOut])
def read_missing(request: ApiRequest, sheet_id: UUID) -> Any:
    """What the sheet lacks before it is submitted; for those who fill it."""
    opened = the_sheet(request.auth, sheet_id)
    if not any(one.mine for one in task_list(request.auth, opened)):
        raise RefusedError("refused.not_yours")
    return [{"item": one.item.code, "what": one.what} for one in missing(opened)]


@operation(router, "POST", "/sheets/{uuid:sheet_id}/hand-in", SheetStateOut)
def hand_in(request: ApiRequest, sheet_id: UUID) -> Any:
    """Hand the draft to the head of the unit. Its officer."""
    return claims.hand_in(request.auth, sheet_id)


@operation(router, "POST", "/sheets/{uuid:sheet_id}/send-back", SheetStateOut)
def send_back(request: ApiRequest, sheet_id: UUID, sent: ReasonIn) -> Any:
    """Send the draft back to its officers, with a reason. The head of the unit."""
    return claims.send_back(request.auth, sheet_id, reason=sent.reason)


@operation(router, "POST", "/sheets/{uuid:sheet_id}/submit", SheetStateOut)
def submit(request: ApiRequest, sheet_id: UUID, sent: SignIn) -> Any:
    """Submit the self-assessment; it is locked from then on. The head of the unit."""
    return claims.sign(request.auth, sheet_id, although_missing=sent.although_missing)


@operation(router, "GET", "/sheets/{uuid:sheet_id}/items/{item}", ItemOut)
def read_item(request: ApiRequest, sheet_id: UUID, item: str) -> Any:
    """An item: its rule, every opinion, evidence, questions."""
    opened, page = the_item(request.auth, sheet_id, item)
    return _item(opened, page)


def _item(opened: OpenSheet, page: ItemPage) -> dict[str, Any]:
    del opened
    return {
        "row": _row(page.row),
        "rule": sentence(page.row.item, "vi"),
        "entries": page.entries,
        "evidence": page.uses,
        "questions": [_question(one) for one in page.questions],
        "exemption": page.exemption,
        "last_year": page.last_year,
    }


def _question(one: Any) -> dict[str, Any]:
    return {
        "id": one.id, "sheet_id": one.sheet_id, "item": one.item, "number": one.number,
        "text": one.text, "at": one.at, "answers": list(one.answers.all()),
    }  # fmt: skip


@operation(router, "PUT", "/sheets/{uuid:sheet_id}/items/{item}/claim", EntryOut)
def claim(request: ApiRequest, sheet_id: UUID, item: str, sent: ClaimIn) -> Any:
    """Claim an item; empty fields clear it. 409 with both values where somebody was first."""
    return claims.save_claim(
        request.auth, sheet_id, item, sent.fields.said(),
        comment=sent.note, base=sent.base, written="plain",
    )  # fmt: skip


@operation(router, "POST", "/sheets/{uuid:sheet_id}/items/{item}/answer", AnswerOut, status=201)
def answer(request: ApiRequest, sheet_id: UUID, item: str, sent: AnswerIn) -> Any:
    """Accept what was found, or explain, in the round of explanation that is open. The unit."""
    return Status(
        201, explaining.answer(request.auth, sheet_id, item, accepts=sent.accepts, text=sent.text)
    )


@operation(
    router, "POST", "/sheets/{uuid:sheet_id}/items/{item}/exemption", ExemptionOut, status=201
)  # fmt: skip
def request_exemption(request: ApiRequest, sheet_id: UUID, item: str, sent: ReasonIn) -> Any:
    """Ask that an item do not apply, with a reason. The unit."""
    return Status(
        201, exempting.request_exemption(request.auth, sheet_id, item, reason=sent.reason)
    )


@operation(router, "GET", "/rounds/{uuid:round_id}/exemptions", list[ExemptionOut])
def list_exemptions(request: ApiRequest, round_id: UUID) -> Any:
    """Every request that an item do not apply; for those who see every sheet."""
    return running.exemptions_of(request.auth, the_round(request.auth, round_id))


@operation(router, "POST", "/exemptions/{uuid:exemption_id}/decision", ExemptionOut)
def decide_exemption(request: ApiRequest, exemption_id: UUID, sent: ExemptionDecisionIn) -> Any:
    """Decide that an item does not apply, or does. Administrators, for others' sheets."""
    return exempting.decide_exemption(
        request.auth, exemption_id, grant=sent.grant, why=sent.why
    )  # fmt: skip
