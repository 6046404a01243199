"""Running a round at the desk: planning, phases, extensions, appraisers, approval, its journal."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from web.desk.login import log_in
from web.province import CLAIMS, RULEBOOK, START, build, when
from workbooks.hostile_books import hostile_books

from parindex.web.assessment.actions import claims, exempting, phasing
from parindex.web.assessment.models import Exemption, Extension, Phase, Round, Table
from parindex.web.assessment.states import PhaseKind
from parindex.web.desk.views.running.opening import local_moment
from parindex.web.journal import clock
from parindex.web.journal.queries import lines_of_issuer, verify
from parindex.web.reference.models import Rulebook

pytestmark = pytest.mark.django_db
HOSTILE = [content for _, content in hostile_books()]
SELF, APPRAISAL = PhaseKind.SELF_SCORING, PhaseKind.APPRAISAL
READS = ("round_units", "round_appraisers", "round_entrusted", "round_phases", "round_exemptions",
         "round_tables", "round_journal", "round_journal_export", "round_checkpoints")  # fmt: skip


@pytest.fixture
def province():
    made = build()
    with clock.at(when(SELF)):
        yield made


def enter(client, province, name):
    log_in(client, province.people[name], second_factor=True)
    return client


def url(name, province, *args):
    return reverse(name, args=[province.round.id, *args])


def verbs(province, n=5):
    return [one.verb for one in lines_of_issuer(province.issuer.slug, limit=n)]


def test_who_runs_the_round_sees_its_pages(client, province):
    enter(client, province, "admin")
    for name in (*READS, "round", "round_approve"):
        assert client.get(url(name, province)).status_code == 200, name


def test_an_observer_reads_and_an_officer_may_not(client, province):
    enter(client, province, "observer")
    for name in READS:
        assert client.get(url(name, province)).status_code == 200, name
    client.logout()
    enter(client, province, "officer")
    for name in READS:
        assert client.get(url(name, province)).status_code == 403, name
    assert client.get(url("round", province)).status_code == 200


def test_another_province_does_not_know_of_the_round(client, province):
    enter(client, build("dak-lak"), "admin")
    for name in (*READS, "round", "round_approve"):
        assert client.get(url(name, province)).status_code == 404, name


def acts(province):
    phase = province.phase(SELF).id
    return [
        ("round_units", [], {"group": "departments", "whole": "1"}),
        ("round_units_previous", [], {"previous": str(province.round.id)}),
        ("round_appraisers", [], {"body-justice": str(province.units["home"].id)}),
        ("round_appraiser_one", [], {"key": "justice", "sheet": str(province.sheet_id("home")), "body": str(province.units["justice"].id)}),
        ("round_entrusted", [], {"sheet": str(province.sheet_id("home")), "item": "1.1.1", "unit": str(province.units["justice"].id)}),
        ("phase_open", [phase], {"confirm": "mở giai đoạn"}),
        ("phase_close", [phase], {"confirm": "đóng giai đoạn"}),
        ("phase_replan", [phase], {"opens_at": "2025-11-03T08:00", "closes_at": "2025-11-30T17:00"}),
        ("phase_extend", [phase], {"until": "2025-12-30T17:00", "reason": "bão"}),
        ("round_tables", [], {"name": "facts.csv", "source": "x"}),
        ("round_approve", [], {"confirm": "phê duyệt kết quả"}),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["officer", "observer", "chair", "appraiser"])
def test_only_who_runs_the_round_changes_it(client, province, name):
    before = lines_of_issuer(province.issuer.slug, limit=1)[0].seq
    enter(client, province, name)
    for address, args, data in acts(province):
        assert client.post(url(address, province, *args), data).status_code == 403, address
    assert lines_of_issuer(province.issuer.slug, limit=1)[0].seq == before


def test_another_province_changes_nothing(client, province):
    enter(client, build("dak-lak"), "admin")
    for address, args, data in acts(province):
        assert client.post(url(address, province, *args), data).status_code == 404, address


def test_without_the_second_factor_nobody_runs_a_round(client, province):
    log_in(client, province.people["admin"], second_factor=False)
    assert client.get(url("round", province)).status_code == 302


# ---- planning


ABOUT = {"issuer": "tay-ninh", "year": "2025", "title": "Kỳ mới", "index": "par-index",
         "direction": "downward", "reference_date": "2025-12-31"}  # fmt: skip


def phases_data(*spans):
    return {
        f"phase-{at}-{key}": value
        for at, span in enumerate(spans)
        for key, value in zip(("opens_at", "closes_at"), span, strict=True)
    }


SPANS = [("2025-12-01T08:00", "2025-12-15T23:59"), ("16/12/2025 08:00", "31/12/2025 17:00"),
         ("2026-01-01T08:00", "2026-01-10T17:00"), ("2026-01-10T17:00", "2026-01-20T17:00"),
         ("2026-01-21T08:00", "2026-01-31T17:00")]  # fmt: skip


def test_a_round_is_planned_in_four_steps_with_local_deadlines(client, province):
    enter(client, province, "admin")
    rulebook = Rulebook.objects.get(issuer=province.issuer)
    answer = client.post(reverse("round_new"), ABOUT | {"previous": str(province.round.id)})
    assert answer["Location"] == reverse("round_new_criteria")
    answer = client.post(answer["Location"], {"rulebook": [str(rulebook.id)]})
    assert answer["Location"] == reverse("round_new_phases")
    assert client.get(answer["Location"]).status_code == 200
    answer = client.post(
        answer["Location"], phases_data(*SPANS) | {"phase-1-provisional_for": ["leader"]}
    )
    assert answer["Location"] == reverse("round_new_check")
    page = client.get(answer["Location"]).content.decode()
    assert "15/12/2025 23:59" in page
    assert Round.objects.count() == 1
    client.post(answer["Location"])
    made = Round.objects.exclude(id=province.round.id).get()
    first, second = made.phases.order_by("position")[:2]
    assert first.closes_at == datetime(2025, 12, 15, 16, 59, 59, tzinfo=UTC)
    assert second.opens_at == datetime(2025, 12, 16, 1, 0, tzinfo=UTC)
    assert second.provisional_for == ["leader"]
    assert made.sheets.count() == 4
    assert made.previous_id == province.round.id
    assert verbs(province, 2) == ["round.started_from", "round.planned"]
    assert client.get(reverse("round_new_check")).status_code == 302


def test_phases_that_overlap_are_told_at_the_field(client, province):
    enter(client, province, "admin")
    client.post(reverse("round_new"), ABOUT)
    spans = [SPANS[0], ("2025-12-10T08:00", "2025-12-31T17:00"), *SPANS[2:]]
    answer = client.post(reverse("round_new_phases"), phases_data(*spans))
    assert answer.status_code == 422
    assert "Bắt đầu trước khi “Tự chấm điểm” hết hạn" in answer.content.decode()


def test_explanation_rounds_are_added_and_taken_away_keeping_what_was_typed(client, province):
    enter(client, province, "admin")
    client.post(reverse("round_new"), ABOUT)
    client.post(reverse("round_new_phases"), phases_data(*SPANS) | {"change": "more"})
    page = client.get(reverse("round_new_phases")).content.decode()
    assert "Thẩm định lần 3" in page
    assert 'value="2025-12-15T23:59"' in page
    client.post(reverse("round_new_phases"), {"change": "fewer"})
    assert "Thẩm định lần 3" not in client.get(reverse("round_new_phases")).content.decode()


def test_a_hostile_rulebook_is_a_message(client, province):
    enter(client, province, "admin")
    client.post(reverse("round_new"), ABOUT)
    contents = [b"", b"\x00\xff", b"PK\x03\x04rubbish", b"a: [", b"schema: parindex.rulebook/1\n"]
    for content in (*contents, *HOSTILE):
        for name in ("x.yaml", "x.xlsx"):
            file = SimpleUploadedFile(name, content)
            answer = client.post(reverse("round_new_upload"), {"file": file})
            assert answer.status_code == 422, (name, content[:30])
    assert Rulebook.objects.count() == 1


def test_a_rulebook_is_uploaded_and_chosen(client, province):
    enter(client, province, "admin")
    client.post(reverse("round_new"), ABOUT)
    content = RULEBOOK.format(issuer="tay-ninh").replace("revision: 1", "revision: 2").encode()
    answer = client.post(
        reverse("round_new_upload"), {"file": SimpleUploadedFile("b.yaml", content)}
    )
    assert answer.status_code == 302
    assert Rulebook.objects.count() == 2
    assert " checked" in client.get(reverse("round_new_criteria")).content.decode()


def test_an_officer_plans_no_round(client, province):
    enter(client, province, "officer")
    assert client.get(reverse("round_new")).status_code == 403
    assert client.get(reverse("rounds")).status_code == 200


# ---- phases


def test_opening_says_what_happens_and_asks_for_the_words(client, province):
    enter(client, province, "admin")
    address = url("phase_open", province, province.phase(SELF).id)
    page = client.get(address).content.decode()
    assert "4 đơn vị bắt đầu tự chấm điểm" in page
    assert client.post(address, {"confirm": "mở"}).status_code == 422
    assert province.phase(SELF).opened_at is None
    assert client.post(address, {"confirm": "mở giai đoạn"}).status_code == 302
    assert province.phase(SELF).opened_at is not None
    assert verbs(province, 1) == ["phase.opened"]
    page = client.get(url("round_checkpoints", province)).content.decode()
    assert "Tự chấm điểm" in page


def test_appraisal_does_not_open_while_items_have_no_appraiser(client, province):
    row = province.round.appraisers.filter(sheet__isnull=False).first()
    row.delete()
    phasing.open_phase(province.admin, province.phase(SELF).id)
    enter(client, province, "admin")
    with clock.at(when(APPRAISAL)):
        address = url("phase_open", province, province.phase(APPRAISAL).id)
        assert "Còn mục chưa có cơ quan thẩm định" in client.get(address).content.decode()
        assert client.post(address, {"confirm": "mở giai đoạn"}).status_code == 403
        assert province.phase(APPRAISAL).opened_at is None
        assert "chưa có cơ quan thẩm định" in client.get(url("round", province)).content.decode()
        client.post(
            url("round_appraiser_one", province),
            {"key": row.key, "sheet": str(row.sheet_id), "body": str(row.body_id)},
        )
        assert client.post(address, {"confirm": "mở giai đoạn"}).status_code == 302


def test_an_extension_is_stored_as_the_right_instant_and_seen_by_every_unit(client, province):
    phasing.open_phase(province.admin, province.phase(SELF).id)
    phase = province.phase(SELF)
    enter(client, province, "admin")
    answer = client.post(
        url("phase_extend", province, phase.id),
        {"sheet": str(province.sheet_id("health")), "until": "2025-12-01T17:30",
         "reason": "Sở bị lũ", "waives_lateness": "on"},
    )  # fmt: skip
    assert answer.status_code == 302
    made = Extension.objects.get()
    assert made.until == datetime(2025, 12, 1, 10, 30, tzinfo=UTC)
    assert verbs(province, 1) == ["phase.extended"]
    client.logout()
    page = enter(client, province, "officer").get(url("round", province)).content.decode()
    for said in (
        "Sở Y tế",
        "Sở bị lũ",
        "01/12/2025 17:30",
        "không tính là muộn",
        "Quản trị tay-ninh",
    ):
        assert said in page


def test_an_extension_without_a_reason_is_refused(client, province):
    phasing.open_phase(province.admin, province.phase(SELF).id)
    enter(client, province, "admin")
    address = url("phase_extend", province, province.phase(SELF).id)
    assert client.post(address, {"until": "2025-12-01T17:30", "reason": ""}).status_code == 422
    assert client.post(address, {"until": "hôm nay", "reason": "bão"}).status_code == 422
    assert not Extension.objects.exists()


def test_a_phase_is_replanned_until_it_opens(client, province):
    enter(client, province, "admin")
    address = url("phase_replan", province, province.phase(APPRAISAL).id)
    client.post(address, {"opens_at": "2025-11-09T08:00", "closes_at": "2025-11-14T23:59"})
    assert province.phase(APPRAISAL).closes_at == datetime(2025, 11, 14, 16, 59, 59, tzinfo=UTC)
    assert verbs(province, 1) == ["phase.replanned"]
    bad = client.post(address, {"opens_at": "2025-11-19T08:00", "closes_at": "2025-11-14T23:59"})
    assert bad.status_code == 422


def test_a_phase_of_another_round_is_not_found(client, province):
    other = Phase.objects.create(
        round=Round.objects.create(
            issuer=province.issuer, slug="x", title="x", index="par-index", year=2024,
            reference_date=START.date(), direction="downward",
        ),
        kind="appraisal", position=0, opens_at=START, closes_at=START + timedelta(days=1),
    )  # fmt: skip
    enter(client, province, "admin")
    assert client.get(url("phase_open", province, other.id)).status_code == 404


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-12-15T17:00", datetime(2025, 12, 15, 10, 0, tzinfo=UTC)),
        ("15/12/2025 23:59", datetime(2025, 12, 15, 16, 59, 59, tzinfo=UTC)),
        ("31/02/2025 10:00", None),
        ("mai", None),
    ],
)
def test_local_input_becomes_an_instant(text, utc):
    assert local_moment(text, end=True) == utc


# ---- units, exemptions, tables, approval


def test_units_are_added_by_group_before_the_round_opens(client, province):
    from parindex.web.people.actions import save_unit

    save_unit(
        province.admin,
        province.issuer,
        "new@2025",
        name="Sở Mới",
        tier="department",
        group="departments",
    )
    enter(client, province, "admin")
    assert "1 đơn vị chưa có trong kỳ" in client.get(url("round_units", province)).content.decode()
    client.post(url("round_units", province), {"group": "departments", "whole": "1"})
    assert province.round.sheets.count() == 5
    assert verbs(province, 1) == ["round.units_added"]


def test_the_list_of_units_has_a_fixed_number_of_queries(
    client, province, django_assert_max_num_queries
):
    enter(client, province, "admin")
    with django_assert_max_num_queries(32):
        client.get(url("round_units", province))


def test_an_exemption_is_decided_with_a_reason_by_who_is_not_of_the_unit(client, province):
    phasing.open_phase(province.admin, province.phase(SELF).id)
    exempting.request_exemption(
        province.actor("rival"), province.sheet_id("health"), "1.2.1", reason="Không có nhiệm vụ"
    )
    one = Exemption.objects.get()
    enter(client, province, "admin")
    address = url("exemption_decide", province, one.id)
    assert client.post(address, {"grant": "yes", "why": ""}).status_code == 422
    assert client.post(address, {"grant": "yes", "why": "Đúng"}).status_code == 302
    one.refresh_from_db()
    assert one.granted is True
    assert verbs(province, 1) == ["exemption.granted"]
    assert "Đúng" in client.get(url("round_exemptions", province)).content.decode()
    client.logout()
    assert (
        enter(client, province, "observer").post(address, {"grant": "no", "why": "x"}).status_code
        == 403
    )


FINDINGS = "unit,item,estimate\nfinance@2021,2.2.1,0.85\n"


def upload(client, province, content, name="a.csv", table="findings.csv"):
    return client.post(
        url("round_tables", province),
        {"name": table, "source": "BC 12", "file": SimpleUploadedFile(name, content)},
        follow=True,
    )


def test_a_table_is_read_first_and_put_only_when_confirmed(client, province):
    from parindex.scoring.files import COLUMNS

    required = COLUMNS["adjustments.csv"][0]
    enter(client, province, "admin")
    answer = upload(client, province, (",".join(required) + "\n").encode(), table="adjustments.csv")
    assert answer.status_code == 200, answer.content.decode()
    assert not Table.objects.exists()
    client.post(url("round_table_check", province))
    assert Table.objects.get().source == "BC 12"
    assert verbs(province, 1) == ["round.table_put"]


def test_a_table_with_problems_tells_the_line_and_cannot_be_put(client, province):
    enter(client, province, "admin")
    answer = upload(client, province, b"unit,item,bonus\nnobody,9.9.9,1\n", table="adjustments.csv")
    assert answer.status_code == 422
    assert client.post(url("round_table_check", province)).status_code == 422
    assert not Table.objects.exists()


def test_a_hostile_table_is_a_message(client, province):
    enter(client, province, "admin")
    contents = [b"\xff\xfe\x00", b"PK\x03\x04", b"=cmd|' /C calc'!A0", b"\x00" * 100, b'"']
    for content in (*contents, *HOSTILE):
        for name in ("a.csv", "a.xlsx"):
            answer = upload(client, province, content, name)
            assert answer.status_code == 422, (name, content[:20])
    assert not Table.objects.exists()


def test_approval_shows_what_is_missing_and_refuses(client, province):
    enter(client, province, "admin")
    page = client.get(url("round_approve", province)).content.decode()
    assert "Giai đoạn chưa mở" in page
    assert "Mục chưa có điểm cuối cùng" in page
    assert client.post(url("round_approve", province), {"confirm": "phê duyệt"}).status_code == 422
    answer = client.post(url("round_approve", province), {"confirm": "phê duyệt kết quả"})
    assert answer.status_code == 403


# ---- the journal


def test_the_journal_names_people_and_hides_drafts(client, province):
    phasing.open_phase(province.admin, province.phase(SELF).id)
    for item, fields in CLAIMS.items():
        claims.save_claim(
            province.actor("officer"),
            province.sheet_id("finance"),
            item,
            fields,
            comment="bí mật của Sở",
            base=0,
        )
    enter(client, province, "admin")
    page = client.get(url("round_journal", province)).content.decode()
    assert "Người officer" in page
    assert "bí mật của Sở" not in page
    exported = b"".join(
        client.get(url("round_journal_export", province)).streaming_content
    ).decode()
    assert "Người officer" in exported
    assert "bí mật của Sở" not in exported
    claims.hand_in(province.actor("officer"), province.sheet_id("finance"))
    claims.sign(province.actor("head"), province.sheet_id("finance"), although_missing=True)
    assert "bí mật của Sở" in client.get(url("round_journal", province)).content.decode()


def test_the_journal_is_filtered_by_verb(client, province):
    enter(client, province, "admin")
    page = client.get(url("round_journal", province) + "?verb=round.planned").content.decode()
    assert page.count('scope="row"') == 1
    assert client.get(url("round_journal", province) + "?verb=nichts&before=x").status_code == 200


def test_the_journal_of_another_province_never_appears(client, province):
    other = build("dak-lak")
    enter(client, province, "admin")
    exported = b"".join(
        client.get(url("round_journal_export", province)).streaming_content
    ).decode()
    assert "dak-lak" not in exported
    phasing.open_phase(other.admin, other.phase(SELF).id)
    assert "dak-lak" not in client.get(url("round_checkpoints", province)).content.decode()
    number = client.get(reverse("round_checkpoint", args=[province.round.id, 1]))
    assert number.status_code == 404


def test_a_checkpoint_is_downloaded_as_it_was_signed(client, province):
    phasing.open_phase(province.admin, province.phase(SELF).id)
    enter(client, province, "observer")
    from parindex.web.journal.queries import checkpoints

    one = checkpoints()[0]
    answer = client.get(reverse("round_checkpoint", args=[province.round.id, one.pk]))
    assert answer.content.decode() == one.text


def test_the_chain_is_verified_for_everybody_at_the_desk(client, province):
    page = enter(client, province, "officer").get(reverse("journal_verify")).content.decode()
    assert "Nguyên vẹn" in page
    assert list(verify()) == []


def test_a_long_chain_is_verified_by_a_job(client, province, monkeypatch):
    from parindex.web.journal import queries, tasks

    monkeypatch.setattr(queries, "VERIFIED_AT_ONCE", 0)
    enter(client, province, "officer")
    assert "chạy nền" in client.get(reverse("journal_verify")).content.decode()
    assert client.post(reverse("journal_verify")).status_code == 302
    tasks.verify()
    assert "Nguyên vẹn" in client.get(reverse("journal_verify")).content.decode()


def test_a_shipped_set_is_imported_when_it_is_chosen(client, province):
    from parindex.web.reference.queries import shipped_for

    enter(client, province, "admin")
    client.post(reverse("round_new"), ABOUT)
    one = next(
        s
        for s in shipped_for(province.admin)
        if (s.criteria.year, s.criteria.group) == (2025, "communes")
    )
    client.post(reverse("round_new_criteria"), {"rulebook": [one.digest]})
    assert Rulebook.objects.filter(issuer=province.issuer, digest=one.digest).exists()
