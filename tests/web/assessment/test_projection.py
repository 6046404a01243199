"""From rows to the contract's folder: the web computes what `parindex score` computes, and seals it."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from web.province import CLAIMS, RULEBOOK, START, Province, build, when

from parindex.errors import UnusableInputError
from parindex.publication.verify import verify as verify_bundle
from parindex.scoring.folder import read_folder
from parindex.scoring.run import score_index
from parindex.web.assessment.actions import (
    appraisal,
    claims,
    council,
    ending,
    past,
    phasing,
    rounds,
)
from parindex.web.assessment.actions.rounds import PhasePlan
from parindex.web.assessment.models import Appraiser, Entrusted, ItemLine, Round, ScoreEntry, Sheet
from parindex.web.assessment.queries import calculation
from parindex.web.assessment.queries.reconciling import reconcile
from parindex.web.assessment.queries.sheets import item_page, sheet_for
from parindex.web.assessment.states import Direction, PhaseKind, RoundState
from parindex.web.journal import clock
from parindex.web.journal.models import Entry
from parindex.web.journal.queries import verify
from parindex.web.people import actions as people
from parindex.web.people.permissions import RefusedError
from parindex.web.people.states import Role
from parindex.web.reference.actions import import_rulebook

pytestmark = pytest.mark.django_db
SELF, COUNCIL = PhaseKind.SELF_SCORING, PhaseKind.COUNCIL
APPRAISAL, EXPLANATION = PhaseKind.APPRAISAL, PhaseKind.EXPLANATION
FOUND = {
    "1.1.1": {"option": "late"}, "1.1.2": {"value": "90"}, "1.2.1": {"count": "1"},
    "2.1.1": {"points": "1,25"}, "2.1.2": {"value": "95"},
}  # fmt: skip
# 0.5 + 1.8 + 0.75 + 1.25 + 1 + 3 × 0.8, of 10.
INDEX = Decimal("77.00")


def entries_of(round_: Round) -> list[dict[str, str]]:
    content = calculation.files_of(round_).contents["entries.csv"]
    return list(csv.DictReader(io.StringIO(content.decode())))


def by_the_engine(round_: Round) -> dict[str, tuple[Decimal | None, int | None]]:
    """Index and rank by reading the folder as the command does."""
    folder = read_folder(calculation.files_of(round_))
    run = score_index(folder.round, folder.entries(), problems=folder.problems)
    return {
        group.units[at].id: (group.index(at), group.ranks[at])
        for group in run.groups
        for at in group.in_order()
    }


def appraise(made: Province, *, double: bool) -> None:
    for short, sheet in made.sheets.items():
        for item, fields in FOUND.items():
            body = "home" if item in {"1.1.1", "1.1.2"} else "justice"
            if short == body:
                body = {"home": "justice", "justice": "home"}[body]
            pair = {"home": ["appraiser", "appraiser2"], "justice": ["lawyer", "lawyer2"]}[body]
            for name in pair if double else pair[:1]:
                if (short, item, name) == ("finance", "1.2.1", "lawyer"):
                    continue  # found before
                appraisal.save_finding(
                    made.actor(name), sheet.id, item, fields, reason="Theo hồ sơ", base=0
                )


def survey(made: Province, share: str = "0.8") -> None:
    rows = "".join(f"{short}@2021,2.2.1,{share}\n" for short in made.units)
    content = f"unit,item,share\n{rows}".encode()
    ending.upload_table(made.admin, made.round.id, "findings.csv", content, source="Khảo sát 2025")


def open_(made: Province, kind: PhaseKind, number: int = 1) -> None:
    phasing.open_phase(made.admin, made.phase(kind, number).id)


@pytest.mark.parametrize("double", [False, True])
def test_what_is_shown_is_what_is_computed_and_what_is_sealed(double):
    made = build(double=double)
    round_ = made.round
    with clock.at(when(SELF)):
        open_(made, SELF)
        for item, fields in CLAIMS.items():
            claims.save_claim(made.actor("officer"), made.sheet_id("finance"), item, fields, base=0)
            claims.save_claim(made.actor("rival"), made.sheet_id("health"), item, fields, base=0)
        assert entries_of(round_) == []  # a draft is its unit's own
        claims.sign(made.actor("head"), made.sheet_id("finance"), although_missing=True)
        assert {(one["unit"], one["stage"]) for one in entries_of(round_)} == {
            ("finance@2021", "self")
        }
    with clock.at(when(APPRAISAL)):
        open_(made, APPRAISAL)
        appraisal.save_finding(
            made.actor("lawyer"), made.sheet_id("finance"), "1.2.1", {"count": "1"}, reason="x", base=0
        )  # fmt: skip
        told = {(one["item"], one["stage"]) for one in entries_of(round_) if one["stage"] != "self"}
        # One blind opinion alone is no score.
        assert told == (set() if double else {("1.2.1", "appraised-1")})
        ScoreEntry.objects.get(stage="appraised-1")
    with clock.at(when(APPRAISAL) + timedelta(hours=1)):
        appraise(made, double=double)
        before = calculation.provisional_for(made.admin, round_)
        assert before is not None
        assert not before.complete  # without the survey
        survey(made)
        shown = calculation.provisional_for(made.admin, round_)
        assert shown is not None
        assert shown.complete
        computed = by_the_engine(round_)
        assert {one.unit: (one.index, one.rank) for one in shown.places} == computed
        assert {index for index, _ in computed.values()} == {INDEX}
        seats = ScoreEntry.objects.filter(seat__gt=0).count()
        assert seats == (2 * len(FOUND) * len(made.sheets) if double else 0)
        assert len(entries_of(round_)) == len(FOUND) * len(made.sheets) + 2 * len(CLAIMS)
    with clock.at(when(COUNCIL)):
        for kind, number in ((EXPLANATION, 1), (APPRAISAL, 2), (COUNCIL, 1)):
            open_(made, kind, number)
        one = council.propose_change(
            made.actor("chair"), made.sheet_id("health"), "2.1.1", {"points": "2"}, reason="Nhầm"
        )
        with pytest.raises(RefusedError) as waits:
            ending.approve_round(made.admin, round_.id)
        assert waits.value.code == "refused.changes_wait"
        council.decide_change(made.admin, one.id, approve=True)
        with pytest.raises(RefusedError) as corrected:
            council.decide(
                made.actor("member"), made.sheet_id("health"), "2.1.1", {"points": "0"}, reason="x",
                ballot=council.Ballot(in_favour=5, against=0, abstained=0, minutes="1", held_on=clock.today()),
                base=0,
            )  # fmt: skip
        assert corrected.value.code == "refused.corrected"
        shown = calculation.provisional_for(made.admin, round_)
        digest = ending.approve_round(made.admin, round_.id)
        content = (settings.DATA / "bundles" / f"{round_.id}.zip").read_bytes()
        _, run = verify_bundle(content, file="bundle.zip")
        (group,) = run.groups
        sealed = {group.units[at].id: (group.index(at), group.ranks[at]) for at in group.in_order()}
        assert shown is not None
        assert sealed == {one.unit: (one.index, one.rank) for one in shown.places}
        assert sealed["health@2021"] == (INDEX + Decimal("7.50"), 1)
        assert sealed == by_the_engine(round_)
        assert digest in Entry.objects.get(verb="round.approved").body
    assert list(verify()) == []
    assert list(reconcile()) == []


def test_a_table_that_the_engine_would_refuse_is_refused_at_the_door():
    made = build()
    with clock.at(START), pytest.raises(UnusableInputError) as wrong:
        ending.upload_table(
            made.admin, made.round.id, "facts.csv", b"unit,item,share\nfinance@2021,2.2.1,1\n",
            source="a",
        )  # fmt: skip
    assert {one.code for one in wrong.value.problems}
    assert not made.round.tables.exists()


# ---- upward: one sheet, many hands, a ministry's scores


def _upward(made: Province) -> tuple[Round, Sheet]:
    week = timedelta(days=7)
    rulebook = made.round.groups.get().rulebook
    province = people.save_unit(
        made.admin, made.issuer, "ubnd@2021", name="UBND tỉnh", tier="department",
        group="departments", starts_on=date(2021, 1, 1),
    )  # fmt: skip
    head = people.save_account(made.admin, made.issuer, "tay-ninh.vp", name="Chánh VP", email="")
    made.people["vp"] = head
    people.assign(
        made.admin, head, Role.HEAD, issuer=made.issuer, unit=province, starts_on=date(2025, 1, 1)
    )
    plans = [
        PhasePlan(
            kind=kind, number=1, opens_at=START + at * week, closes_at=START + (at + 1) * week
        )
        for at, kind in enumerate([SELF, APPRAISAL])
    ]
    round_ = rounds.create_round(
        made.admin, made.issuer, slug="2025-len-bo", title="Gửi Bộ", year=2025, index="par-index",
        reference_date=date(2025, 12, 31), groups=[("departments", rulebook)], phases=plans,
        direction=Direction.UPWARD,
    )  # fmt: skip
    (sheet,) = rounds.add_units(made.admin, round_.id, [(province, "departments", True)])
    return round_, sheet


def test_an_upward_round_from_entrusting_to_approval():
    made = build()
    with clock.at(START):
        round_, sheet = _upward(made)
        rounds.entrust(made.admin, sheet.id, "1.1.1", made.units["finance"])
        rounds.entrust(made.admin, sheet.id, "1.1.2", made.units["health"])
    with clock.at(when(SELF)):
        phasing.open_phase(made.admin, round_.phases.get(kind=SELF).id)
        claims.save_claim(made.actor("officer"), sheet.id, "1.1.1", CLAIMS["1.1.1"], base=0)
        claims.save_claim(made.actor("rival"), sheet.id, "1.1.2", CLAIMS["1.1.2"], base=0)
        claims.save_claim(made.actor("vp"), sheet.id, "2.1.1", CLAIMS["2.1.1"], base=0)
        for name, item in (("officer", "1.1.2"), ("rival", "1.2.1"), ("vp", "1.1.1")):
            with pytest.raises(RefusedError):
                claims.save_claim(made.actor(name), sheet.id, item, CLAIMS[item], base=0)
        # What was claimed stays with whoever claimed it, or they could come to appraise it.
        with pytest.raises(RefusedError) as held:
            rounds.entrust(made.admin, sheet.id, "1.1.1", made.units["justice"])
        assert held.value.code == "refused.locked"
        claims.sign(made.actor("vp"), sheet.id, although_missing=True)
    with clock.at(when(APPRAISAL)):
        phasing.open_phase(made.admin, round_.phases.get(kind=APPRAISAL).id)
        for item, fields in FOUND.items():
            ending.transcribe(made.admin, sheet.id, item, fields, document="QĐ 1/QĐ-BNV", base=0)
        with pytest.raises(RefusedError):
            ending.transcribe(
                made.actor("vp"), sheet.id, "1.1.1", {"option": "late"}, document="1", base=1
            )
        content = b"unit,item,share\nubnd@2021,2.2.1,0.8\n"
        ending.upload_table(made.admin, round_.id, "findings.csv", content, source="QĐ 1/QĐ-BNV")
        assert by_the_engine(round_) == {"ubnd@2021": (INDEX, 1)}
        phasing.extend(
            made.admin, round_.phases.get(kind=APPRAISAL).id, sheet=sheet.id,
            until=clock.now() + timedelta(days=90), reason="Chờ văn bản",
        )  # fmt: skip
        ending.approve_round(made.admin, round_.id)
        # More time given before does not outlast the approval.
        with pytest.raises(RefusedError):
            ending.transcribe(
                made.admin, sheet.id, "1.1.1", {"option": "timely"}, document="QĐ 2", base=1
            )
    assert list(verify()) == []
    assert list(reconcile()) == []


# ---- the year after, and the year before


def test_a_round_starts_from_last_years_with_the_units_that_became():
    made = build()
    with clock.at(START):
        rounds.entrust(made.admin, made.sheet_id("home"), "1.1.2", made.units["health"])
    with clock.at(datetime(2026, 11, 1, tzinfo=UTC)):
        ends = date(2026, 3, 1)
        merged = ("finance", "health")
        for short in merged:
            people.save_unit(
                made.admin, made.issuer, f"{short}@2021", name=made.units[short].name,
                tier="department", group="departments", starts_on=date(2021, 1, 1), ends_on=ends,
            )  # fmt: skip
        after = people.save_unit(
            made.admin, made.issuer, "both@2026", name="Sở Tài chính và Y tế", tier="department",
            group="departments", starts_on=ends, predecessors=[made.units[one] for one in merged],
        )  # fmt: skip
        text = RULEBOOK.format(issuer=made.issuer.slug).replace("year: 2025", "year: 2026")
        text = text.replace('"1.1.2"', '"1.1.3"')
        rulebook = import_rulebook(made.admin, made.issuer, text.encode(), file="b.yaml")
        week = timedelta(days=7)
        fresh = rounds.create_round(
            made.admin, made.issuer, slug="2026", title="2026", year=2026, index="par-index",
            reference_date=date(2026, 12, 31), groups=[("departments", rulebook)],
            phases=[
                PhasePlan(kind=kind, number=1, opens_at=clock.now() + at * week, closes_at=clock.now() + (at + 1) * week)
                for at, kind in enumerate([SELF, APPRAISAL])
            ],
        )  # fmt: skip
        rounds.start_from(made.admin, fresh.id, made.round.id)
        rounds.start_from(made.admin, fresh.id, made.round.id)  # a second time adds nothing
        sheets = {one.unit_id: one for one in fresh.sheets.all()}
        assert set(sheets) == {after.id, made.units["home"].id, made.units["justice"].id}
        bodies = Appraiser.objects.filter(round=fresh).values_list("key", "body", "sheet__unit")
        home, justice = made.units["home"].id, made.units["justice"].id
        assert set(bodies) == {
            ("home-affairs", home, None), ("home-affairs", justice, home),
            ("justice", justice, None), ("justice", home, justice),
        }  # fmt: skip
        (lent,) = Entrusted.objects.filter(sheet__round=fresh)
        # Items are found again by id, whatever their code is now.
        assert (lent.sheet.unit_id, lent.item, lent.unit_id) == (home, "1.1.3", after.id)
        # Whoever worked in a unit that was merged has no say in what it became.
        assert after.id in made.actor("officer").own_units
    assert list(verify()) == []


def test_scores_of_a_year_that_was_run_elsewhere():
    made = build()
    rows = [
        "unit,item,stage,numerator,denominator,value,count,option,points,veto,not_applicable,reason",
        "finance@2021,1.1.1,self,,,,,timely,,,,",
        "finance@2021,1.1.1,appraised-1,,,,,late,,,,",
        "finance@2021,1.1.2,appraised-1,,,,,,,,yes,Không có nhiệm vụ",
        "health@2021,2.1.1,council,,,,,,1.5,,,",
        "",
    ]
    content = "\n".join(rows).encode()
    with clock.at(START):
        wrong = content.replace(b"1.5", b"2.5")
        with pytest.raises(UnusableInputError):
            past.import_entries(made.admin, made.round.id, wrong, source="Sổ 2024")
        assert past.import_entries(made.admin, made.round.id, content, source="Sổ 2024") == 4
        told = Entry.objects.filter(verb="score.imported")
        assert told.count() == ScoreEntry.objects.count() == 4
        lines = {(one.sheet.unit.slug, one.item): one for one in ItemLine.objects.all()}
        one = lines["finance@2021", "1.1.1"]
        assert (one.claimed, one.found, one.found_stage) == (1, Decimal("0.5"), "appraised-1")
        assert lines["finance@2021", "1.1.2"].not_applicable
        assert lines["health@2021", "2.1.1"].found_stage == "council"
        with pytest.raises(RefusedError) as twice:
            past.import_entries(made.admin, made.round.id, content, source="Sổ 2024")
        assert twice.value.code == "refused.has_entries"
    with clock.at(when(SELF)):
        open_(made, SELF)
        with pytest.raises(RefusedError) as late:
            past.import_entries(made.admin, made.round.id, content, source="Sổ 2024")
        assert late.value.code == "refused.round_opened"
        opened = sheet_for(made.actor("officer"), made.sheet_id("finance"))
        assert opened is not None
        page = item_page(made.actor("officer"), opened, "1.1.1")
        assert page is not None
        assert page.claim is not None
    assert made.round.state == RoundState.PLANNED
    assert list(verify()) == []
    assert list(reconcile()) == []
