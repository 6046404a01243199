"""What is killed: one who begins a wave, sends answers, or mixes them, each a process of its own.

python killed.py build FILE | send FILE SAID FIRST STEP | mix FILE WHERE | start
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "parindex.web.settings"
import django

django.setup()

from django.db import InterfaceError, OperationalError, connection  # noqa: E402
from web.fieldwork.surveying import answers, ask_now  # noqa: E402

from parindex.web import starting  # noqa: E402
from parindex.web.fieldwork.actions import burning, closing, intake  # noqa: E402
from parindex.web.fieldwork.models import Response, Wave  # noqa: E402
from parindex.web.journal import clock  # noqa: E402
from parindex.web.people.models import Account  # noqa: E402
from parindex.web.people.queries import actor_for  # noqa: E402


def build(file: Path) -> None:
    made = ask_now(60)
    codes = list(made.codes.values())
    file.write_text(json.dumps({"wave": str(made.id), "codes": codes}))


def send(file: Path, said: Path, first: int, step: int) -> None:
    """Send the answers of every so-many-th code, each until it is confirmed, in order."""
    codes = json.loads(file.read_text())["codes"]
    confirmed = set(said.read_text().splitlines()) if said.exists() else set()
    with said.open("ab", buffering=0) as out:
        for at in range(first, len(codes), step):
            while str(at) not in confirmed:
                try:
                    intake.submit(codes[at], f"device-{at}", answers(at), mode="web", seconds=60)
                except (OperationalError, InterfaceError):
                    # The database is away; nobody was told whether this one is kept.
                    connection.close()
                    time.sleep(0.05)
                    continue
                confirmed.add(str(at))
                out.write(f"{at}\n".encode())


def mix(file: Path, where: str) -> None:
    """Close and mix, and be killed on the way: in the midst, or before the key is burnt."""
    # The engine is slow to import, and nobody else here needs it.
    from parindex.web.fieldwork.actions import mixing

    wave = Wave.objects.get(id=json.loads(file.read_text())["wave"])
    account = Account.objects.get(username__endswith=".manager")
    actor = actor_for(account, on=clock.today(), second_factor=True)
    if wave.state == "open":
        closing.close_wave(actor, wave.id, reason="Đủ phiếu")
    if where == "midst":
        Response.objects.bulk_create = _then(Response.objects.bulk_create, _die)
    elif where == "key":
        burning.burn = lambda _wave: _die()
    mixing.mix(actor, wave.id, accepting={"fieldwork.may_still_come": "Mọi máy đã gửi"})


def _then(first: Callable[..., Any], second: Callable[[], None]) -> Callable[..., Any]:
    def both(*args: Any, **how: Any) -> Any:
        first(*args, **how)
        second()

    return both


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(words: list[str]) -> None:
    match words:
        case ["build", file]:
            build(Path(file))
        case ["send", file, said, first, step]:
            send(Path(file), Path(said), int(first), int(step))
        case ["mix", file, where]:
            mix(Path(file), where)
        case ["start"]:
            starting.bring_up_to_date()
    starting.let_go()


if __name__ == "__main__":
    main(sys.argv[1:])
