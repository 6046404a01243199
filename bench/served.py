"""What the benches of the web share: a database of their own, and pages served as `serve` does."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What `serve` has: two workers with two threads each.
CONNECTIONS = 4


@contextmanager
def database() -> Iterator[Path]:
    """An empty migrated database that syncs to the disk, Django on it; the folder beside it."""
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {"PARINDEX_DATA": name, "DJANGO_SETTINGS_MODULE": "parindex.web.settings"}
        # The embedded PostgreSQL may run as another user, who must be let in.
        Path(name).chmod(0o755)
        from parindex.web.embedded import Embedded

        server = Embedded(Path(name) / "postgres")
        server.start()
        server.create()
        os.environ["PARINDEX_DATABASE_URL"] = server.url()
        try:
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            yield Path(name)
        finally:
            server.stop()


@contextmanager
def served(first: str) -> Iterator[str]:
    """The pages served on a port of their own, once ``first`` answers; where they are."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "parindex.web", "serve", "--port", str(port)]
    serving = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(serving, address + first)
        yield address
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait()


def _wait(serving: subprocess.Popen[bytes], url: str) -> None:
    for _ in range(240):
        if serving.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{url}: {error.code}") from error
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("the server did not start")


def wrk(*options: str) -> str:
    """What wrk (Debian's package) tells of a run."""
    program = shutil.which("wrk")
    if program is None:
        raise SystemExit("wrk is not installed (Debian's package wrk)")
    command = [program, "--latency", *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
