"""Written findings: sentences that follow from the figures and say no more."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from documents.papers import demonstration, small

from parindex.documents.findings import Written, written
from parindex.documents.form import Dated, Number, roman
from parindex.documents.wording import figure
from parindex.scoring.inputs import Previous
from parindex.scoring.run import IndexRun

CLASSES = (
    "classes:\n  - {id: tot, name: {vi: Tốt}, from: 80}\n  - {id: yeu, name: {vi: Yếu}, from: 0}\n"
)


def said(run: IndexRun, before: IndexRun | None = None) -> Written:
    return written(run, run.groups[0], before=before)


def test_how_the_group_stands():
    found = said(small(first="Sở Nội vụ", tail=CLASSES).run)
    assert found.overall == (
        "Kết quả tính theo bộ tiêu chí mẫu, không phải văn bản pháp luật.",
        "Có 3 đơn vị được đánh giá, 2 đơn vị được xếp hạng.",
        "Chỉ số trung bình của các đơn vị xếp hạng là 81,25%.",
        "Cao nhất là Sở Nội vụ với 87,50%; thấp nhất là Sở Y tế với 75,00%; khoảng cách là"
        " 12,50 điểm phần trăm.",
        "1/2 đơn vị xếp hạng có chỉ số từ mức trung bình trở lên.",
        "Xếp loại: Tốt 1 đơn vị; Yếu 2 đơn vị.",
    )


def test_where_the_group_is_strong_and_weak():
    found = said(small(first="Sở Nội vụ").run)
    assert found.areas == (
        "Lĩnh vực 1: trung bình 87,50%; cao nhất 100,00% (Sở Y tế); thấp nhất 75,00% (Sở Nội vụ).",
        "Lĩnh vực 2: trung bình 75,00%; cao nhất 100,00% (Sở Nội vụ); thấp nhất 50,00% (Sở Y tế).",
    )
    assert found.strengths == ("Lĩnh vực có chỉ số trung bình cao nhất: Lĩnh vực 1 (87,50%).",)
    assert found.weaknesses == (
        "Lĩnh vực có chỉ số trung bình thấp nhất: Lĩnh vực 2 (75,00%).",
        "Tiêu chí đạt tỷ lệ điểm thấp nhất: 2.1.1 Mục 2.1.1 (đạt 75,00% số điểm); 1.1.1 Mục 1.1.1"
        " (đạt 87,50% số điểm).",
    )


def test_what_cannot_be_compared_is_said():
    assert said(small(first="A").run).changes == ("Không có chỉ số năm trước để so sánh.",)
    compared = small(first="A", previous="unit,index,rank,comparable\nu1,80.00,2,yes\nu2,99,1,no\n")
    assert said(compared.run).changes == (
        "1 đơn vị so sánh được với năm trước: 1 tăng, 0 giảm, 0 không đổi.",
        "2 đơn vị không so sánh được với năm trước.",
        "Tăng nhiều nhất: A (7,50 điểm phần trăm).",
    )


def test_areas_are_compared_over_the_units_of_both_years():
    run = demonstration().run
    found = said(run, run).changes
    assert found[-9].startswith("Thay đổi trung bình theo lĩnh vực so với năm 2025")
    # The others were merged since, and are declared not to be compared.
    assert found[0].startswith("11 đơn vị so sánh được")
    assert all(one.endswith(": không đổi (11 đơn vị).") for one in found[-8:])
    other = said(run, demonstration("tay-ninh-2023").run).changes
    assert other[-1] == "Năm 2023 không có nhóm này nên không so sánh theo lĩnh vực."


def test_a_change_of_rules_is_said_beside_the_change():
    one, other = small(first="A").run, small(first="A", tail=CLASSES).run
    assert "Bộ tiêu chí hai năm khác nhau" not in said(one, other).changes[-1]
    moved = small_with_other_maximum()
    assert said(one, moved).changes[-1].startswith("Bộ tiêu chí hai năm khác nhau")


def test_a_unit_declared_incomparable_is_in_no_change_by_area():
    one = small(first="A").run
    unit = one.groups[0].units[0].id
    alone = Previous(unit=unit, index=None, rank=None, comparable=False)
    told = replace(one, round=replace(one.round, previous={**one.round.previous, unit: alone}))

    def counted(run: IndexRun) -> list[int]:
        lines = said(run, one).changes
        return [int(n) for line in lines for n in re.findall(r"không đổi \((\d+) đơn vị\)", line)]

    assert counted(one)
    assert counted(told) == [n - 1 for n in counted(one)]


def small_with_other_maximum() -> IndexRun:
    from rounds import files, item, row, score  # noqa: PLC0415 - one test needs them

    given = "{shape: given}"
    return score(
        files(
            {"1": [item("1.1.1", "4", given)], "2": [item("2.1.1", "2", given)]},
            entries=[row("u1", "1.1.1", points="2"), row("u1", "2.1.1", points="2")],
        )
    )


def test_every_figure_of_the_findings_stands_in_the_tables():
    published = demonstration()
    found = said(published.run)
    (whole,) = published.table("groups")
    for cell in (whole["mean"], whole["min"], whole["max"]):
        assert any(cell.replace(".", ",") + "%" in one for one in found.overall)


@pytest.mark.parametrize(
    ("day", "printed"),
    [
        (date(2026, 2, 9), "ngày 09 tháng 02 năm 2026"),
        (date(2026, 12, 10), "ngày 10 tháng 12 năm 2026"),
    ],
)
def test_days_are_written_as_the_decree_asks(day: date, printed: str):
    assert Dated(place="Huế", day=day).on == printed


def test_numbers_are_written_as_the_decree_asks():
    assert Number(symbol="TB-SNV", number=14).printed == "Số: 14/TB-SNV"
    assert Number(symbol="TB-SNV", number=1580).plain == "1580/TB-SNV"
    assert [roman(one) for one in (2, 3, 5, 6, 8, 19)] == ["II", "III", "V", "VI", "VIII", "XIX"]
    assert figure(None, 2) == "–"
