"""An uploaded frame is read as a draw would read it: whole, or with what is wrong in it."""

import pytest
import web_setup

web_setup.set_up()

from parindex.errors import UnusableInputError  # noqa: E402
from parindex.web.fieldwork.queries.planning import table_of  # noqa: E402


def test_a_frame_is_read_with_its_columns_and_without_empty_rows():
    read = table_of('\ufeffid;họ tên\nH1;"Nguyễn; An"\n;\nH2;Bình\n'.encode(), file="khung.csv")
    assert read.columns == ("id", "họ tên")
    assert read.rows == (("H1", "Nguyễn; An"), ("H2", "Bình"))
    for nothing in (b"", b"\xef\xbb\xbf\n"):
        assert table_of(nothing, file="khung.csv").columns == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"id,name\nH1," + b"x" * 131_073 + b"\n", ["csv.quotes"]),
        (b'id,name\nH1,"An\n', ["csv.quotes"]),
        (b"id,name\nH1,\xff\n", ["csv.encoding"]),
        (b"id,name\nH1\n", ["csv.ragged"]),
        (b"id,id\nH1,H2\n", ["csv.repeated_column"]),
    ],
)
def test_what_cannot_be_drawn_from_is_told_when_it_is_brought(content, told):
    with pytest.raises(UnusableInputError) as caught:
        table_of(content, file="khung.csv")
    assert [one.code for one in caught.value.problems] == told
