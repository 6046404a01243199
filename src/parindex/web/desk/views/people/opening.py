"""What the pages of people have in common: whose people, and where the page stands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from parindex.web.desk.frame import DeskRequest
from parindex.web.people.permissions import RefusedError
from parindex.web.people.queries import account_for, issuers_run_by

_KEY = "people_of"


def own_issuer(request: DeskRequest) -> Any:
    """The issuer whose people are managed: the only one, or the one chosen; 403 for others."""
    issuers = issuers_run_by(request.actor)
    if not issuers:
        raise RefusedError("refused.administer")
    wanted = request.GET.get("issuer") or request.session.get(_KEY, "")
    found = next((one for one in issuers if one.slug == wanted), issuers[0])
    if request.GET.get("issuer") == found.slug:
        request.session[_KEY] = found.slug
    return found


def own_account(request: DeskRequest, account_id: UUID) -> Any:
    """An account of an issuer that the person administers; 403 for who administers nothing."""
    if not issuers_run_by(request.actor):
        raise RefusedError("refused.administer")
    found = account_for(request.actor, account_id)
    if found is None:
        raise Http404
    return found


def trail(*more: str, account: Any = None) -> list[dict[str, str]]:
    """Where the page stands."""
    steps = [{"label": _("Người dùng"), "url": reverse("people")}]
    if account is not None:
        steps.append({"label": account.name, "url": reverse("person", args=[account.id])})
    return [*steps, *({"label": one, "url": ""} for one in more)]
