"""What the steps of planning a round share: the steps themselves, and the draft that is begun."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.running import draft
from parindex.web.desk.views.running.opening import trail
from parindex.web.people.permissions import RefusedError
from parindex.web.people.queries import issuers_run_by

PAGES = ("round_new", "round_new_criteria", "round_new_phases", "round_new_check")


def steps_at(at: int) -> list[dict[str, Any]]:
    """The four steps, one of them the present one."""
    names = (_("Kỳ đánh giá"), _("Bộ tiêu chí"), _("Giai đoạn"), _("Kiểm tra và lập"))
    return [
        {"name": name, "past": position < at, "current": position == at}
        for position, name in enumerate(names)
    ]


def step_page(
    request: DeskRequest, template: str, at: int, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A step's page with the steps above it."""
    context |= {"steps": steps_at(at), "trail": trail(None, _("Lập kỳ mới"))}
    return render(request, f"running/{template}.html", context, status=status)


def own_issuers(request: DeskRequest) -> list[Any]:
    """The issuers whose rounds the person plans; 403 where there are none."""
    found = issuers_run_by(request.actor)
    if not found:
        raise RefusedError("refused.administer")
    return found


def begun_draft(request: DeskRequest) -> tuple[Any, dict[str, Any]] | None:
    """The issuer and the draft, once the first step is done."""
    issuers = {one.slug: one for one in own_issuers(request)}
    made = draft.draft_of(request)
    return (issuers[made["issuer"]], made) if made.get("issuer") in issuers else None
