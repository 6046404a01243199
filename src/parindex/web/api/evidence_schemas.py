"""What programs get of evidence: documents, their versions, where they are shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field


class FileOut(Schema):
    """A file as it is kept."""

    digest: str
    kind: str
    size: int
    pages: int | None
    text_state: str
    warnings: list[str]
    signatures: list[dict[str, Any]]


class RevisionOut(Schema):
    """A version of a document; its content is at /api/revisions/ID/content."""

    id: UUID
    number: int
    name: str
    at: datetime
    file: FileOut


class DocumentOut(Schema):
    """A document of a unit."""

    id: UUID
    unit: UUID = Field(alias="unit_id")
    title: str
    number: str
    issued_on: date | None
    at: datetime


class DocumentWhole(DocumentOut):
    """A document with the versions that the person may read, the newest first."""

    revisions: list[RevisionOut]


class WithdrawalOut(Schema):
    """A use that no longer stands."""

    at: datetime
    reason: str


class UseOut(Schema):
    """A document shown for an item."""

    id: UUID
    item: str
    stage: str
    pointer: str
    page: int | None
    at: datetime
    document: UUID = Field(alias="revision.evidence_id")
    title: str = Field(alias="revision.evidence.title")
    revision: RevisionOut
    withdrawal: WithdrawalOut | None = None


class CautionOut(Schema):
    """Something to be wary of in a use."""

    code: str
    values: dict[str, Any]


class ShownUseOut(Schema):
    """A use with what to be wary of."""

    use: UseOut
    cautions: list[CautionOut]


class SignedFormOut(Schema):
    """The printed sheet that the head of the unit signed."""

    id: UUID
    name: str
    at: datetime
    file: FileOut


class PlannedOut(Schema):
    """What a workbook would change of an item; ``conflict``: somebody wrote meanwhile."""

    item: str
    base: int
    conflict: bool
    before: dict[str, Any]
    after: dict[str, Any]
