"""The round folder: its files to a round and a stream of entries (contract, section 1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from parindex.criteria import lint
from parindex.criteria.model import CriteriaSet
from parindex.criteria.parser import read_rulebook
from parindex.errors import Problems, UnusableInputError
from parindex.scoring.entries import EntryReader, EntryRow
from parindex.scoring.examples import check_examples
from parindex.scoring.files import COLUMNS, ENTRIES, ROUND_FILE, Files, at, open_file
from parindex.scoring.inputs import Incomplete, Round, RoundSpec
from parindex.scoring.small_tables import SmallTables, read_units
from parindex.yamltree import Fields, Tree, read_yaml

SCHEMA: Final = "parindex.round/1"


@dataclass(frozen=True, slots=True)
class RoundFolder:
    """A round read from its files; the entries are drawn when asked for."""

    files: Files
    round: Round
    problems: Problems

    def names(self) -> tuple[str, ...]:
        """The names of every file that the round is read from, whether or not it is there."""
        return (ROUND_FILE, *self.round.spec.groups.values(), *COLUMNS)

    def entries(self) -> Iterator[EntryRow]:
        """The rows of entries.csv that stand; what does not goes onto ``problems``."""
        stream = open_file(self.files, ENTRIES, self.problems)
        if stream is None:
            return
        reader = EntryReader(
            stages=self.round.spec.stages,
            units=self.round.units,
            criteria=self.round.criteria,
            problems=at(self.problems, self.files, ENTRIES),
        )
        with stream:
            yield from reader.rows(stream)


def read_folder(files: Files) -> RoundFolder:
    """The round that files hold.

    Raises UnusableInputError when ``round.yaml``, a rulebook or a table is unusable; the entries
    are read only when drawn from :meth:`RoundFolder.entries`.
    """
    problems = Problems(file=files.label)
    spec = read_spec(files, problems)
    problems.raise_if_any()
    assert spec is not None  # noqa: S101 - a missing round file was a problem
    return assemble(files, spec, _criteria(files, spec, problems), problems)


def assemble(
    files: Files, spec: RoundSpec, criteria: Mapping[str, CriteriaSet], problems: Problems
) -> RoundFolder:
    """The round of a specification and its criteria sets, with the tables that files hold.

    Raises UnusableInputError when a criteria set does not fit the round or fails its check.
    """
    for group, one in criteria.items():
        _check_criteria(one, group, spec, problems)
    problems.raise_if_any()
    _check_names(files, problems)
    units = read_units(files, spec, problems)
    # A unit that could not be read would be a stranger in every table that follows.
    problems.raise_if_any()
    reader = SmallTables(files, criteria, units, problems)
    round_ = Round(
        spec=spec,
        criteria=criteria,
        units=tuple(units.values()),
        findings=reader.findings(),
        facts=reader.facts(),
        adjustments=reader.adjustments(),
        previous=reader.previous(),
    )
    return RoundFolder(files, round_, problems)


def read_spec(files: Files, problems: Problems) -> RoundSpec | None:
    """What ``round.yaml`` says, or None with the problems noted."""
    stream = open_file(files, ROUND_FILE, problems)
    if stream is None:
        return None
    here = at(problems, files, ROUND_FILE)
    with stream:
        tree = read_yaml(stream.read(), here, compose=True)
    return None if tree is None else spec_from_tree(tree, here)


def spec_from_tree(tree: Tree, problems: Problems) -> RoundSpec:
    """The round that a tree describes; departures from the schema are noted."""
    fields = Fields(tree, problems, about=ROUND_FILE)
    fields.schema(SCHEMA)
    stages = _names(fields, "stages", problems)
    final_from = _names(fields, "final_from", problems)
    for stage in final_from:
        if stages and stage not in stages:
            problems.add(
                "round.unknown_stage",
                line=fields.line_of("final_from"),
                got=stage,
                stages=", ".join(stages),
            )
    groups: dict[str, str] = {}
    for name, group in fields.named("groups").items():
        inner = Fields(group, problems, about=name)
        groups[name] = inner.text("rulebook")
        inner.close()
    if not groups and fields.has("groups"):
        problems.add("yaml.empty_list", line=fields.line_of("groups"), key="groups")
    spec = RoundSpec(
        round=fields.text("round"),
        index=fields.text("index"),
        year=fields.whole("year"),
        reference_date=fields.day("reference_date"),
        stages=tuple(stages),
        final_from=tuple(final_from),
        incomplete=fields.choice("incomplete", Incomplete),
        groups=groups,
    )
    fields.close()
    return spec


def _names(fields: Fields, key: str, problems: Problems) -> list[str]:
    names: list[str] = []
    for tree in fields.sequence(key):
        if not isinstance(tree.value, str) or not tree.value:
            problems.add("yaml.not_text", line=tree.line, key=key)
        elif tree.value in names:
            problems.add("yaml.repeated_key", line=tree.line, got=tree.value)
        else:
            names.append(tree.value)
    if not names and fields.has(key):
        problems.add("yaml.empty_list", line=fields.line_of(key), key=key)
    return names


def _criteria(files: Files, spec: RoundSpec, problems: Problems) -> dict[str, CriteriaSet]:
    criteria: dict[str, CriteriaSet] = {}
    for group, name in spec.groups.items():
        stream = files.open(name)
        if stream is None:
            at(problems, files, ROUND_FILE).add("round.no_rulebook", got=name, group=group)
            continue
        try:
            with stream:
                criteria[group] = read_rulebook(stream.read(), file=f"{files.label}/{name}")
        except UnusableInputError as error:
            problems.found.extend(error.problems)
    return criteria


def _check_names(files: Files, problems: Problems) -> None:
    """Refuse a file that is nearly one of ours: `adjustment.csv` would silently count nothing."""
    for name in sorted(set(files.names()) - set(COLUMNS)):
        near = get_close_matches(name.lower(), COLUMNS, cutoff=0.85)
        if near:
            at(problems, files, name).add("round.nearly", got=name, name=near[0])


def _check_criteria(criteria: CriteriaSet, group: str, spec: RoundSpec, problems: Problems) -> None:
    for key, expected, got in (
        ("index", spec.index, criteria.index),
        ("year", spec.year, criteria.year),
        ("group", group, criteria.group),
    ):
        if expected != got:
            problems.add(
                "round.other_rulebook", file=criteria.file, key=key, expected=expected, got=got
            )
    problems.found.extend(lint.check(criteria))
    problems.found.extend(check_examples(criteria))
