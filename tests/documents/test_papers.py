"""The papers around a round, and the report of its survey."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from documents.papers import HEAD, small, surveyed
from documents.test_docx import captioned, cells, opened, words
from documents.test_pdf import flat

from parindex.documents import papers
from parindex.documents.catalogue import CATALOGUE, Paper
from parindex.documents.form import Document, Picture, Signature
from parindex.documents.pdf import write_pdf
from parindex.documents.satisfaction import measured, sipas_report
from parindex.survey.finding import Finding

TASKS = (
    papers.Task(what="Tự chấm điểm", who="Các đơn vị", until=date(2025, 12, 15), product="Báo cáo"),
    papers.Task(what="Thẩm định", who="Sở Nội vụ"),
)


def guidance() -> Document:
    return papers.guidance(
        HEAD, subject="Hướng dẫn tự đánh giá, chấm điểm", addressees=["Sở Y tế"],
        texts=["Sở Nội vụ hướng dẫn như sau:", "Đề nghị các đơn vị thực hiện."], tasks=TASKS,
    )  # fmt: skip


def plan() -> Document:
    return papers.plan(
        HEAD, subject="Triển khai xác định chỉ số", parts=[("Mục đích", ["Đánh giá khách quan."])],
        tasks=TASKS, closing="Các đơn vị thực hiện Kế hoạch này.",
    )  # fmt: skip


def self_assessment() -> Document:
    return papers.self_assessment(
        HEAD, index="Chỉ số cải cách hành chính năm 2025", unit="Sở Y tế",
        areas=[
            papers.ClaimedArea(name="Thể chế", claimed=Decimal("8.25"), maximum=Decimal(10)),
            papers.ClaimedArea(name="Thủ tục", claimed=Decimal("12.5"), maximum=Decimal("13.5")),
            papers.ClaimedArea(name="Bộ máy", claimed=None, maximum=Decimal(5)),
        ],
        conduct=["Đã tự chấm."], limits=["Còn chậm."], closing="Kính đề nghị thẩm định.",
    )  # fmt: skip


def minutes() -> Document:
    two = (Signature(lines=("Thư ký",), name="Lê A"), Signature(lines=("Chủ trì",), name="Lê B"))
    meeting = papers.Meeting(
        place="Phòng họp số 1", began="8 giờ 00 ngày 10/01/2026", ended="11 giờ 00 cùng ngày",
        present=(papers.Attendant(name="Lê B", post="Chủ tịch Hội đồng"),),
        absent=(papers.Attendant(name="Lê C", post="Ủy viên"),),
        said=("Nghe báo cáo.",), decided=("Thống nhất kết quả.",),
    )  # fmt: skip
    head = replace(HEAD, signatures=two)
    return papers.minutes(head, meeting, subject="Họp Hội đồng thẩm định")


def certificates() -> Document:
    awards = [papers.Award(name=f"Sở {at}", merit="Dẫn đầu") for at in range(1, 4)]
    return papers.certificates(HEAD, awards, honour="Bằng khen", subject="Tặng Bằng khen")


def sipas() -> Document:
    made = surveyed()
    return sipas_report(
        made.run, HEAD, provenance=made.provenance, scope="các tỉnh, thành phố", confidence=SURE
    )


SURE = Decimal("0.95")
EVERY = {
    Paper.GUIDANCE: guidance, Paper.PLAN: plan, Paper.SELF_ASSESSMENT: self_assessment,
    Paper.MINUTES: minutes, Paper.CERTIFICATES: certificates, Paper.SIPAS_REPORT: sipas,
}  # fmt: skip


@pytest.mark.parametrize("paper", EVERY)
def test_word_and_pdf_say_the_same(paper: Paper):
    document = EVERY[paper]()
    assert document.kind is next(one.kind for one in CATALOGUE if one.paper is paper)
    in_word, in_pdf = words(opened(document, paper)), flat(write_pdf(document, paper))
    assert "{{" not in in_word
    assert "{%" not in in_word
    bare = "".join(in_pdf.split())
    for said in in_word.splitlines():
        assert "".join(said.split()) in bare or "sha256" in said, said


def test_a_self_assessment_adds_up_what_was_claimed_and_says_what_was_not():
    read = opened(self_assessment(), Paper.SELF_ASSESSMENT)
    assert "Tổng điểm tự chấm: 20,75/28,50 điểm; còn 1 lĩnh vực chưa chấm." in words(read)
    found = cells(captioned(read, "Điểm tự chấm theo lĩnh vực"))
    assert found[1] == ["1", "Thể chế", "10,00", "8,25"]
    assert found[3] == ["3", "Bộ máy", "5,00", "–"]
    assert found[-1] == ["", "Tổng cộng", "28,50", "20,75"]


def test_a_plan_lists_who_does_what_until_when():
    read = opened(plan(), Paper.PLAN)
    assert cells(captioned(read, "Nhiệm vụ"))[1:] == [
        ["1", "Tự chấm điểm", "Các đơn vị", "15/12/2025", "Báo cáo"],
        ["2", "Thẩm định", "Sở Nội vụ", "–", "–"],
    ]


def test_minutes_tell_who_came_and_who_did_not():
    read = opened(minutes(), Paper.MINUTES)
    assert cells(captioned(read, "có mặt"))[1:] == [["1", "Lê B", "Chủ tịch Hội đồng"]]
    assert cells(captioned(read, "vắng mặt"))[1:] == [["1", "Lê C", "Ủy viên"]]
    said = words(read)
    assert said.index("THƯ KÝ") < said.index("CHỦ TRÌ")
    assert "cùng ngày./." in said


def test_certificates_count_who_is_on_the_list():
    said = words(opened(certificates(), Paper.CERTIFICATES))
    assert "Tặng Bằng khen cho 3 tập thể, cá nhân" in said


def test_the_report_of_a_survey_holds_every_finding_with_its_limits():
    read = cells(captioned(opened(sipas(), Paper.SIPAS_REPORT), "Kết quả từng nội dung"))
    # 85.12 ± 1.959964 × 2.13, and so on; the greatest first, equal ones in the order of units.
    assert [[row[0], *row[2:]] for row in read[1:]] == [
        ["1.1.1", "Sở 2", "90,00", "88,04", "91,96", "800"],
        ["1.1.1", "Sở 1", "85,12", "80,95", "89,29", "1204"],
        ["1.1.1", "Sở 3", "75,00", "69,12", "80,88", "–"],
        ["1.1.2", "Sở 1", "99,00", "95,08", "100,00", "1190"],
        ["1.1.2", "Sở 2", "50,00", "–", "–", "700"],
        ["1.1.2", "Sở 3", "50,00", "48,04", "51,96", "90"],
    ]


def test_the_order_of_a_survey_is_called_no_ranking():
    chart = next(one.chart for one in sipas().body if isinstance(one, Picture))
    assert chart.columns == ("TT", "Đơn vị", "Chỉ số (%)", "Từ", "Đến")
    assert "xếp hạng" not in chart.alt.vi


def test_a_finding_without_an_error_has_no_limits():
    alone = measured("A", Finding(unit="a", item="1", share=Decimal("0.5")), confidence=SURE)
    assert alone.share == 50
    assert (alone.low, alone.high, alone.n) == (None, None, None)
    sure = measured(
        "A", Finding(unit="a", item="1", share=Decimal("0.99"), se=Decimal("0.02")), confidence=SURE
    )
    assert sure.high == 100


def test_a_round_without_a_survey_has_no_such_report():
    made = small()
    with pytest.raises(LookupError):
        sipas_report(made.run, HEAD, provenance=made.provenance, scope="các sở", confidence=SURE)
