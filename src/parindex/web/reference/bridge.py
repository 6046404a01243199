"""From a stored rulebook to the criteria set that it says."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from django.conf import settings

from parindex.criteria.lint import check
from parindex.criteria.model import CriteriaSet
from parindex.criteria.parser import read_rulebook
from parindex.criteria.plain import digest
from parindex.errors import Problems, UnusableInputError
from parindex.scoring.examples import check_examples
from parindex.web.reference.models import Rulebook
from parindex.workbooks.rulebook_reading import workbook_to_yaml


def criteria_of(rulebook: Rulebook) -> CriteriaSet:
    """The criteria set of a stored rulebook; parsed once a process."""
    return _parsed(rulebook.digest, rulebook.content)


@lru_cache(maxsize=64)
def _parsed(_digest: str, content: str) -> CriteriaSet:
    return read_rulebook(content.encode(), file="rulebook.yaml")


def checked(content: bytes, *, file: str) -> tuple[CriteriaSet, str]:
    """A rulebook file read and checked as `parindex rulebook check` does, with its digest.

    Raises UnusableInputError with everything that is wrong.
    """
    criteria = read_rulebook(content, file=file)
    problems = Problems(file=file)
    problems.found.extend([*check(criteria), *check_examples(criteria)])
    problems.raise_if_any(UnusableInputError)
    return criteria, digest(criteria)


def yaml_of(content: bytes, *, file: str) -> bytes:
    """The YAML of an uploaded rulebook: as it came, or converted from its workbook.

    Raises UnusableInputError with everything that is wrong in a workbook.
    """
    if not file.lower().endswith(".xlsx"):
        return content
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rulebook.xlsx"
        path.write_bytes(content)
        return workbook_to_yaml(path, file=file).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """A set that comes with the product, or lies in a folder of the host; found by its digest."""

    file: str
    content: bytes
    criteria: CriteriaSet
    digest: str


@lru_cache(maxsize=1)
def shipped() -> tuple[Shipped, ...]:
    """The sets that need no upload, read once a process; one that does not read is left out."""
    found: list[Shipped] = []
    for folder in (Path(str(files("parindex") / "rulebooks")), *settings.RULEBOOKS):
        for path in sorted(folder.rglob("*.yaml")):
            content = path.read_bytes()
            try:
                criteria, made = checked(content, file=path.name)
            except UnusableInputError:
                continue  # the folder holds other files too: units, notes
            found.append(Shipped(file=path.name, content=content, criteria=criteria, digest=made))
    return tuple(found)
