"""Mixing: all answers at once, none lost unseen, the box empty and the key burnt; told in the journal."""

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest
import web_setup

web_setup.set_up()

from django.conf import settings  # noqa: E402
from django.db import IntegrityError, connection, transaction  # noqa: E402
from django.test import override_settings  # noqa: E402
from web.fieldwork.surveying import AFTER, OPEN, SYNCS, answers, ask, name_walkers  # noqa: E402

from parindex.canonical import canonical_json  # noqa: E402
from parindex.web.fieldwork import sealing  # noqa: E402
from parindex.web.fieldwork.actions import burning, closing, intake, inviting, mixing  # noqa: E402
from parindex.web.fieldwork.bridge.rechecks import RecheckPlan  # noqa: E402
from parindex.web.fieldwork.models import Box, Cell, Invitation, Recheck, Response  # noqa: E402
from parindex.web.fieldwork.opening import UnreadableError, opened_of  # noqa: E402
from parindex.web.fieldwork.queries.mixed import digest_of, reconcile  # noqa: E402
from parindex.web.fieldwork.queries.results import rechecks_of  # noqa: E402
from parindex.web.journal import clock  # noqa: E402
from parindex.web.journal.queries import lines_about  # noqa: E402
from parindex.web.people.permissions import RefusedError  # noqa: E402

pytestmark = pytest.mark.django_db


def refused(wanted, call, *args, **how):
    with pytest.raises(RefusedError) as caught:
        call(*args, **how)
    assert caught.value.code == wanted
    return caught.value.problems[0].values


def send_all(made, count=None, *, moment=OPEN):
    for at, code in enumerate(list(made.codes.values())[:count]):
        with clock.at(moment + timedelta(days=7 * (at % 2))):
            intake.submit(code, f"d-{at}", answers(at), mode="web", seconds=60 + at)


def run(*statements):
    """Statements of somebody who owns the database."""
    with connection.cursor() as cursor:
        # Checks that wait for the end of the transaction are in the way of changing a table.
        for one in ("SET CONSTRAINTS ALL IMMEDIATE", *statements):
            cursor.execute(one)


def close(made):
    with clock.at(AFTER):
        closing.close_due()


def mix(made, **how):
    with clock.at(AFTER):
        return mixing.mix(made.manager, made.id, **how)


def test_what_was_given_comes_out_and_nothing_of_how_it_went_in():
    made = ask(take=12)
    send_all(made)
    close(made)
    wave = mix(made)
    assert (wave.state, wave.n_mixed, wave.n_withheld) == ("mixed", 48, 0)
    rows = list(Response.objects.filter(wave=wave))
    given = sorted(canonical_json(answers(at)) for at in range(48))
    assert sorted(canonical_json(one.answers) for one in rows) == given
    assert {one.id.version for one in rows} == {4}
    assert not Box.objects.exists()
    (line,) = [one for one in lines_about("wave", str(made.id)) if one.verb == "wave.mixed"]
    assert line.after["answers"] == line.after["used"] == 48
    assert line.after["digest"] == wave.mixed_digest == digest_of(Response.objects.all())
    assert list(reconcile()) == []
    refused("fieldwork.move", mix, made)
    refused(
        "fieldwork.used_code",
        intake.submit,
        next(iter(made.codes.values())),
        "x",
        answers(),
        mode="odk",
        seconds=1,
    )


def test_answers_that_were_changed_afterwards_are_found_out():
    made = ask(take=6)
    send_all(made)
    close(made)
    mix(made)
    with pytest.raises(IntegrityError), transaction.atomic():
        Response.objects.update(mode="odk")
    run(
        "ALTER TABLE fieldwork_response DISABLE TRIGGER ALL",
        'UPDATE fieldwork_response SET answers = \'{"q1":"5"}\' WHERE id IN (SELECT id FROM fieldwork_response LIMIT 1)',
    )
    assert [one.code for one in reconcile()] == ["fieldwork.altered"]


def test_the_box_lets_nothing_out_before_the_mixing():
    made = ask(take=6)
    send_all(made)
    for write in (
        lambda: Box.objects.all().delete(),
        lambda: Box.objects.update(sealed=b""),
        lambda: run("TRUNCATE fieldwork_box CASCADE"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
    assert Box.objects.count() == 24


def test_an_answer_that_is_missing_or_damaged_stops_the_mixing_unless_it_is_said_why():
    made = ask(take=8)
    send_all(made)
    close(made)
    wave = made.fresh()
    run("ALTER TABLE fieldwork_box DISABLE TRIGGER ALL")
    first, second, *_ = Box.objects.all()
    first.delete()
    Box.objects.filter(id=second.id).update(sealed=bytes(len(bytes(second.sealed))))
    stranger = sealing.seal(
        canonical_json({**content(), "cell": str(made.id)}),
        public_key=wave.public_key,
        wave=made.id,
        size=wave.sealed_size,
    )
    Box.objects.create(wave=wave, sealed=stranger)
    run("ALTER TABLE fieldwork_box ENABLE TRIGGER ALL")
    assert refused("fieldwork.box_differs", mix, made) == {"used": 32, "found": 30, "damaged": 2}
    reason = "Mất hai phiếu do hỏng ổ đĩa, biên bản số 3"
    for other in ({"fieldwork.may_still_come": reason}, {"fieldwork.box_differs": " "}):
        refused("fieldwork.box_differs", mix, made, accepting=other)
    wave = mix(made, accepting={"fieldwork.box_differs": reason})
    assert wave.n_mixed == 30
    (line,) = [one for one in lines_about("wave", str(made.id)) if one.verb == "wave.mixed"]
    assert (line.after["damaged"], line.reason) == (2, reason)
    assert line.after["accepted"] == ["fieldwork.box_differs"]


def content():
    return {
        "answers": answers(), "mode": "web", "interviewer": "", "week": "2026-09-07",
        "seconds": None, "ended_at": "",
    }  # fmt: skip


SOUND = {
    "answers": answers(), "mode": "web", "interviewer": "", "week": "2026-09-07", "seconds": 60,
    "ended_at": "2026-09-10T08:00+00:00", "cell": "00000000-0000-0000-0000-000000000001",
}  # fmt: skip
UNREADABLE = [
    b"", b"{", b"[]", b"null", b"[" * 5_000,
    *(
        canonical_json({**SOUND, name: wrong})
        for name, wrong in (
            ("cell", 5), ("cell", "x"), ("answers", []), ("answers", {"q1": 5}), ("answers", {"q1": "\0"}),
            ("mode", "ship"), ("mode", ["web"]), ("interviewer", None), ("interviewer", "x" * 21),
            ("week", "hôm qua"), ("week", None), ("seconds", "60"), ("seconds", True), ("seconds", 1 << 40),
            ("ended_at", "1-01-01T00:00+0000"), ("ended_at", "0001-01-01T00:00"), ("ended_at", 7),
            ("more", 1),
        )
    ),
    canonical_json({name: said for name, said in SOUND.items() if name != "mode"}),
    canonical_json(SOUND).replace(b'"q1":"1"', b'"q1":"\\ud800"'),
]  # fmt: skip


@pytest.mark.parametrize("content", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_is_no_answer_is_unreadable(content):
    assert opened_of(canonical_json(SOUND)).seconds == 60
    with pytest.raises(UnreadableError):
        opened_of(content)


def test_what_opens_and_is_no_answer_counts_as_damaged_and_stops_no_mixing():
    made = ask(take=6)
    send_all(made)
    close(made)
    wave = made.fresh()
    sealed = sealing.seal(
        b'{"ended_at":"1-01-01T00:00+0000"}', public_key=wave.public_key, wave=made.id, size=99
    )
    Box.objects.create(wave=wave, sealed=sealed)
    assert refused("fieldwork.box_differs", mix, made) == {"used": 24, "found": 24, "damaged": 1}
    assert mix(made, accepting={"fieldwork.box_differs": "Một phiếu lạ"}).n_mixed == 24


def test_nothing_is_mixed_before_what_was_given_offline_may_have_come():
    made = ask(take=6)
    send_all(made)
    close(made)
    with clock.at(SYNCS):
        refused("fieldwork.may_still_come", mixing.mix, made.manager, made.id)
        waited = {"fieldwork.may_still_come": "Mọi máy đã gửi"}
        assert mixing.mix(made.manager, made.id, accepting=waited).n_mixed == 24


def test_without_the_key_nothing_is_mixed_and_nothing_lost(tmp_path: Path):
    made = ask(take=6)
    send_all(made)
    close(made)
    with override_settings(KEYS_FOLDER=tmp_path):
        refused("fieldwork.no_key", mix, made)
    assert Box.objects.count() == 24
    assert mix(made).n_mixed == 24


def test_cells_with_too_few_stand_together_and_what_cannot_hide_is_withheld():
    made = ask(take=12, min_cell=5)
    with clock.at(OPEN):
        by_cell = {}
        for one in made.invitations(reserve=False):
            by_cell.setdefault(one.cell.stratum, []).append(made.codes[one.id])
        sent = {"finance@2021/khai-sinh": 7, "finance@2021/dat-dai": 2, "health@2021/khai-sinh": 5}
        for stratum, count in sent.items():
            for at, code in enumerate(by_cell[stratum][:count]):
                intake.submit(code, f"{stratum[:4]}-{at}", answers(at), mode="web", seconds=60)
    close(made)
    wave = mix(made)
    # Two strata are never one: the two answers have nobody to hide among.
    assert (wave.n_mixed, wave.n_withheld) == (12, 2)
    assert Cell.objects.filter(wave=wave, pooled_into__isnull=False).count() == 0


def test_the_key_is_burnt_once_the_mixing_is_committed(django_capture_on_commit_callbacks):
    made = ask(take=6)
    send_all(made)
    close(made)
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        mix(made)
        raise ZeroDivisionError
    assert sealing.key_of(settings.KEYS_FOLDER, made.id) is not None
    assert made.fresh().state == "closed"
    with django_capture_on_commit_callbacks() as waiting:
        mix(made)
    assert len(waiting) == 1
    assert sealing.key_of(settings.KEYS_FOLDER, made.id) is not None
    assert made.id in {wave for wave, _ in sealing.kept_keys(settings.KEYS_FOLDER)}


def test_people_are_forgotten_by_hand_or_when_their_day_has_come(monkeypatch):
    monkeypatch.setattr(closing, "vacuum", lambda *_: None)
    made = ask(take=6, contacts_until=(AFTER + timedelta(days=30)).date())
    send_all(made)
    with clock.at(AFTER):
        refused("fieldwork.move", closing.forget_contacts, made.manager, made.id)
    close(made)
    mix(made)
    with clock.at(AFTER + timedelta(days=30)):
        assert closing.forget_due() == 0
    with clock.at(AFTER + timedelta(days=32)):
        assert closing.forget_due() == 1
        assert closing.forget_due() == 0
        assert closing.forget_contacts(made.manager, made.id) == 0
    assert nobody_is_known()


def nobody_is_known():
    left = Invitation.objects.values_list(
        "name", "phone", "address", "dossier", "reason"
    ).distinct()
    return list(left) == [("", "", "", "", "")]


def test_people_of_a_wave_that_is_never_mixed_are_forgotten_once_nothing_may_come(monkeypatch):
    monkeypatch.setattr(closing, "vacuum", lambda *_: None)
    ask(take=6, contacts_until=OPEN.date())
    with clock.at(SYNCS):
        assert closing.forget_due() == 0
    assert not nobody_is_known()
    with clock.at(AFTER):
        assert closing.forget_due() == 1
    assert nobody_is_known()


def test_who_fills_in_forms_alone_is_on_the_list_and_no_answer_is_deleted():
    made = ask(take=20, in_frame=30, min_cell=5)
    walkers = name_walkers(made)
    people = made.invitations(reserve=False)
    with clock.at(OPEN):
        for at, walks in enumerate(walkers):
            mine = [one.id for one in people[at::3]]
            inviting.assign(made.manager, made.id, interviewer=walks.id, invitations=mine)
    for at, one in enumerate(people):
        name = ("walker", "walker2", "walker3")[at % 3]
        honest = at % 3 != 1
        said = answers(at * 7 + at // 3) if honest else {"q1": "5", "q2": "5", "bribe": "0"}
        ended = OPEN + timedelta(minutes=(37 if honest else 1) * at)
        with clock.at(ended):
            intake.submit_assigned(
                made.actor(name),
                one.id,
                f"d-{at}",
                said,
                seconds=600 if honest else 40,
                ended_at=ended,
            )
    close(made)
    wave = mix(made, recheck=RecheckPlan(share=0.2, people=3))
    assert wave.n_mixed == 80
    with clock.at(AFTER):
        found = rechecks_of(made.manager, made.fresh())
        assert rechecks_of(made.actor("leader"), made.fresh()) == []
    assert found
    assert {one.interviewer for one in found} == {"002"}
    for one in found:
        assert len(one.people) == 3
        assert all(person.assigned.interviewer.code == "002" for person in one.people)
        assert one.recheck.cell is None or {person.cell for person in one.people} == {
            one.recheck.cell
        }
        assert one.signals["answers"] >= 5
    assert Recheck.objects.count() == len(found)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recheck.objects.all().delete()


def test_burning_leaves_alone_what_is_not_mixed():
    made = ask(take=6)
    burning.burn(made.id)
    assert burning.finish_mixing() == 0
    assert sealing.key_of(settings.KEYS_FOLDER, made.id) is not None
