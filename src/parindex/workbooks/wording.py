"""The words of a rulebook workbook: its sheets, columns, settings and lists, in Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from parindex.workbooks.texts import key_of

ITEMS_SHEET: Final = "Bộ tiêu chí"
SETTINGS_SHEET: Final = "Thông tin chung"
HELP_SHEET: Final = "Hướng dẫn"


@dataclass(frozen=True, slots=True)
class Choices:
    """A list to choose from: each code of the rulebook with its Vietnamese label."""

    labels: Mapping[str, str]

    def label(self, code: str) -> str:
        """The label of a code."""
        return self.labels[code]

    def code(self, text: str) -> str | None:
        """The code that a label, or the code itself, stands for; None for anything else."""
        wanted = key_of(text)
        for code, label in self.labels.items():
            if wanted in {key_of(label), code}:
                return code
        return None


TIERS: Final = Choices(
    {
        "ministry": "Bộ - cơ quan ngang bộ",
        "province": "Tỉnh - thành phố",
        "department": "Sở - ban - ngành",
        "district": "Quận - huyện",
        "commune": "Xã - phường - đặc khu",
        "central_agency": "Cơ quan trung ương tại địa phương",
    }
)
STATUSES: Final = Choices({"official": "Chính thức", "template": "Mẫu tham khảo"})
RANK_ON: Final = Choices(
    {"published": "Chỉ số đã làm tròn (số công bố)", "exact": "Chỉ số chưa làm tròn"}
)
TIES: Final = Choices(
    {"share_best": "Đồng hạng cao nhất (1-2-2-4)", "dense": "Đồng hạng liên tiếp (1-2-2-3)"}
)
NOT_APPLICABLE: Final = Choices(
    {
        "renormalise": "Tính lại trên điểm còn lại",
        "renormalise_within_area": "Tính lại trong từng lĩnh vực",
        "award_max": "Cho điểm tối đa",
    }
)
AREA: Final = "area"
CRITERION: Final = "criterion"
ITEM: Final = "item"
KINDS: Final = Choices({AREA: "Lĩnh vực", CRITERION: "Tiêu chí", ITEM: "Tiêu chí thành phần"})
SHAPES: Final = Choices(
    {
        "options": "Chọn một mức",
        "bands:ratio": "Theo bậc tỷ lệ",
        "bands:value": "Theo bậc giá trị",
        "bands:count": "Theo bậc số lượng",
        "ratio": "Theo tỷ lệ",
        "deduction": "Trừ dần",
        "given": "Chấm trực tiếp",
    }
)
SOURCES: Final = Choices(
    {
        "appraisal": "Thẩm định",
        "external": "Bên ngoài chấm",
        "survey": "Khảo sát",
        "index": "Chỉ số khác",
        "dossiers": "Dữ liệu hồ sơ",
    }
)
EVIDENCE: Final = Choices({"required": "Bắt buộc", "optional": "Nếu có", "none": "Không cần"})
NONE_DUE: Final = Choices({"zero": "0 điểm", "full": "Đủ điểm", "not_applicable": "Không áp dụng"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the main sheet: what it is called, how wide it is, what may stand in it."""

    key: str
    heading: str
    width: float
    about: str
    choices: Choices | None = None
    required: bool = True


PRINTED: Final = (
    Column(
        key="code",
        heading="Mã (STT)",
        width=8,
        about="Mã của lĩnh vực, tiêu chí, tiêu chí thành phần như trong phụ lục: 1; 1.1; 1.1.1. "
        "Ghi dạng chữ để 1.10 không thành 1.1.",
    ),
    Column(
        key="name",
        heading="Lĩnh vực / Tiêu chí / Tiêu chí thành phần",
        width=46,
        about="Tên theo quyết định ban hành.",
    ),
    Column(
        key="max_points",
        heading="Điểm tối đa",
        width=8,
        about="Số điểm, như 0.5 hoặc 1,50. Ở dòng lĩnh vực và tiêu chí có tiêu chí thành phần có "
        "thể để trống; nếu ghi thì phải bằng tổng các mục bên dưới.",
    ),
    Column(
        key="sentence",
        heading="Cách tính điểm (bằng lời)",
        width=46,
        required=False,
        about="Phần mềm tự viết từ các cột để sửa. Không sửa ở đây: khi nhập lại, cột này "
        "không được đọc.",
    ),
    Column(
        key="source",
        heading="Nguồn số liệu",
        width=14,
        choices=SOURCES,
        about="Thẩm định: đơn vị tự chấm, cơ quan thẩm định kết luận. Bên ngoài chấm: đơn vị "
        "không tự chấm. Khảo sát, Chỉ số khác, Dữ liệu hồ sơ: số liệu lấy từ nơi khác.",
    ),
    Column(
        key="appraiser",
        heading="Cơ quan thẩm định",
        width=15,
        about="Mã cơ quan thẩm định mục này, như home-affairs. Để trống nếu không có.",
    ),
    Column(
        key="evidence",
        heading="Tài liệu kiểm chứng",
        width=12,
        choices=EVIDENCE,
        about="Có cần tài liệu kiểm chứng không. Để trống: “Nếu có” với mục thẩm định, "
        "“Không cần” với mục khác.",
    ),
    Column(
        key="at",
        heading="Vị trí trong căn cứ",
        width=17,
        about="Phụ lục, dòng của mục trong quyết định, như: Phụ lục I, 1.1.1.",
    ),
)
EDITED: Final = (
    Column(
        key="kind",
        heading="Loại dòng",
        width=20,
        choices=KINDS,
        about="Tiêu chí không có tiêu chí thành phần thì chính dòng tiêu chí có cách tính điểm.",
    ),
    Column(
        key="shape",
        heading="Dạng tính điểm",
        width=18,
        choices=SHAPES,
        about="Chọn trong danh sách; các mức và tham số ghi ở cột bên cạnh.",
    ),
    Column(
        key="parameters",
        heading="Mức điểm, tham số",
        width=28,
        about="Mỗi mức một dòng, hoặc cách nhau bằng dấu chấm phẩy. Chọn một mức: timely = 0.5. "
        "Theo bậc: 80 → 0.5. Theo tỷ lệ: đủ điểm ở = 80; 0 điểm dưới = 50; được vượt 100. "
        "Trừ dần: mỗi lần trừ = 0.25; không dưới = 0.",
    ),
    Column(
        key="if_none_due",
        heading="Khi không phát sinh",
        width=13,
        choices=NONE_DUE,
        about="Mẫu số bằng 0 thì tính thế nào. Để trống: không nhận mẫu số bằng 0.",
    ),
    Column(
        key="zero_if",
        heading="Điểm liệt (0 điểm nếu)",
        width=24,
        about="Điều kiện làm mục bị 0 điểm, như: Có lãnh đạo bị kỷ luật. Để trống nếu không có.",
    ),
    Column(
        key="basis",
        heading="Căn cứ",
        width=12,
        about="Mã căn cứ pháp lý đã ghi ở trang Thông tin chung.",
    ),
    Column(
        key="examples",
        heading="Ví dụ",
        width=58,
        about="Số liệu → điểm phải được, cách nhau bằng dấu chấm phẩy. Như: mức = late → 0.25; "
        "tử số = 8, mẫu số = 10 → 0.5. Lệnh kiểm tra sẽ tính thử.",
    ),
    Column(
        key="note",
        heading="Ghi chú",
        width=40,
        required=False,
        about="Ghi chú riêng; thành dòng # trong tệp YAML, không ảnh hưởng cách tính.",
    ),
)
TECHNICAL: Final = (
    Column(
        key="id",
        heading="Định danh",
        width=30,
        about="Tên không dấu, không đổi qua các năm, mỗi mục một tên, như plan-issued.",
    ),
    Column(
        key="name_en",
        heading="Tên tiếng Anh",
        width=46,
        about="Tên tiếng Anh; để trống nếu không có.",
    ),
    Column(
        key="zero_if_en",
        heading="Điểm liệt (tiếng Anh)",
        width=24,
        about="Điều kiện điểm liệt bằng tiếng Anh; để trống nếu không có.",
    ),
)
GROUPS: Final = (
    ("In như phụ lục của quyết định", PRINTED),
    ("Cột để sửa", EDITED),
    ("Cột kỹ thuật", TECHNICAL),
)
COLUMNS: Final = (*PRINTED, *EDITED, *TECHNICAL)
# What only a scored row may have; any of them makes a criterion's row a scored one.
SCORED_ONLY: Final = (
    "source", "appraiser", "evidence", "at", "shape", "parameters", "if_none_due", "zero_if",
    "basis", "examples", "id", "zero_if_en",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One line of the settings sheet: a label, a value, what it means."""

    key: str
    label: str
    about: str
    choices: Choices | None = None
    required: bool = True


GENERAL: Final = (
    Setting(key="schema", label="Khuôn dạng", about="Phiên bản của biểu mẫu; không sửa."),
    Setting(key="title_vi", label="Tên bộ tiêu chí", about="Tên đầy đủ theo quyết định."),
    Setting(key="title_en", label="Tên tiếng Anh", about="Để trống nếu không có.", required=False),
    Setting(key="issuer", label="Cơ quan ban hành", about="Mã không dấu, như dak-lak; national."),
    Setting(key="index", label="Chỉ số", about="Mã của chỉ số, như par-index."),
    Setting(key="group", label="Nhóm đơn vị", about="Mã của nhóm cùng xếp hạng, như departments."),
    Setting(key="tier", label="Cấp", about="Chọn trong danh sách.", choices=TIERS),
    Setting(key="year", label="Năm", about="Năm đánh giá, như 2025."),
    Setting(key="revision", label="Lần ban hành", about="1 là lần đầu; mỗi lần sửa đổi tăng 1."),
    Setting(
        key="status",
        label="Tình trạng",
        about="Bộ tiêu chí mẫu không bao giờ được trình bày như văn bản pháp luật.",
        choices=STATUSES,
    ),
    Setting(
        key="max_points",
        label="Tổng điểm tối đa",
        about="Có thể để trống; nếu ghi thì phải bằng tổng điểm tối đa của các mục.",
        required=False,
    ),
    Setting(
        key="note",
        label="Ghi chú đầu tệp",
        about="Thành các dòng # ở đầu tệp YAML; không ảnh hưởng cách tính.",
        required=False,
    ),
)
POLICIES: Final = (
    Setting(
        key="points_decimals",
        label="Số chữ số thập phân của điểm",
        about="Điểm mỗi mục làm tròn đến mức này, thường là 4.",
    ),
    Setting(
        key="index_decimals",
        label="Số chữ số thập phân của chỉ số",
        about="Chỉ số công bố làm tròn đến mức này, thường là 2.",
    ),
    Setting(key="rank_on", label="Xếp hạng theo", about="Chọn trong danh sách.", choices=RANK_ON),
    Setting(
        key="ties",
        label="Khi bằng điểm",
        about="Hai đơn vị cùng hạng 2 thì đơn vị sau hạng 4, hay hạng 3.",
        choices=TIES,
    ),
    Setting(
        key="not_applicable",
        label="Mục không áp dụng",
        about="Mục không áp dụng cho một đơn vị thì thang điểm của đơn vị đó thế nào.",
        choices=NOT_APPLICABLE,
    ),
)
ADJUSTMENTS: Final = (
    Setting(
        key="bonus_cap",
        label="Điểm thưởng nhiều nhất",
        about="Để trống cả hai dòng nếu bộ tiêu chí không có điểm thưởng, điểm trừ.",
        required=False,
    ),
    Setting(
        key="deduction_cap",
        label="Điểm trừ nhiều nhất",
        about="Ghi 0 nếu chỉ có điểm thưởng.",
        required=False,
    ),
)
SETTINGS: Final = (*GENERAL, *POLICIES, *ADJUSTMENTS)
SETTING_SECTIONS: Final = (
    ("1. Thông tin của bộ tiêu chí", GENERAL),
    ("2. Quy ước tính điểm và xếp hạng", POLICIES),
    ("3. Điểm thưởng, điểm trừ của cả phiếu", ADJUSTMENTS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the settings sheet: its title, its columns (key, heading), its meaning."""

    key: str
    title: str
    about: str
    columns: tuple[tuple[str, str], ...]


LEGAL_BASIS: Final = Table(
    key="legal_basis",
    title="4. Căn cứ pháp lý",
    about="Mỗi văn bản một dòng; cột Căn cứ của trang Bộ tiêu chí chọn theo mã ở đây.",
    columns=(
        ("id", "Mã căn cứ"),
        ("vi", "Tên văn bản"),
        ("en", "Tên tiếng Anh"),
        ("issued", "Ngày ban hành"),
    ),
)
CLASSES: Final = Table(
    key="classes",
    title="5. Xếp loại",
    about="Từ loại cao xuống loại thấp; loại cuối từ 0. Để trống nếu không xếp loại.",
    columns=(
        ("id", "Mã loại"),
        ("vi", "Tên loại"),
        ("en", "Tên tiếng Anh"),
        ("from", "Chỉ số từ"),
    ),
)
CEILINGS: Final = Table(
    key="ceilings",
    title="6. Khống chế xếp loại",
    about="Mỗi dòng một điều kiện: hoặc chỉ số một lĩnh vực dưới mức, hoặc một mục bị 0 điểm.",
    columns=(
        ("at_most", "Xếp loại cao nhất là (mã)"),
        ("area_index_below", "Khi chỉ số một lĩnh vực dưới"),
        ("zero_item", "Khi mục sau bị 0 điểm (mã)"),
    ),
)
TABLES: Final = (LEGAL_BASIS, CLASSES, CEILINGS)
