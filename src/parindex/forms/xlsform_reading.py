"""The sheets of an XLSForm to a questionnaire; every problem with its sheet and cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from parindex.criteria.model import Status
from parindex.errors import Problem, Problems, UnusableInputError
from parindex.forms.columns import CHOICES, FACTORS, PARTS, SETTINGS, SURVEY, VIETNAMESE
from parindex.forms.tables import Places, Row, Table
from parindex.survey.questionnaire import CONSENT, SCHEMA, Kind, Questionnaire
from parindex.survey.questionnaire_reading import from_tree
from parindex.yamltree import Tree

Sheets = Mapping[str, Sequence[Sequence[str]]]

_KINDS: Final = {
    "select_one": Kind.SELECT_ONE,
    "select one": Kind.SELECT_ONE,
    "select1": Kind.SELECT_ONE,
    "select_multiple": Kind.SELECT_MULTIPLE,
    "select multiple": Kind.SELECT_MULTIPLE,
    "integer": Kind.INTEGER,
    "int": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "text": Kind.TEXT,
    "string": Kind.TEXT,
    "date": Kind.DATE,
    "note": Kind.NOTE,
}
_SUPPORTED: Final = (
    "select_one …, select_multiple …, integer, decimal, text, date, note, "
    "begin_group, end_group, start, end"
)
_GROUPS: Final = {
    "begin_group": "begin", "begin group": "begin", "end_group": "end", "end group": "end",
}  # fmt: skip
# Every form on a telephone notes when it was begun and ended; the rows add nothing.
_TIMES: Final = frozenset({"start", "end"})
# The columns of a note, and those that a question may have besides.
_OF_NOTES: Final = ("type", "name", "label", "hint", "relevant")
_OF_QUESTIONS: Final = (
    "constraint", "constraint_message", "required", "factor", "aspect", "feeds",
)  # fmt: skip
_NO: Final = frozenset({"", "no", "false", "false()"})
_YES: Final = frozenset({"yes", "true", "true()"})


def from_sheets(sheets: Sheets, *, file: str) -> Questionnaire:
    """The questionnaire of an XLSForm's sheets, rows of text with the headings first.

    Our own columns may be absent: a plain XLSForm is a template without scoring. Raises
    UnusableInputError with everything that is wrong; ``file`` in a problem names the cell,
    as ``form.xlsx[survey!C5]``.
    """
    places = Places()
    reader = _Reader(sheets, places, Problems(file=file))
    tree = reader.tree()
    reader.problems.raise_if_any()
    try:
        return from_tree(tree, file=file)
    except UnusableInputError as error:
        raise UnusableInputError(_placed(error.problems, places, file)) from None


def _placed(problems: Iterable[Problem], places: Places, file: str) -> list[Problem]:
    """The problems of a tree, each at the cell that its line stands for."""
    told = []
    for problem in sorted(problems, key=lambda one: one.line):
        cell, row = places.find(problem.line)
        told.append(replace(problem, file=f"{file}[{cell}]" if cell else file, line=row))
    return told


class _Reader:
    """Puts the rows of the sheets together as the tree of a questionnaire."""

    def __init__(self, sheets: Sheets, places: Places, problems: Problems) -> None:
        self.problems = problems
        self._file = problems.file
        for needed in (SURVEY, SETTINGS):
            if needed not in sheets:
                problems.add("xlsform.missing_sheet", sheet=needed)
        self._default = self._default_language(sheets)
        self._tables = {
            name: Table(name, rows, places, problems, default=self._default)
            for name, rows in sheets.items()
        }

    def _default_language(self, sheets: Sheets) -> str:
        """What a heading without a language is in; Vietnamese where the form does not say."""
        head, *rows = sheets.get(SETTINGS, [[]]) or [[]]
        for heading, text in zip(head, rows[0] if rows else (), strict=False):
            if heading.strip().lower() == "default_language" and text:
                return text
        return f"{VIETNAMESE[1]} ({VIETNAMESE[0]})"

    def tree(self) -> Tree:
        """The whole form."""
        settings = self._settings()
        top: dict[str, Tree] = {"schema": Tree(SCHEMA), **settings}
        for key, sheet in (("parts", PARTS), ("factors", FACTORS)):
            if rows := self._rows(sheet):
                top[key] = Tree([self._factor(row) for row in rows], rows[0].line)
        if scales := self._scales():
            top["scales"] = Tree(scales)
        top["sections"] = self._sections(top)
        languages: dict[str, Tree] = {}
        for table in self._tables.values():
            for code, tree in table.languages.items():
                languages.setdefault(code, tree)
        top["languages"] = Tree(languages, settings["title"].line)
        return Tree(top, settings["title"].line)

    def _rows(self, sheet: str) -> list[Row]:
        return self._tables[sheet].rows() if sheet in self._tables else []

    # ---- settings, factors, scales

    def _settings(self) -> dict[str, Tree]:
        rows = self._rows(SETTINGS)
        if not rows:
            if SETTINGS in self._tables:
                self.problems.add("xlsform.no_settings")
            return {"title": Tree({})}
        row = rows[0]
        for other in rows[1:]:
            other.note("xlsform.second_settings", "form_title")
        title = row.words("titles")
        if "vi" in title:
            row.note("xlsform.two_titles", "form_title")
        title["vi"] = row.tree("form_title")
        found = {"title": Tree(title, row.line), "id": row.tree("form_id")}
        found["status"] = row.tree("status", Status.TEMPLATE)
        found |= row.given(("version", "version"))
        groups = {
            "respondents": {"id": "respondents"},
            "scoring": {
                "method": "scoring_method",
                "zero_at": "scoring_zero_at",
                "overall": "scoring_overall",
                "question": "scoring_question",
            },
            "rates": {"group": "rates_group", "own": "rates_own"},
        }
        for key, columns in groups.items():
            if fields := row.given(*columns.items()):
                if key == "respondents":
                    fields["name"] = Tree(row.words("respondents_name"), row.line)
                found[key] = Tree(fields, row.line)
        return found

    def _factor(self, row: Row) -> Tree:
        fields = row.given(("id", "name"), ("part", "part"))
        return Tree({**fields, "name": Tree(row.words("label"), row.line)}, row.line)

    def _scales(self) -> dict[str, Tree]:
        found: dict[str, list[Tree]] = {}
        lines: dict[str, int] = {}
        for row in self._rows(CHOICES):
            name = row.text("list_name")
            if not name:
                row.note("xlsform.no_list", "list_name")
                continue
            fields = row.given(("code", "name"), ("score", "score"))
            fields["label"] = Tree(row.words("label"), row.line)
            if percent := row.text("percent"):
                fields["percent"] = row.leaf("percent", percent.removesuffix("%").strip())
            fields |= self._flag(row, "missing")
            found.setdefault(name, []).append(Tree(fields, row.line))
            lines.setdefault(name, row.line)
        return {name: Tree(choices, lines[name]) for name, choices in found.items()}

    def _flag(self, row: Row, column: str) -> dict[str, Tree]:
        text = row.text(column).lower()
        if text not in _YES | _NO:
            row.note("xlsform.yes_no", column)
        return {column: row.leaf(column, "yes")} if text in _YES else {}

    # ---- the survey

    def _sections(self, top: dict[str, Tree]) -> Tree:
        sections: list[Tree] = []
        questions: list[Tree] = []
        group: Row | None = None
        first = True
        for row in self._rows(SURVEY):
            kind = " ".join(row.text("type").lower().split())
            if kind in _TIMES and row.text("name") == kind:
                continue
            move = _GROUPS.get(kind, "")
            if move == ("begin" if group else "end"):
                row.note("xlsform.nested" if group else "xlsform.no_group", "type")
            elif move:
                if move == "end":
                    # Many programs write the name of the group once more.
                    row.only("type", "name")
                if questions or group:
                    sections.append(self._section(group, questions))
                group, questions = (row if move == "begin" else None), []
            elif first and kind == "note" and row.text("name") == CONSENT:
                row.only("type", "name", "label")
                top["consent"] = Tree(row.words("label"), row.line)
            else:
                questions += self._question(row)
            first = False
        if group:
            group.note("xlsform.no_end", "type")
        if questions:
            sections.append(self._section(None, questions))
        return Tree(sections)

    def _section(self, group: Row | None, questions: list[Tree]) -> Tree:
        asked = Tree(questions, group.line if group else questions[0].line)
        if group is None:
            return Tree({"questions": asked}, asked.line)
        fields = {"name": group.tree("name"), "label": Tree(group.words("label"), group.line)}
        fields |= group.given(("relevant", "relevant"), ("body", "body"))
        fields |= self._flag(group, "per_body")
        group.only("type", "name", "label", "relevant", "body", "per_body")
        return Tree({**fields, "questions": asked}, group.line)

    def _question(self, row: Row) -> list[Tree]:
        kind, scale = self._kind(row)
        if kind is None:
            return []
        fields = {"kind": row.leaf("type", kind), "name": row.tree("name")}
        if kind.chooses:
            fields["scale"] = row.leaf("type", scale)
        fields["label"] = Tree(row.words("label"), row.line)
        fields |= row.given(("relevant", "relevant"))
        if hint := row.words("hint"):
            fields["hint"] = Tree(hint, row.line)
        if kind is Kind.NOTE:
            row.only(*_OF_NOTES)
            return [Tree(fields, row.line)]
        row.only(*_OF_NOTES, *_OF_QUESTIONS)
        if message := row.words("constraint_message"):
            fields["message"] = Tree(message, row.line)
        fields |= row.given(*((one, one) for one in ("constraint", "factor", "aspect", "feeds")))
        return [Tree({**fields, **self._flag(row, "required")}, row.line)]

    def _kind(self, row: Row) -> tuple[Kind | None, str]:
        words = row.text("type").split()
        for length in (2, 1):
            kind = _KINDS.get(" ".join(words[:length]).lower())
            rest = words[length:]
            if kind is not None and len(rest) == int(kind.chooses):
                return kind, "".join(rest)
        row.note("xlsform.unknown_type", "type", supported=_SUPPORTED)
        return None, ""
