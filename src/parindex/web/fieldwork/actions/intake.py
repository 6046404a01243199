"""Taking answers: to begin with a code, and to send once; nothing here knows who it was.

Nothing of an answer goes into the journal, a log or a session: what is recorded is recorded of the
wave as a whole, when its answers are mixed. See docs/decisions/0014.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from parindex.canonical import canonical_json
from parindex.errors import Problem, UnusableInputError
from parindex.web.fieldwork import codes, permissions, sealing
from parindex.web.fieldwork.actions import places
from parindex.web.fieldwork.bridge import questionnaires
from parindex.web.fieldwork.models import Interviewer, Invitation
from parindex.web.fieldwork.queries import sending
from parindex.web.fieldwork.queries.forms import questionnaire_for
from parindex.web.fieldwork.queries.sending import SealedTo, Sending
from parindex.web.fieldwork.queries.typing import typed_twice
from parindex.web.fieldwork.states import ANSWERABLE, SENT_LATER, Mode, Window
from parindex.web.journal import clock
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import RefusedError, UnknownError

_HALF_MINUTE: Final = 30
_LONGEST: Final = 4 * 60 * 60
# By how much the clock of a device may be wrong.
_DAY: Final = timedelta(days=1)
_TO_BEGIN: Final = ("wave__issuer", "cell__unit")
# In plain SQL and at one go, since hundreds come in a second; the number in the box is a lot.
_USE_AND_PUT: Final = """
WITH used AS (
  UPDATE fieldwork_invitation SET used = true, receipt = %s
   WHERE id = %s AND NOT used AND state = ANY(%s) RETURNING wave_id
)
INSERT INTO fieldwork_box (id, wave_id, sealed)
SELECT gen_random_uuid(), wave_id, %s FROM used
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What a respondent needs to answer: the form, and what is said above it.

    ``form`` is plain content: see :func:`questionnaires.form_of`.
    """

    form: Mapping[str, Any]
    wave_title: str
    body_name: str
    closes_at: datetime
    consent: Mapping[str, str]
    unit_name: str
    service: str
    languages: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The answer is kept; ``already`` when this very one was kept before."""

    already: bool


def start(token: str, *, mode: str = Mode.WEB, wave: UUID | None = None) -> Started:
    """Begin to answer: gives the form, and holds a place where the cell has a quota.

    With a ``wave``, a code of another one is as unknown as any. Raises RefusedError:
    fieldwork.unknown_code, .used_code, .withdrawn_code, .not_open, .quota_full.
    """
    found = invitation_of(token, wave=wave)
    if found.used:
        raise RefusedError("fieldwork.used_code")
    one = Invitation.objects.select_related(*_TO_BEGIN).get(id=found.id)
    with transaction.atomic():
        quota = in_time(found, Mode(mode))
        if quota is not None:
            until = clock.now() + timedelta(hours=one.wave.hold_hours)
            places.hold_a_place(one.id, quota, until=until)
    return _started(one)


def submit(
    token: str,
    submission: str,
    answers: Mapping[str, Any],
    *,
    mode: str,
    seconds: int | None,
    interviewer: UUID | None = None,
    ended_at: datetime | None = None,
    wave: UUID | None = None,
) -> Received:
    """Keep an answer, sealed, and mark its code used: both or neither.

    ``submission`` is the device's own number of the answer: sent again, it is told as received.
    ``interviewer`` is the account of who asked; ``seconds`` how long it took and ``ended_at`` when
    it ended, by the clock of the device: sealed with the answer, of use for signals of fraud,
    forgotten when all are mixed. With a ``wave``, a code of another one is unknown. Raises
    RefusedError: fieldwork.unknown_code, .used_code, .withdrawn_code, .not_open, .quota_full, and
    UnusableInputError for the answers.
    """
    one = invitation_of(token, wave=wave)
    how = How(mode=Mode(mode), seconds=seconds, by=interviewer, ended_at=ended_at)
    return receive(one, submission, answers, how)


def submit_assigned(
    actor: Actor,
    invitation: UUID,
    submission: str,
    answers: Mapping[str, Any],
    *,
    mode: str = Mode.INTERVIEWER,
    seconds: int | None,
    ended_at: datetime | None = None,
    wave: UUID | None = None,
) -> Received:
    """The same for an interviewer and somebody assigned to them: no code is needed.

    Raises UnknownError for anybody else, and RefusedError (fieldwork.phone_twice) where forms by
    telephone are typed twice.
    """
    one = sending.assigned(invitation, actor.person)
    if one is None or not permissions.can_interview(actor, issuer=one.wave.issuer_id):
        raise UnknownError
    if wave is not None and one.wave.id != wave:
        raise UnknownError
    way = Mode(mode)
    if way is Mode.PHONE and typed_twice(one.wave, way):
        raise RefusedError("fieldwork.phone_twice")
    how = How(mode=way, seconds=seconds, by=actor.person, ended_at=ended_at)
    return receive(one, submission, answers, how)


def start_assigned(actor: Actor, invitation: UUID) -> Started:
    """The form for somebody assigned to the interviewer; their places were held when assigned."""
    found = Invitation.objects.select_related(*_TO_BEGIN)
    one = found.filter(id=invitation, assigned__interviewer__person=actor.person).first()
    if one is None or not permissions.can_interview(actor, issuer=one.wave.issuer_id):
        raise UnknownError
    return _started(one)


def invitation_of(token: str, *, wave: UUID | None = None) -> Sending:
    """The invitation of a code, in a wave where one is named.

    Raises RefusedError where there is none that counts.
    """
    one = sending.by_token_hash(codes.hash_of(token))
    if one is None or wave not in {None, one.wave.id}:
        raise RefusedError("fieldwork.unknown_code")
    if one.state not in ANSWERABLE:
        raise RefusedError("fieldwork.withdrawn_code")
    return one


def _started(one: Invitation) -> Started:
    form = questionnaires.form_of(questionnaire_for(one.wave))
    return Started(
        form=form,
        wave_title=one.wave.title,
        body_name=one.wave.issuer.name,
        closes_at=one.wave.closes_at,
        consent=form["consent"],
        unit_name=one.cell.unit.name if one.cell.unit else "",
        service=one.cell.service,
        languages=form["languages"],
    )


def in_time(one: Sending, mode: Mode) -> UUID | None:
    """The quota of the invitation, if any; raises RefusedError where no answer is taken now.

    The wave is held against being closed and mixed to the end of the transaction: whoever does
    that waits for all who are here. The moment is the database's, after that wait.
    """
    held = sending.held(one.wave.id, one.cell)
    if not held.window.takes(held.at, mode):
        raise _not_open(held.window)
    return held.quota


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How an answer came: by which way, in how many seconds, by whose asking, ended when."""

    mode: Mode
    seconds: int | None = None
    by: UUID | None = None
    ended_at: datetime | None = None


def _not_open(wave: Window | SealedTo) -> RefusedError:
    opens, closes = (
        f"{moment.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}"
        for moment in (wave.opens_at, wave.closes_at)
    )
    return RefusedError("fieldwork.not_open", opens=opens, closes=closes)


def receive(one: Sending, submission: str, answers: Mapping[str, Any], how: How) -> Received:
    """Keep an answer to an invitation; see :func:`submit`."""
    if one.used:
        return _again(one.receipt, codes.receipt_of(submission))
    sealed = seal_for(one.wave, content_of(one, answers, how))
    return put_in_the_box(one, sealed, receipt=submission, mode=how.mode)


def put_in_the_box(one: Sending, sealed: bytes, *, receipt: str, mode: Mode) -> Received:
    """Mark an invitation as used and put what was sealed into the box, in one transaction.

    ``receipt`` is the device's own number of the answer.
    """
    mark = codes.receipt_of(receipt)
    with transaction.atomic():
        quota = in_time(one, mode)
        with connection.cursor() as cursor:
            cursor.execute(_USE_AND_PUT, [mark, one.id, list(ANSWERABLE), sealed])
            if cursor.rowcount == 0:
                return _too_late(one, mark)
        if quota is not None:
            # Last, since all answers of a quota wait here for one another.
            places.take_the_place(one.id, quota)
    return Received(already=False)


def _too_late(one: Sending, mark: str) -> Received:
    """What is told when somebody else was there first, or a reserve has stepped in."""
    now = Invitation.objects.only("used", "receipt").get(id=one.id)
    if not now.used:
        raise RefusedError("fieldwork.withdrawn_code")
    return _again(now.receipt, mark)


def _again(kept: str, receipt: str) -> Received:
    """The same answer of the same device is told as received; another is refused."""
    if kept != receipt:
        raise RefusedError("fieldwork.used_code")
    return Received(already=True)


def seal_for(wave: SealedTo, content: Mapping[str, Any]) -> bytes:
    """An answer sealed to its wave.

    Raises RefusedError where the wave was never opened, UnusableInputError where it is too long.
    """
    if not wave.public_key:
        raise _not_open(wave)
    try:
        return sealing.seal(
            canonical_json(content),
            public_key=wave.public_key,
            wave=wave.id,
            size=wave.sealed_size,
        )
    except sealing.TooLongError as error:
        raise UnusableInputError(
            [Problem(code="fieldwork.too_long", values={"limit": wave.sealed_size})]
        ) from error


def content_of(one: Sending, answers: Mapping[str, Any], how: How) -> dict[str, Any]:
    """What is sealed: the answers with the cell and how they came; no word of who.

    Raises UnusableInputError for answers that cannot be kept.
    """
    today = clock.today()
    kept = questionnaires.settled(questionnaire_for(one.wave), answers, today)
    code = ""
    if how.by is not None:
        found = Interviewer.objects.filter(wave=one.wave.id, person=how.by)
        code = found.values_list("code", flat=True).first() or ""
    ended = _plausible(how.ended_at, since=one.wave.opens_at)
    if ended is None and how.mode not in SENT_LATER:
        ended = clock.now()
    return {
        "answers": kept,
        "cell": str(one.cell),
        "mode": str(how.mode),
        "interviewer": code,
        "week": str(today - timedelta(days=today.weekday())),
        "seconds": _coarse(how.seconds),
        "ended_at": ended.astimezone(UTC).isoformat(timespec="minutes") if ended else "",
    }


def _plausible(ended: datetime | None, *, since: datetime) -> datetime | None:
    """When an answer was ended, unless the device's clock is out of all that can be."""
    if ended is None or ended - since < -_DAY or ended - clock.now() > _DAY:
        return None
    return ended


def _coarse(seconds: int | None) -> int | None:
    if seconds is None:
        return None
    return -(-min(max(seconds, 1), _LONGEST) // _HALF_MINUTE) * _HALF_MINUTE
