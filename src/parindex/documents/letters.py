"""Letters and slips that invite people to answer, each with its code and QR, as one PDF."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, Literal

import segno
import typst

_WORDS: Final = {
    "motto": "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "motto_below": "Độc lập - Tự do - Hạnh phúc",
    "heading": "THƯ MỜI TRẢ LỜI PHIẾU KHẢO SÁT",
    "to": "Kính gửi:",
    "about": "Nội dung hỏi về:",
    "scan": "Quét mã bằng điện thoại, hoặc mở địa chỉ:",
    "code": "rồi nhập mã dùng một lần:",
    "code_slip": "Quét mã, hoặc nhập mã dùng một lần:",
    "qr": "Mã QR mở phiếu khảo sát với mã dùng một lần in bên cạnh",
}
# What a letter says where nobody wrote another text, and what it promises.
PARAGRAPHS: Final = (
    (
        "Cơ quan chúng tôi trân trọng mời ông/bà trả lời một phiếu hỏi ngắn về sự phục vụ của cơ"
        " quan hành chính nhà nước. Ông/bà được chọn ngẫu nhiên; ý kiến của ông/bà giúp cơ quan"
        " phục vụ tốt hơn."
    ),
    (
        "Ông/bà có quyền trả lời hoặc không trả lời; không trả lời thì không ảnh hưởng đến bất cứ"
        " việc gì của ông/bà."
    ),
)
PROMISES: Final = (
    (
        "Mã chỉ dùng một lần và không gắn với câu trả lời: phiếu được niêm phong khi gửi và trộn"
        " với các phiếu khác, không ai biết phiếu nào của ai."
    ),
    (
        "Họ tên, điện thoại, địa chỉ chỉ dùng để mời trả lời, được giữ riêng và xóa sau đợt khảo"
        " sát, theo Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15."
    ),
    "Vì không ai tìm lại được phiếu của ông/bà, phiếu đã gửi không sửa và không rút lại được.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One invitation on paper: to whom, about what, and the code that answers once.

    ``link`` is what the QR code holds.
    """

    code: str
    link: str
    name: str = ""
    address: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What all letters of a batch say: who asks, for what, where to answer and until when.

    ``paragraphs`` stand above the code, ``promises`` below it; the first promise stands on slips.
    """

    name: str
    title: str
    address: str
    closes: str
    paragraphs: Sequence[str] = PARAGRAPHS
    promises: Sequence[str] = PROMISES


def write_letters(
    letters: Sequence[Letter], sender: Sender, *, kind: Literal["letters", "slips"] = "letters"
) -> bytes:
    """The PDF (PDF/UA-1, fonts embedded) of a batch: a page a letter, or eight slips a page.

    Some 20 ms a letter; nothing of it is kept.
    """
    said = {
        "kind": kind,
        "language": "vi",
        "sender": sender.name,
        "title": sender.title,
        "address": sender.address,
        "paragraphs": list(sender.paragraphs),
        "promises": list(sender.promises),
        "words": {**_WORDS, "until": f"Trả lời đến hết {sender.closes}."},
        "letters": [
            {
                "code": one.code,
                "name": one.name,
                "address": one.address,
                "about": one.about,
                "qr": _qr(one.link),
            }
            for one in letters
        ],
    }
    # The fonts that come with the program, so that a letter looks alike on every machine.
    made = typst.compile(
        _template(),
        sys_inputs={"said": json.dumps(said, ensure_ascii=False)},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
    )
    assert isinstance(made, bytes)  # noqa: S101 - a single PDF
    return made


def _template() -> bytes:
    return files("parindex.documents").joinpath("letters.typ").read_bytes()


def _qr(text: str) -> str:
    stream = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        stream, kind="svg", border=0, xmldecl=False, omitsize=True
    )
    return stream.getvalue().decode()
