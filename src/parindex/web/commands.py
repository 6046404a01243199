"""The web application's own commands: serve, backup, restore, journal, fill_demo."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

from django.conf import settings

from parindex.errors import ParindexError, Problem, UnusableInputError
from parindex.web import keeping, serving, starting
from parindex.web.journal import actions, queries
from parindex.web.keeping import DamagedBackupError
from parindex.web.starting import JournalSaysNoError
from parindex.whole import whole_file

DONE: Final = 0
NO: Final = 1
UNUSABLE: Final = 2
# What holds rows to the journal, in each room that has it.
_RECONCILING: Final = (
    "parindex.web.assessment.queries.reconciling", "parindex.web.fieldwork.queries.mixed",
)  # fmt: skip
_WAVE_KEYS: Final = "Khóa của các đợt khảo sát, cất riêng. (Keys of survey waves, kept apart.)"
_DEMONSTRATION: Final = "parindex.web.demonstration.filling"


def language() -> str:
    """``en`` where PARINDEX_LANG says so, else Vietnamese."""
    return "en" if os.environ.get("PARINDEX_LANG", "").lower().startswith("en") else "vi"


def say(vi: str, en: str) -> None:
    """One line for people, on stdout, at once."""
    sys.stdout.write((en if language() == "en" else vi) + "\n")
    sys.stdout.flush()


def tell(error: ParindexError) -> None:
    """The problems of an error, one a line, on stderr."""
    for line in error.say(language()):
        sys.stderr.write(line + "\n")
    sys.stderr.flush()


class _Reader(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        values = {"detail": message, "command": self.prog}
        raise UnusableInputError([Problem(code="usage.other", values=values)])


def run(words: Sequence[str]) -> int:
    """Run one of our own commands; its exit status. No traceback reaches a user."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        asked = _reader().parse_args(words)
        command: Callable[[argparse.Namespace], int] = asked.command
        return command(asked)
    except (JournalSaysNoError, DamagedBackupError) as error:
        tell(error)
        return NO
    except ParindexError as error:
        tell(error)
        return UNUSABLE
    except OSError as error:
        _cannot("system", str(error.filename or ""), error.strerror or type(error).__name__)
    except KeyboardInterrupt:
        return UNUSABLE
    except Exception as error:  # the last line of defence: a fault of ours
        if os.environ.get("PARINDEX_TRACEBACK"):
            raise
        detail = " ".join(str(error).split())[:500]
        _cannot("internal", "", f"{type(error).__name__}: {detail}")
    return UNUSABLE


def _cannot(code: str, file: str, detail: str) -> None:
    tell(ParindexError([Problem(code=code, file=file, values={"detail": detail})]))


def _reader() -> _Reader:
    reader = _Reader(prog="parindex")
    kinds = reader.add_subparsers(required=True, metavar="COMMAND", parser_class=_Reader)

    def put(name: str, command: Callable[[argparse.Namespace], int], told: str) -> _Reader:
        made: _Reader = kinds.add_parser(name, help=told, description=told)
        made.set_defaults(command=command)
        return made

    one = put("serve", _serve, "Chạy ứng dụng web đến khi dừng bằng Ctrl-C. (Serve until Ctrl-C.)")
    one.add_argument("--host", default="127.0.0.1", help="Địa chỉ nghe. (Address to listen at.)")
    one.add_argument("--port", type=int, default=8000, help="Cổng. (Port.)")
    one = put("backup", _backup, "Sao lưu khi đang chạy: dữ liệu và tệp. (Back up while it runs.)")
    one.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    one.add_argument("--wave-keys", type=Path, metavar="FILE", help=_WAVE_KEYS)
    one = put("restore", _restore, "Khôi phục vào nơi còn trống. (Restore into an empty place.)")
    one.add_argument("file", type=Path, metavar="FILE")
    one.add_argument("--wave-keys", type=Path, metavar="FILE", help=_WAVE_KEYS)
    one = put("journal", _verify, "Nhật ký: kiểm chứng, xuất, chốt. (The journal.)")
    what = one.add_subparsers(required=True, metavar="WHAT", parser_class=_Reader)
    what.add_parser("verify", help="Kiểm chứng chuỗi. (Verify the chain.)").set_defaults(
        command=_verify
    )
    two = what.add_parser("verify-diff", help="So với điểm chốt cũ. (Hold to an old checkpoint.)")
    two.add_argument("old", type=Path, metavar="OLD")
    two.set_defaults(command=_verify_diff)
    two = what.add_parser("export", help="Xuất từng mục. (Export every entry.)")
    two.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    two.set_defaults(command=_export)
    two = what.add_parser("checkpoint", help="Ký điểm chốt. (Sign a checkpoint.)")
    two.add_argument("--reason", default="", metavar="TEXT")
    two.set_defaults(command=_checkpoint)
    put("fill_demo", _fill_demo, "Nạp dữ liệu mẫu. (Fill in the demonstration.)")
    return reader


OURS: Final = ("serve", "backup", "restore", "journal", "fill_demo")


def _serve(asked: argparse.Namespace) -> int:
    def ready(address: str) -> None:
        say(
            f"parindex đang chạy tại {address}\n"
            f"Mở địa chỉ đó trong trình duyệt. Dữ liệu ở {settings.DATA}. Dừng: Ctrl-C.",
            f"parindex is running at {address}\n"
            f"Open it in a browser. Data are in {settings.DATA}. Stop with Ctrl-C.",
        )

    def note(problem: Problem) -> None:
        tell(ParindexError([problem]))

    before = _fill if settings.DEMO else None
    serving.serve(asked.host, asked.port, before=before, ready=ready, note=note)
    say("Đã dừng.", "Stopped.")
    return DONE


def _backup(asked: argparse.Namespace) -> int:
    with starting.filled_database():
        manifest = keeping.back_up(asked.out, progress=_progress("backup"))
        # After the data, so that no wave of theirs is without its key.
        left = keeping.waves_with_keys()
        kept = keeping.keep_wave_keys(asked.wave_keys) if asked.wave_keys else 0
    say(
        f"Đã sao lưu {asked.out}: {_size(manifest)}; đã đọc lại và khớp. "
        "Tệp có khóa ký nhật ký và dữ liệu cá nhân: cất nơi kín, mã hóa khi gửi đi.",
        f"Backed up {asked.out}: {_size(manifest)}; read back and found equal. "
        "It holds the journal's key and personal data: keep it safe, encrypt it to send it.",
    )
    if asked.wave_keys:
        say(
            f"Đã chép {kept} khóa đợt khảo sát ra {asked.wave_keys}: cất ở nơi khác, hủy tệp này "
            "khi các đợt đó đã trộn phiếu.",
            f"Copied {kept} keys of survey waves to {asked.wave_keys}: keep it elsewhere, and "
            "destroy it once those waves are mixed.",
        )
    elif left:
        say(
            f"Chưa sao lưu khóa của {left} đợt khảo sát: mất máy là mất phiếu của các đợt đó. "
            "Dùng --wave-keys FILE để chép khóa ra tệp cất riêng.",
            f"The keys of {left} survey waves were not backed up: without this machine their "
            "answers cannot be opened. Use --wave-keys FILE to copy them to a file kept apart.",
        )
    return DONE


def _restore(asked: argparse.Namespace) -> int:
    manifest = keeping.restore(asked.file, progress=_progress("restore"))
    if asked.wave_keys:
        with starting.database():
            kept = keeping.restore_wave_keys(asked.wave_keys)
        say(f"Đã đặt lại {kept} khóa đợt khảo sát", f"Put back the keys of {kept} survey waves")
    say(
        f"Đã khôi phục {asked.file}: {_size(manifest)}; nhật ký kiểm chứng đúng.",
        f"Restored {asked.file}: {_size(manifest)}; the journal verifies.",
    )
    return DONE


def _size(manifest: Any) -> str:
    seq, members = manifest["journal"]["seq"], len(manifest["members"])
    vi, en = f"{seq} mục nhật ký, {members} tệp", f"{seq} journal entries, {members} members"
    return en if language() == "en" else vi


def _verify(_: argparse.Namespace) -> int:
    with starting.filled_database():
        # Rows are held to the journal only where the journal itself stands.
        _answer(queries.verify())
        for room in _RECONCILING:
            _answer(import_module(room).reconcile())
        seq, digest = queries.head()
    say(f"Đúng: {seq} mục nối chuỗi\n{digest}", f"Verified: {seq} entries in one chain\n{digest}")
    return DONE


def _verify_diff(asked: argparse.Namespace) -> int:
    with starting.filled_database():
        _answer(queries.verify_diff(asked.old))
    say(f"Đúng: khớp với {asked.old}", f"Verified: it agrees with {asked.old}")
    return DONE


def _answer(found: Iterable[Problem]) -> None:
    problems = list(found)
    if problems:
        raise JournalSaysNoError(problems)


def _export(asked: argparse.Namespace) -> int:
    with (
        starting.filled_database(),
        whole_file(asked.out) as fresh,
        fresh.open("w", encoding="utf-8", newline="\n") as stream,
    ):
        count = sum(1 for line in queries.export() if stream.write(line + "\n"))
    say(f"Đã xuất {count} mục ra {asked.out}", f"Exported {count} entries to {asked.out}")
    return DONE


def _checkpoint(asked: argparse.Namespace) -> int:
    with starting.filled_database():
        made = actions.make_checkpoint(asked.reason or "command")
    sys.stdout.write(made.text)
    return DONE


def _fill_demo(_: argparse.Namespace) -> int:
    with starting.database():
        starting.bring_up_to_date()
        _fill()
    return DONE


def _fill() -> None:
    say(
        "Đang nạp dữ liệu mẫu, lần đầu mất một, hai phút …",
        "Filling in the demonstration; the first time takes a minute or two …",
    )
    import_module(_DEMONSTRATION).fill()


def _progress(what: str) -> Callable[[int, int], None]:
    """A line that counts on a terminal, and silence in a file."""
    if not sys.stderr.isatty():
        return lambda _done, _of: None
    words = {"backup": ("Sao lưu", "Backing up"), "restore": ("Khôi phục", "Restoring")}
    vi, en = words[what]

    def show(done: int, of: int) -> None:
        end = "\n" if done == of else ""
        sys.stderr.write(f"\r{en if language() == 'en' else vi} {done}/{of}{end}")
        sys.stderr.flush()

    return show
