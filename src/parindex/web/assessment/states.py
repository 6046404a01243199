"""Pure: the states of rounds, phases and sheets, and the moves allowed between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from parindex.web.people.states import Role


class Direction(StrEnum):
    """Downward: many units appraised by the province. Upward: one sheet, scored by a ministry."""

    DOWNWARD = "downward"
    UPWARD = "upward"


class RoundState(StrEnum):
    """Where a round stands."""

    PLANNED = "planned"
    OPEN = "open"
    APPRAISING = "appraising"
    DECIDING = "deciding"
    APPROVED = "approved"
    CLOSED = "closed"


class PhaseKind(StrEnum):
    """What may be written while a phase is open."""

    SELF_SCORING = "self_scoring"
    APPRAISAL = "appraisal"
    EXPLANATION = "explanation"
    COUNCIL = "council"


class SheetState(StrEnum):
    """Where a sheet stands."""

    DRAFTING = "drafting"
    IN_UNIT_REVIEW = "in_unit_review"
    SUBMITTED = "submitted"
    APPRAISING = "appraising"
    EXPLAINING = "explaining"
    BEFORE_COUNCIL = "before_council"
    DECIDED = "decided"


class SheetMove(StrEnum):
    """What moves a sheet from one state to the next."""

    HAND_IN = "hand_in"
    SEND_BACK = "send_back"
    SIGN = "sign"
    TAKE_UP = "take_up"
    ASK = "ask"
    CONCLUDE = "conclude"
    DECIDE = "decide"
    REOPEN = "reopen"


# The procedure as a table: from which states a move leads where, and who makes it.
@dataclass(frozen=True, slots=True)
class Move:
    """One row of the procedure."""

    sources: tuple[SheetState, ...]
    target: SheetState
    who: tuple[Role, ...]


MOVES: Final[Mapping[SheetMove, Move]] = {
    SheetMove.HAND_IN: Move((SheetState.DRAFTING,), SheetState.IN_UNIT_REVIEW, (Role.OFFICER,)),
    SheetMove.SEND_BACK: Move((SheetState.IN_UNIT_REVIEW,), SheetState.DRAFTING, (Role.HEAD,)),
    SheetMove.SIGN: Move(
        (SheetState.DRAFTING, SheetState.IN_UNIT_REVIEW), SheetState.SUBMITTED, (Role.HEAD,)
    ),
    # A sheet that was never submitted is taken up too: it is appraised from other data or scored
    # zero by explicit decision, never forgotten.
    SheetMove.TAKE_UP: Move(
        (
            SheetState.DRAFTING,
            SheetState.IN_UNIT_REVIEW,
            SheetState.SUBMITTED,
            SheetState.EXPLAINING,
            SheetState.APPRAISING,
        ),
        SheetState.APPRAISING,
        (Role.ROUND_ADMIN,),
    ),
    SheetMove.ASK: Move((SheetState.APPRAISING,), SheetState.EXPLAINING, (Role.ROUND_ADMIN,)),
    SheetMove.CONCLUDE: Move(
        (SheetState.APPRAISING, SheetState.EXPLAINING),
        SheetState.BEFORE_COUNCIL,
        (Role.ROUND_ADMIN,),
    ),
    SheetMove.DECIDE: Move(
        (SheetState.BEFORE_COUNCIL, SheetState.APPRAISING),
        SheetState.DECIDED,
        (Role.ROUND_ADMIN,),
    ),
    SheetMove.REOPEN: Move(
        (SheetState.SUBMITTED, SheetState.IN_UNIT_REVIEW, SheetState.DRAFTING),
        SheetState.DRAFTING,
        (Role.ROUND_ADMIN,),
    ),
}

SELF: Final = "self"
COUNCIL: Final = "council"
# A change after the appraisal lock, by two persons: above every other stage.
CORRECTED: Final = "corrected"
# The states in which a sheet is the unit's own and nobody else reads its figures.
PRIVATE: Final = frozenset({SheetState.DRAFTING, SheetState.IN_UNIT_REVIEW})
ROUND_STATE_OF: Final = {
    PhaseKind.SELF_SCORING: RoundState.OPEN,
    PhaseKind.APPRAISAL: RoundState.APPRAISING,
    PhaseKind.EXPLANATION: RoundState.APPRAISING,
    PhaseKind.COUNCIL: RoundState.DECIDING,
}


class NoSuchMoveError(Exception):
    """The sheet is not where this move begins."""

    def __init__(self, move: SheetMove, state: SheetState) -> None:
        self.move = move
        self.state = state
        super().__init__(f"{move} from {state}")


def after(move: SheetMove, state: str) -> SheetState:
    """The state that a move leads to. Raises NoSuchMoveError where it does not begin."""
    row = MOVES[move]
    if state not in row.sources:
        raise NoSuchMoveError(move, SheetState(state))
    return row.target


def stage_of(kind: PhaseKind, number: int) -> str:
    """The stage whose scores a phase writes: self, appraised-1, appraised-2, …, council."""
    if kind is PhaseKind.SELF_SCORING:
        return SELF
    return COUNCIL if kind is PhaseKind.COUNCIL else f"appraised-{number}"


def stages(n_appraisals: int) -> tuple[str, ...]:
    """The stages of a round with so many appraisals, in order.

    >>> stages(2)
    ('self', 'appraised-1', 'appraised-2', 'council', 'corrected')
    """
    return (SELF, *(f"appraised-{n + 1}" for n in range(n_appraisals)), COUNCIL, CORRECTED)


def final_from(n_appraisals: int) -> tuple[str, ...]:
    """Where the final score is looked for: the latest stage first, never the self stage.

    >>> final_from(1)
    ('corrected', 'council', 'appraised-1')
    """
    return tuple(reversed(stages(n_appraisals)[1:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a phase may be written in: planned times, and whether it was opened and closed."""

    opens_at: datetime
    closes_at: datetime
    opened: bool
    closed: bool

    def is_open(self, at: datetime, *, extended: Iterable[datetime] = ()) -> bool:
        """Whether a write at this moment is in time; the deadline itself still is.

        An extension of one sheet counts past the close of the phase for all the others.
        """
        if not self.opened or at < self.opens_at:
            return False
        if not self.closed and at <= self.closes_at:
            return True
        return any(at <= until for until in extended)
