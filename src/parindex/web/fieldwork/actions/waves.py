"""Planning a wave: its instrument, its dates, its quotas, its interviewers; opening it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from parindex.errors import Problems
from parindex.vietnamese import has_words
from parindex.web.fieldwork import codes, permissions, sealing
from parindex.web.fieldwork.actions.gate import hold_wave, move, note, run_by
from parindex.web.fieldwork.bridge import questionnaires
from parindex.web.fieldwork.models import (
    Cell,
    Instrument,
    Interviewer,
    Invitation,
    Kiosk,
    Quota,
    Reservation,
    Wave,
)
from parindex.web.fieldwork.queries.forms import questionnaire_for
from parindex.web.fieldwork.states import PREPARING, Mode, WaveMove, WaveState
from parindex.web.journal import clock
from parindex.web.journal.actions import action, record, unchanged
from parindex.web.journal.chain import About
from parindex.web.people.actor import Actor
from parindex.web.people.models import Issuer, Unit
from parindex.web.people.permissions import RefusedError, UnknownError
from parindex.web.people.queries import people_with
from parindex.web.people.states import Role

TEXT_BYTES = 1500


def _may_run(actor: Actor, issuer: str) -> None:
    if not permissions.can_run_waves(actor, issuer=issuer):
        raise RefusedError("fieldwork.not_run_by_you")


@action
def import_instrument(actor: Actor, issuer: Issuer, content: bytes, *, file: str) -> Instrument:
    """Import a questionnaire, YAML or XLSForm; the very same one is given back.

    A later version may lose no question and no choice of the one before. Raises UnusableInputError
    with what is wrong in the file, RefusedError for anyone but survey managers.
    """
    _may_run(actor, issuer.slug)
    read = questionnaires.read(content, file=file)
    text, digest = questionnaires.kept(read)
    versions = Instrument.objects.filter(issuer=issuer, slug=read.id)
    same = versions.filter(version=read.version).first()
    if same is not None:
        if same.digest != digest:
            raise RefusedError("fieldwork.version_taken", id=read.id, version=read.version)
        unchanged()
        return same
    latest = versions.order_by("-version").first()
    if latest is not None:
        questionnaires.check_follows(latest, read)
    made = Instrument.objects.create(
        issuer=issuer,
        slug=read.id,
        version=read.version,
        title=read.title.say("vi")[:500],
        status=read.status,
        digest=digest,
        content=text,
        person_id=actor.person,
        at=clock.written_at(),
    )
    record(
        "instrument.imported",
        person=str(actor.person),
        issuer=issuer.slug,
        about=About(kind="instrument", id=str(made.id), words=made.title[:300]),
        after={"digest": digest, "id": made.slug, "version": made.version, "file": file},
    )
    return made


@action
def create_wave(
    actor: Actor,
    issuer: Issuer,
    *,
    slug: str,
    title: str,
    instrument: UUID,
    opens_at: datetime,
    closes_at: datetime,
    syncs_until: datetime | None = None,
    min_cell: int = 5,
    hold_hours: int = 24,
    typed_twice: Iterable[str] = (Mode.PAPER,),
    bodies: Sequence[str] = (),
    text_bytes: int = TEXT_BYTES,
    contacts_until: date | None = None,
) -> Wave:
    """Plan a wave of an instrument of the issuer.

    ``syncs_until`` is until when what was given offline may come in (the close unless later);
    ``min_cell`` within how many an answer hides; ``text_bytes`` the room for each answer in words.
    Raises UnusableInputError for a plan that cannot be.
    """
    _may_run(actor, issuer.slug)
    used = Instrument.objects.filter(id=instrument, issuer=issuer).first()
    if used is None:
        raise UnknownError
    wave = Wave(
        issuer=issuer,
        slug=slug,
        title=title.strip()[:300],
        instrument=used,
        opens_at=opens_at,
        closes_at=closes_at,
        syncs_until=syncs_until or closes_at,
        min_cell=min_cell,
        hold_hours=hold_hours,
        typed_twice=[str(Mode(one)) for one in typed_twice],
        bodies=list(bodies),
        contacts_until=contacts_until,
    )
    _check_plan(wave)
    wave.sealed_size = questionnaires.sealed_size(questionnaire_for(wave), text_bytes=text_bytes)
    wave.save(force_insert=True)
    note("wave.planned", actor, wave, after=_plain(wave))
    return wave


def _check_plan(wave: Wave) -> None:
    problems = Problems()
    if not has_words(wave.title):
        problems.add("fieldwork.no_title")
    if Wave.objects.filter(issuer=wave.issuer, slug=wave.slug).exclude(id=wave.id).exists():
        problems.add("fieldwork.slug_taken", got=wave.slug)
    if not wave.opens_at < wave.closes_at <= wave.syncs_until:
        problems.add("fieldwork.dates")
    if wave.min_cell < 2:
        problems.add("fieldwork.min_cell", got=wave.min_cell)
    if wave.hold_hours < 1:
        problems.add("fieldwork.hold_hours", got=wave.hold_hours)
    asks = questionnaires.rates_bodies(wave.instrument)
    if asks and not wave.bodies:
        problems.add("fieldwork.no_bodies")
    if wave.bodies and not asks:
        problems.add("fieldwork.bodies_unasked")
    known = set(
        Unit.objects.filter(issuer=wave.issuer, slug__in=wave.bodies).values_list("slug", flat=True)
    )
    for slug in wave.bodies:
        if slug not in known:
            problems.add("fieldwork.unknown_unit", got=slug[:60])
    problems.raise_if_any()


def _plain(wave: Wave) -> dict[str, object]:
    return {
        "instrument": wave.instrument.digest,
        "opens_at": wave.opens_at.isoformat(),
        "closes_at": wave.closes_at.isoformat(),
        "syncs_until": wave.syncs_until.isoformat(),
        "min_cell": wave.min_cell,
        "hold_hours": wave.hold_hours,
        "typed_twice": list(wave.typed_twice),
        "bodies": list(wave.bodies),
        "sealed_size": wave.sealed_size,
        "contacts_until": str(wave.contacts_until or ""),
    }


@action
def set_dates(
    actor: Actor,
    wave: UUID,
    *,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    syncs_until: datetime | None = None,
    reason: str = "",
) -> Wave:
    """Change when a wave takes answers; a reason is needed once it is open."""
    held = run_by(actor, wave)
    if held.state not in PREPARING:
        raise RefusedError("fieldwork.move", state=held.state, move="set_dates")
    if held.state == WaveState.OPEN and not has_words(reason):
        raise RefusedError("refused.no_reason")
    before = _plain(held)
    held.opens_at = opens_at or held.opens_at
    held.closes_at = closes_at or held.closes_at
    held.syncs_until = max(syncs_until or held.syncs_until, held.closes_at)
    _check_plan(held)
    held.save(update_fields=["opens_at", "closes_at", "syncs_until"])
    note("wave.dated", actor, held, before=before, after=_plain(held), reason=reason)
    return held


@action
def set_quotas(actor: Actor, wave: UUID, limits: Mapping[str, int | None]) -> list[Quota]:
    """Say how many answers each stratum takes at most, None for as many as come.

    A stratum that is not named keeps its own. Raises RefusedError where more places are taken
    already, or there is no such stratum.
    """
    held = run_by(actor, wave)
    if held.state not in PREPARING:
        raise RefusedError("fieldwork.move", state=held.state, move="set_quotas")
    # No answer may slip in uncounted between the count and the quota.
    hold_wave(held.id)
    made, before, after = [], {}, {}
    known = {one.label: one.limit for one in held.quotas.all()}
    for label, limit in limits.items():
        cells = Cell.objects.filter(wave=held, stratum=label)
        if not cells.exists():
            raise RefusedError("fieldwork.unknown_stratum", stratum=label)
        if limit is not None:
            made.append(_limit(held, label, limit))
            cells.update(quota=made[-1])
        elif label in known:
            _unlimit(held, label)
        if limit != known.get(label):
            before[label], after[label] = known.get(label), limit
    if after:
        note("quotas.set", actor, held, before={"limits": before}, after={"limits": after})
    else:
        unchanged()
    return made


def _limit(wave: Wave, label: str, limit: int) -> Quota:
    used = Invitation.objects.filter(cell__wave=wave, cell__stratum=label, used=True).count()
    quota, fresh = Quota.objects.select_for_update(no_key=True).get_or_create(
        wave=wave, label=label, defaults={"limit": max(limit, used), "used": used}
    )
    taken = quota.reserved + quota.used
    if limit < taken:
        raise RefusedError("fieldwork.quota_taken", stratum=label, limit=limit, taken=taken)
    if not fresh:
        quota.limit = limit
        quota.save(update_fields=["limit"])
    return quota


def _unlimit(wave: Wave, label: str) -> None:
    # Places before their quota, as whoever gives places back takes them.
    Reservation.objects.filter(quota__wave=wave, quota__label=label).delete()
    Cell.objects.filter(quota__wave=wave, quota__label=label).update(quota=None)
    Quota.objects.filter(wave=wave, label=label).delete()


@action
def name_interviewers(actor: Actor, wave: UUID, people: Iterable[UUID]) -> list[Interviewer]:
    """Name interviewers of a wave, each with a code that answers know them by."""
    held = run_by(actor, wave)
    if held.state not in PREPARING:
        raise RefusedError("fieldwork.move", state=held.state, move="name_interviewers")
    could = {
        one.id for one in people_with([Role.INTERVIEWER], issuer=held.issuer_id, on=clock.today())
    }
    made = []
    for person in people:
        if person not in could:
            raise RefusedError("fieldwork.no_interviewer")
        count = Interviewer.objects.filter(wave=held).count()
        one, _ = Interviewer.objects.get_or_create(
            wave=held, person_id=person, defaults={"code": f"{count + 1:03}"}
        )
        made.append(one)
    note(
        "interviewers.named", actor, held,
        after={"interviewers": {one.code: str(one.person_id) for one in made}},
    )  # fmt: skip
    return made


@action
def open_wave(actor: Actor, wave: UUID) -> Wave:
    """Open a wave: from now on, within its dates, it takes answers sealed to a key of its own.

    The digest of the instrument is recorded now, before any answer is known.
    """
    held = run_by(actor, wave)
    move(held, WaveMove.OPEN)
    if not held.invitations.exists():
        raise RefusedError("fieldwork.nobody_invited")
    held.public_key = sealing.make_key(settings.KEYS_FOLDER, held.id)
    held.save(update_fields=["state", "public_key"])
    note(
        "wave.opened", actor, held,
        after={"public_key": held.public_key, "instrument": held.instrument.digest},
    )  # fmt: skip
    return held


# ---- tablets at a counter


@action
def add_kiosk(actor: Actor, wave: UUID, *, name: str) -> tuple[Kiosk, str]:
    """Let a tablet take answers by slips; its key is given once and kept by it alone."""
    held = run_by(actor, wave)
    if held.state not in PREPARING:
        raise RefusedError("fieldwork.move", state=held.state, move="add_kiosk")
    if not has_words(name):
        raise RefusedError("fieldwork.no_title")
    key = codes.new_code()
    made = Kiosk.objects.create(wave=held, name=name.strip()[:120], key_hash=codes.hash_of(key))
    note("kiosk.added", actor, held, after={"kiosk": str(made.id), "name": made.name})
    return made, key


@action
def end_kiosk(actor: Actor, kiosk: UUID) -> Kiosk:
    """Take a tablet its right away."""
    found = Kiosk.objects.filter(id=kiosk).first()
    if found is None:
        raise UnknownError
    held = run_by(actor, found.wave_id)
    found.ended = True
    found.save(update_fields=["ended"])
    note("kiosk.ended", actor, held, after={"kiosk": str(found.id)})
    return found
