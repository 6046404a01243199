"""The words of the interviewer's day, beside those of the questions themselves."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

FIELD_WORDS: Final = {
    "product": gettext_noop("Điều tra viên"),
    "footer": gettext_noop(
        "Trang này dùng được khi không có mạng. Câu trả lời nằm trong máy cho đến khi hệ "
        "thống nhận được."
    ),
    # ---- the list
    "day_title": gettext_noop("Việc hôm nay"),
    "fetched": gettext_noop("cập nhật {at}"),
    "count_todo": gettext_noop("chưa hỏi"),
    "count_draft": gettext_noop("hỏi dở"),
    "count_finished": gettext_noop("chờ gửi"),
    "count_confirmed": gettext_noop("đã xong"),
    "count_trouble": gettext_noop("cần xem lại"),
    "sync": gettext_noop("Gửi và cập nhật"),
    "sync_running": gettext_noop("Đang gửi và cập nhật"),
    "sync_at": gettext_noop("Đang gửi phiếu {at} trong {all}"),
    "sync_done": gettext_noop("Đã cập nhật; hệ thống đã nhận thêm {n} phiếu."),
    "sync_nothing": gettext_noop("Đã cập nhật."),
    "device_failed": gettext_noop(
        "Máy không đọc hoặc ghi được dữ liệu ({detail}). Xin đóng bớt ứng dụng rồi mở lại "
        "trang này."
    ),
    "search": gettext_noop("Tìm theo tên, địa chỉ, mã hồ sơ"),
    "nobody": gettext_noop("Chưa được giao ai để hỏi. Bấm “Gửi và cập nhật” khi có mạng."),
    "nothing_yet": gettext_noop("Máy này chưa có danh sách. Xin đăng nhập khi có mạng để tải về."),
    "odk": gettext_noop("Ai dùng ODK Collect, nhập địa chỉ máy chủ:"),
    "to_list": gettext_noop("Về danh sách"),
    "mark_todo": gettext_noop("Chưa hỏi"),
    "mark_draft": gettext_noop("Hỏi dở"),
    "mark_finished": gettext_noop("Chờ gửi"),
    "mark_confirmed": gettext_noop("Đã gửi"),
    "mark_done": gettext_noop("Đã xong"),
    "mark_conflict": gettext_noop("Bị trùng"),
    "mark_refused": gettext_noop("Chưa nhận"),
    # ---- what is wrong
    "log_in": gettext_noop("Đăng nhập"),
    "log_in_first": gettext_noop("Cần đăng nhập để tải danh sách về máy này."),
    "log_in_again": gettext_noop("Cần đăng nhập lại để cập nhật. Vẫn hỏi tiếp được."),
    "log_in_about": gettext_noop(
        "Cần đăng nhập lại để gửi. Vẫn hỏi tiếp được; {n} phiếu chờ gửi còn nguyên trong máy "
        "này."
    ),
    "stranger": gettext_noop(
        "Máy này còn phiếu của một điều tra viên khác. Người đó cần đăng nhập trên máy này "
        "để gửi."
    ),
    "low_room": gettext_noop(
        "Máy sắp hết chỗ: còn khoảng {n} MB. Xin gửi phiếu ngay khi có mạng và xóa bớt ảnh, "
        "ứng dụng."
    ),
    "not_promised": gettext_noop(
        "Nên thêm trang này vào màn hình chính: khi máy hết chỗ, trình duyệt sẽ không xóa "
        "phiếu chưa gửi."
    ),
    "offline": gettext_noop("Không có mạng. Vẫn hỏi được; phiếu sẽ gửi khi có mạng."),
    "server_busy": gettext_noop(
        "Hệ thống đang bận, chưa gửi được. Phiếu còn nguyên trong máy và sẽ được gửi lại."
    ),
    "not_kept": gettext_noop(
        "Máy không ghi được câu trả lời vừa rồi. Đừng đóng trang này; xin giải phóng bộ nhớ "
        "của máy rồi chọn lại."
    ),
    "not_kept_title": gettext_noop("Máy không ghi được phiếu này"),
    "not_kept_field": gettext_noop(
        "Xin giải phóng bộ nhớ của máy rồi bấm lại. Đừng đóng trang này."
    ),
    # ---- one person
    "address": gettext_noop("Địa chỉ"),
    "phone": gettext_noop("Điện thoại"),
    "dossier": gettext_noop("Mã hồ sơ"),
    "ask": gettext_noop("Bắt đầu hỏi"),
    "ask_on": gettext_noop("Hỏi tiếp"),
    "not_met": gettext_noop("Không hỏi được"),
    "conflict_about": gettext_noop(
        "Người này đã có phiếu khác được nhận trước. Phiếu trong máy vẫn được giữ; xin báo "
        "người quản lý khảo sát."
    ),
    "refused_about": gettext_noop("Hệ thống chưa nhận phiếu này. Phiếu vẫn được giữ trong máy."),
    "send_again": gettext_noop("Gửi lại"),
    "drop": gettext_noop("Xóa khỏi máy"),
    "drop_sure": gettext_noop(
        "Xóa phiếu này khỏi máy? Hệ thống không có phiếu này, xóa rồi không lấy lại được."
    ),
    "outcome": gettext_noop("Vì sao không hỏi được?"),
    "outcome_refused": gettext_noop("Từ chối trả lời"),
    "outcome_unreachable": gettext_noop("Không gặp được sau nhiều lần đến"),
    "outcome_reason": gettext_noop("Ghi thêm, nếu cần"),
    "outcome_keep": gettext_noop("Lưu"),
    # ---- the interview
    "promise_pause": gettext_noop(
        "Câu trả lời được lưu trong máy này cho đến khi gửi; có thể nghỉ rồi hỏi tiếp."
    ),
    "finish": gettext_noop("Hoàn thành và lưu"),
    "finished_title": gettext_noop("Đã lưu trong máy"),
    "finished_about": gettext_noop(
        "Phiếu sẽ được gửi khi có mạng. Xin cảm ơn người trả lời trước khi ra về."
    ),
}  # fmt: skip
