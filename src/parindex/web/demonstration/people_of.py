"""The people of the demonstration: made-up names, one password, one second factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from parindex.web.people.states import Role

# Shown on the log-in page, and only ever good where PARINDEX_DEMO is set.
PASSWORD: Final = "minh-hoa-cai-cach"  # noqa: S105 - it is meant to be known
TOTP_SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - it is meant to be known


@dataclass(frozen=True, slots=True)
class Person:
    """One ready log-in."""

    username: str
    name: str
    role: Role
    unit: str | None
    shown: bool = True


PEOPLE: Final = (
    Person("quantri", "Nguyễn Thị Minh Hà", Role.ROUND_ADMIN, "so-noi-vu"),
    Person("quantri2", "Phan Văn Đức", Role.ROUND_ADMIN, None, shown=False),
    Person("taichinh", "Trần Văn Lâm", Role.OFFICER, "so-tai-chinh"),
    Person("gd.taichinh", "Lê Thị Thu Thủy", Role.HEAD, "so-tai-chinh"),
    Person("xaydung", "Võ Thanh Tùng", Role.OFFICER, "so-xay-dung"),
    Person("gd.xaydung", "Đỗ Quốc Khánh", Role.HEAD, "so-xay-dung"),
    Person("phuong", "Nguyễn Ngọc Ánh", Role.OFFICER, "25459@2025-07-01"),
    Person("ct.phuong", "Huỳnh Văn Phước", Role.HEAD, "25459@2025-07-01", shown=False),
    Person("td.noivu", "Phạm Thị Hồng Nhung", Role.APPRAISER, "so-noi-vu"),
    Person("td.tuphap", "Bùi Minh Trí", Role.APPRAISER, "so-tu-phap"),
    Person("td.vpub", "Đặng Hữu Nghĩa", Role.APPRAISER, "van-phong-ubnd", shown=False),
    Person("td.khcn", "Lý Hoàng Yến", Role.APPRAISER, "so-khcn", shown=False),
    Person("td.taichinh", "Cao Thị Diễm", Role.APPRAISER, "so-tai-chinh", shown=False),
    Person("hoidong", "Trương Quang Vinh", Role.COUNCIL_CHAIR, None),
    Person("uyvien", "Mai Thị Lan Phương", Role.COUNCIL_MEMBER, None, shown=False),
    Person("lanhdao", "Hồ Sỹ Bình", Role.LEADER, None),
    Person("khaosat", "Lâm Thị Bích Ngọc", Role.SURVEY_MANAGER, None),
    Person("dieutra1", "Đinh Công Thành", Role.INTERVIEWER, None),
    Person("dieutra2", "Tạ Thị Hồng", Role.INTERVIEWER, None, shown=False),
    Person("dieutra3", "Trịnh Văn Hòa", Role.INTERVIEWER, None, shown=False),
    Person("dieutra4", "Châu Thị Ngân", Role.INTERVIEWER, None, shown=False),
    Person("theodoi", "Ngô Thị Kim Chi", Role.OBSERVER, None, shown=False),
)
