from decimal import Decimal

import pytest
from rounds import files, item, row, score

from parindex.robustness.sampling_error import IndexEstimate, index_estimates
from parindex.scoring.inputs import Round
from parindex.scoring.run import GroupRun

RATIO = "{shape: ratio}"
UNITS = ("u1,Sở Một,so,yes", "u2,Sở Hai,so,yes", "u3,Sở Ba,so,no")


def made(
    findings: list[str],
    *,
    rule: str = RATIO,
    entries: list[str] | None = None,
    **policies: str,
) -> tuple[GroupRun, Round]:
    """Three units with 60 points appraised and 40 of two survey items."""
    given = "{shape: given}"
    areas = {
        "1": [item("1.1.1", "60", given)],
        "2": [
            item("2.1.1", "30", rule, source="survey"),
            item("2.1.2", "10", RATIO, source="index"),
        ],
    }
    rows = [row(unit, "1.1.1", points="30") for unit in ("u1", "u2", "u3")]
    run = score(
        files(
            areas,
            units=UNITS,
            entries=[*rows, *(entries or [])],
            tables={
                "findings.csv": "unit,item,share,se,n\n" + "".join(f"{one}\n" for one in findings)
            },
            **policies,
        )
    )
    return run.groups[0], run.round


def estimates(found: tuple[GroupRun, Round], correlation: float = 0) -> dict[str, IndexEstimate]:
    group, round_ = found
    return {
        one.unit: one for one in index_estimates(group, round_.findings, correlation=correlation)
    }


FINDINGS = [
    "u1,2.1.1,0.8,0.02,400", "u1,2.1.2,0.7,0.03,400", "u2,2.1.1,0.9,,", "u2,2.1.2,0.5,0,400",
    "u3,2.1.1,0.5,0.02,400", "u3,2.1.2,0.5,0.02,400",
]  # fmt: skip


def test_the_error_of_an_index_is_that_of_its_survey_points():
    found = estimates(made(FINDINGS))
    assert list(found) == ["u1", "u2"], "who is not ranked has no rank to be unsure of"
    assert found["u1"].index == pytest.approx(30 + 24 + 7)
    assert found["u1"].se == pytest.approx((0.6**2 + 0.3**2) ** 0.5, rel=1e-4)
    assert (found["u2"].index, found["u2"].se, found["u2"].without_se) == (62.0, 0.0, 1)


def test_the_same_people_answer_all_items():
    alone, together = (estimates(made(FINDINGS), rho)["u1"].se for rho in (0, 1))
    assert together == pytest.approx(0.9, rel=1e-4)
    assert alone < estimates(made(FINDINGS), 0.5)["u1"].se < together


def test_a_step_of_the_rule_is_a_step_of_the_error():
    steps = "{shape: bands, on: ratio, steps: [{from: 80, points: 30}, {from: 0, points: 10}]}"
    findings = ["u1,2.1.1,0.8,0.02,9", "u2,2.1.1,0.9,0.02,9", "u3,2.1.1,0.5,0.02,9"]
    findings += [f"{unit},2.1.2,1,0,9" for unit in ("u1", "u2", "u3")]
    found = estimates(made(findings, rule=steps))
    # Half of the shares lie below the step of 20 points.
    assert found["u1"].se == pytest.approx(10, abs=0.1)
    assert found["u2"].se == 0


def test_a_share_stays_between_none_and_all():
    findings = ["u1,2.1.1,1,0.1,9", "u2,2.1.1,0.5,0.1,9", "u3,2.1.1,1,0,9"]
    findings += [f"{unit},2.1.2,1,0,9" for unit in ("u1", "u2", "u3")]
    found = estimates(made(findings))
    assert found["u2"].se == pytest.approx(3, rel=1e-4)
    # The part above 1 is cut off: the standard deviation of a normal number held below its mean.
    assert found["u1"].se == pytest.approx(3 * (0.5 - 1 / 6.283185) ** 0.5, rel=0.02)


@pytest.mark.parametrize(
    ("policy", "se"),
    [("renormalise", 60 / 90), ("renormalise_within_area", 80 / 100), ("award_max", 60 / 100)],
)
def test_what_does_not_apply_moves_the_scale_as_the_policy_says(policy: str, se: float):
    findings = [f"{unit},2.1.1,0.8,0.02,9" for unit in ("u1", "u2", "u3")]
    findings += [f"{unit},2.1.2,0.8,0.02,9" for unit in ("u2", "u3")]
    entries = [row("u1", "2.1.2", not_applicable="yes", reason="không có")]
    found = estimates(made(findings, entries=entries, not_applicable=policy))
    assert found["u1"].se == pytest.approx(se, rel=1e-3)


def test_a_finding_of_an_item_that_does_not_apply_adds_nothing():
    findings = [f"{unit},2.1.{at},0.8,0.02,9" for unit in ("u1", "u2", "u3") for at in (1, 2)]
    entries = [row("u1", "2.1.2", not_applicable="yes", reason="không có")]
    found = estimates(made(findings, entries=entries))
    assert found["u1"].se == pytest.approx(60 / 90, rel=1e-3)
    assert Decimal("0.02") == made(findings, entries=entries)[1].findings["u1", "2.1.2"].se
