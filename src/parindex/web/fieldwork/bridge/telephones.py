"""A wave's form for ODK Collect: the questionnaire, and first the question of whom one visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from parindex.forms.xform import to_xform
from parindex.survey.questionnaire import (
    Choice,
    Kind,
    Question,
    Questionnaire,
    ResponseScale,
    Section,
    Words,
)

# The question, and the scale of its choices; both must be of no questionnaire's own.
PERSON: Final = "parindex_person"
_ASKED: Final = Words(
    (("vi", "Phỏng vấn ai?"), ("en", "Whom do you interview?")),
)  # fmt: skip


def xform_for(
    questionnaire: Questionnaire,
    people: Sequence[tuple[str, str]],
    *,
    form_id: str,
    title: str,
) -> str:
    """The XForm for one interviewer: ``people`` are the ids and words of whom they go to."""
    return _xform(questionnaire, tuple(people), form_id, title)


@lru_cache(maxsize=64)
def _xform(
    questionnaire: Questionnaire, people: tuple[tuple[str, str], ...], form_id: str, title: str
) -> str:
    known = dict(questionnaire.languages)
    asked = Words(tuple((code, text) for code, text in _ASKED.texts if code in known))
    question = Question(name=PERSON, kind=Kind.SELECT_ONE, label=asked, scale=PERSON, required=True)
    whom = Section(name="", questions=(question,))
    choices = tuple(Choice(code=id_, label=Words((("vi", words),))) for id_, words in people)
    whole = replace(
        questionnaire,
        scales=(*questionnaire.scales, ResponseScale(id=PERSON, choices=choices)),
        sections=(whom, *questionnaire.sections),
    )
    return to_xform(whole, form_id=form_id, title=Words((("vi", title),)))
