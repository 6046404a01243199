"""The edges of the matrix: what a whole group did, which units are late, what nobody appraises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from parindex.web.assessment import permissions
from parindex.web.assessment.models import ItemLine, Round, Sheet
from parindex.web.assessment.queries.overview import Cell, Matrix
from parindex.web.assessment.queries.rounds import phase_at, phases_of
from parindex.web.assessment.states import PRIVATE, PhaseKind, RoundState
from parindex.web.people.actor import Actor

_NONE = Decimal(0)


def totals_of(round_: Round, matrix: Matrix) -> Mapping[str, Cell]:
    """What all units of a matrix's group did in each area, beyond the rows of one page."""
    handed_in = ~Q(sheet__state__in=[str(one) for one in PRIVATE])
    sums = (
        ItemLine.objects.filter(sheet__round=round_, sheet__group=matrix.group)
        .values("area")
        .annotate(
            done=Count("id", filter=Q(claim__isnull=False) | Q(not_applicable=True)),
            appraised=Count("id", filter=Q(finding__isnull=False)),
            claimed_sum=Sum("claimed", filter=handed_in),
            found_sum=Sum("found"),
        )
    )
    by_area = {row["area"]: row for row in sums}
    shapes = matrix.rows[0].cells if matrix.rows else {}
    found = {}
    for code, shape in shapes.items():
        row: Mapping[str, Any] = by_area.get(code, {})
        due = shape.due * matrix.total
        found[code] = replace(
            shape,
            done=min(row.get("done", 0), due),
            due=due,
            appraised=row.get("appraised", 0),
            to_appraise=shape.to_appraise * matrix.total,
            claimed=row.get("claimed_sum") or _NONE,
            found=row.get("found_sum") or _NONE,
            maximum=shape.maximum * matrix.total,
        )
    return found


def late_sheets(actor: Actor, round_: Round) -> list[Sheet]:
    """The sheets that came late, or did not come though self-scoring is over."""
    if not permissions.sees_everything(actor, issuer=round_.issuer_id, round_=round_.id):
        return []
    late = Q(late=True)
    now = phase_at(phases_of(round_))
    begun = round_.state not in {RoundState.PLANNED, RoundState.OPEN}
    if begun and (now is None or now.kind != PhaseKind.SELF_SCORING):
        late |= Q(submitted_at=None)
    found = round_.sheets.filter(late).select_related("unit", "group")
    return list(found.order_by("group__position", "unit__sort_key"))
