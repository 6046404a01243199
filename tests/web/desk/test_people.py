"""People at the desk: accounts, roles, sessions, the import with its preview, delegations, keys."""

import io
from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from web.desk.login import log_in
from web.province import build, when
from workbooks.filled import Filled, people_content
from workbooks.hostile_books import hostile_books

from parindex.web.assessment.states import PhaseKind
from parindex.web.journal import clock
from parindex.web.journal.queries import lines_of_issuer
from parindex.web.people import actions, importing
from parindex.web.people.models import Account, Assignment, Delegation, Message, Token, Unit
from parindex.web.people.states import ROLE_WORDS, Role
from parindex.workbooks.people_book import write_people
from parindex.workbooks.people_reading import AssignmentRow, PersonRow, UnitRow

pytestmark = pytest.mark.django_db
ROLES = {str(role): words for role, words in ROLE_WORDS.items()}
PAGES = ("people", "person_new", "people_import", "people_export", "people_template", "units")


@pytest.fixture
def province():
    made = build()
    with clock.at(when(PhaseKind.SELF_SCORING)):
        yield made


def enter(client, province, name):
    log_in(client, province.people[name], second_factor=True)
    return client


def verbs(province, n=1):
    return [one.verb for one in lines_of_issuer(province.issuer.slug, limit=n)]


def test_an_administrator_sees_the_pages_and_nobody_else(client, province):
    enter(client, province, "admin")
    person = reverse("person", args=[province.people["officer"].id])
    for address in (*(reverse(name) for name in PAGES), person):
        assert client.get(address).status_code == 200, address
    for name in ("officer", "observer", "chair", "appraiser", "leader"):
        client.logout()
        enter(client, province, name)
        for address in (*(reverse(page) for page in PAGES), person):
            assert client.get(address).status_code == 403, (name, address)


def test_an_account_of_another_issuer_is_not_there(client, province):
    other = build("dak-lak")
    enter(client, other, "admin")
    one = province.people["officer"]
    assignment = one.assignments.get()
    assert client.get(reverse("person", args=[one.id])).status_code == 404
    posts = [
        ("person_change", [one.id], {"name": "x", "email": "x@x.vn"}),
        ("person_assign", [one.id], {"role": "leader", "starts_on": "2025-11-01"}),
        ("person_end_assignment", [one.id, assignment.id], {}),
        ("person_end_sessions", [one.id], {}),
        ("person_password_link", [one.id], {}),
        ("person_close", [one.id], {"reason": "x"}),
    ]
    for name, args, data in posts:
        assert client.post(reverse(name, args=args), data).status_code == 404, name
    client.logout()
    enter(client, province, "observer")
    for name, args, data in posts:
        assert client.post(reverse(name, args=args), data).status_code == 403, name
    page = enter(client, other, "admin").get(reverse("people")).content.decode()
    assert "tay-ninh" not in page
    assert not mail.outbox


def test_the_list_is_found_by_name_unit_and_role_with_a_fixed_number_of_queries(
    client, province, django_assert_max_num_queries
):
    enter(client, province, "admin")
    with django_assert_max_num_queries(26):
        page = client.get(reverse("people") + "?q=nguoi+officer").content.decode()
    assert "tay-ninh.officer2" in page
    assert "tay-ninh.rival_head" not in page
    page = client.get(reverse("people") + "?q=so+y+te&role=head").content.decode()
    assert "tay-ninh.rival_head" in page
    assert "tay-ninh.head@" not in page


def test_an_account_is_added_given_a_role_and_mailed_its_link(client, province):
    enter(client, province, "admin")
    data = {"username": "le.van.an", "name": "Lê Văn An", "email": "an@tayninh.gov.vn"}
    assert client.post(reverse("person_new"), data).status_code == 302
    made = Account.objects.get(username="le.van.an")
    assert not made.has_usable_password()
    assert client.post(reverse("person_new"), data | {"name": "Khác"}).status_code == 422
    made.refresh_from_db()
    assert made.name == "Lê Văn An"
    assign = reverse("person_assign", args=[made.id])
    assert client.post(assign, {"role": "officer", "starts_on": "2025-11-01"}).status_code == 422
    role = {
        "role": "officer",
        "unit": str(province.units["health"].id),
        "starts_on": "2025-11-01",
        "last_on": "31/12/2025",
    }
    assert client.post(assign, role).status_code == 302
    one = Assignment.objects.get(person=made)
    assert (one.starts_on, one.ends_on) == (date(2025, 11, 1), date(2026, 1, 1))
    assert verbs(province, 2) == ["assignment.made", "account.saved"]
    client.post(reverse("person_password_link", args=[made.id]))
    assert mail.outbox[0].to == ["an@tayninh.gov.vn"]
    assert verbs(province) == ["account.link_sent"]
    link = next(word for word in mail.outbox[0].body.split() if "/accounts/" in word)
    client.logout()
    answer = client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    assert answer.status_code == 200
    form = {"password1": "cải-cách-hành-chính-2026", "password2": "cải-cách-hành-chính-2026"}
    client.post(answer.request["PATH_INFO"], form)
    made.refresh_from_db()
    assert made.check_password("cải-cách-hành-chính-2026")


def test_a_role_is_ended_after_a_day_but_never_ones_own_administration(client, province):
    enter(client, province, "admin")
    one = province.people["officer"].assignments.get()
    client.post(
        reverse("person_end_assignment", args=[one.person_id, one.id]),
        {"last_on": "2025-12-31", "reason": "chuyển"},
    )
    one.refresh_from_db()
    assert one.ends_on == date(2026, 1, 1)
    mine = province.people["admin"].assignments.get()
    answer = client.post(reverse("person_end_assignment", args=[mine.person_id, mine.id]), {})
    assert answer.status_code == 403


def test_closing_an_account_ends_its_sessions_and_keys_and_needs_a_reason(client, province):
    from django.test import Client

    theirs = enter(Client(), province, "officer")
    assert theirs.get("/desk/rounds/").status_code == 200
    enter(client, province, "admin")
    one = province.people["officer"]
    address = reverse("person_close", args=[one.id])
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "nghỉ hưu"}).status_code == 302
    assert theirs.get("/desk/rounds/").status_code == 302
    assert verbs(province) == ["account.closed"]
    client.post(address, {"reason": "quay lại"})
    one.refresh_from_db()
    assert one.is_active
    assert (
        client.post(
            reverse("person_close", args=[province.people["admin"].id]), {"reason": "x"}
        ).status_code
        == 403
    )


def test_sessions_are_listed_and_ended(client, province):
    from django.test import Client

    theirs = enter(Client(), province, "officer")
    theirs.get("/desk/rounds/", HTTP_USER_AGENT="Trình duyệt thử")
    enter(client, province, "admin")
    one = province.people["officer"]
    assert "Trình duyệt thử" in client.get(reverse("person", args=[one.id])).content.decode()
    client.post(reverse("person_end_sessions", args=[one.id]))
    assert theirs.get("/desk/rounds/").status_code == 302
    assert verbs(province) == ["account.sessions_ended"]


# ---- the import


def book(units=(), people=(), assignments=()):
    stream = io.BytesIO()
    write_people(units, people, assignments, stream, roles=ROLES, made_on=date(2025, 11, 4))
    return stream.getvalue()


def upload(client, content, name="nguoi-dung.xlsx"):
    return client.post(
        reverse("people_import"), {"file": SimpleUploadedFile(name, content)}, follow=True
    )


CONTENT = {
    "units": [
        UnitRow(id="health@2021", name="Sở Y tế tỉnh", tier="department", group="departments", start_on=date(2021, 1, 1)),
        UnitRow(id="so-moi@2025", name="Sở Mới", tier="department", group="departments", parent="", start_on=date(2025, 3, 1), predecessors=("justice@2021",)),
        UnitRow(id="home@2021", name="Sở Nội vụ", tier="department", group="departments", start_on=date(2021, 1, 1)),
    ],
    "people": [
        PersonRow(account="Tran.Thi.Binh", name="Trần Thị Bình", email="binh@tayninh.gov.vn"),
        PersonRow(account="tay-ninh.officer", name="Người officer", email="moi@tayninh.gov.vn"),
    ],
    "assignments": [
        AssignmentRow(account="tran.thi.binh", role="head", unit="so-moi@2025", start_on=date(2025, 11, 1)),
        AssignmentRow(account="tay-ninh.officer", role="officer", unit="finance@2021", start_on=date(2025, 1, 1), last_on=date(2025, 12, 31)),
        AssignmentRow(account="tay-ninh.head", role="head", unit="finance@2021"),
    ],
}  # fmt: skip


def plan_of(answer):
    text = answer.content.decode()
    return text.split('name="plan" value="')[1].split('"')[0]


def test_the_preview_says_exactly_what_changes_and_writes_nothing(client, province):
    enter(client, province, "admin")
    before = lines_of_issuer(province.issuer.slug, limit=1)[0].seq
    answer = upload(client, book(**CONTENT))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("1 mới, 1 thay đổi, 1 giữ nguyên") == 2  # units; assignments
    assert "1 mới, 1 thay đổi, 0 giữ nguyên" in page
    for said in (
        "Sở Y tế tỉnh",
        "<del>Sở Y tế</del>",
        "Trần Thị Bình (tran.thi.binh)",
        "<del>officer@tay-ninh.example</del> → moi@tayninh.gov.vn",
        "Ghi 6 thay đổi",
        "justice@2021",
        "31/12/2025",
    ):
        assert said in page, said
    assert lines_of_issuer(province.issuer.slug, limit=1)[0].seq == before
    assert not Account.objects.filter(username="tran.thi.binh").exists()


def test_confirmed_the_import_is_applied_whole_and_journalled(client, province):
    enter(client, province, "admin")
    plan = plan_of(upload(client, book(**CONTENT)))
    assert client.post(reverse("people_import_preview"), {"plan": plan}).status_code == 302
    made = Account.objects.get(username="tran.thi.binh")
    assert made.assignments.get().unit.slug == "so-moi@2025"
    assert Unit.objects.get(slug="health@2021").name == "Sở Y tế tỉnh"
    assert province.people["officer"].assignments.get().ends_on == date(2026, 1, 1)
    assert Unit.objects.get(slug="so-moi@2025").predecessions.get().before.slug == "justice@2021"
    assert verbs(province, 7)[0] == "people.imported"
    assert len(set(verbs(province, 7)) - {"people.imported"}) == 4
    again = upload(client, book(**CONTENT)).content.decode()
    assert "Không có gì thay đổi" in again
    assert 'name="plan"' not in again


def test_what_changed_meanwhile_is_shown_again_before_anything_is_written(client, province):
    enter(client, province, "admin")
    plan = plan_of(upload(client, book(**CONTENT)))
    actions.save_unit(
        province.admin,
        province.issuer,
        "health@2021",
        name="Sở Y tế Tây Ninh",
        tier="department",
        group="departments",
        starts_on=date(2021, 1, 1),
    )
    answer = client.post(reverse("people_import_preview"), {"plan": plan})
    assert answer.status_code == 409
    assert "Sở Y tế Tây Ninh" in answer.content.decode()
    assert not Account.objects.filter(username="tran.thi.binh").exists()


def test_problems_are_told_with_their_cells_and_nothing_can_be_written(client, province):
    build("dak-lak")
    enter(client, province, "admin")
    content = book(
        units=[UnitRow(id="a@2025", name="A", tier="department", parent="khong-co")],
        people=[PersonRow(account="dak-lak.officer", name="Kẻ lạ", email="la@x.vn")],
        assignments=[
            AssignmentRow(account="ai.do", role="leader"),
            AssignmentRow(account="tay-ninh.officer", role="officer", unit="nowhere"),
            AssignmentRow(account="tay-ninh.officer", role="leader", round="1999"),
            AssignmentRow(account="dak-lak.officer", role="leader"),
        ],
    )
    answer = upload(client, content)
    page = answer.content.decode()
    assert answer.status_code == 422
    for said in (
        "Đơn vị, ô E2",
        "khong-co",
        "đã có người dùng",
        "ô A2",
        "“ai.do”",
        "ô C3",
        "ô D4",
        "“1999”",
        "ô A5",
    ):
        assert said in page, said
    assert "Người officer dak-lak" not in page
    assert 'name="plan"' not in page
    assert client.post(reverse("people_import_preview"), {"plan": ""}).status_code == 422
    assert client.get(reverse("people_import_marked")).content[:2] == b"PK"
    assert not Unit.objects.filter(slug="a@2025").exists()


def test_units_that_lead_back_to_themselves_are_a_problem(client, province):
    enter(client, province, "admin")
    units = [
        UnitRow(id="a@2025", name="A", tier="department", parent="b@2025"),
        UnitRow(id="b@2025", name="B", tier="department", parent="a@2025"),
    ]
    assert upload(client, book(units=units)).status_code == 422


def test_hostile_workbooks_give_a_message(client, province):
    enter(client, province, "admin")
    for name, content in [("empty", b""), ("text", b"x"), *hostile_books()]:
        assert upload(client, content).status_code == 422, name
    assert not Account.objects.filter(name="x").exists()


def test_what_was_uploaded_is_its_uploaders_alone(client, province):
    enter(client, province, "admin")
    upload(client, book(**CONTENT))
    client.logout()
    enter(client, build("dak-lak"), "admin")
    assert client.get(reverse("people_import_preview")).status_code == 302
    assert client.post(reverse("people_import_preview"), {"plan": "x"}).status_code == 302


def test_the_export_comes_back_as_no_change(client, province):
    enter(client, province, "admin")
    content = client.get(reverse("people_export")).content
    plan = importing.plan_import(
        province.admin, province.issuer, content, file="x.xlsx", rounds={"2025": province.round.id}
    )
    assert not plan.problems
    assert not plan.n_changes
    assert len(plan.lines) == 4 + 16 + 16
    assert Filled(people_content())
    assert client.get(reverse("people_template")).content[:2] == b"PK"


# ---- one's own


def test_a_right_is_lent_and_taken_back(client, province):
    enter(client, province, "officer")
    mine = province.people["officer"].assignments.get()
    data = {
        "assignment": str(mine.id),
        "to": str(province.people["officer2"].id),
        "starts_on": "2025-11-04",
        "ends_on": "2025-11-20",
        "reason": "đi công tác",
    }
    assert client.post(reverse("delegations"), data | {"ends_on": "2025-11-01"}).status_code == 422
    other = province.people["head"].assignments.get()
    assert (
        client.post(reverse("delegations"), data | {"assignment": str(other.id)}).status_code == 422
    )
    stranger = build("dak-lak").people["officer"]
    assert client.post(reverse("delegations"), data | {"to": str(stranger.id)}).status_code == 422
    assert client.post(reverse("delegations"), data).status_code == 302
    one = Delegation.objects.get()
    assert verbs(province) == ["assignment.delegated"]
    client.logout()
    enter(client, province, "rival")
    assert client.post(reverse("delegation_end", args=[one.id])).status_code == 404
    client.logout()
    enter(client, province, "officer")
    assert client.post(reverse("delegation_end", args=[one.id])).status_code == 302
    one.refresh_from_db()
    assert one.ends_on < date(2025, 11, 20)


def test_a_key_is_shown_once(client, province):
    enter(client, province, "officer")
    data = {"name": "nạp số liệu", "scopes": ["read"], "last_on": "2026-01-31"}
    page = client.post(reverse("tokens"), data).content.decode()
    one = Token.objects.get()
    secret = page.split('<code id="secret">')[1].split("<")[0]
    assert actions.token_digest(secret) == one.digest
    assert secret not in client.get(reverse("tokens")).content.decode()
    assert client.post(reverse("tokens"), data | {"last_on": "2027-12-31"}).status_code == 422
    client.logout()
    enter(client, province, "rival")
    assert client.post(reverse("token_end", args=[one.id])).status_code == 404
    client.logout()
    enter(client, province, "officer")
    client.post(reverse("token_end", args=[one.id]))
    one.refresh_from_db()
    assert one.ended_at is not None


# ---- letters


def test_unread_messages_go_out_as_one_letter_a_person_once(province):
    people = [province.people["officer"], province.people["head"]]
    for n in range(3):
        actions.tell(
            people, province.issuer.slug, words=f"Việc {n}\nthêm", path="/desk/", key=f"k{n}"
        )
    actions.mark_read(province.actor("head"))
    assert actions.mail_unread() == 1
    assert mail.outbox[0].to == ["officer@tay-ninh.example"]
    assert "3 thông báo chưa đọc" in mail.outbox[0].subject
    assert "Việc 2" in mail.outbox[0].body
    assert actions.mail_unread() == 0
    actions.tell(people[:1], province.issuer.slug, words="Một\nviệc", path="/desk/", key="x")
    assert actions.mail_unread() == 1
    assert "\n" not in mail.outbox[1].subject


def test_a_mail_server_that_refuses_is_tried_again(province, monkeypatch):
    from parindex.web.people import mailing

    def refuse(account, messages):
        raise ConnectionRefusedError

    actions.tell(
        [province.people["officer"]], province.issuer.slug, words="Việc", path="/desk/", key="k"
    )
    monkeypatch.setattr(mailing, "digest", refuse)
    assert actions.mail_unread() == 0
    assert Message.objects.filter(mailed_at=None).count() == 1


def test_people_are_reminded_three_days_and_one_day_before_and_when_late(province):
    from parindex.web.assessment.actions import phasing, reminding

    phasing.open_phase(province.admin, province.phase(PhaseKind.SELF_SCORING).id)
    Message.objects.all().delete()
    closes = province.phase(PhaseKind.SELF_SCORING).closes_at
    for days, expected in ((5, 0), (3, 1), (2, 1), (1, 2), (0, 2), (-1, 3), (-2, 3)):
        with clock.at(closes - timedelta(days=days) + timedelta(minutes=1 if days < 0 else 0)):
            reminding.remind()
            reminding.remind()
        mine = Message.objects.filter(person=province.people["officer"])
        assert mine.count() == expected, days
    words = [
        one.words
        for one in Message.objects.filter(person=province.people["officer"]).order_by("at")
    ]
    assert "còn 4 mục chưa tự chấm điểm" in words[0]
    assert "quá hạn" in words[-1]
    assert not Message.objects.filter(person=province.people["observer"]).exists()


def test_found_issuer_begins_one_from_the_command_line(monkeypatch, capsys):
    from django.core.management import CommandError, call_command

    monkeypatch.setattr("sys.stdin", io.StringIO("cải-cách-hành-chính-2026\n"))
    options = {"administrator": "Quan.Tri", "person": "Quản Trị", "email": "qt@x.vn"}
    call_command("found_issuer", "gia-lai", "Tỉnh Gia Lai", **options)
    account = Account.objects.get(username="quan.tri")
    assert account.check_password("cải-cách-hành-chính-2026")
    assert account.assignments.get().role == Role.ROUND_ADMIN
    with pytest.raises(CommandError):
        call_command("found_issuer", "gia-lai", "Tỉnh Gia Lai", **options)
    monkeypatch.setattr("sys.stdin", io.StringIO("123\n"))
    with pytest.raises(CommandError):
        call_command("found_issuer", "x", "X", **options | {"administrator": "x"})
