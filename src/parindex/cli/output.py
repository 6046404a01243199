"""What every command shares: the language, problems on stderr, exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Final, NoReturn, ParamSpec

import typer

from parindex.errors import NotGoodBundleError, ParindexError, Problem, Problems

DONE: Final = 0
NO: Final = 1
UNUSABLE: Final = 2
_Given = ParamSpec("_Given")


def language() -> str:
    """``en`` where PARINDEX_LANG says so, else Vietnamese."""
    return "en" if os.environ.get("PARINDEX_LANG", "").lower().startswith("en") else "vi"


def say(vi: str, en: str) -> None:
    """One line for people, on stdout."""
    typer.echo(en if language() == "en" else vi)


def show_progress(done: int, of: int) -> None:
    """How far long work is, on one line of a terminal; nothing where nobody looks."""
    if sys.stderr.isatty():
        typer.echo(f"\r{done}/{of}", err=True, nl=done == of)


def tell(error: ParindexError) -> None:
    """The problems of an error, one a line, on stderr."""
    for line in error.say(language()):
        typer.echo(line, err=True)


def command(run: Callable[_Given, None]) -> Callable[_Given, None]:
    """A command whose errors become problems and an exit status, never a traceback."""

    @wraps(run)
    def guarded(*args: _Given.args, **kwargs: _Given.kwargs) -> None:
        try:
            run(*args, **kwargs)
        except NotGoodBundleError as error:
            tell(error)
            raise typer.Exit(NO) from error
        except ParindexError as error:
            tell(error)
            raise typer.Exit(UNUSABLE) from error
        except BrokenPipeError:
            # The reader of a pipe (`| head`) has seen enough; nothing is wrong.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(DONE) from None
        except OSError as error:
            _cannot("system", str(error.filename or ""), error.strerror or type(error).__name__)
        except typer.Exit:
            raise
        except Exception as error:  # the last line of defence: a fault of ours, said as such
            if os.environ.get("PARINDEX_TRACEBACK"):
                raise
            _cannot("internal", "", f"{type(error).__name__}: {error}")

    return guarded


def _cannot(code: str, file: str, detail: str) -> NoReturn:
    tell(ParindexError([Problem(code=code, file=file, values={"detail": detail})]))
    raise typer.Exit(UNUSABLE)


def keep_apart(out: Path, *inputs: Path) -> None:
    """Refuse an output that would take the place of an input, or of the folder we stand in."""
    problems = Problems(file=str(out))
    for held in (*inputs, Path.cwd()):
        if held.resolve().is_relative_to(out.resolve()):
            problems.add("output.holds_input", held=held)
            break
    problems.raise_if_any()


def utf8_terminal() -> None:
    """Vietnamese is written whatever the locale of the terminal says."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
