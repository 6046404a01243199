"""From the mixed answers of a wave to the engine's estimates, and to what is kept of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import isnan
from typing import Any, Final

from parindex.canonical import canonical_json, sha256
from parindex.csvtable import csv_line
from parindex.errors import Problems
from parindex.survey.disclosure.domains import hidden_domains
from parindex.survey.estimation.design import LonelyPsu
from parindex.survey.estimation.design_file import StatisticPlan, What
from parindex.survey.estimation.estimates import Estimator
from parindex.survey.estimation.intervals import IntervalMethod
from parindex.survey.estimation.responses import Responses
from parindex.survey.estimation.weighting import Design
from parindex.survey.finding import Finding
from parindex.survey.questionnaire import Questionnaire
from parindex.survey.satisfaction.indices import SatisfactionIndex, findings_of, satisfaction
from parindex.survey.satisfaction.instrument import Measure, instrument_of
from parindex.survey.satisfaction.waves import Change, NotComparable, changes
from parindex.survey.satisfaction.waves import Wave as Measured
from parindex.survey.satisfaction.withholding import withheld
from parindex.web.fieldwork.bridge import opinions
from parindex.web.fieldwork.bridge.answered import (
    Answered,
    Named,
    design_for,
    feeding,
    responses_for,
    worth_of,
)
from parindex.web.fieldwork.bridge.opinions import GroupPlan as GroupPlan  # noqa: PLC0414
from parindex.web.fieldwork.bridge.ranks import published

SCHEMA: Final = "parindex.estimates/1"
FINDINGS: Final = ("unit", "item", "share", "se", "n")
# The groupings that are shown, besides the whole.
BY: Final = ((), ("unit",), ("service",), ("stratum",), ("unit", "service"))


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatePlan:
    """How a wave is estimated; the policy on single primary units is always said.

    ``lonely_psu`` and ``interval`` are words of design.yaml; ``decimals`` those of a published
    index in percent; ``sipas_item`` the rulebook's item that the overall index of a unit feeds;
    ``groups`` how much groups of officials count, by id.
    """

    lonely_psu: str
    interval: str = "t"
    confidence: Decimal = Decimal("0.95")
    flag_below: int = 30
    suppress_below: int = 10
    decimals: int = 2
    sipas_item: str = ""
    groups: Mapping[str, GroupPlan] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The plan as it is kept with the results."""
        return {
            "lonely_psu": self.lonely_psu,
            "interval": self.interval,
            "confidence": str(self.confidence),
            "flag_below": self.flag_below,
            "suppress_below": self.suppress_below,
            "decimals": self.decimals,
            "sipas_item": self.sipas_item,
            "groups": {
                name: {"weight": str(one.weight), "size": one.size}
                for name, one in self.groups.items()
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What was estimated: the kept content, its digest, and the findings of units."""

    content: str
    digest: str
    findings: tuple[Finding, ...]


def estimated(
    answered: Answered, questionnaire: Questionnaire, plan: EstimatePlan, *, of: Mapping[str, Any]
) -> Results:
    """Estimate a wave; ``of`` says of which wave, and is kept with the results.

    Raises UnusableInputError where the engine refuses, such as a single primary unit of a stratum
    under ``fail``.
    """
    _check(plan)
    estimation = _Estimation(answered, questionnaire, plan)
    indices, findings = estimation.indices()
    findings += estimation.fed()
    if questionnaire.rates is not None:
        findings += opinions.findings(
            answered,
            questionnaire,
            plan.groups,
            decimals=plan.decimals + 2,
            suppress_below=plan.suppress_below,
        )
    findings.sort(key=lambda one: (one.unit, one.item))
    content = canonical_json(
        {
            "schema": SCHEMA,
            **of,
            "instrument": {"id": questionnaire.id, "version": questionnaire.version},
            "answers": len(answered.answers),
            "plan": plan.plain(),
            "indices": indices,
            "findings": [_plain_finding(one) for one in findings],
        }
    )
    return Results(content=content.decode(), digest=sha256(content), findings=tuple(findings))


def _check(plan: EstimatePlan) -> None:
    """Raises UnusableInputError with everything about a plan that cannot be."""
    problems = Problems()
    for key, got, words in (
        ("lonely_psu", plan.lonely_psu, LonelyPsu), ("interval", plan.interval, IntervalMethod),
    ):  # fmt: skip
        if got not in set(words):
            known = ", ".join(words)
            problems.add("fieldwork.plan_word", key=key, got=got[:40], known=known)
    for key, number, low, high in (
        ("confidence", plan.confidence, Decimal("0.5"), Decimal("0.999")),
        ("suppress_below", plan.suppress_below, 2, 1_000),
        ("flag_below", plan.flag_below, plan.suppress_below, 10_000),
        ("decimals", plan.decimals, 0, 4),
    ):
        if not low <= number <= high:
            problems.add("fieldwork.plan_number", key=key, got=number, low=low, high=high)
    problems.raise_if_any()


class _Estimation:
    """The engine's estimates of one wave's answers under one plan."""

    def __init__(
        self, answered: Answered, questionnaire: Questionnaire, plan: EstimatePlan
    ) -> None:
        self._questionnaire = questionnaire
        self._plan = plan
        self._named = Named(answered)
        self._responses: Responses = responses_for(answered, questionnaire, self._named)
        self._design: Design = design_for(answered, self._responses, lonely_psu=plan.lonely_psu)

    def indices(self) -> tuple[list[dict[str, Any]], list[Finding]]:
        """The satisfaction indices as they are kept, and the findings that follow from them."""
        if self._questionnaire.scoring is None:
            return [], []
        measured, plan = instrument_of(self._questionnaire), self._plan
        by = [one for one in BY if all(self._named.has(name) for name in one)]
        made = satisfaction(
            measured,
            self._responses,
            self._design,
            by=by,
            interval=IntervalMethod(plan.interval),
            confidence=float(plan.confidence),
        )
        blank = withheld(measured, self._responses, by, suppress_below=plan.suppress_below)
        kept = [self._kept(one, hidden=blank.hides(one)) for one in made]
        if not plan.sipas_item or not self._named.has("unit"):
            return kept, []
        hidden = {
            one.domain.removeprefix("unit=")
            for one in made
            if one.measure is Measure.OVERALL and blank.hides(one)
        }
        found = findings_of(
            made,
            item=plan.sipas_item,
            unit_column="unit",
            decimals=plan.decimals,
            withheld=hidden,
        )
        return kept, [
            replace(one, unit=self._named.name("unit", one.unit)) for one in found.values()
        ]

    def _kept(self, one: SatisfactionIndex, *, hidden: bool) -> dict[str, Any]:
        kept: dict[str, Any] = {
            "measure": str(one.measure),
            "of": one.of,
            "domain": self._named.domain(one.domain),
        }
        if hidden:
            return {**kept, "shown": "suppressed"}
        flagged = one.n < self._plan.flag_below
        return {
            **kept,
            "shown": "flagged" if flagged else "shown",
            "index": _text(one.index),
            "se": _text(one.se),
            "ci_low": _text(one.ci_low),
            "ci_high": _text(one.ci_high),
            "df": one.df,
            "n": one.n,
        }

    def fed(self) -> list[Finding]:
        """The mean worth of each feeding question, unit by unit, small ones left out."""
        return list(self._fed()) if self._named.has("unit") else []

    def _fed(self) -> Iterator[Finding]:
        estimator = Estimator(
            self._design,
            self._responses,
            interval=IntervalMethod(self._plan.interval),
            confidence=float(self._plan.confidence),
        )
        decimals = self._plan.decimals + 2
        for question in feeding(self._questionnaire):
            column = worth_of(question)
            hidden = self._hidden_units(column)
            asked = StatisticPlan(what=What.MEAN, of=(column,), by=("unit",))
            for one in estimator.estimates(asked):
                code = one.domain.removeprefix("unit=")
                if one.n and code not in hidden:
                    yield Finding(
                        unit=self._named.name("unit", code),
                        item=question.feeds,
                        share=published(one.estimate, decimals),
                        se=None if isnan(one.se) else published(one.se, decimals + 2),
                        n=one.n,
                    )

    def _hidden_units(self, column: str) -> set[str]:
        """The units of which too few answered a question, and those that would tell of them."""
        there = ~self._responses.columns[column].is_missing
        below = self._plan.suppress_below
        hidden = hidden_domains(self._responses, there, [("unit",)], suppress_below=below)
        return {domain.removeprefix("unit=") for domain in hidden}


def _text(value: float | None) -> str | None:
    """A number as the shortest text that reads the same: canonical JSON holds no fractions."""
    return None if value is None else repr(value)


def _plain_finding(one: Finding) -> dict[str, str]:
    return {
        "unit": one.unit,
        "item": one.item,
        "share": f"{one.share:f}",
        "se": "" if one.se is None else f"{one.se:f}",
        "n": "" if one.n is None else str(one.n),
    }


# ---- what was kept, read again


def findings_csv(content: str) -> str:
    """The findings of kept results as the contract's findings.csv."""
    kept: Iterable[Mapping[str, str]] = json.loads(content)["findings"]
    lines = (csv_line([one[name] for name in FINDINGS]) for one in kept)
    return "".join((csv_line(FINDINGS), *lines))


def changes_between(
    before: str, now: str, *, confidence: Decimal
) -> tuple[Change | NotComparable, ...]:
    """The change of every index between kept results of two waves, of one instrument only."""
    return changes(_measured(before), _measured(now), confidence=float(confidence))


def _measured(content: str) -> Measured:
    kept = json.loads(content)
    return Measured(
        wave=kept["wave"],
        instrument=kept["instrument"]["id"],
        version=kept["instrument"]["version"],
        indices=tuple(_read_index(one) for one in kept["indices"] if one["shown"] != "suppressed"),
    )


def _read_index(one: Mapping[str, Any]) -> SatisfactionIndex:
    index, se, low, high = (
        None if one[name] is None else float(one[name])
        for name in ("index", "se", "ci_low", "ci_high")
    )
    return SatisfactionIndex(
        measure=Measure(one["measure"]),
        of=one["of"],
        domain=";".join(f"{name}={value}" for name, value in one["domain"].items()),
        index=index,
        se=se,
        ci_low=low,
        ci_high=high,
        df=one["df"],
        n=one["n"],
    )
