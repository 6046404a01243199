"""The web at full size: requests a second and p99 of its busiest pages, and what a save costs.

    python -m bench.web            3,321 units x 100 items x 3 years, about five minutes
    python -m bench.web --quick    a tenth of the units

Every row stands in an embedded PostgreSQL that syncs to the disk; the pages are served as `serve`
serves them, and asked for by wrk (Debian's package) on the same cores. A save with its entry in
the journal is timed against a bare INSERT with its commit, in turn, in the same run.
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
import urllib.request
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from bench.served import database, served, wrk

if TYPE_CHECKING:
    from parindex.web.assessment.models import Round, Sheet
    from parindex.web.people.actor import Actor
    from parindex.web.people.models import Account, Unit

YEARS = (2023, 2024, 2025)
ITEMS = 100
SECONDS = 8
ITEM = """\
          - {{code: "{area}.1.{at}", id: i-{area}-{at}, name: {{vi: "Mục {area}.{at}"}}, \
max_points: 1, source: appraisal, appraiser: area-{area}, evidence: optional, \
rule: {{shape: ratio}}, if_none_due: full, law: {{basis: a, at: "{area}.{at}"}}}}
"""


def rulebook(year: int) -> bytes:
    """A criteria set of ten areas with ten items each."""
    areas = "".join(
        f'  - code: "{area}"\n    name: {{vi: "Lĩnh vực {area}"}}\n    criteria:\n'
        f'      - code: "{area}.1"\n        name: {{vi: "Tiêu chí {area}.1"}}\n        items:\n'
        + "".join(ITEM.format(area=area, at=at) for at in range(1, 11))
        for area in range(1, ITEMS // 10 + 1)
    )
    return (
        "schema: parindex.rulebook/1\nissuer: bench\nindex: par-index\ngroup: communes\n"
        f"tier: commune\nyear: {year}\nrevision: 1\nstatus: template\n"
        'title: {vi: "Bộ tiêu chí để đo tốc độ"}\n'
        'legal_basis: [{id: a, vi: "Không có", issued: 2020-01-01}]\n'
        "policies: {points_decimals: 4, index_decimals: 2, rank_on: published, ties: share_best, "
        f"not_applicable: renormalise}}\nareas:\n{areas}"
    ).encode()


class Bench:
    """The province of the bench, its rounds and its people."""

    def __init__(self, units: int) -> None:
        from parindex.web.people import actions as people
        from parindex.web.people.models import Account, Assignment, Issuer, Unit
        from parindex.web.people.states import Role

        self.admin = people.found_issuer(
            "bench",
            "Tỉnh đo tốc độ",
            administrator="admin",
            email="a@example.vn",
            password=None,
            person_name="Quản trị",
            on=date(2020, 1, 1),
        )
        self.issuer = Issuer.objects.get()
        self.units = [
            Unit(
                issuer=self.issuer,
                slug=f"xa-{at:05}",
                name=f"Xã số {at}",
                tier="commune",
                group="communes",
                folded=f"xa so {at}",
                sort_key=f"xa {at:05}",
            )
            for at in range(units)
        ]
        # Each area has the body that appraises it, as in every set that was read.
        self.bodies = [
            Unit(
                issuer=self.issuer,
                slug=f"so-{at}",
                name=f"Sở số {at}",
                tier="department",
                folded=f"so so {at}",
                sort_key=f"so {at:02}",
            )
            for at in range(1, ITEMS // 10 + 1)
        ]
        Unit.objects.bulk_create([*self.units, *self.bodies])
        self.officer, self.appraiser = (
            Account.objects.create_user(name, None, name=name, issuer=self.issuer)
            for name in ("officer", "appraiser")
        )
        for account, role, unit in (
            (self.officer, Role.OFFICER, self.units[0]),
            (self.appraiser, Role.APPRAISER, self.bodies[0]),
        ):
            Assignment.objects.create(
                person=account,
                role=role,
                issuer=self.issuer,
                unit=unit,
                starts_on=date(2020, 1, 1),
            )
        self.rounds = [self._round(year) for year in YEARS]

    def actor(self, account: Account) -> Actor:
        """Somebody as they are today."""
        from parindex.web.journal import clock
        from parindex.web.people.queries import actor_for

        return actor_for(account, on=clock.today(), second_factor=True)

    def _round(self, year: int) -> Round:
        from parindex.web.assessment.actions import phasing, rounds
        from parindex.web.assessment.states import PhaseKind
        from parindex.web.reference.actions import import_rulebook

        admin, now = self.actor(self.admin), datetime.now(UTC)
        stored = import_rulebook(admin, self.issuer, rulebook(year), file=f"{year}.yaml")
        # In the last year the first unit still scores itself, while the others are appraised:
        # two rounds of one year would say the same with more rows.
        plans = [
            rounds.PhasePlan(
                kind=kind,
                number=1,
                opens_at=now + timedelta(days=start),
                closes_at=now + timedelta(days=end),
            )
            for kind, start, end in (
                (PhaseKind.SELF_SCORING, -20, -5),
                (PhaseKind.APPRAISAL, -4, 20),
                (PhaseKind.COUNCIL, 21, 30),
            )
        ]
        made = rounds.create_round(
            admin,
            self.issuer,
            slug=str(year),
            title=f"Chỉ số CCHC {year}",
            year=year,
            index="par-index",
            reference_date=date(year, 12, 31),
            groups=[("communes", stored)],
            phases=plans,
        )
        _fill(made, self.units, self.officer.id)
        for area, body in enumerate(self.bodies, start=1):
            rounds.set_appraiser(admin, made.id, f"area-{area}", body)
        phases = list(made.phases.order_by("position"))
        phasing.open_phase(admin, phases[0].id)
        phasing.open_phase(admin, phases[1].id)
        return made

    def reopen_first(self) -> Sheet:
        """The first unit of the last round back at its desk, for saves."""
        from parindex.web.assessment.models import Phase, Sheet

        # Straight into the tables: an extension would tell all 3,321 units of it.
        last = self.rounds[-1]
        Phase.objects.filter(round=last, kind="appraisal").update(opened_at=None)
        later = datetime.now(UTC) + timedelta(days=1)
        Phase.objects.filter(round=last, kind="self_scoring").update(
            closed_at=None, closes_at=later
        )
        sheet = Sheet.objects.get(round=last, unit=self.units[0])
        sheet.state = "drafting"
        sheet.save()
        return sheet


def _fill(round_: Round, units: Sequence[Unit], person: UUID) -> None:
    """Sheets, claims and lines by SQL: a million entries through actions would take a night."""
    from django.db import connection

    from parindex.web.assessment.models import Sheet

    group, when = round_.groups.get(), datetime.now(UTC) - timedelta(days=6)
    Sheet.objects.bulk_create(
        [
            Sheet(round=round_, group=group, unit=unit, state="submitted", submitted_at=when)
            for unit in units
        ]
    )
    codes = (
        "SELECT a, a || '.1.' || i AS item FROM generate_series(1, 10) a, generate_series(1, 10) i"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO assessment_scoreentry (id, sheet_id, item, stage, seat, version, quantity,
              points, maximum, marker, note, reason, person_id, acting_for, at)
            SELECT gen_random_uuid(), s.id, c.item, 'self', 0, 1,
              '{{"numerator": "19", "denominator": "20"}}', 0.95, 1, 'scored', '', '', %s,
              s.unit_id, now()
              FROM assessment_sheet s, ({codes}) c WHERE s.round_id = %s
            """,  # noqa: S608 - our own words
            [person, round_.id],
        )
        cursor.execute(
            """
            INSERT INTO assessment_itemline (sheet_id, item, area, claim_id, claimed, found_stage,
              n_evidence, not_applicable, asked, disputed)
            SELECT e.sheet_id, e.item, split_part(e.item, '.', 1), e.id, e.points, '', 0, false,
              false, false FROM assessment_scoreentry e JOIN assessment_sheet s ON s.id = e.sheet_id
             WHERE s.round_id = %s
            """,
            [round_.id],
        )
        cursor.execute("ANALYZE")


def session_of(account: Account) -> str:
    """The cookie of somebody who logged in with a second factor."""
    from django.test import Client

    client = Client()
    client.force_login(account)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "at": time.time(), "type": "totp"}
    ]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    return str(session.session_key)


def n_queries(cookie: str, path: str) -> int:
    """How many queries a page makes."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    # The first request of a session writes that it is used.
    client.get(path)
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    return len(caught)


def load(url: str, cookie: str) -> str:
    """Requests a second and p99 of a page under eight connections, by wrk."""
    # A redirect would be fast, and wrk counts it as an answer.
    asked = urllib.request.Request(url, headers={"Cookie": f"session={cookie}"})  # noqa: S310 - our own
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - our own
        if answer.status != 200 or answer.url != url:
            raise SystemExit(f"{url}: {answer.status} at {answer.url}")
    told = wrk(
        "-t1", "-c8", f"-d{SECONDS}s", "--timeout", "30s", "-H", f"Cookie: session={cookie}", url
    )
    (rate,) = re.findall(r"Requests/sec:\s+([\d.]+)", told)
    (p99,) = re.findall(r"99%\s+(\S+)", told)
    failed = " ".join(re.findall(r"Non-2xx.*", told))
    return f"{float(rate):8.1f} a second   p99 {p99:>9}  {failed}"


def saves(bench: Bench, n: int) -> None:
    """A save with its journal entry against a bare INSERT and commit, in turn."""
    import psycopg
    from django.db import connection

    from parindex.web.assessment.actions import claims

    sheet = bench.reopen_first()
    actor = bench.actor(bench.officer)
    where = connection.get_connection_params()
    bare = psycopg.connect(
        host=where.get("host"), dbname=where["dbname"], user=where.get("user"), autocommit=True
    )
    bare.execute("CREATE TABLE bare (id serial PRIMARY KEY, said jsonb)")
    ours, theirs = [], []
    for at in range(n):
        start = time.perf_counter()
        claims.save_claim(
            actor,
            sheet.id,
            "1.1.1",
            {"numerator": str(at % 20), "denominator": "20"},
            base=1 + at,
            written="plain",
        )
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        bare.execute('INSERT INTO bare (said) VALUES (\'{"numerator": "19"}\')')
        theirs.append(time.perf_counter() - start)
    mine, least = statistics.median(ours), statistics.median(theirs)
    late = statistics.quantiles(ours, n=100)[98]
    print(
        f"  save with journal {1000 * mine:.1f} ms (p99 {1000 * late:.1f}), bare INSERT+commit "
        f"{1000 * least:.2f} ms: {mine / least:.1f} times"
    )


def main() -> None:
    """Build, serve, ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    units = 332 if parser.parse_args().quick else 3321
    with database():
        _run(units)


def _run(units: int) -> None:
    start = time.perf_counter()
    bench = Bench(units)
    took = time.perf_counter() - start
    print(f"{units} units x {ITEMS} items x {len(YEARS)} years, built in {took:.0f} s")
    from parindex.web.assessment.models import Sheet

    last = bench.rounds[-1]
    sheet = Sheet.objects.get(round=last, unit=bench.units[0])
    pages = {
        "task list": (bench.officer, f"/desk/sheets/{sheet.id}/"),
        "item page": (bench.officer, f"/desk/sheets/{sheet.id}/items/1.1.1/"),
        "queue": (bench.appraiser, f"/desk/rounds/{last.id}/appraisal/"),
        "matrix": (bench.admin, f"/desk/rounds/{last.id}/matrix/"),
    }
    cookies = {account.pk: session_of(account) for account, _ in pages.values()}
    with served("/accounts/login/") as address:
        for title, (account, path) in pages.items():
            cookie = cookies[account.pk]
            queries = n_queries(cookie, path)
            print(f"  {title:10} {queries:3} queries   {load(address + path, cookie)}")
    saves(bench, 300)


if __name__ == "__main__":
    main()
