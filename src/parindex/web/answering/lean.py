"""Pages of those who answer: no session, no cookie, no account, and a policy of their own.

The middlewares below this one are for people at work. A citizen's answer passes none of them, so
that nothing of theirs is looked up, set or noted, and so that many can answer at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.translation import override

# Nothing from elsewhere, nothing inline, in no frame.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    # Not even to ourselves: an address that was left says nothing of where one came from.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_LEAN: Final = ("/phieu/", "/openrosa/")


class Lean:
    """Answers these addresses before sessions and accounts are looked at."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Call the view at once; an address that is none goes the usual way."""
        if not request.path_info.startswith(_LEAN):
            return self.answer(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.answer(request)
        request.resolver_match = match
        with override("vi"):
            response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response
