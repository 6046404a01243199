"""The receipt of a draw: what it was made from and what it gave; enough to draw it again."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from parindex.canonical import canonical_json, digest, sha256
from parindex.errors import Problem, Problems, UnusableInputError
from parindex.survey.sampling.draw import SPEC, Sample, draw
from parindex.survey.sampling.frame import read_frame
from parindex.survey.sampling.plan import SamplingPlan, label, plain, plan_from_tree
from parindex.survey.sampling.sample_file import certainties, check_columns, sample_lines
from parindex.yamltree import Fields, Tree, read_json

SCHEMA: Final = "parindex.receipt/1"
MAX_BYTES: Final = 16 << 20
COUNTS: Final = ("frame", "drawn", "reserve")
PARTS: Final = ("plan", "frame", "sample", "counts", "certain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What one draw was made from, and the digest of what it gave.

    Digests are ``sha256:…``: ``frame`` and ``sample`` of the files' bytes, ``plan_digest`` of
    the plan's canonical JSON. ``counts`` holds the rows of the frame and the members drawn and
    held in reserve; ``certain`` the units taken for certain, as (stage, path…, unit).
    """

    seed: str
    plan: SamplingPlan
    plan_digest: str
    frame: str
    sample: str
    counts: Mapping[str, int]
    certain: tuple[tuple[str, ...], ...]
    program: str

    def to_json(self) -> bytes:
        """The receipt as canonical JSON with a line feed."""
        content = {
            "schema": SCHEMA,
            "draw": SPEC,
            "program": self.program,
            "seed": self.seed,
            "plan": plain(self.plan),
            "plan_digest": self.plan_digest,
            "frame": self.frame,
            "sample": self.sample,
            "counts": {name: str(count) for name, count in self.counts.items()},
            "certain": [list(one) for one in self.certain],
        }
        return canonical_json(content) + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A draw as its two files."""

    sample: Sample
    csv: bytes
    receipt: Receipt


def draw_files(frame: bytes, plan: SamplingPlan, seed: str, *, file: str) -> Drawn:
    """Draw a sample from the bytes of a frame, as files.

    Raises UnusableInputError for a frame that cannot be drawn from, or an empty seed.
    """
    if not seed.strip():
        raise UnusableInputError([Problem(code="sampling.seed")])
    read = read_frame(io.BytesIO(frame), plan, file=file)
    check_columns(read.columns, len(plan.stages), file=file)
    sample = draw(read, seed)
    csv = "".join(sample_lines(sample)).encode()
    receipt = Receipt(
        seed=seed,
        plan=plan,
        plan_digest=digest(plain(plan)),
        frame=sha256(frame),
        sample=sha256(csv),
        counts={
            "frame": len(read.rows),
            "drawn": sum(len(cell.picks) for cell in sample.cells),
            "reserve": sum(len(cell.reserve) for cell in sample.cells),
        },
        certain=tuple((str(stage), *path, unit) for stage, path, unit in certainties(sample)),
        program=f"parindex {version('parindex')}",
    )
    return Drawn(sample=sample, csv=csv, receipt=receipt)


def read_receipt(content: bytes, *, file: str) -> Receipt:
    """The receipt of a file.

    Raises UnusableInputError for a file that is no receipt, or one of another way to draw.
    """
    problems = Problems(file=file)
    fields = Fields(_tree(content, file=file), problems, about="receipt")
    for key, known in (("schema", SCHEMA), ("draw", SPEC)):
        got = fields.text(key)
        if got and got != known:
            problems.add("receipt.other", key=key, got=got[:60], known=known)
    plan = plan_from_tree(fields.tree("plan") or Tree({}), problems)
    counts = fields.mapping("counts", about="counts")
    receipt = Receipt(
        seed=fields.text("seed"),
        plan=plan,
        plan_digest=fields.text("plan_digest"),
        frame=fields.text("frame"),
        sample=fields.text("sample"),
        counts={name: counts.whole(name) for name in COUNTS},
        certain=tuple(_texts(one) for one in fields.sequence("certain")),
        program=fields.text("program"),
    )
    counts.close()
    fields.close()
    problems.raise_if_any()
    return receipt


def _tree(content: bytes, *, file: str) -> Tree:
    try:
        if len(content) <= MAX_BYTES:
            return read_json(content)
    except (ValueError, TypeError, RecursionError):
        pass
    raise UnusableInputError([Problem(code="receipt.unreadable", file=file)])


def _texts(tree: Tree) -> tuple[str, ...]:
    return tuple(str(part.value) for part in tree.value) if isinstance(tree.value, list) else ()


def replay(
    frame: bytes, receipt: Receipt, *, file: str, receipt_file: str
) -> tuple[Drawn, list[Problem]]:
    """The draw of a receipt made again from a frame, and what is not as the receipt says.

    Raises UnusableInputError for a frame that the plan cannot be drawn from.
    """
    again = draw_files(frame, receipt.plan, receipt.seed, file=file)
    differs = [
        Problem(
            code="receipt.differs",
            file=receipt_file,
            values={"part": part, "expected": before, "got": now},
        )
        for part, before, now in zip(PARTS, _parts(receipt), _parts(again.receipt), strict=True)
        if before != now
    ]
    return again, differs


def _parts(receipt: Receipt) -> tuple[str, ...]:
    counts = " ".join(f"{name}={receipt.counts[name]}" for name in COUNTS)
    certain = " ".join(label(one) for one in receipt.certain)
    return receipt.plan_digest, receipt.frame, receipt.sample, counts, certain
