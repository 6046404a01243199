"""Pure: the roles, what each is bound to, and what an API token may be allowed."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """Vai trò: what a person may be in an issuer's rounds."""

    ROUND_ADMIN = "round_admin"
    OFFICER = "officer"
    HEAD = "head"
    APPRAISER = "appraiser"
    COUNCIL_MEMBER = "council_member"
    COUNCIL_CHAIR = "council_chair"
    LEADER = "leader"
    OBSERVER = "observer"
    SURVEY_MANAGER = "survey_manager"
    INTERVIEWER = "interviewer"


# The words of the roles, as they are shown and as the import workbook knows them.
ROLE_WORDS: Final = {
    Role.ROUND_ADMIN: "Quản trị kỳ đánh giá",
    Role.OFFICER: "Cán bộ đầu mối của đơn vị",
    Role.HEAD: "Thủ trưởng đơn vị",
    Role.APPRAISER: "Chuyên viên thẩm định",
    Role.COUNCIL_MEMBER: "Thành viên Hội đồng thẩm định",
    Role.COUNCIL_CHAIR: "Chủ tịch Hội đồng thẩm định",
    Role.LEADER: "Lãnh đạo",
    Role.OBSERVER: "Người theo dõi",
    Role.SURVEY_MANAGER: "Quản lý khảo sát",
    Role.INTERVIEWER: "Điều tra viên",
}
# Roles that a person has in a unit; the others are of the issuer as a whole.
OF_A_UNIT: Final = frozenset({Role.OFFICER, Role.HEAD, Role.APPRAISER})
# Roles whose log-in needs a second factor.
NEED_SECOND_FACTOR: Final = frozenset({Role.ROUND_ADMIN, Role.APPRAISER, Role.SURVEY_MANAGER})
COUNCIL: Final = frozenset({Role.COUNCIL_MEMBER, Role.COUNCIL_CHAIR})


class Scope(StrEnum):
    """What an API token may be used for, within what its person may do."""

    READ = "read"
    SCORE = "score"
    APPRAISE = "appraise"
    ADMINISTER = "administer"
    FIELDWORK = "fieldwork"


# Given out only by a session that was opened with a second factor, which the token then stands for.
SECOND_FACTOR_SCOPES: Final = frozenset({Scope.APPRAISE, Scope.ADMINISTER})
