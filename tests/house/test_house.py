"""The shape of the house and of its documentation is tested."""

import importlib.util
import re
from pathlib import Path

import pytest
import typer
from rounds import files, group, item, row

from parindex.cli.app import app
from parindex.criteria.model import NotApplicable, RankOn, Ties
from parindex.criteria.rules import SHAPES, NoneDue, Source
from parindex.scoring.inputs import Incomplete
from parindex.scoring.trace import Marker

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src" / "parindex"
RULES = (ROOT / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")


def test_the_tree_in_the_documentation_is_the_tree():
    spec = importlib.util.spec_from_file_location("draw_house", ROOT / "scripts" / "draw_house.py")
    assert spec is not None
    assert spec.loader is not None
    drawing = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drawing)
    assert drawing.page() == drawing.PAGE.read_text(encoding="utf-8")
    for line in drawing.tree():
        name, *words = line.split(maxsplit=1)
        assert name.endswith("/") or words, f"{name} has no sentence of its own"


@pytest.mark.parametrize(
    "words", [SHAPES, Source, NoneDue, NotApplicable, RankOn, Ties, Marker, Incomplete]
)
def test_every_rule_and_policy_is_documented(words: object):
    for word in words:  # type: ignore[attr-defined]
        assert f"`{word}" in RULES, word


def test_every_command_is_documented():
    def names(of: typer.Typer, before: str) -> list[str]:
        found = [f"{before}{one.name}" for one in of.registered_commands]
        for group_of in of.registered_groups:
            assert group_of.typer_instance is not None
            found += names(group_of.typer_instance, f"{before}{group_of.name} ")
        return found

    named = names(app, "")
    assert len(named) == 21
    for name in named:
        assert f"`parindex {name} " in COMMANDS, name


@pytest.mark.parametrize("policy", list(NotApplicable))
def test_the_worked_case_of_each_policy_is_right(policy: NotApplicable):
    given = "{shape: given}"
    made = files(
        {
            "1": [item("1.1.1", "2", given), item("1.1.2", "2", given)],
            "2": [item("2.1.1", "6", given)],
        },
        entries=[
            row("u1", "1.1.1", not_applicable="yes", reason="x"),
            row("u1", "1.1.2", points="1.5"),
            row("u1", "2.1.1", points="3"),
        ],
        not_applicable=policy,
    )
    line = next(one for one in RULES.splitlines() if one.startswith(f"| `{policy}` |"))
    published = group(made).index(0)
    assert f"= {published} |" in line


def test_no_number_of_a_rule_stands_in_the_engine():
    # Classes, weights and caps live in rulebooks; 100 is the percent of a ratio.
    thresholds = re.compile(r"(?<![\w.])(?:[5-9]0|65|95|80\.0|90\.0)(?![\w.])")
    for room in ("scoring", "criteria"):
        for file in (SOURCE / room).glob("*.py"):
            text = re.sub(r'""".*?"""', "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
            text = re.sub(r"#.*|\[:60\]|\"[^\"\n]*\"", "", text)
            assert thresholds.findall(text) == [], file.name


def test_links_of_the_documentation_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if "://" not in link:
                assert (page.parent / link).exists(), (page.name, link)
