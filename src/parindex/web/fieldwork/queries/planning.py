"""What the pages of planning a wave show: forms to choose from, what was set up, what lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Count as Rows
from django.db.models import F, Q

from parindex.web.fieldwork import permissions
from parindex.web.fieldwork.bridge import planning, questionnaires
from parindex.web.fieldwork.bridge.planning import ShippedForm
from parindex.web.fieldwork.bridge.planning import StagePlan as StagePlan  # noqa: PLC0414
from parindex.web.fieldwork.bridge.planning import Table as Table  # noqa: PLC0414 - handed on
from parindex.web.fieldwork.models import (
    COUNTER,
    Cell,
    Instrument,
    Interviewer,
    Invitation,
    Kiosk,
    Wave,
)
from parindex.web.fieldwork.states import InvitationState
from parindex.web.journal import clock
from parindex.web.people.actor import Actor
from parindex.web.people.models import Account, Issuer, Unit
from parindex.web.people.queries import people_with
from parindex.web.people.states import Role

# Within how many an answer hides unless another number is said.
LEAST_CELL: Final[int] = Wave().min_cell


def runs(actor: Actor, wave: Wave) -> bool:
    """Whether the person runs the wave."""
    return permissions.can_run_waves(actor, issuer=wave.issuer_id)


def watches(actor: Actor, wave: Wave) -> bool:
    """Whether the person sees how the wave goes and what came out."""
    return permissions.watches(actor, issuer=wave.issuer_id)


def types(actor: Actor, wave: Wave) -> bool:
    """Whether the person types forms from paper and telephone."""
    return permissions.can_type(actor, issuer=wave.issuer_id)


def has_waves(actor: Actor) -> bool:
    """Whether there is a room of surveys for the person."""
    return any(permissions.can_know_waves(actor, issuer=one) for one in actor.issuers())


def issuers_surveyed_by(actor: Actor) -> list[Issuer]:
    """The issuers whose waves the person plans."""
    mine = [one for one in actor.issuers() if permissions.can_run_waves(actor, issuer=one)]
    return list(Issuer.objects.filter(slug__in=mine).order_by("slug"))


# ---- forms


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLook:
    """What a questionnaire is, in a line: ``rates`` the peer group that its respondents rate."""

    id: str
    version: int
    title: str
    official: bool
    questions: int
    respondents: str
    rates: str
    scored: bool


def look_of(questionnaire: questionnaires.Questionnaire) -> FormLook:
    """A questionnaire in a line."""
    respondents, rates = questionnaire.respondents, questionnaire.rates
    return FormLook(
        id=questionnaire.id,
        version=questionnaire.version,
        title=questionnaire.title.say("vi"),
        official=questionnaire.status == "official",
        questions=sum(one.kind != "note" for one in questionnaire.questions()),
        respondents=respondents.name.say("vi") if respondents else "",
        rates=rates.group if rates else "",
        scored=questionnaire.scoring is not None,
    )


def instruments_for(actor: Actor, issuer: str) -> list[tuple[Instrument, FormLook]]:
    """The questionnaires that an issuer has imported, the latest version of each first."""
    if not permissions.can_run_waves(actor, issuer=issuer):
        return []
    found = Instrument.objects.filter(issuer=issuer).order_by("slug", "-version")
    return [(one, look_of(questionnaires.instrument_of(one))) for one in found]


def shipped_for(actor: Actor) -> tuple[tuple[ShippedForm, FormLook], ...]:
    """The questionnaires that come with the product, for those who plan waves."""
    if not issuers_surveyed_by(actor):
        return ()
    return tuple((one, look_of(one.questionnaire)) for one in planning.shipped())


def form_look(wave: Wave) -> FormLook:
    """The questionnaire of a wave in a line."""
    return look_of(questionnaires.instrument_of(wave.instrument))


def units_rated(wave: Wave) -> list[Unit]:
    """The units that every respondent of the wave rates; none where the frame says whom."""
    found = Unit.objects.filter(issuer=wave.issuer_id, slug__in=wave.bodies)
    return list(found.order_by("sort_key"))


def respondents_of(wave: Wave) -> list[tuple[str, int]]:
    """The groups of respondents of a wave that weigh apart, and how many answered of each."""
    if not questionnaires.rates_bodies(wave.instrument):
        return []
    rows = (
        Invitation.objects.filter(wave=wave, used=True)
        .exclude(cell__respondents="")
        .values_list("cell__respondents")
        .annotate(n=Rows("id"))
        .order_by("cell__respondents")
    )
    return list(rows)


# ---- frames, sizes and plans


def table_of(content: bytes, *, file: str) -> Table:
    """An uploaded frame as a CSV file with its columns. Raises UnusableInputError."""
    return planning.table_of(content, file=file)


def size_of(population: str, margin: str, deff: str, response: str) -> int:
    """How many to invite; see the bridge. Raises UnusableInputError."""
    return planning.size_of(population, margin, deff, response)


def shared_out(total: int, sizes: Mapping[str, int], *, evenly: bool) -> dict[str, int]:
    """A total over strata by their sizes or evenly; see the bridge. Raises UnusableInputError."""
    return planning.shared_out(total, sizes, evenly=evenly)


def plan_text(id_: str, stages: list[StagePlan]) -> bytes:
    """The sampling plan of some stages as its YAML file."""
    return planning.plan_text(id_, stages)


def stages_of(plan: str) -> tuple[str, tuple[StagePlan, ...]]:
    """The id column and the stages of a plan. Raises UnusableInputError."""
    return planning.stages_of(plan.encode())


# ---- what was set up


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumLetters:
    """How far the letters of a stratum are."""

    stratum: str
    drawn: int
    waiting: int
    invited: int
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """What a wave has: ``people`` were drawn, ``answered`` of them did, ``slips`` wait at counters
    for whoever comes, ``drawn`` and ``used`` count both; ``waiting`` for their letter; ``small``
    the cells below the minimum.
    """

    drawn: int = 0
    people: int = 0
    reserve: int = 0
    waiting: int = 0
    invited: int = 0
    slips: int = 0
    used: int = 0
    answered: int = 0
    cells: int = 0
    small: int = 0
    kiosks: int = 0
    interviewers: int = 0
    assigned: int = 0


def set_up_of(wave: Wave) -> SetUp:
    """What was drawn, printed, registered and assigned so far."""
    return set_ups_of([wave])[wave.id]


def set_ups_of(waves: Sequence[Wave]) -> dict[UUID, SetUp]:
    """The same of several waves, in as many queries as of one."""
    reserve, gone = Q(state=InvitationState.RESERVE), Q(state=InvitationState.REPLACED)
    ids = [one.id for one in waves]
    said: dict[UUID, dict[str, int]] = {one: {} for one in ids}
    tables: tuple[Iterable[Mapping[str, Any]], ...] = (
        Invitation.objects.filter(wave__in=ids)
        .values("wave")
        .annotate(
            drawn=Rows("id", filter=~reserve & ~gone),
            people=Rows("id", filter=~reserve & ~gone & ~_slip()),
            reserve_=Rows("id", filter=reserve),
            waiting=Rows("id", filter=_waits()),
            invited=Rows("id", filter=Q(token_hash__isnull=False)),
            slips=Rows("id", filter=_slip()),
            used_=Rows("id", filter=Q(used=True)),
            answered=Rows("id", filter=Q(used=True) & ~_slip()),
            assigned_=Rows("assigned"),
        ),
        Cell.objects.filter(wave__in=ids, pooled_cells=None)
        .values("wave")
        .annotate(cells=Rows("id"), small=Rows("id", filter=Q(n_drawn__lt=F("wave__min_cell")))),
        Kiosk.objects.filter(wave__in=ids, ended=False).values("wave").annotate(kiosks=Rows("id")),
        Interviewer.objects.filter(wave__in=ids).values("wave").annotate(interviewers=Rows("id")),
    )
    for row in (row for table in tables for row in table):
        said[row["wave"]] |= {key.rstrip("_"): n for key, n in row.items() if key != "wave"}
    return {one: SetUp(**counts) for one, counts in said.items()}


def in_the_box(wave: Wave) -> int:
    """How many sealed answers wait to be mixed, which mixing holds against the codes used."""
    return wave.boxes.count()


def _waits() -> Q:
    """Somebody by name who was drawn and has no code yet."""
    return Q(state=InvitationState.DRAWN, token_hash=None, used=False) & ~Q(name="")


def _slip() -> Q:
    """A slip for a counter, as ``Cell.is_counter`` has it."""
    return Q(cell__draw__startswith=COUNTER)


def words_of_strata(wave: Wave) -> dict[str, str]:
    """What the strata of a wave are called."""
    names = names_of_units(wave)
    labels = wave.cells.values_list("stratum", flat=True).distinct()
    return {label: called(label, names) for label in labels}


def names_of_units(wave: Wave) -> dict[str, str]:
    """The names of the issuer's units by slug."""
    return dict(Unit.objects.filter(issuer=wave.issuer_id).values_list("slug", "name"))


def called(label: str, names: Mapping[str, str]) -> str:
    """A stratum as it is called: by the unit where its name is the id of one."""
    return "/".join(names.get(part, part) for part in label.split("/"))


def letters_of(wave: Wave) -> list[StratumLetters]:
    """How far the letters are, by stratum, in drawn order."""
    rows = (
        Invitation.objects.filter(wave=wave)
        .exclude(state=InvitationState.RESERVE)
        .exclude(name="")
        .values("cell__stratum")
        .annotate(
            drawn=Rows("id"),
            waiting=Rows("id", filter=_waits()),
            invited=Rows("id", filter=Q(token_hash__isnull=False)),
            used_=Rows("id", filter=Q(used=True)),
        )
        .order_by("cell__stratum")
    )
    return [
        StratumLetters(
            stratum=row["cell__stratum"],
            drawn=row["drawn"],
            waiting=row["waiting"],
            invited=row["invited"],
            used=row["used_"],
        )
        for row in rows
    ]


def kiosks_of(wave: Wave) -> list[Kiosk]:
    """The tablets of a wave, those that still take answers first."""
    return list(wave.kiosks.order_by("ended", "name"))


def interviewers_of(wave: Wave) -> list[Interviewer]:
    """The interviewers of a wave, by their code."""
    return list(wave.interviewers.select_related("person").order_by("code"))


def could_interview(wave: Wave) -> list[Account]:
    """Who may be named an interviewer of a wave and is not yet."""
    named = set(wave.interviewers.values_list("person", flat=True))
    found = people_with([Role.INTERVIEWER], issuer=wave.issuer_id, on=clock.today())
    return [one for one in found if one.id not in named]


def own_code(actor: Actor, wave: Wave) -> str:
    """The code by which answers know the person as an interviewer of a wave; empty for none."""
    found = wave.interviewers.filter(person=actor.person)
    return found.values_list("code", flat=True).first() or ""


def cells_unassigned(wave: Wave) -> list[tuple[UUID, str, str, int]]:
    """The cells with people by name that no interviewer goes to: id, stratum, cluster, how many."""
    rows = (
        Invitation.objects.filter(wave=wave, assigned=None, used=False)
        .exclude(state=InvitationState.RESERVE)
        .exclude(state=InvitationState.REPLACED)
        .exclude(name="")
        .values("cell", "cell__stratum", "cell__psu", "cell__unit__name", "cell__position")
        .annotate(n=Rows("id"))
        .order_by("cell__position")
    )
    return [
        (
            row["cell"],
            row["cell__stratum"],
            row["cell__psu"] or row["cell__unit__name"] or "",
            row["n"],
        )
        for row in rows
    ]
