"""Codes, telephones and names stand in no log, no journal, no job, no cache and no error."""

import logging

import pytest
import web_setup

web_setup.set_up()

from django.db import connection  # noqa: E402
from web.fieldwork.attacking import log_text  # noqa: E402
from web.fieldwork.surveying import AFTER, COLUMNS, OPEN, START, answers, ask  # noqa: E402

from parindex.errors import ParindexError  # noqa: E402
from parindex.web.fieldwork import codes  # noqa: E402
from parindex.web.fieldwork.actions import (  # noqa: E402
    closing,
    drawing,
    entering,
    intake,
    inviting,
    mixing,
    waves,
)
from parindex.web.journal import clock  # noqa: E402
from parindex.web.journal.queries import export  # noqa: E402

PHONE, NAME, ADDRESS, DOSSIER = "0987654321", "Người số 3", "Số 3 phố Huế", "H00003"
WORDS = "Điều-không-ai-được-đọc"
# Where people and their codes' digests stand, and answers once they are mixed.
THEIRS = {"fieldwork_invitation", "fieldwork_response"}


def tables() -> dict[str, str]:
    """The text of every table."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')
            found[table] = cursor.fetchone()[0] or ""
    return found


def test_what_must_not_be_told_is_told_nowhere(committed_db, caplog):
    caplog.set_level(logging.DEBUG)
    before = log_text()
    made = ask(take=8, in_frame=10, reserve=1)
    one = next(row for row in made.invitations() if not row.reserve)
    type(one).objects.filter(id=one.id).update(
        phone=PHONE, name=NAME, address=ADDRESS, dossier=DOSSIER
    )
    code = made.codes[one.id]
    told: list[str] = []

    def attempt(call, *args, **how):
        try:
            call(*args, **how)
        except ParindexError as error:
            told.extend(error.say("vi") + error.say("en"))

    with clock.at(START):
        attempt(
            drawing.register_frame,
            made.manager,
            made.id,
            made.frame,
            plan=b"x",
            columns=COLUMNS,
            file="k",
        )
    with clock.at(OPEN):
        waves.set_quotas(made.manager, made.id, {one.cell.stratum: 7})
        (walks, *_) = waves.name_interviewers(
            made.manager, made.id, [made.people[name].id for name in ("walker", "walker2")]
        )
        inviting.assign(made.manager, made.id, interviewer=walks.id, invitations=[one.id])
        attempt(intake.start, code)
        attempt(intake.submit, code, "s-1", {"q1": WORDS}, mode="web", seconds=9)
        attempt(intake.submit, f"{code}X", "s-1", answers(), mode="web", seconds=9)
        attempt(
            entering.enter, made.actor("walker"), code, {**answers(), "more": WORDS}, mode="paper"
        )
        attempt(
            entering.enter, made.actor("walker2"), code, {**answers(), "more": WORDS}, mode="paper"
        )
        attempt(intake.submit, code, "submission-canary-2", answers(), mode="web", seconds=9)
        for other in made.invitations(reserve=False)[1:]:
            attempt(
                intake.submit,
                made.codes[other.id],
                f"o-{other.id}",
                answers(),
                mode="web",
                seconds=9,
            )
        gone = made.invitations(reserve=False)[9]
        attempt(inviting.give_up, made.manager, gone.id, state="refused", reason=f"Gọi số {PHONE}")
        reprint = next(row for row in made.invitations(reserve=False) if not row.used)
        attempt(inviting.print_letters, made.manager, made.id, again=[reprint.id])
    with clock.at(AFTER):
        closing.close_due()
        attempt(
            mixing.mix,
            made.manager,
            made.id,
            accepting=dict.fromkeys(mixing.ACCEPTABLE, "Thử"),
        )
    kept = tables()
    log = caplog.text + "".join(told)
    secrets = {
        "phone": PHONE, "code": codes.plain_code(code), "code as printed": code, "name": NAME,
        "address": ADDRESS, "submission": "submission-canary-2", "hash": codes.hash_of(code),
    }  # fmt: skip
    server = log_text()[len(before) :]
    journal = "\n".join(export())
    assert "wave.mixed" in journal
    for what, secret in secrets.items():
        assert secret not in journal, what
        assert secret not in log, what
        for table, text in kept.items():
            assert secret not in text or table in THEIRS, (what, table)
    for secret in (codes.plain_code(code), code, "submission-canary-2"):
        assert all(secret not in text for text in kept.values())
        assert secret.encode() not in server
    # What was said stands in the mixed answers alone, and in no message.
    assert [table for table, text in kept.items() if WORDS in text] == ["fieldwork_response"]
    assert WORDS not in caplog.text
    assert WORDS not in journal


@pytest.mark.django_db
def test_a_refused_answer_is_told_to_who_sent_it_alone(caplog):
    caplog.set_level(logging.DEBUG)
    made = ask(take=6)
    with clock.at(OPEN), pytest.raises(ParindexError) as caught:
        intake.submit(next(iter(made.codes.values())), "s", {"q1": WORDS}, mode="web", seconds=1)
    assert WORDS in " ".join(caught.value.say("vi"))
    assert WORDS not in caplog.text
