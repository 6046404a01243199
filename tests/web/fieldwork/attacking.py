"""An attacker with everything that is written down: tables with ctid and xmin as they were at any
time, the write-ahead log, backups, the key folder, the journal, the list of codes.

Whoever was invited stands in some order by each thing that is known of them; so do the answers.
The attacker puts the two beside each other within each group that the answers are known to be of,
in every pair of orders, and keeps the pair that links most.
"""

import json
import subprocess
import tarfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import web_setup
from django.db import connection

from parindex.web import embedded, keeping
from parindex.web.fieldwork import sealing

Order = Mapping[str, float]


@dataclass
class Seen:
    """What was seen at one time: rows with their places, and a backup."""

    invitations: dict[str, dict[str, Any]]
    boxes: dict[str, dict[str, Any]]
    responses: dict[str, dict[str, Any]]
    backup: Path


def look(backup: Path) -> Seen:
    """Everything that the database gives now."""
    keeping.back_up(backup, progress=lambda _done, _of: None)
    return Seen(
        invitations=_rows("fieldwork_invitation"),
        boxes=_rows("fieldwork_box"),
        responses=_rows("fieldwork_response"),
        backup=backup,
    )


def _rows(table: str) -> dict[str, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ctid::text AS ctid, xmin::text::bigint AS xmin, * FROM {table}")
        names = [one.name for one in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {str(row["id"]): row for row in rows}


def log_text() -> bytes:
    """The write-ahead log and the server's own log."""
    folder = web_setup.server().folder
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_switch_wal()")
    wal = b""
    for path in sorted((folder / "pg_wal").glob("0*")):
        # The server may take an old piece away meanwhile, from an attacker as from here.
        with suppress(FileNotFoundError):
            wal += _records(path.read_bytes())
    return wal + (folder / "log").read_bytes()


def _records(segment: bytes) -> bytes:
    """A segment of the log without the heads of its pages, so that no record is cut in two."""
    pages = [segment[at : at + 8192] for at in range(0, len(segment), 8192)]
    return b"".join(page[40 if at == 0 else 24 :] for at, page in enumerate(pages))


def heap_text() -> bytes:
    """The pages of every table of this database, live and dead rows alike."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        (oid,) = cursor.fetchone()
    folder = web_setup.server().folder / "base" / str(oid)
    return b"".join(path.read_bytes() for path in folder.iterdir())


def dumped(backup: Path, table: str, work: Path) -> list[str]:
    """The ids of a table in the order in which a backup holds its rows."""
    with tarfile.open(backup) as archive:
        archive.extract("database.dump", work, filter="data")
    done = subprocess.run(
        [embedded.programs() / "pg_restore", "--data-only", f"--table={table}", "-f", "-", work / "database.dump"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    body = done.stdout.partition(f"COPY public.{table} ")[2].partition("FROM stdin;\n")[2]
    return [line.split("\t", 1)[0] for line in body.partition("\\.\n")[0].splitlines()]


def _place(ctid: str) -> float:
    page, _, at = ctid.strip("()").partition(",")
    return int(page) * 10_000 + int(at)


@dataclass
class Attack:
    """Orders of people and of answers, the groups that both are known to be of, and the truth."""

    people: list[str]
    groups: dict[str, str]
    people_orders: dict[str, Order] = field(default_factory=dict)
    answer_orders: dict[str, Order] = field(default_factory=dict)

    def links(self, answers: Sequence[str], group_of_answer: Mapping[str, str]) -> np.ndarray:
        """For every pair of orders, the answer that each person is linked to; -1 for none."""
        number = {one: at for at, one in enumerate(answers)}
        rows = []
        for people_order in self.people_orders.values():
            for answer_order in self.answer_orders.values():
                linked = np.full(len(self.people), -1)
                for group in set(self.groups.values()):
                    mine = [at for at, one in enumerate(self.people) if self.groups[one] == group]
                    mine.sort(key=lambda at: people_order.get(self.people[at], 0))
                    theirs = [one for one in answers if group_of_answer[one] == group]
                    theirs.sort(key=lambda one: answer_order.get(one, 0))
                    for at, one in zip(mine, theirs, strict=False):
                        linked[at] = number[one]
                rows.append(linked)
        return np.array(rows)


def chance_of(
    links: np.ndarray, truth: np.ndarray, groups: Sequence[str], *, permutations: int
) -> float:
    """How often as many links are right by chance: with the truth permuted within each group."""
    best = (links == truth).sum(axis=1).max()
    chance = np.random.default_rng()
    places = [np.flatnonzero(np.array(groups) == one) for one in set(groups)]
    as_good = 0
    for _ in range(permutations):
        other = truth.copy()
        for place in places:
            other[place] = truth[chance.permutation(place)]
        as_good += (links == other).sum(axis=1).max() >= best
    return as_good / permutations


def orders_of_people(
    seen: Sequence[Seen], codes: Mapping[Any, str], wal: bytes, work: Path
) -> dict[str, Order]:
    """Every order in which people can be put by what is known of them."""
    last = seen[-1].invitations
    orders: dict[str, Order] = {
        "id": {one: at for at, one in enumerate(sorted(last))},
        "order drawn": {one: row["order"] for one, row in last.items()},
        "token": {one: int(row["token_hash"][:12], 16) for one, row in last.items()},
        "receipt": {one: int(row["receipt"][:12], 16) for one, row in last.items()},
        "code": {
            str(one): int(sha256(code.encode()).hexdigest()[:12], 16) for one, code in codes.items()
        },
        "wal of the receipt": {one: wal.find(row["receipt"].encode()) for one, row in last.items()},
        "name": {one: at for at, one in enumerate(sorted(last, key=lambda key: last[key]["name"]))},
    }
    for at, moment in enumerate(seen):
        orders[f"xmin {at}"] = {one: row["xmin"] for one, row in moment.invitations.items()}
        orders[f"ctid {at}"] = {one: _place(row["ctid"]) for one, row in moment.invitations.items()}
        ids = dumped(moment.backup, "fieldwork_invitation", work)
        orders[f"dump {at}"] = {one: place for place, one in enumerate(ids)}
        # One transaction wrote both: whose box is whose is known.
        box_of = {row["xmin"]: row for row in moment.boxes.values()}
        known = {
            one: box_of[row["xmin"]]
            for one, row in moment.invitations.items()
            if row["xmin"] in box_of
        }
        if known:
            orders[f"box length {at}"] = {
                one: len(bytes(row["sealed"])) for one, row in known.items()
            }
            orders[f"box ctid {at}"] = {one: _place(row["ctid"]) for one, row in known.items()}
            orders[f"box id {at}"] = {one: row["id"].int for one, row in known.items()}
    return orders


def orders_of_answers(
    seen: Seen, marker: Callable[[Mapping[str, Any]], str], wal: bytes, work: Path
) -> dict[str, Order]:
    """Every order in which the mixed answers can be put."""
    rows = seen.responses
    ids = dumped(seen.backup, "fieldwork_response", work)
    said = {one: _said(row) for one, row in rows.items()}
    return {
        "id": {one: row["id"].int for one, row in rows.items()},
        "ctid": {one: _place(row["ctid"]) for one, row in rows.items()},
        "xmin": {one: row["xmin"] for one, row in rows.items()},
        "dump": {one: at for at, one in enumerate(ids)},
        "wal": {one: wal.find(marker(said[one]).encode()) for one in rows},
        "text": {one: at for at, one in enumerate(sorted(rows, key=lambda key: str(said[key])))},
        "length": {one: len(json.dumps(said[one], ensure_ascii=False).encode()) for one in rows},
        # Whatever else is kept of an answer.
        **{
            name: {
                one: at
                for at, one in enumerate(sorted(rows, key=lambda key: _rank(rows[key][name])))
            }
            for name in sorted({name for row in rows.values() for name in row} - _ORDERED)
        },
    }


# What is the same of all answers of a group, or is in an order of its own.
_ORDERED = {"id", "ctid", "xmin", "answers", "wave_id", "cell_id", "week"}


def _rank(value: Any) -> tuple[float, str]:
    return (value, "") if isinstance(value, int | float) else (0, str(value))


def _said(row: Mapping[str, Any]) -> dict[str, str]:
    said = row["answers"]
    return json.loads(said) if isinstance(said, str) else said


def opened(
    boxes: Mapping[str, Mapping[str, Any]], keys: Path, wave: Any
) -> dict[str, dict[str, Any]]:
    """What of the sealed answers opens by anything that lies in the key folder."""
    found = {}
    for path in keys.rglob("*"):
        if not path.is_file() or path.stat().st_size != 32:
            continue
        for name, row in boxes.items():
            try:
                said = sealing.open_sealed(
                    bytes(row["sealed"]), private_key=path.read_bytes(), wave=wave
                )
            except sealing.DamagedError:
                continue
            found[name] = json.loads(said)
    return found
