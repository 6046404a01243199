"""The words and numbers of the screen: points, changes, moments, states.

Every page has these filters (they are built in). Numbers follow the language of the page: 92,43
and 1.234 in Vietnamese, 92.43 and 1,234 in English. What a filter cannot show is a dash.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import template
from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_noop, ngettext

from parindex.points import show, show_fraction

register = template.Library()

NONE: Final = "–"
_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
Exact = Decimal | Fraction | int


def _marks() -> tuple[str, str]:
    """The decimal mark and the mark between thousands."""
    return (".", ",") if (get_language() or "vi").startswith("en") else (",", ".")


def _write(text: str) -> str:
    """A number with a dot and no groups, as the language of the page writes it."""
    decimal_mark, group_mark = _marks()
    whole, _, fraction = text.partition(".")
    grouped = f"{int(whole):,}".replace(",", group_mark)
    sign = "-" if whole.startswith("-") and not grouped.startswith("-") else ""
    return f"{sign}{grouped}{decimal_mark}{fraction}" if fraction else sign + grouped


@register.filter
def points(value: Exact | None, decimals: int = 2) -> str:
    """Points, rounded half up to two places or as many as asked.

    >>> from django.utils.translation import override
    >>> with override("vi"): points(Decimal("92.4251")), points(None), points(Decimal("1"), 4)
    ('92,43', '–', '1,0000')
    >>> with override("en"): points(Decimal("92.4251"))
    '92.43'
    """
    return NONE if value is None else _write(show_fraction(Fraction(value), int(decimals)))


@register.filter
def exact(value: Decimal | None) -> str:
    """Points with every place that they have, at least two.

    >>> from django.utils.translation import override
    >>> with override("vi"): exact(Decimal("1.000000")), exact(Decimal("0.833300")), exact(None)
    ('1,00', '0,8333', '–')
    """
    if value is None or value == "":
        return NONE
    whole, _, fraction = f"{value:f}".partition(".")
    return _write(f"{whole}.{fraction.rstrip('0').ljust(2, '0')}")


@register.filter
def steps(value: int | None, decimals: int = 4) -> str:
    """Whole steps of the engine as points: every place that is not a trailing zero, at least two.

    >>> from django.utils.translation import override
    >>> with override("vi"): steps(924300), steps(8333), steps(None), steps(9243, 2)
    ('92,43', '0,8333', '–', '92,43')
    """
    if value is None:
        return NONE
    whole, _, fraction = show(value, int(decimals)).partition(".")
    fraction = fraction.rstrip("0").ljust(2, "0")
    return _write(f"{whole}.{fraction}")


@register.filter
def number(value: Exact | None) -> str:
    """A count or an amount with its own decimals, thousands parted.

    >>> from django.utils.translation import override
    >>> with override("vi"): number(1234567), number(Decimal("1234.50")), number(-7), number(None)
    ('1.234.567', '1.234,50', '-7', '–')
    """
    if value is None:
        return NONE
    return _write(str(value) if isinstance(value, int) else f"{value:f}")


@register.filter
def percent(share: Exact | None, decimals: int = 2) -> str:
    """A share of one as percent.

    >>> from django.utils.translation import override
    >>> with override("vi"): percent(Decimal("0.92425")), percent(Fraction(1, 3), 0)
    ('92,43%', '33%')
    """
    return NONE if share is None else points(Fraction(share) * 100, decimals) + "%"


@register.filter
def change(value: Exact | None, decimals: int = 2) -> str:
    """A difference with its arrow; None is one that cannot be compared.

    >>> from django.utils.translation import override
    >>> with override("vi"):
    ...     change(Decimal("4.16")), change(Decimal("-0.21")), change(Decimal(0)), change(None)
    ('▲ 4,16', '▼ 0,21', '– không đổi', 'không so sánh')
    """
    if value is None:
        return gettext("không so sánh")
    if not value:
        return f"– {gettext('không đổi')}"
    return f"{'▲' if value > 0 else '▼'} {points(abs(Fraction(value)), decimals)}"


@register.filter
def plain(value: Exact | None) -> str:
    """A number for an attribute: a dot, no groups, whatever the language.

    >>> plain(Decimal("1234.5")), plain(Fraction(1, 3)), plain(None), plain(7)
    ('1234.5', '0.3333', '', '7')
    """
    if value is None:
        return ""
    return show_fraction(value, 4) if isinstance(value, Fraction) else str(value)


@register.simple_tag
def place(
    value: Exact | float, low: Exact | float, high: Exact | float, start: float, end: float
) -> str:
    """Where ``value`` stands between ``start`` and ``end``, as a coordinate of a drawing.

    >>> place(Decimal("75"), 50, 100, 0, 320), place(200, 0, 100, 10, 310), place(1, 1, 1, 0, 9)
    ('160.0', '310.0', '0.0')
    """
    span = float(high) - float(low)
    part = (float(value) - float(low)) / span if span else 0.0
    return f"{start + min(max(part, 0.0), 1.0) * (end - start):.1f}"


@register.simple_tag
def tenth(value: Exact | float | None, most: Exact | float = 1) -> str:
    """How full, in tenths, for the classes f0 to f10; full is only what is wholly full.

    >>> tenth(Decimal("0.999")), tenth(1), tenth(3, 12), tenth(None)
    ('f9', 'f10', 'f2', 'f0')
    """
    if value is None or not most:
        return "f0"
    return f"f{min(max(int(Fraction(value) / Fraction(most) * 10), 0), 10)}"


def _here(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(_ZONE) if timezone.is_aware(moment) else moment.replace(tzinfo=_ZONE)


@register.filter
def moment(value: dt.datetime | None) -> str:
    """A moment as it is in Viet Nam.

    >>> moment(dt.datetime(2025, 12, 15, 10, 0, tzinfo=dt.UTC))
    '15/12/2025 17:00'
    """
    return NONE if value is None else f"{_here(value):%d/%m/%Y %H:%M}"


@register.filter
def clock(value: dt.datetime | None) -> str:
    """The time of day of a moment in Viet Nam.

    >>> clock(dt.datetime(2025, 12, 15, 7, 2, tzinfo=dt.UTC))
    '14:02'
    """
    return NONE if value is None else f"{_here(value):%H:%M}"


@register.filter
def day(value: dt.date | None) -> str:
    """A day; of a moment, its day in Viet Nam.

    >>> day(dt.date(2025, 12, 5)), day(None)
    ('05/12/2025', '–')
    """
    if value is None:
        return NONE
    return f"{_here(value) if isinstance(value, dt.datetime) else value:%d/%m/%Y}"


@register.filter
def iso(value: dt.date | None) -> str:
    """A day or a moment for the attribute ``datetime``.

    >>> iso(dt.datetime(2025, 12, 15, 10, 0, tzinfo=dt.UTC)), iso(None)
    ('2025-12-15T17:00:00+07:00', '')
    """
    if value is None:
        return ""
    return (_here(value) if isinstance(value, dt.datetime) else value).isoformat()


@register.filter
def remaining(deadline: dt.datetime | None, now: dt.datetime | None = None) -> str:
    """What is left until a deadline, or how long it is past: days as the calendar counts them.

    >>> from django.utils.translation import override
    >>> at = lambda day, hour: dt.datetime(2025, 12, day, hour, 30, tzinfo=_ZONE)
    >>> with override("vi"):
    ...     remaining(at(15, 17), at(12, 23)), remaining(at(15, 17), at(17, 8))
    ...     remaining(at(15, 17), at(15, 8)), remaining(None)
    ('còn 3 ngày, đến 17:30 15/12', 'quá hạn 2 ngày')
    ('còn 9 giờ, đến 17:30 15/12', 'không có hạn')
    """
    if deadline is None:
        return gettext("không có hạn")
    until, this = _here(deadline), _here(now or timezone.now())
    late = until < this
    days = abs((until.date() - this.date()).days)
    minutes = int(abs((until - this).total_seconds()) // 60)
    if days:
        length = ngettext("%(n)s ngày", "%(n)s ngày", days) % {"n": days}
    elif minutes >= 60:
        length = ngettext("%(n)s giờ", "%(n)s giờ", minutes // 60) % {"n": minutes // 60}
    else:
        length = ngettext("%(n)s phút", "%(n)s phút", minutes) % {"n": minutes}
    if late:
        return gettext("quá hạn %(length)s") % {"length": length}
    shape = "%H:%M %d/%m" if until.year == this.year else "%H:%M %d/%m/%Y"
    return gettext("còn %(length)s, đến %(moment)s") % {
        "length": length,
        "moment": until.strftime(shape),
    }


@register.filter
def urgency(deadline: dt.datetime | None, now: dt.datetime | None = None) -> str:
    """How a deadline is shown: late, soon (three days or fewer) or calm.

    >>> at = lambda day: dt.datetime(2025, 12, day, tzinfo=_ZONE)
    >>> urgency(at(15), at(16)), urgency(at(15), at(12)), urgency(at(15), at(11)), urgency(None)
    ('late', 'soon', 'calm', 'calm')
    """
    if deadline is None:
        return "calm"
    left = _here(deadline) - _here(now or timezone.now())
    if left < dt.timedelta():
        return "late"
    return "soon" if left <= dt.timedelta(days=3) else "calm"


@dataclasses.dataclass(frozen=True, slots=True)
class Chip:
    """A state as shown: its word, its tone and its mark, so that colour is never alone."""

    word: str
    tone: str
    mark: str


_ = gettext_noop
# code: (word, tone, mark). Tones: quiet, active, waiting, done, late. Marks: components/mark.html.
STATES: Final[Mapping[str, tuple[str, str, str]]] = {
    # an item of a sheet
    "empty": (_("Chưa làm"), "quiet", "empty"),
    "started": (_("Đang làm"), "active", "half"),
    "missing_evidence": (_("Thiếu tài liệu kiểm chứng"), "waiting", "dots"),
    "done": (_("Đã xong"), "done", "tick"),
    "late": (_("Quá hạn"), "late", "bang"),
    "locked": (_("Đã khóa"), "quiet", "lock"),
    "not_applicable": (_("Không áp dụng"), "quiet", "dash"),
    "entrusted": (_("Giao đơn vị khác"), "active", "arrow"),
    "not_entered": (_("Không tự chấm"), "quiet", "dash"),
    "hidden": (_("Chưa gửi"), "quiet", "lock"),
    "disputed": (_("Còn ý kiến khác nhau"), "waiting", "question"),
    # a sheet
    "drafting": (_("Đang tự chấm điểm"), "active", "half"),
    "in_unit_review": (_("Chờ lãnh đạo đơn vị duyệt"), "waiting", "dots"),
    "submitted": (_("Đã gửi (khóa)"), "done", "lock"),
    "explaining": (_("Đang giải trình"), "waiting", "dots"),
    "explained": (_("Đã giải trình (khóa)"), "done", "lock"),
    "before_council": (_("Trình Hội đồng"), "waiting", "dots"),
    "decided": (_("Đã có kết quả"), "done", "tick"),
    "sent_back": (_("Bị trả lại"), "late", "back"),
    # an appraisal of an item
    "to_appraise": (_("Chưa thẩm định"), "quiet", "empty"),
    "accepted": (_("Chấp nhận"), "done", "tick"),
    "lowered": (_("Giảm điểm"), "waiting", "down"),
    "raised": (_("Tăng điểm"), "done", "up"),
    "refused": (_("Không chấp nhận"), "late", "cross"),
    "asked": (_("Yêu cầu giải trình"), "waiting", "question"),
    "answered": (_("Đã giải trình"), "done", "tick"),
    "concluded": (_("Đã kết luận"), "done", "tick"),
    "waits_for_second": (_("Chờ ý kiến thứ hai"), "waiting", "dots"),
    "change_waits": (_("Chờ người thứ hai duyệt"), "waiting", "dots"),
    # a round and a release
    "planned": (_("Đang chuẩn bị"), "quiet", "empty"),
    "open": (_("Đang mở"), "active", "half"),
    "appraising": (_("Đang thẩm định"), "active", "half"),
    "deciding": (_("Chờ Hội đồng quyết định"), "waiting", "dots"),
    "approved": (_("Đã phê duyệt"), "done", "tick"),
    "published": (_("Đã công bố"), "done", "tick"),
    "closed": (_("Đã kết thúc"), "quiet", "lock"),
    "prepared": (_("Đã chuẩn bị"), "active", "half"),
    "replaced": (_("Đã được thay thế"), "quiet", "arrow"),
    "withdrawn": (_("Đã thu hồi"), "late", "cross"),
    # evidence and signatures
    "checking": (_("Đang kiểm tra"), "waiting", "dots"),
    "sound": (_("Tệp hợp lệ"), "done", "tick"),
    "broken": (_("Tệp không đọc được"), "late", "cross"),
    "duplicate": (_("Trùng tệp đã có"), "waiting", "same"),
    "signed": (_("Chữ ký số hợp lệ"), "done", "tick"),
    "unsigned": (_("Không có chữ ký số"), "quiet", "dash"),
    "signature_unknown": (_("Chữ ký số chưa xác minh được"), "waiting", "question"),
    "signature_invalid": (_("Chữ ký số không hợp lệ"), "late", "cross"),
    # work in the background
    "queued": (_("Đang chờ xử lý"), "waiting", "dots"),
    "running": (_("Đang xử lý"), "active", "half"),
    "succeeded": (_("Đã xử lý xong"), "done", "tick"),
    "failed": (_("Không xử lý được"), "late", "cross"),
    # people
    "active": (_("Đang hoạt động"), "done", "tick"),
    "inactive": (_("Đã ngừng"), "quiet", "dash"),
    "current": (_("Phiên này"), "active", "half"),
}


@register.filter
def chip(state: str | Chip) -> Chip:
    """The chip of a state's code; an unknown code is shown as it is, quietly.

    >>> from django.utils.translation import override
    >>> with override("vi"): chip("done")
    Chip(word='Đã xong', tone='done', mark='tick')
    >>> chip("new-state").word
    'new-state'
    """
    if isinstance(state, Chip):
        return state
    word, tone, mark = STATES.get(str(state), (str(state), "quiet", "dash"))
    return Chip(gettext(word), tone, mark)


@register.filter
def word(state: str) -> str:
    """The word of a state alone.

    >>> from django.utils.translation import override
    >>> with override("vi"): word("explaining")
    'Đang giải trình'
    """
    return chip(state).word


@register.filter
def stage(name: str) -> str:
    """What a stage of scores is called.

    >>> from django.utils.translation import override
    >>> with override("vi"): stage("appraised-2"), stage("council")
    ('Thẩm định lần 2', 'Hội đồng thẩm định')
    """
    if name.startswith("appraised-"):
        return gettext("Thẩm định lần %(n)s") % {"n": name.removeprefix("appraised-")}
    words = {
        "self": gettext("Tự chấm điểm"),
        "council": gettext("Hội đồng thẩm định"),
        "corrected": gettext("Thay đổi sau khóa"),
    }
    return words.get(name, name)


@register.filter
def group_words(name: str) -> str:
    """What a peer group is called; one with a name of its own keeps it.

    >>> from django.utils.translation import override
    >>> with override("vi"): group_words("departments"), group_words("khoi-1")
    ('Sở, ban, ngành', 'khoi-1')
    """
    words = {
        "province": gettext("Tỉnh, thành phố"),
        "provinces": gettext("Tỉnh, thành phố"),
        "ministry": gettext("Bộ, cơ quan ngang bộ"),
        "ministries": gettext("Bộ, cơ quan ngang bộ"),
        "department": gettext("Sở, ban, ngành"),
        "departments": gettext("Sở, ban, ngành"),
        "district": gettext("Huyện, thị xã, thành phố"),
        "districts": gettext("Huyện, thị xã, thành phố"),
        "commune": gettext("Xã, phường, đặc khu"),
        "communes": gettext("Xã, phường, đặc khu"),
    }
    return words.get(name, name)


@register.filter
def size(n_bytes: int | None) -> str:
    """The size of a file.

    >>> from django.utils.translation import override
    >>> with override("vi"): size(512), size(20_480), size(3_460_300), size(None)
    ('512 B', '20 KB', '3,3 MB', '–')
    """
    if n_bytes is None:
        return NONE
    if n_bytes < 1024:
        return f"{n_bytes} B"
    if n_bytes < 1024 * 1024:
        return f"{number(n_bytes // 1024)} KB"
    return f"{points(Fraction(n_bytes, 1024 * 1024), 1)} MB"


@register.filter
def get(mapping: Mapping[str, object] | None, key: str) -> object:
    """One value of a mapping by a key that a variable holds.

    >>> get({"a": 1}, "a"), get({"a": 1}, "b")
    (1, None)
    """
    return None if mapping is None else mapping.get(key)


@register.filter
def at(row: Sequence[object], position: int) -> object:
    """One value of a row by its position.

    >>> at(["a", "b"], 1), at(["a"], 5)
    ('b', '')
    """
    return row[position] if position < len(row) else ""


@register.filter
def descending(key: str) -> str:
    """The name of a sorting turned round.

    >>> descending("name")
    '-name'
    """
    return f"-{key}"


@register.filter
def page_numbers(paginator: Paginator[Any], current: int) -> list[int]:
    """The pages to name: the first, the last and those around the current; 0 is a gap.

    >>> page_numbers(Paginator(range(100), 10), 5)
    [1, 0, 4, 5, 6, 0, 10]
    >>> page_numbers(Paginator(range(30), 10), 1)
    [1, 2, 3]
    """
    last = paginator.num_pages
    shown = [n for n in range(1, last + 1) if n in {1, last} or abs(n - current) <= 1]
    numbers: list[int] = []
    for n in shown:
        if numbers and n - numbers[-1] > 1:
            numbers.append(n - 1 if n - numbers[-1] == 2 else 0)
        numbers.append(n)
    return numbers


@register.simple_tag
def stretch(
    start: Exact | float, end: Exact | float, low: Exact | float, high: Exact | float, width: float
) -> str:
    """How wide the part from ``start`` to ``end`` is in a drawing of that width.

    >>> stretch(50, 75, 0, 100, 336)
    '84.0'
    """
    return (
        f"{float(place(end, low, high, 0, width)) - float(place(start, low, high, 0, width)):.1f}"
    )


@register.simple_tag
def middle(
    start: Exact | float,
    end: Exact | float,
    low: Exact | float,
    high: Exact | float,
    left: float,
    right: float,
) -> str:
    """The middle of the part from ``start`` to ``end`` in a drawing.

    >>> middle(50, 100, 0, 100, 12, 348)
    '264.0'
    """
    edges = float(place(start, low, high, left, right)), float(place(end, low, high, left, right))
    return f"{sum(edges) / 2:.1f}"
