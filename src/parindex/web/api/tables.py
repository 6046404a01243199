"""Criteria sets and tables of a round by programs: to list and to upload."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from parindex.errors import Problem, UnusableInputError
from parindex.web.api.door import ApiRequest, operation
from parindex.web.api.schemas import Line
from parindex.web.api.things import the_issuer, the_round
from parindex.web.assessment.actions import ending
from parindex.web.assessment.queries import rounds
from parindex.web.assessment.queries.running import runs
from parindex.web.people.permissions import RefusedError
from parindex.web.reference.actions import import_rulebook
from parindex.web.reference.queries import rulebooks_for

router = Router(tags=["tables"])
_MOST_BYTES = 20 << 20


class TableOut(Schema):
    """The newest version of an uploaded table."""

    name: str
    version: int
    source: str
    at: datetime


class RulebookOut(Schema):
    """A criteria set that an issuer imported."""

    id: UUID
    issuer: str = Field(alias="issuer_id")
    digest: str
    index: str
    group: str
    tier: str
    year: int
    revision: int
    status: str
    title: str


class SourceIn(Schema):
    """Where the figures come from."""

    source: Line = ""


def _content(sent: UploadedFile) -> bytes:
    if sent.size is not None and sent.size > _MOST_BYTES:
        values = {"limit": _MOST_BYTES >> 20, "got": -(-sent.size >> 20)}
        raise UnusableInputError([Problem(code="evidence.too_large", values=values)])
    return bytes(sent.read())


@operation(router, "GET", "/rounds/{uuid:round_id}/tables", list[TableOut])
def list_tables(request: ApiRequest, round_id: UUID) -> Any:
    """The newest version of each uploaded table. Administrators."""
    found = the_round(request.auth, round_id)
    if not runs(request.auth, found):
        raise RefusedError("refused.administer")
    return list(rounds.tables_of(found).values())


@operation(router, "POST", "/rounds/{uuid:round_id}/tables/{name}", TableOut, status=201)
def upload_table(
    request: ApiRequest, round_id: UUID, name: str, said: Form[SourceIn], file: File[UploadedFile]
) -> Any:  # fmt: skip
    """Put findings.csv, facts.csv, adjustments.csv or previous.csv, as the contract has them.
    Administrators.
    """
    return Status(
        201, ending.upload_table(request.auth, round_id, name, _content(file), source=said.source)
    )


@operation(router, "GET", "/issuers/{issuer}/rulebooks", list[RulebookOut])
def list_rulebooks(request: ApiRequest, issuer: str) -> Any:
    """The criteria sets that an issuer imported."""
    return rulebooks_for(request.auth, the_issuer(request.auth, issuer).slug)


@operation(router, "POST", "/issuers/{issuer}/rulebooks", RulebookOut, status=201)
def upload_rulebook(request: ApiRequest, issuer: str, file: File[UploadedFile]) -> Any:
    """Import a criteria set. Administrators."""
    owner = the_issuer(request.auth, issuer)
    name = "".join(one if one.isprintable() else " " for one in file.name or "")[-120:]
    return Status(201, import_rulebook(request.auth, owner, _content(file), file=name))
