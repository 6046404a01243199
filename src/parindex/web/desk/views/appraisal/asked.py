"""What these pages ask first: the round, the sheet, the item; to a stranger none is there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404

from parindex.web.assessment.queries.rounds import round_for
from parindex.web.assessment.queries.sheets import ItemPage, OpenSheet, item_page, sheet_for
from parindex.web.desk.frame import DeskRequest

if TYPE_CHECKING:
    from parindex.web.assessment.models import Round


def round_or_404(request: DeskRequest, round_id: UUID) -> Round:
    """A round that the person may know of."""
    found = round_for(request.actor, round_id)
    if found is None:
        raise Http404
    return found


def item_or_404(request: DeskRequest, sheet_id: UUID, item: str) -> tuple[OpenSheet, ItemPage]:
    """An item of a sheet that the person may know of, with what they may read of it."""
    opened = sheet_for(request.actor, sheet_id)
    page = None if opened is None else item_page(request.actor, opened, item)
    if opened is None or page is None:
        raise Http404
    return opened, page


def base_of(request: DeskRequest) -> int:
    """The version that the writer saw, as the form says."""
    text = request.POST.get("base", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
