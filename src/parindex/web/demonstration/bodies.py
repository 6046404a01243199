"""The bodies of the demonstration: departments by their names, communes from the shipped tables.

Names are those of public bodies; who works there and every figure is made up, and says so.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from parindex.units.loader import load
from parindex.units.model import Tier

ISSUER: Final = ("tay-ninh", "Tỉnh Tây Ninh (số liệu minh họa)")
PROVINCE: Final = "tay-ninh@2025"
NEW_ON: Final = date(2025, 7, 1)
MERGED_ON: Final = date(2025, 3, 1)

# slug, name, the specialist keys of the criteria sets that it appraises.
DEPARTMENTS: Final = (
    ("van-phong-ubnd", "Văn phòng Ủy ban nhân dân tỉnh", ("peoples-committee-office",)),
    ("so-noi-vu", "Sở Nội vụ", ("home-affairs",)),
    ("so-tu-phap", "Sở Tư pháp", ("justice",)),
    ("so-tai-chinh", "Sở Tài chính", ("finance", "statistics")),
    ("so-khcn", "Sở Khoa học và Công nghệ", ("science-technology", "information-communications")),
    ("so-cong-thuong", "Sở Công Thương", ()),
    ("so-nnmt", "Sở Nông nghiệp và Môi trường", ()),
    ("so-xay-dung", "Sở Xây dựng", ()),
    ("so-vhttdl", "Sở Văn hóa, Thể thao và Du lịch", ()),
    ("so-gddt", "Sở Giáo dục và Đào tạo", ()),
    ("so-y-te", "Sở Y tế", ()),
    ("so-ngoai-vu", "Sở Ngoại vụ", ()),
    ("so-dan-toc", "Sở Dân tộc và Tôn giáo", ()),
    ("thanh-tra", "Thanh tra tỉnh", ()),
    ("bql-kkt", "Ban Quản lý Khu kinh tế, công nghiệp tỉnh", ()),
    ("tt-hcc", "Trung tâm Phục vụ hành chính công tỉnh", ()),
    ("cong-an", "Công an tỉnh", ()),
    ("bch-quan-su", "Bộ Chỉ huy Quân sự tỉnh", ()),
)
# Departments that ended with the mergers of March 2025, and what they became.
ENDED: Final = (
    ("so-khdt", "Sở Kế hoạch và Đầu tư", "so-tai-chinh"),
    ("so-ldtbxh", "Sở Lao động - Thương binh và Xã hội", "so-noi-vu"),
    ("so-gtvt", "Sở Giao thông vận tải", "so-xay-dung"),
    ("so-tnmt", "Sở Tài nguyên và Môi trường", "so-nnmt"),
    ("so-tttt", "Sở Thông tin và Truyền thông", "so-khcn"),
)


def communes(on: date) -> list[tuple[str, str]]:
    """The communes, wards and special zones of the province on a day: id and full name."""
    registry = load(Tier.PROVINCE, Tier.DISTRICT, Tier.COMMUNE)
    found = registry.on(on, tier=Tier.COMMUNE)
    return [(one.id, registry.full_name(one)) for one in found if one.parent == PROVINCE]


def districts(on: date) -> list[tuple[str, str]]:
    """The districts of the province before districts ended: id and full name."""
    registry = load(Tier.PROVINCE, Tier.DISTRICT)
    found = registry.on(on, tier=Tier.DISTRICT)
    return [
        (one.id, registry.full_name(one)) for one in found if one.parent.startswith("tay-ninh@")
    ]
