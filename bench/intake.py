"""Intake of a survey at full load: confirmed answers a second and p99 under 200 respondents.

    python -m bench.intake          20 seconds
    python -m bench.intake --quick  5 seconds

Answers to the shipped SIPAS form are sent by wrk (Debian's package), 200 at a time, each with a
code of its own, to the pages served as `serve` serves them, on the same cores; the embedded
PostgreSQL syncs to the disk. The lower bound is a bare INSERT with its commit, as many connections
at once as the web has, in the same run. Every answer that was confirmed must be in the box.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench.served import CONNECTIONS, database, served, wrk

if TYPE_CHECKING:
    from parindex.web.fieldwork.models import Wave
    from parindex.web.people.actor import Actor
    from parindex.web.people.models import Issuer

RESPONDENTS = 200
PEOPLE = 20_000
WARM = 50
LUA = """\
local file, at = io.open("{codes}"), 0
local codes = {{}}
for line in file:lines() do codes[#codes + 1] = line end
local headers = {{["Content-Type"] = "application/json"}}
local start, rest = '{{"code":"', [==[","answers":{answers},"seconds":150}}]==]
request = function()
  at = at + 1
  local body = start .. codes[at] .. '","submission":"device-' .. at .. rest
  return wrk.format("POST", "/phieu/gui", headers, body)
end
done = function(summary)
  io.write(string.format("answered %d refused %d broken %d\\n", summary.requests,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.timeout))
end
"""


def main() -> None:
    """Build, serve, send, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    seconds = 5 if parser.parse_args().quick else 20
    with database() as folder:
        _run(folder, seconds)


def _run(folder: Path, seconds: int) -> None:
    actor, wave, codes = build(PEOPLE)
    (folder / "codes").write_text("\n".join(codes))
    script = folder / "send.lua"
    said = json.dumps(answers_to(wave), ensure_ascii=False)
    script.write_text(LUA.format(codes=folder / "codes", answers=said))
    print(f"{PEOPLE} people, {RESPONDENTS} at a time, an answer of {len(said)} bytes", flush=True)
    least = bare(wave.sealed_size, seconds)
    with served("/phieu/") as address:
        # Each worker has read the form and holds its connections before the time begins.
        for code in codes[-WARM:]:
            _send(address, code, said)
        told = wrk(
            "-t1", f"-c{RESPONDENTS}", f"-d{seconds}s", "--timeout", "60s", "-s", str(script),
            address,
        )  # fmt: skip
        report(told, wave, least, seconds)
    mix(actor, wave)


def mix(actor: Actor, wave: Wave) -> None:
    """How long the answers take to be mixed, the list of whom to ask again among it."""
    from parindex.web.fieldwork.actions import closing, mixing

    closing.close_wave(actor, wave.id, reason="Đo xong")
    start = time.perf_counter()
    mixed = mixing.mix(actor, wave.id, accepting={"fieldwork.may_still_come": "Đo xong"})
    print(f"  mixed {mixed.n_mixed} answers in {time.perf_counter() - start:.1f} s")


def report(told: str, wave: Wave, least: float, seconds: int) -> None:
    """What came of it. Raises SystemExit where a confirmed answer is not there."""
    from parindex.web.fieldwork.models import Box, Invitation

    ((answered, refused, broken),) = re.findall(r"answered (\d+) refused (\d+) broken (\d+)", told)
    (p99,) = re.findall(r"99%\s+(\S+)", told)
    confirmed = int(answered) - int(refused)
    kept = confirmed + WARM
    # Whatever was on its way when the time was over is written still.
    time.sleep(3)
    boxes = Box.objects.filter(wave=wave).count()
    used = Invitation.objects.filter(wave=wave, used=True).count()
    lost = max(0, kept - boxes)
    rate = confirmed / seconds
    print(
        f"  confirmed {rate:7.1f} a second   p99 {p99:>9}   refused {refused}, broken {broken}, "
        f"lost {lost}\n  bare INSERT+commit {least:7.1f} a second: {least / rate:.1f} times"
    )
    if lost or boxes != used or int(refused) or int(broken):
        raise SystemExit(f"confirmed {kept}, in the box {boxes}, codes used {used}: {told}")


def build(people: int) -> tuple[Actor, Wave, list[str]]:
    """A province with an open wave of the shipped form, a code for each of so many people."""
    from parindex.survey.questionnaire import SHIPPED
    from parindex.web.fieldwork import codes
    from parindex.web.fieldwork.actions import inviting, waves
    from parindex.web.fieldwork.models import Cell, Invitation

    actor, issuer = _manager()
    form = SHIPPED.find("template/sipas/citizens/2022")
    if form is None:
        raise SystemExit("the shipped form is not there")
    now = datetime.now(UTC)
    instrument = waves.import_instrument(actor, issuer, form.read_bytes(), file=form.name)
    wave = waves.create_wave(
        actor, issuer, slug="bench", title="Đo tốc độ", instrument=instrument.id,
        opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=1),
    )  # fmt: skip
    unit = issuer.units.get()
    inviting.print_slips(actor, wave.id, unit=unit.id, count=1)
    made = [codes.new_code() for _ in range(people)]
    # As many slips as a printer would need a day for.
    Invitation.objects.bulk_create(
        (
            Invitation(
                wave=wave, cell=Cell.objects.get(), order=at, token_hash=codes.hash_of(code),
                state="invited",
            )
            for at, code in enumerate(made, 2)
        ),
        batch_size=2_000,
    )  # fmt: skip
    return actor, waves.open_wave(actor, wave.id), made


def _manager() -> tuple[Actor, Issuer]:
    from parindex.web.people import actions as people
    from parindex.web.people.models import Account, Assignment, Issuer, Unit
    from parindex.web.people.queries import actor_for
    from parindex.web.people.states import Role

    people.found_issuer(
        "bench", "Tỉnh đo tốc độ", administrator="admin", email="a@example.vn", password=None,
        person_name="Quản trị", on=date(2020, 1, 1),
    )  # fmt: skip
    issuer = Issuer.objects.get()
    Unit.objects.create(issuer=issuer, slug="so-1", name="Sở số 1", tier="department")
    account = Account.objects.create_user("manager", None, name="Quản lý", issuer=issuer)
    Assignment.objects.create(
        person=account, role=Role.SURVEY_MANAGER, issuer=issuer, starts_on=date(2020, 1, 1)
    )
    return actor_for(account, on=datetime.now(UTC).date(), second_factor=True), issuer


def answers_to(wave: Wave) -> dict[str, str]:
    """A whole answer to the wave's form: the first choice of each question, and some words."""
    from parindex.survey.questionnaire import Kind
    from parindex.web.fieldwork.bridge import questionnaires
    from parindex.web.fieldwork.queries.forms import questionnaire_for

    form = questionnaire_for(wave)
    plain = {Kind.INTEGER: "40", Kind.DECIMAL: "1.5", Kind.DATE: "2026-01-31", Kind.TEXT: "Tốt"}
    said = {
        question.name: form.scale(question).choices[0].code
        if question.kind.chooses
        else plain[question.kind]
        for question in form.questions()
        if question.kind is not Kind.NOTE
    }
    return questionnaires.settled(form, said, datetime.now(UTC).date())


def bare(size: int, seconds: int) -> float:
    """Bare INSERTs with their commits a second, of rows as long as a sealed answer."""
    until = time.monotonic() + seconds
    row = os.urandom(size)

    def insert(_: int) -> int:
        import psycopg

        count = 0
        with psycopg.connect(os.environ["PARINDEX_DATABASE_URL"], autocommit=True) as pen:
            while time.monotonic() < until:
                pen.execute("INSERT INTO bare (said) VALUES (%s)", [row])
                count += 1
        return count

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (id serial PRIMARY KEY, said bytea)")
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        counts: Sequence[int] = list(threads.map(insert, range(CONNECTIONS)))
    return sum(counts) / seconds


def _send(address: str, code: str, said: str) -> None:
    body = f'{{"code":"{code}","submission":"warm-{code}","answers":{said}}}'.encode()
    asked = urllib.request.Request(  # noqa: S310 - our own
        f"{address}/phieu/gui", body, {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(asked, timeout=60).close()  # noqa: S310 - our own


if __name__ == "__main__":
    main()
