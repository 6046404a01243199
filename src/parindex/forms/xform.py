"""The XForm of a questionnaire, as ODK Collect takes it: compiled by pyxform, from our own rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from parindex.errors import Problem, UnusableInputError
from parindex.forms.columns import TRANSLATED, language_heading
from parindex.forms.xlsform_writing import Row, choice_rows, survey_rows
from parindex.survey.questionnaire import Questionnaire, Words

# The element that holds the answers.
ROOT: Final = "data"
# pyxform makes straight quotes of curly ones, also of those that are meant: on their way through
# it they are four characters that no text has (Unicode keeps them free for inside a program).
_CURLY: Final = str.maketrans("‘’“”", "\ufdd0\ufdd1\ufdd2\ufdd3")
_STRAIGHT: Final = str.maketrans("\ufdd0\ufdd1\ufdd2\ufdd3", "‘’“”")
# Our own columns tell a telephone nothing.
_SURVEY: Final = frozenset(
    {"type", "name", "label", "hint", "required", "relevant", "constraint", "constraint_message",
     "appearance"}
)  # fmt: skip
_CHOICES: Final = frozenset({"list_name", "name", "label"})


def to_xform(questionnaire: Questionnaire, *, form_id: str = "", title: Words | None = None) -> str:
    """The XForm, with when it was begun and ended beside the answers.

    A text that a language lacks is there in Vietnamese. ``form_id`` and ``title`` are the
    questionnaire's own, unless a wave gives others. Raises UnusableInputError where pyxform
    refuses the form.
    """
    # Two thirds of a second, for those who make forms only.
    from pyxform.errors import PyXFormError  # noqa: PLC0415 - slow import
    from pyxform.xls2xform import convert  # noqa: PLC0415 - slow import

    vi = language_heading("vi", dict(questionnaire.languages)["vi"])
    settings = {
        "form_title": (title or questionnaire.title).say("vi").translate(_CURLY),
        "form_id": form_id or questionnaire.id,
        "version": str(questionnaire.version),
        "default_language": vi,
        # One section a screen; two spaces stay two.
        "style": "pages",
        "clean_text_values": "no",
    }
    times = [{"type": one, "name": one} for one in ("start", "end")]
    survey = [*times, *_plain(survey_rows(questionnaire), _SURVEY, questionnaire)]
    choices = list(_plain(choice_rows(questionnaire), _CHOICES, questionnaire))
    sheets = {"survey": survey, "choices": choices, "settings": [settings]}
    try:
        xform: str = convert(sheets, form_name=ROOT, warnings=[]).xform
    except PyXFormError as error:
        values = {"detail": " ".join(str(error).split())[:300]}
        problem = Problem(code="xform.refused", file=questionnaire.file, values=values)
        raise UnusableInputError([problem]) from error
    return xform.translate(_STRAIGHT)


def _plain(
    rows: Iterable[Row], wanted: frozenset[str], questionnaire: Questionnaire
) -> Iterable[dict[str, str]]:
    """Rows as pyxform takes them: a text in every language, empty cells left out."""
    for row in rows:
        plain: dict[str, str] = {}
        for column, value in row.items():
            if column not in wanted or not value:
                continue
            if isinstance(value, Words):
                assert column in TRANSLATED  # noqa: S101 - nowhere else are there words
                for code, name in questionnaire.languages:
                    plain[f"{column}::{language_heading(code, name)}"] = value.say(code).translate(
                        _CURLY
                    )
            else:
                plain[column] = value.translate(_CURLY)
        yield plain
