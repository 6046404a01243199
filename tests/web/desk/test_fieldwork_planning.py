"""Setting a survey up at the desk: form, frame, design, draw, letters, opening; who may."""

import io
import re
from datetime import timedelta

import pytest
import web_setup

web_setup.set_up()

import xlsxwriter  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.urls import reverse  # noqa: E402
from web.desk.login import log_in  # noqa: E402
from web.fieldwork.surveying import (  # noqa: E402
    OPEN,
    START,
    UNITS,
    answers,
    ask,
    draw,
    found,
    frame_of,
    name_walkers,
    plan,
)

from parindex.web.desk.views.fieldwork.frame import guessed  # noqa: E402
from parindex.web.fieldwork.actions import intake, inviting, waves  # noqa: E402
from parindex.web.fieldwork.models import (  # noqa: E402
    Assigned,
    Instrument,
    Invitation,
    Kiosk,
    Quota,
    Wave,
)
from parindex.web.fieldwork.queries import planning  # noqa: E402
from parindex.web.fieldwork.states import InvitationState  # noqa: E402
from parindex.web.journal import clock  # noqa: E402
from parindex.web.journal.queries import lines_about  # noqa: E402

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    with clock.at(START):
        yield


def enter(client, survey, name):
    client.logout()
    return log_in(client, survey.people[name])


def url(name, survey, *args):
    return reverse(name, args=[survey.id, *args])


def page(answer):
    return answer.content.decode()


def verbs(survey):
    return [one.verb for one in lines_about("wave", str(survey.id))]


PREPARING = (
    "wave", "wave_dates", "wave_frame", "wave_design", "wave_size", "wave_draw", "wave_letters",
    "wave_kiosks", "wave_interviewers", "wave_open", "wave_quotas", "wave_people", "wave_progress",
)  # fmt: skip
ACTS = (
    ("wave_dates", {"opens_at": "2026-09-08T08:00", "closes_at": "2026-10-09T08:00"}),
    ("wave_frame", {"id": "dossier"}),
    ("wave_design", {"act": "record"}),
    ("wave_design_look", {}),
    ("wave_draw", {"seed": "1", "confirm": "rút mẫu"}),
    ("wave_letters_print", {}),
    ("wave_letters_again", {}),
    ("wave_slips_print", {"count": "8"}),
    ("wave_kiosks", {"name": "Quầy 1"}),
    ("wave_interviewers", {}),
    ("wave_assign", {}),
    ("wave_open", {"confirm": "mở đợt"}),
    ("wave_quotas", {}),
    ("wave_close", {"confirm": "đóng đợt"}),
    ("wave_mix", {"confirm": "trộn phiếu"}),
    ("wave_estimate", {}),
)


# ---- who may


def test_the_manager_sees_every_page_of_setting_up(client, now):
    survey = draw(plan())
    enter(client, survey, "manager")
    for name in PREPARING:
        assert client.get(url(name, survey)).status_code == 200, name


def test_the_room_is_for_who_has_a_role_in_surveys(client, now):
    survey = draw(plan())
    for name, status in (("manager", 200), ("leader", 200), ("walker", 200), ("member", 403)):
        enter(client, survey, name)
        answer = client.get(reverse("waves"))
        assert answer.status_code == status, name
        assert (survey.wave.title in page(answer)) is (name in {"manager", "leader"}), name
        assert ('href="/desk/waves/"' in page(client.get("/desk/"))) is (status == 200), name


def test_who_watches_changes_nothing_and_an_interviewer_sees_less(client, now):
    survey = draw(plan())
    name_walkers(survey)
    before = verbs(survey)
    for name in ("leader", "walker"):
        enter(client, survey, name)
        assert client.get(url("wave", survey)).status_code == 200
        for act, data in ACTS:
            assert client.post(url(act, survey), data).status_code == 403, (name, act)
        assert client.get(url("wave_people", survey)).status_code == 403, name
    assert client.get(url("wave_progress", survey)).status_code == 403
    assert verbs(survey) == before


def test_another_province_knows_of_nothing(client, now):
    survey, other = draw(plan()), found("dak-lak")
    enter(client, other, "manager")
    for one in PREPARING:
        assert client.get(url(one, survey)).status_code == 404, one
    for act, data in ACTS:
        assert client.post(url(act, survey), data).status_code == 404, act


def test_a_manager_without_a_second_factor_is_sent_to_set_one(client, now):
    survey = plan()
    log_in(client, survey.people["manager"], second_factor=False)
    assert client.get(url("wave", survey))["Location"].startswith("/accounts/2fa/")


def test_an_interviewer_knows_only_of_waves_where_they_walk(client, now):
    survey = draw(plan())
    enter(client, survey, "walker")
    assert client.get(url("wave", survey)).status_code == 404


# ---- the form and the dates


def test_a_wave_is_planned_with_a_form_that_comes_with_the_product(client, now):
    survey = found()
    enter(client, survey, "manager")
    listed = client.get(reverse("wave_new"))
    assert "33 tiêu chí" in page(listed)
    shipped = next(
        one["value"] for one in listed.context["shipped"] if "33 tiêu chí" in one["label"]
    )
    answer = client.post(reverse("wave_new"), {"instrument": shipped})
    form = client.get(answer["Location"]).context["form"]
    data = {one.html_name: one.value() or "" for one in form}
    assert data["opens_at"].startswith("2026-09-14T08:00")
    answer = client.post(answer["Location"], data)
    made = Wave.objects.get()
    assert answer["Location"] == reverse("wave_frame", args=[made.id])
    assert (made.state, made.typed_twice, made.min_cell) == ("planned", ["paper"], 5)
    assert made.instrument.slug == "sipas-citizens-2022"


def test_nothing_chosen_is_told(client, now):
    enter(client, found(), "manager")
    answer = client.post(reverse("wave_new"), {})
    assert answer.status_code == 422
    assert "Chọn một bộ phiếu." in page(answer)


def test_a_wave_that_rates_bodies_names_them(client, now):
    survey = found()
    enter(client, survey, "manager")
    listed = client.get(reverse("wave_new")).context["shipped"]
    chosen = next(one["value"] for one in listed if "Phiếu mẫu 02" in one["label"])
    to = client.post(reverse("wave_new"), {"instrument": chosen})["Location"]
    form = client.get(to).context["form"]
    assert [one[0] for one in form.fields["bodies"].choices] == ["finance@2021", "health@2021"]
    data = {one.html_name: one.value() or "" for one in form} | {"bodies": []}
    assert client.post(to, data).status_code == 422
    client.post(to, data | {"bodies": ["health@2021"]})
    assert Wave.objects.get().bodies == ["health@2021"]


def xlsform(kind):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    for name, rows in {
        "survey": [["type", "name", "label"], ["integer", "tuoi", "Tuổi"], [kind, "b", "B"]],
        "choices": [["list_name", "name", "label"]],
        "settings": [["form_title", "form_id", "version"], ["Phiếu riêng", "phieu-rieng", "3"]],
    }.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                sheet.write_string(at, column, text)
    book.close()
    return SimpleUploadedFile("phieu.xlsx", file.getvalue())


def test_what_is_wrong_in_an_uploaded_form_is_told_by_sheet_and_cell(client, now):
    survey = found()
    enter(client, survey, "manager")
    answer = client.post(reverse("wave_new_upload"), {"file": xlsform("khong-co")})
    assert answer.status_code == 422
    [place] = {one["place"] for one in answer.context["problems"]}
    assert re.fullmatch(r"survey!A3", place), place
    assert not Instrument.objects.exists()
    answer = client.post(reverse("wave_new_upload"), {"file": xlsform("text")})
    made = Instrument.objects.get()
    assert answer["Location"] == reverse("wave_new_about", args=[made.id])
    assert (made.slug, made.version) == ("phieu-rieng", 3)


def test_dates_out_of_order_are_told_at_their_field(client, now):
    survey = plan()
    enter(client, survey, "manager")
    said = {"opens_at": "2026-09-08T08:00", "closes_at": "2026-09-07T08:00"}
    answer = client.post(url("wave_dates", survey), said)
    assert answer.status_code == 422
    assert answer.context["form"].errors["closes_at"]
    client.post(url("wave_dates", survey), said | {"closes_at": "2026-10-07T17:00"})
    assert (
        survey.fresh().closes_at.astimezone(clock.VIETNAM).isoformat().startswith("2026-10-07T17")
    )


def test_an_open_wave_changes_its_dates_with_a_reason(client):
    survey = ask()
    enter(client, survey, "manager")
    said = {"opens_at": "2026-09-07T08:00", "closes_at": "2026-10-20T17:00"}
    with clock.at(OPEN):
        assert client.post(url("wave_dates", survey), said).status_code == 422
        client.post(url("wave_dates", survey), said | {"reason": "lũ lụt"})
    assert survey.fresh().closes_at.month == 10
    assert verbs(survey)[0] == "wave.dated"


# ---- the frame


def planned_only(slug="tay-ninh"):
    """A wave without a frame."""
    survey = plan(slug)
    Wave.objects.filter(id=survey.id).update(frame_digest="", plan="", columns={})
    survey.wave = survey.fresh()
    return survey


def bring(client, survey, content, name="khung.csv"):
    file = SimpleUploadedFile(name, content)
    return client.post(url("wave_frame", survey), {"file": file})


COLUMNS = {"id": "dossier", "name": "name", "phone": "phone", "address": "address",
           "unit": "unit", "service": "service"}  # fmt: skip


def test_columns_are_guessed_by_their_names():
    found_ = guessed(["Mã hồ sơ", "Họ tên", "SĐT", "Mã đơn vị", "Lĩnh vực", "ghi chú"])
    assert found_ == {
        "id": "Mã hồ sơ", "name": "Họ tên", "phone": "SĐT", "dossier": "Mã hồ sơ",
        "unit": "Mã đơn vị", "service": "Lĩnh vực",
    }  # fmt: skip


def test_a_frame_is_read_looked_at_and_kept_for_a_day_only(client, now):
    survey = planned_only()
    enter(client, survey, "manager")
    assert bring(client, survey, frame_of(6)).status_code == 302
    shown = client.get(url("wave_frame", survey))
    assert shown.context["count"] == 24
    assert "Người số 1" in page(shown)
    assert survey.fresh().frame_digest == ""
    assert not Invitation.objects.exists()
    kept = client.get(url("wave_frame_file", survey))
    assert kept.content == frame_of(6)
    assert kept["Cache-Control"] == "no-store"


def test_duplicates_gaps_and_strange_units_are_told_by_line(client, now):
    survey = planned_only()
    enter(client, survey, "manager")
    lines = frame_of(4).decode().splitlines()
    twice = [*lines[:5], lines[1], "," + lines[6].partition(",")[2], *lines[7:]]
    bring(client, survey, "\n".join(twice).encode())
    answer = client.post(url("wave_frame", survey), COLUMNS)
    assert answer.status_code == 422
    assert [line for line, _text in answer.context["problems"]] == [6, 7]
    strange = frame_of(4).replace(b"health@2021", b"khong-co")
    bring(client, survey, strange)
    answer = client.post(url("wave_frame", survey), COLUMNS)
    assert "khong-co" in page(answer)
    assert client.get(url("wave_design", survey)).status_code == 200
    assert survey.fresh().frame_digest == ""


def test_a_workbook_becomes_the_csv_that_is_drawn_from(client, now):
    survey = planned_only()
    enter(client, survey, "manager")
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet("khung")
    for at, line in enumerate(frame_of(6).decode().splitlines()):
        for column, text in enumerate(line.split(",")):
            sheet.write_string(at, column, text)
    book.close()
    bring(client, survey, file.getvalue(), "khung.xlsx")
    assert client.get(url("wave_frame_file", survey)).content == frame_of(6)


def test_a_file_that_is_none_is_told(client, now):
    survey = planned_only()
    enter(client, survey, "manager")
    assert bring(client, survey, b"\xff\xfe\x00").status_code == 422
    assert bring(client, survey, b"x", "khung.xlsx").status_code == 422
    assert client.get(url("wave_frame_file", survey)).status_code == 404


# ---- the design


def ready(client, n=30):
    """A manager whose frame is brought and whose columns are said."""
    survey = planned_only()
    enter(client, survey, "manager")
    bring(client, survey, frame_of(n))
    client.post(url("wave_frame", survey), COLUMNS)
    return survey


ONE_STAGE = {"stages": "1", "s1-method": "srs", "s1-take": "6", "s1-reserve": "2",
             "s1-strata": ["unit"]}  # fmt: skip


def test_the_sample_size_follows_what_is_typed(client, now):
    survey = planned_only()
    enter(client, survey, "manager")
    said = {"population": "1.000", "margin": "5", "deff": "1", "response": "100"}
    assert client.get(url("wave_size", survey), said).context["size"]["n"] == 286
    said |= {"margin": "2,5", "deff": "1,5", "response": "80"}
    live = client.get(url("wave_size", survey), said, headers={"HX-Request": "true"})
    assert live.context["size"]["n"] == 1154
    assert "<html" not in page(live)
    wrong = client.get(url("wave_size", survey), said | {"margin": "0"}).context["size"]
    assert wrong["n"] is None
    assert wrong["lines"]


def test_a_design_says_in_words_what_it_would_draw(client, now):
    survey = ready(client)
    look = client.post(url("wave_design_look", survey), ONE_STAGE)
    assert look.context["total"] == 12
    assert [row["words"] for row in look.context["rows"]] == list(UNITS.values())
    assert "thêm 2 người dự phòng" in page(look)
    assert "<html" not in page(look)
    few = client.post(url("wave_design_look", survey), ONE_STAGE | {"s1-take": "3"})
    assert few.context["n_smallest"] == 2
    assert survey.fresh().plan == ""


def test_too_many_are_refused_until_a_stratum_may_be_taken_whole(client, now):
    survey = ready(client, n=4)
    said = ONE_STAGE | {"s1-take": "9"}
    refused = client.post(url("wave_design", survey), said | {"act": "record"})
    assert refused.status_code == 422
    assert survey.fresh().plan == ""
    look = client.post(url("wave_design_look", survey), said | {"s1-short": "1"})
    assert look.context["total"] == 16


def test_a_total_is_shared_out_by_size_or_evenly(client, now):
    survey = planned_only()
    enter(client, survey, "manager")
    big, small = frame_of(60, units=("finance",)), frame_of(20, units=("health",))
    rows = small.replace(b"H0", b"K0").split(b"\n", 1)[1]
    bring(client, survey, big + rows)
    client.post(url("wave_frame", survey), COLUMNS)
    said = ONE_STAGE | {"total": "80", "act": "proportional"}
    answer = client.post(url("wave_design", survey), said)
    assert [row["take"] for row in answer.context["rows"]] == [60, 20]
    answer = client.post(url("wave_design", survey), said | {"act": "evenly"})
    assert [row["take"] for row in answer.context["rows"]] == [40, 40]
    again = client.get(url("wave_design", survey))
    assert [row["take"] for row in again.context["rows"]] == [40, 40], "left and resumed"
    one = ONE_STAGE | {"take-finance@2021": "11", "take-health@2021": "6"}
    look = client.post(url("wave_design_look", survey), one)
    assert [row["take"] for row in look.context["rows"]] == [11, 6]


def test_a_total_that_no_stratum_or_too_few_can_share_is_told(client, now):
    survey = ready(client)
    said = ONE_STAGE | {"act": "evenly"}
    for total, words in (("", "Ghi tổng số"), ("1.200", "viết liền"), ("3", "ít nhất 4")):
        wrong = client.post(url("wave_design", survey), said | {"total": total})
        assert wrong.status_code == 422, total
        assert words in wrong.context["takes"].total_error, total
        assert wrong.context["takes"].total == total
    all_ = client.post(url("wave_design", survey), said | {"total": "500"})
    assert [row["take"] for row in all_.context["rows"]] == [60, 60]
    assert "Các tầng chỉ có 120, nên lấy hết." in page(all_)


@pytest.mark.parametrize("field", ["s1-take", "s1-reserve", "take-finance@2021"])
@pytest.mark.parametrize("text", ["1.200", "x"])
def test_a_number_that_cannot_be_read_is_told_at_its_field_and_nothing_is_recorded(
    client, now, field, text
):
    survey = ready(client)
    wrong = client.post(url("wave_design", survey), ONE_STAGE | {field: text, "act": "record"})
    assert wrong.status_code == 422
    assert survey.fresh().plan == ""
    where = re.search(rf'name="{re.escape(field)}" value="{re.escape(text)}"[^>]*>', page(wrong))
    assert 'aria-invalid="true"' in where.group()
    told = re.search(r'aria-describedby="([^"]+)"', where.group()).group(1)
    assert f'id="{told}"' in page(wrong)
    live = client.post(url("wave_design_look", survey), ONE_STAGE | {field: text})
    assert text in page(live)
    assert client.get(url("wave_design", survey)).context["forms"][0]["take"] == "30", "not kept"


def test_a_number_left_blank_is_the_usual_one_or_told(client, now):
    survey = ready(client)
    blank = client.post(url("wave_design", survey), ONE_STAGE | {"s1-take": "", "act": "record"})
    assert blank.status_code == 422
    assert blank.context["forms"][0]["take_error"] == "Ghi một số."
    said = ONE_STAGE | {"s1-reserve": "", "take-finance@2021": "", "take-health@2021": "9"}
    look = client.post(url("wave_design_look", survey), said)
    assert [row["take"] for row in look.context["rows"]] == [6, 9]
    zero = client.post(url("wave_design_look", survey), said | {"take-health@2021": "0"})
    assert zero.context["wrong"] == ["Sở Y tế: Ghi số từ 1 trở lên."]


def test_small_clusters_taken_whole_are_told_between_two_ends(client, now):
    survey = planned_only()
    enter(client, survey, "manager")
    big, small = frame_of(9, units=("finance",)), frame_of(2, units=("health",))
    bring(client, survey, big + small.replace(b"H0", b"K0").split(b"\n", 1)[1])
    client.post(url("wave_frame", survey), COLUMNS)
    two = {"stages": "2", "s1-cluster": "unit", "s1-method": "srs", "s1-take": "1",
           "s2-method": "srs", "s2-take": "6", "s2-short": "1"}  # fmt: skip
    look = client.post(url("wave_design_look", survey), two)
    assert "Sẽ rút 4 đến 6 người" in page(look)
    assert [row["people"] for row in look.context["rows"]] == ["4 đến 6"]


def test_clusters_come_before_people(client, now):
    survey = ready(client)
    three = {"stages": "2", "s1-cluster": "", "s1-method": "pps", "s1-take": "1", "s2-take": "5"}
    look = client.post(url("wave_design_look", survey), three)
    assert look.context["lines"] == ["Chọn cột ghi tên cụm cho giai đoạn 1."]
    look = client.post(url("wave_design_look", survey), three | {"s1-cluster": "unit"})
    assert look.context["total"] == 5
    assert look.context["several"]


def test_frame_and_design_are_recorded_before_any_seed(client, now):
    survey = ready(client)
    answer = client.post(url("wave_design", survey), ONE_STAGE | {"act": "record"})
    assert answer["Location"] == url("wave_draw", survey)
    made = survey.fresh()
    assert made.frame_digest.startswith("sha256:")
    assert (made.seed, made.state) == ("", "planned")
    assert verbs(survey)[0] == "frame.registered"
    assert made.columns == {key: name for key, name in COLUMNS.items() if key != "id"}


# ---- the draw


def test_a_draw_needs_seed_and_words_and_leaves_only_whom_it_drew(client, now):
    survey = ready(client)
    client.post(url("wave_design", survey), ONE_STAGE | {"act": "record"})
    refused = client.post(url("wave_draw", survey), {"seed": "", "confirm": "rút"})
    assert refused.status_code == 422
    assert refused.context["seed_error"]
    assert refused.context["confirm_error"]
    assert not Invitation.objects.exists()
    answer = client.post(
        url("wave_draw", survey), {"seed": "Xổ số 07/09/2026: 482913", "confirm": "Rút mẫu"}
    )
    assert answer["Location"] == url("wave_draw", survey)
    assert Invitation.objects.count() == 16
    assert client.get(url("wave_frame_file", survey)).status_code == 404, "the list is dropped"
    shown = page(client.get(url("wave_draw", survey)))
    assert "482913" in shown
    receipt = client.get(url("wave_receipt", survey))
    assert "482913" in receipt.content.decode()
    assert "Người số" not in receipt.content.decode()
    assert client.get(url("wave_plan", survey)).content.startswith(b"schema: parindex.sampling/1")


def test_a_draw_asks_for_the_very_file_that_was_registered(client, now):
    survey = plan()
    enter(client, survey, "manager")
    said = {"seed": "1", "confirm": "rút mẫu"}
    assert client.post(url("wave_draw", survey), said).context["file_error"]
    other = SimpleUploadedFile("khung.csv", survey.frame + b"x")
    assert client.post(url("wave_draw", survey), said | {"file": other}).context["file_error"]
    same = SimpleUploadedFile("khung.csv", survey.frame)
    assert client.post(url("wave_draw", survey), said | {"file": same}).status_code == 302
    assert survey.fresh().state == "drawn"


# ---- handing out


def test_letters_are_printed_in_batches_and_again(client, now):
    survey = draw(plan(take=8, in_frame=8, reserve=0))
    enter(client, survey, "manager")
    shown = client.get(url("wave_letters", survey))
    assert shown.context["waiting"] == 32
    stratum = shown.context["strata"][0][0].stratum
    batch = client.post(url("wave_letters_print", survey), {"stratum": stratum})
    assert batch.content.startswith(b"%PDF")
    assert batch["Content-Disposition"].startswith("attachment")
    assert batch["Cache-Control"] == "no-store"
    assert client.get(url("wave_letters", survey)).context["waiting"] == 24
    one = Invitation.objects.filter(state=InvitationState.INVITED).first()
    before = one.token_hash
    again = client.post(url("wave_letters_again", survey), {"person": str(one.id)})
    assert again.content.startswith(b"%PDF")
    one.refresh_from_db()
    assert one.token_hash != before


def test_slips_need_no_frame_and_open_a_wave(client, now):
    survey = planned_only()
    enter(client, survey, "manager")
    unit = survey.units["health"].id
    said = {"unit": str(unit), "service": "Khám bệnh", "count": "8"}
    assert client.post(url("wave_slips_print", survey), said).content.startswith(b"%PDF")
    assert client.post(url("wave_slips_print", survey), said | {"count": "x"}).status_code == 403
    checks = client.get(url("wave_open", survey)).context
    assert not checks["blocked"]
    client.post(url("wave_open", survey), {"confirm": "mở đợt"})
    assert survey.fresh().state == "open"


def test_slips_are_nobody_who_was_drawn_or_still_has_to_answer(client):
    survey = ask()
    with clock.at(START):
        inviting.print_slips(survey.manager, survey.id, unit=survey.units["health"].id, count=8)
    has = planning.set_up_of(survey.fresh())
    assert (has.drawn, has.people, has.slips) == (88, 80, 8)
    enter(client, survey, "manager")
    with clock.at(OPEN):
        assert "80 trong" not in page(client.get(url("wave_close", survey)))
        one = survey.invitations(reserve=False)[0]
        intake.submit(survey.codes[one.id], "m-1", answers(), mode="web", seconds=60)
        text = page(client.get(url("wave_close", survey)))
        assert "Đã trả lời 1 trong 80 người" in text
        assert "Đã trả lời 0 trong 8 phiếu tại quầy" in text
        [waits] = client.get("/desk/").context["waits"]
        assert waits["n"] == 79
        drawn = page(client.get(url("wave_draw", survey)))
        assert "<dt>người được chọn</dt><dd>80</dd>" in drawn


def test_the_key_of_a_tablet_is_shown_once(client, now):
    survey = draw(plan())
    enter(client, survey, "manager")
    made = client.post(url("wave_kiosks", survey), {"name": "Quầy 3"})
    key = made.context["key"]
    assert key in page(made)
    assert made["Cache-Control"] == "no-store"
    assert key not in page(client.get(url("wave_kiosks", survey)))
    assert client.post(url("wave_kiosks", survey), {"name": "–"}).status_code == 422
    [kiosk] = Kiosk.objects.all()
    client.post(url("wave_kiosk_end", survey, kiosk.id))
    kiosk.refresh_from_db()
    assert kiosk.ended


def test_interviewers_are_named_and_sent_to_whole_cells(client, now):
    survey = draw(plan())
    enter(client, survey, "manager")
    assert client.post(url("wave_interviewers", survey), {}).status_code == 302
    person = survey.people["walker"]
    client.post(url("wave_interviewers", survey), {"person": str(person.id)})
    shown = client.get(url("wave_interviewers", survey)).context
    [named] = shown["named"]
    assert (named.name, named.assigned) == ("Người walker", 0)
    assert (shown["n_cells"], shown["n_people"]) == (4, 80)
    walker = shown["options"][0]["value"]
    cell = shown["cells"][0][0]
    client.post(url("wave_assign", survey), {"interviewer": walker, "cell": str(cell)})
    assert Assigned.objects.count() == 20
    one = Invitation.objects.filter(assigned=None, reserve=False).first()
    answer = client.post(
        url("wave_assign", survey), {"interviewer": walker, "person": str(one.id), "back": "1"}
    )
    assert answer["Location"] == url("wave_person", survey, one.id)
    enter(client, survey, "walker")
    assert survey.wave.title in page(client.get(reverse("waves")))


def test_what_lacks_stands_between_a_wave_and_its_opening(client, now):
    survey = draw(plan())
    enter(client, survey, "manager")
    shown = client.get(url("wave_open", survey)).context
    assert shown["blocked"]
    client.post(url("wave_letters_print", survey))
    shown = client.get(url("wave_open", survey)).context
    assert not shown["blocked"]
    assert client.post(url("wave_open", survey), {"confirm": "mở"}).status_code == 422
    assert survey.fresh().state == "drawn"
    client.post(url("wave_open", survey), {"confirm": "Mở đợt"})
    assert survey.fresh().state == "open"


@pytest.fixture
def limited(client):
    """A manager at the quotas of an open wave, one of which is 12, with three answers in it."""
    survey = ask()
    enter(client, survey, "manager")
    survey.stratum = survey.wave.cells.order_by("position").first().stratum
    people = [one for one in survey.invitations() if one.cell.stratum == survey.stratum]
    with clock.at(OPEN):
        client.post(url("wave_quotas", survey), {f"limit-{survey.stratum}": "12"})
        for at, one in enumerate(people[:3]):
            intake.submit(survey.codes[one.id], f"m-{at}", answers(at), mode="web", seconds=60)
        assert Quota.objects.get().limit == 12
        yield survey


def test_a_quota_below_what_is_taken_is_told(client, limited):
    wrong = client.post(url("wave_quotas", limited), {f"limit-{limited.stratum}": "2"})
    assert wrong.status_code == 422
    assert "đã có 3 chỗ được giữ hoặc đã dùng" in page(wrong)
    assert Quota.objects.get().limit == 12
    client.post(url("wave_quotas", limited), {f"limit-{limited.stratum}": "3"})
    assert Quota.objects.get().limit == 3


def test_a_quota_of_no_stratum_is_told(client, limited):
    wrong = client.post(url("wave_quotas", limited), {"limit-khong-co": "12"})
    assert wrong.status_code == 422
    assert Quota.objects.count() == 1


def test_a_blank_quota_is_none_and_takes_as_many_as_come(client, limited):
    rows = client.get(url("wave_quotas", limited)).context["rows"]
    before = {f"limit-{one['label']}": one["text"] for one in rows}
    assert sorted(before.values()) == ["", "", "", "12"]
    held = next(
        one for one in limited.invitations(used=False) if one.cell.stratum == limited.stratum
    )
    intake.start(limited.codes[held.id])
    client.post(url("wave_quotas", limited), before | {f"limit-{limited.stratum}": " "})
    assert not Quota.objects.exists()
    assert lines_about("wave", str(limited.id))[0].after == {"limits": {limited.stratum: None}}
    intake.submit(limited.codes[held.id], "m-9", answers(9), mode="web", seconds=60)
    client.post(url("wave_quotas", limited), {f"limit-{limited.stratum}": "4"})
    assert (Quota.objects.get().used, Quota.objects.get().reserved) == (4, 0)


def test_quotas_that_stay_as_they_are_leave_no_word_in_the_journal(client, limited):
    n = len(verbs(limited))
    client.post(url("wave_quotas", limited), {f"limit-{limited.stratum}": "12"})
    assert len(verbs(limited)) == n


@pytest.mark.parametrize("text", ["1.200", "x", "-1", "12,0", "99999999"])
def test_a_quota_that_cannot_be_read_is_told_at_its_field(client, limited, text):
    other = next(
        one["label"]
        for one in client.get(url("wave_quotas", limited)).context["rows"]
        if not one["text"]
    )
    said = {f"limit-{limited.stratum}": "", f"limit-{other}": text}
    wrong = client.post(url("wave_quotas", limited), said)
    assert wrong.status_code == 422
    rows = {one["label"]: one for one in wrong.context["rows"]}
    assert rows[other]["error"]
    assert rows[other]["text"] == text
    assert rows[limited.stratum]["error"] == ""
    assert Quota.objects.get().limit == 12


def test_the_overview_says_what_comes_next(client):
    survey = plan()
    enter(client, survey, "manager")
    with clock.at(START):
        assert client.get(url("wave", survey)).context["next"]["url"] == url("wave_draw", survey)
        draw(survey)
        after = client.get(url("wave", survey)).context
        assert after["next"]["url"] == url("wave_letters", survey)
        assert after["tasks"][0]["key"] == "Bộ phiếu"
        client.post(url("wave_letters_print", survey))
        assert client.get(url("wave", survey)).context["next"]["url"] == url("wave_open", survey)
        waves.open_wave(survey.manager, survey.id)
        opened = client.get(url("wave", survey)).context
        assert opened["next"]["url"] == url("wave_progress", survey)
    with clock.at(survey.fresh().closes_at + timedelta(hours=1)):
        assert client.get(url("wave", survey)).context["next"]["url"] == url("wave_close", survey)
