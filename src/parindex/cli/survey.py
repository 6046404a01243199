"""`parindex survey`: how many to ask, whom to ask, and what their answers say."""

from __future__ import annotations

import os
import unicodedata
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parindex.cli import survey_form
from parindex.cli.output import NO, command, keep_apart, say, tell
from parindex.csvtable import MAX_BYTES
from parindex.errors import ParindexError, Problems
from parindex.whole import whole_file

if TYPE_CHECKING:
    from parindex.survey.sampling.receipt import Drawn

app = typer.Typer(no_args_is_help=True, help="Điều tra xã hội học. (The sociological survey.)")
app.add_typer(survey_form.app, name="form")

TOLD_AT_MOST = 20


def size(
    population: Annotated[
        str, typer.Option("--population", metavar="N", help="Số người. (How many there are.)")
    ],
    margin: Annotated[
        str, typer.Option("--margin", metavar="E", help="Sai số cho phép. (Margin of error.)")
    ] = "0.05",
    deff: Annotated[
        str, typer.Option("--deff", metavar="D", help="Hệ số thiết kế. (Design effect.)")
    ] = "1",
    response: Annotated[
        str, typer.Option("--response", metavar="R", help="Tỷ lệ trả lời. (Share that answers.)")
    ] = "1",
) -> None:
    """Cỡ mẫu cần chọn. (How many to draw.)"""
    from parindex.survey.sampling.size import sample_size_of  # noqa: PLC0415 - slow import

    # The number alone, so that a script can read it.
    typer.echo(sample_size_of(population, margin, deff, response))


def draw(
    frame: Annotated[Path, typer.Argument(metavar="FRAME.csv", help="Dàn mẫu. (The frame.)")],
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="plan.yaml", help="Kế hoạch. (The plan.)")
    ] = None,
    seed: Annotated[
        str | None, typer.Option("--seed", metavar="S", help="Số gieo công khai. (Public seed.)")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="sample.csv", help="Mẫu. (The sample.)")
    ] = None,
    receipt: Annotated[
        Path | None,
        typer.Option("--replay", metavar="RECEIPT", help="Chọn lại theo biên nhận. (Draw again.)"),
    ] = None,
) -> None:
    """Chọn mẫu, kèm biên nhận để ai cũng chọn lại được. (Draw a sample, with its receipt.)"""
    from parindex.survey.sampling.plan import read_plan  # noqa: PLC0415 - slow import
    from parindex.survey.sampling.receipt import draw_files, read_receipt, replay  # noqa: PLC0415

    _check_options(plan=plan, seed=seed, out=out, receipt=receipt)
    if out is not None:
        inputs = [one for one in (frame, plan, receipt) if one is not None]
        for written in (out, _receipt_of(out)):
            keep_apart(written, *inputs)
    with frame.open("rb") as stream:
        # One byte more than is read, so that a frame that is too large is refused and not cut.
        content = stream.read(MAX_BYTES + 1)
    if receipt is None:
        assert plan is not None  # noqa: S101 - just checked
        read = read_plan(plan.read_bytes(), file=os.fspath(plan))
        public = unicodedata.normalize("NFC", seed or "")
        _write(draw_files(content, read, public, file=os.fspath(frame)), out)
        return
    kept = read_receipt(receipt.read_bytes(), file=os.fspath(receipt))
    again, differs = replay(content, kept, file=os.fspath(frame), receipt_file=os.fspath(receipt))
    if differs:
        tell(ParindexError(differs))
        raise typer.Exit(NO)
    _write(again, out)
    say(
        "Đúng: chọn lại cho đúng danh sách trong biên nhận",
        "Verified: drawn again, the list is that of the receipt",
    )


def _check_options(
    *, plan: Path | None, seed: str | None, out: Path | None, receipt: Path | None
) -> None:
    """A draw needs plan, seed and place; a replay takes plan and seed from its receipt."""
    problems = Problems()
    needed = {"--plan": plan, "--seed": seed, "--out": out}
    for option, given in needed.items():
        if receipt is None and given is None:
            problems.add("sampling.no_option", name=option)
        if receipt is not None and given is not None and option != "--out":
            problems.add("sampling.replay_option", name=option)
    problems.raise_if_any()


def _receipt_of(out: Path) -> Path:
    return out.with_suffix(".receipt.json")


def _write(drawn: Drawn, out: Path | None) -> None:
    """The sample and its receipt beside it, both or neither; and what was drawn, in words."""
    if out is not None:
        with whole_file(out) as fresh, whole_file(_receipt_of(out)) as fresh_receipt:
            fresh.write_bytes(drawn.csv)
            fresh_receipt.write_bytes(drawn.receipt.to_json())
    counts = drawn.receipt.counts
    say(
        f"Đã chọn {counts['drawn']} và {counts['reserve']} dự phòng "
        f"từ {counts['frame']} dòng của dàn mẫu",
        f"{counts['drawn']} drawn and {counts['reserve']} in reserve "
        f"from the frame's {counts['frame']} rows",
    )
    certain = drawn.receipt.certain
    for stage, *path in certain[:TOLD_AT_MOST]:
        where = " / ".join(path)
        say(f"Chắc chắn được chọn ở bước {stage}: {where}", f"Certain at stage {stage}: {where}")
    if len(certain) > TOLD_AT_MOST:
        more = len(certain) - TOLD_AT_MOST
        say(f"… và {more} đơn vị chắc chắn nữa", f"… and {more} more certain units")
    say(drawn.receipt.sample, drawn.receipt.sample)


def estimate(
    data: Annotated[Path, typer.Argument(metavar="DATA.csv", help="Phiếu trả lời. (Responses.)")],
    design: Annotated[
        Path, typer.Option("--design", metavar="design.yaml", help="Thiết kế mẫu. (The design.)")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="est.csv", help="Ước lượng. (Estimates.)")],
) -> None:
    """Ước lượng theo thiết kế mẫu, với sai số chuẩn. (Estimate by design, with errors.)"""
    from parindex.survey.estimating import Inputs  # noqa: PLC0415 - slow import
    from parindex.survey.estimating import estimate as estimate_of  # noqa: PLC0415
    from parindex.survey.estimation.design_file import read_design_file  # noqa: PLC0415

    plan = read_design_file(design.read_bytes(), file=os.fspath(design))
    margins = None if plan.calibration is None else design.parent / plan.calibration.margins
    keep_apart(out, data, design, *(() if margins is None else (margins,)))
    if margins is not None and not margins.is_file():
        problems = Problems(file=os.fspath(design))
        line = plan.calibration.line if plan.calibration is not None else 0
        problems.add("design.no_margins", line=line, got=margins)
        problems.raise_if_any()
    with ExitStack() as files:
        found = estimate_of(
            Inputs(
                data=files.enter_context(data.open("rb")),
                data_file=os.fspath(data),
                design=plan,
                design_file=os.fspath(design),
                margins=None if margins is None else files.enter_context(margins.open("rb")),
                margins_file="" if margins is None else os.fspath(margins),
            )
        )
    with whole_file(out) as fresh, fresh.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(found.csv())
    n, n_rows = len(found.estimates), found.n_rows
    say(
        f"{n} ước lượng từ {n_rows} phiếu; ở {out}",
        f"{n} estimates from {n_rows} responses in {out}",
    )
    for name in found.constant:
        say(
            f"Lưu ý: mọi phiếu trả lời “{name}” như nhau, nên sai số chuẩn bằng 0",
            f"Note: all responses say the same in “{name}”, so its standard error is 0",
        )


app.command("size")(command(size))
app.command("draw")(command(draw))
app.command("estimate")(command(estimate))
