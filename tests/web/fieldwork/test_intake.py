"""Answers come in once, in time, whole; a place that is held stays held."""

from datetime import timedelta

import pytest
import web_setup

web_setup.set_up()

from web.fieldwork.surveying import AFTER, CLOSES, OPEN, START, SYNCS, answers, ask, draw, plan  # noqa: E402

from parindex.errors import UnusableInputError  # noqa: E402
from parindex.web.fieldwork.actions import intake  # noqa: E402
from parindex.web.fieldwork.models import Box, Invitation  # noqa: E402
from parindex.web.journal import clock  # noqa: E402
from parindex.web.people.permissions import RefusedError  # noqa: E402

pytestmark = pytest.mark.django_db


def send(code, at=0, *, submission=None, mode="web", moment=OPEN, **more):
    with clock.at(moment):
        return intake.submit(
            code, submission or f"device-{at}", {**answers(at), **more}, mode=mode, seconds=95
        )


def refused(code, wanted, **how):
    with pytest.raises(RefusedError) as caught:
        send(code, **how)
    assert caught.value.code == wanted


def test_an_answer_is_kept_once_and_its_repetition_known():
    made = ask(take=6)
    code = next(iter(made.codes.values()))
    assert not send(code, 1).already
    assert send(code.lower().replace("-", " "), 1).already
    assert Box.objects.count() == 1
    refused(code, "fieldwork.used_code", at=2)
    refused("ABCD", "fieldwork.unknown_code")
    refused("", "fieldwork.unknown_code")
    one = Invitation.objects.get(used=True)
    assert one.state == "invited"
