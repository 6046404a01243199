"""What was confirmed stays, whoever is killed: the writers, the database, the web's workers.

``PARINDEX_KILLS`` says how often (30; `make soak` 1,000). Here the database writes to the disk as it
does in earnest, and is started anew by what starts it in earnest.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import web_setup

from parindex.web.embedded import Embedded

KILLS = int(os.environ.get("PARINDEX_KILLS", "30"))
HERE = Path(__file__).parent
# On an idle machine a second or two; other tests may hold the processors meanwhile.
RECOVERS_WITHIN = 30
PATIENCE = 240


def environment(data: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PARINDEX_")}
    path = os.pathsep.join([str(HERE.parent.parent), kept.get("PYTHONPATH", "")])
    return {**kept, "PARINDEX_DATA": str(data), "PARINDEX_LANG": "en", "PYTHONPATH": path}


def command(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "parindex.web", *words],
        env=environment(data), capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip


@pytest.fixture
def place() -> Iterator[Path]:
    with web_setup.own_folder() as made:
        yield made


@pytest.fixture
def data(place: Path) -> Iterator[Path]:
    folder = place / "data"
    done = command(folder, "migrate", "--skip-checks")
    assert done.returncode == 0, done.stderr
    yield folder
    Embedded(folder / "postgres").stop()


class Writer:
    def __init__(self, data: Path, said: Path) -> None:
        self.data, self.said = data, said
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "writer.py"), str(self.said)], env=environment(self.data)
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def confirmed(self) -> list[str]:
        lines = self.said.read_text().splitlines() if self.said.exists() else []
        return [line for line in lines if line != "ready"]


@pytest.mark.long
def test_no_confirmed_write_is_lost_and_none_is_half_there(data: Path, tmp_path: Path):
    chance = random.Random()
    server = Embedded(data / "postgres")
    server.start()
    writers = [Writer(data, tmp_path / f"said-{number}") for number in range(3)]
    slowest = 0.0
    try:
        for number in range(KILLS):
            seen = sum(len(one.confirmed()) for one in writers)
            until = time.monotonic() + PATIENCE
            while sum(len(one.confirmed()) for one in writers) < seen + 5:
                assert time.monotonic() < until, "nobody writes any more"
                time.sleep(0.02)
            time.sleep(chance.random() * 0.2)
            if number % 3 == 0:
                one = chance.choice(writers)
                one.kill()
                one.start()
            elif number % 3 == 1:
                os.kill(server.pid(), signal.SIGKILL)
                began = time.monotonic()
                while server.is_running():
                    time.sleep(0.01)
                server.start()
                slowest = max(slowest, time.monotonic() - began)
            else:
                # One of its children: the others are ended by their parent, which goes on.
                with psycopg.connect(server.url()) as other:
                    found = other.execute(
                        "SELECT pid FROM pg_stat_activity WHERE datname = 'parindex' "
                        "AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
                    ).fetchone()
                if found:
                    os.kill(found[0], signal.SIGKILL)
    finally:
        for one in writers:
            one.kill()
    confirmed = {slug for one in writers for slug in one.confirmed()}
    server.start()
    until = time.monotonic() + 30
    while True:
        try:
            with psycopg.connect(server.url()) as reader:
                stand = {slug for (slug,) in reader.execute("SELECT slug FROM people_issuer")}
                units = {one for (one,) in reader.execute("SELECT issuer_id FROM people_unit")}
                told = {one for (one,) in reader.execute("SELECT about_id FROM journal_entry")}
                files = {
                    one for (one,) in reader.execute("SELECT digest FROM assessment_storedfile")
                }
            break
        except psycopg.OperationalError:
            assert time.monotonic() < until
            time.sleep(0.1)
    assert len(confirmed) > KILLS
    assert confirmed - stand == set(), "a confirmed write is lost"
    assert stand == units == told, "a write is half there"
    assert len(files) == len(stand)
    from parindex.evidence.store import Store, digest_of

    store = Store(data / "evidence")
    wrong = [one for one in files if not store.holds(one) or digest_of(store.path(one)) != one]
    assert wrong == [], "a row without its file"
    assert slowest < RECOVERS_WITHIN
    verified = command(data, "journal", "verify")
    assert (verified.returncode, verified.stderr) == (0, "")
    assert f"{len(stand)} entries" in verified.stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(one) for one in text.split()]


def child(pid: int, name: str) -> int:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for one in children_of(pid):
            if name.encode() in Path(f"/proc/{one}/cmdline").read_bytes():
                return one
        time.sleep(0.05)
    raise AssertionError(name)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5) as page:
            return bool(page.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def wait_for(what: bool, port: int, seconds: float = PATIENCE) -> float:
    began = time.monotonic()
    good = 0
    # All workers answer, not only one that is about to end.
    while good < 6:
        good = good + 1 if answers(port) is what else 0
        assert time.monotonic() - began < seconds
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_serve_outlives_its_workers_and_its_database(place: Path):
    data, port = place / "data", free_port()
    log = place / "log"
    with log.open("w") as stream:
        serving = subprocess.Popen(
            [sys.executable, "-m", "parindex.web", "serve", "--port", str(port)],
            env=environment(data), stdout=stream, stderr=stream,
        )  # fmt: skip
    server = Embedded(data / "postgres")
    try:
        wait_for(True, port)
        assert f"http://127.0.0.1:{port}/" in log.read_text()
        twice = command(data, "serve", "--port", str(free_port()))
        assert twice.returncode == 2
        assert "already runs" in twice.stderr

        for worker in children_of(child(serving.pid, "granian")):
            os.kill(worker, signal.SIGKILL)
            wait_for(True, port)
        os.kill(server.pid(), signal.SIGKILL)
        assert wait_for(True, port) < RECOVERS_WITHIN
        for name in ("procrastinate", "granian"):
            os.kill(child(serving.pid, name), signal.SIGKILL)
            wait_for(True, port)
        until = time.monotonic() + PATIENCE
        while len(children_of(serving.pid)) < 2:
            assert time.monotonic() < until
            time.sleep(0.05)
        family = [*children_of(serving.pid)]
        family += [one for child in family for one in children_of(child)]

        serving.send_signal(signal.SIGTERM)
        assert serving.wait(60) == 0
        assert not any(Path(f"/proc/{one}").exists() for one in family)
        assert not server.is_running()
        assert "Stopped." in log.read_text()
    finally:
        if serving.poll() is None:
            serving.kill()
            serving.wait()
        server.stop()
