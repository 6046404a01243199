"""Fill an empty installation with a province: last year's closed round, and one in appraisal."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Final

from allauth.mfa.models import Authenticator
from django.db import transaction

from parindex.criteria.catalogue import SHIPPED
from parindex.criteria.rules import Source
from parindex.web.assessment.actions import (
    appraisal,
    claims,
    ending,
    evidence,
    past,
    phasing,
    rounds,
)
from parindex.web.assessment.actions.rounds import PhasePlan
from parindex.web.assessment.models import Round, Sheet
from parindex.web.assessment.queries.sheets import open_sheet
from parindex.web.assessment.states import Direction, PhaseKind
from parindex.web.demonstration import figures, surveys
from parindex.web.demonstration.bodies import (
    DEPARTMENTS,
    ENDED,
    ISSUER,
    MERGED_ON,
    NEW_ON,
    communes,
    districts,
)
from parindex.web.demonstration.papers import paper
from parindex.web.demonstration.people_of import PASSWORD, PEOPLE, TOTP_SECRET
from parindex.web.fieldwork.models import Wave
from parindex.web.journal import clock
from parindex.web.people import actions as people
from parindex.web.people.actor import Actor
from parindex.web.people.models import Account, Issuer, Unit
from parindex.web.people.queries import actor_for
from parindex.web.people.states import Role
from parindex.web.reference.actions import import_rulebook
from parindex.web.reference.models import Rulebook

TEMPLATES: Final = SHIPPED / "template" / "par-index"
ILLUSTRATION: Final = "Số liệu minh họa, không phải kết quả thật"
# How many communes have handed in their sheets, and how many have begun; the others have not.
COMMUNES_IN: Final = 6
COMMUNES_AT_WORK: Final = 20
LAST: Final = date(2024, 12, 31)
THIS: Final = date(2025, 12, 31)
_SINCE: Final = date(2020, 1, 1)
_RUNNERS: Final = (Role.ROUND_ADMIN, Role.COUNCIL_CHAIR, Role.COUNCIL_MEMBER, Role.LEADER)


def is_filled() -> bool:
    """Whether the demonstration stands already."""
    return Issuer.objects.filter(slug=ISSUER[0]).exists()


def fill() -> None:
    """Everything through actions, at moments of their own, so that the journal is whole.

    What stands already is left as it is.
    """
    if is_filled():
        return
    now = clock.now()
    # All or nothing: what is interrupted begins anew the next time.
    with transaction.atomic():
        with clock.at(now - timedelta(days=420)):
            filler = _Filler()
            filler.people()
        asked = surveys.last_year(filler.field, filler.alive("districts", LAST), now)
        filler.last_year(now, asked)
        filler.this_year(now)
        surveys.this_year(filler.field, filler.alive("communes", THIS)[::3], now)
        filler.upward(now)


def _moment(day: datetime, days: int, at: time) -> datetime:
    return datetime.combine((day + timedelta(days=days)).date(), at, tzinfo=clock.VIETNAM)


def _opens(day: datetime, days: int) -> datetime:
    return _moment(day, days, time(8, 0))


def _closes(day: datetime, days: int) -> datetime:
    return _moment(day, days, time(17, 0))


class _Filler:
    """The province under construction."""

    def __init__(self) -> None:
        self.chance = Random(2025)  # noqa: S311 - figures of no consequence
        self.units: dict[str, Unit] = {}
        self.accounts: dict[str, Account] = {}
        first = PEOPLE[0]
        self.accounts[first.username] = people.found_issuer(
            *ISSUER,
            administrator=first.username,
            email=f"{first.username}@example.vn",
            password=PASSWORD,
            person_name=first.name,
            on=_SINCE,
        )
        self.issuer = Issuer.objects.get(slug=ISSUER[0])
        self.field = surveys.Field(
            issuer=self.issuer,
            actor=self.actor,
            chance=Random(2024),  # noqa: S311 - answers of no consequence
        )

    def actor(self, username: str) -> Actor:
        """A person as they are at the clock's day."""
        return actor_for(self.accounts[username], on=clock.today(), second_factor=True)

    @property
    def admin(self) -> Actor:
        """Who runs the rounds."""
        return self.actor("quantri")

    def alive(self, group: str, on: date) -> list[Unit]:
        """The units of a group on a day."""
        return [one for one in self.units.values() if one.group == group and _alive(one, on)]

    # ---- bodies and people

    def people(self) -> None:
        """Units with their history, and the ready log-ins."""
        admin = self.admin
        self._unit(admin, "tinh", "Ủy ban nhân dân tỉnh Tây Ninh", "province", "provinces")
        ended = {after: slug for slug, _, after in ENDED}
        for slug, name, _ in ENDED:
            self._unit(admin, slug, name, "department", "departments", ends_on=MERGED_ON)
        for slug, name, _ in DEPARTMENTS:
            before = [self.units[ended[slug]]] if slug in ended else []
            self._unit(admin, slug, name, "department", "departments", predecessors=before)
        for slug, name in districts(date(2025, 6, 30)):
            self._unit(admin, slug, name, "district", "districts", ends_on=NEW_ON)
        for slug, name in communes(NEW_ON):
            self._unit(admin, slug, name, "commune", "communes", starts_on=NEW_ON)
        for one in PEOPLE:
            if one.username not in self.accounts:
                self.accounts[one.username] = people.save_account(
                    admin, self.issuer, one.username, name=one.name,
                    email=f"{one.username}@example.vn", password=PASSWORD,
                )  # fmt: skip
            unit = self.units[one.unit] if one.unit else None
            people.assign(
                admin, self.accounts[one.username], one.role,
                issuer=self.issuer, unit=unit, starts_on=_SINCE,
            )  # fmt: skip
        # The province's own sheet is consolidated by Home Affairs and signed by the leader.
        people.assign(
            admin, self.accounts["quantri"], Role.OFFICER, issuer=self.issuer,
            unit=self.units["tinh"], starts_on=_SINCE,
        )  # fmt: skip
        leader = self.accounts["lanhdao"]
        people.assign(
            admin, leader, Role.HEAD, issuer=self.issuer, unit=self.units["tinh"], starts_on=_SINCE
        )
        for account in self.accounts.values():
            account.must_change_password = False
            account.save()
            Authenticator.objects.get_or_create(
                user=account,
                type=Authenticator.Type.TOTP,
                defaults={"data": {"secret": TOTP_SECRET}},
            )

    def _unit(self, admin: Actor, slug: str, name: str, tier: str, group: str, *,
              starts_on: date | None = None, ends_on: date | None = None,
              predecessors: Iterable[Unit] = ()) -> None:  # fmt: skip
        self.units[slug] = people.save_unit(
            admin, self.issuer, slug, name=name, tier=tier, group=group,
            starts_on=starts_on, ends_on=ends_on, predecessors=predecessors,
        )  # fmt: skip

    def _rulebook(self, path: Path, *, year: int) -> Rulebook:
        """A shipped template; one of another year is told so in its own text."""
        text = path.read_text(encoding="utf-8")
        if f"year: {year}" not in text:
            text = text.replace("year: 2025", f"year: {year}").replace("năm 2025", f"năm {year}")
        return import_rulebook(
            self.admin, self.issuer, text.encode(), file=f"{path.parent.name}-{year}.yaml"
        )

    # ---- last year: brought in from files, and closed

    def last_year(self, now: datetime, asked: Wave) -> None:
        """2024, of departments and of districts, scored elsewhere and approved."""
        day = now - timedelta(days=400)
        with clock.at(day), transaction.atomic():
            sets = [
                ("departments", self._rulebook(TEMPLATES / "department" / "2025.yaml", year=2024)),
                ("districts", self._rulebook(TEMPLATES / "district" / "2024.yaml", year=2024)),
            ]
            round_ = rounds.create_round(
                self.admin, self.issuer, slug="cchc-2024", year=2024, index="par-index",
                title="Chỉ số CCHC năm 2024", reference_date=date(2024, 12, 31),
                groups=sets, phases=_phases(day, n_appraisals=1, length=5),
            )  # fmt: skip
            units = [
                (unit, unit.group, True)
                for unit in self.units.values()
                if unit.group in {"departments", "districts"} and _alive(unit, LAST)
            ]
            sheets = rounds.add_units(self.admin, round_.id, units)
            self._appraisers(round_, sheets, last_year=True)
            self._measures(round_, sheets)
            surveys.feed(self.admin, self.field, asked, round_)
            past.import_entries(self.admin, round_.id, self._entries(sheets), source=ILLUSTRATION)
        for at, phase in enumerate(round_.phases.order_by("position")):
            with clock.at(day + timedelta(days=5 * at + 1)):
                phasing.open_phase(self.admin, phase.id)
        with clock.at(day + timedelta(days=40)):
            ending.approve_round(self.admin, round_.id)

    def _entries(self, sheets: list[Sheet]) -> bytes:
        """Claims and findings of a whole round as entries.csv."""
        stream = io.StringIO()
        columns = ("unit", "item", "stage", "numerator", "denominator", "value", "count", "option",
                   "points")  # fmt: skip
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        for sheet in sheets:
            skill = self.chance.uniform(0.55, 0.95)
            opened = open_sheet(sheet.id)
            assert opened is not None  # noqa: S101 - it was made just now
            for code, (_, item) in opened.items.items():
                if item.source not in {Source.APPRAISAL, Source.EXTERNAL}:
                    continue
                said = figures.claim(item, self.chance, skill=skill)
                key = {"unit": sheet.unit.slug, "item": code}
                if item.source is Source.APPRAISAL:
                    writer.writerow({**key, "stage": "self", **said})
                if self.chance.random() < 0.2:
                    said = figures.lowered(item, said)
                writer.writerow({**key, "stage": "appraised-1", **said})
        return stream.getvalue().encode()

    def _measures(self, round_: Round, sheets: list[Sheet]) -> None:
        """Survey shares and dossier facts of every unit, as tables."""
        findings, facts = ["unit,item,share,se,n"], ["unit,item,numerator,denominator,basis"]
        for sheet in sheets:
            opened = open_sheet(sheet.id)
            assert opened is not None  # noqa: S101 - it was made just now
            for code, (_, item) in opened.items.items():
                if item.source in {Source.SURVEY, Source.INDEX}:
                    share = self.chance.uniform(0.72, 0.96)
                    findings.append(f"{sheet.unit.slug},{code},{share:.4f},0.0150,400")
                elif item.source is Source.DOSSIERS:
                    due = self.chance.randint(800, 9000)
                    done = round(due * self.chance.uniform(0.93, 1))
                    facts.append(f"{sheet.unit.slug},{code},{done},{due},minh họa")
        for name, rows in (("findings.csv", findings), ("facts.csv", facts)):
            if len(rows) > 1:
                content = ("\n".join(rows) + "\n").encode()
                ending.upload_table(self.admin, round_.id, name, content, source=ILLUSTRATION)

    def _appraisers(self, round_: Round, sheets: list[Sheet], *, last_year: bool = False) -> None:
        by_unit = {one.unit.slug: one for one in sheets}
        for slug, _, keys in DEPARTMENTS:
            for key in keys:
                body = "so-tttt" if last_year and key == "information-communications" else slug
                rounds.set_appraiser(self.admin, round_.id, key, self.units[body])
                other = "van-phong-ubnd" if body == "so-noi-vu" else "so-noi-vu"
                if body in by_unit:
                    rounds.set_appraiser(
                        self.admin, round_.id, key, self.units[other], sheet=by_unit[body]
                    )

    # ---- this year: in the middle of the first appraisal

    def this_year(self, now: datetime) -> None:
        """2025, of departments and communes: claims handed in, some appraised."""
        day = now - timedelta(days=45)
        with clock.at(day), transaction.atomic():
            round_ = self._plan_2025(day)
            units = [
                (unit, unit.group, True)
                for unit in self.units.values()
                if unit.group in {"departments", "communes"} and _alive(unit, THIS)
            ]
            sheets = rounds.add_units(self.admin, round_.id, units)
            self._appraisers(round_, sheets)
            self._measures(round_, [one for one in sheets if one.group.name == "departments"])
        phases = list(round_.phases.order_by("position"))
        with clock.at(day + timedelta(days=1)):
            phasing.open_phase(self.admin, phases[0].id)
        self._self_scoring(sheets, day + timedelta(days=20))
        with clock.at(now - timedelta(days=14)):
            phasing.extend(
                self.admin, phases[0].id, sheet=_sheet_of(sheets, "so-xay-dung").id,
                until=_closes(now, -13), reason="Mất điện diện rộng ngày hết hạn, có công văn",
                waives_lateness=True,
            )  # fmt: skip
        with clock.at(now - timedelta(days=12)):
            phasing.open_phase(self.admin, phases[1].id)
        self._appraise(round_, sheets, now)

    def _plan_2025(self, day: datetime) -> Round:
        sets = [
            ("departments", self._rulebook(TEMPLATES / "department" / "2025.yaml", year=2025)),
            ("communes", self._rulebook(TEMPLATES / "commune" / "2025.yaml", year=2025)),
        ]
        spans = ((0, 32), (33, 54), (55, 64), (65, 75), (76, 82))
        kinds = (
            (PhaseKind.SELF_SCORING, 1), (PhaseKind.APPRAISAL, 1), (PhaseKind.EXPLANATION, 1),
            (PhaseKind.APPRAISAL, 2), (PhaseKind.COUNCIL, 1),
        )  # fmt: skip
        return rounds.create_round(
            self.admin, self.issuer, slug="cchc-2025", year=2025, index="par-index",
            title="Chỉ số CCHC năm 2025", reference_date=date(2025, 12, 31), groups=sets,
            previous=Round.objects.get(slug="cchc-2024"),
            phases=[
                PhasePlan(
                    kind=kind, number=number,
                    opens_at=_opens(day, start), closes_at=_closes(day, end),
                    units_see_findings=kind is PhaseKind.EXPLANATION,
                    provisional_for=_RUNNERS if kind is not PhaseKind.SELF_SCORING else (),
                )
                for (kind, number), (start, end) in zip(kinds, spans, strict=True)
            ],
        )  # fmt: skip

    def _self_scoring(self, sheets: list[Sheet], at: datetime) -> None:
        n_communes = 0
        for sheet in sheets:
            slug = sheet.unit.slug
            commune = sheet.group.name == "communes"
            n_communes += commune
            if commune and n_communes > COMMUNES_AT_WORK:
                continue
            complete = not commune or n_communes <= COMMUNES_IN
            if slug in {"so-ngoai-vu", "bch-quan-su"}:
                complete = False
            officer, head = self._hands(sheet.unit)
            with clock.at(at + timedelta(minutes=7 * len(slug))), transaction.atomic():
                self._claim(sheet, officer, part=1.0 if complete else self.chance.uniform(0, 0.3))
                if complete:
                    claims.hand_in(officer, sheet.id)
                    claims.sign(head, sheet.id, although_missing=True)

    def _hands(self, unit: Unit) -> tuple[Actor, Actor]:
        """The officer and the head of a unit: ready log-ins, or people made for it."""
        found = []
        for role, short in ((Role.OFFICER, "cb"), (Role.HEAD, "tt")):
            ready = [one for one in PEOPLE if one.unit == unit.slug and one.role is role]
            username = ready[0].username if ready else f"{short}.{unit.slug.split('@')[0]}"
            if username not in self.accounts:
                words = "Cán bộ đầu mối" if role is Role.OFFICER else "Thủ trưởng"
                account = people.save_account(
                    self.admin, self.issuer, username, name=f"{words} {unit.name}"[:120],
                    email=f"{username}@example.vn",
                )  # fmt: skip
                people.assign(
                    self.admin, account, role, issuer=self.issuer, unit=unit, starts_on=_SINCE
                )
                self.accounts[username] = account
            found.append(self.actor(username))
        return found[0], found[1]

    def _claim(self, sheet: Sheet, officer: Actor, *, part: float) -> None:
        opened = open_sheet(sheet.id)
        assert opened is not None  # noqa: S101 - it was made just now
        skill = self.chance.uniform(0.6, 0.97)
        shown = 0
        for code, (_, item) in opened.items.items():
            if item.source is not Source.APPRAISAL or self.chance.random() > part:
                continue
            claims.save_claim(
                officer, sheet.id, code, figures.claim(item, self.chance, skill=skill),
                comment="Có tài liệu kèm theo." if shown < 4 else "", base=0, written="plain",
            )  # fmt: skip
            if sheet.unit.slug in {"so-tai-chinh", "so-y-te", "so-xay-dung"} and shown < 4:
                self._show(sheet, officer, code)
                shown += 1

    def _show(self, sheet: Sheet, officer: Actor, code: str) -> None:
        name = f"ke-hoach-{sheet.unit.slug}.pdf"
        received = evidence.receive(paper(sheet.unit.slug, code), name=name)
        evidence.add_evidence(
            officer, sheet.id, code, received, title=f"Văn bản chứng minh mục {code} (minh họa)",
            number=f"{self.chance.randint(10, 300)}/BC", issued_on=date(2025, 11, 14),
            pointer="Mục 2, trang 2", page=2,
        )  # fmt: skip

    def _appraise(self, round_: Round, sheets: list[Sheet], now: datetime) -> None:
        """Appraisers have done a part: most as claimed, some less and with a reason."""
        keys = {key: slug for slug, _, all_keys in DEPARTMENTS for key in all_keys}
        of_body = {
            "so-noi-vu": "td.noivu", "so-tu-phap": "td.tuphap", "van-phong-ubnd": "td.vpub",
            "so-khcn": "td.khcn", "so-tai-chinh": "td.taichinh",
        }  # fmt: skip
        del round_
        departments = [one for one in sheets if one.group.name == "departments"]
        for sheet in departments[:9]:
            opened = open_sheet(sheet.id)
            assert opened is not None  # noqa: S101 - it was made just now
            with clock.at(now - timedelta(days=5)), transaction.atomic():
                for code, (_, item) in opened.items.items():
                    body = keys.get(item.appraiser)
                    entry = opened.sheet.entries.filter(item=code, stage="self").last()
                    if (
                        item.source is not Source.APPRAISAL
                        or entry is None
                        or body is None
                        or body == sheet.unit.slug
                        or self.chance.random() < 0.45
                    ):
                        continue
                    self._find(sheet, code, self.actor(of_body[body]), dict(entry.quantity))

    def _find(self, sheet: Sheet, code: str, appraiser: Actor, said: dict[str, str]) -> None:
        opened = open_sheet(sheet.id)
        assert opened is not None  # noqa: S101 - it was made just now
        _, item = opened.items[code]
        reason = ""
        if self.chance.random() < 0.2:
            said = figures.lowered(item, said)
            reason = "Tài liệu kiểm chứng chưa thể hiện đủ số liệu đã kê khai"
        appraisal.save_finding(
            appraiser, sheet.id, code, said, reason=reason, base=0, written="plain"
        )
        if reason and self.chance.random() < 0.5:
            appraisal.ask(
                appraiser, sheet.id, code, text="Đề nghị bổ sung danh mục nhiệm vụ đã hoàn thành."
            )

    # ---- upward: the province's own sheet for the Ministry

    def upward(self, now: datetime) -> None:
        """One sheet of the province, its items entrusted to the departments of their field."""
        day = now - timedelta(days=10)
        with clock.at(day), transaction.atomic():
            rulebook = self._rulebook(TEMPLATES / "province" / "2025.yaml", year=2025)
            round_ = rounds.create_round(
                self.admin, self.issuer, slug="bo-noi-vu-2025", year=2025, index="par-index",
                title="Phiếu của tỉnh gửi Bộ Nội vụ năm 2025", reference_date=date(2025, 12, 31),
                direction=Direction.UPWARD, groups=[("provinces", rulebook)],
                phases=_phases(day, n_appraisals=1, length=30),
            )  # fmt: skip
            (sheet,) = rounds.add_units(
                self.admin, round_.id, [(self.units["tinh"], "provinces", True)]
            )
            keys = {key: slug for slug, _, all_keys in DEPARTMENTS for key in all_keys}
            opened = open_sheet(sheet.id)
            assert opened is not None  # noqa: S101 - it was made just now
            for code, (_, item) in opened.items.items():
                if item.source is Source.APPRAISAL:
                    body = self.units[keys.get(item.appraiser, "so-noi-vu")]
                    rounds.entrust(self.admin, sheet.id, code, body)
        with clock.at(day + timedelta(days=1)):
            phasing.open_phase(self.admin, round_.phases.order_by("position")[0].id)


def _phases(day: datetime, *, n_appraisals: int, length: int) -> list[PhasePlan]:
    kinds = [(PhaseKind.SELF_SCORING, 1)]
    kinds += [(PhaseKind.APPRAISAL, number) for number in range(1, n_appraisals + 1)]
    kinds.append((PhaseKind.COUNCIL, 1))
    return [
        PhasePlan(
            kind=kind, number=number, opens_at=_opens(day, at * length),
            closes_at=_closes(day, (at + 1) * length - 1), provisional_for=_RUNNERS,
        )
        for at, (kind, number) in enumerate(kinds)
    ]  # fmt: skip


def _alive(unit: Unit, day: date) -> bool:
    return (unit.starts_on is None or unit.starts_on <= day) and (
        unit.ends_on is None or unit.ends_on > day
    )


def _sheet_of(sheets: list[Sheet], slug: str) -> Sheet:
    return next(one for one in sheets if one.unit.slug == slug)
