"""The door for programs: who comes in by which token, how often, and how a refusal is told."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock
from typing import Any, Final, TypeVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.docs import DocsBase
from ninja.security import HttpBearer

from parindex.errors import ParindexError, Problem, UnusableInputError
from parindex.web.api.problems import REFUSALS, standing, told
from parindex.web.assessment.actions.gate import ConflictError
from parindex.web.journal import clock
from parindex.web.people import queries as people
from parindex.web.people.actions import token_digest
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError, UnknownError, in_scope
from parindex.web.people.states import SECOND_FACTOR_SCOPES, Scope

_View = TypeVar("_View", bound=Callable[..., Any])
_FILE: Final = {"description": "The file.", "content": {"application/octet-stream": {}}}
PER_MINUTE: Final = 600
_REMEMBERED: Final = 10_000
_LONGEST_TOKEN: Final = 200


class ApiRequest(HttpRequest):
    """A request with who acts, from its token."""

    auth: Actor


class TooManyError(Exception):
    """A token came more often than it may."""


class NotInScopeError(Exception):
    """A token may not do this kind of thing."""


class Rate:
    """How often each token may come in a minute; counted by each worker for itself."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._lock = Lock()
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def count(self, token: str) -> None:
        """Note one request; raises TooManyError past the limit."""
        minute = int(time.monotonic() // 60)
        with self._lock:
            at, n = self._seen.pop(token, (minute, 0))
            n = n + 1 if at == minute else 1
            self._seen[token] = (minute, n)
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        if n > self.per_minute:
            raise TooManyError


rate = Rate(PER_MINUTE)


class Bearer(HttpBearer):
    """A token of a person, by its digest: neither ended nor expired, the person still active."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor that the token's person is today, within the token's scopes."""
        if len(token) > _LONGEST_TOKEN:
            return None
        found = people.token_by_digest(token_digest(token))
        if found is None or found.ended_at is not None or clock.now() >= found.expires_at:
            return None
        if not found.person.is_active:
            return None
        rate.count(found.digest)
        scopes = frozenset(found.scopes)
        actor = people.actor_for(
            found.person,
            on=clock.today(),
            # Only a session with a second factor gives out these scopes.
            second_factor=bool(scopes & SECOND_FACTOR_SCOPES),
            scopes=scopes,
        )
        if request.method in {"GET", "HEAD"} and not in_scope(actor, Scope.READ):
            raise NotInScopeError
        return actor


class Plain(DocsBase):
    """The list of operations, without anything from elsewhere."""

    def render_page(
        self,
        request: HttpRequest,  # noqa: ARG002 - the library's signature
        api: NinjaAPI,
        **_: Any,
    ) -> HttpResponse:
        """Every operation with its summary, as text."""
        schema = api.get_openapi_schema()
        lines = [f"{api.title} {api.version}", "", "OpenAPI 3.1: /api/openapi.json", ""]
        for path, methods in schema["paths"].items():
            lines += [
                f"{method.upper():7}{path}  {one.get('summary', '')}"
                for method, one in methods.items()
            ]
        return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


api = NinjaAPI(
    title="parindex",
    version="1",
    description=(
        "The same actions and queries as the screens. Authorization: Bearer TOKEN; a token does "
        "no more than its person, within its scopes. Numbers in `fields` are texts with a decimal "
        "point. Refusals are problems in Vietnamese, or in English by Accept-Language."
    ),
    auth=Bearer(),
    docs=Plain(),
    docs_url="/",
    urls_namespace="api",
)


def operation(
    router: Router, method: str, path: str, out: Any, *, status: int = 200
) -> Callable[[_View], _View]:
    """An operation of the door: what it gives, and the refusals that every one may give.

    ``out`` is None for a file.
    """
    return router.api_operation(
        [method], path, response={status: out, **REFUSALS},
        openapi_extra=None if out is not None else {"responses": {200: dict(_FILE)}},
    )  # fmt: skip


def answer(request: HttpRequest, content: Any, status: int) -> HttpResponse:
    """JSON as every refusal is sent."""
    del request
    text = json.dumps(content, ensure_ascii=False, default=str)
    response = HttpResponse(text, status=status, content_type="application/json")
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response["Retry-After"] = "60"
    return response


def _one(request: HttpRequest, code: str, status: int, **values: object) -> HttpResponse:
    return answer(request, told([Problem(code=code, values=values)], request), status)


@api.exception_handler(ParindexError)
def _refused(request: HttpRequest, error: ParindexError) -> HttpResponse:
    status = 403 if isinstance(error, RefusedError) else 422
    if isinstance(error, UnusableInputError):
        status = 413 if error.problems[0].code == "evidence.too_large" else 422
    return answer(request, told(error.problems, request), status)


@api.exception_handler(UnknownError)
@api.exception_handler(Http404)
def _unknown(request: HttpRequest, error: Exception) -> HttpResponse:
    del error
    return _one(request, "api.unknown", 404)


@api.exception_handler(ConflictError)
def _conflict(request: HttpRequest, error: ConflictError) -> HttpResponse:
    said = told([Problem(code="api.conflict", values={"version": error.version})], request)
    try:
        mine = json.loads(request.body or b"null")
    except (ValueError, RequestDataTooBig):
        mine = None
    whole = said | {"theirs": standing(error.theirs, error.version), "mine": mine}
    return answer(request, whole, 409)


@api.exception_handler(IntegrityError)
def _twice(request: HttpRequest, error: IntegrityError) -> HttpResponse:
    del error
    return _one(request, "api.exists", 409)


@api.exception_handler(DataError)
def _no_such_value(request: HttpRequest, error: DataError) -> HttpResponse:
    del error
    return _one(request, "api.out_of_range", 422)


@api.exception_handler(AuthenticationError)
def _no_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    del error
    return _one(request, "api.no_token", 401)


@api.exception_handler(NotInScopeError)
def _no_scope(request: HttpRequest, error: NotInScopeError) -> HttpResponse:
    del error
    return _one(request, "api.no_scope", 403)


@api.exception_handler(TooManyError)
def _too_many(request: HttpRequest, error: TooManyError) -> HttpResponse:
    del error
    return _one(request, "api.too_many", 429, limit=rate.per_minute)


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    del error
    limit = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // 1_000_000
    return _one(request, "api.too_big", 413, limit=limit)


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _one(request, "api.unreadable", error.status_code)


@api.exception_handler(ValidationError)
def _wrong(request: HttpRequest, error: ValidationError) -> HttpResponse:
    problems = []
    for one in error.errors[:50]:
        where = "/".join(str(part) for part in one.get("loc", ()))[:200]
        problem = Problem(code="api.wrong_value", values={"detail": one.get("msg", "")})
        problems += told([problem], request, where=where)["problems"]
    return answer(request, {"problems": problems}, 422)


def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Any address that no operation has."""
    del rest
    return _one(request, "api.unknown", 404)
