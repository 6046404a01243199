"""No confirmed answer is lost and none is kept twice, whoever is killed: who sends, who mixes, or the
database, which here writes to the disk as it does in earnest.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import web_setup

from parindex.web import embedded
from parindex.web.embedded import Embedded

EMPTY = "empty"
HERE = Path(__file__).parent
SENDERS = 3
KILLS = int(os.environ.get("PARINDEX_INTAKE_KILLS", "6"))
PATIENCE = 240


def environment(data: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PARINDEX_")}
    path = os.pathsep.join([str(HERE.parent.parent), kept.get("PYTHONPATH", "")])
    return {**kept, "PARINDEX_DATA": str(data), "PYTHONPATH": path}


def start(data: Path, *words: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, str(HERE / "killed.py"), *map(str, words)],
        env=environment(data), stderr=subprocess.DEVNULL,
    )  # fmt: skip


def run(data: Path, *words: object) -> int:
    return start(data, *words).wait(PATIENCE)


@pytest.fixture
def data(django_db_setup) -> Iterator[Path]:
    with web_setup.own_folder() as place:
        folder = place / "data"
        server = Embedded(folder / "postgres")
        server.start()
        server.create()
        copy_tables(web_setup.server().url(EMPTY), server.url(), place / "empty.dump")
        assert run(folder, "build", place / "wave.json") == 0
        yield folder
        server.stop()


def copy_tables(one: str, other: str, file: Path) -> None:
    """Empty tables from the server of the run, which is quicker than to migrate anew."""
    programs = embedded.programs()
    subprocess.run([programs / "pg_dump", "-Fc", "-f", file, one], check=True)
    subprocess.run([programs / "pg_restore", "-d", other, file], check=True)


def asked(server: Embedded, query: str) -> list[tuple]:
    with psycopg.connect(server.url()) as reader:
        return reader.execute(query).fetchall()


def counts(server: Embedded) -> dict[str, int]:
    tables = {
        "used": "SELECT count(*) FROM fieldwork_invitation WHERE used",
        "boxes": "SELECT count(*) FROM fieldwork_box",
        "responses": "SELECT count(*) FROM fieldwork_response",
    }
    return {name: asked(server, query)[0][0] for name, query in tables.items()}


def test_no_confirmed_answer_is_lost_and_a_mixing_that_was_killed_goes_on(
    data: Path, tmp_path: Path
):
    server, wave = Embedded(data / "postgres"), data.parent / "wave.json"
    said = [tmp_path / f"said-{at}" for at in range(SENDERS)]
    senders = [start(data, "send", wave, said[at], at, SENDERS) for at in range(SENDERS)]
    chance = random.Random()

    def confirmed() -> list[str]:
        return [line for one in said if one.exists() for line in one.read_text().splitlines()]

    try:
        for number in range(KILLS):
            seen, until = len(confirmed()), time.monotonic() + PATIENCE
            while len(confirmed()) < min(seen + 8, 240):
                assert time.monotonic() < until, "nobody sends any more"
                time.sleep(0.01)
            time.sleep(chance.random() * 0.05)
            if number % 3 == 2:
                os.kill(server.pid(), signal.SIGKILL)
                while server.is_running():
                    time.sleep(0.01)
                server.start()
            else:
                at = chance.randrange(SENDERS)
                senders[at].kill()
                senders[at].wait()
                # As a device does that was switched off: it sends again what nobody confirmed.
                senders[at] = start(data, "send", wave, said[at], at, SENDERS)
        assert [one.wait(PATIENCE) for one in senders] == [0] * SENDERS
    finally:
        for one in senders:
            one.kill()
    n = len(json.loads(wave.read_text())["codes"])
    assert sorted(map(int, confirmed())) == list(range(n))
    assert counts(server) == {"used": n, "boxes": n, "responses": 0}

    keys = data / "keys" / "waves"
    # Killed in the midst: nothing happened.
    assert run(data, "mix", wave, "midst") == -signal.SIGKILL
    assert counts(server) == {"used": n, "boxes": n, "responses": 0}
    assert asked(server, "SELECT state FROM fieldwork_wave") == [("closed",)]
    assert len(list(keys.glob("*.key"))) == 1
    # Killed when all was done but the key: the next start burns it.
    assert run(data, "mix", wave, "key") == -signal.SIGKILL
    assert counts(server) == {"used": n, "boxes": 0, "responses": n}
    assert len(list(keys.glob("*.key"))) == 1
    assert run(data, "start") == 0
    assert list(keys.iterdir()) == []
    assert counts(server)["responses"] == n
    assert asked(server, "SELECT state, n_mixed FROM fieldwork_wave") == [("mixed", n)]
    done = subprocess.run(
        [sys.executable, "-m", "parindex.web", "journal", "verify"],
        env=environment(data), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
