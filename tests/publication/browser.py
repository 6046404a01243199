"""The browser's verifier, run in Node: one process for many bundles."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "src" / "parindex" / "web" / "static" / "js" / "verifying"
DRIVER = Path(__file__).parent / "verifying.mjs"


def node() -> str | None:
    """The Node that builds the front: the machine's, or the project's own."""
    own = ROOT / ".tools" / "node" / "bin" / "node"
    return shutil.which("node") or (str(own) if own.exists() else None)


@dataclass(frozen=True)
class Verdict:
    """What the verifier answered of one bundle."""

    told: dict[str, Any]

    @property
    def ok(self) -> bool:
        return bool(self.told["ok"])

    @property
    def findings(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.told["findings"]
        return found

    @property
    def lines(self) -> list[str]:
        """Each finding in a line: where, code, what was expected and what is there."""
        return [
            f"{one['where']}|{one['code']}|{one['expected']}|{one['got']}" for one in self.findings
        ]


class BrowserVerifier:
    """A Node process that verifies what it is given; its modules are copied, so it has no others."""

    def __init__(self, folder: Path) -> None:
        program = node()
        assert program is not None
        shutil.copytree(MODULES, folder, dirs_exist_ok=True)
        shutil.copy(DRIVER, folder)
        (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
        self.process = subprocess.Popen(
            [program, str(folder / DRIVER.name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def verify(self, content: bytes) -> Verdict:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(len(content).to_bytes(4, "big") + content)
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the verifier broke down"
        return Verdict(json.loads(line))

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(timeout=60) == 0
