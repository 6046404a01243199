"""The mutation campaign: how many small faults, put into the code, do the tests notice?

    make mutants                                   everything, an interrupted run goes on
    python scripts/mutants.py --survivors          only what survived, against today's tests
    python scripts/mutants.py --only scoring/run   only modules whose name holds this

Mutated are the functions of ``src/parindex/scoring`` and ``src/parindex/points.py``, by the
operators of mutmut (numbers, strings, comparisons, arithmetic, arguments, assignments …) and by
four of our own: conditions made always true or false, returns made None, calls left out, min and
max exchanged. Texts outside functions (the phrase table of explain) and docstrings stand.

No file is changed. pytest collects the tests once; for each mutant a process is forked in which
the function's code is exchanged and the tests that run this function are run, until one fails.
A mutant that runs into the limit of processor time counts as noticed. Hypothesis is derandomised,
so the number is the same in every run.

What survives must stand in tests/mutants.yaml with its reason. Exit status 1 if a survivor has
none, if a line there is no survivor any more, or if the score is below 95 %.
"""

from __future__ import annotations
import __future__

import argparse
import difflib
import gc
import hashlib
import importlib
import json
import mmap
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import Any, Final

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import OPERATORS_TYPE, mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode
from ruamel.yaml import YAML

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT / "src" / "parindex"
MUTATED: Final = (SOURCE / "points.py", *sorted((SOURCE / "scoring").glob("*.py")))
TESTS: Final = (
    "src/parindex/points.py", "src/parindex/scoring", "tests/ground/test_points.py",
    "tests/scoring", "tests/publication/test_tables.py", "tests/criteria",
)  # fmt: skip
ARGUMENTS: Final = (
    "-s", "-p", "no:cacheprovider", "-p", "no:terminal", "--hypothesis-profile=ci",
    "-o", "addopts=", "--import-mode=importlib", "--doctest-modules",
)  # fmt: skip
SHEETS: Final = "200"  # of the agreement with the oracle
REASONS: Final = ROOT / "tests" / "mutants.yaml"
STATE: Final = ROOT / "mutants" / "results.jsonl"
NEEDED: Final = 95
WORKERS: Final = 2
SECONDS: Final = 10  # of processor time beyond what the tests take unmutated
MEMORY: Final = 4 << 30

KILLED, SURVIVED = "killed", "survived"
Body = Sequence[cst.CSTNode]


# ---- our own operators, in the form of mutmut's


def _conditions(node: cst.If) -> Iterator[cst.If]:
    for name in ("True", "False"):
        yield node.with_changes(test=cst.Name(name))


def _returns(node: cst.Return) -> Iterator[cst.Return]:
    if node.value is not None and not (
        isinstance(node.value, cst.Name) and node.value.value == "None"
    ):
        yield node.with_changes(
            value=cst.Name("None"), whitespace_after_return=cst.SimpleWhitespace(" ")
        )


def _calls(node: cst.Expr) -> Iterator[cst.Pass]:
    if isinstance(node.value, cst.Call):
        yield cst.Pass()


def _extremes(node: cst.Call) -> Iterator[cst.Call]:
    other = {"min": "max", "max": "min"}
    if isinstance(node.func, cst.Name) and node.func.value in other:
        yield node.with_changes(func=cst.Name(other[node.func.value]))


OPERATORS: Final[OPERATORS_TYPE] = [
    *mutation_operators,
    (cst.If, _conditions),
    (cst.Return, _returns),
    (cst.Expr, _calls),
    (cst.Call, _extremes),
]


class Visitor(MutationVisitor):
    """mutmut's visitor, which also goes into properties."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef) and _decorators(node) == ["property"]:
            return False
        return super()._skip_node_and_children(node)


def _decorators(node: cst.FunctionDef) -> list[str]:
    names = [one.decorator for one in node.decorators]
    return [name.value if isinstance(name, cst.Name) else "" for name in names]


# ---- mutants


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault in one function: ``name`` says where and what, in words that outlive edits."""

    name: str
    module: str
    function: str
    code: str
    diff: str


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of a module; before them each function as it is, with an empty ``diff``."""
    wrapper = MetadataWrapper(cst.parse_module(path.read_text(encoding="utf-8")))
    visitor = Visitor(OPERATORS, IgnoredCode(set(), set(), set()))
    wrapper.visit(visitor)
    functions = dict(_functions(wrapper.module.body))
    short = path.relative_to(SOURCE).as_posix()
    module = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
    seen: Counter[str] = Counter()
    for whole, name in functions.items():
        code = wrapper.module.code_for_node(_bare(whole))
        yield Mutant(f"{short} {name}", module, name, code, "")
    for one in visitor.mutations:
        function = one.contained_by_top_level_function
        if not isinstance(function, cst.FunctionDef) or function not in functions:
            continue
        mutated = function.deep_replace(one.original_node, one.mutated_node)
        before, after = (wrapper.module.code_for_node(_bare(part)) for part in (function, mutated))
        diff = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))
        lines = {
            sign: " ".join(" ".join(line[1:] for line in diff[2:] if line[0] == sign).split())
            for sign in "-+"
        }
        name = f"{short} {functions[function]}: {lines['-']}  =>  {lines['+']}"
        seen[name] += 1
        if seen[name] > 1:
            name += f"  ({seen[name]})"
        yield Mutant(name, module, functions[function], after, "\n".join(diff[2:]))


def _functions(body: Body, inside: str = "") -> Iterator[tuple[cst.CSTNode, str]]:
    for one in body:
        if isinstance(one, cst.FunctionDef):
            yield one, inside + one.name.value
        elif isinstance(one, cst.ClassDef):
            yield from _functions(one.body.body, f"{inside}{one.name.value}.")


def _bare(function: cst.CSTNode) -> cst.CSTNode:
    return function.with_changes(decorators=[], leading_lines=[])


def function_named(module: ModuleType, name: str) -> FunctionType:
    """The function object behind a dotted name of a module, out of its property or method."""
    found: Any = module
    for part in name.split("."):
        found = vars(found)[part]
    found = getattr(found, "fget", None) or getattr(found, "__func__", found)
    assert isinstance(found, FunctionType)  # noqa: S101
    return found


def put(mutant: Mutant) -> None:
    """Exchange the function's code in this process."""
    module = importlib.import_module(mutant.module)
    flags = __future__.annotations.compiler_flag
    made: dict[str, Any] = {}
    code = compile(mutant.code, "<mutant>", "exec", flags=flags, dont_inherit=True)
    exec(code, vars(module) | {"__name__": mutant.module}, made)  # noqa: S102 - what a mutant is
    new: FunctionType = made[mutant.function.rpartition(".")[2]]
    old = function_named(module, mutant.function)
    old.__code__ = new.__code__
    old.__defaults__, old.__kwdefaults__ = new.__defaults__, new.__kwdefaults__


# ---- the campaign


class Campaign:
    """A plugin of pytest that runs the collected tests against every mutant."""

    def __init__(
        self, mutants: Sequence[Mutant], same: Sequence[Mutant], done: dict[str, str]
    ) -> None:
        self.mutants = mutants
        self._same = same
        self.done = done
        self.error = ""
        self._child = False
        self._running = 0
        self._slot = 0
        self._failed = mmap.mmap(-1, 2 * WORKERS)  # which test failed, by worker; shared by forks
        self._kills: dict[str, Counter[int]] = defaultdict(Counter)
        self._items: list[pytest.Item] = []
        self._tests: dict[tuple[str, str], list[int]] = {}
        self._durations: list[float] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """In a forked process, the first failure is the end."""
        if self._child and report.failed:
            at = 2 * self._slot
            self._failed[at : at + 2] = self._running.to_bytes(2, "big")
            os._exit(1)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of pytest's own loop."""
        if session.testsfailed:
            self.error = f"{session.testsfailed} test files cannot be collected"
            return True
        self._items = session.items
        gc.collect()
        gc.freeze()
        if not self._measure():
            self.error = "the tests fail without any mutant"
            return True
        if os.waitpid(self._fork(self._control), 0)[1]:
            self.error = "the tests fail with every function exchanged for itself"
            return True
        self._run([one for one in self.mutants if one.name not in self.done])
        return True

    def _fork(self, work: Callable[[], None]) -> int:
        pid = os.fork()
        if pid:
            return pid
        self._child = True
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(nothing, stream)
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)

    def _protocol(self, positions: Sequence[int]) -> Iterator[int]:
        for place, at in enumerate(positions):
            following = positions[place + 1 : place + 2]
            item = self._items[at]
            self._running = at
            item.config.hook.pytest_runtest_protocol(
                item=item, nextitem=self._items[following[0]] if following else None
            )
            yield at

    def _measure(self) -> bool:
        """Run all tests once, noting what each takes and which mutated functions it calls."""
        with tempfile.NamedTemporaryFile() as file:
            pid = self._fork(lambda: self._trace(Path(file.name)))
            if os.waitpid(pid, 0)[1]:
                return False
            found: list[tuple[float, list[tuple[str, str]]]] = json.loads(
                Path(file.name).read_text()
            )
        self._durations = [duration for duration, _ in found]
        tests: dict[tuple[str, str], list[int]] = defaultdict(list)
        for at in sorted(range(len(found)), key=lambda at: self._durations[at]):
            for file_name, function in found[at][1]:
                tests[file_name, function].append(at)
        self._tests = tests
        return True

    def _trace(self, target: Path) -> None:
        files = {str(path) for path in MUTATED}
        called: set[tuple[str, str]] = set()

        def profile(frame: FrameType, event: str, _: object) -> None:
            if event == "call" and frame.f_code.co_filename in files:
                code = frame.f_code
                called.add((code.co_filename, code.co_qualname.partition(".<locals>")[0]))

        found = []
        for at in range(len(self._items)):
            sys.setprofile(profile)
            start = time.process_time()
            for _ in self._protocol([at]):
                pass
            sys.setprofile(None)
            found.append((time.process_time() - start, sorted(called)))
            called.clear()
        target.write_text(json.dumps(found))

    def _control(self) -> None:
        """What shows that a mutant dies of its fault, not of being exchanged."""
        self._try(self._same, range(len(self._items)), 10 * SECONDS + 3 * sum(self._durations))

    def _try(self, mutants: Sequence[Mutant], tests: Sequence[int], seconds: float) -> None:
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        for one in mutants:
            put(one)
        for _ in self._protocol(tests):
            pass

    def _trial(self, mutant: Mutant) -> Callable[[], None]:
        """The tests of a function, those first that noticed its other mutants, then the short."""
        file = SOURCE.parent / (mutant.module.replace(".", "/") + ".py")
        tests = self._tests.get((str(file), mutant.function), [])
        kills = self._kills[mutant.function]
        tests = sorted(tests, key=lambda at: (-kills[at], self._durations[at]))
        seconds = SECONDS + 3 * sum(self._durations[at] for at in tests)
        return lambda: self._try([mutant], tests, seconds)

    def _run(self, mutants: Sequence[Mutant]) -> None:
        STATE.parent.mkdir(exist_ok=True)
        running: dict[int, tuple[Mutant, int]] = {}
        free = list(range(WORKERS))
        start, waiting = time.monotonic(), list(reversed(mutants))
        with STATE.open("a", encoding="utf-8") as state:
            while waiting or running:
                while waiting and free:
                    mutant, self._slot = waiting.pop(), free.pop()
                    running[self._fork(self._trial(mutant))] = mutant, self._slot
                pid, status = os.wait()
                mutant, slot = running.pop(pid)
                free.append(slot)
                if os.WIFEXITED(status) and status:
                    failed = int.from_bytes(self._failed[2 * slot : 2 * slot + 2], "big")
                    self._kills[mutant.function][failed] += 1
                self.done[mutant.name] = KILLED if status else SURVIVED
                state.write(json.dumps([mutant.name, self.done[mutant.name]]) + "\n")
                state.flush()
                self._show(time.monotonic() - start, len(mutants) - len(waiting) - len(running))

    def _show(self, seconds: float, tried: int) -> None:
        counts = Counter(self.done[one.name] for one in self.mutants if one.name in self.done)
        if sys.stdout.isatty() or not tried % 100:
            end = "\r" if sys.stdout.isatty() else "\n"
            text = f"{counts.total()}/{len(self.mutants)} killed {counts[KILLED]}"
            text += f" survived {counts[SURVIVED]} in {seconds:.0f} s"
            print(text, end=end, flush=True)


# ---- what was done before, what is excused, what is told


def digest() -> str:
    """What the results rest on: the code, the tests and this script."""
    files = [*SOURCE.rglob("*.py"), SOURCE / "messages.yaml", Path(__file__)]
    files += [path for name in ("tests/*.py", "tests/*/*.py") for path in ROOT.glob(name)]
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(path.read_bytes())
    return whole.hexdigest()


def earlier(*, survivors: bool) -> dict[str, str]:
    """The results of an interrupted run of the same code and tests; begins anew otherwise."""
    now = digest()
    lines = STATE.read_text(encoding="utf-8").splitlines() if STATE.is_file() else []
    done = dict(json.loads(line) for line in lines[1:])
    if survivors:
        done = {name: result for name, result in done.items() if result == KILLED}
    elif not lines or json.loads(lines[0]) != now:
        done = {}
    STATE.parent.mkdir(exist_ok=True)
    again = [json.dumps(now), *(json.dumps(pair) for pair in done.items())]
    STATE.write_text("\n".join(again) + "\n", encoding="utf-8")
    return done


def excused() -> dict[str, str]:
    """The reason of every survivor that has one."""
    blocks: Iterable[Mapping[str, Any]] = YAML(typ="safe").load(REASONS.read_text("utf-8")) or ()
    return {name: block["reason"] for block in blocks for name in block["mutants"]}


def report(mutants: Sequence[Mutant], done: Mapping[str, str], *, whole: bool) -> int:
    """Print the scores and what survived; the exit status."""
    lines, status = [""], 0
    by_module: dict[str, Counter[str]] = defaultdict(Counter)
    for one in mutants:
        by_module[one.module][done[one.name]] += 1
    total = sum(by_module.values(), Counter[str]())
    for name, counts in (*by_module.items(), ("all", total)):
        share = 100 * counts[KILLED] / counts.total()
        lines.append(f"{name:<34} {counts[KILLED]:>5} of {counts.total():>5}  {share:6.2f} %")
    reasons = excused()
    survivors = [one for one in mutants if done[one.name] == SURVIVED]
    for one in survivors:
        if one.name not in reasons:
            status = 1
            lines += ["", f"survived without a reason: {one.name}", one.diff]
    if whole:
        for name in sorted(reasons.keys() - {one.name for one in survivors}):
            status = 1
            lines += ["", f"no survivor any more, take it out of {REASONS.name}: {name}"]
    lines.append("")
    told = Counter(reasons[one.name] for one in survivors if one.name in reasons)
    lines += [f"{count:>4} survived: {reason}" for reason, count in told.most_common()]
    if 100 * total[KILLED] < NEEDED * total.total():
        status = 1
        lines.append(f"the score is below {NEEDED} %")
    print("\n".join(lines))
    return status


def main() -> int:
    """Run the campaign; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--survivors", action="store_true", help="only what survived last time")
    parser.add_argument("--only", default="", help="only modules whose path holds this")
    options = parser.parse_args()
    os.chdir(ROOT)
    os.environ["PARINDEX_SHEETS"] = SHEETS
    made = [one for path in MUTATED if options.only in path.as_posix() for one in mutants_of(path)]
    mutants = [one for one in made if one.diff]
    same = [one for one in made if not one.diff]
    campaign = Campaign(mutants, same, earlier(survivors=options.survivors))
    with tempfile.TemporaryDirectory() as base:
        status = pytest.main([*TESTS, *ARGUMENTS, f"--basetemp={base}/t"], plugins=[campaign])
    if campaign.error or status:
        print(campaign.error or "stopped; the same command goes on")
        return 2
    return report(mutants, campaign.done, whole=not options.only)


if __name__ == "__main__":
    sys.exit(main())
