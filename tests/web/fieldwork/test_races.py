"""Many hands at once, on real connections: one code is one answer, and no quota overflows.

``PARINDEX_COPIES`` says how many answers are sent five times each (2,000).
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Barrier, Event
from typing import Any

import pytest
import web_setup

web_setup.set_up()

from django.db import connection, transaction  # noqa: E402
from web.fieldwork.surveying import Survey, answers, ask_now  # noqa: E402

from parindex.web.fieldwork.actions import closing, intake, inviting, mixing, waves  # noqa: E402
from parindex.web.fieldwork.actions.gate import hold_wave  # noqa: E402
from parindex.web.fieldwork.models import Box, Invitation, Quota, Reservation, Response  # noqa: E402
from parindex.web.fieldwork.queries.mixed import reconcile  # noqa: E402
from parindex.web.journal.queries import verify  # noqa: E402
from parindex.web.people.permissions import RefusedError  # noqa: E402

COPIES, SENDERS = int(os.environ.get("PARINDEX_COPIES", "2000")), 5


@pytest.fixture
def survey(committed_db) -> Iterator[Callable[[int], Survey]]:
    """What makes an open wave of so many people a cell, by the real clock."""
    pool = connection.settings_dict["OPTIONS"]["pool"]
    usual = dict(pool)
    connection.close()
    connection.close_pool()
    pool["max_size"] = 14
    try:
        yield ask_now
    finally:
        connection.close()
        connection.close_pool()
        pool.update(usual)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """All calls at one moment, each on a connection of its own; results or refusals."""
    gate = Barrier(len(calls))

    def one(call: Callable[[], Any]) -> Any:
        gate.wait(60)
        try:
            return call()
        except RefusedError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        running = [threads.submit(copy_context().run, one, call) for call in calls]
        return [each.result() for each in running]


def test_answers_sent_five_times_at_once_are_kept_once_each(survey):
    made = survey(-(-COPIES // 4))
    sent = list(made.codes.values())[:COPIES]

    def send_all(sender: int) -> Counter:
        # Each in its own order around the same place: the copies of one answer meet.
        order = list(range(COPIES))
        for start in range(0, COPIES, 5):
            order[start : start + 5] = random.sample(
                order[start : start + 5], len(order[start : start + 5])
            )
        told: Counter = Counter()
        for at in order:
            got = intake.submit(sent[at], f"d-{at}", answers(at), mode="web", seconds=60)
            told["again" if got.already else "kept"] += 1
        return told

    told = sum(together(*(lambda at=at: send_all(at) for at in range(SENDERS))), Counter())
    assert told == {"kept": COPIES, "again": COPIES * (SENDERS - 1)}
    assert Box.objects.count() == Invitation.objects.filter(used=True).count() == COPIES


def test_of_different_answers_with_one_code_one_is_kept_and_the_others_are_told(survey):
    made = survey(10)
    for code in list(made.codes.values())[:20]:
        told = together(
            *(lambda at=at: intake.submit(code, f"device-{at}", answers(at), mode="web", seconds=60) for at in range(SENDERS))  # noqa: B023
        )  # fmt: skip
        assert sum(one == "fieldwork.used_code" for one in told) == SENDERS - 1
    assert Box.objects.count() == 20


def test_quotas_hold_while_many_begin_and_send_at_once(survey):
    made = survey(40)
    stratum = "finance@2021/khai-sinh"
    waves.set_quotas(made.manager, made.id, {stratum: 7})
    mine = [made.codes[one.id] for one in made.invitations(cell__stratum=stratum)]
    begun = [
        told
        for start in range(0, 40, 10)
        for told in together(
            *(lambda code=code: intake.start(code) for code in mine[start : start + 10])
        )
    ]
    assert sum(one == "fieldwork.quota_full" for one in begun) == 33
    quota = Quota.objects.get()
    assert (quota.reserved, quota.used) == (7, 0)
    held = set(Reservation.objects.values_list("invitation", flat=True))
    assert len(held) == 7
    # Everybody sends, those without a place too.
    sent = [
        told
        for start in range(0, 40, 10)
        for told in together(
            *(lambda code=code: intake.submit(code, code, answers(), mode="web", seconds=60) for code in mine[start : start + 10])
        )
    ]  # fmt: skip
    assert sum(one == "fieldwork.quota_full" for one in sent) == 33
    quota.refresh_from_db()
    assert (quota.reserved, quota.used) == (0, 7)
    used = set(Invitation.objects.filter(used=True).values_list("id", flat=True))
    assert used == held
    assert Box.objects.count() == 7
    # A further place goes to exactly one.
    waves.set_quotas(made.manager, made.id, {stratum: 8})
    rest = [made.codes[one.id] for one in made.invitations(cell__stratum=stratum, used=False)][:10]
    more = together(
        *(
            lambda code=code: intake.submit(code, code, answers(), mode="web", seconds=60)
            for code in rest
        )
    )
    assert sum(one == "fieldwork.quota_full" for one in more) == 9


def test_a_wave_closed_in_the_midst_keeps_what_was_confirmed_and_nothing_else(survey):
    made = survey(40)
    sent, told = list(made.codes.values()), set[str]()

    def send(start: int) -> int:
        kept = 0
        for code in sent[start::4]:
            try:
                intake.submit(code, code, answers(), mode="web", seconds=60)
            except RefusedError as error:
                told.add(error.code)
            else:
                kept += 1
        return kept

    def close() -> int:
        while Box.objects.count() < 30:
            pass
        closing.close_wave(made.manager, made.id, reason="Đủ phiếu")
        mixing.mix(made.manager, made.id, accepting={"fieldwork.may_still_come": "Mọi máy đã gửi"})
        return 0

    confirmed = sum(together(*(lambda at=at: send(at) for at in range(4)), close))
    assert 30 <= confirmed < len(sent)
    assert told == {"fieldwork.not_open"}
    wave = made.fresh()
    assert Response.objects.count() == wave.n_mixed
    assert wave.n_mixed + wave.n_withheld == confirmed
    assert not Box.objects.exists()
    assert list(verify()) == []
    assert list(reconcile()) == []


def test_an_answer_that_waited_for_the_close_sees_that_the_wave_is_closed(survey):
    made = survey(10)
    code = next(iter(made.codes.values()))

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            )
            return bool(cursor.fetchone()[0])

    def close() -> str:
        with transaction.atomic():
            hold_wave(made.id)
            holds.set()
            while not waits():
                time.sleep(0.01)
            closing.close_wave(made.manager, made.id, reason="Đủ phiếu")
        return "closed"

    def send() -> Any:
        holds.wait(60)
        return intake.submit(code, "d-1", answers(), mode="web", seconds=60)

    holds = Event()
    assert together(close, send) == ["closed", "fieldwork.not_open"]
    assert not Box.objects.exists()
    assert not Invitation.objects.filter(used=True).exists()


def test_no_reserve_steps_in_twice_and_none_is_left_out(survey):
    made = survey(8, reserve=5)
    stratum = "finance@2021/khai-sinh"
    people = made.invitations(cell__stratum=stratum, reserve=False)
    given = together(
        *(
            lambda one=one: inviting.give_up(
                made.manager, one.id, state="refused", reason="Từ chối"
            )
            for one in people
        )
    )
    reserves = [one.reserve.order for one in given if one.reserve is not None]
    assert sorted(reserves) == [1, 2, 3, 4, 5]
    assert sum(one.reserve is None for one in given) == 3
