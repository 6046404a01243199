"""Frames and plans for tests of sampling: made as text, as an official would hand them in."""

from __future__ import annotations

import io
from collections.abc import Iterable

from parindex.errors import UnusableInputError
from parindex.survey.sampling.frame import Frame, read_frame
from parindex.survey.sampling.plan import SamplingPlan, read_plan
from parindex.survey.sampling.receipt import Drawn, draw_files

THREE_STAGES = """\
schema: parindex.sampling/1
id: dossier_id
stages:
  - {cluster: commune, strata: [kind], method: pps, size: population, take: 5}
  - {cluster: village, method: systematic, take: 3}
  - {method: srs, take: 12, reserve: 4}
"""


def plan(*stages: str, id_: str = "id") -> SamplingPlan:
    """The plan of stages, each written as in a file."""
    lines = "".join(f"  - {{{stage}}}\n" for stage in stages)
    text = f"schema: parindex.sampling/1\nid: {id_}\nstages:\n{lines}"
    return read_plan(text.encode(), file="plan.yaml")


def table(header: str, rows: Iterable[object]) -> bytes:
    """A CSV file of rows, each a line already or a tuple of cells."""
    lines = [row if isinstance(row, str) else ",".join(map(str, row)) for row in rows]  # type: ignore[call-overload]
    return "\n".join([header, *lines, ""]).encode()


def frame(content: bytes, of: SamplingPlan) -> Frame:
    """The frame of a file."""
    return read_frame(io.BytesIO(content), of, file="frame.csv")


def drawn(content: bytes, of: SamplingPlan, seed: str = "2026") -> Drawn:
    """A draw as its files."""
    return draw_files(content, of, seed, file="frame.csv")


def cells(made: Drawn) -> list[dict[str, str]]:
    """The rows of a sample by their columns."""
    header, *lines = made.csv.decode().splitlines()
    return [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]


def refusals(content: bytes, of: SamplingPlan) -> list[str]:
    """What is said against a frame: line, code and values."""
    try:
        frame(content, of)
    except UnusableInputError as error:
        return [f"{one.line}:{one.code}" for one in error.problems]
    raise AssertionError("accepted")
