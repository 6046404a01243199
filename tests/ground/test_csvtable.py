import io
import unicodedata
from decimal import Decimal

import pytest

from parindex import csvtable
from parindex.csvtable import CsvFile, Numbers, csv_cell, csv_line, name_encoding
from parindex.errors import Problems
from parindex.points import Number


def read(
    content: bytes, required: tuple[str, ...] = ("a", "b"), optional: tuple[str, ...] = ()
) -> tuple[list[tuple[int, tuple[str, ...]]], list[str]]:
    problems = Problems(file="f.csv")
    file = CsvFile(io.BytesIO(content), required=required, optional=optional, problems=problems)
    rows = list(file.rows())
    return rows, [f"{one.line}:{one.code}" for one in problems.found]


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n",
        b"\xef\xbb\xbfa,b\n1,2\n",
        b"a;b\n1;2\n",
        b"a,b\r\n1,2\r\n",
        b"a,b\n1,2",
        b'"a","b"\n"1","2"\n',
        b"b,a\n2,1\n",
    ],
)
def test_every_dialect_reads_the_same(content: bytes):
    assert read(content) == ([(2, ("1", "2"))], [])


def test_decomposed_letters_are_composed():
    rows, _ = read(unicodedata.normalize("NFD", "a,b\nSở,é\n").encode())
    assert rows == [(2, ("S\u1edf", "\u00e9"))]


def test_an_absent_optional_column_reads_empty():
    assert read(b"b,a\n2,1\n", optional=("c",)) == ([(2, ("1", "2", ""))], [])


def test_a_free_file_brings_its_other_columns_behind_those_asked_for():
    problems = Problems(file="f.csv")
    made = CsvFile(
        io.BytesIO(b"x,a,y\n1,2,3\n"),
        required=("a",),
        optional=("b",),
        free=True,
        problems=problems,
    )
    assert made.columns == ("a", "b", "x", "y")
    assert list(made.rows()) == [(2, ("2", "", "1", "3"))]
    assert problems.found == []


@pytest.mark.parametrize(
    ("header", "separator", "names"),
    [
        ('id,"Q1, hài lòng"', ",", ("id", "Q1, hài lòng")),
        ('id;"Q1, vui, khỏe"', ";", ("id", "Q1, vui, khỏe")),
        ('id,"Nói ""có""; hay không"', ",", ("id", 'Nói "có"; hay không')),
        ('id,"hai\ndòng"', ",", ("id", "hai\ndòng")),
        ('id;"một, hai,\nba"', ";", ("id", "một, hai,\nba")),
        ("id, ten ", ",", ("id", "ten")),
    ],
)
def test_a_heading_may_hold_a_separator_in_quotes(
    header: str, separator: str, names: tuple[str, ...]
):
    problems = Problems(file="f.csv")
    content = f"{header}\n1{separator}2\n3\n".encode()
    made = CsvFile(io.BytesIO(content), required=("id",), free=True, problems=problems)
    n_lines = header.count("\n") + 1
    assert (made.separator, made.columns) == (separator, names)
    assert list(made.rows()) == [(n_lines + 1, ("1", "2"))]
    assert [(one.line, one.code) for one in problems.found] == [(n_lines + 2, "csv.ragged")]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (b'a,"x', "csv.quotes"),
        (b'a,"x"y', "csv.quotes"),
        (b"a,,x", "csv.unknown_column"),
        (b"a,x,x", "csv.repeated_column"),
        (b"x,y", "csv.missing_column"),
        (b",".join(b"c%d" % at for at in range(1_001)), "csv.too_many_columns"),
    ],
)
def test_a_free_file_still_needs_a_name_for_each_column(header: bytes, code: str):
    problems = Problems(file="f.csv")
    made = CsvFile(io.BytesIO(header + b"\n1,2,3\n"), required=("a",), free=True, problems=problems)
    assert [one.code for one in problems.found] == [code]
    assert list(made.rows()) == []


def test_empty_rows_are_passed_over_and_lines_counted():
    rows, problems = read(b'a,b\n\n,\n"x\ny",2\n3,4\n')
    assert rows == [(5, ("x\ny", "2")), (6, ("3", "4"))]
    assert problems == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "0:csv.empty"),
        (b"a\n1\n", "1:csv.missing_column"),
        (b"a,b,c\n1,2,3\n", "1:csv.unknown_column"),
        (b"a,b,b\n1,2,3\n", "1:csv.repeated_column"),
        (b"a,b\n1,2,3\n", "2:csv.ragged"),
        (b"a,b\n1\n", "2:csv.ragged"),
        (b'a,b\n"1,2\n', "2:csv.quotes"),
        (b'a,b\n1,"2"x\n', "2:csv.quotes"),
        (b"a,b\n1,\x002\n", "2:csv.nul"),
        (b"a,b\n1,2\n\xff,2\n", "3:csv.encoding"),
        (b"a\xff,b\n", "1:csv.encoding"),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "2:csv.quotes"),
        (b",".join([b"a"] * 1_000_000), "1:csv.too_many_columns"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(content: bytes, problem: str):
    rows, problems = read(content)
    assert problems == [problem]
    assert rows in ([], [(2, ("1", "2"))])


def test_an_empty_first_line_names_no_column():
    codes = ["1:csv.unknown_column", "1:csv.missing_column", "1:csv.missing_column"]
    assert read(b"\na,b\n1,2\n") == ([], codes)


def test_a_file_beyond_the_limit_is_refused_and_not_cut(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(csvtable, "MAX_BYTES", 8)
    assert read(b"a,b\n1,2\n") == ([(2, ("1", "2"))], [])
    assert read(b"a,b\n1,2\n3")[1] == ["0:csv.too_large"]


def test_a_file_of_many_blocks_keeps_its_lines():
    body = "".join(f"{at},ở\n" for at in range(200_000)).encode()
    rows, problems = read(b"a,b\n" + body)
    assert problems == []
    assert rows[-1] == (200_001, ("199999", "ở"))
    assert len(rows) == 200_000
    _, problems = read(b"a,b\n" + body + b"1,\xff\n")
    assert problems == ["200002:csv.encoding"]
    _, problems = read(b"a,b\n" + body + b"1,\0\n")
    assert problems == ["200002:csv.nul"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Sở Nội vụ tỉnh".encode("utf-16"), "UTF-16"),
        (b"\xfe\xff\x00a", "UTF-16"),
        (b"S\xeb N\xe9i v\xf4", "TCVN3"),
        (b"So\xfb Noa\xe4i vu\xef", "VNI"),
        (b"\x80\x81", "?"),
        (b"caf\xe9", "TCVN3"),
        (b"\xb0x", "?"),
        (b"\xf8x", "TCVN3"),
    ],
)
def test_the_encoding_is_named_where_it_can_be(raw: bytes, expected: str):
    assert name_encoding(raw) == expected


def numbers(cells: list[str], separator: str = ",") -> tuple[list[Number | None], list[str]]:
    problems = Problems(file="f.csv")
    reader = Numbers(separator=separator, problems=problems)
    values = [reader.read(cell, line, "c") for line, cell in enumerate(cells, 2)]
    reader.finish()
    return values, [f"{one.line}:{one.code}" for one in problems.found]


def test_dots_throughout_and_commas_throughout_are_read():
    assert numbers(["92.43", "7", "-3", "0.5"]) == ([Decimal("92.43"), 7, -3, Decimal("0.5")], [])
    assert numbers(["92,43", "7", "-0,5"]) == ([Decimal("92.43"), 7, Decimal("-0.5")], [])


@pytest.mark.parametrize(
    ("cells", "separator", "problem"),
    [
        (["0.5", "0,5"], ",", "3:number.mixed"),
        (["0,5", "0.5"], ";", "3:number.mixed"),
        (["1.234.567"], ";", "2:number.thousands"),
        (["1,234.5"], ",", "2:number.thousands"),
        (["1.234,5"], ";", "2:number.thousands"),
        (["1 234"], ";", "2:number.thousands"),
        (["1\u00a0234,5"], ";", "2:number.thousands"),
        (["1E5"], ",", "2:number.not_a_number"),
        (["12/10/2025"], ",", "2:number.not_a_number"),
        (["10-12"], ",", "2:number.not_a_number"),
        (["98%"], ",", "2:number.not_a_number"),
        (["+1"], ",", "2:number.not_a_number"),
        (["１２"], ",", "2:number.not_a_number"),
        (["²"], ",", "2:number.not_a_number"),
        ([".5"], ",", "2:number.not_a_number"),
        (["1" * 16], ",", "2:number.not_a_number"),
        (["1,234"], ",", "2:number.ambiguous"),
        (["1,234"], ";", "2:number.ambiguous"),
        (["7", "1.234"], ";", "3:number.ambiguous"),
    ],
)
def test_what_reads_two_ways_is_refused(cells: list[str], separator: str, problem: str):
    _, problems = numbers(cells, separator)
    assert problems == [problem]


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["1.234"], ","),
        (["1,234", "0,5"], ";"),
        (["1.234", "0.125"], ";"),
        (["0,125"], ";"),
        (["1,2340"], ","),
        (["1234,567"], ";"),
    ],
)
def test_a_decimal_that_can_be_nothing_else_is_read(cells: list[str], separator: str):
    values, problems = numbers(cells, separator)
    assert problems == []
    assert values == [Decimal(cell.replace(",", ".")) for cell in cells]


def test_cells_are_quoted_only_where_they_must_be():
    assert csv_line(["a", "b c", "d,e", 'f"g', "h\ni", "k\rl", ""]) == (
        'a,b c,"d,e","f""g","h\ni","k\rl",\n'
    )
    assert csv_cell("Sở; Ban") == "Sở; Ban"
