"""Burning what could undo a mixing: the wave's key, and what is left in the tables' pages.

Done once the mixing is committed, again at every start, and of no effect when done again.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection

from parindex.web.fieldwork import sealing
from parindex.web.fieldwork.models import Wave
from parindex.web.fieldwork.states import MIXED

# What held a sealed answer, or said when a code was used.
_EMPTIED: Final = ("fieldwork_box", "fieldwork_entry", "fieldwork_reservation")


def burn(wave: UUID) -> None:
    """Destroy the key of a mixed wave, and what is left of the sealed in the tables' pages.

    Done once the mixing is committed; done again it changes nothing.
    """
    if Wave.objects.filter(id=wave, state__in=MIXED).exists():
        sealing.destroy_key(settings.KEYS_FOLDER, wave)
        vacuum(*_EMPTIED)


def finish_mixing() -> int:
    """Burn the keys of waves that were mixed by one who was stopped right after; how many."""
    kept = [one for one, _ in sealing.kept_keys(settings.KEYS_FOLDER)]
    mixed = Wave.objects.filter(id__in=kept, state__in=MIXED).values_list("id", flat=True)
    for one in mixed:
        burn(one)
    return len(mixed)


def vacuum(*tables: str) -> None:
    """Clear removed rows out of the pages of tables."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM {table}")
