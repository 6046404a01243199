from collections.abc import Iterable
from dataclasses import replace

import pytest
from rounds import files, item, row

from parindex.scoring.entries import EntryRow
from parindex.scoring.explain import EntryExplainer, Explainer, Why, watch
from parindex.scoring.files import MemoryFiles
from parindex.scoring.folder import read_folder
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


def test_an_entry_alone_is_explained_as_within_its_unit():
    opened = read_folder(made(sound(), tables=ONE_TABLES))
    kept: list[EntryRow] = []
    run = score_index(opened.round, watch(opened.entries(), 0, kept), problems=opened.problems)
    (group,) = run.groups
    items = list(group.criteria.items())
    alone = EntryExplainer(points_decimals=4, language="vi")
    final = [one for one in kept if run.round.spec.stages[one[2]] == "appraised"]
    for _unit, at, _stage, quantity, score, _line in final:
        why = alone.why(items[at], quantity, score)
        within = Explainer(run, "u1", kept, language="vi").item(items[at].code).because[1]
        assert within.text.endswith(f": {why.text}")
        assert within.because == why.because
    assert len(final) == 3


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


# ---- whole explanations, figure by figure: 1.33 + 1.7 + 1.9796 + 6 = 11.0096 of 14

HELD = TAIL + (
    'ceilings: [{at_most: weak, when: {zero_item: "1.1.1"}}, '
    "{at_most: weak, when: {area_index_below: 70.5}}]\n"
)
VETOED = [
    row("u1", "1.1.1", veto="yes", reason="x"),
    row("u1", "1.1.2", value="66.5"),
    row("u1", "2.1.1", option="a"),
]
WHOLE = {
    "vi": """\
u1 – Sở Một: chỉ số 80,43, hạng 1/1, xếp loại Yếu
  100 × (11,0096 + 0,2500 − 0,0000) / 14,0000 = 80,425714 → làm tròn 80,43
  xếp hạng trên chỉ số đã làm tròn
  từ 0 điểm trở lên: Yếu
  bị khống chế ở Yếu vì mục 1.1.1 được 0 điểm
  bị khống chế ở Yếu vì có lĩnh vực dưới 70,5
  so với năm trước: -5,07 điểm, +1 bậc
  Lĩnh vực 1. Lĩnh vực 1: 5,0096/8,0000 điểm = 62,62
    1.1.1 Mục 1.1.1: 0,0000/2,0000 điểm
      Cách tính: Cơ quan thẩm định cho từ 0 đến 2 điểm. Được 0 điểm nếu: có vi phạm.
      Bước appraised (entries.csv:2): lý do: x
        điểm liệt: có vi phạm
      Căn cứ: Quyết định thử, 1
    1.1.2 Mục 1.1.2: 1,3300/2,0000 điểm
      Cách tính: Điểm = 2 × tỷ lệ (%) / 100. Không phát sinh (mẫu số bằng 0): đủ điểm.
      Bước appraised (entries.csv:3): giá trị 66,5
        tỷ lệ = 66,5000%
        tính được 1,330000, làm tròn 1,3300
      Căn cứ: Quyết định thử, 1
    1.1.3 Mục 1.1.3: 1,7000/2,0000 điểm
      Cách tính: Điểm = 2 × tỷ lệ (%) / 100.
      Kết quả khảo sát (findings.csv): tỷ lệ 0,85
        tỷ lệ = 85,0000%
        tính được 1,700000, làm tròn 1,7000
      Căn cứ: Quyết định thử, 1
    1.1.4 Mục 1.1.4: 1,9796/2,0000 điểm
      Cách tính: Điểm = 2 × tỷ lệ (%) / 100.
      Số liệu hồ sơ (facts.csv): tử số 97, mẫu số 98
        tỷ lệ = 98,9796%
        tính được 1,979592, làm tròn 1,9796
      Căn cứ: Quyết định thử, 1
  Lĩnh vực 2. Lĩnh vực 2: 6,0000/6,0000 điểm = 100,00
    2.1.1 Mục 2.1.1: 6,0000/6,0000 điểm
      Cách tính: Chọn một mức: a được 6 điểm; b được 0 điểm.
      Bước appraised (entries.csv:4): mức a
        tính được 6,000000, làm tròn 6,0000
      Căn cứ: Quyết định thử, 1
""",
    "en": """\
u1 – Sở Một: index 80.43, rank 1/1, class Weak
  100 × (11.0096 + 0.2500 − 0.0000) / 14.0000 = 80.425714 → rounded 80.43
  ranked on the published index
  from 0 on: Weak
  held at Weak because item 1.1.1 was scored 0
  held at Weak because an area is below 70.5
  against last year: -5.07 points, +1 ranks
  Area 1. Lĩnh vực 1: 5.0096/8.0000 points = 62.62
    1.1.1 Mục 1.1.1: 0.0000/2.0000 points
      Rule: The appraising body gives from 0 to 2 points. 0 points if: a breach.
      Stage appraised (entries.csv:2): reason: x
        guard: a breach
      Law: Quyết định thử, 1
    1.1.2 Mục 1.1.2: 1.3300/2.0000 points
      Rule: Points = 2 × ratio (%) / 100. None due (denominator 0): full points.
      Stage appraised (entries.csv:3): value 66.5
        ratio = 66.5000%
        1.330000, rounded 1.3300
      Law: Quyết định thử, 1
    1.1.3 Mục 1.1.3: 1.7000/2.0000 points
      Rule: Points = 2 × ratio (%) / 100.
      Survey (findings.csv): share 0.85
        ratio = 85.0000%
        1.700000, rounded 1.7000
      Law: Quyết định thử, 1
    1.1.4 Mục 1.1.4: 1.9796/2.0000 points
      Rule: Points = 2 × ratio (%) / 100.
      Dossiers (facts.csv): numerator 97, denominator 98
        ratio = 98.9796%
        1.979592, rounded 1.9796
      Law: Quyết định thử, 1
  Area 2. Lĩnh vực 2: 6.0000/6.0000 points = 100.00
    2.1.1 Mục 2.1.1: 6.0000/6.0000 points
      Rule: One option is chosen: a earns 6 points; b earns 0 points.
      Stage appraised (entries.csv:4): option a
        6.000000, rounded 6.0000
      Law: Quyết định thử, 1
""",
}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_whole_explanation_reads_as_one_text(language: str):
    one = explainer(made(VETOED, tables=ONE_TABLES, tail=HELD), language=language)
    assert "".join(line + "\n" for line in one.unit().lines()) == WHOLE[language]


def test_an_area_scaled_up_is_explained_item_by_item():
    entries = [row("u1", "1.1.1", not_applicable="yes", reason="x"), *sound()[1:]]
    one = explainer(made(entries, tables=ONE_TABLES, not_applicable="renormalise_within_area"))
    # 5.0129 of 6 is scaled to 6.6839 of 8.
    lines = list(one.unit().lines())
    assert lines[1] == "  100 × (12,6839 + 0,2500 − 0,0000) / 14,0000 = 92,384762 → làm tròn 92,38"
    assert lines[5:11] == [
        "  Lĩnh vực 1. Lĩnh vực 1: 6,6839/8,0000 điểm = 83,55",
        "    điểm nhân 8,0000/6,0000 vì có mục không áp dụng",
        "    1.1.1 Mục 1.1.1: không áp dụng",
        "      Cách tính: Cơ quan thẩm định cho từ 0 đến 2 điểm. Được 0 điểm nếu: có vi phạm.",
        "      Bước appraised (entries.csv:2): lý do: x",
        "        không áp dụng",
    ]


def test_other_shapes_bare_rows_and_deductions_are_explained():
    areas = {
        "1": [
            item("1.1.1", "2", "{shape: deduction, each: 0.5}"),
            item(
                "1.1.2",
                "2",
                "{shape: bands, on: value, steps: [{from: 9, points: 2}, {from: 2.5, points: 1}]}",
            ),
            item(
                "1.1.3",
                "2",
                "{shape: bands, on: ratio, steps: [{from: 90, points: 2}, {from: 50, points: 1}]}",
            ),
            item("1.1.4", "4", GIVEN, more=('zero_if: {vi: "trễ hạn"}',)),
            item("1.1.5", "2", "{shape: ratio}", more=("if_none_due: zero",)),
        ]
    }
    entries = [
        row("u1", "1.1.1", "self", count="0"),
        row("u1", "1.1.1", count="3"),
        row("u1", "1.1.2", value="2.50", reason="đã rà"),
        row("u1", "1.1.3", numerator="1.5", denominator="2"),
        row("u1", "1.1.4", veto="yes"),
        row("u1", "1.1.5", numerator="0", denominator="0"),
    ]
    one = explainer(
        files(
            areas,
            entries=entries,
            tail="adjustments: {bonus_cap: 2, deduction_cap: 2}\n",
            tables={"adjustments.csv": "unit,kind,code,points\nu1,deduction,D,1.25\n"},
        )
    )
    lines = [line.strip() for line in one.unit().lines()]
    assert [line for line in lines if not line.startswith(("Cách tính", "Căn cứ"))] == [
        "u1 – Sở Một: chỉ số 10,42, hạng 1/1",
        "100 × (2,5000 + 0,0000 − 1,2500) / 12,0000 = 10,416667 → làm tròn 10,42",
        "xếp hạng trên chỉ số đã làm tròn",
        "so với năm trước: không so sánh",
        "Lĩnh vực 1. Lĩnh vực 1: 2,5000/12,0000 điểm = 20,83",
        "1.1.1 Mục 1.1.1: 0,5000/2,0000 điểm",
        "Bước appraised (entries.csv:3): số lượng 3",
        "tính được 0,500000, làm tròn 0,5000",
        "1.1.2 Mục 1.1.2: 1,0000/2,0000 điểm",
        "Bước appraised (entries.csv:4): giá trị 2,50, lý do: đã rà",
        "tính được 1,000000, làm tròn 1,0000",
        "1.1.3 Mục 1.1.3: 1,0000/2,0000 điểm",
        "Bước appraised (entries.csv:5): tử số 1,5, mẫu số 2",
        "tỷ lệ = 75,0000%",
        "tính được 1,000000, làm tròn 1,0000",
        "1.1.4 Mục 1.1.4: 0,0000/4,0000 điểm",
        "Bước appraised (entries.csv:6): điểm liệt:",
        "điểm liệt: trễ hạn",
        "1.1.5 Mục 1.1.5: 0,0000/2,0000 điểm",
        "Bước appraised (entries.csv:7): tử số 0, mẫu số 0",
        "không phát sinh: 0 điểm",
    ]


def test_a_stranger_and_an_unknown_item_are_named():
    one = explainer(made(sound(), tables=ONE_TABLES))
    with pytest.raises(LookupError, match=r"^9\.9$"):
        one.item("9.9")
    opened = read_folder(made(sound(), tables=ONE_TABLES))
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    with pytest.raises(LookupError, match=r"^u9$"):
        Explainer(run, "u9", [], language="vi")


def test_names_bounds_and_bases_are_said_in_the_language_asked_for():
    tail = TAIL.replace("from: 90}", "from: 80.5}")
    one = made(sound(), tables=ONE_TABLES, tail=tail)
    text = one.contents["rulebook/so.yaml"].decode()
    for old, new in (
        ('{vi: "Mục 1.1.1"}', '{vi: "Mục 1.1.1", en: "Plan"}'),
        ('{vi: "Lĩnh vực 2"}', '{vi: "Lĩnh vực 2", en: "Field"}'),
        ('vi: "Quyết định thử"', 'vi: "Quyết định X.", en: "..Decision X."'),
    ):
        assert old in text
        text = text.replace(old, new)
    one = replace(one, contents={**one.contents, "rulebook/so.yaml": text.encode()})
    lines = list(explainer(one, language="en").unit().lines())
    assert "    1.1.1 Plan: 2.0000/2.0000 points" in lines
    assert "  Area 2. Field: 6.0000/6.0000 points = 100.00" in lines
    assert "      Law: ..Decision X, 1" in lines
    assert "  from 80.5 on: Excellent" in lines
    assert "  từ 80,5 điểm trở lên: Xuất sắc" in list(explainer(one).unit().lines())


def test_the_least_figure_is_written_out():
    entries = [row("u1", "1.1.2", value="0.00000010"), sound()[0], sound()[3]]
    found = explainer(made(entries, tables=ONE_TABLES)).item("1.1.2").because[1]
    assert found.text == "Bước appraised (entries.csv:2): giá trị 0,00000010"


def test_the_rows_of_others_pass_by():
    units = ["u1,Sở Một,so,yes", "u2,Sở Hai,so,yes"]
    others = [line.replace("u1,", "u2,", 1) for line in sound(given="1")]
    opened = read_folder(made([*sound(), *others], units=units, tables=TABLES))
    kept: list[EntryRow] = []
    passed = list(watch(opened.entries(), 0, kept))
    assert len(passed) == 8
    assert kept == [one for one in passed if one[0] == 0]
    assert len(kept) == 4
