"""The command tree of `parindex`: the engine without a server."""

from __future__ import annotations

import gc

import typer

from parindex.cli import demo, publish, rulebook, score
from parindex.cli.output import utf8_terminal

app = typer.Typer(
    name="parindex",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Đo cải cách hành chính: chấm điểm, xếp hạng, niêm phong, kiểm chứng. "
    "(Score, rank, seal and verify an administrative-reform index.)",
)
app.add_typer(rulebook.app, name="rulebook")
for _module in (score, publish, demo):
    _module.register(app)


def main() -> None:
    """The entry point of the `parindex` command."""
    utf8_terminal()
    # The engine makes no reference cycles; looking for them costs a third of a large run.
    gc.disable()
    app()
