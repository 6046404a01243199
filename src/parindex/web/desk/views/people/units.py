"""The units of an issuer: who they are, since when, what they were before."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parindex.vietnamese import folded
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.people.opening import own_issuer, trail
from parindex.web.desk.views.running.opening import search_field, select_field
from parindex.web.journal import clock
from parindex.web.people.importing import tier_words
from parindex.web.people.queries import predecessors_of, tiers_of, units_of_issuer

_PER_PAGE = 100


@require_safe
def units(request: DeskRequest) -> HttpResponse:
    """Every unit, living ones first asked for."""
    issuer = own_issuer(request)
    wanted, tier = folded(request.GET.get("q", "")), request.GET.get("tier", "")
    over = request.GET.get("over", "")
    today = clock.today()
    found = [
        one
        for one in units_of_issuer(request.actor, issuer.slug, on=None if over else today)
        if wanted in one.folded and tier in {"", one.tier}
    ]
    before = predecessors_of(issuer.slug)
    page = Paginator(found, _PER_PAGE).get_page(request.GET.get("page"))
    tiers = [(one, _(tier_words(one))) for one in tiers_of(issuer.slug)]
    context = {
        "issuer": issuer,
        "trail": trail(_("Đơn vị")),
        "page": page,
        "rows": [(one, _(tier_words(one.tier)), before.get(one.slug, ())) for one in page],
        "n_found": len(found),
        "clear_url": request.path if request.GET else "",
        "filters": [
            search_field("q", _("Tên hoặc mã"), request.GET.get("q", "")),
            select_field("tier", _("Cấp"), tier, empty=_("Mọi cấp"), options=tiers),
            select_field(
                "over", _("Thời gian"), over, empty=_("Đang hoạt động"),
                options=[("1", _("Cả đơn vị đã kết thúc"))],
            ),
        ],
    }  # fmt: skip
    return render(request, "people/units.html", context)
