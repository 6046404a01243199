"""Pure predicates of people: who may manage accounts and assignments; and what a refusal is."""

from __future__ import annotations

from parindex.errors import ParindexError, Problem
from parindex.web.people.actor import Actor
from parindex.web.people.states import Role, Scope


class UnknownError(Exception):
    """There is no such thing, or the person may not know of it: the two are told alike."""


class RefusedError(ParindexError):
    """The person may know of the thing but may not do this to it, or not now."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        super().__init__([Problem(code=code, values=values)])


def in_scope(actor: Actor, scope: Scope) -> bool:
    """Whether an API token may do this kind of thing; a person at the screen always may."""
    return actor.scopes is None or scope in actor.scopes


def can_administer(actor: Actor, *, issuer: str) -> bool:
    """Whether the person runs the rounds of an issuer: people, units, criteria sets, phases."""
    return (
        actor.standing(Role.ROUND_ADMIN, issuer=issuer) is not None
        and actor.second_factor
        and in_scope(actor, Scope.ADMINISTER)
    )
