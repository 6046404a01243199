"""ODK Validate, the checker that pyxform carries: a program in Java, run where there is Java."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from enum import StrEnum
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from parindex.errors import Problems

SECONDS: Final = 120
_FAILED: Final = 1


class Verdict(StrEnum):
    """Whether ODK Validate found the form good, or could not be asked."""

    VALID = "valid"
    NO_JAVA = "no_java"


def validate_xform(xform: str, *, file: str = "") -> Verdict:
    """Let ODK Validate look at an XForm; without Java the answer is that nobody looked.

    Raises UnusableInputError with what it found, or with why it did not come to an end.
    """
    java = shutil.which("java")
    if java is None:
        return Verdict.NO_JAVA
    problems = Problems(file=file)
    program = files("pyxform").joinpath("validators", "odk_validate", "bin", "ODK_Validate.jar")
    with tempfile.TemporaryDirectory() as folder, as_file(program) as jar:
        form = Path(folder) / "checked.xml"
        form.write_text(xform, encoding="utf-8")
        command = [java, "-Djava.awt.headless=true", "-jar", str(jar), str(form)]
        try:
            done = subprocess.run(  # noqa: S603 - our own command, the form as a file
                command, capture_output=True, check=False, timeout=SECONDS
            )
        except subprocess.TimeoutExpired:
            problems.add("xform.validator", detail=f"{SECONDS} s")
            problems.raise_if_any()
    found = done.stderr.decode("utf-8", "replace")
    if done.returncode == _FAILED:
        problems.add("xform.invalid", detail=_shortest(found))
    elif done.returncode:
        problems.add("xform.validator", detail=f"{done.returncode}: {_shortest(found)}")
    problems.raise_if_any()
    return Verdict.VALID


def _shortest(found: str) -> str:
    """What was found, without the lines that only say where in the program it was noticed."""
    lines = (line.strip() for line in found.splitlines())
    told = [line for line in lines if line and not line.startswith(("at ", "..."))]
    return " ".join(dict.fromkeys(told))[:600]
