"""The page beside the open data: what it is, its licence, its citation, its dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from parindex.publication.open_data import Published, Table, Terms, citation, title

_VI: Final = (
    "- Mọi tệp ở đây đều sinh ra từ gói niêm phong công khai `bundle.zip`. Ai cũng kiểm lại được:",
    "  `parindex verify bundle.zip`, hoặc `python verify.py bundle.zip` với `verify.py` trong gói.",
    "- Trong CSV, ô chữ bắt đầu bằng = + - @ (cả dạng toàn góc), dấu nháy đơn, ký tự tab hoặc",
    "  xuống dòng có thêm một dấu nháy đơn ở trước, để bảng tính không chạy nó như công thức;",
    "  bỏ dấu ấy là được nguyên văn. Số dùng dấu chấm thập phân.",
)
_EN: Final = (
    "- Every file here is made from the sealed public bundle `bundle.zip`. Anybody can check it:",
    "  `parindex verify bundle.zip`, or `python verify.py bundle.zip` with the `verify.py` in it.",
    "- In CSV a text that begins with = + - @ (also full-width), an apostrophe, a tab or a line",
    "  break has one more apostrophe before it, so that no spreadsheet runs it as a formula;",
    "  without that apostrophe it is the text itself. Decimals have a dot.",
)
_PLACES: Final = (
    "| | |",
    "|---|---|",
    "| `csv/`, `json/` | từng bảng dưới đây (each table below) |",
    "| `open-data.xlsx` | tất cả các bảng (all tables) |",
    "| `sdmx/` | SDMX-CSV 2.0 |",
    "| `datapackage.json` | Frictionless Data Package |",
    "| `dcat.jsonld` | mục lục dữ liệu DCAT 3 (catalogue entry) |",
    "| `bundle.zip` | gói niêm phong công khai (the sealed public bundle) |",
)


def readme(of: Published, terms: Terms, tables: Sequence[Table]) -> str:
    """The page in Vietnamese and English, as Markdown."""
    named, cited = title(of.run), citation(of, terms)
    lines = [
        f"# {_plain(named.vi)}",
        "",
        f"*{_plain(named.say('en'))}*",
        "",
        f"- Giấy phép: {terms.licence.title.vi} ({terms.licence.url})",
        f"- Trích dẫn: {_plain(cited.vi)}",
        *_VI,
        "",
        f"- Licence: {terms.licence.title.say('en')} ({terms.licence.url})",
        f"- Citation: {_plain(cited.en)}",
        *_EN,
        "",
        *_PLACES,
        "",
        "## Từ điển dữ liệu (Data dictionary)",
    ]
    for table in tables:
        lines += ["", f"### `{table.name}` — {table.title.vi} ({table.title.say('en')})", ""]
        lines += ["| cột (column) | kiểu (type) | nghĩa | meaning |", "|---|---|---|---|"]
        for field in table.fields:
            kind = f"{field.type}, {field.measure}" if field.measure else field.type
            lines.append(
                f"| `{field.name}` | {kind} | {field.about.vi} | {field.about.say('en')} |"
            )
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """A text of a round on one line, without what Markdown would take for its own."""
    spaced = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]<>#|" else sign for sign in spaced)
