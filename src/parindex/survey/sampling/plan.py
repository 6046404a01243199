"""The sampling plan: by which stages, strata and methods members of a frame are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from parindex.errors import Problems
from parindex.yamltree import Fields, Tree, tree_of

SCHEMA: Final = "parindex.sampling/1"


class Method(StrEnum):
    """How units are drawn within a stratum."""

    SRS = "srs"
    SYSTEMATIC = "systematic"
    PPS = "pps"


class Short(StrEnum):
    """What to do in a stratum that has fewer units than are to be taken."""

    REFUSE = "refuse"
    TAKE_ALL = "take_all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of a draw: what is drawn, apart in which strata, how, and how many of each.

    ``cluster`` is the column that names the clusters, empty at the last stage, which draws
    members; ``size`` the column of their sizes for ``pps``, empty where a cluster is as large as
    the members it has. ``take`` is 1 or more a stratum; ``take_in`` says otherwise for single
    strata, by the values of their columns joined with ``/``. ``reserve`` is 0 or more.
    """

    method: Method
    take: int
    take_in: Mapping[str, int] = field(default_factory=dict)
    cluster: str = ""
    strata: tuple[str, ...] = ()
    size: str = ""
    reserve: int = 0
    short: Short = Short.REFUSE
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingPlan:
    """The stages of a draw, outermost first, and the column that identifies a member."""

    id: str
    stages: tuple[Stage, ...]

    def columns(self) -> tuple[str, ...]:
        """The columns of the frame that the plan needs, each once."""
        named = [self.id]
        for stage in self.stages:
            named += [stage.cluster, *stage.strata, stage.size]
        return tuple(dict.fromkeys(name for name in named if name))


def label(values: Sequence[str]) -> str:
    r"""Values joined with ``/`` so that different values never join to the same text.

    >>> label(["xã", "miền núi"]), label(["a/b"])
    ('xã/miền núi', 'a\\/b')
    """
    return "/".join(value.replace("\\", "\\\\").replace("/", "\\/") for value in values)


def read_plan(content: bytes, *, file: str) -> SamplingPlan:
    """The plan of a YAML file.

    Raises UnusableInputError with every departure from the schema (contract, section 3).
    """
    problems = Problems(file=file)
    plan = plan_from_tree(tree_of(content, problems, compose=True), problems)
    problems.raise_if_any()
    return plan


def plan_from_tree(tree: Tree, problems: Problems) -> SamplingPlan:
    """The plan that a tree describes; departures from the schema are noted."""
    fields = Fields(tree, problems, about="plan.yaml")
    fields.schema(SCHEMA)
    before = len(fields.problems.found)
    trees = fields.sequence("stages")
    if not trees and len(fields.problems.found) == before:
        fields.problems.add("yaml.empty_list", line=fields.line_of("stages"), key="stages")
    plan = SamplingPlan(
        id=fields.text("id"),
        stages=tuple(_stage(one, problems, last=one is trees[-1]) for one in trees),
    )
    fields.close()
    return plan


def plain(plan: SamplingPlan) -> dict[str, object]:
    """The plan as plain canonical content, which :func:`plan_from_tree` reads back."""
    return {
        "schema": SCHEMA,
        "id": plan.id,
        "stages": [
            {
                **({"cluster": stage.cluster} if stage.cluster else {}),
                **({"strata": list(stage.strata)} if stage.strata else {}),
                **({"size": stage.size} if stage.size else {}),
                **(
                    {"take_in": {name: str(take) for name, take in stage.take_in.items()}}
                    if stage.take_in
                    else {}
                ),
                "method": str(stage.method),
                "take": str(stage.take),
                "reserve": str(stage.reserve),
                "short": str(stage.short),
            }
            for stage in plan.stages
        ],
    }


def _stage(tree: Tree, problems: Problems, *, last: bool) -> Stage:
    fields = Fields(tree, problems, about="stages")
    take_in = fields.named("take_in") if fields.has("take_in") else {}
    inner = Fields(Tree(take_in, fields.line), fields.problems, about="take_in")
    stage = Stage(
        cluster=fields.text("cluster", default=""),
        strata=_columns(fields),
        method=fields.choice("method", Method),
        size=fields.text("size", default=""),
        take=_positive(fields, "take"),
        take_in={name: _positive(inner, name) for name in take_in},
        reserve=fields.whole("reserve") if fields.has("reserve") else 0,
        short=fields.choice("short", Short, default=Short.REFUSE),
        line=tree.line,
    )
    fields.close()
    if isinstance(tree.value, dict):
        _check(stage, problems, last=last)
    return stage


def _check(stage: Stage, problems: Problems, *, last: bool) -> None:
    """What no single field can tell: which keys go together at which stage."""
    if last and stage.cluster:
        problems.add("sampling.last_cluster", line=stage.line, got=stage.cluster)
    if not last and not stage.cluster:
        problems.add("sampling.no_cluster", line=stage.line)
    if stage.size and stage.method is not Method.PPS:
        problems.add("sampling.size_unread", line=stage.line, got=stage.method)
    if last and stage.method is Method.PPS and not stage.size:
        problems.add("sampling.no_size", line=stage.line)
    if stage.reserve and (not last or stage.method is Method.PPS):
        problems.add("sampling.reserve", line=stage.line, got=stage.reserve)
    if stage.take_in and not stage.strata:
        problems.add("sampling.take_in", line=stage.line)


def _columns(fields: Fields) -> tuple[str, ...]:
    names: list[str] = []
    for one in fields.sequence("strata", optional=True):
        if isinstance(one.value, str) and one.value:
            names.append(one.value)
        else:
            fields.problems.add("yaml.not_text", line=one.line, key="strata")
    return tuple(names)


def _positive(fields: Fields, key: str) -> int:
    before = len(fields.problems.found)
    value = fields.whole(key)
    if value == 0 and len(fields.problems.found) == before:
        fields.problems.add("sampling.take", line=fields.line_of(key), key=key)
    return max(value, 1)
