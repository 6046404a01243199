"""Pure: the states of waves and invitations, the ways in, and the moves allowed between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class WaveState(StrEnum):
    """Where a wave stands."""

    PLANNED = "planned"
    DRAWN = "drawn"
    OPEN = "open"
    CLOSED = "closed"
    MIXED = "mixed"
    ESTIMATED = "estimated"


class WaveMove(StrEnum):
    """What moves a wave from one state to the next."""

    DRAW = "draw"
    OPEN = "open"
    CLOSE = "close"
    REOPEN = "reopen"
    MIX = "mix"
    ESTIMATE = "estimate"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the procedure."""

    sources: tuple[WaveState, ...]
    target: WaveState


# A wave without a draw (slips at a counter, lists of officials) opens from `planned`.
MOVES: Final[Mapping[WaveMove, Move]] = {
    WaveMove.DRAW: Move((WaveState.PLANNED,), WaveState.DRAWN),
    WaveMove.OPEN: Move((WaveState.PLANNED, WaveState.DRAWN), WaveState.OPEN),
    WaveMove.CLOSE: Move((WaveState.OPEN,), WaveState.CLOSED),
    WaveMove.REOPEN: Move((WaveState.CLOSED,), WaveState.OPEN),
    WaveMove.MIX: Move((WaveState.CLOSED,), WaveState.MIXED),
    WaveMove.ESTIMATE: Move((WaveState.MIXED, WaveState.ESTIMATED), WaveState.ESTIMATED),
}
# While people are listed, codes printed and interviewers named.
PREPARING: Final = frozenset({WaveState.PLANNED, WaveState.DRAWN, WaveState.OPEN})
# Before anybody may answer.
SETTING_UP: Final = frozenset({WaveState.PLANNED, WaveState.DRAWN})
# Answers come in, in the end only those that were given before.
TAKING: Final = frozenset({WaveState.OPEN, WaveState.CLOSED})
# The answers are mixed and the key that could open them one by one is gone.
MIXED: Final = frozenset({WaveState.MIXED, WaveState.ESTIMATED})


class InvitationState(StrEnum):
    """Where an invitation stands; whether it was answered is said apart, without a time."""

    RESERVE = "reserve"
    DRAWN = "drawn"
    INVITED = "invited"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    # A reserve has stepped in.
    REPLACED = "replaced"


# Those who may answer, also who was given up so far: until a reserve has stepped in.
ANSWERABLE: Final = frozenset(
    {
        InvitationState.DRAWN,
        InvitationState.INVITED,
        InvitationState.REFUSED,
        InvitationState.UNREACHABLE,
    }
)
# Why a reserve steps in.
GIVEN_UP: Final = frozenset({InvitationState.REFUSED, InvitationState.UNREACHABLE})


class Mode(StrEnum):
    """By which way an answer came in."""

    WEB = "web"
    KIOSK = "kiosk"
    PHONE = "phone"
    PAPER = "paper"
    INTERVIEWER = "interviewer"
    ODK = "odk"


# Given while the wave was open, sent when there was a network again, or typed from paper.
SENT_LATER: Final = frozenset({Mode.PHONE, Mode.PAPER, Mode.INTERVIEWER, Mode.ODK})


class NoSuchMoveError(Exception):
    """The wave is not where this move begins."""

    def __init__(self, move: WaveMove, state: WaveState) -> None:
        self.move = move
        self.state = state
        super().__init__(f"{move} from {state}")


def after(move: WaveMove, state: str) -> WaveState:
    """The state that a move leads to. Raises NoSuchMoveError where it does not begin."""
    row = MOVES[move]
    if state not in row.sources:
        raise NoSuchMoveError(move, WaveState(state))
    return row.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a wave takes answers: at once until it closes, what was given offline until later."""

    state: WaveState
    opens_at: datetime
    closes_at: datetime
    syncs_until: datetime

    def takes(self, at: datetime, mode: Mode) -> bool:
        """Whether an answer that comes now by this way is in time; the deadline itself is."""
        if at < self.opens_at:
            return False
        if mode in SENT_LATER:
            return self.state in TAKING and at <= self.syncs_until
        return self.state is WaveState.OPEN and at <= self.closes_at
