"""What a wave gives is what the engine gives of the same answers, computed directly."""

import json
import random
from collections import Counter
from decimal import Decimal
from math import isclose, sqrt

import pytest
import web_setup

web_setup.set_up()

from django.db import IntegrityError, transaction  # noqa: E402
from web.fieldwork.surveying import (  # noqa: E402
    AFTER,
    CLOSES,
    OPEN,
    START,
    answers,
    ask,
    found,
    give_codes,
    mixed_clusters,
)

from parindex.errors import Problems, UnusableInputError  # noqa: E402
from parindex.survey.estimation.columns import column_of  # noqa: E402
from parindex.survey.estimation.design import DesignColumns, LonelyPsu, read_sample  # noqa: E402
from parindex.survey.estimation.design_file import StatisticPlan, What  # noqa: E402
from parindex.survey.estimation.estimates import Estimator  # noqa: E402
from parindex.survey.estimation.responses import responses_of  # noqa: E402
from parindex.survey.estimation.weighting import weighted  # noqa: E402
from parindex.web.fieldwork.actions import (  # noqa: E402
    closing,
    drawing,
    estimating,
    intake,
    inviting,
    mixing,
    waves,
)
from parindex.web.fieldwork.bridge.estimates import EstimatePlan, GroupPlan  # noqa: E402
from parindex.web.fieldwork.models import Estimated, Invitation  # noqa: E402
from parindex.web.fieldwork.queries import results  # noqa: E402
from parindex.web.journal import clock  # noqa: E402
from parindex.web.journal.queries import lines_about  # noqa: E402
from parindex.web.people.permissions import RefusedError  # noqa: E402

pytestmark = pytest.mark.django_db
PERCENT = {"1": 0, "2": 20, "3": 60, "4": 80, "5": 100}


def answered(made, share=0.7, **planned):
    """Some of those invited answer; gives what each said, by stratum."""
    chance, given = random.Random(7), []
    for at, one in enumerate(made.invitations(reserve=False)):
        if chance.random() < share:
            said = {"q1": chance.choice("1234559"), "q2": chance.choice("12345")}
            with clock.at(OPEN):
                intake.submit(made.codes[one.id], f"d-{at}", said, mode="web", seconds=90)
            given.append((one.cell, said))
    with clock.at(AFTER):
        closing.close_due()
        made.wave = mixing.mix(made.manager, made.id)
    return given


def estimate(made, **how):
    with clock.at(AFTER):
        return estimating.estimate(made.manager, made.id, EstimatePlan(lonely_psu="fail", **how))


def test_findings_are_the_engines_estimates_of_the_same_answers():
    made = ask(in_frame=60, take=40, reserve=0)
    given = answered(made)
    kept = estimate(made)
    findings = json.loads(kept.content)["findings"]
    assert [(one["unit"], one["item"]) for one in findings] == [
        ("finance@2021", "2.2.1"), ("health@2021", "2.2.1"),
    ]  # fmt: skip

    came = Counter(cell.stratum for cell, _ in given)
    columns = {
        "unit": column_of([cell.stratum.split("/")[0] for cell, _ in given]),
        "stratum": column_of([cell.stratum for cell, _ in given]),
        "N": column_of([60.0 for _ in given]),
        # Those who answered stand for all 60 of their stratum.
        "weight": column_of([60 / came[cell.stratum] for cell, _ in given]),
        "worth": column_of(
            [None if said["q1"] == "9" else PERCENT[said["q1"]] / 100 for _, said in given]
        ),
    }
    responses = responses_of(columns)
    sample = read_sample(
        DesignColumns(strata=("stratum",), weights="weight", fpc=("N",)), responses,
        lonely_psu=LonelyPsu.FAIL, problems=Problems(),
    )  # fmt: skip
    direct = Estimator(weighted(sample), responses).estimates(
        StatisticPlan(what=What.MEAN, of=("worth",), by=("unit",))
    )
    assert len(direct) == 2
    for mine, engine in zip(findings, direct, strict=True):
        assert mine["unit"] == engine.domain.removeprefix("unit=")
        assert isclose(float(mine["share"]), engine.estimate, abs_tol=0.5e-4)
        assert isclose(float(mine["se"]), engine.se, abs_tol=0.5e-6)
        assert int(mine["n"]) == engine.n


def test_an_index_is_what_its_definition_says_and_its_error_that_of_the_textbook():
    made = ask(in_frame=60, take=40, reserve=0)
    given = answered(made)
    indices = json.loads(estimate(made).content)["indices"]
    whole = {one["of"]: one for one in indices if not one["domain"]}
    top = [(cell.stratum, 100.0 * (said["q2"] in "45")) for cell, said in given]
    strata = sorted({stratum for stratum, _ in top})
    mean, variance = 0.0, 0.0
    for stratum in strata:
        values = [value for of, value in top if of == stratum]
        n, centre = len(values), sum(values) / len(values)
        mean += centre / 4
        spread = sum((value - centre) ** 2 for value in values) / (n - 1)
        # A quarter of the population each, drawn without replacement from 60 (Cochran, 5A).
        variance += (1 / 4) ** 2 * (1 - n / 60) * spread / n
    assert isclose(float(whole["q2"]["index"]), mean, rel_tol=1e-9)
    assert isclose(float(whole["q2"]["se"]), sqrt(variance), rel_tol=1e-9)
    assert {one["measure"] for one in indices} == {"item", "factor", "overall"}
    domains = {tuple(sorted(one["domain"])) for one in indices}
    assert domains == {(), ("unit",), ("service",), ("stratum",), ("service", "unit")}


def test_the_overall_index_feeds_an_item_and_the_csv_is_that_of_the_contract():
    made = ask(in_frame=60, take=40, reserve=0)
    answered(made)
    kept = estimate(made, sipas_item="8.1")
    text = results.findings_csv(made.fresh())
    lines = text.splitlines()
    assert lines[0] == "unit,item,share,se,n"
    assert [line.split(",")[:2] for line in lines[1:]] == [
        ["finance@2021", "2.2.1"], ["finance@2021", "8.1"],
        ["health@2021", "2.2.1"], ["health@2021", "8.1"],
    ]  # fmt: skip
    overall = {
        one["domain"]["unit"]: float(one["index"])
        for one in json.loads(kept.content)["indices"]
        if one["measure"] == "overall" and list(one["domain"]) == ["unit"]
    }
    for line in lines[1:]:
        unit, item, share, se, n = line.split(",")
        assert 0 <= Decimal(share) <= 1
        assert Decimal(se) > 0
        assert int(n) > 30
        if item == "8.1":
            assert isclose(100 * float(share), overall[unit], abs_tol=0.5e-2)


def test_results_are_frozen_and_a_second_estimate_stands_beside_the_first():
    made = ask(in_frame=30, take=20, reserve=0)
    with clock.at(OPEN), pytest.raises(RefusedError):
        estimating.estimate(made.manager, made.id, EstimatePlan(lonely_psu="fail"))
    answered(made)
    first = estimate(made)
    second = estimate(made, interval="logit")
    assert (first.number, second.number) == (1, 2)
    assert first.digest != second.digest
    with clock.at(AFTER):
        assert results.latest(made.manager, made.fresh()) == second
        assert results.latest(made.actor("leader"), made.fresh()) == second
    with pytest.raises(IntegrityError), transaction.atomic():
        Estimated.objects.update(content="{}")
    said = [
        one.after["digest"]
        for one in lines_about("wave", str(made.id))
        if one.verb == "wave.estimated"
    ]
    assert said == [second.digest, first.digest]
    assert estimate(made).digest == first.digest


def test_small_cells_are_withheld_from_tables_and_findings():
    made = ask(in_frame=30, take=20, reserve=0)
    with clock.at(OPEN):
        for at, one in enumerate(made.invitations(reserve=False)):
            if one.cell.unit == made.units["finance"] or at % 4 == 0:
                intake.submit(made.codes[one.id], f"d-{at}", answers(at), mode="web", seconds=9)
    with clock.at(AFTER):
        closing.close_due()
        mixing.mix(made.manager, made.id)
    content = json.loads(estimate(made, suppress_below=12).content)
    assert {one["unit"] for one in content["findings"]} == {"finance@2021"}
    hidden = [one for one in content["indices"] if one["shown"] == "suppressed"]
    assert hidden
    assert all("index" not in one and "n" not in one for one in hidden)
    shown = [one for one in content["indices"] if one["shown"] != "suppressed"]
    assert all(one["n"] >= 12 for one in shown)
    assert any(one["shown"] == "flagged" for one in shown)


def test_an_answer_alone_in_its_cell_is_withheld_and_its_stratum_has_none():
    made = ask(in_frame=30, take=20, reserve=0, min_cell=2)
    with clock.at(OPEN):
        people = made.invitations(reserve=False)
        for at, one in enumerate(people):
            if one.cell.stratum != people[0].cell.stratum or at < 1:
                intake.submit(made.codes[one.id], f"d-{at}", answers(at), mode="web", seconds=9)
    with clock.at(AFTER):
        closing.close_due()
        mixing.mix(made.manager, made.id)
        # One answer alone hides among nobody: it was withheld, and its stratum has none.
        assert made.fresh().n_withheld == 1
    assert json.loads(estimate(made).content)["answers"] == 60


@pytest.mark.parametrize("policy", [one for one in LonelyPsu if one is not LonelyPsu.FAIL])
def test_one_cluster_in_a_stratum_has_no_error_and_is_refused_under_fail(policy):
    made = mixed_clusters()
    with pytest.raises(UnusableInputError) as caught:
        estimate(made)
    [problem] = caught.value.problems
    assert problem.code == "survey.lonely"
    assert "west" in problem.say("vi")
    assert problem.say("en") != problem.say("vi")
    assert not Estimated.objects.exists()
    with clock.at(AFTER):
        plan = EstimatePlan(lonely_psu=str(policy))
        assert estimating.estimate(made.manager, made.id, plan).number == 1


def test_no_answers_is_told():
    made = ask(in_frame=30, take=20, reserve=0)
    with clock.at(AFTER):
        closing.close_due()
        mixing.mix(made.manager, made.id)
        with pytest.raises(RefusedError) as caught:
            estimating.estimate(made.manager, made.id, EstimatePlan(lonely_psu="fail"))
    assert caught.value.code == "fieldwork.no_answers"


def test_a_strange_plan_is_refused_by_the_engine():
    made = ask(in_frame=30, take=20, reserve=0)
    answered(made)
    with pytest.raises(UnusableInputError) as caught:
        estimate(made, interval="guess", suppress_below=1, decimals=9)
    assert [one.code for one in caught.value.problems] == [
        "fieldwork.plan_word", "fieldwork.plan_number", "fieldwork.plan_number",
    ]  # fmt: skip
    assert all(one.say(language) for one in caught.value.problems for language in ("vi", "en"))


# ---- several stages, counters, officials


def in_villages(rows, stages):
    """A wave of villages drawn in stages and mixed, with the cell and the answers of each person."""
    made = ask(in_frame=30, take=20, reserve=0)
    frame = ("\n".join(rows) + "\n").encode()
    plan = f"schema: parindex.sampling/1\nid: id\nstages:\n{stages}".encode()
    with clock.at(START):
        made.wave = waves.create_wave(
            made.manager, made.issuer, slug="cum", title="Hai bước", opens_at=START,
            closes_at=CLOSES, instrument=made.fresh().instrument_id,
        )  # fmt: skip
        drawing.register_frame(
            made.manager, made.id, frame, plan=plan, columns={"unit": "unit"}, file="k"
        )
        drawing.draw(made.manager, made.id, frame, seed="3", file="k")
        give_codes(made)
        waves.open_wave(made.manager, made.id)
    given = []
    for at, one in enumerate(made.invitations(reserve=False)):
        said = {"q1": "12345"[(at * 7 + at // 8) % 5], "q2": "3"}
        with clock.at(OPEN):
            intake.submit(made.codes[one.id], f"d-{at}", said, mode="web", seconds=9)
        given.append((one.cell, said))
    with clock.at(AFTER):
        closing.close_due()
        mixing.mix(made.manager, made.id)
    return made, given


def test_clusters_drawn_in_two_stages_are_estimated_with_their_sizes():
    rows = ["id,village,unit"] + [
        f"p{village}-{at},v{village},finance@2021"
        for village in range(12)
        for at in range(20 + village)
    ]
    made, given = in_villages(
        rows, "  - {cluster: village, method: srs, take: 5}\n  - {method: srs, take: 8}\n"
    )
    (finding,) = json.loads(estimate(made).content)["findings"]
    columns = {
        "worth": column_of([PERCENT[said["q1"]] / 100 for _, said in given]),
        "village": column_of([cell.psu for cell, _ in given]),
        "N": column_of([12.0 for _ in given]),
        "M": column_of([float(cell.design["fpc"][1]) for cell, _ in given]),
        "weight": column_of([12 / 5 * float(cell.design["fpc"][1]) / 8 for cell, _ in given]),
    }
    responses = responses_of(columns)
    sample = read_sample(
        DesignColumns(clusters=("village",), weights="weight", fpc=("N", "M")), responses,
        lonely_psu=LonelyPsu.FAIL, problems=Problems(),
    )  # fmt: skip
    (engine,) = Estimator(weighted(sample), responses).estimates(
        StatisticPlan(what=What.MEAN, of=("worth",))
    )
    assert isclose(float(finding["share"]), engine.estimate, abs_tol=0.5e-4)
    assert isclose(float(finding["se"]), engine.se, abs_tol=0.5e-6)
    assert engine.n == int(finding["n"]) == 40


def test_small_cells_of_clusters_taken_for_certain_are_estimated_together():
    rows = ["id,village,size,unit"] + [
        f"p{village}-{at},v{village},8,finance@2021" for village in range(4) for at in range(8)
    ]
    # All four villages: each is a stratum of its own, and has fewer answers than can hide.
    made, given = in_villages(
        rows,
        "  - {cluster: village, method: pps, size: size, take: 4}\n  - {method: srs, take: 4}\n",
    )
    pools = made.fresh().cells.exclude(pooled_cells=None)
    assert [one.responses.count() for one in pools] == [8, 8]
    (finding,) = json.loads(estimate(made, suppress_below=5).content)["findings"]
    assert int(finding["n"]) == 16
    worth = [PERCENT[said["q1"]] / 100 for _, said in given]
    assert isclose(float(finding["share"]), sum(worth) / 16, abs_tol=0.5e-4)
    # Each pool is a stratum of half of the population, its answers the primary units.
    variance = 0.0
    for values in (worth[:8], worth[8:]):
        centre = sum(values) / 8
        variance += (1 / 2) ** 2 * sum((value - centre) ** 2 for value in values) / 7 / 8
    assert isclose(float(finding["se"]), sqrt(variance), abs_tol=0.5e-6)


def test_answers_from_a_counter_count_as_they_are():
    made = ask(in_frame=30, take=20, reserve=0)
    with clock.at(START):
        made.wave = waves.create_wave(
            made.manager, made.issuer, slug="quay", title="Tại quầy", opens_at=START,
            closes_at=CLOSES, instrument=made.fresh().instrument_id,
        )  # fmt: skip
        inviting.print_slips(made.manager, made.id, unit=made.units["health"].id, count=40)
        rows = list(Invitation.objects.filter(wave=made.wave))
        from parindex.web.fieldwork import codes

        for one in rows:
            made.codes[one.id] = codes.new_code()
            one.token_hash = codes.hash_of(made.codes[one.id])
            one.save()
        waves.open_wave(made.manager, made.id)
    worth = []
    for at, one in enumerate(rows[:30]):
        with clock.at(OPEN):
            intake.submit(made.codes[one.id], f"d-{at}", answers(at), mode="kiosk", seconds=9)
        worth.append(PERCENT[answers(at)["q1"]] / 100)
    with clock.at(AFTER):
        closing.close_due()
        mixing.mix(made.manager, made.id)
    (finding,) = json.loads(estimate(made).content)["findings"]
    mean = sum(worth) / 30
    variance = sum((one - mean) ** 2 for one in worth) / 29 / 30
    assert isclose(float(finding["share"]), mean, abs_tol=0.5e-4)
    assert isclose(float(finding["se"]), sqrt(variance), abs_tol=0.5e-6)


OFFICIALS = """\
schema: parindex.questionnaire/1
id: can-bo-thu
version: 1
status: template
title: {vi: "Phiếu cán bộ"}
languages: {vi: "Tiếng Việt"}
respondents: {id: leaders, name: {vi: "Lãnh đạo"}}
rates: {group: departments, own: own}
scales:
  own: [{code: none, label: {vi: "Cơ quan khác"}}]
  four:
    - {code: a, label: {vi: "Tốt"}, percent: 100}
    - {code: b, label: {vi: "Khá"}, percent: 60}
    - {code: c, label: {vi: "Trung bình"}, percent: 20}
    - {code: d, label: {vi: "Kém"}, percent: 0}
    - {code: e, label: {vi: "Không biết"}, missing: yes}
sections:
  - name: you
    label: {vi: "Ông/bà"}
    questions:
      - {name: own, kind: select_one, scale: own, label: {vi: "Cơ quan của ông/bà"}, required: yes}
  - name: rated
    label: {vi: "Đánh giá"}
    per_body: yes
    questions:
      - {name: lead, kind: select_one, scale: four, label: {vi: "Chỉ đạo"}, required: yes, feeds: "1.8"}
"""


def test_officials_rate_bodies_other_than_their_own_by_group():
    made = found()
    units = ["finance@2021", "health@2021"]
    rows = ["id,group"] + [f"p{at},{'council' if at < 20 else 'heads'}" for at in range(40)]
    frame = ("\n".join(rows) + "\n").encode()
    plan = b"schema: parindex.sampling/1\nid: id\nstages:\n  - {strata: [group], method: srs, take: 20}\n"
    with clock.at(START):
        form = waves.import_instrument(
            made.manager, made.issuer, OFFICIALS.encode(), file="cb.yaml"
        )
        made.wave = waves.create_wave(
            made.manager, made.issuer, slug="cb", title="Cán bộ", opens_at=START,
            closes_at=CLOSES, instrument=form.id, bodies=units,
        )  # fmt: skip
        drawing.register_frame(
            made.manager, made.id, frame, plan=plan, columns={"respondents": "group"}, file="k"
        )
        drawing.draw(made.manager, made.id, frame, seed="3", file="k")
        give_codes(made)
        waves.open_wave(made.manager, made.id)
        form_seen = intake.start(next(iter(made.codes.values()))).form
    names = {
        section["name"].split(".", 1)[1]: section["questions"][0]["name"]
        for section in form_seen["sections"][1:]
    }
    finance, health = (
        next(name for key, name in names.items() if unit[:4] in key) for unit in units
    )
    percents = {"council": [], "heads": []}
    for at, one in enumerate(made.invitations(reserve=False)):
        own = units[0] if at % 8 == 0 else "none"
        said = {"own": own, health: "abcde"[at % 5]}
        if own == "none":
            said[finance] = "abcd"[at % 4]
            percents[one.cell.respondents].append(
                {"a": 100, "b": 60, "c": 20, "d": 0}[said[finance]]
            )
        with clock.at(OPEN):
            intake.submit(made.codes[one.id], f"d-{at}", said, mode="web", seconds=9)
    with clock.at(AFTER):
        closing.close_due()
        mixing.mix(made.manager, made.id)
    kept = estimate(
        made, groups={"council": GroupPlan(weight=Decimal(3), size=20), "heads": GroupPlan()}
    )
    by_unit = {one["unit"]: one for one in json.loads(kept.content)["findings"]}
    assert set(by_unit) == set(units)
    means = {group: sum(some) / len(some) / 100 for group, some in percents.items()}
    expected = (3 * means["council"] + means["heads"]) / 4
    assert isclose(float(by_unit["finance@2021"]["share"]), expected, abs_tol=0.5e-4)
    assert int(by_unit["finance@2021"]["n"]) == 35
    assert int(by_unit["health@2021"]["n"]) == 32


def test_waves_of_one_instrument_are_compared_and_of_others_not():
    made = ask(in_frame=30, take=20, reserve=0)
    answered(made)
    first = estimate(made)
    again = estimate(made, interval="logit")
    found_ = results.changes_since(first, again, confidence=Decimal("0.95"))
    whole = next(one for one in found_ if one.measure == "overall" and not one.domain)
    assert whole.points == 0
    assert whole.se is not None
    other = Estimated(content=first.content.replace('"version":1', '"version":2'))
    assert {
        one.points for one in results.changes_since(other, again, confidence=Decimal("0.95"))
    } == {None}
