"""The rules that read the text of the commune mergers, each on sentences of the source."""

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "merger_text.py"
_spec = importlib.util.spec_from_file_location("merger_text", SCRIPT)
assert _spec is not None
assert _spec.loader is not None
merger_text = importlib.util.module_from_spec(_spec)
sys.modules["merger_text"] = merger_text
_spec.loader.exec_module(merger_text)


def parts(text: str) -> dict[str, str]:
    return {mention.name: mention.part for mention in merger_text.read_mentions(text)}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Hòa Bình", "Hoà Bình", True),
        ("Thuỵ Hương", "Thụy Hương", True),
        ("Đắk Long", "Đăk Long", True),
        ("M’Drắk", "M'Drắk", True),
        ("Văn Miếu - Quốc Tử Giám", "Văn Miếu Quốc Tử Giám", True),
        ("Ea Bar", "EaBar", True),
        ("Ho\u0300a Bi\u0300nh", "Hòa Bình", True),
        ("Lưỡng Minh", "Lượng Minh", False),
        ("Rơ Kơi", "Rờ Kơi", False),
        ("Tân Hòa", "Tân Hóa", False),
        ("Quý", "Quí", False),
    ],
)
def test_two_spellings_of_one_name(one: str, other: str, same: bool) -> None:
    assert (merger_text.fold(one) == merger_text.fold(other)) is same


def test_look_alikes_are_the_same_only_where_asked() -> None:
    assert merger_text.look_alike("Xã la Chim") == merger_text.look_alike("Xã Ia Chim")
    assert merger_text.fold("la Chim") != merger_text.fold("Ia Chim")


def test_a_plain_list() -> None:
    mentions = merger_text.read_mentions("Thị trấn Tân Yên, Xã Tân Thành (huyện Hàm Yên) và Xã Ba")
    assert [(one.type, one.name, one.places, one.part) for one in mentions] == [
        ("thị trấn", "Tân Yên", (), "plain"),
        ("xã", "Tân Thành", ("huyện Hàm Yên",), "plain"),
        ("xã", "Ba", (), "plain"),
    ]


def test_a_part_of_several_governs_the_list_to_the_next_word_of_its_kind() -> None:
    assert parts(
        "Phường Quán Thánh, một phần diện tích TN, quy mô dân số của các phường Cửa Nam, Kim Mã, "
        "một phần diện tích TN của phường Thụy Khuê, phần còn lại của phường Cửa Đông, Đồng Xuân "
        "sau khi sắp Xếp"
    ) == {
        "Quán Thánh": "plain",
        "Cửa Nam": "part",
        "Kim Mã": "part",
        "Thụy Khuê": "part",
        "Cửa Đông": "part",
        "Đồng Xuân": "part",
    }


def test_a_part_of_one_leaves_the_rest_of_the_list_unclear() -> None:
    assert parts(
        "Xã Đường Lâm, một phần diện tích TN, quy mô dân số của Phường Trung Hưng, Xã Thanh Mỹ"
    ) == {"Đường Lâm": "plain", "Trung Hưng": "part", "Thanh Mỹ": "unclear"}


def test_after_the_closing_words_the_list_is_plain_again() -> None:
    assert parts("phần còn lại của Phường Quang Trung sau khi sắp xếp và Xã Phong Quang") == {
        "Quang Trung": "part",
        "Phong Quang": "plain",
    }


def test_the_whole_is_the_whole() -> None:
    assert parts("Toàn bộ diện tích TN, quy mô dân số của Xã Dương Quang, Xã Lệ Chi") == {
        "Dương Quang": "plain",
        "Lệ Chi": "plain",
    }


def test_an_aside_on_the_rest_is_of_its_own_name_only() -> None:
    assert parts("Xã Phong Mỹ, Xã Gáo Giồng (phần còn lại sau khi sáp nhập vào xã Phú Cường)") == {
        "Phong Mỹ": "plain",
        "Gáo Giồng": "part",
    }


def test_numbered_wards_share_the_place_behind_the_last() -> None:
    mentions = merger_text.read_mentions("Phường 10, Phường 11 (Quận 6), Phường 16 (Quận 8), Xã A")
    assert [one.places for one in mentions] == [("Quận 6",), ("Quận 6",), ("Quận 8",), ()]


def test_named_communes_do_not_share_a_place() -> None:
    mentions = merger_text.read_mentions("Xã Hòa Bình, Xã Minh Khai (huyện Vũ Thư)")
    assert [one.places for one in mentions] == [(), ("huyện Vũ Thư",)]


# ---- resolving


def commune(code: str, name: str, kind: str = "Xã", district: str = "001") -> dict[str, str]:
    return {
        "code": code,
        "name": name,
        "unit_type": kind,
        "district_code": district,
        "province_code": "34" if district == "001" else "33",
    }


BEFORE = [
    commune("1", "Hòa Bình"),
    commune("2", "Hòa Bình", district="002"),
    commune("3", "Minh Khai"),
    commune("4", "Thủ Thừa", "Thị trấn"),
    commune("5", "Phường Đúc", "Phường"),
    commune("6", "Châu Thành", "Thị trấn"),
    commune("7", "Châu Thành", "Thị trấn", "002"),
]
DISTRICTS = [
    {"code": "001", "name": "Vũ Thư", "full_name": "Huyện Vũ Thư", "province_code": "34"},
    {"code": "002", "name": "Vũ Thư", "full_name": "Huyện Vũ Thư", "province_code": "33"},
    {"code": "003", "name": "Cồn Cỏ", "full_name": "Huyện Cồn Cỏ", "province_code": "33"},
]


def find(text: str) -> tuple[list[str], str]:
    predecessors = merger_text.Predecessors(
        BEFORE,
        DISTRICTS,
        merged={"34": "33", "33": "33"},
        province_names={"34": "Tỉnh Thái Bình", "33": "Tỉnh Hưng Yên"},
    )
    (mention,) = merger_text.read_mentions(text.replace(", ", "; ") if "(" not in text else text)
    units, reason = predecessors.find("33", mention)
    return [unit["code"] for unit in units], reason


@pytest.mark.parametrize(
    ("text", "codes", "reason"),
    [
        ("Xã Minh Khai", ["3"], ""),
        ("xã Xã Minh Khai", ["3"], ""),
        ("Phường Đúc", ["5"], ""),
        ("Thủ Thừa", ["4"], ""),
        ("Huyện Cồn Cỏ", ["003"], ""),
        ("Thị trấn Châu Thành (huyện Vũ Thư, tỉnh Thái Bình)", ["6"], ""),
        ("Xã Hòa Bình", ["1", "2"], "several_of_that_name"),
        ("Xã Hòa Bình (huyện Vũ Thư)", ["1", "2"], "several_of_that_name"),
        ("Xã Hòa Bình (huyện Khác)", ["1", "2"], "other_place"),
        ("Xã Thủ Thừa", ["4"], "other_kind"),
        ("Xã Không Có", [], "unknown_name"),
        ("Xóm Tổng Dùn", [], "unknown_name"),
    ],
)
def test_a_name_resolves_to_exactly_one_unit_or_says_why_not(
    text: str, codes: list[str], reason: str
) -> None:
    assert find(text) == (codes, reason)
