"""Work for later: tasks, deferred in the transaction at hand, and the ground's own periodic ones.

The convention: ``tasks.py`` of an app holds thin functions that fetch by id and call an action::

    from parindex.web import jobs

    @jobs.app.task(queue="mail", pass_context=False)
    def mail_message(*, message: str) -> None:
        actions.mail_message(UUID(message))

and an action asks for it by ``jobs.defer(mail_message, message=str(id))``. The job lies in the
same database: it exists when the action's transaction commits, and not otherwise. A task may run
twice, after a crash; the action it calls must bear that.
"""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.db import transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task

__all__ = ["app", "defer", "defer_once"]


def defer(task: Task[Any, Any, Any], **arguments: Any) -> int:
    """Put a job on the queue within the transaction at hand; the job's number."""
    return task.defer(**arguments)


def defer_once(task: Task[Any, Any, Any], *, key: str, **arguments: Any) -> bool:
    """The same, unless a job with this key waits already; False where it does."""
    try:
        # A refused insertion must not spoil the transaction around it.
        with transaction.atomic():
            task.configure(queueing_lock=key).defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="try_stalled_again", pass_context=True)
async def try_stalled_again(context: JobContext, timestamp: int) -> None:
    """Put jobs back whose worker died in the midst of them."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)


@app.periodic(cron="30 18 * * *")
@app.task(queueing_lock="clean_up", pass_context=True)
async def clean_up(context: JobContext, timestamp: int) -> None:
    """At night in Vietnam: forget finished jobs after a month, and sessions that are over."""
    await sync_to_async(call_command)("clearsessions")
    await context.app.job_manager.delete_old_jobs(nb_hours=24 * 30)
