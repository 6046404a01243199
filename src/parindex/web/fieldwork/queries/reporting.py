"""The results of a wave as pages and books show them: rows with their words, ranks, changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from parindex.web.fieldwork.bridge import profiles, questionnaires, ranks
from parindex.web.fieldwork.bridge.estimates import EstimatePlan as EstimatePlan  # noqa: PLC0414
from parindex.web.fieldwork.bridge.estimates import GroupPlan as GroupPlan  # noqa: PLC0414
from parindex.web.fieldwork.bridge.profiles import Asked as Asked  # noqa: PLC0414 - handed on
from parindex.web.fieldwork.bridge.ranks import Ranked
from parindex.web.fieldwork.models import Estimated, Wave
from parindex.web.fieldwork.queries.planning import called, names_of_units
from parindex.web.fieldwork.queries.results import answered_of, changes_since, content_of, latest
from parindex.web.fieldwork.queries.waves import waves_for
from parindex.web.fieldwork.states import WaveState
from parindex.web.people.actor import Actor

OVERALL, PART, FACTOR, ITEM = "overall", "part", "factor", "item"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """One index in percent, with its words; without numbers where it is not published.

    ``measure`` is overall, part, factor or item, ``of`` its id; ``unit``, ``service`` and
    ``stratum`` say of whom, empty for all.
    """

    measure: str
    of: str
    label: str
    domain: str
    unit: str
    unit_name: str
    service: str
    stratum: str
    hidden: bool
    flagged: bool
    index: float | None
    se: float | None
    low: float | None
    high: float | None
    n: int | None

    @property
    def by(self) -> frozenset[str]:
        """By what it is broken down."""
        return frozenset(name for name in ("unit", "service", "stratum") if getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The results of a wave that stand."""

    results: Estimated
    plan: Mapping[str, Any]
    answers: int
    rows: Sequence[IndexRow]
    findings: Sequence[Mapping[str, str]]
    part_names: Mapping[str, str]
    factors: Sequence[tuple[str, str, str]]

    def of(self, measure: str, of: str = "", *, by: frozenset[str] = frozenset()) -> list[IndexRow]:
        """The rows of a measure by some grouping; of every id where none is named."""
        return [
            one
            for one in self.rows
            if one.measure == measure and one.by == by and (not of or one.of == of)
        ]

    @property
    def groupings(self) -> frozenset[str]:
        """By what the results are broken down."""
        return frozenset().union(*(one.by for one in self.rows))


def report_of(actor: Actor, wave: Wave) -> Report | None:
    """The results of a wave that stand, for those who run or watch it."""
    results = latest(actor, wave)
    return None if results is None else _report(wave, results)


def _report(wave: Wave, results: Estimated) -> Report:
    said = content_of(results)
    questionnaire = questionnaires.instrument_of(wave.instrument)
    labels = {("item", one.name): one.label.say("vi") for one in questionnaire.questions()}
    labels |= {("factor", one.id): one.name.say("vi") for one in questionnaire.factors}
    labels |= {("part", one.id): one.name.say("vi") for one in questionnaire.parts}
    names = names_of_units(wave)
    return Report(
        results=results,
        plan=said["plan"],
        answers=said["answers"],
        rows=[_row(one, labels, names) for one in said["indices"]],
        findings=said["findings"],
        part_names={one.id: one.name.say("vi") for one in questionnaire.parts},
        factors=[(one.id, one.name.say("vi"), one.part) for one in questionnaire.factors],
    )


def _row(
    one: Mapping[str, Any], labels: Mapping[tuple[str, str], str], names: Mapping[str, str]
) -> IndexRow:
    domain = one["domain"]
    unit = domain.get("unit", "")
    numbers = (
        None if one.get(name) is None else float(one[name])
        for name in ("index", "se", "ci_low", "ci_high")
    )
    index, se, low, high = numbers
    return IndexRow(
        measure=one["measure"],
        of=one["of"],
        label=labels.get((one["measure"], one["of"]), one["of"]),
        domain=";".join(f"{name}={value}" for name, value in domain.items()),
        unit=unit,
        unit_name=names.get(unit, unit),
        service=domain.get("service", ""),
        stratum=called(domain.get("stratum", ""), names),
        hidden=one["shown"] == "suppressed",
        flagged=one["shown"] == "flagged",
        index=index,
        se=se,
        low=low,
        high=high,
        n=one.get("n"),
    )


# ---- ranks


def ranks_of(report: Report, *, of: str = "", measure: str = OVERALL, top: int) -> list[Ranked]:
    """The order of the units by an index, and how sure it is; those not published are left out."""
    rows = [
        (one.unit, one.index, one.se)
        for one in report.of(measure, of, by=_UNIT)
        if one.index is not None and one.se is not None
    ]
    return ranks.ranked(
        [(unit, index, se) for unit, index, se in rows if index is not None and se is not None],
        decimals=int(report.plan["decimals"]),
        level=float(report.plan["confidence"]),
        top=top,
        seed=report.results.digest,
    )


_UNIT: Final = frozenset({"unit"})


# ---- changes


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """The change of an index since an earlier wave; None where it is not compared."""

    points: float | None
    low: float | None
    high: float | None


def earlier_of(actor: Actor, wave: Wave) -> list[tuple[Wave, Estimated, bool]]:
    """The estimated waves before this one, the latest first; whether each can be compared."""
    found = []
    for one in waves_for(actor):
        if one.issuer_id != wave.issuer_id or one.state != WaveState.ESTIMATED:
            continue
        results = latest(actor, one) if one.opens_at < wave.opens_at else None
        if results is not None:
            same = (one.instrument.slug, one.instrument.version) == (
                wave.instrument.slug,
                wave.instrument.version,
            )
            found.append((one, results, same))
    return found


def changes_of(report: Report, before: Estimated) -> dict[tuple[str, str, str], ChangeRow]:
    """The change of every index by measure, id and domain."""
    made = changes_since(before, report.results, confidence=Decimal(str(report.plan["confidence"])))
    return {
        (one.measure, one.of, one.domain): ChangeRow(
            points=one.points, low=one.ci_low, high=one.ci_high
        )
        for one in made
    }


# ---- who answered, and what


def asked_of(wave: Wave, report: Report) -> list[Asked]:
    """Every closed question with how many said what; the caller may run or watch the wave."""
    return profiles.asked(
        answered_of(wave),
        questionnaires.instrument_of(wave.instrument),
        suppress_below=int(report.plan["suppress_below"]),
        lonely_psu=report.plan["lonely_psu"],
    )
