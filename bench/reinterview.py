"""How well the re-interview list finds made-up fraud: ROC over simulated waves, as a table.

python bench/reinterview.py            the table
python bench/reinterview.py --write    the table into docs/reference/fraud-signals.md
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from parindex.survey.estimation.numbering import FloatArray, IntArray
from parindex.survey.reinterview.interviews import Interviews, interviews_of
from parindex.survey.reinterview.ranking import ReinterviewPlan, reinterview_list, surprise
from parindex.survey.reinterview.signals import Signal, signals
from parindex.web.fieldwork.bridge.rechecks import RecheckPlan

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "fraud-signals.md"
START, END = "<!-- figures -->\n", "<!-- /figures -->\n"
WAVES = 20
# As a wave is judged unless its plan says otherwise.
RUNNING = RecheckPlan()
PLAN = ReinterviewPlan(
    weights={Signal(name): weight for name, weight in RUNNING.weights.items()},
    burst_minutes=RUNNING.burst_minutes,
)

INTERVIEWERS, EACH, PLACES = 40, 25, 24
GRIDS = (4, 5, 6, 3, 4)
OTHERS = (2, 5, 6, 2, 3, 7)
N = INTERVIEWERS * EACH
# How many interviews of a wave each kind of fraud spoils; leading takes whole interviewers.
SPOILED = 30


class Wave:
    """A simulated wave: people of communes with moods of their own, asked one after another."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        random = self.random
        self.interviewer = np.repeat(np.arange(INTERVIEWERS), EACH)
        # Every interviewer works in three communes, every commune with five interviewers.
        turn = np.tile(np.arange(EACH), INTERVIEWERS)
        self.place = (3 * (self.interviewer // 5) + turn % 3) % PLACES
        mood = random.normal(0, 0.4, PLACES)[self.place] + random.normal(0, 0.8, N)
        self.grid = np.empty((N, sum(GRIDS)), dtype=np.intp)
        for at in range(sum(GRIDS)):
            liked = 3.7 + 0.5 * np.sin(at)
            self.grid[:, at] = np.clip(np.rint(liked + mood + random.normal(0, 0.9, N)), 1, 5)
        # Some people do say the same all along.
        alike = random.random(N) < 0.04
        self.grid[alike] = self.grid[alike, :1]
        self.other = np.stack([random.integers(0, k, N) for k in OTHERS], axis=1)
        self.lasted = random.lognormal(np.log(18), 0.3, N)
        self.began = np.empty(N)
        for rows in np.split(np.arange(N), INTERVIEWERS):
            gaps = random.uniform(6, 40, EACH)
            self.began[rows] = 480 + np.cumsum(gaps + self.lasted[rows]) - self.lasted[rows]
            # Eight a day.
            self.began[rows] += 600 * (np.arange(EACH) // 8)
        self.missing = random.random((N, sum(GRIDS))) < 0.04

    def some(self) -> IntArray:
        """Interviews to spoil, of a few interviewers."""
        guilty = self.random.choice(INTERVIEWERS, 5, replace=False)
        return self.random.choice(np.flatnonzero(np.isin(self.interviewer, guilty)), SPOILED, False)

    def interviews(self) -> Interviews:
        """The wave as the product reads it."""
        names = [f"q{at}" for at in range(sum(GRIDS))]
        choices: dict[str, list[str | None]] = {
            name: [None if gone else str(one) for one, gone in zip(of, lost, strict=True)]
            for name, of, lost in zip(names, self.grid.T, self.missing.T, strict=True)
        }
        choices |= {f"d{at}": [str(one) for one in of] for at, of in enumerate(self.other.T)}
        ends = np.cumsum((0, *GRIDS))
        return interviews_of(
            [f"r{at:04d}" for at in range(N)],
            interviewer=[f"i{one:02d}" for one in self.interviewer],
            place=[f"c{one:02d}" for one in self.place],
            choices=choices,
            grids=[names[start:end] for start, end in pairwise(ends)],
            started_at=list(self.began),
            ended_at=list(self.began + self.lasted),
        )


def copied(wave: Wave) -> IntArray:
    """Answers of an earlier interview of one's own again, one in eight changed."""
    rows = wave.some()
    for row in rows:
        own = np.flatnonzero(wave.interviewer == wave.interviewer[row])
        source = wave.random.choice(own[own != row])
        kept = wave.random.random(wave.grid.shape[1]) < 7 / 8
        wave.grid[row, kept] = wave.grid[source, kept]
        kept_other = wave.random.random(len(OTHERS)) < 7 / 8
        wave.other[row, kept_other] = wave.other[source, kept_other]
    return rows


def in_a_line(wave: Wave) -> IntArray:
    """The same box all down the page, but for one answer in twelve."""
    rows = wave.some()
    ticked = wave.random.random((len(rows), wave.grid.shape[1])) < 11 / 12
    wave.grid[rows] = np.where(
        ticked, wave.random.integers(3, 6, len(rows))[:, None], wave.grid[rows]
    )
    return rows


def in_an_evening(wave: Wave) -> IntArray:
    """Six or so filled in one after another at home, each as fast as one can write."""
    rows = wave.some()
    for guilty in np.unique(wave.interviewer[rows]):
        own = rows[wave.interviewer[rows] == guilty]
        wave.lasted[own] = wave.random.uniform(4, 9, len(own))
        wave.began[own] = 6_000 + np.cumsum(wave.lasted[own] + 1)
    return rows


def at_once(wave: Wave) -> IntArray:
    """Begun while another interview went on."""
    rows = wave.some()
    for row in rows:
        own = np.flatnonzero(wave.interviewer == wave.interviewer[row])
        wave.began[row] = wave.began[wave.random.choice(own[own != row])] + 3
    return rows


def in_no_time(wave: Wave) -> IntArray:
    """Done in a tenth to a third of the time that the questions take."""
    rows = wave.some()
    wave.lasted[rows] = 18 * wave.random.uniform(0.1, 0.33, len(rows))
    return rows


def leading(wave: Wave) -> IntArray:
    """Two interviewers who talk every second answer a step up."""
    rows = np.flatnonzero(np.isin(wave.interviewer, wave.random.choice(INTERVIEWERS, 2, False)))
    pushed = wave.random.random((len(rows), wave.grid.shape[1])) < 0.5
    wave.grid[rows] = np.minimum(wave.grid[rows] + pushed, 5)
    return rows


FRAUDS: Mapping[str, tuple[Callable[[Wave], IntArray], Signal]] = {
    "copied": (copied, Signal.NEAR_DUPLICATE),
    "in a line": (in_a_line, Signal.STRAIGHT_LINE),
    "in an evening": (in_an_evening, Signal.BURST),
    "at once": (at_once, Signal.OVERLAP),
    "in no time": (in_no_time, Signal.SHORT),
    "leading": (leading, Signal.INTERVIEWER),
}


def auc(values: FloatArray, guilty: NDArray[np.bool_]) -> float:
    """The chance that a guilty row stands before an innocent one; a tie is half of it."""
    ranks = rankdata(values)
    n = int(guilty.sum())
    above = float(ranks[guilty].sum()) - n * (n + 1) / 2
    return above / (n * (len(values) - n))


def measure(kind: str, seed: int) -> dict[str, float]:
    """One wave with one kind of fraud: the area under the ROC of its signal and of the list.

    Also the share of the guilty who stand in the first tenth of the list.
    """
    spoil, signal = FRAUDS[kind]
    wave = Wave(seed)
    rows = spoil(wave)
    interviews = wave.interviews()
    guilty = np.zeros(N, dtype=bool)
    guilty[rows] = True
    found = signals(interviews, burst_minutes=PLAN.burst_minutes)
    listed = reinterview_list(interviews, PLAN)
    at = {id_: row for row, id_ in enumerate(interviews.ids)}
    score = np.empty(N)
    score[[at[one.id] for one in listed]] = [one.score for one in listed]
    tenth = [at[one.id] for one in listed[: N // 10]]
    return {
        "signal": auc(surprise(found.values[signal]), guilty),
        "list": auc(score, guilty),
        "tenth": float(guilty[tenth].sum() / len(rows)),
    }


def table(waves: int = WAVES) -> str:
    """The table of the page."""
    lines = [
        "| fraud | its signal | AUC of the signal | AUC of the list | found in the first tenth |",
        "|---|---|---|---|---|",
    ]
    for kind, (_, signal) in FRAUDS.items():
        made = [measure(kind, 1_000 * seed + 7) for seed in range(waves)]
        cells = []
        for figure in ("signal", "list", "tenth"):
            of = np.array([one[figure] for one in made])
            cells.append(f"{of.mean():.3f} ± {of.std(ddof=1):.3f}")
        lines.append(f"| {kind} | `{signal}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table, or write it into its page."""
    made = table()
    if "--write" not in sys.argv:
        print(made, end="")
        return
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(START)
    _, after = rest.split(END)
    PAGE.write_text(before + START + made + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
