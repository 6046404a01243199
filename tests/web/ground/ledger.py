"""A small world for tests of the ground: an action that writes two rows, a file and an entry."""

from uuid import uuid4

from django.conf import settings

from parindex.evidence.store import Store
from parindex.web.assessment.models import StoredFile
from parindex.web.journal import clock
from parindex.web.journal.actions import action, record
from parindex.web.journal.chain import About
from parindex.web.people.models import Issuer, Unit


@action
def found(slug: str, *, digest: str = "") -> Issuer:
    """One issuer with one unit, and the row of a file where it has one."""
    issuer = Issuer.objects.create(slug=slug, name=f"Tỉnh {slug}")
    Unit.objects.create(issuer=issuer, slug="so-noi-vu", name="Sở Nội vụ", tier="department")
    if digest:
        StoredFile.objects.create(digest=digest, kind="pdf", size=1, at=clock.written_at())
    record(
        "issuer.founded",
        person=str(uuid4()),
        issuer=slug,
        about=About(kind="issuer", id=slug, words=issuer.name),
        after={"name": issuer.name, "digest": digest},
        reason="thử",
    )
    return issuer


def keep(content: bytes) -> str:
    """A file first, its row later."""
    return Store(settings.EVIDENCE_FOLDER).put(content)


def write(count: int) -> None:
    """So many issuers, each with an entry."""
    for _ in range(count):
        found(uuid4().hex)
