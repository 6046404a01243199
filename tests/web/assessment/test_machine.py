"""A state machine over the actions: whoever does whatever whenever, no score changes outside of its
time, nothing that was said is lost, and every change has its word in the journal.

What the machine expects is kept beside, in plain values, and never read from the code under test.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from PIL import Image
from web.province import PEOPLE, START, UNITS, Province, build

from parindex.errors import ParindexError
from parindex.web.assessment.actions import (
    appraisal,
    claims,
    council,
    ending,
    evidence,
    exempting,
    explaining,
    phasing,
    rounds,
    workbook,
)
from parindex.web.assessment.actions.council import Ballot
from parindex.web.assessment.actions.gate import ConflictError
from parindex.web.assessment.models import (
    Change,
    Exemption,
    ItemLine,
    Question,
    Revision,
    ScoreEntry,
    Use,
    Vote,
)
from parindex.web.assessment.queries import calculation
from parindex.web.assessment.queries.reconciling import reconcile
from parindex.web.assessment.states import PhaseKind
from parindex.web.journal import actions as pen
from parindex.web.journal import chain, clock
from parindex.web.journal.models import Entry, Head
from parindex.web.journal.queries import verify
from parindex.web.people import actions as people
from parindex.web.people.actor import Actor
from parindex.web.people.models import Assignment, Delegation
from parindex.web.people.permissions import UnknownError
from parindex.web.people.queries import actor_for
from parindex.web.people.states import Role

CI = 500
STEPS = int(os.environ.get("PARINDEX_STEPS", CI))
AT_ONCE = 50
# How many examples begin before the round, in each of its phases, and with all that it needs.
BEGINNINGS = [0.5, 3, 2, 1, 1, 1.5, 1] if STEPS > CI else [0, 3, 2, 1, 1, 2, 1]
WEEK = timedelta(days=7)
KINDS = [
    (PhaseKind.SELF_SCORING, 1), (PhaseKind.APPRAISAL, 1), (PhaseKind.EXPLANATION, 1),
    (PhaseKind.APPRAISAL, 2), (PhaseKind.COUNCIL, 1),
]  # fmt: skip
STAGES = ["self", "appraised-1", "appraised-2", "council", "corrected"]
NA = "not_applicable"
# What may be entered of each item, and the points that the rule gives; None where it is refused.
FIELDS: dict[str, list[tuple[dict[str, str], str | None]]] = {
    "1.1.1": [({"option": "timely"}, "1"), ({"option": "late"}, "0.5"), ({"option": "none"}, "0"),
              ({"option": "soon"}, None)],
    "1.1.2": [({"numerator": "19", "denominator": "20"}, "1.9"), ({"value": "40"}, "0"),
              ({"value": "99,5"}, "1.99"), ({"numerator": "3"}, None)],
    "1.2.1": [({"count": "0"}, "1"), ({"count": "1"}, "0.75"), ({"count": "9"}, "0"),
              ({"count": "0", "veto": "yes"}, "0"), ({"count": "-1"}, None)],
    "2.1.1": [({"points": "1,5"}, "1.5"), ({"points": "2"}, "2"), ({"points": "2.5"}, None)],
    "2.1.2": [({"value": "95"}, "1"), ({"value": "60"}, "0.5"), ({"value": "10"}, "0")],
    "2.2.1": [({"points": "1"}, None)],
}  # fmt: skip
OUT = ({"not_applicable": "yes", "reason": "Không có nhiệm vụ này"}, "0")
CLAIMED = ["1.1.1", "1.1.2", "1.2.1", "2.1.1"]
FOUND = [*CLAIMED, "2.1.2"]
NAMES = ["admin", *PEOPLE, "moved"]
# Who appraises what of whose sheet, as :func:`build` arranges it.
BODY = {"1": "home", "2": "justice"}
# One draw a step, and everything else from it: the choices are even and the steps are cheap.
DICE = st.integers(0, 2**32 - 1).map(random.Random)
REFUSALS = (ParindexError, UnknownError, ConflictError)
TABLES = [
    f"assessment_{name}" for name in (
        "round", "phase", "sheet", "entrusted", "appraiser", "extension", "scoreentry", "itemline",
        "exemption", "question", "answer", "vote", "change", "table", "evidence", "revision",
        "use", "withdrawal", "signedform", "storedfile",
    )
] + [f"people_{name}" for name in ("unit", "succession", "account", "assignment", "delegation", "message")]  # fmt: skip
PRINT = "SELECT " + ", ".join(
    f"(SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {name} t)"
    for name in [*TABLES, "journal_head"]
)


FITTING: dict[PhaseKind | None, list[str]] = {
    None: ["open_phase", "open_phase", "propose", "decide_change", "approve", "extend", "replan"],
    PhaseKind.SELF_SCORING: [
        "claim", "claim", "claim", "fill", "move", "move", "move", "request_exemption",
        "decide_exemption", "show_evidence", "extend", "open_phase",
    ],
    PhaseKind.APPRAISAL: ["find"] * 6 + ["ask", "ask", "open_phase", "extend", "decide_exemption"],
    PhaseKind.EXPLANATION: ["answer"] * 4 + ["show_evidence", "open_phase", "extend"],
    PhaseKind.COUNCIL: ["decide"] * 4 + ["propose"] * 3 + ["decide_change"] * 3 + ["approve"],
}  # fmt: skip
ANYTHING = [
    *sorted({name for names in FITTING.values() for name in names}), "close_phase",
    "set_appraiser", "upload", "transcribe", "lend", "lend", "take_back", "assign", "leave",
    "become", "find", "claim",
]  # fmt: skip


class BrokenError(Exception):
    """What the test throws between a change and its word in the journal."""


def key_of(item: str) -> str:
    """The specialist key by which :func:`build` names the appraising body of an item."""
    return "home" if item in {"1.1.1", "1.1.2"} else "justice"


@dataclass
class Time:
    """A phase as the machine knows it."""

    kind: PhaseKind
    number: int
    opens: datetime
    closes: datetime
    opened: bool = False
    closed: bool = False
    # Sheet or None for all, until when.
    extended: list[tuple[UUID | None, datetime]] = field(default_factory=list)

    @property
    def stage(self) -> str:
        if self.kind is PhaseKind.APPRAISAL:
            return f"appraised-{self.number}"
        return {PhaseKind.SELF_SCORING: "self", PhaseKind.COUNCIL: "council"}.get(self.kind, "")

    def close(self) -> None:
        """Closing ends what was given to all, and not what was given to one."""
        self.closed = True
        self.extended = [one for one in self.extended if one[0] is not None]

    def lets(self, sheet: UUID, at: datetime) -> bool:
        if not self.opened or at < self.opens:
            return False
        usual = not self.closed and at <= self.closes
        return usual or any(who in {None, sheet} and at <= until for who, until in self.extended)


@dataclass
class World:
    """One province and what the machine expects of it."""

    made: Province
    times: list[Time]
    # What was said: sheet, item, stage, seat -> points (or n/a) of each version.
    said: dict[tuple[UUID, str, str, int], list[str]] = field(default_factory=dict)
    approved: bool = False
    # Person -> units worked in; borrower -> lenders; units that are one family.
    worked: dict[str, set[UUID]] = field(default_factory=dict)
    lent: set[tuple[str, str]] = field(default_factory=set)
    family: list[set[UUID]] = field(default_factory=list)

    def owns(self, person: str) -> set[UUID]:
        """The units of a person by the machine's own memory."""
        who, before = {person}, set[str]()
        while who != before:
            before = set(who)
            who |= {lender for lender, borrower in self.lent if borrower in before}
        units = set().union(*(self.worked.get(one, set()) for one in who))
        grown = None
        while grown != units:
            grown = set(units)
            for kin in self.family:
                if kin & units:
                    units |= kin
        return units

    def name_of(self, id_: UUID) -> str:
        return next(name for name, one in self.made.people.items() if one.id == id_)

    def phase(self) -> Time | None:
        found = [one for one in self.times if one.opened and not one.closed]
        return found[-1] if found else None

    def final(self, sheet: UUID, item: str) -> tuple[str, str] | None:
        """The stage and points of what is final of an item; the claim never is."""
        for stage in reversed(STAGES[1:]):
            found = self.said.get((sheet, item, stage, 0))
            if found:
                return stage, found[-1]
        return None


class Acts(RuleBasedStateMachine):
    """The rules; one step is one action."""

    worlds: ClassVar[list[World]] = []
    start: ClassVar["Acts | None"] = None
    picture: ClassVar[bytes] = b""
    steps: ClassVar[Counter[str]] = Counter()
    breaks: ClassVar[list[bool]] = [False]
    # Hypothesis tries the least of all examples first, every time: nothing is done in it.
    idle: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        before = Acts.start
        self.worlds_now = deepcopy(before.worlds_now if before else Acts.worlds)
        self.moment = before.moment if before else START
        self.entries: dict[UUID, tuple[Any, ...]] = dict(before.entries) if before else {}
        self.lines_before, self.digest = _head()
        self.picked = self.worlds_now[0]
        calculation._computed.cache_clear()

    def teardown(self) -> None:
        """Hold everything to the machine's memory, then forget the example."""
        try:
            assert list(verify()) == []
            assert list(reconcile()) == []
            for world in self.worlds_now:
                _results_agree(world)
        finally:
            Acts.idle = False
            Acts.breaks[0] = False
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)
            connection.needs_rollback = False

    # ---- how a step is done, and what must hold after it

    def act(
        self,
        what: str,
        call: Callable[[], Any],
        *,
        lines: int | Callable[[Any], int] = 1,
    ) -> Any:
        """Do one thing; gives its result, or None where it was refused (or broken by the test)."""
        if Acts.idle:
            return None
        Acts.steps[f"tried {what}"] += 1
        before = _print()
        try:
            with clock.at(self.moment):
                result = call()
        except (*REFUSALS, BrokenError) as error:
            if isinstance(error, BrokenError):
                Acts.steps["broken"] += 1
            assert _print() == before, f"{what} was refused and left something"
            return None
        seq, _ = _head()
        if seq == self.lines_before:
            assert _print() == before, f"{what} changed something without a word"
            return None
        Acts.steps[what] += 1
        expected = lines(result) if callable(lines) else lines
        assert seq - self.lines_before == expected, what
        return result

    def check(self) -> None:
        """What holds after every step; nothing can be new where the chain did not grow."""
        if _head() == (self.lines_before, self.digest):
            return
        told = self._new_lines()
        rows = {
            one[0]: one[1:]
            for one in ScoreEntry.objects.values_list(
                "id", "sheet_id", "item", "stage", "seat", "version", "quantity", "points",
                "marker", "note", "reason", "person_id", "acting_for", "at",
            )
        }  # fmt: skip
        for id_, row in self.entries.items():
            assert rows.get(id_) == row, "an earlier opinion changed or is gone"
        fresh = {id_: row for id_, row in rows.items() if id_ not in self.entries}
        self.entries = rows
        for id_, row in fresh.items():
            self._in_its_time(row, told[str(id_)]["verb"])
            said = told[str(id_)]["after"]
            assert said["quantity"] == row[5]
            assert Decimal(said["points"]) == row[6]
        assert not {one for one in told if one not in {str(id_) for id_ in fresh}}
        self._lines_agree()
        assert list(reconcile()) == []

    def _new_lines(self) -> dict[str, Any]:
        """The new part of the chain, link by link; gives what it tells of entries."""
        told = {}
        for one in Entry.objects.filter(seq__gt=self.lines_before).order_by("seq"):
            assert one.seq == self.lines_before + 1
            assert one.previous == self.digest
            assert one.digest == chain.link(one.previous, one.body)
            self.lines_before, self.digest = one.seq, one.digest
            said = json.loads(one.body)
            if said["after"] is not None and "entry" in said["after"]:
                told[said["after"]["entry"]] = said
        assert _head() == (self.lines_before, self.digest)
        return told

    def _in_its_time(self, row: tuple[Any, ...], verb: str) -> None:
        sheet, _, stage, _, _, _, _, _, _, _, person, _, at = row
        world = next(one for one in self.worlds_now if sheet in _sheets(one))
        assert at == self.moment
        if verb == "exemption.granted":
            assert stage == "appraised-1"
            assert not any(one.opened for one in world.times[1:])
        elif stage == "corrected":
            assert all(one.closed for one in world.times if one.kind is PhaseKind.APPRAISAL) or (
                world.times[4].opened
            )
            change = Change.objects.get(sheet=sheet, item=row[1], decided_at=at, approved=True)
            assert change.decided_by_id == person != change.proposed_by_id
            proposer = world.name_of(change.proposed_by_id)
            assert world.made.sheets[_short(world, sheet)].unit_id not in world.owns(proposer)
        else:
            open_ = [one for one in world.times if one.stage == stage and one.lets(sheet, at)]
            assert open_, f"{stage} written at {at}, out of its time"
            assert not world.approved
        if stage != "self":
            unit = world.made.sheets[_short(world, sheet)].unit_id
            assert unit not in world.owns(world.name_of(person)), "somebody judged their own unit"

    def _lines_agree(self) -> None:
        lines = {(one.sheet_id, one.item): one for one in ItemLine.objects.all()}
        entries = {key[:5]: (points, marker) for key, points, marker in _plain(self.entries)}
        for world in self.worlds_now:
            for (sheet, item, stage, seat), versions in world.said.items():
                for at, points in enumerate(versions, start=1):
                    got, marker = entries.pop((sheet, item, stage, seat, at))
                    assert _points(got, marker) == points, (item, stage, points)
            for sheet in _sheets(world):
                for item in FIELDS:
                    line = lines.get((sheet, item))
                    self._line_agrees(world, sheet, item, line)
        assert not entries, "an entry that nobody meant"

    def _line_agrees(self, world: World, sheet: UUID, item: str, line: ItemLine | None) -> None:
        claim = world.said.get((sheet, item, "self", 0), [""])[-1]
        final = world.final(sheet, item)
        if line is None:
            assert not claim
            assert final is None
            return
        assert (line.claim_id is None) == (not claim)
        assert line.claimed == (Decimal(claim) if claim else None)
        if final is None:
            assert line.finding_id is None
            assert line.found is None
            return
        stage, points = final
        assert line.found_stage == stage
        assert line.not_applicable == (points == NA)
        assert line.found == (Decimal(0) if points == NA else Decimal(points))
        found = self.entries[line.finding_id]
        newest = len(world.said[sheet, item, stage, 0])
        assert (found[0], found[1], found[2], found[4]) == (sheet, item, stage, newest)

    # ---- what is drawn

    @rule(dice=DICE)
    def what_fits(self, dice: random.Random) -> None:
        """Somebody does what the phase is for; mostly in time."""
        self.picked = dice.choice(self.worlds_now)
        # The next action that would write its words fails between the change and the words.
        Acts.breaks[0] = Acts.breaks[0] or dice.random() < 0.04
        now = self.picked.phase()
        over = now is None or self.moment > max([now.closes, *(at for _, at in now.extended)])
        kind = None if now is None or (over and dice.random() < 0.6) else now.kind
        getattr(self, dice.choice(FITTING[kind]))(dice)

    @rule(dice=DICE)
    def what_fits_too(self, dice: random.Random) -> None:
        self.what_fits(dice)

    @rule(dice=DICE)
    def anything(self, dice: random.Random) -> None:
        """Somebody does anything at all, in time or not."""
        self.picked = dice.choice(self.worlds_now)
        getattr(self, dice.choice(ANYTHING))(dice)

    def world(self) -> World:
        return self.picked

    def who(self, dice: random.Random, world: World, *likely: str) -> Actor:
        name = dice.choice(likely if dice.random() < 0.85 else NAMES)
        home = world if dice.randint(0, 19) else self.worlds_now[0]
        strong = bool(dice.randint(0, 19))
        with clock.at(self.moment):
            return actor_for(home.made.people[name], on=clock.today(), second_factor=strong)

    def sheet(self, dice: random.Random, world: World, *likely: str) -> UUID:
        found = dice.choice(likely if likely and dice.random() < 0.85 else list(UNITS))
        return world.made.sheets[found].id

    def fields(self, dice: random.Random, item: str) -> tuple[dict[str, str], str | None]:
        return dice.choice([*FIELDS[item]] * 5 + [OUT, ({}, "")])

    def base(self, dice: random.Random, world: World, *key: Any) -> tuple[int, bool]:
        right = len(world.said.get(key, ()))  # type: ignore[call-overload]
        off = dice.choice([0] * 9 + [1])
        return right + off, not off

    # ---- time

    @rule(dice=DICE)
    def time_goes_by(self, dice: random.Random) -> None:
        self.moment += timedelta(minutes=dice.choice([1, 60, 600, 3000]))
        self.what_fits(dice)

    @rule(dice=DICE)
    def a_deadline_comes(self, dice: random.Random) -> None:
        """It is the deadline, or a microsecond from it."""
        now = dice.choice(self.worlds_now).phase()
        if now is not None:
            ends = [now.closes, *(until for _, until in now.extended)]
            at = dice.choice(ends) + timedelta(microseconds=dice.choice([-1, 0, 1]))
            self.moment = max(self.moment, at)
        self.what_fits(dice)

    # ---- running the round

    def open_phase(self, dice: random.Random) -> None:
        at = dice.choice([None, None, None, 0, 1, 2, 3, 4])
        world = self.world()
        if at is None:
            at = next((n for n, one in enumerate(world.times) if not one.opened), 0)
        self._open(world, self.who(dice, world, "admin"), at)

    def _open(self, world: World, actor: Actor, at: int) -> None:
        time, now = world.times[at], world.phase()
        phase = world.made.phase(time.kind, time.number)
        done = self.act(
            "open", lambda: phasing.open_phase(actor, phase.id), lines=1 + (now is not None)
        )
        if done is not None:
            if now is not None:
                now.close()
            time.opened, time.opens = True, min(time.opens, self.moment)
        self.check()

    def close_phase(self, dice: random.Random) -> None:
        at = dice.randint(0, 29)
        world = self.world()
        if at > 4:
            return
        time = world.times[at]
        phase, actor = world.made.phase(time.kind, time.number), self.who(dice, world, "admin")
        if self.act("close", lambda: phasing.close_phase(actor, phase.id)) is not None:
            time.close()
        self.check()

    def extend(self, dice: random.Random) -> None:
        at = dice.randint(0, 4)
        reopen = dice.random() < 0.5
        waives = dice.random() < 0.5
        world = self.world()
        time, actor = world.times[at], self.who(dice, world, "admin")
        phase = world.made.phase(time.kind, time.number)
        sheet = self.sheet(dice, world, "finance") if dice.random() < 0.5 else None
        until = self.moment + timedelta(minutes=dice.choice([-1, 30, 6000, 20000]))
        done = self.act(
            "extend",
            lambda: phasing.extend(
                actor, phase.id, sheet=sheet, until=until, reason="Bão số 9",
                waives_lateness=waives, reopen=reopen,
            ),
        )  # fmt: skip
        if done is not None:
            time.extended.append((sheet, until))
        self.check()

    def replan(self, dice: random.Random) -> None:
        at = dice.randint(0, 4)
        world = self.world()
        time, actor = world.times[at], self.who(dice, world, "admin")
        phase = world.made.phase(time.kind, time.number)
        opens = time.opens + timedelta(hours=dice.choice([-20, 0, 30]))
        closes = time.closes + timedelta(hours=dice.choice([-20, 0, 30]))
        done = self.act(
            "replan",
            lambda: phasing.replan_phase(actor, phase.id, opens_at=opens, closes_at=closes),
        )  # fmt: skip
        if done is not None:
            time.opens, time.closes = opens, closes
        self.check()

    def set_appraiser(self, dice: random.Random) -> None:
        world = self.world()
        actor, body = self.who(dice, world, "admin"), dice.choice(list(UNITS))
        key = dice.choice(["home-affairs", "justice"])
        if dice.random() < 0.5:
            return
        short = dice.choice(list(UNITS))
        self.act(
            "set_appraiser",
            lambda: rounds.set_appraiser(
                actor, world.made.round.id, key, world.made.units[body],
                sheet=world.made.sheets[short],
            ),
        )  # fmt: skip
        self.check()

    def upload(self, dice: random.Random) -> None:
        name = dice.choice(["findings.csv", "facts.csv", "x.csv"])
        world = self.world()
        self._upload(world, self.who(dice, world, "admin"), name)

    def _upload(self, world: World, actor: Actor, name: str) -> None:
        rows = [f"{short}@2021,2.2.1,0.5" for short in UNITS]
        content = "\n".join(["unit,item,share", *rows, ""]).encode()
        self.act(
            "upload",
            lambda: ending.upload_table(actor, world.made.round.id, name, content, source="Bảng 1"),
        )  # fmt: skip
        self.check()

    def approve(self, dice: random.Random) -> None:
        world = self.world()
        actor = self.who(dice, world, "admin")
        if self.act("approve", lambda: ending.approve_round(actor, world.made.round.id)):
            world.approved = True
            for one in world.times:
                one.close()
        self.check()

    # ---- the unit

    def claim(self, dice: random.Random) -> None:
        item = dice.choice([*CLAIMED, *CLAIMED, *FIELDS])
        world = self.world()
        actor = self.who(dice, world, "officer", "officer2", "head", "rival")
        sheet = self.sheet(dice, world, "finance", "finance", "health")
        fields, points = self.fields(dice, item)
        base, right = self.base(dice, world, sheet, item, "self", 0)
        self._claim(world, actor, sheet, item, fields, points, base=base, right=right)

    def _claim(
        self, world: World, actor: Actor, sheet: UUID, item: str,
        fields: dict[str, str], points: str | None, *, base: int, right: bool = True,
    ) -> None:  # fmt: skip
        done = self.act(
            "claim",
            lambda: claims.save_claim(actor, sheet, item, fields, comment=f"{base}", base=base),
        )  # fmt: skip
        if done is not None:
            assert right, "a claim was written over another that was not seen"
            assert points is not None
            assert fields is not OUT[0]
            world.said.setdefault((sheet, item, "self", 0), []).append(points)
        self.check()

    def fill(self, dice: random.Random) -> None:
        world = self.world()
        actor = self.who(dice, world, "officer", "rival")
        sheet = self.sheet(dice, world, "finance", "health")
        rows, points, right = [], {}, True
        for item in dice.sample(CLAIMED, dice.randint(1, 4)):
            fields, points[item] = dice.choice(FIELDS[item])
            base, ok = self.base(dice, world, sheet, item, "self", 0)
            right = right and ok
            plain = {key: value.replace(",", ".") for key, value in fields.items()}
            rows.append(workbook.Row(item=item, fields=plain, note=f"tệp {base}", base=base))
        done = self.act(
            "fill",
            lambda: workbook.fill_from_workbook(actor, sheet, rows, file_name="phieu.xlsx"),
            lines=len(rows) + 1,
        )  # fmt: skip
        if done is not None:
            assert right
            for item, said in points.items():
                assert said is not None
                world.said.setdefault((sheet, item, "self", 0), []).append(said)
        self.check()

    def move(self, dice: random.Random) -> None:
        move = dice.choice(["hand_in", "send_back", "sign", "sign"])
        world = self.world()
        actor = self.who(dice, world, "head", "head", "rival_head", "officer")
        sheet = self.sheet(dice, world, "finance", "finance", "health")
        calls: dict[str, Callable[[], Any]] = {
            "hand_in": lambda: claims.hand_in(actor, sheet),
            "send_back": lambda: claims.send_back(actor, sheet, reason="Thiếu số liệu"),
            "sign": lambda: claims.sign(actor, sheet, although_missing=True),
        }
        self.act(move, calls[move])
        self.check()

    def answer(self, dice: random.Random) -> None:
        item = dice.choice(FOUND)
        accepts = dice.random() < 0.5
        world = self.world()
        asked = list(
            Question.objects.filter(sheet__round=world.made.round).values_list("sheet_id", "item")
        )
        actor = self.who(dice, world, "officer", "head", "rival", "home_officer")
        sheet = self.sheet(dice, world, "finance")
        if asked and dice.random() < 0.5:
            sheet, item = dice.choice(sorted(asked))
        self.act(
            "answer",
            lambda: explaining.answer(actor, sheet, item, accepts=accepts, text="Xem trang 2"),
        )  # fmt: skip
        self.check()

    def request_exemption(self, dice: random.Random) -> None:
        item = dice.choice(CLAIMED)
        world = self.world()
        actor = self.who(dice, world, "officer", "head", "rival")
        sheet = self.sheet(dice, world, "finance", "health")
        self.act(
            "request",
            lambda: exempting.request_exemption(actor, sheet, item, reason="Không có nhiệm vụ"),
        )  # fmt: skip
        self.check()

    def decide_exemption(self, dice: random.Random) -> None:
        grant = dice.random() < 0.5
        world = self.world()
        asked = list(Exemption.objects.filter(sheet__round=world.made.round).order_by("at", "id"))
        actor = self.who(dice, world, "admin")
        one = dice.choice(asked) if asked else None
        id_ = one.id if one is not None else uuid4()
        done = self.act(
            "exempt",
            lambda: exempting.decide_exemption(actor, id_, grant=grant, why="Đúng chức năng"),
        )  # fmt: skip
        if done is not None and grant:
            assert one is not None
            key = (one.sheet_id, one.item, "appraised-1", 0)
            world.said.setdefault(key, []).append(NA)
        self.check()

    def show_evidence(self, dice: random.Random) -> None:
        item = dice.choice([*CLAIMED, *FIELDS])
        what = dice.randint(0, 3)
        world = self.world()
        actor = self.who(dice, world, "officer", "rival")
        sheet = self.sheet(dice, world, "finance", "health")
        uses = list(Use.objects.filter(sheet__round=world.made.round).order_by("at", "id"))
        old = list(Revision.objects.order_by("at", "id"))
        if what == 1 and uses:
            one = dice.choice(uses)
            self.act("withdraw", lambda: evidence.withdraw(actor, one.id, reason="Nhầm"))
        elif what == 2 and old:
            kept = dice.choice(old)
            self.act("use_again", lambda: evidence.use_again(actor, sheet, item, kept.id))
        elif what == 3:
            received = evidence.receive(Acts.picture, name="phieu.png")
            self.act("form", lambda: evidence.attach_signed_form(actor, sheet, received))
        else:
            received = evidence.receive(Acts.picture, name="anh.png")
            self.act("show", lambda: evidence.add_evidence(actor, sheet, item, received))
        self.check()

    # ---- appraisal and council

    def find(self, dice: random.Random) -> None:
        item = dice.choice([*FOUND, *FOUND, *FIELDS])
        why = dice.random() < 0.5
        world = self.world()
        home = key_of(item) == "home"
        actor = self.who(
            dice, world, *(["appraiser", "appraiser2"] if home else ["lawyer", "lawyer2", "moved"])
        )
        sheet = self.sheet(dice, world, "finance", "health")
        fields, points = self.fields(dice, item)
        stage = self._stage(world)
        seat = self._seat(world, actor, sheet, item, stage)
        base, right = self.base(dice, world, sheet, item, stage, seat)
        reason = "Thiếu văn bản" if why else ""
        self._find(world, actor, sheet, item, fields, points, reason, stage, seat, base, right)

    def _stage(self, world: World) -> str:
        opened = [one for one in world.times if one.kind is PhaseKind.APPRAISAL and one.opened]
        return opened[-1].stage if opened else "appraised-1"

    def _seat(self, world: World, actor: Actor, sheet: UUID, item: str, stage: str) -> int:
        if world is self.worlds_now[0]:
            return 0
        taken = {
            row[3]: row[10]
            for row in self.entries.values()
            if row[:3] == (sheet, item, stage) and row[3]
        }
        mine = [seat for seat, person in taken.items() if person == actor.person]
        return mine[0] if mine else 1 if 1 not in taken else 2

    def _find(
        self, world: World, actor: Actor, sheet: UUID, item: str, fields: dict[str, str],
        points: str | None, reason: str, stage: str, seat: int, base: int, right: bool = True,
    ) -> None:  # fmt: skip
        other = world.said.get((sheet, item, stage, 3 - seat), []) if seat else []
        done = self.act(
            "find",
            lambda: appraisal.save_finding(
                actor, sheet, item, fields, reason=reason, comment=f"{base}", base=base
            ),
            lines=1 + bool(other),
        )  # fmt: skip
        if done is not None:
            assert right, "a finding was written over another that was not seen"
            assert points
            assert fields is not OUT[0], "an appraiser took an item out of the scale alone"
            world.said.setdefault((sheet, item, stage, seat), []).append(points)
            before = world.said.get((sheet, item, "self", 0), [""])[-1]
            assert reason or not before or Decimal(points) >= Decimal(before)
            if other and self._same(sheet, item, stage):
                world.said.setdefault((sheet, item, stage, 0), []).append(points)
        self.check()

    def _same(self, sheet: UUID, item: str, stage: str) -> bool:
        """Whether the two blind opinions give the same, markers too."""
        found = ScoreEntry.objects.filter(sheet=sheet, item=item, stage=stage, seat__gt=0)
        latest = {one.seat: (one.points, one.marker) for one in found.order_by("version")}
        return latest[1] == latest[2]

    def ask(self, dice: random.Random) -> None:
        item = dice.choice(FOUND)
        world = self.world()
        actor = self.who(dice, world, "appraiser" if key_of(item) == "home" else "lawyer")
        sheet = self.sheet(dice, world, "finance", "health")
        self.act("ask", lambda: appraisal.ask(actor, sheet, item, text="Số liệu lấy từ đâu?"))
        self.check()

    def decide(self, dice: random.Random) -> None:
        item = dice.choice([*FOUND, *FIELDS])
        votes = dice.randint(3, 9)
        world = self.world()
        actor = self.who(dice, world, "chair", "member", "moved")
        sheet = self.sheet(dice, world, "finance")
        fields, points = self.fields(dice, item)
        base, right = self.base(dice, world, sheet, item, "council", 0)
        ballot = Ballot(
            in_favour=votes, against=4, abstained=0, minutes="01/BB-HĐ", held_on=date(2025, 12, 1),
            chair_decided=dice.random() < 0.5,
        )  # fmt: skip
        done = self.act(
            "decide",
            lambda: council.decide(
                actor, sheet, item, fields, reason="Theo biên bản", ballot=ballot, base=base
            ),
        )  # fmt: skip
        if done is not None:
            assert right
            assert points
            assert fields is not OUT[0]
            assert votes > 4 or (votes == 4 and ballot.chair_decided)
            assert Vote.objects.filter(entry=done, in_favour=votes).exists()
            world.said.setdefault((sheet, item, "council", 0), []).append(points)
        self.check()

    def propose(self, dice: random.Random) -> None:
        item = dice.choice([*FOUND, *FIELDS])
        world = self.world()
        actor = self.who(dice, world, "appraiser", "chair", "admin", "lawyer")
        sheet = self.sheet(dice, world, "finance", "health")
        fields, _ = self.fields(dice, item)
        self.act(
            "propose",
            lambda: council.propose_change(actor, sheet, item, fields, reason="Nhầm số liệu"),
        )  # fmt: skip
        self.check()

    def decide_change(self, dice: random.Random) -> None:
        approve = dice.choice([True, True, False])
        world = self.world()
        asked = list(
            Change.objects.filter(sheet__round=world.made.round).order_by("proposed_at", "id")
        )
        actor = self.who(dice, world, "admin", "chair", "chair")
        one = dice.choice(asked) if asked else None
        id_ = one.id if one is not None else uuid4()
        done = self.act(
            "change",
            lambda: council.decide_change(actor, id_, approve=approve, why="Đồng ý"),
        )  # fmt: skip
        if done is not None and approve:
            assert one is not None
            points = next((p for f, p in FIELDS[one.item] if _normal(f) == dict(one.quantity)), NA)
            assert points is not None
            world.said.setdefault((one.sheet_id, one.item, "corrected", 0), []).append(points)
        self.check()

    def transcribe(self, dice: random.Random) -> None:
        """A ministry's scores have no place in a downward round."""
        item = dice.choice(FOUND)
        world = self.world()
        actor = self.who(dice, world, "admin")
        sheet = self.sheet(dice, world)
        done = self.act(
            "transcribe",
            lambda: ending.transcribe(actor, sheet, item, {"value": "1"}, document="12", base=0),
        )  # fmt: skip
        assert done is None

    # ---- people move and lend

    def lend(self, dice: random.Random) -> None:
        days = dice.choice([0, 3, 60])
        world = self.world()
        name, to = (dice.choice(NAMES) for _ in range(2))
        with clock.at(self.moment):
            actor, today = world.made.actor(name), clock.today()
        rows = list(Assignment.objects.filter(person=actor.person).order_by("id"))
        done = self.act(
            "lend",
            lambda: people.delegate(
                actor, dice.choice(rows).id, world.made.people[to].id,
                starts_on=today, ends_on=today + timedelta(days=days), reason="Đi công tác",
            ),
        )  # fmt: skip
        if done is not None:
            world.lent.add((name, to))
        self.check()

    def take_back(self, dice: random.Random) -> None:
        world = self.world()
        rows = list(Delegation.objects.filter(to__issuer=world.made.issuer).order_by("id"))
        if not rows:
            return
        one = dice.choice(rows)
        with clock.at(self.moment):
            name = world.name_of(one.assignment.person_id)
            actor, today = world.made.actor(name), clock.today()
        self.act("take_back", lambda: people.end_delegation(actor, one.id, on=today))
        self.check()

    def assign(self, dice: random.Random) -> None:
        unit = dice.choice(list(UNITS))
        world = self.world()
        actor, name = self.who(dice, world, "admin"), dice.choice(NAMES)
        role = dice.choice([Role.OFFICER, Role.HEAD, Role.APPRAISER])
        with clock.at(self.moment):
            today = clock.today()
        if dice.randint(0, 3):
            return  # people seldom move
        done = self.act(
            "assign",
            lambda: people.assign(
                actor, world.made.people[name], role, issuer=world.made.issuer,
                unit=world.made.units[unit], starts_on=today,
            ),
        )  # fmt: skip
        if done is not None:
            world.worked.setdefault(name, set()).add(world.made.units[unit].id)
        self.check()

    def leave(self, dice: random.Random) -> None:
        world = self.world()
        rows = list(Assignment.objects.filter(issuer=world.made.issuer).order_by("id"))
        one, actor = dice.choice(rows), self.who(dice, world, "admin")
        if dice.randint(0, 5):
            return
        with clock.at(self.moment):
            today = clock.today()
        self.act("leave", lambda: people.end_assignment(actor, one.id, on=today))
        self.check()

    def become(self, dice: random.Random) -> None:
        one = dice.choice(list(UNITS))
        other = dice.choice(list(UNITS))
        world = self.world()
        actor = self.who(dice, world, "admin")
        before, after = world.made.units[one], world.made.units[other]
        if dice.randint(0, 19) or before.id == after.id:
            return
        done = self.act(
            "become",
            lambda: people.save_unit(
                actor, world.made.issuer, after.slug, name=after.name, tier=after.tier,
                group=after.group, starts_on=after.starts_on, predecessors=[before],
            ),
        )  # fmt: skip
        if done is not None:
            world.family.append({before.id, after.id})
        self.check()

    # ---- what a round does before: the same for every example that begins at a phase

    @classmethod
    def go_on(cls, at: int) -> None:
        """Both rounds go on as rounds do: into phase ``at``, counted from 1, or to the end."""
        one = cls()
        one.savepoint.__exit__(None, None, None)
        one.moment = START + WEEK * (at - 1) + timedelta(hours=1)
        for world in one.worlds_now:
            admin = one._as(world, "admin")
            if at <= len(KINDS):
                one._open(world, admin, at - 1)
            else:
                one._upload(world, admin, "findings.csv")
            if at == 1:
                one._play_self(world)
            if at == 2:
                one._play_appraisal(world)
        one.moment += timedelta(days=1)
        cls.start = one

    def _as(self, world: World, name: str) -> Actor:
        with clock.at(self.moment):
            return world.made.actor(name)

    def _play_self(self, world: World) -> None:
        sheet = world.made.sheets["finance"].id
        for item in CLAIMED:
            fields, points = FIELDS[item][0]
            self._claim(world, self._as(world, "officer"), sheet, item, fields, points, base=0)

    def _play_appraisal(self, world: World) -> None:
        """Everything is found in the one round; a little, by one of two, in the other."""
        double = world is self.worlds_now[1]
        for short in ["finance"] if double else UNITS:
            for item in ["1.1.1", "1.2.1"] if double else FOUND:
                body = key_of(item)
                if short == body:
                    body = {"home": "justice", "justice": "home"}[short]
                actor = self._as(world, {"home": "appraiser", "justice": "lawyer"}[body])
                fields, points = FIELDS[item][1]
                self._find(
                    world, actor, world.made.sheets[short].id, item, fields, points,
                    "Thiếu văn bản", "appraised-1", int(double), 0,
                )  # fmt: skip


# ---- small things


def _sheets(world: World) -> set[UUID]:
    return {one.id for one in world.made.sheets.values()}


def _short(world: World, sheet: UUID) -> str:
    return next(short for short, one in world.made.sheets.items() if one.id == sheet)


def _head() -> tuple[int, str]:
    one = Head.objects.get()
    return one.seq, one.digest


def _print() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(PRINT)
        found: tuple[str, ...] = cursor.fetchone()
    return found


def _plain(entries: dict[UUID, tuple[Any, ...]]) -> Iterator[tuple[tuple[Any, ...], Decimal, str]]:
    for row in entries.values():
        yield row[:5], row[6], row[7]


def _points(points: Decimal, marker: str) -> str:
    if marker == "missing":
        return ""
    return NA if marker == NA else str(points.normalize() + 0)


def _normal(fields: dict[str, str]) -> dict[str, str]:
    return {key: value.replace(",", ".") for key, value in fields.items()}


def _results_agree(world: World) -> None:
    """The calculation finds final what the machine expects, and never a unit's own claim."""
    made = world.made
    assert made.round is not None
    made.round.refresh_from_db()
    _, run, _ = calculation._as_it_stands(made.round)
    (group,) = run.groups
    items = list(FIELDS)
    for at, unit in enumerate(group.units):
        sheet = made.sheets[unit.id.partition("@")[0]].id
        for item, score in zip(items, group.results[at].scores, strict=True):
            final = world.final(sheet, item)
            if item == "2.2.1":
                continue
            if final is None:
                # What has no result yet is left out of a provisional one, never filled by a claim.
                assert score.marker == NA
            elif final[1] == NA:
                assert score.marker == NA
            else:
                assert Decimal(score.points).scaleb(-4) == Decimal(final[1])


def test_no_path_breaks_the_rules(db, monkeypatch):
    write = pen._write

    def breakable(page: list[chain.Note]) -> None:
        if Acts.breaks[0]:
            Acts.breaks[0] = False
            raise BrokenError
        write(page)

    monkeypatch.setattr(pen, "_write", breakable)
    picture = BytesIO()
    Image.new("RGB", (40, 40), "white").save(picture, "PNG")
    Acts.picture = picture.getvalue()
    Acts.worlds = [_world(build()), _world(build("dak-lak", double=True))]
    Acts.steps = Counter()
    Acts.start = None
    for at, share in enumerate(BEGINNINGS):
        if at:
            Acts.go_on(at)
        examples = int(STEPS * share / sum(BEGINNINGS) / AT_ONCE)
        if examples:
            _run(examples)
    if STEPS > CI:
        print(dict(Acts.steps))  # noqa: T201 - the figures of a soak
    # Nearly every step is an action; the others find nothing to act upon.
    assert sum(n for what, n in Acts.steps.items() if what.startswith("tried")) >= STEPS * 0.8
    assert Acts.steps["broken"]
    done = {what for what in Acts.steps if f"tried {what}" in Acts.steps}
    assert len(done) > 12, done


def _run(examples: int) -> None:
    Acts.idle = True
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Acts,
        settings=settings(
            max_examples=examples + 1,
            stateful_step_count=AT_ONCE,
            deadline=None,
            database=None,
            derandomize=STEPS <= CI,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def _world(made: Province) -> World:
    """With somebody who moved from Health to Justice a year and a half ago."""
    with clock.at(START):
        one = people.save_account(
            made.admin, made.issuer, f"{made.issuer.slug}.moved", name="Người moved", email=""
        )
        for unit, role, starts, ends in (
            ("health", Role.OFFICER, date(2023, 1, 1), date(2024, 6, 1)),
            ("justice", Role.APPRAISER, date(2024, 6, 1), None),
        ):
            people.assign(
                made.admin, one, role, issuer=made.issuer, unit=made.units[unit],
                starts_on=starts, ends_on=ends,
            )  # fmt: skip
    made.people["moved"] = one
    worked = {name: {made.units[unit].id} for name, (_, unit) in PEOPLE.items() if unit}
    worked["moved"] = {made.units["health"].id, made.units["justice"].id}
    times = [
        Time(kind, number, START + WEEK * at, START + WEEK * (at + 1))
        for at, (kind, number) in enumerate(KINDS)
    ]
    return World(made=made, times=times, worked=worked)
