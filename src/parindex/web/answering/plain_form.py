"""A questionnaire as fields of a plain page: its texts, what was typed, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext

from parindex.errors import Problem
from parindex.web.answering.saying import language_of, sentence
from parindex.web.answering.words import WORDS

# How fields are called: answers as they are typed, and numbers in which a comma is a dot.
TEXT: Final = "a:"
DECIMAL: Final = "d:"
_INPUTS: Final = {
    "integer": {"type": "text", "inputmode": "numeric"},
    "decimal": {"type": "text", "inputmode": "decimal"},
    "date": {"type": "date", "inputmode": ""},
}
_ERRORS: Final = {
    "answer.not_whole": "error_not_whole",
    "answer.not_a_number": "error_not_a_number",
    "answer.not_a_date": "error_not_a_date",
    "answer.text": "error_too_long",
}

Form = Mapping[str, Any]


def sections_of(
    content: Form, answers: Mapping[str, str], wrong: Sequence[Form], language: str
) -> list[dict[str, Any]]:
    """The sections with their questions as the template shows them."""
    told = {one["name"]: one["words"] for one in wrong}
    speaker = _Speaker(content, language)
    return [
        {
            "label": speaker.say(section["label"]),
            "only": speaker.only(section["relevant"]),
            "questions": [
                {
                    **speaker.question(question),
                    **_value(question, answers.get(question["name"], "")),
                    "choices": speaker.choices(question, answers.get(question["name"], "")),
                    "error": told.get(question["name"], ""),
                }
                for question in section["questions"]
            ],
        }
        for section in content["sections"]
    ]


def wrong_in(content: Form, problems: Sequence[Problem], language: str) -> list[dict[str, str]]:
    """What is wrong with which question, in words, in the order of the form.

    Last what is wrong with no question of it; ``id`` is empty then.
    """
    found: dict[str, Problem] = {}
    for one in problems:
        found.setdefault(str(one.values.get("question", "")), one)
    speaker = _Speaker(content, language)
    told = [
        {
            "name": question["name"],
            "id": speaker.id_of(question["name"]),
            "label": speaker.say(question["label"])["text"],
            "words": _error(found[question["name"]].code, question, speaker),
        }
        for question in speaker.questions
        if question["name"] in found
    ]
    asked = {question["name"] for question in speaker.questions}
    whole = [one for one in problems if str(one.values.get("question", "")) not in asked]
    return told + [
        {"name": "", "id": "", "label": "", "words": _words(one, language)} for one in whole
    ]


def _words(problem: Problem, language: str) -> str:
    parts = problem.parts(language_of(language))
    return " ".join(sentence(parts.get(part, "")) for part in ("what", "fix")).strip()


def _error(code: str, question: Form, speaker: _Speaker) -> str:
    message = speaker.say(question["message"])["text"]
    if code == "answer.constraint" and message:
        return message
    key = _ERRORS.get(code, "error_constraint")
    if code == "answer.required":
        key = "error_choose" if question["kind"].startswith("select_") else "error_required"
    return gettext(WORDS[key])


def _value(question: Form, text: str) -> dict[str, str]:
    kind = question["kind"]
    shown = text.replace(".", ",") if kind == "decimal" else text
    return {
        "field": f"{DECIMAL if kind == 'decimal' else TEXT}{question['name']}",
        "value": shown,
        **_INPUTS.get(kind, {}),
    }


class _Speaker:
    """Says the texts of a questionnaire in one language, in Vietnamese where that has none."""

    def __init__(self, content: Form, language: str) -> None:
        self.content = content
        self.language = language
        self.questions = [one for section in content["sections"] for one in section["questions"]]
        self._numbers = {one["name"]: at for at, one in enumerate(self.questions, start=1)}
        self._named = {one["name"]: one for one in self.questions}

    def id_of(self, name: str) -> str:
        """The id of a question's first field."""
        return f"q{self._numbers[name]}"

    def say(self, words: Mapping[str, str]) -> dict[str, str]:
        """A text, and its language where it is not that of the page."""
        if self.language in words:
            return {"text": words[self.language], "lang": ""}
        return {"text": words.get("vi", ""), "lang": "vi" if self.language != "vi" else ""}

    def question(self, question: Form) -> dict[str, Any]:
        """What is said of a question."""
        kind = question["kind"]
        return {
            "id": self.id_of(question["name"]),
            "kind": kind,
            "many": kind == "select_multiple",
            "label": self.say(question["label"]),
            "hint": self.say(question["hint"]),
            "optional": not question["required"],
            "only": self.only(question["relevant"]),
        }

    def choices(self, question: Form, text: str) -> list[dict[str, Any]]:
        """The choices of a question, with those that are taken."""
        taken = text.split(" ")
        found = self.content["scales"].get(question["scale"], [])
        return [
            {"code": one["code"], "label": self.say(one["label"]), "taken": one["code"] in taken}
            for one in found
        ]

    def only(self, tree: Sequence[Any] | None) -> str:
        """For whom something is, in words; empty where it is for everybody."""
        if tree is None:
            return ""
        words = self._condition(tree)
        if not words:
            return gettext("Câu này chỉ dành cho một số người. Nếu không phù hợp, xin để trống.")
        return gettext("Chỉ trả lời nếu %(condition)s.") % {"condition": words}

    def _condition(self, tree: Sequence[Any]) -> str:
        """A condition in words where it asks for choices that were made; else empty."""
        name, *rest = tree
        if name in {"and", "or"}:
            parts = [self._condition(one) for one in rest]
            joint = gettext(" và ") if name == "and" else gettext(" hoặc ")
            return joint.join(parts) if all(parts) else ""
        if name in {"=", "selected", "!="} and rest[0][0] == "answer":
            return self._compared(name, *self._asked(rest))
        return ""

    def _asked(self, rest: Sequence[Sequence[str]]) -> tuple[str, str]:
        """The question and the choice that a comparison is about; empty where it is about none."""
        (_, asked), (kind, code) = rest
        question = self._named.get(asked)
        if question is None or kind not in {"text", "number"}:
            return "", ""
        scale = self.content["scales"].get(question["scale"], [])
        label = next((self.say(one["label"])["text"] for one in scale if one["code"] == code), "")
        return self.say(question["label"])["text"], label

    def _compared(self, name: str, question: str, choice: str) -> str:
        if not question or not choice:
            return ""
        said = (
            gettext("câu “%(question)s” không phải “%(choice)s”")
            if name == "!="
            else gettext("câu “%(question)s” là “%(choice)s”")
        )
        return said % {"question": question, "choice": choice}
