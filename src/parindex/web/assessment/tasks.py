"""Work for later of the assessment: the text of evidence."""

from __future__ import annotations

from procrastinate import JobContext

from parindex.web import jobs
from parindex.web.assessment.actions import reading


@jobs.app.task(
    name="parindex.web.assessment.tasks.read_text", queue="evidence", pass_context=True
)  # fmt: skip
def read_text(context: JobContext, *, digest: str) -> None:
    """Read the text of a kept file; told to stop, it goes on at its next turn where it was."""
    reading.read_text(digest, stop=context.should_abort)
