"""Finding: one estimate fit to leave the survey room; all that scoring knows of surveys."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An estimated share for one unit and item.

    ``share`` runs from 0 to 1, ``se`` is its standard error (0 or more, None when not known),
    ``n`` the number of valid answers behind it (None when not known).
    """

    unit: str
    item: str
    share: Decimal
    se: Decimal | None = None
    n: int | None = None
