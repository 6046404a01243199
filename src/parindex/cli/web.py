"""`parindex serve`, `backup`, `restore`, `journal`: handed to the web, in a process apart."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from types import FrameType
from typing import Final

import typer

from parindex.cli.output import command
from parindex.errors import Problem, UnusableInputError

_ON: Final = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
_COMMANDS: Final = {
    "serve": "Chạy ứng dụng web đến khi dừng bằng Ctrl-C. (Serve the web application.)",
    "backup": "Sao lưu khi đang chạy: dữ liệu và tệp. (Back up database and evidence together.)",
    "restore": "Khôi phục vào nơi còn trống. (Restore a backup into an empty place.)",
    "journal": "Nhật ký: verify, verify-diff, export, checkpoint. (The journal.)",
}


def hand_over(*words: str, environment: dict[str, str] | None = None) -> int:
    """Run the web's command with these words to its end; its exit status."""
    if find_spec("django") is None:
        raise UnusableInputError([Problem(code="serve.not_installed")])
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "parindex.web", *words], env=environment
    ) as child:

        def pass_on(number: int, _: FrameType | None) -> None:
            child.send_signal(number)

        # Ctrl-C reaches the child from the terminal itself; it ends in its own time.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, pass_on)
        return child.wait()


def _command(name: str) -> Callable[[typer.Context], None]:
    def run(context: typer.Context) -> None:
        raise typer.Exit(hand_over(name, *context.args))

    run.__doc__ = _COMMANDS[name]
    return run


def register(app: typer.Typer) -> None:
    """Put the commands of this module on the tree."""
    for name in _COMMANDS:
        app.command(name, context_settings=_ON)(command(_command(name)))
