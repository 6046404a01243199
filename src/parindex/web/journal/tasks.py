"""The jobs of the journal: to walk a long chain."""

from __future__ import annotations

from parindex.web import jobs
from parindex.web.journal import queries


@jobs.app.task(name="journal.verify", queueing_lock="journal.verify")
def verify() -> None:
    """Walk the chain as it is and keep the result for the page that shows it."""
    queries.verified(now=True)
