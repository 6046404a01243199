"""Invitations with their codes as letters or slips; what is printed is kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from parindex.documents.letters import Letter, Sender, write_letters
from parindex.web.fieldwork import codes
from parindex.web.fieldwork.models import Invitation, Wave

Kind = Literal["letters", "slips"]


def written(
    wave: Wave,
    coded: Iterable[tuple[Invitation, str]],
    *,
    page: str,
    closes_at: datetime,
    kind: Kind,
) -> bytes:
    """The PDF of invitations, each with its code; ``page`` is the address where it is typed.

    ``closes_at`` is said as it stands, in its own time zone. The code is in the part of the link
    that browsers never send.
    """
    sender = Sender(
        name=wave.issuer.name,
        title=wave.title,
        address=page,
        closes=f"{closes_at:%H:%M ngày %d/%m/%Y}",
    )
    letters = [
        Letter(
            code=code,
            link=f"{page}#{codes.plain_code(code)}",
            name=one.name,
            address=one.address,
            about=_about(one),
        )
        for one, code in coded
    ]
    return write_letters(letters, sender, kind=kind)


def _about(one: Invitation) -> str:
    unit = one.cell.unit.name if one.cell.unit else ""
    return ", ".join(part for part in (one.cell.service, unit) if part)
