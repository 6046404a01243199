"""The end of a survey at the desk: closed, mixed, estimated, shown, put into a round."""

import csv
import io
import json
import re
from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
import web_setup

web_setup.set_up()

from django.db import connection  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.urls import reverse  # noqa: E402
from python_calamine import CalamineWorkbook  # noqa: E402
from web.desk.login import log_in  # noqa: E402
from web.desk.surveyed import PLAN, answered, estimated, mixed, results  # noqa: E402
from web.fieldwork.surveying import (  # noqa: E402
    AFTER,
    CLOSES,
    INSTRUMENT,
    OPEN,
    SYNCS,
    UNITS,
    Survey,
    ask,
    draw,
    frame_of,
    give_codes,
    mixed_clusters,
    name_walkers,
    plan,
)
from web.province import build  # noqa: E402

from parindex.web.assessment.actions import ending  # noqa: E402
from parindex.web.assessment.models import Table  # noqa: E402
from parindex.web.desk.views.fieldwork.plots import dots_of  # noqa: E402
from parindex.web.fieldwork.actions import (  # noqa: E402
    closing,
    drawing,
    estimating,
    intake,
    inviting,
    mixing,
    waves,
)
from parindex.web.fieldwork.bridge.ranks import ranked  # noqa: E402
from parindex.web.fieldwork.models import Box, Estimated, Recheck, Response, Wave  # noqa: E402
from parindex.web.fieldwork.queries.reporting import IndexRow  # noqa: E402
from parindex.web.journal import clock  # noqa: E402
from parindex.web.people import actions as people  # noqa: E402
from parindex.web.people.states import Role  # noqa: E402

pytestmark = pytest.mark.django_db


@pytest.fixture
def later():
    with clock.at(AFTER + timedelta(days=1)):
        yield


def enter(client, survey, name):
    client.logout()
    return log_in(client, survey.people[name])


def url(name, survey, *args):
    return reverse(name, args=[survey.id, *args])


def page(answer):
    return answer.content.decode()


# ---- closing and mixing


def test_mixing_shows_the_box_beside_the_codes_that_it_is_held_against(client):
    survey = answered(ask())
    enter(client, survey, "manager")
    with clock.at(AFTER):
        closing.close_due()
        used = Box.objects.count()
        with connection.cursor() as cursor:
            # As somebody who owns the database, and by whom two answers are lost.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE fieldwork_box DISABLE TRIGGER ALL")
            Box.objects.filter(id__in=Box.objects.values("id")[:2]).delete()
            cursor.execute("ALTER TABLE fieldwork_box ENABLE TRIGGER ALL")
        shown = client.get(url("wave_mix", survey)).context
        assert (shown["whole"].used, shown["n_in_box"]) == (used, used - 2)
        text = re.sub(r"\s+", " ", page(client.get(url("wave_mix", survey))))
        assert f"<dt>phiếu trong thùng</dt><dd>{used - 2}</dd>" in text


def test_a_wave_closes_early_only_with_a_reason_and_opens_again(client):
    survey = ask()
    enter(client, survey, "manager")
    where = url("wave_close", survey)
    with clock.at(OPEN):
        assert client.get(where).context["early"]
        assert client.post(where, {"confirm": "đóng"}).status_code == 422
        assert client.post(where, {"confirm": "đóng đợt"}).context["reason_error"]
        client.post(where, {"confirm": "Đóng đợt", "reason": "đã đủ phiếu"})
        assert survey.fresh().state == "closed"
        again = url("wave_reopen", survey)
        past = {"closes_at": "2026-09-08T08:00", "reason": "còn thiếu"}
        assert client.post(again, past).status_code == 422
        client.post(again, {"closes_at": "2026-10-05T17:00", "reason": "còn thiếu"})
        assert survey.fresh().state == "open"


def test_mixing_says_what_waits_and_asks_for_the_words_and_for_a_reason(client):
    survey = answered(ask())
    enter(client, survey, "manager")
    where = url("wave_mix", survey)
    with clock.at(CLOSES + timedelta(hours=1)):
        closing.close_due()
        assert client.post(where, {"confirm": "trộn"}).status_code == 422
        early = client.post(where, {"confirm": "trộn phiếu"})
        assert early.status_code == 422
        assert early.context["accepts"] == ["fieldwork.may_still_come"]
        assert survey.fresh().state == "closed"
        reason = {"confirm": "Trộn phiếu", "accepting": "mọi phiếu giấy đã về"}
        other = client.post(where, reason | {"accepts": "fieldwork.box_differs"})
        assert other.status_code == 422
        assert other.context["accepts"] == ["fieldwork.box_differs", "fieldwork.may_still_come"]
        done = client.post(where, reason | {"accepts": "fieldwork.may_still_come"})
    assert done["Location"] == url("wave", survey)
    made = survey.fresh()
    assert (made.state, made.n_mixed) == ("mixed", Response.objects.count())


def test_a_mixed_wave_is_estimated_by_a_plan_that_is_kept(client, later):
    survey = mixed(answered(ask()))
    enter(client, survey, "manager")
    where = url("wave_estimate", survey)
    form = client.get(where).context["form"]
    data = {one.html_name: one.value() or "" for one in form} | {"lonely_psu": "adjust"}
    wrong = client.post(where, data | {"suppress_below": "40"})
    assert wrong.context["form"].errors["flag_below"]
    data |= {"confidence": "0.90", "interval": "t"}
    assert client.post(where, data)["Location"] == url("wave_results", survey)
    said = client.get(url("wave_results", survey))
    assert said.context["confidence"] == "90%"
    client.post(where, data)
    assert Estimated.objects.count() == 2


def test_one_cluster_in_a_stratum_is_told_under_fail_and_nothing_is_kept(client, later):
    survey = mixed_clusters()
    enter(client, survey, "manager")
    where = url("wave_estimate", survey)
    form = client.get(where).context["form"]
    data = {one.html_name: one.value() or "" for one in form}
    data |= {"confidence": "0.95", "interval": "t", "lonely_psu": "fail"}
    refused = client.post(where, data)
    assert refused.status_code == 422
    assert not refused.context["form"].errors
    assert "west" in " ".join(refused.context["lines"])
    assert "west" in page(refused)
    assert not Estimated.objects.exists()
    assert client.post(where, data | {"lonely_psu": "adjust"}).status_code == 302


def test_before_there_are_results_there_is_no_page_of_them(client, later):
    survey = mixed(answered(ask()))
    enter(client, survey, "manager")
    for name in ("wave_results", "wave_results_book", "wave_results_file", "wave_findings", "wave_feed"):  # fmt: skip
        assert client.get(url(name, survey)).status_code == 404, name


# ---- results


def test_the_whole_is_shown_with_intervals_by_factor_and_item(client, later):
    survey = results(take=30)
    enter(client, survey, "leader")
    shown = client.get(url("wave_results", survey)).context
    assert re.fullmatch(r"\d\d,\d\d", shown["overall"]["value"])
    assert re.fullmatch(r"\d\d,\d\d – \d\d,\d\d", shown["overall"]["interval"])
    assert [row["label"] for row in shown["factors"]["rows"]] == ["Tiếp cận"]
    values = [row["value"] for row in shown["items"]["rows"]]
    assert values == sorted(values, reverse=True)
    for row in shown["items"]["rows"]:
        low, at, high = (float(row[one].rstrip("%")) for one in ("low", "at", "high"))
        assert 0 <= low < at < high <= 100


def rounded(text, decimals=2):
    """A number of the kept results as anybody would round it."""
    return Decimal(text).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def test_every_number_shown_is_that_of_the_kept_results(client, later):
    survey = results(take=30)
    enter(client, survey, "leader")
    kept = json.loads(Estimated.objects.get().content)["indices"]
    indices = {(one["measure"], one["of"], tuple(one["domain"].items())): one for one in kept}
    shown = client.get(url("wave_results", survey)).context
    whole = indices["overall", "", ()]

    def words(*numbers):
        return " – ".join(f"{rounded(one)}".replace(".", ",") for one in numbers)

    assert shown["overall"]["value"] == words(whole["index"])
    assert shown["overall"]["interval"] == words(whole["ci_low"], whole["ci_high"])
    items = {row["label"]: row for row in shown["items"]["rows"]}
    for name, label in (("q1", "Thời gian"), ("q2", "Thái độ")):
        one = indices["item", name, ()]
        assert items[label]["value"] == words(one["index"])
        assert items[label]["interval"] == words(one["ci_low"], one["ci_high"])
        assert items[label]["n"] == str(one["n"])
    units = client.get(url("wave_results", survey), {"show": "unit"}).context["plot"]["rows"]
    truth = {UNITS[slug.partition("@")[0]]: indices["overall", "", (("unit", slug),)]
             for slug in ("finance@2021", "health@2021")}  # fmt: skip
    assert {row["label"]: row["value"] for row in units} == {
        name: words(one["index"]) for name, one in truth.items()
    }

    book = sheets(client.get(url("wave_results_book", survey)))
    row = next(one for one in book["Nhân tố, tiêu chí"] if one[0] == "Chung")
    numbers = [whole[key] for key in ("index", "se", "ci_low", "ci_high")]
    assert row[2:7] == [*(float(rounded(one)) for one in numbers), whole["n"]]
    of_units = {one[0]: one for one in book["Theo đơn vị"] if one[1] == "Chỉ số chung"}
    assert {name: one[2] for name, one in of_units.items()} == {
        name: float(rounded(one["index"])) for name, one in truth.items()
    }
    ranked = {one[1]: one[2] for one in book["Xếp hạng"] if one[1] in truth}
    assert ranked == {name: float(rounded(one["index"])) for name, one in truth.items()}

    text = client.get(url("wave_results_file", survey)).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(kept)
    for row, one in zip(rows, kept, strict=True):
        assert (row["measure"], row["id"], row["shown"]) == (
            one["measure"], one["of"], one["shown"],
        )  # fmt: skip
        for column, key in (("index", "index"), ("se", "se"), ("ci_low", "ci_low"), ("ci_high", "ci_high")):  # fmt: skip
            said = one.get(key)
            assert row[column] == ("" if said is None else str(rounded(said)))


def test_an_axis_says_whether_it_begins_at_zero():
    row = {
        "measure": "overall", "of": "", "label": "", "domain": "", "unit": "", "unit_name": "",
        "service": "", "stratum": "", "hidden": False, "flagged": False, "se": 1.0, "n": 40,
    }  # fmt: skip
    low = IndexRow(**row, index=3.0, low=0.5, high=6.0)
    high = IndexRow(**row, index=80.0, low=75.0, high=85.0)
    for one, words in ((low, "Trục bắt đầu từ 0"), (high, "Trục không bắt đầu từ 0")):
        plot = dots_of([("a", one)], decimals=2, hidden="")
        assert words in render_to_string("fieldwork/dots_note.html", {"plot": plot})
    blank = dots_of([], decimals=2, hidden="")
    assert render_to_string("fieldwork/dots_note.html", {"plot": blank}).strip() == ""


def test_small_parts_are_not_published_and_few_answers_are_told(client, later):
    survey = results(take=12)
    enter(client, survey, "leader")
    where = url("wave_results", survey)
    units = client.get(where, {"show": "unit"}).context["plot"]["rows"]
    assert all(row["flagged"] for row in units)
    strata = client.get(where, {"show": "stratum"})
    counts = {row["label"]: row["hidden"] for row in strata.context["plot"]["rows"]}
    assert "không công bố (dưới 10 phiếu)" in counts.values()
    text = client.get(url("wave_results_file", survey)).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    hidden = [one for one in rows if one["shown"] == "suppressed"]
    assert hidden
    assert all((one["index"], one["n"]) == ("", "") for one in hidden)
    assert {one["shown"] for one in rows} == {"suppressed", "flagged", "shown"}


def test_ranks_say_how_sure_they_are(client, later):
    survey = results(take=30)
    enter(client, survey, "leader")
    shown = client.get(url("wave_results", survey), {"show": "unit", "of": "factor:access"}).context
    assert shown["value"] == "factor:access"
    assert [one["rank"] for one in shown["strips"]] == [1, 2]
    assert all("trong 3 đơn vị đầu" in one["words"] for one in shown["strips"])


def test_ranks_of_units_that_cannot_err_are_sure_and_of_others_are_not():
    sure = ranked([("a", 90.0, 0.0), ("b", 80.0, 0.0)], decimals=2, level=0.95, top=1, seed="x")
    assert [(one.unit, one.rank, one.best, one.worst, one.of_top) for one in sure] == [
        ("a", 1, 1, 1, 1.0), ("b", 2, 2, 2, 0.0),
    ]  # fmt: skip
    near = ranked([("a", 80.1, 2.0), ("b", 80.0, 2.0)], decimals=2, level=0.95, top=1, seed="x")
    assert [(one.best, one.worst) for one in near] == [(1, 2), (1, 2)]
    assert 0.4 < near[0].of_top < 0.6
    tied = ranked([("a", 80.001, 1.0), ("b", 80.0, 1.0)], decimals=2, level=0.95, top=1, seed="x")
    assert [one.rank for one in tied] == [1, 1]


def test_who_answered_is_counted_and_small_counts_are_left_out(client, later):
    survey = results(take=30)
    enter(client, survey, "leader")
    shown = client.get(url("wave_results", survey), {"show": "sample"}).context
    asked = {one["name"]: one["choices"] for one in [*shown["profile"], *shown["others"]]}
    bribe = {one["label"]: one["n"] for one in asked["bribe"]}
    assert bribe == {"Có": 0, "Không": survey.fresh().n_mixed}
    q1 = [one["n"] for one in asked["q1"]]
    assert sum(one or 0 for one in q1) == survey.fresh().n_mixed


def test_what_three_people_said_is_left_out_and_so_is_what_would_give_it_away(client, later):
    survey = ask(take=30)
    with clock.at(OPEN):
        for at, one in enumerate(survey.invitations(reserve=False)):
            said = {"q1": "45"[at % 2], "q2": "4", "bribe": "1" if at < 3 else "0"}
            intake.submit(survey.codes[one.id], f"may-{at}", said, mode="web", seconds=90)
    survey = estimated(mixed(survey))
    enter(client, survey, "leader")
    shown = client.get(url("wave_results", survey), {"show": "sample"}).context
    asked = {one["name"]: one["choices"] for one in [*shown["profile"], *shown["others"]]}
    assert [(one["label"], one["n"], one["percent"]) for one in asked["bribe"]] == [
        ("Có", None, ""), ("Không", None, ""),
    ]  # fmt: skip
    assert [one["n"] for one in asked["q1"] if one["n"]] == [60, 60]
    book = sheets(client.get(url("wave_results_book", survey)))
    rows = [row for page_ in book.values() for row in page_ if row[0] == "Bị gợi ý chi thêm"]
    assert [row[1:4] for row in rows] == [
        [label, "không công bố (dưới 10 phiếu)", ""] for label in ("Có", "Không")
    ]


# ---- against an earlier wave


def later_wave(survey: Survey, *, version: str = "") -> Survey:
    """A second wave of the same body a year on, of the same form or of a further version."""
    start = AFTER + timedelta(days=100)
    with clock.at(start):
        content = INSTRUMENT
        if version:
            content = content.replace("version: 1", f"version: {version}")
        instrument = waves.import_instrument(
            survey.manager, survey.issuer, content.encode(), file="phieu.yaml"
        )
        made = Survey(
            issuer=survey.issuer, units=survey.units, people=survey.people, frame=frame_of(30)
        )
        made.wave = waves.create_wave(
            made.manager, made.issuer, slug="2027", title="Khảo sát năm sau",
            instrument=instrument.id, opens_at=start, closes_at=start + timedelta(days=9),
        )  # fmt: skip
        columns, text = survey.wave.columns, survey.fresh().plan.encode()
        drawing.register_frame(
            made.manager, made.id, made.frame, plan=text, columns=columns, file="k.csv"
        )
        made.wave = drawing.draw(made.manager, made.id, made.frame, seed="9", file="k.csv").wave
        give_codes(made)
        made.wave = waves.open_wave(made.manager, made.id)
        from web.desk import surveyed

        with clock.at(start + timedelta(days=1)):
            chance = surveyed.random.Random(3)
            for at, one in enumerate(made.invitations(reserve=False)):
                said = {"q1": chance.choice("45"), "q2": chance.choice("45")}
                surveyed.intake.submit(made.codes[one.id], f"m-{at}", said, mode="web", seconds=60)
    with clock.at(start + timedelta(days=10)):
        closing.close_due()
        mixing.mix(made.manager, made.id)
        estimating.estimate(made.manager, made.id, PLAN)
    return made


def test_alone_a_wave_is_compared_with_nothing(client, later):
    survey = results()
    enter(client, survey, "leader")
    shown = client.get(url("wave_results", survey), {"show": "change"})
    assert "Chưa có đợt trước để so sánh" in page(shown)


def test_a_wave_is_compared_with_one_of_the_same_form(client):
    survey = results(take=20)
    after = later_wave(survey)
    with clock.at(AFTER + timedelta(days=200)):
        enter(client, survey, "leader")
        shown = client.get(url("wave_results", after), {"show": "change"}).context
        assert shown["same"]
        [whole] = [row for row in shown["rows"] if row["label"] == "Chỉ số chung"]
        assert whole["change"].startswith("▲")
        assert whole["clear"]
        assert client.get(url("wave_results", survey), {"show": "change"}).context["before"] is None


def test_another_version_of_the_form_is_not_compared(client):
    survey = results(take=20)
    after = later_wave(survey, version="2")
    with clock.at(AFTER + timedelta(days=200)):
        enter(client, survey, "leader")
        answer = client.get(url("wave_results", after), {"show": "change"})
        assert not answer.context["same"]
        assert {row["change"] for row in answer.context["rows"]} == {"không so sánh"}
        book = sheets(client.get(url("wave_results_book", after)))
        assert {row[2] for row in book["So với đợt trước"][3:]} == {"không so sánh"}


# ---- the report's book


def sheets(answer):
    assert answer["Content-Disposition"].startswith("attachment")
    with CalamineWorkbook.from_filelike(io.BytesIO(answer.content)) as book:
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_report_has_its_tables(client, later):
    survey = results(take=12)
    enter(client, survey, "leader")
    book = sheets(client.get(url("wave_results_book", survey)))
    assert list(book) == ["Người trả lời", "Nhân tố, tiêu chí", "Theo đơn vị", "Theo dịch vụ",
                          "Theo tầng", "Xếp hạng"]  # fmt: skip
    assert any("không công bố (dưới 10 phiếu)" in row for row in book["Theo tầng"])
    names = {row[1] for row in book["Xếp hạng"][3:]}
    assert names == {"Sở Tài chính", "Sở Y tế"}
    whole = next(row for row in book["Nhân tố, tiêu chí"] if row[0] == "Chung")
    assert isinstance(whole[2], float)


# ---- whom to ask again


def test_whom_to_ask_again_is_a_list_for_the_manager_with_reasons_in_words(client):
    survey = ask(take=20)
    walkers = name_walkers(survey)
    with clock.at(OPEN):
        for at, walker in enumerate(walkers):
            cell = survey.wave.cells.order_by("position")[at]
            inviting.assign(
                survey.manager, survey.id, interviewer=walker.id,
                invitations=list(cell.invitations.filter(reserve=False).values_list("id", flat=True)),
            )  # fmt: skip
    survey = mixed(answered(survey))
    cell = survey.wave.cells.first()
    recheck = Recheck.objects.create(
        wave=survey.fresh(), cell=cell, interviewer="001", at=AFTER,
        signals={"answers": 12, "score": "9.5", "shares": {"straight_line": "0.500", "short": "0.25"}},
    )  # fmt: skip
    recheck.people.add(survey.invitations(reserve=False)[0])
    n = Response.objects.count()
    with clock.at(AFTER):
        enter(client, survey, "manager")
        text = page(client.get(url("wave_rechecks", survey)))
        assert "50% số phiếu: một mức cho cả dãy câu" in text
        assert survey.invitations(reserve=False)[0].phone in text
        book = sheets(client.get(url("wave_rechecks_book", survey)))["Phỏng vấn lại"]
        assert any(survey.invitations(reserve=False)[0].name in row for row in book)
        assert Response.objects.count() == n
        for name in ("leader", "walker"):
            enter(client, survey, name)
            assert client.get(url("wave_rechecks", survey)).status_code == 403, name
            assert client.get(url("wave_rechecks_book", survey)).status_code == 403, name


# ---- into a round


@pytest.fixture
def fed():
    """A province with a round, and a wave of it whose results stand."""
    province = build("tay-ninh", start=AFTER - timedelta(days=40))
    with clock.at(AFTER - timedelta(days=39)):
        for name, role in (("manager", Role.SURVEY_MANAGER), ("walker", Role.INTERVIEWER)):
            province.people[name] = people.save_account(
                province.admin, province.issuer, f"tn.{name}", name=name, email=f"{name}@x.example"
            )
            people.assign(
                province.admin, province.people[name], role, issuer=province.issuer, unit=None,
                starts_on=date(2026, 1, 1),
            )  # fmt: skip
    survey = Survey(issuer=province.issuer, units=province.units, people=province.people)
    return province, estimated(mixed(answered(opened(survey))))


def opened(survey):
    start = OPEN - timedelta(days=1)
    with clock.at(start):
        instrument = waves.import_instrument(
            survey.manager, survey.issuer, INSTRUMENT.encode(), file="p.yaml"
        )
        survey.wave = waves.create_wave(
            survey.manager, survey.issuer, slug="2026", title="Khảo sát", closes_at=CLOSES,
            instrument=instrument.id, opens_at=start, syncs_until=SYNCS,
        )  # fmt: skip
        survey.frame = frame_of(20)
        model = plan("dak-lak", take=15).fresh()
        drawing.register_frame(
            survey.manager, survey.id, survey.frame, plan=model.plan.encode(),
            columns=model.columns, file="k.csv",
        )  # fmt: skip
        draw(survey)
        give_codes(survey)
        survey.wave = waves.open_wave(survey.manager, survey.id)
    return survey


def test_findings_are_put_into_a_round_beside_what_stands_there(client, fed, later):
    province, survey = fed
    before = "unit,item,share,se,n\nhome@2021,2.2.1,0.7700,,90\nhealth@2021,2.2.1,0.5000,,44\n"
    ending.upload_table(
        province.admin, province.round.id, "findings.csv", before.encode(), source="BC 1"
    )
    log_in(client, province.people["admin"])
    where = url("wave_feed", survey)
    assert client.get(where).context["chosen"] is None
    said = {"round": str(province.round.id)}
    look = client.get(where, said).context
    choices = {one["item"]: one for one in look["feed"].choices}
    assert choices["2.2.1"]["value"] == "2.2.1"
    said |= {choices["sipas"]["id"]: "", choices["2.2.1"]["id"]: "2.2.1"}
    look = client.get(where, said).context["feed"]
    assert (look.merged.added, look.merged.replaced, look.merged.kept) == (1, 1, 1)
    assert [row["before"] for row in client.get(where, said).context["shown"]] == ["", "50,00%"]
    assert Table.objects.count() == 1
    done = client.post(where, said)
    assert done["Location"] == reverse("round_tables", args=[province.round.id])
    table = Table.objects.latest("version")
    rows = {(row["unit"], row["item"]): row for row in csv.DictReader(io.StringIO(table.content))}
    assert rows["home@2021", "2.2.1"]["share"] == "0.7700"
    assert rows["health@2021", "2.2.1"]["share"] != "0.5000"
    assert rows["health@2021", "2.2.1"]["se"]
    assert survey.wave.title in table.source
    found = {one["unit"]: one for one in json.loads(Estimated.objects.get().content)["findings"]
             if one["item"] == "2.2.1"}  # fmt: skip
    fed_ = rows["health@2021", "2.2.1"]
    assert [fed_[key] for key in ("share", "se", "n")] == [
        found["health@2021"][key] for key in ("share", "se", "n")
    ]
    assert Counter(unit for unit, _item in rows) == {
        "finance@2021": 1, "health@2021": 1, "home@2021": 1,
    }  # fmt: skip


def test_a_unit_sees_what_was_found_of_it_once_its_phase_allows_that(client, fed, later):
    province, _survey = fed
    text = "unit,item,share,se,n\nfinance@2021,2.2.1,0.8245,0.0123,412\nhealth@2021,2.2.1,0.5,,\n"
    ending.upload_table(
        province.admin, province.round.id, "findings.csv", text.encode(), source="BC 1"
    )

    def seen(name, unit):
        client.logout()
        log_in(client, province.people[name])
        answer = client.get(reverse("item", args=[province.sheet_id(unit), "2.2.1"]))
        if answer.status_code != 200:
            return answer.status_code
        found = re.search(r'id="surveyed-title">.*?<p>(.*?)</p>', page(answer), re.DOTALL)
        return "" if found is None else re.sub(r"<[^>]+>", "", found.group(1))

    whole = "82,45% ± 1,23 điểm phần trăm (sai số chuẩn); 412 phiếu"
    assert seen("officer", "finance") == ""
    assert seen("head", "finance") == ""
    assert seen("admin", "finance") == whole
    province.round.phases.filter(kind="explanation").update(opened_at=AFTER)
    assert seen("officer", "finance") == whole
    assert seen("rival", "health") == "50,00%", "what is not said is not made up"
    assert seen("rival", "finance") == 404
    assert seen("home_officer", "home") == "", "nothing was found of it"
    stranger = build("lam-dong", start=AFTER - timedelta(days=40))
    client.logout()
    log_in(client, stranger.people["officer"])
    where = reverse("item", args=[province.sheet_id("finance"), "2.2.1"])
    assert client.get(where).status_code == 404


def test_only_who_runs_a_round_puts_findings_into_it(client, fed, later):
    province, survey = fed
    said = {"round": str(province.round.id), "item-0": "2.2.1", "item-1": "2.2.1"}
    log_in(client, province.people["manager"])
    shown = client.get(url("wave_feed", survey), said)
    assert shown.context["rounds"] == []
    assert "Tải findings.csv" in page(shown)
    assert client.get(url("wave_findings", survey)).content.startswith(b"unit,item,share,se,n\n")
    assert client.post(url("wave_feed", survey), said).status_code == 403
    for name in ("member", "officer"):
        client.logout()
        log_in(client, province.people[name])
        assert client.post(url("wave_feed", survey), said).status_code == 404, name
    assert not Table.objects.exists()


def test_a_unit_outside_the_round_is_named_and_left_out(client, fed, later):
    province, survey = fed
    Wave.objects.filter(id=survey.id).update(title="x")
    province.sheets["health"].delete()
    log_in(client, province.people["admin"])
    shown = client.get(url("wave_feed", survey), {"round": str(province.round.id)}).context
    assert shown["outside"] == ["Sở Y tế"]
    assert {unit for unit, _item in shown["feed"].rows} == {"finance@2021"}
