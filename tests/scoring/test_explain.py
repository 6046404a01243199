from collections.abc import Iterable

import pytest
from rounds import files, item, row

from parindex.scoring.entries import EntryRow
from parindex.scoring.explain import Explainer, Why, watch
from parindex.scoring.folder import MemoryFiles, read_folder
from parindex.scoring.run import score_index

GIVEN = "{shape: given}"
AREAS = {
    "1": [
        item("1.1.1", "2", GIVEN, more=('zero_if: {vi: "có vi phạm", en: "a breach"}',)),
        item("1.1.2", "2", "{shape: ratio}", more=("if_none_due: full",)),
        item("1.1.3", "2", "{shape: ratio}", source="survey"),
        item("1.1.4", "2", "{shape: ratio}", source="dossiers"),
    ],
    "2": [item("2.1.1", "6", "{shape: options, points: {a: 6, b: 0}}")],
}
TABLES = {
    "findings.csv": "unit,item,share\nu1,1.1.3,0.85\nu2,1.1.3,0.5\n",
    "facts.csv": "unit,item,numerator,denominator\nu1,1.1.4,97,98\nu2,1.1.4,1,2\n",
    "adjustments.csv": "unit,kind,code,points\nu1,bonus,B,0.25\n",
    "previous.csv": "unit,index,rank\nu1,85.50,2\nu2,50,\n",
}
TAIL = """\
adjustments: {bonus_cap: 2, deduction_cap: 2}
classes:
  - {id: top, name: {vi: "Xuất sắc", en: "Excellent"}, from: 90}
  - {id: weak, name: {vi: "Yếu", en: "Weak"}, from: 0}
"""


def made(
    entries: Iterable[str],
    *,
    tail: str = TAIL,
    units: Iterable[str] = ("u1,Sở Một,so,yes",),
    tables: dict[str, str] | None = None,
    incomplete: str = "refuse",
    **policies: str,
) -> MemoryFiles:
    return files(
        AREAS,
        entries=entries,
        tail=tail,
        units=units,
        incomplete=incomplete,
        tables=TABLES if tables is None else tables,
        **policies,
    )


def explainer(round_files: MemoryFiles, unit: str = "u1", language: str = "vi") -> Explainer:
    opened = read_folder(round_files)
    kept: list[EntryRow] = []
    at = [one.id for one in opened.round.units].index(unit)
    rows = watch(opened.entries(), at, kept)
    run = score_index(opened.round, rows, problems=opened.problems)
    return Explainer(run, unit, kept, language=language)


def sound(**points: str) -> list[str]:
    return [
        row("u1", "1.1.1", points=points.get("given", "2")),
        row("u1", "1.1.2", "self", value="99"),
        row("u1", "1.1.2", numerator="2", denominator="3"),
        row("u1", "2.1.1", option="a"),
    ]


ONE_TABLES = {
    name: "".join(line + "\n" for line in text.splitlines() if not line.startswith("u2"))
    for name, text in TABLES.items()
}


def test_a_unit_is_explained_down_to_the_entry():
    lines = list(explainer(made(sound(), tables=ONE_TABLES)).unit().lines())
    text = "\n".join(lines)
    assert "Lĩnh vực 2. Lĩnh vực 2: 6,0000/6,0000 điểm = 100,00" in text
    assert "    1.1.2 Mục 1.1.2: 1,3333/2,0000 điểm" in text
    assert "      Cách tính: Điểm = 2 × tỷ lệ (%) / 100." in text
    assert "      Bước appraised (entries.csv:4): tử số 2, mẫu số 3" in text
    assert "        tỷ lệ = 66,6667%" in text
    assert "        tính được 1,333333, làm tròn 1,3333" in text
    assert "      Căn cứ: Quyết định thử, 1" in text
    assert "      Kết quả khảo sát (findings.csv): tỷ lệ 0,85" in text
    assert "      Số liệu hồ sơ (facts.csv): tử số 97, mẫu số 98" in text
    assert "      Bước appraised (entries.csv:5): mức a" in text


def test_the_figures_of_the_headline_are_those_of_the_run():
    one = explainer(made(sound(), tables=ONE_TABLES))
    lines = list(one.unit().lines())
    # 2 + 1.3333 + 1.7 + 1.9796 + 6 = 13.0129; (13.0129 + 0.25) / 14
    assert lines[1] == "  100 × (13,0129 + 0,2500 − 0,0000) / 14,0000 = 94,735000 → làm tròn 94,74"
    assert lines[0] == "u1 – Sở Một: chỉ số 94,74, hạng 1/1, xếp loại Xuất sắc"
    assert lines[3:5] == [
        "  từ 90 điểm trở lên: Xuất sắc",
        "  so với năm trước: +9,24 điểm, +1 bậc",
    ]


def test_english_is_a_translation():
    lines = list(explainer(made(sound(), tables=ONE_TABLES), language="en").unit().lines())
    assert lines[0] == "u1 – Sở Một: index 94.74, rank 1/1, class Excellent"
    assert "  ranked on the published index" in lines
    assert "      Stage appraised (entries.csv:4): numerator 2, denominator 3" in lines


def test_one_item_is_explained_alone():
    one = explainer(made(sound(), tables=ONE_TABLES))
    assert one.item("1.1.1").text == "1.1.1 Mục 1.1.1: 2,0000/2,0000 điểm"
    with pytest.raises(LookupError):
        one.item("9.9")
    opened = read_folder(made(sound(), tables=ONE_TABLES))
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    with pytest.raises(LookupError):
        Explainer(run, "u9", [], language="vi")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"veto": "yes"}, ["điểm liệt: ", "điểm liệt: có vi phạm"]),
        ({"not_applicable": "yes", "reason": "không có"}, ["lý do: không có", "không áp dụng"]),
        (
            {"points": "1.5", "reason": "xét"},
            ["điểm 1,5, lý do: xét", "tính được 1,500000, làm tròn 1,5000"],
        ),
    ],
)
def test_the_branch_of_the_rule_is_named(cells: dict[str, str], said: list[str]):
    entries = [row("u1", "1.1.1", "council", **cells), *sound()]
    found = explainer(made(entries, tables=ONE_TABLES)).item("1.1.1").because[1]
    assert found.text == f"Bước council (entries.csv:2): {said[0]}"
    assert [one.text for one in found.because] == [said[1]]


def test_none_due_and_awarded_points_are_named():
    entries = [
        row("u1", "1.1.1", not_applicable="yes", reason="x"),
        row("u1", "1.1.2", numerator="0", denominator="0"),
        row("u1", "2.1.1", option="a"),
    ]
    one = explainer(made(entries, tables=ONE_TABLES, not_applicable="award_max"))
    assert list(one.item("1.1.2").because[1].lines())[1:] == ["  không phát sinh: đủ điểm"]
    assert list(one.item("1.1.1").because[1].lines())[1:] == ["  không áp dụng: được điểm tối đa"]
    assert one.item("1.1.1").text == "1.1.1 Mục 1.1.1: 2,0000/2,0000 điểm"
    off = explainer(made(entries, tables=ONE_TABLES))
    assert off.item("1.1.1").text == "1.1.1 Mục 1.1.1: không áp dụng"


def test_what_is_missing_and_counted_zero_is_said():
    found = explainer(made(sound()[1:], tables=ONE_TABLES, incomplete="zero")).item("1.1.1")
    assert found.because[1].text == (
        "Chưa có kết quả cuối cùng: thiếu, tính 0 điểm theo quy định của kỳ"
    )


def test_scaling_within_an_area_is_said():
    entries = [row("u1", "1.1.1", not_applicable="yes", reason="x"), *sound()[1:]]
    one = explainer(made(entries, tables=ONE_TABLES, not_applicable="renormalise_within_area"))
    area = one.unit().because[-2]
    assert area.because[0].text == "điểm nhân 8,0000/6,0000 vì có mục không áp dụng"
    assert not one.unit().because[-1].because[0].text.startswith("điểm nhân")


def test_ceilings_are_named_with_their_reason():
    tail = TAIL + (
        'ceilings: [{at_most: weak, when: {zero_item: "1.1.1"}}, '
        "{at_most: weak, when: {area_index_below: 70.5}}]\n"
    )
    lines = list(explainer(made(sound(given="0"), tables=ONE_TABLES, tail=tail)).unit().lines())
    assert "  bị khống chế ở Yếu vì mục 1.1.1 được 0 điểm" in lines
    assert "  bị khống chế ở Yếu vì có lĩnh vực dưới 70,5" in lines


def test_a_unit_without_index_class_or_comparison_is_explained_too():
    every = [
        row("u1", item_code, not_applicable="yes", reason="x")
        for item_code in ("1.1.1", "1.1.2", "1.1.3", "1.1.4", "2.1.1")
    ]
    caps_only = TAIL.splitlines()[0] + "\n"
    lines = list(explainer(made(every, tables={}, tail=caps_only)).unit().lines())
    assert lines[0] == "u1 – Sở Một: không có mục nào áp dụng: không có chỉ số"
    assert lines[1] == "  Lĩnh vực 1. Lĩnh vực 1: không áp dụng"
    unranked = explainer(
        made(
            sound(),
            tables={**ONE_TABLES, "previous.csv": "unit,index,rank\n"},
            tail=caps_only,
            units=["u1,Sở Một,so,no"],
            rank_on="exact",
        )
    )
    lines = list(unranked.unit().lines())
    assert lines[0] == "u1 – Sở Một: chỉ số 94,74, không xếp hạng"
    assert lines[2:4] == ["  xếp hạng trên chỉ số chính xác", "  so với năm trước: không so sánh"]
    no_rank = explainer(
        made(sound(), tables={**ONE_TABLES, "previous.csv": "unit,index,rank\nu1,95,\n"})
    )
    assert "  so với năm trước: -0,26 điểm, – bậc" in list(no_rank.unit().lines())


def test_a_tree_prints_its_depth():
    assert list(Why("a", [Why("b", [Why("c")]), Why("d")]).lines()) == ["a", "  b", "    c", "  d"]


def test_only_the_rows_of_the_unit_are_kept():
    others = [line.replace("u1,", "u2,", 1) for line in sound(given="1")]
    units = ["u1,Sở Một,so,yes", "u2,Sở Hai,so,yes"]
    one = explainer(made([*others, *sound()], units=units, tables=TABLES))
    assert one.item("1.1.1").because[1].text == "Bước appraised (entries.csv:6): điểm 2"
    assert next(one.unit().lines()) == "u1 – Sở Một: chỉ số 94,74, hạng 1/2, xếp loại Xuất sắc"
