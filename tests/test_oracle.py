"""The oracle agrees with the contract's examples, and every season is one it can score."""

import json
import random
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import oracle
import pytest
import seasons

EXAMPLES = sorted(Path(__file__).parent.joinpath("examples").glob("*/expected.json"))
SEEDS = range(50)

RULEBOOK = """\
index: par-index
group: departments
policies: {{points_decimals: 2, index_decimals: 1, rank_on: {rank_on}, ties: {ties}, \
not_applicable: {policy}}}
adjustments: {{bonus_cap: 1, deduction_cap: 1.5}}
classes:
  - {{id: high, from: 90}}
  - {{id: middle, from: 60}}
  - {{id: low, from: 0}}
ceilings:
  - {{at_most: middle, when: {{area_index_below: 50}}}}
  - {{at_most: low, when: {{zero_item: "2.1"}}}}
areas:
  - code: "1"
    criteria:
      - code: "1.1"
        items:
          - {{code: "1.1.1", max_points: 2, source: appraisal, if_none_due: not_applicable,
             rule: {{shape: ratio, full_at: 80, zero_below: 20}}}}
          - {{code: "1.1.2", max_points: 3, source: external, rule: {{shape: given}}}}
  - code: "2"
    criteria:
      - {{code: "2.1", max_points: 4, source: appraisal, zero_if: {{vi: "Có vi phạm"}},
         rule: {{shape: bands, on: ratio,
           steps: [{{from: 100, points: 4}}, {{from: 50, points: 1}}]}}}}
      - {{code: "2.2", max_points: 1, source: survey, rule: {{shape: ratio}}}}
"""
ROUND = """\
stages: [self, appraised, council]
final_from: [council, appraised]
incomplete: {incomplete}
groups: {{departments: {{rulebook: rulebook.yaml}}}}
"""
CELLS = ("numerator", "denominator", "value", "points", "veto", "not_applicable", "reason")

WHOLE = {"value": "100"}
NONE_DUE = {"numerator": "0", "denominator": "0"}
WAIVED = {"not_applicable": "yes", "reason": "không có nhiệm vụ"}


def entry(item: str, cells: dict[str, str], *, unit: str = "a", stage: str = "appraised") -> str:
    """One row of entries.csv."""
    return ",".join([unit, item, stage, *(cells.get(name, "") for name in CELLS)]) + "\n"


def sheet(
    ratio: dict[str, str], given: dict[str, str], bands: dict[str, str], unit: str = "a"
) -> str:
    """The appraised entries of a unit."""
    cells = {"1.1.1": ratio, "1.1.2": given, "2.1": bands}
    return "".join(entry(item, row, unit=unit) for item, row in cells.items())


def score(
    folder: Path,
    entries: str,
    *,
    policy: str = "renormalise",
    ranking: tuple[str, str] = ("published", "share_best"),
    incomplete: str = "refuse",
    units: str = "a",
    adjustments: str = "",
    previous: str = "",
) -> dict[str, Any]:
    """The results of the units for these entries."""
    rank_on, ties = ranking
    texts = {
        "rulebook.yaml": RULEBOOK.format(policy=policy, rank_on=rank_on, ties=ties),
        "round.yaml": ROUND.format(incomplete=incomplete),
        "units.csv": "unit,name,group,ranked\n"
        + "".join(f"{unit},Sở {unit},departments,yes\n" for unit in units),
        "findings.csv": "unit,item,share\n" + "".join(f"{unit},2.2,0.5\n" for unit in units),
        "entries.csv": ",".join(("unit", "item", "stage", *CELLS)) + "\n" + entries,
        "adjustments.csv": "unit,kind,code,points,reason\n" + adjustments,
        "previous.csv": "unit,index,rank,group,comparable\n" + previous,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    results: dict[str, Any] = oracle.compute(folder)["units"]
    return results


@pytest.mark.parametrize("expected", EXAMPLES, ids=[path.parent.name for path in EXAMPLES])
def test_the_oracle_agrees_with_the_examples(expected: Path) -> None:
    wanted = json.loads(expected.read_text(encoding="utf-8"))
    found = oracle.compute(expected.parent / "round")
    shown = {
        unit: {key: value for key, value in found["units"][unit].items() if key in result}
        for unit, result in wanted["units"].items()
    }
    assert {"units": shown, "groups": found["groups"]} == wanted
    assert shown.keys() == found["units"].keys()


def test_four_examples_are_read() -> None:
    assert len(EXAMPLES) == 4


def test_a_half_is_rounded_up_and_the_index_once(tmp_path: Path) -> None:
    # 2 x 33.4 / 80 = 0.835 -> 0.84; 1.125 -> 1.13; 99 % is the lower band; half of the survey
    bands = {"numerator": "99", "denominator": "100"}
    unit = score(tmp_path, sheet({"value": "33.4"}, {"points": "1.1250"}, bands))["a"]
    points = {code: item["points"] for code, item in unit["items"].items()}
    assert points == {"1.1.1": "0.84", "1.1.2": "1.13", "2.1": "1.00", "2.2": "0.50"}
    assert (unit["points"], unit["maximum"], unit["index"]) == ("3.47", "10.00", "34.7")
    assert unit["areas"] == {"1": "39.4", "2": "30.0"}
    assert (unit["appraised_points"], unit["survey_points"]) == ("2.97", "0.50")
    assert (unit["class"], unit["rank"], unit["self_points"]) == ("low", 1, None)


@pytest.mark.parametrize(
    ("policy", "points", "maximum", "item"),
    [
        ("renormalise", "6.50", "8.00", ""),
        ("renormalise_within_area", "7.83", "10.00", ""),  # 2 x 5 / 3 + 4.5
        ("award_max", "8.50", "10.00", "2.00"),
    ],
)
def test_what_not_applicable_does(
    tmp_path: Path, policy: str, points: str, maximum: str, item: str
) -> None:
    unit = score(tmp_path, sheet(NONE_DUE, {"points": "2"}, WHOLE), policy=policy)["a"]
    assert (unit["points"], unit["maximum"]) == (points, maximum)
    assert unit["items"]["1.1.1"] == {"points": item, "maximum": item, "marker": "not_applicable"}


def test_an_area_without_anything_applicable_leaves_both_sums(tmp_path: Path) -> None:
    entries = sheet(NONE_DUE, WAIVED, WHOLE)
    unit = score(tmp_path, entries, policy="renormalise_within_area")["a"]
    assert (unit["points"], unit["maximum"], unit["index"]) == ("4.50", "5.00", "90.0")
    assert (unit["areas"]["1"], unit["area_maximum"]["1"]) == (None, "0.00")
    assert (unit["area_ranks"], unit["class"]) == ({"1": None, "2": 1}, "high")


def test_the_first_final_stage_with_an_entry_is_final_and_self_is_told_apart(
    tmp_path: Path,
) -> None:
    entries = sheet({"value": "40"}, {"points": "3"}, WHOLE | {"veto": "yes"})
    entries += entry("1.1.1", WHOLE, stage="self")
    entries += entry("1.1.1", {"value": "60"}, stage="council")
    unit = score(tmp_path, entries)["a"]
    assert unit["items"]["1.1.1"]["points"] == "1.50"
    assert unit["items"]["2.1"] == {"points": "0.00", "maximum": "4.00", "marker": "zero_if"}
    assert (unit["self_points"], unit["class"]) == ("2.00", "low")


def test_a_missing_final_entry_is_zero_only_where_the_round_says_so(tmp_path: Path) -> None:
    entries = entry("2.1", WHOLE, stage="self")
    with pytest.raises(ValueError, match=r"a 1\.1\.1: no final entry"):
        score(tmp_path, entries)
    unit = score(tmp_path, entries, incomplete="zero")["a"]
    assert unit["items"]["2.1"] == {"points": "0.00", "maximum": "4.00", "marker": "missing"}
    assert (unit["index"], unit["self_points"]) == ("5.0", "4.00")


def test_adjustments_stop_at_their_caps_and_the_index_at_its_ends(tmp_path: Path) -> None:
    entries = sheet({"value": "80"}, {"points": "3"}, WHOLE)
    entries += sheet({"value": "0"}, {"points": "0"}, {"value": "0"}, "b")
    adjustments = "a,bonus,B1,9,x\nb,deduction,D1,1,x\nb,deduction,D2,1,x\nb,bonus,B1,0.25,x\n"
    found = score(tmp_path, entries, units="ab", adjustments=adjustments)
    assert (found["a"]["bonus"], found["a"]["index"]) == ("1.00", "100.0")
    assert (found["b"]["bonus"], found["b"]["deduction"]) == ("0.25", "1.50")
    assert found["b"]["index"] == "0.0"


@pytest.mark.parametrize(
    ("ranking", "ranks"),
    [
        (("published", "share_best"), [1, 2, 2, 4]),
        (("published", "dense"), [1, 2, 2, 3]),
        (("exact", "share_best"), [1, 3, 2, 4]),
        (("exact", "dense"), [1, 3, 2, 4]),
    ],
)
def test_ranks_follow_the_policy(
    tmp_path: Path, ranking: tuple[str, str], ranks: list[int]
) -> None:
    points = {"a": "2", "b": "1.74", "c": "1.75", "d": "1"}
    entries = "".join(
        sheet({"value": "0"}, {"points": given}, {"value": "50"}, unit)
        for unit, given in points.items()
    )
    bonus = "b,bonus,B1,0.0050,x\n"  # 32.45, shown as 32.5
    found = score(tmp_path, entries, units="abcd", ranking=ranking, adjustments=bonus)
    assert [found[unit]["index"] for unit in "abcd"] == ["35.0", "32.5", "32.5", "25.0"]
    assert [found[unit]["rank"] for unit in "abcd"] == ranks


def test_what_is_not_comparable_has_no_change(tmp_path: Path) -> None:
    entries = "".join(
        sheet({"value": "0"}, {"points": "2"}, {"value": "50"}, unit) for unit in "abcd"
    )
    previous = "a,35.25,3,departments,yes\nb,35.25,3,districts,yes\nc,35.25,3,departments,no\n"
    found = score(tmp_path, entries, units="abcd", previous=previous + "gone,1,1,departments,yes\n")
    changes = [(found[unit]["change"], found[unit]["rank_change"]) for unit in "abcd"]
    assert changes == [("-0.3", 2), (None, None), (None, None), (None, None)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_season_is_a_round(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    groups = rng.randint(1, 3)
    seasons.write_season(
        tmp_path,
        rng,
        units=rng.randint(groups, 15),
        items=rng.randint(1, 15),
        groups=groups,
        ties=seed % 3 == 0,
        flavour=(None, *seasons.FLAVOURS)[seed % (len(seasons.FLAVOURS) + 1)],
    )
    found = oracle.compute(tmp_path)
    assert len(found["groups"]) == groups
    for unit in found["units"].values():
        assert (unit["index"] is None) == (unit["class"] is None)
        if unit["index"] is not None:
            assert 0 <= Fraction(unit["index"]) <= 100


def test_a_season_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    texts = []
    for _ in range(2):
        seasons.write_season(tmp_path, random.Random(7), units=6, items=8, groups=2)
        texts.append({path.name: path.read_bytes() for path in tmp_path.rglob("*.*")})
    assert texts[0] == texts[1]


def test_seasons_reach_every_marker_and_an_empty_index(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    for seed, flavour in enumerate(("incomplete", "hollow", "renormalise", "adjusted")):
        seasons.write_season(tmp_path, random.Random(seed), units=30, items=20, flavour=flavour)
        for unit in oracle.compute(tmp_path)["units"].values():
            seen.update(item["marker"] for item in unit["items"].values())
            seen["no index"] += unit["index"] is None
            seen["an end"] += unit["index"] in {"0.0", "0.00", "100.0", "100.00"}
    assert +seen == seen
    assert seen.keys() == {
        *("scored", "zero_if", "none_due_zero", "none_due_full", "not_applicable", "missing"),
        *("no index", "an end"),
    }


def test_seasons_of_ties_share_indices_and_land_on_halves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    halves: Counter[int] = Counter()
    shared = parted = 0
    rounded = oracle._rounded

    def watched(number: Fraction, places: int) -> Fraction:
        halves[places] += (number * 10**places).denominator == 2
        return rounded(number, places)

    monkeypatch.setattr(oracle, "_rounded", watched)
    for seed in range(10):
        seasons.write_season(tmp_path, random.Random(seed), units=30, items=10, ties=True)
        units = oracle.compute(tmp_path)["units"].values()
        shown = {unit["index"] for unit in units}
        shared += len(units) - len(shown)
        parted += len({(unit["index"], unit["points"]) for unit in units}) - len(shown)
    assert (shared > 50, parted > 10) == (True, True)
    assert (halves[1] > 50, halves[2] > 50, halves[4] > 50) == (True, True, True)


def test_an_unknown_flavour_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="flavour"):
        seasons.write_season(tmp_path, random.Random(0), units=1, items=1, flavour="sour")


def test_a_season_without_a_unit_for_each_group_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a unit for each"):
        seasons.write_season(tmp_path, random.Random(0), units=1, items=1, groups=2)


def test_the_benchmark_is_a_round(tmp_path: Path) -> None:
    seasons.write_bench(tmp_path, units=20, items=60, seed=1)
    found = oracle.compute(tmp_path)
    assert found["groups"]["communes"]["n_ranked"] == 20
    assert {len(unit["items"]) for unit in found["units"].values()} == {60}
