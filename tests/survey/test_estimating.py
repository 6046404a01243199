"""From files to est.csv: what is refused and how, what rows come out, what is withheld."""

import csv
import io
import math
from collections.abc import Iterable

import pytest

from parindex.errors import UnusableInputError
from parindex.survey.estimating import Estimation, Inputs, estimate
from parindex.survey.estimation.design_file import read_design_file

HEAD = """schema: parindex.design/1
strata: h
weights: w
lonely_psu: fail
"""
MEAN = "statistics:\n  - {of: y, what: mean}\n"
DATA = """h,u,w,n,y,z,kind,yes
a,1,2,9,3,1,x,1
a,2,2,9,5,,y,0
b,1,3,9,4,2,x,1
b,2,3,9,8,3,,0
"""


def run(design: str, data: str = DATA, margins: str | None = None) -> Estimation:
    plan = read_design_file(design.encode(), file="design.yaml")
    return estimate(
        Inputs(
            data=io.BytesIO(data.encode()),
            data_file="data.csv",
            design=plan,
            design_file="design.yaml",
            margins=None if margins is None else io.BytesIO(margins.encode()),
            margins_file="margins.csv",
        )
    )


def rows(made: Estimation) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(made.csv()))))


def refused(design: str, data: str = DATA, margins: str | None = None) -> list[str]:
    """The problems as said in English, each of which has its words in Vietnamese too."""
    with pytest.raises(UnusableInputError) as caught:
        run(design, data, margins)
    assert len(caught.value.say("vi")) == len(caught.value.problems)
    return [f"{one.file}:{one.line}: {one.code}" for one in caught.value.problems]


def test_the_smallest_estimation():
    (row,) = rows(run(HEAD + MEAN))
    assert row["estimate"] == "5.2"
    assert row["df"] == "2"
    assert row["n"] == "4"
    assert row["suppressed"] == "no"
    # Strata of 2 of weights 2 and 3: the variance by hand.
    variance = ((2 * (3 - 5)) ** 2 + (3 * (4 - 8)) ** 2) / 10**2
    assert float(row["se"]) == pytest.approx(math.sqrt(variance))
    assert float(row["ci_high"]) == pytest.approx(5.2 + 4.302652729696142 * math.sqrt(variance))


@pytest.mark.parametrize(
    ("design", "told"),
    [
        ("", ["design.yaml:0: yaml.empty"]),
        ("a: [", ["design.yaml:2: yaml.syntax"]),
        (HEAD.replace("/1", "/2") + MEAN, ["design.yaml:1: rulebook.schema"]),
        (HEAD + "stratum: x\n" + MEAN, ["design.yaml:5: yaml.unknown_key"]),
        (HEAD.replace("fail", "ignore") + MEAN, ["design.yaml:4: yaml.not_a_choice"]),
        ("schema: parindex.design/1\nweights: w\n" + MEAN, ["design.yaml:1: yaml.missing_key"]),
        (HEAD + "ci: exact\n" + MEAN, ["design.yaml:5: yaml.not_a_choice"]),
        (HEAD + "confidence: 95\n" + MEAN, ["design.yaml:5: design.share"]),
        (HEAD + "confidence: x\n" + MEAN, ["design.yaml:5: yaml.not_a_number", "design.yaml:5: design.share"]),
        (HEAD.replace("weights: w\n", "") + MEAN, ["design.yaml:1: design.no_weights"]),
        (
            HEAD.replace("weights: w\n", "clusters: [u, y]\nfpc: n\n") + MEAN,
            ["design.yaml:1: design.no_weights"],
        ),
        (HEAD + "fpc: [n, n]\n" + MEAN, ["design.yaml:5: design.stages"]),
        (HEAD.replace("h\n", "[h, u]\n", 1) + MEAN, ["design.yaml:2: design.stages"]),
        (HEAD + "fpc: []\n" + MEAN, ["design.yaml:5: yaml.empty_list"]),
        (HEAD + "fpc: [[n]]\n" + MEAN, ["design.yaml:5: yaml.not_text"]),
        (HEAD + "fpc: {n: 1}\n" + MEAN, ["design.yaml:5: yaml.not_a_list"]),
        (HEAD, ["design.yaml:1: yaml.missing_key"]),
        (HEAD + "statistics: []\n", ["design.yaml:5: yaml.empty_list"]),
        (HEAD + "statistics:\n  - {what: mean}\n", ["design.yaml:6: yaml.missing_key"]),
        (HEAD + "statistics:\n  - {of: y, what: median}\n", ["design.yaml:6: yaml.not_a_choice"]),
        (HEAD + "statistics:\n  - {of: y, what: ratio}\n", ["design.yaml:6: design.ratio"]),
        (HEAD + "statistics:\n  - {of: y, what: quantile}\n", ["design.yaml:6: yaml.missing_key"]),
        (
            HEAD + "statistics:\n  - {of: y, what: quantile, at: [0.5, 50, x]}\n",
            ["design.yaml:6: design.share"] * 2,
        ),
        (HEAD + "statistics:\n  - {of: y, what: mean, at: 0.5}\n", ["design.yaml:6: yaml.unknown_key"]),
        (HEAD + "trim: [3, 1]\n" + MEAN, ["design.yaml:5: design.range"]),
        (HEAD + "trim: [1]\n" + MEAN, ["design.yaml:5: design.range"]),
        (HEAD + "replicates: bootstrap\n" + MEAN, ["design.yaml:1: yaml.missing_key"] * 2),
        (HEAD + "replicates: {method: bootstrap, seed: 1, number: 1}\n" + MEAN, ["design.yaml:5: design.few_replicates"]),
        (HEAD + "replicates: {method: jkn, seed: 1}\n" + MEAN, ["design.yaml:5: yaml.unknown_key"]),
        (HEAD + "replicates: jack\n" + MEAN, ["design.yaml:5: yaml.not_a_choice"]),
        (
            HEAD + "calibrate: {method: logit, margins: m.csv, bounds: [1.5, 2]}\n" + MEAN,
            ["design.yaml:5: design.around"],
        ),
        (HEAD + "calibrate: {margins: m.csv}\n" + MEAN, ["design.yaml:5: yaml.missing_key"]),
        (HEAD + "disclosure: {below: 3}\n" + MEAN, ["design.yaml:5: yaml.unknown_key"]),
        (
            HEAD + "statistics:\n  - {of: yy, what: mean, by: kinds}\n",
            ["design.yaml:6: survey.no_column"] * 2,
        ),
        (HEAD.replace("w\n", "ww\n") + MEAN, ["design.yaml:3: survey.no_column"]),
    ],
)  # fmt: skip
def test_a_design_that_cannot_be_is_refused(design: str, told: list[str]):
    assert refused(design) == told


def with_cell(old: str, new: str) -> str:
    assert old in DATA
    return DATA.replace(old, new, 1)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("", ["data.csv:0: csv.empty"]),
        ("h,w,y\n", ["data.csv:1: survey.no_rows"]),
        ("h,h,w,y\n", ["data.csv:1: csv.repeated_column"]),
        (with_cell("a,2,2,", "a,2,0,"), ["data.csv:3: survey.weight"]),
        (with_cell("a,2,2,", "a,2,-2,"), ["data.csv:3: survey.weight"]),
        (with_cell("a,2,2,", "a,2,,"), ["data.csv:3: survey.missing_cell"]),
        (with_cell("a,2,2,", ",2,2,"), ["data.csv:3: survey.missing_cell"]),
        (with_cell("a,2,2,", "a,2,x,"), ["data.csv:3: number.not_a_number"]),
        (with_cell("9,5,,y", "9,five,,y"), ["data.csv:3: number.not_a_number"]),
        (with_cell("9,5,,y", '9,"1,234,567",,y'), ["data.csv:3: number.thousands"]),
        (with_cell("9,5,,y", '9,"5,5",,y').replace("9,8,3", "9,8.5,3"), ["data.csv:5: number.mixed"]),
        (with_cell("a,2,2,", "c,2,2,"), ["data.csv:2: survey.lonely"]),
        (with_cell("a,2,2", "a,2,2,2"), ["data.csv:3: csv.ragged"]),
        (DATA.replace("9,3,", "9,,").replace("9,5,", "9,NA,").replace("9,4,", "9,,").replace("9,8,", "9,NaN,"), ["design.yaml:6: survey.all_missing"]),
    ],
)  # fmt: skip
def test_responses_that_cannot_be_used_are_refused(data: str, told: list[str]):
    assert refused(HEAD + MEAN, data) == told


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (DATA.replace(",9,", ",1,"), ["data.csv:2: survey.fpc_small"]),
        (with_cell("a,2,2,9", "a,2,2,8"), ["data.csv:3: survey.fpc_differs"]),
        (with_cell("a,2,2,9", "a,2,2,0.5"), ["data.csv:3: survey.fpc_differs"]),
        (with_cell("a,2,2,9", "a,2,2,"), ["data.csv:3: survey.missing_cell"]),
    ],
)
def test_population_sizes_that_cannot_be_are_refused(data: str, told: list[str]):
    assert refused(HEAD + "fpc: n\n" + MEAN, data) == told


def test_a_sample_of_one_unit_is_refused():
    design = HEAD.replace("strata: h\n", "clusters: one\n").replace("fail", "remove") + MEAN
    data = "one,w,y\nx,1,2\nx,1,3\n"
    assert refused(design, data) == ["data.csv:0: survey.one_unit"]


@pytest.mark.parametrize(
    ("what", "text"), [("share", ""), ("share", "x"), ("mean", "x"), ("total", "x")]
)
def test_quantities_are_no_categories(what: str, text: str):
    data = "w,y\n" + "".join(f"1,{text}{at}\n" for at in range(1100))
    design = HEAD.replace("strata: h\n", "") + f"statistics:\n  - {{of: y, what: {what}}}\n"
    assert refused(design, data) == ["design.yaml:5: survey.categories"]


def test_many_numbers_have_a_mean_all_the_same():
    data = "w,y\n" + "".join(f"1,{at}\n" for at in range(1100))
    (row,) = rows(run(HEAD.replace("strata: h\n", "") + MEAN, data))
    assert row["estimate"] == "549.5"


@pytest.mark.parametrize(
    ("margins", "told"),
    [
        ("variable,level,total\n", ["margins.csv:1: margins.none"]),
        ("variable,level\n", ["margins.csv:1: csv.missing_column"]),
        ("variable,level,total\nyes,1,x\n", ["margins.csv:2: number.not_a_number"]),
        ("variable,level,total\nyes,1,-4\n", ["margins.csv:2: number.negative"]),
        ("variable,level,total\n,1,4\n", ["margins.csv:2: survey.missing_cell"]),
        ("variable,level,total\nyes,1,4\nyes,1,4\n", ["margins.csv:3: margins.repeated"]),
        ("variable,level,total\nyes,1,4\nyes,,4\n", ["margins.csv:3: margins.repeated"]),
        ("variable,level,total\nyes,,4\nyes,1,4\n", ["margins.csv:3: margins.repeated"]),
        ("variable,level,total\nno,1,4\n", ["margins.csv:2: survey.no_column"]),
        ("variable,level,total\nyes x no,1|1,4\n", ["margins.csv:2: survey.no_column"]),
        ("variable,level,total\nkind,,4\n", ["data.csv:2: number.not_a_number", "data.csv:3: number.not_a_number"]),
        ("variable,level,total\nyes,1,0.001\nyes,0,9.999\ny,,800\n", ["design.yaml:5: calibration.failed"]),
    ],
)  # fmt: skip
def test_known_totals_that_cannot_be_used_are_refused(margins: str, told: list[str]):
    design = HEAD + "calibrate: {method: logit, margins: margins.csv}\n" + MEAN
    assert refused(design, margins=margins) == told


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("replicates: jk1", ["data.csv:4: replicates.strata"]),
        ("replicates: {method: brr}", ["data.csv:4: replicates.odd"]),
    ],
)
def test_replicates_that_do_not_fit_are_refused(key: str, told: list[str]):
    data = DATA + "b,3,3,9,1,1,x,1\n"
    assert refused(f"{HEAD}{key}\n{MEAN}", data) == told


def test_weights_of_nobody_are_refused():
    few = "w,y\n" + "0.1,1\n" * 20 + "5,2\n"
    plain = HEAD.replace("strata: h\n", "")
    assert refused(f"{plain}trim: [1, 9]\n{MEAN}", few) == ["data.csv:22: weights.trimmed"]
    calibrate = "calibrate: {method: linear, margins: margins.csv}\n"
    # The sample's mean is 6.2, that of the population 24: linear weights go below 0 for that.
    known = "variable,level,total\ny,,120\none,1,5\n"
    far = "w,y,one\n1,1,1\n1,1,1\n1,2,1\n1,2,1\n1,25,1\n"
    assert refused(plain + calibrate + MEAN, far, known) == ["data.csv:2: weights.calibrated"]
    raked = run(plain + calibrate.replace("linear", "raking") + MEAN, far, known)
    assert float(rows(raked)[0]["estimate"]) == pytest.approx(24)


def test_a_jackknife_without_anything_to_average_is_refused():
    design = HEAD.replace("fail", "average") + "replicates: {method: jkn}\n" + MEAN
    data = "h,w,y\na,1,1\nb,1,2\nc,1,3\n"
    assert refused(design, data) == ["data.csv:2: replicates.average"]


@pytest.mark.parametrize(
    "key",
    [
        "replicates: {method: bootstrap, seed: 3, number: 9}",
        "replicates: {bootstrap: {seed: 3, number: 9}}",
        "replicates: bootstrap\nseed: 3\nnumber: 9",
    ],
)
def test_a_bootstrap_may_be_written_in_three_ways(key: str):
    plan = read_design_file(f"{HEAD}{key}\n{MEAN}".encode(), file="design.yaml")
    assert (plan.replication.seed, plan.replication.number) == (3, 9)
    (row,) = rows(run(f"{HEAD}{key}\n{MEAN}"))
    assert float(row["se"]) > 0
    assert row["df"] == "2"


def names(made: Estimation) -> Iterable[tuple[str, ...]]:
    keys = ("statistic", "variable", "level", "domain")
    return [tuple(row[key] for key in keys) for row in rows(made)]


def test_rows_stand_in_the_order_of_the_plan():
    design = f"""{HEAD}statistics:
  - {{of: [y, kind], what: mean}}
  - {{of: kind, what: total, by: [h, yes]}}
  - {{of: yes, what: share, by: kind}}
  - {{of: [z, y], what: ratio}}
  - {{of: y, what: quantile, at: [0.50, 0.9]}}
  - {{of: h, what: share}}
  - {{of: y, what: variance}}
"""
    made = run(design)
    assert list(names(made)) == [
        ("mean", "y", "", ""),
        ("mean", "kind", "x", ""),
        ("mean", "kind", "y", ""),
        *(
            ("total", "kind", kind, part)
            for part in ("h=a;yes=0", "h=a;yes=1", "h=b;yes=0", "h=b;yes=1")
            for kind in "xy"
        ),
        ("share", "yes", "", "kind=x"),
        ("share", "yes", "", "kind=y"),
        ("ratio", "z/y", "", ""),
        ("quantile", "y", "0.50", ""),
        ("quantile", "y", "0.9", ""),
        ("share", "h", "a", ""),
        ("share", "h", "b", ""),
        ("variance", "y", "", ""),
    ]
    by_name = dict(zip(names(made), rows(made), strict=True))
    # Nobody in that part has a kind: there is nothing to estimate.
    empty = by_name["total", "kind", "x", "h=b;yes=0"]
    assert (empty["estimate"], empty["se"], empty["n"]) == ("", "", "0")
    ratio = by_name["ratio", "z/y", "", ""]
    assert float(ratio["estimate"]) == pytest.approx(
        (2 * 1 + 3 * 2 + 3 * 3) / (2 * 3 + 3 * 4 + 3 * 8)
    )
    assert ratio["n"] == "3"
    assert by_name["quantile", "y", "0.50", ""]["deff"] == ""
    assert by_name["quantile", "y", "0.50", ""]["estimate"] == "4"


@pytest.mark.parametrize("interval", ["logit", "wilson"])
def test_a_mean_of_0_and_1_is_a_share_where_shares_have_their_own_interval(interval: str):
    statistics = "statistics:\n  - {of: yes, what: mean}\n  - {of: yes, what: share}\n"
    mean, share = rows(run(f"{HEAD}ci: {interval}\n{statistics}"))
    assert {**mean, "statistic": "share"} == share
    assert 0 < float(mean["ci_low"]) < 0.5 < float(mean["ci_high"]) < 1
    plain, _ = rows(run(f"{HEAD}{statistics}"))
    assert float(plain["ci_low"]) < 0
    other, _ = rows(run(f"{HEAD}ci: {interval}\nstatistics:\n  - {{of: [y, z], what: mean}}\n"))
    assert other["ci_low"] == rows(run(HEAD + MEAN))[0]["ci_low"]


def test_confidence_widens_what_it_must():
    low = [float(rows(run(f"{HEAD}confidence: {one}\n{MEAN}"))[0]["ci_low"]) for one in (0.8, 0.99)]
    assert low[0] > low[1]


def test_truth_values_exponents_and_decimal_commas_are_numbers():
    data = "w;y;yes\n1e+00;2,5;TRUE\n1;3,5;FALSE\n2E0;4,25;TRUE\n"
    design = HEAD.replace("strata: h\n", "") + "statistics:\n  - {of: [y, yes], what: mean}\n"
    first, second = rows(run(design, data))
    assert float(first["estimate"]) == pytest.approx(14.5 / 4)
    assert float(second["estimate"]) == 0.75


def test_a_column_that_always_says_the_same_is_told():
    made = run(HEAD + "statistics:\n  - {of: n, what: mean}\n  - {of: y, what: mean}\n")
    assert made.constant == ("n",)
    row = rows(made)[0]
    assert (row["estimate"], row["se"], row["deff"]) == ("9", "0", "")


KINDS = {"a": 60, "b": 40, "c": 25, "d": 8}


def kinds() -> str:
    cells = [kind for kind, n in KINDS.items() for _ in range(n)]
    return "w,y,kind,half\n" + "".join(
        f"1,{at % 5},{kind},{'pq'[at % 2]}\n" for at, kind in enumerate(cells)
    )


def withheld(
    statistics: str, thresholds: str = "flag_below: 30, suppress_below: 10"
) -> dict[str, str]:
    design = (
        HEAD.replace("strata: h\n", "") + f"disclosure: {{{thresholds}}}\nstatistics:\n{statistics}"
    )
    made = run(design, kinds())
    for row in rows(made):
        numbers = [row[name] for name in ("estimate", "se", "ci_low", "ci_high", "df", "deff", "n")]
        assert any(numbers) == (row["suppressed"] != "yes")
    return {row["domain"]: row["suppressed"] for row in rows(made)}


def test_a_small_part_is_withheld_with_one_that_protects_it():
    whole, by = "  - {of: y, what: mean}\n", "  - {of: y, what: mean, by: kind}\n"
    assert withheld(whole + by) == {
        "": "no", "kind=a": "no", "kind=b": "no", "kind=c": "yes", "kind=d": "yes",
    }  # fmt: skip
    # Where the whole is not shown, nothing follows from the other parts.
    assert withheld(by) == {"kind=a": "no", "kind=b": "no", "kind=c": "flagged", "kind=d": "yes"}
    # A part by two columns; the flagged are told, too.
    assert withheld(by, "flag_below: 30") == {
        "kind=a": "no", "kind=b": "no", "kind=c": "flagged", "kind=d": "flagged",
    }  # fmt: skip
    both = withheld(whole + "  - {of: y, what: mean, by: [half, kind]}\n")
    assert both[""] == "no"
    assert both["half=p;kind=d"] == both["half=q;kind=d"] == "yes"
    assert sum(one == "yes" for one in both.values()) >= 2


def test_a_part_that_nobody_answered_is_withheld_too():
    data = kinds().replace(",d,", ",e,") + "1,,d,p\n"
    design = HEAD.replace("strata: h\n", "") + (
        "disclosure: {suppress_below: 5}\nstatistics:\n  - {of: y, what: mean, by: kind}\n"
    )
    found = {row["domain"]: row["suppressed"] for row in rows(run(design, data))}
    assert found == {f"kind={one}": "yes" if one == "d" else "no" for one in "abcde"}


def test_who_has_no_category_does_not_follow_from_the_others():
    whole, by = "  - {of: y, what: mean}\n", "  - {of: y, what: mean, by: kind}\n"
    sizes = {"a": 50, "b": 60, "": 3}
    data = "w,y,kind\n" + "".join(
        f"1,{at % 5},{kind}\n" for kind, n in sizes.items() for at in range(n)
    )
    design = HEAD.replace("strata: h\n", "") + "disclosure: {suppress_below: 10}\nstatistics:\n"
    made = {row["domain"]: row["suppressed"] for row in rows(run(design + whole + by, data))}
    assert made == {"": "no", "kind=a": "yes", "kind=b": "no"}
    # Without the whole, or with enough of them, nothing follows.
    alone = rows(run(design + by, data))
    assert {row["suppressed"] for row in alone} == {"no"}
    enough = rows(run(design + whole + by, data + "1,1,\n" * 7))
    assert {row["suppressed"] for row in enough} == {"no"}


def test_a_sample_that_is_small_as_a_whole_shows_nothing():
    assert withheld("  - {of: y, what: mean}\n", "suppress_below: 500") == {"": "yes"}


def test_a_whole_hardly_larger_than_its_small_parts_goes_with_them():
    data = "w,y,kind\n" + "".join(f"1,{at % 5},{'a' if at < 3 else 'b'}\n" for at in range(11))
    design = HEAD.replace("strata: h\n", "") + (
        "disclosure: {suppress_below: 10}\n"
        "statistics:\n  - {of: y, what: mean}\n  - {of: y, what: mean, by: kind}\n"
    )
    assert {row["suppressed"] for row in rows(run(design, data))} == {"yes"}
