"""Work for later of the fieldwork: closing in time, giving places back, forgetting people."""

from __future__ import annotations

from parindex.web import jobs
from parindex.web.fieldwork.actions import burning, closing, places


@jobs.app.periodic(cron="*/5 * * * *")
@jobs.app.task(name="fieldwork.keep_time", queueing_lock="fieldwork.keep_time")
def keep_time(timestamp: int) -> None:
    """Close the waves whose time is over, free places that lapsed, finish what was interrupted."""
    closing.close_due()
    places.give_back_all_lapsed()
    burning.finish_mixing()


@jobs.app.periodic(cron="20 19 * * *")
@jobs.app.task(name="fieldwork.forget", queueing_lock="fieldwork.forget")
def forget(timestamp: int) -> None:
    """At night in Vietnam: forget the people of waves whose day has come."""
    closing.forget_due()
