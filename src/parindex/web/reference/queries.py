"""Every read of criteria sets."""

from __future__ import annotations

from uuid import UUID

from parindex.web.people.actor import Actor
from parindex.web.reference.bridge import Shipped, shipped
from parindex.web.reference.models import Rulebook


def rulebooks_for(actor: Actor, issuer: str) -> list[Rulebook]:
    """The sets that an issuer has imported, for its own people."""
    if issuer not in actor.issuers():
        return []
    found = Rulebook.objects.filter(issuer=issuer).defer("content")
    return list(found.order_by("-year", "group", "-revision"))


def rulebook_for(actor: Actor, id_: UUID) -> Rulebook | None:
    """One set, for the people of its issuer."""
    return Rulebook.objects.filter(id=id_, issuer__in=actor.issuers()).first()


def shipped_for(actor: Actor) -> tuple[Shipped, ...]:
    """The sets that come with the product, for anybody at the desk."""
    return shipped() if actor.issuers() else ()
