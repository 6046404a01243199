"""Every read of the journal: its entries, its head, and whether the chain holds."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models.functions import Left

from parindex.errors import SHOWN_AT_MOST, Problem
from parindex.web.journal import chain, clock, keys
from parindex.web.journal.models import Checkpoint, Entry, Head


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An entry as it is read: what its body says."""

    seq: int
    at: datetime
    verb: str
    person: str
    acting_for: str
    issuer: str
    about_kind: str
    about_id: str
    about_words: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    reason: str
    digest: str


def _line(entry: Entry) -> Line:
    said = json.loads(entry.body)
    return Line(
        seq=entry.seq,
        at=entry.at,
        verb=entry.verb,
        person=entry.person,
        acting_for=entry.acting_for,
        issuer=entry.issuer,
        about_kind=entry.about_kind,
        about_id=entry.about_id,
        about_words=said["about"]["words"],
        before=said["before"],
        after=said["after"],
        reason=said["reason"],
        digest=entry.digest,
    )


def lines_about(kind: str, id_: str) -> list[Line]:
    """What was done to one thing, the newest first. The caller has checked who may read it."""
    found = Entry.objects.filter(about_kind=kind, about_id=id_).order_by("-seq")
    return [_line(entry) for entry in found]


def lines_of_issuer(issuer: str, *, before: int | None = None, limit: int = 50) -> list[Line]:
    """The newest entries of one issuer, those older than ``before`` when it is given."""
    found = Entry.objects.filter(issuer=issuer)
    if before is not None:
        found = found.filter(seq__lt=before)
    return [_line(entry) for entry in found.order_by("-seq")[:limit]]


def lines_with_verbs(issuer: str, verbs: list[str]) -> list[Line]:
    """The entries of one issuer with these verbs, the newest first: for registers."""
    found = Entry.objects.filter(issuer=issuer, verb__in=verbs).order_by("-seq")
    return [_line(entry) for entry in found]


def lines_of_things(
    issuer: str,
    things: Collection[str],
    *,
    verb: str = "",
    before: int | None = None,
    limit: int | None = 50,
) -> list[Line]:
    """The newest entries about any of these things or parts of them (``thing/part``).

    The caller has checked who may read them; without a limit all are given.
    """
    found = Entry.objects.filter(issuer=issuer).annotate(thing=Left("about_id", 36))
    found = found.filter(thing__in=list(things))
    if verb:
        found = found.filter(verb=verb)
    if before is not None:
        found = found.filter(seq__lt=before)
    found = found.order_by("-seq")
    return [_line(entry) for entry in (found if limit is None else found[:limit])]


def checkpoints_about(thing: str) -> list[Checkpoint]:
    """The checkpoints whose occasion names a thing, the newest first."""
    return list(Checkpoint.objects.filter(reason__contains=thing).order_by("-id"))


def head() -> tuple[int, str]:
    """How many entries there are, and the digest of the last."""
    one = Head.objects.get()
    return one.seq, one.digest


def checkpoints() -> list[Checkpoint]:
    """Every checkpoint, the newest first."""
    return list(Checkpoint.objects.order_by("-id"))


def every_line() -> Iterator[Line]:
    """The whole journal in order, streamed."""
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=5_000):
        yield _line(entry)


def verify() -> Iterator[Problem]:
    """Walk the chain; one problem for each entry or checkpoint that does not stand."""
    at, digest = 0, chain.NOTHING
    roots: dict[int, str] = {0: chain.NOTHING}
    marked = set(Checkpoint.objects.values_list("seq", flat=True))
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=5_000):
        at += 1
        if entry.seq != at:
            yield Problem(code="journal.gap", values={"expected": at, "got": entry.seq})
            at = entry.seq
        elif entry.previous != digest:
            yield Problem(code="journal.broken", values={"seq": at})
        if chain.link(entry.previous, entry.body) != entry.digest:
            yield Problem(code="journal.altered", values={"seq": at})
        elif not _columns_agree(entry):
            yield Problem(code="journal.columns", values={"seq": at})
        digest = entry.digest
        if at in marked:
            roots[at] = digest
    one = Head.objects.get()
    if (one.seq, one.digest) != (at, digest):
        yield Problem(code="journal.head", values={"expected": one.seq, "got": at})
    for made in Checkpoint.objects.order_by("id"):
        yield from _check(made, roots)


def _columns_agree(entry: Entry) -> bool:
    try:
        said = json.loads(entry.body)
        return bool(
            said["seq"] == entry.seq
            and datetime.fromisoformat(said["at"]) == entry.at
            and said["verb"] == entry.verb
            and said["person"] == entry.person
            and said["acting_for"] == entry.acting_for
            and said["issuer"] == entry.issuer
            and said["about"]["kind"] == entry.about_kind
            and said["about"]["id"] == entry.about_id
        )
    except (ValueError, KeyError, TypeError):
        # Somebody wrote a body that was never ours, with a digest that fits it.
        return False


def _check(made: Checkpoint, roots: Mapping[int, str]) -> Iterator[Problem]:
    try:
        one = chain.read_checkpoint(made.text)
    except ValueError:
        yield Problem(code="journal.no_checkpoint", values={"got": made.text[:60]})
        return
    signed = made.text.rsplit("\n", 2)[0] + "\n"
    if not keys.is_signed(settings.KEYS_FOLDER, signed, one.signature):
        yield Problem(code="journal.signature", values={"seq": one.seq})
    if roots.get(one.seq) != one.root:
        yield Problem(code="journal.rewritten", values={"seq": one.seq, "at": one.at})


VERIFIED_AT_ONCE = 20_000
_KEPT_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The result of walking the chain: its length and head then, and what does not stand."""

    seq: int
    digest: str
    at: datetime
    problems: tuple[Problem, ...]


def verified(*, now: bool = False) -> Verified | None:
    """The kept result of walking the chain as it ends now, or a fresh one when ``now``.

    None while the chain is long and nobody has walked it to its present end.
    """
    seq, digest = head()
    key = f"journal.verified.{digest}"
    kept = cache.get(key)
    if isinstance(kept, Verified) and not now:
        return kept
    if not now and seq > VERIFIED_AT_ONCE:
        return None
    at = clock.now()
    found = Verified(
        seq=seq, digest=digest, at=at, problems=tuple(islice(verify(), SHOWN_AT_MOST + 1))
    )
    cache.set(key, found, _KEPT_SECONDS)
    cache.set("journal.verified", found, _KEPT_SECONDS)
    return found


def last_verified() -> Verified | None:
    """The last result that is kept, of whatever end of the chain."""
    kept = cache.get("journal.verified")
    return kept if isinstance(kept, Verified) else None


def verify_diff(old: Path) -> Iterator[Problem]:
    """Hold the journal to an earlier checkpoint, or to an earlier export of its entries.

    A chain that was rewritten whole, cut or rolled back agrees with itself; it does not agree
    with what was given away before.
    """
    text = old.read_text(encoding="utf-8", errors="replace")
    try:
        if text.startswith("{"):
            yield from _against_export(text)
            return
        one = chain.read_checkpoint(text)
    except (ValueError, KeyError, TypeError):
        yield Problem(
            code="journal.no_checkpoint", file=str(old), values={"got": text[:60].strip()}
        )
        return
    entry = Entry.objects.filter(seq=one.seq).first()
    root = chain.NOTHING if one.seq == 0 else entry.digest if entry else ""
    if root != one.root:
        yield Problem(code="journal.rewritten", values={"seq": one.seq, "at": one.at})


def _against_export(text: str) -> Iterator[Problem]:
    for line in text.splitlines():
        said = json.loads(line)
        entry = Entry.objects.filter(seq=said["seq"]).first()
        if entry is None:
            yield Problem(code="journal.missing", values={"seq": said["seq"]})
        elif entry.digest != said["digest"]:
            yield Problem(code="journal.differs", values={"seq": said["seq"]})


def export() -> Iterator[str]:
    """One line an entry: its number, its digest and its body, for keeping elsewhere."""
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=5_000):
        yield json.dumps(
            {"seq": entry.seq, "digest": entry.digest, "body": entry.body}, ensure_ascii=False
        )
