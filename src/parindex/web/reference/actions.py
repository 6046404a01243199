"""The one write of criteria sets: to import one."""

from __future__ import annotations

from parindex.web.journal import clock
from parindex.web.journal.actions import action, record
from parindex.web.journal.chain import About
from parindex.web.people.actor import Actor
from parindex.web.people.models import Issuer
from parindex.web.people.permissions import RefusedError, can_administer
from parindex.web.reference.bridge import checked, yaml_of
from parindex.web.reference.models import Rulebook


@action
def import_rulebook(actor: Actor, issuer: Issuer, content: bytes, *, file: str) -> Rulebook:
    """Import a rulebook, YAML or its workbook; one that was imported before is given back, and
    noted again.

    Raises UnusableInputError with what is wrong in the file, RefusedError for anyone but the
    issuer's administrators.
    """
    if not can_administer(actor, issuer=issuer.slug):
        raise RefusedError("refused.administer")
    content = yaml_of(content, file=file)
    criteria, digest = checked(content, file=file)
    made, _ = Rulebook.objects.get_or_create(
        issuer=issuer,
        digest=digest,
        defaults={
            "name": file[:200],
            "index": criteria.index,
            "group": criteria.group,
            "tier": criteria.tier,
            "year": criteria.year,
            "revision": criteria.revision,
            "status": criteria.status,
            "title": criteria.title.vi[:500],
            "content": content.decode("utf-8-sig"),
            "at": clock.written_at(),
        },
    )
    record(
        "rulebook.imported",
        person=str(actor.person),
        issuer=issuer.slug,
        about=About(kind="rulebook", id=str(made.id), words=made.title[:120]),
        after={"digest": digest, "file": file, "year": criteria.year, "group": criteria.group},
    )
    return made
