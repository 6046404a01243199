"""The words that pages of answering say by themselves, in the languages the product speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.utils.translation import gettext, gettext_noop, override

# What scripts say, by the key they know it by; {…} is filled in there.
WORDS: Final = {
    "product": gettext_noop("Phiếu khảo sát"),
    "footer": gettext_noop(
        "Phiếu khảo sát về sự phục vụ của cơ quan nhà nước. Không ghi tên người trả lời."
    ),
    "languages": gettext_noop("Ngôn ngữ"),
    "to_main": gettext_noop("Đến nội dung chính"),
    # ---- the code
    "code_title": gettext_noop("Nhập mã trên thư mời"),
    "code_about": gettext_noop(
        "Mã được in dưới hình vuông đen trắng (mã QR) trên thư mời. Có thể quét mã QR bằng "
        "máy ảnh của điện thoại thay cho việc gõ mã."
    ),
    "code_label": gettext_noop("Mã trên thư mời"),
    "code_hint": gettext_noop(
        "26 chữ và số. Gõ chữ hoa hay chữ thường đều được, không cần gõ dấu gạch."
    ),
    "code_go": gettext_noop("Mở phiếu"),
    "code_none": gettext_noop("Chưa nhập mã"),
    "code_short": gettext_noop("Mã gồm 26 chữ và số; mới có {n}"),
    "other_code": gettext_noop("Dùng mã khác"),
    "opening": gettext_noop("Đang mở phiếu"),
    "wait": gettext_noop("Xin đợi một chút."),
    "try_again": gettext_noop("Thử lại"),
    # ---- what was begun on this device
    "begun_title": gettext_noop("Phiếu đang trả lời dở trong máy này"),
    "begun_about": gettext_noop("Câu trả lời đang lưu trong máy này và chưa được gửi đi."),
    "begun_go_on": gettext_noop("Trả lời tiếp"),
    "begun_remove": gettext_noop("Xóa khỏi máy này"),
    "begun_sure": gettext_noop("Xóa các câu trả lời khỏi máy này? Câu trả lời chưa gửi sẽ mất."),
    "not_kept": gettext_noop(
        "Máy này không lưu được câu trả lời. Xin đừng đóng trang cho đến khi gửi xong."
    ),
    # ---- consent
    "consent_title": gettext_noop("Mời Ông/Bà trả lời phiếu khảo sát"),
    "survey": gettext_noop("Cuộc khảo sát"),
    "rated": gettext_noop("Hỏi về cơ quan"),
    "service": gettext_noop("Hỏi về thủ tục"),
    "until": gettext_noop("Nhận câu trả lời đến"),
    "promise_free": gettext_noop("Trả lời là tự nguyện; có thể dừng bất cứ lúc nào."),
    "promise_secret": gettext_noop(
        "Câu trả lời không gắn với tên; cơ quan được hỏi đến không biết ai đã trả lời thế "
        "nào."
    ),
    "promise_pause": gettext_noop(
        "Câu trả lời được lưu trong máy này cho đến khi gửi; có thể nghỉ rồi trả lời tiếp."
    ),
    "agree": gettext_noop("Đồng ý và bắt đầu"),
    "agree_go_on": gettext_noop("Đồng ý và trả lời tiếp"),
    "decline": gettext_noop("Không tham gia"),
    # ---- questions
    "questions": gettext_noop("Câu hỏi"),
    "part": gettext_noop("Phần {part} trong {parts}"),
    "step": gettext_noop("Bước {at}/{all}"),
    "next": gettext_noop("Tiếp tục"),
    "back": gettext_noop("Quay lại"),
    "optional": gettext_noop("không bắt buộc"),
    "many": gettext_noop("Có thể chọn nhiều câu trả lời"),
    "errors": gettext_noop("Còn {n} câu cần xem lại"),
    "error_required": gettext_noop("xin trả lời câu này"),
    "error_choose": gettext_noop("xin chọn một câu trả lời"),
    "error_not_whole": gettext_noop("xin gõ một số, ví dụ 35"),
    "error_not_a_number": gettext_noop("xin gõ một số, ví dụ 2,5"),
    "error_not_a_date": gettext_noop("xin chọn ngày, tháng, năm"),
    "error_too_long": gettext_noop("xin viết ngắn hơn, nhiều nhất 5.000 chữ cái"),
    "error_constraint": gettext_noop("xin xem lại câu trả lời này"),
    # ---- the answers once more
    "check_title": gettext_noop("Xem lại câu trả lời"),
    "check_about": gettext_noop("Xin xem lại trước khi gửi. Sau khi gửi, không sửa được nữa."),
    "check_missing": gettext_noop("Còn câu chưa trả lời hoặc cần sửa."),
    "check_go": gettext_noop("Đến câu còn thiếu"),
    "not_answered": gettext_noop("Không trả lời"),
    "change": gettext_noop("Sửa"),
    "change_of": gettext_noop("Sửa các câu trả lời, từ câu: {about}"),
    "send": gettext_noop("Gửi câu trả lời"),
    "sending": gettext_noop("Đang gửi"),
    # ---- the end
    "done_title": gettext_noop("Đã nhận câu trả lời"),
    "done_about": gettext_noop(
        "Xin cảm ơn Ông/Bà. Câu trả lời sẽ được cộng chung với mọi người để cơ quan nhà nước "
        "phục vụ tốt hơn."
    ),
    "declined_title": gettext_noop("Xin cảm ơn Ông/Bà"),
    "declined_about": gettext_noop(
        "Không có câu trả lời nào được gửi đi hay lưu lại trong máy này. Nếu đổi ý, Ông/Bà "
        "có thể dùng lại mã trên thư mời khi cuộc khảo sát còn mở."
    ),
    "close_page": gettext_noop("Có thể đóng trang này."),
    # ---- trouble
    "no_network": gettext_noop("Chưa kết nối được"),
    "no_network_about": gettext_noop(
        "Câu trả lời vẫn còn trong máy này. Xin kiểm tra mạng rồi thử lại."
    ),
    "no_server": gettext_noop("Hệ thống đang bận"),
    "no_server_about": gettext_noop("Câu trả lời vẫn còn trong máy này. Xin thử lại sau ít phút."),
    "not_sent_title": gettext_noop("Mã này đã được dùng để gửi câu trả lời từ máy khác"),
    "not_sent_about": gettext_noop(
        "Câu trả lời trong máy này chưa được gửi và vẫn còn ở đây. Nếu không phải Ông/Bà đã "
        "gửi, xin gọi số điện thoại trên thư mời."
    ),
    # ---- the tablet at a counter
    "slip_title": gettext_noop("Nhập mã trên phiếu giấy"),
    "slip_label": gettext_noop("Mã trên phiếu giấy"),
    "slip_wrong": gettext_noop("Không có phiếu nào mang mã này. Xin xem lại mã trên phiếu giấy."),
    "promise_gone": gettext_noop(
        "Máy không lưu lại câu trả lời; ai bỏ đi giữa chừng thì câu trả lời bị xóa."
    ),
    "kiosk_title": gettext_noop("Ông/Bà thấy việc phục vụ hôm nay thế nào?"),
    "kiosk_about": gettext_noop(
        "Xin nhận phiếu có mã tại quầy hướng dẫn, rồi bấm nút dưới đây. Máy này không hỏi "
        "tên và không lưu lại câu trả lời."
    ),
    "kiosk_begin": gettext_noop("Bắt đầu"),
    "kiosk_leave": gettext_noop("Thôi, không trả lời"),
    "kiosk_done": gettext_noop(
        "Xin cảm ơn Ông/Bà. Máy đã xóa hết câu trả lời, sẵn sàng cho người sau."
    ),
    "kiosk_close": gettext_noop("Xong"),
    "kiosk_unknown": gettext_noop("Máy này chưa được đăng ký"),
    "kiosk_unknown_about": gettext_noop(
        "Người quản lý cuộc khảo sát đăng ký máy tại bàn làm việc, rồi nhập khóa của máy vào "
        "đây một lần."
    ),
    "kiosk_key": gettext_noop("Khóa của máy"),
    "kiosk_keep": gettext_noop("Lưu khóa"),
    "idle_left": gettext_noop(
        "Ông/Bà còn trả lời không? Máy sẽ xóa câu trả lời sau {n} giây. Chạm vào màn hình để "
        "tiếp tục."
    ),
}  # fmt: skip


def spoken(words: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Words in every language, for the scripts of a page."""
    found = {}
    for code, _ in settings.LANGUAGES:
        with override(code):
            found[code] = {key: gettext(text) for key, text in words.items()}
    return found
