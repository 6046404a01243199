"""Many hands at once, on real connections: nothing is overwritten unseen, nothing comes too late, and
the journal stays one chain.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, local
from typing import Any

import pytest
from django.db import connection
from web.province import Province, build

from parindex.web.assessment.actions import appraisal, claims, council, phasing
from parindex.web.assessment.actions.gate import ConflictError
from parindex.web.assessment.models import Change, ItemLine, Phase, ScoreEntry, Sheet
from parindex.web.assessment.queries.reconciling import reconcile
from parindex.web.assessment.states import PhaseKind, SheetState
from parindex.web.journal import clock
from parindex.web.journal.models import Entry
from parindex.web.journal.queries import verify
from parindex.web.people import actions as people
from parindex.web.people.permissions import RefusedError
from parindex.web.people.states import Scope

PAIRS = 500
WRITERS, ACTIONS = 8, 200
SELF, APPRAISAL, COUNCIL = PhaseKind.SELF_SCORING, PhaseKind.APPRAISAL, PhaseKind.COUNCIL
REFUSALS = (RefusedError, ConflictError)


@pytest.fixture
def province(committed_db) -> Iterator[Province]:
    """A province in the middle of self-scoring by the real clock."""
    yield from _with_connections(lambda: _begun(double=False))


@pytest.fixture
def double(committed_db) -> Iterator[Province]:
    yield from _with_connections(lambda: _begun(double=True))


def _with_connections(make: Callable[[], Province]) -> Iterator[Province]:
    pool = connection.settings_dict["OPTIONS"]["pool"]
    usual = dict(pool)
    connection.close()
    connection.close_pool()
    pool["max_size"] = WRITERS + 4
    try:
        yield make()
    finally:
        connection.close()
        connection.close_pool()
        pool.update(usual)


def _begun(*, double: bool) -> Province:
    made = build(start=datetime.now(UTC) - timedelta(days=3), double=double)
    phasing.open_phase(made.admin, made.phase(SELF).id)
    return made


def together(*calls: Callable[[], Any]) -> list[Any]:
    """All calls at one moment, each on a connection of its own; results or refusals."""
    gate = Barrier(len(calls))

    def one(call: Callable[[], Any]) -> Any:
        gate.wait(60)
        try:
            return call()
        except REFUSALS as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        running = [threads.submit(copy_context().run, one, call) for call in calls]
        return [thread.result(600) for thread in running]


def all_is_well() -> None:
    assert list(verify()) == []
    assert list(reconcile()) == []


def test_of_two_edits_at_once_one_wins_and_the_other_is_told(province):
    sheet = province.sheet_id("finance")
    told, won = [], []
    pair = Barrier(2)

    def writer(name: str, mine: int) -> Callable[[], None]:
        actor = province.actor(name)

        def write() -> None:
            for base in range(PAIRS):
                pair.wait(60)
                fields = {"count": str(base * 2 + mine)}
                try:
                    done = claims.save_claim(actor, sheet, "1.2.1", fields, base=base)
                    won.append((base, done.id, fields))
                except ConflictError as conflict:
                    told.append((base, conflict.version, dict(conflict.theirs.quantity), fields))
                pair.wait(60)

        return write

    together(writer("officer", 0), writer("officer2", 1))
    assert sorted(base for base, _, _ in won) == list(range(PAIRS))
    assert sorted(base for base, *_ in told) == list(range(PAIRS))
    winners = {base: fields for base, _, fields in won}
    for base, version, theirs, mine in told:
        assert version == base + 1
        assert theirs == winners[base] != mine
    kept = ScoreEntry.objects.order_by("version").values_list("version", "quantity")
    assert list(kept) == [(base + 1, winners[base]) for base in range(PAIRS)]
    assert ItemLine.objects.get().claim.version == PAIRS
    all_is_well()


def test_a_write_is_taken_exactly_until_the_deadline(province, monkeypatch):
    """By the database's clock, asked in the writing transaction; ± 2 seconds about the deadline."""
    asked = local()
    usual = clock.written_at

    def noted() -> datetime:
        moment = usual()
        asked.moments = [*getattr(asked, "moments", ()), moment]
        return moment

    monkeypatch.setattr(clock, "written_at", noted)
    deadline = usual() + timedelta(seconds=2)
    Phase.objects.filter(id=province.phase(SELF).id).update(closes_at=deadline)
    found, codes = [], set()

    def writer(name: str, unit: str, item: str, field: str) -> Callable[[], None]:
        actor, sheet = province.actor(name), province.sheet_id(unit)

        def write() -> None:
            base = 0
            while usual() <= deadline + timedelta(seconds=2):
                asked.moments = []
                try:
                    done = claims.save_claim(actor, sheet, item, {field: str(base % 2)}, base=base)
                except RefusedError as error:
                    codes.add(error.code)
                    found.append((asked.moments[0], None))
                else:
                    base += 1
                    found.append((asked.moments[0], done.at))

        return write

    together(
        writer("officer", "finance", "1.2.1", "count"),
        writer("officer2", "finance", "2.1.1", "points"),
        writer("rival", "health", "1.2.1", "count"),
        writer("rival_head", "health", "2.1.1", "points"),
    )
    assert codes == {"refused.closed"}
    for asked_at, written in found:
        assert (written is not None) == (asked_at <= deadline)
        assert written in {None, asked_at}, "not written at the moment that was in time"
    assert any(written is not None for _, written in found)
    assert any(written is None for _, written in found)
    assert not ScoreEntry.objects.filter(at__gt=deadline).exists()
    all_is_well()


def _claiming(
    province: Province, name: str, unit: str, item: str, stop: Event
) -> Callable[[], int]:
    """Somebody who saves again and again, as a form does by itself."""
    actor, sheet = province.actor(name), province.sheet_id(unit)

    def write() -> int:
        seen = ScoreEntry.objects.filter(sheet=sheet, item=item).count()
        saved = 0
        while not stop.is_set():
            try:
                claims.save_claim(actor, sheet, item, {"count": f"{seen % 7}"}, base=seen)
            except RefusedError:
                continue
            seen, saved = seen + 1, saved + 1
        return saved

    return write


def test_nothing_is_written_after_the_close(province):
    phase = province.phase(SELF)
    for _ in range(8):
        stop = Event()

        def close(stop: Event = stop) -> Phase:
            Event().wait(0.3)
            closed = phasing.close_phase(province.admin, phase.id)
            Event().wait(0.1)
            stop.set()
            return closed

        *saved, closed = together(
            _claiming(province, "officer", "finance", "1.2.1", stop),
            _claiming(province, "rival", "health", "1.2.1", stop),
            _claiming(province, "home_officer", "home", "1.2.1", stop),
            close,
        )
        assert sum(saved)
        assert not ScoreEntry.objects.filter(at__gt=closed.closed_at).exists()
        last = Entry.objects.filter(verb="phase.closed").order_by("-seq")[0].seq
        assert not Entry.objects.filter(verb="claim.saved", seq__gt=last).exists()
        Phase.objects.filter(id=phase.id).update(closed_at=None)
    all_is_well()


def test_many_writers_make_one_chain(province):
    before = Entry.objects.count()
    moment = clock.now() + timedelta(days=1)
    names = ["officer", "officer2", "head", "rival", "rival_head", "home_officer", "lawyer"]
    places = {"officer": ("finance", "1.2.1"), "rival": ("health", "1.2.1"),
              "home_officer": ("home", "1.2.1"), "head": ("finance", "2.1.1")}  # fmt: skip

    def writer(name: str) -> Callable[[], int]:
        actor = province.actor(name)

        def write() -> int:
            for at in range(ACTIONS):
                if name in places and at % 5 == 0:
                    unit, item = places[name]
                    fields = {"count": f"{at % 4}"} if item == "1.2.1" else {"points": f"0.{at}"}
                    sheet = province.sheet_id(unit)
                    claims.save_claim(actor, sheet, item, fields, comment=f"{at}", base=at // 5)
                else:
                    people.make_token(actor, f"{at}", scopes=[Scope.READ], expires_at=moment)
            return ACTIONS

        return write

    def admin() -> int:
        actor, phase = province.admin, province.phase(SELF)
        for at in range(ACTIONS):
            if at % 20 == 0:
                sheet = province.sheet_id("finance") if at % 40 else None
                phasing.extend(actor, phase.id, sheet=sheet, until=moment, reason="Bão số 9")
            else:
                people.make_token(actor, f"{at}", scopes=[Scope.READ], expires_at=moment)
        return ACTIONS

    assert together(*map(writer, names), admin) == [ACTIONS] * WRITERS
    made = Entry.objects.filter(seq__gt=before).order_by("seq")
    assert [one.seq for one in made] == list(range(before + 1, before + WRITERS * ACTIONS + 1))
    assert len({one.previous for one in made}) == WRITERS * ACTIONS
    assert [one.at for one in made] == sorted(one.at for one in made)
    all_is_well()


def test_of_two_approvals_one_is_too_late(province):
    for kind, number in ((APPRAISAL, 1), (PhaseKind.EXPLANATION, 1), (APPRAISAL, 2), (COUNCIL, 1)):
        phasing.open_phase(province.admin, province.phase(kind, number).id)
    for unit in ("finance", "health", "justice"):
        for item, fields in (("1.2.1", {"count": "2"}), ("2.1.1", {"points": "1"})):
            change = council.propose_change(
                province.actor("member"), province.sheet_id(unit), item, fields, reason="Nhầm"
            )
            chair, admin = province.actor("chair"), province.admin

            def approve(who: Any, change: Change = change) -> Callable[[], Change]:
                return lambda: council.decide_change(who, change.id, approve=True, why="Đúng")

            found = together(approve(chair), approve(admin))
            assert sorted(type(one).__name__ for one in found) == ["Change", "RefusedError"]
            (error,) = [one for one in found if isinstance(one, RefusedError)]
            assert error.code == "refused.decided"
            entry = ScoreEntry.objects.get(
                stage="corrected", sheet=province.sheet_id(unit), item=item
            )
            change.refresh_from_db()
            assert entry.person_id == change.decided_by_id != change.proposed_by_id
    all_is_well()


@pytest.mark.parametrize("agree", [True, False])
def test_both_seats_at_once_are_two_opinions(double, agree):
    phasing.open_phase(double.admin, double.phase(APPRAISAL).id)
    one, other = double.actor("lawyer"), double.actor("lawyer2")
    for unit in ("finance", "health", "home"):
        sheet = double.sheet_id(unit)
        for item in ("1.2.1", "2.1.1", "2.1.2") if unit != "home" else ("1.1.2",):
            field, first, second = {
                "1.2.1": ("count", "1", "2"), "2.1.1": ("points", "1", "2"),
                "2.1.2": ("value", "95", "60"), "1.1.2": ("value", "90", "80"),
            }[item]  # fmt: skip
            second = first if agree else second

            def find(who: Any, value: str, at: tuple[Any, str, str]) -> Callable[[], ScoreEntry]:
                sheet, item, field = at
                return lambda: appraisal.save_finding(who, sheet, item, {field: value}, base=0)

            at = (sheet, item, field)
            together(find(one, first, at), find(other, second, at))
            kept = ScoreEntry.objects.filter(sheet=sheet, item=item, stage="appraised-1")
            seats = sorted(kept.values_list("seat", flat=True))
            assert seats == ([0, 1, 2] if agree else [1, 2])
            assert len({entry.person_id for entry in kept if entry.seat}) == 2
            line = ItemLine.objects.get(sheet=sheet, item=item)
            assert line.disputed is not agree
            assert (line.found is not None) is agree
    all_is_well()


def test_nothing_is_saved_by_itself_after_the_sheet_was_handed_in(province):
    sheet, stop = province.sheet_id("finance"), Event()
    officer, head = province.actor("officer"), province.actor("head")

    def hand_in_and_back() -> int:
        for _ in range(12):
            Event().wait(0.1)
            claims.hand_in(officer, sheet)
            Event().wait(0.1)
            claims.send_back(head, sheet, reason="Xem lại")
        stop.set()
        return 0

    saved = together(_claiming(province, "officer", "finance", "1.2.1", stop), hand_in_and_back)
    assert saved[0]
    drafting = True
    for verb, body in Entry.objects.order_by("seq").values_list("verb", "body"):
        if verb == "sheet.handed_in":
            drafting = False
        elif verb == "sheet.sent_back":
            drafting = True
        elif verb == "claim.saved":
            assert drafting, json.loads(body)["seq"]
    assert Sheet.objects.get(id=sheet).state == SheetState.DRAFTING
    all_is_well()
