"""The appraiser's queue and page: who may, in which order, blind, with a reason, in conflict."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from web.desk.appraised import (
    APPRAISAL,
    EXPLANATION,
    client_of,
    during,
    opened,
    to_appraisal,
)
from web.desk.login import log_in
from web.province import build

from parindex.web.assessment.actions import appraisal, explaining
from parindex.web.assessment.models import Question, ScoreEntry
from parindex.web.journal.queries import verify
from parindex.web.people import actions as people
from parindex.web.people.models import Assignment
from parindex.web.people.states import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    made = build()
    to_appraisal(made)
    with during(APPRAISAL):
        yield made


@pytest.fixture
def blind():
    made = build(double=True)
    to_appraisal(made)
    with during(APPRAISAL):
        yield made


def queue_url(province, **query: str):
    return reverse("appraisal_queue", args=[province.round.id], query=query or None)


def item_url(province, unit="finance", item="1.1.1", **query: str):
    return reverse("appraise", args=[province.sheet_id(unit), item], query=query or None)


def save(client, province, unit="finance", item="1.1.1", *, base=0, **data: object):
    return client.post(item_url(province, unit, item), {"base": base, **data})


# ---- who may


def test_the_queue_is_for_appraisers_of_the_round(province):
    assert client_of(province, "appraiser").get(queue_url(province)).status_code == 200
    assert client_of(province, "officer").get(queue_url(province)).status_code == 403
    assert client_of(province, "admin").get(queue_url(province)).status_code == 403
    other = build("dak-lak")
    assert client_of(other, "appraiser").get(queue_url(province)).status_code == 404
    response = log_in(Client(), province.people["appraiser"], second_factor=False).get(
        queue_url(province)
    )
    assert response.status_code == 302


@pytest.mark.parametrize(
    ("name", "reads", "saves"),
    [
        ("appraiser", 200, 302),
        ("appraiser2", 200, 302),
        ("lawyer", 200, 403),  # appraises other items of the sheet
        ("admin", 200, 403),
        ("chair", 200, 403),
        ("leader", 200, 403),
        ("officer", 403, 403),
        ("head", 403, 403),
        ("rival", 404, 404),
    ],
)
def test_who_reads_and_who_appraises_an_item(province, name, reads, saves):
    client = client_of(province, name)
    assert client.get(item_url(province)).status_code == reads
    assert save(client, province, option="timely").status_code == saves
    assert ScoreEntry.objects.filter(stage="appraised-1").count() == (saves == 302)


def test_another_province_knows_of_nothing(province):
    other = build("dak-lak")
    for name in ("appraiser", "admin", "chair"):
        client = client_of(other, name)
        assert client.get(item_url(province)).status_code == 404
        assert save(client, province, option="timely").status_code == 404
        url = reverse("ask_explanation", args=[province.sheet_id("finance"), "1.1.1"])
        assert client.post(url, {"question": "Vì sao?"}).status_code == 404


def test_nobody_appraises_their_own_unit_by_delegation_either(province):
    # The appraiser acts for the head of Finance too, by delegation: Finance becomes their own.
    assignment = Assignment.objects.get(person=province.people["head"], role=Role.HEAD)
    people.delegate(
        province.actor("head"), assignment.id, province.people["appraiser"].id,
        starts_on=date(2025, 11, 1), ends_on=date(2025, 12, 31), reason="Đi công tác",
    )  # fmt: skip
    client = client_of(province, "appraiser")
    parts = client.get(queue_url(province, by="unit")).context["parts"]
    assert [one["heading"] for one in parts] == ["Sở Tư pháp", "Sở Y tế"]
    assert client.get(item_url(province)).status_code == 403
    assert save(client, province, option="timely").status_code == 403
    # Of their own body's sheet another body appraises.
    assert client.get(item_url(province, "home")).status_code in {403, 404}


# ---- the queue


def test_the_queue_goes_by_item_across_units_or_by_unit_across_items(province):
    client = client_of(province, "appraiser")
    by_item = client.get(queue_url(province)).context["parts"]
    assert [one["heading"] for one in by_item] == [
        "1.1.1 Ban hành kế hoạch kịp thời", "1.1.2 Hoàn thành kế hoạch",
        "1.2.1 Số lần chậm báo cáo", "2.1.1 Chất lượng văn bản",
        "2.1.2 Đánh giá của cơ quan ngoài",
    ]  # fmt: skip
    assert [str(row["name"]) for row in by_item[0]["rows"]] == [
        "Sở Tài chính", "Sở Tư pháp", "Sở Y tế",
    ]  # fmt: skip
    by_unit = client.get(queue_url(province, by="unit")).context["parts"]
    assert [one["heading"] for one in by_unit] == ["Sở Tài chính", "Sở Tư pháp", "Sở Y tế"]
    assert [row["name"] for row in by_unit[0]["rows"]] == [
        "1.1.1 Ban hành kế hoạch kịp thời", "1.1.2 Hoàn thành kế hoạch",
    ]  # fmt: skip


def test_the_queue_counts_and_filters(province):
    client = client_of(province, "appraiser")
    save(client, province, option="timely")
    counts = {
        one["label"]: one["count"] for one in client.get(queue_url(province)).context["states"]
    }
    assert counts["Đã thẩm định"] == 1
    assert counts["Cần thẩm định"] == counts["Tất cả"] - 1
    done = client.get(queue_url(province, state="done")).context["parts"]
    assert [row["state"] for part in done for row in part["rows"]] == ["accepted"]
    only = client.get(queue_url(province, only="departments:1.1.2")).context["parts"]
    assert {one["heading"] for one in only} == {"1.1.2 Hoàn thành kế hoạch"}


def test_the_second_queue_holds_what_was_explained_and_keeps_what_is_done(province):
    client = client_of(province, "appraiser")
    save(client, province, option="late", reason="Ban hành ngày 15/3")
    save(client, province, item="1.1.2", numerator="19", denominator="20")
    with during(EXPLANATION):
        opened(province, EXPLANATION)
        explaining.answer(
            province.actor("officer"), province.sheet_id("finance"), "1.1.1",
            accepts=False, text="Kế hoạch ban hành ngày 5/1",
        )  # fmt: skip
    with during(APPRAISAL, 2):
        opened(province, APPRAISAL, 2)
        client = client_of(province, "appraiser")
        parts = client.get(queue_url(province, by="unit", state="answered")).context["parts"]
        rows = [row for part in parts for row in part["rows"]]
        assert [(row["name"][:5], row["state"]) for row in rows] == [("1.1.1", "answered")]
        page = client.get(item_url(province)).text
        assert "Ban hành ngày 15/3" in page
        assert "Kế hoạch ban hành ngày 5/1" in page
        before = ScoreEntry.objects.filter(stage="appraised-1").count()
        assert save(client, province, option="timely").status_code == 302
        assert ScoreEntry.objects.filter(stage="appraised-1").count() == before
        done = client.get(queue_url(province, by="unit", state="done")).context["parts"]
        assert [row["name"][:5] for part in done for row in part["rows"]] == ["1.1.1"]


def test_the_queue_needs_as_many_queries_for_many_rows_as_for_few(province):
    client = client_of(province, "appraiser")
    client.get(queue_url(province))
    with CaptureQueriesContext(connection) as few:
        client.get(queue_url(province, state="all", only="departments:2.1.2"))
    with CaptureQueriesContext(connection) as many:
        page = client.get(queue_url(province, state="all"))
    assert len(page.context["page"].object_list) > 5
    assert len(few) == len(many)
    assert len(many) <= 32


def test_the_page_of_an_item_needs_few_queries(province, django_assert_max_num_queries):
    client = client_of(province, "appraiser")
    with django_assert_max_num_queries(55):
        client.get(item_url(province))


# ---- the finding


def test_the_finding_is_empty_until_the_claim_is_taken_over(province):
    client = client_of(province, "appraiser")
    page = client.get(item_url(province, item="1.1.2"))
    assert [one.value for one in page.context["fields"]] == ["", "", ""]
    assert "Đơn vị khai: 19" in page.text
    taken = client.get(item_url(province, item="1.1.2", **{"from": "claim"}))
    assert [one.value for one in taken.context["fields"]] == ["19", "20", ""]
    part = client.get(
        item_url(province, item="1.1.2", **{"from": "claim"}), headers={"hx-request": "true"}
    )
    assert part.templates[0].name == "appraisal/finding_fields.html"
    assert "1,9000" in part.text
    assert not ScoreEntry.objects.filter(stage="appraised-1").exists()


def test_points_live_are_by_the_rule_and_write_nothing(province):
    client = client_of(province, "appraiser")
    url = reverse("appraised_points", args=[province.sheet_id("finance"), "1.1.2"])
    answer = client.post(url, {"numerator": "15", "denominator": "20", "base": "0"})
    assert answer.status_code == 200
    assert "1,5000" in answer.text
    assert "phải ghi lý do" in answer.text
    wrong = client.post(url, {"numerator": "25", "denominator": "20"})
    assert wrong.status_code == 422
    assert "Tử số lớn hơn mẫu số" in wrong.text
    assert not ScoreEntry.objects.filter(stage="appraised-1").exists()
    assert client_of(province, "admin").post(url, {"numerator": "1"}).status_code == 403


def test_below_the_claim_a_reason_is_needed_and_nothing_typed_is_lost(province):
    client = client_of(province, "appraiser")
    refused = save(client, province, option="late", comment="Xem lại trang 2")
    assert refused.status_code == 422
    assert "chưa ghi lý do" in refused.text
    assert "Xem lại trang 2" in refused.text
    assert 'value="late" checked' in refused.text
    assert save(client, province, option="late", reason="Ban hành ngày 15/3").status_code == 302
    entry = ScoreEntry.objects.get(stage="appraised-1")
    assert (entry.quantity, entry.reason) == ({"option": "late"}, "Ban hành ngày 15/3")


def test_what_the_contract_refuses_is_told_at_its_field(province):
    client = client_of(province, "appraiser")
    refused = save(client, province, item="1.1.2", numerator="25", denominator="20")
    assert refused.status_code == 422
    assert any("Tử số lớn hơn mẫu số" in one.error for one in refused.context["fields"])


def test_saving_goes_on_to_what_waits_next(province):
    client = client_of(province, "appraiser")
    answer = save(client, province, option="timely")
    assert answer.url.startswith(reverse("appraise", args=[province.sheet_id("justice"), "1.1.1"]))
    url = item_url(province, by="unit")
    answer = client.post(url, {"base": 1, "option": "timely"})
    assert answer.url.startswith(reverse("appraise", args=[province.sheet_id("finance"), "1.1.2"]))
    assert list(verify()) == []


def test_a_conflict_shows_both_values_and_lets_choose(province):
    one, other = client_of(province, "appraiser"), client_of(province, "appraiser2")
    save(one, province, option="timely")
    conflict = save(other, province, option="late", reason="Ban hành ngày 15/3")
    assert conflict.status_code == 409
    assert "Người appraiser" in conflict.text
    assert "Chậm so với thời hạn" in conflict.text
    assert "Đúng thời hạn" in conflict.text
    assert ScoreEntry.objects.filter(stage="appraised-1").count() == 1
    chosen = save(
        other, province, base=1, option="late", reason="Ban hành ngày 15/3", resolve="yes",
        **{"theirs-option": "timely", "theirs-reason": "", "keep-option": "mine",
           "keep-reason": "mine"},
    )  # fmt: skip
    assert chosen.status_code == 302
    latest = ScoreEntry.objects.filter(stage="appraised-1").latest("version")
    assert (latest.version, latest.quantity) == (2, {"option": "late"})


def test_reasons_given_before_are_offered_the_most_frequent_first(province):
    client = client_of(province, "appraiser")
    save(client, province, "finance", option="late", reason="Ban hành sau thời hạn")
    save(client, province, "health", item="1.1.2", numerator="10", denominator="20", reason="Khác")
    page = client.get(item_url(province, "health"))
    assert page.context["reasons"] == ["Ban hành sau thời hạn"]  # not those of its own sheet
    lawyer = client_of(province, "lawyer").get(item_url(province, "health", "1.2.1"))
    assert lawyer.context["reasons"] == []


def test_a_question_is_asked_once(province):
    client = client_of(province, "appraiser")
    url = reverse("ask_explanation", args=[province.sheet_id("finance"), "1.1.1"])
    empty = client.post(url, {"question": " "})
    assert empty.status_code == 422
    assert client.post(url, {"question": "Văn bản số nào?"}).status_code == 302
    assert Question.objects.get().text == "Văn bản số nào?"
    page = client.get(item_url(province))
    assert "Văn bản số nào?" in page.text
    assert not page.context["finding"].asks
    assert client.post(url, {"question": "Hỏi nữa"}).status_code == 403
    assert client_of(province, "officer").post(url, {"question": "Hỏi"}).status_code == 403


def test_texts_of_people_are_escaped(province):
    client = client_of(province, "appraiser")
    save(client, province, option="late", reason="<script>alert(1)</script> chậm")
    page = client.get(item_url(province)).text
    assert "<script>alert" not in page
    page = client.get(item_url(province, "health")).text
    assert "<script>alert" not in page


# ---- double appraisal


def test_double_appraisal_is_blind_until_both_are_in(blind):
    one, other = client_of(blind, "appraiser"), client_of(blind, "appraiser2")
    whispered = "Điều bí mật của người thứ nhất"
    assert save(one, blind, option="late", reason=whispered).status_code == 302
    for name in ("appraiser2", "lawyer", "admin", "chair"):
        page = client_of(blind, name).get(item_url(blind))
        assert whispered not in page.text
    for unit in ("finance", "health"):
        assert whispered not in other.get(item_url(blind, unit)).text
    states = {
        str(row["name"]): row["state"]
        for part in one.get(queue_url(blind, state="done")).context["parts"]
        for row in part["rows"]
    }
    assert states == {"Sở Tài chính": "waits_for_second"}
    assert other.get(queue_url(blind, state="done")).context["parts"] == []
    assert save(other, blind, option="timely").status_code == 302
    page = other.get(item_url(blind))
    assert whispered in page.text
    assert [p["entry"].seat for p in page.context["pair"]] == [1, 2]
    assert not page.context["finding"].agreed
    assert page.context["finding"].barred == "settled"
    assert save(one, blind, base=1, option="timely").status_code == 403


def test_two_opinions_that_agree_stand(blind):
    appraisal.save_finding(
        blind.actor("appraiser"), blind.sheet_id("finance"), "1.1.1", {"option": "timely"}, base=0
    )
    other = client_of(blind, "appraiser2")
    assert save(other, blind, option="timely").status_code == 302
    page = other.get(item_url(blind))
    assert page.context["finding"].agreed
    assert ScoreEntry.objects.filter(stage="appraised-1", seat=0).count() == 1
