"""What a person manages of their own: rights lent to colleagues, keys for programs."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.views.people.forms import (
    SCOPE_WORDS,
    DelegationForm,
    TokenForm,
    assignment_words,
)
from parindex.web.journal import clock
from parindex.web.people import actions, queries
from parindex.web.people.states import Scope


@require_http_methods(["GET", "HEAD", "POST"])
def delegations(request: DeskRequest) -> HttpResponse:
    """What I lent and borrowed; to lend an assignment of my own for a time."""
    today = clock.today()
    own = [
        one
        for one in queries.own_assignments(request.actor)
        if one.ends_on is None or one.ends_on > today
    ]
    form = DelegationForm(
        request.POST or None, assignments=own, colleagues=queries.colleagues(request.actor),
        initial={"starts_on": today},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = actions.delegate(
            request.actor, UUID(said["assignment"]), UUID(said["to"]),
            starts_on=said["starts_on"], ends_on=said["ends_on"], reason=said["reason"],
        )  # fmt: skip
        messages.success(
            request,
            _("Đã ủy quyền cho %(name)s đến hết ngày %(day)s. Thu hồi được bất cứ lúc nào.")
            % {"name": made.to.name, "day": f"{made.ends_on:%d/%m/%Y}"},
        )
        return redirect("delegations")
    found = queries.delegations_of(request.actor)
    rows = [
        {
            "one": one,
            "words": assignment_words(one.assignment),
            "lent": one.assignment.person_id == request.actor.person,
            "over": one.ends_on < today,
        }
        for one in found
    ]
    context = {
        "lent": [row for row in rows if row["lent"]],
        "borrowed": [row for row in rows if not row["lent"]],
        "form": form if own else None,
        "trail": [{"label": _("Ủy quyền"), "url": ""}],
    }
    return render(request, "people/delegations.html", context, status=422 if form.errors else 200)


@require_POST
def end_delegation(request: DeskRequest, delegation_id: UUID) -> HttpResponse:
    """Take back what was lent, from today on."""
    if delegation_id not in {one.id for one in queries.delegations_of(request.actor)}:
        raise Http404
    one = actions.end_delegation(request.actor, delegation_id, on=clock.today())
    messages.success(request, _("Đã thu hồi ủy quyền cho %(name)s.") % {"name": one.to.name})
    return redirect("delegations")


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: DeskRequest) -> HttpResponse:
    """My keys for programs; a new one is shown once, in the answer that makes it."""
    form = TokenForm(request.POST or None, initial={"last_on": clock.today() + timedelta(days=180)})
    secret = ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        end = datetime.combine(said["last_on"], time(23, 59, 59), clock.VIETNAM)
        _made, secret = actions.make_token(
            request.actor, said["name"], scopes=[Scope(one) for one in said["scopes"]],
            expires_at=end,
        )  # fmt: skip
        form = TokenForm(initial={"last_on": clock.today() + timedelta(days=180)})
    now = clock.now()
    rows = [
        {
            "one": one,
            "scopes": ", ".join(str(SCOPE_WORDS[Scope(scope)]) for scope in one.scopes),
            "over": one.ended_at is not None or one.expires_at < now,
        }
        for one in queries.tokens_of(request.actor)
    ]
    context = {
        "rows": rows,
        "form": form,
        "secret": secret,
        "trail": [{"label": _("Khóa truy cập"), "url": ""}],
    }
    return render(request, "people/tokens.html", context, status=422 if form.errors else 200)


@require_POST
def end_token(request: DeskRequest, token_id: UUID) -> HttpResponse:
    """End a key at once."""
    if token_id not in {one.id for one in queries.tokens_of(request.actor)}:
        raise Http404
    one = actions.end_token(request.actor, token_id)
    messages.success(request, _("Khóa “%(name)s” không dùng được nữa.") % {"name": one.name})
    return redirect("tokens")
