"""Whether the rows that stand are those that the journal tells of: for `journal verify`."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from parindex.errors import Problem
from parindex.web.assessment.models import ItemLine, ScoreEntry
from parindex.web.journal.queries import every_line

_TELL = {
    "claim.saved",
    "finding.saved",
    "finding.agreed",
    "finding.transcribed",
    "council.decided",
    "change.approved",
    "exemption.granted",
    "score.imported",
}


def reconcile() -> Iterator[Problem]:
    """One problem for each score without its entry in the journal, or unlike it, or gone, and for
    each line that does not show what stands.
    """
    told = {
        line.after["entry"]: (line.seq, line.after)
        for line in every_line()
        if line.verb in _TELL and line.after is not None and "entry" in line.after
    }
    for entry in ScoreEntry.objects.order_by("id").iterator(chunk_size=5_000):
        key = str(entry.id)
        if key not in told:
            yield Problem(code="journal.untold", values={"entry": key})
            continue
        seq, said = told.pop(key)
        same = (
            said["quantity"] == dict(entry.quantity)
            and Decimal(said["points"]) == entry.points
            and said["marker"] == entry.marker
            and said["stage"] == entry.stage
            and said["version"] == entry.version
            and said["reason"] == entry.reason
            and said["note"] == entry.note
        )
        if not same:
            yield Problem(code="journal.unlike", values={"entry": key, "seq": seq})
    for key, (seq, _) in told.items():
        yield Problem(code="journal.gone", values={"entry": key, "seq": seq})
    lines = ItemLine.objects.select_related("claim", "finding").order_by("id")
    for line in lines.iterator(chunk_size=5_000):
        if (line.claim is not None and line.claim.points != line.claimed) or (
            line.finding is not None and line.finding.points != line.found
        ):
            yield Problem(code="journal.line", values={"item": line.item, "sheet": line.sheet_id})
