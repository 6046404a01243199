"""A wave in the field: a small form with every kind of question, or a shipped one, and codes."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

import parindex
from parindex.web.fieldwork import codes, sealing
from parindex.web.fieldwork.models import (
    Assigned,
    Box,
    Cell,
    Instrument,
    Interviewer,
    Invitation,
    Kiosk,
    Wave,
)
from parindex.web.fieldwork.states import InvitationState, WaveState
from parindex.web.journal import clock
from parindex.web.people.models import Account, Assignment, Issuer, Unit
from parindex.web.people.states import Role

SHIPPED = Path(parindex.__file__).parent / "instruments" / "template"
FORM = """\
schema: "parindex.questionnaire/1"
id: thu-nghiem
version: 1
status: template
title: {vi: "Phiếu thử", en: "A trial form"}
languages: {vi: "Tiếng Việt", en: "English", rad: "Êđê"}
consent: {vi: "Trả lời là tự nguyện; phiếu không ghi tên.", en: "Taking part is voluntary."}
scales:
  yes_no:
    - {code: "1", label: {vi: "Có", en: "Yes", rad: "Mâo"}}
    - {code: "2", label: {vi: "Không", en: "No"}}
  ways:
    - {code: a, label: {vi: "Loa phát thanh xã", en: "Loudspeakers"}}
    - {code: b, label: {vi: "Họp thôn", en: "Meetings"}}
    - {code: c, label: {vi: "Cách khác", en: "Another way"}}
  satisfied:
    - {code: "1", label: {vi: "Rất không hài lòng", en: "Very dissatisfied"}}
    - {code: "3", label: {vi: "Bình thường", en: "Neutral"}}
    - {code: "5", label: {vi: "Rất hài lòng", en: "Very satisfied"}}
sections:
  - name: general
    label: {vi: "Thông tin chung", en: "General"}
    questions:
      - {name: intro, kind: note, label: {vi: "Xin cho biết đôi điều.", en: "A few things first."}}
      - {name: came, kind: select_one, scale: yes_no, required: yes, label: {vi: "Ông/Bà có đến làm thủ tục không?", en: "Did you come for a procedure?", rad: "Ih mâo hriê mă?"}}
      - {name: age, kind: integer, required: yes, label: {vi: "Tuổi", en: "Age"}, constraint: ". >= 18 and . <= 120", message: {vi: "Người trả lời từ đủ 18 tuổi", en: "Respondents are at least 18"}}
      - {name: ways, kind: select_multiple, scale: ways, label: {vi: "Biết tin qua đâu?", en: "How do you get news?"}}
      - {name: ways_other, kind: text, required: yes, relevant: "selected(${ways}, 'c')", label: {vi: "Ghi cụ thể", en: "Please write"}}
  - name: visit
    label: {vi: "Lần làm thủ tục", en: "The visit"}
    relevant: "${came} = '1'"
    questions:
      - {name: day, kind: date, required: yes, label: {vi: "Ngày đến", en: "Day of the visit"}, hint: {vi: "Nhớ gần đúng là được", en: "As far as you remember"}}
      - {name: hours, kind: decimal, label: {vi: "Chờ mấy giờ?", en: "How many hours did you wait?"}}
      - {name: staff, kind: select_one, scale: satisfied, required: yes, label: {vi: "Thái độ của công chức", en: "Attitude of the staff"}}
  - name: closing
    label: {vi: "Ý kiến khác", en: "Anything else"}
    questions:
      - {name: other, kind: text, label: {vi: "Góp ý để phục vụ tốt hơn", en: "What should be better"}}
"""
# Answers that the form takes.
ANSWERS = {
    "came": "1", "age": "47", "ways": "a c", "ways_other": "Hàng xóm", "day": "2025-10-20",
    "hours": "1.5", "staff": "5", "other": "Cảm ơn",
}  # fmt: skip


@dataclass
class Field:
    """A wave that takes answers."""

    wave: Wave
    cell: Cell
    people: dict[str, Account] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)

    def invite(self, n: int = 1, **more: Any) -> list[tuple[Invitation, str]]:
        """People by name, each with a code."""
        start = Invitation.objects.filter(cell=self.cell).count()
        made = []
        for at in range(start, start + n):
            code = codes.new_code()
            shape = {
                "name": f"Nguyễn Thị {at:03}", "phone": f"09000{at:05}", "state": InvitationState.INVITED,
                "address": f"Thôn {at % 5 + 1}, xã Hòa Bình", **more,
            }  # fmt: skip
            one = Invitation.objects.create(
                wave=self.wave, cell=self.cell, order=at, token_hash=codes.hash_of(code), **shape
            )
            made.append((one, code))
        return made

    def assign(self, invitations: list[Invitation], who: str = "walker") -> None:
        """Give people to an interviewer."""
        walker, _ = Interviewer.objects.get_or_create(
            wave=self.wave, person=self.people[who], defaults={"code": f"ĐTV-{who}"}
        )
        for one in invitations:
            Assigned.objects.create(invitation=one, interviewer=walker)

    def kiosk(self, name: str, **more: Any) -> str:
        """A tablet at a counter; its key."""
        key = codes.new_code()
        Kiosk.objects.create(wave=self.wave, name=name, key_hash=codes.hash_of(key), **more)
        return key

    @property
    def kept(self) -> list[dict[str, Any]]:
        """What the box holds, opened as it would be at the mixing."""
        key = (sealing._path(settings.KEYS_FOLDER, self.wave.id)).read_bytes()
        return [
            json.loads(sealing.open_sealed(bytes(one.sealed), private_key=key, wave=self.wave.id))
            for one in Box.objects.filter(wave=self.wave)
        ]


def in_the_field(form: str = FORM, *, slug: str = "sipas-2025") -> Field:
    """A province, its survey's manager and interviewers, and a wave that is open for a month."""
    issuer, _ = Issuer.objects.get_or_create(
        slug="quang-tri", defaults={"name": "UBND tỉnh Quảng Trị"}
    )
    unit, _ = Unit.objects.get_or_create(
        issuer=issuer, slug="hoa-binh", defaults={"name": "UBND xã Hòa Bình", "tier": "commune"}
    )
    people = {
        short: _person(issuer, short, role)
        for short, role in (("manager", Role.SURVEY_MANAGER), ("walker", Role.INTERVIEWER), ("other", Role.INTERVIEWER))
    }  # fmt: skip
    now = clock.now()
    instrument = Instrument.objects.create(
        issuer=issuer, slug=slug, version=1, title="Phiếu", status="template", digest=slug,
        content=form, person=people["manager"], at=now,
    )  # fmt: skip
    wave = Wave.objects.create(
        issuer=issuer, slug=slug, title="Khảo sát sự hài lòng của người dân năm 2025",
        instrument=instrument, state=WaveState.OPEN, opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=30), syncs_until=now + timedelta(days=37), sealed_size=8_000,
    )  # fmt: skip
    wave.public_key = sealing.make_key(settings.KEYS_FOLDER, wave.id)
    wave.save(update_fields=["public_key"])
    cell = Cell.objects.create(wave=wave, position=1, unit=unit, service="Đăng ký khai sinh")
    return Field(wave=wave, cell=cell, people=people)


def _person(issuer: Issuer, short: str, role: Role) -> Account:
    account, made = Account.objects.get_or_create(
        username=f"{short}.khao-sat", defaults={"name": f"Lê Văn {short.title()}", "issuer": issuer}
    )
    if made:
        Assignment.objects.create(
            person=account, role=role, issuer=issuer, starts_on=clock.today() - timedelta(days=9)
        )
    return account
