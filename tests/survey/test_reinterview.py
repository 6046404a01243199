"""Signals of interviews that went wrong, and the list of those to visit again."""

import importlib.util
import math
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.survey.estimation.numbering import FloatArray
from parindex.survey.reinterview import signals as signals_of
from parindex.survey.reinterview.interviews import Interviews, interviews_of
from parindex.survey.reinterview.ranking import ReinterviewPlan, reinterview_list, surprise
from parindex.survey.reinterview.signals import (
    Signal,
    burst,
    interviewer_effect,
    near_duplicate,
    overlap,
    short,
    signals,
    straight_line,
)

ROOT = Path(__file__).parent.parent.parent
PLAN = ReinterviewPlan(weights=dict.fromkeys(Signal, 1.0), burst_minutes=30)


def made(
    answers: list[str],
    *,
    interviewer: str | None = None,
    place: str | None = None,
    times: list[tuple[float | None, float | None]] | None = None,
    grids: list[list[int]] | None = None,
    no_opinion: str = "",
) -> Interviews:
    """Interviews of one letter a question; a dot is no answer."""
    n, width = len(answers), len(answers[0])
    names = [f"q{at}" for at in range(width)]
    moments = times or [(100.0 * at, 100.0 * at + 20) for at in range(n)]
    return interviews_of(
        [f"r{at}" for at in range(n)],
        interviewer=list(interviewer or "a" * n),
        place=list(place or "x" * n),
        choices={
            name: [None if answer[at] == "." else answer[at] for answer in answers]
            for at, name in enumerate(names)
        },
        grids=[[names[at] for at in grid] for grid in grids or [list(range(width))]],
        started_at=[one for one, _ in moments],
        ended_at=[one for _, one in moments],
        no_opinion=dict.fromkeys(names, no_opinion),
    )


def numbers(values: FloatArray) -> list[float | None]:
    return [None if math.isnan(one) else round(float(one), 4) for one in values]


def test_a_near_duplicate_names_its_twin():
    shares, twins = near_duplicate(made(["12345", "12344", "54321", "12.45"]))
    assert numbers(shares) == [1.0, 0.8, 0.2, 1.0]
    assert twins.tolist() == [3, 0, 0, 0]


def test_only_interviews_of_one_interviewer_are_held_against_each_other():
    shares, twins = near_duplicate(made(["12345", "12345", "1234.", "....."], interviewer="abba"))
    assert numbers(shares) == [None, 1.0, 1.0, None]
    assert twins.tolist() == [-1, 2, 1, -1]


def test_large_groups_are_compared_in_blocks(monkeypatch: pytest.MonkeyPatch):
    random = np.random.default_rng(1)
    of = made(["".join(random.choice(list("123."), 6)) for _ in range(40)])
    whole = near_duplicate(of)
    monkeypatch.setattr(signals_of, "_BLOCK", 7)
    blocks = near_duplicate(of)
    assert numbers(whole[0]) == numbers(blocks[0])
    assert whole[1].tolist() == blocks[1].tolist()


def test_a_straight_line_is_the_longest_run_of_each_grid():
    of = made(["444444", "444555", "414141", "44.444", "......", "4....."])
    assert numbers(straight_line(of)) == [1.0, 0.4, 0.0, 1.0, None, None]
    two = made(["444555", "444445"], grids=[[0, 1, 2], [3, 4, 5]])
    # A line that goes on over the end of a grid counts in each for itself.
    assert numbers(straight_line(two)) == [1.0, 0.75]


def test_a_burst_counts_the_interviews_begun_around_one():
    times: list[tuple[float | None, float | None]] = [
        (0, 9),
        (20, 29),
        (45, 50),
        (200, 220),
        (None, None),
        (21, 30),
    ]
    of = made(["1"] * 6, times=times, interviewer="aaaaab")
    assert numbers(burst(of, minutes=30)) == [1.0, 2.0, 1.0, 0.0, None, 0.0]


def test_an_overlap_is_time_in_two_interviews():
    times: list[tuple[float | None, float | None]] = [
        (0, 20),
        (15, 30),
        (30, 40),
        (None, 35),
        (10, 20),
    ]
    of = made(["1"] * 5, times=times, interviewer="aaaab")
    assert numbers(overlap(of)) == [5.0, 5.0, 0.0, None, 0.0]


def overlap_by_pairs(of: Interviews) -> list[float]:
    """Every pair of interviews looked at, one after the other."""
    found = []
    for row, (who, began, ended) in enumerate(
        zip(of.interviewer, of.started_at, of.ended_at, strict=True)
    ):
        others = [at for at, one in enumerate(of.interviewer) if one == who and at != row]
        spans = [
            min(ended, of.ended_at[at]) - max(began, of.started_at[at])
            for at in others
            if not math.isnan(of.ended_at[at] - of.started_at[at])
        ]
        unknown = math.isnan(ended - began)
        found.append(math.nan if unknown else sum(max(one, 0.0) for one in spans))
    return found


TIMES = st.one_of(st.none(), st.integers(0, 240).map(lambda one: one / 4))


@given(st.lists(st.tuples(st.sampled_from("ab"), TIMES, TIMES), min_size=1, max_size=25))
def test_overlaps_are_those_of_all_pairs(rows: list[tuple[str, float | None, float | None]]):
    of = made(
        ["1"] * len(rows),
        interviewer="".join(who for who, _, _ in rows),
        times=[(began, ended) for _, began, ended in rows],
    )
    assert overlap(of).tolist() == pytest.approx(overlap_by_pairs(of), nan_ok=True)


def test_overlaps_of_a_whole_wave_take_little_room_and_none_is_exactly_none():
    # Minutes since 1970, as the telephones send them; all pairs would take 12 GB.
    n = 40_000
    began = 29_500_000 + 31.7 * np.arange(n)
    of = interviews_of(
        [str(at) for at in range(n)], interviewer=["a"] * n, place=["x"] * n, choices={},
        grids=[], started_at=list(began), ended_at=list(began + 31.7),
    )  # fmt: skip
    assert set(overlap(of).tolist()) == {0.0}


def test_who_fills_in_a_form_alone_is_no_interviewer():
    of = interviews_of(
        ["r1", "r2", "r3"], interviewer=[None, None, "a"], place=["x"] * 3,
        compared=["cell x", "cell x", "a"], choices={"q1": ["1", "1", "1"], "q2": ["2", "2", "2"]},
        grids=[["q1", "q2"]], started_at=[0, 1, 2], ended_at=[9, 9, 9],
    )  # fmt: skip
    found = signals(of, burst_minutes=10).values
    assert numbers(found[Signal.NEAR_DUPLICATE]) == [1.0, 1.0, None]
    assert numbers(found[Signal.BURST]) == [None, None, 0.0]
    assert numbers(found[Signal.OVERLAP]) == [None, None, 0.0]


def test_a_form_without_closed_questions_tells_by_its_times_alone():
    of = interviews_of(
        ["r1", "r2"], interviewer=["a", "a"], place=["x", "x"], choices={}, grids=[],
        started_at=[0, 5], ended_at=[10, 15],
    )  # fmt: skip
    found = signals(of, burst_minutes=10)
    for signal, values in found.values.items():
        told = {Signal.BURST: [1.0, 1.0], Signal.OVERLAP: [5.0, 5.0]}
        assert numbers(values) == told.get(signal, [None, None])
    assert found.twins.tolist() == [-1, -1]
    assert len(reinterview_list(of, PLAN)) == 2


def test_short_counts_halvings_of_the_usual_time_for_an_answer():
    times: list[tuple[float | None, float | None]] = [
        (0, 16),
        (0, 16),
        (0, 4),
        (0, 40),
        (0, 8),
        (8, 0),
        (0, None),
        (0, 16),
    ]
    of = made(["1234"] * 4 + ["12.."] + ["1234"] * 2 + ["...."], times=times)
    assert numbers(short(of)) == [0.0, 0.0, 2.0, 0.0, 0.0, math.inf, None, None]
    unknown = made(["12"], times=[(None, None)])
    assert numbers(short(unknown)) == [None]


def test_an_interviewer_who_hears_something_else_stands_out():
    random = np.random.default_rng(2)
    answers, who, where = [], "", ""
    for interviewer in "abcd":
        for person in range(30):
            low, high = (4, 6) if interviewer == "d" else (2, 6)
            answers.append("".join(str(one) for one in random.integers(low, high, 6)))
            who += interviewer
            where += "xy"[person % 2]
    effect = interviewer_effect(made(answers, interviewer=who, place=where))
    by_interviewer = {one: float(effect[who.index(one)]) for one in "abcd"}
    assert max(by_interviewer, key=by_interviewer.__getitem__) == "d"
    assert by_interviewer["d"] > 30
    assert len(set(effect.tolist())) == 4


def test_no_opinion_is_not_the_best_mark():
    answers = ["51", "42", "9.", "15", "24", "51"]
    of = made(answers, interviewer="aaabbb", no_opinion="9")
    assert of.opinions == {"q0": 4, "q1": 4}
    assert numbers(interviewer_effect(of)) == numbers(
        interviewer_effect(made([one.replace("9", ".") for one in answers], interviewer="aaabbb"))
    )
    # That two said so is an answer alike all the same.
    assert numbers(near_duplicate(made(["9", "9"], no_opinion="9"))[0]) == [1.0, 1.0]


def test_people_of_another_place_are_no_colleagues_answers():
    of = made(["55", "54", "11", "12", "21", "..", "44"], interviewer="abcdcda", place="xxyyyyz")
    effect = interviewer_effect(of)
    assert effect[0] == effect[6], "what was heard where nobody else was does not count"
    assert effect[0] < 2
    alone = made(["55", "54", "11"], interviewer="aab", place="xxy")
    assert numbers(interviewer_effect(alone)) == [None, None, None]


def test_by_chance_the_interviewer_effect_is_about_one():
    random = np.random.default_rng(3)
    of = made(
        ["".join(str(one) for one in random.integers(1, 6, 8)) for _ in range(2_000)],
        interviewer="".join(chr(65 + at % 40) for at in range(2_000)),
        place="".join("xyzw"[at // 40 % 4] for at in range(2_000)),
        grids=[[0, 1, 2, 3], [4, 5, 6, 7]],
    )
    effect = interviewer_effect(of)
    assert 0.75 < float(np.mean(effect)) < 1.25


def test_rows_of_nobody_tell_nothing_of_interviewers():
    of = interviews_of(
        ["r1", "r2"], interviewer=[None, None], place=["x", "x"], choices={"q": ["1", "1"]},
        grids=[], started_at=[0, 1], ended_at=[5, 6],
    )  # fmt: skip
    found = signals(of, burst_minutes=30)
    for signal in (
        Signal.NEAR_DUPLICATE,
        Signal.BURST,
        Signal.OVERLAP,
        Signal.INTERVIEWER,
        Signal.STRAIGHT_LINE,
    ):
        assert numbers(found.values[signal]) == [None, None]
    assert found.twins.tolist() == [-1, -1]


def test_choices_of_a_scale_are_numbered_alike_and_by_size():
    of = interviews_of(
        ["r1", "r2"], interviewer=["b", "a"], place=["x", None],
        choices={"q1": ["10", "9"], "q2": ["2", None], "free": ["10", "b"]},
        grids=[["q1", "q2"]], started_at=[0, 1], ended_at=[5, 6],
    )  # fmt: skip
    assert {name: one.tolist() for name, one in of.choices.items()} == {
        "q1": [2, 1], "q2": [0, -1], "free": [0, 1],
    }  # fmt: skip
    assert (of.interviewer.tolist(), of.place.tolist()) == ([1, 0], [0, -1])
    assert of.opinions == {"q1": 3, "q2": 3, "free": 2}


def test_codes_of_no_opinion_are_numbered_behind_all_others_of_their_scale():
    of = interviews_of(
        ["r1", "r2"], interviewer=["a", "a"], place=["x", "x"],
        choices={"q1": ["0", "5"], "q2": ["1", "0"], "free": ["0", "5"]},
        grids=[["q1", "q2"]], started_at=[0, 1], ended_at=[5, 6], no_opinion={"q1": ["0"]},
    )  # fmt: skip
    assert {name: one.tolist() for name, one in of.choices.items()} == {
        "q1": [2, 1], "q2": [0, 2], "free": [0, 1],
    }  # fmt: skip
    assert of.opinions == {"q1": 2, "q2": 2, "free": 2}


def test_columns_must_fit_each_other():
    with pytest.raises(ValueError, match="different lengths"):
        made(["1", "2"], interviewer="a")
    with pytest.raises(ValueError, match="no such question: q9"):
        interviews_of(
            ["r"],
            interviewer=["a"],
            place=["x"],
            choices={},
            grids=[["q9"]],
            started_at=[0],
            ended_at=[1],
        )


@given(st.lists(st.one_of(st.integers(0, 9).map(float), st.just(math.nan)), max_size=30))
def test_a_surprise_is_the_rarity_of_a_value(values: list[float]):
    found = surprise(np.array(values, dtype=float))
    known = [one for one in values if not math.isnan(one)]
    for value, of in zip(values, found.tolist(), strict=True):
        if math.isnan(value):
            assert of == 0
        else:
            as_great = sum(one >= value for one in known)
            assert of == pytest.approx(-math.log10(as_great / len(known)))


def test_the_list_holds_every_interview_and_says_why():
    of = made(["12345", "23154", "44444", "31254", "12345", "53142"], grids=[[0, 1, 2, 3, 4]])
    listed = reinterview_list(of, PLAN)
    assert sorted(one.id for one in listed) == [f"r{at}" for at in range(6)]
    scores = [one.score for one in listed]
    assert scores == sorted(scores, reverse=True)
    first = listed[0]
    assert first.id == "r2"
    assert first.reasons[0].signal is Signal.STRAIGHT_LINE
    assert first.reasons[0].surprise == pytest.approx(math.log10(6))
    twins = {one.id: reason.twin for one in listed for reason in one.reasons if reason.twin}
    assert (twins["r0"], twins["r4"]) == ("r4", "r0")
    for one in listed:
        assert one.score == pytest.approx(sum(reason.surprise**2 for reason in one.reasons))


def test_a_signal_counts_by_its_weight():
    of = made(["12345", "23154", "44444", "31254", "12345", "53142"])
    plan = ReinterviewPlan(weights={Signal.NEAR_DUPLICATE: 2.0}, burst_minutes=30)
    listed = reinterview_list(of, plan)
    assert [one.id for one in listed[:2]] == ["r0", "r4"]
    assert listed[0].score == pytest.approx(2 * math.log10(3) ** 2)
    assert {reason.signal for one in listed for reason in one.reasons} == {Signal.NEAR_DUPLICATE}


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "bench_reinterview", ROOT / "bench" / "reinterview.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_figures_of_the_page_are_those_of_the_program(bench: ModuleType):
    page = bench.PAGE.read_text(encoding="utf-8")
    lines = page.split(bench.START)[1].split(bench.END)[0].splitlines()[2:]
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines] == list(bench.FRAUDS)
    for line in lines:
        kind, signal, *cells = line.strip("| ").split(" | ")
        assert signal.strip("`") == bench.FRAUDS[kind][1]
        said = [tuple(map(float, re.findall(r"[0-9.]+", cell))) for cell in cells]
        # Three of the twenty waves: each figure near what the page says of all.
        waves = [bench.measure(kind, 1_000 * seed + 7) for seed in range(3)]
        for (mean, deviation), figure in zip(said, ("signal", "list", "tenth"), strict=True):
            of = float(np.mean([one[figure] for one in waves]))
            assert abs(of - mean) <= 3 * deviation / math.sqrt(3) + 0.001, (kind, figure)
        assert said[1][0] > 0.7, "the list is better than guessing"


def test_the_area_under_the_curve_is_the_chance_to_stand_first(bench: ModuleType):
    guilty = np.array([True, False, True, False])
    assert bench.auc(np.array([3.0, 1.0, 2.0, 0.0]), guilty) == 1
    assert bench.auc(np.array([1.0, 1.0, 1.0, 1.0]), guilty) == 0.5
    assert bench.auc(np.array([0.0, 2.0, 3.0, 1.0]), guilty) == 0.5
