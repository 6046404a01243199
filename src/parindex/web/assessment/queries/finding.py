"""Reads for those who appraise one item: what they may find now, and the reasons usually given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet

from parindex.web.assessment import permissions
from parindex.web.assessment.models import Question, ScoreEntry
from parindex.web.assessment.queries.rounds import ENTERED
from parindex.web.assessment.queries.sheets import ItemPage, OpenSheet
from parindex.web.assessment.states import Direction, PhaseKind, SheetState
from parindex.web.journal import clock
from parindex.web.people.actor import Actor
from parindex.web.people.states import Role

_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a person may do to an item as its appraiser at this moment.

    ``barred`` says why nothing may be found: own_unit, not_yours, not_open, not_appraising,
    not_appraised, not_applicable, settled or taken; empty where it may. ``mine`` is the opinion
    that stands of this stage: the person's own in a double appraisal, else the body's. ``pair``
    are both blind opinions, once both are in.
    """

    barred: str
    is_own: bool
    reads: bool
    stage: str
    number: int
    double: bool
    mine: ScoreEntry | None
    pair: tuple[ScoreEntry, ScoreEntry] | None
    until: datetime | None
    asks: bool

    @property
    def base(self) -> int:
        """The version that a further opinion is written upon."""
        return self.mine.version if self.mine is not None else 0

    @property
    def agreed(self) -> bool:
        """Whether both blind opinions give the same."""
        if self.pair is None:
            return False
        one, other = self.pair
        return (one.points, one.marker) == (other.points, other.marker)


def finding_of(actor: Actor, opened: OpenSheet, page: ItemPage) -> Finding:
    """What the person may do to an item as appraiser; the action asks again when it writes."""
    code = page.row.item.code
    now = clock.now()
    phase = opened.in_time(PhaseKind.APPRAISAL, now)
    latest = phase or opened.phase_of(PhaseKind.APPRAISAL)
    stage = latest.stage if latest is not None else ""
    double = opened.sheet.round.double_appraisal
    own = permissions.is_own(actor, opened.place)
    standing = permissions.appraising_standing(actor, opened.place, body=opened.body(code))
    seats = {
        seat: entry for seat in (1, 2) if (entry := page.latest(stage, seat)) is not None
    } if double else {}  # fmt: skip
    both = (seats[1], seats[2]) if len(seats) == 2 else None
    mine = next((one for one in seats.values() if one.person_id == actor.person), None)
    barred = ""
    if own:
        barred = "own_unit"
    elif page.row.item.source not in ENTERED:
        barred = "not_appraised"
    elif standing is None:
        barred = "not_yours"
    elif page.row.line is not None and page.row.line.not_applicable:
        barred = "not_applicable"
    elif phase is None:
        barred = "not_open"
    elif opened.place.state is not SheetState.APPRAISING:
        barred = "not_appraising"
    elif both is not None or (double and page.latest(stage) is not None):
        barred = "settled"
    elif double and mine is None and _taken(opened, code, stage) > 1:
        barred = "taken"
    return Finding(
        barred=barred,
        is_own=own,
        reads=permissions.sees_everything(
            actor, issuer=opened.place.issuer, round_=opened.place.round
        ),
        stage=stage,
        number=latest.number if latest is not None else 0,
        double=double,
        mine=mine if double else page.latest(stage),
        pair=both,
        until=opened.deadline() if phase is not None else None,
        asks=standing is not None
        and not own
        and phase is not None
        and opened.place.state is SheetState.APPRAISING
        and not Question.objects.filter(
            sheet=opened.sheet, item=code, number=phase.number
        ).exists(),
    )


def _taken(opened: OpenSheet, code: str, stage: str) -> int:
    """How many seats are taken, by whomever: the count alone is told."""
    found = ScoreEntry.objects.filter(sheet=opened.sheet, item=code, stage=stage, seat__gt=0)
    return found.values("seat").distinct().count()


def usual_reasons(actor: Actor, opened: OpenSheet, code: str, *, limit: int = 6) -> list[str]:
    """The reasons that the person's body gave most often: for the same item, then for any.

    Only of opinions that stand, and of other sheets: a blind opinion is never given away.
    """
    body = opened.body(code)
    place = opened.place
    if body is None or body not in actor.units(
        Role.APPRAISER, issuer=place.issuer, round_=place.round
    ):
        return []
    given = (
        ScoreEntry.objects.filter(
            sheet__round__issuer=place.issuer,
            sheet__round__index=opened.sheet.round.index,
            acting_for=body,
            seat=0,
            stage__startswith="appraised",
        )
        .exclude(reason="")
        .exclude(marker="not_applicable")
        .exclude(sheet=opened.sheet)
    )
    same = _most(given.filter(item=code, sheet__group__name=opened.sheet.group.name))
    return list(dict.fromkeys([*same, *_most(given)]))[:limit]


def _most(given: QuerySet[ScoreEntry]) -> list[str]:
    counted = given.values("reason").annotate(n=Count("id"), last=Max("at"))
    rows = counted.order_by("-n", "-last").values_list("reason", flat=True)[:20]
    return [one for one in rows if len(one) <= _LONGEST_REASON]


def transcribes(actor: Actor, opened: OpenSheet) -> bool:
    """Whether the person may enter a ministry's scores of the sheet: an upward one."""
    return opened.sheet.round.direction == Direction.UPWARD and permissions.can_run_round(
        actor, issuer=opened.place.issuer
    )


def transcribed(opened: OpenSheet, stage: str) -> dict[str, ScoreEntry]:
    """What was entered of a ministry's scores at a stage, by item, for whoever has asked leave."""
    found = ScoreEntry.objects.filter(sheet=opened.sheet, stage=stage, seat=0)
    rows = found.select_related("person").order_by("item", "-version").distinct("item")
    return {one.item: one for one in rows}
