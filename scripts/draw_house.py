"""Write the tree of docs/the-house.md anew from the first lines of the modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "the-house.md"
START, END = "<!-- tree -->\n", "<!-- /tree -->\n"
GROUND = (
    "errors",
    "validity",
    "points",
    "canonical",
    "inflating",
    "vietnamese",
    "whole",
    "csvtable",
    "yamltree",
)
ROOMS = (
    "units", "criteria", "survey", "scoring", "robustness", "publication", "improvement",
    "workbooks", "evidence", "forms", "documents", "cli", "web", "web/journal", "web/people",
    "web/reference", "web/assessment", "web/fieldwork", "web/desk", "web/api", "web/demonstration",
)  # fmt: skip


def sentence(file: Path) -> str:
    """The first line of a module's docstring."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0] if text else ""


def tree() -> Iterator[str]:
    """One line a module, the ground first, then the rooms from the ground up."""
    source = ROOT / "src" / "parindex"
    for name in GROUND:
        yield f"{name + '.py':34}{sentence(source / f'{name}.py')}"
    for room in ROOMS:
        yield f"{room}/"
        # A room with rooms of its own names them above; migrations are written by Django.
        within = "*.py" if room == "web" else "**/*.py"
        for file in sorted((source / room).glob(within)):
            if file.name != "__init__.py" and "migrations" not in file.parts:
                name = str(file.relative_to(source / room))
                yield f"    {name:30}{sentence(file)}"


def page() -> str:
    """The page with its tree drawn anew."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(START)
    _, after = rest.split(END)
    return before + START + "```\n" + "\n".join(tree()) + "\n```\n" + END + after


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
