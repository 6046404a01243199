"""The results of a wave as pages and books show them: rows with their words, ranks, changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from parindex.web.fieldwork import permissions
from parindex.web.fieldwork.bridge import profiles, questionnaires, ranks
from parindex.web.fieldwork.bridge.estimates import EstimatePlan as EstimatePlan  # noqa: PLC0414
from parindex.web.fieldwork.bridge.estimates import GroupPlan as GroupPlan  # noqa: PLC0414
from parindex.web.fieldwork.bridge.profiles import Asked as Asked  # noqa: PLC0414 - handed on
from parindex.web.fieldwork.bridge.ranks import Ranked
from parindex.web.fieldwork.bridge.ranks import published as published  # noqa: PLC0414
from parindex.web.fieldwork.models import Estimated, Wave
from parindex.web.fieldwork.queries.planning import called, names_of_units
from parindex.web.fieldwork.queries.results import answered_of, changes_since, content_of, latest
from parindex.web.fieldwork.queries.waves import waves_for
from parindex.web.fieldwork.states import WaveState
from parindex.web.people.actor import Actor

OVERALL, PART, FACTOR, ITEM = "overall", "part", "factor", "item"
# The item of the overall index before it is said which item of a round it feeds.
SIPAS: Final = "sipas"


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
    def decimals(self) -> int:
        """How many decimals of an index or a share in percent are published."""
        return int(self.plan["decimals"])

    def published(self, value: float | None) -> Decimal | None:
        """A number of the results as it is published, wherever it is: rounded half up, once."""
        return None if value is None else published(value, self.decimals)

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

# Of so many units at most, so many are the first ones that are told of; of more, the last number.
_TOPS: Final = ((10, 3), (40, 5))
_MOST_TOP: Final = 10


def tops_for(units: int) -> int:
    """How many are the first ones among so many units.

    >>> [tops_for(n) for n in (2, 10, 11, 40, 41)]
    [3, 3, 5, 5, 10]
    """
    return next((top for most, top in _TOPS if units <= most), _MOST_TOP)


def ranks_of(report: Report, *, of: str = "", measure: str = OVERALL) -> tuple[list[Ranked], int]:
    """The order of the units by an index, how sure it is, and among how many first ones.

    Units whose index is not published are left out.
    """
    rows = [
        (one.unit, one.index, one.se)
        for one in report.of(measure, of, by=_UNIT)
        if one.index is not None and one.se is not None
    ]
    top = tops_for(len(rows))
    ranked = ranks.ranked(
        [(unit, index, se) for unit, index, se in rows if index is not None and se is not None],
        decimals=report.decimals,
        level=float(report.plan["confidence"]),
        top=top,
        seed=report.results.digest,
    )
    return ranked, top


_UNIT: Final = frozenset({"unit"})


# ---- changes


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """The change of an index since an earlier wave; None where it is not compared."""

    points: float | None
    low: float | None
    high: float | None

    @property
    def clear(self) -> bool:
        """Whether its interval leaves out no change at all."""
        if self.low is None or self.high is None:
            return False
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A wave that was estimated before another; ``same`` when the two can be compared."""

    wave: Wave
    results: Estimated
    same: bool


def earlier_of(actor: Actor, wave: Wave) -> list[Earlier]:
    """The estimated waves before this one, the latest first; whether each can be compared."""
    if not permissions.watches(actor, issuer=wave.issuer_id):
        return []
    before = [
        one
        for one in waves_for(actor)
        if one.issuer_id == wave.issuer_id
        and one.state == WaveState.ESTIMATED
        and one.opens_at < wave.opens_at
    ]
    # What they say is long; it is read of the one that is chosen.
    standing = (
        Estimated.objects.filter(wave__in=before)
        .order_by("wave", "-number")
        .distinct("wave")
        .defer("content")
    )
    results = {one.wave_id: one for one in standing}
    form = (wave.instrument.slug, wave.instrument.version)
    return [
        Earlier(
            wave=one,
            results=results[one.id],
            same=(one.instrument.slug, one.instrument.version) == form,
        )
        for one in before
        if one.id in results
    ]


def compared_with(earlier: Sequence[Earlier], wanted: str = "") -> Earlier | None:
    """Of earlier waves the one of an id; else the latest that can be compared, else the latest."""
    chosen = next((one for one in earlier if str(one.wave.id) == wanted), None)
    chosen = chosen or next((one for one in earlier if one.same), None)
    return chosen or next(iter(earlier), None)


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
