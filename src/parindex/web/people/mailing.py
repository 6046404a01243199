"""The letters that people get: the link to set a password, and what waits for them."""

from __future__ import annotations

from collections.abc import Sequence

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from parindex.web.journal.clock import VIETNAM
from parindex.web.people.models import Account, Message

_LINK = """\
Kính gửi {name},

Tài khoản “{username}” trên phần mềm chấm điểm cải cách hành chính đã sẵn sàng. Mở đường dẫn
dưới đây để tự đặt mật khẩu; đường dẫn có hiệu lực {days} ngày và chỉ dùng được một lần:

{link}

Nếu không chờ thư này, xin bỏ qua và báo cho quản trị kỳ đánh giá.
Không chuyển đường dẫn cho người khác.
"""
_DIGEST = """\
Kính gửi {name},

{count} việc hoặc thông báo chưa đọc:

{lines}
Xem tất cả: {address}/desk/notifications/

Thư này do phần mềm gửi tự động; xin không trả lời thư.
"""


def password_link(account: Account) -> None:
    """Mail the link by which an account's person sets a password."""
    path = reverse(
        "account_reset_password_from_key",
        kwargs={
            "uidb36": user_pk_to_url_str(account),
            "key": default_token_generator.make_token(account),
        },
    )
    text = _LINK.format(
        name=account.name,
        username=account.username,
        days=settings.PASSWORD_RESET_TIMEOUT // 86_400,
        link=settings.ADDRESS + path,
    )
    _send("Đặt mật khẩu cho tài khoản của ông/bà", text, account)


def digest(account: Account, messages: Sequence[Message]) -> None:
    """Mail one letter with all the messages that a person has not read."""
    lines = "".join(
        f"- {one.at.astimezone(VIETNAM):%H:%M %d/%m}: {one.words}\n  {settings.ADDRESS}{one.path}\n"
        for one in messages
    )
    subject = (
        f"[Chấm điểm CCHC] {messages[0].words}"
        if len(messages) == 1
        else f"[Chấm điểm CCHC] {len(messages)} thông báo chưa đọc"
    )
    text = _DIGEST.format(
        name=account.name, count=len(messages), lines=lines, address=settings.ADDRESS
    )
    _send(subject, text, account)


def _send(subject: str, text: str, account: Account) -> None:
    # A header holds one line, whatever words it is made of.
    one_line = " ".join(subject.split())[:150]
    send_mail(one_line, text, None, [account.email])
