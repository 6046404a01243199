"""Appraisal and council by programs: the queue, findings, questions, decisions, changes."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from ninja import Router, Schema, Status
from pydantic import Field

from parindex.web.api.door import ApiRequest, operation
from parindex.web.api.schemas import (
    ChangeDecisionIn,
    ChangeIn,
    ChangeOut,
    DecisionIn,
    EntryOut,
    Exact,
    FindingIn,
    QuestionOut,
    TextIn,
    TranscriptionIn,
)
from parindex.web.api.things import the_round
from parindex.web.assessment.actions import appraisal as actions
from parindex.web.assessment.actions import council, ending
from parindex.web.assessment.actions.council import Ballot
from parindex.web.assessment.queries import appraisal
from parindex.web.assessment.queries.queue import queue

router = Router(tags=["appraisal"])


class WaitingOut(Schema):
    """One item of one sheet in a queue."""

    sheet: UUID = Field(alias="sheet.id")
    unit_name: str = Field(alias="sheet.unit.name")
    item: str = Field(alias="item.code")
    done: bool
    answered: bool


class DisputedOut(Schema):
    """One item before the council."""

    sheet: UUID = Field(alias="sheet_id")
    unit_name: str = Field(alias="sheet.unit.name")
    item: str
    claimed: Exact | None
    found: Exact | None


class VoteOut(Schema):
    """How the council voted."""

    in_favour: int
    against: int
    abstained: int
    chair_decided: bool
    minutes: str
    held_on: date


class DecidedOut(EntryOut):
    """A decision of the council with its vote."""

    sheet: UUID = Field(alias="sheet_id")
    item: str
    vote: VoteOut


@operation(router, "GET", "/rounds/{uuid:round_id}/queue", list[WaitingOut])
def read_queue(request: ApiRequest, round_id: UUID) -> Any:
    """What the person may appraise in the phase that is open, by item."""
    return queue(request.auth, the_round(request.auth, round_id)).page()


@operation(router, "GET", "/rounds/{uuid:round_id}/disputed", list[DisputedOut])
def list_disputed(request: ApiRequest, round_id: UUID) -> Any:
    """The items before the council, for those who see every sheet."""
    return appraisal.disputed(request.auth, the_round(request.auth, round_id))


@operation(router, "GET", "/rounds/{uuid:round_id}/decisions", list[DecidedOut])
def list_decisions(request: ApiRequest, round_id: UUID) -> Any:
    """What the council decided, for those who see every sheet."""
    return appraisal.decided(request.auth, the_round(request.auth, round_id))


@operation(router, "GET", "/rounds/{uuid:round_id}/questions", list[QuestionOut])
def list_questions(request: ApiRequest, round_id: UUID) -> Any:
    """What the person's unit is asked in the round of explanation that is open."""
    found = appraisal.questions_for(request.auth, the_round(request.auth, round_id))
    return [
        {
            "id": one.id, "sheet_id": one.sheet_id, "item": one.item, "number": one.number,
            "text": one.text, "at": one.at, "answers": list(one.answers.all()),
        }
        for one, _ in found
    ]  # fmt: skip


@operation(router, "PUT", "/sheets/{uuid:sheet_id}/items/{item}/finding", EntryOut)
def save_finding(request: ApiRequest, sheet_id: UUID, item: str, sent: FindingIn) -> Any:
    """What the appraiser finds; points follow by the rule. 409 where somebody was first."""
    return actions.save_finding(
        request.auth, sheet_id, item, sent.fields.said(),
        reason=sent.reason, comment=sent.note, base=sent.base, written="plain",
    )  # fmt: skip


@operation(
    router, "POST", "/sheets/{uuid:sheet_id}/items/{item}/questions", QuestionOut, status=201
)  # fmt: skip
def ask(request: ApiRequest, sheet_id: UUID, item: str, sent: TextIn) -> Any:
    """Ask the unit to explain an item in the coming round of explanation. Its appraiser."""
    one = actions.ask(request.auth, sheet_id, item, text=sent.text)
    return Status(201, {
        "id": one.id, "sheet_id": one.sheet_id, "item": one.item, "number": one.number,
        "text": one.text, "at": one.at, "answers": [],
    })  # fmt: skip


@operation(router, "PUT", "/sheets/{uuid:sheet_id}/items/{item}/transcription", EntryOut)
def transcribe(request: ApiRequest, sheet_id: UUID, item: str, sent: TranscriptionIn) -> Any:
    """Enter what a ministry scored of an upward sheet, naming its document. Administrators."""
    return ending.transcribe(
        request.auth, sheet_id, item, sent.fields.said(),
        document=sent.document, base=sent.base, written="plain",
    )  # fmt: skip


@operation(router, "PUT", "/sheets/{uuid:sheet_id}/items/{item}/decision", EntryOut)
def decide(request: ApiRequest, sheet_id: UUID, item: str, sent: DecisionIn) -> Any:
    """The council's score of an item with its vote. Its members, on others' sheets."""
    return council.decide(
        request.auth, sheet_id, item, sent.fields.said(),
        reason=sent.reason, base=sent.base, written="plain",
        ballot=Ballot(**sent.ballot.model_dump()),
    )  # fmt: skip


@operation(router, "POST", "/sheets/{uuid:sheet_id}/items/{item}/changes", ChangeOut, status=201)
def propose_change(request: ApiRequest, sheet_id: UUID, item: str, sent: ChangeIn) -> Any:
    """Propose a change after the lock; it waits for a second person."""
    return Status(
        201,
        council.propose_change(
            request.auth, sheet_id, item, sent.fields.said(), reason=sent.reason, written="plain"
        ),
    )


@operation(router, "POST", "/changes/{uuid:change_id}/decision", ChangeOut)
def decide_change(request: ApiRequest, change_id: UUID, sent: ChangeDecisionIn) -> Any:
    """Approve a proposed change, or refuse it: the second person."""
    return council.decide_change(
        request.auth, change_id, approve=sent.approve, why=sent.why
    )  # fmt: skip
