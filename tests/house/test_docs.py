"""The documentation is run: every block of a page, in its order, in one empty folder.

A block ```lang file=PATH is written to PATH; a block ```console is typed: each line after `$ ` is
a command, and every line below it must begin a line of what the command says.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES = [
    path
    for path in sorted((ROOT / "docs").rglob("*.md"))
    if "```console" in path.read_text(encoding="utf-8")
]
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = Path(sys.executable).parent


def typed(command: str, folder: Path) -> str:
    words = shlex.split(command)
    assert words[0] in {"parindex", "python"}, command
    program = sys.executable if words[0] == "python" else str(COMMANDS / "parindex")
    done = subprocess.run(
        [program, *words[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PARINDEX_LANG": "en", "PYTHONUTF8": "1"},
    )
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_says_what_happens(page: Path, tmp_path: Path):
    ran = 0
    for _, file, body in BLOCK.findall(page.read_text(encoding="utf-8")):
        if file:
            target = tmp_path / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(body, encoding="utf-8")
        elif body.startswith("$ "):
            for step in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, *expected = step.splitlines()
                said = typed(command, tmp_path).splitlines()
                ran += 1
                for line in expected:
                    assert any(one.startswith(line) for one in said), (command, line, said)
                if not expected:
                    assert said == [], command
    assert ran
