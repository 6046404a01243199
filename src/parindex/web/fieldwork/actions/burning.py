"""Burning what could undo a mixing: the wave's key, and what is left in the tables' pages.

Done once the mixing is committed; what was interrupted is finished at the next start, or by the
clock.
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
    """Burn what is left of a mixed wave; done again, or by two at a time, it changes nothing."""
    if Wave.objects.filter(id=wave, state__in=MIXED).exists():
        sealing.destroy_key(settings.KEYS_FOLDER, wave)
        vacuum(*_EMPTIED)
        # Last: while the file is there, whoever comes next begins again.
        sealing.remove_key(settings.KEYS_FOLDER, wave)


def finish_mixing() -> int:
    """Finish the burning of mixed waves whose key files are still there; how many."""
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
