"""Questionnaires for tests: a small one with everything in it, and generated ones."""

from __future__ import annotations

import unicodedata
from datetime import date
from random import Random

from hypothesis import strategies as st

from parindex.errors import UnusableInputError
from parindex.survey.bodies import Body
from parindex.survey.conditions.tree import (
    Answer,
    Call,
    Condition,
    Number,
    Quoted,
    This,
    to_text,
)
from parindex.survey.questionnaire import Kind, Questionnaire, Words
from parindex.survey.questionnaire_reading import from_tree, read_questionnaire
from parindex.yamltree import Tree

TODAY = date(2025, 11, 24)

SMALL = """\
schema: parindex.questionnaire/1
id: thu
version: 2
status: official
title: {vi: "Phiếu thử", en: "A trial form"}
languages: {vi: "Tiếng Việt", en: English, rad: "Êđê", km: "ភាសាខ្មែរ"}
respondents: {id: citizens, name: {vi: "Người dân"}}
consent: {vi: "Xin phép hỏi", rad: "Akâo klei"}
scoring: {method: mean, zero_at: 1, overall: parts}
parts:
  - {id: service, name: {vi: "Dịch vụ"}}
factors:
  - {id: access, part: service, name: {vi: "Tiếp cận", en: Access}}
scales:
  yes: [{code: "1", label: {vi: "Có", rad: "Mâo"}}, {code: "0", label: {vi: "Không"}}]
  channel:
    - {code: loa, label: {vi: "Loa"}}
    - {code: mang, label: {vi: "Mạng"}}
    - {code: khac, label: {vi: "Khác"}}
  sat:
    - {code: "1", label: {vi: "Không hài lòng"}, score: 1, percent: 0}
    - {code: "2", label: {vi: "Bình thường"}, score: 2, percent: 60}
    - {code: "3", label: {vi: "Hài lòng"}, score: 3, percent: 100}
    - {code: "9", label: {vi: "Không biết"}, missing: yes}
sections:
  - questions:
      - {name: hello, kind: note, label: {vi: "Chào"}}
      - {name: age, kind: integer, label: {vi: "Tuổi", en: Age}, required: yes, constraint: ". >= 18 and . < 120", message: {vi: "Từ 18 tuổi"}}
      - {name: been, kind: select_one, scale: yes, label: {vi: "Đã đến chưa?"}, required: yes}
  - name: visit
    label: {vi: "Lần đến"}
    relevant: "${been} = '1' and ${age} >= 18"
    questions:
      - {name: day, kind: date, label: {vi: "Ngày"}, hint: {vi: "Ngày nhận kết quả"}, constraint: ". <= today()"}
      - {name: paid, kind: decimal, label: {vi: "Phí"}, constraint: ". >= 0"}
      - {name: by, kind: select_multiple, scale: channel, label: {vi: "Biết qua đâu"}, constraint: "count-selected(.) <= 2"}
      - {name: other, kind: text, label: {vi: "Ghi cụ thể"}, required: yes, relevant: "selected(${by}, 'khac')"}
      - {name: q1, kind: select_one, scale: sat, label: {vi: "Câu 1"}, required: yes, factor: access, aspect: satisfaction, feeds: "1.8"}
"""

# What makes a form of the small one that rates bodies.
RATING = (
    ("respondents:", "rates: {group: departments, own: mine}\nrespondents:"),
    ("sections:\n", "sections:\n  - name: who\n    label: {vi: Ai}\n    questions: [{name: mine, kind: select_one, scale: yes, label: {vi: Đơn vị}, required: yes}]\n"),
    ("    relevant: \"${been} = '1' and ${age} >= 18\"\n", "    relevant: \"${mine} != 'so-a'\"\n    per_body: yes\n"),
)  # fmt: skip

BODIES = (
    Body(unit="so-noi-vu@2020", name=Words((("vi", "Sở Nội vụ"), ("en", "Home Affairs")))),
    Body(unit="so-tai-chinh", name=Words((("vi", "Sở Tài chính"),))),
)


def read(text: str) -> Questionnaire:
    """The questionnaire of a YAML text."""
    return read_questionnaire(text.encode(), file="phieu.yaml")


def small(*changes: tuple[str, str]) -> Questionnaire:
    """The small questionnaire with some of its text replaced."""
    return read(changed(*changes))


def changed(*changes: tuple[str, str]) -> str:
    """The text of the small questionnaire with some of it replaced; each must be there once."""
    text = SMALL
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text


def refusals(text: str) -> list[str]:
    """What is said of a text that is refused, in English."""
    try:
        read(text)
    except UnusableInputError as error:
        return error.say("en")
    return []


# ---- generated ones

_LETTERS = "abcXYZ 019ếộđĐ–…“”\"'<>&{}$[]:#-_%=*\n\tភាសា中😀\u00a0"
_ODD = ("_x0041_", "yes", "no", "null", "1.50", "=1+1", "- a", "a: b", "'", '"', "@", "$", "{a}")
_FREE = ("", "a", "x y", "x  y", "“ế”", '"', "12", "2025-02-28", "2025-02-30", "-", "9")
_TWO = ("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod")


def conditions(names: list[str], *, this: bool) -> st.SearchStrategy[Condition]:
    """Conditions that ask about some questions, and about the answer itself with ``this``."""
    seeds = st.integers(0, 2**32)
    return seeds.map(lambda seed: any_condition(Random(seed), names, this=this))


def questionnaires() -> st.SearchStrategy[Questionnaire]:
    """Any questionnaire that keeps to the schema."""
    return st.integers(0, 2**32).map(lambda seed: Maker(Random(seed)).questionnaire())


def any_condition(random: Random, names: list[str], *, this: bool, depth: int = 3) -> Condition:
    """A condition of a few parts; its quoted codes may be of no scale."""
    asked: list[Condition] = [Answer(name) for name in names]
    if this:
        asked.append(This())
    quoted = Quoted(random.choice(_FREE))
    if depth == 0 or random.random() < 0.2:
        plain: list[Condition] = [
            Number(random.choice(("0", "7", "18", "0.5", "100.25"))), quoted, Call("true"),
            Call("false"), Call("today"), Call("date", (Quoted("2024-02-29"),)),
        ]  # fmt: skip
        codes: list[Condition] = [quoted, *map(Answer, names)]
        for one in asked:
            plain += [
                one, one, Call("count-selected", (one,)), Call("string-length", (one,)),
                Call("selected", (one, random.choice(codes))),
            ]  # fmt: skip
        return random.choice(plain)

    def inner() -> Condition:
        return any_condition(random, names, this=this, depth=depth - 1)

    kind = random.randrange(5)
    if kind == 0:
        return Call(random.choice(("not", "neg")), (inner(),))
    if kind == 1:
        return Call(
            random.choice(("and", "or")), tuple(inner() for _ in range(random.randint(2, 3)))
        )
    return Call(random.choice(_TWO), (inner(), inner()))


class Maker:
    """Makes a questionnaire as plain data, part by part."""

    def __init__(self, random: Random) -> None:
        self.random = random
        others = random.sample(["en", "rad", "km", "zh-Hant"], random.randint(0, 3))
        names = {"en": "English", "rad": "Êđê", "km": "ភាសាខ្មែរ (Khmer)", "zh-Hant": "zh-Hant"}
        self.languages = {"vi": "Tiếng Việt", **{code: names[code] for code in others}}
        self.factors = self.flag()
        self.parts = self.factors and self.flag()
        self.scored = False
        # What conditions may ask about. Codes that no choice has are refused in conditions, so
        # questions with choices are left out.
        self.names: list[str] = []

    def flag(self) -> bool:
        return self.random.random() < 0.5

    def text(self) -> str:
        if self.random.random() < 0.2:
            return self.random.choice(_ODD)
        letters = self.random.choices(_LETTERS, k=self.random.randint(1, 20))
        text = unicodedata.normalize("NFC", "".join(letters)).strip()
        return "x" if "${" in text or not text else text

    def words(self) -> dict[str, str]:
        return {code: self.text() for code in self.languages if code == "vi" or self.flag()}

    def condition(self, *, this: bool) -> str:
        return to_text(any_condition(self.random, self.names, this=this))

    def questionnaire(self) -> Questionnaire:
        """The whole, read by the reader that everybody uses."""
        random = self.random
        n_scored = random.randint(2, 5)
        top: dict[str, object] = {
            "schema": "parindex.questionnaire/1",
            "id": "any",
            "version": str(random.randint(1, 999_999_999_999)),
            "status": random.choice(["official", "template"]),
            "title": self.words(),
            "languages": self.languages,
            "scales": {"plain": self.plain_scale(), "scored": self.scored_scale(n_scored)},
        }
        if self.flag():
            top["consent"] = self.words()
        if self.flag():
            top["respondents"] = {"id": "group-1", "name": self.words()}
        part = {"part": "p1"} if self.parts else {}
        if self.parts:
            top["parts"] = [{"id": "p1", "name": self.words()}]
        if self.factors:
            top["factors"] = [{"id": one, **part, "name": self.words()} for one in ("f1", "f2")]
        top["sections"] = self.sections(top)
        if self.scored and self.flag():
            overall = "parts" if self.parts else "factors"
            top["scoring"] = random.choice(
                [
                    {"method": "top2", "overall": "factors"},
                    {"method": "mean", "zero_at": "1", "overall": overall},
                ]
                if n_scored > 2
                else [{"method": "mean", "zero_at": "1", "overall": overall}]
            )
        return from_tree(tree_of(top), file="any.yaml")

    def plain_scale(self) -> list[object]:
        return [{"code": code, "label": self.words()} for code in ("a", "B.1", "x_y-z")]

    def scored_scale(self, n: int) -> list[object]:
        counted: list[object] = [
            {
                "code": str(at),
                "label": self.words(),
                "score": str(at),
                "percent": self.random.choice(["0", "60.50", "100"]),
            }
            for at in range(1, n + 1)
        ]
        return [*counted, {"code": "9", "label": self.words(), "missing": "yes"}]

    def sections(self, top: dict[str, object]) -> list[object]:
        found: list[object] = []
        rates = self.flag()
        if rates:
            top["rates"] = {"group": "departments"}
        if rates and self.flag():
            top["rates"] = {"group": "departments", "own": "mine"}
            own = {
                "name": "mine",
                "kind": "select_one",
                "scale": "plain",
                "label": self.words(),
                "required": "yes",
            }
            found.append({"name": "first", "label": self.words(), "questions": [own]})
        for at in range(self.random.randint(1, 3)):
            before = list(self.names)
            section: dict[str, object] = {}
            if at or rates or self.flag():
                section |= {"name": f"s{at}", "label": self.words()}
                if self.flag():
                    section["relevant"] = self.condition(this=False)
            if rates and not at:
                section["per_body"] = "yes"
            questions = [self.question(f"q{at}.{n}") for n in range(self.random.randint(1, 3))]
            found.append({**section, "questions": questions})
            if rates and not at:
                self.names = before
        return found

    def question(self, name: str) -> dict[str, object]:
        kind = self.random.choice(list(Kind))
        question: dict[str, object] = {"name": name, "kind": str(kind), "label": self.words()}
        if self.flag():
            question["hint"] = self.words()
        if self.flag():
            question["relevant"] = self.condition(this=False)
        if kind.chooses:
            question["scale"] = self.random.choice(["plain", "scored"])
        if kind is Kind.NOTE:
            return question
        if self.flag():
            question["required"] = "yes"
        if self.flag():
            question["constraint"] = self.condition(this=not kind.chooses)
            if self.flag():
                question["message"] = self.words()
        if kind is Kind.SELECT_ONE and question["scale"] == "scored":
            if self.flag():
                question["feeds"] = self.random.choice(["1.8", "2.5.10"])
            if self.factors and self.flag():
                question |= {"factor": "f1", "aspect": "satisfaction"}
                self.scored = True
        if not kind.chooses:
            self.names.append(name)
        return question


def tree_of(value: object) -> Tree:
    """Plain data as the tree that a file would give."""
    if isinstance(value, dict):
        return Tree({key: tree_of(one) for key, one in value.items()})
    if isinstance(value, list):
        return Tree([tree_of(one) for one in value])
    assert isinstance(value, str)
    return Tree(value)
