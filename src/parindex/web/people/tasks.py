"""The jobs of people: mail of what is unread."""

from __future__ import annotations

from parindex.web import jobs
from parindex.web.people import actions


@jobs.app.periodic(cron="10 0-11 * * *")
@jobs.app.task(name="people.mail_unread", queueing_lock="people.mail_unread")
def mail_unread(timestamp: int) -> None:
    """In working hours in Vietnam: mail each person once what they have not read yet."""
    actions.mail_unread()
