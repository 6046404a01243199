"""What the round of the play is made of: units, people, criteria, papers; all of it made up."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from workbooks.filled import Filled

from parindex.web.people.states import ROLE_WORDS
from parindex.workbooks.people_book import write_people
from parindex.workbooks.people_reading import AssignmentRow, PersonRow, UnitRow
from parindex.workbooks.sheet_words import HEADINGS, SHEET
from parindex.workbooks.uploads import address

YEAR = date.today().year  # noqa: DTZ011 - the year that the page suggests
RULEBOOK = f"""\
schema: parindex.rulebook/1
issuer: tay-ninh
index: par-index
group: departments
tier: department
year: {YEAR}
revision: 1
status: template
title: {{vi: "Bộ tiêu chí minh họa, khối sở năm {YEAR}"}}
legal_basis: [{{id: a, vi: "Bộ tiêu chí minh họa, không phải văn bản của tỉnh", issued: {YEAR}-01-10}}]
policies: {{points_decimals: 4, index_decimals: 2, rank_on: published, ties: share_best, not_applicable: renormalise}}
classes:
  - {{id: good, name: {{vi: "Tốt"}}, from: 80}}
  - {{id: weak, name: {{vi: "Trung bình"}}, from: 0}}
areas:
  - code: "1"
    name: {{vi: "Công tác chỉ đạo, điều hành cải cách hành chính"}}
    criteria:
      - code: "1.1"
        name: {{vi: "Kế hoạch cải cách hành chính"}}
        items:
          - code: "1.1.1"
            id: plan-issued
            name: {{vi: "Ban hành kế hoạch cải cách hành chính năm kịp thời"}}
            max_points: 1
            source: appraisal
            appraiser: home-affairs
            evidence: required
            rule: {{shape: options, points: {{"trước 15/01": 1, "sau 15/01": 0.5, "không ban hành": 0}}}}
            law: {{basis: a, at: "1.1.1"}}
          - code: "1.1.2"
            id: plan-done
            name: {{vi: "Mức độ hoàn thành kế hoạch cải cách hành chính năm"}}
            max_points: 2
            source: appraisal
            appraiser: home-affairs
            evidence: optional
            rule: {{shape: ratio, full_at: 100, zero_below: 50}}
            if_none_due: full
            law: {{basis: a, at: "1.1.2"}}
      - code: "1.2"
        name: {{vi: "Chế độ thông tin, báo cáo"}}
        items:
          - code: "1.2.1"
            id: reports
            name: {{vi: "Số lần chậm gửi báo cáo định kỳ"}}
            max_points: 1
            source: appraisal
            appraiser: justice
            evidence: none
            rule: {{shape: deduction, each: 0.25}}
            zero_if: {{vi: "Có công chức bị kỷ luật vì chậm trễ, sách nhiễu"}}
            law: {{basis: a, at: "1.2.1"}}
  - code: "2"
    name: {{vi: "Cải cách thể chế và đánh giá của người dân"}}
    criteria:
      - code: "2.1"
        name: {{vi: "Xây dựng và thực hiện văn bản quy phạm pháp luật"}}
        items:
          - code: "2.1.1"
            id: drafts
            name: {{vi: "Chất lượng tham mưu văn bản"}}
            max_points: 2
            source: appraisal
            appraiser: justice
            evidence: optional
            rule: {{shape: given}}
            law: {{basis: a, at: "2.1.1"}}
          - code: "2.1.2"
            id: outside
            name: {{vi: "Kết quả đánh giá của cơ quan ngoài"}}
            max_points: 1
            source: external
            appraiser: justice
            rule: {{shape: bands, on: value, steps: [{{from: 90, points: 1}}, {{from: 50, points: 0.5}}]}}
            law: {{basis: a, at: "2.1.2"}}
      - code: "2.2"
        name: {{vi: "Sự hài lòng của người dân, tổ chức"}}
        items:
          - {{code: "2.2.1", id: sipas, name: {{vi: "Chỉ số hài lòng (SIPAS)"}}, max_points: 3, source: survey, rule: {{shape: ratio}}, law: {{basis: a, at: "2.2.1"}}}}
"""
FINDINGS = """\
unit,item,share,se,n
so-tai-chinh@2021,2.2.1,0.8765,0.012,310
so-y-te@2021,2.2.1,0.9120,0.010,295
"""
FINANCE, HEALTH, HOME, JUSTICE = "Sở Tài chính", "Sở Y tế", "Sở Nội vụ", "Sở Tư pháp"
_UNITS = {
    "so-tai-chinh@2021": FINANCE,
    "so-y-te@2021": HEALTH,
    "so-noi-vu@2021": HOME,
    "so-tu-phap@2021": JUSTICE,
    "ban-qlkkt@2021": "Ban Quản lý Khu kinh tế, công nghiệp tỉnh",
}
# account: name, role, unit
PEOPLE = {
    "tran.thi.binh": ("Trần Thị Bình", "officer", "so-tai-chinh@2021"),
    "le.van.cuong": ("Lê Văn Cường", "head", "so-tai-chinh@2021"),
    "pham.thi.dung": ("Phạm Thị Dung", "officer", "so-y-te@2021"),
    "hoang.van.em": ("Hoàng Văn Em", "head", "so-y-te@2021"),
    "vo.thi.giang": ("Võ Thị Giang", "appraiser", "so-noi-vu@2021"),
    "dang.van.hai": ("Đặng Văn Hải", "appraiser", "so-tu-phap@2021"),
    "bui.thi.khanh": ("Bùi Thị Khánh", "council_chair", ""),
    "ngo.van.long": ("Ngô Văn Long", "leader", ""),
}


def people_book(*, wrong: bool = False) -> bytes:
    """Units, people and assignments as Home Affairs writes them; with a role that is none."""
    since = date(2021, 1, 1)
    stream = io.BytesIO()
    write_people(
        [UnitRow(id=id_, name=name, tier="department", group="departments", start_on=since)
         for id_, name in _UNITS.items()],
        [PersonRow(account=one, name=name, email=f"{one}@tayninh.example")
         for one, (name, _role, _unit) in PEOPLE.items()],
        [AssignmentRow(account=one, role=role, unit=unit, start_on=since)
         for one, (_name, role, unit) in PEOPLE.items()],
        stream,
        roles={str(one): words for one, words in ROLE_WORDS.items()},
        made_on=since,
    )  # fmt: skip
    if not wrong:
        return stream.getvalue()
    edit = Filled(stream.getvalue())
    rows = edit.grids["Phân công"]
    row = next(n for n, one in enumerate(rows) if "tran.thi.binh" in one)
    column = rows[row].index(ROLE_WORDS["officer"])  # type: ignore[index]  # a StrEnum is its text
    return edit.set(address(row, column), "Cán bộ đầu mốii", "Phân công").save()


def filled(workbook: bytes, values: dict[tuple[str, str], Any]) -> bytes:
    """A downloaded sheet with cells typed: (item, column) and what is typed."""
    edit = Filled(workbook)
    rows = edit.grids[SHEET]
    header = next(n for n, row in enumerate(rows) if HEADINGS["code"] in row)
    columns = {key: rows[header].index(text) for key, text in HEADINGS.items() if text in rows[header]}  # fmt: skip
    lines = {row[columns["code"]]: n for n, row in enumerate(rows) if n > header}
    for (item, key), value in values.items():
        edit.set(address(lines[item], columns[key]), value)
    return edit.save()


def paper(browser: Any, title: str, number: str, text: str) -> bytes:
    """An official paper as a PDF, printed by the browser."""
    page = browser.new_page()
    page.set_content(
        f"""<meta charset="utf-8"><style>body{{font:13pt/1.5 serif;margin:2cm}}table{{width:100%}}
        td{{text-align:center;vertical-align:top}}h1{{font-size:14pt;text-align:center}}</style>
        <table><tr><td>UBND TỈNH TÂY NINH<br><b>SỞ TÀI CHÍNH</b><br>Số: {number}</td>
        <td><b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</b><br><b>Độc lập – Tự do – Hạnh phúc</b><br>
        <i>Tây Ninh, ngày 12 tháng 01 năm {YEAR}</i></td></tr></table><h1>{title}</h1>
        <p>(Văn bản minh họa)</p><p>{text}</p><p>{text}</p>"""
    )
    content: bytes = page.pdf(format="A4")
    page.close()
    return content
