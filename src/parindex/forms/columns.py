"""The sheets and columns of an XLSForm, ours beside the standard ones."""

from __future__ import annotations

import re
from typing import Final

# Sheets by their name in the workbook; the last two are ours.
SURVEY: Final = "survey"
CHOICES: Final = "choices"
SETTINGS: Final = "settings"
FACTORS: Final = "factors"
PARTS: Final = "parts"
SHEETS: Final = (SURVEY, CHOICES, SETTINGS, FACTORS, PARTS)

# The columns of each sheet, in order; those in TRANSLATED once for each language.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    SURVEY: (
        "type", "name", "label", "hint", "required", "relevant", "constraint",
        "constraint_message", "appearance", "factor", "aspect", "feeds", "per_body", "body",
    ),
    CHOICES: ("list_name", "name", "label", "score", "percent", "missing"),
    SETTINGS: (
        "form_title", "form_id", "version", "default_language", "titles", "status", "respondents",
        "respondents_name", "scoring_method", "scoring_zero_at", "scoring_overall",
        "scoring_question", "rates_group", "rates_own",
    ),
    FACTORS: ("name", "part", "label"),
    PARTS: ("name", "label"),
}  # fmt: skip
TRANSLATED: Final = frozenset({"label", "hint", "constraint_message", "titles", "respondents_name"})
# Other names that XLSForm has for the same columns.
ALIASES: Final = {
    "relevance": "relevant",
    "constraint message": "constraint_message",
    "list name": "list_name",
    "form_name": "form_title",
}
# How a form looks is no property of the questionnaire: it is read and left aside.
LEFT_ASIDE: Final = frozenset({"appearance", "style"})

VIETNAMESE: Final = ("vi", "Tiếng Việt")
_NAMED: Final = re.compile(r"(.*\S)\s*\(([^()]+)\)")


def language_heading(code: str, name: str) -> str:
    """A language as XLSForm writes it.

    >>> language_heading("rad", "Êđê")
    'Êđê (rad)'
    """
    return f"{name} ({code})"


def read_language(text: str) -> tuple[str, str]:
    """The code and the name of a language; a bare code is its own name.

    >>> read_language("Êđê (rad)"), read_language("en")
    (('rad', 'Êđê'), ('en', 'en'))
    """
    found = _NAMED.fullmatch(text)
    return (found[2].strip(), found[1]) if found else (text, text)
