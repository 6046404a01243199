"""Names of files, made safe to show, to store in a sheet and to offer for download."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from parindex.evidence.kinds import Kind

MAX_LENGTH: Final = 200
UNNAMED: Final = "tài liệu"

# A cell that begins with one of these is a formula to some program.
_FORMULA_STARTS: Final = "=+-@＝＋－＠﹢﹣−"
_NOT_IN_NAMES: Final = re.compile(r'[<>:"|?*]')
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
# Control, format (bidi, zero width), surrogates, private use, unassigned, line and paragraph ends.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SPELLINGS: Final = {Kind.JPEG: (".jpg", ".jpeg", ".jpe", ".jfif")}
_ENDINGS: Final = frozenset({
    ".pdf", ".doc", ".docx", ".docm", ".dot", ".dotx", ".dotm", ".xls", ".xlsx", ".xlsm", ".xlsb",
    ".xlt", ".xltx", ".xltm", ".ppt", ".pptx", ".pptm", ".odt", ".ods", ".odp", ".rtf", ".txt",
    ".csv", ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp",
    ".heic", ".svg", ".html", ".htm", ".xhtml", ".xml", ".js", ".vbs", ".exe", ".com", ".bat",
    ".cmd", ".scr", ".msi", ".ps1", ".jar", ".php", ".lnk", ".zip", ".rar", ".7z", ".gz", ".tar",
    ".split",
})  # fmt: skip


def safe_name(name: str, kind: Kind) -> str:
    r"""A name that is only a name: no path, no formula, nothing unseen, the ending of its kind.

    >>> safe_name("C:\\hồ sơ\\Báo cáo số 12.2025", Kind.PDF)
    'Báo cáo số 12.2025.pdf'
    >>> safe_name("=cmd|'/c calc'!A1.xlsx.exe", Kind.XLSX)
    "c calc'!A1.xlsx"
    """
    text = re.split(r"[/\\]", name)[-1]
    text = "".join(" " if one.isspace() else one for one in text if not _is_unseen(one))
    # What stood between a letter and its mark is gone now; they may be one.
    text = unicodedata.normalize("NFC", text)
    text = " ".join(_NOT_IN_NAMES.sub("_", text).split())
    stem = _stem(text)
    if _DEVICES.match(stem):
        stem = f"_{stem}"
    room = MAX_LENGTH - len(kind.extension)
    return (stem[:room].rstrip(" .") or UNNAMED) + kind.extension


def says_another_kind(name: str, kind: Kind) -> bool:
    """True where a name ends in a known ending that is not one of its kind.

    >>> says_another_kind("anh.JPEG", Kind.JPEG), says_another_kind("anh.png", Kind.JPEG)
    (False, True)
    """
    ending = _ending(name.strip())
    return bool(ending) and ending not in _SPELLINGS.get(kind, (kind.extension,))


def _is_unseen(one: str) -> bool:
    return unicodedata.category(one) in _UNSEEN and not one.isspace()


def _stem(text: str) -> str:
    """The name without endings, dots at its ends, and signs that begin a formula."""
    before = None
    while text != before:
        before = text
        text = text.removesuffix(_ending(text, keep_case=True)).strip(" .")
        text = text.lstrip(_FORMULA_STARTS)
    return text


def _ending(text: str, *, keep_case: bool = False) -> str:
    dot = text.rfind(".")
    ending = text[dot:] if dot >= 0 else ""
    if ending.lower() not in _ENDINGS:
        return ""
    return ending if keep_case else ending.lower()
